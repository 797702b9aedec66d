//! Over which days? A year, a half, a quarter, a month, a week, any two days, or a year up to a day.
//!
//! Each knows its words, its address, the period before it, the same period of the year before, and the steps of its
//! course. Never a period that runs backwards or lies outside the years 1 to 9998.

use std::fmt;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{Span, ToSpan as _};

use crate::value::Month;

/// The first year that a period may lie in.
const FIRST_YEAR: i16 = 1;
/// The last one: the day after its last day is still a day.
const LAST_YEAR: i16 = 9998;
/// The most steps of a course.
pub const MOST_STEPS: usize = 62;

/// A period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A year.
    Year(i16),
    /// A half of a year: 1 or 2.
    Half(i16, i8),
    /// A quarter: 1 to 4.
    Quarter(i16, i8),
    /// A month.
    Month(Month),
    /// A week of the ISO calendar: its year, 1 to 53.
    Week(i16, i8),
    /// From a day to a day, both included, not backwards.
    Days(Date, Date),
    /// From the first day of a year to this day.
    UpTo(Date),
}

/// Why a text is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodFault {
    /// It cannot be read.
    Unreadable,
    /// It ends before it begins.
    Backwards,
    /// There is no such quarter, month, week or day.
    Impossible,
}

impl PeriodFault {
    /// The code of the sentence that says so.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "period.unreadable",
            Self::Backwards => "period.backwards",
            Self::Impossible => "period.impossible",
        }
    }
}

impl Period {
    /// Reads what [`Period`] prints: `2026`, `2026H1`, `2026Q3`, `2026-03`, `2026-W47`, `2026-01-05..2026-03-07`,
    /// `2026-01..2026-03`, `..2026-09-30`, `..2026-09`.
    pub fn parse(text: &str) -> Result<Self, PeriodFault> {
        let text = text.trim();
        if let Some(end) = text.strip_prefix("..") {
            return Ok(Self::UpTo(edge(end)?.1));
        }
        if let Some((from, until)) = text.split_once("..") {
            return Self::days(edge(from)?.0, edge(until)?.1);
        }
        if let Some((year, week)) = text.split_once("-W") {
            return Self::week(number(year, 4)?, number(week, 2)? as i8);
        }
        for (mark, most) in [('H', 2), ('Q', 4)] {
            if let Some((year, part)) = text.split_once(mark) {
                let (year, part) = (year_of(year)?, number(part, 1)? as i8);
                return match (1..=most).contains(&part) {
                    false => Err(PeriodFault::Impossible),
                    true if mark == 'H' => Ok(Self::Half(year, part)),
                    true => Ok(Self::Quarter(year, part)),
                };
            }
        }
        match text.split('-').count() {
            1 => year_of(text).map(Self::Year),
            2 => edge(text).map(|(first, _)| Self::Month(Month::of(first))),
            _ => edge(text).map(|(day, _)| Self::Days(day, day)),
        }
    }

    /// From a day to a day, both included.
    pub fn days(from: Date, until: Date) -> Result<Self, PeriodFault> {
        let years = FIRST_YEAR..=LAST_YEAR;
        if !years.contains(&from.year()) || !years.contains(&until.year()) {
            return Err(PeriodFault::Impossible);
        }
        if until < from { Err(PeriodFault::Backwards) } else { Ok(Self::Days(from, until)) }
    }

    /// A week of the ISO calendar.
    pub fn week(year: i16, week: i8) -> Result<Self, PeriodFault> {
        if !(FIRST_YEAR + 1..LAST_YEAR).contains(&year) {
            return Err(PeriodFault::Impossible);
        }
        ISOWeekDate::new(year, week, Weekday::Monday).map_err(|_| PeriodFault::Impossible)?;
        Ok(Self::Week(year, week))
    }

    /// The week that a day lies in.
    pub fn week_of(day: Date) -> Self {
        let week = day.iso_week_date();
        Self::Week(week.year(), week.week())
    }

    /// The quarter that a day lies in.
    pub fn quarter_of(day: Date) -> Self {
        Self::Quarter(day.year(), (day.month() - 1) / 3 + 1)
    }

    /// The half of the year that a day lies in.
    pub fn half_of(day: Date) -> Self {
        Self::Half(day.year(), (day.month() - 1) / 6 + 1)
    }

