//! Which quantities does a text name? Counts with their units, percents, money and days, each with its place.
//!
//! Never takes a number out of a word: ordinals, document numbers and 三同步 are left alone.

mod day;
pub(crate) mod numeral;
mod unit;

use std::ops::Range;

use jiff::civil::Date;
use rust_decimal::Decimal;

pub use day::{DayFault, read_day, read_month, serial_day};
pub(crate) use unit::{counts_people, unit_at};

use crate::scan::Scan;
use numeral::Numeral;

/// What a quantity means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A number, with its unit if one follows.
    Count {
        /// The number, 万 and 亿 multiplied out.
        value: Decimal,
        /// The measure word.
        unit: Option<&'static str>,
    },
    /// A percentage, 0 to 100.
    Percent(Decimal),
    /// A sum of money in 元.
    Money(Decimal),
    /// A day.
    Day(Date),
    /// A year, quarter or month as a whole: its first and last day.
    Period(Date, Date),
    /// Written like a day, but there is no such day.
    NoDay(DayFault),
}

/// A quantity in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// What it means.
    pub meaning: Meaning,
    /// False for 近, 约, 余, 以上 and for both ends of 2至3项.
    pub exact: bool,
}

/// Every quantity of a text, in order. `default_year` completes days written without a year.
pub fn find(text: &str, default_year: Option<i16>) -> Vec<Mention> {
    let scan = Scan::new(text);
    mentions(&scan, default_year)
        .into_iter()
        .map(|it| Mention { span: scan.span(it.from..it.to), meaning: it.meaning, exact: it.exact })
        .collect()
}

/// A number as a person types it alone: `1,234.5`, `51项`, `五十一`, `1.2万`; with its unit.
pub(crate) fn read_alone(scan: &Scan) -> Option<Marked> {
    let start = scan.skip_blanks(0);
    let sign = usize::from(matches!(scan.at(start), '-' | '+'));
    let negative = scan.at(start) == '-';
    let from = scan.skip_blanks(start + sign);
    let from = scan.skip_blanks(from + usize::from(scan.at(from) == '¥'));
    let mut it = if scan.at(from).is_ascii_digit() {
        arabic_mention(scan, from)?
    } else {
        chinese_percent(scan, from).or_else(|| chinese_mention(scan, from, false))?
    };
    if scan.skip_blanks(it.to) != scan.len() {
        return None;
    }
    if negative {
        match &mut it.meaning {
            Meaning::Count { value, .. } | Meaning::Percent(value) | Meaning::Money(value) => *value = -*value,
            _ => return None,
        }
    }
    Some(it)
}

/// A quantity with its place in characters and the way it was written.
#[derive(Clone, Debug)]
pub(crate) struct Marked {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) meaning: Meaning,
    pub(crate) exact: bool,
    /// The factor written behind the number (万 is 10000).
    pub(crate) scale: Decimal,
    /// Digits written behind the point.
    pub(crate) decimals: u32,
}

impl Marked {
    /// The value and unit of a count or a sum of money.
    pub(crate) fn amount(&self) -> Option<(Decimal, &'static str)> {
        match self.meaning {
            Meaning::Count { value, unit: Some(unit) } => Some((value, unit)),
            Meaning::Money(value) => Some((value, "元")),
            _ => None,
        }
    }

    /// The value of a percentage.
    pub(crate) fn percent(&self) -> Option<Decimal> {
        match self.meaning {
            Meaning::Percent(value) => Some(value),
            _ => None,
        }
    }
}

