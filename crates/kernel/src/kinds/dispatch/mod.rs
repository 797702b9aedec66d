//! 文件与公开: to whom does a paper go, who has received it, and does every number stay accounted for?
//!
//! A record is a paper. The step that issues it draws up its copy, which never changes, and lays down a receipt for each
//! unit that it is addressed to; receipts are noted beside the record, each once. A number that is given and not used is
//! void and stays ([`series`]). An issued paper is never taken back: another one takes its place.
//! Never a receipt of a unit that the paper was not sent to.

pub(crate) mod nodes;
pub mod series;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::calendar::{Calendar, Span};
use crate::catalog::{Mechanism, Step};
use crate::ids::{FieldId, PersonId, RoleId, StateId, StepId, UnitId};
use crate::record::Record;
use crate::refusal::{Refusal, Spot};
use crate::value::Value;

/// To whom papers go and what holds from then on, as a definition declares it.
#[derive(Clone, Debug)]
pub struct Circulation {
    /// The field with the units that it is addressed to.
    pub to: FieldId,
    /// The field with the units that get a copy.
    pub copies: Option<FieldId>,
    /// The step that issues it.
    pub issue: StepId,
    /// In which states receipts are taken.
    pub open: Vec<StateId>,
    /// Who receives it for a unit.
    pub who: Vec<RoleId>,
    /// How long a unit has.
    pub within: Span,
    /// The state of what was numbered and not issued.
    pub void: StateId,
    /// The step by which another paper takes its place.
    pub revoke: StepId,
    /// The field that names that other paper.
    pub by: FieldId,
    /// Whether it is made public, where that is asked.
    pub publicity: Option<Publicity>,
}

/// Whether papers are made public.
#[derive(Clone, Debug)]
pub struct Publicity {
    /// The field that says whether.
    pub field: FieldId,
    /// The option that says that it is.
    pub open: String,
    /// The step that notes it.
    pub step: StepId,
    /// The field that says where.
    pub place: FieldId,
}

/// Is it addressed to the unit, or does the unit get a copy?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// 主送.
    To,
    /// 抄送.
    Copy,
}

impl How {
    /// As rows write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::To => "to",
            Self::Copy => "copy",
        }
    }

    /// What a row means.
    pub fn of(word: &str) -> Self {
        if word == "copy" { Self::Copy } else { Self::To }
    }

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::To => "主送",
            Self::Copy => "抄送",
        }
    }
}

/// A unit that a paper was sent to, and whether it says that it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The unit.
    pub unit: UnitId,
    /// How it is addressed.
    pub how: How,
    /// By when it should say so.
    pub due_on: Date,
    /// When it did: the moment and the day.
    pub received: Option<(i64, Date)>,
    /// By whose hand.
    pub by: Option<PersonId>,
}

impl Receipt {
    /// Was it received by its day?
    pub fn is_in_time(&self) -> bool {
        self.received.is_some_and(|(_, on)| on <= self.due_on)
    }

    /// Is it not received, and its day over?
    pub fn is_late(&self, today: Date) -> bool {
        self.received.is_none() && self.due_on < today
    }
}

/// All receipts of a paper, in the order of its addressees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipts(Vec<Receipt>);

impl Receipts {
    /// Receipts in their order.
    pub fn of(all: Vec<Receipt>) -> Self {
        Self(all)
    }

    /// The receipts.
    pub fn all(&self) -> &[Receipt] {
        &self.0
    }

    /// That of a unit.
    pub fn of_unit(&self, unit: UnitId) -> Option<&Receipt> {
        self.0.iter().find(|it| it.unit == unit)
    }

    /// Notes that a unit has it.
    pub fn receive(&mut self, unit: UnitId, received: (i64, Date), by: Option<PersonId>) {
        for it in self.0.iter_mut().filter(|it| it.unit == unit && it.received.is_none()) {
            (it.received, it.by) = (Some(received), by);
        }
    }

    /// What was noted up to a moment.
    #[must_use]
    pub fn until(mut self, at: i64) -> Self {
        for it in self.0.iter_mut().filter(|it| it.received.is_some_and(|(then, _)| then > at)) {
            (it.received, it.by) = (None, None);
        }
        self
    }

