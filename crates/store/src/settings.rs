//! What was set? Settings of the administrator, texts of definitions, years of the calendar, and lists as people like
//! to see them.
//!
//! Never a secret.

use kernel::ids::{MechanismId, PersonId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

/// One setting.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value_ FROM setting WHERE site = $1 AND name = $2";
    let row = conn.find(sql, [conn.here(), name.into()]).await.doing("read a setting")?;
    Ok(row.map(|row| row.text_if(0)).transpose()?.flatten())
}

/// All settings, by name.
pub async fn all(conn: &mut Conn) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let sql = "SELECT name, value_ FROM setting WHERE site = $1 ORDER BY name";
    let rows = conn.list(sql, [conn.here()]).await.doing("read all settings")?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text_if(1)?))).collect()
}

/// Sets a setting, or empties it.
pub async fn put(conn: &mut Conn, name: &str, value: Option<&str>) -> Result<(), StoreError> {
    let params = [conn.here(), name.into(), value.into()];
    let sql = "UPDATE setting SET value_ = $3 WHERE site = $1 AND name = $2";
    if conn.run(sql, params.clone()).await.doing("set a setting")? == 0 {
        conn.run("INSERT INTO setting (site, name, value_) VALUES ($1, $2, $3)", params)
            .await
            .doing("set a setting")?;
    }
    Ok(())
}

/// The text of a definition that records were made under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionRow {
    /// The hash of its text.
    pub hash: String,
    /// The mechanism.
    pub mechanism: MechanismId,
    /// The text.
    pub source: String,
    /// When it was first taken.
    pub taken_at: i64,
}

/// Keeps a text of a definition, unless it is there; true if it is new.
pub async fn put_definition(conn: &mut Conn, definition: &DefinitionRow) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO definition (hash_, mechanism, source, taken_at) VALUES ($1, $2, $3, $4) {}",
        conn.dialect().or_leave()
    );
    let params = [
        definition.hash.as_str().into(),
        (&definition.mechanism).into(),
        definition.source.as_str().into(),
        definition.taken_at.into(),
    ];
    Ok(conn.run(sql, params).await.doing("keep a definition")? > 0)
}

/// The text of a definition, by its hash.
pub async fn definition(conn: &mut Conn, hash: &str) -> Result<Option<DefinitionRow>, StoreError> {
    let sql = "SELECT hash_, mechanism, source, taken_at FROM definition WHERE hash_ = $1";
    let row = conn.find(sql, [hash.into()]).await.doing("find a definition")?;
    row.map(|row| {
        Ok(DefinitionRow { hash: row.text(0)?, mechanism: row.slug(1)?, source: row.text(2)?, taken_at: row.int(3)? })
    })
    .transpose()
}

/// All texts of a mechanism's definition, oldest first.
pub async fn definitions_of(conn: &mut Conn, mechanism: &MechanismId) -> Result<Vec<DefinitionRow>, StoreError> {
    let sql = "SELECT hash_, mechanism, source, taken_at FROM definition WHERE mechanism = $1 ORDER BY taken_at, hash_";
    let rows = conn.list(sql, [mechanism.into()]).await.doing("list definitions")?;
    rows.iter()
        .map(|row| {
            Ok(DefinitionRow {
                hash: row.text(0)?,
                mechanism: row.slug(1)?,
                source: row.text(2)?,
                taken_at: row.int(3)?,
            })
        })
        .collect()
}

/// A year of the working calendar, as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarYearRow {
    /// The year.
    pub year: i64,
    /// Its text.
    pub source: String,
    /// When it was taken.
    pub taken_at: i64,
    /// Who took it.
    pub taken_by: Option<String>,
}

/// All years of the calendar that were taken, in order.
pub async fn calendar_years(conn: &mut Conn) -> Result<Vec<CalendarYearRow>, StoreError> {
    let sql = "SELECT year_, source, taken_at, taken_by FROM calendar_year ORDER BY year_";
    let rows = conn.list(sql, Vec::new()).await.doing("read the calendar")?;
    rows.iter()
        .map(|row| {
            Ok(CalendarYearRow {
                year: row.int(0)?,
                source: row.text(1)?,
                taken_at: row.int(2)?,
                taken_by: row.text_if(3)?,
            })
        })
        .collect()
}

/// Keeps a year of the calendar, in place of what was there.
pub async fn put_calendar_year(conn: &mut Conn, year: &CalendarYearRow) -> Result<(), StoreError> {
    let params = [year.year.into(), year.source.as_str().into(), year.taken_at.into(), year.taken_by.as_deref().into()];
    let sql = "UPDATE calendar_year SET source = $2, taken_at = $3, taken_by = $4 WHERE year_ = $1";
    if conn.run(sql, params.clone()).await.doing("keep a year of the calendar")? == 0 {
        let sql = "INSERT INTO calendar_year (year_, source, taken_at, taken_by) VALUES ($1, $2, $3, $4)";
        conn.run(sql, params).await.doing("keep a year of the calendar")?;
    }
    Ok(())
}

/// A list as a person likes to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub person: PersonId,
    /// Of which mechanism.
    pub mechanism: MechanismId,
    /// What they call it.
    pub name: String,
    /// The part of the address behind the question mark.
    pub query: Option<String>,
    /// When it was made.
    pub made_at: i64,
}

/// The saved views of a person on a mechanism, by name.
pub async fn views(conn: &mut Conn, person: PersonId, mechanism: &MechanismId) -> Result<Vec<ViewRow>, StoreError> {
    let sql = "SELECT id, person, mechanism, name_, query, made_at FROM saved_view \
         WHERE site = $1 AND person = $2 AND mechanism = $3 ORDER BY name_";
    let rows = conn.list(sql, [conn.here(), person.into(), mechanism.into()]).await.doing("list saved views")?;
    rows.iter()
        .map(|row| {
            Ok(ViewRow {
                id: row.id(0)?,
                person: row.id(1)?,
                mechanism: row.slug(2)?,
                name: row.text(3)?,
                query: row.text_if(4)?,
                made_at: row.int(5)?,
            })
        })
        .collect()
}

/// Saves a view; a conflict of `saved_view_name` if the person has one of this name.
pub async fn insert_view(conn: &mut Conn, view: &ViewRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO saved_view (site, id, person, mechanism, name_, query, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params = [
        conn.here(),
        view.id.into(),
        view.person.into(),
        (&view.mechanism).into(),
        view.name.as_str().into(),
        view.query.as_deref().into(),
        view.made_at.into(),
    ];
    conn.run(sql, params).await.doing("save a view")?;
    Ok(())
}

/// Takes a person's own view away.
pub async fn drop_view(conn: &mut Conn, person: PersonId, id: Uuid) -> Result<bool, StoreError> {
    let sql = "DELETE FROM saved_view WHERE site = $1 AND person = $2 AND id = $3";
    Ok(conn.run(sql, [conn.here(), person.into(), id.into()]).await.doing("drop a view")? > 0)
}

/// Every text that records may be pinned to, oldest first.
pub async fn all_definitions(conn: &mut Conn) -> Result<Vec<DefinitionRow>, StoreError> {
    let sql = "SELECT hash_, mechanism, source, taken_at FROM definition ORDER BY taken_at, hash_";
    let rows = conn.list(sql, Vec::new()).await.doing("list all definitions")?;
    rows.iter()
        .map(|row| {
            Ok(DefinitionRow {
                hash: row.text(0)?,
                mechanism: row.slug(1)?,
                source: row.text(2)?,
                taken_at: row.int(3)?,
            })
        })
        .collect()
}
