//! What waits, for a machine: the lines of the page 待办.
//!
//! Never more than the page shows.

use app::queries::desk::DeskLine;
use app::queries::todo;
use axum::Json as Answer;
use axum::extract::Query;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::pages::todo::Asked;
use crate::visitor::Visitor;

/// `GET /api/v1/todo?of=&mechanism=&unit=&when=&after=`.
pub(crate) async fn list(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Answer<Value>, Failure> {
    let page = todo::todo(&visitor.ctx, &asked.ask()?).await?;
    let line = |it: &DeskLine| -> Value {
        json!({
            "record": it.id.to_string(),
            "number": it.number,
            "title": it.title,
            "mechanism": it.mechanism,
            "unit": it.unit,
            "state": it.state,
            "light": it.light.as_ref().map(|light| &light.words),
            "holder": it.holder,
            "step": it.step,
        })
    };
    let lines: Vec<Value> = page.lines.iter().map(line).collect();
    Ok(Answer(json!({ "records": lines, "next": page.next })))
}
