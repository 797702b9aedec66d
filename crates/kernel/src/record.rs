//! What is so? A record as it stands, with its running deadlines.
//!
//! Never changed in place by anybody but `workflow`.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::catalog::{FieldType, Mechanism};
use crate::flow::Flow;
use crate::formula::{Env, Own, Slot};
use crate::ids::{BatchId, DeadlineId, MechanismId, RecordId, RoleId, StateId, UnitId};
use crate::kinds::activity::{self, Turnout};
use crate::kinds::ballot::{self, tally::Tally};
use crate::kinds::dispatch::{self, Receipts};
use crate::kinds::ledger::Book;
use crate::value::{Facts, Value};

/// A record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Its mechanism.
    pub mechanism: MechanismId,
    /// The version of the definition that it is pinned to.
    pub definition: Arc<str>,
    /// Its number, once given.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: StateId,
    /// The unit that it is about.
    pub unit: UnitId,
    /// The units that it was about before reorganisations took it along: until which day (from which on it was the
    /// next one's), and which; oldest first.
    pub past_units: Vec<(Date, UnitId)>,
    /// What is written down.
    pub facts: Facts,
    /// The day it was opened.
    pub opened_on: Date,
    /// The day it was closed.
    pub closed_on: Option<Date>,
    /// How often it was changed; also the number of its last journal entry.
    pub version: i64,
    /// The role that must act, by its state.
    pub holder: Option<RoleId>,
    /// Its deadlines, running and ended.
    pub deadlines: Vec<Running>,
    /// The import that it came with.
    pub batch: Option<BatchId>,
    /// The person who has it, and the joint step under way.
    pub flow: Flow,
    /// Who should come and who came, where somebody comes: noted beside the record, and no part of its version.
    pub turnout: Turnout,
    /// What was moved, where it is an account: beside the record too.
    pub book: Book,
    /// What its voting came to, once it is counted: kept beside the record, and no part of its version.
    pub tally: Option<Arc<Tally>>,
    /// Which units it was sent to and which have it, where it is a paper: beside the record too.
    pub receipts: Receipts,
}

/// A deadline of one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// Which.
    pub id: DeadlineId,
    /// The day it started.
    pub starts_on: Date,
    /// The day it was due at first.
    pub first_due_on: Date,
    /// The day it is due.
    pub due_on: Date,
    /// The moment it started, where it is counted in hours of work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// The moment it is due, where it is counted in hours of work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// The day since which it stands still.
    pub paused_on: Option<Date>,
    /// The day it ended.
    pub ended_on: Option<Date>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The next day on which the clock has to look at it.
    pub alarm_on: Option<Date>,
    /// Does the due day lie in a year whose holidays are not published?
    pub provisional: bool,
    /// What happened to it.
    pub history: Vec<DeadlineMove>,
}

/// How a deadline ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// On the due day or before.
    Met,
    /// After it.
    Late,
    /// The record went another way.
    Lifted,
}

/// One line of a deadline's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadlineMove {
    /// The day.
    pub on: Date,
    /// What happened.
    pub what: DeadlineEvent,
    /// The due day after it.
    pub due_on: Date,
}

/// What may happen to a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineEvent {
    /// It started.
    Started,
    /// It stands still.
    Paused,
    /// It goes on; the due day moved by the working days it stood still.
    Resumed,
    /// The due day was moved by approval.
    Extended,
    /// The due day was reckoned anew because a field changed.
    Moved,
    /// The due day was reckoned anew because the calendar changed.
    Recomputed,
    /// The holder was warned.
    Warned,
    /// The first late working day came.
    Overdue,
    /// It was met.
    Met,
    /// It ended late.
    EndedLate,
    /// The record went another way.
    Lifted,
}

impl Running {
    /// Does it run (or stand still)?
    pub fn is_open(&self) -> bool {
        self.ended_on.is_none()
    }

    /// Is it past its day, or its minute where it is counted in hours?
    pub fn is_past(&self, today: Date, now: i64) -> bool {
        self.due_at.map_or(self.due_on < today, |due| due < now)
    }
}

