//! Was this form sent before? Keys of dangerous forms, with what the first one was answered.
//!
//! Never keeps a key longer than it is told to.

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

/// What a key was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// It is new and kept from now on, if the transaction commits.
    New,
    /// It was used before; this is what was answered, if the answer was put down.
    Known(Option<String>),
}

/// Keeps a key, unless it is there.
pub async fn put_if_absent(conn: &mut Conn, key: &str, at: i64) -> Result<Key, StoreError> {
    let sql = format!("INSERT INTO idempotency (site, key_, at_) VALUES ($1, $2, $3) {}", conn.dialect().or_leave());
    if conn.run(sql, [conn.here(), key.into(), at.into()]).await.doing("keep a form's key")? > 0 {
        return Ok(Key::New);
    }
    let sql = "SELECT answer FROM idempotency WHERE site = $1 AND key_ = $2";
    let row = conn.find(sql, [conn.here(), key.into()]).await.doing("read a form's key")?;
    Ok(Key::Known(row.map(|row| row.text_if(0)).transpose()?.flatten()))
}

/// Puts down what was answered.
pub async fn put_answer(conn: &mut Conn, key: &str, answer: &str) -> Result<(), StoreError> {
    let sql = "UPDATE idempotency SET answer = $3 WHERE site = $1 AND key_ = $2";
    conn.run(sql, [conn.here(), key.into(), answer.into()]).await.doing("keep a form's answer")?;
    Ok(())
}

/// Forgets keys older than an instant.
pub async fn drop_before(conn: &mut Conn, at: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM idempotency WHERE site = $1 AND at_ < $2";
    conn.run(sql, [conn.here(), at.into()]).await.doing("forget old forms' keys")
}

/// What a key was answered before, if it was used.
pub async fn find(conn: &mut Conn, key: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT answer FROM idempotency WHERE site = $1 AND key_ = $2";
    let row = conn.find(sql, [conn.here(), key.into()]).await.doing("look for a form's key")?;
    Ok(row.map(|row| row.text_if(0)).transpose()?.flatten())
}

/// Keeps a key with its answer; `false` if the key was used before.
pub async fn put(conn: &mut Conn, key: &str, at: i64, answer: &str) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO idempotency (site, key_, at_, answer) VALUES ($1, $2, $3, $4) {}",
        conn.dialect().or_leave()
    );
    let params = [conn.here(), key.into(), at.into(), answer.into()];
    Ok(conn.run(sql, params).await.doing("keep a form's key and answer")? > 0)
}
