//! Where the code leads: somebody stands at the door with a telephone.
//!
//! Never says who is on the list: a wrong name and wrong digits are answered alike.

use app::commands::attendance::{self, code};
use app::commands::sign_in;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::authority::Actor;
use kernel::refusal::Refusal;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::parts::buttons::Button;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::gate;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Guest};

/// Who holds the telephone, if they are signed in on it.
async fn ctx_of(guest: &Guest) -> Result<app::Ctx, Failure> {
    let ctx = guest.ctx(Actor::Clock, None);
    let Some(token) = &guest.token else { return Ok(ctx) };
    let entered = sign_in::whose(&ctx, token).await?.filter(|entered| entered.hurdle.is_none());
    Ok(entered.map_or(ctx, |entered| guest.ctx(entered.actor, Some(entered.account))))
}

/// `GET /attend/{code}`.
pub(crate) async fn show(guest: Guest, At(text): At<String>) -> Result<Response, Failure> {
    let ctx = ctx_of(&guest).await?;
    match code::title(&ctx, &text).await {
        Ok(title) => Ok(page(&guest, StatusCode::OK, form(&ctx, &title, &text, "", html! {}))),
        Err(app::Error::Refused(refusals)) => Ok(refused(&guest, &ctx, &refusals)),
        Err(other) => Err(other.into()),
    }
}

/// `POST /attend/{code}`: they are here.
pub(crate) async fn come(guest: Guest, At(text): At<String>, sent: Sent) -> Result<Response, Failure> {
    let ctx = ctx_of(&guest).await?;
    let title = match code::title(&ctx, &text).await {
        Ok(title) => title,
        Err(app::Error::Refused(refusals)) => return Ok(refused(&guest, &ctx, &refusals)),
        Err(other) => return Err(other.into()),
    };
    let done = match ctx.person() {
        Some(_) => attendance::by_code(&ctx, &text).await,
        None => attendance::by_name(&ctx, &text, sent.text("name"), sent.text("digits")).await,
    };
    match done {
        Ok(noted) => {
            let words = match noted.known_at {
                Some(at) => format!("{} 已经签过到，不用再签。", app::words::moment(at)),
                None => format!("{} 签到成功。", app::words::moment(ctx.now)),
            };
            let content = html! {
                section.card { h1 { (title) } (notice(Tone::Ok, "已签到", html! { (words) })) }
            };
            Ok(page(&guest, StatusCode::OK, content))
        }
        Err(app::Error::Refused(refusals)) => {
            let said = said(&ctx, &refusals);
            Ok(page(&guest, error::status_of(&refusals), form(&ctx, &title, &text, sent.text("name"), said)))
        }
        Err(other) => Err(other.into()),
    }
}

fn said(ctx: &app::Ctx, refusals: &[Refusal]) -> Markup {
    let said = refusals.first().map(|refusal| app::words::say(ctx.vocabulary(), refusal));
    html! { @if let Some(said) = said { (notice(Tone::Error, &said.says, html! { (said.next.unwrap_or_default()) })) } }
}

/// A code that leads nowhere: over, or made up.
fn refused(guest: &Guest, ctx: &app::Ctx, refusals: &[Refusal]) -> Response {
    page(guest, StatusCode::NOT_FOUND, said(ctx, refusals))
}

fn form(ctx: &app::Ctx, title: &str, code: &str, name: &str, said: Markup) -> Markup {
    html! {
        (said)
        form.card method="post" action=(urls::attend(code)) {
            h1 { (title) }
            @if ctx.person().is_some() {
                p { "你是 " b { (ctx.actor.name()) } "，点下面的按钮签到。" }
            } @else {
                (field(&Field::new("name", "姓名", Control::Text { value: name.chars().take(40).collect(), max: Some(40), autocomplete: Some("name") }).required()))
                (field(&Field::new("digits", "手机号或身份证号后四位", Control::Text { value: String::new(), max: Some(4), autocomplete: Some("off") }).required().hint("和人员档案核对，不会保存")))
            }
            (Button::submit("签到").main().full())
        }
        p.foot { "签到留痕" }
    }
}

fn page(guest: &Guest, status: StatusCode, content: Markup) -> Response {
    answer::page(status, gate("签到", &guest.site.name(), &guest.site.look.assets, content))
}
