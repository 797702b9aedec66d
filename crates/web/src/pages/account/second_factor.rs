//! One's own second factor: set up with an authenticator, recovery codes, taken away.
//!
//! Never a secret in an address, and never recovery codes on a page that can be opened again.

use app::commands::accounts::second_factor::{self, Confirmation, NewSecret, Proof};
use app::commands::sign_in::Hurdle;
use app::queries::accounts::own::{self, OwnAccount};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::{Refusal, Spot};
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::sign_in::{Next, put_cookie};
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::qr::qr;
use crate::parts::shell::{Anchor, PageHead, gate};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// `GET /account/second-factor`.
pub(crate) async fn show(visitor: Visitor, Query(next): Query<Next>) -> Result<Response, Failure> {
    overview(&visitor, StatusCode::OK, &next.next, html! {}).await
}

async fn overview(visitor: &Visitor, status: StatusCode, next: &str, said: Markup) -> Result<Response, Failure> {
    let account = own::own_account(&visitor.ctx, visitor.token()).await?;
    let content = html! {
        (said)
        @if visitor.hurdle.is_some() {
            (notice(Tone::Note, "先设置动态码", html! { "你的角色要求登录时除密码外再用一次性动态码。设好以后才能继续。" }))
        }
        (card(if account.has_second_factor { "换一个验证器" } else { "设置动态码" }, html! {}, begin_form(&account, next)))
        @if account.has_second_factor {
            (card("恢复码", html! {}, codes_form(&account)))
            @if !account.demands_second_factor { (card("不再使用动态码", html! {}, removal_form(&account))) }
        }
        @if visitor.hurdle.is_some() { form method="post" action="/sign-out" { (Button::submit("退出登录").full()) } }
    };
    framed(visitor, status, content).await
}

async fn framed(visitor: &Visitor, status: StatusCode, content: Markup) -> Result<Response, Failure> {
    let title = "动态码";
    let site = &visitor.guest.site;
    if visitor.hurdle == Some(Hurdle::SecondFactor) {
        return Ok(answer::page(status, gate(title, &site.name(), &site.look.assets, content)));
    }
    let crumbs = vec![Anchor::new("我的账号", "/account"), Anchor::new(title, "")];
    let head = PageHead { crumbs, title: title.to_owned(), ..PageHead::default() };
    visitor.page_as(status, Place::Elsewhere, &head, content).await
}

fn begin_form(account: &OwnAccount, next: &str) -> Markup {
    html! {
        form method="post" action="/account/second-factor/secret" {
            div.form {
                p { "手机或办公电脑上的验证器（支持 TOTP 的都可以，不需要联网）每半分钟给出一个六位数。登录时在密码之后输入它。" }
                @if urls::is_here(next) { input type="hidden" name="next" value=(next); }
                @if account.has_password { (field(&password_field("secret"))) }
            }
            div.send { (Button::submit("开始设置").main()) }
        }
    }
}

fn codes_form(account: &OwnAccount) -> Markup {
    html! {
        form method="post" action="/account/second-factor/codes" {
            div.form {
                p { "还有 " b { (account.recovery_codes) } " 个恢复码没有用过。验证器丢了，可以用恢复码代替动态码登录，每个只能用一次。" }
                (field(&code_field("").inside("codes")))
            }
            div.send { (Button::submit("换一批恢复码")) }
        }
    }
}

fn removal_form(account: &OwnAccount) -> Markup {
    html! {
        form method="post" action="/account/second-factor/removal" {
            @if account.has_password { div.form { (field(&password_field("removal"))) } }
            div.send { (Button::submit("不再使用动态码").danger()) }
        }
    }
}

fn password_field(form: &str) -> Field {
    Field::new("password", "现在的密码", Control::Password { autocomplete: "current-password" }).required().inside(form)
}

fn code_field(wrong: &str) -> Field {
    let control = Control::Text { value: String::new(), max: Some(40), autocomplete: Some("one-time-code") };
    let made = Field::new("code", "动态码", control).required().hint("验证器上现在显示的六位数");
    made.wrong((!wrong.is_empty()).then(|| wrong.to_owned()))
}

fn proof(visitor: &Visitor, sent: &Sent) -> Proof {
    Proof {
        password: sent.text("password").to_owned(),
        address: visitor.guest.origin().address,
        token: visitor.token().to_owned(),
    }
}

