//! What were units before, and how are the two trees linked? From day to day, in memory.
//!
//! Never changes: who changes units has the tree read anew.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::ids::{UnitId, UnitKind};
use store::units::{LinkRow, SpanRow};
use uuid::Uuid;

/// A unit as it was from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from_on: Date,
    /// The day on which it was so no more.
    pub ended_on: Option<Date>,
    /// Its name then.
    pub name: String,
    /// Its kind then.
    pub kind: UnitKind,
    /// The unit above it then.
    pub parent: Option<UnitId>,
    /// What began it: `founded`, `altered`, `moved`, `merged`, `split`, `dissolved`; `known` for what was before.
    pub event: String,
    /// The unit that it became or came from.
    pub other: Option<UnitId>,
    /// The number of the decision.
    pub decision: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// The reorganisation that did it.
    pub reorganisation: Option<Uuid>,
}

/// A party unit that belongs to an administrative one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The party unit.
    pub unit: UnitId,
    /// The administrative unit.
    pub other: UnitId,
    /// The first day.
    pub from_on: Date,
    /// The day on which it was so no more.
    pub ended_on: Option<Date>,
}

/// What was before.
#[derive(Clone, Debug, Default)]
pub struct Past {
    spans: HashMap<UnitId, Vec<Span>>,
    turns: Vec<Date>,
    links: Vec<Link>,
}

impl Past {
    /// From what is kept: spans by unit and in order.
    pub(crate) fn new(rows: Vec<SpanRow>, links: Vec<LinkRow>) -> Self {
        let mut past = Self::default();
        for row in rows {
            let own = past.spans.entry(row.unit).or_default();
            if own.last().is_some_and(|before| before.parent != row.parent) {
                past.turns.push(row.from_on);
            }
            own.push(Span {
                from_on: row.from_on,
                ended_on: row.ended_on,
                name: row.name,
                kind: row.kind,
                parent: row.parent,
                event: row.event,
                other: row.other,
                decision: row.decision,
                why: row.why,
                reorganisation: row.reorganisation,
            });
        }
        past.turns.sort();
        past.turns.dedup();
        let link =
            |row: LinkRow| Link { unit: row.unit, other: row.other, from_on: row.from_on, ended_on: row.ended_on };
        past.links = links.into_iter().map(link).collect();
        past
    }

    /// The spans of a unit, in order; none if it was always as it is.
    pub fn of(&self, unit: UnitId) -> &[Span] {
        self.spans.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The span of a unit on a day; before its first one, the first. None if the unit was always as it is.
    pub fn on(&self, unit: UnitId, day: Date) -> Option<&Span> {
        let own = self.of(unit);
        own.iter().rev().find(|span| span.from_on <= day).or(own.first())
    }

    /// The days on which some unit came to stand below another.
    pub fn turns(&self) -> &[Date] {
        &self.turns
    }

    /// The administrative units that a party unit belongs to on a day, or the party units that belong to it.
    pub fn linked(&self, unit: UnitId, day: Date) -> Vec<UnitId> {
        let holds = |link: &&Link| link.from_on <= day && link.ended_on.is_none_or(|ended| day < ended);
        let other = |link: &Link| match (link.unit == unit, link.other == unit) {
            (true, _) => Some(link.other),
            (_, true) => Some(link.unit),
            _ => None,
        };
        self.links.iter().filter(holds).filter_map(other).collect()
    }
}