    /// Its first day.
    pub fn first(self) -> Date {
        let month = |year, month| Month { year, month }.first_day();
        match self {
            Self::Year(year) => month(year, 1),
            Self::Half(year, half) => month(year, half * 6 - 5),
            Self::Quarter(year, quarter) => month(year, quarter * 3 - 2),
            Self::Month(month) => month.first_day(),
            Self::Week(year, week) => monday(year, week),
            Self::Days(from, _) => from,
            Self::UpTo(day) => month(day.year(), 1),
        }
    }

    /// Its last day.
    pub fn last(self) -> Date {
        let month = |year, month| Month { year, month }.last_day();
        match self {
            Self::Year(year) => month(year, 12),
            Self::Half(year, half) => month(year, half * 6),
            Self::Quarter(year, quarter) => month(year, quarter * 3),
            Self::Month(month) => month.last_day(),
            Self::Week(year, week) => monday(year, week).saturating_add(6.days()),
            Self::Days(_, until) => until,
            Self::UpTo(day) => day,
        }
    }

    /// Does the day lie in it?
    pub fn holds(self, day: Date) -> bool {
        (self.first()..=self.last()).contains(&day)
    }

    /// Do two periods have a day in common?
    pub fn meets(self, other: Self) -> bool {
        self.first() <= other.last() && other.first() <= self.last()
    }

    /// Is it made of whole months?
    pub fn is_of_months(self) -> bool {
        self.first().day() == 1 && self.last() == self.last().last_of_month()
    }

