//! Hand-overs for machines: what a leaver holds, handed over, handed back.

use app::commands::hand_over::{self, HandOverForm};
use app::queries::hand_over::holdings;
use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::ids::{HandOverId, PersonId};
use serde_json::{Value, json};

use super::body::Json;
use crate::error::Failure;
use crate::visitor::{At, Visitor};

/// What goes to whom, as a machine sends it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Given {
    grants_to: Option<String>,
    records_to: Option<String>,
    last_on: String,
}

/// `GET /api/v1/people/{person}/hand-over`.
pub(crate) async fn show(visitor: Visitor, At(person): At<PersonId>) -> Result<Answer<Value>, Failure> {
    let known = holdings(&visitor.ctx, person).await?;
    let grants = known.grants.iter().map(|(role, unit, from, until)| {
        json!({ "role": role, "unit": unit, "from_on": from.to_string(), "until_on": until.map(|day| day.to_string()) })
    });
    let records = known.records.iter().map(|(mechanism, count)| json!({ "mechanism": mechanism, "count": count }));
    let before = known.before.iter().map(|line| {
        json!({ "id": line.id.to_string(), "at": line.at, "on": line.on.to_string(), "words": line.words, "undone": line.is_undone })
    });
    Ok(Answer(json!({
        "name": known.name,
        "grants": grants.collect::<Vec<_>>(),
        "records": records.collect::<Vec<_>>(),
        "stand_ins": known.stand_ins,
        "before": before.collect::<Vec<_>>(),
    })))
}

/// `POST /api/v1/people/{person}/hand-over`: 201.
pub(crate) async fn give(
    visitor: Visitor,
    At(person): At<PersonId>,
    Json(given): Json<Given>,
) -> Result<Response, Failure> {
    let form = HandOverForm {
        grants_to: given.grants_to.unwrap_or_default(),
        records_to: given.records_to.unwrap_or_default(),
        last_on: given.last_on,
    };
    let id = hand_over::give(&visitor.ctx, person, form).await?;
    Ok((StatusCode::CREATED, Answer(json!({ "id": id.to_string() }))).into_response())
}

/// `POST /api/v1/people/{person}/hand-over/{hand_over}/undo`.
pub(crate) async fn undo(
    visitor: Visitor,
    At((person, id)): At<(PersonId, HandOverId)>,
) -> Result<Answer<Value>, Failure> {
    hand_over::undo(&visitor.ctx, id).await?;
    show(visitor, At(person)).await
}
