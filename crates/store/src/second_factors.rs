//! What proves a person beside their password? The encrypted secret of their one-time codes, and recovery codes by their hashes.
//!
//! Never a secret that could be read here, and never a code.

use kernel::ids::AccountId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;

/// The second factor of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactorRow {
    /// Whose.
    pub account: AccountId,
    /// The secret, encrypted.
    pub secret: String,
    /// When a first code confirmed it.
    pub confirmed_at: i64,
    /// The period whose code was used last.
    pub last_step: i64,
}

/// The second factor of an account.
pub async fn find(conn: &mut Conn, account: AccountId) -> Result<Option<SecondFactorRow>, StoreError> {
    let sql = "SELECT account, secret, confirmed_at, last_step FROM second_factor WHERE site = $1 AND account = $2";
    let row = conn.find(sql, [conn.here(), account.into()]).await.doing("find a second factor")?;
    row.map(|row| {
        Ok(SecondFactorRow {
            account: row.id(0)?,
            secret: row.text(1)?,
            confirmed_at: row.int(2)?,
            last_step: row.int(3)?,
        })
    })
    .transpose()
}

/// Which of these accounts have a second factor.
pub async fn of_accounts(conn: &mut Conn, accounts: &[AccountId]) -> Result<Vec<AccountId>, StoreError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let list = many::padded(accounts.iter().map(|id| P::from(*id)).collect());
    let sql =
        format!("SELECT account FROM second_factor WHERE site = $1 AND account IN ({})", many::places(2, list.len()));
    let params: Vec<P> = std::iter::once(conn.here()).chain(list).collect();
    let rows = conn.list(sql, params).await.doing("list second factors")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Keeps a second factor in place of the one before.
pub async fn put(conn: &mut Conn, factor: &SecondFactorRow) -> Result<(), StoreError> {
    remove(conn, factor.account).await?;
    let sql = "INSERT INTO second_factor (site, account, secret, confirmed_at, last_step) \
         VALUES ($1, $2, $3, $4, $5)";
    let params = [
        conn.here(),
        factor.account.into(),
        factor.secret.as_str().into(),
        factor.confirmed_at.into(),
        factor.last_step.into(),
    ];
    conn.run(sql, params).await.doing("keep a second factor")?;
    Ok(())
}

/// Takes a second factor away; true if there was one.
pub async fn remove(conn: &mut Conn, account: AccountId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM second_factor WHERE site = $1 AND account = $2";
    Ok(conn.run(sql, [conn.here(), account.into()]).await.doing("take a second factor away")? > 0)
}

/// The code of a period was used; false if that one or a later one was used already.
pub async fn use_step(conn: &mut Conn, account: AccountId, step: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE second_factor SET last_step = $3 WHERE site = $1 AND account = $2 AND last_step < $3";
    Ok(conn.run(sql, [conn.here(), account.into(), step.into()]).await.doing("note that a code was used")? > 0)
}

/// Keeps new recovery codes in place of all earlier ones.
pub async fn put_recovery_codes(conn: &mut Conn, account: AccountId, hashes: &[Vec<u8>]) -> Result<(), StoreError> {
    drop_recovery_codes(conn, account).await?;
    let here = conn.here();
    let rows = hashes.iter().map(|hash| vec![here.clone(), account.into(), hash.as_slice().into()]).collect();
    many::insert(conn, "recovery_code (site, account, code_hash)", rows, "").await.doing("keep recovery codes")?;
    Ok(())
}

/// Takes all recovery codes of an account away.
pub async fn drop_recovery_codes(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    let sql = "DELETE FROM recovery_code WHERE site = $1 AND account = $2";
    conn.run(sql, [conn.here(), account.into()]).await.doing("take recovery codes away")?;
    Ok(())
}

/// Uses a recovery code; false if there is none such, or it was used.
pub async fn use_recovery_code(conn: &mut Conn, account: AccountId, hash: &[u8], at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery_code SET used_at = $4 WHERE site = $1 AND account = $2 AND code_hash = $3 \
         AND used_at IS NULL";
    let params = [conn.here(), account.into(), hash.into(), at.into()];
    Ok(conn.run(sql, params).await.doing("use a recovery code")? > 0)
}

/// How many recovery codes are left.
pub async fn recovery_codes_left(conn: &mut Conn, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM recovery_code WHERE site = $1 AND account = $2 AND used_at IS NULL";
    let row = conn.find(sql, [conn.here(), account.into()]).await.doing("count recovery codes")?;
    row.map_or(Ok(0), |row| row.int(0))
}
