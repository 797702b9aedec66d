//! How do facts travel? As JSON in the database and the API, as text in forms.
//!
//! Reading is strict and speaks: what does not fit a field is a refusal at that field.
//! Never guesses: workbooks with their loose habits are read by `texts`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::catalog::{Child, Field, FieldType, List, Mechanism, Vocabulary};
use crate::identity::Wrong;
use crate::ids::FieldId;
use crate::refusal::{Refusal, Spot};
use crate::secrecy;
use crate::value::{Facts, Month, Value};

/// The most rows that a child table holds.
pub const MOST_ROWS: usize = 500;
/// The most entries of a field that holds several (units, people, files).
pub const MOST_ENTRIES: usize = 200;

/// Writes facts as JSON: an object of field → value, absent fields left out.
pub fn to_json(facts: &Facts) -> Json {
    Json::Object(facts.0.iter().map(|(field, value)| (field.to_string(), value_to_json(value))).collect())
}

/// Writes one value as JSON.
pub fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Text(text) | Value::Choice(text) => json!(text),
        Value::Whole(number) | Value::Money(number) | Value::Moment(number) => json!(number),
        Value::Decimal(number) => json!(number.normalize().to_string()),
        Value::Day(day) => json!(day.to_string()),
        Value::Month(month) => json!(month.to_string()),
        Value::YesNo(yes) => json!(yes),
        Value::Unit(id) => json!(id.to_string()),
        Value::Person(id) => json!(id.to_string()),
        Value::Record(id) => json!(id.to_string()),
        Value::Units(ids) => ids.iter().map(|id| json!(id.to_string())).collect(),
        Value::People(ids) => ids.iter().map(|id| json!(id.to_string())).collect(),
        Value::Files(ids) => ids.iter().map(|id| json!(id.to_string())).collect(),
        Value::Rows(rows) => rows.iter().map(to_json).collect(),
    }
}

/// Reads facts back from the JSON that [`to_json`] wrote, by the fields of the mechanism.
/// What no longer fits (a field that a newer definition dropped) is left out.
pub fn from_json(mechanism: &Mechanism, json: &Json) -> Facts {
    let mut facts = Facts::default();
    let Some(object) = json.as_object() else { return facts };
    for field in &mechanism.fields {
        if let Some(value) = object.get(field.id.as_str()).and_then(|json| value_from_json(&field.of, json)) {
            facts.put(&field.id, Some(value));
        }
    }
    for child in &mechanism.children {
        facts.put(&child.id, object.get(child.id.as_str()).and_then(|json| rows_from_json(child, json)));
    }
    facts
}

/// The same from the text of that JSON, which is how records are kept: nothing is made of it in between, for millions
/// of names in lists are read so.
///
/// # Errors
/// If it is no JSON object.
pub fn from_text(mechanism: &Mechanism, text: &str) -> Result<Facts, serde_json::Error> {
    let object: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
    let mut facts = Facts::default();
    for field in &mechanism.fields {
        if let Some(value) = object.get(field.id.as_str()).and_then(|text| value_from_text(&field.of, text.get())) {
            facts.put(&field.id, Some(value));
        }
    }
    for child in &mechanism.children {
        let rows = object.get(child.id.as_str()).and_then(|text| serde_json::from_str(text.get()).ok());
        facts.put(&child.id, rows.and_then(|rows| rows_from_json(child, &rows)));
    }
    Ok(facts)
}

fn value_from_text(of: &FieldType, text: &str) -> Option<Value> {
    Some(match of {
        FieldType::Units => Value::Units(serde_json::from_str(text).ok()?),
        FieldType::People => Value::People(serde_json::from_str(text).ok()?),
        FieldType::Files => Value::Files(serde_json::from_str(text).ok()?),
        _ => return value_from_json(of, &serde_json::from_str(text).ok()?),
    })
}

fn rows_from_json(child: &Child, json: &Json) -> Option<Value> {
    let rows: Vec<Facts> = json.as_array()?.iter().map(|row| row_from_json(child, row)).collect();
    (!rows.is_empty()).then_some(Value::Rows(rows))
}

fn row_from_json(child: &Child, json: &Json) -> Facts {
    let mut row = Facts::default();
    for field in &child.fields {
        row.put(&field.id, json.get(field.id.as_str()).and_then(|json| value_from_json(&field.of, json)));
    }
    row
}

