//! Who can sign in? Accounts, and the hashes of the passwords that they had.
//!
//! Never a password: only hashes come here. Failures, sessions and second factors have rooms of their own.

use jiff::civil::Date;
use kernel::ids::{AccountId, PersonId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
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
    /// When the password was set; absent where nobody knows any more.
    pub password_set_at: Option<i64>,
    /// When the account was made; absent where nobody knows any more.
    pub made_at: Option<i64>,
    /// The last sign-in.
    pub last_in_at: Option<i64>,
    /// Since when it cannot be used any more.
    pub ended_on: Option<Date>,
    /// Why: `said`, `unused` or `left`.
    pub ended_why: Option<String>,
}

const COLUMNS: &str = "id, person, login_name, password_hash, must_change, password_set_at, made_at, last_in_at, \
     ended_on, ended_why";

fn account(row: &Row) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: row.id(0)?,
        person: row.id(1)?,
        login_name: row.text(2)?,
        password_hash: row.text(3)?,
        must_change: row.yes(4)?,
        password_set_at: row.int_if(5)?,
        made_at: row.int_if(6)?,
        last_in_at: row.int_if(7)?,
        ended_on: row.day_if(8)?,
        ended_why: row.text_if(9)?,
    })
}

fn params(account: &AccountRow, site: P) -> [P; 11] {
    [
        account.id.into(),
        account.person.into(),
        account.login_name.as_str().into(),
        account.password_hash.as_str().into(),
        account.must_change.into(),
        account.password_set_at.into(),
        account.made_at.into(),
        account.last_in_at.into(),
        account.ended_on.into(),
        account.ended_why.as_deref().into(),
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

/// The accounts of several people.
pub async fn of_people(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<AccountRow>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let list = many::padded(people.iter().map(|id| P::from(*id)).collect());
    let places = many::places(2, list.len());
    let sql = format!("SELECT {COLUMNS} FROM account WHERE site = $1 AND person IN ({places}) ORDER BY login_name");
    let params: Vec<P> = std::iter::once(conn.here()).chain(list).collect();
    let rows = conn.list(sql, params).await.doing("list the accounts of people")?;
    rows.iter().map(account).collect()
}

/// Which accounts a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those that can be used.
    InUse,
    /// Those that cannot be used any more.
    Ended,
    /// Those whose password holds for one sign-in only.
    First,
}

/// Accounts by login name, after one already shown.
pub async fn page(
    conn: &mut Conn,
    which: Which,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<AccountRow>, StoreError> {
    let only = match which {
        Which::All => "",
        Which::InUse => " AND ended_on IS NULL",
        Which::Ended => " AND ended_on IS NOT NULL",
        Which::First => " AND must_change = 1 AND ended_on IS NULL",
    };
    let mut params = vec![conn.here()];
    let beyond = match after {
        Some(after) => {
            params.push(after.into());
            " AND login_name > $2"
        }
        None => "",
    };
    let sql = format!("SELECT {COLUMNS} FROM account WHERE site = $1{only}{beyond} ORDER BY login_name LIMIT {limit}");
    let rows = conn.list(sql, params).await.doing("list accounts")?;
    rows.iter().map(account).collect()
}

/// Keeps a new account; a conflict of `account_login_name` if the name is taken.
pub async fn insert(conn: &mut Conn, account: &AccountRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO account ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    conn.run(sql, params(account, conn.here())).await.doing("keep a new account")?;
    Ok(())
}

/// Keeps an account as it is now; `Stale` if it is not there.
pub async fn update(conn: &mut Conn, account: &AccountRow) -> Result<(), StoreError> {
    let sql = "UPDATE account SET person = $2, login_name = $3, password_hash = $4, must_change = $5, \
         password_set_at = $6, made_at = $7, last_in_at = $8, ended_on = $9, ended_why = $10 \
         WHERE site = $11 AND id = $1";
    match conn.run(sql, params(account, conn.here())).await.doing("keep a changed account")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// Somebody signed in just now. Only this is written, so that nothing else is lost that changed meanwhile.
pub async fn came_in(conn: &mut Conn, id: AccountId, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE account SET last_in_at = $3 WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into(), at.into()]).await.doing("note a sign-in")?;
    Ok(())
}

/// Keeps the hash of a password that is no longer in use, and of its kind only the newest.
pub async fn remember_password(
    conn: &mut Conn,
    id: AccountId,
    at: i64,
    password_hash: &str,
    how_many: usize,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO old_password (site, account, at_, password_hash) VALUES ($1, $2, $3, $4)";
    let params = [conn.here(), id.into(), at.into(), password_hash.into()];
    conn.run_unless_known(sql, params).await.doing("remember a password")?;
    let sql = format!(
        "DELETE FROM old_password WHERE site = $1 AND account = $2 AND at_ NOT IN \
         (SELECT at_ FROM old_password WHERE site = $1 AND account = $2 ORDER BY at_ DESC LIMIT {how_many})"
    );
    conn.run(sql, [conn.here(), id.into()]).await.doing("forget older passwords")?;
    Ok(())
}

/// The hashes of earlier passwords, newest first.
pub async fn old_passwords(conn: &mut Conn, id: AccountId, limit: usize) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT password_hash FROM old_password WHERE site = $1 AND account = $2 ORDER BY at_ DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), id.into()]).await.doing("list earlier passwords")?;
    rows.iter().map(|row| row.text(0)).collect()
}
