//! Units out of a workbook 导入单位: choose a file, look at what every row would become, take it in, take it back.
//!
//! Never written before it was looked at.

use app::commands::units::import;
use app::queries::units::workbook::{self, Line, Read};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::catalog::Hierarchy;
use kernel::ids::BatchId;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{SummaryNumber, card, summary};
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, field};
use crate::parts::icons::Icon;
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, RowTone, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// The largest workbook.
const LARGEST: u64 = 20 * 1024 * 1024;
/// Rows shown of a workbook on trial: those with problems first.
const SHOWN: usize = 200;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    taken: Option<usize>,
    #[serde(default)]
    undone: Option<usize>,
}

/// `GET /units/imports`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let said = html! {
        @if let Some(count) = done.taken { (notice(Tone::Ok, "已导入", html! { "登记了 " (count) " 个单位。" a href="/units" { "看组织" } })) }
        @if let Some(count) = done.undone { (notice(Tone::Ok, "已撤销", html! { "撤销了 " (count) " 个单位。" })) }
    };
    page(&visitor, StatusCode::OK, said).await
}

async fn page(visitor: &Visitor, status: StatusCode, said: Markup) -> Result<Response, Failure> {
    let batches = import::batches(&visitor.ctx).await?;
    let control = Control::Files { many: false, accept: ".xlsx".to_owned(), max_bytes: LARGEST, have: Vec::new() };
    let content = html! {
        (said)
        div.grid {
            div.c5 {
                (card("选文件", html! {}, html! {
                    form method="post" action="/units/imports" enctype="multipart/form-data" {
                        div.form {
                            p { "先试读，不会直接登记；已经登记的单位不会重复登记。" }
                            (field(&Field::new("workbook", "工作簿", control).required()))
                        }
                        div.send {
                            (Button::submit("试读").main())
                            (Button::link("下载空表", "/units/imports/template.xlsx").icon(Icon::Export).download())
                        }
                    }
                    div.send {
                        @for (word, name, _) in Hierarchy::ALL {
                            (Button::link(format!("导出{name}"), urls::with("/units/export.xlsx", &[("tree", word)])).icon(Icon::Export).download())
                        }
                    }
                }))
            }
            div.c7 { (card("导入记录", html! {}, history(visitor, &batches))) }
        }
    };
    let head = PageHead {
        crumbs: vec![Anchor::new("组织", "/units"), Anchor::new("导入单位", "")],
        title: "导入单位".to_owned(),
        ..PageHead::default()
    };
    visitor.page_as(status, Place::Units, &head, content).await
}

