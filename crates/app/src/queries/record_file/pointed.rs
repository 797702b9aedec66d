//! To which other records does a record point, now and in its history, what are they called, and how are they written
//! in its forms?
//!
//! Never one that the reader does not see.

use std::collections::{BTreeSet, HashMap};

use kernel::catalog::{Field, FieldType, Mechanism};
use kernel::ids::RecordId;
use kernel::journal::Entry;
use kernel::value::{Facts, Value};
use serde_json::Value as Json;
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{Control, StepForm};
use crate::queries::register;
use crate::records::{self, Found};

/// The records that somebody sees among those that a record points to.
#[derive(Default)]
pub(super) struct Pointed {
    /// What they are called.
    pub(super) called: register::Linked,
    numbers: HashMap<RecordId, String>,
}

/// All of them, in one question.
pub(super) async fn pointed(ctx: &Ctx, conn: &mut Conn, found: &Found, entries: &[Entry]) -> Result<Pointed, Error> {
    let mut ids = BTreeSet::new();
    in_facts(&found.record.facts, &mut ids);
    for change in entries.iter().flat_map(|entry| &entry.changes) {
        for json in [&change.from, &change.to] {
            in_change(&found.mechanism, &change.field, json, &mut ids);
        }
    }
    let mut pointed = Pointed::default();
    for other in records::listed_of(ctx, conn, &ids.into_iter().collect::<Vec<_>>()).await? {
        let id = other.record.id;
        pointed.called.insert(id, register::called(&other.record));
        pointed.numbers.extend(other.record.number.map(|number| (id, number)));
    }
    Ok(pointed)
}

impl Pointed {
    /// In forms a record is written by its number, as whoever fills them in would write it.
    pub(super) fn write(&self, forms: &mut [StepForm]) {
        let write = |text: &mut String| {
            if let Some(number) = text.parse().ok().and_then(|id: RecordId| self.numbers.get(&id)) {
                text.clone_from(number);
            }
        };
        for field in forms.iter_mut().flat_map(|form| &mut form.fields) {
            match &mut field.control {
                Control::Text { .. } => field.typed.iter_mut().for_each(write),
                Control::Rows { columns, rows, .. } => {
                    for (column, text) in rows.iter_mut().flat_map(|row| columns.iter().zip(&mut row.texts)) {
                        if matches!(column.control, Control::Text { .. }) {
                            write(text);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

fn in_facts(facts: &Facts, ids: &mut BTreeSet<RecordId>) {
    for value in facts.0.values() {
        match value {
            Value::Record(id) => _ = ids.insert(*id),
            Value::Rows(rows) => rows.iter().for_each(|row| in_facts(row, ids)),
            _ => {}
        }
    }
}

fn in_change(mechanism: &Mechanism, id: &str, json: &Json, ids: &mut BTreeSet<RecordId>) {
    let mut add = |field: &Field, json: &Json| {
        if matches!(field.of, FieldType::Record { .. }) {
            ids.extend(json.as_str().and_then(|it| it.parse::<RecordId>().ok()));
        }
    };
    if let Some(field) = mechanism.field(id) {
        add(field, json);
    }
    let Some(child) = mechanism.child(id) else { return };
    for row in json.as_array().into_iter().flatten() {
        for column in &child.fields {
            if let Some(json) = row.get(column.id.as_str()) {
                add(column, json);
            }
        }
    }
}
