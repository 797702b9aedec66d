//! What has to leave? Mail and packages, put down in the transaction that causes them and sent after it, at least once.
//!
//! Never sends.

use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// Something that has to leave.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    /// Its id, by which the receiver drops repeats.
    pub id: Uuid,
    /// When it was put down.
    pub at: i64,
    /// Its kind: who sends it.
    pub kind: String,
    /// What is sent.
    pub body: serde_json::Value,
    /// Not before this instant.
    pub due_at: i64,
    /// How often it was tried.
    pub tries: i64,
    /// When it left.
    pub done_at: Option<i64>,
    /// Why it did not leave when it was last tried.
    pub failure: Option<String>,
    /// To whom it goes: messages to the same place wait for one another.
    pub to: Option<String>,
    /// Why somebody gave it up.
    pub given_up: Option<String>,
}

/// When a dead letter is due: it is not tried again unless somebody says so.
pub const NEVER: i64 = 9_000_000_000_000_000;

pub(crate) const COLUMNS: &str = "id, at_, kind, body, due_at, tries, done_at, failure, to_, given_up";

pub(crate) fn parcel(row: &Row) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: row.id(0)?,
        at: row.int(1)?,
        kind: row.text(2)?,
        body: row.json(3)?,
        due_at: row.int(4)?,
        tries: row.int(5)?,
        done_at: row.int_if(6)?,
        failure: row.text_if(7)?,
        to: row.text_if(8)?,
        given_up: row.text_if(9)?,
    })
}

/// Puts things down.
pub async fn put_many(conn: &mut Conn, parcels: &[OutboxRow]) -> Result<(), StoreError> {
    let here = conn.here();
    let rows = parcels.iter().map(|it| {
        vec![
            it.id.into(),
            it.at.into(),
            it.kind.as_str().into(),
            (&it.body).into(),
            it.due_at.into(),
            it.tries.into(),
            it.done_at.into(),
            it.failure.as_deref().into(),
            it.to.as_deref().into(),
            it.given_up.as_deref().into(),
            here.clone(),
        ]
    });
    let rows: Vec<Vec<P>> = rows.collect();
    many::insert(conn, &format!("outbox ({COLUMNS}, site)"), rows, "").await.doing("put into the outbox")?;
    Ok(())
}

/// Takes what is due of some kinds, oldest first, and hides it from others until `hidden_until_at`. What another sender took in the
/// same moment is left out; what is not marked as done until then comes up again.
pub async fn take_due(
    conn: &mut Conn,
    kinds: &[&str],
    (at, hidden_until_at): (i64, i64),
    limit: u32,
) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE site = $1 AND done_at IS NULL AND due_at <= $2 AND kind IN ({}) \
         ORDER BY due_at, id LIMIT {limit}",
        many::places(3, kinds.len())
    );
    let mut params = vec![conn.here(), at.into()];
    params.extend(kinds.iter().map(|kind| P::from(*kind)));
    let rows = conn.list(sql, params).await.doing("look into the outbox")?;
    let mut taken = Vec::new();
    for row in &rows {
        let mut it = parcel(row)?;
        let sql = "UPDATE outbox SET tries = tries + 1, due_at = $3 WHERE site = $1 AND id = $2 AND tries = $4 \
             AND done_at IS NULL";
        let params = [conn.here(), it.id.into(), hidden_until_at.into(), it.tries.into()];
        if conn.run(sql, params).await.doing("take out of the outbox")? > 0 {
            it.tries += 1;
            it.due_at = hidden_until_at;
            taken.push(it);
        }
    }
    Ok(taken)
}

/// It left.
pub async fn mark_done(conn: &mut Conn, id: Uuid, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET done_at = $3, failure = NULL WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into(), at.into()]).await.doing("note that it left")?;
    Ok(())
}

/// It did not leave, and is tried again at `due_at`.
pub async fn mark_failed(conn: &mut Conn, id: Uuid, failure: &str, due_at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET failure = $3, due_at = $4 WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into(), failure.into(), due_at.into()]).await.doing("note that it did not leave")?;
    Ok(())
}

/// It was taken out and not tried: it is as if nobody had taken it, and due at `due_at`.
pub async fn put_back(conn: &mut Conn, id: Uuid, due_at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET tries = tries - 1, due_at = $3 WHERE site = $1 AND id = $2 AND done_at IS NULL";
    conn.run(sql, [conn.here(), id.into(), due_at.into()]).await.doing("put back into the outbox")?;
    Ok(())
}

/// It need not leave any more, and why.
pub async fn mark_given_up(conn: &mut Conn, id: Uuid, why: &str, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET done_at = $3, given_up = $4 WHERE site = $1 AND id = $2 AND done_at IS NULL";
    conn.run(sql, [conn.here(), id.into(), at.into(), why.into()]).await.doing("give a message up")?;
    Ok(())
}

/// What waits, oldest first: for the page that shows the outbox.
pub async fn waiting(conn: &mut Conn, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM outbox WHERE site = $1 AND done_at IS NULL ORDER BY due_at, id LIMIT {limit}");
    let rows = conn.list(sql, [conn.here()]).await.doing("list what waits in the outbox")?;
    rows.iter().map(parcel).collect()
}

/// Takes away what left before an instant.
pub async fn drop_done(conn: &mut Conn, before_at: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM outbox WHERE site = $1 AND done_at < $2";
    conn.run(sql, [conn.here(), before_at.into()]).await.doing("clear the outbox")
}
