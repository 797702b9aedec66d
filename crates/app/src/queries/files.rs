//! Files and papers as bytes, for those who may see the record they belong to.

use kernel::ids::PaperId;

use crate::commands::papers::{self, Form};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

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

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
