//! What stands in the way of a step? Rights, what must be filled, the condition, the words that it demands.
//!
//! Never stops at the first: a refusal names everything.

use super::Attempt;
use super::seats::{Asked, Way};
use crate::authority::Actor;
use crate::authority::fields::{Asker, may_write};
use crate::catalog::{Mechanism, Step};
use crate::deadlines::Clock;
use crate::flow::Seat;
use crate::outside;
use crate::record::{Record, View};
use crate::refusal::{Refusal, Spot};
use crate::value::Facts;

/// The longest opinion or reason, in characters.
pub const LONGEST_OPINION: usize = 2000;

// enforces: step.who
// enforces: step.clock
// enforces: step.apart
pub(super) fn authority(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &Record,
    step: &Step,
    attempt: &Attempt<'_>,
    refusals: &mut Vec<Refusal>,
) -> Option<Way> {
    let Attempt { actor, tree, past, .. } = *attempt;
    if matches!(actor, Actor::Clock) {
        if !step.by_clock {
            refusals.push(Refusal::not_yours("step.not_yours").with("step", &step.name));
        }
        return None;
    }
    if matches!(actor, Actor::Outsider { .. }) {
        // Whoever has no account holds no role: the definition says what is open to them, and the record that they know.
        let is_theirs = before.is_none_or(|record| outside::knows(actor, record.id));
        if !(is_theirs && outside::may_take(mechanism, step)) {
            refusals.push(Refusal::not_yours("step.not_yours").with("step", &step.name));
        }
        return None;
    }
    let record = before.unwrap_or(after);
    if tree.ord(record.unit).is_none() {
        // The unit itself is missing or unknown; that is said at its field. Who holds no such role anywhere is told so.
        refusals.push(match actor.holds_any(&mechanism.id, &step.who) {
            true => Refusal::new("field.no_such_unit").at(Spot::Field(mechanism.unit.clone())),
            false => Refusal::not_yours("step.not_yours").with("step", &step.name),
        });
        return None;
    }
    let asked = Asked { mechanism, record, step, actor, tree, past, today: clock.today };
    asked.way().map_err(|refusal| refusals.push(refusal)).ok()
}

/// What somebody filled in where they may not write: the rule of the field, beyond that of the step.
pub(super) fn closed_fields(
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &Record,
    old: &Facts,
    attempt: &Attempt<'_>,
    way: Option<&Way>,
) -> Vec<Refusal> {
    // Who signs for a unit holds their role there.
    let unit = match way.and_then(|way| way.seat) {
        Some(Seat::Unit(unit)) => unit,
        _ => before.map_or(after.unit, |record| record.unit),
    };
    let state = before.map(|record| &record.state);
    let asker = Asker { actor: attempt.actor, unit_ord: attempt.tree.ord(unit), state };
    let changed = attempt.filled.iter().filter(|(id, value)| old.find(id.as_str()) != value.as_ref());
    let fields = changed.filter_map(|(id, _)| mechanism.field(id.as_str()));
    let closed = fields.filter(|field| !may_write(&mechanism.id, field, asker));
    closed
        .map(|field| {
            let refusal = Refusal::not_yours("field.not_yours").with("field", &field.name);
            refusal.at(Spot::Field(field.id.clone()))
        })
        .collect()
}

/// What must be filled and is not. A step that touches no required field need not repeat them.
// enforces: field.required
// enforces: step.needs
pub(super) fn missing(mechanism: &Mechanism, step: &Step, after: &Record) -> Vec<Refusal> {
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

/// Whether a fault stands already where the refusal stands: at its field, or in a row of the child table there.
pub(super) fn is_told(faults: &[Refusal], refusal: &Refusal) -> bool {
    faults.iter().any(|fault| match (&fault.at, &refusal.at) {
        (Spot::Row(child, ..), Spot::Field(id)) => child == id,
        (fault, field) => fault == field,
    })
}

// enforces: step.when
// enforces: step.else
pub(super) fn guard(clock: Clock<'_>, mechanism: &Mechanism, step: &Step, after: &Record) -> Option<Refusal> {
    let guard = step.when.as_ref()?;
    let view = View { mechanism, record: after, today: clock.today, calendar: clock.calendar, period: None };
    let refusal = || Refusal::new("step.guard").with("words", &guard.otherwise).because(step.because.as_deref());
    (!guard.when.holds(&view)).then(refusal)
}

// enforces: step.opinion
// enforces: step.reason
pub(super) fn words(step: &Step, attempt: &Attempt<'_>) -> Vec<Refusal> {
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
