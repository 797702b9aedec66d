//! What did units come to when a result was published, and what was noted about their indicators? Written once, read ever
//! after.
//!
//! Never a sheet that is changed: what was published stays.

use kernel::ids::{PersonId, RecordId, UnitId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::row::Row;

/// What a unit came to.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetRow {
    /// The record of the scheme.
    pub record: RecordId,
    /// The unit.
    pub unit: UnitId,
    /// Its lines and sums.
    pub sheet: serde_json::Value,
    /// The hash of it.
    pub hash: String,
    /// When it was published.
    pub at: i64,
    /// By whom.
    pub by: Option<PersonId>,
}

fn sheet(row: &Row<'_>) -> Result<SheetRow, StoreError> {
    let (record, unit, sheet) = (row.id(0)?, row.id(1)?, row.json(2)?);
    Ok(SheetRow { record, unit, sheet, hash: row.text(3)?, at: row.int(4)?, by: row.id_if(5)? })
}

/// The sheets of a published result.
pub async fn sheets(conn: &mut Conn, record: RecordId) -> Result<Vec<SheetRow>, StoreError> {
    let sql = "SELECT record, unit, sheet, hash_, at_, by_ FROM assessment_sheet \
         WHERE site = $1 AND record = $2 ORDER BY unit";
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("read a published result")?;
    rows.iter().map(sheet).collect()
}

/// Keeps the sheets of a result.
pub async fn publish(conn: &mut Conn, rows: &[SheetRow]) -> Result<(), StoreError> {
    let site = conn.here();
    let params = |row: &SheetRow| {
        let head = [site.clone(), row.record.into(), row.unit.into(), (&row.sheet).into()];
        head.into_iter().chain([row.hash.as_str().into(), row.at.into(), row.by.into()]).collect()
    };
    let into = "assessment_sheet (site, record, unit, sheet, hash_, at_, by_)";
    many::insert(conn, into, rows.iter().map(params).collect(), "").await.doing("keep a published result")?;
    Ok(())
}
