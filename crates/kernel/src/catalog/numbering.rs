//! How are records numbered, and in which series does one get its number?
//!
//! Never a number itself: those are given where they are kept.

use crate::ids::{FieldId, MechanismId, StepId};
use crate::series::Pattern;
use crate::value::{Facts, Value};

/// `number "任〔{年}〕{序号}号" at="issue"`.
#[derive(Clone, Debug)]
pub struct Numbering {
    /// The pattern.
    pub pattern: Pattern,
    /// The step that gives the number.
    pub at: StepId,
    /// The field whose options have a series each.
    pub by: Option<FieldId>,
}

impl Numbering {
    /// The series in which a record of a mechanism gets its number.
    pub fn series(&self, mechanism: &MechanismId, facts: &Facts) -> String {
        // enforces: number.by
        match self.by.as_ref().and_then(|field| facts.find(field.as_str())) {
            Some(Value::Choice(item)) => format!("{mechanism}:{item}"),
            _ => mechanism.to_string(),
        }
    }
}
