//! Which units are there? The organisation tree, numbered in pre-order so that a subtree is an interval.
//!
//! The whole tree is small enough to be read at once and held by the caller.
//! Never renumbers by itself: the caller numbers the tree and hands it in.

use jiff::civil::Date;
use kernel::ids::{UnitId, UnitKind};

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
}

const COLUMNS: &str =
    "id, kind, name, short_name, code, parent, ord, ord_last, depth, pinyin, founded_on, dissolved_on";

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

/// Keeps a unit as it is now; `Stale` if it is not there.
pub async fn update(conn: &mut Conn, unit: &UnitRow) -> Result<(), StoreError> {
    let sql = "UPDATE unit SET kind = $2, name = $3, short_name = $4, code = $5, parent = $6, ord = $7, \
         ord_last = $8, depth = $9, pinyin = $10, founded_on = $11, dissolved_on = $12 WHERE site = $13 AND id = $1";
    match conn.run(sql, params(unit, conn.site())).await.doing("keep a changed unit")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}
