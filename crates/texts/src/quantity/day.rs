//! Which day is meant? Every way in which official prose and workbooks write days, months, quarters and years.
//!
//! Never invents a day: two-digit years, impossible days and bare months are faults with a sentence.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Meaning;
use super::numeral::{self, Numeral};
use crate::scan::Scan;
use kernel::value::Month;

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayFault {
    /// 2020年2月30日.
    NoSuchDay,
    /// 2020年13月.
    NoSuchMonth,
    /// 20年12月31日.
    TwoDigitYear,
    /// 0202年: before 1800 or after 2200.
    FarYear,
    /// 12月31日 where no year can be supposed.
    NoYear,
    /// 2020年.
    OnlyYear,
    /// 2020年12月.
    OnlyMonth,
    /// 1月1日至3月31日.
    Several,
    /// 2020.1 as a number: January, or October with its nought lost.
    LostNought,
    /// Anything else.
    Unclear,
}

impl DayFault {
    /// The sentence for whoever typed it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoSuchDay => "没有这一天",
            Self::NoSuchMonth => "没有这个月",
            Self::TwoDigitYear => "年份只写了两位，请写四位，如2020",
            Self::FarYear => "年份不在1800至2200之间，请核对",
            Self::NoYear => "没有写年份",
            Self::OnlyYear => "只写到年，请写明是哪一天",
            Self::OnlyMonth => "只写到月，请写明是哪一天，如“12月31日”或“12月底”",
            Self::Several => "写了不止一天，请只写一天",
            Self::LostNought => "分不清是1月还是10月，请写成“2020年10月”的样子",
            Self::Unclear => "看不出是哪一天",
        }
    }
}

impl std::fmt::Display for DayFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

/// How fine a day was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grain {
    /// A day, or a word that names one: 底, 季度末, 年内.
    Day,
    /// A quarter or half-year: as a deadline it is its last day.
    Stretch,
    Month,
    Year,
}

/// A day or stretch as read.
#[derive(Clone, Copy, Debug)]
struct Reading {
    first: Date,
    last: Date,
    grain: Grain,
}

type Read = Option<(Result<Reading, DayFault>, usize)>;

/// The day that a cell or a field means. Quarters, halves and 底 mean their last day; bare months and years are faults.
pub fn read_day(text: &str, default_year: Option<i16>) -> Result<Date, DayFault> {
    let reading = read_whole(text, default_year)?;
    match reading.grain {
        Grain::Day | Grain::Stretch => Ok(reading.last),
        Grain::Month => Err(DayFault::OnlyMonth),
        Grain::Year => Err(DayFault::OnlyYear),
    }
}

/// The month that a cell or a field means; a day is taken for its month.
pub fn read_month(text: &str, default_year: Option<i16>) -> Result<Month, DayFault> {
    let reading = read_whole(text, default_year)?;
    match reading.grain {
        Grain::Day | Grain::Month => Ok(Month::of(reading.last)),
        Grain::Stretch => Err(DayFault::Unclear),
        Grain::Year => Err(DayFault::OnlyYear),
    }
}

/// The day of an Excel serial number of the 1900 system; days before 1927 and after 2100 are refused as mere numbers.
pub fn serial_day(serial: Decimal) -> Option<Date> {
    let days = serial.trunc().to_i64().filter(|days| (10_000..=73_415).contains(days))?;
    date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok()
}

fn read_whole(text: &str, default_year: Option<i16>) -> Result<Reading, DayFault> {
    let scan = Scan::new(text.trim());
    if scan.len() > 60 {
        return Err(DayFault::Unclear);
    }
    let mut start = 0;
    while let Some((_, end)) = scan.one_of(start, &["截至", "截止", "计划于", "于", "在", "至", "到", " ", ":", "'"])
    {
        start = end;
    }
    if let Some(reading) = only_digits(&scan, start) {
        return reading;
    }
    let (reading, end) =
        dashed(&scan, start, true).or_else(|| in_words(&scan, start, default_year, true)).ok_or(DayFault::Unclear)?;
    tail(&scan, end)?;
    reading
}

