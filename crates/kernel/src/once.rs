//! Of whom may there be one record at a time? Of a person, a unit or a record; of one kind of it; on the days from–until.
//!
//! It takes the only place that there is on those days, like a link takes one of several.
//! Never a second on one day, and never by what a record is called: by who it is.

use crate::catalog::Mechanism;
use crate::ids::{FieldId, StateId};
use crate::kinds::link::Who;
use crate::record::Record;
use crate::roster::Days;
use crate::value::Value;

/// Of whom there is one record at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// The field that says of whom.
    pub of: FieldId,
    /// The field that says of which kind.
    pub per: Option<FieldId>,
    /// The field with the first day.
    pub from: FieldId,
    /// The field with the last day.
    pub until: Option<FieldId>,
    /// The states in which it counts.
    pub states: Vec<StateId>,
}

/// The only place of somebody that a record takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The place: the field that says of whom, and the kind.
    pub place: FieldId,
    /// Of whom.
    pub who: Who,
    /// On which days.
    pub days: Days,
}

impl Once {
    /// The place that the record takes; none in a state in which it does not count, or while it has no first day.
    // enforces: once.of
    // enforces: once.per
    // enforces: once.from
    // enforces: once.until
    // enforces: once.states
    pub fn taken(&self, record: &Record) -> Option<Taken> {
        let is_counted = self.states.contains(&record.state) && !record.is_gone();
        let find = |id: &FieldId| record.facts.find(id.as_str());
        let day = |id: &FieldId| match find(id) {
            Some(Value::Day(day)) => Some(*day),
            _ => None,
        };
        let who = match find(&self.of).filter(|_| is_counted)? {
            Value::Person(id) => Who::Person(*id),
            Value::Unit(id) => Who::Unit(*id),
            Value::Record(id) => Who::Record(*id),
            _ => return None,
        };
        let place = match self.per.as_ref().map(find) {
            None => self.of.clone(),
            Some(Some(Value::Choice(kind))) => FieldId::from(format!("{}_{kind}", self.of)),
            Some(_) => return None,
        };
        let days = Days { from_on: day(&self.from)?, until_on: self.until.as_ref().and_then(day) };
        let lasts = days.until_on.is_none_or(|until| days.from_on <= until);
        lasts.then_some(Taken { place, who, days })
    }
}

/// The place that a record of a mechanism takes, if there is one record at a time.
pub fn taken(mechanism: &Mechanism, record: &Record) -> Option<Taken> {
    mechanism.once.as_ref()?.taken(record)
}
