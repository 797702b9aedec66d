//! The indicators of a scheme as a workbook, out and in.
//!
//! Never taken in without the reason that the step asks for.

use app::commands::assessments::book as commands;
use app::queries::assessments::board::{BoardAsk, BoardPage};
use app::queries::assessments::book;
use axum::response::Response;
use kernel::ids::RecordId;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use super::again;
use crate::answer;
use crate::error::Failure;
use crate::parts::buttons::Button;
use crate::parts::fields::{Control, Field, field};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// The largest workbook.
const LARGEST: u64 = 5 * 1024 * 1024;

/// `GET /records/{record}/assessment/scheme.xlsx`.
pub(crate) async fn workbook(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    Ok(answer::file(book::workbook(&visitor.ctx, id).await?))
}

/// `POST /records/{record}/assessment/scheme`: the scheme's record, changed.
pub(crate) async fn take_in(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let reason = Some(sent.text("reason").to_owned()).filter(|it| !it.trim().is_empty());
    let outcome = match sent.files.first() {
        Some(file) => commands::take_in(&visitor.ctx, id, file.bytes.to_vec(), (reason, sent.key())).await,
        None => Err(Refusal::new("import.no_file").into()),
    };
    match outcome {
        Ok(()) => Ok(answer::see(&urls::assessment(id))),
        Err(other) => again(&visitor, id, &BoardAsk::default(), other).await,
    }
}

/// The form, and the workbook as it is.
pub(super) fn form(page: &BoardPage) -> Markup {
    let Some(wants_reason) = page.takes_in else { return html! {} };
    let control = Control::Files { many: false, accept: ".xlsx".to_owned(), max_bytes: LARGEST, have: Vec::new() };
    html! {
        form method="post" action=(urls::assessment_scheme(page.id)) enctype="multipart/form-data" {
            input type="hidden" name="_key" value=(Uuid::new_v4().simple().to_string());
            div.form {
                (field(&Field::new("workbook", "指标表格", control).hint("整张换掉现在的指标；先导出来改最省事。").required()))
                @if wants_reason {
                    (field(&Field::new("reason", "调整理由", Control::Text { value: String::new(), max: Some(500), autocomplete: None }).required()))
                }
            }
            div.send {
                (Button::submit("用表格换指标"))
                @if page.may_export { a href={ (urls::assessment_scheme(page.id)) ".xlsx" } { "导出指标" } }
            }
        }
    }
}
