//! Taking one of the moves that every record has: 转办, 加签, 撤回, 催办, 抄送, 留言, 关联.
//!
//! They are sent like steps, under ids of their own, so that pages and machines have one way of doing things.
//! Never more than the kernel lets through.

use kernel::facts::Typed;
use kernel::flow::Seat;
use kernel::ids::{PersonId, RecordId, RoleId};
use kernel::journal::Entry;
use kernel::record::UNDONE;
use kernel::refusal::{Refusal, Spot};
use kernel::workflow::moves::{self, ADD, COPY, HAND, NOTE, RECALL, TIE, UNTIE, URGE};
use kernel::workflow::{Attempt, Move, Party, recall};
use store::Conn;

use crate::commands::relating;
use crate::commands::steps::{TakeStep, attempt};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// Is it the id of such a move?
pub fn is_one(step: &str) -> bool {
    matches!(step, HAND | ADD | RECALL | URGE | COPY | NOTE | TIE | UNTIE)
}

/// Decides the move.
pub(super) async fn decide(ctx: &Ctx, conn: &mut Conn, form: &TakeStep, found: &Found) -> Result<Move, Error> {
    let (record, mechanism) = (&found.record, &*found.mechanism);
    let attempt = attempt(ctx, &form.step, Vec::new(), form.opinion.clone(), form.reason.clone(), &[]);
    // Reminders and copies may say something; the others must give a reason.
    let words = first(&form.typed, "words").map(str::to_owned);
    if let Some(mark) = words.as_deref().and_then(kernel::secrecy::mark) {
        return Err(Refusal::new("form.secret").with("mark", mark).into());
    }
    let attempt = Attempt { reason: attempt.reason.clone().or(words), ..attempt };
    let clock = ctx.clock();
    let moved = match form.step.as_str() {
        HAND => moves::hand(clock, mechanism, record, &attempt, person(ctx, &form.typed, "person")?),
        ADD => {
            let before = first(&form.typed, "place") == Some("before");
            moves::add_signer(clock, mechanism, record, &attempt, (person(ctx, &form.typed, "person")?, before))
        }
        RECALL => {
            let entries = entries(conn, record.id).await?;
            let opened = recall::last(&entries).map(recall::opened).unwrap_or_default();
            let untouched = are_untouched(ctx, conn, &opened).await?;
            recall::recall(mechanism, record, &attempt, &entries, untouched)
        }
        URGE => {
            let again = urged_today(ctx, conn, record.id).await?;
            moves::urge(record, &attempt, &in_hand(ctx, found), again)
        }
        NOTE => {
            let (called, blind) = called_on(ctx, conn, &form.typed, record.id).await?;
            moves::note(record, &attempt, called, blind)
        }
        TIE | UNTIE => {
            let other = relating::named(ctx, conn, first(&form.typed, "record").unwrap_or("")).await?;
            let tied = relating::are_tied(conn, (record.id, other)).await?;
            moves::tie(record, &attempt, other, tied)
        }
        _ => moves::copy(record, &attempt, parties(ctx, &form.typed)?),
    };
    Ok(moved?)
}

/// The people whom a remark calls on, and the names of those among them who do not see the record: to be called on
/// shows nobody anything.
async fn called_on(
    ctx: &Ctx,
    conn: &mut Conn,
    typed: &Typed,
    id: RecordId,
) -> Result<(Vec<PersonId>, Vec<String>), Error> {
    let (mut called, mut blind) = (Vec::new(), Vec::new());
    let people = parties(ctx, typed)?.into_iter().filter_map(|party| match party {
        Party::Person(person) => Some(person),
        Party::Unit(_) => None,
    });
    // One more than may be called on is enough to be told so.
    for person in people.take(moves::MOST_CALLED + 1) {
        let actor = ctx.as_person(person).ok_or(Error::NotFound)?;
        match records::visible(&Ctx { actor, ..ctx.clone() }, conn, id).await {
            Ok(_) => called.push(person),
            Err(Error::NotFound) => blind.push(ctx.names().person(person)),
            Err(fault) => return Err(fault),
        }
    }
    Ok((called, blind))
}

/// A record's journal, read.
pub async fn entries(conn: &mut Conn, id: RecordId) -> Result<Vec<Entry>, Error> {
    let rows = store::journal::of_record(conn, id).await?;
    rows.iter()
        .map(|row| serde_json::from_str(&row.entry).map_err(|fault| Error::broken("read a journal entry", fault)))
        .collect()
}

