//! The inbox 待阅: what the program told this person.

use app::commands::inbox;
use app::queries::desk::{self, NewsLine};
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::shell::PageHead;
use crate::parts::todo::{Todo, slim_todos};
use crate::urls;
use crate::visitor::Visitor;

/// `GET /inbox`.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Failure> {
    let news = desk::inbox(&visitor.ctx).await?;
    let unread = news.iter().filter(|line| line.is_unread).count();
    let acts = (unread > 0).then(|| {
        html! { form method="post" action="/inbox/reading" { (Button::submit("全部标为已阅")) } }
    });
    let remark = if unread > 0 { format!("{unread} 条未读") } else { String::new() };
    let head = PageHead { title: "待阅".to_owned(), remark, acts, ..PageHead::default() };
    let empty = "没有通知。收到的任务、批复和提醒会列在这里。";
    visitor.page(Place::Elsewhere, &head, card("通知", html! {}, lines(&news, empty))).await
}

/// `POST /inbox/reading`: all of it is read.
pub(crate) async fn read_all(visitor: Visitor) -> Result<Response, Failure> {
    inbox::read_all(&visitor.ctx).await?;
    Ok(answer::see("/inbox"))
}

/// Notices as lines, also for the desk.
pub(crate) fn lines(news: &[NewsLine], otherwise: &str) -> Markup {
    if news.is_empty() {
        return nothing_yet(otherwise);
    }
    let row = |line: &NewsLine| Todo {
        href: line.record.map(if line.votes { urls::vote } else { urls::record }).unwrap_or_default(),
        title: line.words.clone(),
        note: if line.is_unread { format!("{} · 未读", line.at) } else { line.at.clone() },
        ..Todo::default()
    };
    let rows: Vec<Todo> = news.iter().map(row).collect();
    slim_todos(&rows)
}
