//! What is a person told? Notices inside the platform.
//!
//! Never mail: that leaves through the outbox.

use kernel::ids::{PersonId, RecordId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its id, ordered by time.
    pub id: Uuid,
    /// Who is told.
    pub person: PersonId,
    /// What it is about.
    pub record: Option<RecordId>,
    /// When.
    pub at: i64,
    /// Its kind, for instance `warned`.
    pub kind: String,
    /// The sentence.
    pub words: String,
    /// When it was read.
    pub read_at: Option<i64>,
}

const COLUMNS: &str = "id, person, record, at_, kind, words, read_at";

fn notice(row: &Row) -> Result<NoticeRow, StoreError> {
    Ok(NoticeRow {
        id: row.id(0)?,
        person: row.id(1)?,
        record: row.id_if(2)?,
        at: row.int(3)?,
        kind: row.text(4)?,
        words: row.text(5)?,
        read_at: row.int_if(6)?,
    })
}

/// Tells people things.
pub async fn insert_many(conn: &mut Conn, notices: &[NoticeRow]) -> Result<(), StoreError> {
    let here = conn.here();
    let rows = notices.iter().map(|notice| {
        vec![
            notice.id.into(),
            notice.person.into(),
            notice.record.into(),
            notice.at.into(),
            notice.kind.as_str().into(),
            notice.words.as_str().into(),
            notice.read_at.into(),
            here.clone(),
        ]
    });
    let rows: Vec<Vec<P>> = rows.collect();
    many::insert(conn, &format!("notice ({COLUMNS}, site)"), rows, "").await.doing("tell people")?;
    Ok(())
}

/// What a person has not read, newest first.
pub async fn unread(conn: &mut Conn, person: PersonId, limit: u32) -> Result<Vec<NoticeRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM notice WHERE site = $1 AND person = $2 AND read_at IS NULL ORDER BY id DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), person.into()]).await.doing("list unread notices")?;
    rows.iter().map(notice).collect()
}

/// How many notices a person has not read, counted up to `most`.
pub async fn count_unread(conn: &mut Conn, person: PersonId, most: u32) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one_ FROM notice WHERE site = $1 AND person = $2 AND read_at IS NULL \
         LIMIT {most}) AS found"
    );
    let row = conn.find(sql, [conn.here(), person.into()]).await.doing("count unread notices")?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// All notices of a person, newest first, before one already shown.
pub async fn of_person(
    conn: &mut Conn,
    person: PersonId,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<NoticeRow>, StoreError> {
    let mut params = vec![conn.here(), person.into()];
    let beyond = match before {
        Some(before) => {
            params.push(before.into());
            " AND id < $3"
        }
        None => "",
    };
    let sql =
        format!("SELECT {COLUMNS} FROM notice WHERE site = $1 AND person = $2{beyond} ORDER BY id DESC LIMIT {limit}");
    let rows = conn.list(sql, params).await.doing("list notices")?;
    rows.iter().map(notice).collect()
}

/// A person has read one notice, or all.
pub async fn mark_read(conn: &mut Conn, person: PersonId, only: Option<Uuid>, at: i64) -> Result<u64, StoreError> {
    let mut params = vec![conn.here(), person.into(), at.into()];
    let which = match only {
        Some(id) => {
            params.push(id.into());
            " AND id = $4"
        }
        None => "",
    };
    let sql = format!("UPDATE notice SET read_at = $3 WHERE site = $1 AND person = $2 AND read_at IS NULL{which}");
    conn.run(sql, params).await.doing("mark notices as read")
}

/// A notice of a person.
pub async fn find(conn: &mut Conn, person: PersonId, id: Uuid) -> Result<Option<NoticeRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM notice WHERE site = $1 AND id = $2 AND person = $3");
    let row = conn.find(sql, [conn.here(), id.into(), person.into()]).await.doing("find a notice")?;
    row.map(|row| notice(&row)).transpose()
}
