//! Accounts for machines: what they hold on a day, what was moved, and moving.
//!
//! Never an amount as a binary fraction: amounts are text.

use app::commands::ledgers::{self, Wanted};
use app::queries::ledgers as asked;
use axum::Json as Answer;
use axum::extract::Query;
use axum::http::HeaderMap;
use kernel::ids::RecordId;
use serde_json::{Value, json};

use super::body::Json;
use crate::error::Failure;
use crate::pages::ledger::{Asked, account::On};
use crate::visitor::{At, Visitor};

/// A movement as a machine sends it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sent {
    word: String,
    amount: String,
    on: String,
    document: String,
    reason: String,
    cause: String,
    parts: Vec<Part>,
}

/// Part of a transfer.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Part {
    to: String,
    amount: String,
}

/// Which movement is turned around, and why.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Reversal {
    seq: i64,
    reason: String,
}

/// `GET /api/v1/mechanisms/{mechanism}/balances`.
pub(crate) async fn all(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(on): Query<Asked>,
) -> Result<Answer<Value>, Failure> {
    let page = asked::ledger_page(&visitor.ctx, &mechanism, &on.ask()?).await?;
    let line = |row: &asked::AccountRow| {
        let amounts: Value = page.readings.iter().cloned().zip(row.shown.iter().cloned().map(Value::from)).collect();
        json!({
            "id": row.id.to_string(), "number": row.number, "title": row.title, "unit": row.unit, "kind": row.kind,
            "amounts": amounts, "rate": row.rate,
        })
    };
    Ok(Answer(json!({
        "on": page.on.to_string(),
        "measure": page.measure,
        "accounts": page.rows.iter().map(line).collect::<Vec<_>>(),
        "more": page.more,
    })))
}

/// `GET /api/v1/records/{record}/account`.
pub(crate) async fn one(
    visitor: Visitor,
    At(id): At<RecordId>,
    Query(on): Query<On>,
) -> Result<Answer<Value>, Failure> {
    let day = asked::day(&visitor.ctx, &on.on)?;
    let page = asked::account_page(&visitor.ctx, id, day).await?;
    let line = |line: &asked::MovementLine| {
        let after: Value = page.readings.iter().cloned().zip(line.after.iter().cloned().map(Value::from)).collect();
        let others: Vec<Value> = line
            .others
            .iter()
            .map(|(what, id, title)| json!({ "what": what, "id": id.to_string(), "title": title }))
            .collect();
        json!({
            "seq": line.seq, "on": line.on.to_string(), "word": line.word, "way": line.way, "amount": line.amount,
            "after": after, "notes": line.notes, "others": others, "is_void": line.is_void,
        })
    };
    let amounts: Value = page.amounts.iter().map(|(name, words)| (name.clone(), Value::from(words.as_str()))).collect();
    Ok(Answer(json!({
        "id": id.to_string(), "number": page.number, "title": page.title, "state": page.state,
        "on": page.on.to_string(), "measure": page.measure, "amounts": amounts,
        "movements": page.lines.iter().map(line).collect::<Vec<_>>(),
        "words": page.words.iter().map(|word| json!({ "id": word.id, "name": word.name })).collect::<Vec<_>>(),
    })))
}

/// `POST /api/v1/records/{record}/account`.
pub(crate) async fn post(
    visitor: Visitor,
    At(id): At<RecordId>,
    headers: HeaderMap,
    Json(sent): Json<Sent>,
) -> Result<Answer<Value>, Failure> {
    let Sent { word, amount, on, document, reason, cause, parts } = sent;
    let key = headers.get("idempotency-key").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let key = key.filter(|key| !key.is_empty() && key.len() <= 64);
    let parts = parts.into_iter().map(|part| (part.to, part.amount)).collect();
    let wanted = Wanted { word, amount, on, document, reason, cause, parts, key };
    ledgers::post(&visitor.ctx, id, &wanted).await?;
    one(visitor, At(id), Query(On::default())).await
}

/// `POST /api/v1/records/{record}/account/reversals`.
pub(crate) async fn reverse(
    visitor: Visitor,
    At(id): At<RecordId>,
    Json(sent): Json<Reversal>,
) -> Result<Answer<Value>, Failure> {
    ledgers::reverse(&visitor.ctx, id, sent.seq, &sent.reason).await?;
    one(visitor, At(id), Query(On::default())).await
}
