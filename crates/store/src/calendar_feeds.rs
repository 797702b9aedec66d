//! By which address is a person's calendar read without signing in? The hash of a token that was told once.
//!
//! Never the token itself.

use jiff::civil::Date;
use kernel::ids::PersonId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// The calendar of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFeedRow {
    /// Whose.
    pub person: PersonId,
    /// The hash of the token.
    pub token_hash: String,
    /// When it was told.
    pub made_at: i64,
    /// The last day on which it was read.
    pub read_on: Option<Date>,
}

const COLUMNS: &str = "person, token_hash, made_at, read_on";

fn feed(row: &Row) -> Result<CalendarFeedRow, StoreError> {
    Ok(CalendarFeedRow { person: row.id(0)?, token_hash: row.text(1)?, made_at: row.int(2)?, read_on: row.day_if(3)? })
}

/// The calendar of a person, if they have one.
pub async fn find(conn: &mut Conn, person: PersonId) -> Result<Option<CalendarFeedRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM calendar_feed WHERE site = $1 AND person = $2");
    let row = conn.find(sql, [conn.here(), person.into()]).await.doing("look for a calendar")?;
    row.map(|row| feed(&row)).transpose()
}

/// The calendar of a token.
pub async fn by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<CalendarFeedRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM calendar_feed WHERE site = $1 AND token_hash = $2");
    let row = conn.find(sql, [conn.here(), token_hash.into()]).await.doing("look for the calendar of a token")?;
    row.map(|row| feed(&row)).transpose()
}

/// Keeps it in place of the one before; the act that follows tells of it.
pub async fn put(conn: &mut Conn, row: &CalendarFeedRow) -> Result<(), StoreError> {
    remove(conn, row.person).await?;
    let sql = "INSERT INTO calendar_feed (site, person, token_hash, made_at, read_on) VALUES ($1, $2, $3, $4, $5)";
    let params =
        [conn.here(), row.person.into(), row.token_hash.as_str().into(), row.made_at.into(), row.read_on.into()];
    conn.run(sql, params).await.doing("keep a calendar")?;
    Ok(())
}

/// It was read on a day; false if that is known already.
pub async fn mark_read(conn: &mut Conn, person: PersonId, on: Date) -> Result<bool, StoreError> {
    let sql = "UPDATE calendar_feed SET read_on = $3 WHERE site = $1 AND person = $2 \
         AND (read_on IS NULL OR read_on <> $3)";
    Ok(conn.run(sql, [conn.here(), person.into(), on.into()]).await.doing("note that a calendar was read")? > 0)
}

/// Takes it away; true if there was one.
pub async fn remove(conn: &mut Conn, person: PersonId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM calendar_feed WHERE site = $1 AND person = $2";
    Ok(conn.run(sql, [conn.here(), person.into()]).await.doing("take a calendar away")? > 0)
}
