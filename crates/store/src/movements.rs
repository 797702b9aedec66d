//! What was moved on accounts, and what do they hold? Movements in the order in which they were written down.
//!
//! Never a movement that is changed: what was wrong is turned around by one more.

use jiff::civil::Date;
use kernel::ids::RecordId;
use kernel::kinds::ledger::{Movement, Place};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::row::Row;

/// A movement, and on which account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementRow {
    /// Its id.
    pub id: Uuid,
    /// The account.
    pub record: RecordId,
    /// What was moved.
    pub movement: Movement,
}

/// What moved on an account from one place to another, all together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The account.
    pub record: RecordId,
    /// From where.
    pub from: Place,
    /// To where.
    pub to: Place,
    /// How much, in millionths.
    pub amount: i64,
}

const COLUMNS: &str =
    "record, seq, word, from_, to_, amount, on_, document, reason, cause, other, reverses, at_, by_, id";

fn movement(row: &Row) -> Result<MovementRow, StoreError> {
    Ok(MovementRow {
        id: row.id(14)?,
        record: row.id(0)?,
        movement: Movement {
            seq: row.int(1)?,
            word: row.text(2)?.into(),
            from: Place::of(&row.text(3)?),
            to: Place::of(&row.text(4)?),
            amount: row.int(5)?,
            on: row.day(6)?,
            document: row.text_if(7)?,
            reason: row.text_if(8)?,
            cause: row.id_if(9)?,
            other: row.id_if(10)?,
            reverses: row.int_if(11)?,
            at: row.int(12)?,
            by: row.id_if(13)?,
        },
    })
}

/// All movements of some accounts, oldest first.
pub async fn of_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<MovementRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT {COLUMNS} FROM movement WHERE site = $1 AND record IN ({places}) ORDER BY record, seq")
    };
    many::by_ids(conn, records, sql, movement).await.doing("read what was moved")
}

/// What some records caused, by account and oldest first.
pub async fn caused_by(conn: &mut Conn, record: RecordId) -> Result<Vec<MovementRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM movement WHERE site = $1 AND cause = $2 ORDER BY record, seq");
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("read what a record moved")?;
    rows.iter().map(movement).collect()
}

/// What moved on some accounts up to a day, added up.
pub async fn sums(conn: &mut Conn, records: &[RecordId], on: Date) -> Result<Vec<Moved>, StoreError> {
    // A day is ten signs that hold nothing but digits and lines.
    let until = on.to_string();
    let sql = |places: &str| {
        format!(
            "SELECT record, from_, to_, CAST(SUM(amount) AS BIGINT) FROM movement \
             WHERE site = $1 AND record IN ({places}) AND on_ <= '{until}' GROUP BY record, from_, to_"
        )
    };
    let moved = |row: &Row<'_>| {
        let (from, to) = (Place::of(&row.text(1)?), Place::of(&row.text(2)?));
        Ok(Moved { record: row.id(0)?, from, to, amount: row.int(3)? })
    };
    many::by_ids(conn, records, sql, moved).await.doing("add up what was moved")
}

/// Keeps movements.
pub async fn insert(conn: &mut Conn, rows: &[MovementRow]) -> Result<(), StoreError> {
    let site = conn.here();
    let params = |row: &MovementRow| {
        let it = &row.movement;
        vec![
            site.clone(),
            row.record.into(),
            it.seq.into(),
            (&*it.word).into(),
            it.from.word().into(),
            it.to.word().into(),
            it.amount.into(),
            it.on.into(),
            it.document.as_deref().into(),
            it.reason.as_deref().into(),
            it.cause.into(),
            it.other.into(),
            it.reverses.into(),
            it.at.into(),
            it.by.into(),
            row.id.into(),
        ]
    };
    let into = format!("movement (site, {COLUMNS})");
    many::insert(conn, &into, rows.iter().map(params).collect(), "").await.doing("write down what is moved")?;
    Ok(())
}
