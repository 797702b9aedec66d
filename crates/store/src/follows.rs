//! Who follows which record?
//!
//! Never a right: whether somebody still sees what they follow is asked each time.

use kernel::ids::{PersonId, RecordId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;

/// A person follows a record; once is enough.
pub async fn insert(conn: &mut Conn, person: PersonId, record: RecordId, at: i64) -> Result<(), StoreError> {
    let tail = conn.dialect().or_leave();
    let row = vec![conn.here(), person.into(), record.into(), at.into()];
    many::insert(conn, "follow (site, person, record, since_at)", vec![row], tail).await.doing("follow a record")?;
    Ok(())
}

/// A person follows a record no longer; true if they did.
pub async fn remove(conn: &mut Conn, person: PersonId, record: RecordId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM follow WHERE site = $1 AND person = $2 AND record = $3";
    let params = [conn.here(), person.into(), record.into()];
    Ok(conn.run(sql, params).await.doing("follow a record no longer")? > 0)
}

/// Does a person follow a record?
pub async fn is_one(conn: &mut Conn, person: PersonId, record: RecordId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM follow WHERE site = $1 AND person = $2 AND record = $3";
    let params = [conn.here(), person.into(), record.into()];
    Ok(conn.find(sql, params).await.doing("ask whether a record is followed")?.is_some())
}

/// How many records a person follows.
pub async fn count(conn: &mut Conn, person: PersonId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM follow WHERE site = $1 AND person = $2";
    let row = conn.find(sql, [conn.here(), person.into()]).await.doing("count what is followed")?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// What a person follows, the newest record first, before one already shown.
pub async fn of_person(
    conn: &mut Conn,
    person: PersonId,
    before: Option<RecordId>,
    limit: u32,
) -> Result<Vec<(RecordId, i64)>, StoreError> {
    let mut params = vec![conn.here(), person.into()];
    let beyond = match before {
        Some(before) => {
            params.push(before.into());
            " AND record < $3"
        }
        None => "",
    };
    let sql = format!(
        "SELECT record, since_at FROM follow WHERE site = $1 AND person = $2{beyond} ORDER BY record DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, params).await.doing("list what is followed")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// Who follows these records.
pub async fn of_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<(RecordId, PersonId)>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT record, person FROM follow WHERE site = $1 AND record IN ({places}) ORDER BY record, person")
    };
    many::by_ids(conn, records, sql, |row| Ok((row.id(0)?, row.id(1)?))).await.doing("ask who follows records")
}
