//! How did the tree stand on a day? Names, kinds and places as they were, in pre-order.
//!
//! Never past what the reader may see: rights go by the tree as it stands today.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::Hierarchy;
use kernel::ids::{UnitId, UnitKind};
use kernel::organisation::numbering;

use crate::ctx::Ctx;

/// A unit as it was on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Then {
    /// Its id.
    pub id: UnitId,
    /// Its name then.
    pub name: String,
    /// Its kind then.
    pub kind: UnitKind,
    /// The unit above it then, if the reader may see that.
    pub parent: Option<UnitId>,
    /// How deep below the topmost unit that the reader may see.
    pub depth: i64,
    /// How many units stood below it.
    pub below: usize,
    /// Its place and that of the last unit below it, in this list.
    pub over: Subtree,
}

/// The units of a tree that were there on a day, as far as the reader sees.
pub fn on(ctx: &Ctx, hierarchy: Hierarchy, day: Date) -> Vec<Then> {
    let reach = seen(ctx);
    let was_there = |unit: &&crate::tree::Unit| {
        unit.founded_on.is_none_or(|founded| founded <= day) && unit.dissolved_on.is_none_or(|ended| day < ended)
    };
    let units: Vec<&crate::tree::Unit> = ctx
        .tree
        .within(&reach)
        .filter(was_there)
        .filter(|unit| ctx.vocabulary().hierarchy(&unit.kind) == hierarchy)
        .collect();
    let there: HashMap<UnitId, &crate::tree::Unit> = units.iter().map(|unit| (unit.id, *unit)).collect();
    let parent = |unit: UnitId| ctx.tree.parent_on(unit, day).filter(|above| there.contains_key(above));
    let pairs: Vec<(UnitId, Option<UnitId>)> = units.iter().map(|unit| (unit.id, parent(unit.id))).collect();
    let places = numbering::number(&pairs).into_iter().filter_map(|place| {
        let unit = there.get(&place.unit)?;
        let span = ctx.tree.past().on(unit.id, day);
        Some(Then {
            id: unit.id,
            name: span.map_or_else(|| unit.name.clone(), |span| span.name.clone()),
            kind: span.map_or_else(|| unit.kind.clone(), |span| span.kind.clone()),
            parent: parent(unit.id),
            depth: place.depth,
            below: usize::try_from(place.last - place.ord).unwrap_or(0),
            over: Subtree { first: place.ord, last: place.last },
        })
    });
    places.collect()
}

/// The subtrees whose units this person sees: those over which they hold any role.
pub fn seen(ctx: &Ctx) -> Vec<Subtree> {
    match ctx.person() {
        None => vec![ctx.tree.whole()],
        Some(_) => ctx.actor.grants().iter().map(|grant| grant.over).collect(),
    }
}
