//! The tree of units 组织: both hierarchies with counts and search, on any day, foldable without script.
//!
//! Never past what the reader's roles reach.

use app::queries::units::{self, TreeAsk, TreeLine, TreePage};
use axum::extract::Query;
use axum::response::Response;
use kernel::catalog::Hierarchy;
use maud::{Markup, html};

use super::{day, unit_href};
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, plain_card};
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::tabs::{Tab, tabs};
use crate::parts::words::day_cell;
use crate::urls;
use crate::visitor::Visitor;

/// What is asked of the tree.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    tree: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    under: String,
}

/// `GET /units`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let ctx = &visitor.ctx;
    let hierarchy = Hierarchy::ALL.iter().find(|(word, ..)| *word == asked.tree).map(|(.., hierarchy)| *hierarchy);
    let ask =
        TreeAsk { hierarchy, on: day(&asked.on, ctx.today), words: asked.q.clone(), under: asked.under.parse().ok() };
    let page = units::tree(ctx, &ask);
    let head = PageHead {
        title: "组织".to_owned(),
        remark: if ask.on == ctx.today { String::new() } else { format!("{}的样子", day_cell(ask.on)) },
        acts: page.keeps.then(|| {
            html! {
                (Button::link("导入和导出", "/units/imports"))
                (Button::link("机构调整", "/units/orders"))
            }
        }),
        ..PageHead::default()
    };
    let content = html! {
        @if ask.on != ctx.today {
            (notice(Tone::Note, "这是另一天的组织", html! { "按" (day_cell(ask.on)) "当天的名称、种类和上下级显示。" a href="/units" { "看今天" } }))
        }
        (tree_tabs(&page))
        (plain_card(html! { (seek(&page, &visitor)) (lines(&page)) }))
        (card("我的授权", html! {}, grants(&visitor)))
    };
    visitor.page(Place::Units, &head, content).await
}

fn address(page: &TreePage, hierarchy: Hierarchy, under: &str) -> String {
    urls::with("/units", &[("tree", hierarchy.word()), ("on", &page.on.to_string()), ("under", under)])
}

fn tree_tabs(page: &TreePage) -> Markup {
    let tab = |(hierarchy, size): &(Hierarchy, usize)| Tab {
        label: hierarchy.name().to_owned(),
        count: Some(*size as u64),
        href: address(page, *hierarchy, ""),
        current: *hierarchy == page.hierarchy,
        hot: false,
    };
    let all: Vec<Tab> = page.sizes.iter().map(tab).collect();
    tabs("组织的两棵树", &all, html! {})
}

fn seek(page: &TreePage, visitor: &Visitor) -> Markup {
    let on = Control::Day { value: page.on.to_string(), min: None, max: Some(visitor.ctx.today.to_string()) };
    html! {
        form.seek method="get" action="/units" {
            input type="hidden" name="tree" value=(page.hierarchy.word());
            (field(&Field::new("q", "找单位", Control::text(page.words.as_str())).hint("名称、简称、代码或拼音首字母")))
            (field(&Field::new("on", "哪一天", on)))
            div.send { (Button::submit("查看")) @if !page.words.is_empty() { a href=(address(page, page.hierarchy, "")) { "清除" } } }
        }
    }
}

fn lines(page: &TreePage) -> Markup {
    if page.lines.is_empty() {
        return match page.words.is_empty() {
            true => nothing_yet("这棵树里没有你能看到的单位。"),
            false => nothing_yet("没有找到这样的单位。请换个说法，或者只输几个拼音首字母。"),
        };
    }
    if !page.words.is_empty() {
        return html! {
            ul.tree { @for line in &page.lines { li { (words(page, line)) } } }
            @if page.more { p.quiet.small { "还有更多，请再输几个字。" } }
        };
    }
    html! {
        @if page.under.len() > 1 {
            p.quiet.small.way {
                a href=(address(page, page.hierarchy, "")) { "全部" }
                @for (id, name) in &page.under[..page.under.len() - 1] { " › " a href=(address(page, page.hierarchy, &id.to_string())) { (name) } }
            }
        }
        ul.tree { (branch(page, 0, page.lines.len())) }
    }
}

/// The lines from one place to another, each with those below it inside.
fn branch(page: &TreePage, from: usize, until: usize) -> Markup {
    let mut tops = Vec::new();
    let mut at = from;
    while at < until {
        tops.push(at);
        at += 1 + page.lines[at].shown_below;
    }
    html! {
        @for at in tops {
            @let line = &page.lines[at];
            li {
                @if line.shown_below > 0 {
                    details open[line.depth < 2] {
                        summary { (words(page, line)) }
                        ul { (branch(page, at + 1, at + 1 + line.shown_below)) }
                    }
                } @else {
                    (words(page, line))
                    @if line.below > 0 { " " a.small href=(address(page, page.hierarchy, &line.id.to_string())) { "展开 " (line.below) " 个下级" } }
                }
            }
        }
    }
}

fn words(page: &TreePage, line: &TreeLine) -> Markup {
    let href = urls::with(&unit_href(line.id), &[("on", &page.on.to_string())]);
    html! {
        a href=(href) { (line.name) }
        " " span.quiet.small {
            (line.kind)
            @if !line.above.is_empty() && !page.words.is_empty() { " · " (line.above) }
            @if line.below > 0 { " · 下级 " (line.below) }
            @if line.people > 0 { " · 人员 " (line.people) }
            @if !line.linked.is_empty() {
                @if page.hierarchy == Hierarchy::Party { " · 挂靠 " } @else { " · 党组织 " }
                (line.linked.join("、"))
            }
        }
    }
}

fn grants(visitor: &Visitor) -> Markup {
    let ctx = &visitor.ctx;
    if ctx.actor.grants().is_empty() {
        return nothing_yet("你还没有任何授权。需要办事的，请联系系统管理员。");
    }
    let row = |grant: &kernel::authority::Grant| Row {
        cells: vec![
            Cell::text(ctx.vocabulary().role(grant.role.as_str()).map_or("", |role| &role.name)),
            Cell::text(&ctx.names().unit(grant.unit)),
            Cell::text(&day_cell(grant.from_on)),
            Cell::text(&grant.until_on.map(day_cell).unwrap_or_default()),
            Cell::text(&grant.basis),
        ],
        ..Row::default()
    };
    table(&Table {
        caption: "我的授权".to_owned(),
        columns: vec![
            Column::new("角色", ColumnKind::Text),
            Column::new("单位（含下级）", ColumnKind::Text),
            Column::new("自", ColumnKind::Day),
            Column::new("至", ColumnKind::Day),
            Column::new("依据", ColumnKind::Text),
        ],
        rows: ctx.actor.grants().iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}
