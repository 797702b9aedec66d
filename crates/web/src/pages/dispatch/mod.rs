//! What came to one's own units, and where a paper went: who has received it and who has not.
//!
//! Never a light that is reckoned here: how a unit stands is told by the query.

pub(crate) mod series;

use app::commands::dispatch;
use app::queries::dispatch::{self as asked, CirculationLine, ReceiptLine, Standing, Tray, TrayRow};
use axum::extract::Query;
use axum::response::Response;
use kernel::ids::{RecordId, UnitId};
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards;
use crate::parts::empty::empty;
use crate::parts::facts::{Fact, facts};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::PageHead;
use crate::parts::tabs;
use crate::parts::todo::{Todo, todos};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    tab: String,
    done: String,
}

/// The tab of what was received.
const RECEIVED: &str = "received";

/// `GET /receipts?tab=`.
pub(crate) async fn tray(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let tray = asked::tray(&visitor.ctx, asked.tab == RECEIVED).await?;
    let tab = |label: &str, tab: &str, current: bool| tabs::Tab {
        label: label.to_owned(),
        href: urls::with(urls::RECEIPTS, &[("tab", tab)]),
        current,
        ..tabs::Tab::default()
    };
    let both = [tab("待签收", "", !tray.is_received), tab("已签收", RECEIVED, tray.is_received)];
    let content = html! {
        @if !asked.done.is_empty() { (notice(Tone::Ok, "已签收", html! { "签收的人和时间已经记下，发文单位看得到。" })) }
        section.card {
            (tabs::tabs("看什么", &both, html! {}))
            (lines(&tray))
        }
    };
    let head = PageHead { title: "收到的文件".to_owned(), ..PageHead::default() };
    visitor.page(Place::Desk, &head, content).await
}

fn lines(tray: &Tray) -> Markup {
    match (tray.rows.is_empty(), tray.is_received) {
        (true, false) => {
            empty(Icon::Check, "没有等你签收的文件", "发给本单位的文件会列在这里，也会在收件箱里通知你。", &[])
        }
        (true, true) => empty(Icon::Check, "还没有签收过文件", "签收以后会列在这里，随时可以再看。", &[]),
        _ => todos(&tray.rows.iter().map(|it| row(tray, it)).collect::<Vec<_>>()),
    }
}

fn row(tray: &Tray, it: &TrayRow) -> Todo {
    let receipt = &it.receipt;
    let note = match tray.is_received {
        true => format!("{} · {}{} · {} {}", it.from, receipt.how.name(), receipt.name, receipt.received, receipt.by),
        false => format!("{} · {}{} · {}前签收", it.from, receipt.how.name(), receipt.name, receipt.due_on),
    };
    let act = (!tray.is_received).then(|| Button::link("打开签收", urls::record(it.id)));
    Todo {
        light: Some((tone(receipt.standing), receipt.standing.name().to_owned())),
        href: urls::record(it.id),
        title: format!("{} {}", it.number, it.title),
        note,
        act,
    }
}

fn tone(standing: Standing) -> Light {
    match standing {
        Standing::Received => Light::Green,
        Standing::ReceivedLate => Light::Grey,
        Standing::Waiting => Light::Amber,
        Standing::Late => Light::Red,
    }
}

/// `POST /records/{record}/receipts`: receives the paper for a unit.
pub(crate) async fn receive(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let unit: UnitId = sent.text("unit").parse().map_err(|_| Failure::not_found())?;
    dispatch::receive(&visitor.ctx, id, unit).await?;
    Ok(answer::see(&urls::with(urls::RECEIPTS, &[("done", "1")])))
}

/// `POST /records/{record}/receipts/urging`: urges every unit that has not received it.
pub(crate) async fn urge(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    dispatch::urge(&visitor.ctx, id).await?;
    Ok(answer::see(&urls::record(id)))
}

/// Where a paper went, for its page.
pub(crate) fn card(id: RecordId, line: &CirculationLine) -> Markup {
    let has = |it: &&ReceiptLine| matches!(it.standing, Standing::Received | Standing::ReceivedLate);
    let (sent, received) = (line.receipts.len(), line.receipts.iter().filter(has).count());
    let late = line.receipts.iter().filter(|it| it.standing == Standing::Late).count();
    if line.receipts.is_empty() && line.copy.is_none() {
        return html! {};
    }
    let mut counts = vec![
        Fact::text("应签收", &format!("{sent} 家")),
        Fact::text("已签收", &format!("{received} 家")),
        Fact::text("未签收", &format!("{} 家", sent - received)),
    ];
    if late > 0 {
        counts.push(Fact::shown("逾期未签收", light(Light::Red, &format!("{late} 家"))));
    }
    if let Some((hash, is_whole)) = &line.copy {
        let words = if *is_whole {
            light(Light::Green, "与印发时一致")
        } else {
            light(Light::Red, "与印发时不一致")
        };
        counts.push(Fact::shown("印发本", words));
        counts.push(Fact::shown("校验值", html! { code.hash { (hash.get(..16).unwrap_or(hash)) } }));
    }
    let body = html! {
        @for it in line.receipts.iter().filter(|it| it.may_receive) {
            form method="post" action=(urls::receipts(id)) {
                input type="hidden" name="unit" value=(it.unit);
                div.send { (Button::submit(format!("签收（{}）", it.name)).main().full()) }
            }
        }
        (facts(&counts, true))
        (todos(&line.receipts.iter().map(receipt).collect::<Vec<_>>()))
        @if line.may_urge {
            form method="post" action=(urls::urging(id)) { div.send { (Button::submit("催未签收的")) } }
        }
    };
    cards::card("签收", html! { (received) " / " (sent) }, body)
}

fn receipt(it: &ReceiptLine) -> Todo {
    let note = match it.received.is_empty() {
        true => format!("{} · {}前签收", it.how.name(), it.due_on),
        false => format!("{} · {} {}", it.how.name(), it.received, it.by),
    };
    Todo {
        light: Some((tone(it.standing), it.standing.name().to_owned())),
        title: it.name.clone(),
        note,
        ..Todo::default()
    }
}
