//! What does a step do? It is checked against the definition, the actor's authority and the record, and gives a move.
//!
//! A refusal names everything that stands in the way, not only the first.
//! Never writes: `app` keeps what a move says, in one transaction.

use serde_json::Value as Json;

use crate::authority::Actor;
use crate::catalog::{FieldType, Mechanism, Step};
use crate::deadlines::{self, Clock, Moves};
use crate::facts;
use crate::ids::{DeadlineId, FieldId, PaperKind, PersonId, RecordId, RoleId, StepId, UnitId};
use crate::journal::Change;
use crate::record::{Record, View};
use crate::refusal::{Refusal, Spot};
use crate::value::{Facts, Value};

/// The longest opinion or reason, in characters.
pub const LONGEST_OPINION: usize = 2000;

/// What somebody wants to do.
pub struct Attempt<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The step.
    pub step: &'a StepId,
    /// What they filled in; an absent value empties the field.
    pub filled: Vec<(FieldId, Option<Value>)>,
    /// Their opinion.
    pub opinion: Option<String>,
    /// Their reason.
    pub reason: Option<String>,
    /// Who took the step named by `apart` last.
    pub last_by: Option<PersonId>,
    /// The organisation tree.
    pub tree: &'a dyn Numbered,
}

/// The organisation tree, as far as rights need it.
pub trait Numbered {
    /// The number of a unit in pre-order; `None` if there is no such unit.
    fn ord(&self, unit: UnitId) -> Option<i64>;
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
    /// The deadline whose lateness opens, with the day it was due: makes the opening happen once.
    pub rang: Option<DeadlineId>,
    /// The opinion.
    pub opinion: Option<String>,
    /// The reason.
    pub reason: Option<String>,
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
    decide(clock, mechanism, Some(record), record.clone(), step, attempt)
}

/// The steps that the actor may take now, in the definition's order.
pub fn open_steps<'a>(mechanism: &'a Mechanism, record: &Record, actor: &Actor, unit_ord: i64) -> Vec<&'a Step> {
    mechanism
        .steps
        .iter()
        .filter(|step| step.from.contains(&record.state) && actor.grant_for(&step.who, unit_ord).is_some())
        .collect()
}

