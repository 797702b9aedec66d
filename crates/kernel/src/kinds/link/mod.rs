//! 期限关系: who is together with whom, from which day to which day, on what basis?
//!
//! A record is a link. It stands from its first day to its end; each of its sides takes one of the places that this side
//! has on a day. What stands follows from the record alone, so a correction corrects the past too, and an ended link
//! stays where it was.
//! Never a day on which a side has more links than its definition allows.

pub(crate) mod nodes;

use std::collections::BTreeSet;

use jiff::civil::Date;
use uuid::Uuid;

use crate::calendar::Calendar;
use crate::catalog::{Guard, Mechanism};
use crate::deadlines::Clock;
use crate::formula::{Env, Own, Slot};
use crate::ids::{FieldId, PersonId, RecordId, StateId, UnitId};
use crate::record::{Record, View};
use crate::refusal::{Refusal, Spot};
use crate::roster::{self, Days};
use crate::value::{Facts, Value};
use crate::workflow::Numbered;

/// A link, as a definition declares it.
#[derive(Clone, Debug)]
pub struct Link {
    /// The field with the first day.
    pub from: FieldId,
    /// The field with the day on which it runs out.
    pub until: Option<FieldId>,
    /// The field with the day on which it ended.
    pub ended: Option<FieldId>,
    /// The field that says on what basis.
    pub basis: FieldId,
    /// The states in which it stands.
    pub open: Vec<StateId>,
    /// The states in which it has ended.
    pub closed: Vec<StateId>,
    /// Does it stand past its day until somebody ends it?
    pub overstays: bool,
    /// Its sides.
    pub sides: Vec<Side>,
    /// What must hold between them.
    pub rules: Vec<Rule>,
}

/// One side of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The field or the child table.
    pub id: FieldId,
    /// The column, of a child table.
    pub column: Option<FieldId>,
    /// The column with a row's own first day.
    pub from: Option<FieldId>,
    /// The column with a row's own last day.
    pub until: Option<FieldId>,
    /// How many links it may have on a day.
    pub most: usize,
    /// What somebody must be on the first day: items of the list of what people are.
    pub roles: Vec<String>,
}

/// What must hold between the sides.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The condition, and what is said if it does not hold.
    pub guard: Guard,
    /// The rule.
    pub because: Option<String>,
}

/// What a condition may ask about the sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Linked {
    /// From how many units they come.
    Units,
    /// Is the unit of one directly above the unit of another?
    Line,
}

impl Linked {
    /// All of them, by the names that experts write.
    pub const ALL: [(&'static str, Self); 2] = [("涉及单位", Self::Units), ("有上下级", Self::Line)];
}

/// Somebody or something that is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A person.
    Person(PersonId),
    /// A unit.
    Unit(UnitId),
    /// A record.
    Record(RecordId),
}

impl Who {
    /// Its id, whatever it is.
    pub fn id(self) -> Uuid {
        match self {
            Self::Person(id) => id.0,
            Self::Unit(id) => id.0,
            Self::Record(id) => id.0,
        }
    }
}

/// One place that a link takes: of whom, at which side, on which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenure<'a> {
    /// The side.
    pub side: &'a Side,
    /// The row of the child table, from 0.
    pub row: usize,
    /// Of whom.
    pub who: Who,
    /// On which days.
    pub days: Days,
}

/// The last day of what has no end yet.
pub const NO_END: Date = Date::MAX;

fn day(facts: &Facts, field: Option<&FieldId>) -> Option<Date> {
    match field.and_then(|id| facts.find(id.as_str())) {
        Some(Value::Day(day)) => Some(*day),
        _ => None,
    }
}

fn all_of(value: Option<&Value>) -> Vec<Who> {
    match value {
        Some(Value::Person(id)) => vec![Who::Person(*id)],
        Some(Value::People(ids)) => ids.iter().map(|id| Who::Person(*id)).collect(),
        Some(Value::Unit(id)) => vec![Who::Unit(*id)],
        Some(Value::Units(ids)) => ids.iter().map(|id| Who::Unit(*id)).collect(),
        Some(Value::Record(id)) => vec![Who::Record(*id)],
        _ => Vec::new(),
    }
}

impl Link {
    /// Does the record stand for a link that is or was?
    fn stands(&self, record: &Record) -> bool {
        !record.is_gone() && (self.open.contains(&record.state) || self.closed.contains(&record.state))
    }

