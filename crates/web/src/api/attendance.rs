//! Who comes, for machines: the list with how it stands with each, and notes on it.
//!
//! Never a sign-in in somebody else's name: that is a note on the list, by whoever keeps it.

use app::commands::attendance;
use app::queries::attendance::{self as asked, AttendancePage};
use axum::Json as Answer;
use kernel::ids::{PersonId, RecordId};
use kernel::kinds::activity::{How, Note, Stand, What};
use kernel::refusal::Refusal;
use serde_json::{Value, json};

use super::body::Json;
use crate::error::Failure;
use crate::pages::attendance::hundredths;
use crate::visitor::{At, Visitor};

/// The most notes of one request.
pub(super) const MOST: usize = 1_000;

/// Notes as a machine sends them.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Given {
    people: Vec<OfPerson>,
    heads: Option<i64>,
    views: Option<i64>,
    reason: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OfPerson {
    person: uuid::Uuid,
    stand: Word,
    #[serde(default)]
    hours: String,
}

#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Came,
    Leave,
    Open,
}

/// `GET /api/v1/records/{record}/attendance`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>) -> Result<Answer<Value>, Failure> {
    Ok(Answer(shown(&asked::attendance(&visitor.ctx, id).await?)))
}

/// `POST /api/v1/records/{record}/attendance`: notes on the list. What is noted already stays as it is.
pub(crate) async fn note(
    visitor: Visitor,
    At(id): At<RecordId>,
    Json(given): Json<Given>,
) -> Result<Answer<Value>, Failure> {
    attendance::on_list(&visitor.ctx, id, &notes(given)?).await?;
    show(visitor, At(id)).await
}

fn notes(given: Given) -> Result<Vec<Note>, Refusal> {
    if given.people.len() > MOST {
        return Err(Refusal::new("attendance.too_many").with("most", MOST));
    }
    let reason =
        given.reason.map(|it| it.trim().chars().filter(|sign| !sign.is_control()).take(200).collect::<String>());
    let reason = reason.filter(|it| !it.is_empty());
    let mut notes = Vec::with_capacity(given.people.len());
    for it in given.people {
        let what = match it.stand {
            Word::Came => What::Came,
            Word::Leave => What::Leave,
            Word::Open => What::Off,
        };
        let amount = if what == What::Came && !it.hours.is_empty() { hundredths(&it.hours)? } else { 0 };
        notes.push(Note { person: Some(PersonId(it.person)), what, amount, how: How::List, reason: reason.clone() });
    }
    for (amount, what) in [(given.heads, What::Heads), (given.views, What::Views)] {
        notes.extend(amount.map(|amount| Note { person: None, what, amount, how: How::List, reason: reason.clone() }));
    }
    Ok(notes)
}

fn shown(page: &AttendancePage) -> Value {
    let people = page.seats.iter().map(|seat| {
        let stand = match seat.stand {
            Stand::Came => "came",
            Stand::Leave => "leave",
            Stand::Open => "open",
        };
        json!({
            "person": seat.person.to_string(), "name": seat.name, "unit": seat.unit, "expected": seat.expected,
            "stand": stand, "how": seat.how, "hours": seat.hours, "made_up": seat.made_up,
        })
    });
    let counts = page.counts.iter().map(|(name, number)| json!({ "name": name, "shown": number }));
    json!({
        "record": page.id.to_string(), "title": page.title, "state": page.state,
        "on": page.on.map(|day| day.to_string()), "has_list": page.has_list, "heads": page.heads, "views": page.views,
        "hours": page.hours, "may_note": page.may_note,
        "counts": counts.collect::<Vec<_>>(), "people": people.collect::<Vec<_>>(),
    })
}
