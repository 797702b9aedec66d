//! What is there to see about units? The tree, one unit, what is to be chosen, orders given.
//!
//! Never a unit outside of the subtrees over which the reader holds a role.

pub mod choosing;
pub mod orders;
pub mod then;
pub mod unit;
pub mod workbook;

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::catalog::{Hierarchy, Managed};
use kernel::ids::UnitId;

use crate::ctx::Ctx;

/// What is asked of the tree.
#[derive(Clone, Debug)]
pub struct TreeAsk {
    /// Which tree; the first that has anything for the reader if none is named.
    pub hierarchy: Option<Hierarchy>,
    /// On which day.
    pub on: Date,
    /// What is sought.
    pub words: String,
    /// Only below this unit.
    pub under: Option<UnitId>,
}

/// The tree, or as much of it as fits a page.
#[derive(Clone, Debug)]
pub struct TreePage {
    /// Which tree.
    pub hierarchy: Hierarchy,
    /// Both trees: how many units of each the reader sees on the day.
    pub sizes: Vec<(Hierarchy, usize)>,
    /// On which day.
    pub on: Date,
    /// What is sought.
    pub words: String,
    /// The unit below which it is shown, and those above it.
    pub under: Vec<(UnitId, String)>,
    /// The lines, in order.
    pub lines: Vec<TreeLine>,
    /// More fits what is sought than is shown.
    pub more: bool,
    /// Does the reader keep units up to date?
    pub keeps: bool,
}

/// A unit as a line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeLine {
    /// The unit.
    pub id: UnitId,
    /// Its name on the day.
    pub name: String,
    /// What its kind is called.
    pub kind: String,
    /// How deep below the first line.
    pub depth: i64,
    /// How many units stand below it.
    pub below: usize,
    /// How many of those are lines of this page.
    pub shown_below: usize,
    /// How many people work there and below it now.
    pub people: usize,
    /// The units of the other tree that it is linked with.
    pub linked: Vec<String>,
    /// Where it stands, for a line that was sought.
    pub above: String,
}

/// Lines of a tree that is shown as a whole.
const WHOLE: usize = 400;
/// Levels shown of a larger tree.
const LEVELS: i64 = 1;
/// Lines of what was sought.
const FOUND: usize = 100;

/// The tree.
pub fn tree(ctx: &Ctx, ask: &TreeAsk) -> TreePage {
    let of = |hierarchy| then::on(ctx, hierarchy, ask.on);
    let trees: Vec<(Hierarchy, Vec<then::Then>)> =
        Hierarchy::ALL.iter().map(|(.., hierarchy)| (*hierarchy, of(*hierarchy))).collect();
    let sizes: Vec<(Hierarchy, usize)> = trees.iter().map(|(hierarchy, units)| (*hierarchy, units.len())).collect();
    let first = sizes.iter().find(|(_, size)| *size > 0).map_or(Hierarchy::Administrative, |(hierarchy, _)| *hierarchy);
    let hierarchy = ask.hierarchy.unwrap_or(first);
    let all = trees.into_iter().find(|(it, _)| *it == hierarchy).map(|(_, units)| units).unwrap_or_default();
    let by_id: HashMap<UnitId, usize> = all.iter().enumerate().map(|(at, unit)| (unit.id, at)).collect();
    let people = people_within(ctx, &all);
    let drawing = Drawing { ctx, on: ask.on, all: &all, by_id: &by_id, people: &people };
    let words = ask.words.trim().chars().take(60).collect::<String>();
    let under = ask.under.filter(|id| by_id.contains_key(id));
    let (lines, more) = match words.is_empty() {
        true => (drawing.branch(under), false),
        false => drawing.found(&words),
    };
    TreePage {
        hierarchy,
        sizes,
        on: ask.on,
        under: way(&all, &by_id, under),
        words,
        lines,
        more,
        keeps: !ctx.managed(Managed::Units).is_empty(),
    }
}

/// What lines are drawn from.
struct Drawing<'a> {
    ctx: &'a Ctx,
    on: Date,
    all: &'a [then::Then],
    by_id: &'a HashMap<UnitId, usize>,
    people: &'a [usize],
}

impl Drawing<'_> {
    fn line(&self, at: usize, top: i64) -> TreeLine {
        let (ctx, unit) = (self.ctx, &self.all[at]);
        let kind = ctx.vocabulary().unit_kind(unit.kind.as_str()).map_or_else(String::new, |kind| kind.name.clone());
        let linked = ctx.tree.past().linked(unit.id, self.on);
        let above = unit.parent.and_then(|id| self.by_id.get(&id)).map(|at| self.all[*at].name.clone());
        TreeLine {
            id: unit.id,
            name: unit.name.clone(),
            kind,
            depth: unit.depth - top,
            below: unit.below,
            shown_below: 0,
            people: self.people[at],
            linked: linked.into_iter().map(|other| ctx.names().unit(other)).collect(),
            above: above.unwrap_or_default(),
        }
    }

    /// What was sought, best first; is there more than is shown?
    fn found(&self, words: &str) -> (Vec<TreeLine>, bool) {
        let offered = self.all.iter().filter_map(|unit| self.ctx.tree.unit(unit.id));
        let found = self.ctx.tree.fitting(offered, words, FOUND + 1);
        let places = found.iter().take(FOUND).filter_map(|unit| self.by_id.get(&unit.id));
        let lines = places.map(|at| TreeLine { depth: 0, ..self.line(*at, 0) }).collect();
        (lines, found.len() > FOUND)
    }

    /// A unit with those below it: all of them, or the first levels of many.
    fn branch(&self, under: Option<UnitId>) -> Vec<TreeLine> {
        let base = under.and_then(|id| self.by_id.get(&id)).map(|at| &self.all[*at]);
        let (from, until, top) = match base {
            Some(unit) => (unit.over.first, unit.over.last, unit.depth),
            None => (1, self.all.len() as i64, 0),
        };
        let is_small = until - from < WHOLE as i64;
        let shown = (from..=until).map(|ord| (ord - 1) as usize);
        let shown = shown.filter(|at| is_small || self.all[*at].depth - top <= LEVELS);
        let mut lines: Vec<TreeLine> = shown.map(|at| self.line(at, top)).collect();
        for at in 0..lines.len() {
            lines[at].shown_below = lines[at + 1..].iter().take_while(|below| below.depth > lines[at].depth).count();
        }
        lines
    }
}

/// How many people work in each unit and below it.
fn people_within(ctx: &Ctx, all: &[then::Then]) -> Vec<usize> {
    let mut own: HashMap<UnitId, usize> = HashMap::new();
    for unit in ctx.tree.present().filter_map(|person| person.unit) {
        *own.entry(unit).or_default() += 1;
    }
    let mut sums = vec![0];
    for unit in all {
        sums.push(sums[sums.len() - 1] + own.get(&unit.id).copied().unwrap_or(0));
    }
    let within = |unit: &then::Then| sums[unit.over.last as usize] - sums[unit.over.first as usize - 1];
    all.iter().map(within).collect()
}

/// The units from the top to a unit.
fn way(all: &[then::Then], by_id: &HashMap<UnitId, usize>, unit: Option<UnitId>) -> Vec<(UnitId, String)> {
    let mut way = Vec::new();
    let mut at = unit;
    while let Some(unit) = at.and_then(|id| by_id.get(&id)).map(|at| &all[*at]) {
        way.push((unit.id, unit.name.clone()));
        at = unit.parent;
    }
    way.reverse();
    way
}
