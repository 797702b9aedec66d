//! How often was the wrong thing typed? Failures in a row, by name, by address and by account.
//!
//! Never asks whether a name exists: whoever counts gives a key for whatever was typed.

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;

/// Failures in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureRow {
    /// Whose: `name:…`, `address:…` or `code:…`.
    pub who: String,
    /// How many.
    pub failures: i64,
    /// The last one.
    pub last_at: i64,
    /// Until when nothing more is tried.
    pub held_until_at: i64,
}

/// The failures of each of these; those that have none are left out.
pub async fn of(conn: &mut Conn, whos: &[&str]) -> Result<Vec<FailureRow>, StoreError> {
    let list = many::padded(whos.iter().map(|who| P::from(*who)).collect());
    let sql = format!(
        "SELECT who, failures, last_at, held_until_at FROM sign_in_failure WHERE site = $1 AND who IN ({})",
        many::places(2, list.len())
    );
    let params: Vec<P> = std::iter::once(conn.here()).chain(list).collect();
    let rows = conn.list(sql, params).await.doing("look for failed sign-ins")?;
    rows.iter()
        .map(|row| {
            Ok(FailureRow {
                who: row.text(0)?,
                failures: row.int(1)?,
                last_at: row.int(2)?,
                held_until_at: row.int(3)?,
            })
        })
        .collect()
}

/// Counts one more and says how many there are in a row; after a pause, counted from `since`, it is the first again.
/// Counting is one statement, so that attempts that come together are all counted.
pub async fn count(conn: &mut Conn, who: &str, at: i64, since: i64) -> Result<i64, StoreError> {
    let doing = "count a failed sign-in";
    let update = "UPDATE sign_in_failure SET failures = CASE WHEN last_at < $4 THEN 1 ELSE failures + 1 END, \
         last_at = $3 WHERE site = $1 AND who = $2";
    let params = [conn.here(), who.into(), at.into(), since.into()];
    if conn.run(update, params.clone()).await.doing(doing)? == 0 {
        let insert =
            "INSERT INTO sign_in_failure (site, who, failures, last_at, held_until_at) VALUES ($1, $2, 1, $3, 0)";
        let first = [conn.here(), who.into(), at.into()];
        if conn.run_unless_known(insert, first).await.doing(doing)?.is_none() {
            conn.run(update, params).await.doing(doing)?;
        }
    }
    let sql = "SELECT failures FROM sign_in_failure WHERE site = $1 AND who = $2";
    let row = conn.find(sql, [conn.here(), who.into()]).await.doing(doing)?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Nothing more is tried until then.
pub async fn hold(conn: &mut Conn, who: &str, until_at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE sign_in_failure SET held_until_at = $3 WHERE site = $1 AND who = $2";
    conn.run(sql, [conn.here(), who.into(), until_at.into()]).await.doing("hold off further attempts")?;
    Ok(())
}

/// Forgets the failures; true if there were some.
pub async fn forget(conn: &mut Conn, who: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sign_in_failure WHERE site = $1 AND who = $2";
    Ok(conn.run(sql, [conn.here(), who.into()]).await.doing("forget failed sign-ins")? > 0)
}

/// Takes away failures whose last one is older than the moment given.
pub async fn drop_before(conn: &mut Conn, at: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM sign_in_failure WHERE site = $1 AND last_at < $2";
    conn.run(sql, [conn.here(), at.into()]).await.doing("drop old failures")
}
