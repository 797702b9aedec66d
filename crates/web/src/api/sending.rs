//! What a person follows and what became of what leaves, for machines.
//!
//! Never what a message says.

use app::commands::following as commands;
use app::queries::deliveries::{self as asked, DeliveriesAsk};
use app::queries::following as followed;
use axum::Json as Answer;
use axum::extract::Query;
use kernel::ids::RecordId;
use serde_json::{Value, json};

use super::body::Json;
use crate::error::Failure;
use crate::visitor::{At, Visitor};

/// Which page.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

/// Whether a record is to be followed.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Follow {
    follow: bool,
}

/// `GET /api/v1/following`.
pub(crate) async fn following(visitor: Visitor, Query(ask): Query<Asked>) -> Result<Answer<Value>, Failure> {
    let page = followed::following(&visitor.ctx, ask.after.parse().ok()).await?;
    let lines = page.lines.iter().map(|line| {
        json!({
            "record": line.id.to_string(), "since": line.since, "title": line.title, "mechanism": line.mechanism,
            "state": line.state, "seen": line.is_seen,
        })
    });
    Ok(Answer(json!({ "following": lines.collect::<Vec<_>>(), "after": page.next.map(|id| id.to_string()) })))
}

/// `POST /api/v1/records/{record}/following`.
pub(crate) async fn follow(
    visitor: Visitor,
    At(id): At<RecordId>,
    Json(wanted): Json<Follow>,
) -> Result<Answer<Value>, Failure> {
    match wanted.follow {
        true => commands::follow(&visitor.ctx, id).await?,
        false => commands::unfollow(&visitor.ctx, id).await?,
    }
    Ok(Answer(json!({ "record": id.to_string(), "follows": wanted.follow })))
}

/// `GET /api/v1/deliveries`.
pub(crate) async fn deliveries(visitor: Visitor, Query(ask): Query<DeliveriesAsk>) -> Result<Answer<Value>, Failure> {
    let page = asked::deliveries(&visitor.ctx, &ask).await?;
    let lines = page.lines.iter().map(|line| {
        json!({
            "id": line.id.to_string(), "at": line.at, "what": line.what, "tries": line.tries, "when": line.when,
            "why": line.why, "to": line.to.as_ref().map(|(id, name)| json!({ "id": id, "name": name })),
        })
    });
    Ok(Answer(json!({ "deliveries": lines.collect::<Vec<_>>(), "after": page.next.map(|id| id.to_string()) })))
}