/// Reads one value of a field's type from JSON; `None` if it does not fit.
pub fn value_from_json(of: &FieldType, json: &Json) -> Option<Value> {
    let ids = |json: &Json| -> Option<Vec<uuid::Uuid>> {
        json.as_array()?.iter().map(|id| uuid::Uuid::try_parse(id.as_str()?).ok()).collect()
    };
    let id = |json: &Json| uuid::Uuid::try_parse(json.as_str()?).ok();
    Some(match of {
        FieldType::Text { .. } | FieldType::LongText { .. } => Value::Text(json.as_str()?.to_owned()),
        FieldType::Choice { .. } => Value::Choice(json.as_str()?.to_owned()),
        FieldType::Whole { .. } => Value::Whole(json.as_i64()?),
        FieldType::Money => Value::Money(json.as_i64()?),
        FieldType::Moment => Value::Moment(json.as_i64()?),
        FieldType::Decimal { .. } | FieldType::Percent => Value::Decimal(json.as_str()?.parse().ok()?),
        FieldType::Day => Value::Day(json.as_str()?.parse().ok()?),
        FieldType::Month => Value::Month(Month::parse(json.as_str()?)?),
        FieldType::YesNo => Value::YesNo(json.as_bool()?),
        FieldType::Unit => Value::Unit(id(json)?.into()),
        FieldType::Person => Value::Person(id(json)?.into()),
        FieldType::Record { .. } => Value::Record(id(json)?.into()),
        FieldType::Units => Value::Units(ids(json)?.into_iter().map(Into::into).collect()),
        FieldType::People => Value::People(ids(json)?.into_iter().map(Into::into).collect()),
        FieldType::Files => Value::Files(ids(json)?.into_iter().map(Into::into).collect()),
        FieldType::Computed { .. } => return None,
    })
}

/// Fields and what was read for them; an absent value empties the field.
pub type Read = Vec<(FieldId, Option<Value>)>;

/// The texts of one row of a child table.
pub type TypedRow = Vec<(FieldId, String)>;

/// What a form sent for some fields: one text a field (several for lists), rows for child tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    /// Field → the texts sent under its name.
    pub fields: Vec<(FieldId, Vec<String>)>,
    /// Child → rows → (field, text).
    pub rows: Vec<(FieldId, Vec<TypedRow>)>,
    /// What was refused on the way here, such as a file that is too large.
    pub faults: Vec<Refusal>,
}

impl Typed {
    /// One text for a field.
    pub fn put(&mut self, field: &str, text: impl Into<String>) {
        self.fields.push((FieldId::from(field), vec![text.into()]));
    }

    /// The first text sent for a field.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(id, _)| *id == *field)?.1.first().map(String::as_str)
    }
}

/// Reads what was typed for the fields that a step takes: what could be read, and every fault beside it.
/// Fields that were not sent stay as they are; a field sent empty becomes absent.
pub fn read(mechanism: &Mechanism, vocabulary: &Vocabulary, taken: &[FieldId], typed: &Typed) -> (Read, Vec<Refusal>) {
    let (mut values, mut refusals) = (Vec::new(), typed.faults.clone());
    for (id, texts) in &typed.fields {
        if !taken.contains(id) {
            continue;
        }
        let Some(field) = mechanism.field(id.as_str()) else { continue };
        match read_field(field, vocabulary, texts) {
            Ok(value) => values.push((id.clone(), value)),
            Err(refusal) => refusals.push(refusal.at(Spot::Field(id.clone()))),
        }
    }
    for (id, rows) in &typed.rows {
        let Some(child) = mechanism.child(id.as_str()).filter(|_| taken.contains(id)) else { continue };
        match read_rows(child, vocabulary, rows) {
            Ok(rows) => values.push((id.clone(), (!rows.is_empty()).then_some(Value::Rows(rows)))),
            Err(mut faults) => refusals.append(&mut faults),
        }
    }
    (values, refusals)
}

fn read_rows(
    child: &Child,
    vocabulary: &Vocabulary,
    rows: &[Vec<(FieldId, String)>],
) -> Result<Vec<Facts>, Vec<Refusal>> {
    let (mut read, mut refusals) = (Vec::new(), Vec::new());
    if rows.len() > MOST_ROWS {
        return Err(vec![Refusal::new("field.too_many_rows").with("field", &child.name).with("most", MOST_ROWS)]);
    }
    for (at, typed) in rows.iter().enumerate() {
        if typed.iter().all(|(_, text)| text.trim().is_empty()) {
            continue;
        }
        let mut row = Facts::default();
        for field in &child.fields {
            let texts: Vec<String> =
                typed.iter().filter(|(id, _)| *id == field.id).map(|(_, text)| text.clone()).collect();
            let spot = || Spot::Row(child.id.clone(), at, field.id.clone());
            match read_field(field, vocabulary, &texts) {
                // enforces: child.field.required
                Ok(None) if field.required => {
                    refusals.push(Refusal::new("field.missing").with("field", &field.name).at(spot()));
                }
                Ok(value) => row.put(&field.id, value),
                Err(refusal) => refusals.push(refusal.at(spot())),
            }
        }
        read.push(row);
    }
    if refusals.is_empty() { Ok(read) } else { Err(refusals) }
}

