//! Files and papers as they are kept, and what a Word file says.
//!
//! Never markup of a file's own.

use app::commands::papers::Form;
use app::queries::extracts;
use app::queries::files::{self, Block, Download, WordText};
use axum::response::Response;
use kernel::ids::{FileId, PaperId, RecordId};
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::cards::card;
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
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

/// `GET /files/{file}/text`: what a Word file says, as paragraphs and tables of this site's own.
pub(crate) async fn text(visitor: Visitor, At(id): At<FileId>) -> Result<Response, Failure> {
    let known = files::text_of(&visitor.ctx, id).await?;
    let mut crumbs: Vec<Anchor> =
        known.record.iter().map(|record| Anchor::new("事项", urls::record(*record))).collect();
    crumbs.push(Anchor::new(&known.name, ""));
    let head = PageHead { crumbs, title: known.name.clone(), ..PageHead::default() };
    let content = card("文字", html! { a href=(urls::file(id)) { "下载原件" } }, shown(&known.text));
    visitor.page(Place::Desk, &head, content).await
}

fn shown(text: &WordText) -> Markup {
    html! {
        div.pad.prose {
            p.hint { "只列文字和表格，图片、批注和版式请看原件。" }
            @if text.blocks.is_empty() { p { "这个文档里没有文字。" } }
            @for block in &text.blocks {
                @match block {
                    Block::Paragraph(words) => p { (words) },
                    Block::Table(rows) => table { tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } } },
                }
            }
            @if text.is_cut { p.hint { "后面还有，太长没有列完，请下载原件。" } }
        }
    }
}

/// `GET /papers/{paper}`, where the paper is its id and the form it is wanted in: `….docx`, `….pdf`.
pub(crate) async fn paper(visitor: Visitor, At(named): At<String>) -> Result<Response, Failure> {
    let (id, ending) = named.rsplit_once('.').ok_or_else(Failure::not_found)?;
    let id: PaperId = id.parse().map_err(|_| Failure::not_found())?;
    let form = [Form::Docx, Form::Pdf].into_iter().find(|form| form.ending() == ending);
    let download = files::paper(&visitor.ctx, id, form.ok_or_else(Failure::not_found)?).await?;
    Ok(answer::file(download))
}
