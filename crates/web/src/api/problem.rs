//! How is a machine told no? A problem document (RFC 9457) with the sentences that a person would read.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kernel::refusal::{Refusal, Spot};
use serde_json::{Value, json};

use crate::error::Failure;
use crate::pages::failure;
use crate::visitor::Guest;

/// The problem document of a failure.
pub(crate) fn answer(guest: &Guest, fault: &Failure) -> Response {
    let definitions = guest.site.office.definitions();
    let refusals = failure::refusals(fault, &guest.request);
    let errors: Vec<Value> = refusals.iter().map(|it| error(&definitions.catalog.vocabulary, it)).collect();
    let detail = errors.iter().filter_map(|it| it["says"].as_str()).collect::<Vec<_>>().join(" ");
    let body = json!({
        "type": "about:blank",
        "title": fault.status.canonical_reason().unwrap_or(""),
        "status": fault.status.as_u16(),
        "detail": detail,
        "request": guest.request,
        "errors": errors,
    });
    (fault.status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// A refusal: its code, its sentences, and where it belongs.
pub(crate) fn error(vocabulary: &kernel::catalog::Vocabulary, refusal: &Refusal) -> Value {
    let said = app::words::say(vocabulary, refusal);
    let field = match &refusal.at {
        Spot::Form => None,
        Spot::Field(id) => Some(id.to_string()),
        Spot::Row(child, row, field) => Some(format!("{child}.{row}.{field}")),
        Spot::Opinion => Some("opinion".to_owned()),
        Spot::Reason => Some("reason".to_owned()),
    };
    json!({
        "code": refusal.code,
        "field": field,
        "says": said.says,
        "because": said.because,
        "next": said.next,
    })
}
