//! What came in from workbooks? Uploads that are being looked at, batches that were taken in, and which row became
//! which record.
//!
//! Never reads a workbook.

use kernel::ids::{BatchId, MechanismId, PersonId, RecordId};
use uuid::Uuid;

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

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

/// The batches of one kind of a mechanism, newest first.
pub async fn batches_of(
    conn: &mut Conn,
    mechanism: &MechanismId,
    kind: &str,
    limit: u32,
) -> Result<Vec<BatchRow>, StoreError> {
    let sql = format!(
        "SELECT {BATCH} FROM batch WHERE site = $1 AND mechanism = $2 AND kind = $3 ORDER BY at_ DESC, id DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), mechanism.into(), kind.into()]).await.doing("list batches")?;
    rows.iter().map(batch).collect()
}

/// How many records of a batch were changed since: a batch can be undone as long as none was.
pub async fn count_moved_on(conn: &mut Conn, id: BatchId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM record WHERE site = $1 AND batch = $2 AND version > 1";
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("count the changed records of a batch")?;
    row.map_or(Ok(0), |row| row.int(0))
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

/// Which of these fingerprints of rows were taken in before, and as which records.
pub async fn known(
    conn: &mut Conn,
    mechanism: &MechanismId,
    fingerprints: &[String],
) -> Result<Vec<(String, RecordId)>, StoreError> {
    let mut known = Vec::new();
    for some in fingerprints.chunks(256) {
        let mut asking = Asking::at(conn.dialect(), conn.site());
        asking.is("mechanism", mechanism);
        asking.among("fingerprint", some.iter().map(P::from).collect());
        let sql = format!("SELECT fingerprint, record FROM import_row WHERE {} ORDER BY fingerprint", asking.text());
        for row in conn.list(sql, asking.params).await.doing("ask which rows are known")? {
            known.push((row.text(0)?, row.id(1)?));
        }
    }
    Ok(known)
}

/// Remembers which row became which record.
pub async fn remember(conn: &mut Conn, mechanism: &MechanismId, rows: &[(String, RecordId)]) -> Result<(), StoreError> {
    let here = conn.here();
    let rows = rows
        .iter()
        .map(|(fingerprint, record)| vec![here.clone(), mechanism.into(), fingerprint.into(), P::from(*record)]);
    let into = "import_row (site, mechanism, fingerprint, record)";
    let rows: Vec<Vec<P>> = rows.collect();
    many::insert(conn, into, rows, "").await.doing("remember imported rows")?;
    Ok(())
}

/// Forgets the rows of a record: after its import was undone, the row may come again.
pub async fn forget(conn: &mut Conn, record: RecordId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM import_row WHERE site = $1 AND record = $2";
    conn.run(sql, [conn.here(), record.into()]).await.doing("forget an imported row")
}

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
    /// Which column is which field, as JSON.
    pub mapping: Option<serde_json::Value>,
    /// When it came.
    pub at: i64,
}

/// Keeps an upload.
pub async fn insert_upload(conn: &mut Conn, upload: &UploadRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO upload (site, id, owner, mechanism, file_name, content, mapping, at_) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let params = [
        conn.here(),
        upload.id.into(),
        upload.owner.into(),
        upload.mechanism.as_ref().into(),
        upload.file_name.as_str().into(),
        upload.content.as_slice().into(),
        upload.mapping.as_ref().into(),
        upload.at.into(),
    ];
    conn.run(sql, params).await.doing("keep an upload")?;
    Ok(())
}

/// One upload of a person; somebody else's is not found.
pub async fn find_upload(conn: &mut Conn, id: Uuid, owner: PersonId) -> Result<Option<UploadRow>, StoreError> {
    let sql = "SELECT id, owner, mechanism, file_name, content, mapping, at_ FROM upload \
         WHERE site = $1 AND id = $2 AND owner = $3";
    let row = conn.find(sql, [conn.here(), id.into(), owner.into()]).await.doing("find an upload")?;
    row.map(|row| {
        Ok(UploadRow {
            id: row.id(0)?,
            owner: row.id(1)?,
            mechanism: row.slug_if(2)?,
            file_name: row.text(3)?,
            content: row.bytes(4)?,
            mapping: row.json_if(5)?,
            at: row.int(6)?,
        })
    })
    .transpose()
}

/// Keeps which column of an upload is which field.
pub async fn put_mapping(
    conn: &mut Conn,
    id: Uuid,
    mechanism: &MechanismId,
    mapping: &serde_json::Value,
) -> Result<(), StoreError> {
    let sql = "UPDATE upload SET mechanism = $3, mapping = $4 WHERE site = $1 AND id = $2";
    match conn.run(sql, [conn.here(), id.into(), mechanism.into(), mapping.into()]).await.doing("keep a mapping")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// Takes an upload away.
pub async fn drop_upload(conn: &mut Conn, id: Uuid) -> Result<(), StoreError> {
    let sql = "DELETE FROM upload WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into()]).await.doing("drop an upload")?;
    Ok(())
}

/// Takes uploads away that came before an instant.
pub async fn drop_uploads_before(conn: &mut Conn, at: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM upload WHERE site = $1 AND at_ < $2";
    conn.run(sql, [conn.here(), at.into()]).await.doing("drop old uploads")
}