    /// The days of a link; nothing if it is none yet, or ended before it began.
    // enforces: term.from
    // enforces: term.until
    // enforces: term.ended
    // enforces: term.overstays
    // enforces: term.open
    // enforces: term.closed
    pub fn days(&self, record: &Record) -> Option<Days> {
        if !self.stands(record) {
            return None;
        }
        let from_on = day(&record.facts, Some(&self.from))?;
        let until = day(&record.facts, self.until.as_ref());
        let until_on = match self.open.contains(&record.state) {
            true if self.overstays => None,
            true => until,
            false => day(&record.facts, self.ended.as_ref()).or(until),
        };
        until_on.is_none_or(|until| from_on <= until).then_some(Days { from_on, until_on })
    }

    /// Every place that the link takes.
    // enforces: term.side.of
    // enforces: term.side.from
    // enforces: term.side.until
    pub fn tenures(&self, record: &Record) -> Vec<Tenure<'_>> {
        let Some(whole) = self.days(record) else { return Vec::new() };
        let mut all = Vec::new();
        for side in &self.sides {
            let found = record.facts.find(side.id.as_str());
            let Some(column) = &side.column else {
                let whom = all_of(found).into_iter().enumerate();
                all.extend(whom.map(|(row, who)| Tenure { side, row, who, days: whole }));
                continue;
            };
            let Some(Value::Rows(rows)) = found else { continue };
            for (at, row) in rows.iter().enumerate() {
                let from_on = day(row, side.from.as_ref()).map_or(whole.from_on, |own| own.max(whole.from_on));
                let own = day(row, side.until.as_ref());
                let until_on = match (own, whole.until_on) {
                    (Some(own), Some(until)) => Some(own.min(until)),
                    (own, until) => own.or(until),
                };
                let days = Days { from_on, until_on };
                let whom = all_of(row.find(column.as_str())).into_iter();
                let lasts = until_on.is_none_or(|until| from_on <= until);
                all.extend(whom.filter(|_| lasts).map(|who| Tenure { side, row: at, who, days }));
            }
        }
        all
    }

    /// A side by the field or child table that it stands in.
    pub fn side(&self, id: &str) -> Option<&Side> {
        self.sides.iter().find(|side| side.id == *id)
    }

    /// What cannot be in one link, whatever others say.
    // enforces: term.basis
    fn faults_of(&self, mechanism: &Mechanism, after: &Record, today: Date) -> Vec<Refusal> {
        let facts = &after.facts;
        let name = |id: &FieldId| mechanism.field(id.as_str()).map_or("", |field| field.name.as_str()).to_owned();
        let at =
            |code: &'static str, id: &FieldId| Refusal::new(code).with("field", name(id)).at(Spot::Field(id.clone()));
        let mut faults = Vec::new();
        for id in [Some(&self.from), self.until.as_ref(), Some(&self.basis)].into_iter().flatten() {
            if facts.find(id.as_str()).is_none() {
                faults.push(at(if *id == self.basis { "link.no_basis" } else { "link.no_day" }, id));
            }
        }
        let from = day(facts, Some(&self.from));
        let until = self.until.as_ref().zip(day(facts, self.until.as_ref()));
        if let Some((field, _)) = until.filter(|(_, until)| from.is_some_and(|from| *until < from)) {
            faults.push(at("link.ends_early", field));
        }
        if self.days(after).is_some_and(|days| days.until_on.is_none()) && self.closed.contains(&after.state) {
            faults.extend(self.ended.as_ref().map(|id| at("link.no_day", id)));
        }
        let ended = self.ended.as_ref().zip(day(facts, self.ended.as_ref()));
        if let Some((field, ended)) = ended.filter(|_| self.closed.contains(&after.state)) {
            // Whoever calls it off before it began says so on a day before it.
            if from.is_some_and(|from| ended < from && today >= from) {
                faults.push(at("link.ends_early", field));
            }
            if !self.overstays && until.is_some_and(|(_, until)| until < ended) {
                faults.push(at("link.ends_late", field));
            }
        }
        faults
    }

    /// Sides that nobody stands at, and whoever stands at two at once.
    fn faults_of_sides(&self, mechanism: &Mechanism, after: &Record) -> Vec<Refusal> {
        let name = |side: &Side| match mechanism.field(side.id.as_str()) {
            Some(field) => field.name.clone(),
            None => mechanism.child(side.id.as_str()).map(|it| it.name.clone()).unwrap_or_default(),
        };
        let all = self.tenures(after);
        let mut faults = Vec::new();
        let is_empty = |side: &&Side| after.facts.find(side.id.as_str()).is_none();
        for side in self.sides.iter().filter(is_empty) {
            faults.push(Refusal::new("link.nobody").with("side", name(side)).at(Spot::Field(side.id.clone())));
        }
        for (at, one) in all.iter().enumerate() {
            if all[..at].iter().any(|other| other.who == one.who && other.days.meet(one.days)) {
                faults.push(Refusal::new("link.twice").with("side", name(one.side)).at(one.spot()));
            }
        }
        faults
    }
}

