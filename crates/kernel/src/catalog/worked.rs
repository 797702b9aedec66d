//! What does a worked example say? A whole record, step by step.
//!
//! Never walks: `kernel::example` does.

use jiff::civil::Date;

use crate::ids::{StateId, StepId};
use crate::value::Facts;

/// A whole record, walked through its steps.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its name.
    pub name: String,
    /// The steps, in order.
    pub steps: Vec<ExampleStep>,
    /// The state it ends in.
    pub ends: StateId,
}

/// A step of an example.
#[derive(Clone, Debug)]
pub struct ExampleStep {
    /// The step.
    pub step: StepId,
    /// The day.
    pub on: Date,
    /// What is filled in.
    pub facts: Facts,
    /// Must it be refused?
    pub refused: bool,
}
