//! Which papers were issued? Issued copies, their numbers and receipts.
//!
//! `source` is the document as facts and text, from which the files can be made again and checked by their hash.
//! Never changed after issue, except that the files are added and the receipt is noted.

use jiff::civil::Date;
use kernel::ids::{FileId, PaperId, PaperKind, PersonId, RecordId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::evidence;
use crate::param::P;
use crate::row::Row;

/// An issued copy.
#[derive(Clone, Debug, PartialEq)]
pub struct PaperRow {
    /// Its id.
    pub id: PaperId,
    /// The record that it belongs to.
    pub record: RecordId,
    /// Which paper of the mechanism.
    pub kind: PaperKind,
    /// Its number; unique on a site.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// To whom it goes.
    pub addressee: Option<String>,
    /// The day it was issued.
    pub issued_on: Date,
    /// What it was made of, as JSON to the letter.
    pub source: String,
    /// The hash of `source`.
    pub source_hash: String,
    /// The file to edit.
    pub docx: Option<FileId>,
    /// The file to print.
    pub pdf: Option<FileId>,
    /// When it was received.
    pub received_at: Option<i64>,
    /// By whom.
    pub received_by: Option<PersonId>,
    /// Who issued it.
    pub issued_by: Option<PersonId>,
}

const COLUMNS: &str = "id, record, kind, number_, title, addressee, issued_on, source, source_hash, docx, pdf, \
     received_at, received_by, issued_by";

fn paper(row: &Row) -> Result<PaperRow, StoreError> {
    Ok(PaperRow {
        id: row.id(0)?,
        record: row.id(1)?,
        kind: row.slug(2)?,
        number: row.text_if(3)?,
        title: row.text(4)?,
        addressee: row.text_if(5)?,
        issued_on: row.day(6)?,
        source: row.text(7)?,
        source_hash: row.text(8)?,
        docx: row.id_if(9)?,
        pdf: row.id_if(10)?,
        received_at: row.int_if(11)?,
        received_by: row.id_if(12)?,
        issued_by: row.id_if(13)?,
    })
}

impl PaperRow {
    /// What the journal keeps of it: its table and key, and the hash of what it says from the start.
    pub fn bound(&self, site: i64) -> (String, String) {
        let hash = evidence::hash_to_be("paper", &format!("{COLUMNS}, site"), &self.params(site));
        (format!("paper {}", self.id.0.simple()), hash)
    }

    fn params(&self, site: i64) -> Vec<P> {
        vec![
            self.id.into(),
            self.record.into(),
            (&self.kind).into(),
            self.number.as_deref().into(),
            self.title.as_str().into(),
            self.addressee.as_deref().into(),
            self.issued_on.into(),
            self.source.as_str().into(),
            self.source_hash.as_str().into(),
            self.docx.into(),
            self.pdf.into(),
            self.received_at.into(),
            self.received_by.into(),
            self.issued_by.into(),
            site.into(),
        ]
    }
}

/// Keeps an issued copy; a conflict of `paper_number` if the number is taken.
pub async fn insert(conn: &mut Conn, paper: &PaperRow) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO paper ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    let params = paper.params(conn.site());
    conn.run(sql, params).await.doing("keep an issued paper")?;
    Ok(())
}

/// One copy.
pub async fn find(conn: &mut Conn, id: PaperId) -> Result<Option<PaperRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM paper WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a paper")?;
    row.as_ref().map(paper).transpose()
}

/// The copy with a number.
pub async fn by_number(conn: &mut Conn, number: &str) -> Result<Option<PaperRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM paper WHERE site = $1 AND number_ = $2");
    let row = conn.find(sql, [conn.here(), number.into()]).await.doing("find a paper by its number")?;
    row.as_ref().map(paper).transpose()
}

/// The papers of a record, oldest first.
pub async fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<PaperRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM paper WHERE site = $1 AND record = $2 ORDER BY id");
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("list the papers of a record")?;
    rows.iter().map(paper).collect()
}

/// All papers issued between two days, newest first, before one already shown.
pub async fn issued(
    conn: &mut Conn,
    days: (Date, Date),
    before: Option<(Date, PaperId)>,
    limit: u32,
) -> Result<Vec<PaperRow>, StoreError> {
    let mut params = vec![conn.here(), days.0.into(), days.1.into()];
    let beyond = match before {
        Some((day, id)) => {
            params.extend([day.into(), id.into()]);
            " AND issued_on <= $4 AND (issued_on < $4 OR id < $5)"
        }
        None => "",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM paper WHERE site = $1 AND issued_on BETWEEN $2 AND $3{beyond} \
         ORDER BY issued_on DESC, id DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, params).await.doing("list issued papers")?;
    rows.iter().map(paper).collect()
}

/// Notes the files that were made of a paper.
pub async fn put_files(
    conn: &mut Conn,
    id: PaperId,
    docx: Option<FileId>,
    pdf: Option<FileId>,
) -> Result<(), StoreError> {
    let sql = "UPDATE paper SET docx = $3, pdf = $4 WHERE site = $1 AND id = $2";
    match conn.run(sql, [conn.here(), id.into(), docx.into(), pdf.into()]).await.doing("note the files of a paper")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// Notes the receipt of a paper; `Stale` if it was received before.
pub async fn receive(conn: &mut Conn, id: PaperId, at: i64, by: PersonId) -> Result<(), StoreError> {
    let sql = "UPDATE paper SET received_at = $3, received_by = $4 WHERE site = $1 AND id = $2 AND received_at IS NULL";
    match conn.run(sql, [conn.here(), id.into(), at.into(), by.into()]).await.doing("note the receipt of a paper")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// Notes the docx of a paper; `false` if there was one already, which then stays.
pub async fn keep_docx(conn: &mut Conn, id: PaperId, file: FileId) -> Result<bool, StoreError> {
    let sql = "UPDATE paper SET docx = $3 WHERE site = $1 AND id = $2 AND docx IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into(), file.into()]).await.doing("note the docx of a paper")? > 0)
}

/// Notes the pdf of a paper; `false` if there was one already, which then stays.
pub async fn keep_pdf(conn: &mut Conn, id: PaperId, file: FileId) -> Result<bool, StoreError> {
    let sql = "UPDATE paper SET pdf = $3 WHERE site = $1 AND id = $2 AND pdf IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into(), file.into()]).await.doing("note the pdf of a paper")? > 0)
}
