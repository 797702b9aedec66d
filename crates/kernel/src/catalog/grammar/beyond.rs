//! What may an expert write about other records? What a step brings over and what it leads along, of whom a mechanism
//! has one record at a time, and which table leaves as a workbook.
//!
//! Never a rule that needs more than the node itself.

use super::parts::{ID, NAME, arg, may, must};
use super::{MECHANISM, Node, Scalar, Times};

/// What a step brings over from a record that is named.
pub(crate) const BRING: Node = Node {
    key: "step.bring",
    name: "bring",
    inside: &["step"],
    times: Times::Any,
    args: &[arg("栏目", Scalar::Id)],
    props: &[
        must("from", Scalar::Id, "从哪个关联栏目写的记录里抄。"),
        must("field", Scalar::Id, "抄那条记录的哪一栏，要是同一类型，而且不限谁看。"),
    ],
    means: "走这一步时，由系统从关联的记录里抄来一栏，谁也不用填；以后那条记录改了，这里不变。",
};

/// Which records take a step along with it.
pub(crate) const LEADS: Node = Node {
    key: "step.leads",
    name: "leads",
    inside: &["step"],
    times: Times::Any,
    args: &[arg("那个机制的步骤", Scalar::Ids)],
    props: &[
        must("mechanism", Scalar::Id, "带着走哪个机制的记录。"),
        must("by", Scalar::Id, "那个机制的哪个关联栏目指着本记录。"),
        must("states", Scalar::Ids, "带着走在哪些状态里的。"),
        may(
            "takes_in",
            Scalar::Ids,
            "把还没有指过来的收进来：这几栏和本记录一样的，都由系统指着本记录；要两边都有同代号、同类型的栏目。",
        ),
        may("none", Scalar::YesNo, "一条也没有也可以走；不写就是至少要有一条。"),
        may("rows", Scalar::Id, "带着走的要和这张子表里写的一条不差，多了少了这一步都走不了。"),
    ],
    means: "走这一步时，那个机制的记录一起走各自的一步，写几步就走第一步条件满足的；有一条走不了，这一步就办不成。那一步要写 led=#true。",
};

/// Of whom there is one record at a time.
pub(crate) const ONCE: Node = Node {
    key: "once",
    name: "once",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("of", Scalar::Id, "哪个人员、单位或者关联栏目写着是谁。"),
        may("per", Scalar::Id, "哪个选项栏目写着是哪一类：同一类里只能有一件，不写就是一共只能有一件。"),
        must("from", Scalar::Id, "哪个日期栏目是第一天；没有填的不算。"),
        may("until", Scalar::Id, "哪个日期栏目是最后一天；不写或者没有填，就是一直算。"),
        must("states", Scalar::Ids, "在哪些状态里算数。"),
    ],
    means: "同一个人、单位或者事项，同一天只能有一件：期间重叠的第二件办不成，并说明是哪一件。",
};

/// Which table leaves as a workbook.
pub(crate) const EXTRACT: Node = Node {
    key: "extract",
    name: "extract",
    inside: &[MECHANISM],
    times: Times::Any,
    args: &[ID, NAME],
    props: &[
        must("of", Scalar::Id, "把哪张子表做成工作簿，每行一行。"),
        must("who", Scalar::Ids, "哪些角色可以下载，管辖范围要包含记录所属的单位。"),
        must("states", Scalar::Ids, "在哪些状态里可以下载。"),
        may("total", Scalar::Id, "最后一行把哪一栏加起来，并写几笔。"),
    ],
    means: "把一张子表下载成给别的单位用的工作簿，例如给银行的发放表：遮住的栏目在这里是全文，每下载一次都留痕。",
};

/// A column of it.
pub(crate) const EXTRACT_COLUMN: Node = Node {
    key: "extract.column",
    name: "column",
    inside: &["extract"],
    times: Times::Some,
    args: &[arg("列名", Scalar::Text)],
    props: &[
        may("of", Scalar::Id, "子表的哪一栏；of 和 own 都不写就是序号。"),
        may("own", Scalar::Id, "本记录的哪一栏，每行都一样。"),
    ],
    means: "工作簿的一列，按先后写。",
};
