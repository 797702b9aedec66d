//! What is a unit to reach? Targets of figures by unit and period, set, ended, and never removed.
//!
//! Never decides whether one was reached.

use kernel::ids::{FigureId, PersonId, TargetId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::row::Row;

/// A target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRow {
    /// Its id.
    pub id: TargetId,
    /// The figure: `task_order.closed`.
    pub figure: FigureId,
    /// The unit, with all below it.
    pub unit: UnitId,
    /// The period as it is printed.
    pub period: String,
    /// Is it a value not to be passed, and not one to be reached?
    pub at_most: bool,
    /// The value, an exact decimal.
    pub value: String,
    /// On what basis: a paper with its number.
    pub basis: String,
    /// Who set it.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: i64,
    /// Who ended it.
    pub ended_by: Option<PersonId>,
    /// When it was ended.
    pub ended_at: Option<i64>,
}

const COLUMNS: &str = "id, figure, unit, period, at_most, value_, basis, set_by, set_at, ended_by, ended_at";

fn target(row: &Row) -> Result<TargetRow, StoreError> {
    Ok(TargetRow {
        id: row.id(0)?,
        figure: row.slug(1)?,
        unit: row.id(2)?,
        period: row.text(3)?,
        at_most: row.int(4)? != 0,
        value: row.text(5)?,
        basis: row.text(6)?,
        set_by: row.id_if(7)?,
        set_at: row.int(8)?,
        ended_by: row.id_if(9)?,
        ended_at: row.int_if(10)?,
    })
}

/// Sets one.
pub async fn insert(conn: &mut Conn, row: &TargetRow) -> Result<(), StoreError> {
    let params = [
        row.id.into(),
        (&row.figure).into(),
        row.unit.into(),
        row.period.as_str().into(),
        i64::from(row.at_most).into(),
        row.value.as_str().into(),
        row.basis.as_str().into(),
        row.set_by.into(),
        row.set_at.into(),
        row.ended_by.into(),
        row.ended_at.into(),
        conn.here(),
    ];
    let sql = format!(
        "INSERT INTO figure_target ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    );
    conn.run(sql, params).await.doing("set a target")?;
    Ok(())
}

/// Ends one; false if it was ended before.
pub async fn end(conn: &mut Conn, id: TargetId, at: i64, by: Option<PersonId>) -> Result<bool, StoreError> {
    let sql = "UPDATE figure_target SET ended_at = $3, ended_by = $4 WHERE site = $1 AND id = $2 AND ended_at IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into(), at.into(), by.into()]).await.doing("end a target")? > 0)
}

/// One.
pub async fn find(conn: &mut Conn, id: TargetId) -> Result<Option<TargetRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM figure_target WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a target")?;
    row.as_ref().map(target).transpose()
}

/// The targets in force of a period, for some figures and units; no units means all.
pub async fn of_period(
    conn: &mut Conn,
    period: &str,
    figures: &[FigureId],
    units: &[UnitId],
) -> Result<Vec<TargetRow>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "t.site = $1 AND t.ended_at IS NULL");
    let period = asking.param(period);
    asking.and(format!("t.period = {period}"));
    asking.among("t.figure", figures.iter().map(P::from).collect());
    if !units.is_empty() {
        asking.among("t.unit", units.iter().map(|unit| P::from(*unit)).collect());
    }
    let sql = format!("SELECT {COLUMNS} FROM figure_target t WHERE {} ORDER BY t.set_at, t.id", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("read the targets of a period")?;
    rows.iter().map(target).collect()
}

/// How many targets in force a figure has.
pub async fn count_of(conn: &mut Conn, figure: &FigureId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM figure_target WHERE site = $1 AND figure = $2 AND ended_at IS NULL";
    let row = conn.find(sql, [conn.here(), figure.into()]).await.doing("count what uses a figure")?;
    row.map_or(Ok(0), |row| row.int(0))
}
