//! What was done that is not about one record? Signing in, importing, settings: one chain of hashes a site.
//!
//! Never updates and never deletes.

use kernel::ids::PersonId;
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// An act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActRow {
    /// Its id.
    pub id: Uuid,
    /// Its number on the site, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: i64,
    /// What kind, for instance `signed_in`.
    pub kind: String,
    /// Who; absent for the clock.
    pub actor: Option<PersonId>,
    /// Their name then.
    pub actor_name: String,
    /// What exactly, as JSON to the letter.
    pub detail: String,
    /// The hash of the act before.
    pub prior_hash: Option<String>,
    /// The hash of this one.
    pub hash: String,
}

const COLUMNS: &str = "id, seq, at_, kind, actor, actor_name, detail, prior_hash, hash_";

fn act(row: &Row) -> Result<ActRow, StoreError> {
    Ok(ActRow {
        id: row.id(0)?,
        seq: row.int(1)?,
        at: row.int(2)?,
        kind: row.text(3)?,
        actor: row.id_if(4)?,
        actor_name: row.text(5)?,
        detail: row.text(6)?,
        prior_hash: row.text_if(7)?,
        hash: row.text(8)?,
    })
}

/// The number and the hash of the last act: what the next one follows. Whoever else appends waits until this transaction
/// ends: acts come together when many fail to sign in at once.
pub async fn head(conn: &mut Conn) -> Result<Option<(i64, String)>, StoreError> {
    if let Some(sql) = conn.dialect().in_line() {
        conn.run(sql, [conn.here()]).await.doing("wait for the last act")?;
    }
    let sql = "SELECT seq, hash_ FROM act WHERE site = $1 ORDER BY seq DESC LIMIT 1";
    let row = conn.find(sql, [conn.here()]).await.doing("find the last act")?;
    row.map(|row| Ok((row.int(0)?, row.text(1)?))).transpose()
}

/// Adds an act after the [`head`] that was asked for in the same transaction.
pub async fn append(conn: &mut Conn, act: &ActRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO act ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    let params = [
        act.id.into(),
        act.seq.into(),
        act.at.into(),
        act.kind.as_str().into(),
        act.actor.into(),
        act.actor_name.as_str().into(),
        act.detail.as_str().into(),
        act.prior_hash.as_deref().into(),
        act.hash.as_str().into(),
        conn.here(),
    ];
    match conn.run(sql, params).await {
        Err(error) if error.is_conflict_of("act_seq") => Err(StoreError::Retry { source: error.into() }),
        other => other.map(|_| ()).doing("write down an act"),
    }
}

/// The newest acts, newest first, of a kind or of all, before a number already shown.
pub async fn newest(
    conn: &mut Conn,
    kind: Option<&str>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<ActRow>, StoreError> {
    let mut params = vec![conn.here(), before.unwrap_or(i64::MAX).into()];
    let only = match kind {
        Some(kind) => {
            params.push(kind.into());
            " AND kind = $3"
        }
        None => "",
    };
    let sql = format!("SELECT {COLUMNS} FROM act WHERE site = $1 AND seq < $2{only} ORDER BY seq DESC LIMIT {limit}");
    let rows = conn.list(sql, params).await.doing("list the newest acts")?;
    rows.iter().map(act).collect()
}

/// Acts in order, after a number: to verify the chain.
pub async fn walk(conn: &mut Conn, after: i64, limit: u32) -> Result<Vec<ActRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM act WHERE site = $1 AND seq > $2 ORDER BY seq LIMIT {limit}");
    let rows = conn.list(sql, [conn.here(), after.into()]).await.doing("walk through the acts")?;
    rows.iter().map(act).collect()
}
