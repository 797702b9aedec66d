//! What does the person read? Sentences of the messages file with their holes filled, and values as words.
//!
//! Never a rule: a sentence says what was decided elsewhere.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::authority::fields::{self, Access};
use kernel::catalog::{Child, Field, FieldType, Mask, Mechanism, Vocabulary};
use kernel::ids::RecordId;
use kernel::record::{MERGED, UNDONE};
use kernel::refusal::{Refusal, Spot};
use kernel::value::{Facts, Value};
use rust_decimal::Decimal;

use crate::tree::Tree;

/// A refusal as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Where it belongs.
    pub at: Spot,
    /// What is so.
    pub says: String,
    /// By which rule.
    pub because: Option<String>,
    /// What to do next.
    pub next: Option<String>,
}

/// Puts a refusal into words.
pub fn say(vocabulary: &Vocabulary, refusal: &Refusal) -> Said {
    let message = vocabulary.messages.get(refusal.code);
    let fill = |text: &str| {
        refusal.params.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    };
    Said {
        at: refusal.at.clone(),
        says: message.map_or_else(|| refusal.code.to_owned(), |message| fill(&message.says)),
        because: refusal.because.clone(),
        next: message.and_then(|message| message.next.as_deref()).map(fill),
    }
}

/// The name of a state; that of a file that went into another, or of an import that was taken back, too.
pub fn state_name(mechanism: &Mechanism, id: &str) -> String {
    match id {
        UNDONE => "已撤销导入".to_owned(),
        MERGED => "已并入别的档案".to_owned(),
        id => mechanism.state(id).map_or_else(|| id.to_owned(), |state| state.name.clone()),
    }
}

/// What stands for a record that the reader does not see.
pub const UNSEEN: &str = "（你看不到的事项）";

/// What turns ids into names.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Units and people.
    pub tree: &'a Tree,
    /// Lists.
    pub vocabulary: &'a Vocabulary,
    /// What other records are called, where somebody has asked: those that are not among them are not theirs to see.
    pub records: Option<&'a HashMap<RecordId, String>>,
}

