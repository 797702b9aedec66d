//! What was? The journal: one entry a step, each with the hash of the one before.
//!
//! The entry's JSON is kept to the letter, because the hash covers its letters.
//! Never deletes, and updates nothing but an entry whose personal information goes ([`redact`]).

use jiff::civil::Date;
use kernel::ids::{MechanismId, PersonId, RecordId, StepId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// One entry as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalRow {
    /// The record.
    pub record: RecordId,
    /// Its number inside the record, from 1.
    pub seq: i64,
    /// Its id, ordered by time.
    pub id: Uuid,
    /// The moment, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The day in the office.
    pub on: Date,
    /// Who; absent for the clock.
    pub actor: Option<PersonId>,
    /// Their name then.
    pub actor_name: String,
    /// In whose name.
    pub behalf: Option<String>,
    /// The step.
    pub step: StepId,
    /// The entry as JSON, to the letter.
    pub entry: String,
    /// The hash of the record's entry before.
    pub prior_hash: Option<String>,
    /// The hash of this entry.
    pub hash: String,
}

/// The last entry of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The record.
    pub record: RecordId,
    /// The number of its last entry.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

const COLUMNS: &str = "record, seq, id, at_, on_, actor, actor_name, behalf, step, entry, prior_hash, hash_";

impl JournalRow {
    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.id(0)?,
            seq: row.int(1)?,
            id: row.id(2)?,
            at: row.int(3)?,
            on: row.day(4)?,
            actor: row.id_if(5)?,
            actor_name: row.text(6)?,
            behalf: row.text_if(7)?,
            step: row.slug(8)?,
            entry: row.text(9)?,
            prior_hash: row.text_if(10)?,
            hash: row.text(11)?,
        })
    }

    fn params(&self, site: i64) -> Vec<P> {
        vec![
            self.record.into(),
            self.seq.into(),
            self.id.into(),
            self.at.into(),
            self.on.into(),
            self.actor.into(),
            self.actor_name.as_str().into(),
            self.behalf.as_deref().into(),
            (&self.step).into(),
            self.entry.as_str().into(),
            self.prior_hash.as_deref().into(),
            self.hash.as_str().into(),
            site.into(),
        ]
    }
}

/// Adds an entry; `Stale` if the record already has one of that number.
pub async fn append(conn: &mut Conn, entry: &JournalRow) -> Result<(), StoreError> {
    append_many(conn, std::slice::from_ref(entry)).await
}

/// Adds entries; `Stale` if one is already there.
pub async fn append_many(conn: &mut Conn, entries: &[JournalRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let params = entries.iter().map(|entry| entry.params(site)).collect();
    match many::insert(conn, &format!("journal ({COLUMNS}, site)"), params, "").await {
        Err(error) if error.is_conflict_of("journal_pkey") => Err(StoreError::Stale),
        other => other.map(|_| ()).doing("write the journal"),
    }
}

/// Puts commitments in the place of personal information: the hash of the entry stays what it was, and is not touched.
pub async fn redact(conn: &mut Conn, record: RecordId, seq: i64, entry: &str) -> Result<(), StoreError> {
    let sql = "UPDATE journal SET entry = $4 WHERE site = $1 AND record = $2 AND seq = $3";
    match conn.run(sql, [conn.here(), record.into(), seq.into(), entry.into()]).await.doing("redact an entry")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// All entries of a record, in order.
pub async fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<JournalRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE site = $1 AND record = $2 ORDER BY seq");
    conn.list_of(sql, [conn.here(), record.into()], JournalRow::of).await.doing("read the journal of a record")
}

/// All entries of several records, by record and in order.
pub async fn of_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<JournalRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT {COLUMNS} FROM journal WHERE site = $1 AND record IN ({places}) ORDER BY record, seq")
    };
    many::by_ids(conn, records, sql, JournalRow::of).await.doing("read journals")
}

