//! Which node does the clock's work, and what came of it? Leases, and one row for each run of a duty.
//!
//! Never reads a clock: the moment comes in.

use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// Takes or renews a lease: true if `owner` holds it from now until `until_at`. It is free if its time is over.
pub async fn take_lease(conn: &mut Conn, name: &str, owner: &str, at: i64, until_at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE lease SET owner = $2, until_at = $4 WHERE name_ = $1 AND (owner = $2 OR until_at <= $3)";
    let params = [name.into(), owner.into(), at.into(), until_at.into()];
    if conn.run(sql, params).await.doing("take a lease")? > 0 {
        return Ok(true);
    }
    let sql = format!("INSERT INTO lease (name_, owner, until_at) VALUES ($1, $2, $3) {}", conn.dialect().or_leave());
    Ok(conn.run(sql, [name.into(), owner.into(), until_at.into()]).await.doing("take a lease")? > 0)
}

/// Gives a lease back.
pub async fn give_lease_back(conn: &mut Conn, name: &str, owner: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM lease WHERE name_ = $1 AND owner = $2";
    conn.run(sql, [name.into(), owner.into()]).await.doing("give a lease back")?;
    Ok(())
}

/// What came of a duty.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyRunRow {
    /// Its id.
    pub id: Uuid,
    /// Which duty.
    pub duty: String,
    /// When it ran.
    pub at: i64,
    /// How many things were done.
    pub done: i64,
    /// How many needed nothing.
    pub skipped: i64,
    /// How many failed.
    pub failed: i64,
    /// What else there is to say.
    pub detail: Option<serde_json::Value>,
}

const COLUMNS: &str = "id, duty, at_, done, skipped, failed, detail";

fn duty_run(row: &Row) -> Result<DutyRunRow, StoreError> {
    Ok(DutyRunRow {
        id: row.id(0)?,
        duty: row.text(1)?,
        at: row.int(2)?,
        done: row.int(3)?,
        skipped: row.int(4)?,
        failed: row.int(5)?,
        detail: row.json_if(6)?,
    })
}

/// Keeps what came of a duty.
pub async fn insert_run(conn: &mut Conn, run: &DutyRunRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO duty_run ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let params = [
        run.id.into(),
        run.duty.as_str().into(),
        run.at.into(),
        run.done.into(),
        run.skipped.into(),
        run.failed.into(),
        run.detail.as_ref().into(),
        conn.here(),
    ];
    conn.run(sql, params).await.doing("keep what came of a duty")?;
    Ok(())
}

/// The last run of every duty, by its name.
pub async fn last_runs(conn: &mut Conn) -> Result<Vec<DutyRunRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM duty_run WHERE site = $1 AND at_ = \
         (SELECT MAX(o.at_) FROM duty_run o WHERE o.site = duty_run.site AND o.duty = duty_run.duty) ORDER BY duty, id"
    );
    let rows = conn.list(sql, [conn.here()]).await.doing("list the last runs of duties")?;
    let mut runs = rows.iter().map(duty_run).collect::<Result<Vec<_>, _>>()?;
    runs.dedup_by(|later, kept| later.duty == kept.duty);
    Ok(runs)
}

/// The runs of a duty, newest first.
pub async fn runs_of(conn: &mut Conn, duty: &str, limit: u32) -> Result<Vec<DutyRunRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM duty_run WHERE site = $1 AND duty = $2 ORDER BY at_ DESC, id DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), duty.into()]).await.doing("list the runs of a duty")?;
    rows.iter().map(duty_run).collect()
}
