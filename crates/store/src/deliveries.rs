//! What became of the messages that leave? For whoever looks after them.
//!
//! Never what a message says.

use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::outbox::{COLUMNS, NEVER, OutboxRow, parcel};

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not tried yet.
    Waiting,
    /// Tried in vain, and to be tried again.
    Failing,
    /// Tried in vain to the end.
    Dead,
    /// It left.
    Sent,
    /// Somebody gave it up.
    GivenUp,
}

impl Standing {
    /// All of them, with their ids.
    pub const ALL: [(&'static str, Self); 5] = [
        ("waiting", Self::Waiting),
        ("failing", Self::Failing),
        ("dead", Self::Dead),
        ("sent", Self::Sent),
        ("given_up", Self::GivenUp),
    ];

    /// How a message stands.
    pub fn of(row: &OutboxRow) -> Self {
        match (row.done_at, &row.given_up, row.due_at, &row.failure) {
            (Some(_), Some(_), ..) => Self::GivenUp,
            (Some(_), None, ..) => Self::Sent,
            (None, _, NEVER, _) => Self::Dead,
            (None, _, _, Some(_)) => Self::Failing,
            (None, _, _, None) => Self::Waiting,
        }
    }

    fn sql(self) -> String {
        match self {
            Self::Waiting => format!("done_at IS NULL AND due_at < {NEVER} AND failure IS NULL"),
            Self::Failing => format!("done_at IS NULL AND due_at < {NEVER} AND failure IS NOT NULL"),
            Self::Dead => format!("done_at IS NULL AND due_at = {NEVER}"),
            Self::Sent => "done_at IS NOT NULL AND given_up IS NULL".to_owned(),
            Self::GivenUp => "done_at IS NOT NULL AND given_up IS NOT NULL".to_owned(),
        }
    }
}

/// Messages that stand so, to one place or to all, newest first, before one already shown.
pub async fn list(
    conn: &mut Conn,
    standing: Standing,
    to: Option<&str>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<OutboxRow>, StoreError> {
    let mut params = vec![conn.here()];
    let mut narrower = String::new();
    if let Some(to) = to {
        params.push(to.into());
        narrower.push_str(&format!(" AND to_ = ${}", params.len()));
    }
    if let Some(before) = before {
        params.push(before.into());
        narrower.push_str(&format!(" AND id < ${}", params.len()));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE site = $1 AND {}{narrower} ORDER BY id DESC LIMIT {limit}",
        standing.sql()
    );
    let rows = conn.list(sql, params).await.doing("list messages")?;
    rows.iter().map(parcel).collect()
}

/// How many dead letters there are, counted up to `most`.
pub async fn count_dead(conn: &mut Conn, most: u32) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one_ FROM outbox WHERE site = $1 AND {} LIMIT {most}) AS found",
        Standing::Dead.sql()
    );
    let row = conn.find(sql, [conn.here()]).await.doing("count dead letters")?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// A dead letter is tried again, as if it were new.
pub async fn try_again(conn: &mut Conn, id: Uuid, at: i64) -> Result<u64, StoreError> {
    let sql =
        format!("UPDATE outbox SET tries = 0, due_at = $3 WHERE site = $1 AND id = $2 AND {}", Standing::Dead.sql());
    conn.run(sql, [conn.here(), id.into(), at.into()]).await.doing("try a dead letter again")
}

/// All dead letters to one place are tried again.
pub async fn try_all_again(conn: &mut Conn, to: &str, at: i64) -> Result<u64, StoreError> {
    let sql =
        format!("UPDATE outbox SET tries = 0, due_at = $3 WHERE site = $1 AND to_ = $2 AND {}", Standing::Dead.sql());
    conn.run(sql, [conn.here(), to.into(), at.into()]).await.doing("try dead letters again")
}

/// A message that could not leave is given up; false if there is none such.
pub async fn give_up(conn: &mut Conn, id: Uuid, why: &str, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE outbox SET done_at = $3, given_up = $4 WHERE site = $1 AND id = $2 AND done_at IS NULL \
         AND failure IS NOT NULL AND to_ IS NOT NULL";
    let params = [conn.here(), id.into(), at.into(), why.into()];
    Ok(conn.run(sql, params).await.doing("give a message up")? > 0)
}