impl Names<'_> {
    /// A value as words, in prose: `2026年3月5日`.
    pub fn prose(&self, of: &FieldType, value: &Value) -> String {
        match value {
            Value::Day(day) => day_in_prose(*day),
            Value::Month(month) => format!("{}年{}月", month.year, month.month),
            _ => self.plain(of, value),
        }
    }

    /// A value as words, in a table: `2026-03-05`.
    pub fn plain(&self, of: &FieldType, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Whole(number) => with_measure(number.to_string(), of),
            Value::Decimal(number) if matches!(of, FieldType::Percent) => format!("{}%", number.normalize()),
            Value::Decimal(number) => with_measure(number.normalize().to_string(), of),
            Value::Money(fen) => format!("{}元", money(*fen)),
            Value::Day(day) => day.to_string(),
            Value::Month(month) => month.to_string(),
            Value::Moment(at) => moment(*at),
            Value::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Value::Choice(id) => self.choice(of, id),
            Value::Unit(id) => self.unit(*id),
            Value::Units(ids) => ids.iter().map(|id| self.unit(*id)).collect::<Vec<_>>().join("、"),
            Value::Person(id) => self.person(*id),
            Value::People(ids) => ids.iter().map(|id| self.person(*id)).collect::<Vec<_>>().join("、"),
            Value::Record(id) => self.record(*id),
            Value::Files(ids) => format!("{}个文件", ids.len()),
            Value::Rows(rows) => format!("{}行", rows.len()),
        }
    }

    fn choice(&self, of: &FieldType, id: &str) -> String {
        let list = match of {
            FieldType::Choice { list } => self.vocabulary.list(list.as_str()),
            _ => None,
        };
        list.and_then(|list| list.name_of(id)).unwrap_or(id).to_owned()
    }

    /// A unit's name.
    pub fn unit(&self, id: kernel::ids::UnitId) -> String {
        self.tree.unit(id).map_or_else(|| "（已不存在的单位）".to_owned(), |unit| unit.name.clone())
    }

    fn record(&self, id: RecordId) -> String {
        let called = self.records.map(|all| all.get(&id).map_or(UNSEEN, String::as_str).to_owned());
        self.post(id).or(called).unwrap_or_else(|| id.to_string())
    }

    /// A post with the short name of its unit: 组织人事局 局长; nothing if the record is no post.
    pub fn post(&self, id: kernel::ids::RecordId) -> Option<String> {
        let post = self.tree.post(id)?;
        let unit = self.tree.unit(post.unit).map_or("", |unit| unit.short_name.as_str());
        Some(format!("{unit} {}", post.name))
    }

    /// A person's name.
    pub fn person(&self, id: kernel::ids::PersonId) -> String {
        self.tree.person(id).map_or_else(|| "（已不存在的人员）".to_owned(), |person| person.name.clone())
    }

    /// A field's JSON value, as the journal keeps it, as words.
    pub fn of_json(&self, mechanism: &Mechanism, field: &str, json: &serde_json::Value) -> Option<String> {
        if json.is_null() {
            return None;
        }
        match mechanism.field(field) {
            Some(found) => {
                let value = kernel::facts::value_from_json(&found.of, json)?;
                Some(self.plain(&found.of, &value))
            }
            None => json.as_array().map(|rows| format!("{}行", rows.len())),
        }
    }

    /// What changed in the rows of a child table: those that went and those that came, each in words. Nothing on a side
    /// where none did.
    pub fn changed_rows(
        &self,
        mechanism: &Mechanism,
        child: &Child,
        (from, to): (&serde_json::Value, &serde_json::Value),
        access: impl Fn(&Field) -> Access,
    ) -> (Option<String>, Option<String>) {
        let rows = |json: &serde_json::Value| self.rows(mechanism, child, json, &access);
        let (was, is) = (rows(from), rows(to));
        let only = |one: &[String], other: &[String]| {
            let differing: Vec<&str> = one.iter().filter(|row| !other.contains(row)).map(String::as_str).collect();
            (!differing.is_empty()).then(|| differing.join("；"))
        };
        match (only(&was, &is), only(&is, &was)) {
            (None, None) => (None, Some(format!("{}行", is.len()))),
            both => both,
        }
    }

    fn rows(
        &self,
        mechanism: &Mechanism,
        child: &Child,
        json: &serde_json::Value,
        access: &impl Fn(&Field) -> Access,
    ) -> Vec<String> {
        let mut object = serde_json::Map::new();
        object.insert(child.id.to_string(), json.clone());
        let facts = kernel::facts::from_json(mechanism, &object.into());
        let Some(Value::Rows(rows)) = facts.find(child.id.as_str()) else { return Vec::new() };
        let cell = |row: &Facts, field: &Field| {
            let value = row.find(field.id.as_str())?;
            match access(field) {
                Access::Hidden => None,
                Access::Masked => Some(fields::masked(field.protection.mask.unwrap_or(Mask::All), value)),
                Access::Readable => Some(self.plain(&field.of, value)),
            }
        };
        let words =
            |row: &Facts| child.fields.iter().filter_map(|field| cell(row, field)).collect::<Vec<_>>().join(" ");
        rows.iter().map(words).collect()
    }
}

fn with_measure(number: String, of: &FieldType) -> String {
    match of {
        FieldType::Whole { measure: Some(measure), .. } | FieldType::Decimal { measure: Some(measure), .. } => {
            format!("{number}{measure}")
        }
        _ => number,
    }
}

/// `2026年3月5日`.
pub fn day_in_prose(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// 分 as 元 with two places and thousands.
pub fn money(fen: i64) -> String {
    kernel::value::grouped(&Decimal::new(fen, 2).to_string())
}

/// An instant in China's time, to the minute: `2026-03-05 09:32`.
pub fn moment(at_ms: i64) -> String {
    let minutes = at_ms.div_euclid(60_000) + 8 * 60;
    let day = Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().days(minutes.div_euclid(1440).clamp(-700_000, 2_900_000)));
    let rest = minutes.rem_euclid(1440);
    format!("{} {:02}:{:02}", day.unwrap_or(Date::constant(1970, 1, 1)), rest / 60, rest % 60)
}
