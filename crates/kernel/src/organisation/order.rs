//! What is decided about units? One order, by a decision with a number, from a day on.
//!
//! Never done here: `app` shows the plan and carries it out.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, UnitId, UnitKind};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The first day on which it is so.
    pub on: Date,
    /// The number of the decision.
    pub decision: String,
    /// Why.
    pub why: String,
    /// What changes.
    pub change: Change,
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A new unit.
    Found {
        /// Its id to come.
        unit: UnitId,
        /// What it is.
        facts: UnitFacts,
        /// The unit above it; none for the top of a tree.
        above: Option<UnitId>,
        /// The administrative units that a party unit belongs to.
        of: Vec<UnitId>,
    },
    /// Another name, kind, level or code, or other links.
    Alter {
        /// The unit.
        unit: UnitId,
        /// What it is from then on.
        facts: UnitFacts,
        /// The administrative units that a party unit belongs to from then on.
        of: Vec<UnitId>,
    },
    /// Below another unit, with everything below it.
    Move {
        /// The unit.
        unit: UnitId,
        /// The unit above it from then on.
        above: UnitId,
    },
    /// Units end and become part of another.
    Merge {
        /// Those that end.
        units: Vec<UnitId>,
        /// What they become part of.
        into: UnitId,
        /// Do roles over those that end go along? If not, they end.
        with_roles: bool,
    },
    /// A part becomes a unit of its own, beside the one it comes from.
    Split {
        /// Where it comes from; it stays.
        unit: UnitId,
        /// The id of the new one.
        new: UnitId,
        /// What the new one is.
        facts: UnitFacts,
        /// What goes along; all else stays.
        takes: Takes,
    },
    /// It ends, and nothing follows it.
    Dissolve {
        /// The unit.
        unit: UnitId,
    },
}

/// What a unit is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFacts {
    /// Its name.
    pub name: String,
    /// Its short name.
    pub short_name: Option<String>,
    /// Its pinyin initials.
    pub pinyin: String,
    /// Its kind.
    pub unit_kind: UnitKind,
    /// Its level.
    pub level: Option<String>,
    /// Its code.
    pub code: Option<String>,
    /// Its unified social credit code.
    pub credit_code: Option<String>,
}

/// What goes along with a part that becomes a unit of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takes {
    /// Units below.
    pub units: Vec<UnitId>,
    /// Open records of these mechanisms.
    pub mechanisms: Vec<String>,
    /// People.
    pub people: Vec<PersonId>,
    /// Do the roles of those people over the old unit go along?
    pub with_roles: bool,
}

impl Change {
    /// The word under which it is kept.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Found { .. } => "found",
            Self::Alter { .. } => "alter",
            Self::Move { .. } => "move",
            Self::Merge { .. } => "merge",
            Self::Split { .. } => "split",
            Self::Dissolve { .. } => "dissolve",
        }
    }

    /// The unit that it is about.
    pub fn unit(&self) -> UnitId {
        match self {
            Self::Found { unit, .. }
            | Self::Alter { unit, .. }
            | Self::Move { unit, .. }
            | Self::Split { unit, .. }
            | Self::Dissolve { unit } => *unit,
            Self::Merge { into, .. } => *into,
        }
    }
}
