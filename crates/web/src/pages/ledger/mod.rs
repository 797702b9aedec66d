//! All accounts of a ledger on a day: what each holds, and units by kinds.
//!
//! Never a balance that somebody typed.

pub(crate) mod account;

use app::queries::forms::Choice;
use app::queries::ledgers::{self, AccountRow, LedgerAsk, LedgerPage};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, count};
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, field};
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    on: String,
    unit: String,
    kind: String,
    reading: String,
}

impl Asked {
    pub(crate) fn ask(&self) -> Result<LedgerAsk, Failure> {
        let unit = match self.unit.as_str() {
            "" => None,
            unit => Some(unit.parse().map_err(|_| Failure::not_found())?),
        };
        Ok(LedgerAsk { on: self.on.clone(), unit, kind: self.kind.clone(), reading: self.reading.clone() })
    }
}

/// `GET /m/{mechanism}/balances?on=&unit=&kind=&reading=`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = ledgers::ledger_page(&visitor.ctx, &mechanism, &asked.ask()?).await?;
    let acts = page.may_export.then(|| {
        html! { (Button::link("导出", address(&page, "balances/table.xlsx")).icon(Icon::Export).download()) }
    });
    let head = PageHead {
        crumbs: vec![Anchor::new(&page.mechanism.1, urls::register(&mechanism)), Anchor::new("余额", "")],
        title: format!("{}：余额", page.mechanism.1),
        remark: format!("截至{}，单位：{}", page.on, page.measure),
        acts,
        ..PageHead::default()
    };
    visitor.page(Place::Mechanism(&mechanism), &head, content(&page)).await
}

/// `GET /m/{mechanism}/balances/table.xlsx`.
pub(crate) async fn workbook(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    Ok(answer::file(ledgers::workbook(&visitor.ctx, &mechanism, &asked.ask()?).await?))
}

fn address(page: &LedgerPage, of: &str) -> String {
    let unit = page.unit.map(|unit| unit.to_string()).unwrap_or_default();
    let pairs = [("on", page.on.to_string()), ("unit", unit), ("kind", page.kind.clone())];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    urls::with(&urls::of_register(&page.mechanism.0, of), &pairs)
}

fn content(page: &LedgerPage) -> Markup {
    html! {
        section.card { (bar(page)) }
        (card("账户", count(page.rows.len() as u64), accounts(page)))
        @if page.more { p.quiet { "账户太多，只列出前面的；请选单位缩小范围。" } }
        @if !page.table.is_empty() { (card(&format!("各单位{}", page.reading), html! { "上级含下级；各类不相加" }, units(page))) }
    }
}

fn bar(page: &LedgerPage) -> Markup {
    let choice = |it: &Choice| FilterChoice { value: it.id.clone(), label: it.name.clone() };
    let pick = |name: &str, all: &str, choices: Vec<FilterChoice>, chosen: &str| FilterControl::Choice {
        name: name.to_owned(),
        all: all.to_owned(),
        searched: choices.len() > 12,
        choices,
        chosen: chosen.to_owned(),
    };
    let unit = page.unit.map(|unit| unit.to_string()).unwrap_or_default();
    let readings = page.readings.iter().skip(1).map(|it| FilterChoice { value: it.clone(), label: it.clone() });
    let first = page.readings.first().map_or("", String::as_str);
    let chosen = if page.reading == first { "" } else { &page.reading };
    let (kind, kinds) = &page.kinds;
    let mut filters = vec![
        Filter {
            label: "截至".to_owned(),
            control: FilterControl::Day { name: "on".to_owned(), chosen: page.on.to_string() },
        },
        Filter {
            label: "单位".to_owned(),
            control: pick("unit", "全部单位", page.units.iter().map(choice).collect(), &unit),
        },
    ];
    if !kinds.is_empty() {
        let control = pick("kind", "全部", kinds.iter().map(choice).collect(), &page.kind);
        filters.push(Filter { label: kind.clone(), control });
    }
    filters
        .push(Filter {
            label: "各单位比较".to_owned(), control: pick("reading", first, readings.collect(), chosen)
        });
    filter_bar(&FilterBar { action: urls::of_register(&page.mechanism.0, "balances"), filters, ..FilterBar::default() })
}

fn accounts(page: &LedgerPage) -> Markup {
    if page.rows.is_empty() {
        return nothing_yet("这里还没有账户。先在台账里建账，再凭文号记核定。");
    }
    let mut columns = vec![Column::new("账户", ColumnKind::Long), Column::new("单位", ColumnKind::Text)];
    columns.extend(page.readings.iter().map(|name| Column::new(name, ColumnKind::Number)));
    columns.push(Column::new("使用率", ColumnKind::Number));
    let row = |row: &AccountRow| {
        let on = page.on.to_string();
        let title = html! {
            a href=(urls::with(&urls::account(row.id), &[("on", &on)])) { (row.title) }
            @if row.is_over { " " (light(Light::Red, "超出")) }
        };
        let mut cells = vec![Cell::shown(title), Cell::text(&row.unit)];
        cells.extend(row.shown.iter().map(|amount| Cell::text(amount)));
        cells.push(Cell::text(&row.rate));
        Row { key: row.id.to_string(), cells, ..Row::default() }
    };
    let rows = page.rows.iter().map(row).collect();
    table(&Table { caption: "账户".to_owned(), columns, rows, choose: None, wide: false })
}

fn units(page: &LedgerPage) -> Markup {
    let mut columns = vec![Column::new("单位", ColumnKind::Text)];
    columns.extend(page.columns.iter().map(|name| Column::new(name, ColumnKind::Number)));
    let row = |row: &ledgers::UnitRow| {
        let indent = "\u{3000}".repeat(usize::try_from(row.depth).unwrap_or(0));
        let mut cells = vec![Cell::shown(html! { (indent) (row.name) })];
        cells.extend(row.amounts.iter().map(|amount| Cell::text(amount)));
        Row { key: row.unit.to_string(), cells, ..Row::default() }
    };
    let rows = page.table.iter().map(row).collect();
    table(&Table { caption: "各单位".to_owned(), columns, rows, choose: None, wide: true })
}

/// The day that a page is looked at for.
pub(super) fn day_field(on: &str) -> Markup {
    field(&Field::new("on", "截至", Control::Day { value: on.to_owned(), min: None, max: None }))
}
