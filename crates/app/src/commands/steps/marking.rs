//! What of that which was typed is held already? It is marked with its source and its day.
//!
//! Whoever asks for something that is held is told where; whoever answers finds it there.
//! Never a hindrance by itself: what a repeat needs is said by the definition.

use std::collections::BTreeSet;

use kernel::catalog::{Child, FieldType, Mechanism};
use kernel::helps::Source;
use kernel::helps::asking::{self, Answer, Asking, plain};
use kernel::ids::{FieldId, UnitId};
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use kernel::value::{Facts, Value};
use store::Conn;
use store::register::{RegisterQuery, SortBy};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::as_typed;
use crate::queries::held::forms::{rows_of, text};
use crate::queries::held::{self, Held};
use crate::queries::register::called;
use crate::records;

/// So many requests under way are held against a new one.
const MOST_REQUESTS: u32 = 500;
/// So many places are told for one thing.
const MOST_TOLD: usize = 3;

/// The fields that a step fills in.
type Filled = Vec<(FieldId, Option<Value>)>;

/// Marks what is held already, in the fields and in the rows of what is asked.
pub(super) async fn mark(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    before: Option<&Record>,
    (filled, faults): (&mut Filled, &mut Vec<Refusal>),
) -> Result<(), Error> {
    let helps = &mechanism.helps;
    if helps.held.is_empty() && helps.asking.is_none() {
        return Ok(());
    }
    let unit = filled.iter().find_map(|(id, value)| match value {
        Some(Value::Unit(unit)) if *id == mechanism.unit => Some(*unit),
        _ => None,
    });
    let Some(unit) = unit.or(before.map(|record| record.unit)) else { return Ok(()) };
    fields(ctx, conn, mechanism, (unit, before), filled).await?;
    let Some(asking) = &helps.asking else { return Ok(()) };
    let Some(child) = mechanism.child(asking.child.as_str()) else { return Ok(()) };
    let Some(at) = filled.iter().position(|(id, _)| *id == asking.child) else { return Ok(()) };
    let typed = match filled[at].1.take() {
        Some(Value::Rows(rows)) => rows,
        _ => Vec::new(),
    };
    let rows = match &asking.answer {
        Some(answer) => {
            let rows = answered(asking, answer, before, typed, faults);
            of_unit(ctx, conn, (asking, answer, child), (unit, before), rows).await?
        }
        None => {
            let asked = units_asked(mechanism, asking, filled, before);
            of_request(ctx, conn, (mechanism, asking, child), (asked, before), typed).await?
        }
    };
    filled[at].1 = (!rows.is_empty()).then_some(Value::Rows(rows));
    Ok(())
}

/// Fields that say where another came from: a repeat where the same was typed, or what is held instead.
async fn fields(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    (unit, before): (UnitId, Option<&Record>),
    filled: &mut Filled,
) -> Result<(), Error> {
    let is_typed = |id: &FieldId| filled.iter().any(|(known, _)| known == id);
    let rules: Vec<_> = mechanism.helps.held.iter().filter(|it| it.mark.is_some() && is_typed(&it.field)).collect();
    if rules.is_empty() {
        return Ok(());
    }
    let wanted: Vec<Vec<Source>> = rules.iter().map(|it| vec![it.from.clone()]).collect();
    let found = held::held(ctx, conn, unit, &wanted, before.map(|record| record.id)).await?;
    for (rule, held) in rules.into_iter().zip(found) {
        let Some(mark) = &rule.mark else { continue };
        let value = filled.iter().find(|(id, _)| *id == rule.field).and_then(|(_, value)| value.clone());
        let said = held.zip(value).map(|(held, value)| words(&held, &value));
        let most = match mechanism.field(mark.as_str()).map(|field| &field.of) {
            Some(FieldType::Text { max }) => *max,
            _ => continue,
        };
        filled.push((mark.clone(), said.map(|it| Value::Text(it.chars().take(most).collect()))));
    }
    Ok(())
}

/// Where a value is held, and whether it was typed once more.
fn words(held: &Held, value: &Value) -> String {
    let same = as_typed(value) == held.typed || as_typed(value) == [held.words.clone()];
    let (source, as_of) = (&held.source, held.as_of);
    match same {
        true => format!("重复填报：{source}截至{as_of}已有"),
        false => format!("与已有的不同：{source}截至{as_of}是{}", held.words),
    }
}

fn cut(child: &Child, column: &FieldId, text: &str) -> Option<Value> {
    let of = child.fields.iter().find(|it| it.id == *column).map(|it| &it.of);
    let most = if let Some(FieldType::Text { max }) = of { *max } else { return None };
    (!text.is_empty()).then(|| Value::Text(text.chars().take(most).collect()))
}

/// The rows of an answer: what was asked stays, whatever was sent; the answer and why it differs are what was typed.
fn answered(
    asking: &Asking,
    answer: &Answer,
    before: Option<&Record>,
    mut typed: Vec<Facts>,
    faults: &mut Vec<Refusal>,
) -> Vec<Facts> {
    let own = before.map_or(&[][..], |record| rows_of(&record.facts, &asking.child));
    if own.is_empty() {
        return typed;
    }
    let mut rows = own.to_vec();
    for row in &mut rows {
        let name = text(row, &asking.name);
        let Some(at) = typed.iter().position(|it| text(it, &asking.name) == name) else { continue };
        let said = typed.remove(at);
        for column in [&answer.value, &answer.because] {
            row.put(column, said.find(column.as_str()).cloned());
        }
    }
    for row in typed {
        let refusal = Refusal::new("held.not_asked").with("name", text(&row, &asking.name));
        faults.push(refusal.at(Spot::Field(asking.child.clone())));
    }
    rows
}

