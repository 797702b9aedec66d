//! Rounds: what a step of a round or of an entry meets beside its record, and who holds a round.
//!
//! Whoever applies, reviews, assigns or ends a stage holds the round's row for the rest of the transaction, so that no
//! entry slips into a stage that ends at the same moment.
//! Never a conclusion that the reviews do not give.

pub mod assigning;
pub mod deciding;
pub mod settling;

use std::collections::HashMap;

use kernel::catalog::Mechanism;
use kernel::ids::{BatchId, RecordId, StateId, UnitId};
use kernel::kinds::round::ruling::{self, Review};
use kernel::kinds::round::{self, Call, Entry, Rule, Stage};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use kernel::workflow::{self, Move};
use store::reviews::ReviewRow;
use store::ties::TieRow;
use store::{Conn, Tx};
use uuid::Uuid;

use crate::commands::gathering;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// What a round is to its entry.
pub const ENTRY: &str = "entry";

/// The call of a round.
pub fn call(found: &Found) -> Result<&Call, Error> {
    found.mechanism.call.as_ref().ok_or(Error::NotFound)
}

/// What an entry goes through.
pub fn entry(found: &Found) -> Result<&Entry, Error> {
    found.mechanism.entry.as_ref().ok_or(Error::NotFound)
}

/// Does this person hold the round?
pub fn is_host(ctx: &Ctx, round: &Found) -> bool {
    let Some(call) = &round.mechanism.call else { return false };
    ctx.actor.grant_for(&round.mechanism.id, &call.who, round.unit_ord).is_some()
}

/// The round that an entry names.
pub fn round_of(found: &Found) -> Option<RecordId> {
    named(&found.mechanism, &found.record)
}

fn named(mechanism: &Mechanism, record: &Record) -> Option<RecordId> {
    match record.facts.find(mechanism.entry.as_ref()?.round.as_str()) {
        Some(Value::Record(id)) => Some(*id),
        _ => None,
    }
}

/// A round that nobody else moves before the transaction ends.
async fn held(ctx: &Ctx, tx: &mut Tx, round: RecordId) -> Result<Found, Error> {
    store::units::hold_tree_version(tx).await?;
    store::participations::hold(tx, round).await?;
    records::by_ids(ctx, tx, &[round]).await?.into_iter().next().ok_or(Error::NotFound)
}

/// The ids of a round's entries, in the order in which they came.
pub(crate) async fn entries(conn: &mut Conn, round: RecordId) -> Result<Vec<RecordId>, Error> {
    let ties = store::ties::to_records(conn, &[round]).await?;
    Ok(ties.into_iter().filter(|tie| tie.role == ENTRY).map(|tie| tie.record).collect())
}

/// The reviews of a stage, entry by entry, as its rule reads them.
pub(crate) fn by_entry(ctx: &Ctx, rows: &[ReviewRow], stage: &Stage) -> HashMap<RecordId, Vec<Review>> {
    let mut all: HashMap<RecordId, Vec<Review>> = HashMap::new();
    for row in rows.iter().filter(|row| row.stage == stage.id) {
        all.entry(row.entry).or_default().push(row.review(ctx.tree.human(row.reviewer)));
    }
    all
}

/// The name of a state of a mechanism.
fn state_name(mechanism: &Mechanism, state: &StateId) -> String {
    crate::words::state_name(mechanism, state.as_str())
}

/// What a step means to rounds: an entry comes in time and leaves a stage as its rule says, and no stage ends while an
/// entry is open in it. Gives the tie of a new entry to its round.
pub(super) async fn meets(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    before: Option<&Record>,
    (moved, batch): (&mut Move, Option<BatchId>),
) -> Result<Option<TieRow>, Error> {
    if mechanism.step(&moved.step).is_none() || moved.recalls.is_some() {
        return Ok(None);
    }
    if let (Some(call), Some(before)) = (&mechanism.call, before) {
        moves_on(ctx, tx, mechanism, call, (before, moved)).await?;
    }
    match &mechanism.entry {
        Some(entry) => goes_through(ctx, tx, mechanism, entry, (before, moved, batch)).await,
        None => Ok(None),
    }
}

/// The round moves on: nothing is open in the stage that it leaves, and the list is written down where it is announced.
async fn moves_on(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    call: &Call,
    (before, moved): (&Record, &mut Move),
) -> Result<(), Error> {
    let Some(of_entries) = ctx.catalog().mechanisms.get(call.entry.as_str()) else { return Ok(()) };
    let announces = call.announce.as_ref().is_some_and(|it| *it.as_str() == *moved.step);
    let ends = |stage: &&Stage| stage.during == before.state && moved.after.state != before.state;
    let ending: Vec<&Stage> = of_entries.entry.iter().flat_map(|it| &it.stages).filter(ends).collect();
    if ending.is_empty() && !announces {
        return Ok(());
    }
    held(ctx, tx, before.id).await?;
    let ids = entries(tx, before.id).await?;
    let mut refusals = Vec::new();
    for stage in ending {
        let rows = store::records::by_ids(tx, &ids).await?;
        let open = rows.iter().filter(|row| row.state == stage.state).count();
        if open > 0 {
            refusals.push(Refusal::new("round.still_open").with("stage", &stage.name).with("count", open));
        }
    }
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    if announces {
        let mut found = records::by_ids(ctx, tx, &ids).await?;
        found.sort_by_key(|it| (it.unit_ord, it.record.id));
        let entries = found.iter().map(|it| (&it.record, gathering::computed(ctx, it)));
        round::announce(mechanism, &mut moved.after, entries);
        moved.changes = workflow::changes(&before.facts, &moved.after.facts);
    }
    Ok(())
}

