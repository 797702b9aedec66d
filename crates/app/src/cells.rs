//! How are figure cells asked for? By figure, slice and period, inside the reader's reach.
//!
//! Never a cell outside of it.

use kernel::authority::Subtree;
use kernel::figures::{Amount, Cells};
use kernel::ids::{FigureId, UnitId};
use store::Conn;
use store::figures::{CellChange, CellKey, CellQuery, CellSum};

use crate::error::Error;

/// The cells of a figure summed over the subtrees: slice, period, amount.
pub async fn summed(
    conn: &mut Conn,
    figure: &str,
    slice: Option<&str>,
    periods: Option<(String, String)>,
    reach: &[Subtree],
) -> Result<Vec<(String, String, Amount)>, Error> {
    let mut all = Vec::new();
    for over in reach {
        let rows = store::figures::read(conn, &query(figure, slice, periods.clone(), *over)).await?;
        all.extend(rows.into_iter().map(|row| {
            let amount = amount(&row);
            (row.slice, row.period, amount)
        }));
    }
    Ok(all)
}

/// The cells of a figure by unit: unit, period, amount.
pub async fn by_unit(
    conn: &mut Conn,
    figure: &str,
    slice: &str,
    periods: (String, String),
    reach: &[Subtree],
) -> Result<Vec<(UnitId, String, Amount)>, Error> {
    let mut all = Vec::new();
    for over in reach {
        let rows = store::figures::read_by_unit(conn, &query(figure, Some(slice), Some(periods.clone()), *over)).await?;
        all.extend(rows.into_iter().filter_map(|row| {
            let amount = amount(&row);
            Some((row.unit?, row.period, amount))
        }));
    }
    Ok(all)
}

fn query(figure: &str, slice: Option<&str>, periods: Option<(String, String)>, over: Subtree) -> CellQuery {
    CellQuery {
        figures: vec![FigureId::from(figure)],
        slices: slice.map(str::to_owned).into_iter().collect(),
        periods,
        units: (over.first, over.last),
    }
}

fn amount(row: &CellSum) -> Amount {
    Amount { numerator: row.numerator, denominator: row.denominator }
}

/// Changes of cells as the store takes them.
pub fn changes(cells: &Cells) -> Vec<CellChange> {
    cells
        .iter()
        .map(|(key, amount)| CellChange {
            key: CellKey {
                figure: FigureId::from(key.figure.as_str()),
                slice: key.slice.clone(),
                period: key.period.clone(),
                unit: key.unit,
            },
            numerator: amount.numerator,
            denominator: amount.denominator,
        })
        .collect()
}
