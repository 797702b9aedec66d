//! Whom does a record point to? The people and units, beside its own, that let somebody see it.
//!
//! Kept by the same transaction as the record. Never asks who may: it knows only who is pointed to.

use kernel::authority::reach::{How, Point, To};
use kernel::authority::sight::{Pointed, Target};
use kernel::ids::{MechanismId, PersonId, RecordId, UnitId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A point of a record, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachRow {
    /// The record.
    pub record: RecordId,
    /// Its mechanism.
    pub mechanism: MechanismId,
    /// To whom, and how.
    pub point: Point,
    /// The number of the unit in pre-order; none for a person.
    pub unit_ord: Option<i64>,
}

/// A person, where a unit would have its number.
const NO_UNIT: i64 = -1;

impl ReachRow {
    fn params(&self, site: i64) -> Vec<P> {
        vec![
            site.into(),
            self.record.into(),
            (&self.mechanism).into(),
            self.point.how.as_str().into(),
            whom(self.point.to),
            match self.point.to {
                To::Person(_) => NO_UNIT.into(),
                To::Unit(_) => self.unit_ord.unwrap_or(NO_UNIT).into(),
            },
        ]
    }
}

fn whom(to: To) -> P {
    match to {
        To::Person(id) => id.into(),
        To::Unit(id) => id.into(),
    }
}

/// Adds points; those that are there already stay as they are.
pub async fn add(conn: &mut Conn, rows: &[ReachRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let params = rows.iter().map(|row| row.params(site)).collect();
    let into = "record_reach (site, record, mechanism, how, whom, unit_ord)";
    let tail = conn.dialect().or_leave();
    many::insert(conn, into, params, tail).await.doing("add whom records point to").map(|_| ())
}

/// Takes points away; those that are not there are left out.
pub async fn remove(conn: &mut Conn, rows: &[ReachRow]) -> Result<(), StoreError> {
    for row in rows {
        let sql = "DELETE FROM record_reach WHERE site = $1 AND record = $2 AND how = $3 AND whom = $4";
        let params = [conn.here(), row.record.into(), row.point.how.as_str().into(), whom(row.point.to)];
        conn.run(sql, params).await.doing("take away whom a record points to")?;
    }
    Ok(())
}

/// Takes away all points of several records but the copies that people were sent.
pub async fn clear(conn: &mut Conn, records: &[RecordId]) -> Result<(), StoreError> {
    for some in records.chunks(256) {
        let mut params = many::padded(some.iter().map(|id| P::from(*id)).collect());
        let places = many::places(4, params.len());
        let copies = [How::copied(), How::copied_to_unit()].map(|how| P::from(how.as_str()));
        params.splice(0..0, std::iter::once(conn.here()).chain(copies));
        let sql = format!("DELETE FROM record_reach WHERE site = $1 AND how NOT IN ($2, $3) AND record IN ({places})");
        conn.run(sql, params).await.doing("take away whom records point to")?;
    }
    Ok(())
}

/// Whom a record points to.
pub async fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<Pointed>, StoreError> {
    Ok(of_records(conn, &[record]).await?.into_iter().map(|(_, pointed)| pointed).collect())
}

/// Whom several records point to, record by record.
pub async fn of_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<(RecordId, Pointed)>, StoreError> {
    let sql = |places: &str| {
        format!(
            "SELECT record, how, whom, unit_ord FROM record_reach WHERE site = $1 AND record IN ({places}) \
             ORDER BY record, how, whom"
        )
    };
    many::by_ids(conn, records, sql, pointed).await.doing("ask whom records point to")
}

fn pointed(row: &Row) -> Result<(RecordId, Pointed), StoreError> {
    let (how, ord) = (How::from(row.text(1)?.as_str()), row.int(3)?);
    let to = match ord {
        NO_UNIT if !how.is_to_unit() => Target::Person(row.id::<PersonId>(2)?),
        ord => Target::Unit(row.id::<UnitId>(2)?, (ord != NO_UNIT).then_some(ord)),
    };
    Ok((row.id(0)?, Pointed { how, to }))
}

/// Records that are pointed from under another mechanism than their own, or that are not there.
pub async fn astray(conn: &mut Conn) -> Result<Vec<RecordId>, StoreError> {
    let sql = "SELECT DISTINCT p.record FROM record_reach p WHERE p.site = $1 AND NOT EXISTS (SELECT 1 FROM record r \
         WHERE r.site = p.site AND r.id = p.record AND r.mechanism = p.mechanism) LIMIT 20";
    let rows = conn.list(sql, [conn.here()]).await.doing("look for points that went astray")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// After a reorganisation: gives every point to a unit the number that the unit has now. Says how many changed.
pub async fn renumber_units(conn: &mut Conn) -> Result<u64, StoreError> {
    let ord = "(SELECT u.ord FROM unit u WHERE u.site = record_reach.site AND u.id = record_reach.whom)";
    let sql =
        format!("UPDATE record_reach SET unit_ord = {ord} WHERE site = $1 AND unit_ord <> -1 AND unit_ord <> {ord}");
    conn.run(sql, [conn.here()]).await.doing("renumber the units that records point to")
}

/// After two people turned out to be one: every point to the one points to the other.
pub async fn repoint(conn: &mut Conn, from: PersonId, to: PersonId) -> Result<u64, StoreError> {
    let params = [conn.here(), from.into(), to.into()];
    let sql = format!(
        "INSERT INTO record_reach (site, record, mechanism, how, whom, unit_ord) SELECT site, record, mechanism, how, \
         $3, unit_ord FROM record_reach WHERE site = $1 AND whom = $2 {}",
        conn.dialect().or_leave()
    );
    conn.run(sql, params).await.doing("point to another person")?;
    let params = [conn.here(), from.into()];
    conn.run("DELETE FROM record_reach WHERE site = $1 AND whom = $2", params).await.doing("point to another person")
}

/// Which records point to a person, and how: record by record.
pub async fn pointing_to(conn: &mut Conn, person: PersonId) -> Result<Vec<(RecordId, How)>, StoreError> {
    let sql = "SELECT record, how FROM record_reach WHERE site = $1 AND whom = $2 ORDER BY record, how";
    let rows = conn.list(sql, [conn.here(), person.into()]).await.doing("ask which records point to a person")?;
    rows.iter().map(|row| Ok((row.id(0)?, How::from(row.text(1)?.as_str())))).collect()
}

/// Nobody else changes records until the transaction ends, where there is more than one writer: whom they point to
/// is being made anew.
pub async fn hold_still(conn: &mut Conn) -> Result<(), StoreError> {
    match conn.dialect().held_still() {
        Some(sql) => conn.run(sql, Vec::new()).await.doing("hold records still").map(|_| ()),
        None => Ok(()),
    }
}

/// What the points of a mechanism's records were made by, if they were.
pub async fn made_by(conn: &mut Conn, mechanism: &MechanismId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT signature FROM reach_made WHERE site = $1 AND mechanism = $2";
    let row = conn.find(sql, [conn.here(), mechanism.into()]).await.doing("ask what points were made by")?;
    row.map(|row| row.text(0)).transpose()
}

/// Keeps what the points of a mechanism's records are made by.
pub async fn put_made_by(conn: &mut Conn, mechanism: &MechanismId, signature: &str) -> Result<(), StoreError> {
    let params = [conn.here(), mechanism.into(), signature.into()];
    let sql = "UPDATE reach_made SET signature = $3 WHERE site = $1 AND mechanism = $2";
    if conn.run(sql, params.clone()).await.doing("keep what points are made by")? == 0 {
        let sql = "INSERT INTO reach_made (site, mechanism, signature) VALUES ($1, $2, $3)";
        conn.run(sql, params).await.doing("keep what points are made by")?;
    }
    Ok(())
}
