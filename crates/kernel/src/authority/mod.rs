//! Who may do what? A role over a unit's subtree, from a day to a day.
//!
//! Checked at the moment of use; widest is not wins: a role counts only over its own subtree.
//! Never asks what an administrator of the system is called: such roles reach no business record.

pub mod fields;
pub mod reach;
pub mod sight;
mod reasons;
mod table;

pub use reasons::{Reason, reasons};
pub use sight::Sight;
pub use table::{managing, sight as in_words, table};

use jiff::civil::Date;

use crate::ids::{PersonId, RecordId, RoleId, UnitId};

pub mod stand_in;

pub use stand_in::{Behalf, Held, Principal, StandIn, Taken};

/// The pre-order interval of a unit's subtree: the numbers from `first` to `last` are the unit and all below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subtree {
    /// The unit's own number.
    pub first: i64,
    /// The number of the last unit below it.
    pub last: i64,
}

impl Subtree {
    /// Does the unit with this number lie in it?
    pub fn holds(self, ord: i64) -> bool {
        (self.first..=self.last).contains(&ord)
    }
}

/// A role that a person holds over a subtree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: RoleId,
    /// The unit it was given over.
    pub unit: UnitId,
    /// That unit's subtree.
    pub over: Subtree,
    /// The first day.
    pub from_on: Date,
    /// The last day, if it ends.
    pub until_on: Option<Date>,
    /// On what basis it was given.
    pub basis: String,
}

impl Grant {
    /// Is it in force on that day?
    pub fn holds_on(&self, day: Date) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day <= until)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    /// A person with the grants in force today.
    Person {
        /// The person.
        id: PersonId,
        /// Their name.
        name: String,
        /// What they hold today.
        grants: Vec<Grant>,
        /// In whose name they may act today.
        stands_for: Vec<Principal>,
    },
    /// The clock: opens what lateness opens and marks what is late.
    Clock,
    /// Somebody without an account, on the one record that they know.
    Outsider {
        /// The record; none while they file one.
        record: Option<RecordId>,
    },
}

impl Actor {
    /// The person's id, if it is one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { id, .. } => Some(*id),
            Self::Clock | Self::Outsider { .. } => None,
        }
    }

    /// The name that the journal shows.
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } => name,
            Self::Clock => "时限自动",
            Self::Outsider { .. } => "网上来件人",
        }
    }

    /// Their own grants in force; what they may use in somebody's name is in [`stand_in`].
    pub fn grants(&self) -> &[Grant] {
        match self {
            Self::Person { grants, .. } => grants,
            Self::Clock | Self::Outsider { .. } => &[],
        }
    }
}

/// Subtrees merged where they touch, in order.
pub fn merged(all: impl Iterator<Item = Subtree>) -> Vec<Subtree> {
    let mut all: Vec<Subtree> = all.collect();
    all.sort();
    let mut merged: Vec<Subtree> = Vec::new();
    for next in all {
        match merged.last_mut() {
            Some(last) if next.first <= last.last + 1 => last.last = last.last.max(next.last),
            _ => merged.push(next),
        }
    }
    merged
}

/// What of the subtrees lies inside one of the others.
pub fn overlap(all: &[Subtree], others: &[Subtree]) -> Vec<Subtree> {
    let both = all.iter().flat_map(|one| {
        others.iter().map(|other| Subtree { first: one.first.max(other.first), last: one.last.min(other.last) })
    });
    merged(both.filter(|it| it.first <= it.last))
}
