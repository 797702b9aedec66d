//! My file 我的档案: what the platform holds about me, and who looked at it.

use app::commands::corrections;
use app::queries::my_file::{self, LookLine, MyFile, MyStep};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::grants;
use crate::pages::people::cards::lasting;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::day_cell;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    told: Option<usize>,
}

/// `GET /me`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let said = html! {
        @if done.told.is_some() { (notice(Tone::Ok, "已转告", html! { "管理人员信息的人会收到你的请求。" })) }
    };
    page(&visitor, StatusCode::OK, said, "", &[]).await
}

/// `POST /me/correction`.
pub(crate) async fn ask(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let typed = sent.text("words");
    match corrections::ask(&visitor.ctx, typed).await {
        Ok(told) => Ok(answer::see(&urls::with("/me", &[("told", &told.to_string())]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), html! {}, typed, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(
    visitor: &Visitor,
    status: StatusCode,
    above: Markup,
    typed: &str,
    said: &[Said],
) -> Result<Response, Failure> {
    let file = my_file::my_file(&visitor.ctx).await?;
    let head = PageHead { title: "我的档案".to_owned(), ..PageHead::default() };
    let content = html! {
        (above)
        @if !said.is_empty() { (refused(&words::wanted(said, "", |_| "哪里不对".to_owned()))) }
        div.grid {
            div.c8.pile {
                (card("平台记着我什么", html! {}, facts(&held(&file), false)))
                @if let Some(own) = &file.file {
                    (card("我的任职", html! {}, lasting("任职", "没有登记任职。", &own.posts, "方式")))
                    @if !own.links.is_empty() { (card("我的期限关系", html! {}, lasting("关系", "", &own.links, "和谁"))) }
                    (card("我的身份", html! {}, lasting("身份", "没有登记身份。", &own.roles, "单位")))
                }
                (card("我的授权", html! {}, html! {
                    @if file.grants.is_empty() { (nothing_yet("没有任何授权。")) } @else { (grants::own_lines(&file.grants)) }
                }))
                (card("我办过的", html! { span.quiet.small { "最近100步" } }, steps(&file.steps)))
            }
            div.c4.pile {
                (card("谁看过我的信息", html! { span.quiet.small { "同一人同一天同一方式记一次" } }, looks(&file.looks)))
                (card("有不对的地方", html! {}, correction(typed, said)))
            }
        }
    };
    visitor.page_as(status, Place::Elsewhere, &head, content).await
}

fn held(file: &MyFile) -> Vec<Fact> {
    let mut list = vec![Fact::text("姓名", &file.name), Fact::text("拼音首字母", &file.pinyin)];
    match &file.file {
        Some(own) => list.extend(own.facts.iter().map(|(label, words)| Fact::text(label, words))),
        None => list.extend([Fact::text("工作单位", &file.unit), Fact::text("职务", &file.post)]),
    }
    for (login, last) in &file.accounts {
        let last = if last.is_empty() { "没有登录过".to_owned() } else { format!("最近登录 {last}") };
        list.push(Fact::text("用户名", &format!("{login}（{last}）")));
    }
    list
}

fn looks(list: &[LookLine]) -> Markup {
    if list.is_empty() {
        return nothing_yet("还没有别人看过。");
    }
    let row = |look: &LookLine| Row {
        cells: vec![
            Cell::text(&day_cell(look.on)),
            Cell::text(&look.who),
            Cell::text(look.how),
            Cell::text(&look.reason),
        ],
        ..Row::default()
    };
    table(&Table {
        caption: "谁看过我的信息".to_owned(),
        columns: vec![
            Column::new("日期", ColumnKind::Day),
            Column::new("谁", ColumnKind::Chip),
            Column::new("怎么看的", ColumnKind::Text),
            Column::new("理由", ColumnKind::Text),
        ],
        rows: list.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn steps(list: &[MyStep]) -> Markup {
    if list.is_empty() {
        return nothing_yet("还没有办过任何一步。");
    }
    let row = |step: &MyStep| Row {
        cells: vec![
            Cell::text(&step.at),
            Cell::text(&step.step),
            match &step.record {
                Some((id, title)) => Cell::link(title, &urls::record(*id)),
                None => Cell::text("（现在看不到）"),
            },
        ],
        ..Row::default()
    };
    table(&Table {
        caption: "我办过的".to_owned(),
        columns: vec![
            Column::new("时间", ColumnKind::Day),
            Column::new("步骤", ColumnKind::Text),
            Column::new("事项", ColumnKind::Long),
        ],
        rows: list.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn correction(typed: &str, said: &[Said]) -> Markup {
    let control = Control::LongText { value: typed.to_owned(), rows: 3, max: None };
    let wrong = said.first().map(words::sentence);
    html! {
        form method="post" action="/me/correction" {
            div.form { (field(&Field::new("words", "哪里不对", control).required().hint("写明哪一项、应当是什么；会转告管理人员信息的人").wrong(wrong))) }
            div.send { (Button::submit("请求更正")) }
        }
    }
}
