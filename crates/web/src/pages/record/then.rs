//! A record on a past day: what was written down then.
//!
//! Never a step: what is past is not changed.

use app::queries::record_file::RecordFile;
use app::queries::record_file::then::{self, RecordThen, ThenLines};
use axum::extract::Query;
use axum::response::Response;
use kernel::ids::RecordId;
use maud::{Markup, html};

use super::view;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
use crate::visitor::{At, Visitor};

/// The day.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Day {
    day: String,
}

/// `GET /records/{record}/then?day=`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>, Query(day): Query<Day>) -> Result<Response, Failure> {
    let typed = if day.day.trim().is_empty() { visitor.ctx.today.to_string() } else { day.day };
    let page = then::record_then(&visitor.ctx, id, &typed).await?;
    let (mechanism, name) = &page.mechanism;
    let head = PageHead {
        crumbs: vec![
            Anchor::new(&page.chapter, urls::register(mechanism)),
            Anchor::new(name, urls::register(mechanism)),
            Anchor::new(&page.title, urls::record(id)),
            Anchor::new("过去的样子", ""),
        ],
        title: format!("{}：{}的样子", page.title, page.day),
        remark: match page.since {
            0 => "那天以后没有变动".to_owned(),
            since => format!("那天以后有 {since} 次变动"),
        },
        ..PageHead::default()
    };
    let content = html! {
        div.grid {
            div.c8.pile { (card(name, html! {}, lines(&page))) }
            div.c4.pile.lead { (card("换一天看", html! {}, form(id, &page.day.to_string()))) }
        }
    };
    visitor.page(Place::Mechanism(mechanism), &head, content).await
}

fn lines(page: &RecordThen) -> Markup {
    let Some(then) = &page.then else { return nothing_yet("那一天还没有登记。") };
    let list: Vec<Fact> = then.facts.iter().map(|line| Fact::text(&line.name, &line.words)).collect();
    let first = [Fact::text("名称", &then.title), Fact::text("状态", &then.state)];
    html! { (facts(&first.into_iter().chain(list).collect::<Vec<_>>(), false)) (tables(then)) }
}

fn tables(then: &ThenLines) -> Markup {
    html! { @for child in then.children.iter().filter(|child| !child.rows.is_empty()) { (view::child(child)) } }
}

/// Where a day is asked for, on the page of a register's entry.
pub(super) fn card_of(file: &RecordFile, today: &str) -> Markup {
    card("过去的样子", html! {}, form(file.id, today))
}

fn form(id: RecordId, day: &str) -> Markup {
    let control = Control::Day { value: day.to_owned(), min: None, max: None };
    html! {
        form.seek method="get" action=(urls::then(id)) {
            (field(&Field { required: true, ..Field::new("day", "看哪一天", control) }))
            (Button::submit("看那天"))
        }
    }
}
