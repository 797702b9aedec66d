//! What became of what leaves 投递情况: waiting, failing, dead, sent. For the system administrator.
//!
//! Never what a message says.

use app::commands::deliveries;
use app::queries::deliveries::{self as asked, Deliveries, DeliveriesAsk, DeliveryLine, Standing};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::tabs::{Tab, tabs};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

const TABS: [(&str, &str); 5] =
    [("dead", "死信"), ("failing", "等着再发"), ("waiting", "待发"), ("sent", "已发出"), ("given_up", "已放弃")];

/// `GET /admin/deliveries`.
pub(crate) async fn show(visitor: Visitor, Query(ask): Query<DeliveriesAsk>) -> Result<Response, Failure> {
    page(&visitor, StatusCode::OK, html! {}, &ask).await
}

/// `POST /admin/deliveries/{delivery}/again`.
pub(crate) async fn try_again(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    deliveries::try_again(&visitor.ctx, id).await?;
    Ok(answer::see(urls::DELIVERIES))
}

/// `POST /admin/deliveries/again`: all dead letters to one place.
pub(crate) async fn try_all_again(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    deliveries::try_all_again(&visitor.ctx, sent.text("to")).await?;
    Ok(answer::see(urls::DELIVERIES))
}

/// `POST /admin/deliveries/{delivery}/giving-up`.
pub(crate) async fn give_up(visitor: Visitor, At(id): At<Uuid>, sent: Sent) -> Result<Response, Failure> {
    match deliveries::give_up(&visitor.ctx, id, sent.text("reason")).await {
        Ok(()) => Ok(answer::see(urls::DELIVERIES)),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), words::refused(&said), &DeliveriesAsk::default()).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(visitor: &Visitor, status: StatusCode, above: Markup, ask: &DeliveriesAsk) -> Result<Response, Failure> {
    let known = asked::deliveries(&visitor.ctx, ask).await?;
    let crumbs = vec![Anchor::new("管理", "/admin"), Anchor::new("外发", urls::SENDING), Anchor::new("投递情况", "")];
    let head = PageHead { crumbs, title: "投递情况".to_owned(), ..PageHead::default() };
    let current = Standing::ALL.iter().find(|it| it.1 == known.standing).map_or("dead", |it| it.0);
    let tab = |(id, name): &(&str, &str)| Tab {
        label: (*name).to_owned(),
        href: urls::with(urls::DELIVERIES, &[("tab", id), ("to", &ask.to)]),
        current: *id == current,
        ..Tab::default()
    };
    let list: Vec<Tab> = TABS.iter().map(tab).collect();
    let content = html! {
        (above)
        (tabs("投递情况", &list, html! {}))
        (card("发给谁", html! {}, places(&known, ask, current)))
        (card("消息", html! {}, lines(&known, ask, current)))
    };
    visitor.page_as(status, Place::Admin, &head, content).await
}

/// All places, each narrowing the list; where dead letters are shown, all of one are tried again at once.
fn places(known: &Deliveries, ask: &DeliveriesAsk, current: &str) -> Markup {
    let link = |to: &str, name: &str| {
        let href = urls::with(urls::DELIVERIES, &[("tab", current), ("to", to)]);
        html! { @if to == ask.to { b { (name) } } @else { a href=(href) { (name) } } " " }
    };
    html! {
        p.pad { (link("", "全部")) @for (to, name) in &known.places { (link(to, name)) } }
        @if known.standing == Standing::Dead && !ask.to.is_empty() && !known.lines.is_empty() {
            form method="post" action="/admin/deliveries/again" {
                input type="hidden" name="to" value=(ask.to);
                div.send { (Button::submit("全部再投")) }
            }
        }
    }
}

fn lines(known: &Deliveries, ask: &DeliveriesAsk, current: &str) -> Markup {
    if known.lines.is_empty() {
        return nothing_yet("没有这样的消息。发不出去的会隔一阵再发，八次以后列为死信，由你决定再投还是放弃。");
    }
    let after = known.next.map(|id| id.to_string());
    let next = after.map(|id| urls::with(urls::DELIVERIES, &[("tab", current), ("to", &ask.to), ("after", &id)]));
    let when = match known.standing {
        Standing::Sent | Standing::GivenUp => "办结",
        _ => "下次",
    };
    html! {
        (table(&Table {
            caption: "消息".to_owned(),
            columns: vec![
                Column::new("放入", ColumnKind::Day),
                Column::new("是什么", ColumnKind::Text),
                Column::new("发给", ColumnKind::Text),
                Column::new("试过", ColumnKind::Number),
                Column::new(when, ColumnKind::Day),
                Column::new("原因", ColumnKind::Text),
                Column::new("", ColumnKind::Acts),
            ],
            rows: known.lines.iter().map(|line| row(line, known.standing)).collect(),
            choose: None,
            wide: false,
        }))
        (pager(&Pager { shown: known.lines.len() as u64, unit: "条".to_owned(), next, ..Pager::default() }, html! {}))
    }
}

fn row(line: &DeliveryLine, standing: Standing) -> Row {
    let is_ours = line.to.is_none();
    let acts = html! {
        @if standing == Standing::Dead {
            form method="post" action=(urls::delivery(line.id, "again")) { (Button::submit("再投").tiny()) }
        }
        @if matches!(standing, Standing::Dead | Standing::Failing) && !is_ours {
            form method="post" action=(urls::delivery(line.id, "giving-up")) {
                input type="text" name="reason" maxlength="200" required aria-label="放弃的理由" placeholder="理由";
                (Button::submit("放弃").tiny().danger())
            }
        }
    };
    Row {
        cells: vec![
            Cell::text(&line.at),
            Cell::text(&line.what),
            Cell::text(line.to.as_ref().map_or("", |(_, name)| name)),
            Cell::text(&line.tries.to_string()),
            Cell::text(&line.when),
            Cell::text(&line.why),
            Cell::shown(acts),
        ],
        ..Row::default()
    }
}