impl Tenure<'_> {
    /// Where it stands in the form.
    pub fn spot(&self) -> Spot {
        match &self.side.column {
            Some(column) => Spot::Row(self.side.id.clone(), self.row, column.clone()),
            None => Spot::Field(self.side.id.clone()),
        }
    }
}

/// Does a link hold together as it would be, whatever others say?
pub fn holds(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &Record,
    tree: &dyn Numbered,
) -> Result<(), Vec<Refusal>> {
    let faults = faults(clock, mechanism, before, after, tree);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// What stands in the way of a link as it would be. What must hold between the sides is asked when
/// it begins and when somebody else comes in, and not because somebody moved to another unit since.
fn faults(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &Record,
    tree: &dyn Numbered,
) -> Vec<Refusal> {
    let Some(link) = mechanism.link.as_ref().filter(|link| link.stands(after)) else { return Vec::new() };
    let mut faults = link.faults_of(mechanism, after, clock.today);
    faults.extend(link.faults_of_sides(mechanism, after));
    if !faults.is_empty() {
        return faults;
    }
    let who = |record: &Record| link.tenures(record).iter().map(|it| it.who).collect::<BTreeSet<Who>>();
    let (was, is) = (before.map(who).unwrap_or_default(), who(after));
    if is.is_subset(&was) {
        return faults;
    }
    let view = View { mechanism, record: after, today: clock.today, calendar: clock.calendar, period: None };
    let env = Together { view, sides: together(&is, tree) };
    for rule in link.rules.iter().filter(|rule| !rule.guard.when.holds(&env)) {
        let refusal = Refusal::new("link.rule").with("words", &rule.guard.otherwise);
        // enforces: term.require.because
        faults.push(refusal.because(rule.because.as_deref()));
    }
    faults
}

/// From how many units the sides come, and whether one of these is directly above another.
fn together(who: &BTreeSet<Who>, tree: &dyn Numbered) -> (usize, bool) {
    let unit = |who: &Who| match who {
        Who::Person(id) => tree.unit_of(*id),
        Who::Unit(id) => Some(*id),
        Who::Record(_) => None,
    };
    let units: BTreeSet<UnitId> = who.iter().filter_map(unit).collect();
    let line = units.iter().any(|unit| tree.above(*unit).is_some_and(|above| units.contains(&above)));
    (units.len(), line)
}

/// A record as conditions between its sides see it.
struct Together<'a> {
    view: View<'a>,
    sides: (usize, bool),
}

impl Env for Together<'_> {
    // enforces: term.require.when
    fn value(&self, slot: &Slot) -> Option<Value> {
        match slot {
            Slot::Own(Own::Linked(Linked::Units)) => i64::try_from(self.sides.0).ok().map(Value::Whole),
            Slot::Own(Own::Linked(Linked::Line)) => Some(Value::YesNo(self.sides.1)),
            slot => self.view.value(slot),
        }
    }

    fn today(&self) -> Date {
        self.view.today()
    }

    fn calendar(&self) -> &Calendar {
        self.view.calendar()
    }

    fn period(&self) -> Option<(Date, Date)> {
        self.view.period()
    }
}

/// The places that are asked for by a link as it is now, given those that it had: each with whether somebody comes in who
/// was not there. Whatever gets shorter asks for none, also where there are too many by now.
pub fn wanted<'a, 'b>(had: &'a [Tenure<'b>], has: &'a [Tenure<'b>]) -> impl Iterator<Item = (&'a Tenure<'b>, bool)> {
    let same = |old: &Tenure<'_>, new: &Tenure<'_>| old.side == new.side && old.who == new.who;
    let covered = move |new: &Tenure<'_>| had.iter().any(|old| same(old, new) && old.days.hold_all(new.days));
    let asked = has.iter().filter(move |new| !covered(new));
    asked.map(move |new| (new, !had.iter().any(|old| same(old, new))))
}

/// The first day on which a side would have more links than it may, given the days of its others.
// enforces: term.side.most
pub fn full_on(most: usize, wanted: Days, others: &[Days]) -> Option<Date> {
    let others: Vec<((), Days)> = others.iter().map(|days| ((), *days)).collect();
    roster::full_on(most, wanted, &others)
}

/// A step that would take a link out of its history: from a state in which it is or was one to one in which it is none.
pub(crate) fn forgets(link: &Link, step: &crate::catalog::Step) -> bool {
    let is_one = |state: &StateId| link.open.contains(state) || link.closed.contains(state);
    step.from.iter().any(is_one) && step.to.as_ref().is_some_and(|to| !is_one(to))
}

#[cfg(test)]
mod tests;
