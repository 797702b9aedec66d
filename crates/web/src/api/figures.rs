//! Figures for machines: the same reading as the pages, each value with its numerator and denominator.

use app::queries::figures::{self, FigureCard, FigureCell, FigureRow, Overview};
use axum::Json as Answer;
use axum::extract::Query;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::pages::figures::Asked;
use crate::pages::figures::people::Which;
use crate::visitor::{At, Visitor};

/// `GET /api/v1/figures`.
pub(crate) async fn all(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Answer<Value>, Failure> {
    Ok(Answer(overview(&figures::overview(&visitor.ctx, &asked.ask()?).await?)))
}

/// `GET /api/v1/mechanisms/{mechanism}/figures`.
pub(crate) async fn of_mechanism(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Answer<Value>, Failure> {
    Ok(Answer(overview(&figures::of_mechanism(&visitor.ctx, &mechanism, &asked.ask()?).await?)))
}

/// `GET /api/v1/mechanisms/{mechanism}/figures/{figure}`.
pub(crate) async fn one(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Answer<Value>, Failure> {
    let page = figures::figure_page(&visitor.ctx, &mechanism, &figure, &asked.ask()?).await?;
    Ok(Answer(json!({
        "figure": card(&page.card),
        "period": page.asked.period.to_string(),
        "unit": page.asked.unit.map(|unit| unit.to_string()),
        "version": page.version,
        "formulas": page.formulas.iter().map(|(name, written, _)| json!({ "name": name, "written": written })).collect::<Vec<_>>(),
        "steps": page.steps.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "whole": row(&page.whole),
        "rows": page.rows.iter().map(row).collect::<Vec<_>>(),
        "left_out": page.left_out,
    })))
}

/// `GET /api/v1/mechanisms/{mechanism}/figures/{figure}/parts`.
pub(crate) async fn parts(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Answer<Value>, Failure> {
    let page = figures::pivot(&visitor.ctx, &mechanism, &figure, &asked.ask()?).await?;
    let part = |row: &figures::PivotRow| json!({ "slice": row.slice, "name": row.name, "cells": row.cells.iter().map(cell).collect::<Vec<_>>() });
    let column = |it: &figures::PivotColumn| json!({ "name": it.name, "unit": it.unit.map(|unit| unit.to_string()) });
    Ok(Answer(json!({
        "mechanism": page.mechanism.0,
        "figure": page.figure.0,
        "unit": page.asked.unit.map(|unit| unit.to_string()),
        "period": page.asked.period.to_string(),
        "by": page.by.id,
        "columns": page.columns.iter().map(column).collect::<Vec<_>>(),
        "rows": page.rows.iter().map(part).collect::<Vec<_>>(),
        "whole": part(&page.whole),
        "sums": figures::sum_words(&page),
        "of": figures::part_words(&page.part),
    })))
}

/// `GET /api/v1/mechanisms/{mechanism}/figures/{figure}/people`.
pub(crate) async fn people(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    Query(asked): Query<Asked>,
    Query(which): Query<Which>,
) -> Result<Answer<Value>, Failure> {
    let at = (which.slice.as_str(), which.after()?);
    let page = figures::people(&visitor.ctx, &mechanism, &figure, &asked.ask()?, at).await?;
    let one = |it: &figures::Counted| json!({ "person": it.person.to_string(), "name": it.name, "unit": it.unit, "times": it.times });
    Ok(Answer(json!({
        "mechanism": page.mechanism.0,
        "figure": page.figure.0,
        "unit": page.asked.unit.map(|unit| unit.to_string()),
        "period": page.asked.period.to_string(),
        "people": page.people.iter().map(one).collect::<Vec<_>>(),
        "next": page.next.map(|person| person.to_string()),
    })))
}

fn overview(page: &Overview) -> Value {
    let mechanisms = page.chapters.iter().flat_map(|(_, own)| own);
    let mechanisms = mechanisms.map(|one| {
        json!({ "mechanism": one.id, "name": one.name, "figures": one.cards.iter().map(card).collect::<Vec<_>>() })
    });
    json!({
        "period": page.asked.period.to_string(),
        "unit": page.asked.unit.map(|unit| unit.to_string()),
        "mechanisms": mechanisms.collect::<Vec<_>>(),
    })
}

fn card(card: &FigureCard) -> Value {
    let parts =
        card.parts.map(|(numerator, denominator)| json!({ "numerator": numerator, "denominator": denominator }));
    let changes = card.changes.iter().map(|it| json!({ "against": it.period, "by": it.by, "percent": it.percent }));
    json!({
        "mechanism": card.mechanism,
        "id": card.id,
        "name": card.name,
        "value": card.value,
        "unit": card.unit,
        "words": card.words,
        "period": card.period,
        "parts": parts,
        "changes": changes.collect::<Vec<_>>(),
        "of": figures::part_words(&card.part),
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
    let known = |number: i64| (!cell.is_hidden).then_some(number);
    json!({
        "shown": cell.shown,
        "period": cell.period,
        "hidden": cell.is_hidden,
        "numerator": known(cell.amount.numerator),
        "denominator": known(cell.amount.denominator),
    })
}
