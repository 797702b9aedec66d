//! What do people keep under a name, for themselves or for others? Views of registers, forms filled in beforehand.
//!
//! Never decides who may see one.

use kernel::ids::{MechanismId, PersonId, RoleId, UnitId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A register as it is looked at.
    View,
    /// A form that is filled in beforehand.
    Template,
}

impl What {
    /// The word under which it is kept.
    pub fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Template => "template",
        }
    }
}

/// Something that is kept under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferingRow {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub what: What,
    /// Whose.
    pub person: PersonId,
    /// Of which mechanism.
    pub mechanism: MechanismId,
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub content: String,
    /// The unit whose people it is for, or below which whoever holds the role; nobody else's without.
    pub unit: Option<UnitId>,
    /// The role whose holders it is for.
    pub role: Option<RoleId>,
    /// When it was made.
    pub made_at: i64,
}

const COLUMNS: &str = "id, what, person, mechanism, name_, content, unit, role_, made_at";

fn offering(row: &Row) -> Result<OfferingRow, StoreError> {
    let what = if row.text(1)? == What::View.word() { What::View } else { What::Template };
    Ok(OfferingRow {
        id: row.id(0)?,
        what,
        person: row.id(2)?,
        mechanism: row.slug(3)?,
        name: row.text(4)?,
        content: row.text(5)?,
        unit: row.id_if(6)?,
        role: row.slug_if(7)?,
        made_at: row.int(8)?,
    })
}

/// Keeps one.
pub async fn insert(conn: &mut Conn, row: &OfferingRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO offering (site, id, what, person, mechanism, name_, content, unit, role_, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let params = [
        conn.here(),
        row.id.into(),
        row.what.word().into(),
        row.person.into(),
        (&row.mechanism).into(),
        row.name.as_str().into(),
        row.content.as_str().into(),
        row.unit.into(),
        row.role.as_ref().map(RoleId::as_str).into(),
        row.made_at.into(),
    ];
    conn.run(sql, params).await.doing("keep something under a name")?;
    Ok(())
}

/// One of them.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<OfferingRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM offering WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find something that is kept")?;
    row.as_ref().map(offering).transpose()
}

/// All of a mechanism, by name; at most so many.
pub async fn of_mechanism(
    conn: &mut Conn,
    what: What,
    mechanism: &MechanismId,
    most: u32,
) -> Result<Vec<OfferingRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM offering WHERE site = $1 AND mechanism = $2 AND what = $3 ORDER BY name_, id LIMIT {most}"
    );
    let rows = conn.list(sql, [conn.here(), mechanism.into(), what.word().into()]).await;
    rows.doing("list what is kept of a mechanism")?.iter().map(offering).collect()
}

/// All that is offered to others, by mechanism; at most so many.
pub async fn offered(conn: &mut Conn, most: u32) -> Result<Vec<OfferingRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM offering WHERE site = $1 AND unit IS NOT NULL ORDER BY mechanism, what, name_, id LIMIT {most}"
    );
    let rows = conn.list(sql, [conn.here()]).await.doing("list what is offered")?;
    rows.iter().map(offering).collect()
}

/// Calls one otherwise.
pub async fn rename(conn: &mut Conn, id: Uuid, name: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE offering SET name_ = $3 WHERE site = $1 AND id = $2";
    Ok(conn.run(sql, [conn.here(), id.into(), name.into()]).await.doing("rename something that is kept")? > 0)
}

/// Takes one away.
pub async fn remove(conn: &mut Conn, id: Uuid) -> Result<bool, StoreError> {
    let sql = "DELETE FROM offering WHERE site = $1 AND id = $2";
    Ok(conn.run(sql, [conn.here(), id.into()]).await.doing("take something away that is kept")? > 0)
}
