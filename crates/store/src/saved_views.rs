//! How does a person like to see a list? Views saved under a name.
//!
//! Never somebody else's.

use kernel::ids::{MechanismId, PersonId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

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
pub async fn of_person(conn: &mut Conn, person: PersonId, mechanism: &MechanismId) -> Result<Vec<ViewRow>, StoreError> {
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
pub async fn insert(conn: &mut Conn, view: &ViewRow) -> Result<(), StoreError> {
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
pub async fn remove(conn: &mut Conn, person: PersonId, id: Uuid) -> Result<bool, StoreError> {
    let sql = "DELETE FROM saved_view WHERE site = $1 AND person = $2 AND id = $3";
    Ok(conn.run(sql, [conn.here(), person.into(), id.into()]).await.doing("drop a view")? > 0)
}
