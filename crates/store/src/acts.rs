//! What was done that is not about one record? Signing in, importing, settings: one chain of hashes a site.
//!
//! Never updates and never deletes.

use kernel::ids::PersonId;
use uuid::Uuid;

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
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
    /// From which address; it stands in the detail too.
    pub address: Option<String>,
    /// The hash of the act before.
    pub prior_hash: Option<String>,
    /// The hash of this one.
    pub hash: String,
}

const COLUMNS: &str = "id, seq, at_, kind, actor, actor_name, detail, address, prior_hash, hash_";

fn act(row: &Row) -> Result<ActRow, StoreError> {
    Ok(ActRow {
        id: row.id(0)?,
        seq: row.int(1)?,
        at: row.int(2)?,
        kind: row.text(3)?,
        actor: row.id_if(4)?,
        actor_name: row.text(5)?,
        detail: row.text(6)?,
        address: row.text_if(7)?,
        prior_hash: row.text_if(8)?,
        hash: row.text(9)?,
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
    let sql = format!("INSERT INTO act ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    let params = [
        act.id.into(),
        act.seq.into(),
        act.at.into(),
        act.kind.as_str().into(),
        act.actor.into(),
        act.actor_name.as_str().into(),
        act.detail.as_str().into(),
        act.address.as_deref().into(),
        act.prior_hash.as_deref().into(),
        act.hash.as_str().into(),
        conn.here(),
    ];
    match conn.run(sql, params).await {
        Err(error) if error.is_conflict_of("act_seq") => Err(StoreError::Retry { source: error.into() }),
        other => other.map(|_| ()).doing("write down an act"),
    }
}

/// Which acts?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActAsk {
    /// Of kinds that begin with one of these words; of all if there are none.
    pub kinds: Vec<String>,
    /// By one of these people.
    pub actors: Option<Vec<PersonId>>,
    /// From this moment on.
    pub from_at: Option<i64>,
    /// Before this moment.
    pub until_at: Option<i64>,
    /// From this address.
    pub address: Option<String>,
    /// Before a number already shown.
    pub before: Option<i64>,
}

/// Acts, newest first.
pub async fn page(conn: &mut Conn, ask: &ActAsk, limit: u32) -> Result<Vec<ActRow>, StoreError> {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    if !ask.kinds.is_empty() {
        let begins = |kind: &String| {
            let (from, until) = (asking.param(kind), asking.param(format!("{kind}~")));
            format!("(kind >= {from} AND kind < {until})")
        };
        let ways: Vec<String> = ask.kinds.iter().map(begins).collect();
        asking.and(format!("({})", ways.join(" OR ")));
    }
    if let Some(actors) = &ask.actors {
        asking.among("actor", actors.iter().map(|id| P::from(*id)).collect());
    }
    if let Some(address) = &ask.address {
        asking.is("address", address);
    }
    let before = ask.before.unwrap_or(i64::MAX);
    let before = asking.param(before);
    asking.and(format!("seq < {before}"));
    // Acts are numbered in the order of their moments: a span of days is a span of numbers, found in two steps.
    if let Some(from) = ask.from_at {
        let Some(first) = first_at(conn, from).await? else { return Ok(Vec::new()) };
        let first = asking.param(first);
        asking.and(format!("seq >= {first}"));
    }
    if let Some(until) = ask.until_at
        && let Some(first_after) = first_at(conn, until).await?
    {
        let first_after = asking.param(first_after);
        asking.and(format!("seq < {first_after}"));
    }
    let sql = format!("SELECT {COLUMNS} FROM act WHERE {} ORDER BY seq DESC LIMIT {limit}", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("list acts")?;
    rows.iter().map(act).collect()
}

/// The number of the first act of a moment or later.
async fn first_at(conn: &mut Conn, at: i64) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT seq FROM act WHERE site = $1 AND at_ >= $2 ORDER BY at_, seq LIMIT 1";
    let row = conn.find(sql, [conn.here(), at.into()]).await.doing("find the first act of a day")?;
    row.map(|row| row.int(0)).transpose()
}

/// When people last did something that is no record's step, signing in and out aside.
pub async fn last_of(conn: &mut Conn, people: &[PersonId], since: i64) -> Result<Vec<(PersonId, i64)>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut asking = Asking::at(conn.dialect(), conn.site());
    asking.among("actor", people.iter().map(|id| P::from(*id)).collect());
    let since = asking.param(since);
    asking.and(format!("at_ >= {since}"));
    asking.and("kind NOT IN ('sign_in', 'sign_in.failed', 'sign_out')");
    let sql = format!("SELECT actor, MAX(at_) FROM act WHERE {} GROUP BY actor", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("ask when people last did something")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// Acts in order, after a number: to verify the chain.
pub async fn walk(conn: &mut Conn, after: i64, limit: u32) -> Result<Vec<ActRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM act WHERE site = $1 AND seq > $2 ORDER BY seq LIMIT {limit}");
    let rows = conn.list(sql, [conn.here(), after.into()]).await.doing("walk through the acts")?;
    rows.iter().map(act).collect()
}
