//! The figures 数字 of a mechanism: cards, months, units; every number is a door to the records behind it.

use app::queries::charts;
use app::queries::figures::{self, FigureCard, FigureCell, FigureRow, FigureTable, FiguresAsk, FiguresPage};
use axum::extract::Query;
use axum::response::Response;
use kernel::ids::UnitId;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::cards::{self, Change, card, figure_card, plain_card};
use crate::parts::empty::empty;
use crate::parts::facts::{Fact, facts};
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::heat::{HeatCell, HeatRow, Tint, heat};
use crate::parts::icons::Icon;
use crate::parts::raw::svg;
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks of the figures.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    year: String,
    figure: String,
}

impl Asked {
    pub(crate) fn ask(self) -> FiguresAsk {
        FiguresAsk { unit: self.unit.parse().ok(), year: self.year.parse().ok(), figure: self.figure }
    }
}

/// `GET /figures`: the figures of every mechanism in reach.
pub(crate) async fn all(visitor: Visitor) -> Result<Response, Failure> {
    let mut pages = Vec::new();
    for mechanism in visitor.ctx.catalog().in_order() {
        match figures::of_mechanism(&visitor.ctx, mechanism.id.as_str(), FiguresAsk::default()).await {
            Ok(page) if !page.cards.is_empty() => pages.push(page),
            Ok(_) | Err(app::Error::NotFound) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    let head = PageHead { title: "数字".to_owned(), remark: "今年以来".to_owned(), ..PageHead::default() };
    let content = html! {
        @if pages.is_empty() { section.card { (empty(Icon::Chart, "还没有数字", "你能看到的机制里有了记录，数字就会列在这里。", &[])) } }
        @for page in &pages {
            h2 { a href=(urls::of_register(&page.mechanism, "figures")) { (page.name) } }
            (cards(page))
        }
    };
    visitor.page(Place::Figures, &head, content).await
}

/// `GET /m/{mechanism}/figures?unit=&year=&figure=`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let ask = asked.ask();
    let page = figures::of_mechanism(&visitor.ctx, &mechanism, ask.clone()).await?;
    let base = ask.unit.or_else(|| visitor.ctx.tree.units().first().map(|root| root.id));
    let register = urls::register(&page.mechanism);
    let head = PageHead {
        crumbs: vec![Anchor::new(&page.name, register), Anchor::new("数字", "")],
        title: format!("{}的数字", page.name),
        remark: page.unit.as_ref().map(|unit| unit.name.clone()).unwrap_or_default(),
        ..PageHead::default()
    };
    let content = html! {
        div.pile id="figures" data-live {
            section.card { (asking(&page, &ask)) }
            (cards(&page))
            @match &page.shown {
                Some(table) => (shown(&page, table, base)),
                None => section.card { (empty(Icon::Chart, "这个机制没有定义数字", "数字在机制定义里写明。", &[])) },
            }
        }
    };
    visitor.page(Place::Mechanism(&page.mechanism), &head, content).await
}

fn asking(page: &FiguresPage, ask: &FiguresAsk) -> Markup {
    let choices = |pairs: Vec<(String, String)>| {
        pairs.into_iter().map(|(value, label)| FilterChoice { value, label }).collect::<Vec<_>>()
    };
    let choice = |name: &str, all: &str, list: Vec<(String, String)>, chosen: String| FilterControl::Choice {
        name: name.to_owned(),
        all: all.to_owned(),
        searched: list.len() > 12,
        choices: choices(list),
        chosen,
    };
    let units = page.units.iter().map(|unit| (unit.id.clone(), unit.name.clone())).collect();
    let years = page.years.iter().map(|year| (year.to_string(), format!("{year}年"))).collect();
    let figures = page.cards.iter().map(|card| (card.id.clone(), card.name.clone())).collect();
    let figure = page.shown.as_ref().map(|table| table.id.clone()).unwrap_or_default();
    let unit = ask.unit.map(|id| id.to_string()).unwrap_or_default();
    filter_bar(&FilterBar {
        action: urls::of_register(&page.mechanism, "figures"),
        keep: Vec::new(),
        filters: vec![
            Filter { label: "单位".to_owned(), control: choice("unit", "全部", units, unit) },
            Filter { label: "年度".to_owned(), control: choice("year", "今年", years, page.year.to_string()) },
            Filter { label: "数字".to_owned(), control: choice("figure", "第一个", figures, figure) },
        ],
        clear_href: None,
        more: None,
    })
}

fn cards(page: &FiguresPage) -> Markup {
    let href = |card: &FigureCard| {
        let unit = page.unit.as_ref().map_or("", |unit| &unit.id);
        let year = page.year.to_string();
        urls::with(
            &urls::of_register(&page.mechanism, "figures"),
            &[("unit", unit), ("year", &year), ("figure", &card.id)],
        )
    };
    html! { div.figs { @for one in &page.cards { (figure_card(&card_of(one, Some(href(one))))) } } }
}

/// A figure as a card; its value leads to `href`.
pub(crate) fn card_of(one: &FigureCard, href: Option<String>) -> cards::FigureCard {
    // A ratio over nothing and a mean of nothing have no value: a dash and why, without a unit.
    let is_none = one.value == "—";
    let parts = match one.parts {
        _ if is_none => "还没有可计算的事项".to_owned(),
        Some((part, whole)) => format!("（{part} / {whole}）"),
        None => String::new(),
    };
    // Whether more is better is not for the program to say: the change stands there without a colour.
    let change = one.change.as_ref().map(|(by, _)| {
        let words = if by.trim_start_matches(['+', '-']) == "0" { "持平".to_owned() } else { by.replace('-', "−") };
        ("较上月".to_owned(), words, Change::Level)
    });
    cards::FigureCard {
        label: one.name.clone(),
        value: if is_none { String::new() } else { one.value.trim_end_matches(one.unit.as_str()).to_owned() },
        unit: if is_none { String::new() } else { one.unit.clone() },
        href,
        change,
        remark: parts,
        trend: one.months.iter().filter_map(|value| *value).collect(),
    }
}

fn shown(page: &FiguresPage, table: &FigureTable, base: Option<UnitId>) -> Markup {
    let unit = page.unit.as_ref().map_or("", |unit| unit.id.as_str());
    let drawn = charts::by_month(table, |cell| door(page, table, unit, cell, "whole"));
    let months: Vec<String> = table.months.iter().map(|month| format!("{}月", month.month)).collect();
    let rows: Vec<HeatRow> =
        table.rows.iter().enumerate().map(|(at, row)| heat_row(page, table, row, at == 0, base)).collect();
    html! {
        div.grid {
            div.c4 { (card(&table.name, html! { (page.year) "年" }, words(page, table))) }
            div.c8 {
                @if drawn.is_empty() { (plain_card(empty(Icon::Chart, "还画不出趋势", "有两个月以上的数字后，这里会画出按月的变化。", &[]))) }
                @else { (card("按月", html! { (table.unit) }, html! { div.pad { (svg(&drawn)) } })) }
            }
        }
        (card("单位 × 月", html! { "点数字看背后的事项" }, heat(&table.name, "单位", &months, &rows)))
    }
}

/// What is counted, in words and as the definition writes it.
fn words(page: &FiguresPage, table: &FigureTable) -> Markup {
    let mut list = vec![Fact::text("数什么", &table.words)];
    if let Some(over) = &table.over_words {
        list.push(Fact::text("除以", over));
    }
    for (name, written, read) in &table.formulas {
        list.push(Fact::shown(
            name,
            html! { code { (written) } @if read != written { br; span.quiet.small { (read) } } },
        ));
    }
    html! {
        (facts(&list, true))
        p.pad { a href=(urls::of_register(&page.mechanism, "about")) { "看机制手册里的例子" } }
    }
}

fn heat_row(page: &FiguresPage, table: &FigureTable, row: &FigureRow, is_whole: bool, base: Option<UnitId>) -> HeatRow {
    let unit = row.unit.map(|id| id.to_string()).unwrap_or_default();
    let numbers = table.rows.iter().skip(1).flat_map(|row| &row.cells).filter_map(|cell| cell.number);
    let most = numbers.fold(f64::MIN, f64::max);
    let cell = |cell: &FigureCell, is_tinted: bool| {
        let to = |part: &str| door(page, table, &unit, cell, part);
        let parts = match table.is_ratio && cell.has_records {
            true => vec![
                (cell.amount.numerator.to_string(), to("part").filter(|_| cell.amount.numerator != 0)),
                (cell.amount.denominator.to_string(), to("whole")),
            ],
            false => Vec::new(),
        };
        HeatCell {
            value: cell.shown.clone(),
            href: if table.is_ratio { None } else { to("whole") },
            tint: cell.number.filter(|_| is_tinted && table.is_ratio && most > 0.0).map(|it| Tint::of(it, 0.0, 100.0)),
            parts,
        }
    };
    HeatRow {
        label: row.name.clone(),
        href: match (is_whole, row.unit) {
            (false, Some(id)) if Some(id) != base => narrowed(page, table, id),
            _ => String::new(),
        },
        cells: row.cells.iter().map(|it| Some(cell(it, true))).collect(),
        total: Some(cell(&row.total, false)),
    }
}

/// The figures of a unit below.
fn narrowed(page: &FiguresPage, table: &FigureTable, unit: UnitId) -> String {
    let (unit, year) = (unit.to_string(), page.year.to_string());
    urls::with(
        &urls::of_register(&page.mechanism, "figures"),
        &[("unit", &unit), ("year", &year), ("figure", &table.id)],
    )
}

/// Where the records behind a cell are listed; nowhere if there are none.
fn door(page: &FiguresPage, table: &FigureTable, unit: &str, cell: &FigureCell, part: &str) -> Option<String> {
    if !cell.has_records {
        return None;
    }
    let part = if table.is_ratio { part } else { "" };
    let pairs =
        [("tab", "all"), ("figure", table.id.as_str()), ("period", &cell.period), ("part", part), ("unit", unit)];
    Some(urls::with(&urls::register(&page.mechanism), &pairs))
}
