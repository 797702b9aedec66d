//! Taking back the last step 撤回: the record is again exactly what it was before it.
//!
//! Only by whoever took it, only while nobody acted since, and never once something has left the house: a number
//! given or a paper issued stays.

use std::collections::HashSet;

use super::moves::{RECALL, is_quiet, name_of};
use super::{Attempt, Move, Party, by_clock, changes, name_by_facts};
use crate::catalog::{Mechanism, Step};
use crate::facts;
use crate::ids::{RecordId, RoleId, StateId};
use crate::journal::Entry;
use crate::record::Record;
use crate::refusal::Refusal;

/// The step that could be taken back: the last entry that is more than a reminder or a copy.
pub fn last(entries: &[Entry]) -> Option<&Entry> {
    entries.iter().rev().find(|entry| !is_quiet(&entry.step))
}

/// The records that the entry opened.
pub fn opened(entry: &Entry) -> Vec<RecordId> {
    let opened = entry.effects.iter().filter(|(kind, _)| kind == "opened");
    opened.filter_map(|(_, id)| id.parse().ok()).collect()
}

/// Takes back the last step. `untouched` says that what it opened is still as it was opened.
pub fn recall(
    mechanism: &Mechanism,
    record: &Record,
    attempt: &Attempt<'_>,
    entries: &[Entry],
    untouched: bool,
) -> Result<Move, Vec<Refusal>> {
    let entry = may_recall(mechanism, record, attempt, entries).map_err(|refusal| vec![refusal])?;
    if !untouched {
        return Err(vec![Refusal::new("recall.opened")]);
    }
    let mut after = restored(mechanism, record, entry);
    after.version = record.version;
    let told = changes(&record.facts, &after.facts);
    let moved = by_clock::by_clock(after, RECALL, name_of(RECALL).unwrap_or(""), Vec::new(), None, None);
    let behalf = attempt.actor.principals_in(&mechanism.id).find(|it| Some(it.person) == entry.principal);
    Ok(Move {
        changes: told,
        role: entry.role.as_deref().map(RoleId::from),
        behalf: behalf.map(|it| it.behalf()),
        reason: attempt.reason.clone(),
        recalls: Some(entry.seq),
        lifts: opened(entry),
        ..moved
    })
}

/// May the actor take back the last step? Gives its entry.
// enforces: step.recall
pub fn may_recall<'a>(
    mechanism: &Mechanism,
    record: &Record,
    attempt: &Attempt<'_>,
    entries: &'a [Entry],
) -> Result<&'a Entry, Refusal> {
    let nothing = || Refusal::new("recall.nothing");
    let entry = last(entries).ok_or_else(nothing)?;
    let step = mechanism.step(&entry.step).filter(|step| !step.from.is_empty()).ok_or_else(nothing)?;
    if entry.actor.is_none() || entry.actor != attempt.actor.person() {
        return Err(nothing());
    }
    if entry.definition.is_some() || *record.definition != *mechanism.hash {
        return Err(nothing());
    }
    if !step.recall {
        return Err(Refusal::new("recall.forbidden").with("step", &step.name));
    }
    if entry.number.is_some() || entry.effects.iter().any(|(kind, _)| kind == "paper") {
        return Err(Refusal::new("recall.issued").with("step", &step.name));
    }
    if !still_may(mechanism, attempt, entry, step) {
        return Err(Refusal::not_yours("step.not_yours").with("step", name_of(RECALL).unwrap_or("")));
    }
    Ok(entry)
}

/// Does the actor still hold that by which the step was taken?
fn still_may(mechanism: &Mechanism, attempt: &Attempt<'_>, entry: &Entry, step: &Step) -> bool {
    let in_that_name = |person: Option<crate::ids::PersonId>| match entry.principal {
        Some(principal) => person == Some(principal),
        None => person.is_none(),
    };
    let Some(role) = entry.role.as_deref() else {
        let names = attempt.actor.principals_in(&mechanism.id).map(|it| Some(it.person));
        return names.chain([None]).any(in_that_name);
    };
    let mut held = attempt.actor.held_in(&mechanism.id);
    held.any(|it| {
        it.grant.role == *role && step.who.contains(&it.grant.role) && in_that_name(it.principal.map(|it| it.person))
    })
}

fn restored(mechanism: &Mechanism, record: &Record, entry: &Entry) -> Record {
    let mut json = facts::to_json(&record.facts);
    if let Some(map) = json.as_object_mut() {
        for change in &entry.changes {
            match change.from.is_null() {
                true => map.remove(&change.field),
                false => map.insert(change.field.clone(), change.from.clone()),
            };
        }
    }
    let mut after = Record { facts: facts::from_json(mechanism, &json), ..record.clone() };
    if let Some(from) = &entry.from {
        after.state = StateId::from(from.as_str());
    }
    let state = mechanism.state(after.state.as_str());
    after.holder = state.and_then(|state| state.holder.clone().filter(|_| !state.is_final));
    if let Some(undo) = &entry.undo {
        let touched: HashSet<&str> = entry.deadlines.iter().map(|(id, _)| id.as_str()).collect();
        // What the step began was not there before; what it changed stood as it is kept.
        after.deadlines.retain(|it| !touched.contains(it.id.as_str()));
        after.deadlines.extend(undo.deadlines.iter().cloned());
        after.deadlines.sort_by(|a, b| (a.starts_on, a.id.as_str()).cmp(&(b.starts_on, b.id.as_str())));
        after.closed_on = undo.closed_on;
    }
    if let Some(flow) = &entry.flow {
        after.flow = flow.from.clone();
    }
    name_by_facts(mechanism, &mut after);
    after
}

/// Steps without those that were taken back and without the taking back: what stands.
pub fn standing<T>(entries: impl IntoIterator<Item = T>, step_of: impl Fn(&T) -> &str) -> Vec<T> {
    let mut standing: Vec<T> = Vec::new();
    for entry in entries {
        if step_of(&entry) == RECALL {
            let at = standing.iter().rposition(|it| !is_quiet(step_of(it)));
            if let Some(at) = at {
                standing.remove(at);
            }
        } else {
            standing.push(entry);
        }
    }
    standing
}

/// The parties that a copying step names in a field.
// enforces: step.copies
pub(super) fn parties(step: &Step, record: &Record) -> Vec<Party> {
    use crate::value::Value;
    let Some(field) = &step.copies else { return Vec::new() };
    match record.facts.find(field.as_str()) {
        Some(Value::Unit(id)) => vec![Party::Unit(*id)],
        Some(Value::Units(ids)) => ids.iter().map(|id| Party::Unit(*id)).collect(),
        Some(Value::Person(id)) => vec![Party::Person(*id)],
        Some(Value::People(ids)) => ids.iter().map(|id| Party::Person(*id)).collect(),
        _ => Vec::new(),
    }
}
