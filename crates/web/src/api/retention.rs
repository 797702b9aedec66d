//! Personal information whose time is over, for machines: listed, and decided about.

use app::commands::retention::{self, Deciding};
use app::queries::retention as asked;
use axum::Json as Answer;
use axum::extract::Query;
use kernel::ids::RecordId;
use serde_json::{Value, json};

use super::body::Json;
use super::registers::refused;
use crate::error::Failure;
use crate::visitor::{At, Visitor};

/// From where on.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct From {
    #[serde(default)]
    after: String,
}

/// A decision as a machine sends it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sent {
    records: Vec<RecordId>,
    decision: String,
    until: Option<String>,
    reason: String,
}

/// `GET /api/v1/mechanisms/{mechanism}/retention`, paged by `after`.
pub(crate) async fn list(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(from): Query<From>,
) -> Result<Answer<Value>, Failure> {
    let page = asked::due(&visitor.ctx, &mechanism, &from.after).await?;
    let line = |it: &asked::RetentionLine| {
        json!({
            "id": it.record.to_string(), "number": it.number, "title": it.title, "unit": it.unit,
            "closed_on": it.closed_on.to_string(), "ended_on": it.ended_on.to_string(), "fields": it.fields,
        })
    };
    Ok(Answer(json!({
        "years": page.years,
        "because": page.because,
        "records": page.lines.iter().map(line).collect::<Vec<_>>(),
        "after": page.next,
    })))
}

/// `POST /api/v1/mechanisms/{mechanism}/retention`: how many were done, what was refused and why, and how many values
/// stay in the journal.
pub(crate) async fn decide(
    visitor: Visitor,
    At(mechanism): At<String>,
    Json(sent): Json<Sent>,
) -> Result<Answer<Value>, Failure> {
    let form = Deciding {
        mechanism,
        records: sent.records,
        decision: sent.decision,
        until: sent.until.unwrap_or_default(),
        reason: sent.reason,
    };
    let done = retention::decide(&visitor.ctx, &form).await?;
    Ok(Answer(json!({ "done": done.done, "refused": refused(&visitor, &done.refused), "left": done.left })))
}