/// `POST /account/second-factor/secret`: a new secret, to be put into an authenticator.
pub(crate) async fn begin(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    match second_factor::begin(&visitor.ctx, proof(&visitor, &sent)).await {
        Ok(secret) => scan(&visitor, StatusCode::OK, &secret, sent.text("next"), &[]).await,
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals, sent.text("next")).await,
        Err(other) => Err(other.into()),
    }
}

async fn again(visitor: &Visitor, refusals: &[Refusal], next: &str) -> Result<Response, Failure> {
    let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    overview(visitor, error::status_of(refusals), next, words::refused(&said)).await
}

/// The secret as a picture and in letters, and the first code.
async fn scan(
    visitor: &Visitor,
    status: StatusCode,
    secret: &NewSecret,
    next: &str,
    said: &[Said],
) -> Result<Response, Failure> {
    let issuer = urls::percent(&visitor.guest.site.name());
    let name = urls::percent(&secret.login_name);
    let address = format!("otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}", secret.typed);
    let letters: Vec<char> = secret.typed.chars().collect();
    let letters = letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
    let wrong: Vec<String> = said.iter().map(words::sentence).collect();
    let content = html! {
        section.card {
            header { h2 { "用验证器扫一扫" } }
            form method="post" action="/account/second-factor" {
                div.form {
                    div.qr { (qr(&address)) }
                    p { "不能扫的，手工输入这串字母：" code { (letters) } }
                    input type="hidden" name="sealed" value=(secret.sealed);
                    @if urls::is_here(next) { input type="hidden" name="next" value=(next); }
                    (field(&code_field(&wrong.join(" "))))
                }
                div.send { (Button::submit("确认启用").main()) }
            }
        }
    };
    framed(visitor, status, content).await
}

/// `POST /account/second-factor`: the first code takes the secret into use.
pub(crate) async fn confirm(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let form = Confirmation {
        sealed: sent.text("sealed").to_owned(),
        code: sent.text("code").to_owned(),
        address: visitor.guest.origin().address,
        token: visitor.token().to_owned(),
    };
    let sealed = form.sealed.clone();
    match second_factor::confirm(&visitor.ctx, form).await {
        Ok((codes, token)) => {
            let mut response = shown_once(&visitor, &codes, sent.text("next"), "动态码已启用").await?;
            put_cookie(&mut response, &visitor.guest.site, &token, "");
            Ok(response)
        }
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let at_code = said.iter().all(|said| matches!(said.at, Spot::Field(_)));
            if !at_code {
                return again(&visitor, &refusals, sent.text("next")).await;
            }
            let secret = second_factor::again(&visitor.ctx, &sealed).await?;
            scan(&visitor, error::status_of(&refusals), &secret, sent.text("next"), &said).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Recovery codes, this once.
async fn shown_once(visitor: &Visitor, codes: &[String], next: &str, title: &str) -> Result<Response, Failure> {
    let on = if urls::is_here(next) { next } else { "/" };
    let content = html! {
        (notice(Tone::Ok, title, html! { "下面的恢复码只显示这一次，请打印或抄下来，锁在别处。验证器丢了时，每个可以代替动态码用一次。" }))
        section.card {
            header { h2 { "恢复码" } }
            ul.pad.codes { @for code in codes { li { code { (code) } } } }
            div.send { (Button::link("已经收好，继续", on).main()) }
        }
    };
    framed(visitor, StatusCode::OK, content).await
}

/// `POST /account/second-factor/codes`.
pub(crate) async fn renew(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let address = visitor.guest.origin().address;
    match second_factor::new_codes(&visitor.ctx, sent.text("code"), address.as_deref(), visitor.token()).await {
        Ok(codes) => shown_once(&visitor, &codes, "/account", "已换一批恢复码").await,
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals, "").await,
        Err(other) => Err(other.into()),
    }
}

/// `POST /account/second-factor/removal`.
pub(crate) async fn remove(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    match second_factor::remove(&visitor.ctx, proof(&visitor, &sent)).await {
        Ok(()) => Ok(answer::see(&urls::with("/account", &[("done", "factor")]))),
        Err(app::Error::Refused(refusals)) => again(&visitor, &refusals, "").await,
        Err(other) => Err(other.into()),
    }
}
