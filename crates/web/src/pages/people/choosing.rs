//! Which people may be chosen? Asked by a control while somebody types.
//!
//! Never a page: the form works without it.

use app::queries::people::choosing::offers;
use axum::Json;
use axum::extract::Query;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::visitor::Visitor;

/// What is asked.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default, rename = "for")]
    purpose: String,
    #[serde(default)]
    q: String,
}

/// `GET /choose/people?for=trip.propose.owner&q=lsm`: labels, best first, each with a quiet word.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let offers = offers(&visitor.ctx, &asked.purpose, &asked.q).await?;
    let lines: Vec<Value> =
        offers.into_iter().map(|offer| json!({ "label": offer.label, "note": offer.note })).collect();
    Ok(Json(json!({ "choices": lines })))
}