    /// The period before it, of the same kind; none for a year up to a day, and none before the first year.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        let found = match self {
            Self::Year(year) => Self::Year(year - 1),
            Self::Half(year, 1) => Self::Half(year - 1, 2),
            Self::Half(year, half) => Self::Half(year, half - 1),
            Self::Quarter(year, 1) => Self::Quarter(year - 1, 4),
            Self::Quarter(year, quarter) => Self::Quarter(year, quarter - 1),
            Self::Month(month) => Self::Month(month.plus(-1)),
            Self::Week(year, week) => Self::week_of(monday(year, week).checked_sub(1.day()).ok()?),
            Self::Days(from, until) => {
                let last = from.checked_sub(1.day()).ok()?;
                let first = match self.is_of_months() {
                    true => Month::of(from).plus(-self.months()).first_day(),
                    false => from.checked_sub(Span::new().days(from.until(until).ok()?.get_days() + 1)).ok()?,
                };
                Self::Days(first, last)
            }
            Self::UpTo(_) => return None,
        };
        (found != self && found.is_possible()).then_some(found)
    }

    /// The period after it, of the same kind; none for a year up to a day, and none after the last year.
    #[must_use]
    pub fn after(self) -> Option<Self> {
        let found = match self {
            Self::Year(year) => Self::Year(year + 1),
            Self::Half(year, 2) => Self::Half(year + 1, 1),
            Self::Half(year, half) => Self::Half(year, half + 1),
            Self::Quarter(year, 4) => Self::Quarter(year + 1, 1),
            Self::Quarter(year, quarter) => Self::Quarter(year, quarter + 1),
            Self::Month(month) => Self::Month(month.plus(1)),
            Self::Week(year, week) => Self::week_of(monday(year, week).checked_add(7.days()).ok()?),
            Self::Days(from, until) => {
                let first = until.checked_add(1.day()).ok()?;
                let last = match self.is_of_months() {
                    true => Month::of(first).plus(self.months() - 1).last_day(),
                    false => until.checked_add(Span::new().days(from.until(until).ok()?.get_days() + 1)).ok()?,
                };
                Self::Days(first, last)
            }
            Self::UpTo(_) => return None,
        };
        (found != self && found.is_possible()).then_some(found)
    }

    /// The same period of the year before; none for a year (that is the one before it), and none for a 53rd week where
    /// that year had none.
    #[must_use]
    pub fn year_before(self) -> Option<Self> {
        let earlier = |day: Date| {
            let shifted = day.checked_sub(1.year()).ok()?;
            // The end of a month stays the end of a month: 28 February, and 29 in a leap year.
            Some(if day == day.last_of_month() { shifted.last_of_month() } else { shifted })
        };
        let found = match self {
            Self::Year(_) => return None,
            Self::Half(year, half) => Self::Half(year - 1, half),
            Self::Quarter(year, quarter) => Self::Quarter(year - 1, quarter),
            Self::Month(month) => Self::Month(month.plus(-12)),
            Self::Week(year, week) => return Self::week(year - 1, week).ok(),
            Self::Days(from, until) => {
                let from = from.checked_sub(1.year()).ok()?;
                Self::Days(from, earlier(until)?.max(from))
            }
            Self::UpTo(day) => Self::UpTo(earlier(day)?),
        };
        (found != self && found.is_possible()).then_some(found)
    }

    /// The steps of its course, oldest first: the months of what has several; the twelve last of a month or a week; of
    /// days the days, weeks, months or years that they touch, whichever can be looked at in one glance.
    pub fn steps(self) -> Vec<Self> {
        match self {
            Self::Month(_) | Self::Week(..) => {
                let mut steps: Vec<Self> = std::iter::successors(Some(self), |step| step.before()).take(12).collect();
                steps.reverse();
                steps
            }
            Self::Days(from, until) => {
                let days = from.until(until).map_or(i32::MAX, |span| span.get_days());
                let months = self.months();
                match days {
                    0..=15 => self.cut(|day| Self::Days(day, day)),
                    16..=62 if !self.is_of_months() => self.cut(Self::week_of),
                    _ if months <= 36 => self.cut(|day| Self::Month(Month::of(day))),
                    _ => self.cut(|day| Self::Year(day.year())),
                }
            }
            _ => self.cut(|day| Self::Month(Month::of(day))),
        }
    }

    /// Cut into the periods that `of` gives for a day; the first and the last only as far as they lie in it.
    fn cut(self, of: impl Fn(Date) -> Self) -> Vec<Self> {
        let mut steps = Vec::new();
        let mut day = self.first();
        while day <= self.last() && steps.len() < MOST_STEPS {
            let whole = of(day);
            let (first, last) = (whole.first().max(self.first()), whole.last().min(self.last()));
            steps.push(if (first, last) == (whole.first(), whole.last()) { whole } else { Self::Days(first, last) });
            match last.checked_add(1.day()) {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        steps
    }

    /// How many months it touches.
    fn months(self) -> i32 {
        let count = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        count(self.last()) - count(self.first()) + 1
    }

    fn is_possible(self) -> bool {
        // A week's first day may lie in the year before.
        (FIRST_YEAR..=LAST_YEAR).contains(&self.first().year())
            && (FIRST_YEAR..=LAST_YEAR).contains(&self.last().year())
    }

    /// As people say it: `2026年第三季度`, `2026年1—9月累计`.
    pub fn words(self) -> String {
        const NUMBERS: [&str; 5] = ["", "一", "二", "三", "四"];
        let numeral = |number: i8| NUMBERS.get(number as usize).copied().unwrap_or_default();
        match self {
            Self::Year(year) => format!("{year}年"),
            Self::Half(year, half) => format!("{year}年{}半年", if half == 1 { "上" } else { "下" }),
            Self::Quarter(year, quarter) => format!("{year}年第{}季度", numeral(quarter)),
            Self::Month(month) => format!("{}年{}月", month.year, month.month),
            Self::Week(year, week) => format!("{year}年第{week}周"),
            Self::UpTo(day) if day == day.last_of_month() && day.month() == 1 => format!("{}年1月累计", day.year()),
            Self::UpTo(day) if day == day.last_of_month() => format!("{}年1—{}月累计", day.year(), day.month()),
            Self::UpTo(day) => format!("{}年1月1日—{}累计", day.year(), in_year(day, day.year())),
            Self::Days(from, until) if self.is_of_months() && from.year() == until.year() => {
                match from.month() == until.month() {
                    true => format!("{}年{}月", from.year(), from.month()),
                    false => format!("{}年{}—{}月", from.year(), from.month(), until.month()),
                }
            }
            Self::Days(from, until) if self.is_of_months() => {
                format!("{}年{}月—{}年{}月", from.year(), from.month(), until.year(), until.month())
            }
            Self::Days(from, until) if from == until => format!("{}年{}", from.year(), in_year(from, from.year())),
            Self::Days(from, until) => {
                format!("{}年{}—{}", from.year(), in_year(from, from.year()), in_year(until, from.year()))
            }
        }
    }

    /// The short words that head a column beside others of the same course: `3月`, `12周`, `3日`.
    pub fn short(self) -> String {
        match self {
            Self::Year(year) => format!("{year}"),
            Self::Half(_, half) => (if half == 1 { "上半年" } else { "下半年" }).to_owned(),
            Self::Quarter(_, quarter) => format!("{quarter}季度"),
            Self::Month(month) => format!("{}月", month.month),
            Self::Week(_, week) => format!("{week}周"),
            Self::UpTo(day) => format!("至{}.{}", day.month(), day.day()),
            Self::Days(from, until) if from == until => format!("{}.{}", from.month(), from.day()),
            Self::Days(from, until) => format!("{}.{}—{}.{}", from.month(), from.day(), until.month(), until.day()),
        }
    }
}

fn in_year(day: Date, year: i16) -> String {
    let of_year = if day.year() == year { String::new() } else { format!("{}年", day.year()) };
    format!("{of_year}{}月{}日", day.month(), day.day())
}

fn monday(year: i16, week: i8) -> Date {
    ISOWeekDate::new(year, week, Weekday::Monday).expect("a week was looked at when it was made").date()
}

/// A number of at most so many digits.
fn number(text: &str, digits: usize) -> Result<i16, PeriodFault> {
    let is_number = !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().map_err(|_| PeriodFault::Unreadable) } else { Err(PeriodFault::Unreadable) }
}

