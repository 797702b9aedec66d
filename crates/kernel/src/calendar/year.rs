//! Which days of one year are off, and which weekend days are worked? One notice of the State Council, checked.
//!
//! Never holds a year that contradicts itself: a table is made only through its checks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, Weekday};

/// A run of days off, from day to day, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// What is celebrated, for instance 春节.
    pub name: String,
    /// The first day off.
    pub from: Date,
    /// The last day off.
    pub to: Date,
}

/// The days off and the make-up working days of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearTable {
    year: i16,
    basis: Vec<String>,
    off: Vec<Holiday>,
    worked: Vec<Date>,
}

/// Which part of a year is wrong; numbers count from 0 in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearPart {
    /// The year as a whole.
    Year,
    /// A notice.
    Basis(usize),
    /// A run of days off.
    Off(usize),
    /// A make-up working day.
    Worked(usize),
}

/// One thing that is wrong with a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearFault {
    /// Where.
    pub at: YearPart,
    /// What is wrong, as a sentence.
    pub sentence: String,
    /// What to do.
    pub hint: String,
}

/// The years that a table may be about: since the first decree on holidays, and as far as anybody plans.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1949..=2199;

/// Longer breaks have not been granted; they are slips of the pen.
const LONGEST_BREAK: i32 = 31;

impl YearTable {
    /// Checks the parts of a year, all at once, and puts them in order of time.
    pub fn new(
        year: i16,
        basis: Vec<String>,
        mut off: Vec<Holiday>,
        mut worked: Vec<Date>,
    ) -> Result<Self, Vec<YearFault>> {
        let mut faults = Faults::default();
        check_year(year, &basis, &mut faults);
        let days_off = check_off(year, &off, &mut faults);
        check_worked(year, &worked, &days_off, &mut faults);
        check_statutory(year, &days_off, &mut faults);
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        off.sort_by_key(|holiday| holiday.from);
        worked.sort();
        Ok(Self { year, basis, off, worked })
    }

    /// The year.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// The names of the notices that order it.
    pub fn basis(&self) -> &[String] {
        &self.basis
    }

    /// The days off, in order of time.
    pub fn off(&self) -> &[Holiday] {
        &self.off
    }

    /// The weekend days that are worked, in order of time.
    pub fn worked(&self) -> &[Date] {
        &self.worked
    }

    /// The year as a node of the calendar file; reading it gives the same table.
    pub fn to_kdl(&self) -> String {
        let mut text = format!("year {} {{\n    basis", self.year);
        self.basis.iter().for_each(|notice| text.push_str(&quoted(notice)));
        for holiday in &self.off {
            let _ = write!(text, "\n    off{} \"{}\"", quoted(&holiday.name), month_day(holiday.from));
            if holiday.to != holiday.from {
                let _ = write!(text, " \"{}\"", month_day(holiday.to));
            }
        }
        if !self.worked.is_empty() {
            text.push_str("\n    worked");
            self.worked.iter().for_each(|day| text.push_str(&quoted(&month_day(*day))));
        }
        text.push_str("\n}\n");
        text
    }
}

/// The faults found so far.
#[derive(Default)]
struct Faults(Vec<YearFault>);

impl Faults {
    fn push(&mut self, at: YearPart, sentence: impl Into<String>, hint: impl Into<String>) {
        self.0.push(YearFault { at, sentence: sentence.into(), hint: hint.into() });
    }
}

fn check_year(year: i16, basis: &[String], faults: &mut Faults) {
    if !YEARS.contains(&year) {
        faults.push(YearPart::Year, format!("年份{year}不在{}至{}之间", YEARS.start(), YEARS.end()), "请核对年份");
    }
    if basis.is_empty() {
        faults.push(
            YearPart::Year,
            format!("{year}年没有写依据"),
            format!("加一行 basis \"国务院办公厅关于{year}年部分节假日安排的通知\""),
        );
    }
    for (i, notice) in basis.iter().enumerate() {
        check_words(YearPart::Basis(i), "通知名称", notice, faults);
    }
    // Last year's node copied and half changed is the likeliest slip of all.
    if !basis.is_empty() && !basis.iter().any(|notice| notice.contains(&format!("{year}年"))) {
        faults.push(
            YearPart::Basis(0),
            format!("依据的通知不是{year}年的"),
            "通知名称中要有这一年的年份，请核对是否从上一年抄来没有改",
        );
    }
}

