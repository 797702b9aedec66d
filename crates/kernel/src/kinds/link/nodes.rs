//! What may an expert write about links? The nodes of the grammar.
//!
//! Never a rule that needs more than the node itself.

use crate::catalog::grammar::parts::{ID, NAME, arg, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Scalar, Times};

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "link",
    name: "link",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "期限关系：导师帮带、挂职、借出证照、编组这样谁和谁在一起、从哪天到哪天的，要写 term。一条记录就是一段关系。",
};

/// From when to when, and who.
pub(crate) const TERM: Node = Node {
    key: "term",
    name: "term",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("from", Scalar::Id, "哪个日期栏目是起始日。"),
        may("until", Scalar::Id, "哪个日期栏目是到期日；写了就要有一个到这天为止、会提前提醒的 deadline。"),
        may("ended", Scalar::Id, "哪个日期栏目是实际结束日；不写，结束了的算到到期日。"),
        must("basis", Scalar::Id, "哪个栏目是依据（文号或附件）；没有依据，关系开不了。"),
        must("open", Scalar::Ids, "在哪些状态关系还在。"),
        must("closed", Scalar::Ids, "在哪些状态关系已经结束；结束了的留在历史里，不能退回开始以前的状态。"),
        may("overstays", Scalar::YesNo, "到期没有办结束的还占着，例如借出没有还的证照；不写，占到到期日为止。"),
    ],
    means: "关系的期限和各方：任何一天都不会超过各方的上限，过去任何一天谁和谁在一起都查得到。",
};

/// One side of it.
pub(crate) const SIDE: Node = Node {
    key: "term.side",
    name: "side",
    inside: &["term"],
    times: Times::Some,
    args: &[arg("栏目", Scalar::Id)],
    props: &[
        must("most", Scalar::Whole, "同一天最多有几段这样的关系：导师一对二写2，一人一岗、一证一借写1。"),
        may("of", Scalar::Id, "写的是子表时，子表的哪一栏是这一方。"),
        may("from", Scalar::Id, "写的是子表时，各行自己的起始日栏；不写或者没填，跟着 term 走。"),
        may("until", Scalar::Id, "写的是子表时，各行自己的结束日栏。"),
        may("roles", Scalar::Ids, "要有哪种人员身份（起始日那天有效）；有这种身份的人就是可以选的人。"),
    ],
    means: "关系的一方：记人、记单位或者关联的栏目，也可以是子表的一栏。",
};

/// What must hold between the sides.
pub(crate) const REQUIRE: Node = Node {
    key: "term.require",
    name: "require",
    inside: &["term"],
    times: Times::Any,
    args: &[],
    props: &[
        must(
            "when",
            Scalar::Formula,
            "各方要满足的条件；除了栏目，还可以写“涉及单位”（各方来自几个单位）和“有上下级”（一方的单位是另一方单位的直接上级）。",
        ),
        must("else", Scalar::Text, "条件不满足时告诉人的话。"),
        may("because", Scalar::Text, "依据的规定。"),
    ],
    means: "各方之间的条件，建立关系、换人时核对。",
};
