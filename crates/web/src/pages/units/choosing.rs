//! Which units may be chosen? Asked by a control while somebody types.
//!
//! Never a page: the form works without it.

use app::queries::units::choosing::{For, offers};
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

/// `GET /choose/units?for=managed&q=nyncj`: labels, best first, each with a quiet word.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let purpose = For::parse(&asked.purpose).ok_or_else(Failure::not_found)?;
    let offers = offers(&visitor.ctx, &purpose, &asked.q)?;
    let lines: Vec<Value> =
        offers.into_iter().map(|offer| json!({ "label": offer.label, "note": offer.note })).collect();
    Ok(Json(json!({ "choices": lines })))
}
