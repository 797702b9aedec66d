//! My desk 工作台: what must I do today, what did I hand on, what is new, how do we stand?

use app::queries::desk::{self, Desk, DeskLine, InName};
use app::queries::figures::FigureCard;
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::{figures, inbox, words};
use crate::parts::buttons::Button;
use crate::parts::cards::{card, figure_card};
use crate::parts::empty::{empty, nothing_yet};
use crate::parts::icons::Icon;
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::PageHead;
use crate::parts::todo::{Todo, slim_todos, todos};
use crate::urls;
use crate::visitor::Visitor;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    left: String,
}

/// `GET /`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let desk = desk::desk(&visitor.ctx).await?;
    let head = PageHead { title: "工作台".to_owned(), remark: desk.day.clone(), ..PageHead::default() };
    let said = html! {
        @if !done.left.is_empty() {
            (notice(Tone::Ok, "已办理", html! { "这件事现在不由你办，也不在你看得到的范围里；再轮到你时会列在这里。" }))
        }
    };
    visitor.page(Place::Desk, &head, html! { (said) (content(&desk)) }).await
}

fn content(desk: &Desk) -> Markup {
    html! {
        @if !desk.cards.is_empty() { div.figs { @for one in &desk.cards { (figure(one)) } } }
        div.grid {
            div.c8.pile {
                @if desk.dead > 0 { (card("外发", html! { (desk.dead) " 条" }, dead(desk))) }
                @if desk.reviews > 0 { (card("待我评审", html! { (desk.reviews) " 件" }, reviews(desk))) }
                @if desk.receipts > 0 { (card("待签收", html! { (desk.receipts) " 份" }, receipts(desk))) }
                (card("今天要办", html! { (more(desk.todo.len(), desk.more)) " " a href=(urls::TODO) { "全部待办" } }, todo(desk)))
                @for one in &desk.in_name { (card(&format!("代{}办", one.name), more(one.todo.len(), one.more), in_name(one))) }
            }
            div.c4.pile {
                (card("我交出去的", html! {}, handed(desk)))
                (card("新到", html! { a href="/inbox" { "全部" } }, inbox::lines(&desk.news, "没有通知。收到的任务、批复和提醒会列在这里。")))
            }
        }
    }
}

fn reviews(desk: &Desk) -> Markup {
    let title = format!("有{}件申报等你评审", desk.reviews);
    let act = Some(Button::link("去评审", urls::REVIEWS));
    todos(&[Todo {
        href: urls::REVIEWS.to_owned(),
        title,
        note: "评完以前看不到别人的意见".to_owned(),
        act,
        ..Todo::default()
    }])
}

fn receipts(desk: &Desk) -> Markup {
    let title = format!("有{}份发给本单位的文件等着签收", desk.receipts);
    let act = Some(Button::link("去签收", urls::RECEIPTS));
    todos(&[Todo { href: urls::RECEIPTS.to_owned(), title, act, ..Todo::default() }])
}

fn dead(desk: &Desk) -> Markup {
    let title = format!("有{}条消息发不出去，已列为死信", desk.dead);
    let act = Some(Button::link("去处理", urls::DELIVERIES));
    todos(&[Todo { href: urls::DELIVERIES.to_owned(), title, act, ..Todo::default() }])
}

fn figure(one: &FigureCard) -> Markup {
    let href = urls::figure(&one.mechanism, &one.id);
    figure_card(&figures::card_of(one, Some(href)))
}

fn more(count: usize, more: bool) -> Markup {
    html! { @if more { "只列最急的 " (count) " 件" } @else if count > 0 { "共 " (count) " 件" } }
}

fn in_name(one: &InName) -> Markup {
    if one.todo.is_empty() {
        return nothing_yet("现在没有要代办的事。");
    }
    todos(&one.todo.iter().map(|line| row(line, true)).collect::<Vec<_>>())
}

fn todo(desk: &Desk) -> Markup {
    if desk.todo.is_empty() {
        let next = "轮到你办的事会按时限列在这里。要看其他事项，请打开左侧的台账。";
        return empty(Icon::Check, "现在没有等你办的事", next, &[]);
    }
    let rows: Vec<Todo> = desk.todo.iter().map(|line| row(line, true)).collect();
    todos(&rows)
}

fn handed(desk: &Desk) -> Markup {
    if desk.handed.is_empty() {
        return nothing_yet("你办过、现在由别人办的事会列在这里。");
    }
    let rows: Vec<Todo> = desk.handed.iter().map(|line| row(line, false)).collect();
    slim_todos(&rows)
}

/// A record as a line; `is_mine` says that its reader is to act.
pub(crate) fn row(line: &DeskLine, is_mine: bool) -> Todo {
    let title = match &line.number {
        Some(number) => format!("{number} · {}", line.title),
        None => line.title.clone(),
    };
    let note = match is_mine {
        true => format!("{} · {} · {}", line.mechanism, line.unit, line.state),
        false => format!("{} · {} · 现由 {}", line.unit, line.state, line.holder),
    };
    let act = line.step.as_ref().filter(|_| is_mine).map(|step| Button::link(step, urls::record(line.id)));
    Todo { light: words::pair(line.light.as_ref()), href: urls::record(line.id), title, note, act }
}
