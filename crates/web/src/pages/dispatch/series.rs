//! The numbers of a series: every one from 1 to the last, with those that are void.
//!
//! Never decides whether a series is whole: the query does.

use app::queries::dispatch::{self as asked, SeriesAsk, SeriesPage, SeriesRow};
use app::queries::forms::Choice;
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, count};
use crate::parts::empty::nothing_yet;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    year: String,
    of: String,
    after: String,
}

impl Asked {
    pub(crate) fn ask(&self) -> SeriesAsk {
        SeriesAsk { year: self.year.clone(), of: self.of.clone(), after: self.after.parse().unwrap_or(0) }
    }
}

/// `GET /m/{mechanism}/series?year=&of=&after=`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = asked::series_page(&visitor.ctx, &mechanism, &asked.ask()).await?;
    let acts = page.may_export.then(|| {
        html! { (Button::link("导出", address(&page, "series/table.xlsx", None)).icon(Icon::Export).download()) }
    });
    let year = page.year.map(|year| format!("{year}年")).unwrap_or_default();
    let head = PageHead {
        crumbs: vec![Anchor::new(&page.mechanism.1, urls::register(&mechanism)), Anchor::new("编号", "")],
        title: format!("{}：编号", page.mechanism.1),
        remark: year,
        acts,
        ..PageHead::default()
    };
    visitor.page(Place::Mechanism(&mechanism), &head, content(&page)).await
}

/// `GET /m/{mechanism}/series/table.xlsx`.
pub(crate) async fn workbook(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    Ok(answer::file(asked::workbook(&visitor.ctx, &mechanism, &asked.ask()).await?))
}

fn address(page: &SeriesPage, of: &str, after: Option<i64>) -> String {
    let year = page.year.map(|year| year.to_string()).unwrap_or_default();
    let after = after.map(|after| after.to_string()).unwrap_or_default();
    let pairs = [("year", year.as_str()), ("of", page.of.as_str()), ("after", after.as_str())];
    urls::with(&urls::of_register(&page.mechanism.0, of), &pairs)
}

fn content(page: &SeriesPage) -> Markup {
    let tone = if page.series.is_whole() { Tone::Ok } else { Tone::Error };
    html! {
        div.pile {
            section.card { (bar(page)) }
            (notice(tone, &format!("{}。", page.series.words()), html! {
                @if page.series.is_whole() { "从1号到最后一号，每个号都有着落；作废的号留着，不再用。" }
                @else { "编号和计数对不上，请让系统管理员运行 zugong verify 查明。" }
            }))
            (card("每个号", count(page.series.last.max(0) as u64), rows(page)))
            @if let Some(next) = page.next { div.send { (Button::link("下一页", address(page, "series", Some(next)))) } }
        }
    }
}

fn bar(page: &SeriesPage) -> Markup {
    let mut filters = Vec::new();
    if let Some((name, all)) = &page.each {
        let choice = |it: &Choice| FilterChoice { value: it.id.clone(), label: it.name.clone() };
        let control = FilterControl::Choice {
            name: "of".to_owned(),
            all: all.first().map(|it| it.name.clone()).unwrap_or_default(),
            searched: false,
            choices: all.iter().skip(1).map(choice).collect(),
            chosen: page.of.clone(),
        };
        filters.push(Filter { label: name.clone(), control });
    }
    if let Some(year) = page.year {
        let mut years = page.years.clone();
        if !years.contains(&year) {
            years.insert(0, year);
        }
        let choice = |year: &i16| FilterChoice { value: year.to_string(), label: format!("{year}年") };
        let control = FilterControl::Choice {
            name: "year".to_owned(),
            all: "本年".to_owned(),
            searched: false,
            choices: years.iter().map(choice).collect(),
            chosen: year.to_string(),
        };
        filters.push(Filter { label: "年份".to_owned(), control });
    }
    filter_bar(&FilterBar { action: urls::of_register(&page.mechanism.0, "series"), filters, ..FilterBar::default() })
}

fn rows(page: &SeriesPage) -> Markup {
    if page.rows.is_empty() {
        return nothing_yet("这一年还没有编过号。签发以后编号的文件会按号列在这里。");
    }
    let columns = vec![
        Column::new("序号", ColumnKind::Number),
        Column::new("编号", ColumnKind::Text),
        Column::new("标题", ColumnKind::Long),
        Column::new("发文单位", ColumnKind::Text),
        Column::new("现在", ColumnKind::Chip),
        Column::new("签收", ColumnKind::Number),
    ];
    let row = |row: &SeriesRow| {
        let title = match (row.id, &row.number) {
            (Some(id), _) => Cell::link(&row.title, &urls::record(id)),
            (None, Some(_)) => Cell::text("（看不到的文件）"),
            (None, None) => Cell::text("没有这个号"),
        };
        let stands = match (row.is_void, row.number.is_some()) {
            (true, _) => html! { (light(Light::Grey, "作废")) @if !row.reason.is_empty() { " " (row.reason) } },
            (false, true) => html! { (row.state) },
            (false, false) => light(Light::Red, "缺号"),
        };
        let receipts = match row.receipts {
            (0, _) => String::new(),
            (sent, received) => format!("{received} / {sent}"),
        };
        let cells = vec![
            Cell::text(&row.serial.to_string()),
            Cell::text(row.number.as_deref().unwrap_or_default()),
            title,
            Cell::text(&row.unit),
            Cell::shown(stands),
            Cell::text(&receipts),
        ];
        Row { key: row.serial.to_string(), cells, ..Row::default() }
    };
    let rows = page.rows.iter().map(row).collect();
    table(&Table { caption: "每个号".to_owned(), columns, rows, choose: None, wide: false })
}