/// Checks the days off; gives each with the number of its holiday.
fn check_off(year: i16, off: &[Holiday], faults: &mut Faults) -> BTreeMap<Date, usize> {
    let mut days_off = BTreeMap::new();
    for (i, holiday) in off.iter().enumerate() {
        let at = YearPart::Off(i);
        check_words(at, "节日名称", &holiday.name, faults);
        if holiday.from.year() != year || holiday.to.year() != year {
            faults.push(at, format!("“{}”的放假日期不全在{year}年", holiday.name), "跨年的假期分写在两年");
        } else if holiday.to < holiday.from {
            faults.push(at, format!("“{}”的最后一天早于第一天", holiday.name), "先写放假第一天，再写最后一天");
        } else if days_from_to(holiday.from, holiday.to) > LONGEST_BREAK {
            faults.push(at, format!("“{}”连续放假超过{LONGEST_BREAK}天", holiday.name), "请核对月和日");
        } else {
            let days = holiday.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= holiday.to);
            let twice = days.filter(|day| days_off.insert(*day, i).is_some()).min();
            if let Some(day) = twice {
                faults.push(
                    at,
                    format!("“{}”中的{}已经写在另一个假期里", holiday.name, month_day(day)),
                    "同一天只写一次",
                );
            }
        }
    }
    days_off
}

fn check_worked(year: i16, worked: &[Date], days_off: &BTreeMap<Date, usize>, faults: &mut Faults) {
    let mut seen = BTreeMap::new();
    for (i, day) in worked.iter().enumerate() {
        let at = YearPart::Worked(i);
        let written = month_day(*day);
        if day.year() != year {
            faults.push(at, format!("补班日{day}不在{year}年"), "写在它所在的那一年");
        } else if days_off.contains_key(day) {
            faults.push(at, format!("补班日{written}又在放假日期之内"), "同一天不能既放假又补班，请对照通知");
        } else if !is_weekend(*day) {
            faults.push(
                at,
                format!("补班日{written}是{}，不是周末", weekday_name(*day)),
                "补班只在周六、周日，请对照通知",
            );
        } else if seen.insert(*day, i).is_some() {
            faults.push(at, format!("补班日{written}写了两次"), "删去一个");
        }
    }
}

/// The days that the law itself names must be off, whatever the notice says about the rest.
fn check_statutory(year: i16, days_off: &BTreeMap<Date, usize>, faults: &mut Faults) {
    if !YEARS.contains(&year) {
        return;
    }
    for holiday in fixed_holidays(year) {
        let mut days = holiday.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= holiday.to);
        if let Some(day) = days.find(|day| !days_off.contains_key(day)) {
            let sentence = format!("{year}年漏了法定节日{}({})", holiday.name, month_day(day));
            faults.push(YearPart::Year, sentence, format!("加一行 off \"{}\"，写明放假起止日期", holiday.name));
        }
    }
}

fn check_words(at: YearPart, what: &str, words: &str, faults: &mut Faults) {
    if words.trim().is_empty() {
        faults.push(at, format!("{what}是空的"), "照通知填写");
    } else if words.chars().count() > 60 || words.chars().any(|c| c.is_control()) {
        faults.push(at, format!("{what}过长或含有换行等控制字符"), "写成60字以内的一行");
    }
}

/// The statutory days off that do not hang on the moon or the sun: month and day, in order.
///
/// 《全国年节及纪念日放假办法》: 元旦 1 day, 劳动节 2 days (1 day before 2025), 国庆节 3 days.
pub(super) fn fixed_days(year: i16) -> &'static [(i8, i8)] {
    if year < 2025 {
        &[(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)]
    } else {
        &[(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]
    }
}

/// The same days as holidays with names.
pub(super) fn fixed_holidays(year: i16) -> [Holiday; 3] {
    let run = |name: &str, month| {
        let days: Vec<i8> = fixed_days(year).iter().filter(|day| day.0 == month).map(|day| day.1).collect();
        let last = days.last().copied().unwrap_or(1);
        Holiday { name: name.to_owned(), from: Date::constant(year, month, 1), to: Date::constant(year, month, last) }
    };
    [run("元旦", 1), run("劳动节", 5), run("国庆节", 10)]
}

/// Saturday or Sunday?
pub(super) fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// 周一 to 周日.
pub(super) fn weekday_name(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

fn days_from_to(from: Date, to: Date) -> i32 {
    i32::from(to.day_of_year()) - i32::from(from.day_of_year()) + 1
}

fn month_day(day: Date) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}

/// A blank and a KDL string. Whatever KDL forbids to stand bare is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from(" \"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
