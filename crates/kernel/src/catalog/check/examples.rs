//! What do the worked examples say? Whole records and figures' records, their values typed by field.
//!
//! Never walks an example: `kernel::example` does.

use jiff::civil::Date;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::catalog::raw::{Plain, Raw, Written};
use crate::catalog::{Child, Example, ExampleStep, Field, FieldType, Vocabulary};
use crate::ids::{FieldId, FileId};
use crate::value::{Facts, Month, Value};

pub(super) fn examples(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    fields: &Fields,
    vocabulary: &Vocabulary,
) -> Vec<Example> {
    let mut examples = Vec::new();
    for raw in matter.inside("example") {
        let mut steps: Vec<ExampleStep> = Vec::new();
        for line in raw.inside("example.step") {
            let Some(step) = step(desk, line, names, fields, vocabulary) else { continue };
            if steps.last().is_some_and(|before| before.on > step.on) {
                desk.tell(line.prop_span("on"), "日期比上一步还早");
            }
            steps.push(step);
        }
        if let Some(ends) = desk.one_prop(raw, "ends", "状态", &names.states) {
            examples.push(Example { name: raw.arg(0).to_owned(), steps, ends: ends.into() });
        }
    }
    examples
}

fn step(
    desk: &mut Desk<'_>,
    raw: &Raw,
    names: &Names,
    fields: &Fields,
    vocabulary: &Vocabulary,
) -> Option<ExampleStep> {
    // enforces: example.step
    let step = raw.args.first().and_then(|it| desk.one(it, "步骤", &names.steps));
    let mut facts = Facts::default();
    for fact in raw.inside("example.fact") {
        if let Some(child) = fields.children.iter().find(|it| it.id == *fact.name) {
            row(desk, fact, child, &mut facts, vocabulary);
            continue;
        }
        for (_, written) in &fact.props {
            desk.tell(written.span.clone(), format!("{} 不是子表，不能写“栏目=值”", fact.name));
        }
        let first = fact.args.first().filter(|it| it.value != Plain::Text(String::new()));
        let (Some(written), 1) = (first, fact.args.len()) else {
            if fact.args.len() > 1 {
                desk.tell(fact.span.clone(), format!("{} 只能写一个值", fact.name));
            }
            continue;
        };
        let located = Written { value: written.value.clone(), span: written.span.clone(), inner: written.inner };
        match field_value(desk, &fact.name, &located, &fields.fields, vocabulary) {
            Some((id, _)) if facts.find(id.as_str()).is_some() => {
                desk.tell(fact.span.clone(), format!("{id} 写了两次"))
            }
            Some((id, value)) => facts.put(&id, Some(value)),
            None => {}
        }
    }
    // enforces: example.step.on
    // enforces: example.step.refused
    let on: Date = raw.prop("on")?.text().parse().ok()?;
    Some(ExampleStep { step: step?.into(), on, facts, refused: raw.says("refused") })
}

/// The rows of a record of a figure's example.
// enforces: example.row.*
pub(super) fn rows(desk: &mut Desk<'_>, record: &Raw, fields: &Fields, facts: &mut Facts, vocabulary: &Vocabulary) {
    for fact in record.inside("example.row") {
        match fields.children.iter().find(|it| it.id == *fact.name) {
            Some(child) => row(desk, fact, child, facts, vocabulary),
            None => {
                let known: Vec<String> = fields.children.iter().map(|it| it.id.to_string()).collect();
                desk.unknown(fact.span.clone(), "子表", &fact.name, &known);
            }
        }
    }
}

/// A row of a child table is written once a row: `milestone content="…"`.
// enforces: example.fact.*
fn row(desk: &mut Desk<'_>, fact: &Raw, child: &Child, facts: &mut Facts, vocabulary: &Vocabulary) {
    for written in &fact.args {
        desk.tell(written.span.clone(), format!("{} 是子表，要写成“栏目=值”", fact.name));
    }
    let mut row = Facts::default();
    for (name, written) in &fact.props {
        if let Some((id, value)) = field_value(desk, name, written, &child.fields, vocabulary) {
            row.put(&id, Some(value));
        }
    }
    let mut rows = match facts.find(child.id.as_str()) {
        Some(Value::Rows(rows)) => rows.clone(),
        _ => Vec::new(),
    };
    rows.push(row);
    facts.put(&child.id, Some(Value::Rows(rows)));
}

