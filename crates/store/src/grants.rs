//! Who may what, where, and from when to when? Roles given to people over subtrees of units.
//!
//! Never decides what a role allows: that is the kernel's.

use jiff::civil::Date;
use kernel::ids::{GrantId, PersonId, RoleId, UnitId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A role given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    /// Its id.
    pub id: GrantId,
    /// To whom.
    pub person: PersonId,
    /// Which role.
    pub role: RoleId,
    /// Over which subtree.
    pub unit: UnitId,
    /// From this day.
    pub from_on: Date,
    /// Until this day, included.
    pub until_on: Option<Date>,
    /// On what basis.
    pub basis: Option<String>,
    /// Who gave it.
    pub given_by: Option<PersonId>,
}

const COLUMNS: &str = "id, person, role_, unit, from_on, until_on, basis, given_by";

fn grant(row: &Row) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        id: row.id(0)?,
        person: row.id(1)?,
        role: row.slug(2)?,
        unit: row.id(3)?,
        from_on: row.day(4)?,
        until_on: row.day_if(5)?,
        basis: row.text_if(6)?,
        given_by: row.id_if(7)?,
    })
}

/// The roles that a person has on a day.
pub async fn of_person(conn: &mut Conn, person: PersonId, today: Date) -> Result<Vec<GrantRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM grant_ WHERE site = $1 AND person = $2 AND from_on <= $3 \
         AND (until_on IS NULL OR until_on >= $3) ORDER BY id"
    );
    let rows = conn.list(sql, [conn.here(), person.into(), today.into()]).await.doing("list the roles of a person")?;
    rows.iter().map(grant).collect()
}

/// Who has a role on a day, anywhere on the site.
pub async fn of_role(conn: &mut Conn, role: &RoleId, today: Date) -> Result<Vec<GrantRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM grant_ WHERE site = $1 AND role_ = $2 AND from_on <= $3 \
         AND (until_on IS NULL OR until_on >= $3) ORDER BY unit, id"
    );
    let rows = conn.list(sql, [conn.here(), role.into(), today.into()]).await.doing("list the holders of a role")?;
    rows.iter().map(grant).collect()
}

/// Every grant, also past ones.
pub async fn all(conn: &mut Conn) -> Result<Vec<GrantRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM grant_ WHERE site = $1 ORDER BY person, id");
    let rows = conn.list(sql, [conn.here()]).await.doing("list all grants")?;
    rows.iter().map(grant).collect()
}

/// Gives roles.
pub async fn insert_many(conn: &mut Conn, grants: &[GrantRow]) -> Result<(), StoreError> {
    let here = conn.here();
    let rows = grants.iter().map(|grant| {
        vec![
            grant.id.into(),
            grant.person.into(),
            (&grant.role).into(),
            grant.unit.into(),
            grant.from_on.into(),
            grant.until_on.into(),
            grant.basis.as_deref().into(),
            grant.given_by.into(),
            here.clone(),
        ]
    });
    let rows: Vec<Vec<P>> = rows.collect();
    many::insert(conn, &format!("grant_ ({COLUMNS}, site)"), rows, "").await.doing("give roles")?;
    Ok(())
}

/// Takes a role back: its last day is set. False if there is no such grant.
pub async fn end(conn: &mut Conn, id: GrantId, until_on: Date) -> Result<bool, StoreError> {
    let sql = "UPDATE grant_ SET until_on = $3 WHERE site = $1 AND id = $2";
    Ok(conn.run(sql, [conn.here(), id.into(), until_on.into()]).await.doing("take a role back")? > 0)
}
