//! Accounts 账号: who can sign in, made, unlocked, ended and opened by whoever manages accounts.
//!
//! A one-time password is shown on the answer that made it, and nowhere else.
//! Never a password that somebody chose.

use app::commands::accounts::administration::{self, NewAccount};
use app::queries::accounts::administration::{self as query, AccountLine, AccountsAsk, Candidate, Standing};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{AccountId, PersonId};
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::tabs::{Tab, tabs};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

const HERE: &str = "/admin/accounts";

/// What the list is asked for.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    which: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

/// `GET /admin/accounts`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let ask = AccountsAsk { which: asked.which.clone(), word: asked.q.clone(), after: asked.after.clone() };
    let accounts = query::accounts(&visitor.ctx, &ask).await?;
    let next = accounts.next.as_deref();
    let next = next.map(|after| urls::with(HERE, &[("which", &asked.which), ("after", after)]));
    let first = (!asked.after.is_empty()).then(|| urls::with(HERE, &[("which", &asked.which)]));
    let foot =
        Pager { shown: accounts.lines.len() as u64, unit: "个".to_owned(), previous: first, next, ..Pager::default() };
    let content = html! {
        (kinds(&asked))
        section.card {
            form.pad method="get" action=(HERE) {
                input type="search" name="q" value=(asked.q) aria-label="找账号" placeholder="用户名、姓名或拼音首字母" autocomplete="off";
                " " (Button::submit("查找"))
            }
            @if accounts.lines.is_empty() { (nothing_yet("没有这样的账号。可以换一个词找，或者新建账号。")) }
            @else { (list(&accounts.lines)) (pager(&foot, html! {})) }
        }
    };
    let acts = Some(html! { (Button::link("新建账号", "/admin/accounts/new").main()) });
    let head = PageHead { crumbs: crumbs(&[("账号", "")]), title: "账号".to_owned(), acts, ..PageHead::default() };
    visitor.page(Place::Grants, &head, content).await
}

fn crumbs(rest: &[(&str, &str)]) -> Vec<Anchor> {
    let all = std::iter::once(&("授权", "/grants")).chain(rest);
    all.map(|(label, href)| Anchor::new(*label, *href)).collect()
}

fn kinds(asked: &Asked) -> Markup {
    let tab = |which: &str, label: &str| Tab {
        label: label.to_owned(),
        href: urls::with(HERE, &[("which", which)]),
        current: asked.q.is_empty() && asked.which == which,
        ..Tab::default()
    };
    tabs(
        "账号的种类",
        &[tab("", "全部"), tab("in_use", "在用"), tab("first", "还没换初始密码"), tab("ended", "已停用")],
        html! {},
    )
}

