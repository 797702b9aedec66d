//! Links for machines: who is together with whom on a day, what ends soon, who has a place left.
//!
//! Never more than the page shows.

use app::queries::links::{self, FreeRow, FreeSide, LinkRow};
use axum::Json as Answer;
use axum::extract::Query;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::pages::links::Asked;
use crate::visitor::{At, Visitor};

/// `GET /api/v1/mechanisms/{mechanism}/links`.
pub(crate) async fn list(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Answer<Value>, Failure> {
    let page = links::links_page(&visitor.ctx, &mechanism, &asked.ask()?).await?;
    let line = |row: &LinkRow| {
        let sides: Value = page.sides.iter().cloned().zip(row.sides.iter().cloned().map(Value::from)).collect();
        json!({
            "id": row.id.to_string(), "number": row.number, "title": row.title, "sides": sides,
            "from": row.days.map(|days| days.from_on.to_string()),
            "until": row.days.and_then(|days| days.until_on).map(|day| day.to_string()),
            "due": row.due_on.map(|day| day.to_string()),
            "basis": row.basis, "state": row.state,
        })
    };
    let one = |row: &FreeRow| {
        json!({
            "id": row.who.to_string(), "name": row.name, "unit": row.unit, "taken": row.taken, "left": row.left,
        })
    };
    let side = |side: &FreeSide| json!({ "side": side.name, "most": side.most, "all": side.rows.iter().map(one).collect::<Vec<_>>() });
    Ok(Answer(json!({
        "on": page.on.to_string(),
        "links": page.rows.iter().map(line).collect::<Vec<_>>(),
        "free": page.free.iter().map(side).collect::<Vec<_>>(),
        "next": page.next,
    })))
}
