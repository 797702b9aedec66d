//! The second part of a sign-in: the page that asks for a one-time code.
//!
//! Never anything of the house around it.

use app::commands::sign_in::code;
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::authority::Actor;
use maud::{Markup, html};

use super::{Next, put_cookie};
use crate::answer;
use crate::error::{self, Failure};
use crate::parts::buttons::Button;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::gate;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// `GET /sign-in/code`: for whoever is in already, the way on.
pub(crate) async fn show(visitor: Visitor, Query(next): Query<Next>) -> Response {
    if visitor.hurdle.is_none() {
        return answer::see(if urls::is_here(&next.next) { &next.next } else { "/" });
    }
    page(&visitor, StatusCode::OK, &next.next, &[])
}

/// `POST /sign-in/code`.
pub(crate) async fn give(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let guest = &visitor.guest;
    let nobody = guest.ctx(Actor::Clock, None);
    match code::give_code(&nobody, visitor.token(), sent.text("code"), &guest.origin()).await {
        Ok(token) => {
            let next = sent.text("next");
            let mut response = answer::see(if urls::is_here(next) { next } else { "/" });
            put_cookie(&mut response, &guest.site, &token, "");
            Ok(response)
        }
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            Ok(page(&visitor, error::status_of(&refusals), sent.text("next"), &said))
        }
        Err(other) => Err(other.into()),
    }
}

fn page(visitor: &Visitor, status: StatusCode, next: &str, said: &[Said]) -> Response {
    let site = &visitor.guest.site;
    let control = Control::Text { value: String::new(), max: Some(40), autocomplete: Some("one-time-code") };
    let asked =
        Field::new("code", "动态码", control).required().hint("验证器上的六位数；验证器丢了，可以输入一个恢复码");
    let content = html! {
        @for one in said { (notice(Tone::Error, &one.says, html! { (one.next.as_deref().unwrap_or("")) })) }
        form.card method="post" action="/sign-in/code" {
            h1 { "输入动态码" }
            @if urls::is_here(next) { input type="hidden" name="next" value=(next); }
            (field(&asked))
            (Button::submit("继续").main())
        }
        (demo(visitor, next))
        form method="post" action="/sign-out" { (Button::submit("换一个账号").full()) }
        p.foot { "验证器和恢复码都丢了的，请联系安全管理员重置" }
    };
    answer::page(status, gate("输入动态码", &site.name(), &site.look.assets, content))
}

/// In the demo nobody has the authenticator: the page says what it would show.
fn demo(visitor: &Visitor, next: &str) -> Markup {
    let site = &visitor.guest.site;
    let Some(secret) = &site.options.demo_secret else { return html! {} };
    let seconds = u64::try_from(visitor.ctx.now / 1000).unwrap_or(0);
    let Ok(codes) = app::commands::accounts::second_factor::totp(secret) else { return html! {} };
    let code = codes.generate(seconds).to_string();
    html! {
        section.card.demo {
            h2 { "演示" }
            p.hint { "管理员登录要用动态码。演示里没有手机上的验证器，它现在会显示 " code { (code) } "。" }
            form method="post" action="/sign-in/code" {
                input type="hidden" name="code" value=(code);
                @if urls::is_here(next) { input type="hidden" name="next" value=(next); }
                (Button::submit("用这个动态码继续").tiny())
            }
        }
    }
}
