//! Stand-ins 代办: who acts in my name, in whose name I act, and what was done in mine.
//!
//! Never a button for what would be refused for authority.

use app::commands::stand_ins::{self, StandInForm};
use app::queries::forms::{Choice, Control as Asked, FormField};
use app::queries::stand_ins::{StandInLine, StandInStanding, StandIns, stand_ins as asked};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::StandInId;
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::controls::{self, Back};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::fields::fields;
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::todo::{Todo, slim_todos};
use crate::parts::words::day_cell;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /stand-ins`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let said = match done.done.as_str() {
        "given" => notice(Tone::Ok, "已安排代办", html! { "对方已收到通知；到期自动结束，也可以随时结束。" }),
        "ended" => notice(Tone::Ok, "已结束代办", html! { "立即生效。" }),
        _ => html! {},
    };
    page(&visitor, StatusCode::OK, said, &StandInForm::default(), &[]).await
}

/// `POST /stand-ins`.
pub(crate) async fn give(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let form = StandInForm {
        person: sent.text("person").to_owned(),
        principal: sent.text("principal").to_owned(),
        mechanisms: sent.all("mechanism"),
        from_on: sent.text("from_on").to_owned(),
        until_on: sent.text("until_on").to_owned(),
        basis: sent.text("basis").to_owned(),
    };
    match stand_ins::give(&visitor.ctx, form.clone()).await {
        Ok(_) => Ok(answer::see(&urls::with("/stand-ins", &[("done", "given")]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let wanted = refused(&words::wanted(&said, "", label));
            page(&visitor, error::status_of(&refusals), wanted, &form, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /stand-ins/{stand_in}/end`.
pub(crate) async fn end(visitor: Visitor, At(id): At<StandInId>) -> Result<Response, Failure> {
    match stand_ins::end(&visitor.ctx, id).await {
        Ok(()) => Ok(answer::see(&urls::with("/stand-ins", &[("done", "ended")]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let form = StandInForm::default();
            page(&visitor, error::status_of(&refusals), words::refused(&said), &form, &[]).await
        }
        Err(other) => Err(other.into()),
    }
}

fn label(id: &str) -> String {
    match id {
        "person" => "代办人",
        "principal" => "被代人",
        "from_on" => "自",
        "until_on" => "至",
        "basis" => "事由",
        _ => "代办范围",
    }
    .to_owned()
}

async fn page(
    visitor: &Visitor,
    status: StatusCode,
    said: Markup,
    form: &StandInForm,
    faults: &[Said],
) -> Result<Response, Failure> {
    let known = asked(&visitor.ctx).await?;
    let head = PageHead { title: "代办".to_owned(), ..PageHead::default() };
    let content = html! {
        (said)
        div.grid {
            div.c8.pile {
                (card(if known.for_others { "代办安排" } else { "由谁代我办" }, html! {}, lines(&known.given, "还没有安排人代办。出差、休假时，可以在右边安排一位同事代你办理。")))
                (card("我代谁办", html! {}, lines(&known.taken, "没有人请你代办。有人请你代办时，会列在这里，工作台上也会出现对方的事。")))
                (card("别人代我办了什么", html! {}, done(&known)))
            }
            div.c4.pile.lead {
                @if known.has_own || known.for_others { (card("安排代办", html! {}, give_form(&known, form, faults))) }
                (card("代办的规矩", html! {}, rules()))
            }
        }
    };
    visitor.page_as(status, Place::Elsewhere, &head, content).await
}

fn rules() -> Markup {
    html! {
        ul {
            li { "代办的人用的是你自己当天的授权，你的授权到期，代办也就没有了。" }
            li { "别人请你代办的事，不能再转给第三人代办。" }
            li { "谁也不能批自己的事：代办的人办过的，他不能再代你批；你办过的，他也不能代别人批。" }
            li { "每一件代办都写明“代”，你在本页看得到。" }
        }
    }
}

fn lines(list: &[StandInLine], none: &str) -> Markup {
    if list.is_empty() {
        return nothing_yet(none);
    }
    let row = |line: &StandInLine| {
        let (tone, words) = match line.standing {
            StandInStanding::Coming => (Light::Amber, "未开始"),
            StandInStanding::InForce => (Light::Green, "代办中"),
            StandInStanding::Over => (Light::Grey, "已结束"),
        };
        let end = Button::submit("结束").tiny().confirm("立即结束这项代办，确定吗？");
        let act = html! {
            @if line.standing != StandInStanding::Over {
                form method="post" action={ "/stand-ins/" (line.id) "/end" } { (end) }
            }
        };
        Row {
            cells: vec![
                Cell::shown(html! { b { (line.person) } " 代 " b { (line.principal) } }),
                Cell::text(&line.mechanisms),
                Cell::text(&format!("{} 至 {}", day_cell(line.from_on), day_cell(line.until_on))),
                Cell::text(&line.basis),
                Cell::shown(light(tone, words)),
                Cell::shown(act),
            ],
            ..Row::default()
        }
    };
    table(&Table {
        caption: "代办".to_owned(),
        columns: vec![
            Column::new("谁代谁", ColumnKind::Text),
            Column::new("范围", ColumnKind::Text),
            Column::new("期限", ColumnKind::Text),
            Column::new("事由", ColumnKind::Text),
            Column::new("状态", ColumnKind::Chip),
            Column::new("办理", ColumnKind::Text),
        ],
        rows: list.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn done(known: &StandIns) -> Markup {
    if known.done.is_empty() {
        return nothing_yet("还没有人代你办过事。办过的会按时间列在这里。");
    }
    let rows: Vec<Todo> = known
        .done
        .iter()
        .map(|line| Todo {
            href: urls::record(line.record),
            title: line.title.clone(),
            note: format!("{} {} 代办：{}", line.at, line.person, line.step),
            ..Todo::default()
        })
        .collect();
    slim_todos(&rows)
}

fn give_form(known: &StandIns, form: &StandInForm, faults: &[Said]) -> Markup {
    let one = |id: &str, control: Asked, typed: Vec<String>, required: bool, help: Option<&str>| FormField {
        id: id.to_owned(),
        name: label(id),
        required,
        help: help.map(str::to_owned),
        control,
        typed,
        fault: faults.iter().find(|said| matches!(&said.at, Spot::Field(at) if *at == *id)).cloned(),
        held: None,
        fixed: false,
    };
    let text = |text: &str| vec![text.to_owned()];
    let people: Vec<Choice> = known.people.clone();
    let mut list = Vec::new();
    if known.for_others {
        list.push(one("principal", Asked::One(people.clone()), text(&form.principal), true, None));
    }
    list.push(one("person", Asked::One(people), text(&form.person), true, None));
    list.push(one("from_on", Asked::Day, text(&form.from_on), true, None));
    list.push(one("until_on", Asked::Day, text(&form.until_on), true, Some("含当天，最多一年。")));
    let all = Some("一个都不勾，就是全部机制。");
    list.push(one("mechanism", Asked::Many(known.mechanisms.clone()), form.mechanisms.clone(), false, all));
    list.push(one("basis", Asked::Text { max: 200 }, text(&form.basis), false, Some("如：赴省委党校学习。")));
    let list: Vec<_> = list.iter().map(|one| controls::of_field(one, &Back::default()).wide()).collect();
    html! {
        form method="post" action="/stand-ins" {
            div.form { (fields(&list)) }
            div.send { (Button::submit("安排代办").main()) }
        }
    }
}
