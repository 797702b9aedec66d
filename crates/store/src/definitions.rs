//! Under which texts were records made? Every version of every definition, by its hash.
//!
//! Never changed and never removed: records are pinned to them.

use kernel::ids::MechanismId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

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

fn definition(row: &Row) -> Result<DefinitionRow, StoreError> {
    Ok(DefinitionRow { hash: row.text(0)?, mechanism: row.slug(1)?, source: row.text(2)?, taken_at: row.int(3)? })
}

/// Keeps a text of a definition, unless it is there; true if it is new.
pub async fn put(conn: &mut Conn, definition: &DefinitionRow) -> Result<bool, StoreError> {
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
pub async fn find(conn: &mut Conn, hash: &str) -> Result<Option<DefinitionRow>, StoreError> {
    let sql = "SELECT hash_, mechanism, source, taken_at FROM definition WHERE hash_ = $1";
    let row = conn.find(sql, [hash.into()]).await.doing("find a definition")?;
    row.as_ref().map(definition).transpose()
}

/// All texts of a mechanism's definition, oldest first.
pub async fn of_mechanism(conn: &mut Conn, mechanism: &MechanismId) -> Result<Vec<DefinitionRow>, StoreError> {
    let sql = "SELECT hash_, mechanism, source, taken_at FROM definition WHERE mechanism = $1 ORDER BY taken_at, hash_";
    let rows = conn.list(sql, [mechanism.into()]).await.doing("list definitions")?;
    rows.iter().map(definition).collect()
}

/// Every text that records may be pinned to, oldest first.
pub async fn all(conn: &mut Conn) -> Result<Vec<DefinitionRow>, StoreError> {
    let sql = "SELECT hash_, mechanism, source, taken_at FROM definition ORDER BY taken_at, hash_";
    let rows = conn.list(sql, Vec::new()).await.doing("list all definitions")?;
    rows.iter().map(definition).collect()
}
