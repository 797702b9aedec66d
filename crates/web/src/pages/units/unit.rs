//! One unit 单位: what it is and was, who works there, what it has to do, on any day.
//!
//! Never a link to what the reader may not open.

use app::queries::units::unit::{self, HistoryLine, UnitPage};
use axum::extract::Query;
use axum::response::Response;
use kernel::catalog::Hierarchy;
use kernel::ids::UnitId;
use maud::{Markup, html};

use super::{KINDS, day, shown_day, unit_href};
use crate::error::Failure;
use crate::pages::figures;
use crate::pages::shell::Place;
use crate::pages::words::count;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, figure_card};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::timeline::{Entry, FieldChange, timeline};
use crate::parts::words::day_cell;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What is asked.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    on: String,
    #[serde(default)]
    done: String,
}

/// `GET /units/{unit}`.
pub(crate) async fn show(
    visitor: Visitor,
    At(id): At<UnitId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let on = day(&asked.on, visitor.ctx.today);
    let page = unit::unit(&visitor.ctx, id, on).await?;
    let tree = urls::with("/units", &[("tree", page.hierarchy.word()), ("on", &asked.on)]);
    let mut crumbs = vec![Anchor::new(page.hierarchy.name(), tree)];
    for (id, name) in &page.above {
        crumbs.push(Anchor::new(name, id.map(|id| at(id, &page)).unwrap_or_default()));
    }
    crumbs.push(Anchor::new(&page.name, ""));
    let head = PageHead {
        crumbs,
        title: page.name.clone(),
        remark: page.kind.clone(),
        lights: None,
        acts: page.keeps.then(|| acts(&page)),
    };
    let content = html! {
        @if asked.done == "1" { (notice(Tone::Ok, "已办理", html! { "机构调整已经生效，经过见下方沿革。" })) }
        (remarks(&page, visitor.ctx.today))
        div.grid {
            div.c8.pile {
                (card("基本情况", html! {}, about(&page)))
                @if !page.figures.is_empty() { div.figs { @for one in &page.figures { (figure(one, &page)) } } }
                @if !page.work.is_empty() { (card("承办事项", html! {}, work(&page))) }
                (card("下级单位", html! {}, below(&page)))
            }
            div.c4.pile {
                (card("沿革", html! {}, history(&page)))
                (card("人员", people_links(&page), people(&page)))
            }
        }
    };
    visitor.page(Place::Units, &head, content).await
}

fn at(id: UnitId, page: &UnitPage) -> String {
    urls::with(&unit_href(id), &[("on", &page.on.to_string())])
}

fn acts(page: &UnitPage) -> Markup {
    let link = |kind: &str| urls::with("/units/orders/new", &[("kind", kind), ("unit", &page.id.to_string())]);
    let is_top = page.above.is_empty();
    html! {
        details.menu {
            summary.btn { "机构调整" }
            div {
                @for (kind, words) in KINDS {
                    @if !is_top || matches!(kind, "found" | "alter") { a href=(link(kind)) { (words) } }
                }
            }
        }
    }
}

fn remarks(page: &UnitPage, today: jiff::civil::Date) -> Markup {
    html! {
        @if let Some(ended) = page.dissolved_on {
            (notice(Tone::Warn, &format!("{}起不再存在", day_cell(ended)), html! {
                @if let Some((id, name)) = &page.became { "并入" a href=(unit_href(*id)) { (name) } "。" }
                "当时已经办结的事项仍在这里。"
            }))
        }
        @if page.on != today {
            (notice(Tone::Note, &format!("{}的样子", day_cell(page.on)), html! {
                "名称、种类、上下级和挂靠按那一天显示"
                @if page.name != page.name_now { "，现在叫“" (page.name_now) "”" }
                "；人员、事项和数字是现在的。" a href=(unit_href(page.id)) { "看今天" }
            }))
        }
    }
}

fn about(page: &UnitPage) -> Markup {
    let linked = html! {
        @for (at_, (id, name)) in page.linked.iter().enumerate() {
            @if at_ > 0 { "、" }
            @if let Some(id) = id { a href=(at(*id, page)) { (name) } } @else { (name) }
        }
    };
    let other = if page.hierarchy == Hierarchy::Party { "挂靠单位" } else { "党组织" };
    let list = [
        Fact::text("简称", &page.short_name),
        Fact::text("种类", &page.kind),
        Fact::text("级别", &page.level),
        Fact::text("机构编码", &page.code),
        Fact::text("统一社会信用代码", &page.credit_code),
        Fact::text("设立", &shown_day(page.founded_on)),
        Fact { value: (!page.linked.is_empty()).then_some(linked), ..Fact::text(other, "") },
    ];
    let on = Control::Day { value: page.on.to_string(), min: None, max: None };
    html! {
        (facts(&list, false))
        form.seek method="get" action=(unit_href(page.id)) {
            (field(&Field::new("on", "看哪一天的样子", on)))
            div.send { (Button::submit("查看")) }
        }
    }
}

