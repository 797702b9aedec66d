//! Taking a workbook in: chosen, looked at, its columns put right, taken in, and undone while nothing has happened.
//!
//! Never takes in what was not looked at.

use app::commands::batches;
use app::commands::intake::{self, UploadId};
use app::queries::export;
use app::queries::intake::{self as asked, BatchLine};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::BatchId;
use kernel::refusal::Refusal;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::register::address::Address;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, field};
use crate::parts::icons::Icon;
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::stepper::walk;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

mod lines;
mod mapping;
pub(crate) mod trial;

/// The largest workbook, in bytes; the reader refuses larger ones.
const LARGEST: u64 = 20 * 1024 * 1024;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    undone: Option<usize>,
}

/// `GET /m/{mechanism}/imports`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let said = html! {
        @if let Some(count) = done.undone {
            (notice(Tone::Ok, &format!("已撤销导入的 {count} 件"), html! { "同一个文件可以改好后再导入。" }))
        }
    };
    page(&visitor, &mechanism, StatusCode::OK, said).await
}

/// `POST /m/{mechanism}/imports`: the workbook is kept and looked at; nothing is written.
pub(crate) async fn upload(visitor: Visitor, At(mechanism): At<String>, sent: Sent) -> Result<Response, Failure> {
    let outcome = match sent.files.first() {
        Some(file) => intake::upload(&visitor.ctx, &mechanism, &file.name, &file.bytes).await,
        None => Err(Refusal::new("import.no_file").into()),
    };
    match outcome {
        Ok(id) => Ok(answer::see(&at(&mechanism, id))),
        Err(app::Error::Refused(refusals)) => again(&visitor, &mechanism, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `GET /m/{mechanism}/imports/template.xlsx`.
pub(crate) async fn template(visitor: Visitor, At(mechanism): At<String>) -> Result<Response, Failure> {
    Ok(answer::file(asked::template(&visitor.ctx, &mechanism)?))
}

/// `GET /m/{mechanism}/export.xlsx`: what the filter shows.
pub(crate) async fn export(visitor: Visitor, At(mechanism): At<String>) -> Result<Response, Failure> {
    let address = Address::read(&visitor.guest.query)?;
    Ok(answer::file(export::workbook(&visitor.ctx, &mechanism, address.ask).await?))
}

/// `POST /m/{mechanism}/batches/{batch}/undo`.
pub(crate) async fn undo(visitor: Visitor, At((mechanism, batch)): At<(String, BatchId)>) -> Result<Response, Failure> {
    match batches::undo(&visitor.ctx, batch).await {
        Ok(count) => {
            let address = urls::of_register(&mechanism, "imports");
            Ok(answer::see(&urls::with(&address, &[("undone", &count.to_string())])))
        }
        Err(app::Error::Refused(refusals)) => again(&visitor, &mechanism, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// The address of a workbook on trial.
fn at(mechanism: &str, id: UploadId) -> String {
    format!("{}/{id}", urls::of_register(mechanism, "imports"))
}

async fn again(visitor: &Visitor, mechanism: &str, refusals: &[Refusal]) -> Result<Response, Failure> {
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    page(visitor, mechanism, error::status_of(refusals), words::refused(&said)).await
}

async fn page(visitor: &Visitor, id: &str, status: StatusCode, said: Markup) -> Result<Response, Failure> {
    let mechanism = visitor.ctx.mechanism(id)?;
    let batches = asked::batches(&visitor.ctx, id).await?;
    let head = PageHead {
        crumbs: vec![Anchor::new(&mechanism.name, urls::register(id)), Anchor::new("导入", "")],
        title: format!("导入{}", mechanism.name),
        acts: (!mechanism.workbooks.is_empty())
            .then(|| html! { (Button::link("导入自己的表", urls::of_register(id, "workbooks")).icon(Icon::Import)) }),
        ..PageHead::default()
    };
    let content = html! {
        (said)
        (walk(&["选文件", "核对", "导入"], 0))
        div.grid {
            div.c5 { (card("选文件", html! {}, chooser(id))) }
            div.c7 { (card("导入记录", html! {}, history(id, &batches))) }
        }
    };
    visitor.page_as(status, Place::Mechanism(id), &head, content).await
}

fn chooser(mechanism: &str) -> Markup {
    let control = Control::Files { many: false, accept: ".xlsx".to_owned(), max_bytes: LARGEST, have: Vec::new() };
    html! {
        form method="post" action=(urls::of_register(mechanism, "imports")) enctype="multipart/form-data" {
            div.form {
                p { "现有的一览表可以原样导入：合并的标题、分块的表头、合计行都认得出。先试读，不会直接导入；同一行不会导入两次。" }
                (field(&Field::new("workbook", "工作簿", control).required()))
            }
            div.send {
                (Button::submit("试读").main())
                (Button::link("下载空表", urls::of_register(mechanism, "imports/template.xlsx")).icon(Icon::Export).download())
            }
        }
    }
}

fn history(mechanism: &str, batches: &[BatchLine]) -> Markup {
    if batches.is_empty() {
        return nothing_yet("还没有导入过。每次导入都会列在这里；只要其中的事项还没有办过后续步骤，就可以整批撤销。");
    }
    table(&Table {
        caption: "导入记录".to_owned(),
        columns: vec![
            Column::new("文件", ColumnKind::Text),
            Column::new("时间", ColumnKind::Day),
            Column::new("经办", ColumnKind::Text),
            Column::new("件数", ColumnKind::Number),
            Column::new("撤销", ColumnKind::Acts),
        ],
        rows: batches.iter().map(|line| batch(mechanism, line)).collect(),
        choose: None,
        wide: false,
    })
}

fn batch(mechanism: &str, line: &BatchLine) -> Row {
    let undo = html! {
        @match (&line.undone_at, &line.kept_because) {
            (Some(at), _) => span.quiet.small { "已于 " (at) " 撤销" },
            (None, Some(why)) => span.quiet.small { (words::sentence(why)) },
            (None, None) => form method="post" action={ (urls::of_register(mechanism, "batches")) "/" (line.id) "/undo" } {
                (Button::submit("撤销").tiny().danger().confirm(format!("撤销导入的 {} 件？", line.count)))
            },
        }
    };
    Row {
        cells: vec![
            Cell::text(&line.file_name),
            Cell::text(&line.at),
            Cell::text(&line.by),
            Cell::text(&line.count.to_string()),
            Cell::shown(undo),
        ],
        ..Row::default()
    }
}
