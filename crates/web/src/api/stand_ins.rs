//! Stand-ins for machines: listed, given, ended.

use app::commands::stand_ins::{self, StandInForm};
use app::queries::stand_ins::{StandInLine, StandInStanding, stand_ins as asked};
use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::ids::StandInId;
use serde_json::{Value, json};

use super::body::Json;
use crate::error::Failure;
use crate::visitor::{At, Visitor};

/// A stand-in as a machine sends it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Given {
    person: String,
    principal: Option<String>,
    mechanisms: Vec<String>,
    from_on: String,
    until_on: String,
    basis: Option<String>,
}

/// `GET /api/v1/stand-ins`.
pub(crate) async fn list(visitor: Visitor) -> Result<Answer<Value>, Failure> {
    let known = asked(&visitor.ctx).await?;
    let done = known.done.iter().map(|it| {
        json!({ "at": it.at, "person": it.person, "step": it.step, "record": it.record.to_string(), "title": it.title })
    });
    Ok(Answer(json!({
        "given": known.given.iter().map(line).collect::<Vec<_>>(),
        "taken": known.taken.iter().map(line).collect::<Vec<_>>(),
        "done": done.collect::<Vec<_>>(),
    })))
}

/// `POST /api/v1/stand-ins`: 201.
pub(crate) async fn give(visitor: Visitor, Json(given): Json<Given>) -> Result<Response, Failure> {
    let form = StandInForm {
        person: given.person,
        principal: given.principal.unwrap_or_default(),
        mechanisms: given.mechanisms,
        from_on: given.from_on,
        until_on: given.until_on,
        basis: given.basis.unwrap_or_default(),
    };
    let id = stand_ins::give(&visitor.ctx, form).await?;
    Ok((StatusCode::CREATED, Answer(json!({ "id": id.to_string() }))).into_response())
}

/// `POST /api/v1/stand-ins/{stand_in}/end`.
pub(crate) async fn end(visitor: Visitor, At(id): At<StandInId>) -> Result<Answer<Value>, Failure> {
    stand_ins::end(&visitor.ctx, id).await?;
    list(visitor).await
}

fn line(line: &StandInLine) -> Value {
    let standing = match line.standing {
        StandInStanding::Coming => "coming",
        StandInStanding::InForce => "in_force",
        StandInStanding::Over => "over",
    };
    json!({
        "id": line.id.to_string(), "person": line.person, "principal": line.principal, "mechanisms": line.mechanisms,
        "from_on": line.from_on.to_string(), "until_on": line.until_on.to_string(), "basis": line.basis,
        "standing": standing,
    })
}
