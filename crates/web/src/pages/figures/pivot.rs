//! A figure cut into its parts, with the whole beside them and a line that says whether they add up to it.
//!
//! Never adds: the query says what the parts come to.

use app::queries::figures::{self, FigureCell, Form, PivotPage, PivotRow};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use super::{Asked, filters, other_periods};
use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::filters::{Filter, FilterChoice, FilterControl};
use crate::parts::heat::{HeatCell, HeatRow, heat};
use crate::parts::icons::Icon;
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /m/{mechanism}/figures/{figure}/parts?by=&across=&unit=&period=&among=`.
pub(crate) async fn show(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = figures::pivot(&visitor.ctx, &mechanism, &figure, &asked.ask()?).await?;
    let own = super::address(&urls::figure(&page.mechanism.0, &page.figure.0), &page.asked);
    let head = PageHead {
        crumbs: vec![
            Anchor::new("数字", "/figures"),
            Anchor::new(&page.figure.1, own),
            Anchor::new(format!("按{}", page.by.name), ""),
        ],
        title: format!("{}：按{}", page.figure.1, page.by.name),
        remark: format!("{} · {}", page.unit_words, page.asked.period.words()),
        acts: Some(takings(&page)),
        ..PageHead::default()
    };
    let path = path(&page);
    let content = html! {
        div.pile id="parts" data-live {
            section.card {
                (filters(&path, &page.asked, &page.units, &page.periods, cuts(&page)))
                (other_periods_of(&page))
            }
            (card(&format!("按{}", page.by.name), html! { (page.measure) }, html! {
                @if page.rows.is_empty() { (nothing_yet("这个期间没有可分的数。")) }
                @else { (table(&page)) }
                p.pad.quiet.small {
                    (figures::sum_words(&page)) " "
                    @if let Some(few) = page.few { (figures::few_words(few, &page.measure)) " " } (page.words) "；范围：" (figures::part_words(&page.part)) "。"
                }
            }))
        }
    };
    visitor.page(Place::Mechanism(&page.mechanism.0), &head, content).await
}

/// `GET /m/{mechanism}/figures/{figure}/parts/{form}`: the parts, taken away.
pub(crate) async fn take(
    visitor: Visitor,
    At((mechanism, figure, form)): At<(String, String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let form = Form::parse(&form).ok_or_else(Failure::not_found)?;
    Ok(answer::file(figures::download_parts(&visitor.ctx, &mechanism, &figure, &asked.ask()?, form).await?))
}

fn path(page: &PivotPage) -> String {
    format!("{}/parts", urls::figure(&page.mechanism.0, &page.figure.0))
}

/// An address below this page, for what is asked.
fn at(page: &PivotPage, path: &str, period: &str) -> String {
    let unit = page.asked.unit.map(|id| id.to_string()).unwrap_or_default();
    let across = if page.across_units { "units" } else { "" };
    let pairs = [
        ("by", page.by.id.as_str()),
        ("across", across),
        ("unit", &unit),
        ("period", period),
        ("among", &page.asked.among),
    ];
    urls::with(path, &pairs)
}

fn takings(page: &PivotPage) -> Markup {
    let file = |form: &str| at(page, &format!("{}/{form}", path(page)), &page.asked.period.to_string());
    html! {
        (Button::link("CSV", file("table.csv")))
        (Button::link("导出表格", file("table.xlsx")).icon(Icon::Export))
    }
}

fn other_periods_of(page: &PivotPage) -> Markup {
    other_periods(|period| at(page, &path(page), period), &page.asked)
}

/// By what it is cut, and what stands beside each other.
fn cuts(page: &PivotPage) -> Vec<Filter> {
    let choices = |all: &[(String, String)]| -> Vec<FilterChoice> {
        all.iter().map(|(value, label)| FilterChoice { value: value.clone(), label: label.clone() }).collect()
    };
    let ways: Vec<(String, String)> = page.ways.iter().map(|way| (way.id.clone(), format!("按{}", way.name))).collect();
    let (first, rest) = ways.split_first().map(|(first, rest)| (first.1.clone(), rest)).unwrap_or_default();
    let control = |name: &str, all: String, choices: Vec<FilterChoice>, chosen: String| FilterControl::Choice {
        name: name.to_owned(),
        all,
        choices,
        chosen,
        searched: false,
    };
    let units = [("units".to_owned(), "单位".to_owned())];
    let across = if page.across_units { "units" } else { "" };
    let cut = Filter { label: "分项".to_owned(), control: control("by", first, choices(rest), page.by.id.clone()) };
    let beside = Filter {
        label: "横排".to_owned(),
        control: control("across", "期间".to_owned(), choices(&units), across.to_owned()),
    };
    vec![cut, beside]
}

fn table(page: &PivotPage) -> Markup {
    let titles: Vec<String> = page.columns.iter().map(|column| column.name.clone()).collect();
    let (last, steps) = titles.split_last().map(|(last, steps)| (last.clone(), steps.to_vec())).unwrap_or_default();
    let most = |at: usize| page.rows.iter().filter_map(|row| row.cells[at].number).fold(0.0, f64::max);
    let row = |row: &PivotRow, is_whole: bool| {
        let cell = |(at, cell): (usize, &FigureCell)| HeatCell {
            value: cell.shown.clone(),
            href: door(page, row, at, cell, "").filter(|_| !page.is_ratio),
            tint: if is_whole { None } else { super::one::shade(cell.number, most(at)) },
            parts: ratio_doors(page, row, at, cell),
        };
        let mut cells: Vec<HeatCell> = row.cells.iter().enumerate().map(cell).collect();
        let total = cells.pop().map(|cell| HeatCell { tint: None, ..cell });
        HeatRow { label: row.name.clone(), href: String::new(), cells: cells.into_iter().map(Some).collect(), total }
    };
    let rows: Vec<HeatRow> = page.rows.iter().map(|it| row(it, false)).chain([row(&page.whole, true)]).collect();
    html! {
        (heat(&format!("{}按{}", page.figure.1, page.by.name), &page.by.name, &steps, &rows))
        @if page.across_units { p.vh { (last) } }
    }
}

fn ratio_doors(page: &PivotPage, row: &PivotRow, at: usize, cell: &FigureCell) -> Vec<(String, Option<String>)> {
    if !page.is_ratio || !cell.has_records {
        return Vec::new();
    }
    let part = door(page, row, at, cell, "part").filter(|_| cell.amount.numerator != 0);
    let whole = door(page, row, at, cell, "whole");
    vec![(cell.amount.numerator.to_string(), part), (cell.amount.denominator.to_string(), whole)]
}

/// Where the records behind a cell are listed; nowhere if there are none.
fn door(page: &PivotPage, row: &PivotRow, at: usize, cell: &FigureCell, part: &str) -> Option<String> {
    let unit = page.columns.get(at).and_then(|column| column.unit).map(|id| id.to_string()).unwrap_or_default();
    cell.has_records.then(|| {
        super::behind(
            (&page.mechanism.0, &page.figure.0),
            page.is_people,
            &[("period", &cell.period), ("part", part), ("unit", &unit), ("slice", &row.slice)],
        )
    })
}
