//! My following 我的关注: what I follow, where it stands, and ending it.
//!
//! Never a title that is no longer for these eyes.

use app::commands::following;
use app::queries::following::{self as asked, Following, FollowingLine};
use axum::extract::Query;
use axum::response::Response;
use kernel::ids::RecordId;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Which page.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

/// `GET /following`.
pub(crate) async fn show(visitor: Visitor, Query(ask): Query<Asked>) -> Result<Response, Failure> {
    let page = asked::following(&visitor.ctx, ask.after.parse().ok()).await?;
    let acts = html! { (Button::link("通知设置", urls::NOTICES)) };
    let head = PageHead { title: "我的关注".to_owned(), acts: Some(acts), ..PageHead::default() };
    visitor.page(Place::Elsewhere, &head, card("关注的事项", html! {}, lines(&page))).await
}

fn lines(page: &Following) -> Markup {
    if page.lines.is_empty() {
        return nothing_yet("还没有关注。打开一件事项，点“关注”，它每走一步、每有留言都会告诉你。");
    }
    let next = page.next.map(|id| urls::with(urls::FOLLOWING, &[("after", &id.to_string())]));
    html! {
        (table(&Table {
            caption: "关注的事项".to_owned(),
            columns: vec![
                Column::new("事项", ColumnKind::Long),
                Column::new("机制", ColumnKind::Text),
                Column::new("状态", ColumnKind::Chip),
                Column::new("关注", ColumnKind::Day),
                Column::new("", ColumnKind::Acts),
            ],
            rows: page.lines.iter().map(row).collect(),
            choose: None,
            wide: false,
        }))
        (pager(&Pager { shown: page.lines.len() as u64, unit: "件".to_owned(), next, ..Pager::default() }, html! {}))
    }
}

fn row(line: &FollowingLine) -> Row {
    let title = html! {
        @if line.is_seen { a href=(urls::record(line.id)) { (line.title) } } @else { span.quiet { (line.title) } }
    };
    Row {
        cells: vec![
            Cell::shown(title),
            Cell::text(&line.mechanism),
            Cell::shown(html! { (line.state) " " (words::light(line.light.as_ref())) }),
            Cell::text(&line.since),
            Cell::shown(button(line.id, true, true)),
        ],
        ..Row::default()
    }
}

/// The button that follows a record or ends it.
pub(crate) fn button(id: RecordId, follows: bool, from_list: bool) -> Markup {
    let (label, value) = if follows { ("取消关注", "no") } else { ("关注", "yes") };
    let press = Button::submit(label).named("follow", value);
    html! {
        form method="post" action=(urls::record_following(id)) {
            @if from_list { input type="hidden" name="from" value="list"; }
            (if from_list { press.tiny() } else { press })
        }
    }
}

/// `POST /records/{record}/following`.
pub(crate) async fn change(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    match sent.text("follow") {
        "no" => following::unfollow(&visitor.ctx, id).await?,
        _ => following::follow(&visitor.ctx, id).await?,
    }
    let back = if sent.text("from") == "list" { urls::FOLLOWING.to_owned() } else { urls::record(id) };
    Ok(answer::see(&back))
}
