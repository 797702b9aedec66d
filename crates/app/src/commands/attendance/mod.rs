//! Noting who should come and who came: the list, a sign-in, an excuse, a head count.
//!
//! A note is one short transaction with its act: it moves no version, takes no step, and whoever signs in while somebody
//! else takes a step waits for nothing but the record's row. Signing in twice is signing in once.
//! Never says to whoever is not signed in who is on a list.

use kernel::catalog::{FieldType, Mechanism};
use kernel::figures::{self, Cells};
use kernel::identity::Form;
use kernel::ids::{PersonId, RecordId, UnitId};
use kernel::kinds::activity::{self, How, Mark, Moment, Note, Turnout, What};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use kernel::workflow::Move;
use store::Tx;
use store::participations::MarkRow;
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::keep;
use crate::commands::sign_in::holds;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

pub mod code;

/// The most people that one list takes.
const MOST_EXPECTED: u32 = 5_000;

/// What came of noting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    /// How much of it is new.
    pub new: usize,
    /// When it was noted before, if nothing is new.
    pub known_at: Option<i64>,
}

/// May this person note who comes to the record?
// enforces: attendance.who
pub fn may_note(ctx: &Ctx, found: &Found) -> bool {
    let Some(rules) = &found.mechanism.attendance else { return false };
    rules.states.contains(&found.record.state)
        && ctx.actor.grant_for(&found.mechanism.id, &rules.who, found.unit_ord).is_some()
}

/// Notes on the list, by whoever keeps it.
pub async fn on_list(ctx: &Ctx, id: RecordId, notes: &[Note]) -> Result<Noted, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    drop(conn);
    let Some(rules) = &found.mechanism.attendance else { return Err(Error::NotFound) };
    if ctx.actor.grant_for(&found.mechanism.id, &rules.who, found.unit_ord).is_none() {
        return Err(Refusal::not_yours("attendance.not_yours").into());
    }
    for person in notes.iter().filter_map(|note| note.person) {
        ctx.tree.person(person).ok_or(Error::NotFound)?;
    }
    note(ctx, id, notes, ctx.person()).await
}

/// Keeps notes, decided by what stands when nobody else may note; anew if the tree was changed meanwhile.
async fn note(ctx: &Ctx, id: RecordId, notes: &[Note], by: Option<PersonId>) -> Result<Noted, Error> {
    let mut now = ctx.clone();
    let mut tries = 0;
    loop {
        tries += 1;
        let with = &now;
        let keep = |mut tx: Tx| async move {
            let noted = note_once(with, &mut tx, id, notes, by).await?;
            Ok::<_, Error>((tx, noted))
        };
        match ctx.office.db.transact(keep).await {
            Err(Error::Stale) if tries < 5 => now = now.refreshed().await?,
            other => return other,
        }
    }
}

