//! My account 我的账号: my password, my second factor, and where I am signed in.
//!
//! Never somebody else's account: that is the administrator's page.

pub(crate) mod notices;
pub(crate) mod password;
pub(crate) mod second_factor;

use app::commands::accounts::sessions;
use app::queries::accounts::own::{self, OwnAccount, SessionLine};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::sign_in;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::browser;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /account`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let account = own::own_account(&visitor.ctx, visitor.token()).await?;
    let acts = html! { (Button::link("我的关注", urls::FOLLOWING)) (Button::link("日历订阅", urls::CALENDAR)) (Button::link("通知", urls::NOTICES)) };
    let head = PageHead { title: "我的账号".to_owned(), acts: Some(acts), ..PageHead::default() };
    let content = html! {
        (said(&done.done))
        div.pile {
            div.grid {
                div.c6 { (card("密码", html! {}, of_password(&account))) }
                div.c6 { (card("动态码", html! {}, of_second_factor(&account))) }
            }
            (card("在哪里登录着", html! {}, of_sessions(&account)))
        }
    };
    visitor.page(Place::Elsewhere, &head, content).await
}

fn said(done: &str) -> Markup {
    let ok = |title: &str, words: &str| notice(Tone::Ok, title, html! { (words) });
    match done {
        "password" => ok("密码已修改", "在别处的登录都已退出，下次登录请用新密码。"),
        "factor" => ok("不再使用动态码", "以后登录只要密码。"),
        "session" => ok("已退出", "那一处登录已结束。"),
        "others" => ok("已退出", "在别处的登录都已结束。"),
        _ => html! {},
    }
}

fn of_password(account: &OwnAccount) -> Markup {
    let list = [
        Fact::text("用户名", &account.login_name),
        Fact::text("上次修改", account.password_set_at.as_deref().unwrap_or("")),
        Fact::text("有效期到", account.password_until.as_deref().unwrap_or("长期")),
    ];
    html! {
        (facts(&list, true))
        div.send { (Button::link("修改密码", "/account/password")) }
    }
}

fn of_second_factor(account: &OwnAccount) -> Markup {
    let (state, act) = match (account.has_second_factor, account.demands_second_factor) {
        (true, _) => ("已启用，登录时在密码之后输入", "管理动态码"),
        (false, true) => ("你的角色要求启用", "设置动态码"),
        (false, false) => ("没有启用", "设置动态码"),
    };
    let mut list = vec![Fact::text("状况", state)];
    if account.has_second_factor {
        list.push(Fact::text("没用过的恢复码", &format!("{}个", account.recovery_codes)));
    }
    html! {
        (facts(&list, true))
        div.send { (Button::link(act, "/account/second-factor")) }
    }
}

fn of_sessions(account: &OwnAccount) -> Markup {
    let has_others = account.sessions.len() > 1;
    html! {
        (table(&Table {
            caption: "在哪里登录着".to_owned(),
            columns: vec![
                Column::new("用什么", ColumnKind::Text),
                Column::new("地址", ColumnKind::Text),
                Column::new("登录", ColumnKind::Day),
                Column::new("最近操作", ColumnKind::Day),
                Column::new("", ColumnKind::Acts),
            ],
            rows: account.sessions.iter().map(session).collect(),
            choose: None,
            wide: false,
        }))
        div.send {
            @if has_others {
                form method="post" action="/account/sessions/end-others" { (Button::submit("退出其他各处")) }
            }
            form method="post" action="/account/sessions/end-all" { (Button::submit("全部退出，连同这里").danger()) }
        }
    }
}

fn session(line: &SessionLine) -> Row {
    let by = if line.by_single_sign_on { " · 单点登录" } else { "" };
    let end = html! {
        @if line.is_this { span.quiet { "就是这里" } }
        @else {
            form method="post" action={ "/account/sessions/" (line.id) "/end" } { (Button::submit("退出").tiny()) }
        }
    };
    Row {
        cells: vec![
            Cell::text(&format!("{}{by}", browser(&line.agent))),
            Cell::text(&line.address),
            Cell::text(&line.opened_at),
            Cell::text(&line.seen_at),
            Cell::shown(end),
        ],
        ..Row::default()
    }
}

/// `POST /account/sessions/{session}/end`.
pub(crate) async fn end_one(visitor: Visitor, At(session): At<Uuid>) -> Result<Response, Failure> {
    sessions::end(&visitor.ctx, session).await?;
    Ok(answer::see(&urls::with("/account", &[("done", "session")])))
}

/// `POST /account/sessions/end-others`.
pub(crate) async fn end_others(visitor: Visitor) -> Result<Response, Failure> {
    sessions::end_others(&visitor.ctx, visitor.token()).await?;
    Ok(answer::see(&urls::with("/account", &[("done", "others")])))
}

/// `POST /account/sessions/end-all`: out everywhere.
pub(crate) async fn end_all(visitor: Visitor) -> Result<Response, Failure> {
    sessions::end_all(&visitor.ctx).await?;
    Ok(sign_in::out(&visitor.guest))
}
