//! What does one cell say, read as the kind of value that is wanted?
//!
//! Never resolves units or people: it hands on the name. Never rounds money.

use jiff::civil::Date;
use kernel::grid::Cell;
use kernel::problem::nearest;
use kernel::value::Month;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::quantity::{self, DayFault, Meaning, read_day, read_month, serial_day};
use crate::scan::{Scan, plain};
use crate::sheet::WantedKind;

/// The value of a cell, before names are looked up.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValue {
    /// The cell is empty, or holds a dash for empty.
    Nothing,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A decimal.
    Decimal(Decimal),
    /// Money in 分.
    MoneyFen(i64),
    /// A percentage, 0 to 100.
    Percent(Decimal),
    /// A day.
    Day(Date),
    /// A month.
    Month(Month),
    /// Yes or no.
    YesNo(bool),
    /// The id of an item of the list.
    Choice(String),
    /// The name of a unit or a person, without blanks.
    Name(String),
}

/// Why a cell cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// The sentence for whoever keeps the sheet.
    pub sentence: String,
    /// What was probably meant.
    pub nearest: Option<String>,
}

impl CellFault {
    fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), nearest: None }
    }
}

/// Reads a cell. `default_year` completes days written without a year.
pub fn read_cell(cell: &Cell, kind: &WantedKind, default_year: Option<i16>) -> Result<RawValue, CellFault> {
    read_cell_in(cell, kind, default_year, None)
}

/// Reads a cell of a column whose header gives a unit: 万元 multiplies bare numbers, % leaves 0.65 as 0.65%.
pub fn read_cell_in(
    cell: &Cell,
    kind: &WantedKind,
    default_year: Option<i16>,
    unit: Option<&str>,
) -> Result<RawValue, CellFault> {
    if let Cell::Fault(code) = cell {
        return Err(CellFault::new(format!("单元格里是错误值{}", short(code))));
    }
    if is_nothing(cell, kind) {
        return Ok(RawValue::Nothing);
    }
    match kind {
        WantedKind::Text | WantedKind::LongText | WantedKind::Other => Ok(RawValue::Text(words(cell))),
        WantedKind::Whole => whole(cell),
        WantedKind::Decimal => decimal(cell).map(RawValue::Decimal),
        WantedKind::Money => money(cell, unit),
        WantedKind::Percent => percent(cell, unit),
        WantedKind::Day => day(cell, default_year),
        WantedKind::Month => month(cell, default_year),
        WantedKind::YesNo => yes_no(cell),
        WantedKind::Choice(items) => choice(cell, items),
        WantedKind::Unit | WantedKind::Person => Ok(RawValue::Name(joined(&words(cell)))),
    }
}

/// Empty, or a sign that people put for empty; a text field keeps such signs.
fn is_nothing(cell: &Cell, kind: &WantedKind) -> bool {
    let keeps = matches!(kind, WantedKind::Text | WantedKind::LongText | WantedKind::Other);
    match cell {
        Cell::Empty => true,
        Cell::Text(text) if text.trim().is_empty() => true,
        Cell::Text(text) if !keeps => {
            let sign = text.trim();
            let dashes = sign.chars().all(|c| matches!(plain(c), '-' | '—' | '–' | '/' | '\\' | '_'));
            dashes || (sign == "无" && *kind != WantedKind::YesNo && !is_item(kind, sign))
        }
        _ => false,
    }
}

fn is_item(kind: &WantedKind, name: &str) -> bool {
    matches!(kind, WantedKind::Choice(items) if items.iter().any(|(_, item)| item == name))
}

/// A cell as text.
fn words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Fault(text) => text.trim().to_owned(),
        Cell::Number(number) => number.normalize().to_string(),
        Cell::Moment(moment) if moment.time() == jiff::civil::Time::midnight() => moment.date().to_string(),
        Cell::Moment(moment) => moment.to_string().replace('T', " "),
        Cell::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
    }
}

/// A name without the blanks that align two-character names: 张 三.
fn joined(name: &str) -> String {
    let chinese = name.chars().all(|c| !c.is_ascii_alphanumeric());
    if chinese { name.split_whitespace().collect() } else { name.split_whitespace().collect::<Vec<_>>().join(" ") }
}