async fn note_once(ctx: &Ctx, tx: &mut Tx, id: RecordId, notes: &[Note], by: Option<PersonId>) -> Result<Noted, Error> {
    keep::same_tree(ctx, tx).await?;
    store::participations::hold(tx, id).await?;
    let found = records::by_ids(ctx, tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let (mechanism, before) = (&found.mechanism, &found.record);
    let mut after = before.clone();
    let mut rows = Vec::new();
    for note in notes {
        let moment = Moment { at: ctx.now, on: ctx.today, by };
        if let Some(mark) = activity::note(mechanism, &after, note, moment)? {
            after.turnout.add(mark.clone());
            rows.push(row(ctx, id, mark));
        }
    }
    if rows.is_empty() {
        let seat = notes.first().and_then(|note| before.turnout.seats().get(&note.person?));
        return Ok(Noted { new: 0, known_at: seat.map(|seat| seat.at) });
    }
    store::participations::insert(tx, &rows).await?;
    let cells = difference(ctx, mechanism, before, &after);
    keep::add_to_figures(ctx, tx, &cells).await?;
    let kind = if notes.iter().all(|note| note.how == How::List) { "attendance.noted" } else { "attendance.signed_in" };
    let person = notes.first().and_then(|note| note.person).filter(|_| rows.len() == 1);
    let detail = serde_json::json!({
        "record": id.to_string(), "title": before.title, "marks": rows.len(),
        "about": person.map(|person| ctx.names().person(person)), "how": notes.first().map(|note| note.how.words()),
    });
    act(ctx, tx, kind, detail).await?;
    Ok(Noted { new: rows.len(), known_at: None })
}

fn row(ctx: &Ctx, record: RecordId, mark: Mark) -> MarkRow {
    let unit = mark.person.and_then(|person| ctx.tree.person(person)).and_then(|person| person.unit);
    MarkRow { id: ctx.new_id::<Uuid>(), record, unit, mark }
}

/// What the figures gain by what was noted.
fn difference(ctx: &Ctx, mechanism: &Mechanism, before: &Record, after: &Record) -> Cells {
    let counted = ctx.definitions.counted_by(mechanism);
    figures::difference(counted, Some(before), after, ctx.calendar())
}

/// Where somebody comes: the record before the move with what was noted until now, and nobody notes anything more before
/// the transaction ends. The step that takes the list puts it among the marks.
pub(super) async fn meets(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    (before, moved): (Option<&Record>, &Move),
    after: &mut Record,
    marks: &mut Vec<MarkRow>,
) -> Result<Option<Record>, Error> {
    let (Some(before), true) = (before, mechanism.attendance.is_some()) else { return Ok(None) };
    // The tree first, then the record: everybody in this order, so that nobody waits for each other.
    store::units::hold_tree_version(tx).await?;
    store::participations::hold(tx, after.id).await?;
    let rows = store::participations::of_records(tx, &[after.id]).await?;
    after.turnout = Turnout::of(rows.into_iter().map(|row| row.mark).collect());
    let before = Record { turnout: after.turnout.clone(), ..before.clone() };
    for row in listed(ctx, tx, mechanism, &moved.step, after).await? {
        after.turnout.add(row.mark.clone());
        marks.push(row);
    }
    Ok(Some(before))
}

/// Those who should come, with a step that takes the list: nobody notes anything meanwhile.
// enforces: attendance.expected.at
async fn listed(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    step: &str,
    record: &Record,
) -> Result<Vec<MarkRow>, Error> {
    let expected = mechanism.attendance.as_ref().and_then(|it| it.expected.as_ref());
    let Some(expected) = expected.filter(|it| it.at == *step) else { return Ok(Vec::new()) };
    // enforces: attendance.expected.absent_from
    let other = expected.absent_from.as_ref().and_then(|field| record.facts.find(field.as_str()));
    let people: Vec<PersonId> = match other {
        Some(Value::Record(other)) => {
            let found = records::by_ids(ctx, tx, &[*other]).await?;
            found.iter().flat_map(|it| it.record.turnout.missed()).collect()
        }
        _ => {
            let units = units(ctx, expected.of.as_ref().and_then(|field| record.facts.find(field.as_str())), record);
            // enforces: attendance.expected.roles
            let rows =
                store::participations::expected(tx, &units, &expected.roles, ctx.today, MOST_EXPECTED + 1).await?;
            rows.into_iter().map(|row| row.id).collect()
        }
    };
    if people.is_empty() {
        return Err(Refusal::new("attendance.nobody").into());
    }
    if people.len() > MOST_EXPECTED as usize {
        return Err(Refusal::new("attendance.too_many").with("most", MOST_EXPECTED).into());
    }
    let mark = |(at, person): (usize, &PersonId)| Mark {
        seq: record.turnout.next_seq() + at as i64,
        person: Some(*person),
        what: What::Expected,
        amount: 0,
        how: How::Register,
        at: ctx.now,
        on: ctx.today,
        by: ctx.person(),
        reason: None,
    };
    let fresh: Vec<PersonId> = people.into_iter().filter(|it| !record.turnout.seats().contains_key(it)).collect();
    Ok(fresh.iter().enumerate().map(mark).map(|mark| row(ctx, record.id, mark)).collect())
}

/// The units whose people should come, as intervals.
// enforces: attendance.expected.of
fn units(ctx: &Ctx, named: Option<&Value>, record: &Record) -> Vec<(i64, i64)> {
    let ids: Vec<UnitId> = match named {
        Some(Value::Unit(unit)) => vec![*unit],
        Some(Value::Units(units)) => units.clone(),
        _ => vec![record.unit],
    };
    let over = ids.into_iter().filter_map(|id| ctx.tree.unit(id)).map(|unit| (unit.over.first, unit.over.last));
    over.collect()
}

/// Somebody signed in holds their telephone at the code.
pub async fn by_code(ctx: &Ctx, code: &str) -> Result<Noted, Error> {
    let id = code::read(ctx, code)?;
    let person = ctx.person().map(|person| ctx.tree.human(person)).ok_or(Error::NotFound)?;
    let mut conn = ctx.office.db.read().await?;
    let found = records::by_ids(ctx, &mut conn, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    drop(conn);
    // The list may name another file of theirs. Where there is none, whoever holds the code may come.
    let turnout = &found.record.turnout;
    let seat = turnout.seats().keys().find(|seat| ctx.tree.human(**seat) == person).copied();
    let seat = seat.or_else(|| (!turnout.has_list()).then_some(person));
    let seat = seat.ok_or_else(|| Refusal::new("attendance.not_listed"))?;
    note(ctx, id, &[came(seat, How::Code)], Some(person)).await
}

fn came(person: PersonId, how: How) -> Note {
    Note { person: Some(person), what: What::Came, amount: 0, how, reason: None }
}

/// Somebody who is not signed in gives their name and the last digits of their telephone or identity number. Whoever is
/// not on the list, whose digits are others and whose name is another are answered alike, after the same questions.
pub async fn by_name(ctx: &Ctx, code: &str, name: &str, digits: &str) -> Result<Noted, Error> {
    let id = code::read(ctx, code)?;
    let name: String = name.trim().chars().filter(|sign| !sign.is_control()).take(40).collect();
    let digits = digits.trim().to_uppercase();
    let keys = holds::Keys::of_name(&format!("attend:{id}:{name}"), ctx.address.as_deref());
    let mut conn = ctx.office.db.read().await?;
    holds::pass(ctx, &mut conn, &keys).await.map_err(|_| Refusal::new("attendance.wait"))?;
    let found = records::by_ids(ctx, &mut conn, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let seats = found.record.turnout.seats();
    let is_called = |person: &&PersonId| ctx.tree.person(**person).is_some_and(|it| it.name == name);
    let called: Vec<PersonId> = seats.keys().filter(is_called).copied().collect();
    // Asked for whether or not anybody is called so.
    let files: Vec<RecordId> = called.iter().map(|person| RecordId(person.0)).chain([id]).collect();
    let files = records::by_ids(ctx, &mut conn, &files).await?;
    drop(conn);
    let fits = |person: &&PersonId| {
        files.iter().any(|file| file.record.id.0 == person.0 && ends_with(&file.mechanism, &file.record, &digits))
    };
    let fitting: Vec<&PersonId> = called.iter().filter(fits).collect();
    let [person] = fitting[..] else {
        let mut tx = ctx.office.db.begin().await?;
        holds::count(ctx, &mut tx, &keys).await?;
        tx.commit().await?;
        return Err(Refusal::new("attendance.no_match").into());
    };
    note(ctx, id, &[came(*person, How::Name)], None).await
}

/// Does a telephone or identity number in the file end with these four signs?
fn ends_with(mechanism: &Mechanism, record: &Record, digits: &str) -> bool {
    let numbers = mechanism.fields.iter().filter(|field| {
        matches!(field.of, FieldType::Text { .. }) && matches!(field.form, Some(Form::Phone | Form::Identity))
    });
    digits.len() == 4
        && numbers.filter_map(|field| record.facts.find(field.id.as_str())).any(|value| match value {
            Value::Text(number) => number.ends_with(digits),
            _ => false,
        })
}
