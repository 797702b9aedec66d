//! Which workbooks are being looked at before they are taken in?
//!
//! Never kept for long: the clock takes them away.

use kernel::ids::{MechanismId, PersonId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

/// A workbook that somebody is looking at before it is taken in.
#[derive(Clone, Debug, PartialEq)]
pub struct UploadRow {
    /// Its id.
    pub id: Uuid,
    /// Who brought it.
    pub owner: PersonId,
    /// Where it is to go, once chosen.
    pub mechanism: Option<MechanismId>,
    /// The file's name.
    pub file_name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// What was decided about it, as JSON.
    pub mapping: Option<String>,
    /// When it came.
    pub at: i64,
}

/// Keeps an upload.
pub async fn insert(conn: &mut Conn, upload: &UploadRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO upload (site, id, owner, mechanism, file_name, content, mapping, at_) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let params = [
        conn.here(),
        upload.id.into(),
        upload.owner.into(),
        upload.mechanism.as_ref().into(),
        upload.file_name.as_str().into(),
        upload.content.as_slice().into(),
        upload.mapping.as_deref().into(),
        upload.at.into(),
    ];
    conn.run(sql, params).await.doing("keep an upload")?;
    Ok(())
}

/// One upload.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<UploadRow>, StoreError> {
    let sql = "SELECT id, owner, mechanism, file_name, content, mapping, at_ FROM upload WHERE site = $1 AND id = $2";
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find an upload")?;
    row.map(|row| {
        Ok(UploadRow {
            id: row.id(0)?,
            owner: row.id(1)?,
            mechanism: row.slug_if(2)?,
            file_name: row.text(3)?,
            content: row.bytes(4)?,
            mapping: row.text_if(5)?,
            at: row.int(6)?,
        })
    })
    .transpose()
}

/// Keeps what was decided about an upload; `Stale` if it is gone.
pub async fn put_mapping(conn: &mut Conn, id: Uuid, mapping: &str) -> Result<(), StoreError> {
    let sql = "UPDATE upload SET mapping = $3 WHERE site = $1 AND id = $2";
    match conn.run(sql, [conn.here(), id.into(), mapping.into()]).await.doing("keep a mapping")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// Takes an upload away.
pub async fn drop_one(conn: &mut Conn, id: Uuid) -> Result<(), StoreError> {
    let sql = "DELETE FROM upload WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into()]).await.doing("drop an upload")?;
    Ok(())
}

/// Takes uploads away that came before an instant.
pub async fn drop_before(conn: &mut Conn, at: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM upload WHERE site = $1 AND at_ < $2";
    conn.run(sql, [conn.here(), at.into()]).await.doing("drop old uploads")
}
