//! How are figure cells asked for and changed? By figure, slice and period, inside the reader's reach.
//!
//! A cell holds a unit with its whole subtree, so a change counts for the unit and for every unit above it.
//! Never a cell outside of the reach.

use kernel::authority::Subtree;
use kernel::figures::{Amount, CellKey as Key, Cells, Falls};
use kernel::ids::{FigureId, UnitId};
use store::Conn;
use store::figures::{CellChange, CellKey, CellQuery, CellSum};

use crate::error::Error;
use crate::tree::Tree;

/// The cells of a figure summed over the subtrees: slice, period, amount. One address may come twice.
pub async fn summed(
    conn: &mut Conn,
    tree: &Tree,
    figure: &str,
    slice: Option<&str>,
    periods: Option<(String, String)>,
    reach: &[Subtree],
) -> Result<Vec<(String, String, Amount)>, Error> {
    let (mut added, mut taken) = (Vec::new(), Vec::new());
    for over in reach {
        let (whole, holes) = tree.made_of(*over);
        added.extend(whole);
        taken.extend(holes);
    }
    let mut cells = Vec::new();
    for (units, sign) in [(added, 1), (taken, -1)].into_iter().filter(|(units, _)| !units.is_empty()) {
        let rows = store::figures::read(conn, &query(figure, slice, periods.clone(), units)).await?;
        cells.extend(rows.into_iter().map(|row| {
            let amount = amount(&row);
            let signed = Amount { numerator: amount.numerator * sign, denominator: amount.denominator * sign };
            (row.slice, row.period, signed)
        }));
    }
    Ok(cells)
}

/// The cells of a figure for each unit with its subtree: unit, period, amount.
pub async fn by_unit(
    conn: &mut Conn,
    figure: &str,
    slice: &str,
    periods: (String, String),
    units: Vec<UnitId>,
) -> Result<Vec<(UnitId, String, Amount)>, Error> {
    let rows = store::figures::read_by_unit(conn, &query(figure, Some(slice), Some(periods), units)).await?;
    let cell = |row: CellSum| {
        let amount = amount(&row);
        Some((row.unit?, row.period, amount))
    };
    Ok(rows.into_iter().filter_map(cell).collect())
}

/// The cells of several figures without a period, each unit with its subtree by itself.
pub async fn of_units(
    conn: &mut Conn,
    figures: Vec<FigureId>,
    units: Vec<UnitId>,
) -> Result<Vec<(FigureId, String, UnitId, i64)>, Error> {
    let query = CellQuery { figures, slices: Vec::new(), periods: None, units };
    let rows = store::figures::read_by_unit(conn, &query).await?;
    let cell = |row: CellSum| Some((row.figure, row.slice, row.unit?, row.numerator));
    Ok(rows.into_iter().filter_map(cell).collect())
}

fn query(figure: &str, slice: Option<&str>, periods: Option<(String, String)>, units: Vec<UnitId>) -> CellQuery {
    CellQuery {
        figures: vec![FigureId::from(figure)],
        slices: slice.map(str::to_owned).into_iter().collect(),
        periods,
        units,
    }
}

fn amount(row: &CellSum) -> Amount {
    Amount { numerator: row.numerator, denominator: row.denominator }
}

/// Cells of units by themselves as cells of units with their subtrees: each counts for every unit above it too, along
/// the tree as it stood on its day. What stands moves along on each day on which the way up changes.
pub fn rolled_up(cells: &Cells, tree: &Tree) -> Cells {
    let mut all = Cells::new();
    let mut add = |key: &Key, unit: UnitId, amount: Amount, sign: i64| {
        let signed = Amount { numerator: amount.numerator * sign, denominator: amount.denominator * sign };
        *all.entry(Key { unit, falls: Falls::Always, ..key.clone() }).or_default() += signed;
    };
    for (key, amount) in cells {
        let day = match key.falls {
            Falls::Always => {
                tree.upwards(key.unit).into_iter().for_each(|unit| add(key, unit, *amount, 1));
                continue;
            }
            Falls::On(day) | Falls::Stands(day) => day,
        };
        let mut way = tree.upwards_on(key.unit, day);
        way.iter().for_each(|unit| add(key, *unit, *amount, 1));
        if !matches!(key.falls, Falls::Stands(_)) {
            continue;
        }
        for turn in tree.past().turns().iter().filter(|turn| **turn > day) {
            let next = tree.upwards_on(key.unit, *turn);
            let at = Falls::at(key, *turn);
            way.iter().filter(|unit| !next.contains(unit)).for_each(|unit| add(&at, *unit, *amount, -1));
            next.iter().filter(|unit| !way.contains(unit)).for_each(|unit| add(&at, *unit, *amount, 1));
            way = next;
        }
    }
    all
}

/// Changes of cells of units by themselves, as the store takes them: rolled up.
pub fn changes(cells: &Cells, tree: &Tree) -> Vec<CellChange> {
    as_kept(&rolled_up(cells, tree))
}

/// Changes of cells that are rolled up, as the store takes them.
pub fn as_kept(cells: &Cells) -> Vec<CellChange> {
    let change = |(key, amount): (&Key, &Amount)| CellChange {
        key: CellKey {
            figure: FigureId::from(key.figure.as_str()),
            slice: key.slice.clone(),
            period: key.period.clone(),
            unit: key.unit,
        },
        numerator: amount.numerator,
        denominator: amount.denominator,
    };
    cells.iter().map(change).collect()
}
