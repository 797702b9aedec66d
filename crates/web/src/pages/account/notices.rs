//! How I am told: always here, and by mail as well what I want there.
//!
//! Never anybody else's address.

use app::commands::mailing::Group;
use app::commands::mailing::boxes::{self, OwnBox};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::{Anchor, PageHead};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /account/notices`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let ok = |title: &str, words: &str| notice(Tone::Ok, title, html! { (words) });
    let above = match done.done.as_str() {
        "sent" => ok("验证码已发出", "请到邮箱里查看，三十分钟内填在下面。没有填对以前，别的邮件一封也不会发去。"),
        "confirmed" => ok("邮箱已确认", "现在可以选哪些通知也用邮件告诉你。"),
        "kinds" => ok("已保存", "从下一条通知起生效。"),
        "removed" => ok("已撤下邮箱", "以后不再发邮件，站内通知照旧。"),
        _ => html! {},
    };
    page(&visitor, StatusCode::OK, above, ("", &[])).await
}

/// `POST /account/notices/address`.
pub(crate) async fn set(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let done = boxes::set(&visitor.ctx, sent.text("address")).await;
    answered(&visitor, done, "sent", sent.text("address")).await
}

/// `POST /account/notices/code`.
pub(crate) async fn confirm(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let done = boxes::confirm(&visitor.ctx, sent.text("code")).await;
    answered(&visitor, done, "confirmed", "").await
}

/// `POST /account/notices/kinds`.
pub(crate) async fn choose(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let done = boxes::choose(&visitor.ctx, &sent.all("kind")).await;
    answered(&visitor, done, "kinds", "").await
}

/// `POST /account/notices/removal`.
pub(crate) async fn remove(visitor: Visitor) -> Result<Response, Failure> {
    let done = boxes::forget(&visitor.ctx).await;
    answered(&visitor, done, "removed", "").await
}

async fn answered(
    visitor: &Visitor,
    done: Result<(), app::Error>,
    what: &str,
    typed: &str,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(answer::see(&urls::with(urls::NOTICES, &[("done", what)]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(visitor, error::status_of(&refusals), html! {}, (typed, &said)).await
        }
        Err(other) => Err(other.into()),
    }
}

fn label(id: &str) -> String {
    if id == "code" { "验证码" } else { "邮箱" }.to_owned()
}

async fn page(
    visitor: &Visitor,
    status: StatusCode,
    above: Markup,
    (typed, said): (&str, &[Said]),
) -> Result<Response, Failure> {
    let own = boxes::own_box(&visitor.ctx).await?;
    let crumbs = vec![Anchor::new("我的账号", "/account"), Anchor::new("通知", "")];
    let head = PageHead { crumbs, title: "通知".to_owned(), ..PageHead::default() };
    let content = html! {
        (above)
        @if !said.is_empty() { (refused(&words::wanted(said, "", label))) }
        div.grid {
            div.c6.pile {
                (card("邮箱", html! {}, of_address(&own, typed, said)))
            }
            div.c6.pile {
                (card("哪些也用邮件告诉我", html! {}, of_kinds(&own)))
            }
        }
    };
    visitor.page_as(status, Place::Elsewhere, &head, content).await
}

fn wrong(said: &[Said], id: &str) -> Option<String> {
    let at = |said: &&Said| matches!(&said.at, Spot::Field(at) if at.as_str() == id);
    said.iter().find(at).map(words::sentence)
}

fn of_address(own: &OwnBox, typed: &str, said: &[Said]) -> Markup {
    let standing = match (own.address.is_empty(), own.is_confirmed) {
        (true, _) => "没有填，只在站内通知",
        (false, true) => "已确认",
        (false, false) => "还没有确认，除验证码外不会发任何邮件",
    };
    let address = Control::Text { value: typed.to_owned(), max: Some(254), autocomplete: Some("email") };
    let code = Control::Text { value: String::new(), max: Some(8), autocomplete: Some("one-time-code") };
    html! {
        (facts(&[Fact::text("邮箱", &own.address), Fact::text("状况", standing)], true))
        @if !own.address.is_empty() && !own.is_confirmed {
            form method="post" action="/account/notices/code" {
                div.form { (field(&Field::new("code", label("code"), code).required().wrong(wrong(said, "code")))) }
                div.send { (Button::submit("确认邮箱").main()) }
            }
        }
        @if own.is_served {
            form method="post" action="/account/notices/address" {
                div.form { (field(&Field::new("address", label("address"), address).required().hint("只有你自己看得到，只用来给你发通知。").wrong(wrong(said, "address")))) }
                div.send { (Button::submit("发验证码")) }
            }
        } @else {
            p.quiet.pad { "本单位没有设置邮件服务器，只能在站内通知。需要的话请联系系统管理员。" }
        }
        @if !own.address.is_empty() {
            form method="post" action="/account/notices/removal" { div.send { (Button::submit("撤下邮箱").danger()) } }
        }
    }
}

fn of_kinds(own: &OwnBox) -> Markup {
    html! {
        p.quiet.pad { "站内通知总是有的。邮件里只写通知的那一句话；含个人信息的事项只写编号。" }
        @if own.is_confirmed {
            form method="post" action="/account/notices/kinds" {
                div.form {
                    fieldset.field { legend { "用邮件告诉我" }
                        @for (id, name, _) in Group::ALL {
                            label { input type="checkbox" name="kind" value=(id) checked[own.kinds.iter().any(|it| it == id)]; " " (name) }
                        }
                    }
                }
                div.send { (Button::submit("保存").main()) }
            }
        } @else {
            p.quiet.pad { "先填好并确认邮箱。" }
        }
    }
}
