//! How does a record come out of the store and go back? Facts by their definition, deadlines beside it.
//!
//! Never past the reader's rights: `visible` is the one door for people.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::catalog::Mechanism;
use kernel::facts;
use kernel::ids::RecordId;
use kernel::record::{Record, Running};
use kernel::value::Value;
use kernel::workflow::Numbered as _;
use store::Conn;
use store::deadlines::DeadlineRow;
use store::records::RecordRow;

use crate::ctx::Ctx;
use crate::error::Error;

/// A record with the definition that it is pinned to.
#[derive(Clone, Debug)]
pub struct Found {
    /// The record.
    pub record: Record,
    /// Its definition.
    pub mechanism: Arc<Mechanism>,
    /// The number of its unit in pre-order.
    pub unit_ord: i64,
}

/// A record that this person may see; `NotFound` if it is not there or not for these eyes.
pub async fn visible(ctx: &Ctx, conn: &mut Conn, id: RecordId) -> Result<Found, Error> {
    let row = store::records::find(conn, id).await?.ok_or(Error::NotFound)?;
    let mechanism = ctx.definitions.pinned(row.mechanism.as_str(), &row.definition).ok_or(Error::NotFound)?;
    if !ctx.reach(&mechanism).iter().any(|over| over.holds(row.unit_ord)) {
        return Err(Error::NotFound);
    }
    let deadlines = store::deadlines::of_record(conn, id).await?;
    Ok(found(row, deadlines, mechanism))
}

/// Those of the records that this person may see, by id, in one question.
pub async fn visible_among(ctx: &Ctx, conn: &mut Conn, ids: &[RecordId]) -> Result<HashMap<RecordId, Found>, Error> {
    let found = by_ids(ctx, conn, ids).await?;
    let seen = found.into_iter().filter(|it| ctx.reach(&it.mechanism).iter().any(|over| over.holds(it.unit_ord)));
    Ok(seen.map(|it| (it.record.id, it)).collect())
}

/// Records by id, each with its deadlines, whoever asks: for commands that check rights themselves.
pub async fn by_ids(ctx: &Ctx, conn: &mut Conn, ids: &[RecordId]) -> Result<Vec<Found>, Error> {
    let rows = store::records::by_ids(conn, ids).await?;
    with_deadlines(ctx, conn, rows).await
}

/// Rows with their deadlines and definitions.
pub async fn with_deadlines(ctx: &Ctx, conn: &mut Conn, rows: Vec<RecordRow>) -> Result<Vec<Found>, Error> {
    let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
    let mut deadlines: HashMap<RecordId, Vec<DeadlineRow>> = HashMap::new();
    for row in store::deadlines::of_records(conn, &ids).await? {
        deadlines.entry(row.record).or_default().push(row);
    }
    let found = rows.into_iter().filter_map(|row| {
        let mechanism = ctx.definitions.pinned(row.mechanism.as_str(), &row.definition)?;
        let own = deadlines.remove(&row.id).unwrap_or_default();
        Some(found(row, own, mechanism))
    });
    Ok(found.collect())
}

fn found(row: RecordRow, deadlines: Vec<DeadlineRow>, mechanism: Arc<Mechanism>) -> Found {
    let record = Record {
        id: row.id,
        mechanism: row.mechanism,
        definition: Arc::from(row.definition),
        number: row.number,
        title: row.title,
        state: row.state,
        unit: row.unit,
        past_units: row.past_units,
        facts: facts::from_json(&mechanism, &row.facts),
        opened_on: row.opened_on,
        closed_on: row.closed_on,
        version: row.version,
        holder: row.holder,
        deadlines: deadlines.into_iter().map(running).collect(),
        batch: row.batch,
    };
    Found { record, mechanism, unit_ord: row.unit_ord }
}

fn running(row: DeadlineRow) -> Running {
    Running {
        id: row.deadline,
        starts_on: row.starts_on,
        first_due_on: row.first_due_on,
        due_on: row.due_on,
        paused_on: row.paused_on,
        ended_on: row.ended_on,
        outcome: row.outcome.and_then(|text| serde_json::from_value(text.into()).ok()),
        alarm_on: row.alarm_on,
        provisional: row.provisional,
        history: serde_json::from_value(row.history).unwrap_or_default(),
    }
}

/// A record as the store keeps it.
pub fn row(ctx: &Ctx, mechanism: &Mechanism, record: &Record) -> RecordRow {
    RecordRow {
        id: record.id,
        mechanism: record.mechanism.clone(),
        definition: record.definition.to_string(),
        number: record.number.clone(),
        title: record.title.clone(),
        state: record.state.clone(),
        unit: record.unit,
        past_units: record.past_units.clone(),
        unit_ord: ctx.tree.ord(record.unit).unwrap_or(-1),
        holder: record.holder.clone(),
        due_on: record.due_on(mechanism),
        opened_on: record.opened_on,
        closed_on: record.closed_on,
        version: record.version,
        facts: facts::to_json(&record.facts),
        batch: record.batch,
    }
}

/// A deadline as the store keeps it.
pub fn deadline_row(record: RecordId, running: &Running) -> DeadlineRow {
    let text = |json: serde_json::Value| json.as_str().map(str::to_owned);
    DeadlineRow {
        record,
        deadline: running.id.clone(),
        starts_on: running.starts_on,
        due_on: running.due_on,
        first_due_on: running.first_due_on,
        paused_on: running.paused_on,
        ended_on: running.ended_on,
        outcome: running.outcome.and_then(|outcome| serde_json::to_value(outcome).ok().and_then(text)),
        alarm_on: running.alarm_on,
        history: serde_json::to_value(&running.history).expect("a history is plain JSON"),
        provisional: running.provisional,
    }
}

/// What a record is found by: its number, its title and the fields marked for search.
// enforces: field.search
pub fn words(mechanism: &Mechanism, record: &Record) -> String {
    let mut words = vec![record.number.as_deref().unwrap_or(""), record.title.as_str()];
    for field in mechanism.fields.iter().filter(|field| field.search && field.id != mechanism.title) {
        if let Some(Value::Text(text)) = record.facts.find(field.id.as_str()) {
            words.push(text);
        }
    }
    words.join(" ")
}
