//! Files and papers as bytes, for those who may see the record they belong to.

use kernel::catalog::{Field, FieldType};
use kernel::ids::{FileId, PaperId};
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

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
