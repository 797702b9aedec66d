//! Units out of a workbook: kept to be looked at, taken in as one act, taken back while nothing hangs on them.
//!
//! Never a row that founding by hand would refuse: both are judged by `queries::units::workbook`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kernel::catalog::Managed;
use kernel::grid::Grid;
use kernel::ids::{BatchId, MechanismId, UnitId};
use kernel::refusal::Refusal;
pub use store::imports::BatchRow as Batch;
use store::imports::UploadRow;
use store::units::{LinkRow, SpanRow};
use store::{RunAgain as _, Tx};
use uuid::Uuid;

use super::carrying_out::known;
use super::effects::{self, Effects};
use crate::commands::batches::act;
use crate::commands::intake::{self, aside};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::units::workbook::{self, Above, Read};

/// The word under which imports of units are kept.
pub const UNITS: &str = "units";

fn may(ctx: &Ctx) -> Result<kernel::ids::PersonId, Error> {
    match (ctx.managed(Managed::Units).is_empty(), ctx.person()) {
        (false, Some(person)) => Ok(person),
        _ => Err(Error::NotFound),
    }
}

/// Keeps a workbook to be looked at.
pub async fn upload(ctx: &Ctx, name: &str, bytes: &[u8]) -> Result<Uuid, Error> {
    Ok(intake::keep(ctx, may(ctx)?, MechanismId::from(UNITS), name, bytes).await?.0)
}

/// The workbook with its sheets, if it is this person's.
pub async fn own(ctx: &Ctx, id: Uuid) -> Result<(UploadRow, Arc<Vec<Grid>>), Error> {
    let owner = may(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let row = store::imports::find_upload(&mut conn, id, owner).await?;
    let row = row.filter(|row| row.mechanism.as_ref().is_some_and(|it| *it == *UNITS));
    let row = row.ok_or(Error::NotFound)?;
    let now = ctx.now;
    let (row, grids) = aside("read a workbook", move || intake::sheets(&row, now).map(|grids| (row, grids))).await??;
    Ok((row, grids))
}

/// Founds the units of all rows that can be taken in, in one act. Says how many.
pub async fn take_in(ctx: &Ctx, id: Uuid) -> Result<usize, Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        match take_in_once(ctx, id).await {
            Err(error) if error.run_again() && tries < 5 => {}
            other => return other,
        }
    }
}

async fn take_in_once(ctx: &Ctx, id: Uuid) -> Result<usize, Error> {
    let (upload, grids) = own(ctx, id).await?;
    let mut tx = ctx.office.db.begin_long().await?;
    store::units::tree_changes(&mut tx).await?;
    let (ctx, before) = known(ctx, &mut tx).await?;
    let read = workbook::read(&ctx, &grids)?;
    let batch: BatchId = ctx.new_id();
    let effects = founded(&ctx, &read);
    let count = effects.units.len();
    if count == 0 {
        return Err(Refusal::new("unit.import_nothing_new").into());
    }
    store::units::put_many(&mut tx, &effects::numbered(&before, &effects)).await?;
    store::units::insert_spans(&mut tx, &spans(&effects, &upload.file_name, batch)).await?;
    for (unit, other) in &effects.new_links {
        let from_on = effects.units.iter().find(|(row, ..)| row.id == *unit).and_then(|(row, ..)| row.founded_on);
        let from_on = from_on.unwrap_or(ctx.today);
        let link = LinkRow { id: ctx.new_id(), unit: *unit, other: *other, from_on, ended_on: None };
        store::units::insert_link(&mut tx, &link).await?;
    }
    store::records::renumber_units(&mut tx).await?;
    keep_batch(&ctx, &mut tx, batch, &upload, count).await?;
    store::imports::drop_upload(&mut tx, id).await?;
    tx.commit().await?;
    ctx.office.read_tree().await?;
    Ok(count)
}

fn founded(ctx: &Ctx, read: &Read) -> Effects {
    let ids: HashMap<usize, UnitId> = read.new_lines().map(|(at, _)| (at, ctx.new_id())).collect();
    let mut effects = Effects::default();
    for (at, line) in read.new_lines() {
        let above = match line.above {
            Above::Unit(id) => Some(id),
            Above::Line(other) => ids.get(&other).copied().or(read.lines[other].known),
            Above::Top | Above::Unknown => None,
        };
        effects.units.push((workbook::row_of(line, ids[&at], above), "founded", None));
        effects.new_links.extend(line.of.iter().map(|other| (ids[&at], *other)));
    }
    effects
}

