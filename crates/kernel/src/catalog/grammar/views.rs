//! How may an expert have records shown? The nodes of the grammar for lists, boards and calendars.
//!
//! Never a rule that needs more than the node itself.

use super::parts::must;
use super::{MECHANISM, Node, SORTS, Scalar, Times};

/// The columns of a register.
pub(crate) const LIST_PAGE: Node = Node {
    key: "list",
    name: "list",
    inside: &[MECHANISM],
    times: Times::Once,
    args: &[],
    props: &[
        must("columns", Scalar::Ids, "台账显示哪些列：栏目，或者 number state light due holder。"),
        must("sort", Scalar::Word(SORTS), "排序：due 按到期日，opened 按登记日，number 按编号。"),
    ],
    means: "台账怎样列。",
};
/// The board of a register.
pub(crate) const BOARD: Node = Node {
    key: "board",
    name: "board",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[must("card", Scalar::Ids, "卡片上显示哪些栏目。")],
    means: "看板：一个状态一列。",
};
/// The calendar of a register.
pub(crate) const CALENDAR: Node = Node {
    key: "calendar",
    name: "calendar",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[must("by", Scalar::Id, "按哪个日期栏目排。")],
    means: "日历视图。",
};
