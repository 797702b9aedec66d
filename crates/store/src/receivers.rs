//! Which other systems are told what happens here?
//!
//! Never a secret that could be read here: it is sealed.

use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// A system that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverRow {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Where it takes messages.
    pub address: String,
    /// Of which mechanisms, separated by blanks; empty for all.
    pub mechanisms: String,
    /// What it is told of, separated by blanks.
    pub happenings: String,
    /// The shared secret, sealed.
    pub secret: String,
    /// Is it told now?
    pub is_on: bool,
    /// When it was registered.
    pub made_at: i64,
    /// When it was taken off the list.
    pub ended_at: Option<i64>,
}

const COLUMNS: &str = "id, name_, address, mechanisms, happenings, secret, is_on, made_at, ended_at";

fn receiver(row: &Row) -> Result<ReceiverRow, StoreError> {
    Ok(ReceiverRow {
        id: row.id(0)?,
        name: row.text(1)?,
        address: row.text(2)?,
        mechanisms: row.text_if(3)?.unwrap_or_default(),
        happenings: row.text(4)?,
        secret: row.text(5)?,
        is_on: row.yes(6)?,
        made_at: row.int(7)?,
        ended_at: row.int_if(8)?,
    })
}

/// All that were not taken off the list, oldest first.
pub async fn standing(conn: &mut Conn) -> Result<Vec<ReceiverRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM receiver WHERE site = $1 AND ended_at IS NULL ORDER BY id");
    let rows = conn.list(sql, [conn.here()]).await.doing("list receivers")?;
    rows.iter().map(receiver).collect()
}

/// All of them, also those that were taken off the list: messages name them.
pub async fn all(conn: &mut Conn) -> Result<Vec<ReceiverRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM receiver WHERE site = $1 ORDER BY id");
    let rows = conn.list(sql, [conn.here()]).await.doing("list all receivers")?;
    rows.iter().map(receiver).collect()
}

/// Registers one; the act that follows tells of it.
pub async fn insert(conn: &mut Conn, row: &ReceiverRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO receiver ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    let params = [
        row.id.into(),
        row.name.as_str().into(),
        row.address.as_str().into(),
        row.mechanisms.as_str().into(),
        row.happenings.as_str().into(),
        row.secret.as_str().into(),
        row.is_on.into(),
        row.made_at.into(),
        row.ended_at.into(),
        conn.here(),
    ];
    conn.run(sql, params).await.doing("register a receiver")?;
    Ok(())
}

/// Turns one on or off; false if it is not on the list.
pub async fn turn(conn: &mut Conn, id: Uuid, is_on: bool) -> Result<bool, StoreError> {
    let sql = "UPDATE receiver SET is_on = $3 WHERE site = $1 AND id = $2 AND ended_at IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into(), is_on.into()]).await.doing("turn a receiver on or off")? > 0)
}

/// Takes one off the list; false if it is not on it.
pub async fn end(conn: &mut Conn, id: Uuid, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE receiver SET ended_at = $3, is_on = 0 WHERE site = $1 AND id = $2 AND ended_at IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into(), at.into()]).await.doing("take a receiver off the list")? > 0)
}