/// The beginning of what was written, for a sentence.
fn short(text: &str) -> String {
    let mut chars = text.trim().chars();
    let head: String = chars.by_ref().take(20).collect();
    if chars.next().is_some() { head + "…" } else { head }
}

/// The quantity that a text consists of.
fn quantity_of(text: &str) -> Option<(Meaning, bool)> {
    if text.len() > 120 {
        return None;
    }
    let it = quantity::read_alone(&Scan::new(text))?;
    Some((it.meaning, it.exact))
}

fn decimal(cell: &Cell) -> Result<Decimal, CellFault> {
    match cell {
        Cell::Number(number) => Ok(number.normalize()),
        Cell::Text(text) => match quantity_of(text) {
            Some((_, false)) => Err(CellFault::new(format!("“{}”是约数,请写准确的数", short(text)))),
            Some((Meaning::Count { value, .. } | Meaning::Money(value), true)) => Ok(value.normalize()),
            Some((Meaning::Percent(_), true)) => Err(CellFault::new(format!("“{}”是百分数,这里要一个数", short(text)))),
            _ => Err(CellFault::new(format!("“{}”不是数", short(text)))),
        },
        _ => Err(CellFault::new(format!("“{}”不是数", short(&words(cell))))),
    }
}

fn whole(cell: &Cell) -> Result<RawValue, CellFault> {
    let number = decimal(cell)?;
    if !number.fract().is_zero() {
        return Err(CellFault::new(format!("{number}不是整数")));
    }
    number.to_i64().map(RawValue::Whole).ok_or_else(|| CellFault::new("这个数太大"))
}

fn money(cell: &Cell, unit: Option<&str>) -> Result<RawValue, CellFault> {
    let scale = match unit {
        Some("千元") => 1_000,
        Some("万元") => 10_000,
        Some("亿元") => 100_000_000,
        _ => 1,
    };
    let yuan = match cell {
        Cell::Text(text) => match quantity_of(text) {
            Some((_, false)) => return Err(CellFault::new(format!("“{}”是约数,请写准确的金额", short(text)))),
            Some((Meaning::Money(value), true)) if text.contains('元') => Some(value),
            Some((Meaning::Money(value) | Meaning::Count { value, unit: None }, true)) => {
                let scaled = text.contains(['万', '亿', '千', '百']);
                value.checked_mul(Decimal::from(if scaled { 1 } else { scale }))
            }
            _ => return Err(CellFault::new(format!("“{}”不是金额", short(text)))),
        },
        Cell::Number(number) => number.checked_mul(Decimal::from(scale)),
        _ => return Err(CellFault::new(format!("“{}”不是金额", short(&words(cell))))),
    };
    let too_large = || CellFault::new("这个金额太大");
    let fen = yuan.and_then(|yuan| yuan.checked_mul(Decimal::ONE_HUNDRED)).ok_or_else(too_large)?;
    // Sheets keep numbers in binary: a trace of 0.0001分 is no amount.
    let rounded = fen.round();
    if (fen - rounded).abs() > Decimal::new(1, 4) {
        return Err(CellFault::new(format!("“{}”不足一分,金额只记到分", short(&words(cell)))));
    }
    rounded.to_i64().map(RawValue::MoneyFen).ok_or_else(too_large)
}

/// 65%, 65 and the 0.65 of a cell formatted as a percentage.
fn percent(cell: &Cell, unit: Option<&str>) -> Result<RawValue, CellFault> {
    let bare = match cell {
        Cell::Number(number) => *number,
        Cell::Text(text) => match quantity_of(text) {
            Some((_, false)) => return Err(CellFault::new(format!("“{}”是约数,请写准确的百分数", short(text)))),
            Some((Meaning::Percent(value), true)) => return Ok(RawValue::Percent(value.normalize())),
            Some((Meaning::Count { value, unit: None }, true)) => value,
            _ => return Err(CellFault::new(format!("“{}”不是百分数", short(text)))),
        },
        _ => return Err(CellFault::new(format!("“{}”不是百分数", short(&words(cell))))),
    };
    let size = bare.abs();
    if unit == Some("%") || size.is_zero() || size >= Decimal::TWO {
        return Ok(RawValue::Percent(bare.normalize()));
    }
    if size <= Decimal::ONE {
        return Ok(RawValue::Percent((bare * Decimal::ONE_HUNDRED).normalize()));
    }
    let bare = bare.normalize();
    let whole = (bare * Decimal::ONE_HUNDRED).normalize();
    Err(CellFault::new(format!("分不清“{bare}”是{bare}%还是{whole}%,请写上百分号")))
}

