//! What stands in somebody's calendar: the deadlines of what waits for them, and the activities that they are asked to.
//!
//! Never a title that they do not see, and never one of a record that holds personal information.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::ids::RecordId;
use kernel::kinds::activity::What;
use kernel::retention::Marks;
use kernel::value::Value;
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::ics::{self, Event, When};
use crate::queries::desk;
use crate::records::{self, Found};

/// So many days behind today stand in it.
const BEHIND: i64 = 30;
/// So many days ahead of today stand in it.
const AHEAD: i64 = 180;
/// The most records that wait for somebody.
const MOST: u32 = 500;
/// Whoever was asked to an activity was asked so long before it at most.
const ASKED_MS: i64 = 400 * 24 * 3_600_000;

/// This person's calendar; `home` is our own address.
pub async fn own(ctx: &Ctx, home: &str) -> Result<String, Error> {
    let mut conn = ctx.office.db.read().await?;
    let (held, _) = desk::held(ctx, &mut conn, ctx.person(), (ctx.actor.grants(), &[]), MOST).await?;
    let mut events: Vec<Event> = held.iter().flat_map(|found| deadlines(ctx, home, found)).collect();
    for (found, is_seen) in asked_to(ctx, &mut conn).await? {
        events.extend(activity(ctx, home, &found).map(|event| if is_seen { event } else { unseen(&found, event) }));
    }
    let (from, until) = window(ctx);
    events.retain(|event| (from..=until).contains(&day_of(event.when)));
    Ok(ics::calendar(&format!("{}的日程", ctx.actor.name()), ctx.now, &events))
}

/// The days of one record that this person sees.
pub async fn of_record(ctx: &Ctx, home: &str, id: RecordId) -> Result<String, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let mut events: Vec<Event> = deadlines(ctx, home, &found).collect();
    events.extend(activity(ctx, home, &found));
    Ok(ics::calendar(&found.mechanism.name, ctx.now, &events))
}

fn window(ctx: &Ctx) -> (Date, Date) {
    (ctx.today.saturating_sub(BEHIND.days()), ctx.today.saturating_add(AHEAD.days()))
}

/// The day in the office, which is eight hours ahead of UTC all year round.
fn day_of(when: When) -> Date {
    match when {
        When::Day(day) => day,
        When::Moment(at) => {
            crate::words::moment(at).split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default()
        }
    }
}

fn deadlines<'a>(ctx: &'a Ctx, home: &'a str, found: &'a Found) -> impl Iterator<Item = Event> + 'a {
    let running = found.record.deadlines.iter().filter(|it| it.is_open() && it.paused_on.is_none());
    running.map(move |it| {
        let name = found.mechanism.deadlines.iter().find(|own| own.id == it.id).map_or("", |own| own.name.as_str());
        let when = it.due_at.map_or(When::Day(it.due_on), When::Moment);
        event(ctx, home, found, (it.id.as_str(), &format!("{name}期限"), when))
    })
}

/// The day of an activity, unless it is still to come and nobody may come to it any more.
fn activity(ctx: &Ctx, home: &str, found: &Found) -> Option<Event> {
    let attendance = found.mechanism.attendance.as_ref()?;
    let Some(Value::Day(day)) = found.record.facts.find(attendance.on.as_str()) else { return None };
    if *day >= ctx.today && !attendance.states.contains(&found.record.state) {
        return None;
    }
    Some(event(ctx, home, found, ("activity", "", When::Day(*day))))
}

fn event(ctx: &Ctx, home: &str, found: &Found, (what, words, when): (&str, &str, When)) -> Event {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let current = ctx.catalog().mechanisms.get(mechanism.id.as_str());
    let marks = Marks { pinned: mechanism, current: current.map_or(&**mechanism, |it| it) };
    let title = match (marks.any(), &record.number) {
        (false, _) => record.title.clone(),
        (true, Some(number)) => number.clone(),
        (true, None) => "请登录查看".to_owned(),
    };
    let words = if words.is_empty() { String::new() } else { format!("（{words}）") };
    Event {
        uid: format!("{}.{what}@zugong", record.id),
        sequence: record.version,
        when,
        title: format!("{}：{title}{words}", mechanism.name),
        address: if home.is_empty() { String::new() } else { format!("{home}/records/{}", record.id) },
    }
}

/// Whoever is asked to an activity knows that they are: its kind and its day, also where the record is not theirs to see.
fn unseen(found: &Found, event: Event) -> Event {
    Event { title: found.mechanism.name.clone(), address: String::new(), ..event }
}

/// The activities that this person is asked to, and whether they see the record.
async fn asked_to(ctx: &Ctx, conn: &mut Conn) -> Result<Vec<(Found, bool)>, Error> {
    let Some(person) = ctx.person() else { return Ok(Vec::new()) };
    let mut last: BTreeMap<RecordId, What> = BTreeMap::new();
    for row in store::participations::of_people(conn, &[person]).await? {
        if row.mark.at > ctx.now - ASKED_MS {
            last.insert(row.record, row.mark.what);
        }
    }
    let ids: Vec<RecordId> = last.into_iter().filter(|it| it.1 != What::Off).map(|it| it.0).collect();
    let rows = store::records::by_ids(conn, &ids).await?;
    let seen: BTreeSet<RecordId> =
        records::seen(ctx, conn, rows.clone()).await?.into_iter().map(|row| row.id).collect();
    let found = records::as_listed(ctx, conn, rows).await?;
    let and_seen = |found: Found| {
        let is_seen = seen.contains(&found.record.id);
        (found, is_seen)
    };
    Ok(found.into_iter().map(and_seen).collect())
}
