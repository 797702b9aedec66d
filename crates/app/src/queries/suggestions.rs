//! What is this record about, and what was done with others like it? The likeliest of a list, and earlier records.
//!
//! Only what this person sees is looked at. Every suggestion says by which words; somebody chooses.
//! Never a choice by itself.

use std::sync::Arc;

use kernel::catalog::{FieldType, Mechanism};
use kernel::ids::{FieldId, RecordId, StateId};
use kernel::suggest::{self, Near, Suggesting};
use kernel::value::Value;
use store::Conn;
use store::register::{RegisterQuery, SortBy};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::StepForm;
use crate::queries::forms::{Again, as_typed};
use crate::records::{self, Found};

/// So many of the list are suggested.
const MOST_ITEMS: usize = 3;
/// So many earlier records are shown.
const MOST_SIMILAR: usize = 5;
/// So many of the newest that share a word are compared.
const MOST_COMPARED: u32 = 300;

/// What is suggested beside a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestions {
    /// The steps that the suggestions are for, by name.
    pub steps: Vec<String>,
    /// The likeliest of the list.
    pub items: Vec<Suggestion>,
    /// Similar records of before.
    pub similar: Vec<Suggestion>,
}

/// A suggestion with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The record.
    pub id: RecordId,
    /// Its number, if it has one.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// What it says of itself: the fields that would be taken from it, or its state and unit.
    pub note: String,
    /// The words in common.
    pub words: Vec<String>,
}

/// What is suggested to whoever may take one of the steps now; nothing where nothing is declared.
pub async fn beside(
    ctx: &Ctx,
    conn: &mut Conn,
    found: &Found,
    open: &[StepForm],
) -> Result<Option<Suggestions>, Error> {
    let Some(rule) = found.mechanism.helps.suggest.as_ref() else { return Ok(None) };
    let steps: Vec<String> = rule
        .at
        .iter()
        .filter(|id| open.iter().any(|it| it.id == id.as_str()))
        .map(|id| found.mechanism.step(id.as_str()).map_or_else(String::new, |it| it.name.clone()))
        .collect();
    if steps.is_empty() {
        return Ok(None);
    }
    let text = text_of(found, &rule.from);
    let mut items = Vec::new();
    if let Some(list) = listed(ctx, &found.mechanism, rule) {
        let (candidates, near) = nearest(ctx, conn, &list, &text, (&rule.states, None, MOST_ITEMS)).await?;
        items = near.iter().map(|it| of_list(ctx, rule, &candidates[it.at], it)).collect();
    }
    let mechanism = found.mechanism.clone();
    let (candidates, near) = nearest(ctx, conn, &mechanism, &text, (&[], Some(found.record.id), MOST_SIMILAR)).await?;
    let similar = near.iter().map(|it| of_before(ctx, &candidates[it.at], it)).collect();
    Ok(Some(Suggestions { steps, items, similar }))
}

/// The mechanism from whose records an item is suggested.
fn listed(ctx: &Ctx, mechanism: &Mechanism, rule: &Suggesting) -> Option<Arc<Mechanism>> {
    match &mechanism.field(rule.item.as_str())?.of {
        FieldType::Record { of } => ctx.catalog().mechanisms.get(of.as_str()).cloned(),
        _ => None,
    }
}

fn text_of(found: &Found, fields: &[FieldId]) -> String {
    let texts = fields.iter().filter_map(|id| match found.record.facts.find(id.as_str()) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("。")
}

/// The records of a mechanism that this person sees and that are nearest to a text: in these states, or in any; but one.
async fn nearest(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Arc<Mechanism>,
    text: &str,
    (states, but, most): (&[StateId], Option<RecordId>, usize),
) -> Result<(Vec<Found>, Vec<Near>), Error> {
    let query = RegisterQuery {
        mechanism: Some(mechanism.id.clone()),
        states: states.to_vec(),
        sight: ctx.sight(mechanism),
        any_of: suggest::sought(text),
        sort: SortBy::Opened,
        descending: true,
        limit: MOST_COMPARED,
        ..RegisterQuery::default()
    };
    if query.any_of.is_empty() || query.sight.is_blind() {
        return Ok((Vec::new(), Vec::new()));
    }
    let rows = store::register::page(conn, &query).await?.records;
    let rows = records::seen(ctx, conn, rows).await?;
    let rows = rows.into_iter().filter(|row| Some(row.id) != but).collect();
    let found: Vec<Found> = records::as_listed(ctx, conn, rows).await?;
    let found: Vec<Found> = found.into_iter().filter(|it| !it.record.is_gone()).map(|it| it.read_by(ctx)).collect();
    let texts: Vec<String> = found.iter().map(|it| records::words(&it.mechanism, &it.record)).collect();
    let near = suggest::nearest(text, &texts, most);
    Ok((found, near))
}

fn of_list(ctx: &Ctx, rule: &Suggesting, found: &Found, near: &Near) -> Suggestion {
    let taken = rule.takes.iter().filter_map(|(_, theirs)| found.mechanism.field(theirs.as_str()));
    let notes: Vec<String> =
        taken.filter_map(|field| Some(format!("{}：{}", field.name, found.words_of(ctx, field)?))).collect();
    suggestion(found, notes.join("；"), near)
}

fn of_before(ctx: &Ctx, found: &Found, near: &Near) -> Suggestion {
    let state = found.mechanism.state(found.record.state.as_str()).map_or("", |it| it.name.as_str());
    suggestion(found, format!("{} · {state}", ctx.names().unit(found.record.unit)), near)
}

fn suggestion(found: &Found, note: String, near: &Near) -> Suggestion {
    Suggestion {
        id: found.record.id,
        number: found.record.number.clone(),
        title: found.record.title.clone(),
        note,
        words: near.words.clone(),
    }
}

/// The step's form as it is filled in once somebody has chosen a suggestion: the step, and what stands in it.
pub async fn chosen(ctx: &Ctx, record: RecordId, item: RecordId) -> Result<(String, Again), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, record).await?;
    let chosen = records::visible(ctx, &mut conn, item).await?.read_by(ctx);
    let rule = found.mechanism.helps.suggest.as_ref().ok_or(Error::NotFound)?;
    let is_of_list = listed(ctx, &found.mechanism, rule).is_some_and(|it| it.id == chosen.record.mechanism);
    let steps = rule.at.iter().filter_map(|id| found.mechanism.step(id.as_str()));
    let step = steps.into_iter().find(|step| step.from.contains(&found.record.state)).filter(|_| is_of_list);
    let step = step.ok_or(Error::NotFound)?;
    let mut again = Again::default();
    let asked: Vec<&FieldId> = step.needs.iter().chain(&step.asks).collect();
    let mut fill = |id: &FieldId, texts: Vec<String>| {
        if asked.contains(&id) {
            again.typed.fields.push((id.clone(), texts));
        }
    };
    fill(&rule.item, vec![chosen.record.number.clone().unwrap_or_else(|| chosen.record.id.to_string())]);
    for (mine, theirs) in &rule.takes {
        if let Some(value) = chosen.record.facts.find(theirs.as_str()) {
            fill(mine, as_typed(value));
        }
    }
    Ok((step.id.to_string(), again))
}
