//! What was done that is not about one record? Signing in, importing, settings: one chain of hashes a site.
//!
//! Never updates and never deletes.

use kernel::ids::{PersonId, RecordId};
use uuid::Uuid;

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::evidence;
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
    /// What binds the rows that it changed: the hash of its traces.
    pub rows_hash: Option<String>,
    /// The hash of the act before.
    pub prior_hash: Option<String>,
    /// The hash of this one.
    pub hash: String,
}

const COLUMNS: &str = "id, seq, at_, kind, actor, actor_name, detail, address, prior_hash, hash_, rows_hash";

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
        rows_hash: row.text_if(10)?,
    })
}

/// The number and the hash of the last act.
pub async fn head(conn: &mut Conn) -> Result<Option<(i64, String)>, StoreError> {
    let sql = "SELECT seq, hash_ FROM act WHERE site = $1 ORDER BY seq DESC LIMIT 1";
    let row = conn.find(sql, [conn.here()]).await.doing("find the last act")?;
    row.map(|row| Ok((row.int(0)?, row.text(1)?))).transpose()
}

/// An act that is to be written.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: i64,
    /// What kind.
    pub kind: &'a str,
    /// Who; absent for the clock.
    pub actor: Option<PersonId>,
    /// Their name.
    pub actor_name: &'a str,
    /// What exactly, as JSON.
    pub detail: String,
    /// From which address, if from one.
    pub address: Option<String>,
}

/// A code under a key that does not lie in the database.
pub type Mac<'a> = &'a (dyn Fn(&str) -> String + Send + Sync);

/// Writes an act down, after whatever it tells of: takes the next number, keeps the hashes of the rows that this
/// transaction changed, and binds all of it to the act before. Others who want to write an act wait for the commit.
pub async fn tell(conn: &mut Conn, told: Told<'_>, mac: Option<Mac<'_>>) -> Result<ActRow, StoreError> {
    let (seq, prior_hash) = take_turn(conn).await.doing("take the next number of the acts")?;
    let rows_hash = evidence::keep_traces(conn, seq).await?;
    let mut act = ActRow {
        id: told.id,
        seq,
        at: told.at,
        kind: told.kind.to_owned(),
        actor: told.actor,
        actor_name: told.actor_name.to_owned(),
        detail: told.detail,
        address: told.address,
        rows_hash,
        prior_hash,
        hash: String::new(),
    };
    act.hash = act.reckoned();
    insert(conn, &act).await?;
    let code = mac.map(|mac| mac(&head_words(act.seq, &act.hash)));
    let sql = "UPDATE act_head SET hash_ = $2, mac = $3 WHERE site = $1";
    conn.run(sql, [conn.here(), act.hash.as_str().into(), code.into()]).await.doing("note the last act")?;
    Ok(act)
}

/// What the code of the last act covers.
pub fn head_words(seq: i64, hash: &str) -> String {
    format!("{seq} {hash}")
}

impl ActRow {
    /// The hash that its contents and the act before give.
    pub fn reckoned(&self) -> String {
        let said = serde_json::json!([
            self.seq,
            self.at,
            self.kind,
            self.actor.map(|actor| actor.to_string()),
            self.actor_name,
            self.detail,
            self.address,
            self.rows_hash,
        ]);
        kernel::journal::hash(self.prior_hash.as_deref(), RecordId(self.id), &said.to_string())
    }
}

/// The next number, and the hash of the act before it. Raising the number locks the row, so that acts stand in line.
async fn take_turn(conn: &mut Conn) -> Result<(i64, Option<String>), StoreError> {
    let raise = "UPDATE act_head SET seq = seq + 1 WHERE site = $1";
    if conn.run(raise, [conn.here()]).await? == 0 {
        let last = head(conn).await?;
        let (seq, hash) = last.map_or((1, None), |(seq, hash)| (seq + 1, Some(hash)));
        let sql = "INSERT INTO act_head (site, seq, hash_) VALUES ($1, $2, $3)";
        if conn.run_unless_known(sql, [conn.here(), seq.into(), hash.into()]).await?.is_none() {
            conn.run(raise, [conn.here()]).await?;
        }
    }
    let sql = "SELECT seq, hash_ FROM act_head WHERE site = $1";
    let row = conn.find(sql, [conn.here()]).await?.ok_or(StoreError::Stale)?;
    Ok((row.int(0)?, row.text_if(1)?))
}

/// The last act as the head notes it: number, hash, and its code under the outside key.
pub async fn noted_head(conn: &mut Conn) -> Result<Option<(i64, Option<String>, Option<String>)>, StoreError> {
    let sql = "SELECT seq, hash_, mac FROM act_head WHERE site = $1";
    let row = conn.find(sql, [conn.here()]).await.doing("read the head of the acts")?;
    row.map(|row| Ok((row.int(0)?, row.text_if(1)?, row.text_if(2)?))).transpose()
}

async fn insert(conn: &mut Conn, act: &ActRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO act ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
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
        act.rows_hash.as_deref().into(),
        conn.here(),
    ];
    match conn.run(sql, params).await {
        Err(error) if error.is_conflict_of("act_seq") => Err(StoreError::Retry { source: error.into() }),
        other => other.map(|_| ()).doing("write down an act"),
    }
}

/// The act of a number.
pub async fn at(conn: &mut Conn, seq: i64) -> Result<Option<ActRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM act WHERE site = $1 AND seq = $2");
    let row = conn.find(sql, [conn.here(), seq.into()]).await.doing("find an act")?;
    row.as_ref().map(act).transpose()
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
