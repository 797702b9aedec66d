//! What is a condition, what is computed? A small total language in which experts write in Chinese.
//!
//! Reading order: what a formula says (`expr`).
//! Never loops, never reads a clock, never fails while computing.

pub mod expr;

pub use expr::{Choice, Choices, Cmp, Column, Columns, Expr, Gather, Measure, Named, Op, Own, Rounding, Slot, Step, Type};
