//! Starting a record, and taking a step on one or on many.
//!
//! Never writes a field that the step does not ask for.

mod beside;
mod marking;
mod reading;

use std::sync::Arc;

use beside::Beside;
use kernel::authority::Taken;
use kernel::catalog::{Mechanism, Step};
use kernel::facts::Typed;
use kernel::ids::{BatchId, FieldId, RecordId, StepId};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use kernel::workflow::{self, Attempt, Move};
use store::journal::JournalRow;
use store::{Conn, Tx};

use crate::commands::keep::{self, Sheet, Writing};
use crate::commands::{batches, files, moves, public, rosters};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// Starts a record of a mechanism.
#[derive(Clone, Debug, Default)]
pub struct StartRecord {
    /// The mechanism.
    pub mechanism: String,
    /// What was typed.
    pub typed: Typed,
    /// The form's own key: sent twice, it starts one record.
    pub key: Option<String>,
    /// The hash of the code by which somebody without an account follows it.
    pub follow: Option<String>,
    /// Files that came with it: kept with the record.
    pub enclosed: Vec<files::Enclosed>,
}

/// Takes a step on a record.
#[derive(Clone, Debug)]
pub struct TakeStep {
    /// The record.
    pub record: RecordId,
    /// The version that the person saw; `None` means whichever there is.
    pub version: Option<i64>,
    /// The step.
    pub step: StepId,
    /// What was typed.
    pub typed: Typed,
    /// The opinion.
    pub opinion: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// The form's own key: sent twice, the step is taken once.
    pub key: Option<String>,
}

/// Takes a step on many records in one act.
#[derive(Clone, Debug)]
pub struct TakeSteps {
    /// The records.
    pub records: Vec<RecordId>,
    /// The step.
    pub step: StepId,
    /// The opinion.
    pub opinion: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// The form's own key.
    pub key: Option<String>,
}

/// What a batch act did.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchDone {
    /// The act.
    pub batch: BatchId,
    /// How many records it was done to.
    pub done: usize,
    /// Those that were refused: title and why.
    pub refused: Vec<(RecordId, String, Vec<Refusal>)>,
}

/// The most records that one act takes.
pub const MOST_IN_BATCH: usize = 1000;

/// Starts a record; anew if the tree was changed meanwhile.
pub async fn start(ctx: &Ctx, form: StartRecord) -> Result<RecordId, Error> {
    let mut by = ctx.clone();
    let mut tries = 0;
    loop {
        tries += 1;
        match start_once(&by, &form).await {
            Err(Error::Stale) if tries < 5 => by = by.refreshed().await?,
            other => return other,
        }
    }
}

async fn start_once(ctx: &Ctx, form: &StartRecord) -> Result<RecordId, Error> {
    let mechanism = ctx.mechanism(&form.mechanism)?;
    let mut conn = ctx.office.db.read().await?;
    if let Some(known) = answered(&mut conn, form.key.as_deref()).await? {
        return Ok(known);
    }
    let step = mechanism.start();
    let (mut filled, mut faults) = reading::read(ctx, &mut conn, &mechanism, step, &form.typed, None).await?;
    marking::mark(ctx, &mut conn, &mechanism, None, (&mut filled, &mut faults)).await?;
    let (beside, more) = Beside::of(ctx, &mut conn, &mechanism, step, (None, &filled)).await?;
    drop(conn);
    faults.extend(more);
    filled.extend(beside.fields());
    filled.extend(files::named(&form.enclosed));
    let id: RecordId = ctx.new_id();
    let attempt = Attempt { faults, ..attempt(ctx, &step.id, filled, None, None, &[]) };
    let moved = workflow::start(ctx.clock(), &mechanism, id, attempt)?;
    let (mechanism, moved, beside) = (&mechanism, &moved, &beside);
    let keep = |mut tx: Tx| async move {
        let id = keep_started(ctx, &mut tx, form, mechanism, (moved, beside)).await?;
        Ok::<_, Error>((tx, id))
    };
    let id = ctx.office.db.transact(keep).await?;
    rosters::seen(ctx, mechanism).await?;
    Ok(id)
}

