//! How does the program say no? What, by which rule, and what to do next.
//!
//! The sentence itself stands in `definitions/messages.kdl` under the refusal's code.
//! Never a failure of ours: those are `app::Error::Broken`.

use crate::ids::FieldId;

/// Which of the two noes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The rules say no.
    Rule,
    /// It is not for this person.
    NotYours,
}

/// Where on the form the sentence belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The form as a whole.
    Form,
    /// A field.
    Field(FieldId),
    /// A field in a row of a child table: child, row from 0, field.
    Row(FieldId, usize, FieldId),
    /// The opinion that a step asks for.
    Opinion,
    /// The reason that a step asks for.
    Reason,
}

/// The rules say no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which no.
    pub kind: RefusalKind,
    /// The id of its sentence in the messages file.
    pub code: &'static str,
    /// Where it belongs.
    pub at: Spot,
    /// The rule, quoted or named, if the definition gives one.
    pub because: Option<String>,
    /// What fills the holes of the sentence, by name.
    pub params: Vec<(&'static str, String)>,
}

impl Refusal {
    /// The rules say no, with the sentence `code`.
    pub fn new(code: &'static str) -> Self {
        Self { kind: RefusalKind::Rule, code, at: Spot::Form, because: None, params: Vec::new() }
    }

    /// It is not for this person.
    pub fn not_yours(code: &'static str) -> Self {
        Self { kind: RefusalKind::NotYours, ..Self::new(code) }
    }

    /// Says where the sentence belongs.
    #[must_use]
    pub fn at(mut self, at: Spot) -> Self {
        self.at = at;
        self
    }

    /// Names the rule.
    #[must_use]
    pub fn because(mut self, rule: Option<&str>) -> Self {
        self.because = rule.map(str::to_owned);
        self
    }

    /// Fills a hole of the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}
