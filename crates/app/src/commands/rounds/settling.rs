//! Ending a stage: every entry whose reviews give a conclusion takes the step that the rule says.
//!
//! Never an entry for which somebody has not decided, and never one that the rule leaves open.

use std::collections::HashMap;

use kernel::ids::{BatchId, RecordId, StepId};
use kernel::kinds::round::ruling::{self, Ranking, Review, Ruling, Verdict};
use kernel::kinds::round::{Outcome, Rule, Stage};
use kernel::refusal::Refusal;
use kernel::value::Value;
use kernel::workflow::{self, Attempt};
use store::Tx;
use store::reviews::ReviewRow;

use super::{by_entry, call, entries, held, in_stage};
use crate::commands::keep::Writing;
use crate::commands::{batches, steps};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// What ending a stage did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// Entries that took a step, by verdict.
    pub by: [usize; 3],
    /// Entries for which somebody is missing or has not decided.
    pub waiting: usize,
    /// Entries that the rule leaves to whoever holds the round.
    pub open: usize,
    /// Those that were refused: title and why.
    pub refused: Vec<(String, Vec<Refusal>)>,
}

/// Entries in one transaction.
const AT_ONCE: usize = 250;

/// Ends a stage, as far as its reviews give a conclusion. `chosen` are those who get the last places among equals.
pub async fn settle(ctx: &Ctx, round: RecordId, stage: &str, chosen: &[RecordId]) -> Result<Settled, Error> {
    super::assigning::hosted(ctx, round).await?;
    let mut settled = Settled::default();
    let keep = |mut tx: Tx| async move {
        let plan = plan(ctx, &mut tx, round, stage, chosen).await?;
        Ok::<_, Error>((tx, plan))
    };
    let (decided, waiting, open) = ctx.office.db.transact(keep).await?;
    (settled.waiting, settled.open) = (waiting, open);
    for some in decided.chunks(AT_ONCE) {
        let keep = |mut tx: Tx| async move {
            let done = take_steps(ctx, &mut tx, round, (stage, some)).await?;
            Ok::<_, Error>((tx, done))
        };
        let (by, refused) = ctx.office.db.transact(keep).await?;
        settled.by.iter_mut().zip(by).for_each(|(sum, more)| *sum += more);
        settled.refused.extend(refused);
    }
    Ok(settled)
}

type Decided = Vec<(RecordId, Verdict)>;

/// Which entry takes which way; how many wait, how many are left open.
async fn plan(
    ctx: &Ctx,
    tx: &mut Tx,
    round: RecordId,
    stage: &str,
    chosen: &[RecordId],
) -> Result<(Decided, usize, usize), Error> {
    let round = held(ctx, tx, round).await?;
    let ids = entries(tx, round.record.id).await?;
    let found = records::by_ids(ctx, tx, &ids).await?;
    let stage = stage_of(ctx, &round, stage)?;
    in_stage(&round, &stage)?;
    let rows = store::reviews::of_round(tx, round.record.id).await?;
    let mut groups = groups(&found, &stage);
    let (mut decided, mut waiting, mut open, mut ranked) = (Vec::new(), 0, 0, Vec::new());
    for (id, _, ruling) in rulings(ctx, &stage, &found, &rows) {
        match ruling {
            Ruling::Is(verdict) if verdict.step(&stage).is_some() => decided.push((id, verdict)),
            Ruling::Is(_) | Ruling::Open => open += 1,
            Ruling::Ranked(points, by) => ranked.push((id, groups.remove(&id).unwrap_or_default(), (points, by))),
            Ruling::Unassigned(..) | Ruling::Waiting(_) => waiting += 1,
        }
    }
    if stage.rule != Rule::Places {
        return Ok((decided, waiting, open));
    }
    if waiting > 0 || open > 0 {
        return Err(Refusal::new("round.rank_waits").with("stage", &stage.name).with("count", waiting + open).into());
    }
    let Ranking { passed: mut up, ties, failed: mut down } =
        ruling::rankings(places(&round), passed(&found, &stage), &ranked);
    for (tied, left) in ties {
        let picked: Vec<RecordId> = tied.iter().filter(|id| chosen.contains(id)).copied().collect();
        match picked.len() == left {
            true => {
                down.extend(tied.iter().filter(|id| !picked.contains(id)));
                up.extend(picked);
            }
            false => open += tied.len(),
        }
    }
    decided.extend(up.into_iter().map(|id| (id, Verdict::Pass)));
    decided.extend(down.into_iter().map(|id| (id, Verdict::Fail)));
    Ok((decided, waiting, open))
}

