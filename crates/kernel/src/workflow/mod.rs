//! What does a step do? It is checked against the definition, the actor's authority and the record, and gives a move.
//!
//! A refusal names everything that stands in the way, not only the first.
//! Never writes: `app` keeps what a move says, in one transaction.

use jiff::civil::Date;
use serde_json::Value as Json;

use crate::authority::{Actor, Behalf, Taken};
use crate::beyond;
use crate::catalog::{FieldType, Mechanism, Step};
use crate::deadlines::{self, Clock, Moves};
use crate::facts;
use crate::flow::{Flow, Seat, Signature};
use crate::ids::{DeadlineId, FieldId, PaperKind, PersonId, RecordId, RoleId, StepId, UnitId};
use crate::journal::Change;
use crate::kinds::activity::Turnout;
use crate::kinds::{assessment, ballot, link, report, round};
use crate::record::{Record, View};
use crate::refusal::{Refusal, Spot};
use crate::value::{Facts, Value};
use seats::{Asked, Way};

mod checks;
mod adopt;
mod by_clock;
pub mod moves;
pub mod recall;
pub mod seats;
mod with_unit;

pub use adopt::{ADOPT, ADOPT_NAME, adopt};
pub(crate) use by_clock::by_clock;
pub use by_clock::{recompute, ring};
pub use checks::LONGEST_OPINION;
pub use with_unit::{WITH_UNIT, go_with_unit};

/// What somebody wants to do.
pub struct Attempt<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The step.
    pub step: &'a StepId,
    /// What they filled in; an absent value empties the field.
    pub filled: Vec<(FieldId, Option<Value>)>,
    /// What of it could not be read or points to nothing: said together with everything else that stands in the way.
    pub faults: Vec<Refusal>,
    /// Their opinion.
    pub opinion: Option<String>,
    /// Their reason.
    pub reason: Option<String>,
    /// The steps taken before, as far as `apart` asks for them.
    pub past: &'a [Taken],
    /// The organisation tree.
    pub tree: &'a dyn Numbered,
}

/// The organisation tree, as far as rights need it.
pub trait Numbered: Sync {
    /// The number of a unit in pre-order; `None` if there is no such unit.
    fn ord(&self, unit: UnitId) -> Option<i64>;

    /// Does a person hold one of the roles over the unit of this number on that day, in their own name?
    fn holds(&self, person: PersonId, roles: &[RoleId], ord: i64, on: Date) -> bool;

    /// The unit that a person belongs to.
    fn unit_of(&self, _person: PersonId) -> Option<UnitId> {
        None
    }

    /// The unit directly above a unit.
    fn above(&self, _unit: UnitId) -> Option<UnitId> {
        None
    }
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The record after it. The number is still to be given if `wants_number`.
    pub after: Record,
    /// The step's id, or `clock.warned` and its like.
    pub step: String,
    /// The step's name.
    pub step_name: String,
    /// The role by which the actor took it.
    pub role: Option<RoleId>,
    /// In whose name the actor took it.
    pub behalf: Option<Behalf>,
    /// What changed.
    pub changes: Vec<Change>,
    /// What happened to deadlines.
    pub deadlines: Moves,
    /// The series gives a number now.
    pub wants_number: bool,
    /// The paper to issue.
    pub paper: Option<PaperKind>,
    /// The openings to do.
    pub opens: Option<String>,
    /// A signature of a joint step that others have still to sign: nothing but the signature happens.
    pub is_partial: bool,
    /// For which seat it was taken, where the step names seats.
    pub signs: Option<Seat>,
    /// To whom it is copied.
    pub copies: Vec<Party>,
    /// Who is told of it by name.
    pub told: Vec<PersonId>,
    /// The record with which it belongs together from now on, or no longer.
    pub tied: Option<RecordId>,
    /// The number of the entry that it takes back.
    pub recalls: Option<i64>,
    /// The records opened by what it takes back.
    pub lifts: Vec<RecordId>,
    /// The deadline whose lateness opens, with the day it was due: makes the opening happen once.
    pub rang: Option<DeadlineId>,
    /// The opinion.
    pub opinion: Option<String>,
    /// The reason.
    pub reason: Option<String>,
}

