//! Changing one's own password: from the account's page, or because it is asked for before anything else.
//!
//! Never a password that comes back in a form.

use app::commands::accounts::password::{self, NewPassword};
use app::commands::sign_in::Hurdle;
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::sign_in::{Next, put_cookie};
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::{Anchor, PageHead, gate};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// `GET /account/password`.
pub(crate) async fn show(visitor: Visitor, Query(next): Query<Next>) -> Result<Response, Failure> {
    page(&visitor, StatusCode::OK, &next.next, &[]).await
}

/// `POST /account/password`: changed, and on; or the form again.
pub(crate) async fn change(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let form = NewPassword {
        old: sent.text("old").to_owned(),
        new: sent.text("new").to_owned(),
        again: sent.text("again").to_owned(),
        address: visitor.guest.origin().address,
        token: visitor.token().to_owned(),
    };
    match password::change(&visitor.ctx, form).await {
        Ok(token) => {
            let next = sent.text("next");
            let to =
                if urls::is_here(next) { next.to_owned() } else { urls::with("/account", &[("done", "password")]) };
            let mut response = answer::see(&to);
            put_cookie(&mut response, &visitor.guest.site, &token, "");
            Ok(response)
        }
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), sent.text("next"), &said).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(visitor: &Visitor, status: StatusCode, next: &str, said: &[Said]) -> Result<Response, Failure> {
    let title = "修改密码";
    let site = &visitor.guest.site;
    if visitor.hurdle == Some(Hurdle::Password) {
        let content = html! {
            (notice(Tone::Note, "先换成自己的密码", html! { "初始密码只用一次，到期的密码要更换。换好以后才能继续。" }))
            (form(visitor, next, said))
            form method="post" action="/sign-out" { (Button::submit("退出登录").full()) }
        };
        return Ok(answer::page(status, gate(title, &site.name(), &site.look.assets, content)));
    }
    let crumbs = vec![Anchor::new("我的账号", "/account"), Anchor::new(title, "")];
    let head = PageHead { crumbs, title: title.to_owned(), ..PageHead::default() };
    visitor.page_as(status, Place::Elsewhere, &head, form(visitor, next, said)).await
}

fn form(visitor: &Visitor, next: &str, said: &[Said]) -> Markup {
    let policy = visitor.ctx.policy();
    let rules = format!(
        "至少{}个字，最多{}个字；小写字母、大写字母、数字、其他符号四类里至少三类，或者一句20个字以上的话。可以粘贴。",
        policy.password_least,
        kernel::entry::HIGHEST_LENGTH
    );
    let label = |name: &str| match name {
        "old" => "原密码".to_owned(),
        "new" => "新密码".to_owned(),
        _ => "再输一次新密码".to_owned(),
    };
    let one = |name: &str, autocomplete| {
        let at = |said: &&Said| matches!(&said.at, Spot::Field(id) if id.as_str() == name);
        let wrong: Vec<String> = said.iter().filter(at).map(words::sentence).collect();
        let control = Control::Password { autocomplete };
        let made = Field::new(name, label(name), control).required();
        made.wrong((!wrong.is_empty()).then(|| wrong.join(" ")))
    };
    let fields = html! {
        @if urls::is_here(next) { input type="hidden" name="next" value=(next); }
        (field(&one("old", "current-password")))
        (field(&one("new", "new-password").hint(rules)))
        (field(&one("again", "new-password")))
    };
    let button = Button::submit("修改密码").main();
    html! {
        @if !said.is_empty() { (refused(&words::wanted(said, "", label))) }
        form.card method="post" action="/account/password" {
            @if visitor.hurdle.is_some() { h1 { "修改密码" } (fields) (button) }
            @else { div.form { (fields) } div.send { (button) } }
        }
    }
}
