//! What may an expert write about records that are opened in another mechanism?
//!
//! Never a rule that needs more than the node itself.

use super::parts::{ID, arg, may, must};
use super::{MECHANISM, Node, Scalar, Times};

/// A record in another mechanism.
pub(crate) const OPENING: Node = Node {
    key: "opening",
    name: "opening",
    inside: &[MECHANISM],
    times: Times::Any,
    args: &[ID],
    props: &[
        must("mechanism", Scalar::Id, "在哪个机制里新建记录。"),
        must("back", Scalar::Id, "新记录里哪个栏目指回本记录。"),
        may("each", Scalar::Id, "给哪个单位栏目（units）里的每个单位各开一条，新记录的所属单位就是它；不写就开一条。"),
    ],
    means: "联动：在另一个机制里开立新记录。",
};

/// A field of the opened record.
pub(crate) const FILL: Node = Node {
    key: "fill",
    name: "fill",
    inside: &["opening"],
    times: Times::Any,
    args: &[arg("新记录的栏目", Scalar::Id), arg("公式", Scalar::Formula)],
    props: &[],
    means: "新记录的这个栏目按公式填好。",
};

/// A table of the opened record.
pub(crate) const ROWS: Node = Node {
    key: "opening.rows",
    name: "rows",
    inside: &["opening"],
    times: Times::Any,
    args: &[arg("新记录的子表", Scalar::Id), arg("本记录的子表", Scalar::Id)],
    props: &[],
    means: "把本记录这张子表的各行带到新记录的子表：同代号、同类型的各栏照写。",
};
