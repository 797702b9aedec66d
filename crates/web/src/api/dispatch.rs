//! Papers for machines: who has received one, receiving one, what waits, the numbers of a series.
//!
//! Never more than the pages show.

use app::commands::dispatch;
use app::queries::dispatch::{self as asked, ReceiptLine, SeriesRow, TrayRow};
use app::queries::record_file;
use axum::Json as Answer;
use axum::extract::Query;
use kernel::ids::{RecordId, UnitId};
use serde_json::{Value, json};

use super::body::Json;
use crate::error::Failure;
use crate::pages::dispatch::series::Asked;
use crate::visitor::{At, Visitor};

/// For which unit a paper is received.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sent {
    unit: String,
}

/// Which receipts are asked for.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Tab {
    tab: String,
}

fn receipt(it: &ReceiptLine) -> Value {
    json!({
        "unit": it.unit.to_string(), "name": it.name, "how": it.how.word(), "due": it.due_on.to_string(),
        "received": it.received, "by": it.by, "standing": it.standing.name(), "may_receive": it.may_receive,
    })
}

/// `GET /api/v1/records/{record}/receipts`.
pub(crate) async fn of_record(visitor: Visitor, At(id): At<RecordId>) -> Result<Answer<Value>, Failure> {
    let file = record_file::record_file(&visitor.ctx, id, None).await?;
    let line = file.circulation.ok_or_else(Failure::not_found)?;
    let copy = line.copy.map(|(hash, is_whole)| json!({ "hash": hash, "is_whole": is_whole }));
    Ok(Answer(json!({ "receipts": line.receipts.iter().map(receipt).collect::<Vec<_>>(), "copy": copy })))
}

/// `POST /api/v1/records/{record}/receipts`.
pub(crate) async fn receive(
    visitor: Visitor,
    At(id): At<RecordId>,
    Json(sent): Json<Sent>,
) -> Result<Answer<Value>, Failure> {
    let unit: UnitId = sent.unit.parse().map_err(|_| Failure::not_found())?;
    dispatch::receive(&visitor.ctx, id, unit).await?;
    of_record(visitor, At(id)).await
}

/// `GET /api/v1/receipts`.
pub(crate) async fn tray(visitor: Visitor, Query(asked): Query<Tab>) -> Result<Answer<Value>, Failure> {
    let tray = asked::tray(&visitor.ctx, asked.tab == "received").await?;
    let row = |it: &TrayRow| {
        json!({
            "id": it.id.to_string(), "number": it.number, "title": it.title, "from": it.from,
            "receipt": receipt(&it.receipt),
        })
    };
    Ok(Answer(json!({ "papers": tray.rows.iter().map(row).collect::<Vec<_>>() })))
}

/// `GET /api/v1/mechanisms/{mechanism}/series`.
pub(crate) async fn series(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Answer<Value>, Failure> {
    let page = asked::series_page(&visitor.ctx, &mechanism, &asked.ask()).await?;
    let row = |it: &SeriesRow| {
        json!({
            "serial": it.serial, "id": it.id.map(|id| id.to_string()), "number": it.number, "title": it.title,
            "unit": it.unit, "state": it.state, "is_void": it.is_void, "reason": it.reason,
            "sent": it.receipts.0, "received": it.receipts.1,
        })
    };
    Ok(Answer(json!({
        "year": page.year, "of": page.of, "last": page.series.last, "is_whole": page.series.is_whole(),
        "missing": page.series.missing, "void": page.series.void, "words": page.series.words(),
        "numbers": page.rows.iter().map(row).collect::<Vec<_>>(), "next": page.next,
    })))
}
