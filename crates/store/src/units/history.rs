//! What were units before? Their spans from day to day, and the links between the two trees.
//!
//! Never decides what follows from a span: the caller hands both sides of a change in.

use jiff::civil::Date;
use kernel::ids::{UnitId, UnitKind};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A unit as it was from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanRow {
    /// The unit.
    pub unit: UnitId,
    /// Its place in the unit's history, from 1.
    pub seq: i64,
    /// The first day.
    pub from_on: Date,
    /// The day on which it was so no more.
    pub ended_on: Option<Date>,
    /// Its name then.
    pub name: String,
    /// Its short name then.
    pub short_name: Option<String>,
    /// Its kind then.
    pub kind: UnitKind,
    /// Its level then.
    pub level: Option<String>,
    /// The unit above it then.
    pub parent: Option<UnitId>,
    /// What began the span: founded, renamed, moved, merged ….
    pub event: String,
    /// The unit that it became or came from.
    pub other: Option<UnitId>,
    /// The number of the decision.
    pub decision: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// The reorganisation that did it.
    pub reorganisation: Option<Uuid>,
}

const COLUMNS: &str = "unit, seq, from_on, ended_on, name, short_name, kind, level_, parent, event, other, decision, \
     why, reorganisation";

fn span(row: &Row) -> Result<SpanRow, StoreError> {
    Ok(SpanRow {
        unit: row.id(0)?,
        seq: row.int(1)?,
        from_on: row.day(2)?,
        ended_on: row.day_if(3)?,
        name: row.text(4)?,
        short_name: row.text_if(5)?,
        kind: row.slug(6)?,
        level: row.text_if(7)?,
        parent: row.id_if(8)?,
        event: row.text(9)?,
        other: row.id_if(10)?,
        decision: row.text_if(11)?,
        why: row.text_if(12)?,
        reorganisation: row.id_if(13)?,
    })
}

fn params(span: &SpanRow, site: i64) -> Vec<P> {
    vec![
        span.unit.into(),
        span.seq.into(),
        span.from_on.into(),
        span.ended_on.into(),
        span.name.as_str().into(),
        span.short_name.as_deref().into(),
        (&span.kind).into(),
        span.level.as_deref().into(),
        span.parent.into(),
        span.event.as_str().into(),
        span.other.into(),
        span.decision.as_deref().into(),
        span.why.as_deref().into(),
        span.reorganisation.into(),
        site.into(),
    ]
}

/// All spans of all units, each unit's in order.
pub async fn all_spans(conn: &mut Conn) -> Result<Vec<SpanRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM unit_span WHERE site = $1 ORDER BY unit, seq");
    let rows = conn.list(sql, [conn.here()]).await.doing("read the history of units")?;
    rows.iter().map(span).collect()
}

/// Keeps new spans.
pub async fn insert_spans(conn: &mut Conn, spans: &[SpanRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let rows = spans.iter().map(|span| params(span, site)).collect();
    many::insert(conn, &format!("unit_span ({COLUMNS}, site)"), rows, "").await.doing("keep spans of units")?;
    Ok(())
}

/// Ends the open span of a unit on a day.
pub async fn end_span(conn: &mut Conn, unit: UnitId, on: Date) -> Result<(), StoreError> {
    let sql = "UPDATE unit_span SET ended_on = $3 WHERE site = $1 AND unit = $2 AND ended_on IS NULL";
    conn.run(sql, [conn.here(), unit.into(), on.into()]).await.doing("end a span of a unit")?;
    Ok(())
}

/// Takes the history of units away that are taken away themselves.
pub async fn forget_spans(conn: &mut Conn, units: &[UnitId]) -> Result<(), StoreError> {
    for unit in units {
        let sql = "DELETE FROM unit_span WHERE site = $1 AND unit = $2";
        conn.run(sql, [conn.here(), (*unit).into()]).await.doing("forget the history of a unit")?;
    }
    Ok(())
}

/// A party unit that belongs to an administrative one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    /// Its id.
    pub id: Uuid,
    /// The party unit.
    pub unit: UnitId,
    /// The administrative unit.
    pub other: UnitId,
    /// The first day.
    pub from_on: Date,
    /// The day on which it was so no more.
    pub ended_on: Option<Date>,
}

/// All links, ended ones included.
pub async fn all_links(conn: &mut Conn) -> Result<Vec<LinkRow>, StoreError> {
    let sql = "SELECT id, unit, other, from_on, ended_on FROM unit_link WHERE site = $1 ORDER BY from_on, id";
    let rows = conn.list(sql, [conn.here()]).await.doing("read the links of units")?;
    rows.iter()
        .map(|row| {
            Ok(LinkRow {
                id: row.id(0)?,
                unit: row.id(1)?,
                other: row.id(2)?,
                from_on: row.day(3)?,
                ended_on: row.day_if(4)?,
            })
        })
        .collect()
}

/// Keeps a new link.
pub async fn insert_link(conn: &mut Conn, link: &LinkRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO unit_link (site, id, unit, other, from_on, ended_on) VALUES ($1, $2, $3, $4, $5, $6)";
    let params =
        [conn.here(), link.id.into(), link.unit.into(), link.other.into(), link.from_on.into(), link.ended_on.into()];
    conn.run(sql, params).await.doing("link two units")?;
    Ok(())
}

/// Ends a link on a day.
pub async fn end_link(conn: &mut Conn, id: Uuid, on: Date) -> Result<(), StoreError> {
    let sql = "UPDATE unit_link SET ended_on = $3 WHERE site = $1 AND id = $2 AND ended_on IS NULL";
    conn.run(sql, [conn.here(), id.into(), on.into()]).await.doing("end a link of units")?;
    Ok(())
}
