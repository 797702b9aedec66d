//! By what does somebody without an account follow a record? The hash of the code that was told once.
//!
//! Never the code itself.

use kernel::ids::RecordId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

/// The code of a record, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowCodeRow {
    /// The record.
    pub record: RecordId,
    /// The hash of the code.
    pub code_hash: String,
    /// When it was told.
    pub made_at: i64,
}

/// Keeps a code; the act that follows tells of it.
pub async fn insert(conn: &mut Conn, row: &FollowCodeRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO follow_code (site, record, code_hash, made_at) VALUES ($1, $2, $3, $4)";
    let params = [conn.here(), row.record.into(), row.code_hash.as_str().into(), row.made_at.into()];
    conn.run(sql, params).await.doing("keep the code of a record")?;
    Ok(())
}

/// The code of a record.
pub async fn find(conn: &mut Conn, record: RecordId) -> Result<Option<FollowCodeRow>, StoreError> {
    let sql = "SELECT code_hash, made_at FROM follow_code WHERE site = $1 AND record = $2";
    let row = conn.find(sql, [conn.here(), record.into()]).await.doing("look for the code of a record")?;
    row.map(|row| Ok(FollowCodeRow { record, code_hash: row.text(0)?, made_at: row.int(1)? })).transpose()
}
