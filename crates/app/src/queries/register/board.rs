//! The register as a board by state, and as a calendar by day.
//!
//! Never more cards than a page bears: the rest is one link away.

use jiff::civil::Date;
use kernel::ids::RecordId;
use kernel::value::{Month, Value};
use store::register::FactTest;

use super::asked::{RegisterAsk, query};
use super::rows::light;
use super::{counts_by_state, scope_of};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::records::Found;

/// A board: a column a state.
#[derive(Clone, Debug)]
pub struct Board {
    /// The columns.
    pub columns: Vec<BoardColumn>,
    /// Cards shown a column.
    pub most: usize,
}

/// A column of a board.
#[derive(Clone, Debug)]
pub struct BoardColumn {
    /// The state's id.
    pub state: String,
    /// Its name.
    pub name: String,
    /// How many records it holds.
    pub count: i64,
    /// The first cards.
    pub cards: Vec<Card>,
}

/// A card.
#[derive(Clone, Debug)]
pub struct Card {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// What the definition puts on it.
    pub lines: Vec<String>,
    /// Its light.
    pub light: Option<Light>,
}

/// The register as a board. Each column shows its first cards; the rest is one link away.
// enforces: board.card
pub async fn board(ctx: &Ctx, mechanism: &str, ask: &RegisterAsk) -> Result<Board, Error> {
    const MOST: usize = 12;
    let mechanism = ctx.mechanism(mechanism)?;
    let layout = mechanism.board.clone().ok_or(Error::NotFound)?;
    let scope = scope_of(ctx, &mechanism, ask)?;
    let mut conn = ctx.office.db.read().await?;
    let by_state = counts_by_state(ctx, &mut conn, &mechanism, &scope).await?.by_state;
    let mut columns = Vec::new();
    for state in mechanism.states.iter().filter(|state| !state.is_final) {
        let count = by_state.iter().find(|(id, _)| *id == state.id).map_or(0, |(_, count)| *count);
        let mut cards = Vec::new();
        if count > 0 {
            let one = RegisterAsk { tab: state.id.to_string(), after: String::new(), ..ask.clone() };
            let mut asked = query(ctx, &mechanism, &one, &scope)?;
            asked.query.expected = Some((count, count));
            let (found, _) = asked.page(ctx, &mut conn, MOST).await?;
            cards.extend(found.iter().map(|found| card(ctx, &layout.card, found)));
        }
        columns.push(BoardColumn { state: state.id.to_string(), name: state.name.clone(), count, cards });
    }
    Ok(Board { columns, most: MOST })
}

fn card(ctx: &Ctx, fields: &[kernel::ids::FieldId], found: &Found) -> Card {
    let lines = fields.iter().filter(|id| **id != found.mechanism.title).filter_map(|id| {
        let field = found.mechanism.field(id.as_str())?;
        Some(format!("{} {}", field.name, found.words_of(ctx, field)?))
    });
    Card {
        id: found.record.id,
        title: found.record.title.clone(),
        number: found.record.number.clone(),
        lines: lines.collect(),
        light: light(ctx, found),
    }
}

/// A month with what falls due in it.
#[derive(Clone, Debug)]
pub struct MonthPage {
    /// The month.
    pub month: Month,
    /// Its days, with the days around it that fill the weeks (Monday first).
    pub days: Vec<MonthDay>,
}

/// A day of a month page.
#[derive(Clone, Debug)]
pub struct MonthDay {
    /// The day.
    pub on: Date,
    /// Does it belong to the month?
    pub inside: bool,
    /// Is it a working day?
    pub works: bool,
    /// The name of the holiday, if the calendar names one.
    pub note: Option<String>,
    /// The records that fall due, at most a few.
    pub cards: Vec<Card>,
    /// How many more there are.
    pub more: usize,
}

/// The register as a calendar.
// enforces: calendar.by
pub async fn month(ctx: &Ctx, mechanism: &str, month: Month, ask: &RegisterAsk) -> Result<MonthPage, Error> {
    const MOST: usize = 4;
    let mechanism = ctx.mechanism(mechanism)?;
    let by = mechanism.calendar.clone().ok_or(Error::NotFound)?;
    let scope = scope_of(ctx, &mechanism, ask)?;
    let before = i64::from(month.first_day().weekday().to_monday_zero_offset());
    let first = month.first_day().saturating_sub(jiff::Span::new().days(before));
    let weeks = (before + i64::from(month.last_day().day()) + 6) / 7;
    let last = first.saturating_add(jiff::Span::new().days(weeks * 7 - 1));
    let all = RegisterAsk { tab: "all".into(), after: String::new(), ..ask.clone() };
    let mut asked = query(ctx, &mechanism, &all, &scope)?;
    asked.query.facts.push((by.clone(), FactTest::Between(Some(first.to_string()), Some(last.to_string()))));
    let mut conn = ctx.office.db.read().await?;
    let (found, _) = asked.page(ctx, &mut conn, 500).await?;
    let mut days = Vec::new();
    let mut on = first;
    while on <= last {
        let due: Vec<_> =
            found.iter().filter(|it| it.record.facts.find(by.as_str()) == Some(&Value::Day(on))).collect();
        days.push(MonthDay {
            on,
            inside: Month::of(on) == month,
            works: ctx.calendar().is_working(on),
            note: holiday(ctx, on),
            cards: due.iter().take(MOST).map(|it| card(ctx, &[], it)).collect(),
            more: due.len().saturating_sub(MOST),
        });
        match on.tomorrow() {
            Ok(next) => on = next,
            Err(_) => break,
        }
    }
    Ok(MonthPage { month, days })
}

fn holiday(ctx: &Ctx, on: Date) -> Option<String> {
    match ctx.calendar().kind(on) {
        kernel::calendar::DayKind::Off(name) => Some(name.to_string()),
        kernel::calendar::DayKind::MadeUp => Some("补班".to_owned()),
        _ => None,
    }
}
