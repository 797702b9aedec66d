//! What may an expert write to explain a figure: what it counts, in words, and worked examples?
//!
//! Never runs one: that is `kernel::example`.

use super::parts::{arg, may};
use super::{ANY, Node, Scalar, Times};

/// What a figure counts, in words.
pub(crate) const FIGURE_WORDS: Node = Node {
    key: "figure.words",
    name: "words",
    inside: &["figure"],
    times: Times::Once,
    args: &[arg("说明", Scalar::Text)],
    props: &[may("over", Scalar::Text, "比率的分母说的是什么。")],
    means: "用一句话说明数的是什么。",
};

/// An example of a figure.
pub(crate) const FIGURE_EXAMPLE: Node = Node {
    key: "figure.example",
    name: "example",
    inside: &["figure"],
    times: Times::Any,
    args: &[],
    props: &[may("on", Scalar::Day, "期间的最后一天。")],
    means: "指标的算例：有哪些记录，应该得多少；每次检查都会实际算一遍；写在机制文件里的指标至少一个。",
};

/// A record of it.
pub(crate) const RECORD: Node = Node {
    key: "example.record",
    name: "record",
    inside: &["figure.example"],
    times: Times::Any,
    args: &[],
    props: &[may("state", Scalar::Id, "记录所在的状态。"), may(ANY, Scalar::Value, "记录的栏目和它的值。")],
    means: "算例里的一条记录。",
};

/// A row of a table of it.
pub(crate) const ROW: Node = Node {
    key: "example.row",
    name: ANY,
    inside: &["example.record"],
    times: Times::Any,
    args: &[],
    props: &[may(ANY, Scalar::Value, "子表一行里的栏目和它的值。")],
    means: "算例里的记录的子表，一行写一次，写成“子表 栏目=值”。",
};

/// What it gives.
pub(crate) const GIVES: Node = Node {
    key: "example.gives",
    name: "gives",
    inside: &["figure.example"],
    times: Times::Once,
    args: &[arg("结果", Scalar::Text)],
    props: &[],
    means: "应该得多少，写成页面上显示的样子。",
};