fn history(visitor: &Visitor, batches: &[import::Batch]) -> Markup {
    if batches.is_empty() {
        return nothing_yet("还没有导入过。导入的单位还没有事项、人员和授权时，可以整批撤销。");
    }
    let row = |batch: &import::Batch| {
        let by = batch.actor.map(|person| visitor.ctx.names().person(person)).unwrap_or_default();
        let undo = html! {
            @match batch.undone_at {
                Some(at) => span.quiet.small { "已于 " (app::words::moment(at)) " 撤销" },
                None => form method="post" action={ "/units/imports/batches/" (batch.id) "/undo" } {
                    (Button::submit("撤销").tiny().danger().confirm(format!("撤销导入的 {} 个单位？", batch.count)))
                },
            }
        };
        Row {
            cells: vec![
                Cell::text(batch.file_name.as_deref().unwrap_or("")),
                Cell::text(&app::words::moment(batch.at)),
                Cell::text(&by),
                Cell::text(&batch.count.to_string()),
                Cell::shown(undo),
            ],
            ..Row::default()
        }
    };
    table(&Table {
        caption: "导入记录".to_owned(),
        columns: vec![
            Column::new("文件", ColumnKind::Text),
            Column::new("时间", ColumnKind::Day),
            Column::new("经办", ColumnKind::Text),
            Column::new("单位数", ColumnKind::Number),
            Column::new("撤销", ColumnKind::Acts),
        ],
        rows: batches.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

async fn again(visitor: &Visitor, refusals: &[Refusal]) -> Result<Response, Failure> {
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    page(visitor, error::status_of(refusals), words::refused(&said)).await
}

/// `POST /units/imports`.
pub(crate) async fn upload(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let outcome = match sent.files.first() {
        Some(file) => import::upload(&visitor.ctx, &file.name, &file.bytes).await,
        None => Err(Refusal::new("import.no_file").into()),
    };
    match outcome {
        Ok(id) => Ok(answer::see(&format!("/units/imports/{}", id.simple()))),
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `GET /units/imports/{upload}`: what every row would become.
pub(crate) async fn trial(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    let (row, grids) = import::own(&visitor.ctx, id).await?;
    let read = match workbook::read(&visitor.ctx, &grids) {
        Ok(read) => read,
        Err(refusal) => return again(&visitor, &[refusal]).await,
    };
    let new = read.new_lines().count();
    let known = read.lines.iter().filter(|line| line.known.is_some()).count();
    let bad = read.lines.iter().filter(|line| line.known.is_none() && !line.faults.is_empty()).count();
    let number = |value: usize, label: &str| SummaryNumber {
        value: value.to_string(),
        label: label.to_owned(),
        light: None,
        href: None,
    };
    let address = format!("/units/imports/{}", id.simple());
    let content = html! {
        (summary(&[number(new, "将登记"), number(known, "已登记，跳过"), number(bad, "有问题，留在表里")], html! {}))
        (card(&format!("工作表“{}”", read.sheet), html! {}, rows(&read)))
        div.card.send {
            @if new > 0 {
                form method="post" action={ (address) "/taking" } { (Button::submit(format!("登记 {new} 个单位")).main()) }
            }
            @if bad > 0 { (Button::link("下载标注了问题的表", format!("{address}/marked.xlsx")).icon(Icon::Export).download()) }
            a href="/units/imports" { "换一个文件" }
        }
    };
    let head = PageHead {
        crumbs: vec![Anchor::new("组织", "/units"), Anchor::new("导入单位", "/units/imports"), Anchor::new("核对", "")],
        title: row.file_name,
        ..PageHead::default()
    };
    visitor.page(Place::Units, &head, content).await
}

fn rows(read: &Read) -> Markup {
    let is_bad = |line: &&Line| line.known.is_none() && !line.faults.is_empty();
    let bad = read.lines.iter().filter(is_bad);
    let shown = bad.chain(read.lines.iter().filter(|line| !is_bad(line))).take(SHOWN);
    let row = |line: &Line| {
        let (tone, what) = match (line.known.is_some(), line.faults.is_empty()) {
            (true, _) => (RowTone::Skipped, "已登记".to_owned()),
            (_, true) => (RowTone::Plain, "将登记".to_owned()),
            _ => (RowTone::Bad, line.faults.iter().map(|(_, sentence)| sentence.as_str()).collect::<Vec<_>>().join("")),
        };
        Row {
            cells: vec![
                Cell::text(&(line.row + 1).to_string()),
                Cell::text(&line.facts.name),
                Cell::text(&line.above_typed),
                Cell::text(&what),
            ],
            tone,
            ..Row::default()
        }
    };
    html! {
        p.small.quiet {
            "认出的列："
            @for (at, (title, name)) in read.columns.iter().enumerate() { @if at > 0 { "、" } (title) @if title != name { "→" (name) } }
        }
        (table(&Table {
            caption: "逐行核对".to_owned(),
            columns: vec![
                Column::new("行", ColumnKind::Number),
                Column::new("单位名称", ColumnKind::Text),
                Column::new("上级", ColumnKind::Text),
                Column::new("结果", ColumnKind::Text),
            ],
            rows: shown.map(row).collect(),
            choose: None,
            wide: false,
        }))
        @if read.lines.len() > SHOWN { p.small.quiet { "共 " (read.lines.len()) " 行，这里列出前 " (SHOWN) " 行，有问题的在前。" } }
    }
}

/// `POST /units/imports/{upload}/taking`.
pub(crate) async fn take_in(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    match import::take_in(&visitor.ctx, id).await {
        Ok(count) => Ok(answer::see(&urls::with("/units/imports", &[("taken", &count.to_string())]))),
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `GET /units/imports/{upload}/marked.xlsx`.
pub(crate) async fn marked(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    Ok(answer::file(workbook::marked(&visitor.ctx, id).await?))
}

/// `GET /units/imports/template.xlsx`.
pub(crate) async fn template(visitor: Visitor) -> Result<Response, Failure> {
    Ok(answer::file(workbook::template(&visitor.ctx)?))
}

/// Which tree is taken away.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    tree: String,
}

/// `GET /units/export.xlsx?tree=party`.
pub(crate) async fn export(visitor: Visitor, Query(which): Query<Which>) -> Result<Response, Failure> {
    let found = Hierarchy::ALL.iter().find(|(word, ..)| *word == which.tree);
    let hierarchy = found.map_or(Hierarchy::Administrative, |(.., hierarchy)| *hierarchy);
    Ok(answer::file(workbook::export(&visitor.ctx, hierarchy).await?))
}

/// `POST /units/imports/batches/{batch}/undo`.
pub(crate) async fn undo(visitor: Visitor, At(batch): At<BatchId>) -> Result<Response, Failure> {
    match import::undo(&visitor.ctx, batch).await {
        Ok(count) => Ok(answer::see(&urls::with("/units/imports", &[("undone", &count.to_string())]))),
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals).await,
        Err(other) => Err(other.into()),
    }
}
