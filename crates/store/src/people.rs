//! Who is there? One row a human.
//!
//! Never more about a person than lists and letters need; their file is a record like any other.

use kernel::ids::{PersonId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::register::WHOLE_SITE;
use crate::row::Row;
use crate::units;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What they sort by: their name in pinyin, or the name itself.
    pub pinyin: String,
    /// The name of their post.
    pub post_name: Option<String>,
    /// The unit where they work.
    pub unit: Option<UnitId>,
}

const COLUMNS: &str = "p.id, p.name, p.pinyin, p.post_name, p.unit";

fn person(row: &Row) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: row.id(0)?,
        name: row.text(1)?,
        pinyin: row.text(2)?,
        post_name: row.text_if(3)?,
        unit: row.id_if(4)?,
    })
}

fn params(person: &PersonRow, site: i64) -> Vec<P> {
    vec![
        person.id.into(),
        person.name.as_str().into(),
        person.pinyin.as_str().into(),
        person.post_name.as_deref().into(),
        person.unit.into(),
        site.into(),
    ]
}

/// One person.
pub async fn find(conn: &mut Conn, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
    Ok(by_ids(conn, &[id]).await?.into_iter().next())
}

/// Several people, in the order of their ids.
pub async fn by_ids(conn: &mut Conn, ids: &[PersonId]) -> Result<Vec<PersonRow>, StoreError> {
    let sql =
        |places: &str| format!("SELECT {COLUMNS} FROM person p WHERE p.site = $1 AND p.id IN ({places}) ORDER BY p.id");
    let rows = many::by_ids(conn, ids, sql).await.doing("find people")?;
    rows.iter().map(person).collect()
}

/// People of the units of an interval, by pinyin and id, after one already shown. `named` is a part of the name or
/// the beginning of the pinyin.
pub async fn page(
    conn: &mut Conn,
    units: (i64, i64),
    named: Option<&str>,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<PersonRow>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "p.site = $1");
    if units != WHOLE_SITE {
        let (first, last) = (asking.param(units.0), asking.param(units.1));
        asking.and(format!(
            "EXISTS (SELECT 1 FROM unit u WHERE u.site = p.site AND u.id = p.unit AND u.ord BETWEEN {first} AND {last})"
        ));
    }
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        let (part, start) = (asking.param(named), asking.param(named.to_lowercase()));
        let place = asking.dialect.place_of(&part, "p.name");
        let pinyin = asking.dialect.place_of(&start, "p.pinyin");
        asking.and(format!("({place} > 0 OR {pinyin} = 1)"));
    }
    if let Some((pinyin, id)) = after {
        let (pinyin, id) = (asking.param(pinyin), asking.param(id));
        asking.and(format!("p.pinyin >= {pinyin} AND (p.pinyin > {pinyin} OR p.id > {id})"));
    }
    let sql = format!("SELECT {COLUMNS} FROM person p WHERE {} ORDER BY p.pinyin, p.id LIMIT {limit}", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("list people")?;
    rows.iter().map(person).collect()
}

/// All people, in the order of their ids: for the tree that a process keeps in memory.
pub async fn all(conn: &mut Conn) -> Result<Vec<PersonRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM person p WHERE p.site = $1 ORDER BY p.id");
    let rows = conn.list(sql, [conn.here()]).await.doing("list all people")?;
    rows.iter().map(person).collect()
}

/// People of exactly this name.
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Vec<PersonRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM person p WHERE p.site = $1 AND p.name = $2 ORDER BY p.id LIMIT 50");
    let rows = conn.list(sql, [conn.here(), name.into()]).await.doing("find people by name")?;
    rows.iter().map(person).collect()
}

/// Keeps new people.
pub async fn insert_many(conn: &mut Conn, people: &[PersonRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let rows = people.iter().map(|person| params(person, site)).collect();
    let into = "person (id, name, pinyin, post_name, unit, site)";
    many::insert(conn, into, rows, "").await.doing("keep new people")?;
    units::tree_changes(conn).await
}

/// Keeps a person as they are now; `Stale` if they are not there.
pub async fn update(conn: &mut Conn, person: &PersonRow) -> Result<(), StoreError> {
    let sql = "UPDATE person SET name = $2, pinyin = $3, post_name = $4, unit = $5 WHERE site = $6 AND id = $1";
    match conn.run(sql, params(person, conn.site())).await.doing("keep a changed person")? {
        0 => Err(StoreError::Stale),
        _ => units::tree_changes(conn).await,
    }
}

/// People work in a unit from now on.
pub async fn work_in(conn: &mut Conn, unit: UnitId, people: &[PersonId]) -> Result<(), StoreError> {
    for some in people.chunks(256) {
        let mut params = many::padded(some.iter().map(|id| P::from(*id)).collect());
        let places = many::places(3, params.len());
        params.splice(0..0, [conn.here(), unit.into()]);
        let sql = format!("UPDATE person SET unit = $2 WHERE site = $1 AND id IN ({places})");
        conn.run(sql, params).await.doing("let people work elsewhere")?;
    }
    Ok(())
}