impl Move {
    /// A move to a record as it will be, of which nothing else is told yet.
    pub fn bare(after: Record, step: &str, step_name: &str) -> Self {
        Self {
            after,
            step: step.to_owned(),
            step_name: step_name.to_owned(),
            role: None,
            behalf: None,
            changes: Vec::new(),
            deadlines: Moves::new(),
            wants_number: false,
            paper: None,
            opens: None,
            is_partial: false,
            signs: None,
            copies: Vec::new(),
            told: Vec::new(),
            tied: None,
            recalls: None,
            lifts: Vec::new(),
            rang: None,
            opinion: None,
            reason: None,
        }
    }
}

/// Whom something is copied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// A person.
    Person(PersonId),
    /// A unit.
    Unit(UnitId),
}

/// Starts a record.
pub fn start(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    id: RecordId,
    attempt: Attempt<'_>,
) -> Result<Move, Vec<Refusal>> {
    let step = mechanism.start();
    let mut facts = Facts::default();
    for field in &mechanism.fields {
        // enforces: field.default
        if let Some(default) = &field.default {
            let blank = blank(clock, mechanism, id);
            let view = View { mechanism, record: &blank, today: clock.today, calendar: clock.calendar, period: None };
            facts.put(&field.id, default.eval(&view).map(|value| fit(&field.of, value)));
        }
    }
    let record = Record { facts, ..blank(clock, mechanism, id) };
    decide(clock, mechanism, None, record, step, attempt)
}

/// Takes a step.
pub fn take(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    record: &Record,
    attempt: Attempt<'_>,
) -> Result<Move, Vec<Refusal>> {
    let Some(step) = mechanism.step(attempt.step.as_str()).filter(|step| !step.from.is_empty()) else {
        return Err(vec![Refusal::new("step.unknown").with("step", attempt.step)]);
    };
    // enforces: step.from
    if !step.from.contains(&record.state) {
        let state = mechanism.state(record.state.as_str()).map_or("", |state| state.name.as_str());
        return Err(vec![Refusal::new("step.not_open").with("step", &step.name).with("state", state)]);
    }
    // enforces: step.led
    if step.led {
        return Err(vec![Refusal::new("step.led").with("step", &step.name)]);
    }
    decide(clock, mechanism, Some(record), record.clone(), step, attempt)
}

/// Takes a step that another record leads; `points` is the field that names that record from now on.
pub fn lead(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    record: &Record,
    points: Option<(&FieldId, RecordId)>,
    attempt: Attempt<'_>,
) -> Result<Move, Vec<Refusal>> {
    let open = |step: &&Step| step.led && step.from.contains(&record.state);
    let Some(step) = mechanism.step(attempt.step.as_str()).filter(open) else {
        return Err(vec![Refusal::new("step.unknown").with("step", attempt.step)]);
    };
    let mut after = record.clone();
    if let Some((field, id)) = points {
        after.facts.put(field, Some(Value::Record(id)));
    }
    decide(clock, mechanism, Some(record), after, step, attempt)
}

/// The steps that the actor may take now, in the definition's order.
pub fn open_steps<'a>(
    clock: Clock<'_>,
    mechanism: &'a Mechanism,
    record: &Record,
    actor: &Actor,
    tree: &dyn Numbered,
) -> Vec<&'a Step> {
    let may = |step: &Step| {
        let asked = Asked { mechanism, record, step, actor, tree, past: &[], today: clock.today };
        asked.way().is_ok()
    };
    mechanism.steps.iter().filter(|step| !step.led && step.from.contains(&record.state) && may(step)).collect()
}

/// A record of a mechanism of which nothing is written down yet.
pub fn blank(clock: Clock<'_>, mechanism: &Mechanism, id: RecordId) -> Record {
    Record {
        id,
        mechanism: mechanism.id.clone(),
        definition: mechanism.hash.clone(),
        number: None,
        title: String::new(),
        state: mechanism.start().to.clone().expect("a start step leads to a state"),
        unit: UnitId(uuid::Uuid::nil()),
        past_units: Vec::new(),
        facts: Facts::default(),
        opened_on: clock.today,
        closed_on: None,
        version: 0,
        holder: None,
        deadlines: Vec::new(),
        batch: None,
        flow: Flow::default(),
        turnout: Turnout::default(),
        book: Default::default(),
        tally: None,
        receipts: Default::default(),
    }
}

