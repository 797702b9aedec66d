//! 闭环事项: who raised it, who has it, by when, and did whoever raised it say that it is done?
//!
//! What came in is what is open, what is closed and what was dropped, on any day: the states partition the records, and
//! the property stands with the figures (`tests/decides/figures.rs`).

use crate::catalog::grammar::parts::{ID, NAME};
use crate::catalog::grammar::{MECHANISM_FILE, Node, Times};

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "matter",
    name: "matter",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "闭环事项：从提出到确认办结的一类事项。一个文件写一个机制，文件名就是代号。",
};
