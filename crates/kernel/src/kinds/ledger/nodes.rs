//! What may an expert write about accounts? The nodes of the grammar.
//!
//! Never a rule that needs more than the node itself.

use crate::catalog::grammar::parts::{ID, NAME, arg, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Property, Scalar, Times};

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "ledger",
    name: "ledger",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "额度收支：编制、预算、专项资金这样有上限、有进出、有余额的，要写 account。一条记录就是一个账户。",
};

/// What is kept of each record.
pub(crate) const ACCOUNT: Node = Node {
    key: "account",
    name: "account",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("measure", Scalar::Text, "计量单位，例如名、元、万元、份。"),
        may("places", Scalar::Whole, "最多几位小数，0到6；不写是0。"),
        must("of", Scalar::Ids, "哪几个栏目合起来认一个账户，例如单位和编制类型；不能有两个开着的账户写得一样。"),
        must("states", Scalar::Ids, "在哪些状态可以记变动。"),
        may("ceiling", Scalar::Text, "上限叫什么；不写叫“核定”。"),
        may("free", Scalar::Text, "还可以用的叫什么；不写叫“空余”。"),
    ],
    means: "账户：上限、各项占用和余额都由变动加出来，不用填。",
};

/// What an amount of the ceiling may be taken for.
pub(crate) const STAGE: Node = Node {
    key: "account.stage",
    name: "stage",
    inside: &["account"],
    times: Times::Some,
    args: &[ID, NAME],
    props: &[may("own", Scalar::YesNo, "谁放进来的谁才能动：某件事预留的，别的事不能占用。")],
    means: "额度用在哪里：预留、占用、已付等，按先后写。",
};

/// What may be done with an account.
pub(crate) const MOVEMENT: Node = Node {
    key: "account.movement",
    name: "movement",
    inside: &["account"],
    times: Times::Some,
    args: &[ID, NAME],
    props: &[
        may("from", Scalar::Id, "从哪里出：free 空余，或者一个 stage；不写是从外面来，上限增加。"),
        may("to", Scalar::Id, "到哪里去：free 空余，或者一个 stage；不写是出到外面，上限减少。"),
        must("who", Scalar::Ids, "哪些角色可以记，管辖范围要包含账户所属的单位。"),
        may("document", Scalar::YesNo, "要写文号。"),
        may("reason", Scalar::YesNo, "要写理由。"),
        may("over", Scalar::YesNo, "可以超出上限，超出时要写理由。"),
        may("transfer", Scalar::YesNo, "调剂：从这个账户的空余出，进另外几个账户的空余，各份之和等于总数。"),
        may("when", Scalar::Formula, "账户满足什么条件才可以。"),
        may("else", Scalar::Text, "条件不满足时告诉人的话。"),
        may("because", Scalar::Text, "依据的规定。"),
    ],
    means: "一种变动：从哪里到哪里。核增是从外面到空余，预留是从空余到预留。",
};

/// What a step of any mechanism does with an account.
pub(crate) const DRAWS: Node = Node {
    key: "step.draws",
    name: "draws",
    inside: &["step"],
    times: Times::Any,
    args: &[ID],
    props: &[
        may("account", Scalar::Id, "哪个关联栏目写着账户。"),
        may("of", Scalar::Id, "不写 account 的，写哪个额度机制：用 by 找账户，没有那个账户就不限。"),
        must("amount", Scalar::Formula, "多少。"),
        may("on", Scalar::Id, "哪个日期栏目是生效日；不写是办这一步的当天。"),
        may("document", Scalar::Id, "哪个文字栏目是文号。"),
        may("reason", Scalar::Id, "哪个文字栏目写超出额度的理由；不写就用这一步的理由。"),
    ],
    means: "走这一步时在账户上记一笔变动：额度不够，这一步就办不成。步骤要写 recall=#false。",
};

/// Which account it is, where no field names it.
pub(crate) const BY: Node = Node {
    key: "step.draws.by",
    name: "by",
    inside: &["step.draws"],
    times: Times::Any,
    args: &[arg("额度机制的栏目", Scalar::Id), arg("公式", Scalar::Formula)],
    props: &[],
    means: "账户的这个栏目等于公式的结果；额度机制的 account 用 of 写的栏目都要写到。",
};

/// What was moved, in an example.
pub(crate) const EXAMPLE: Node = Node {
    key: "example.movement",
    name: "movement",
    inside: &["example.record"],
    times: Times::Any,
    args: &[ID],
    props: &[must("amount", Scalar::Text, "多少。"), must("on", Scalar::Day, "从哪天起。")],
    means: "算例里账户上的一笔变动。",
};

/// What a figure reads off accounts.
pub(crate) const BALANCE: Property = may(
    "balance",
    Scalar::Text,
    "账户期末的数：写上限、空余、超出、stage 或者 movement 的名称（这种变动累计多少），可以相加减。",
);
/// In which year it counts.
pub(crate) const YEAR: Property =
    may("year", Scalar::Formula, "账户是哪一年的：余额只算在那一年里，过了年就不算；不写一直算。");
