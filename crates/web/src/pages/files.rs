//! Files and papers as they are kept.

use app::commands::papers::Form;
use app::queries::extracts;
use app::queries::files::{self, Download};
use axum::response::Response;
use kernel::ids::{FileId, PaperId, RecordId};

use crate::answer;
use crate::error::Failure;
use crate::visitor::{At, Visitor};

/// `GET /files/{file}`.
pub(crate) async fn file(visitor: Visitor, At(id): At<FileId>) -> Result<Response, Failure> {
    let (name, media, bytes) = files::file_for(&visitor.ctx, id).await?;
    Ok(answer::file(Download { name, media, bytes }))
}

/// `GET /records/{record}/extracts/{extract}`.
pub(crate) async fn extract(visitor: Visitor, At((id, name)): At<(RecordId, String)>) -> Result<Response, Failure> {
    Ok(answer::file(extracts::workbook(&visitor.ctx, id, &name).await?))
}

/// `GET /papers/{paper}`, where the paper is its id and the form it is wanted in: `….docx`, `….pdf`.
pub(crate) async fn paper(visitor: Visitor, At(named): At<String>) -> Result<Response, Failure> {
    let (id, ending) = named.rsplit_once('.').ok_or_else(Failure::not_found)?;
    let id: PaperId = id.parse().map_err(|_| Failure::not_found())?;
    let form = [Form::Docx, Form::Pdf].into_iter().find(|form| form.ending() == ending);
    let download = files::paper(&visitor.ctx, id, form.ok_or_else(Failure::not_found)?).await?;
    Ok(answer::file(download))
}
