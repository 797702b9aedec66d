//! Which units are there? The organisation tree, numbered in pre-order so that a subtree is an interval.
//!
//! The whole tree is small enough to be read at once and held by the caller.
//! Never renumbers by itself: the caller numbers the tree and hands it in.

mod history;
mod reorganisations;

use jiff::civil::Date;
use kernel::ids::{UnitId, UnitKind};

pub use history::{
    LinkRow, SpanRow, all_links, all_spans, end_link, end_span, forget_spans, insert_link, insert_spans,
};
pub use reorganisations::{
    ReorganisationRow, ReorganisationState, due, find_reorganisation, insert_reorganisation, newest_reorganisations,
    update_reorganisation,
};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// Its id.
    pub id: UnitId,
    /// Its kind.
    pub kind: UnitKind,
    /// Its full name.
    pub name: String,
    /// Its short name.
    pub short_name: Option<String>,
    /// Its code.
    pub code: Option<String>,
    /// The unit above.
    pub parent: Option<UnitId>,
    /// Its number in pre-order.
    pub ord: i64,
    /// The number of the last unit of its subtree.
    pub ord_last: i64,
    /// How far below the root, which is 0.
    pub depth: i64,
    /// What it sorts by.
    pub pinyin: Option<String>,
    /// Since when it is there.
    pub founded_on: Option<Date>,
    /// Since when it is no more.
    pub dissolved_on: Option<Date>,
    /// Its level: an item of the list `unit_level`.
    pub level: Option<String>,
    /// Its unified social credit code.
    pub credit_code: Option<String>,
}

const COLUMNS: &str = "id, kind, name, short_name, code, parent, ord, ord_last, depth, pinyin, founded_on, \
     dissolved_on, level_, credit_code";

fn unit(row: &Row) -> Result<UnitRow, StoreError> {
    Ok(UnitRow {
        id: row.id(0)?,
        kind: row.slug(1)?,
        name: row.text(2)?,
        short_name: row.text_if(3)?,
        code: row.text_if(4)?,
        parent: row.id_if(5)?,
        ord: row.int(6)?,
        ord_last: row.int(7)?,
        depth: row.int(8)?,
        pinyin: row.text_if(9)?,
        founded_on: row.day_if(10)?,
        dissolved_on: row.day_if(11)?,
        level: row.text_if(12)?,
        credit_code: row.text_if(13)?,
    })
}

fn params(unit: &UnitRow, site: i64) -> Vec<P> {
    vec![
        unit.id.into(),
        (&unit.kind).into(),
        unit.name.as_str().into(),
        unit.short_name.as_deref().into(),
        unit.code.as_deref().into(),
        unit.parent.into(),
        unit.ord.into(),
        unit.ord_last.into(),
        unit.depth.into(),
        unit.pinyin.as_deref().into(),
        unit.founded_on.into(),
        unit.dissolved_on.into(),
        unit.level.as_deref().into(),
        unit.credit_code.as_deref().into(),
        site.into(),
    ]
}

/// The whole tree in pre-order, dissolved units included.
pub async fn all(conn: &mut Conn) -> Result<Vec<UnitRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM unit WHERE site = $1 ORDER BY ord, id");
    let rows = conn.list(sql, [conn.here()]).await.doing("read the organisation tree")?;
    rows.iter().map(unit).collect()
}

/// One unit.
pub async fn find(conn: &mut Conn, id: UnitId) -> Result<Option<UnitRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM unit WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a unit")?;
    row.as_ref().map(unit).transpose()
}

/// Keeps new units.
pub async fn insert_many(conn: &mut Conn, units: &[UnitRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let rows = units.iter().map(|unit| params(unit, site)).collect();
    many::insert(conn, &format!("unit ({COLUMNS}, site)"), rows, "").await.doing("keep new units")?;
    Ok(())
}

/// Keeps units as they are now, new ones included.
pub async fn put_many(conn: &mut Conn, units: &[UnitRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let rows = units.iter().map(|unit| params(unit, site)).collect();
    let tail = conn.dialect().or_put("site, id", COLUMNS.split(", ").filter(|column| *column != "id"));
    many::insert(conn, &format!("unit ({COLUMNS}, site)"), rows, &tail).await.doing("keep changed units")?;
    Ok(())
}

/// Takes units away that nothing hangs on: an import that is taken back.
pub async fn remove(conn: &mut Conn, units: &[UnitId]) -> Result<(), StoreError> {
    for unit in units {
        let sql = "DELETE FROM unit WHERE site = $1 AND id = $2";
        conn.run(sql, [conn.here(), (*unit).into()]).await.doing("take a unit away")?;
    }
    Ok(())
}

/// The setting that counts how often units, people or grants were changed.
const VERSION: &str = "tree.version";

/// How often units, people or grants were changed: whoever holds a tree of another version reads it anew.
pub async fn tree_version(conn: &mut Conn) -> Result<i64, StoreError> {
    version(conn, "").await
}

/// The same, and nobody changes it before this transaction ends: whoever writes by a tree asks first.
pub async fn hold_tree_version(conn: &mut Conn) -> Result<i64, StoreError> {
    let hold = conn.dialect().hold_for_reading();
    version(conn, hold).await
}

async fn version(conn: &mut Conn, hold: &'static str) -> Result<i64, StoreError> {
    let sql = format!("SELECT value_ FROM setting WHERE site = $1 AND name = $2 {hold}");
    let row = conn.find(sql, [conn.here(), VERSION.into()]).await.doing("read the tree's version")?;
    let text = row.map(|row| row.text_if(0)).transpose()?.flatten();
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Says that units, people or grants change in this transaction; call it first, so that whoever writes by the old tree
/// has either finished or starts again by the new one.
pub async fn tree_changes(conn: &mut Conn) -> Result<(), StoreError> {
    let sql = "UPDATE setting SET value_ = CAST(CAST(value_ AS BIGINT) + 1 AS TEXT) WHERE site = $1 AND name = $2";
    if conn.run(sql, [conn.here(), VERSION.into()]).await.doing("count the tree's changes")? == 0 {
        crate::settings::put(conn, VERSION, Some("1")).await?;
    }
    Ok(())
}

/// Makes sure that the version can be held: once, when the database is opened. True if it was not there yet.
pub async fn begin_versions(conn: &mut Conn) -> Result<bool, StoreError> {
    let sql = format!("INSERT INTO setting (site, name, value_) VALUES ($1, $2, '0') {}", conn.dialect().or_leave());
    let new = conn.run(sql, [conn.here(), VERSION.into()]).await.doing("begin to count the tree's changes")?;
    Ok(new > 0)
}
