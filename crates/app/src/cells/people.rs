//! Who counts once? People are kept as who was there, row by row, and their cells follow: in which month somebody was
//! there, and in which month last before. Distinct people of any run of months are then a sum of cells.
//!
//! Whoever changes rows holds the people first, reads all of theirs, and adds the difference of what follows after and
//! before: so two who act at once never both count one human.
//! Never counts a human twice because two files were theirs: rows of both are read together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::figures::Amount;
use kernel::ids::{FigureId, PersonId, UnitId};
use kernel::value::Month;
use store::Conn;
use store::figures::{CellChange, CellKey};
use store::presences::{Presence, PresenceKey};

use super::Kept;
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
type Rows = BTreeMap<PresenceKey, i64>;

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
    for key in changes.keys() {
        figures.insert(key.figure.clone());
        humans.extend([(was.human)(key.person), (is.human)(key.person)]);
    }
    let (figures, humans): (Vec<FigureId>, Vec<PersonId>) =
        (figures.into_iter().collect(), humans.into_iter().collect());
    store::presences::hold(conn, &humans).await?;
    let mut cells = BTreeMap::new();
    for some in humans.chunks(AT_ONCE) {
        let rows = store::presences::of_humans(conn, &figures, some).await?;
        let before: Rows = rows.iter().map(|row| (row.key.clone(), row.count)).collect();
        let mut after = before.clone();
        for (key, count) in changes.iter().filter(|(key, _)| some.contains(&(was.human)(key.person))) {
            *after.entry(key.clone()).or_default() += count;
        }
        add(&mut cells, &cells_of(&before, was), -1);
        add(&mut cells, &cells_of(&after, is), 1);
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
pub async fn keep(conn: &mut Conn, tree: &Tree, kept: &Kept) -> Result<Vec<CellChange>, Error> {
    if kept.people.is_empty() {
        return Ok(Vec::new());
    }
    let human = |person| tree.human(person);
    let side = Side { tree, human: &human };
    turn(conn, side, side, &kept.people, &[]).await
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

/// The cells that follow from rows.
pub fn cells_of(rows: &Rows, side: Side<'_>) -> BTreeMap<CellKey, i64> {
    let mut months: BTreeMap<(&FigureId, &str, PersonId), BTreeMap<UnitId, BTreeSet<Month>>> = BTreeMap::new();
    let mut ways: BTreeMap<(UnitId, Date), Vec<UnitId>> = BTreeMap::new();
    for (key, _) in rows.iter().filter(|(_, count)| **count > 0) {
        let way = ways.entry((key.unit, key.on)).or_insert_with(|| side.tree.upwards_on(key.unit, key.on));
        let own = months.entry((&key.figure, &key.slice, (side.human)(key.person))).or_default();
        for unit in way {
            own.entry(*unit).or_default().insert(Month::of(key.on));
        }
    }
    let mut cells = BTreeMap::new();
    for ((figure, slice, _), units) in months {
        for (unit, months) in units {
            let mut before = None;
            for month in months {
                let period = store::figures::seen(month, before);
                let key = CellKey { figure: figure.clone(), slice: slice.to_owned(), period, unit };
                *cells.entry(key).or_default() += 1;
                before = Some(month);
            }
        }
    }
    cells
}

/// The cells of people as amounts.
pub fn amounts_of(rows: &Rows, tree: &Tree) -> BTreeMap<CellKey, Amount> {
    let human = |person| tree.human(person);
    let cells = cells_of(rows, Side { tree, human: &human });
    cells.into_iter().map(|(key, numerator)| (key, Amount { numerator, denominator: 0 })).collect()
}

fn add(sum: &mut BTreeMap<CellKey, i64>, more: &BTreeMap<CellKey, i64>, sign: i64) {
    for (key, count) in more {
        *sum.entry(key.clone()).or_default() += count * sign;
    }
}
