//! How are figure cells asked for and changed? By figure, slice and period, inside the reader's reach.
//!
//! A cell holds a unit with its whole subtree, so a change counts for the unit and for every unit above it.
//! Never a cell outside of the reach.

use kernel::authority::Subtree;
use kernel::figures::{Amount, CellKey as Key, Cells};
use kernel::ids::{FigureId, UnitId};
use store::Conn;
use store::figures::{CellChange, CellKey, CellQuery, CellSum};

use crate::error::Error;
use crate::tree::Tree;

/// The cells of a figure summed over the subtrees: slice, period, amount.
pub async fn summed(
    conn: &mut Conn,
    tree: &Tree,
    figure: &str,
    slice: Option<&str>,
    periods: Option<(String, String)>,
    reach: &[Subtree],
) -> Result<Vec<(String, String, Amount)>, Error> {
    let units = reach.iter().flat_map(|over| tree.covering(*over)).collect();
    let rows = store::figures::read(conn, &query(figure, slice, periods, units)).await?;
    let cell = |row: CellSum| {
        let amount = amount(&row);
        (row.slice, row.period, amount)
    };
    Ok(rows.into_iter().map(cell).collect())
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

/// Cells of units by themselves as cells of units with their subtrees: each counts for every unit above it too.
pub fn rolled_up(cells: &Cells, tree: &Tree) -> Cells {
    let mut all = Cells::new();
    for (key, amount) in cells {
        for unit in tree.upwards(key.unit) {
            *all.entry(Key { unit, ..key.clone() }).or_default() += *amount;
        }
    }
    all
}

/// Changes of cells of units by themselves, as the store takes them: rolled up.
pub fn changes(cells: &Cells, tree: &Tree) -> Vec<CellChange> {
    rolled_up(cells, tree)
        .into_iter()
        .map(|(key, amount)| CellChange {
            key: CellKey { figure: FigureId::from(key.figure), slice: key.slice, period: key.period, unit: key.unit },
            numerator: amount.numerator,
            denominator: amount.denominator,
        })
        .collect()
}