/// What may stand behind a day in a cell: a time, a weekday, 前, 完成.
fn tail(scan: &Scan, mut at: usize) -> Result<(), DayFault> {
    const WORDS: &[&str] = &[
        "以前", "之前", "前", "为止", "止", "之内", "以内", "内", "完成", "办结", "星期", "周", "一", "二", "三", "四",
        "五", "六", "日", "天", "上午", "下午", "(", ")", " ", "。", ";", "T", "Z", ":", ".",
    ];
    if matches!(scan.at(at), '至' | '到' | '-' | '~' | '—' | '–' | '、' | ',' | '/') && at + 1 < scan.len() {
        return Err(DayFault::Several);
    }
    let timed = matches!(scan.at(at), ' ' | 'T');
    while at < scan.len() {
        match scan.one_of(at, WORDS) {
            Some((_, end)) => at = end,
            None if timed && scan.at(at).is_ascii_digit() => at += 1,
            None => return Err(DayFault::Unclear),
        }
    }
    Ok(())
}

/// 20201231, 202012, 2020 and Excel's 44196 or 44196.5.
fn only_digits(scan: &Scan, start: usize) -> Option<Result<Reading, DayFault>> {
    let text = scan.text(start..scan.len());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    if whole.is_empty() || !text.chars().all(|c| c.is_ascii_digit() || c == '.') || part.contains('.') {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match (whole.len(), part) {
        (8, "") => Some(day_of(number / 10_000, number / 100 % 100, number % 100)),
        (6, "") => Some(month_of(number / 100, number % 100)),
        (4, "") => Some(year_of(number)),
        (5, _) => {
            let day = serial_day(Decimal::from(number))?;
            Some(Ok(Reading { first: day, last: day, grain: Grain::Day }))
        }
        _ => None,
    }
}

/// A day or period in running text. Two-part dates such as 2020.12 stay numbers there.
pub(super) fn day_in_prose(scan: &Scan, at: usize, default_year: Option<i16>) -> Option<(Meaning, usize)> {
    let c = scan.at(at);
    let may_begin =
        c.is_ascii_digit() || numeral::is_chinese(c) || matches!(c, '年' | '第' | '今' | '本' | '当' | '上' | '下');
    let before = scan.before(at);
    if !may_begin
        || (may_begin
            && !matches!(c, '年' | '上' | '下')
            && (before.is_ascii_digit() || before == '.' || numeral::is_chinese(before)))
    {
        return None;
    }
    let (reading, end) = dashed(scan, at, false).or_else(|| in_words(scan, at, default_year, false))?;
    let meaning = match reading {
        Ok(Reading { last, grain: Grain::Day, .. }) => Meaning::Day(last),
        Ok(Reading { first, last, .. }) => Meaning::Period(first, last),
        Err(DayFault::NoYear) => return None,
        Err(fault) => Meaning::NoDay(fault),
    };
    Some((meaning, end))
}

/// 2020-12-31, 2020/12/31, 2020.12.31; alone in a cell also 2020-12 and, as a fault, 20-12-31.
fn dashed(scan: &Scan, start: usize, alone: bool) -> Read {
    let (year, year_length, at) = short_number(scan, start, 4)?;
    let mark = scan.at(at);
    if !matches!(mark, '-' | '/' | '.') || !(year_length == 4 || (alone && year_length == 2)) {
        return None;
    }
    let (month, _, at) = short_number(scan, at + 1, 2)?;
    if scan.at(at) != mark || !scan.at(at + 1).is_ascii_digit() {
        return (alone && year_length == 4).then(|| (month_of(year, month), at));
    }
    let (day, _, end) = short_number(scan, at + 1, 2)?;
    if scan.at(end) == mark && scan.at(end + 1).is_ascii_digit() {
        return None;
    }
    if year_length == 2 {
        return Some((Err(DayFault::TwoDigitYear), end));
    }
    let end = end + usize::from(alone && scan.at(end) == '日');
    Some((day_of(year, month, day), end))
}

/// At most `longest` digits: the number, how many there were, and the index behind.
fn short_number(scan: &Scan, start: usize, longest: usize) -> Option<(i64, usize, usize)> {
    let length = (0..=longest).take_while(|step| scan.at(start + step).is_ascii_digit()).count();
    if length == 0 || length > longest {
        return None;
    }
    Some((scan.text(start..start + length).parse().ok()?, length, start + length))
}

/// 2020年12月31日, 12月底, 年底前, 三季度末, 二〇二〇年第四季度.
fn in_words(scan: &Scan, start: usize, default_year: Option<i16>, alone: bool) -> Read {
    let (year, at, written) = match year_in_words(scan, start)? {
        Year::Written(year, at) => (Some(year), at, true),
        // 20年内 is a stretch of twenty years.
        Year::Short(at) if scan.at(at) == '内' => return None,
        Year::Short(at) => {
            let (_, end) = within_year(scan, at, Some(2000), alone)?;
            return Some((Err(DayFault::TwoDigitYear), end));
        }
        Year::Supposed(at) => (default_year.map(i64::from), at, at > start),
        Year::None => (default_year.map(i64::from), start, false),
    };
    if let Some(found) = within_year(scan, at, year, alone) {
        return Some(found);
    }
    match (written, year) {
        (true, Some(year)) if !scan.starts(at, "度") || alone => Some((year_of(year), at)),
        (true, Some(year)) => Some((year_of(year), at + 1)),
        _ => None,
    }
}

/// The year before a month.
enum Year {
    Written(i64, usize),
    /// 20年: two digits.
    Short(usize),
    /// 今年.
    Supposed(usize),
    None,
}

fn year_in_words(scan: &Scan, start: usize) -> Option<Year> {
    if let Some((_, end)) = scan.one_of(start, &["今年", "本年", "当年"]) {
        return Some(Year::Supposed(end));
    }
    if let Some((year, length, at)) = short_number(scan, start, 4) {
        let at = scan.skip_blanks(at);
        return Some(match (scan.at(at) == '年', length) {
            (true, 4) => Year::Written(year, scan.skip_blanks(at + 1)),
            (true, 2) => Year::Short(at + 1),
            _ => Year::None,
        });
    }
    match numeral::chinese(scan, start) {
        Some(Numeral { value, end, .. })
            if scan.at(end) == '年' && value >= Decimal::from(1000) && end - start == 4 =>
        {
            Some(Year::Written(value.to_i64()?, end + 1))
        }
        _ => Some(Year::None),
    }
}

/// What stands behind the year: month and day, quarter, half, end of year.
fn within_year(scan: &Scan, at: usize, year: Option<i64>, alone: bool) -> Read {
    let named = |word: &[&str]| scan.one_of(at, word).map(|(_, end)| end);
    if let Some(end) = named(&["年底", "年末", "年内", "底", "末", "内"]) {
        let behind_year = scan.before(at) == '年';
        let bare = scan.at(at) == '年';
        if !behind_year && (!bare || is_other_year(scan.before(at))) {
            return None;
        }
        return Some((stretch(year, 1, 12, Grain::Day), end));
    }
    if let Some(end) = named(&["上半年"]) {
        return Some(bounded(scan, year, 1, 6, end));
    }
    if let Some(end) = named(&["下半年"]) {
        return Some(bounded(scan, year, 7, 12, end));
    }
    quarter(scan, at, year).or_else(|| month_and_day(scan, at, year, alone))
}

/// 去年底, 多年底蕴 and 一年内 do not mean the year in hand.
fn is_other_year(before: char) -> bool {
    numeral::is_chinese(before)
        || matches!(before, '去' | '上' | '前' | '明' | '次' | '来' | '每' | '历' | '往' | '多' | '几' | '数')
}

fn quarter(scan: &Scan, at: usize, year: Option<i64>) -> Read {
    let number_at = at + usize::from(scan.at(at) == '第');
    let number = match scan.at(number_at) {
        '1' | '一' => 1,
        '2' | '二' => 2,
        '3' | '三' => 3,
        '4' | '四' => 4,
        _ => return None,
    };
    scan.starts(number_at + 1, "季度").then(|| bounded(scan, year, number * 3 - 2, number * 3, number_at + 3))
}

/// A quarter or half; with 末 or 底 behind it, its last day.
fn bounded(scan: &Scan, year: Option<i64>, first: i64, last: i64, at: usize) -> (Result<Reading, DayFault>, usize) {
    match scan.one_of(at, &["末", "底", "内"]) {
        Some((_, end)) => (stretch(year, first, last, Grain::Day), end),
        None => (stretch(year, first, last, Grain::Stretch), at),
    }
}

fn month_and_day(scan: &Scan, at: usize, year: Option<i64>, alone: bool) -> Read {
    let (month, at) = small_number(scan, at)?;
    let at = scan.skip_blanks(at);
    if scan.at(at) != '月' {
        return None;
    }
    let at = scan.skip_blanks(at + 1);
    for (words, day) in
        [(["底", "末", "内"], None), (["上旬", "月上旬", "初旬"], Some(10)), (["中旬", "月中旬", "中"], Some(20))]
    {
        if let Some((word, end)) = scan.one_of(at, &words) {
            // 12月中 is only a middle where nothing follows: 12月中心城区 is not.
            if word == "中" && !alone {
                continue;
            }
            let reading = match day {
                None => stretch(year, month, month, Grain::Day),
                Some(day) => with_year(year, |year| day_of(year, month, day)),
            };
            return Some((reading, end));
        }
    }
    if scan.starts(at, "下旬") {
        return Some((stretch(year, month, month, Grain::Day), at + 2));
    }
    if let Some((day, behind)) = small_number(scan, at) {
        let end = scan.skip_blanks(behind);
        if matches!(scan.at(end), '日' | '号') {
            return Some((with_year(year, |year| day_of(year, month, day)), end + 1));
        }
        if alone && behind == scan.len() {
            return Some((with_year(year, |year| day_of(year, month, day)), behind));
        }
    }
    let end = at + usize::from(scan.at(at) == '份');
    Some((with_year(year, |year| month_of(year, month)), end))
}

/// A month or day number in digits or Chinese numerals.
fn small_number(scan: &Scan, at: usize) -> Option<(i64, usize)> {
    if let Some((number, _, end)) = short_number(scan, at, 2) {
        return Some((number, end));
    }
    let Numeral { value, end, decimals, .. } = numeral::chinese(scan, at)?;
    (decimals == 0 && end - at <= 3 && value < Decimal::ONE_HUNDRED).then(|| Some((value.to_i64()?, end)))?
}

fn with_year(year: Option<i64>, read: impl Fn(i64) -> Result<Reading, DayFault>) -> Result<Reading, DayFault> {
    read(year.ok_or(DayFault::NoYear)?)
}

fn day_of(year: i64, month: i64, day: i64) -> Result<Reading, DayFault> {
    let first = month_of(year, month)?.first;
    let day = i8::try_from(day).ok().and_then(|day| Date::new(first.year(), first.month(), day).ok());
    let day = day.ok_or(DayFault::NoSuchDay)?;
    Ok(Reading { first: day, last: day, grain: Grain::Day })
}

fn month_of(year: i64, month: i64) -> Result<Reading, DayFault> {
    stretch(Some(year), month, month, Grain::Month)
}

fn year_of(year: i64) -> Result<Reading, DayFault> {
    stretch(Some(year), 1, 12, Grain::Year)
}

/// From the first day of a month to the last day of another.
fn stretch(year: Option<i64>, from: i64, to: i64, grain: Grain) -> Result<Reading, DayFault> {
    let year = year.ok_or(DayFault::NoYear)?;
    let year = i16::try_from(year).ok().filter(|year| (1800..=2200).contains(year)).ok_or(DayFault::FarYear)?;
    let month = |month: i64| i8::try_from(month).ok().and_then(|month| Date::new(year, month, 1).ok());
    let (first, last) = month(from).zip(month(to)).ok_or(DayFault::NoSuchMonth)?;
    Ok(Reading { first, last: last.last_of_month(), grain })
}