/// Are all of these as they were opened: nothing happened to them, no number and no paper left the house?
async fn are_untouched(ctx: &Ctx, conn: &mut Conn, ids: &[RecordId]) -> Result<bool, Error> {
    let found = records::by_ids(ctx, conn, ids).await?;
    let mut untouched = found.len() == ids.len();
    for one in &found {
        let papers = store::papers::of_record(conn, one.record.id).await?;
        untouched &= one.record.version == 1 && one.record.number.is_none() && papers.is_empty();
        untouched &= one.record.state != *UNDONE;
    }
    Ok(untouched)
}

/// Did this person remind them today already?
async fn urged_today(ctx: &Ctx, conn: &mut Conn, id: RecordId) -> Result<bool, Error> {
    let rows = store::journal::of_record(conn, id).await?;
    let mine = rows.iter().filter(|row| row.step.as_str() == URGE && row.on == ctx.today);
    Ok(mine.into_iter().any(|row| row.actor == ctx.person()))
}

/// The people who have a record in hand: whoever it was handed to, whose signatures it waits for, or those who hold
/// the role of its state.
pub fn in_hand(ctx: &Ctx, found: &Found) -> Vec<PersonId> {
    let (record, mechanism) = (&found.record, &*found.mechanism);
    let mut people: Vec<PersonId> = record.flow.person.into_iter().collect();
    if let Some(step) = moves::joint_step(mechanism, record) {
        for place in moves::table(mechanism, record).into_iter().filter(|it| it.is_turn) {
            people.extend(match place.seat {
                Seat::Person(person) => vec![person],
                Seat::Unit(unit) => holders(ctx, &step.who, unit),
                Seat::Anybody => holders(ctx, &step.who, record.unit),
            });
        }
    }
    if let (true, Some(role)) = (people.is_empty(), &record.holder) {
        people = holders(ctx, std::slice::from_ref(role), record.unit);
    }
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert(*person));
    people
}

fn holders(ctx: &Ctx, roles: &[kernel::ids::RoleId], unit: kernel::ids::UnitId) -> Vec<PersonId> {
    roles.iter().flat_map(|role| ctx.tree.holders(role, unit, ctx.today)).map(|person| person.id).collect()
}

fn first<'a>(typed: &'a Typed, field: &str) -> Option<&'a str> {
    let (_, texts) = typed.fields.iter().find(|(id, _)| *id == *field)?;
    texts.first().map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// A person who is there and does business; nothing if nobody was chosen.
fn person(ctx: &Ctx, typed: &Typed, field: &str) -> Result<Option<PersonId>, Error> {
    let Some(text) = first(typed, field) else { return Ok(None) };
    let known = text.parse::<PersonId>().ok().filter(|id| ctx.tree.person(*id).is_some());
    match known {
        Some(id) if !does_business(ctx, id) => Err(administrator(ctx, id, field).into()),
        Some(id) => Ok(Some(id)),
        None => Err(Refusal::new("hand.nobody").at(Spot::Field(field.into())).into()),
    }
}

/// May this person be shown a record and asked to act on it? Administrators read no business.
pub fn does_business(ctx: &Ctx, person: PersonId) -> bool {
    let administers =
        |role: &RoleId| ctx.vocabulary().role(role.as_str()).is_some_and(|role| role.administers.is_some());
    !ctx.tree.grants_of(person, ctx.today).iter().any(|grant| administers(&grant.role))
}

fn administrator(ctx: &Ctx, person: PersonId, field: &str) -> Refusal {
    Refusal::new("flow.administrator").with("person", ctx.names().person(person)).at(Spot::Field(field.into()))
}

/// The people and units that a copy goes to, each once.
fn parties(ctx: &Ctx, typed: &Typed) -> Result<Vec<Party>, Error> {
    let all = |field: &str| {
        let texts = typed.fields.iter().find(|(id, _)| *id == *field).map(|(_, texts)| texts.clone());
        texts.unwrap_or_default().into_iter().filter(|text| !text.trim().is_empty()).collect::<Vec<String>>()
    };
    let mut parties = Vec::new();
    for text in all("people") {
        let known = text.trim().parse::<PersonId>().ok().filter(|id| ctx.tree.person(*id).is_some());
        let unknown = || Refusal::new("copy.unknown").at(Spot::Field("people".into()));
        let known = known.ok_or_else(unknown)?;
        if !does_business(ctx, known) {
            return Err(administrator(ctx, known, "people").into());
        }
        parties.push(Party::Person(known));
    }
    for text in all("units") {
        let known = text.trim().parse().ok().filter(|id| ctx.tree.unit(*id).is_some());
        let unknown = || Refusal::new("copy.unknown").at(Spot::Field("units".into()));
        parties.push(Party::Unit(known.ok_or_else(unknown)?));
    }
    let mut seen = std::collections::HashSet::new();
    parties.retain(|party| seen.insert(*party));
    Ok(parties)
}