/// Reads the texts of one field.
pub fn read_field(field: &Field, vocabulary: &Vocabulary, texts: &[String]) -> Result<Option<Value>, Refusal> {
    let filled: Vec<String> = texts.iter().map(|text| clean(text, &field.of)).filter(|text| !text.is_empty()).collect();
    if filled.is_empty() {
        return Ok(None);
    }
    if filled.len() > MOST_ENTRIES {
        return Err(refuse(field, "field.too_many_entries").with("most", MOST_ENTRIES));
    }
    let first = filled[0].as_str();
    let value = match &field.of {
        FieldType::Text { max } | FieldType::LongText { max } => text(field, first, *max)?,
        FieldType::Whole { min, max, .. } => whole(field, first, *min, *max)?,
        FieldType::Decimal { places, .. } => Value::Decimal(decimal(field, first, *places)?),
        FieldType::Money => money(field, first)?,
        FieldType::Percent => percent(field, first)?,
        FieldType::Day => Value::Day(day(field, first)?),
        FieldType::Month => Value::Month(Month::parse(first).ok_or_else(|| refuse(field, "field.not_a_month"))?),
        FieldType::Moment => moment(field, first)?,
        FieldType::YesNo => yes_no(field, first)?,
        FieldType::Choice { list } => choice(field, vocabulary.list(list.as_str()), first)?,
        FieldType::Unit => Value::Unit(one_id(field, first)?.into()),
        FieldType::Person => Value::Person(one_id(field, first)?.into()),
        FieldType::Record { .. } => Value::Record(one_id(field, first)?.into()),
        FieldType::Units => Value::Units(many_ids(field, &filled)?),
        FieldType::People => Value::People(many_ids(field, &filled)?),
        FieldType::Files => Value::Files(many_ids(field, &filled)?),
        FieldType::Computed { .. } => return Err(refuse(field, "field.computed")),
    };
    Ok(Some(value))
}

