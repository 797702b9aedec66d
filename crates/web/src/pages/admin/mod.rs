//! Administration 管理: what the duties did, the calendar's years, versions. Only for those who administer the system.
//!
//! Never a business record.

pub(crate) mod accounts;
pub(crate) mod deliveries;
pub(crate) mod sending;

use app::commands::calendar;
use app::queries::running::{self, DutyLine, RunningPage};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    moved: Option<usize>,
}

/// `GET /admin`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let said = html! {
        @if let Some(moved) = done.moved {
            (notice(Tone::Ok, "日历已更新", html! { "按新日历重算了在办事项的时限，其中 " (moved) " 件的到期日有变动。" }))
        }
    };
    page(&visitor, StatusCode::OK, "", said).await
}

/// `POST /admin/calendar`: a year of the calendar, pasted or as a file.
pub(crate) async fn calendar(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let file = sent.files.first().map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let text = file.unwrap_or_else(|| sent.text("text").to_owned());
    match calendar::replace_years(&visitor.ctx, &text).await {
        Ok(moved) => Ok(answer::see(&urls::with("/admin", &[("moved", &moved.to_string())]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), &text, words::refused(&said)).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(visitor: &Visitor, status: StatusCode, typed: &str, said: Markup) -> Result<Response, Failure> {
    let running = running::running(&visitor.ctx).await?;
    let head = PageHead { title: "管理".to_owned(), ..PageHead::default() };
    let content = html! {
        (said)
        (card("定时要办的事", html! { (Button::link("外发", urls::SENDING)) (Button::link("分享的视图和模板", "/admin/offerings")) (Button::link("每日封存", "/admin/seals")) }, duties(&running)))
        div.grid {
            div.c7 { (card("工作日历", html! {}, html! { (years(&running)) (calendar_form(typed)) })) }
            div.c5.pile {
                (card("版本", html! {}, versions(visitor)))
            }
        }
    };
    visitor.page_as(status, Place::Admin, &head, content).await
}

fn duties(running: &RunningPage) -> Markup {
    let title = |name: &str, kind| Column::new(name, kind);
    table(&Table {
        caption: "定时要办的事".to_owned(),
        columns: vec![
            title("事", ColumnKind::Text),
            title("什么时候", ColumnKind::Text),
            title("上次有事可办", ColumnKind::Day),
            title("办了", ColumnKind::Number),
            title("失败", ColumnKind::Number),
            title("情况", ColumnKind::Text),
        ],
        rows: running.duties.iter().map(duty).collect(),
        choose: None,
        wide: false,
    })
}

fn duty(line: &DutyLine) -> Row {
    let mut cells = vec![Cell::text(line.name), Cell::text(line.when)];
    match &line.last {
        Some((at, done, _, failed, detail)) => {
            let state = if *failed > 0 { light(Light::Red, "有失败") } else { light(Light::Green, "正常") };
            cells.push(Cell::text(at));
            cells.push(Cell::text(&done.to_string()));
            cells.push(Cell::text(&failed.to_string()));
            cells.push(Cell::shown(html! { (state) " " (detail.as_deref().unwrap_or("")) }));
        }
        None => cells.extend([
            Cell::text(""),
            Cell::text(""),
            Cell::text(""),
            Cell::shown(light(Light::Grey, "还没有办过")),
        ]),
    }
    Row { cells, ..Row::default() }
}

fn years(running: &RunningPage) -> Markup {
    let row = |(year, is_published, days): &(i16, bool, i64)| Row {
        cells: vec![
            Cell::text(&format!("{year}年")),
            Cell::shown(match is_published {
                true => light(Light::Green, "已按国务院通知"),
                false => light(Light::Amber, "未公布，按周末暂算"),
            }),
            Cell::text(&days.to_string()),
        ],
        ..Row::default()
    };
    table(&Table {
        caption: "工作日历".to_owned(),
        columns: vec![
            Column::new("年度", ColumnKind::Text),
            Column::new("依据", ColumnKind::Chip),
            Column::new("工作日", ColumnKind::Number),
        ],
        rows: running.years.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn calendar_form(typed: &str) -> Markup {
    let control = Control::LongText { value: typed.to_owned(), rows: 6, max: None };
    html! {
        form method="post" action="/admin/calendar" {
            div.form {
                (field(&Field::new("text", "更新一个年度", control).required().hint("每年11月国务院办公厅公布次年安排后，把这一年的日历（calendar.kdl 的写法）贴在这里。提交后在办事项的时限会按新日历重算，每一件都留痕。")))
            }
            div.send { (Button::submit("更新日历").confirm("更新后会重算所有在办事项的时限，确定吗？")) }
        }
    }
}

fn versions(visitor: &Visitor) -> Markup {
    let mut list = vec![Fact::text("程序", &visitor.guest.site.options.version)];
    for mechanism in visitor.ctx.catalog().mechanisms.values() {
        list.push(Fact::text(&mechanism.name, &mechanism.hash.chars().take(16).collect::<String>()));
    }
    facts(&list, true)
}
