//! How many records by state? From figure cells inside subtrees, and counted one by one where something else lets
//! somebody see them.
//!
//! Never a record that is not seen, and never one twice.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::authority::{Subtree, merged, overlap};
use kernel::catalog::Mechanism;
use kernel::figures::STATES;
use kernel::ids::{FigureId, StateId, UnitId};
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
    let are_all = add_beyond(conn, mechanism, scope, None, &mut counts).await?;
    Ok(Counts { by_state: counts.into_iter().collect(), are_all })
}

/// The open records that this person sees of each mechanism, all cells in one question.
pub async fn open_counts(ctx: &Ctx, conn: &mut Conn, mechanisms: &[&Arc<Mechanism>]) -> Result<Vec<i64>, Error> {
    let mut asked = Vec::new();
    for mechanism in mechanisms {
        let scope = super::scope(ctx, mechanism, None)?;
        let groups: Vec<Group> = groups(mechanism, &scope).into_iter().map(|it| group(ctx, mechanism, it)).collect();
        asked.push((FigureId::from(format!("{}.{STATES}", mechanism.id)), scope, groups));
    }
    let mut units: Vec<UnitId> =
        asked.iter().flat_map(|(.., groups)| groups).flat_map(|it| it.signs.keys().copied()).collect();
    units.sort();
    units.dedup();
    let figures = asked.iter().map(|(figure, ..)| figure.clone()).collect();
    let mut cells: HashMap<FigureId, Vec<(StateId, UnitId, i64)>> = HashMap::new();
    for (figure, state, unit, count) in crate::cells::of_units(conn, figures, units).await? {
        cells.entry(figure).or_default().push((StateId::from(state), unit, count));
    }
    let mut all = Vec::new();
    for (mechanism, (figure, scope, groups)) in mechanisms.iter().zip(asked) {
        let of_group = |group: &Group| -> i64 {
            let own = cells.get(&figure).into_iter().flatten().filter(|(state, ..)| group.open.contains(state));
            own.filter_map(|(_, unit, count)| Some(group.signs.get(unit)? * count)).sum()
        };
        let mut beyond = BTreeMap::new();
        add_beyond(conn, mechanism, &scope, Some(true), &mut beyond).await?;
        all.push(groups.iter().map(of_group).sum::<i64>() + beyond.values().sum::<i64>());
    }
    Ok(all)
}

/// Open states, and the units whose cells hold how many of their records are seen: added or taken away.
struct Group {
    open: Vec<StateId>,
    signs: HashMap<UnitId, i64>,
}

fn group(ctx: &Ctx, mechanism: &Mechanism, (units, mut open): (Vec<Subtree>, Vec<StateId>)) -> Group {
    open.retain(|id| mechanism.state(id.as_str()).is_some_and(|state| !state.is_final));
    let mut signs: HashMap<UnitId, i64> = HashMap::new();
    for over in units {
        let (added, taken) = ctx.tree.made_of(over);
        added.into_iter().for_each(|unit| *signs.entry(unit).or_default() += 1);
        taken.into_iter().for_each(|unit| *signs.entry(unit).or_default() -= 1);
    }
    Group { open, signs }
}

/// Adds what is seen otherwise than through the record's unit, counted one by one. Were these all?
async fn add_beyond(
    conn: &mut Conn,
    mechanism: &Mechanism,
    scope: &Scope,
    open: Option<bool>,
    counts: &mut BTreeMap<StateId, i64>,
) -> Result<bool, Error> {
    let mut beyond = scope.sight.clone();
    beyond.ways.retain(|way| way.subtrees().is_none());
    if beyond.is_blind() {
        return Ok(true);
    }
    let (id, within) = (Some(mechanism.id.clone()), scope.within);
    let query = RegisterQuery { mechanism: id, sight: beyond, within, open, ..RegisterQuery::default() };
    let found = store::register::standings(conn, &query, COUNTED + 1).await?;
    let are_all = found.len() <= COUNTED as usize;
    for row in found {
        let is_counted = scope.sight.unit_ways().any(|(units, states)| {
            states.is_none_or(|states| states.contains(&row.state)) && units.iter().any(|it| it.holds(row.unit_ord))
        });
        if !is_counted {
            *counts.entry(row.state).or_default() += 1;
        }
    }
    Ok(are_all)
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
