//! What did a report say when it was sealed? Every number of its text with what it was read from.
//!
//! Never a seal that is changed: a report that is written anew and sealed again has another one.

use kernel::ids::{PersonId, RecordId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// A sealed report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRow {
    /// The record.
    pub record: RecordId,
    /// The version of the record at which it was sealed: a report that comes back is sealed once more.
    pub turn: i64,
    /// When it was sealed.
    pub at: i64,
    /// By whom.
    pub by: Option<PersonId>,
    /// Its lines and what its numbers were read from.
    pub content: serde_json::Value,
    /// The hash of it.
    pub hash: String,
}

fn report(row: &Row<'_>) -> Result<ReportRow, StoreError> {
    Ok(ReportRow {
        record: row.id(0)?,
        turn: row.int(1)?,
        at: row.int(2)?,
        by: row.id_if(3)?,
        content: row.json(4)?,
        hash: row.text(5)?,
    })
}

/// Keeps a sealed report; `Conflict` if it was sealed at the same version.
pub async fn insert(conn: &mut Conn, row: &ReportRow) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO report_seal (site, record, turn, at_, by_, content, hash_) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params = [
        conn.here(),
        row.record.into(),
        row.turn.into(),
        row.at.into(),
        row.by.into(),
        (&row.content).into(),
        row.hash.as_str().into(),
    ];
    conn.run(sql, params).await.doing("seal a report")?;
    Ok(())
}

/// How a report was sealed last.
pub async fn last(conn: &mut Conn, record: RecordId) -> Result<Option<ReportRow>, StoreError> {
    let sql = "SELECT record, turn, at_, by_, content, hash_ FROM report_seal \
         WHERE site = $1 AND record = $2 ORDER BY turn DESC LIMIT 1";
    let row = conn.find(sql, [conn.here(), record.into()]).await.doing("read a sealed report")?;
    row.as_ref().map(report).transpose()
}