/// Trims, and drops control characters. In long text line ends stay, each as one `\n` whichever machine wrote it.
fn clean(text: &str, of: &FieldType) -> String {
    let long = matches!(of, FieldType::LongText { .. });
    let kept: String = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n")
        .chars()
        .filter_map(|c| match c {
            '\n' if long => Some('\n'),
            '\n' | '\t' => Some(' '),
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect();
    kept.trim_matches(|c: char| c.is_whitespace() || c == '\u{3000}').to_owned()
}

fn refuse(field: &Field, code: &'static str) -> Refusal {
    Refusal::new(code).with("field", &field.name)
}

// enforces: field.max
fn text(field: &Field, text: &str, max: usize) -> Result<Value, Refusal> {
    let length = text.chars().count();
    if length > max {
        return Err(refuse(field, "field.too_long").with("most", max).with("length", length));
    }
    if let Some(mark) = secrecy::mark(text) {
        return Err(refuse(field, "field.secret").with("mark", mark));
    }
    // enforces: field.form
    match field.form.map(|form| form.read(text)) {
        None => Ok(Value::Text(text.to_owned())),
        Some(Ok(number)) => Ok(Value::Text(number)),
        Some(Err(wrong)) => Err(refuse(field, wrong_number(wrong))),
    }
}

/// The code of the refusal of a number that is written wrong.
pub fn wrong_number(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::Length => "field.number_length",
        Wrong::Sign => "field.number_sign",
        Wrong::Birthday => "field.number_birthday",
        Wrong::Check => "field.number_check",
    }
}

// enforces: field.min
fn whole(field: &Field, text: &str, min: Option<i64>, max: Option<i64>) -> Result<Value, Refusal> {
    let number: i64 = ascii(text).replace(',', "").parse().map_err(|_| refuse(field, "field.not_whole"))?;
    match (min, max) {
        (Some(min), _) if number < min => Err(refuse(field, "field.too_small").with("least", min)),
        (_, Some(max)) if number > max => Err(refuse(field, "field.too_large").with("most", max)),
        _ => Ok(Value::Whole(number)),
    }
}

// enforces: field.places
fn decimal(field: &Field, text: &str, places: u32) -> Result<Decimal, Refusal> {
    let number: Decimal = ascii(text).replace(',', "").parse().map_err(|_| refuse(field, "field.not_a_number"))?;
    if number.normalize().scale() > places {
        return Err(refuse(field, "field.too_many_places").with("places", places));
    }
    if number.abs() >= Decimal::from(1_000_000_000_000_i64) {
        return Err(refuse(field, "field.too_large").with("most", "一万亿"));
    }
    Ok(number.normalize())
}

fn money(field: &Field, text: &str) -> Result<Value, Refusal> {
    let text = ascii(text);
    let (number, factor) = match (text.strip_suffix("万元"), text.strip_suffix('元')) {
        (Some(number), _) => (number, 1_000_000),
        (None, Some(number)) => (number, 100),
        (None, None) => (text.as_str(), 100),
    };
    let places = if factor == 100 { 2 } else { 6 };
    let fen = decimal(field, number.trim(), places)?.checked_mul(Decimal::from(factor));
    let fen = fen.and_then(|fen| i64::try_from(fen).ok()).ok_or_else(|| refuse(field, "field.not_a_number"))?;
    Ok(Value::Money(fen))
}

fn percent(field: &Field, text: &str) -> Result<Value, Refusal> {
    let text = ascii(text);
    let number = decimal(field, text.trim_end_matches('%').trim(), 2)?;
    if number < Decimal::ZERO || number > Decimal::ONE_HUNDRED {
        return Err(refuse(field, "field.not_a_percent"));
    }
    Ok(Value::Decimal(number))
}

fn day(field: &Field, text: &str) -> Result<Date, Refusal> {
    let text = ascii(text).replace(['年', '月', '/', '.'], "-").replace('日', "");
    let mut parts = text.split('-').map(str::trim);
    let mut part = || parts.next().and_then(|part| part.parse::<i16>().ok());
    let (Some(year), Some(month), Some(day)) = (part(), part(), part()) else {
        return Err(refuse(field, "field.not_a_day"));
    };
    let exists = Date::new(year, i8::try_from(month).unwrap_or(0), i8::try_from(day).unwrap_or(0)).ok();
    exists.filter(|_| (1900..=2200).contains(&year)).ok_or_else(|| refuse(field, "field.no_such_day"))
}

fn moment(field: &Field, text: &str) -> Result<Value, Refusal> {
    let text = ascii(text).replace('T', " ");
    let (on, at) = text.split_once(' ').ok_or_else(|| refuse(field, "field.not_a_moment"))?;
    let on = day(field, on)?;
    let mut parts = at.trim().split(':').map(|part| part.parse::<i64>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(hour @ 0..=23), Some(minute @ 0..=59)) => {
            let days = i64::from((on - Date::constant(1970, 1, 1)).get_days());
            // Moments are typed and shown in China's time, eight hours ahead of UTC, without summer time.
            Ok(Value::Moment(((days * 24 + hour - 8) * 60 + minute) * 60_000))
        }
        _ => Err(refuse(field, "field.not_a_moment")),
    }
}

fn yes_no(field: &Field, text: &str) -> Result<Value, Refusal> {
    match text {
        "是" | "true" | "on" | "1" | "yes" => Ok(Value::YesNo(true)),
        "否" | "false" | "0" | "no" => Ok(Value::YesNo(false)),
        _ => Err(refuse(field, "field.not_yes_no")),
    }
}

// enforces: field.list
fn choice(field: &Field, list: Option<&List>, text: &str) -> Result<Value, Refusal> {
    let found = list.and_then(|list| {
        list.items.iter().find(|item| &*item.id == text).or_else(|| list.items.iter().find(|item| &*item.name == text))
    });
    match found {
        Some(item) => Ok(Value::Choice(item.id.to_string())),
        None => Err(refuse(field, "field.no_such_choice").with("value", shorten(text))),
    }
}

fn one_id(field: &Field, text: &str) -> Result<uuid::Uuid, Refusal> {
    uuid::Uuid::try_parse(text).map_err(|_| refuse(field, "field.not_chosen").with("value", shorten(text)))
}

fn many_ids<T: From<uuid::Uuid> + PartialEq>(field: &Field, texts: &[String]) -> Result<Vec<T>, Refusal> {
    let mut ids: Vec<T> = Vec::with_capacity(texts.len());
    for text in texts {
        let id = T::from(one_id(field, text)?);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Full-width digits and signs as half-width ones.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The first 40 characters: enough to recognise what was typed.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The JSON object of facts, also for a map that was read from elsewhere.
pub fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