/// The state of a record whose import was undone: it is no state of any mechanism, and closed.
pub const UNDONE: &str = "undone";
/// The state of a file that was merged into another: it is no state of any mechanism, and closed.
pub const MERGED: &str = "merged";

impl Record {
    /// Does it stand for nothing any more: its import was undone, or it was merged into another file?
    pub fn is_gone(&self) -> bool {
        [UNDONE, MERGED].contains(&self.state.as_str())
    }

    /// Is it open?
    pub fn is_open(&self) -> bool {
        self.closed_on.is_none()
    }

    /// The unit that it was about on a day.
    pub fn unit_on(&self, day: Date) -> UnitId {
        self.past_units.iter().find(|(until, _)| day < *until).map_or(self.unit, |(_, unit)| *unit)
    }

    /// Its moves to other units after a day: on which day, from where, to where.
    pub fn moves_after(&self, day: Date) -> Vec<(Date, UnitId, UnitId)> {
        let next = self.past_units.iter().skip(1).map(|(_, unit)| *unit).chain([self.unit]);
        let moves = self.past_units.iter().zip(next).map(|((until, from), to)| (*until, *from, to));
        moves.filter(|(until, ..)| *until > day).collect()
    }

    /// A deadline that has been started.
    pub fn running(&self, id: &str) -> Option<&Running> {
        self.deadlines.iter().find(|it| it.id == *id)
    }

    /// The day that registers sort by: the main deadline's, or the earliest that runs. What stands still has none.
    pub fn due_on(&self, mechanism: &Mechanism) -> Option<Date> {
        match mechanism.main_deadline() {
            Some(main) => self.running(main.id.as_str()).filter(|it| it.paused_on.is_none()).map(|it| it.due_on),
            None => self.deadlines.iter().filter(|it| it.is_open()).map(|it| it.due_on).min(),
        }
    }
}

/// A record as formulas see it.
pub struct View<'a> {
    /// Its definition.
    pub mechanism: &'a Mechanism,
    /// The record.
    pub record: &'a Record,
    /// The day.
    pub today: Date,
    /// The calendar of working days.
    pub calendar: &'a Calendar,
    /// The period, for `在 期间`.
    pub period: Option<(Date, Date)>,
}

impl Env for View<'_> {
    fn value(&self, slot: &Slot) -> Option<Value> {
        match slot {
            Slot::Field(id) => match self.mechanism.field(id.as_str()).map(|field| &field.of) {
                // enforces: field.formula
                Some(FieldType::Computed { formula }) => formula.eval(self),
                _ => self.record.facts.find(id.as_str()).cloned(),
            },
            Slot::Own(own) => self.own(*own),
            Slot::Deadline(id) => self.record.running(id.as_str()).map(|it| Value::Day(it.due_on)),
            Slot::Figure(_) | Slot::Column { .. } => None,
        }
    }

    fn today(&self) -> Date {
        self.today
    }

    fn calendar(&self) -> &Calendar {
        self.calendar
    }

    fn period(&self) -> Option<(Date, Date)> {
        self.period
    }
}

impl View<'_> {
    fn own(&self, own: Own) -> Option<Value> {
        match own {
            Own::State => Some(Value::Choice(self.record.state.to_string())),
            Own::Number => self.record.number.clone().map(Value::Text),
            Own::Unit => Some(Value::Unit(self.record.unit)),
            Own::OpenedOn => Some(Value::Day(self.record.opened_on)),
            Own::ClosedOn => self.record.closed_on.map(Value::Day),
            Own::DueOn => self.record.due_on(self.mechanism).map(Value::Day),
            Own::IsOpen => Some(Value::YesNo(self.record.is_open())),
            Own::Turnout(count) => activity::value(self.mechanism, self.record, count),
            Own::Tally(told) => ballot::value(self.record, told),
            Own::Receipt(counted) => dispatch::value(self.record, counted),
            // Conditions between the sides know the tree; nothing else does.
            Own::Linked(_) => None,
        }
    }
}