/// Among which entries each that has passed a stage was ranked.
pub(crate) fn passed(found: &[Found], stage: &Stage) -> impl Iterator<Item = String> {
    let passed = found.iter().filter(|it| stage.outcome(&it.record.facts) == Some(Outcome::Passed));
    passed.map(|it| stage.rank_among(&it.record.facts))
}

/// Among which entries each is ranked.
pub(crate) fn groups(found: &[Found], stage: &Stage) -> HashMap<RecordId, String> {
    found.iter().map(|it| (it.record.id, stage.rank_among(&it.record.facts))).collect()
}

/// A stage of the entries of a round.
pub(crate) fn stage_of(ctx: &Ctx, round: &Found, stage: &str) -> Result<Stage, Error> {
    let of_entries = ctx.catalog().mechanisms.get(call(round)?.entry.as_str()).ok_or(Error::NotFound)?;
    of_entries.entry.as_ref().and_then(|it| it.stage(stage)).cloned().ok_or(Error::NotFound)
}

/// The places of a round.
pub(crate) fn places(round: &Found) -> usize {
    let field = round.mechanism.call.as_ref().and_then(|it| it.places.as_ref());
    match field.and_then(|it| round.record.facts.find(it.as_str())) {
        Some(Value::Whole(places)) => usize::try_from(*places).unwrap_or(0),
        _ => 0,
    }
}

/// What the reviews of the entries that are in a stage come to, each with what stands of it.
pub(crate) fn rulings(
    ctx: &Ctx,
    stage: &Stage,
    found: &[Found],
    rows: &[ReviewRow],
) -> Vec<(RecordId, Vec<Review>, Ruling)> {
    let reviews: HashMap<RecordId, Vec<Review>> = by_entry(ctx, rows, stage);
    let in_it = found.iter().filter(|it| it.record.state == stage.state);
    let of = |it: &Found| {
        let all = reviews.get(&it.record.id).map_or(&[][..], Vec::as_slice);
        let asked = ruling::asked(all, stage.turn_of(&it.record.facts));
        let ruling = ruling::ruling(stage, &asked);
        (it.record.id, asked, ruling)
    };
    in_it.map(of).collect()
}

type Done = ([usize; 3], Vec<(String, Vec<Refusal>)>);

async fn take_steps(
    ctx: &Ctx,
    tx: &mut Tx,
    round: RecordId,
    (stage, decided): (&str, &[(RecordId, Verdict)]),
) -> Result<Done, Error> {
    let round = held(ctx, tx, round).await?;
    let stage = stage_of(ctx, &round, stage)?;
    let batch: BatchId = ctx.new_id();
    let mut writing = Writing::new(ctx, Some(batch));
    let (mut by, mut refused, mut of) = ([0; 3], Vec::new(), None);
    let verdicts: HashMap<RecordId, Verdict> = decided.iter().copied().collect();
    let ids: Vec<RecordId> = decided.iter().map(|it| it.0).collect();
    let rule = format!("按规则：{}。", stage.words());
    for found in records::by_ids(ctx, tx, &ids).await? {
        let Found { record, mechanism, .. } = &found;
        let verdict = verdicts[&record.id];
        // Somebody was faster.
        let Some(step) = verdict.step(&stage).filter(|_| record.state == stage.state) else { continue };
        let moved = attempt(ctx, tx, &found, step, &rule).await?;
        match moved {
            Ok(moved) => {
                writing.put(tx, mechanism, Some(record), moved).await?;
                of = Some(mechanism.id.clone());
                by[Verdict::ALL.iter().position(|it| it.0 == verdict).unwrap_or(0)] += 1;
            }
            Err(refusals) => refused.push((record.title.clone(), refusals)),
        }
    }
    if let Some(mechanism) = of {
        writing.write(tx).await?;
        let kind = format!("stage:{}", stage.id);
        batches::keep(ctx, tx, batch, &mechanism, &kind, None, by.iter().sum()).await?;
    }
    Ok((by, refused))
}

async fn attempt(
    ctx: &Ctx,
    tx: &mut Tx,
    found: &Found,
    step: &StepId,
    rule: &str,
) -> Result<Result<workflow::Move, Vec<Refusal>>, Error> {
    let past = steps::taken(tx, found.record.id).await?;
    let words = Some(rule.to_owned());
    let attempt: Attempt<'_> = steps::attempt(ctx, step, Vec::new(), words.clone(), words, &past);
    Ok(workflow::take(ctx.clock(), &found.mechanism, &found.record, attempt))
}
