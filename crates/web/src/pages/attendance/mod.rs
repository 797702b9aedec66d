//! Who should come to an activity and who came: the list, the excuses, the head count, the code on the wall.
//!
//! Never a count that somebody types where there is a list.

pub(crate) mod door;
pub(crate) mod wall;

use std::collections::BTreeMap;

use app::commands::attendance;
use app::queries::attendance::{self as asked, AttendancePage, SeatLine};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{PersonId, RecordId};
use kernel::kinds::activity::{How, Note, Stand, What};
use kernel::refusal::Refusal;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{self, card};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /records/{record}/attendance`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    let page = asked::attendance(&visitor.ctx, id).await?;
    shown(&visitor, &page, StatusCode::OK, html! {}, &BTreeMap::new()).await
}

/// `POST /records/{record}/attendance`: what is noted on the list, a head count, views.
pub(crate) async fn note(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let page = asked::attendance(&visitor.ctx, id).await?;
    let typed: BTreeMap<String, String> = sent.pairs.iter().cloned().collect();
    let done = match read(&page, &sent) {
        Ok(notes) => attendance::on_list(&visitor.ctx, id, &notes).await.map(|_| ()),
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(()) => Ok(answer::see(&urls::attendance(id))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            shown(&visitor, &page, error::status_of(&refusals), words::refused(&said), &typed).await
        }
        Err(other) => Err(other.into()),
    }
}

/// What was changed on the list, and the head count.
fn read(page: &AttendancePage, sent: &Sent) -> Result<Vec<Note>, Refusal> {
    let reason: String = sent.text("reason").trim().chars().filter(|sign| !sign.is_control()).take(200).collect();
    let reason = (!reason.is_empty()).then_some(reason);
    let mut notes = Vec::new();
    for seat in &page.seats {
        let Some(word) = sent.find(&stand_name(seat.person)) else { continue };
        let hours = sent.find(&hours_name(seat.person)).unwrap_or(&seat.hours).trim();
        let what = match word {
            "came" => What::Came,
            "leave" => What::Leave,
            _ => What::Off,
        };
        if what == what_of(seat.stand) && (what != What::Came || hours == seat.hours) {
            continue;
        }
        let amount = if what == What::Came && !hours.is_empty() { hundredths(hours)? } else { 0 };
        notes.push(Note { person: Some(seat.person), what, amount, how: How::List, reason: reason.clone() });
    }
    for (name, what, now) in [("heads", What::Heads, page.heads), ("views", What::Views, page.views)] {
        let (Some(text), Some(now)) = (sent.find(name).map(str::trim), now) else { continue };
        let number = if text.is_empty() { Some(0) } else { text.parse().ok() };
        let amount: i64 = number.ok_or_else(|| Refusal::new("attendance.number"))?;
        if amount != now {
            notes.push(Note { person: None, what, amount, how: How::List, reason: reason.clone() });
        }
    }
    Ok(notes)
}

fn what_of(stand: Stand) -> What {
    match stand {
        Stand::Open => What::Off,
        Stand::Came => What::Came,
        Stand::Leave => What::Leave,
    }
}

/// Hours with at most two places, in hundredths.
pub(crate) fn hundredths(text: &str) -> Result<i64, Refusal> {
    let wrong = || Refusal::new("attendance.hours");
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    if places.len() > 2 || whole.len() > 6 || !text.chars().all(|sign| sign.is_ascii_digit() || sign == '.') {
        return Err(wrong());
    }
    format!("{whole}{places:0<2}").parse().map_err(|_| wrong())
}

fn stand_name(person: PersonId) -> String {
    format!("stand.{}", person.0.simple())
}

fn hours_name(person: PersonId) -> String {
    format!("hours.{}", person.0.simple())
}

async fn shown(
    visitor: &Visitor,
    page: &AttendancePage,
    status: StatusCode,
    said: Markup,
    typed: &BTreeMap<String, String>,
) -> Result<Response, Failure> {
    let (mechanism, name) = &page.mechanism;
    let acts = page.may_note.then(|| {
        html! { (Button::link("签到码", urls::attendance_code(page.id)).icon(Icon::People).main()) }
    });
    let head = PageHead {
        crumbs: vec![
            Anchor::new(name, urls::register(mechanism)),
            Anchor::new(&page.title, urls::record(page.id)),
            Anchor::new("参加情况", ""),
        ],
        title: format!("{}：参加情况", page.title),
        remark: page.on.map(|day| day.to_string()).unwrap_or_default(),
        acts,
        ..PageHead::default()
    };
    let content = html! {
        (said)
        div.grid {
            div.c8.pile {
                @if page.may_note {
                    form method="post" action=(urls::attendance(page.id)) {
                        (card("名单", cards::count(page.seats.len() as u64), list(page, typed)))
                    }
                } @else {
                    (card("名单", cards::count(page.seats.len() as u64), list(page, typed)))
                }
            }
            div.c4.pile.lead {
                (card("人数", html! { "由系统数出" }, counts(page)))
                @if page.may_note && (page.heads.is_some() || page.views.is_some()) { (card("点数", html! {}, heads(page, typed))) }
                @if !page.taken_back.is_empty() { (card("更正过的", html! {}, taken_back(page))) }
            }
        }
    };
    visitor.page_as(status, Place::Mechanism(mechanism), &head, content).await
}

fn counts(page: &AttendancePage) -> Markup {
    let mut all: Vec<Fact> = page.counts.iter().map(|(name, number)| Fact::text(*name, number)).collect();
    all.extend(page.hours.as_ref().map(|hours| Fact::text("每人学时", hours)));
    all.push(Fact::text("状态", &page.state));
    facts(&all, true)
}

fn list(page: &AttendancePage, typed: &BTreeMap<String, String>) -> Markup {
    if page.seats.is_empty() {
        let words = match page.heads {
            Some(_) => "没有名单：来的人可以登录后扫码签到，也可以在右边点数。",
            None => "还没有名单。",
        };
        return nothing_yet(words);
    }
    let mut columns = vec![
        Column::new("姓名", ColumnKind::Text),
        Column::new("单位", ColumnKind::Text),
        Column::new("情况", ColumnKind::Chip),
        Column::new("怎样记的", ColumnKind::Text),
    ];
    if page.hours.is_some() {
        columns.push(Column::new("学时", ColumnKind::Number));
    }
    let rows = page.seats.iter().map(|seat| row(page, seat, typed)).collect();
    html! {
        (table(&Table { caption: "应到名单".to_owned(), columns, rows, choose: None, wide: false }))
        @if page.may_note {
            div.form {
                (field(&Field::new("reason", "更正的理由", Control::text(typed.get("reason").map_or("", String::as_str)))
                    .hint("把已经记下的改掉时要写；第一次记不用写").inside("list")))
            }
            div.send { (Button::submit("记下").main()) }
        }
    }
}

fn row(page: &AttendancePage, seat: &SeatLine, typed: &BTreeMap<String, String>) -> Row {
    let now = match seat.stand {
        Stand::Came => "came",
        Stand::Leave => "leave",
        Stand::Open => "open",
    };
    let name = stand_name(seat.person);
    let chosen = typed.get(&name).map_or(now, String::as_str);
    let stand = match page.may_note {
        false => standing(page, seat),
        true => html! {
            select name=(name) aria-label={ (seat.name) "的情况" } {
                @for (value, label) in [("open", "未到"), ("came", "到了"), ("leave", "请假")] {
                    option value=(value) selected[value == chosen] { (label) }
                }
            }
        },
    };
    let how =
        html! { (seat.how) @if seat.made_up { " " (light(Light::Green, "已补")) } @if !seat.expected { " 列席" } };
    let mut cells = vec![Cell::text(&seat.name), Cell::text(&seat.unit), Cell::shown(stand), Cell::shown(how)];
    if let Some(hours) = &page.hours {
        let own = typed.get(&hours_name(seat.person)).unwrap_or(&seat.hours);
        cells.push(Cell::shown(match page.may_note {
            true => html! {
                input.short type="text" inputmode="decimal" size="4" name=(hours_name(seat.person)) value=(own)
                    placeholder=(hours) aria-label={ (seat.name) "的学时" };
            },
            false if seat.stand == Stand::Came => html! { (if seat.hours.is_empty() { hours } else { &seat.hours }) },
            false => html! {},
        }));
    }
    Row { key: seat.person.to_string(), cells, ..Row::default() }
}

/// How it stands with somebody, in a word: who has not come is missing only once it is over.
fn standing(page: &AttendancePage, seat: &SeatLine) -> Markup {
    let is_over = page.on.is_some();
    match seat.stand {
        Stand::Came => light(Light::Green, "到了"),
        Stand::Leave => light(Light::Grey, "请假"),
        Stand::Open if is_over => light(Light::Amber, "未到"),
        Stand::Open => light(Light::Grey, "未到"),
    }
}

fn heads(page: &AttendancePage, typed: &BTreeMap<String, String>) -> Markup {
    let number = |name: &str, label: &str, unit: &str, now: i64, hint: &str| {
        let value = typed.get(name).cloned().unwrap_or_else(|| now.to_string());
        let control = Control::Whole { value, unit: unit.to_owned() };
        field(&Field::new(name, label, control).hint(hint).inside("heads"))
    };
    html! {
        form method="post" action=(urls::attendance(page.id)) {
            div.form {
                @if let Some(now) = page.heads { (number("heads", "现场点数", "人次", now, "没有名单的活动，数一数来了多少人；已扫码签到的不要再数")) }
                @if let Some(now) = page.views { (number("views", "观看次数", "次", now, "网上观看另数，不加进人次")) }
            }
            div.send { (Button::submit("记下点数")) }
        }
    }
}

fn taken_back(page: &AttendancePage) -> Markup {
    html! {
        ul.plain { @for (at, name, reason) in &page.taken_back { li { (at) " " (name) "：" (reason) } } }
    }
}
