//! What may an expert write about rounds, their entries and stages? The nodes of the grammar.
//!
//! Never a rule that needs more than the node itself.

use super::RULES;
use crate::catalog::grammar::parts::{ID, NAME, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Scalar, Times};

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "round",
    name: "round",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "分段评审：星级评定、立项评审这样先发通知、再申报、按阶段评审、公示公布的，要写 call。一条记录就是一批，申报写在另一个机制里。",
};

/// Who may apply, when, and what becomes of it.
pub(crate) const CALL: Node = Node {
    key: "call",
    name: "call",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("entry", Scalar::Id, "哪个机制的记录是申报，那个机制里要写 entry。"),
        must("who", Scalar::Ids, "哪些角色主办：分配评审人，按规则办结各阶段。"),
        must("takes", Scalar::Id, "在哪个状态收申报。"),
        must("opens", Scalar::Id, "哪个时刻栏目写几时开始收。"),
        must("closes", Scalar::Id, "哪个时刻栏目写几时截止；过了这个时刻就不收。"),
        may("late", Scalar::Id, "哪张子表写准许迟交的单位：要有必填的 unit 单位栏、until 日期栏和 reason 文字栏。"),
        may("invites", Scalar::Id, "哪个单位栏目写申报范围；写了就只收这些单位及其下级的。"),
        may("places", Scalar::Id, "哪个整数栏目写名额，供 rule=\"places\" 的阶段用。"),
        may("announce", Scalar::Id, "走哪一步时把名单写进 result 子表。"),
        may("lists", Scalar::Ids, "在哪些状态的申报列进名单，状态是申报那个机制的。"),
        may(
            "result",
            Scalar::Id,
            "名单写进哪张子表，谁也不能填：各栏写申报里同代号、同类型的栏目，算出来的文字也可以。",
        ),
    ],
    means: "一批评审：收谁的申报、几时截止、谁主办、名单写在哪里。",
};

/// What an entry goes through.
pub(crate) const ENTRY: Node = Node {
    key: "entry",
    name: "entry",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[must("round", Scalar::Id, "哪个关联栏目写属于哪一批；只在新建时填。")],
    means: "这个机制的记录是某一批评审的申报，依次走过下面各个阶段。",
};

/// A stage.
pub(crate) const STAGE: Node = Node {
    key: "entry.stage",
    name: "stage",
    inside: &["entry"],
    times: Times::Some,
    args: &[ID, NAME],
    props: &[
        must("state", Scalar::Id, "申报在哪个状态就是在这个阶段。"),
        must("during", Scalar::Id, "这一批在哪个状态时评这个阶段；离开以前每一件都要有结论。"),
        must("who", Scalar::Ids, "哪些角色可以当评审人；本单位的、本人办过的申报要回避。"),
        may("each", Scalar::Whole, "每件由几个人评，1到15；不写是1。"),
        must(
            "rule",
            Scalar::Word(RULES),
            "怎样得出结论：all 全部通过才通过，majority 过半数，score 平均分达到 line，places 按平均分取前几名。",
        ),
        may(
            "within",
            Scalar::Id,
            "rule=\"places\" 时按哪个栏目分开取：栏目的值相同的一起排，各取 places 那么多名；不写就全部一起排。",
        ),
        may("line", Scalar::Whole, "rule=\"score\" 时平均多少分通过。"),
        must("passes", Scalar::Id, "通过走哪一步。"),
        must("fails", Scalar::Id, "不通过走哪一步。"),
        may("returns", Scalar::Id, "退回走哪一步；改好以后回到这个阶段，由原来的评审人再评。"),
        must(
            "result",
            Scalar::Id,
            "哪个选项栏目记这个阶段的结果，谁也不能填；选项要有 open passed failed returned withdrawn。",
        ),
        may("score", Scalar::Id, "哪个两位小数的栏目记平均分，谁也不能填。"),
        must("turn", Scalar::Id, "哪个整数栏目记第几次评，谁也不能填。"),
    ],
    means: "一个评审阶段：按先后写，前一个阶段通过了才进下一个；中间可以有办理的状态。",
};

/// What is scored.
pub(crate) const ITEM: Node = Node {
    key: "entry.stage.item",
    name: "item",
    inside: &["entry.stage"],
    times: Times::Any,
    args: &[ID, NAME],
    props: &[must("most", Scalar::Whole, "这一项最多几分，1到1000。")],
    means: "评分表的一项；各项加起来是这个评审人的分。",
};

/// Which steps wait for the round.
pub(crate) const DURING: Node = Node {
    key: "entry.during",
    name: "during",
    inside: &["entry"],
    times: Times::Any,
    args: &[],
    props: &[
        must("state", Scalar::Ids, "这一批在哪些状态时。"),
        must("steps", Scalar::Ids, "才可以走哪些步骤，例如公示以后才能授星。"),
    ],
    means: "某些步骤要等这一批走到某个状态。",
};