fn year_of(text: &str) -> Result<i16, PeriodFault> {
    let year = number(text, 4)?;
    if (FIRST_YEAR..=LAST_YEAR).contains(&year) { Ok(year) } else { Err(PeriodFault::Impossible) }
}

/// A month or a day: its first and its last day.
fn edge(text: &str) -> Result<(Date, Date), PeriodFault> {
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month] => (year, month, None),
        [year, month, day] => (year, month, Some(day)),
        _ => return Err(PeriodFault::Unreadable),
    };
    let (year, month) = (year_of(year)?, number(month, 2)? as i8);
    let first = |day: i8| Date::new(year, month, day).map_err(|_| PeriodFault::Impossible);
    match day {
        Some(day) => {
            let day = first(number(day, 2)? as i8)?;
            Ok((day, day))
        }
        None => first(1).map(|day| (day, day.last_of_month())),
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Half(year, half) => write!(f, "{year:04}H{half}"),
            Self::Quarter(year, quarter) => write!(f, "{year:04}Q{quarter}"),
            Self::Month(month) => write!(f, "{month}"),
            Self::Week(year, week) => write!(f, "{year:04}-W{week:02}"),
            Self::Days(from, until) if self.is_of_months() => write!(f, "{}..{}", Month::of(*from), Month::of(*until)),
            Self::Days(from, until) => write!(f, "{from}..{until}"),
            Self::UpTo(day) if *day == day.last_of_month() => write!(f, "..{}", Month::of(*day)),
            Self::UpTo(day) => write!(f, "..{day}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    #[test]
    fn each_kind_is_read_printed_and_said() {
        let cases = [
            ("2026", "2026年", "2026-01-01", "2026-12-31"),
            ("2026H2", "2026年下半年", "2026-07-01", "2026-12-31"),
            ("2026Q3", "2026年第三季度", "2026-07-01", "2026-09-30"),
            ("2026-02", "2026年2月", "2026-02-01", "2026-02-28"),
            ("2026-W47", "2026年第47周", "2026-11-16", "2026-11-22"),
            ("2027-W53", "", "", ""),
            ("2026-W53", "2026年第53周", "2026-12-28", "2027-01-03"),
            ("2026-01-05..2026-03-07", "2026年1月5日—3月7日", "2026-01-05", "2026-03-07"),
            ("2025-12-05..2026-03-07", "2025年12月5日—2026年3月7日", "2025-12-05", "2026-03-07"),
            ("2026-01..2026-03", "2026年1—3月", "2026-01-01", "2026-03-31"),
            ("..2026-09", "2026年1—9月累计", "2026-01-01", "2026-09-30"),
            ("..2026-09-15", "2026年1月1日—9月15日累计", "2026-01-01", "2026-09-15"),
        ];
        for (text, words, first, last) in cases {
            let Ok(period) = Period::parse(text) else {
                assert!(words.is_empty(), "{text}");
                continue;
            };
            assert_eq!((period.to_string(), period.words()), (text.to_owned(), words.to_owned()));
            assert_eq!((period.first().to_string(), period.last().to_string()), (first.to_owned(), last.to_owned()));
        }
    }

    #[test]
    fn what_runs_backwards_or_is_not_there_is_told_apart_from_what_cannot_be_read() {
        for text in ["2026-03..2026-01", "2026-03-07..2026-03-06"] {
            assert_eq!(Period::parse(text), Err(PeriodFault::Backwards), "{text}");
        }
        for text in
            ["2026Q5", "2026H0", "2026-13", "2026-W54", "2025-W53", "2026-02-30", "0000", "9999", "..2026-02-29"]
        {
            assert_eq!(Period::parse(text), Err(PeriodFault::Impossible), "{text}");
        }
        for text in ["", "x", "2026Q", "今年", "2026-1-2-3", "20261", "..", "-5", "2026-W", "2026..2027"] {
            assert_eq!(Period::parse(text), Err(PeriodFault::Unreadable), "{text}");
        }
    }

    #[test]
    fn the_period_before_and_the_same_of_the_year_before() {
        let cases = [
            ("2026", "2025", ""),
            ("2026H1", "2025H2", "2025H1"),
            ("2026Q1", "2025Q4", "2025Q1"),
            ("2026-01", "2025-12", "2025-01"),
            ("2026-W01", "2025-W52", "2025-W01"),
            ("2026-W53", "2026-W52", ""),
            ("2026-01..2026-03", "2025-10..2025-12", "2025-01..2025-03"),
            ("2026-03-05..2026-03-09", "2026-02-28..2026-03-04", "2025-03-05..2025-03-09"),
            ("2024-02-01..2024-02-28", "2024-01-04..2024-01-31", "2023-02..2023-02"),
            ("..2024-02", "", "..2023-02"),
            ("..2025-02", "", "..2024-02"),
        ];
        for (text, before, year_before) in cases {
            let said = |period: Option<Period>| period.map(|it| it.to_string()).unwrap_or_default();
            let period = read(text);
            assert_eq!(
                (said(period.before()), said(period.year_before())),
                (before.to_owned(), year_before.to_owned()),
                "{text}"
            );
        }
        assert_eq!(read("0001").before(), None);
        assert_eq!(read("9998").after(), None);
    }

    #[test]
    fn a_course_is_what_one_looks_at_in_one_glance() {
        let steps = |text: &str| -> Vec<String> { read(text).steps().iter().map(ToString::to_string).collect() };
        assert_eq!(steps("2026Q2"), ["2026-04", "2026-05", "2026-06"]);
        assert_eq!(steps("2026").len(), 12);
        assert_eq!(steps("2026-03").first().unwrap(), "2025-04");
        assert_eq!(steps("2026-W02").len(), 12);
        assert_eq!(
            steps("2026-03-30..2026-04-01"),
            ["2026-03-30..2026-03-30", "2026-03-31..2026-03-31", "2026-04-01..2026-04-01"]
        );
        assert_eq!(steps("..2026-02-10"), ["2026-01", "2026-02-01..2026-02-10"]);
        assert_eq!(steps("2020-05..2026-03").len(), 7);
    }

    fn periods() -> impl Strategy<Value = Period> {
        let day = (1900_i16..2200, 1_i8..=12, 1_i8..=31)
            .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap_or_else(|_| Date::constant(2000, 2, 29)));
        (day.clone(), day, 0..7).prop_map(|(one, other, kind)| match kind {
            0 => Period::Year(one.year()),
            1 => Period::half_of(one),
            2 => Period::quarter_of(one),
            3 => Period::Month(Month::of(one)),
            4 => Period::week_of(one),
            5 => Period::Days(one.min(other), one.max(other)),
            _ => Period::UpTo(one),
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same_days(period in periods()) {
            let again = read(&period.to_string());
            prop_assert_eq!((again.first(), again.last()), (period.first(), period.last()));
            prop_assert_eq!(again, period);
        }

        #[test]
        fn before_and_after_lie_edge_to_edge(period in periods()) {
            if let Some(before) = period.before() {
                prop_assert_eq!(before.last().tomorrow().unwrap(), period.first());
                prop_assert!(!before.meets(period));
                // Days that happen to be whole months, or not, do not come back as the same days.
                let is_plain = !matches!(period, Period::Days(..)) || period.is_of_months() == before.is_of_months();
                if is_plain {
                    prop_assert_eq!(before.after(), Some(period));
                }
            }
        }

        #[test]
        fn a_period_never_runs_backwards_and_neither_do_its_steps(period in periods()) {
            prop_assert!(period.first() <= period.last());
            let steps = period.steps();
            prop_assert!(!steps.is_empty() && steps.len() <= MOST_STEPS);
            for pair in steps.windows(2) {
                prop_assert_eq!(pair[0].last().tomorrow().unwrap(), pair[1].first());
            }
            if let Some(earlier) = period.year_before() {
                prop_assert!(earlier.first() < period.first() && earlier.first() <= earlier.last());
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9HQW.\\-]{0,24}") {
            if let Ok(period) = Period::parse(&text) {
                let _ = (period.words(), period.short(), period.before(), period.after(), period.year_before(), period.steps());
                prop_assert_eq!(read(&period.to_string()), period);
            }
        }
    }
}
