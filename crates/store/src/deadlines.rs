//! What must be done by when? The deadlines of records, running and ended.
//!
//! `alarm_on` is the next day on which something is to be said or done: the clock asks for it, and nothing else.
//! An ended deadline keeps its days and its history. Never removed, but where the step that began it was taken back.

use jiff::civil::Date;
use kernel::ids::{DeadlineId, RecordId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::evidence;
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A deadline of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadlineRow {
    /// The record.
    pub record: RecordId,
    /// Which deadline.
    pub deadline: DeadlineId,
    /// The day it started.
    pub starts_on: Date,
    /// The day it is due.
    pub due_on: Date,
    /// The day it was due at first.
    pub first_due_on: Date,
    /// The day since which it stands still.
    pub paused_on: Option<Date>,
    /// The day it ended.
    pub ended_on: Option<Date>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The next day on which the clock looks at it.
    pub alarm_on: Option<Date>,
    /// What happened to it, as JSON.
    pub history: serde_json::Value,
    /// Does the due day lie in a year whose holidays are not published?
    pub provisional: bool,
    /// The moment it started, where it is counted in hours of work.
    pub started_at: Option<i64>,
    /// The moment it is due, where it is counted in hours of work.
    pub due_at: Option<i64>,
}

const COLUMNS: &str = "record, name_, starts_on, due_on, first_due_on, paused_on, ended_on, outcome, alarm_on, \
     history, provisional, started_at, due_at";

impl DeadlineRow {
    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.id(0)?,
            deadline: row.slug(1)?,
            starts_on: row.day(2)?,
            due_on: row.day(3)?,
            first_due_on: row.day(4)?,
            paused_on: row.day_if(5)?,
            ended_on: row.day_if(6)?,
            outcome: row.text_if(7)?,
            alarm_on: row.day_if(8)?,
            history: row.json(9)?,
            provisional: row.yes(10)?,
            started_at: row.int_if(11)?,
            due_at: row.int_if(12)?,
        })
    }

    /// What the journal keeps of it: its table and key, and its hash.
    pub fn bound(&self, site: i64) -> (String, String) {
        let key = format!("deadline {} {}", self.record.0.simple(), self.deadline);
        (key, evidence::hash_to_be("deadline", &format!("{COLUMNS}, site"), &self.params(site)))
    }

    fn params(&self, site: i64) -> Vec<P> {
        vec![
            self.record.into(),
            (&self.deadline).into(),
            self.starts_on.into(),
            self.due_on.into(),
            self.first_due_on.into(),
            self.paused_on.into(),
            self.ended_on.into(),
            self.outcome.as_deref().into(),
            self.alarm_on.into(),
            (&self.history).into(),
            self.provisional.into(),
            self.started_at.into(),
            self.due_at.into(),
            site.into(),
        ]
    }
}

/// What the journal keeps of one that is there no more: its table and key, and no hash.
pub fn gone(record: RecordId, deadline: &DeadlineId) -> (String, String) {
    (format!("deadline {} {deadline}", record.0.simple()), String::new())
}

/// Keeps deadlines as they are now: those that are there change, the others are new.
pub async fn upsert_many(conn: &mut Conn, deadlines: &[DeadlineRow]) -> Result<(), StoreError> {
    let sql = "UPDATE deadline SET starts_on = $3, due_on = $4, first_due_on = $5, paused_on = $6, ended_on = $7, \
         outcome = $8, alarm_on = $9, history = $10, provisional = $11, started_at = $12, due_at = $13 \
         WHERE site = $14 AND record = $1 AND name_ = $2";
    let mut new = Vec::new();
    for deadline in deadlines {
        let params = deadline.params(conn.site());
        if conn.run(sql, params).await.doing("keep a deadline")? == 0 {
            new.push(deadline.clone());
        }
    }
    insert_many(conn, &new).await
}

/// Keeps deadlines that are known to be new.
pub async fn insert_many(conn: &mut Conn, deadlines: &[DeadlineRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let params = deadlines.iter().map(|it| it.params(site)).collect();
    many::insert(conn, &format!("deadline ({COLUMNS}, site)"), params, "").await.doing("keep new deadlines")?;
    Ok(())
}

/// A deadline was begun by a step that was taken back: it is not there.
pub async fn remove(conn: &mut Conn, record: RecordId, deadline: &DeadlineId) -> Result<(), StoreError> {
    let sql = "DELETE FROM deadline WHERE site = $1 AND record = $2 AND name_ = $3";
    conn.run(sql, [conn.here(), record.into(), deadline.into()]).await.doing("take back a deadline")?;
    Ok(())
}

/// The deadlines of a record, by their first day.
pub async fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<DeadlineRow>, StoreError> {
    of_records(conn, &[record]).await
}

/// The deadlines of several records, by record and first day.
pub async fn of_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<DeadlineRow>, StoreError> {
    let sql = |places: &str| {
        format!(
            "SELECT {COLUMNS} FROM deadline WHERE site = $1 AND record IN ({places}) ORDER BY record, starts_on, name_"
        )
    };
    many::by_ids(conn, records, sql, DeadlineRow::of).await.doing("list deadlines")
}

/// Deadlines that the clock has to look at on `today`, the oldest alarm first; of those that are counted in hours the
/// ones whose minute has come.
pub async fn alarmed(conn: &mut Conn, today: Date, now: i64, limit: u32) -> Result<Vec<DeadlineRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deadline WHERE site = $1 AND alarm_on <= $2 AND (due_at IS NULL OR due_at < $3) \
         ORDER BY alarm_on, record, name_ LIMIT {limit}"
    );
    conn.list_of(sql, [conn.here(), today.into(), now.into()], DeadlineRow::of)
        .await
        .doing("list the deadlines that the clock has to look at")
}

/// Deadlines that ended between two days, both included, in that order.
pub async fn ended(conn: &mut Conn, from: Date, until: Date, limit: u32) -> Result<Vec<DeadlineRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deadline WHERE site = $1 AND ended_on BETWEEN $2 AND $3 \
         ORDER BY ended_on, due_on, record LIMIT {limit}"
    );
    conn.list_of(sql, [conn.here(), from.into(), until.into()], DeadlineRow::of).await.doing("list ended deadlines")
}

/// Running deadlines reckoned over a year whose holidays were not published: to be reckoned anew once they are.
pub async fn provisional(conn: &mut Conn, after: Option<RecordId>, limit: u32) -> Result<Vec<DeadlineRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deadline WHERE site = $1 AND ended_on IS NULL AND provisional = 1 AND record > $2 \
         ORDER BY record, name_ LIMIT {limit}"
    );
    let after = after.map_or(P::Bytes(Vec::new()), P::from);
    conn.list_of(sql, [conn.here(), after], DeadlineRow::of).await.doing("list provisional deadlines")
}

/// The records that have a running deadline, in the order of their ids, after one already seen.
pub async fn running_records(
    conn: &mut Conn,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Vec<RecordId>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT record FROM deadline WHERE site = $1 AND ended_on IS NULL AND record > $2 \
         ORDER BY record LIMIT {limit}"
    );
    let after = after.map_or(P::Bytes(Vec::new()), P::from);
    let found = conn.list(sql, [conn.here(), after]).await.doing("list records with running deadlines")?;
    found.iter().map(|row| row.id(0)).collect()
}
