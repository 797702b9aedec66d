//! Whom a figure of people counts, each once, with the way to the records that name them.

use app::queries::figures::{self, Counted, PeoplePage};
use axum::extract::Query;
use axum::response::Response;
use kernel::ids::PersonId;
use maud::html;

use super::Asked;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// Which people.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    pub(crate) slice: String,
    pub(crate) after: String,
}

impl Which {
    /// After whom the page begins.
    pub(crate) fn after(&self) -> Result<Option<PersonId>, Failure> {
        match self.after.as_str() {
            "" => Ok(None),
            id => id.parse().map(Some).map_err(|_| Failure::not_found()),
        }
    }
}

/// `GET /m/{mechanism}/figures/{figure}/people?unit=&period=&slice=&after=`.
pub(crate) async fn show(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    Query(asked): Query<Asked>,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let at = (which.slice.as_str(), which.after()?);
    let page = figures::people(&visitor.ctx, &mechanism, &figure, &asked.ask()?, at).await?;
    let own = urls::figure(&page.mechanism.0, &page.figure.0);
    let who = if page.are_missing { "还没有到的人" } else { "数到的人" };
    let head = PageHead {
        crumbs: vec![
            Anchor::new("数字", "/figures"),
            Anchor::new(&page.figure.1, super::address(&own, &page.asked)),
            Anchor::new(who, ""),
        ],
        title: format!("{}：{who}", page.figure.1),
        remark: format!("{} · {}{}", page.unit_words, page.asked.period.words(), page.slice_words),
        ..PageHead::default()
    };
    let row = |it: &Counted| Row {
        cells: vec![
            Cell::text(&it.name),
            Cell::text(&it.unit),
            Cell::shown(html! { a href=(records(&page, &which, it.person)) { (it.times) "次" } }),
        ],
        ..Row::default()
    };
    let list = Table {
        caption: who.to_owned(),
        columns: vec![
            Column::new("姓名", ColumnKind::Text),
            Column::new("所在单位", ColumnKind::Text),
            Column::new(if page.are_missing { "应到的事项" } else { "写到的事项" }, ColumnKind::Number),
        ],
        rows: page.people.iter().map(row).collect(),
        choose: None,
        wide: false,
    };
    let content = html! {
        (card(who, html! { "同一人只算一次" }, html! {
            @if page.people.is_empty() { (nothing_yet("这个期间没有数到人。")) } @else { (table(&list)) }
            p.pad.quiet.small { (page.words) }
            @if let Some(next) = page.next {
                div.send { (Button::link("下一页", address(&page, &format!("{own}/people"), &[("slice", &which.slice), ("after", &next.to_string())]))) }
            }
        }))
    };
    visitor.page(Place::Mechanism(&page.mechanism.0), &head, content).await
}

fn address(page: &PeoplePage, path: &str, more: &[(&str, &str)]) -> String {
    let unit = page.asked.unit.map(|id| id.to_string()).unwrap_or_default();
    let period = page.asked.period.to_string();
    let pairs: Vec<(&str, &str)> =
        [("unit", unit.as_str()), ("period", &period)].into_iter().chain(more.iter().copied()).collect();
    urls::with(path, &pairs)
}

/// The records that name somebody.
fn records(page: &PeoplePage, which: &Which, person: PersonId) -> String {
    let more =
        [("tab", "all"), ("figure", page.named.1.as_str()), ("slice", &which.slice), ("who", &person.to_string())];
    address(page, &urls::register(&page.named.0), &more)
}
