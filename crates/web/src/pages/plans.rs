//! What has to be done regularly and has not been done yet.
//!
//! Never a reminder: it shows what is so.

use app::queries::plans::{self, PlanAsk, PlanLine, PlanPage};
use axum::extract::Query;
use axum::response::Response;
use kernel::period::Period;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::light::{Light, light};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    plan: String,
    unit: String,
    period: String,
    all: String,
    after: String,
}

/// `GET /m/{mechanism}/plans?plan=&unit=&period=&all=`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let unit = match asked.unit.as_str() {
        "" => None,
        unit => Some(unit.parse().map_err(|_| Failure::not_found())?),
    };
    let ask = PlanAsk {
        plan: asked.plan.clone(),
        unit,
        period: asked.period.clone(),
        all: !asked.all.is_empty(),
        after: asked.after.clone(),
    };
    let page = plans::plan_page(&visitor.ctx, &mechanism, &ask).await?;
    let name = page.plans.iter().find(|(id, _)| *id == page.plan).map_or("", |(_, name)| name);
    let head = PageHead {
        crumbs: vec![Anchor::new(&page.mechanism.1, urls::register(&mechanism)), Anchor::new("应办未办", "")],
        title: format!("{name}：{}", page.period.words()),
        remark: page.words.clone(),
        ..PageHead::default()
    };
    visitor.page(Place::Mechanism(&mechanism), &head, content(&page)).await
}

fn address(page: &PlanPage, period: Period, after: &str) -> String {
    let unit = page.unit.map(|unit| unit.to_string()).unwrap_or_default();
    let pairs = [
        ("plan", page.plan.as_str()),
        ("unit", &unit),
        ("period", &period.to_string()),
        ("all", if page.all { "1" } else { "" }),
        ("after", after),
    ];
    urls::with(&urls::of_register(&page.mechanism.0, "plans"), &pairs)
}

fn content(page: &PlanPage) -> Markup {
    let (should, done) = page.counts;
    let noun = if page.of_people { "人" } else { "个单位" };
    let summary = html! {
        "应办 " b { (should) } " " (noun) "，" @if page.of_people { "已参加 " } @else { "已办够 " } b { (done) } " " (noun)
        "，" @if page.of_people { "还没有参加 " } @else { "还没有办够 " } b { (should - done) } " " (noun)
    };
    html! {
        section.card { (bar(page)) }
        (card(if page.all { "全部" } else if page.of_people { "还没有参加的人" } else { "还没有办够的单位" }, summary, lines(page)))
        div.send {
            @if let Some(before) = page.beside.0 { (Button::link(format!("看{}", before.words()), address(page, before, ""))) }
            @if let Some(after) = page.beside.1 { (Button::link(format!("看{}", after.words()), address(page, after, ""))) }
            @if let Some(next) = &page.next { (Button::link("下一页", address(page, page.period, next))) }
        }
    }
}

fn bar(page: &PlanPage) -> Markup {
    let choice = |(value, label): (String, String)| FilterChoice { value, label };
    let plan = FilterControl::Choice {
        name: "plan".to_owned(),
        all: page.plans.first().map(|(_, name)| name.clone()).unwrap_or_default(),
        choices: page.plans.iter().skip(1).cloned().map(choice).collect(),
        chosen: page.plan.clone(),
        searched: false,
    };
    let unit = FilterControl::Choice {
        name: "unit".to_owned(),
        all: "全部单位".to_owned(),
        choices: page.units.iter().map(|it| choice((it.id.clone(), it.name.clone()))).collect(),
        chosen: page.unit.map(|unit| unit.to_string()).unwrap_or_default(),
        searched: page.units.len() > 12,
    };
    let all = FilterControl::Flag { name: "all".to_owned(), on: page.all };
    filter_bar(&FilterBar {
        action: urls::of_register(&page.mechanism.0, "plans"),
        keep: vec![("period".to_owned(), page.period.to_string())],
        filters: vec![
            Filter { label: "应办的事".to_owned(), control: plan },
            Filter { label: "单位".to_owned(), control: unit },
            Filter { label: "办了的也列出".to_owned(), control: all },
        ],
        ..FilterBar::default()
    })
}

fn lines(page: &PlanPage) -> Markup {
    if page.lines.is_empty() {
        return nothing_yet(if page.counts.0 == 0 { "这里没有应当办的。" } else { "都办到了。" });
    }
    let row = |line: &PlanLine| {
        let name = match line.unit {
            None => Cell::text(&line.name),
            Some(unit) => {
                let pairs = [("tab", "all"), ("unit", &unit.to_string())];
                Cell::link(&line.name, &urls::with(&urls::register(&page.mechanism.0), &pairs))
            }
        };
        let stands = if line.is_enough { light(Light::Green, "够了") } else { light(Light::Amber, "还不够") };
        Row { cells: vec![name, Cell::text(&line.at), Cell::text(&line.done), Cell::shown(stands)], ..Row::default() }
    };
    table(&Table {
        caption: "应办的".to_owned(),
        columns: vec![
            Column::new(if page.of_people { "姓名" } else { "单位" }, ColumnKind::Text),
            Column::new(if page.of_people { "单位" } else { "上级" }, ColumnKind::Text),
            Column::new(format!("已办 / 应办（{}）", page.measure), ColumnKind::Number),
            Column::new("情况", ColumnKind::Chip),
        ],
        rows: page.lines.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}