/// An entry moves: in time, in the stage that is on, as the reviews say.
// enforces: entry.during.state
async fn goes_through(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    entry: &Entry,
    (before, moved, batch): (Option<&Record>, &mut Move, Option<BatchId>),
) -> Result<Option<TieRow>, Error> {
    let Some(round) = named(mechanism, &moved.after) else { return Ok(None) };
    let round = held(ctx, tx, round).await?;
    let call = call(&round)?;
    let step = mechanism.step(&moved.step).map_or("", |step| step.name.as_str());
    for during in entry.during.iter().filter(|it| it.steps.iter().any(|it| *it.as_str() == *moved.step)) {
        if !during.states.contains(&round.record.state) {
            let names: Vec<String> = during.states.iter().map(|it| state_name(&round.mechanism, it)).collect();
            let is = state_name(&round.mechanism, &round.record.state);
            let refusal = Refusal::new("round.step_waits").with("step", step).with("states", names.join("、"));
            return Err(refusal.with("state", is).into());
        }
    }
    let (was, is) = (before.map(|it| &it.state), &moved.after.state);
    for (at, stage) in entry.stages.iter().enumerate().filter(|(_, it)| it.state == *is && was != Some(is)) {
        if was.is_some() && was == stage.back.as_ref() {
            in_stage(&round, stage)?;
        } else if at == 0 {
            let unit = moved.after.unit;
            let below =
                |units: &[UnitId]| ctx.tree.upwards(unit).iter().any(|it| units.contains(it)) || units.contains(&unit);
            let refusal = round::not_taken(call, &round.record, (unit, ctx.now, ctx.today), Some(stage), below);
            refusal.map_or(Ok(()), |refusal| Err(Error::from(refusal)))?;
        } else if !round::is_ahead(&round.mechanism, &round.record.state, stage) {
            let is = state_name(&round.mechanism, &round.record.state);
            return Err(Refusal::new("round.stage_over").with("stage", &stage.name).with("state", is).into());
        }
    }
    if let Some(before) = before
        && let Some(stage) = entry.stage_of(&before.state).filter(|_| before.state != *is)
    {
        leaves(ctx, tx, stage, (&round, before), (moved, batch)).await?;
    }
    let tie = TieRow {
        id: ctx.new_id::<Uuid>(),
        record: moved.after.id,
        other: round.record.id,
        role: ENTRY.to_owned(),
        key: None,
        opened_on: ctx.today,
    };
    Ok(before.is_none().then_some(tie))
}

/// The stage is the one that is on.
fn in_stage(round: &Found, stage: &Stage) -> Result<(), Error> {
    if round.record.state == stage.during {
        return Ok(());
    }
    let is = state_name(&round.mechanism, &round.record.state);
    let wants = state_name(&round.mechanism, &stage.during);
    let refusal = Refusal::new("round.not_in_stage").with("stage", &stage.name).with("wants", wants);
    Err(refusal.with("state", is).into())
}

/// An entry leaves a stage: passed, failed or returned only as the reviews say; the mean score is written down.
async fn leaves(
    ctx: &Ctx,
    tx: &mut Tx,
    stage: &Stage,
    (round, before): (&Found, &Record),
    (moved, batch): (&mut Move, Option<BatchId>),
) -> Result<(), Error> {
    let own = [Some(&stage.passes), Some(&stage.fails), stage.returns.as_ref()];
    let Some(step) = own.into_iter().flatten().find(|it| *it.as_str() == *moved.step) else { return Ok(()) };
    in_stage(round, stage)?;
    let rows = store::reviews::of_entries(tx, &[before.id]).await?;
    let reviews = by_entry(ctx, &rows, stage).remove(&before.id).unwrap_or_default();
    let asked = ruling::asked(&reviews, stage.turn_of(&before.facts));
    // Whoever ends the whole stage has ranked all of it.
    let ranks = |refusal: &Refusal| batch.is_some() && refusal.code == "round.by_rank";
    if let Some(refusal) = ruling::refuses(stage, &asked, step).filter(|it| !ranks(it)) {
        return Err(refusal.into());
    }
    if stage.rule == Rule::Places && batch.is_none() && *step == stage.passes {
        let ids = entries(tx, round.record.id).await?;
        let found = records::by_ids(ctx, tx, &ids).await?;
        let among = stage.rank_among(&before.facts);
        let taken = settling::passed(&found, stage).filter(|it| *it == among).count();
        if taken >= settling::places(round) {
            return Err(Refusal::new("round.no_place").with("stage", &stage.name).with("count", taken).into());
        }
    }
    if let Some(score) = &stage.score {
        moved.after.facts.put(score, ruling::mean(&asked).map(Value::Decimal));
        moved.changes = workflow::changes(&before.facts, &moved.after.facts);
    }
    Ok(())
}
