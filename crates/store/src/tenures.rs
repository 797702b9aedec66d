//! Who is at which side of a link, from when to when? What links say, so that places are counted and days looked up
//! without reading records.
//!
//! Everything here follows from records: it is written with them and can be written anew from them.
//! Never decides whether a place is left: that is the kernel's.

use jiff::civil::Date;
use kernel::ids::{FieldId, MechanismId, RecordId};
use kernel::kinds::link::{NO_END, Who};
use kernel::roster::Days;
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// One place that a link takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenureRow {
    /// The link.
    pub record: RecordId,
    /// Its side.
    pub side: FieldId,
    /// Its number at that side, from 0.
    pub seq: i64,
    /// The link's mechanism.
    pub mechanism: MechanismId,
    /// Of whom.
    pub who: Uuid,
    /// On which days.
    pub days: Days,
}

const COLUMNS: &str = "record, side, seq, mechanism, who, from_on, until_on";

fn tenure(row: &Row) -> Result<TenureRow, StoreError> {
    let until = row.day(6)?;
    Ok(TenureRow {
        record: row.id(0)?,
        side: row.slug(1)?,
        seq: row.int(2)?,
        mechanism: row.slug(3)?,
        who: row.id(4)?,
        days: Days { from_on: row.day(5)?, until_on: (until != NO_END).then_some(until) },
    })
}

/// Keeps that nobody else counts somebody's places before this transaction ends, so that two who want the last one come
/// one after the other.
pub async fn hold(conn: &mut Conn, who: Who) -> Result<(), StoreError> {
    let table = match who {
        Who::Person(_) => "person",
        Who::Unit(_) => "unit",
        Who::Record(_) => "record",
    };
    if let Some(sql) = conn.dialect().hold_row(table) {
        conn.list(sql, [conn.here(), who.id().into()]).await.doing("hold who is linked")?;
    }
    Ok(())
}

/// Takes away what a link said.
pub async fn clear(conn: &mut Conn, record: RecordId) -> Result<(), StoreError> {
    let sql = "DELETE FROM tenure WHERE site = $1 AND record = $2";
    conn.run(sql, [conn.here(), record.into()]).await.doing("take away what a link said")?;
    Ok(())
}

/// Keeps what links say.
pub async fn insert(conn: &mut Conn, rows: &[TenureRow]) -> Result<(), StoreError> {
    let site = conn.here();
    let params = |row: &TenureRow| {
        vec![
            site.clone(),
            row.record.into(),
            (&row.side).into(),
            row.seq.into(),
            (&row.mechanism).into(),
            row.who.into(),
            row.days.from_on.into(),
            row.days.until_on.unwrap_or(NO_END).into(),
        ]
    };
    let into = format!("tenure (site, {COLUMNS})");
    many::insert(conn, &into, rows.iter().map(params).collect(), "").await.doing("keep what a link says")?;
    Ok(())
}

/// What the links of one at a side say that have not ended before a day.
pub async fn of_side(
    conn: &mut Conn,
    mechanism: &MechanismId,
    side: &FieldId,
    who: Uuid,
    from: Date,
) -> Result<Vec<TenureRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tenure WHERE site = $1 AND mechanism = $2 AND side = $3 AND who = $4 \
         AND until_on >= $5 ORDER BY from_on, record, seq"
    );
    let params: Vec<P> = vec![conn.here(), mechanism.into(), side.into(), who.into(), from.into()];
    conn.list_of(sql, params, tenure).await.doing("read the links of a side")
}

/// How many links each has at a side on a day, of those who have any.
pub async fn taken_on(
    conn: &mut Conn,
    mechanism: &MechanismId,
    side: &FieldId,
    on: Date,
) -> Result<Vec<(Uuid, i64)>, StoreError> {
    let sql = "SELECT who, COUNT(*) FROM tenure WHERE site = $1 AND mechanism = $2 AND side = $3 \
               AND until_on >= $4 AND from_on <= $4 GROUP BY who";
    let params: Vec<P> = vec![conn.here(), mechanism.into(), side.into(), on.into()];
    let read = |row: &Row<'_>| Ok((row.id(0)?, row.int(1)?));
    conn.list_of(sql, params, read).await.doing("count the links of a side")
}

/// All links of somebody, the latest first.
pub async fn of_whom(conn: &mut Conn, who: Uuid, most: u32) -> Result<Vec<TenureRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tenure WHERE site = $1 AND who = $2 ORDER BY from_on DESC, record, side, seq LIMIT {most}"
    );
    conn.list_of(sql, [conn.here(), who.into()], tenure).await.doing("read somebody's links")
}

/// What all links say: for verification.
pub async fn all(conn: &mut Conn) -> Result<Vec<TenureRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tenure WHERE site = $1");
    conn.list_of(sql, [conn.here()], tenure).await.doing("read what all links say")
}
