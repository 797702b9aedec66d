//! How many records by state? From figure cells inside subtrees, and counted one by one where something else lets
//! somebody see them.
//!
//! Never a record that is not seen, and never one twice.

use std::collections::BTreeMap;

use kernel::authority::{Subtree, merged, overlap};
use kernel::catalog::Mechanism;
use kernel::figures::STATES;
use kernel::ids::StateId;
use store::Conn;
use store::register::RegisterQuery;

use super::{COUNTED, Scope};
use crate::ctx::Ctx;
use crate::error::Error;

/// Records by state.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// How many stand in each state.
    pub by_state: Vec<(StateId, i64)>,
    /// Are these all? If not, there are more than could be counted one by one.
    pub are_all: bool,
}

impl Counts {
    /// All of them, as far as they were counted.
    pub fn sum(&self) -> i64 {
        self.by_state.iter().map(|(_, count)| count).sum()
    }
}

/// Records by state inside the scope.
pub async fn counts_by_state(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    scope: &Scope,
) -> Result<Counts, Error> {
    let mut counts: BTreeMap<StateId, i64> = BTreeMap::new();
    for (units, states) in groups(mechanism, scope) {
        let figure = format!("{}.{STATES}", mechanism.id);
        for (slice, _, amount) in crate::cells::summed(conn, &ctx.tree, &figure, None, None, &units).await? {
            let state = StateId::from(slice);
            // What no definition in force knows is seen only where every state is.
            let known = mechanism.state(state.as_str()).is_some();
            if states.contains(&state) || (!known && states.is_empty()) {
                *counts.entry(state).or_default() += amount.numerator;
            }
        }
    }
    let mut are_all = true;
    if scope.sight.ways.iter().any(|way| way.subtrees().is_none()) {
        let mut beyond = scope.sight.clone();
        beyond.ways.retain(|way| way.subtrees().is_none());
        let query = RegisterQuery {
            mechanism: Some(mechanism.id.clone()),
            sight: beyond,
            within: scope.within,
            ..RegisterQuery::default()
        };
        let found = store::register::standings(conn, &query, COUNTED + 1).await?;
        are_all = found.len() <= COUNTED as usize;
        for row in found {
            let is_counted = scope.sight.unit_ways().any(|(units, states)| {
                states.is_none_or(|states| states.contains(&row.state)) && units.iter().any(|it| it.holds(row.unit_ord))
            });
            if !is_counted {
                *counts.entry(row.state).or_default() += 1;
            }
        }
    }
    Ok(Counts { by_state: counts.into_iter().collect(), are_all })
}

/// Subtrees and the states that are seen inside just these; the group of states that no definition knows has none.
fn groups(mechanism: &Mechanism, scope: &Scope) -> Vec<(Vec<Subtree>, Vec<StateId>)> {
    let inside = |units: Vec<Subtree>| match scope.within {
        Some(within) => overlap(&units, &[within]),
        None => merged(units.into_iter()),
    };
    let seen = |state: Option<&StateId>| {
        let ways = scope.sight.unit_ways().filter(|(_, states)| match state {
            Some(state) => states.is_none_or(|states| states.contains(state)),
            None => states.is_none(),
        });
        inside(ways.flat_map(|(units, _)| units).copied().collect())
    };
    let mut groups: BTreeMap<Vec<Subtree>, Vec<StateId>> = BTreeMap::new();
    for state in &mechanism.states {
        groups.entry(seen(Some(&state.id))).or_default().push(state.id.clone());
    }
    let mut all: Vec<(Vec<Subtree>, Vec<StateId>)> = groups.into_iter().collect();
    all.push((seen(None), Vec::new()));
    all.retain(|(units, _)| !units.is_empty());
    all
}