async fn keep_started(
    ctx: &Ctx,
    tx: &mut Tx,
    form: &StartRecord,
    mechanism: &Arc<Mechanism>,
    (moved, beside): (&Move, &Beside),
) -> Result<RecordId, Error> {
    let key = form.key.as_deref();
    if !answer(ctx, tx, key, moved.after.id).await? {
        return answered(tx, key).await?.ok_or(Error::Stale);
    }
    beside.keep(ctx, tx, mechanism, &moved.after).await?;
    files::keep(tx, &form.enclosed).await?;
    let mut writing = Writing::new(ctx, None);
    let record = writing.put(tx, mechanism, None, moved.clone()).await?;
    writing.write(tx).await?;
    files::attach(tx, &record, &record).await?;
    if let Some(hash) = &form.follow {
        public::keep_code(ctx, tx, &record, hash).await?;
    }
    Ok(record.id)
}

/// Takes a step. What is read is read before the transaction begins, so that the transaction is short; whoever was
/// faster meanwhile makes it `Stale`, and without a version to hold it against it is simply decided anew.
pub async fn take(ctx: &Ctx, form: TakeStep) -> Result<(), Error> {
    without_secrets([&form.opinion, &form.reason])?;
    let mut by = ctx.clone();
    let mut tries = 0;
    loop {
        tries += 1;
        match take_once(&by, &form).await {
            Err(Error::Stale) if tries < 5 => {
                let fresh = by.refreshed().await?;
                if form.version.is_some() && fresh.tree.version() == by.tree.version() {
                    return Err(Error::Stale);
                }
                by = fresh;
            }
            other => return other,
        }
    }
}

async fn take_once(ctx: &Ctx, form: &TakeStep) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    if answered(&mut conn, form.key.as_deref()).await?.is_some() {
        return Ok(());
    }
    let found = records::visible(ctx, &mut conn, form.record).await?;
    if form.version.is_some_and(|version| version != found.record.version)
        && !is_undisturbed(&mut conn, &found, form).await?
    {
        return Err(Error::Stale);
    }
    if beside::wants_one_moment(&found.mechanism, &form.step) {
        drop(conn);
        conn = ctx.office.db.snapshot().await?;
    }
    let mut beside = Beside::default();
    let (mechanism, moved) = match form.step.as_str() {
        workflow::ADOPT => adopt(ctx, form, &found.mechanism, &found.record)?,
        step if moves::is_one(step) => (found.mechanism.clone(), moves::decide(ctx, &mut conn, form, &found).await?),
        _ => {
            let (moved, kept) = decide(ctx, &mut conn, form, &found.mechanism, &found.record).await?;
            beside = kept;
            (found.mechanism.clone(), moved)
        }
    };
    let record = found.record;
    let head = store::journal::head(&mut conn, record.id).await?.filter(|head| head.seq == record.version);
    let head = head.ok_or(Error::Stale)?;
    drop(conn);
    let (record, mechanism, moved) = (&record, &mechanism, &moved);
    let mut decided = Decided { record, mechanism, moved, head: &head.hash, drawn: None, beside };
    if keep::asks_nothing(mechanism, moved) {
        decided.drawn = Some(decided.draw(ctx)?);
    }
    let (key, decided) = (form.key.as_deref(), &decided);
    let keep = |mut tx: Tx| async move {
        keep_taken(ctx, &mut tx, key, decided).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    rosters::seen(ctx, mechanism).await
}

/// Has nothing happened since the version that was seen but reminders, copies, that it went along with its unit, and
/// others' signatures of the same joint step? Whoever is filling in its form meanwhile loses nothing by that.
async fn is_undisturbed(conn: &mut Conn, found: &Found, form: &TakeStep) -> Result<bool, Error> {
    let record = &found.record;
    let Some(seen) = form.version.filter(|seen| (1..record.version).contains(seen)) else { return Ok(false) };
    let joint = workflow::moves::joint_step(&found.mechanism, record).filter(|step| step.id == form.step);
    let is_quiet = |step: &str| {
        step == workflow::WITH_UNIT || workflow::moves::is_quiet(step) || joint.is_some_and(|joint| joint.id == *step)
    };
    let entries = store::journal::of_record(conn, record.id).await?;
    Ok(entries.iter().filter(|entry| entry.seq > seen).all(|entry| is_quiet(entry.step.as_str())))
}