/// Every quantity of a scanned text.
pub(crate) fn mentions(scan: &Scan, default_year: Option<i16>) -> Vec<Marked> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < scan.len() {
        let c = scan.at(at);
        if let Some((meaning, end)) = day::day_in_prose(scan, at, default_year) {
            found.push(Marked { from: at, to: end, meaning, exact: true, scale: Decimal::ONE, decimals: 0 });
            at = end;
        } else if let Some(it) = chinese_percent(scan, at) {
            at = it.to;
            found.push(it);
        } else if c.is_ascii_digit() {
            at = push_arabic(scan, at, &mut found);
        } else if numeral::is_chinese(c) {
            at = push_chinese(scan, at, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn push_arabic(scan: &Scan, at: usize, found: &mut Vec<Marked>) -> usize {
    let Some(mut it) = arabic_mention(scan, at) else { return behind_digits(scan, at) };
    let bare = matches!(it.meaning, Meaning::Count { unit: None, .. });
    let inside_word = scan.before(at).is_ascii_alphabetic() && bare;
    if inside_word
        || matches!(scan.before(at), '第' | '〔')
        || (bare && matches!(scan.at(it.to), '号' | 'A'..='Z' | 'a'..='z'))
    {
        return it.to;
    }
    mark_vague(scan, &mut it);
    let end = it.to;
    found.push(it);
    end
}

fn push_chinese(scan: &Scan, at: usize, found: &mut Vec<Marked>) -> usize {
    let Some(mut it) = chinese_mention(scan, at, true) else { return behind_chinese(scan, at) };
    if matches!(scan.before(at), '第' | '几' | '数' | '上' | '唯' | '统') {
        return it.to;
    }
    mark_vague(scan, &mut it);
    let end = it.to;
    found.push(it);
    end
}

/// Steps over a run that is no number, such as 3.1.2.
fn behind_digits(scan: &Scan, mut at: usize) -> usize {
    while scan.at(at).is_ascii_digit() || (scan.at(at) == '.' && scan.at(at + 1).is_ascii_digit()) {
        at += 1;
    }
    at
}

fn behind_chinese(scan: &Scan, mut at: usize) -> usize {
    while numeral::is_chinese(scan.at(at)) {
        at += 1;
    }
    at
}

fn arabic_mention(scan: &Scan, at: usize) -> Option<Marked> {
    let number = numeral::arabic(scan, at)?;
    let mut behind = scan.skip_blanks(number.end);
    let vague = matches!(scan.at(behind), '余' | '多' | '来');
    behind += usize::from(vague);
    Some(finish(at, number, unit::unit_at(scan, behind), vague, scan.before(at) == '¥'))
}

/// A Chinese numeral; in prose it counts only with a unit.
fn chinese_mention(scan: &Scan, at: usize, needs_unit: bool) -> Option<Marked> {
    let number = numeral::chinese(scan, at)?;
    let vague = matches!(scan.at(number.end), '余' | '多' | '来');
    let unit = unit::unit_after_chinese(scan, number.end + usize::from(vague));
    if needs_unit && unit.is_none() {
        return None;
    }
    Some(finish(at, number, unit, vague, false))
}

fn finish(from: usize, number: Numeral, unit: Option<(&'static str, usize)>, vague: bool, yuan: bool) -> Marked {
    let to = unit.map_or(number.end, |(_, end)| end);
    let meaning = match unit.map(|(unit, _)| unit) {
        Some("%") => Meaning::Percent(number.value),
        Some("元") => Meaning::Money(number.value),
        None if yuan => Meaning::Money(number.value),
        unit => Meaning::Count { value: number.value, unit },
    };
    Marked { from, to, meaning, exact: !vague, scale: number.scale, decimals: number.decimals }
}

/// 百分之九十, 百分之98.6, 千分之三.
fn chinese_percent(scan: &Scan, at: usize) -> Option<Marked> {
    let (word, behind) = scan.one_of(at, &["百分之", "千分之"])?;
    let number = numeral::arabic(scan, behind).or_else(|| match scan.at(behind) {
        '百' if !numeral::is_chinese(scan.at(behind + 1)) => {
            Some(Numeral { value: Decimal::ONE_HUNDRED, scale: Decimal::ONE, decimals: 0, end: behind + 1 })
        }
        _ => numeral::chinese(scan, behind),
    })?;
    let value = if word == "百分之" { number.value } else { number.value.checked_div(Decimal::TEN)? };
    let mut it = finish(at, number, None, false, false);
    it.meaning = Meaning::Percent(value);
    Some(it)
}

/// Words before and behind a number that make it a rough one.
fn mark_vague(scan: &Scan, it: &mut Marked) {
    const BEFORE: &[&str] = &[
        "近", "约", "超", "超过", "逾", "不少于", "不低于", "至少", "不超过", "不多于", "最多", "大于", "小于", "几乎",
    ];
    const BEHIND: &[&str] = &["以上", "以下", "左右", "以内", "上下"];
    let range = |c: char| matches!(c, '-' | '~' | '至' | '到' | '—' | '–' | '～');
    let before_blank = (0..it.from).rev().find(|index| !scan.at(*index).is_whitespace()).map_or(0, |index| index + 1);
    let begins_range = range(scan.at(it.to)) && scan.at(it.to + 1).is_ascii_digit();
    let ends_range = range(scan.before(it.from)) && scan.before(it.from - 1).is_ascii_digit();
    let behind = scan.skip_blanks(it.to);
    if BEFORE.iter().any(|word| scan.ends(before_blank, word))
        || scan.one_of(behind, BEHIND).is_some()
        || begins_range
        || ends_range
    {
        it.exact = false;
    }
}

#[cfg(test)]
mod tests;
