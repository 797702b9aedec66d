//! Targets out of a workbook: choose a file, look at what every row would set, take it in; those in force as a workbook.
//!
//! Never set before it was looked at.

use app::commands::target_book as commands;
use app::queries::figures::target_book::{self, TargetBook, TargetRow};
use app::queries::figures::{Asked as Understood, FiguresAsk};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use super::Asked;
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{SummaryNumber, card, summary};
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::parts::icons::Icon;
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, RowTone, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Where targets are taken in.
pub(super) const TARGETS: &str = "/figures/imports";
/// The largest workbook.
const LARGEST: u64 = 20 * 1024 * 1024;
/// Rows shown of a workbook on trial: those with problems first.
const SHOWN: usize = 200;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    taken: Option<usize>,
}

/// `GET /figures/imports`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let said = html! {
        @if let Some(count) = done.taken { (notice(Tone::Ok, "已下达", html! { "下达了 " (count) " 个目标。" a href="/figures" { "看数字" } })) }
    };
    page(&visitor, StatusCode::OK, said).await
}

async fn page(visitor: &Visitor, status: StatusCode, said: Markup) -> Result<Response, Failure> {
    commands::may_take(&visitor.ctx)?;
    let control = Control::Files { many: false, accept: ".xlsx".to_owned(), max_bytes: LARGEST, have: Vec::new() };
    let asked = Understood::of(&visitor.ctx, &FiguresAsk::default())?;
    let periods = asked.choices(visitor.ctx.today);
    let periods = periods.iter().map(|it| Pickable::new(it.value.as_str(), it.words.as_str())).collect();
    let year = kernel::period::Period::Year(visitor.ctx.today.year()).to_string();
    let period = Control::Choice { options: Options::flat(periods), chosen: year, as_radios: false };
    let content = html! {
        (said)
        div.grid {
            div.c6 {
                (card("导入目标", html! {}, html! {
                    form method="post" action=(TARGETS) enctype="multipart/form-data" {
                        div.form {
                            p { "先试读，逐行说明能不能下达，不会直接下达。" }
                            (field(&Field::new("workbook", "工作簿", control).required()))
                        }
                        div.send { (Button::submit("试读").main()) }
                    }
                }))
            }
            div.c6 {
                (card("导出目标", html! { "也可以当空表填" }, html! {
                    form method="get" action={ (TARGETS) "/targets.xlsx" } {
                        div.form { (field(&Field::new("period", "期间", period))) }
                        div.send { (Button::submit("导出表格").icon(Icon::Export)) }
                    }
                }))
            }
        }
    };
    let head = PageHead {
        crumbs: vec![Anchor::new("数字", "/figures"), Anchor::new("目标", "")],
        title: "用表格下达目标".to_owned(),
        ..PageHead::default()
    };
    visitor.page_as(status, Place::Figures, &head, content).await
}

async fn again(visitor: &Visitor, refusals: &[Refusal]) -> Result<Response, Failure> {
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    page(visitor, error::status_of(refusals), words::refused(&said)).await
}

/// `POST /figures/imports`.
pub(crate) async fn upload(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let outcome = match sent.files.first() {
        Some(file) => commands::upload(&visitor.ctx, &file.name, &file.bytes).await,
        None => Err(Refusal::new("import.no_file").into()),
    };
    match outcome {
        Ok(id) => Ok(answer::see(&format!("{TARGETS}/{}", id.simple()))),
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `GET /figures/imports/{upload}`: what every row would set.
pub(crate) async fn trial(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    let (row, grids) = commands::own(&visitor.ctx, id).await?;
    let read = match target_book::read(&visitor.ctx, &grids).await {
        Ok(read) => read,
        Err(app::Error::Refused(refusals)) => return again(&visitor, &refusals).await,
        Err(other) => return Err(other.into()),
    };
    let new = read.new_rows().count();
    let known = read.rows.iter().filter(|row| row.is_known).count();
    let bad = read.rows.iter().filter(|row| row.found.is_none()).count();
    let number = |value: usize, label: &str| SummaryNumber {
        value: value.to_string(),
        label: label.to_owned(),
        light: None,
        href: None,
    };
    let address = format!("{TARGETS}/{}", id.simple());
    let content = html! {
        (summary(&[number(new, "将下达"), number(known, "已是这样，跳过"), number(bad, "有问题，留在表里")], html! {}))
        (card(&format!("工作表“{}”", read.sheet), html! {}, rows(&read)))
        div.card.send {
            @if new > 0 {
                form method="post" action={ (address) "/taking" } { (Button::submit(format!("下达 {new} 个目标")).main()) }
            }
            a href=(TARGETS) { "换一个文件" }
        }
    };
    let head = PageHead {
        crumbs: vec![Anchor::new("数字", "/figures"), Anchor::new("目标", TARGETS), Anchor::new("核对", "")],
        title: row.file_name,
        ..PageHead::default()
    };
    visitor.page(Place::Figures, &head, content).await
}

fn rows(read: &TargetBook) -> Markup {
    let is_bad = |row: &&TargetRow| row.found.is_none();
    let bad = read.rows.iter().filter(is_bad);
    let shown = bad.chain(read.rows.iter().filter(|row| !is_bad(row))).take(SHOWN);
    let row = |it: &TargetRow| {
        let (tone, what) = match (it.is_known, it.found.is_some()) {
            (true, _) => (RowTone::Skipped, "已是这样".to_owned()),
            (_, true) => (RowTone::Plain, "将下达".to_owned()),
            _ => (RowTone::Bad, it.faults.concat()),
        };
        let typed = it.typed.iter().map(|text| Cell::text(text));
        let cells = std::iter::once(Cell::text(&(it.row + 1).to_string())).chain(typed).chain([Cell::text(&what)]);
        Row { cells: cells.collect(), tone, ..Row::default() }
    };
    let titles = ["指标", "单位", "期间", "怎样算达标", "目标值", "目标依据", "结果"];
    let columns = std::iter::once(Column::new("行", ColumnKind::Number));
    html! {
        (table(&Table {
            caption: "逐行核对".to_owned(),
            columns: columns.chain(titles.map(|title| Column::new(title, ColumnKind::Text))).collect(),
            rows: shown.map(row).collect(),
            choose: None,
            wide: false,
        }))
        @if read.rows.len() > SHOWN { p.small.quiet { "共 " (read.rows.len()) " 行，这里列出前 " (SHOWN) " 行，有问题的在前。" } }
    }
}

/// `POST /figures/imports/{upload}/taking`.
pub(crate) async fn take_in(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    match commands::take_in(&visitor.ctx, id).await {
        Ok(count) => Ok(answer::see(&urls::with(TARGETS, &[("taken", &count.to_string())]))),
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `GET /figures/imports/targets.xlsx?period=`: those in force.
pub(crate) async fn export(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let asked = Understood::of(&visitor.ctx, &asked.ask()?)?;
    Ok(answer::file(target_book::export(&visitor.ctx, &asked).await?))
}
