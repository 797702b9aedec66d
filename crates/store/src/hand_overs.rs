//! What did leavers hand to others, and what was it, so that it can be handed back?
//!
//! Never removed; one that was handed back says so.

use jiff::civil::Date;
use kernel::ids::{HandOverId, PersonId, StandInId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// A hand-over.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOverRow {
    /// Its id.
    pub id: HandOverId,
    /// Who left.
    pub leaver: PersonId,
    /// When it was done.
    pub at: i64,
    /// The leaver's last day.
    pub on: Date,
    /// Who did it.
    pub done_by: Option<PersonId>,
    /// What went to whom.
    pub detail: serde_json::Value,
    /// When it was handed back.
    pub undone_at: Option<i64>,
}

const COLUMNS: &str = "id, leaver, at_, on_, done_by, detail, undone_at";

fn hand_over(row: &Row) -> Result<HandOverRow, StoreError> {
    Ok(HandOverRow {
        id: row.id(0)?,
        leaver: row.id(1)?,
        at: row.int(2)?,
        on: row.day(3)?,
        done_by: row.id_if(4)?,
        detail: row.json(5)?,
        undone_at: row.int_if(6)?,
    })
}

/// Keeps one.
pub async fn insert(conn: &mut Conn, row: &HandOverRow) -> Result<(), StoreError> {
    let params = [
        row.id.into(),
        row.leaver.into(),
        row.at.into(),
        row.on.into(),
        row.done_by.into(),
        (&row.detail).into(),
        row.undone_at.into(),
        conn.here(),
    ];
    let sql = format!("INSERT INTO hand_over ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    conn.run(sql, params).await.doing("keep a hand-over")?;
    Ok(())
}

/// One.
pub async fn find(conn: &mut Conn, id: HandOverId) -> Result<Option<HandOverRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM hand_over WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a hand-over")?;
    row.as_ref().map(hand_over).transpose()
}

/// Those of a leaver, the newest first.
pub async fn of_leaver(conn: &mut Conn, leaver: PersonId, limit: u32) -> Result<Vec<HandOverRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM hand_over WHERE site = $1 AND leaver = $2 ORDER BY id DESC LIMIT {limit}");
    let rows = conn.list(sql, [conn.here(), leaver.into()]).await.doing("list hand-overs")?;
    rows.iter().map(hand_over).collect()
}

/// Notes that it was handed back; false if it was before.
pub async fn undo(conn: &mut Conn, id: HandOverId, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE hand_over SET undone_at = $3 WHERE site = $1 AND id = $2 AND undone_at IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into(), at.into()]).await.doing("hand back")? > 0)
}

/// A stand-in that was ended goes on.
pub async fn reopen_stand_in(conn: &mut Conn, id: StandInId) -> Result<(), StoreError> {
    let sql = "UPDATE stand_in SET ended_at = NULL, ended_by = NULL WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into()]).await.doing("let a stand-in go on")?;
    Ok(())
}
