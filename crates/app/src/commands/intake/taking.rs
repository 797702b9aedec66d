//! The rows become records: one transaction, one act in the journal.
//!
//! One thread judges rows and collects what they write, while the transaction writes what was collected before, so that
//! a hundred thousand rows take little memory and no longer than their writing.
//! Never stops at a row with problems: it stays in the workbook and comes back marked.

use std::sync::Arc;

use kernel::figures::Cells;
use kernel::ids::{BatchId, FieldId, RecordId};
use kernel::refusal::Refusal;
use kernel::value::Value;
use kernel::workflow::Move;
use store::{Conn, StoreError, Tx};
use tokio::sync::mpsc;
use uuid::ContextV7;

use super::{TakenIn, UploadId, aside, shelf};
use crate::commands::batches::{self, Workbook};
use crate::commands::keep::{self, Sheet, Writing};
use crate::commands::rosters::{self, Taken};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::intake::rows::{self, Rows};
use crate::queries::intake::{Looking, Reading, looking};

/// Rows that are collected before they are written.
const AT_ONCE: usize = 1_000;

/// Takes in every good row that is new. `key` is the form's own: sent twice, it takes in once.
pub async fn take_in(ctx: &Ctx, upload: UploadId, key: Option<&str>) -> Result<TakenIn, Error> {
    let looking = looking(ctx, upload).await?;
    let (for_all, refusals) = rows::for_all(ctx, &looking.mechanism, &looking.mapping);
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    let reading = looking.open(ctx).await?;
    if reading.prints.is_empty() {
        return Err(Refusal::new("import.nothing").into());
    }
    let mut tx = ctx.office.db.begin_long().await?;
    if let Some(known) = answered(&mut tx, key).await? {
        return Ok(known);
    }
    let batch: BatchId = ctx.new_id();
    let known = looking.known(&mut tx, &reading).await?;
    let taken = looking.taken(&mut tx, &reading).await?;
    let reading_again = Arc::clone(&reading);
    let job = Job { ctx: ctx.clone(), looking: looking.clone(), reading: reading_again, known, taken, for_all, batch };
    let mut done = match write(ctx, &mut tx, job).await {
        Err(error) if is_conflict(&error) => return Err(Error::Stale),
        other => other?,
    };
    if done.taken == 0 {
        return Ok(done);
    }
    done.batch = Some(batch);
    let read_as =
        serde_json::to_value(&reading.read_as).map_err(|fault| Error::broken("write what was read", fault))?;
    let workbook = Workbook { name: &looking.row.file_name, hash: &reading.hash, read_as };
    batches::keep(ctx, &mut tx, batch, &looking.mechanism.id, "import", Some(workbook), done.taken).await?;
    answer(ctx, &mut tx, key, &done).await?;
    tx.commit().await?;
    rosters::seen(ctx, &looking.mechanism).await?;
    if done.left == 0 {
        shelf::take_away(upload);
    }
    Ok(done)
}

/// What is to be taken in.
struct Job {
    ctx: Ctx,
    looking: Looking,
    reading: Arc<Reading>,
    known: Vec<bool>,
    taken: Taken,
    for_all: Vec<(FieldId, Value)>,
    batch: BatchId,
}

/// Some rows, ready to be written.
#[derive(Default)]
struct Chunk {
    /// What needs no further question.
    sheet: Sheet,
    /// Starts that give a number or open something.
    moves: Vec<Move>,
    /// Which row becomes which record.
    prints: Vec<(String, RecordId)>,
}

/// Collects in one thread and writes in another, then adds to the figures once.
async fn write(ctx: &Ctx, tx: &mut Tx, job: Job) -> Result<TakenIn, Error> {
    let (looking, batch) = (job.looking.clone(), job.batch);
    rosters::tree_stands(ctx, tx, job.looking.mechanism.roster.is_some()).await?;
    let (sender, mut chunks) = mpsc::channel::<Chunk>(2);
    let collecting = tokio::spawn(aside("collect the rows of a workbook", move || collect(&job, &sender)));
    let mut cells = Cells::new();
    while let Some(chunk) = chunks.recv().await {
        keep::add_up(&mut cells, chunk.sheet.write(ctx, tx).await?);
        if !chunk.moves.is_empty() {
            let mut writing = Writing::new(ctx, Some(batch));
            for moved in chunk.moves {
                writing.put(tx, &looking.mechanism, None, moved).await?;
            }
            keep::add_up(&mut cells, writing.into_sheet().write(ctx, tx).await?);
        }
        store::imports::remember(tx, &looking.mechanism.id, &chunk.prints).await?;
    }
    keep::add_to_figures(ctx, tx, &cells).await?;
    collecting.await.map_err(|fault| Error::broken("collect the rows of a workbook", fault))??
}

/// Judges every row that is new and sends what it writes; ends early if nobody listens any more.
fn collect(job: &Job, sender: &mpsc::Sender<Chunk>) -> Result<TakenIn, Error> {
    let (ctx, mechanism) = (&job.ctx, &job.looking.mechanism);
    let order = ContextV7::new();
    let mut rows = Rows::of(ctx, mechanism, &job.reading.opened, &job.looking.mapping, job.for_all.clone());
    rows.knows(job.taken.clone());
    let mut done = TakenIn { batch: None, taken: 0, left: 0, known: 0 };
    let (mut writing, mut chunk) = (Writing::new(ctx, Some(job.batch)), Chunk::default());
    let lines = job.reading.opened.rows().into_iter().zip(&job.reading.prints).zip(&job.known);
    for ((row, print), is_known) in lines {
        if *is_known {
            done.known += 1;
            continue;
        }
        let id: RecordId = ctx.next_id(&order);
        let Ok(moved) = rows.judge(row, id) else {
            done.left += 1;
            continue;
        };
        done.taken += 1;
        chunk.prints.push((print.clone(), id));
        match keep::asks_nothing(mechanism, &moved) {
            true => drop(writing.put_alone(mechanism, None, &moved)?),
            false => chunk.moves.push(moved),
        }
        if chunk.prints.len() == AT_ONCE {
            chunk.sheet = std::mem::replace(&mut writing, Writing::new(ctx, Some(job.batch))).into_sheet();
            if sender.blocking_send(std::mem::take(&mut chunk)).is_err() {
                return Ok(done);
            }
        }
    }
    chunk.sheet = writing.into_sheet();
    // Whoever no longer listens has failed and says so.
    let _ = sender.blocking_send(chunk);
    Ok(done)
}

/// Did somebody else take in the same row at the same moment?
fn is_conflict(error: &Error) -> bool {
    let Error::Broken { source, .. } = error else { return false };
    source.downcast_ref::<StoreError>().is_some_and(|error| error.is_conflict_of("import_row_pkey"))
}

async fn answered(conn: &mut Conn, key: Option<&str>) -> Result<Option<TakenIn>, Error> {
    let Some(key) = key else { return Ok(None) };
    let known = store::idempotency::find(conn, key).await?;
    Ok(known.and_then(|answer| serde_json::from_str(&answer).ok()))
}

async fn answer(ctx: &Ctx, tx: &mut Tx, key: Option<&str>, done: &TakenIn) -> Result<(), Error> {
    let Some(key) = key else { return Ok(()) };
    let json = serde_json::to_string(done).map_err(|fault| Error::broken("write an answer", fault))?;
    match store::idempotency::put(tx, key, ctx.now, &json).await? {
        true => Ok(()),
        false => Err(Error::Stale),
    }
}
