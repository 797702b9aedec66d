//! Mechanisms for machines: what a record holds, which steps move it, and what each needs.

use axum::Json as Answer;
use kernel::catalog::{Field, FieldType, Mechanism, Step};
use serde_json::{Value, json};

use crate::error::Failure;
use crate::visitor::{At, Visitor};

/// `GET /api/v1/mechanisms`: those in reach.
pub(crate) async fn list(visitor: Visitor) -> Result<Answer<Value>, Failure> {
    let ctx = &visitor.ctx;
    let seen = ctx.catalog().mechanisms.values().filter(|it| ctx.reaches(it));
    let line =
        seen.map(|it| json!({ "id": it.id.as_str(), "name": it.name, "purpose": it.purpose, "chapter": &*it.chapter }));
    Ok(Answer(json!({ "mechanisms": line.collect::<Vec<_>>() })))
}

/// `GET /api/v1/mechanisms/{mechanism}`.
pub(crate) async fn show(visitor: Visitor, At(id): At<String>) -> Result<Answer<Value>, Failure> {
    let it = visitor.ctx.mechanism(&id)?;
    Ok(Answer(mechanism(&it)))
}

fn mechanism(it: &Mechanism) -> Value {
    let states =
        it.states.iter().map(|state| json!({ "id": state.id.as_str(), "name": state.name, "final": state.is_final }));
    let figures = it.figures.iter().map(
        |figure| json!({ "id": figure.id.as_str(), "name": figure.name, "unit": figure.unit, "words": figure.words }),
    );
    let children = it.children.iter().map(|child| {
        json!({ "id": child.id.as_str(), "name": child.name, "fields": child.fields.iter().map(field).collect::<Vec<_>>() })
    });
    json!({
        "id": it.id.as_str(),
        "name": it.name,
        "version": &*it.hash,
        "purpose": it.purpose,
        "basis": it.basis,
        "fields": it.fields.iter().map(field).collect::<Vec<_>>(),
        "children": children.collect::<Vec<_>>(),
        "states": states.collect::<Vec<_>>(),
        "steps": it.steps.iter().map(step).collect::<Vec<_>>(),
        "figures": figures.collect::<Vec<_>>(),
    })
}

fn field(it: &Field) -> Value {
    json!({ "id": it.id.as_str(), "name": it.name, "type": type_word(&it.of), "required": it.required })
}

fn step(it: &Step) -> Value {
    let ids = |list: &[kernel::ids::FieldId]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "id": it.id.as_str(),
        "name": it.name,
        "from": it.from.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "to": it.to.as_ref().map(ToString::to_string),
        "who": it.who.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "needs": ids(&it.needs),
        "asks": ids(&it.asks),
        "opinion": it.opinion,
        "reason": it.reason,
        "batch": it.batch,
    })
}

/// The word of a type, as definitions write it.
pub(crate) fn type_word(of: &FieldType) -> &'static str {
    match of {
        FieldType::Text { .. } => "text",
        FieldType::LongText { .. } => "long_text",
        FieldType::Whole { .. } => "whole",
        FieldType::Decimal { .. } => "decimal",
        FieldType::Money => "money",
        FieldType::Percent => "percent",
        FieldType::Day => "day",
        FieldType::Month => "month",
        FieldType::Moment => "moment",
        FieldType::YesNo => "yes_no",
        FieldType::Choice { .. } => "choice",
        FieldType::Unit => "unit",
        FieldType::Units => "units",
        FieldType::Person => "person",
        FieldType::People => "people",
        FieldType::Record { .. } => "record",
        FieldType::Files => "files",
        FieldType::Computed { .. } => "computed",
    }
}
