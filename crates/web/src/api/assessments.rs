//! Assessments for machines: who stands where, and what each indicator comes to.
//!
//! Never a number as a binary fraction: numbers are text.

use app::queries::assessments::board::{self, BoardPage, UnitRow};
use axum::Json as Answer;
use axum::extract::Query;
use kernel::ids::RecordId;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::pages::assessments::{Pairs, ask};
use crate::visitor::{At, Visitor};

/// `GET /api/v1/records/{record}/assessment`.
pub(crate) async fn show(
    visitor: Visitor,
    At(id): At<RecordId>,
    Query(pairs): Query<Pairs>,
) -> Result<Answer<Value>, Failure> {
    let page = board::board(&visitor.ctx, id, &ask(&pairs)).await?;
    let group = |(name, rows): &(String, Vec<UnitRow>)| json!({ "group": name, "units": rows.iter().map(|it| unit(&page, it)).collect::<Vec<_>>() });
    Ok(Answer(json!({
        "title": page.title,
        "state": page.state,
        "on": page.on.to_string(),
        "since": page.since.to_string(),
        "published": page.published,
        "groups": page.groups.iter().map(group).collect::<Vec<_>>(),
    })))
}

fn text(number: Option<Decimal>) -> Option<String> {
    number.map(|it| it.to_string())
}

fn unit(page: &BoardPage, it: &UnitRow) -> Value {
    let line = |line: &kernel::kinds::assessment::score::Line| {
        let of = page.indicators.get(line.indicator);
        json!({
            "code": of.map(|it| &it.code),
            "name": of.map(|it| &it.name),
            "weight": line.weight.to_string(),
            "value": text(line.value),
            "target": text(line.target),
            "points": text(line.points),
            "below_line": line.is_below,
        })
    };
    let lines: Vec<Value> = it.standing.lines.iter().filter(|_| it.has_sheet).map(line).collect();
    json!({
        "unit": it.unit.to_string(),
        "name": it.name,
        "score": text(it.standing.total),
        "rank": it.standing.rank,
        "gap": text(it.standing.gap),
        "grade": it.grade,
        "before": { "rank": it.before.0, "score": text(it.before.1) },
        "tried": it.tried.map(|(rank, score)| json!({ "rank": rank, "score": text(score) })),
        "lines": lines,
    })
}
