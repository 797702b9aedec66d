//! Who looked at what the platform holds about a person? Once a day for each way of looking.
//!
//! Never what they read there.

use jiff::civil::Date;
use kernel::ids::PersonId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookRow {
    /// At whom.
    pub person: PersonId,
    /// On which day.
    pub on: Date,
    /// Who looked.
    pub viewer: PersonId,
    /// How, for instance `page`, `reveal`, `export`.
    pub how: String,
    /// When, the first time that day.
    pub at: i64,
    /// Why, where a reason was asked for.
    pub reason: Option<String>,
}

const COLUMNS: &str = "person, on_, viewer, how, at_, reason";

fn look(row: &Row) -> Result<LookRow, StoreError> {
    Ok(LookRow {
        person: row.id(0)?,
        on: row.day(1)?,
        viewer: row.id(2)?,
        how: row.text(3)?,
        at: row.int(4)?,
        reason: row.text_if(5)?,
    })
}

/// Is such a look of that day kept already?
pub async fn is_kept(conn: &mut Conn, look: &LookRow) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM look WHERE site = $1 AND person = $2 AND on_ = $3 AND viewer = $4 AND how = $5";
    let params = [conn.here(), look.person.into(), look.on.into(), look.viewer.into(), look.how.as_str().into()];
    Ok(conn.find(sql, params).await.doing("ask whether a look is known")?.is_some())
}

/// Keeps looks; what is kept for the day already stays as it is.
pub async fn insert_many(conn: &mut Conn, looks: &[LookRow]) -> Result<(), StoreError> {
    let here = conn.here();
    let rows: Vec<Vec<P>> = looks
        .iter()
        .map(|look| {
            vec![
                look.person.into(),
                look.on.into(),
                look.viewer.into(),
                look.how.as_str().into(),
                look.at.into(),
                look.reason.as_deref().into(),
                here.clone(),
            ]
        })
        .collect();
    let tail = conn.dialect().or_leave();
    many::insert(conn, &format!("look ({COLUMNS}, site)"), rows, tail).await.doing("keep looks")?;
    Ok(())
}

/// Who looked at a person, newest first, on or before a day.
pub async fn at_person(conn: &mut Conn, person: PersonId, until: Date, limit: u32) -> Result<Vec<LookRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM look WHERE site = $1 AND person = $2 AND on_ <= $3 \
         ORDER BY on_ DESC, at_ DESC, viewer, how LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), person.into(), until.into()]).await.doing("list looks")?;
    rows.iter().map(look).collect()
}
