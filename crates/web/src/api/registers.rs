//! Registers for machines: a page of records, and a step for many.

use app::commands::steps::{self, TakeSteps};
use app::queries::register::{self, Cell, Count, Register, RegisterRow};
use axum::Json as Answer;
use kernel::ids::{RecordId, StepId};
use kernel::refusal::Refusal;
use serde_json::{Value, json};

use super::body::{Json, Key};
use super::{problem, records};
use crate::error::Failure;
use crate::pages::register::address::Address;
use crate::visitor::{At, Visitor};

/// `GET /api/v1/mechanisms/{mechanism}/records`: asked like the page, paged by `after`.
pub(crate) async fn list(visitor: Visitor, At(mechanism): At<String>) -> Result<Answer<Value>, Failure> {
    let address = Address::read(&visitor.guest.query)?;
    let register = register::list(&visitor.ctx, &mechanism, address.ask).await?;
    Ok(Answer(page(&register)))
}

fn page(register: &Register) -> Value {
    let (count, is_exact) = match register.count {
        Count::Exactly(count) => (count, true),
        Count::MoreThan(count) => (count, false),
    };
    let tabs = register.tabs.iter().map(|tab| json!({ "id": tab.id, "name": tab.name, "count": tab.count }));
    json!({
        "mechanism": register.mechanism,
        "columns": register.columns.iter().map(|column| &column.name).collect::<Vec<_>>(),
        "records": register.rows.iter().map(row).collect::<Vec<_>>(),
        "count": count,
        "count_is_exact": is_exact,
        "tabs": tabs.collect::<Vec<_>>(),
        "after": register.next,
    })
}

fn row(row: &RegisterRow) -> Value {
    let cell = |cell: &Cell| match cell {
        Cell::Text(words) | Cell::Title(words) | Cell::Number(words) | Cell::State(words) => json!(words),
        Cell::Record(id, words) => json!({ "id": id.to_string(), "words": words }),
        Cell::Light(light) => records::light(light.as_ref()),
    };
    json!({ "id": row.id.to_string(), "title": row.title, "cells": row.cells.iter().map(cell).collect::<Vec<_>>() })
}

/// A step for many.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Many {
    records: Vec<RecordId>,
    #[serde(default)]
    opinion: Option<String>,
    #[serde(default)]
    reason: Option<String>,
}

/// `POST /api/v1/mechanisms/{mechanism}/steps/{step}`: what was done, and what was refused and why.
pub(crate) async fn take(
    visitor: Visitor,
    At((mechanism, step)): At<(String, String)>,
    Key(key): Key,
    Json(many): Json<Many>,
) -> Result<Answer<Value>, Failure> {
    let mechanism = visitor.ctx.mechanism(&mechanism)?;
    let step = mechanism.step(&step).ok_or_else(|| Refusal::new("step.unknown").with("step", &step))?;
    let command = TakeSteps {
        records: many.records,
        step: StepId::from(step.id.as_str()),
        opinion: many.opinion,
        reason: many.reason,
        key,
    };
    let done = steps::take_many(&visitor.ctx, command).await?;
    let refused = refused(&visitor, &done.refused);
    Ok(Answer(json!({ "batch": done.batch.to_string(), "done": done.done, "refused": refused })))
}

/// What an act on many left, and why.
pub(super) fn refused(visitor: &Visitor, left: &[(RecordId, String, Vec<Refusal>)]) -> Vec<Value> {
    let one = |(id, title, refusals): &(RecordId, String, Vec<Refusal>)| {
        let errors: Vec<Value> = refusals.iter().map(|it| problem::error(visitor.ctx.vocabulary(), it)).collect();
        json!({ "id": id.to_string(), "title": title, "errors": errors })
    };
    left.iter().map(one).collect()
}
