//! One act that touched many records: kept as one, and an import undone as one.
//!
//! Undoing is possible while nothing has happened to the records since; it is a step into the journal like any other.

use kernel::figures::Cells;
use kernel::ids::{BatchId, MechanismId, StateId};
use kernel::record::{Record, UNDONE};
use kernel::refusal::Refusal;
use kernel::value::Facts;
use kernel::workflow::Move;
use store::Tx;
use store::acts::Told;
use store::imports::BatchRow;

use crate::commands::keep::{self, Writing};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// The workbook that an import took in.
#[derive(Clone, Debug)]
pub struct Workbook<'a> {
    /// The file's name.
    pub name: &'a str,
    /// The hash of its bytes.
    pub hash: &'a str,
    /// Which of its columns were read, as JSON: the same file is known again however its columns are read next time.
    pub read_as: serde_json::Value,
}

/// Keeps the act.
pub async fn keep(
    ctx: &Ctx,
    tx: &mut Tx,
    id: BatchId,
    mechanism: &MechanismId,
    kind: &str,
    workbook: Option<Workbook<'_>>,
    count: usize,
) -> Result<(), Error> {
    let row = BatchRow {
        id,
        mechanism: mechanism.clone(),
        kind: kind.to_owned(),
        file_name: workbook.as_ref().map(|it| it.name.to_owned()),
        file_hash: workbook.as_ref().map(|it| it.hash.to_owned()),
        at: ctx.now,
        actor: ctx.person(),
        count: count as i64,
        undone_at: None,
        detail: workbook.map(|it| it.read_as),
    };
    store::imports::insert_batch(tx, &row).await?;
    let detail =
        serde_json::json!({ "batch": id.to_string(), "kind": kind, "mechanism": mechanism.as_str(), "count": count });
    act(ctx, tx, "batch", detail).await
}

/// Writes an act that is not about one record into its chain, with the hashes of the rows that this transaction changed
/// before it: so it comes after the changes and before the commit.
pub async fn act(ctx: &Ctx, tx: &mut Tx, kind: &str, detail: serde_json::Value) -> Result<(), Error> {
    let mut detail = detail;
    if let (Some(detail), Some(address)) = (detail.as_object_mut(), &ctx.address) {
        detail.insert("address".to_owned(), address.as_ref().into());
    }
    let address = detail.get("address").and_then(|it| it.as_str()).map(str::to_owned);
    let told = Told {
        id: ctx.new_id(),
        at: ctx.now,
        kind,
        actor: ctx.person(),
        actor_name: ctx.actor.name(),
        detail: detail.to_string(),
        address,
    };
    let code = |words: &str| ctx.office.code_of_acts(words);
    let mac: Option<store::acts::Mac<'_>> = ctx.office.keys().is_some().then_some(&code);
    store::acts::tell(tx, told, mac).await?;
    Ok(())
}

/// Undoes an import whose records have not moved since: each is closed as undone, the rows may be imported again.
pub async fn undo(ctx: &Ctx, id: BatchId) -> Result<usize, Error> {
    let mut tx = ctx.office.db.begin_long().await?;
    let batch = store::imports::find_batch(&mut tx, id).await?.ok_or_else(|| Refusal::new("import.no_batch"))?;
    let mechanism = ctx.mechanism(batch.mechanism.as_str())?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import) {
        return Err(Error::NotFound);
    }
    if batch.kind != "import" {
        return Err(Refusal::new("import.no_batch").into());
    }
    if batch.undone_at.is_some() {
        return Err(Refusal::new("import.already_undone").into());
    }
    let moved_on = moved_on(ctx, &mut tx, id).await?;
    if moved_on > 0 {
        return Err(Refusal::new("import.moved_on").with("count", moved_on).into());
    }
    let count = take_back(ctx, &mut tx, id).await?;
    store::imports::mark_undone(&mut tx, id, ctx.now).await?;
    act(ctx, &mut tx, "undo", serde_json::json!({ "batch": id.to_string(), "count": count })).await?;
    tx.commit().await?;
    super::rosters::seen(ctx, &mechanism).await?;
    Ok(count)
}

/// How many records of a batch are looked at together: a batch of any size fits into memory.
const PORTION: u32 = 500;

/// How many records of the batch have moved since; nothing of a batch is there for whoever does not see all of it.
async fn moved_on(ctx: &Ctx, tx: &mut Tx, batch: BatchId) -> Result<usize, Error> {
    let (mut after, mut count) = (None, 0);
    loop {
        let rows = store::records::of_batch(tx, batch, after, PORTION).await?;
        let Some(last) = rows.last() else { return Ok(count) };
        after = Some(last.id);
        count += rows.iter().filter(|row| row.version > 1).count();
        let all = rows.len();
        if records::seen(ctx, tx, rows).await?.len() < all {
            return Err(Error::NotFound);
        }
    }
}

/// Takes the records of a batch back, portion by portion, and adds to the figures once; gives how many there were.
async fn take_back(ctx: &Ctx, tx: &mut Tx, batch: BatchId) -> Result<usize, Error> {
    let (mut after, mut count, mut cells) = (None, 0, Cells::new());
    loop {
        let rows = store::records::of_batch(tx, batch, after, PORTION).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        let mut writing = Writing::new(ctx, Some(batch));
        for Found { record, mechanism, .. } in records::with_deadlines(ctx, tx, rows).await? {
            writing.put(tx, &mechanism, Some(&record), undone(ctx, &record, "batch.undone", "撤销导入")).await?;
            store::imports::forget(tx, record.id).await?;
            count += 1;
        }
        keep::add_up(&mut cells, writing.into_sheet().write(ctx, tx).await?);
    }
    keep::add_to_figures(ctx, tx, &cells).await?;
    Ok(count)
}

/// The record, taken back: empty, closed, and out of every figure.
pub(super) fn undone(ctx: &Ctx, record: &Record, step: &str, step_name: &str) -> Move {
    let mut deadlines = record.deadlines.clone();
    kernel::deadlines::lift_all(&mut deadlines, ctx.today);
    let after = Record {
        state: StateId::from(UNDONE),
        facts: Facts::default(),
        closed_on: Some(ctx.today),
        holder: None,
        flow: Default::default(),
        version: record.version + 1,
        deadlines,
        ..record.clone()
    };
    let changes = kernel::workflow::changes(&record.facts, &after.facts);
    Move { changes, ..Move::bare(after, step, step_name) }
}