    fn count(&self, counted: Counted) -> usize {
        let counts = |it: &&Receipt| match counted {
            Counted::Sent => true,
            Counted::Received => it.received.is_some(),
            Counted::InTime => it.is_in_time(),
            Counted::Waiting => it.received.is_none(),
        };
        self.0.iter().filter(counts).count()
    }
}

/// What formulas may ask about receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// Units that it was sent to.
    Sent,
    /// Those that received it.
    Received,
    /// Those that did by their day.
    InTime,
    /// Those that have not yet.
    Waiting,
}

impl Counted {
    /// All of them with their names; what is counted are units.
    pub const ALL: [(&'static str, Self); 4] =
        [("应签收", Self::Sent), ("已签收", Self::Received), ("按时签收", Self::InTime), ("未签收", Self::Waiting)];
    /// What they are counted in.
    pub const UNIT: &'static str = "家";
}

/// A count of a record's receipts.
pub fn value(record: &Record, counted: Counted) -> Option<Value> {
    i64::try_from(record.receipts.count(counted)).ok().map(Value::Whole)
}

/// The receipts that issuing a paper lays down: one for each unit that it is addressed to or gets a copy, in order.
pub fn addressed(circulation: &Circulation, record: &Record, today: Date, calendar: &Calendar) -> Vec<Receipt> {
    // enforces: circulation.within
    let due_on = calendar.add(today, &circulation.within).on;
    let units = |field: &FieldId| match record.facts.find(field.as_str()) {
        Some(Value::Units(units)) => units.clone(),
        Some(Value::Unit(unit)) => vec![*unit],
        _ => Vec::new(),
    };
    // enforces: circulation.to
    let to = units(&circulation.to).into_iter().map(|unit| (unit, How::To));
    // enforces: circulation.copies
    let copies = circulation.copies.iter().flat_map(units).map(|unit| (unit, How::Copy));
    let mut seen = BTreeSet::new();
    let fresh = to.chain(copies).filter(|(unit, _)| seen.insert(*unit));
    fresh.map(|(unit, how)| Receipt { unit, how, due_on, received: None, by: None }).collect()
}

/// Does the step issue the paper?
pub fn issues(mechanism: &Mechanism, step: &str) -> bool {
    mechanism.circulation.as_ref().is_some_and(|it| it.issue == *step)
}

/// May a unit receive the paper as it stands?
pub fn receivable(mechanism: &Mechanism, record: &Record, unit: UnitId) -> Result<(), Refusal> {
    let circulation = mechanism.circulation.as_ref().ok_or_else(|| Refusal::new("dispatch.none"))?;
    // enforces: circulation.open
    if !circulation.open.contains(&record.state) {
        let state = mechanism.state(record.state.as_str()).map_or("", |it| &it.name);
        return Err(Refusal::new("dispatch.not_open").with("title", &record.title).with("state", state));
    }
    match record.receipts.of_unit(unit) {
        None => Err(Refusal::new("dispatch.not_sent").with("title", &record.title)),
        Some(Receipt { received: Some((_, on)), .. }) => Err(Refusal::new("dispatch.received").with("day", on)),
        Some(_) => Ok(()),
    }
}

/// May this other paper take the place of one? It must be issued itself, and be another one.
// enforces: circulation.revoke
// enforces: circulation.by
pub fn replaces(mechanism: &Mechanism, record: &Record, other: &Record) -> Result<(), Refusal> {
    let Some(circulation) = &mechanism.circulation else { return Ok(()) };
    let refusal =
        |code: &'static str| Refusal::new(code).with("title", &other.title).at(Spot::Field(circulation.by.clone()));
    match () {
        () if other.id == record.id => Err(refusal("dispatch.replaces_itself")),
        () if !circulation.open.contains(&other.state) => Err(refusal("dispatch.replaced_by_draft")),
        () => Ok(()),
    }
}

/// The states that can be reached from some, those included.
pub fn reached(steps: &[Step], from: &[StateId]) -> BTreeSet<StateId> {
    let mut all: BTreeSet<StateId> = from.iter().cloned().collect();
    loop {
        let more = steps.iter().filter(|step| step.from.iter().any(|it| all.contains(it)));
        let more: Vec<StateId> = more.filter_map(|step| step.to.clone()).filter(|to| !all.contains(to)).collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

#[cfg(test)]
mod tests;
