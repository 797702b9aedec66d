//! Records for machines: one record as it stands, started, and moved by a step.

use app::commands::files;
use app::commands::reveal::{self, Reveal};
use app::commands::steps::{self, StartRecord, TakeStep};
use app::queries::forms::{FileLine, StepForm};
use app::queries::moves::{PlaceLine, RoundLine};
use app::queries::record_file::{self, DeadlineLine, Effect, FactLine, RecordFile, TimelineLine};
use axum::Json as Answer;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use kernel::deadlines::LightKind;
use kernel::ids::{FieldId, RecordId, StepId};
use serde_json::{Value, json};

use super::body::{Filled, Json, Key};
use crate::error::Failure;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /api/v1/records/{record}`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>) -> Result<Answer<Value>, Failure> {
    let file = record_file::record_file(&visitor.ctx, id, None).await?;
    Ok(Answer(record(&file)))
}

/// `POST /api/v1/mechanisms/{mechanism}/records`: 201, with the record as it stands.
pub(crate) async fn start(
    visitor: Visitor,
    At(mechanism): At<String>,
    Key(key): Key,
    Json(filled): Json<Filled>,
) -> Result<Response, Failure> {
    let id =
        steps::start(&visitor.ctx, StartRecord { mechanism, typed: filled.typed(), key, ..Default::default() }).await?;
    let file = record_file::record_file(&visitor.ctx, id, None).await?;
    Ok((StatusCode::CREATED, [(LOCATION, format!("/api/v1/records/{id}"))], Answer(record(&file))).into_response())
}

/// `POST /api/v1/records/{record}/steps/{step}`: the record as it stands after the step.
pub(crate) async fn take(
    visitor: Visitor,
    At((id, step)): At<(RecordId, String)>,
    Key(key): Key,
    Json(filled): Json<Filled>,
) -> Result<Answer<Value>, Failure> {
    let command = TakeStep {
        record: id,
        version: filled.version,
        step: StepId::from(step),
        typed: filled.typed(),
        opinion: filled.opinion,
        reason: filled.reason,
        key,
    };
    steps::take(&visitor.ctx, command).await?;
    show(visitor, At(id)).await
}

/// Asks for the whole of a masked field.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revealing {
    field: String,
    reason: String,
}

/// `POST /api/v1/records/{record}/reveals`: the field's words, once.
pub(crate) async fn reveal(
    visitor: Visitor,
    At(id): At<RecordId>,
    Json(asked): Json<Revealing>,
) -> Result<Answer<Value>, Failure> {
    let ask = Reveal { record: id, field: FieldId::from(asked.field.as_str()), reason: asked.reason };
    let words = reveal::reveal(&visitor.ctx, ask).await?;
    Ok(Answer(json!({ "field": asked.field, "words": words.join("、"), "rows": words })))
}

/// `POST /api/v1/files`: keeps files that a step may then name.
pub(crate) async fn upload(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let mut kept = Vec::new();
    for file in &sent.files {
        let id = files::add(&visitor.ctx, &file.name, &file.bytes).await?;
        kept.push(json!({ "id": id.to_string(), "name": file.name, "size": file.bytes.len() }));
    }
    Ok((StatusCode::CREATED, Answer(json!({ "files": kept }))).into_response())
}

/// A light in a word.
pub(crate) fn light(light: Option<&app::queries::Light>) -> Value {
    let Some(light) = light else { return Value::Null };
    let kind = match light.kind {
        LightKind::Red => "red",
        LightKind::Amber => "amber",
        LightKind::Green => "green",
        LightKind::Grey => "grey",
    };
    json!({ "kind": kind, "words": light.words })
}

fn record(file: &RecordFile) -> Value {
    let holder = file.holder.as_ref().map(|holder| {
        json!({ "role": holder.role, "people": holder.people, "since": holder.since.map(|day| day.to_string()) })
    });
    let papers = file.papers.iter().map(|paper| {
        json!({
            "id": paper.id.to_string(), "name": paper.name, "number": paper.number, "hash": paper.hash,
            "issued_on": paper.issued_on.to_string(),
            "docx": urls::paper(paper.id, "docx"), "pdf": urls::paper(paper.id, "pdf"),
        })
    });
    let ties = file.ties.iter().map(|tie| {
        json!({ "id": tie.id.to_string(), "words": tie.words, "title": tie.title, "number": tie.number, "state": tie.state })
    });
    let children = file.children.iter().map(|it| {
        let masked: Vec<Option<String>> = it.masked.iter().map(|id| id.as_ref().map(ToString::to_string)).collect();
        json!({ "name": it.name, "columns": it.columns, "masked": masked, "rows": it.rows })
    });
    json!({
        "id": file.id.to_string(),
        "version": file.version,
        "mechanism": file.mechanism,
        "title": file.title,
        "number": file.number,
        "state": file.state,
        "light": light(file.light.as_ref()),
        "holder": holder,
        "facts": file.facts.iter().map(fact).collect::<Vec<_>>(),
        "children": children.collect::<Vec<_>>(),
        "deadlines": file.deadlines.iter().map(deadline).collect::<Vec<_>>(),
        "papers": papers.collect::<Vec<_>>(),
        "ties": ties.collect::<Vec<_>>(),
        "timeline": file.timeline.iter().map(entry).collect::<Vec<_>>(),
        "steps": file.steps.iter().map(step).collect::<Vec<_>>(),
        "moves": file.moves.iter().map(step).collect::<Vec<_>>(),
        "round": file.round.as_ref().map(round),
        "copies": file.copies,
    })
}

fn round(round: &RoundLine) -> Value {
    let place =
        |it: &PlaceLine| json!({ "whom": it.whom, "words": it.words, "signed": it.is_signed, "turn": it.is_turn });
    json!({ "step": round.step, "how": round.how, "places": round.places.iter().map(place).collect::<Vec<_>>() })
}

fn fact(line: &FactLine) -> Value {
    let file = |file: &FileLine| json!({ "id": file.id.to_string(), "name": file.name, "size": file.size });
    json!({
        "name": line.name,
        "words": line.words,
        "masked": line.masked.as_ref().map(ToString::to_string),
        "record": line.record.map(|id| id.to_string()),
        "files": line.files.iter().map(file).collect::<Vec<_>>(),
    })
}

fn deadline(line: &DeadlineLine) -> Value {
    json!({
        "name": line.name,
        "due_on": line.due_on.to_string(),
        "light": light(Some(&line.light)),
        "why": line.why,
        "provisional": line.provisional,
    })
}

fn entry(line: &TimelineLine) -> Value {
    let change = |it: &record_file::ChangeLine| json!({ "field": it.field, "from": it.from, "to": it.to });
    let effect = |(words, effect): &(String, Effect)| match effect {
        Effect::Paper(id) => json!({ "words": words, "paper": id.to_string() }),
        Effect::Record(id) => json!({ "words": words, "record": id.to_string() }),
        Effect::Shown => json!({ "words": words }),
    };
    json!({
        "at": line.at,
        "actor": line.actor,
        "role": line.role,
        "behalf": line.behalf,
        "step": line.step,
        "to": line.to,
        "changes": line.changes.iter().map(change).collect::<Vec<_>>(),
        "number": line.number,
        "opinion": line.opinion,
        "reason": line.reason,
        "effects": line.effects.iter().map(effect).collect::<Vec<_>>(),
    })
}

fn step(form: &StepForm) -> Value {
    let fields =
        form.fields.iter().map(|field| json!({ "id": field.id, "name": field.name, "required": field.required }));
    json!({
        "id": form.id,
        "name": form.name,
        "opinion": form.opinion,
        "reason": form.reason,
        "fields": fields.collect::<Vec<_>>(),
    })
}
