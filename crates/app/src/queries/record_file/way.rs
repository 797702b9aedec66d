//! The way of a record: where it was, where it stands, what lies ahead.
//!
//! Never a way that no step makes.

use std::collections::HashMap;

use kernel::catalog::Mechanism;
use kernel::ids::StateId;
use kernel::journal::Entry;
use kernel::workflow;

use super::{Place, Station};
use crate::records::Found;
use crate::words;

/// The way: the states visited on the shortest path to the first final state, the state at hand, and what lies ahead.
pub(super) fn stations(found: &Found, entries: &[Entry]) -> Vec<Station> {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let main = path(mechanism, &mechanism.start().to.clone().unwrap_or_else(|| record.state.clone()));
    let mut ids: Vec<(StateId, Place)> = Vec::new();
    let arrivals = arrivals(entries);
    match main.iter().position(|id| *id == record.state) {
        Some(here) => {
            for (at, id) in main.iter().enumerate() {
                let place = match at.cmp(&here) {
                    std::cmp::Ordering::Less => Place::Behind,
                    std::cmp::Ordering::Equal => Place::Here,
                    std::cmp::Ordering::Greater => Place::Ahead,
                };
                ids.push((id.clone(), place));
            }
        }
        None => {
            let last = main.iter().rposition(|id| arrivals.contains_key(id.as_str())).unwrap_or(0);
            ids.extend(main.iter().take(last + 1).map(|id| (id.clone(), Place::Behind)));
            ids.push((record.state.clone(), Place::Here));
            if record.is_open() {
                // The way back to the main path goes through states of its own.
                let back = path(mechanism, &record.state).into_iter().skip(1).take_while(|id| !main.contains(id));
                ids.extend(back.map(|id| (id, Place::Ahead)));
                ids.extend(main.iter().skip(last + 1).map(|id| (id.clone(), Place::Ahead)));
            }
        }
    }
    ids.into_iter()
        .map(|(id, place)| Station {
            name: words::state_name(mechanism, id.as_str()),
            note: (place != Place::Ahead).then(|| arrivals.get(id.as_str()).cloned()).flatten(),
            place,
        })
        .collect()
}

/// State → «3月5日 林书敏» of the last arrival.
fn arrivals(entries: &[Entry]) -> HashMap<&str, String> {
    let mut notes = HashMap::new();
    let standing = workflow::recall::standing(entries, |entry| entry.step.as_str());
    for entry in standing.into_iter().filter(|entry| entry.from.as_deref() != Some(entry.to.as_str())) {
        notes.insert(entry.to.as_str(), format!("{}月{}日 {}", entry.on.month(), entry.on.day(), entry.actor_name));
    }
    notes
}

/// The shortest way from a state to the first final state of the definition.
pub(super) fn path(mechanism: &Mechanism, from: &StateId) -> Vec<StateId> {
    let Some(goal) = mechanism.states.iter().find(|state| state.is_final) else { return vec![from.clone()] };
    let mut came: HashMap<StateId, StateId> = HashMap::new();
    let mut queue = std::collections::VecDeque::from([from.clone()]);
    while let Some(at) = queue.pop_front() {
        if at == goal.id {
            break;
        }
        for step in mechanism.steps.iter().filter(|step| step.from.contains(&at)) {
            if let Some(to) = step.to.as_ref().filter(|to| **to != *from && !came.contains_key(*to)) {
                came.insert(to.clone(), at.clone());
                queue.push_back(to.clone());
            }
        }
    }
    let mut way = vec![goal.id.clone()];
    while let Some(before) = way.last().and_then(|at| came.get(at)) {
        way.push(before.clone());
    }
    way.reverse();
    if way.first() == Some(from) { way } else { vec![from.clone()] }
}
