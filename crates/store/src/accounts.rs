//! Who can sign in? Accounts, their locks, and open sessions.
//!
//! Never a password and never a token: only their hashes come here.

use jiff::civil::Date;
use kernel::ids::{AccountId, PersonId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::row::Row;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub person: PersonId,
    /// What they type; unique on a site.
    pub login_name: String,
    /// The hash of their password, with its method.
    pub password_hash: String,
    /// Must the password be changed at the next sign-in?
    pub must_change: bool,
    /// Failed attempts since the last success.
    pub failures: i64,
    /// Locked until this instant.
    pub locked_until_at: Option<i64>,
    /// The last sign-in.
    pub last_in_at: Option<i64>,
    /// Since when it cannot be used any more.
    pub ended_on: Option<Date>,
}

/// An open session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// The account.
    pub account: AccountId,
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

const COLUMNS: &str =
    "id, person, login_name, password_hash, must_change, failures, locked_until_at, last_in_at, ended_on";

fn account(row: &Row) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: row.id(0)?,
        person: row.id(1)?,
        login_name: row.text(2)?,
        password_hash: row.text(3)?,
        must_change: row.yes(4)?,
        failures: row.int(5)?,
        locked_until_at: row.int_if(6)?,
        last_in_at: row.int_if(7)?,
        ended_on: row.day_if(8)?,
    })
}

fn params(account: &AccountRow, site: P) -> [P; 10] {
    [
        account.id.into(),
        account.person.into(),
        account.login_name.as_str().into(),
        account.password_hash.as_str().into(),
        account.must_change.into(),
        account.failures.into(),
        account.locked_until_at.into(),
        account.last_in_at.into(),
        account.ended_on.into(),
        site,
    ]
}

/// The account of a login name.
pub async fn by_login(conn: &mut Conn, login_name: &str) -> Result<Option<AccountRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE site = $1 AND login_name = $2");
    let row = conn.find(sql, [conn.here(), login_name.into()]).await.doing("find an account")?;
    row.as_ref().map(account).transpose()
}

/// One account.
pub async fn find(conn: &mut Conn, id: AccountId) -> Result<Option<AccountRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find an account")?;
    row.as_ref().map(account).transpose()
}

/// The accounts of a person.
pub async fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<AccountRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE site = $1 AND person = $2 ORDER BY id");
    let rows = conn.list(sql, [conn.here(), person.into()]).await.doing("list the accounts of a person")?;
    rows.iter().map(account).collect()
}

/// All accounts by login name, after one already shown.
pub async fn page(conn: &mut Conn, after: Option<&str>, limit: u32) -> Result<Vec<AccountRow>, StoreError> {
    let mut params = vec![conn.here()];
    let beyond = match after {
        Some(after) => {
            params.push(after.into());
            " AND login_name > $2"
        }
        None => "",
    };
    let sql = format!("SELECT {COLUMNS} FROM account WHERE site = $1{beyond} ORDER BY login_name LIMIT {limit}");
    let rows = conn.list(sql, params).await.doing("list accounts")?;
    rows.iter().map(account).collect()
}

/// Keeps a new account; a conflict of `account_login_name` if the name is taken.
pub async fn insert(conn: &mut Conn, account: &AccountRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO account ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    conn.run(sql, params(account, conn.here())).await.doing("keep a new account")?;
    Ok(())
}

/// Keeps an account as it is now; `Stale` if it is not there.
pub async fn update(conn: &mut Conn, account: &AccountRow) -> Result<(), StoreError> {
    let sql = "UPDATE account SET person = $2, login_name = $3, password_hash = $4, must_change = $5, failures = $6, \
         locked_until_at = $7, last_in_at = $8, ended_on = $9 WHERE site = $10 AND id = $1";
    match conn.run(sql, params(account, conn.here())).await.doing("keep a changed account")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// Counts a failed attempt and says how many there are now. Counting is one statement, so that attempts that come
/// together are all counted.
pub async fn count_failure(conn: &mut Conn, id: AccountId) -> Result<i64, StoreError> {
    let sql = "UPDATE account SET failures = failures + 1 WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into()]).await.doing("count a failed sign-in")?;
    let sql = "SELECT failures FROM account WHERE site = $1 AND id = $2";
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("read the failed sign-ins")?;
    row.map_or(Ok(0), |row| row.int(0))
}

const SESSION: &str = "token_hash, account, opened_at, seen_at, ends_at, address, agent";

fn session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token_hash: row.bytes(0)?,
        account: row.id(1)?,
        opened_at: row.int(2)?,
        seen_at: row.int(3)?,
        ends_at: row.int(4)?,
        address: row.text_if(5)?,
        agent: row.text_if(6)?,
    })
}

/// Opens a session.
pub async fn open_session(conn: &mut Conn, session: &SessionRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO session ({SESSION}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let params = [
        session.token_hash.as_slice().into(),
        session.account.into(),
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
pub async fn session_at(conn: &mut Conn, token_hash: &[u8], at: i64) -> Result<Option<SessionRow>, StoreError> {
    let sql = format!("SELECT {SESSION} FROM session WHERE site = $1 AND token_hash = $2 AND ends_at > $3");
    let row = conn.find(sql, [conn.here(), token_hash.into(), at.into()]).await.doing("find a session")?;
    row.as_ref().map(session).transpose()
}

/// The sessions of an account, newest first.
pub async fn sessions_of(conn: &mut Conn, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!("SELECT {SESSION} FROM session WHERE site = $1 AND account = $2 ORDER BY opened_at DESC");
    let rows = conn.list(sql, [conn.here(), account.into()]).await.doing("list the sessions of an account")?;
    rows.iter().map(session).collect()
}

/// A session was used; it ends later from now on.
pub async fn touch_session(conn: &mut Conn, token_hash: &[u8], at: i64, ends_at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE session SET seen_at = $3, ends_at = $4 WHERE site = $1 AND token_hash = $2";
    let params = [conn.here(), token_hash.into(), at.into(), ends_at.into()];
    conn.run(sql, params).await.doing("note that a session was used")?;
    Ok(())
}

/// Closes a session.
pub async fn close_session(conn: &mut Conn, token_hash: &[u8]) -> Result<(), StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND token_hash = $2";
    conn.run(sql, [conn.here(), token_hash.into()]).await.doing("close a session")?;
    Ok(())
}

/// Closes all sessions of an account but one.
pub async fn close_sessions_of(conn: &mut Conn, account: AccountId, but: Option<&[u8]>) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND account = $2 AND token_hash <> $3";
    let but = P::Bytes(but.unwrap_or_default().to_vec());
    conn.run(sql, [conn.here(), account.into(), but]).await.doing("close the sessions of an account")
}

/// Takes away sessions that ended before the moment given.
pub async fn drop_ended_sessions(conn: &mut Conn, at: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE site = $1 AND ends_at <= $2";
    conn.run(sql, [conn.here(), at.into()]).await.doing("drop ended sessions")
}
