//! What belongs together? Links between records, with the role that the other one plays.
//!
//! A tie with a key is made once: a second attempt changes nothing and says so.
//! Never removed.

use jiff::civil::Date;
use kernel::ids::RecordId;
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::evidence;
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A link from a record to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TieRow {
    /// Its id, ordered by time.
    pub id: Uuid,
    /// From this record.
    pub record: RecordId,
    /// To this record.
    pub other: RecordId,
    /// What the other one is to it: `opened`, `answers`, `child`.
    pub role: String,
    /// What must happen only once on a site; none if it may happen again.
    pub key: Option<String>,
    /// The day it was made.
    pub opened_on: Date,
}

const COLUMNS: &str = "id, record, other, role_, key_, opened_on";

fn tie(row: &Row) -> Result<TieRow, StoreError> {
    Ok(TieRow {
        id: row.id(0)?,
        record: row.id(1)?,
        other: row.id(2)?,
        role: row.text(3)?,
        key: row.text_if(4)?,
        opened_on: row.day(5)?,
    })
}

impl TieRow {
    /// What the journal keeps of it: its table and key, and its hash.
    pub fn bound(&self, site: i64) -> (String, String) {
        (
            format!("tie {}", self.id.simple()),
            evidence::hash_to_be("tie", &format!("{COLUMNS}, site"), &self.params(site)),
        )
    }

    fn params(&self, site: i64) -> Vec<P> {
        vec![
            self.id.into(),
            self.record.into(),
            self.other.into(),
            self.role.as_str().into(),
            self.key.as_deref().into(),
            self.opened_on.into(),
            site.into(),
        ]
    }
}

/// Makes a tie; false if its key is already there, and then nothing changed.
pub async fn insert(conn: &mut Conn, tie: &TieRow) -> Result<bool, StoreError> {
    let params = tie.params(conn.site());
    let sql =
        format!("INSERT INTO tie ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7) {}", conn.dialect().or_leave());
    Ok(conn.run(sql, params).await.doing("tie two records together")? > 0)
}

/// Is there a tie of this key?
pub async fn has_key(conn: &mut Conn, key: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM tie WHERE site = $1 AND key_ = $2";
    let row = conn.find(sql, [conn.here(), key.into()]).await.doing("ask whether a tie was made")?;
    Ok(row.is_some())
}

/// The ties from a record and those to it, oldest first.
pub async fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<TieRow>, StoreError> {
    let mut ties = from_records(conn, &[record]).await?;
    ties.append(&mut to_records(conn, &[record]).await?);
    ties.sort_by_key(|tie| tie.id);
    ties.dedup();
    Ok(ties)
}

/// The ties from several records.
pub async fn from_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<TieRow>, StoreError> {
    of_side(conn, "record", records).await
}

/// The ties to several records.
pub async fn to_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<TieRow>, StoreError> {
    of_side(conn, "other", records).await
}

async fn of_side(conn: &mut Conn, side: &'static str, records: &[RecordId]) -> Result<Vec<TieRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT {COLUMNS} FROM tie WHERE site = $1 AND {side} IN ({places}) ORDER BY {side}, id")
    };
    many::by_ids(conn, records, sql, tie).await.doing("list ties")
}