/// Decides a step of the definition that the record is pinned to.
async fn decide(
    ctx: &Ctx,
    conn: &mut Conn,
    form: &TakeStep,
    mechanism: &Arc<Mechanism>,
    record: &Record,
) -> Result<(Move, Beside), Error> {
    let step =
        mechanism.step(form.step.as_str()).ok_or_else(|| Refusal::new("step.unknown").with("step", &form.step))?;
    let (mut filled, mut faults) = reading::read(ctx, conn, mechanism, step, &form.typed, Some(record)).await?;
    marking::mark(ctx, conn, mechanism, Some(record), (&mut filled, &mut faults)).await?;
    let (beside, more) = Beside::of(ctx, conn, mechanism, step, (Some(record), &filled)).await?;
    faults.extend(more);
    filled.extend(beside.fields());
    let past = past(conn, step, record.id).await?;
    let attempt = attempt(ctx, &step.id, filled, form.opinion.clone(), form.reason.clone(), &past);
    let attempt = Attempt { faults, ..attempt };
    Ok((workflow::take(ctx.clock(), mechanism, record, attempt)?, beside))
}

/// Decides the move to the definition in force, and gives that definition.
fn adopt(ctx: &Ctx, form: &TakeStep, old: &Arc<Mechanism>, record: &Record) -> Result<(Arc<Mechanism>, Move), Error> {
    let new = ctx.catalog().mechanisms.get(record.mechanism.as_str()).ok_or(Error::NotFound)?;
    let attempt = attempt(ctx, &form.step, Vec::new(), None, form.reason.clone(), &[]);
    let moved = workflow::adopt(ctx.clock(), old, new, record, &attempt)?;
    Ok((new.clone(), moved))
}

/// A step that was decided and is not yet kept.
struct Decided<'a> {
    record: &'a Record,
    mechanism: &'a Arc<Mechanism>,
    moved: &'a Move,
    head: &'a str,
    /// What it writes and the record as it will be, if the database need not be asked for it: then nobody waits
    /// meanwhile.
    drawn: Option<(Sheet, Record)>,
    /// What its kind keeps with it.
    beside: Beside,
}

impl Decided<'_> {
    fn writing<'c>(&self, ctx: &'c Ctx) -> Writing<'c> {
        let mut writing = Writing::new(ctx, None);
        writing.follows(self.record.id, self.head);
        writing
    }

    fn draw(&self, ctx: &Ctx) -> Result<(Sheet, Record), Error> {
        let mut writing = self.writing(ctx);
        let after = writing.put_alone(self.mechanism, Some(self.record), self.moved)?;
        Ok((writing.into_sheet(), after))
    }
}

async fn keep_taken(ctx: &Ctx, tx: &mut Tx, key: Option<&str>, decided: &Decided<'_>) -> Result<(), Error> {
    if !answer(ctx, tx, key, decided.record.id).await? {
        return Ok(());
    }
    decided.beside.keep(ctx, tx, decided.mechanism, decided.record).await?;
    if let Some((sheet, after)) = &decided.drawn {
        sheet.keep(ctx, tx).await?;
        return files::attach(tx, decided.record, after).await;
    }
    let mut writing = decided.writing(ctx);
    let after = writing.put(tx, decided.mechanism, Some(decided.record), decided.moved.clone()).await?;
    writing.write(tx).await?;
    files::attach(tx, decided.record, &after).await
}

/// Takes a step on many records: those that the rules refuse are left and named.
pub async fn take_many(ctx: &Ctx, form: TakeSteps) -> Result<BatchDone, Error> {
    without_secrets([&form.opinion, &form.reason])?;
    let mut ids = form.records.clone();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Err(Refusal::new("step.none_chosen").into());
    }
    if ids.len() > MOST_IN_BATCH {
        return Err(Refusal::new("step.too_many").with("most", MOST_IN_BATCH).with("chosen", ids.len()).into());
    }
    match take_many_once(ctx, &form, &ids).await {
        Err(Error::Stale) => take_many_once(&ctx.refreshed().await?, &form, &ids).await,
        other => other,
    }
}

async fn take_many_once(ctx: &Ctx, form: &TakeSteps, ids: &[RecordId]) -> Result<BatchDone, Error> {
    let keep = |mut tx: Tx| async move {
        let done = match answered(&mut tx, form.key.as_deref()).await? {
            Some(known) => BatchDone { batch: BatchId(known.0), done: 0, refused: Vec::new() },
            None => take_all(ctx, &mut tx, form, ids).await?,
        };
        Ok::<_, Error>((tx, done))
    };
    ctx.office.db.transact(keep).await
}

