//! How much? The cells of figures, kept by the same transaction that changes the records.
//!
//! A cell holds a unit with its whole subtree: reading costs the cells shown, not the units below.
//! Never counts records: what changed is handed in.

use std::collections::BTreeMap;

use kernel::ids::{FigureId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;

/// The slice of figures that are not sliced, and the period of figures without one.
pub const NONE: &str = "-";

/// Which cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// The figure.
    pub figure: FigureId,
    /// The slice, [`NONE`] if there is none.
    pub slice: String,
    /// The period: `2026-03`, a day, or [`NONE`].
    pub period: String,
    /// The unit.
    pub unit: UnitId,
}

/// What is added to a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// The cell.
    pub key: CellKey,
    /// Added to the numerator.
    pub numerator: i64,
    /// Added to the denominator.
    pub denominator: i64,
}

/// Which cells are read.
#[derive(Clone, Debug)]
pub struct CellQuery {
    /// The figures; none gives nothing.
    pub figures: Vec<FigureId>,
    /// The slices; none means all.
    pub slices: Vec<String>,
    /// The first and the last period, both included; none means all.
    pub periods: Option<(String, String)>,
    /// The units, each standing for its subtree; none gives nothing.
    pub units: Vec<UnitId>,
}

/// The sum of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellSum {
    /// The figure.
    pub figure: FigureId,
    /// The slice.
    pub slice: String,
    /// The period.
    pub period: String,
    /// The unit, where it was asked for by unit.
    pub unit: Option<UnitId>,
    /// The sum of the numerators.
    pub numerator: i64,
    /// The sum of the denominators.
    pub denominator: i64,
}

/// Adds changes to cells, one addition a cell, always in the same order, so that two transactions cannot block each
/// other for ever. Call it last: cells are what transactions share.
pub async fn apply(conn: &mut Conn, changes: &[CellChange]) -> Result<(), StoreError> {
    let mut sums: BTreeMap<&CellKey, (i64, i64)> = BTreeMap::new();
    for change in changes {
        let sum = sums.entry(&change.key).or_default();
        *sum = (sum.0.saturating_add(change.numerator), sum.1.saturating_add(change.denominator));
    }
    sums.retain(|_, sum| *sum != (0, 0));
    let (site, stripe) = (conn.here(), conn.stripe());
    let rows = sums.into_iter().map(|(key, (numerator, denominator))| {
        vec![
            site.clone(),
            (&key.figure).into(),
            key.slice.as_str().into(),
            key.period.as_str().into(),
            key.unit.into(),
            stripe.clone(),
            numerator.into(),
            denominator.into(),
        ]
    });
    let into = "figure_cell (site, figure, slice, period, unit, stripe, numerator, denominator)";
    let tail = conn.dialect().or_add_to_cell();
    many::insert(conn, into, rows.collect(), tail).await.doing("add to the figures")?;
    Ok(())
}

/// The sums over the units, by figure, slice and period.
pub async fn read(conn: &mut Conn, query: &CellQuery) -> Result<Vec<CellSum>, StoreError> {
    sums(conn, query, false).await.doing("read figures")
}

/// The same, for each of the units that has cells.
pub async fn read_by_unit(conn: &mut Conn, query: &CellQuery) -> Result<Vec<CellSum>, StoreError> {
    sums(conn, query, true).await.doing("read figures by unit")
}

async fn sums(conn: &mut Conn, query: &CellQuery, by_unit: bool) -> Result<Vec<CellSum>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "c.site = $1");
    asking.among("c.figure", query.figures.iter().map(P::from).collect());
    asking.among("c.unit", query.units.iter().map(|unit| P::from(*unit)).collect());
    if !query.slices.is_empty() {
        asking.among("c.slice", query.slices.iter().map(P::from).collect());
    }
    if let Some((first, last)) = &query.periods {
        let (first, last) = (asking.param(first.as_str()), asking.param(last.as_str()));
        asking.and(format!("c.period BETWEEN {first} AND {last}"));
    }
    let by = if by_unit { "c.figure, c.slice, c.period, c.unit" } else { "c.figure, c.slice, c.period" };
    let shown = if by_unit { "c.unit" } else { "NULL" };
    let sql = format!(
        "SELECT c.figure, c.slice, c.period, CAST(SUM(c.numerator) AS BIGINT), CAST(SUM(c.denominator) AS BIGINT), \
         {shown} FROM figure_cell c WHERE {} GROUP BY {by} ORDER BY {by}",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await?;
    rows.iter()
        .map(|row| {
            Ok(CellSum {
                figure: row.slug(0)?,
                slice: row.text(1)?,
                period: row.text(2)?,
                numerator: row.int(3)?,
                denominator: row.int(4)?,
                unit: if by_unit { row.id_if(5)? } else { None },
            })
        })
        .collect()
}

/// Every cell of a figure that is not zero, in order: for `verify figures`.
pub async fn cells(conn: &mut Conn, figure: &FigureId) -> Result<Vec<CellChange>, StoreError> {
    let sql = "SELECT slice, period, unit, CAST(SUM(numerator) AS BIGINT), CAST(SUM(denominator) AS BIGINT) \
         FROM figure_cell WHERE site = $1 AND figure = $2 GROUP BY slice, period, unit \
         HAVING SUM(numerator) <> 0 OR SUM(denominator) <> 0 ORDER BY slice, period, unit";
    let rows = conn.list(sql, [conn.here(), figure.into()]).await.doing("walk through the cells of a figure")?;
    rows.iter()
        .map(|row| {
            let key = CellKey { figure: figure.clone(), slice: row.text(0)?, period: row.text(1)?, unit: row.id(2)? };
            Ok(CellChange { key, numerator: row.int(3)?, denominator: row.int(4)? })
        })
        .collect()
}

/// Takes all cells of some figures away: before they are counted anew.
pub async fn clear(conn: &mut Conn, figures: &[FigureId]) -> Result<(), StoreError> {
    for figure in figures {
        let sql = "DELETE FROM figure_cell WHERE site = $1 AND figure = $2";
        conn.run(sql, [conn.here(), figure.into()]).await.doing("clear a figure")?;
    }
    Ok(())
}