fn day_fault(cell: &Cell, fault: DayFault) -> CellFault {
    CellFault::new(format!("“{}”:{fault}", short(&words(cell))))
}

fn day(cell: &Cell, default_year: Option<i16>) -> Result<RawValue, CellFault> {
    let read = match cell {
        Cell::Moment(moment) => Ok(moment.date()),
        Cell::Text(text) => read_day(text, default_year),
        Cell::Number(number) => match serial_day(*number) {
            Some(day) => Ok(day),
            // 2020.1231 or 2020.12 typed as a number: its text tells more than its value.
            None => read_day(&number.normalize().to_string(), default_year),
        },
        _ => Err(DayFault::Unclear),
    };
    read.map(RawValue::Day).map_err(|fault| day_fault(cell, fault))
}

fn month(cell: &Cell, default_year: Option<i16>) -> Result<RawValue, CellFault> {
    let read = match cell {
        Cell::Moment(moment) => Ok(Month::of(moment.date())),
        Cell::Text(text) => read_month(text, default_year),
        Cell::Number(number) => month_of_number(*number, default_year),
        _ => Err(DayFault::Unclear),
    };
    read.map(RawValue::Month).map_err(|fault| match fault {
        DayFault::Unclear => CellFault::new(format!("“{}”:看不出是哪一月", short(&words(cell)))),
        fault => day_fault(cell, fault),
    })
}

/// 2020.12 typed as a number; 2020.1 may be October that lost its nought.
fn month_of_number(number: Decimal, default_year: Option<i16>) -> Result<Month, DayFault> {
    if let Some(day) = serial_day(number) {
        return Ok(Month::of(day));
    }
    let text = number.normalize().to_string();
    match text.split_once('.') {
        Some((_, "1")) => Err(DayFault::LostNought),
        _ => read_month(&text, default_year),
    }
}

fn yes_no(cell: &Cell) -> Result<RawValue, CellFault> {
    let text = match cell {
        Cell::YesNo(yes) => return Ok(RawValue::YesNo(*yes)),
        other => joined(&words(other)),
    };
    let plain: String = text.chars().map(plain).flat_map(char::to_lowercase).collect();
    match plain.as_str() {
        "是" | "√" | "✓" | "✔" | "☑" | "1" | "有" | "对" | "y" | "yes" | "true" | "t" | "v" | "已" => Ok(RawValue::YesNo(true)),
        "否" | "×" | "✗" | "✘" | "☐" | "0" | "无" | "没有" | "错" | "不是" | "n" | "no" | "false" | "f" | "x" | "未" => {
            Ok(RawValue::YesNo(false))
        }
        _ => Err(CellFault::new(format!("“{}”看不出是“是”还是“否”", short(&text)))),
    }
}

fn choice(cell: &Cell, items: &[(String, String)]) -> Result<RawValue, CellFault> {
    let text = words(cell);
    let same = |a: &str, b: &str| a == b || a.chars().map(plain).filter(|c| !c.is_whitespace()).eq(b.chars().map(plain).filter(|c| !c.is_whitespace()));
    let by_name = items.iter().find(|(_, name)| same(name, &text));
    if let Some((id, _)) = by_name.or_else(|| items.iter().find(|(id, _)| *id == text)) {
        return Ok(RawValue::Choice(id.clone()));
    }
    let nearest = nearest(&text, items.iter().map(|(_, name)| name.as_str())).map(str::to_owned);
    let sentence = match &nearest {
        Some(name) => format!("没有“{}”这个选项,是否为“{name}”?", short(&text)),
        None => format!("没有“{}”这个选项", short(&text)),
    };
    Err(CellFault { sentence, nearest })
}
