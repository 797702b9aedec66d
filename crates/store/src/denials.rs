//! How often did somebody ask for what is not theirs? Counted by day and person, so that the log cannot be flooded.
//!
//! Never what they asked for: refused acts stand in the acts, up to a number a day.

use jiff::civil::Date;
use kernel::ids::PersonId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// The denials of a person on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenialRow {
    /// The day.
    pub on: Date,
    /// Who.
    pub person: PersonId,
    /// Acts refused for want of a right.
    pub refused: i64,
    /// Addresses that are not there for them.
    pub unseen: i64,
    /// When the audit administrators were told, if they were.
    pub told_at: Option<i64>,
}

fn denial(row: &Row) -> Result<DenialRow, StoreError> {
    Ok(DenialRow {
        on: row.day(0)?,
        person: row.id(1)?,
        refused: row.int(2)?,
        unseen: row.int(3)?,
        told_at: row.int_if(4)?,
    })
}

/// So many more; gives what it is now.
pub async fn add(
    conn: &mut Conn,
    on: Date,
    person: PersonId,
    refused: i64,
    unseen: i64,
) -> Result<DenialRow, StoreError> {
    let sql = format!(
        "INSERT INTO denial (site, on_, person, refused, unseen) VALUES ($1, $2, $3, 0, 0) {}",
        conn.dialect().or_leave()
    );
    conn.run(sql, [conn.here(), on.into(), person.into()]).await.doing("begin to count denials")?;
    let sql = "UPDATE denial SET refused = refused + $4, unseen = unseen + $5 \
         WHERE site = $1 AND on_ = $2 AND person = $3";
    let params = [conn.here(), on.into(), person.into(), refused.into(), unseen.into()];
    conn.run(sql, params).await.doing("count denials")?;
    let sql = "SELECT on_, person, refused, unseen, told_at FROM denial WHERE site = $1 AND on_ = $2 AND person = $3";
    let row = conn.find(sql, [conn.here(), on.into(), person.into()]).await.doing("read denials")?;
    row.as_ref().map(denial).transpose()?.ok_or(StoreError::Stale)
}

/// The audit administrators were told. False if they were told before.
pub async fn mark_told(conn: &mut Conn, on: Date, person: PersonId, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE denial SET told_at = $4 WHERE site = $1 AND on_ = $2 AND person = $3 AND told_at IS NULL";
    Ok(conn.run(sql, [conn.here(), on.into(), person.into(), at.into()]).await.doing("note that it was told")? > 0)
}

/// The denials of the days from–until, newest day and most denials first.
pub async fn of_days(conn: &mut Conn, from: Date, until: Date, limit: u32) -> Result<Vec<DenialRow>, StoreError> {
    let sql = format!(
        "SELECT on_, person, refused, unseen, told_at FROM denial WHERE site = $1 AND on_ BETWEEN $2 AND $3 \
         ORDER BY on_ DESC, refused + unseen DESC, person LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), from.into(), until.into()]).await.doing("list denials")?;
    rows.iter().map(denial).collect()
}
