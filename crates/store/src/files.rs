//! Which files are kept? What is said about them, and apart from it their bytes in pieces.
//!
//! Never looks into a file; what may come in is decided above.

use kernel::ids::{FileId, PersonId, RecordId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// So many bytes lie in one row.
const PIECE: usize = 1 << 20;

/// What is said about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Its id.
    pub id: FileId,
    /// Its name, with the ending.
    pub name: String,
    /// Its kind, for instance `application/pdf`.
    pub media: String,
    /// Its length in bytes.
    pub size: i64,
    /// The hash of its bytes.
    pub hash: String,
    /// When it came.
    pub added_at: i64,
    /// Who brought it.
    pub added_by: Option<PersonId>,
    /// The record that it belongs to.
    pub record: Option<RecordId>,
}

const COLUMNS: &str = "id, name, media, size_, hash_, added_at, added_by, record";

fn file(row: &Row) -> Result<FileRow, StoreError> {
    Ok(FileRow {
        id: row.id(0)?,
        name: row.text(1)?,
        media: row.text(2)?,
        size: row.int(3)?,
        hash: row.text(4)?,
        added_at: row.int(5)?,
        added_by: row.id_if(6)?,
        record: row.id_if(7)?,
    })
}

/// Keeps a file and its bytes.
pub async fn insert(conn: &mut Conn, file: &FileRow, content: &[u8]) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO file ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    let params = [
        file.id.into(),
        file.name.as_str().into(),
        file.media.as_str().into(),
        file.size.into(),
        file.hash.as_str().into(),
        file.added_at.into(),
        file.added_by.into(),
        file.record.into(),
        conn.here(),
    ];
    conn.run(sql, params).await.doing("keep a file")?;
    for (piece, part) in content.chunks(PIECE).zip(0_i64..) {
        let sql = "INSERT INTO file_content (site, file, part, content) VALUES ($1, $2, $3, $4)";
        conn.run(sql, [conn.here(), file.id.into(), part.into(), piece.into()])
            .await
            .doing("keep the bytes of a file")?;
    }
    Ok(())
}

/// What is said about a file.
pub async fn find(conn: &mut Conn, id: FileId) -> Result<Option<FileRow>, StoreError> {
    Ok(by_ids(conn, &[id]).await?.into_iter().next())
}

/// What is said about several files, in the order of their ids.
pub async fn by_ids(conn: &mut Conn, ids: &[FileId]) -> Result<Vec<FileRow>, StoreError> {
    let sql = |places: &str| format!("SELECT {COLUMNS} FROM file WHERE site = $1 AND id IN ({places}) ORDER BY id");
    many::by_ids(conn, ids, sql, file).await.doing("find files")
}

/// The files of a record, oldest first.
pub async fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<FileRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM file WHERE site = $1 AND record = $2 ORDER BY id");
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("list the files of a record")?;
    rows.iter().map(file).collect()
}

/// Every file in the order of ids, after one: to verify their bytes.
pub async fn walk(conn: &mut Conn, after: Option<FileId>, limit: u32) -> Result<Vec<FileRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM file WHERE site = $1 AND id > $2 ORDER BY id LIMIT {limit}");
    let after = after.map_or(P::Bytes(Vec::new()), P::from);
    let rows = conn.list(sql, [conn.here(), after]).await.doing("walk through the files")?;
    rows.iter().map(file).collect()
}

/// A file belongs to a record from now on; a file that already belongs to another stays there and is `Stale`.
pub async fn attach(conn: &mut Conn, id: FileId, record: RecordId) -> Result<(), StoreError> {
    let sql = "UPDATE file SET record = $3 WHERE site = $1 AND id = $2 AND (record IS NULL OR record = $3)";
    match conn.run(sql, [conn.here(), id.into(), record.into()]).await.doing("attach a file to a record")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// All bytes of a file.
pub async fn content(conn: &mut Conn, id: FileId) -> Result<Vec<u8>, StoreError> {
    let mut all = Vec::new();
    for part in 0.. {
        match piece(conn, id, part).await? {
            Some(mut piece) => all.append(&mut piece),
            None => break,
        }
    }
    Ok(all)
}

/// One piece of a file's bytes, from 0; none after the last. For sending a long file on without holding all of it.
pub async fn piece(conn: &mut Conn, id: FileId, part: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT content FROM file_content WHERE site = $1 AND file = $2 AND part = $3";
    let row = conn.find(sql, [conn.here(), id.into(), part.into()]).await.doing("read the bytes of a file")?;
    row.map(|row| row.bytes(0)).transpose()
}

/// Takes away files that came in before an instant and that no record ever named. Files of papers are some record's.
pub async fn drop_loose_before(conn: &mut Conn, at: i64) -> Result<u64, StoreError> {
    let loose = "SELECT id FROM file WHERE site = $1 AND record IS NULL AND added_at < $2";
    let params = [conn.here(), at.into()];
    let sql = format!("DELETE FROM file_content WHERE site = $1 AND file IN ({loose})");
    conn.run(sql, params.clone()).await.doing("drop the bytes of loose files")?;
    let sql = "DELETE FROM file WHERE site = $1 AND record IS NULL AND added_at < $2";
    conn.run(sql, params).await.doing("drop loose files")
}
