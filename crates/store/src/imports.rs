//! What came in at once? Batches: acts that touched many records.
//!
//! Workbooks that are still being looked at are in `uploads`, which row became which record is in `import_rows`.
//! Never reads a workbook.

use kernel::ids::{BatchId, MechanismId, PersonId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

pub use crate::import_rows::forget;
pub use crate::uploads::drop_before as drop_uploads_before;

/// One act that touched many records.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchRow {
    /// Its id.
    pub id: BatchId,
    /// The mechanism of its records.
    pub mechanism: MechanismId,
    /// What kind: `import`, `issue`.
    pub kind: String,
    /// The file's name.
    pub file_name: Option<String>,
    /// The hash of the file's bytes.
    pub file_hash: Option<String>,
    /// When.
    pub at: i64,
    /// Who.
    pub actor: Option<PersonId>,
    /// How many records.
    pub count: i64,
    /// When it was undone.
    pub undone_at: Option<i64>,
    /// What else there is to say.
    pub detail: Option<serde_json::Value>,
}

const BATCH: &str = "id, mechanism, kind, file_name, file_hash, at_, actor, count_, undone_at, detail";

fn batch(row: &Row) -> Result<BatchRow, StoreError> {
    Ok(BatchRow {
        id: row.id(0)?,
        mechanism: row.slug(1)?,
        kind: row.text(2)?,
        file_name: row.text_if(3)?,
        file_hash: row.text_if(4)?,
        at: row.int(5)?,
        actor: row.id_if(6)?,
        count: row.int(7)?,
        undone_at: row.int_if(8)?,
        detail: row.json_if(9)?,
    })
}

/// Keeps a batch.
pub async fn insert_batch(conn: &mut Conn, batch: &BatchRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO batch ({BATCH}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    let params = [
        batch.id.into(),
        (&batch.mechanism).into(),
        batch.kind.as_str().into(),
        batch.file_name.as_deref().into(),
        batch.file_hash.as_deref().into(),
        batch.at.into(),
        batch.actor.into(),
        batch.count.into(),
        batch.undone_at.into(),
        batch.detail.as_ref().into(),
        conn.here(),
    ];
    conn.run(sql, params).await.doing("keep a batch")?;
    Ok(())
}

/// One batch.
pub async fn find_batch(conn: &mut Conn, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
    let sql = format!("SELECT {BATCH} FROM batch WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a batch")?;
    row.as_ref().map(batch).transpose()
}

/// The batches of a mechanism, newest first.
pub async fn batches_of(conn: &mut Conn, mechanism: &MechanismId, limit: u32) -> Result<Vec<BatchRow>, StoreError> {
    let sql = format!(
        "SELECT {BATCH} FROM batch WHERE site = $1 AND mechanism = $2 ORDER BY at_ DESC, id DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), mechanism.into()]).await.doing("list batches")?;
    rows.iter().map(batch).collect()
}

/// The batches that took in a file of these bytes and were not undone.
pub async fn batches_of_file(conn: &mut Conn, file_hash: &str) -> Result<Vec<BatchRow>, StoreError> {
    let sql = format!("SELECT {BATCH} FROM batch WHERE site = $1 AND file_hash = $2 AND undone_at IS NULL ORDER BY id");
    let rows = conn.list(sql, [conn.here(), file_hash.into()]).await.doing("find batches by their file")?;
    rows.iter().map(batch).collect()
}

/// A batch was undone; `Stale` if it was before.
pub async fn mark_undone(conn: &mut Conn, id: BatchId, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE batch SET undone_at = $3 WHERE site = $1 AND id = $2 AND undone_at IS NULL";
    match conn.run(sql, [conn.here(), id.into(), at.into()]).await.doing("note that a batch was undone")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}