/// The last entry of a record, if it has any.
pub async fn head(conn: &mut Conn, record: RecordId) -> Result<Option<Head>, StoreError> {
    let sql = "SELECT record, seq, hash_ FROM journal WHERE site = $1 AND record = $2 ORDER BY seq DESC LIMIT 1";
    let row = conn.find(sql, [conn.here(), record.into()]).await;
    row.and_then(|row| row.as_ref().map(head_of).transpose()).doing("find the head of a journal")
}

/// Records of a mechanism with entries after a moment, the first `limit` of them.
pub async fn changed_since(
    conn: &mut Conn,
    mechanism: &MechanismId,
    after: i64,
    limit: u32,
) -> Result<Vec<RecordId>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT j.record FROM journal j JOIN record r ON r.site = j.site AND r.id = j.record \
         WHERE j.site = $1 AND j.at_ > $2 AND r.mechanism = $3 ORDER BY j.record LIMIT {limit}"
    );
    let found = conn.list(sql, [conn.here(), after.into(), mechanism.into()]).await;
    found.and_then(|rows| rows.iter().map(|row| row.id(0)).collect()).doing("ask what changed since a moment")
}

/// The last entry of several records, by record.
pub async fn heads_of(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<Head>, StoreError> {
    let sql = |places: &str| {
        format!(
            "SELECT j.record, j.seq, j.hash_ FROM journal j WHERE j.site = $1 AND j.record IN ({places}) AND j.seq = \
             (SELECT MAX(k.seq) FROM journal k WHERE k.site = j.site AND k.record = j.record) ORDER BY j.record"
        )
    };
    many::by_ids(conn, records, sql, head_of).await.doing("find the heads of journals")
}

/// The last entry of every record, by record: what a daily seal covers.
pub async fn heads(conn: &mut Conn, after: Option<RecordId>, limit: u32) -> Result<Vec<Head>, StoreError> {
    let sql = format!(
        "SELECT j.record, j.seq, j.hash_ FROM journal j WHERE j.site = $1 AND j.record > $2 AND j.seq = \
         (SELECT MAX(k.seq) FROM journal k WHERE k.site = j.site AND k.record = j.record) ORDER BY j.record LIMIT {limit}"
    );
    let after = after.map_or(P::Bytes(Vec::new()), P::from);
    let found = conn.list(sql, [conn.here(), after]).await;
    found.and_then(|found| found.iter().map(head_of).collect()).doing("list the heads of all journals")
}

fn head_of(row: &Row) -> Result<Head, StoreError> {
    Ok(Head { record: row.id(0)?, seq: row.int(1)?, hash: row.text(2)? })
}

/// The newest entries, newest first, before an entry already shown.
pub async fn newest(
    conn: &mut Conn,
    actor: Option<PersonId>,
    before: Option<(i64, Uuid)>,
    limit: u32,
) -> Result<Vec<JournalRow>, StoreError> {
    let mut params = vec![conn.here()];
    let mut given = String::new();
    if let Some(actor) = actor {
        params.push(actor.into());
        given.push_str(&format!(" AND actor = ${}", params.len()));
    }
    if let Some((at, id)) = before {
        params.extend([at.into(), id.into()]);
        let (at, id) = (params.len() - 1, params.len());
        given.push_str(&format!(" AND at_ <= ${at} AND (at_ < ${at} OR id < ${id})"));
    }
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE site = $1{given} ORDER BY at_ DESC, id DESC LIMIT {limit}");
    conn.list_of(sql, params, JournalRow::of).await.doing("read the newest entries")
}

/// What somebody did in somebody's name, newest first.
pub async fn in_name_of(
    conn: &mut Conn,
    actor: PersonId,
    principal: PersonId,
    limit: u32,
) -> Result<Vec<JournalRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM journal WHERE site = $1 AND actor = $2 AND behalf = $3 ORDER BY at_ DESC, id DESC LIMIT {limit}"
    );
    conn.list_of(sql, [conn.here(), actor.into(), principal.to_string().as_str().into()], JournalRow::of)
        .await
        .doing("read what was done in somebody's name")
}
