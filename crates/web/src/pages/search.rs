//! Search: numbers, titles, units, people. Only what this person may see.

use app::queries::search::{self, SearchPage};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::cards::card;
use crate::parts::empty::empty;
use crate::parts::icons::Icon;
use crate::parts::shell::PageHead;
use crate::parts::todo::{Todo, slim_todos};
use crate::urls;
use crate::visitor::Visitor;

/// What is sought.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Sought {
    #[serde(default)]
    q: String,
}

/// `GET /search?q=`.
pub(crate) async fn show(visitor: Visitor, Query(sought): Query<Sought>) -> Result<Response, Failure> {
    let page = search::search(&visitor.ctx, &sought.q).await?;
    let remark = if page.words.is_empty() { String::new() } else { format!("“{}”", page.words) };
    let head = PageHead { title: "搜索".to_owned(), remark, ..PageHead::default() };
    visitor.page(Place::Elsewhere, &head, content(&page)).await
}

fn content(page: &SearchPage) -> Markup {
    if page.records.is_empty() && page.units.is_empty() && page.people.is_empty() {
        let (what, next) = match page.words.is_empty() {
            true => {
                ("找什么？", "在上方输入编号、标题、单位或姓名；单位和姓名可用拼音首字母。按 / 键可直接跳到搜索框。")
            }
            false => ("没有找到", "请换个说法，或者只输编号里的数字。看不到的事项不会出现在结果里。"),
        };
        return html! { section.card { (empty(Icon::Search, what, next, &[])) } };
    }
    html! {
        div.grid {
            div.c8 { (card("事项", html! {}, records(page))) }
            div.c4.pile {
                @if !page.units.is_empty() { (card("单位", html! {}, units(page))) }
                @if !page.people.is_empty() { (card("人员", html! {}, people(page))) }
            }
        }
    }
}

fn records(page: &SearchPage) -> Markup {
    if page.records.is_empty() {
        return crate::parts::empty::nothing_yet("没有符合的事项。");
    }
    let rows: Vec<Todo> = page
        .records
        .iter()
        .map(|(id, number, title, mechanism, state)| Todo {
            href: urls::record(*id),
            title: number.as_ref().map_or_else(|| title.clone(), |number| format!("{number} · {title}")),
            note: format!("{mechanism} · {state}"),
            ..Todo::default()
        })
        .collect();
    slim_todos(&rows)
}

fn units(page: &SearchPage) -> Markup {
    let row = |(id, name, above): &(kernel::ids::UnitId, String, String)| Todo {
        href: crate::pages::units::unit_href(*id),
        title: name.clone(),
        note: above.clone(),
        ..Todo::default()
    };
    let rows: Vec<Todo> = page.units.iter().map(row).collect();
    slim_todos(&rows)
}

fn people(page: &SearchPage) -> Markup {
    let row = |(name, unit): &(String, String)| Todo { title: name.clone(), note: unit.clone(), ..Todo::default() };
    let rows: Vec<Todo> = page.people.iter().map(row).collect();
    slim_todos(&rows)
}