fn list(lines: &[AccountLine]) -> Markup {
    let row = |line: &AccountLine| Row {
        cells: vec![
            Cell::link(&line.login_name, &of(line.id, "")),
            Cell::text(&line.person),
            Cell::text(&line.unit),
            Cell::shown(standing(line)),
            Cell::text(if line.second_factor {
                "已设"
            } else if line.demanded {
                "应设未设"
            } else {
                ""
            }),
            Cell::text(&line.last_in_at),
        ],
        ..Row::default()
    };
    table(&Table {
        caption: "账号".to_owned(),
        columns: vec![
            Column::new("用户名", ColumnKind::Text),
            Column::new("姓名", ColumnKind::Text),
            Column::new("单位", ColumnKind::Text),
            Column::new("状况", ColumnKind::Text),
            Column::new("动态码", ColumnKind::Text),
            Column::new("最近登录", ColumnKind::Day),
        ],
        rows: lines.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn standing(line: &AccountLine) -> Markup {
    let (colour, words) = match line.standing {
        Standing::InUse => (Light::Green, "在用"),
        Standing::First => (Light::Amber, "还没换初始密码"),
        Standing::Locked => (Light::Red, "已锁定"),
        Standing::Ended => (Light::Grey, "已停用"),
    };
    html! { (light(colour, words)) @if !line.remark.is_empty() { " " span.quiet.small { (line.remark) } } }
}

fn of(id: AccountId, act: &str) -> String {
    if act.is_empty() { format!("{HERE}/{id}") } else { format!("{HERE}/{id}/{act}") }
}

/// For whom a new account is.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct ForWhom {
    #[serde(default)]
    q: String,
}

/// `GET /admin/accounts/new`.
pub(crate) async fn new(visitor: Visitor, Query(whom): Query<ForWhom>) -> Result<Response, Failure> {
    new_page(&visitor, StatusCode::OK, &whom.q, "", html! {}).await
}

async fn new_page(
    visitor: &Visitor,
    status: StatusCode,
    word: &str,
    typed: &str,
    said: Markup,
) -> Result<Response, Failure> {
    let found = if word.trim().is_empty() { Vec::new() } else { query::candidates(&visitor.ctx, word).await? };
    let content = html! {
        (said)
        section.card {
            form.pad method="get" action="/admin/accounts/new" {
                input type="search" name="q" value=(word) aria-label="给谁" placeholder="姓名或拼音首字母" autocomplete="off";
                " " (Button::submit("查找"))
            }
            @if word.trim().is_empty() { (nothing_yet("先找到人：输入姓名或拼音首字母。账号只给已登记的人，一人一个。")) }
            @else if found.is_empty() { (nothing_yet("没有找到这样的人，或者他们都已有账号。")) }
            @for one in &found { (candidate(one, word, typed)) }
        }
    };
    let head = PageHead {
        crumbs: crumbs(&[("账号", HERE), ("新建账号", "")]),
        title: "新建账号".to_owned(),
        ..PageHead::default()
    };
    visitor.page_as(status, Place::Grants, &head, content).await
}

fn candidate(one: &Candidate, word: &str, typed: &str) -> Markup {
    let value = if typed.is_empty() { one.pinyin.clone() } else { typed.to_owned() };
    let control = Control::Text { value, max: Some(40), autocomplete: None };
    let name = Field::new("login_name", "用户名", control).required().inside(one.person.to_string());
    html! {
        form.pad method="post" action=(HERE) {
            input type="hidden" name="person" value=(one.person);
            input type="hidden" name="word" value=(word);
            p { b { (one.name) } " " span.quiet { (one.place) } }
            (field(&name.hint("小写字母、数字和 . _ -,2 到 40 个")))
            (Button::submit(format!("给{}建账号", one.name)))
        }
    }
}

/// `POST /admin/accounts`.
pub(crate) async fn make(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let person: PersonId = sent.text("person").parse().map(PersonId).map_err(|_| Failure::not_found())?;
    let form = NewAccount { person, login_name: sent.text("login_name").to_owned() };
    match administration::make(&visitor.ctx, form).await {
        Ok((id, password)) => handed_over(&visitor, id, &password, "账号已建立").await,
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let status = error::status_of(&refusals);
            new_page(&visitor, status, sent.text("word"), sent.text("login_name"), words::refused(&said)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// The account with its one-time password.
async fn handed_over(visitor: &Visitor, id: AccountId, password: &str, title: &str) -> Result<Response, Failure> {
    let said = notice(
        Tone::Ok,
        title,
        html! {
            p { "一次性密码：" code { (password) } }
            p { "只显示这一次，请当面或用安全的办法交给本人。本人首次登录后必须换成自己的密码。" }
        },
    );
    page(visitor, StatusCode::OK, id, said).await
}

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /admin/accounts/{account}`.
pub(crate) async fn one(
    visitor: Visitor,
    At(id): At<uuid::Uuid>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let said = match done.done.as_str() {
        "unlocked" => notice(Tone::Ok, "已解锁", html! { "现在就可以重新登录。" }),
        "ended" => notice(Tone::Ok, "账号已停用", html! { "在各处的登录都已结束。" }),
        "factor" => notice(Tone::Ok, "动态码已重置", html! { "本人下次登录时按角色要求重新设置。" }),
        _ => html! {},
    };
    page(&visitor, StatusCode::OK, AccountId(id), said).await
}

async fn page(visitor: &Visitor, status: StatusCode, id: AccountId, said: Markup) -> Result<Response, Failure> {
    let line = query::account(&visitor.ctx, id).await?;
    let factor = match (line.second_factor, line.demanded) {
        (true, _) => "已设置",
        (false, true) => "角色要求设置，还没有设",
        (false, false) => "没有设置",
    };
    let list = [
        Fact::text("用户名", &line.login_name),
        Fact::text("姓名", &line.person),
        Fact::text("单位", &line.unit),
        Fact::shown("状况", standing(&line)),
        Fact::text("动态码", factor),
        Fact::text("最近登录", &line.last_in_at),
    ];
    let content = html! {
        (said)
        div.grid {
            div.c5 { (card("账号", html! {}, facts(&list, true))) }
            div.c7 { (card("办理", html! {}, acts(&line))) }
        }
    };
    let head = PageHead {
        crumbs: crumbs(&[("账号", HERE), (&line.login_name, "")]),
        title: format!("账号 {}", line.login_name),
        ..PageHead::default()
    };
    visitor.page_as(status, Place::Grants, &head, content).await
}

fn acts(line: &AccountLine) -> Markup {
    if line.is_own {
        return nothing_yet("这是你自己的账号。密码和动态码在“我的账号”里改，其他事由另一位管理员办理。");
    }
    html! {
        @if line.standing == Standing::Locked {
            form method="post" action=(of(line.id, "unlock")) { div.send { (Button::submit("解锁")) } }
        }
        @if line.standing == Standing::Ended {
            (with_reason(line.id, "opening", "重新启用", "重新启用，给一个新的一次性密码。"))
        } @else {
            (with_reason(line.id, "password", "重置密码", "给一个新的一次性密码；在各处的登录都会结束。"))
            @if line.second_factor {
                (with_reason(line.id, "second-factor", "重置动态码", "本人丢了验证器和恢复码时用；请先当面核实是本人。"))
            }
            (with_reason(line.id, "end", "停用", "从今天起不能登录；在各处的登录都会结束。"))
        }
    }
}

fn with_reason(id: AccountId, act: &str, label: &str, hint: &str) -> Markup {
    let reason = Field::new("reason", format!("{label}的理由"), Control::text("")).required().inside(act).hint(hint);
    html! {
        form method="post" action=(of(id, act)) {
            div.form { (field(&reason)) }
            div.send { (Button::submit(label)) }
        }
    }
}

/// `POST /admin/accounts/{account}/password`.
pub(crate) async fn reset_password(visitor: Visitor, At(id): At<uuid::Uuid>, sent: Sent) -> Result<Response, Failure> {
    let id = AccountId(id);
    match administration::reset_password(&visitor.ctx, id, sent.text("reason")).await {
        Ok(password) => handed_over(&visitor, id, &password, "密码已重置").await,
        Err(error) => refused(&visitor, id, error).await,
    }
}

/// `POST /admin/accounts/{account}/opening`.
pub(crate) async fn open_again(visitor: Visitor, At(id): At<uuid::Uuid>, sent: Sent) -> Result<Response, Failure> {
    let id = AccountId(id);
    match administration::open_again(&visitor.ctx, id, sent.text("reason")).await {
        Ok(password) => handed_over(&visitor, id, &password, "账号已重新启用").await,
        Err(error) => refused(&visitor, id, error).await,
    }
}

/// `POST /admin/accounts/{account}/unlock`.
pub(crate) async fn unlock(visitor: Visitor, At(id): At<uuid::Uuid>) -> Result<Response, Failure> {
    let id = AccountId(id);
    let outcome = administration::unlock(&visitor.ctx, id).await;
    after(&visitor, id, outcome, "unlocked").await
}

/// `POST /admin/accounts/{account}/end`.
pub(crate) async fn end(visitor: Visitor, At(id): At<uuid::Uuid>, sent: Sent) -> Result<Response, Failure> {
    let id = AccountId(id);
    let outcome = administration::end(&visitor.ctx, id, sent.text("reason")).await;
    after(&visitor, id, outcome, "ended").await
}

/// `POST /admin/accounts/{account}/second-factor`.
pub(crate) async fn reset_second_factor(
    visitor: Visitor,
    At(id): At<uuid::Uuid>,
    sent: Sent,
) -> Result<Response, Failure> {
    let id = AccountId(id);
    let outcome = administration::reset_second_factor(&visitor.ctx, id, sent.text("reason")).await;
    after(&visitor, id, outcome, "factor").await
}

async fn after(
    visitor: &Visitor,
    id: AccountId,
    outcome: Result<(), app::Error>,
    done: &str,
) -> Result<Response, Failure> {
    match outcome {
        Ok(()) => Ok(answer::see(&urls::with(&of(id, ""), &[("done", done)]))),
        Err(error) => refused(visitor, id, error).await,
    }
}

async fn refused(visitor: &Visitor, id: AccountId, error: app::Error) -> Result<Response, Failure> {
    let app::Error::Refused(refusals) = error else { return Err(error.into()) };
    let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    page(visitor, error::status_of(&refusals), id, words::refused(&said)).await
}