fn figure(one: &app::queries::figures::FigureCard, page: &UnitPage) -> Markup {
    let href = urls::with(&urls::figure(&one.mechanism, &one.id), &[("unit", &page.id.to_string())]);
    figure_card(&figures::card_of(one, Some(href)))
}

fn work(page: &UnitPage) -> Markup {
    let unit = page.id.to_string();
    let href = |mechanism: &str, tab: &str| urls::with(&urls::register(mechanism), &[("tab", tab), ("unit", &unit)]);
    let row = |(id, name, open, ended): &(String, String, i64, i64)| Row {
        cells: vec![
            Cell::link(name, &href(id, "all")),
            Cell::link(&count(*open).to_string(), &href(id, "open")),
            Cell::text(&count(*ended).to_string()),
        ],
        ..Row::default()
    };
    table(&Table {
        caption: "承办事项（含下级）".to_owned(),
        columns: vec![
            Column::new("机制", ColumnKind::Text),
            Column::new("在办", ColumnKind::Number),
            Column::new("办结", ColumnKind::Number),
        ],
        rows: page.work.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn below(page: &UnitPage) -> Markup {
    if page.below.is_empty() && page.took_in.is_empty() {
        return nothing_yet("没有下级单位。");
    }
    html! {
        @if !page.below.is_empty() {
            ul.tree {
                @for (id, name, kind, count) in &page.below {
                    li { a href=(at(*id, page)) { (name) } " " span.quiet.small { (kind) @if *count > 0 { " · 下级 " (count) } } }
                }
            }
        }
        @if !page.took_in.is_empty() {
            p.small.quiet.way { "并入本单位的：" }
            ul.tree {
                @for (id, name, on) in &page.took_in {
                    li { a href=(unit_href(*id)) { (name) } " " span.quiet.small { (day_cell(*on)) "并入，办结的事项在它名下" } }
                }
            }
        }
    }
}

fn people(page: &UnitPage) -> Markup {
    if page.people.is_empty() {
        return nothing_yet("没有登记人员。");
    }
    html! {
        ul.points {
            @for (id, name, post) in &page.people {
                li {
                    @if page.sees_people { a href=(urls::person(*id)) { (name) } } @else { (name) }
                    @if !post.is_empty() { " " span.quiet.small { (post) } }
                }
            }
        }
    }
}

/// The ways from a unit to its people, and to who held which post on the day that is looked at.
fn people_links(page: &UnitPage) -> Markup {
    let unit = page.id.to_string();
    let line_up = urls::with(urls::LINE_UP, &[("unit", &unit), ("on", &page.on.to_string())]);
    html! {
        @if page.sees_people {
            a href=(urls::with(urls::PEOPLE, &[("unit", &unit)])) { "名册" } " "
            a href=(line_up) { "职位和班子" }
        }
    }
}

fn history(page: &UnitPage) -> Markup {
    if page.history.is_empty() {
        return nothing_yet("没有变动记录。");
    }
    let entry = |line: &HistoryLine| Entry {
        when: day_cell(line.on),
        when_exact: line.on.to_string(),
        who: String::new(),
        on_behalf_of: String::new(),
        what: html! { (event(line)) @if !line.decision.is_empty() { " " span.quiet.small { (line.decision) } } },
        light: None,
        changes: line
            .changes
            .iter()
            .map(|(label, from, to)| FieldChange { label: (*label).to_owned(), from: from.clone(), to: to.clone() })
            .collect(),
        said: line.why.clone(),
    };
    timeline(&page.history.iter().map(entry).collect::<Vec<_>>())
}

fn event(line: &HistoryLine) -> String {
    let other = line.other.as_deref().unwrap_or("");
    match line.event.as_str() {
        "founded" => "设立".to_owned(),
        "moved" => "调整上级".to_owned(),
        "merged" => format!("并入{other}"),
        "split" => format!("从{other}分设"),
        "dissolved" => "撤销".to_owned(),
        "took_in" => format!("{other}并入"),
        "parted" => format!("分出{other}"),
        _ if line.changes.is_empty() => "更正资料".to_owned(),
        _ => "变更".to_owned(),
    }
}
