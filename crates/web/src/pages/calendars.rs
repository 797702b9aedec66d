//! Calendars 日历: my own by an address of its own, and the days of one record.
//!
//! Never a page behind that address: it gives days and titles, and nothing can be done by it.

use app::commands::calendars;
use app::queries::calendars as asked;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kernel::authority::Actor;
use kernel::ids::RecordId;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
use crate::visitor::{At, Guest, Visitor};

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

fn home(ctx: &app::Ctx) -> String {
    ctx.office.outward().map(|it| it.home().to_owned()).unwrap_or_default()
}

fn file(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"calendar.ics\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (headers, text).into_response()
}

/// `GET /calendar/{feed}`: for a calendar program that knows the address.
pub(crate) async fn feed(guest: Guest, At(feed): At<String>) -> Result<Response, Failure> {
    let token = feed.strip_suffix(".ics").unwrap_or(&feed);
    Ok(file(calendars::by_token(&guest.ctx(Actor::Clock, None), token).await?))
}

/// `GET /records/{record}/calendar.ics`.
pub(crate) async fn of_record(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    Ok(file(asked::of_record(&visitor.ctx, &home(&visitor.ctx), id).await?))
}

/// `GET /account/calendar`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let above = match done.done.as_str() {
        "ended" => notice(Tone::Ok, "已停用", html! { "原来的地址从现在起什么也读不到。" }),
        _ => html! {},
    };
    page(&visitor, above).await
}

/// `POST /account/calendar`: an address, shown this once.
pub(crate) async fn make(visitor: Visitor) -> Result<Response, Failure> {
    let token = calendars::make(&visitor.ctx).await?;
    let home = home(&visitor.ctx);
    let above = notice(
        Tone::Ok,
        "已开通，地址只显示这一次",
        html! {
            p { code { (home) "/calendar/" (token) ".ics" } }
            p { "请填进日历程序的“订阅日历”里。" @if home.is_empty() { "前面要加上浏览器里看到的本系统地址。" } "谁有这个地址，谁就能看到你的日程：不要转给别人；泄露了就重新开通一次。" }
        },
    );
    page(&visitor, above).await
}

/// `POST /account/calendar/end`.
pub(crate) async fn end(visitor: Visitor) -> Result<Response, Failure> {
    calendars::end(&visitor.ctx).await?;
    Ok(answer::see(&urls::with(urls::CALENDAR, &[("done", "ended")])))
}

async fn page(visitor: &Visitor, above: Markup) -> Result<Response, Failure> {
    let standing = calendars::standing(&visitor.ctx).await?;
    let crumbs = vec![Anchor::new("我的账号", "/account"), Anchor::new("日历订阅", "")];
    let head = PageHead { crumbs, title: "日历订阅".to_owned(), ..PageHead::default() };
    let content = html! {
        (above)
        (card("我的日程", html! {}, html! {
            p.quiet.pad { "轮到你办的事的期限、请你参加的会议和培训，从三十天前到一百八十天后，出现在你的日历程序里。含个人信息的事项只写编号。" }
            @match &standing {
                Some(feed) => {
                    (facts(&[
                        Fact::text("开通", &app::words::moment(feed.made_at)),
                        Fact::text("最近读取", &feed.read_on.map(|day| day.to_string()).unwrap_or_default()),
                    ], true))
                    form method="post" action="/account/calendar" { div.send { (Button::submit("换一个地址").confirm("原来的地址就读不到了，确定吗？")) } }
                    form method="post" action="/account/calendar/end" { div.send { (Button::submit("停用").danger()) } }
                }
                None => {
                    form method="post" action="/account/calendar" { div.send { (Button::submit("开通日历订阅").main()) } }
                }
            }
        }))
    };
    visitor.page_as(axum::http::StatusCode::OK, Place::Elsewhere, &head, content).await
}
