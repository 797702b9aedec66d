//! Files and papers as bytes, for those who may see the record they belong to.

use documents::word_in::{self, Limits, WordFault};
pub use documents::word_in::{Block, WordText};
use kernel::catalog::{Field, FieldType};
use kernel::ids::{FileId, PaperId, RecordId};
use kernel::refusal::Refusal;
use kernel::value::Value;

use crate::commands::papers::{self, Form};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// A file ready to be sent: name, media type, bytes.
pub struct Download {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A paper in the form asked for: rendered once, kept, and from then on the same bytes.
pub async fn paper(ctx: &Ctx, id: PaperId, form: Form) -> Result<Download, Error> {
    let row = {
        let mut conn = ctx.office.db.read().await?;
        let row = store::papers::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
        records::visible(ctx, &mut conn, row.record).await?;
        row
    };
    let bytes = papers::bytes(ctx, &row, form).await?;
    let number = row.number.clone().unwrap_or_default();
    let ending = form.ending();
    Ok(Download { name: format!("{number}{}.{ending}", row.title), media: form.media().to_owned(), bytes })
}

/// Does this person read a field that holds the file? What no field holds any more is read where nothing is hidden.
fn reads_file(found: &Found, id: FileId) -> bool {
    let is_files = |field: &&Field| matches!(field.of, FieldType::Files);
    let holds = |field: &Field| match found.record.facts.find(field.id.as_str()) {
        Some(Value::Files(ids)) => ids.contains(&id),
        _ => false,
    };
    let mut fields = found.mechanism.fields.iter().filter(is_files);
    let is_kept = |field: &Field| found.hidden.contains(&field.id) || found.masked.contains_key(&field.id);
    fields.clone().any(holds) || !fields.any(is_kept)
}

/// A file of a record, for somebody who may see the record (or who uploaded it a moment ago).
pub async fn file_for(ctx: &Ctx, id: FileId) -> Result<(String, String, Vec<u8>), Error> {
    let mut conn = ctx.office.db.read().await?;
    let file = store::files::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    match file.record {
        Some(record) => {
            let found = records::visible(ctx, &mut conn, record).await?.read_by(ctx);
            if !reads_file(&found, id) {
                return Err(Error::NotFound);
            }
        }
        None if file.added_by.is_some() && file.added_by == ctx.person() => {}
        None => return Err(Error::NotFound),
    }
    let bytes = store::files::content(&mut conn, id).await?;
    Ok((file.name, file.media, bytes))
}

/// What a Word file says, on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileText {
    /// The file's name.
    pub name: String,
    /// The record that it belongs to; none while it was only just uploaded.
    pub record: Option<RecordId>,
    /// Its paragraphs and tables.
    pub text: WordText,
}

/// Is it a Word file whose text can be told?
pub fn has_text(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("docx"))
}

/// The text of a Word file, for whoever may have the file itself.
pub async fn text_of(ctx: &Ctx, id: FileId) -> Result<FileText, Error> {
    let (name, _, bytes) = file_for(ctx, id).await?;
    if !has_text(&name) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let record = store::files::find(&mut conn, id).await?.and_then(|file| file.record);
    drop(conn);
    let read = tokio::task::spawn_blocking(move || word_in::read(&bytes, &Limits::default())).await;
    let read = read.map_err(|fault| Error::broken("read a Word file", fault))?;
    let code = |fault| match fault {
        WordFault::NotWord => "file.no_word",
        WordFault::LockedOrOld => "file.word_locked",
        WordFault::Damaged => "file.word_damaged",
        WordFault::TooLarge => "file.word_large",
        WordFault::Entities => "file.word_entities",
    };
    let text = read.map_err(|fault| Refusal::new(code(fault)).with("name", &name))?;
    Ok(FileText { name, record, text })
}

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