async fn take_all(ctx: &Ctx, tx: &mut Tx, form: &TakeSteps, ids: &[RecordId]) -> Result<BatchDone, Error> {
    let mut done = BatchDone { batch: ctx.new_id(), done: 0, refused: Vec::new() };
    let mut writing = Writing::new(ctx, Some(done.batch));
    let mut of = None;
    for found in records::visible_of(ctx, tx, ids).await? {
        let Found { record, mechanism, .. } = &found;
        let moved = match mechanism.step(form.step.as_str()) {
            None => Err(vec![Refusal::new("step.unknown").with("step", &form.step)]),
            // enforces: step.batch
            Some(step) if !step.batch => Err(vec![Refusal::new("step.not_in_batch").with("step", &step.name)]),
            Some(step) => {
                let past = past(tx, step, record.id).await?;
                let attempt = attempt(ctx, &step.id, Vec::new(), form.opinion.clone(), form.reason.clone(), &past);
                workflow::take(ctx.clock(), mechanism, record, attempt)
            }
        };
        match moved {
            Ok(moved) => {
                writing.put(tx, mechanism, Some(record), moved).await?;
                of = Some(mechanism.id.clone());
                done.done += 1;
            }
            Err(refusals) => done.refused.push((record.id, record.title.clone(), refusals)),
        }
    }
    if let Some(mechanism) = of {
        writing.write(tx).await?;
        let kind = format!("step:{}", form.step);
        batches::keep(ctx, tx, done.batch, &mechanism, &kind, None, done.done).await?;
    }
    if !answer(ctx, tx, form.key.as_deref(), RecordId(done.batch.0)).await? {
        return Err(Error::Stale);
    }
    Ok(done)
}

/// An opinion or a reason that bears the mark of a state secret is refused.
fn without_secrets(texts: [&Option<String>; 2]) -> Result<(), Error> {
    let mark = texts.into_iter().flatten().find_map(|text| kernel::secrecy::mark(text));
    mark.map_or(Ok(()), |mark| Err(Refusal::new("form.secret").with("mark", mark).into()))
}

pub(super) fn attempt<'a>(
    ctx: &'a Ctx,
    step: &'a StepId,
    filled: Vec<(FieldId, Option<Value>)>,
    opinion: Option<String>,
    reason: Option<String>,
    past: &'a [Taken],
) -> Attempt<'a> {
    let clean = |text: Option<String>| {
        let kept: Option<String> = text
            .map(|text| text.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>().trim().to_owned());
        kept.filter(|text| !text.is_empty())
    };
    Attempt {
        actor: &ctx.actor,
        step,
        filled,
        faults: Vec::new(),
        opinion: clean(opinion),
        reason: clean(reason),
        past,
        tree: &*ctx.tree,
    }
}

/// The steps taken before, if this one judges any of them.
async fn past(conn: &mut Conn, step: &Step, record: RecordId) -> Result<Vec<Taken>, Error> {
    if step.apart.is_empty() {
        return Ok(Vec::new());
    }
    taken(conn, record).await
}

/// All steps taken on a record, whose work each is.
pub(crate) async fn taken(conn: &mut Conn, record: RecordId) -> Result<Vec<Taken>, Error> {
    let entries = store::journal::of_record(conn, record).await?;
    let taken = |entry: JournalRow| Taken {
        step: entry.step,
        by: entry.actor,
        behalf: entry.behalf.and_then(|id| id.parse().ok()),
    };
    let standing = workflow::recall::standing(entries, |entry| entry.step.as_str());
    Ok(standing.into_iter().map(taken).collect())
}

/// The answer that a form with this key was given before.
async fn answered(conn: &mut Conn, key: Option<&str>) -> Result<Option<RecordId>, Error> {
    let Some(key) = key else { return Ok(None) };
    let known = store::idempotency::find(conn, key).await?;
    Ok(known.and_then(|answer| answer.parse().ok()))
}

/// Keeps the answer to a form; `false` if the same form was answered before.
async fn answer(ctx: &Ctx, tx: &mut Tx, key: Option<&str>, id: RecordId) -> Result<bool, Error> {
    match key {
        Some(key) => Ok(store::idempotency::put(tx, key, ctx.now, &id.to_string()).await?),
        None => Ok(true),
    }
}