/// The value of a field as an example writes it.
// enforces: example.fact
// enforces: example.record.*
pub(super) fn field_value(
    desk: &mut Desk<'_>,
    name: &str,
    written: &Written,
    fields: &[Field],
    vocabulary: &Vocabulary,
) -> Option<(FieldId, Value)> {
    let Some(field) = fields.iter().find(|it| it.id == *name) else {
        let known: Vec<String> = fields.iter().map(|it| it.id.to_string()).collect();
        if !desk.broken.iter().any(|it| it == name) {
            desk.unknown(written.span.clone(), "栏目", name, &known);
        }
        return None;
    };
    match value(&field.of, written, vocabulary) {
        Ok(value) => Some((field.id.clone(), value)),
        Err(wanted) => {
            desk.tell(written.span.clone(), format!("“{}”的值要写成{wanted}", field.name));
            None
        }
    }
}

fn value(of: &FieldType, written: &Written, vocabulary: &Vocabulary) -> Result<Value, String> {
    let text = written.text().trim();
    let shape = |wanted: &str| wanted.to_owned();
    match (of, &written.value) {
        (FieldType::YesNo, Plain::YesNo(yes)) => return Ok(Value::YesNo(*yes)),
        (FieldType::YesNo, _) => return Err(shape("#true 或 #false")),
        (FieldType::Whole { .. }, Plain::Whole(number)) => return Ok(Value::Whole(*number)),
        (_, Plain::Text(_)) => {}
        _ => return Err(shape("引号里的文字")),
    }
    let decimal = |text: &str| text.parse::<Decimal>().ok();
    Ok(match of {
        FieldType::Text { max } | FieldType::LongText { max } if text.chars().count() > *max => {
            return Err(format!("不超过{max}字的文字"));
        }
        FieldType::Text { .. } | FieldType::LongText { .. } => Value::Text(text.to_owned()),
        FieldType::Whole { .. } => Value::Whole(text.parse().map_err(|_| shape("整数"))?),
        FieldType::Decimal { .. } => Value::Decimal(decimal(text).ok_or_else(|| shape("小数，例如“3.5”"))?),
        FieldType::Money => Value::Money(cents(text).ok_or_else(|| shape("金额，例如“1234.50元”"))?),
        FieldType::Percent => {
            let number = text
                .strip_suffix('%')
                .and_then(decimal)
                .filter(|it| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(it));
            Value::Decimal(number.ok_or_else(|| shape("0%到100%，例如“65%”"))?)
        }
        FieldType::Day => Value::Day(text.parse().map_err(|_| shape("日期，例如“2026-03-05”"))?),
        FieldType::Month => Value::Month(Month::parse(text).ok_or_else(|| shape("月份，例如“2026-03”"))?),
        FieldType::Moment => Value::Moment(minute(text).ok_or_else(|| shape("时刻，例如“2026-03-05 09:30”"))?),
        FieldType::Choice { list } => choice(list.as_str(), text, vocabulary)?,
        FieldType::Files => Value::Files(text.split('、').map(|it| file(it.trim())).collect()),
        FieldType::Computed { .. } => return Err(shape("空的：它是算出来的")),
        // Who and what the ids are is only known at a site, so examples tell them apart by their names.
        FieldType::Unit => Value::Unit(by_name(text).into()),
        FieldType::Units => Value::Units(text.split('、').map(|it| by_name(it.trim()).into()).collect()),
        FieldType::Person => Value::Person(by_name(text).into()),
        FieldType::People => Value::People(text.split('、').map(|it| by_name(it.trim()).into()).collect()),
        FieldType::Record { .. } => Value::Record(by_name(text).into()),
        FieldType::YesNo => return Err(shape("#true 或 #false")),
    })
}

fn choice(list: &str, text: &str, vocabulary: &Vocabulary) -> Result<Value, String> {
    let items = vocabulary.list(list).map(|it| it.items.as_slice()).unwrap_or_default();
    match items.iter().find(|it| &*it.id == text) {
        Some(item) => Ok(Value::Choice(item.id.to_string())),
        None => Err(format!("选项的代号：{}", items.iter().map(|it| &*it.id).collect::<Vec<_>>().join("、"))),
    }
}

/// 元 or 万元 as 分, exactly.
fn cents(text: &str) -> Option<i64> {
    let (number, factor) = match text.strip_suffix("万元") {
        Some(number) => (number, 1_000_000),
        None => (text.strip_suffix('元').unwrap_or(text), 100),
    };
    let cents = number.trim().replace(',', "").parse::<Decimal>().ok()?.checked_mul(Decimal::from(factor))?;
    if cents.fract().is_zero() { i64::try_from(cents.trunc()).ok() } else { None }
}

/// A minute in China, which keeps UTC+8 all year, in milliseconds.
fn minute(text: &str) -> Option<i64> {
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let moment = jiff::tz::Offset::UTC.to_timestamp(local).ok()?;
    moment.as_millisecond().checked_sub(8 * 3_600_000)
}

/// The same id for the same file name, always.
fn file(name: &str) -> FileId {
    FileId(by_name(name))
}

/// A stable id made of a name: the first half of its SM3.
fn by_name(name: &str) -> Uuid {
    let digest = super::sm3(&[name]);
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}