/// The rows of an answer with what is held of the unit.
async fn of_unit(
    ctx: &Ctx,
    conn: &mut Conn,
    (asking, answer, child): (&Asking, &Answer, &Child),
    (unit, before): (UnitId, Option<&Record>),
    mut rows: Vec<Facts>,
) -> Result<Vec<Facts>, Error> {
    let names: Vec<String> = rows.iter().map(|row| text(row, &asking.name)).collect();
    let found = held::by_names(ctx, conn, unit, &names, before.map(|record| record.id)).await?;
    for (row, held) in rows.iter_mut().zip(found) {
        row.put(&asking.repeat, Some(Value::YesNo(held.is_some())));
        row.put(&asking.source, held.as_ref().and_then(|it| cut(child, &asking.source, &it.source)));
        row.put(&answer.held, held.as_ref().and_then(|it| cut(child, &answer.held, &it.words)));
        row.put(&answer.as_of, held.as_ref().map(|it| Value::Day(it.as_of)));
        row.put(&answer.origin, held.as_ref().and_then(|it| cut(child, &answer.origin, &it.origin.kept())));
    }
    Ok(rows)
}

/// The units that are asked: those for each of which the rows are going to be opened.
fn units_asked(mechanism: &Mechanism, asking: &Asking, filled: &Filled, before: Option<&Record>) -> Vec<UnitId> {
    let goes = |it: &&kernel::catalog::Opening| it.rows.iter().any(|(_, from)| *from == asking.child);
    let Some(each) = mechanism.openings.iter().find(goes).and_then(|it| it.each.as_ref()) else { return Vec::new() };
    let typed = filled.iter().find(|(id, _)| id == each).and_then(|(_, value)| value.as_ref());
    match typed.or_else(|| before.and_then(|record| record.facts.find(each.as_str()))) {
        Some(Value::Units(units)) => units.clone(),
        _ => Vec::new(),
    }
}

/// The rows of a request: where each thing is held, or by whom it is asked already.
async fn of_request(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, asking, child): (&Mechanism, &Asking, &Child),
    (units, before): (Vec<UnitId>, Option<&Record>),
    mut rows: Vec<Facts>,
) -> Result<Vec<Facts>, Error> {
    let names: Vec<String> = rows.iter().map(|row| text(row, &asking.name)).collect();
    let asked = asked_already(ctx, conn, mechanism, asking, before).await?;
    let shown = match units.first() {
        Some(unit) => held::by_names(ctx, conn, *unit, &names, None).await?,
        None => vec![None; names.len()],
    };
    for ((row, name), held) in rows.iter_mut().zip(&names).zip(shown) {
        let mut told: BTreeSet<String> = BTreeSet::new();
        told.extend(asking::holders(ctx.catalog(), name, MOST_TOLD).iter().filter_map(|place| place_words(ctx, place)));
        told.extend(asked.iter().filter(|(other, _)| *other == plain(name)).map(|(_, by)| by.clone()).take(MOST_TOLD));
        let mut said = told.into_iter().collect::<Vec<_>>().join("；");
        if let (Some(held), Some(unit)) = (held, units.first()) {
            let known = if said.is_empty() { held.source.clone() } else { said };
            said = format!("{known}。例如{}：{}，截至{}", ctx.names().unit(*unit), held.words, held.as_of);
        }
        row.put(&asking.repeat, Some(Value::YesNo(!said.is_empty())));
        row.put(&asking.source, cut(child, &asking.source, &said));
    }
    Ok(rows)
}

fn place_words(ctx: &Ctx, place: &Source) -> Option<String> {
    match place {
        Source::Field(of, id) => {
            let mechanism = ctx.catalog().mechanism(of.as_str())?;
            Some(format!("{}·{}", mechanism.name, mechanism.field(id.as_str())?.name))
        }
        Source::Figure(of, id) => {
            let mechanism = ctx.catalog().mechanism(of.as_str())?;
            Some(format!("{}·{}（指标）", mechanism.name, mechanism.figure(id)?.name))
        }
        Source::Answer(_) => None,
    }
}

/// What other requests under way ask for, as far as whoever asks sees them: the thing, and who asks for it.
async fn asked_already(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    asking: &Asking,
    before: Option<&Record>,
) -> Result<Vec<(String, String)>, Error> {
    let query = RegisterQuery {
        mechanism: Some(mechanism.id.clone()),
        open: Some(true),
        sight: ctx.sight(mechanism),
        sort: SortBy::Opened,
        descending: true,
        limit: MOST_REQUESTS,
        ..RegisterQuery::default()
    };
    if query.sight.is_blind() {
        return Ok(Vec::new());
    }
    let rows = store::register::page(conn, &query).await?.records;
    let rows = records::seen(ctx, conn, rows).await?;
    let draft = mechanism.start().to.as_ref();
    let others = rows.into_iter().filter(|row| Some(row.id) != before.map(|it| it.id) && Some(&row.state) != draft);
    let found = records::as_listed(ctx, conn, others.collect()).await?;
    let mut asked = Vec::new();
    for it in &found {
        for row in rows_of(&it.record.facts, &asking.child) {
            asked.push((plain(&text(row, &asking.name)), format!("“{}”已经在要", called(&it.record))));
        }
    }
    Ok(asked)
}
