//! Who should come, and who came? The marks of activities, in the order in which they were noted.
//!
//! Never a mark that is changed: what holds no longer is a mark more.

use jiff::civil::Date;
use kernel::ids::{MechanismId, PersonId, RecordId, UnitId};
use kernel::kinds::activity::{How, Mark, What};
use uuid::Uuid;

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::people::PersonRow;
use crate::row::Row;

/// A mark, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkRow {
    /// Its id.
    pub id: Uuid,
    /// The record.
    pub record: RecordId,
    /// The unit where they worked then.
    pub unit: Option<UnitId>,
    /// What was noted.
    pub mark: Mark,
}

const COLUMNS: &str = "record, seq, person, what, amount, how, unit, at_, on_, by_, reason, id";

fn mark(row: &Row) -> Result<MarkRow, StoreError> {
    let (what, how) = (row.text(3)?, row.text(5)?);
    let broken = |word: &str| StoreError::said(format!("a participation says “{word}”"));
    let known = What::ALL.into_iter().find(|(word, _)| *word == what);
    let way = How::ALL.into_iter().find(|(word, ..)| *word == how);
    Ok(MarkRow {
        id: row.id(11)?,
        record: row.id(0)?,
        unit: row.id_if(6)?,
        mark: Mark {
            seq: row.int(1)?,
            person: row.id_if(2)?,
            what: known.ok_or_else(|| broken(&what))?.1,
            amount: row.int(4)?,
            how: way.ok_or_else(|| broken(&how))?.2,
            at: row.int(7)?,
            on: row.day(8)?,
            by: row.id_if(9)?,
            reason: row.text_if(10)?,
        },
    })
}

/// Keeps others from noting anything about a record, and from taking a step on it, until this transaction ends; nothing
/// where there is one writer.
pub async fn hold(conn: &mut Conn, record: RecordId) -> Result<(), StoreError> {
    if let Some(sql) = conn.dialect().hold_row("record") {
        conn.list(sql, [conn.here(), record.into()]).await.doing("hold a record")?;
    }
    Ok(())
}

/// Everything that was noted about some records, oldest first.
pub async fn of_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<MarkRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT {COLUMNS} FROM participation WHERE site = $1 AND record IN ({places}) ORDER BY record, seq")
    };
    many::by_ids(conn, records, sql, mark).await.doing("read who came")
}

/// Everything that was noted about some people, oldest first.
pub async fn of_people(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<MarkRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT {COLUMNS} FROM participation WHERE site = $1 AND person IN ({places}) ORDER BY record, seq")
    };
    many::by_ids(conn, people, sql, mark).await.doing("read where people came")
}

/// The records of a mechanism about which something was noted after a moment, up to `most`.
pub async fn noted_since(
    conn: &mut Conn,
    mechanism: &MechanismId,
    at: i64,
    most: u32,
) -> Result<Vec<RecordId>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT n.record FROM participation n JOIN record r ON r.site = n.site AND r.id = n.record \
         WHERE n.site = $1 AND n.at_ > $2 AND r.mechanism = $3 ORDER BY n.record LIMIT {most}"
    );
    let rows = conn.list(sql, [conn.here(), at.into(), mechanism.into()]).await.doing("find what was noted since")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Keeps marks.
pub async fn insert(conn: &mut Conn, rows: &[MarkRow]) -> Result<(), StoreError> {
    let site = conn.here();
    let word = |what: What| What::ALL.iter().find(|(_, known)| *known == what).map_or("", |(word, _)| word);
    let way = |how: How| How::ALL.iter().find(|(.., known)| *known == how).map_or("", |(word, ..)| word);
    let params = |row: &MarkRow| {
        let it = &row.mark;
        vec![
            site.clone(),
            row.record.into(),
            it.seq.into(),
            it.person.into(),
            word(it.what).into(),
            it.amount.into(),
            way(it.how).into(),
            row.unit.into(),
            it.at.into(),
            it.on.into(),
            it.by.into(),
            it.reason.as_deref().into(),
            row.id.into(),
        ]
    };
    let into = format!("participation (site, {COLUMNS})");
    many::insert(conn, &into, rows.iter().map(params).collect(), "").await.doing("note who came")?;
    Ok(())
}

/// People of some units on a day who are one of the roles there, or who work there if no role is asked for. Whoever left
/// and whose file was put into another is not among them.
pub async fn expected(
    conn: &mut Conn,
    units: &[(i64, i64)],
    roles: &[String],
    on: Date,
    limit: u32,
) -> Result<Vec<PersonRow>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "p.site = $1");
    asking.and("p.merged_into IS NULL");
    asking.and("p.left_on IS NULL");
    crate::plans::being(&mut asking, units, roles, on);
    crate::people::matching(conn, asking, limit).await
}
