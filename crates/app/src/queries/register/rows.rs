//! What stands in a row? Cells by column, the light that matters now, who must act.
//!
//! Never a value that the reader's row does not hold.

use std::collections::HashMap;

use kernel::catalog::{Column, FieldType, Mechanism};
use kernel::deadlines::{self, Clock, LightKind};
use kernel::ids::RecordId;
use kernel::record::Record;
use kernel::value::Value;
use store::Conn;

use super::{Cell, RegisterRow};
use crate::commands::moves::in_hand;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::records::{self, Found};
use crate::words::UNSEEN;

/// Is it shown right-aligned?
pub fn is_number(of: &FieldType) -> bool {
    matches!(of, FieldType::Whole { .. } | FieldType::Decimal { .. } | FieldType::Money | FieldType::Percent)
}

/// Records that rows point to, as far as this person may see them: number and title.
pub type Linked = HashMap<RecordId, String>;

/// What the record fields of some rows point to, in one question.
pub async fn linked(ctx: &Ctx, conn: &mut Conn, shown_by: &Mechanism, found: &[Found]) -> Result<Linked, Error> {
    let fields = shown_by.fields.iter().filter(|field| matches!(field.of, FieldType::Record { .. }));
    let mut ids: Vec<RecordId> = Vec::new();
    for field in fields {
        ids.extend(found.iter().filter_map(|it| match it.record.facts.find(field.id.as_str()) {
            Some(Value::Record(id)) => Some(*id),
            _ => None,
        }));
    }
    ids.sort();
    ids.dedup();
    let seen = records::listed_of(ctx, conn, &ids).await?;
    Ok(seen.into_iter().map(|it| (it.record.id, called(&it.record))).collect())
}

/// A record by its number and its title.
pub fn called(record: &Record) -> String {
    match &record.number {
        Some(number) => format!("{number} {}", record.title),
        None => record.title.clone(),
    }
}

pub(super) fn row(ctx: &Ctx, shown_by: &Mechanism, found: &Found, linked: &Linked) -> RegisterRow {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let cells = shown_by.list.columns.iter().map(|column| match column {
        Column::Number => Cell::Text(record.number.clone().unwrap_or_default()),
        Column::State => {
            Cell::State(mechanism.state(record.state.as_str()).map_or_else(String::new, |it| it.name.clone()))
        }
        Column::Light => Cell::Light(light(ctx, found)),
        Column::Due => Cell::Text(record.due_on(mechanism).map(|day| day.to_string()).unwrap_or_default()),
        Column::Holder => Cell::Text(holder_words(ctx, found)),
        Column::Field(id) => field_cell(ctx, found, id.as_str(), linked),
    });
    RegisterRow { id: record.id, title: record.title.clone(), cells: cells.collect() }
}

fn field_cell(ctx: &Ctx, found: &Found, id: &str, linked: &Linked) -> Cell {
    let (record, mechanism) = (&found.record, &found.mechanism);
    if *id == *mechanism.title.as_str() {
        return Cell::Title(record.title.clone());
    }
    let Some(field) = mechanism.field(id) else { return Cell::Text(String::new()) };
    if let Some(Value::Record(other)) = value_of(ctx, found, id) {
        return match linked.get(&other) {
            Some(words) => Cell::Record(other, words.clone()),
            None => Cell::Text(UNSEEN.to_owned()),
        };
    }
    let words = found.words_of(ctx, field).unwrap_or_default();
    if is_number(&field.of) { Cell::Number(words) } else { Cell::Text(words) }
}

/// A field's value, computed ones too.
pub fn value_of(ctx: &Ctx, found: &Found, id: &str) -> Option<Value> {
    if found.hidden.contains(id) || found.masked.contains_key(id) {
        return None;
    }
    let view = kernel::record::View {
        mechanism: &found.mechanism,
        record: &found.record,
        today: ctx.today,
        calendar: ctx.calendar(),
        period: None,
    };
    kernel::formula::Env::value(&view, &kernel::formula::Slot::Field(id.into()))
}

/// The light that matters now: the deadline of the state at hand if one runs, else the main one.
pub fn light(ctx: &Ctx, found: &Found) -> Option<Light> {
    light_on(ctx.clock(), found)
}

fn light_on(clock: Clock<'_>, found: &Found) -> Option<Light> {
    let (record, mechanism) = (&found.record, &found.mechanism);
    if !record.is_open() {
        let main = mechanism.main_deadline().and_then(|main| record.running(main.id.as_str()));
        let words = match main.and_then(|main| main.outcome) {
            Some(kernel::record::Outcome::Met) => "按时办结",
            Some(kernel::record::Outcome::Late) => "逾期办结",
            _ => return None,
        };
        return Some(Light { kind: LightKind::Grey, words: words.to_owned() });
    }
    let running = record.deadlines.iter().filter(|it| it.is_open()).min_by_key(|it| it.due_on)?;
    let deadline = mechanism.deadline(running.id.as_str())?;
    let (kind, words) = deadlines::light_of(clock, deadline, running);
    let words = if deadline.main { words } else { format!("{}：{words}", deadline.name) };
    Some(Light { kind, words })
}

/// Who must act: the people who hold the role nearest to the unit, or the role's name.
pub fn holder_words(ctx: &Ctx, found: &Found) -> String {
    let Some(role) = &found.record.holder else { return String::new() };
    let people: Vec<String> = in_hand(ctx, found).into_iter().map(|id| ctx.names().person(id)).collect();
    match people.as_slice() {
        [] => format!("{}（空缺）", ctx.vocabulary().role(role.as_str()).map_or("", |role| role.name.as_str())),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first}等{}人", rest.len() + 1),
    }
}
