//! What can stand in a field? The values of records, how they are written as JSON, typed by people and shown to people.
//!
//! An empty field is an absent value: there is no empty text and no null.
//! Never a float: decimals are exact, money is whole 分.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::ids::{FieldId, FileId, PersonId, RecordId, UnitId};

/// A month of a year, ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year, for instance 2026.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// The month that `day` lies in.
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Reads `2026-03`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        Date::new(year, month, 1).ok().map(Self::of)
    }

    /// The first day of the month.
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month, 1).expect("a month is made of a valid year and month")
    }

    /// The last day of the month.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// The month that lies `months` later (or earlier, if negative). Stays inside the years 1 to 9999.
    pub fn plus(self, months: i32) -> Self {
        Self::numbered(self.number() + months)
    }

    /// How many months lie before it, from the beginning of the year 0 on.
    pub fn number(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    /// The month before which so many lie. Stays inside the years 1 to 9999.
    pub fn numbered(number: i32) -> Self {
        let number = number.clamp(12, 9999 * 12 + 11);
        Self { year: (number / 12) as i16, month: (number % 12 + 1) as i8 }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The value of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, never empty.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// An exact decimal, also of percent (0 to 100).
    Decimal(Decimal),
    /// Money in 分.
    Money(i64),
    /// A day.
    Day(Date),
    /// A month.
    Month(Month),
    /// An instant, in milliseconds since 1970 UTC.
    Moment(i64),
    /// Yes or no.
    YesNo(bool),
    /// The id of an item of a list (also of a state).
    Choice(String),
    /// A unit.
    Unit(UnitId),
    /// Several units, in the order given.
    Units(Vec<UnitId>),
    /// A person.
    Person(PersonId),
    /// Several people, in the order given.
    People(Vec<PersonId>),
    /// A record.
    Record(RecordId),
    /// Files.
    Files(Vec<FileId>),
    /// The rows of a child table.
    Rows(Vec<Facts>),
}

/// What is written down about a record: field → value. Absent fields are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(pub BTreeMap<FieldId, Value>);

impl Facts {
    /// The value of a field, if it has one.
    pub fn find(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// Every person who is written down, also in the rows of child tables.
    pub fn people(&self) -> Vec<PersonId> {
        let of = |value: &Value| match value {
            Value::Person(id) => vec![*id],
            Value::People(ids) => ids.clone(),
            Value::Rows(rows) => rows.iter().flat_map(Facts::people).collect(),
            _ => Vec::new(),
        };
        self.0.values().flat_map(of).collect()
    }

    /// Puts a value into a field, or empties it.
    pub fn put(&mut self, field: &FieldId, value: Option<Value>) {
        match value {
            Some(value) => self.0.insert(field.clone(), value),
            None => self.0.remove(field),
        };
    }
}
/// A number with its thousands apart: `-1234567.80` as `-1,234,567.80`.
pub fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let whole = rest.split('.').next().unwrap_or("").len();
    let mut said = sign.to_owned();
    for (at, digit) in rest.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}
