//! How did a record stand at a past moment? Its journal replayed up to then.
//!
//! Never a past that depends on what came later, but for what entries say of before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::journal::Entry;
use kernel::kinds::register;
use kernel::record::Record;
use kernel::value::Value;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::Found;

/// The hours between UTC and the office.
const OFFICE_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// The last moment of a day in the office.
pub fn end_of(day: Date) -> i64 {
    let days = Date::constant(1970, 1, 1).until(day).map_or(0, |span| i64::from(span.get_days()));
    (days + 1) * DAY_MS - OFFICE_MS - 1
}

/// The definition that a record was pinned to.
pub type Pinned = std::sync::Arc<kernel::catalog::Mechanism>;

/// A record as it stood at a moment; nothing if it was not there yet. What facts, state and definition were is replayed;
/// deadlines and the day of closing are what the first entry after that moment would bring back.
pub fn as_of(ctx: &Ctx, found: Found, entries: &[Entry], until: i64) -> Result<Option<(Pinned, Record)>, Error> {
    let (before, after): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.at <= until);
    let broken = |fault: String| Error::broken("replay a record", anyhow::anyhow!(fault));
    let Some(then) = register::as_of(entries, until).map_err(broken)? else { return Ok(None) };
    let started: BTreeSet<String> =
        before.iter().flat_map(|entry| &entry.deadlines).map(|(id, _)| id.clone()).collect();
    let Some(mechanism) = ctx.definitions.pinned(found.record.mechanism.as_str(), &then.definition) else {
        return Err(broken(format!("{} is not kept", then.definition)));
    };
    let facts = kernel::facts::from_json(&mechanism, &then.facts.into());
    let unit_of = |record: &kernel::value::Facts, it: &kernel::catalog::Mechanism| match record.find(it.unit.as_str()) {
        Some(Value::Unit(unit)) => Some(*unit),
        _ => None,
    };
    let mut record = found.record;
    let (was, is) = (unit_of(&facts, &mechanism), unit_of(&record.facts, &found.mechanism));
    if let Some(unit) = was.filter(|_| was != is) {
        record.unit = unit;
    }
    let undone: Vec<_> = after.iter().filter_map(|entry| entry.undo.as_ref()).collect();
    if let Some(first) = undone.first() {
        record.closed_on = first.closed_on;
    }
    let mut running: BTreeMap<_, _> = record.deadlines.drain(..).map(|it| (it.id.clone(), it)).collect();
    for was in undone.iter().rev().flat_map(|undo| &undo.deadlines) {
        running.insert(was.id.clone(), was.clone());
    }
    running.retain(|id, _| started.contains(id.as_str()));
    record.deadlines = running.into_values().collect();
    (record.facts, record.definition, record.version) = (facts, then.definition.into(), then.version);
    record.turnout = record.turnout.until(until);
    record.book = record.book.until(until);
    record.tally = record.tally.filter(|it| it.at <= until);
    record.receipts = record.receipts.until(until);
    record.state = then.state.into();
    Ok(Some((mechanism, record)))
}
