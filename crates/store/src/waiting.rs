//! Whom does a record wait for by name?
//!
//! Made anew from the record whenever that changes.
//! Never asks who may: it knows only who is named.

use kernel::ids::{MechanismId, PersonId, RecordId, RoleId, UnitId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::evidence;
use crate::many;
use crate::param::P;
use crate::row::Row;

const WAITING: &str = "record, place, mechanism, person, role_, unit, site";

/// One for whom a record waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    /// The record.
    pub record: RecordId,
    /// Its place among those for whom the record waits, from 0.
    pub place: i64,
    /// Its mechanism.
    pub mechanism: MechanismId,
    /// For whom.
    pub whom: Whom,
}

impl WaitingRow {
    /// What the journal keeps of it: its table and key, and its hash.
    pub fn bound(&self, site: i64) -> (String, String) {
        let hash = evidence::hash_to_be("waiting", WAITING, &self.params(site));
        (format!("waiting {} {}", self.record.0.simple(), self.place), hash)
    }

    fn params(&self, site: i64) -> Vec<P> {
        let (person, role, unit): (Option<PersonId>, Option<&RoleId>, Option<UnitId>) = match &self.whom {
            Whom::Person(person) => (Some(*person), None, None),
            Whom::Holders(role, unit) => (None, Some(role), Some(*unit)),
        };
        vec![
            self.record.into(),
            self.place.into(),
            (&self.mechanism).into(),
            person.into(),
            role.into(),
            unit.into(),
            site.into(),
        ]
    }
}

/// What the journal keeps of a place that nobody has any more: its table and key, and no hash.
pub fn gone(record: RecordId, place: i64) -> (String, String) {
    (format!("waiting {} {place}", record.0.simple()), String::new())
}

/// A person, or a unit's holders of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// A person.
    Person(PersonId),
    /// Whoever holds the role over the unit.
    Holders(RoleId, UnitId),
}

/// Makes anew for whom a record waits.
pub async fn put(conn: &mut Conn, record: RecordId, rows: &[WaitingRow]) -> Result<(), StoreError> {
    let sql = "DELETE FROM waiting WHERE site = $1 AND record = $2";
    conn.run(sql, [conn.here(), record.into()]).await.doing("forget for whom a record waited")?;
    let site = conn.site();
    let params = rows.iter().map(|row| row.params(site)).collect();
    let into = format!("waiting ({WAITING})");
    many::insert(conn, &into, params, "").await.doing("note for whom a record waits")?;
    Ok(())
}

fn ids(rows: &[Row<'_>]) -> Result<Vec<RecordId>, StoreError> {
    rows.iter().map(|row| row.id(0)).collect()
}

/// The records that wait for a person by name, the oldest first.
pub async fn for_person(conn: &mut Conn, person: PersonId, limit: u32) -> Result<Vec<RecordId>, StoreError> {
    let sql =
        format!("SELECT DISTINCT record FROM waiting WHERE site = $1 AND person = $2 ORDER BY record LIMIT {limit}");
    let rows = conn.list(sql, [conn.here(), person.into()]).await.doing("list what waits for a person")?;
    ids(&rows)
}

/// The records that wait for the holders of a role over units of a subtree, the oldest first.
pub async fn for_holders(
    conn: &mut Conn,
    role: &RoleId,
    units: (i64, i64),
    limit: u32,
) -> Result<Vec<RecordId>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT w.record FROM waiting w JOIN unit u ON u.site = w.site AND u.id = w.unit \
         WHERE w.site = $1 AND w.role_ = $2 AND u.ord BETWEEN $3 AND $4 ORDER BY w.record LIMIT {limit}"
    );
    let params = [conn.here(), role.into(), units.0.into(), units.1.into()];
    let rows = conn.list(sql, params).await.doing("list what waits for a role")?;
    ids(&rows)
}

/// For whom a record waits.
pub async fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<Whom>, StoreError> {
    let sql = "SELECT person, role_, unit FROM waiting WHERE site = $1 AND record = $2 ORDER BY place";
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("ask for whom a record waits")?;
    let whom = |row: &Row| {
        Ok(match (row.id_if(0)?, row.slug_if(1)?, row.id_if(2)?) {
            (None, Some(role), Some(unit)) => Some(Whom::Holders(role, unit)),
            (person, ..) => person.map(Whom::Person),
        })
    };
    let found: Result<Vec<Option<Whom>>, StoreError> = rows.iter().map(whom).collect();
    Ok(found?.into_iter().flatten().collect())
}
