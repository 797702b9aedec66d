//! How does a record move to new rules? Knowingly, by a step with a reason.
//!
//! Never by itself: a record stays with the definition that it began with.

use super::by_clock::by_clock;
use super::{Attempt, Move, changes};
use crate::catalog::Mechanism;
use crate::deadlines::{self, Clock, Moves};
use crate::facts;
use crate::record::Record;
use crate::refusal::{Refusal, Spot};

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
    let way = attempt.tree.ord(record.unit).and_then(|ord| attempt.actor.grant_for(&new.id, &new.start().who, ord));
    if way.is_none() {
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
    let goes_on = |step: &crate::catalog::Step| step.joint.is_some() && step.from.contains(&after.state);
    if after.flow.round.as_ref().is_some_and(|round| !new.step(round.step.as_str()).is_some_and(goes_on)) {
        after.flow.round = None;
    }
    let mut ended = Moves::new();
    for running in after.deadlines.iter_mut().filter(|it| new.deadline(it.id.as_str()).is_none()) {
        deadlines::lift_all(std::slice::from_mut(running), clock.today);
        ended.extend(running.history.last().map(|line| (running.id.to_string(), line.clone())));
    }
    let role = way.map(|held| held.grant.role.clone());
    let behalf = way.and_then(|held| held.behalf());
    let changes = changes(&record.facts, &after.facts);
    let moved = by_clock(record.clone(), ADOPT, ADOPT_NAME, ended, None, None);
    Ok(Move { after, role, behalf, changes, reason: attempt.reason.clone(), ..moved })
}
