//! Who is signed in? Open sessions, each under the hash of its token.
//!
//! Never a token: whoever reads the database can open no door with what stands here.

use kernel::ids::AccountId;
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::row::Row;

/// An open session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// Its id, by which a person names it; it opens nothing.
    pub id: Uuid,
    /// The account.
    pub account: AccountId,
    /// Which way they came in: `password` or `single_sign_on`.
    pub way: String,
    /// `in`, or `code` while the second factor is awaited.
    pub stage: String,
    /// When it was opened.
    pub opened_at: i64,
    /// When it was last used.
    pub seen_at: i64,
    /// When it ends.
    pub ends_at: i64,
    /// From which address.
    pub address: Option<String>,
    /// With which browser.
    pub agent: Option<String>,
}

const COLUMNS: &str = "token_hash, id, account, way, stage, opened_at, seen_at, ends_at, address, agent";

fn session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token_hash: row.bytes(0)?,
        id: row.id(1)?,
        account: row.id(2)?,
        way: row.text(3)?,
        stage: row.text(4)?,
        opened_at: row.int(5)?,
        seen_at: row.int(6)?,
        ends_at: row.int(7)?,
        address: row.text_if(8)?,
        agent: row.text_if(9)?,
    })
}

/// Opens a session.
pub async fn open(conn: &mut Conn, session: &SessionRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO session ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    let params = [
        session.token_hash.as_slice().into(),
        session.id.into(),
        session.account.into(),
        session.way.as_str().into(),
        session.stage.as_str().into(),
        session.opened_at.into(),
        session.seen_at.into(),
        session.ends_at.into(),
        session.address.as_deref().into(),
        session.agent.as_deref().into(),
        conn.here(),
    ];
    conn.run(sql, params).await.doing("open a session")?;
    Ok(())
}

/// The session of a token, if it has not ended at the moment given.
pub async fn at(conn: &mut Conn, token_hash: &[u8], at: i64) -> Result<Option<SessionRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE site = $1 AND token_hash = $2 AND ends_at > $3");
    let row = conn.find(sql, [conn.here(), token_hash.into(), at.into()]).await.doing("find a session")?;
    row.as_ref().map(session).transpose()
}

/// The sessions of an account, newest first.
pub async fn of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM session WHERE site = $1 AND account = $2 ORDER BY opened_at DESC, id DESC");
    let rows = conn.list(sql, [conn.here(), account.into()]).await.doing("list the sessions of an account")?;
    rows.iter().map(session).collect()
}

/// A session was used.
pub async fn seen(conn: &mut Conn, token_hash: &[u8], at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE session SET seen_at = $3 WHERE site = $1 AND token_hash = $2";
    conn.run(sql, [conn.here(), token_hash.into(), at.into()]).await.doing("note that a session was used")?;
    Ok(())
}

/// A session goes on under another token, in another stage and until another moment; false if it is not there any more.
pub async fn turn(conn: &mut Conn, old: &[u8], new: &[u8], stage: &str, ends_at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET token_hash = $3, stage = $4, ends_at = $5 WHERE site = $1 AND token_hash = $2";
    let params = [conn.here(), old.into(), new.into(), stage.into(), ends_at.into()];
    Ok(conn.run(sql, params).await.doing("give a session another token")? > 0)
}

/// Closes the session of a token; false if there is none.
pub async fn close(conn: &mut Conn, token_hash: &[u8]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND token_hash = $2";
    Ok(conn.run(sql, [conn.here(), token_hash.into()]).await.doing("close a session")? > 0)
}

/// Closes one session of an account, by its id; false if it is not theirs.
pub async fn close_one(conn: &mut Conn, account: AccountId, id: Uuid) -> Result<bool, StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND account = $2 AND id = $3";
    Ok(conn.run(sql, [conn.here(), account.into(), id.into()]).await.doing("close a session")? > 0)
}

/// Closes all sessions of an account but one.
pub async fn close_all(conn: &mut Conn, account: AccountId, but: Option<&[u8]>) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND account = $2 AND token_hash <> $3";
    let but = P::Bytes(but.unwrap_or_default().to_vec());
    conn.run(sql, [conn.here(), account.into(), but]).await.doing("close the sessions of an account")
}

/// Closes all sessions of an account but the one of this id.
pub async fn close_others(conn: &mut Conn, account: AccountId, but: Uuid) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND account = $2 AND id <> $3";
    conn.run(sql, [conn.here(), account.into(), but.into()]).await.doing("close the sessions of an account")
}

/// Takes away sessions that ended before the moment given.
pub async fn drop_ended(conn: &mut Conn, at: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND ends_at <= $2";
    conn.run(sql, [conn.here(), at.into()]).await.doing("drop ended sessions")
}
