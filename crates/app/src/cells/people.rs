//! Who counts once? People are kept as who was there, row by row, and their cells follow: one for each month in which
//! somebody was there, and one that says besides in which month last before. Distinct people of a month are then one
//! cell, and those of any run of months a sum of cells.
//!
//! Whoever changes rows holds the people first, reads all of theirs, and adds the difference of what follows after and
//! before: so two who act at once never both count one human.
//! Never counts a human twice because two files were theirs: rows of both are read together.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use jiff::civil::Date;
use kernel::ids::{FigureId, PersonId, UnitId};
use kernel::value::Month;
use store::Conn;
use store::figures::{CellChange, CellKey};
use store::presences::{Presence, PresenceKey};

use super::Map;
use super::placing::{Ways, When};
use crate::error::Error;
use crate::tree::Tree;

/// By which tree people roll up, and who is who.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The tree.
    pub tree: &'a Tree,
    /// The human that a person is.
    pub human: &'a (dyn Fn(PersonId) -> PersonId + Sync),
}

/// So many humans are read at a time.
const AT_ONCE: usize = 256;

/// Rows of presence as they change: how often, and whose.
pub type Rows = BTreeMap<PresenceKey, i64>;

/// Changes rows, and gives what changes in the cells: from what followed before to what follows after, for everybody
/// whose rows change and for those who are named besides.
pub async fn turn(
    conn: &mut Conn,
    was: Side<'_>,
    is: Side<'_>,
    changes: &Rows,
    touched: &[(FigureId, PersonId)],
) -> Result<Vec<CellChange>, Error> {
    let mut figures: BTreeSet<FigureId> = touched.iter().map(|(figure, _)| figure.clone()).collect();
    let mut humans: BTreeSet<PersonId> = touched.iter().map(|(_, human)| *human).collect();
    let mut of: Map<PersonId, Vec<(&PresenceKey, i64)>> = Map::default();
    for (key, count) in changes {
        figures.insert(key.figure.clone());
        humans.extend([(was.human)(key.person), (is.human)(key.person)]);
        of.entry((was.human)(key.person)).or_default().push((key, *count));
    }
    let (figures, humans): (Vec<FigureId>, Vec<PersonId>) =
        (figures.into_iter().collect(), humans.into_iter().collect());
    store::presences::hold(conn, &humans).await?;
    let mut cells = BTreeMap::new();
    for some in humans.chunks(AT_ONCE) {
        let rows = store::presences::of_humans(conn, &figures, some).await?;
        let before: Rows = rows.iter().map(|row| (row.key.clone(), row.count)).collect();
        let mut after = before.clone();
        for (key, count) in some.iter().filter_map(|human| of.get(human)).flatten() {
            *after.entry((*key).clone()).or_default() += count;
        }
        add(&mut cells, &cells_of_rows(&before, was), -1);
        add(&mut cells, &cells_of_rows(&after, is), 1);
        let differs = |key: &PresenceKey, count: i64| {
            before.get(key) != Some(&count) || (was.human)(key.person) != (is.human)(key.person)
        };
        let put = after.iter().filter(|(key, count)| differs(key, **count));
        let put = put.map(|(key, count)| Presence { key: key.clone(), human: (is.human)(key.person), count: *count });
        store::presences::put(conn, &put.collect::<Vec<_>>()).await?;
    }
    let change = |(key, numerator): (CellKey, i64)| CellChange { key, numerator, denominator: 0 };
    Ok(cells.into_iter().filter(|(_, count)| *count != 0).map(change).collect())
}

/// The same where neither the tree nor who is who changes.
pub async fn keep(conn: &mut Conn, tree: &Tree, changes: &Rows) -> Result<Vec<CellChange>, Error> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let human = |person| tree.human(person);
    let side = Side { tree, human: &human };
    turn(conn, side, side, changes, &[]).await
}

/// From now on these people are that human, in every figure: what follows from their rows is counted anew.
pub async fn are_now(
    conn: &mut Conn,
    tree: &Tree,
    both: [PersonId; 2],
    was: &(dyn Fn(PersonId) -> PersonId + Sync),
    is: &(dyn Fn(PersonId) -> PersonId + Sync),
) -> Result<(), Error> {
    let figures = store::presences::figures_of(conn, &both).await?;
    let touched: Vec<(FigureId, PersonId)> =
        figures.into_iter().flat_map(|figure| both.map(|human| (figure.clone(), human))).collect();
    let cells = turn(conn, Side { tree, human: was }, Side { tree, human: is }, &Rows::new(), &touched).await?;
    Ok(store::figures::apply(conn, &store::figures::Changes { cells, days: Vec::new() }).await?)
}

/// The cells that follow from who was there on which day, by slice, or whatever else tells groups apart; rows come in
/// any order and as often as may be, and those of one are put side by side.
pub fn cells_of<G: Copy + Ord + Hash>(
    seen: &mut [(G, PersonId, UnitId, Date)],
    ways: &mut Ways<'_>,
) -> Map<(G, UnitId, When), i64> {
    if !seen.is_sorted_by_key(|it| (it.0, it.1)) {
        seen.sort_unstable_by_key(|it| (it.0, it.1));
    }
    let (mut cells, mut months) = (Map::default(), Vec::new());
    for group in seen.chunk_by(|a, b| a.0 == b.0) {
        // Units and months by numbers: a city has tens of rows for each cell that follows from them.
        let mut firsts: Map<(u32, i32, i32), i64> = Map::default();
        for own in group.chunk_by(|a, b| a.1 == b.1) {
            months.clear();
            for (_, _, unit, on) in own {
                let month = Month::of(*on).number();
                months.extend(ways.numbers_up(*unit, *on).iter().map(|over| (*over, month)));
            }
            months.sort_unstable();
            months.dedup();
            let mut before = (0, 0);
            for (unit, month) in &months {
                let last = if before.0 == *unit { before.1 } else { 0 };
                *firsts.entry((*unit, *month, last)).or_default() += 1;
                before = (*unit, *month);
            }
        }
        for ((unit, month, last), count) in firsts {
            let month = Month::numbered(month);
            let last = (last > 0).then(|| Month::numbered(last));
            for when in [When::Month(month), When::Seen(month, last)] {
                *cells.entry((group[0].0, ways.unit(unit), when)).or_default() += count;
            }
        }
    }
    cells
}

/// The cells that follow from rows.
fn cells_of_rows(rows: &Rows, side: Side<'_>) -> BTreeMap<CellKey, i64> {
    let there = rows.iter().filter(|(_, count)| **count > 0);
    let seen = there.map(|(key, _)| ((&key.figure, key.slice.as_str()), (side.human)(key.person), key.unit, key.on));
    let cells = cells_of(&mut seen.collect::<Vec<_>>(), &mut Ways::new(side.tree));
    let cell = |(((figure, slice), unit, when), count): (((&FigureId, &str), UnitId, When), i64)| {
        (CellKey { figure: figure.clone(), slice: slice.to_owned(), period: when.text(), unit }, count)
    };
    cells.into_iter().map(cell).collect()
}

fn add(sum: &mut BTreeMap<CellKey, i64>, more: &BTreeMap<CellKey, i64>, sign: i64) {
    for (key, count) in more {
        *sum.entry(key.clone()).or_default() += count * sign;
    }
}
