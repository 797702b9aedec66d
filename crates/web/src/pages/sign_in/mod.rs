//! Signing in and out: name and password, then a code where one is asked for.
//!
//! Never keeps a password, and never says whether a name exists.

pub(crate) mod code;
pub(crate) mod single_sign_on;

use app::commands::sign_in::{self, SignIn};
use axum::extract::Query;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
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
use crate::site::Site;
use crate::urls;
use crate::visitor::Guest;

/// Where to go on after signing in.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    pub(crate) next: String,
}

/// `GET /sign-in`.
pub(crate) async fn show(guest: Guest, Query(next): Query<Next>) -> Response {
    answer::page(StatusCode::OK, form(&guest, "", &next.next, None))
}

/// `POST /sign-in`: in, and on to where the person wanted to go; or the form again.
pub(crate) async fn sign_in(guest: Guest, sent: Sent) -> Result<Response, Failure> {
    let ctx = guest.ctx(Actor::Clock, None);
    let name: String = sent.text("name").chars().take(100).collect();
    let typed = SignIn {
        name: name.clone(),
        password: sent.text("password").chars().take(1000).collect(),
        origin: guest.origin(),
    };
    match sign_in::sign_in(&ctx, typed).await {
        Ok(token) => {
            let next = sent.text("next");
            let mut response = answer::see(if urls::is_here(next) { next } else { "/" });
            put_cookie(&mut response, &guest.site, &token, "");
            Ok(response)
        }
        Err(app::Error::Refused(refusals)) => Ok(refused(&guest, &ctx, &name, sent.text("next"), &refusals)),
        Err(other) => Err(other.into()),
    }
}

/// The form again, with why nobody was let in.
fn refused(guest: &Guest, ctx: &app::Ctx, name: &str, next: &str, refusals: &[Refusal]) -> Response {
    let said = refusals.first().map(|refusal| app::words::say(ctx.vocabulary(), refusal));
    answer::page(error::status_of(refusals), form(guest, name, next, said))
}

/// `POST /sign-out`: out, whoever it was.
pub(crate) async fn sign_out(guest: Guest) -> Result<Response, Failure> {
    let ctx = guest.ctx(Actor::Clock, None);
    if let Some(token) = &guest.token {
        sign_in::sign_out(&ctx, token).await?;
    }
    Ok(out(&guest))
}

/// To the door, without a token.
pub(crate) fn out(guest: &Guest) -> Response {
    let mut response = answer::see("/sign-in");
    put_cookie(&mut response, &guest.site, "", "; Max-Age=0");
    response
}

/// Hands the browser its token.
pub(crate) fn put_cookie(response: &mut Response, site: &Site, token: &str, more: &str) {
    let secure = if site.options.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{more}", site.cookie_name());
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

fn form(guest: &Guest, name: &str, next: &str, said: Option<app::words::Said>) -> Markup {
    let site = &guest.site;
    let account = Control::Text { value: name.to_owned(), max: None, autocomplete: Some("username") };
    let password = Control::Password { autocomplete: "current-password" };
    let content = html! {
        @if let Some(said) = said { (notice(Tone::Error, &said.says, html! { (said.next.unwrap_or_default()) })) }
        form.card method="post" action="/sign-in" {
            h1 { "登录" }
            @if urls::is_here(next) { input type="hidden" name="next" value=(next); }
            (field(&Field::new("name", "用户名", account).required()))
            (field(&Field::new("password", "密码", password).required().hint("区分大小写")))
            (Button::submit("登录").main())
        }
        @if let Some(single) = site.office.single_sign_on() {
            @let to = urls::with("/sign-in/single-sign-on", &[("next", if urls::is_here(next) { next } else { "" })]);
            (Button::link(format!("用{}登录", single.settings.name), to).full())
        }
        @if !site.options.demo_accounts.is_empty() { (demo(site, next)) }
        p.foot { "内部系统，操作均留痕" }
    };
    gate("登录", &site.name(), &site.look.assets, content)
}

fn demo(site: &Site, next: &str) -> Markup {
    let accounts = &site.options.demo_accounts;
    let same =
        accounts.first().map(|(_, password, _)| password).filter(|same| accounts.iter().all(|it| it.1 == **same));
    html! {
        section.card.demo {
            h2 { "演示账号" }
            p.hint { "虚构的岚湾新区，人物和数据都是编的。点一下就以这个人的身份进入。" @if let Some(same) = same { "密码都是 " code { (same) } "。" } }
            ul {
                @for (name, password, who) in accounts {
                    li {
                        form method="post" action="/sign-in" {
                            input type="hidden" name="name" value=(name);
                            input type="hidden" name="password" value=(password);
                            @if urls::is_here(next) { input type="hidden" name="next" value=(next); }
                            (Button::submit(who.as_str()).tiny())
                            code { (name) } @if same.is_none() { " " code { (password) } }
                        }
                    }
                }
            }
        }
    }
}