fn blank(clock: Clock<'_>, mechanism: &Mechanism, id: RecordId) -> Record {
    Record {
        id,
        mechanism: mechanism.id.clone(),
        definition: mechanism.hash.clone(),
        number: None,
        title: String::new(),
        state: mechanism.start().to.clone().expect("a start step leads to a state"),
        unit: UnitId(uuid::Uuid::nil()),
        facts: Facts::default(),
        opened_on: clock.today,
        closed_on: None,
        version: 0,
        holder: None,
        deadlines: Vec::new(),
        batch: None,
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
    let mut refusals = Vec::new();
    let old_facts = before.map(|record| record.facts.clone()).unwrap_or_default();
    fill(mechanism, step, &mut after, &attempt);
    let role = authority(mechanism, before, &after, step, &attempt, &mut refusals);
    refusals.extend(missing(mechanism, step, &after));
    refusals.extend(guard(clock, mechanism, step, &after));
    refusals.extend(words(step, &attempt));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    stamp(clock, mechanism, step, &mut after);
    go(clock, mechanism, step, &mut after);
    let deadlines = deadlines::advance(clock, mechanism, before, &mut after, step);
    // enforces: number.at
    let wants_number = after.number.is_none() && mechanism.number.as_ref().is_some_and(|number| number.at == step.id);
    Ok(Move {
        changes: changes(&old_facts, &after.facts),
        step: step.id.to_string(),
        step_name: step.name.clone(),
        role,
        deadlines,
        wants_number,
        paper: step.paper.clone(),
        // enforces: step.opens
        opens: step.opens.clone(),
        rang: None,
        opinion: attempt.opinion.filter(|_| step.opinion),
        reason: attempt.reason.filter(|_| step.reason),
        after,
    })
}

// enforces: step.asks
fn fill(mechanism: &Mechanism, step: &Step, after: &mut Record, attempt: &Attempt<'_>) {
    for (field, value) in &attempt.filled {
        if step.needs.contains(field) || step.asks.contains(field) {
            after.facts.put(field, value.clone());
        }
    }
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

// enforces: step.who
// enforces: step.clock
// enforces: step.apart
fn authority(
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &Record,
    step: &Step,
    attempt: &Attempt<'_>,
    refusals: &mut Vec<Refusal>,
) -> Option<RoleId> {
    if matches!(attempt.actor, Actor::Clock) {
        if !step.by_clock {
            refusals.push(Refusal::not_yours("step.not_yours").with("step", &step.name));
        }
        return None;
    }
    let unit = before.map_or(after.unit, |record| record.unit);
    let Some(ord) = attempt.tree.ord(unit) else {
        // The unit itself is missing or unknown; that is said at its field. Who holds no such role anywhere is told so.
        let known = attempt.actor.holds_any(&step.who);
        refusals.push(match known {
            true => Refusal::new("field.no_such_unit").at(Spot::Field(mechanism.unit.clone())),
            false => Refusal::not_yours("step.not_yours").with("step", &step.name),
        });
        return None;
    };
    let grant = attempt.actor.grant_for(&step.who, ord);
    if grant.is_none() {
        refusals.push(Refusal::not_yours("step.not_yours").with("step", &step.name));
    }
    if let (Some(last), Some(apart)) = (attempt.last_by, &step.apart)
        && attempt.actor.person() == Some(last)
    {
        let other = mechanism.step(apart.as_str()).map_or("", |step| step.name.as_str());
        refusals.push(Refusal::not_yours("step.same_person").with("step", &step.name).with("other", other));
    }
    grant.map(|grant| grant.role.clone())
}

/// What must be filled and is not. A step that touches no required field need not repeat them.
// enforces: field.required
// enforces: step.needs
fn missing(mechanism: &Mechanism, step: &Step, after: &Record) -> Vec<Refusal> {
    let is_start = step.from.is_empty();
    let mut refusals = Vec::new();
    for field in &mechanism.fields {
        let touched = is_start || step.asks.contains(&field.id);
        let wanted = step.needs.contains(&field.id) || (field.required && touched);
        if wanted && after.facts.find(field.id.as_str()).is_none() {
            let refusal = Refusal::new("field.missing").with("field", &field.name).because(step.because.as_deref());
            refusals.push(refusal.at(Spot::Field(field.id.clone())));
        }
    }
    for child in &mechanism.children {
        if step.needs.contains(&child.id) && after.facts.find(child.id.as_str()).is_none() {
            refusals.push(Refusal::new("field.missing").with("field", &child.name).at(Spot::Field(child.id.clone())));
        }
    }
    refusals
}

// enforces: step.when
// enforces: step.else
fn guard(clock: Clock<'_>, mechanism: &Mechanism, step: &Step, after: &Record) -> Option<Refusal> {
    let guard = step.when.as_ref()?;
    let view = View { mechanism, record: after, today: clock.today, calendar: clock.calendar, period: None };
    let refusal = || Refusal::new("step.guard").with("words", &guard.otherwise).because(step.because.as_deref());
    (!guard.when.holds(&view)).then(refusal)
}

// enforces: step.opinion
// enforces: step.reason
fn words(step: &Step, attempt: &Attempt<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let asked = [
        (step.opinion, &attempt.opinion, Spot::Opinion, "step.opinion_missing"),
        (step.reason, &attempt.reason, Spot::Reason, "step.reason_missing"),
    ];
    for (wanted, given, spot, code) in asked {
        let length = given.as_deref().unwrap_or("").trim().chars().count();
        if wanted && length == 0 {
            refusals.push(Refusal::new(code).with("step", &step.name).at(spot));
        } else if wanted && length > LONGEST_OPINION {
            let refusal = Refusal::new("step.words_too_long").with("most", LONGEST_OPINION).with("length", length);
            refusals.push(refusal.at(spot));
        }
    }
    refusals
}

// enforces: field.stamped
fn stamp(clock: Clock<'_>, mechanism: &Mechanism, step: &Step, after: &mut Record) {
    for field in mechanism.fields.iter().filter(|field| field.stamped.as_ref() == Some(&step.id)) {
        after.facts.put(&field.id, Some(Value::Day(clock.today)));
    }
}

// enforces: step.to
// enforces: step.stays
// enforces: state.final
// enforces: state.holder
fn go(clock: Clock<'_>, mechanism: &Mechanism, step: &Step, after: &mut Record) {
    if let Some(to) = &step.to {
        after.state = to.clone();
    }
    let state = mechanism.state(after.state.as_str()).expect("a checked step leads to a state");
    after.closed_on = state.is_final.then_some(after.closed_on.unwrap_or(clock.today));
    after.holder = state.holder.clone().filter(|_| !state.is_final);
    after.version += 1;
}

/// The step that every record has: it moves knowingly from the version of its definition to the one in force.
pub const ADOPT: &str = "definition.adopted";
/// That step's name.
pub const ADOPT_NAME: &str = "换用现行规定";

/// Moves a record to the definition in force. Whoever may start a record may do so, with a reason; the state must
/// still be there, what the new definition has no field for is dropped into the journal, and deadlines that it does
/// not know end.
pub fn adopt(
    clock: Clock<'_>,
    old: &Mechanism,
    new: &Mechanism,
    record: &Record,
    attempt: &Attempt<'_>,
) -> Result<Move, Vec<Refusal>> {
    let mut refusals = Vec::new();
    if record.definition == new.hash {
        return Err(vec![Refusal::new("version.current")]);
    }
    let grant = attempt.tree.ord(record.unit).and_then(|ord| attempt.actor.grant_for(&new.start().who, ord));
    if grant.is_none() {
        refusals.push(Refusal::not_yours("step.not_yours").with("step", ADOPT_NAME));
    }
    if attempt.reason.as_deref().unwrap_or("").trim().is_empty() {
        refusals.push(Refusal::new("step.reason_missing").with("step", ADOPT_NAME).at(Spot::Reason));
    }
    let Some(state) = new.state(record.state.as_str()) else {
        let name = old.state(record.state.as_str()).map_or(record.state.as_str(), |state| state.name.as_str());
        refusals.push(Refusal::new("version.no_such_state").with("state", name));
        return Err(refusals);
    };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut after = Record {
        definition: new.hash.clone(),
        facts: facts::from_json(new, &facts::to_json(&record.facts)),
        holder: state.holder.clone().filter(|_| !state.is_final),
        version: record.version + 1,
        ..record.clone()
    };
    let mut ended = Moves::new();
    for running in after.deadlines.iter_mut().filter(|it| new.deadline(it.id.as_str()).is_none()) {
        deadlines::lift_all(std::slice::from_mut(running), clock.today);
        ended.extend(running.history.last().map(|line| (running.id.to_string(), line.clone())));
    }
    let role = grant.map(|grant| grant.role.clone());
    let changes = changes(&record.facts, &after.facts);
    let moved = by_clock(record.clone(), ADOPT, ADOPT_NAME, ended, None, None);
    Ok(Move { after, role, changes, reason: attempt.reason.clone(), ..moved })
}

/// Rings every deadline of the record whose day has come. One move holds all of them.
pub fn ring(clock: Clock<'_>, mechanism: &Mechanism, record: &Record) -> Option<Move> {
    let mut after = record.clone();
    let (mut moves, mut opens, mut rang) = (Moves::new(), None, None);
    for running in &mut after.deadlines {
        let Some(deadline) = mechanism.deadline(running.id.as_str()) else { continue };
        if let Some(ring) = deadlines::ring(clock, deadline, running) {
            let is_late = ring.line.what == crate::record::DeadlineEvent::Overdue;
            moves.push((running.id.to_string(), ring.line));
            if is_late && (rang.is_none() || ring.opens.is_some()) {
                (opens, rang) = (ring.opens, Some(running.id.clone()));
            }
        }
    }
    (!moves.is_empty()).then(|| {
        let (step, step_name) =
            if rang.is_some() { ("clock.overdue", "逾期") } else { ("clock.warned", "到期提醒") };
        by_clock(after, step, step_name, moves, opens, rang)
    })
}

/// Reckons the record's deadlines anew after the calendar changed.
pub fn recompute(clock: Clock<'_>, mechanism: &Mechanism, record: &Record) -> Option<Move> {
    let mut after = record.clone();
    let mut moves = Moves::new();
    for running in &mut after.deadlines {
        let Some(deadline) = mechanism.deadline(running.id.as_str()) else { continue };
        if let Some(line) = deadlines::recompute(clock, deadline, running) {
            moves.push((running.id.to_string(), line));
        }
    }
    (!moves.is_empty()).then(|| by_clock(after, "clock.recomputed", "按新的工作日历重新计算时限", moves, None, None))
}

fn by_clock(
    mut after: Record,
    step: &str,
    step_name: &str,
    deadlines: Moves,
    opens: Option<String>,
    rang: Option<DeadlineId>,
) -> Move {
    after.version += 1;
    Move {
        after,
        step: step.to_owned(),
        step_name: step_name.to_owned(),
        role: None,
        changes: Vec::new(),
        deadlines,
        wants_number: false,
        paper: None,
        opens,
        rang,
        opinion: None,
        reason: None,
    }
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
            (from != to).then(|| Change { field: id.to_string(), from: json(from), to: json(to) })
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