fn decide(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    before: Option<&Record>,
    mut after: Record,
    step: &Step,
    attempt: Attempt<'_>,
) -> Result<Move, Vec<Refusal>> {
    let mut refusals = attempt.faults.clone();
    let old_facts = before.map(|record| record.facts.clone()).unwrap_or_default();
    fill(mechanism, step, &mut after, &attempt);
    set(clock, mechanism, step, &mut after);
    let mut others = Vec::new();
    let way = checks::authority(clock, mechanism, before, &after, step, &attempt, &mut others);
    others.extend(checks::closed_fields(mechanism, before, &after, &old_facts, &attempt, way.as_ref()));
    others.extend(checks::missing(mechanism, step, &after));
    // What was typed and cannot be read is not missing.
    refusals.extend(others.into_iter().filter(|it| it.at == Spot::Form || !checks::is_told(&attempt.faults, it)));
    // A condition over what could not be read would speak of something else.
    refusals.extend(checks::guard(clock, mechanism, step, &after).filter(|_| attempt.faults.is_empty()));
    refusals.extend(checks::words(step, &attempt));
    refusals.extend(kinds_refuse(mechanism, before, &after, step));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let is_partial = step.joint.is_some() && !signed(clock, step, &mut after, attempt.actor, way.as_ref());
    if is_partial {
        after.version += 1;
    } else {
        arrive(clock, mechanism, before, &mut after, step);
    }
    link::holds(clock, mechanism, before, &after, attempt.tree)?;
    let deadlines = deadlines::advance(clock, mechanism, before, &mut after, (!is_partial).then_some(&step.id));
    // enforces: number.at
    // A paper that goes out once more has a number of its own: the one that was issued before keeps its.
    let is_new = after.number.is_none() || step.paper.is_some();
    let wants_number = !is_partial && is_new && mechanism.number.as_ref().is_some_and(|number| number.at == step.id);
    Ok(Move {
        changes: changes(&old_facts, &after.facts),
        role: way.as_ref().and_then(|way| way.role.clone()),
        signs: way.as_ref().and_then(|way| way.seat),
        behalf: way.and_then(|way| way.behalf),
        deadlines,
        wants_number,
        paper: step.paper.clone().filter(|_| !is_partial),
        // enforces: step.opens
        opens: step.opens.clone().filter(|_| !is_partial),
        is_partial,
        copies: if is_partial { Vec::new() } else { recall::parties(step, &after) },
        opinion: attempt.opinion.filter(|_| step.opinion),
        reason: attempt.reason.filter(|_| step.reason),
        ..Move::bare(after, step.id.as_str(), &step.name)
    })
}

/// The step is taken: what it stamps, what it announces, where the record stands now.
fn arrive(clock: Clock<'_>, mechanism: &Mechanism, before: Option<&Record>, after: &mut Record, step: &Step) {
    stamp(clock, mechanism, step, after);
    ballot::announce(mechanism, after, &step.id);
    go(clock, mechanism, step, after);
    round::note(mechanism, before.map(|record| &record.state), after, &step.id);
}

/// What the kinds of mechanisms have against a step.
fn kinds_refuse(mechanism: &Mechanism, before: Option<&Record>, after: &Record, step: &Step) -> Vec<Refusal> {
    let uncounted = before.and_then(|record| ballot::announces_nothing(mechanism, record, &step.id));
    let whole = assessment::not_whole(mechanism, after, step);
    uncounted.into_iter().chain(whole).chain(report::no_period(mechanism, after)).collect()
}

// enforces: step.asks
fn fill(mechanism: &Mechanism, step: &Step, after: &mut Record, attempt: &Attempt<'_>) {
    for (field, value) in &attempt.filled {
        let is_reckoned = assessment::reckons(mechanism, step, field)
            || report::reckons(mechanism, step, field)
            || mechanism.helps.writes().any(|it| it == field);
        // enforces: step.bring
        let is_brought = beyond::brings(step, field);
        if step.needs.contains(field) || step.asks.contains(field) || is_reckoned || is_brought {
            after.facts.put(field, value.clone());
        }
    }
    name_by_facts(mechanism, after);
}