fn spans(effects: &Effects, file: &str, batch: BatchId) -> Vec<SpanRow> {
    let span = |(row, ..): &(store::units::UnitRow, &'static str, Option<UnitId>)| SpanRow {
        from_on: row.founded_on.unwrap_or(effects::ALWAYS),
        decision: Some(format!("导入：{file}")),
        reorganisation: Some(batch.0),
        ..effects::span_of(row, 1, "founded")
    };
    effects.units.iter().map(span).collect()
}

async fn keep_batch(ctx: &Ctx, tx: &mut Tx, id: BatchId, upload: &UploadRow, count: usize) -> Result<(), Error> {
    let row = Batch {
        id,
        mechanism: MechanismId::from(UNITS),
        kind: "import".to_owned(),
        file_name: Some(upload.file_name.clone()),
        file_hash: Some(kernel::journal::digest(&upload.content)),
        at: ctx.now,
        actor: ctx.person(),
        count: count as i64,
        undone_at: None,
        detail: None,
    };
    store::imports::insert_batch(tx, &row).await?;
    act(ctx, tx, "batch", serde_json::json!({ "batch": id.to_string(), "kind": "import", "units": count })).await
}

/// Takes an import back while nothing hangs on its units. Says how many units went.
pub async fn undo(ctx: &Ctx, id: BatchId) -> Result<usize, Error> {
    may(ctx)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match undo_once(ctx, id).await {
            Err(error) if error.run_again() && tries < 5 => {}
            other => return other,
        }
    }
}

async fn undo_once(ctx: &Ctx, id: BatchId) -> Result<usize, Error> {
    let mut tx = ctx.office.db.begin_long().await?;
    store::units::tree_changes(&mut tx).await?;
    let (ctx, mut before) = known(ctx, &mut tx).await?;
    let batch = store::imports::find_batch(&mut tx, id).await?.filter(|batch| batch.mechanism == *UNITS);
    let batch = batch.ok_or_else(|| Refusal::new("import.no_batch"))?;
    if batch.undone_at.is_some() {
        return Err(Refusal::new("import.already_undone").into());
    }
    let units: HashSet<UnitId> =
        before.spans.iter().filter(|span| span.reorganisation == Some(id.0)).map(|span| span.unit).collect();
    let reach = ctx.managed(Managed::Units);
    let in_reach =
        |unit: &UnitId| ctx.tree.unit(*unit).is_some_and(|it| reach.iter().any(|over| over.holds(it.over.first)));
    if !units.iter().all(in_reach) {
        return Err(Error::NotFound);
    }
    if let Some(unit) = in_use(&ctx, &mut tx, &before, (id.0, &units)).await? {
        return Err(Refusal::new("unit.import_in_use").with("unit", ctx.names().unit(unit)).into());
    }
    let gone: Vec<UnitId> = units.iter().copied().collect();
    store::units::forget_spans(&mut tx, &gone).await?;
    store::units::remove(&mut tx, &gone).await?;
    before.units.retain(|row| !units.contains(&row.id));
    store::units::put_many(&mut tx, &effects::numbered(&before, &Effects::default())).await?;
    store::records::renumber_units(&mut tx).await?;
    store::imports::mark_undone(&mut tx, id, ctx.now).await?;
    act(&ctx, &mut tx, "undo", serde_json::json!({ "batch": id.to_string(), "units": gone.len() })).await?;
    tx.commit().await?;
    ctx.office.read_tree().await?;
    Ok(gone.len())
}

/// A unit of an import on which something hangs: work, people, roles, other units, or a later change.
async fn in_use(
    ctx: &Ctx,
    tx: &mut Tx,
    before: &effects::Known,
    (batch, units): (Uuid, &HashSet<UnitId>),
) -> Result<Option<UnitId>, Error> {
    let later = before.spans.iter().find(|span| span.seq > 1 && units.contains(&span.unit)).map(|span| span.unit);
    let below =
        before.units.iter().find(|row| !units.contains(&row.id) && row.parent.is_some_and(|it| units.contains(&it)));
    let person = ctx.tree.people().find_map(|person| person.unit.filter(|unit| units.contains(unit)));
    let grant = before.grants.iter().find(|grant| units.contains(&grant.unit)).map(|grant| grant.unit);
    let linked =
        before.links.iter().find(|it| units.contains(&it.other) && !units.contains(&it.unit)).map(|it| it.other);
    let found = later.or(below.and_then(|row| row.parent)).or(person).or(grant).or(linked);
    if found.is_some() {
        return Ok(found);
    }
    Ok(store::records::about_units_of(tx, batch).await?)
}

/// Imports of units, newest first.
pub async fn batches(ctx: &Ctx) -> Result<Vec<Batch>, Error> {
    may(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    Ok(store::imports::batches_of(&mut conn, &MechanismId::from(UNITS), "import", 20).await?)
}
