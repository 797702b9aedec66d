//! How many records are on the list, and how do they stand?
//!
//! Never counts further than it was told to.

use std::collections::HashSet;

use kernel::ids::{RecordId, StateId};

use super::{RegisterQuery, asking, doors, held};
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

/// How many records the question finds, counted up to `most`.
pub async fn count_capped(conn: &mut Conn, query: &RegisterQuery<'_>, most: u32) -> Result<i64, StoreError> {
    let doors = doors(query);
    let held = held(conn, query, &doors).await?;
    if let [door] = doors.as_slice() {
        let asking = asking(conn, query, door, &held)?;
        let text = asking.text();
        let sql = format!("SELECT COUNT(*) FROM (SELECT 1 AS one_ FROM record WHERE {text} LIMIT {most}) AS found");
        let row = conn.find(sql, asking.params).await.doing("count a register")?;
        return row.map_or(Ok(0), |row| row.int(0));
    }
    let mut found: HashSet<RecordId> = HashSet::new();
    for door in &doors {
        let asking = asking(conn, query, door, &held)?;
        let sql = format!("SELECT id FROM record WHERE {} LIMIT {most}", asking.text());
        for row in conn.list(sql, asking.params).await.doing("count a register")? {
            found.insert(row.id(0)?);
        }
    }
    Ok((found.len() as i64).min(i64::from(most)))
}

/// How a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRow {
    /// The record.
    pub id: RecordId,
    /// Its state.
    pub state: StateId,
    /// The number of its unit in pre-order.
    pub unit_ord: i64,
}

/// How the records stand that the question finds, each once, up to `most` a way of seeing.
pub async fn standings(conn: &mut Conn, query: &RegisterQuery<'_>, most: u32) -> Result<Vec<StandingRow>, StoreError> {
    let (doors, mut found) = (doors(query), Vec::new());
    let held = held(conn, query, &doors).await?;
    for door in &doors {
        let asking = asking(conn, query, door, &held)?;
        let sql = format!("SELECT id, state, unit_ord FROM record WHERE {} LIMIT {most}", asking.text());
        for row in conn.list(sql, asking.params).await.doing("ask how records stand")? {
            found.push(StandingRow { id: row.id(0)?, state: row.slug(1)?, unit_ord: row.int(2)? });
        }
    }
    found.sort_by_key(|row| row.id);
    found.dedup();
    Ok(found)
}
