//! Figures for machines: values by unit and month, each with its numerator and denominator.

use app::queries::figures::{self, FigureCard, FigureCell, FigureRow, FigureTable};
use axum::Json as Answer;
use axum::extract::Query;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::pages::figures::Asked;
use crate::visitor::{At, Visitor};

/// `GET /api/v1/mechanisms/{mechanism}/figures`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Answer<Value>, Failure> {
    let page = figures::of_mechanism(&visitor.ctx, &mechanism, asked.ask()).await?;
    Ok(Answer(json!({
        "mechanism": page.mechanism,
        "year": page.year,
        "unit": page.unit.as_ref().map(|unit| &unit.id),
        "figures": page.cards.iter().map(card).collect::<Vec<_>>(),
        "shown": page.shown.as_ref().map(table),
    })))
}

fn card(card: &FigureCard) -> Value {
    json!({
        "id": card.id,
        "name": card.name,
        "value": card.value,
        "unit": card.unit,
        "words": card.words,
        "period": card.period,
        "parts": card.parts.map(|(numerator, denominator)| json!({ "numerator": numerator, "denominator": denominator })),
    })
}

fn table(table: &FigureTable) -> Value {
    json!({
        "id": table.id,
        "name": table.name,
        "unit": table.unit,
        "months": table.months.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn row(row: &FigureRow) -> Value {
    json!({
        "unit": row.unit.map(|id| id.to_string()),
        "name": row.name,
        "cells": row.cells.iter().map(cell).collect::<Vec<_>>(),
        "total": cell(&row.total),
    })
}

fn cell(cell: &FigureCell) -> Value {
    json!({
        "shown": cell.shown,
        "period": cell.period,
        "numerator": cell.amount.numerator,
        "denominator": cell.amount.denominator,
    })
}
