//! Reports for machines: the text with its figures, and what each was read from.
//!
//! Never a number as a binary fraction: numbers are text.

use app::queries::reports::drawing::{Cell, Row};
use app::queries::reports::{self, FigureLine, FindingLine};
use axum::Json as Answer;
use kernel::ids::RecordId;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::visitor::{At, Visitor};

/// `GET /api/v1/records/{record}/report`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>) -> Result<Answer<Value>, Failure> {
    let page = reports::report(&visitor.ctx, id).await?;
    let fault = |(written, said): &(String, app::words::Said)| json!({ "written": written, "says": said.says });
    Ok(Answer(json!({
        "title": page.title,
        "state": page.state,
        "unit": page.unit,
        "period": page.period.as_ref().map(|(period, _)| period),
        "sealed_at": page.sealed.as_ref().map(|(_, at)| at),
        "lines": page.lines.iter().map(|(_, row)| line(row)).collect::<Vec<_>>(),
        "readings": page.readings.iter().map(reading).collect::<Vec<_>>(),
        "faults": page.faults.iter().map(fault).collect::<Vec<_>>(),
        "findings": page.findings.iter().map(finding).collect::<Vec<_>>(),
    })))
}

fn line(row: &Row) -> Value {
    let cell = |cell: &Cell| json!({ "words": cell.words, "from": cell.from });
    let cells = |cells: &[Cell]| cells.iter().map(cell).collect::<Vec<_>>();
    match row {
        Row::Text(text) => json!({ "text": cells(text) }),
        Row::Table { columns, rows } => {
            json!({ "columns": columns, "rows": rows.iter().map(|row| cells(row)).collect::<Vec<_>>() })
        }
    }
}

fn reading(it: &FigureLine) -> Value {
    json!({
        "mechanism": it.door.as_ref().map(|(mechanism, _)| mechanism),
        "figure": it.door.as_ref().map(|(_, figure)| figure),
        "name": it.name,
        "unit": it.unit.0.to_string(),
        "period": it.period.0,
        "shown": it.shown,
        "now": it.now,
        "seal": it.seal.map(|seal| seal.to_string()),
    })
}

fn finding(it: &FindingLine) -> Value {
    json!({ "line": it.line, "claim": it.claim, "found": it.found, "expected": it.expected, "is_wrong": it.is_wrong })
}
