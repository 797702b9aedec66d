//! Forms with what is held already: filled in where nothing stands, with its source and its day beside it.
//!
//! Never over what somebody typed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::catalog::Mechanism;
use kernel::helps::Source;
use kernel::helps::asking::Asking;
use kernel::ids::{FieldId, RecordId, UnitId};
use kernel::value::{Facts, Value};
use store::Conn;

use super::{Held, Origin, by_names, held};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{Control, FormField, FormRow, StepForm, as_typed};

/// Where something that a form shows is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldLine {
    /// What is held, as it is read.
    pub words: String,
    /// Where.
    pub source: String,
    /// Of which day.
    pub as_of: Date,
    /// The door to it.
    pub origin: Origin,
}

impl From<&Held> for HeldLine {
    fn from(it: &Held) -> Self {
        Self { words: it.words.clone(), source: it.source.clone(), as_of: it.as_of, origin: it.origin.clone() }
    }
}

/// Fills forms in with what is held of a unit. What was typed before stays in the form of the step `again`.
pub(in crate::queries) async fn fill_in(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    (unit, record, facts): (Option<UnitId>, Option<RecordId>, &Facts),
    (forms, again): (&mut [StepForm], Option<&str>),
) -> Result<(), Error> {
    for form in forms.iter_mut() {
        form.fields.iter_mut().for_each(|field| untyped(mechanism, field));
    }
    let Some(unit) = unit else { return Ok(()) };
    let rules: Vec<_> = mechanism.helps.held.iter().filter(|it| shows(forms, &it.field)).collect();
    if !rules.is_empty() {
        let wanted: Vec<Vec<Source>> = rules.iter().map(|it| vec![it.from.clone()]).collect();
        let found = held(ctx, conn, unit, &wanted, record).await?;
        let found: BTreeMap<&str, Held> =
            rules.iter().zip(found).filter_map(|(it, held)| Some((it.field.as_str(), held?))).collect();
        for form in forms.iter_mut() {
            let is_again = again == Some(form.id.as_str());
            for field in &mut form.fields {
                if let Some(held) = found.get(field.id.as_str()) {
                    beside(field, held, is_again);
                }
            }
        }
    }
    let Some(asking) = mechanism.helps.asking.as_ref().filter(|it| shows(forms, &it.child)) else { return Ok(()) };
    let names: Vec<String> = rows_of(facts, &asking.child).iter().map(|row| text(row, &asking.name)).collect();
    let found = match &asking.answer {
        Some(_) => by_names(ctx, conn, unit, &names, record).await?,
        None => Vec::new(),
    };
    let known: Vec<(String, Option<Held>)> = names.into_iter().zip(found).collect();
    for form in forms.iter_mut() {
        let is_again = again == Some(form.id.as_str());
        for field in form.fields.iter_mut().filter(|field| field.id == asking.child.as_str()) {
            asked(asking, field, (facts, &known), is_again);
        }
    }
    Ok(())
}

fn left<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut stays = kept.iter();
    all.retain(|_| stays.next().copied().unwrap_or(true));
}

fn shows(forms: &[StepForm], id: &FieldId) -> bool {
    forms.iter().any(|form| form.fields.iter().any(|field| field.id == id.as_str()))
}

/// Whoever asks types neither where something is held nor whether it is.
fn untyped(mechanism: &Mechanism, field: &mut FormField) {
    let asking = mechanism.helps.asking.as_ref().filter(|it| it.answer.is_none() && it.child == *field.id.as_str());
    let (Some(asking), Control::Rows { columns, rows, .. }) = (asking, &mut field.control) else { return };
    let kept: Vec<bool> = columns.iter().map(|it| asking.is_typed(&FieldId::from(it.id.as_str()))).collect();
    left(columns, &kept);
    for row in rows {
        left(&mut row.texts, &kept);
        left(&mut row.covered, &kept);
    }
}

/// The rows of a table.
pub(crate) fn rows_of<'f>(facts: &'f Facts, child: &FieldId) -> &'f [Facts] {
    match facts.find(child.as_str()) {
        Some(Value::Rows(rows)) => rows,
        _ => &[],
    }
}

/// A text of a row; empty if there is none.
pub(crate) fn text(row: &Facts, column: &FieldId) -> String {
    match row.find(column.as_str()) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

/// A field with what is held beside it, filled in where nothing stands.
fn beside(field: &mut FormField, held: &Held, is_again: bool) {
    let is_empty = field.typed.iter().all(|text| text.trim().is_empty());
    if is_empty && !is_again && !matches!(field.control, Control::Lookup { .. }) {
        field.typed.clone_from(&held.typed);
    }
    field.held = Some(HeldLine::from(held));
}

/// The table of what is asked: the columns that the system writes are not typed, and in an answer nothing but the answer
/// and why it differs.
fn asked(asking: &Asking, field: &mut FormField, (facts, known): (&Facts, &[(String, Option<Held>)]), is_again: bool) {
    let Control::Rows { columns, rows, .. } = &mut field.control else { return };
    let Some(answer) = &asking.answer else { return };
    for column in columns.iter_mut() {
        column.fixed = !asking.is_typed(&FieldId::from(column.id.as_str()));
    }
    let at = |id: &FieldId| columns.iter().position(|column| column.id == id.as_str());
    let own = rows_of(facts, &asking.child);
    let mut filled = Vec::new();
    for (place, row) in own.iter().enumerate() {
        let name = text(row, &asking.name);
        // What was typed before a refusal comes back at the row of the same place.
        let typed = rows.get(place).cloned().unwrap_or_default();
        let mut texts: Vec<String> = columns
            .iter()
            .map(|column| row.find(column.id.as_str()).map(|value| as_typed(value).join(" ")).unwrap_or_default())
            .collect();
        let mut put = |id: &FieldId, words: &str| {
            if let Some(at) = at(id) {
                texts[at] = words.to_owned();
            }
        };
        let held = known.get(place).filter(|(of, _)| *of == name).and_then(|(_, held)| held.as_ref());
        put(&asking.source, held.map_or("", |it| &it.source));
        put(&asking.repeat, if held.is_some() { "是" } else { "" });
        put(&answer.held, held.map_or("", |it| &it.words));
        put(&answer.as_of, &held.map(|it| it.as_of.to_string()).unwrap_or_default());
        put(&answer.origin, if held.is_some() { "打开" } else { "" });
        for id in [&answer.value, &answer.because] {
            let before = at(id).and_then(|at| typed.texts.get(at)).filter(|_| is_again);
            if let Some(before) = before {
                put(id, before);
            }
        }
        if let (Some(at), Some(held)) = (at(&answer.value), held)
            && !is_again
            && texts[at].is_empty()
        {
            texts[at].clone_from(&held.words);
        }
        let door = held.map(|it| it.origin.clone()).zip(at(&answer.origin)).map(|(origin, at)| (at, origin));
        filled.push(FormRow { texts, door, ..typed });
    }
    *rows = filled;
}