/// Title and unit of a record follow the fields that the definition names.
fn name_by_facts(mechanism: &Mechanism, after: &mut Record) {
    // enforces: subject.title
    after.title = match after.facts.find(mechanism.title.as_str()) {
        Some(Value::Text(title)) => title.clone(),
        _ => String::new(),
    };
    // enforces: subject.unit
    if let Some(Value::Unit(unit)) = after.facts.find(mechanism.unit.as_str()) {
        after.unit = *unit;
    }
}

/// Puts the signature of a joint step down; says whether it was the last one wanted.
fn signed(clock: Clock<'_>, step: &Step, after: &mut Record, actor: &Actor, way: Option<&Way>) -> bool {
    if let (Some(person), Some(way)) = (actor.person(), way) {
        let behalf = way.behalf.as_ref().map(|it| it.person);
        let seat = way.seat.unwrap_or(Seat::Anybody);
        after.flow.round_of(&step.id).signed.push(Signature { seat, person, behalf, on: clock.today });
    }
    seats::is_complete(step, after)
}

// enforces: field.stamped
// enforces: field.once
fn stamp(clock: Clock<'_>, mechanism: &Mechanism, step: &Step, after: &mut Record) {
    for field in mechanism.fields.iter().filter(|field| field.stamped.as_ref() == Some(&step.id)) {
        if field.once && after.facts.find(field.id.as_str()).is_some() {
            continue;
        }
        let value = match field.of {
            FieldType::Moment => Value::Moment(clock.now),
            _ => Value::Day(clock.today),
        };
        after.facts.put(&field.id, Some(value));
    }
}

/// What the step writes itself, reckoned on the record as it was filled in.
fn set(clock: Clock<'_>, mechanism: &Mechanism, step: &Step, after: &mut Record) {
    if step.sets.is_empty() {
        return;
    }
    let filled = after.clone();
    let view = View { mechanism, record: &filled, today: clock.today, calendar: clock.calendar, period: None };
    for (id, formula) in &step.sets {
        let Some(field) = mechanism.field(id.as_str()) else { continue };
        after.facts.put(id, formula.eval(&view).map(|value| fit(&field.of, value)));
    }
    name_by_facts(mechanism, after);
}

// enforces: step.to
// enforces: step.stays
// enforces: state.final
// enforces: state.holder
fn go(clock: Clock<'_>, mechanism: &Mechanism, step: &Step, after: &mut Record) {
    if step.joint.is_some() {
        after.flow.round = None;
    }
    if let Some(to) = step.to.as_ref().filter(|to| **to != after.state) {
        after.state = to.clone();
        // Whoever had it had it in that state; a round that is left is over.
        after.flow = Flow::default();
    }
    let state = mechanism.state(after.state.as_str()).expect("a checked step leads to a state");
    after.closed_on = state.is_final.then_some(after.closed_on.unwrap_or(clock.today));
    after.holder = state.holder.clone().filter(|_| !state.is_final);
    after.version += 1;
}

/// The fields that differ, as the journal keeps them.
pub fn changes(before: &Facts, after: &Facts) -> Vec<Change> {
    let mut ids: Vec<&FieldId> = before.0.keys().chain(after.0.keys()).collect();
    ids.sort();
    ids.dedup();
    let json = |value: Option<&Value>| value.map_or(Json::Null, facts::value_to_json);
    ids.into_iter()
        .filter_map(|id| {
            let (from, to) = (before.find(id.as_str()), after.find(id.as_str()));
            (from != to).then(|| Change { field: id.to_string(), from: json(from), to: json(to), ..Change::default() })
        })
        .collect()
}

/// A formula's result as the field keeps it: a bare number becomes money or a whole number where the field is one.
pub fn fit(of: &FieldType, value: Value) -> Value {
    match (of, value) {
        (FieldType::Whole { .. }, Value::Decimal(number)) => {
            i64::try_from(number.trunc()).map_or(Value::Decimal(number), Value::Whole)
        }
        (FieldType::Percent | FieldType::Decimal { .. }, Value::Whole(number)) => Value::Decimal(number.into()),
        (_, value) => value,
    }
}
