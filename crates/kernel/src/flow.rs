//! Whom does a record wait for, beyond the role of its state? The person it was handed to, and the signatures of a
//! joint step 会签 that are there already.
//!
//! It is part of the record: kept with it, changed by steps alone, and told in the journal.
//! Never a right: who may sign is asked at the moment of signing.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, StepId, UnitId};

/// Where a record stands among people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Flow {
    /// The person of the holding role who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The joint step that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

impl Flow {
    /// Is there nothing to keep?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The signatures that the joint step has.
    pub fn signed(&self) -> &[Signature] {
        self.round.as_ref().map_or(&[], |round| &round.signed)
    }

    /// Those who were asked in addition.
    pub fn added(&self) -> &[Added] {
        self.round.as_ref().map_or(&[], |round| &round.added)
    }

    /// The round of a step, begun if there is none.
    pub fn round_of(&mut self, step: &StepId) -> &mut Round {
        let fresh = || Round { step: step.clone(), signed: Vec::new(), added: Vec::new() };
        if self.round.as_ref().is_none_or(|round| round.step != *step) {
            self.round = Some(fresh());
        }
        self.round.get_or_insert_with(fresh)
    }
}

/// A joint step under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The step.
    pub step: StepId,
    /// Who signed, in order.
    pub signed: Vec<Signature>,
    /// Whom a signer asked in addition 加签.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Added>,
}

/// Whose signature it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// A unit's: whoever holds the step's role over it.
    Unit(UnitId),
    /// A person's own.
    Person(PersonId),
    /// One of several different people of the step's role.
    Anybody,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Whose it is.
    pub seat: Seat,
    /// By whose hand.
    pub person: PersonId,
    /// In whose name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<PersonId>,
    /// On which day.
    pub on: Date,
}

impl Signature {
    /// The people who count as having signed with it: the hand, and whose name it was.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        [Some(self.person), self.behalf].into_iter().flatten()
    }
}

/// Somebody asked in addition by a signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Who is asked.
    pub person: PersonId,
    /// Who asked.
    pub by: PersonId,
    /// Beside whose signature.
    pub beside: Seat,
    /// Before that one, which then waits; else after it.
    pub before: bool,
}

/// What a step changed, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowChange {
    /// Before.
    pub from: Flow,
    /// After.
    pub to: Flow,
}
