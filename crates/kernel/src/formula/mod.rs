//! What is a condition, what is computed? A small total language in which experts write in Chinese.
//!
//! `进度 = 100% 且 非 为空(办结日)` · `办结日 <= 完成时限` · `状态 属于 [推进中, 待核验]` · `下达日 + 5个工作日`
//!
//! Reading order: what a formula says (`expr`), how it is read (`lexer`, `parser`, `checker`, `calls`),
//! what it gives (`eval`), how it is written back (`print`) and read aloud (`explain`).
//! Never loops, never reads a clock, never fails while computing: what cannot be computed is absent.

pub mod expr;
mod lexer;
mod parser;
mod checker;
mod calls;
pub mod certain;
mod eval;
mod print;
mod explain;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

pub use eval::Env;
pub use explain::explain;
pub use expr::{
    Choice, Choices, Cmp, Column, Columns, DEEPEST, Expr, Gather, Measure, Named, Op, Own, Rounding, Slot, Step, Type,
};
pub use lexer::{LONGEST, MOST_TOKENS};
pub use print::to_text;

use crate::problem::nearest;
use crate::value::Value;

/// One thing that is wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes of the text; both ends lie between characters.
    pub span: Range<usize>,
    /// What is wrong.
    pub sentence: String,
    /// What to do, or what was probably meant.
    pub hint: Option<String>,
}

/// The names that a formula may use.
pub trait Scope {
    /// What the name means here.
    fn find(&self, name: &str) -> Option<Symbol>;
    /// All names, for hints.
    fn names(&self) -> Vec<String>;
}

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Where the value stands.
    pub slot: Slot,
    /// Its type.
    pub of: Type,
}

/// What the formula has to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A condition. A bare name of a state means that the record is in it.
    Condition,
    /// A day.
    Day,
    /// A number of any measure.
    Number,
    /// A text.
    Text,
    /// Anything but a child table or files.
    Any,
}

/// A formula that holds together: every name known, every type right.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// As written by the expert.
    pub text: Arc<str>,
    /// What it says.
    pub expr: Expr,
    /// What it gives.
    pub of: Type,
}

/// Reads a formula and reports everything that is wrong with it, not just the first thing.
pub fn check(text: &str, scope: &dyn Scope, wanted: Wanted) -> Result<Formula, Vec<Fault>> {
    let raw = parser::parse(text)?;
    let expr = checker::check(&raw, scope, wanted)?;
    Ok(Formula { text: text.into(), of: expr.of(), expr })
}

impl Formula {
    /// What it gives; absent if something it needs is absent or it cannot be computed.
    ///
    /// Bare numbers, days and units come as `Whole` if they are whole, else as `Decimal`; percent always as `Decimal`,
    /// money rounded to 分 (halves away from zero).
    pub fn eval(&self, env: &dyn Env) -> Option<Value> {
        eval::value(&self.expr, env)
    }

    /// Does the condition hold? What is absent, or no condition, does not.
    pub fn holds(&self, env: &dyn Env) -> bool {
        eval::holds(&self.expr, env)
    }

    /// Every slot that it names, each once, in a fixed order.
    pub fn mentions(&self) -> Vec<Slot> {
        self.expr.mentions()
    }

    /// Does it ask what day it is?
    pub fn needs_clock(&self) -> bool {
        self.expr.needs_clock()
    }

    /// Does it ask for the period?
    pub fn needs_period(&self) -> bool {
        self.expr.needs_period()
    }
}

/// Does a condition hold that was put together from checked formulas?
pub fn holds(expr: &Expr, env: &dyn Env) -> bool {
    eval::holds(expr, env)
}

impl Fault {
    fn new(span: Range<usize>, sentence: impl Into<String>) -> Self {
        Self { span, sentence: sentence.into(), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Asks for the nearest known name, or lists those that there are.
    fn nearest(self, wrong: &str, known: &[String]) -> Self {
        if let Some(name) = nearest(wrong, known.iter().map(String::as_str)) {
            return self.hint(format!("是否为“{name}”？"));
        }
        match known {
            [] => self,
            _ if known.len() > 12 => self.hint(format!("可用：{} 等", known[..12].join("、"))),
            _ => self.hint(format!("可用：{}", known.join("、"))),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence)?;
        self.hint.iter().try_for_each(|hint| write!(f, "（{hint}）"))
    }
}
