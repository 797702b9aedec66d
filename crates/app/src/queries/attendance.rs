//! Who should come to an activity, who came, who is excused, who is missing: its page, and what a record's page shows.
//!
//! Never a number that was typed, but heads and views.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::catalog::Mechanism;
use kernel::ids::{PersonId, RecordId};
use kernel::kinds::activity::{self, Count, Seat, Stand};
use kernel::record::Record;
use kernel::value::Value;
use rust_decimal::Decimal;
use store::Conn;

use crate::commands::attendance::may_note;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};
use crate::words;

/// What a record's page says of who came.
#[derive(Clone, Debug)]
pub struct TurnoutLine {
    /// Names and numbers with their units.
    pub counts: Vec<(&'static str, String)>,
    /// May the reader note who comes?
    pub may_note: bool,
}

/// Who came to an activity.
#[derive(Clone, Debug)]
pub struct AttendancePage {
    /// The record.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// What the activity is called.
    pub title: String,
    /// Its state.
    pub state: String,
    /// Its day.
    pub on: Option<Date>,
    /// Names and numbers with their units.
    pub counts: Vec<(&'static str, String)>,
    /// The seats: those who are missing first, then by unit and name.
    pub seats: Vec<SeatLine>,
    /// Is there a list?
    pub has_list: bool,
    /// May heads be counted instead?
    pub heads: Option<i64>,
    /// Views, where they are counted.
    pub views: Option<i64>,
    /// The hours that whoever came is given; nothing where none are kept.
    pub hours: Option<String>,
    /// May the reader note who comes?
    pub may_note: bool,
    /// What was taken back: when, about whom, why.
    pub taken_back: Vec<(String, String, String)>,
}

/// Somebody on the list.
#[derive(Clone, Debug)]
pub struct SeatLine {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub unit: String,
    /// Should they come?
    pub expected: bool,
    /// How it stands with them.
    pub stand: Stand,
    /// How and when that was noted; empty where nothing was.
    pub how: String,
    /// Hours of their own.
    pub hours: String,
    /// Did they come to one that makes up for this?
    pub made_up: bool,
}

/// Who came, for whoever sees the record.
pub async fn attendance(ctx: &Ctx, id: RecordId) -> Result<AttendancePage, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let (record, mechanism) = (&found.record, &found.mechanism);
    let rules = mechanism.attendance.as_ref().ok_or(Error::NotFound)?;
    let made_up = made_up(ctx, &mut conn, &found).await?;
    let mut seats: Vec<SeatLine> =
        record.turnout.seats().iter().map(|(person, seat)| line(ctx, *person, seat, &made_up)).collect();
    let rank = |it: &SeatLine| (it.stand != Stand::Open, !it.expected);
    seats.sort_by(|a, b| (rank(a), &a.unit, &a.name, a.person).cmp(&(rank(b), &b.unit, &b.name, b.person)));
    let on = match record.facts.find(rules.on.as_str()) {
        Some(Value::Day(day)) => Some(*day),
        _ => None,
    };
    let has_list = record.turnout.has_list();
    let taken = record.turnout.marks().iter().rev().filter_map(|mark| {
        let (person, reason) = (mark.person?, mark.reason.clone()?);
        Some((words::moment(mark.at), ctx.names().person(person), reason))
    });
    Ok(AttendancePage {
        id,
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        title: record.title.clone(),
        state: words::state_name(mechanism, record.state.as_str()),
        on,
        counts: counts(mechanism, record),
        seats,
        has_list,
        heads: (!has_list).then(|| record.turnout.heads()),
        views: rules.views.then(|| record.turnout.count(Count::Views, 0)),
        hours: rules.hours.is_some().then(|| hundredths(activity::hours(mechanism, record))),
        may_note: may_note(ctx, &found),
        taken_back: taken.collect(),
    })
}

/// What a record's page says of who came; nothing where nobody comes.
pub fn turnout(ctx: &Ctx, found: &Found) -> Option<TurnoutLine> {
    found.mechanism.attendance.as_ref()?;
    Some(TurnoutLine { counts: counts(&found.mechanism, &found.record), may_note: may_note(ctx, found) })
}

fn line(ctx: &Ctx, person: PersonId, seat: &Seat, made_up: &BTreeSet<PersonId>) -> SeatLine {
    let unit = ctx.tree.person(person).and_then(|it| it.unit).map(|unit| ctx.names().unit(unit));
    let is_noted = seat.stand != Stand::Open;
    SeatLine {
        person,
        name: ctx.names().person(person),
        unit: unit.unwrap_or_default(),
        expected: seat.expected,
        stand: seat.stand,
        how: if is_noted { format!("{} {}", seat.how.words(), words::moment(seat.at)) } else { String::new() },
        hours: seat.hours.map(hundredths).unwrap_or_default(),
        made_up: made_up.contains(&person),
    }
}

/// Hours as they are read.
pub fn hundredths(hours: i64) -> String {
    Decimal::new(hours, 2).normalize().to_string()
}

/// What is counted, as far as it says something here.
fn counts(mechanism: &Mechanism, record: &Record) -> Vec<(&'static str, String)> {
    let Some(rules) = &mechanism.attendance else { return Vec::new() };
    let hours = activity::hours(mechanism, record);
    let turnout = &record.turnout;
    let shown = |count: Count, number: i64| match count {
        Count::Expected | Count::Came | Count::Leave | Count::Absent => turnout.has_list(),
        Count::Guests => number > 0,
        Count::Attendances => true,
        Count::Views => rules.views,
        Count::Hours => rules.hours.is_some(),
    };
    let all = Count::ALL.into_iter().map(|(name, unit, count)| (name, unit, count, turnout.count(count, hours)));
    let shown = all.filter(|(.., count, number)| shown(*count, *number));
    let words = |(name, unit, count, number): (&'static str, &str, Count, i64)| match count {
        Count::Hours => (name, format!("{} {unit}", hundredths(number))),
        _ => (name, format!("{number} {unit}")),
    };
    shown.map(words).collect()
}

/// Who of those who were missing came to an activity that makes up for this one.
async fn made_up(ctx: &Ctx, conn: &mut Conn, found: &Found) -> Result<BTreeSet<PersonId>, Error> {
    let expected = found.mechanism.attendance.as_ref().and_then(|it| it.expected.as_ref());
    let Some(field) = expected.and_then(|it| it.absent_from.as_ref()) else { return Ok(BTreeSet::new()) };
    let ties = store::ties::of_record(conn, found.record.id).await?;
    let others: Vec<RecordId> = ties.iter().map(|tie| tie.other).filter(|id| *id != found.record.id).collect();
    let others = records::by_ids(ctx, conn, &others).await?;
    let makes_up = |it: &&Found| it.record.facts.find(field.as_str()) == Some(&Value::Record(found.record.id));
    let came = others.iter().filter(makes_up).flat_map(|it| it.record.turnout.came()).map(|(person, _)| person);
    Ok(came.collect())
}
