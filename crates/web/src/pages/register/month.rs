//! The register as a calendar: what falls due on which day.

use app::queries::register::{self, Card, MonthDay as Known, MonthPage};
use axum::response::Response;
use kernel::deadlines::LightKind;
use kernel::value::Month;
use maud::{Markup, html};

use super::address::Address;
use super::{list, narrow};
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::month::{DayEntry, DayMark, MonthDay, month};
use crate::parts::words::{day_cell, month_prose};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /m/{mechanism}/calendar?month=2026-03`.
pub(crate) async fn show(visitor: Visitor, At(mechanism): At<String>) -> Result<Response, Failure> {
    let address = Address::read(&visitor.guest.query)?;
    let now = Month::of(visitor.ctx.today);
    // A month before records or after all deadlines shows nothing; one that is none is this one.
    let asked = Month::parse(&address.month).filter(|month| (1900..=2200).contains(&month.year)).unwrap_or(now);
    let register = register::list(&visitor.ctx, &mechanism, address.ask.clone()).await?;
    let page = register::month(&visitor.ctx, &mechanism, asked, &address.ask).await?;
    let content = html! {
        section.card id="list" data-live {
            (narrow::tabs(&register, &address, narrow::Shape::Month))
            (narrow::filters(&register, &address, narrow::Shape::Month))
            header {
                h2 { (month_prose(page.month.first_day())) }
                div.more {
                    a href=(to(&mechanism, &address, asked.plus(-1))) { "上月" }
                    a href=(to(&mechanism, &address, now)) { "本月" }
                    a href=(to(&mechanism, &address, asked.plus(1))) { "下月" }
                }
            }
            (days(&visitor, &mechanism, &page))
        }
    };
    visitor.page(Place::Mechanism(&mechanism), &list::head(&register, &address), content).await
}

fn to(mechanism: &str, address: &Address, month: Month) -> String {
    let path = address.first(&narrow::Shape::Month.path(mechanism));
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}month={month}")
}

fn days(visitor: &Visitor, mechanism: &str, page: &MonthPage) -> Markup {
    let list: Vec<MonthDay> = page.days.iter().map(|known| day(mechanism, known)).collect();
    month(page.month.first_day(), visitor.ctx.today, &list)
}

fn day(mechanism: &str, known: &Known) -> MonthDay {
    let is_weekend = known.on.weekday().to_monday_zero_offset() >= 5;
    let mark = match (known.works, is_weekend, &known.note) {
        (true, true, _) => Some(DayMark::Work),
        (false, _, Some(name)) => Some(DayMark::Rest(name.clone())),
        (false, false, None) => Some(DayMark::Rest("休".to_owned())),
        _ => None,
    };
    let on = day_cell(known.on);
    MonthDay {
        on: known.on,
        entries: known.cards.iter().map(entry).collect(),
        further: known.more as u64,
        href: urls::with(&urls::register(mechanism), &[("tab", "all"), ("due_from", &on), ("due_until", &on)]),
        mark,
    }
}

fn entry(card: &Card) -> DayEntry {
    let label = card.number.as_ref().map_or_else(|| card.title.clone(), |number| format!("{number} {}", card.title));
    let kind = card.light.as_ref().map_or(LightKind::Grey, |light| light.kind);
    DayEntry { label, href: urls::record(card.id), light: words::tone(kind) }
}
