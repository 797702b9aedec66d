//! Who stands in for whom, and who said so? Given, ended, and never removed.
//!
//! Never decides whether somebody may: that is the kernel's.

use jiff::civil::Date;
use kernel::ids::{MechanismId, PersonId, StandInId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::row::Row;

/// That somebody acts in somebody's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandInRow {
    /// Its id.
    pub id: StandInId,
    /// Who acts.
    pub person: PersonId,
    /// In whose name.
    pub principal: PersonId,
    /// In which mechanisms; empty means in all.
    pub mechanisms: Vec<MechanismId>,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub until_on: Date,
    /// On what basis.
    pub basis: Option<String>,
    /// Who gave it.
    pub given_by: Option<PersonId>,
    /// When.
    pub given_at: i64,
    /// When it was ended before its last day.
    pub ended_at: Option<i64>,
    /// By whom.
    pub ended_by: Option<PersonId>,
}

const COLUMNS: &str =
    "id, person, principal, mechanisms, from_on, until_on, basis, given_by, given_at, ended_at, ended_by";

fn stand_in(row: &Row) -> Result<StandInRow, StoreError> {
    let mechanisms = match row.text_if(3)? {
        None => Vec::new(),
        Some(_) => serde_json::from_value(row.json(3)?).unwrap_or_default(),
    };
    Ok(StandInRow {
        id: row.id(0)?,
        person: row.id(1)?,
        principal: row.id(2)?,
        mechanisms,
        from_on: row.day(4)?,
        until_on: row.day(5)?,
        basis: row.text_if(6)?,
        given_by: row.id_if(7)?,
        given_at: row.int(8)?,
        ended_at: row.int_if(9)?,
        ended_by: row.id_if(10)?,
    })
}

/// Gives one.
pub async fn insert(conn: &mut Conn, row: &StandInRow) -> Result<(), StoreError> {
    let mechanisms = (!row.mechanisms.is_empty())
        .then(|| serde_json::to_string(&row.mechanisms).expect("a list of ids is plain JSON"));
    let params = [
        row.id.into(),
        row.person.into(),
        row.principal.into(),
        mechanisms.as_deref().into(),
        row.from_on.into(),
        row.until_on.into(),
        row.basis.as_deref().into(),
        row.given_by.into(),
        row.given_at.into(),
        row.ended_at.into(),
        row.ended_by.into(),
        conn.here(),
    ];
    let sql =
        format!("INSERT INTO stand_in ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    conn.run(sql, params).await.doing("let somebody stand in")?;
    Ok(())
}

/// Ends one at once; false if there is none or it was ended before.
pub async fn end(conn: &mut Conn, id: StandInId, at: i64, by: Option<PersonId>) -> Result<bool, StoreError> {
    let sql = "UPDATE stand_in SET ended_at = $3, ended_by = $4 WHERE site = $1 AND id = $2 AND ended_at IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into(), at.into(), by.into()]).await.doing("end a stand-in")? > 0)
}

/// One.
pub async fn find(conn: &mut Conn, id: StandInId) -> Result<Option<StandInRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM stand_in WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a stand-in")?;
    row.as_ref().map(stand_in).transpose()
}

/// All that were not ended, of the whole site.
pub async fn standing(conn: &mut Conn) -> Result<Vec<StandInRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM stand_in WHERE site = $1 AND ended_at IS NULL ORDER BY id");
    let rows = conn.list(sql, [conn.here()]).await.doing("list who stands in")?;
    rows.iter().map(stand_in).collect()
}

/// Those that somebody gave away (they are the principal) or was given, the newest first.
pub async fn of_person(conn: &mut Conn, person: PersonId, limit: u32) -> Result<Vec<StandInRow>, StoreError> {
    let mut all = Vec::new();
    for side in ["principal", "person"] {
        let sql = format!(
            "SELECT {COLUMNS} FROM stand_in WHERE site = $1 AND {side} = $2 ORDER BY until_on DESC, id DESC LIMIT {limit}"
        );
        let params: [P; 2] = [conn.here(), person.into()];
        let rows = conn.list(sql, params).await.doing("list the stand-ins of a person")?;
        for row in &rows {
            all.push(stand_in(row)?);
        }
    }
    Ok(all)
}
