//! When is it due? Working days by the national calendar with 调休, and periods counted by them.
//!
//! A day is worked if it is a weekday that no notice gives off, or a weekend day that a notice has worked.
//! Years without a notice are counted by weekends and the statutory days fixed by date, and marked provisional.
//! The day of the event is day 0; a period never moves off a rest day unless [`Calendar::postponed`] is asked.
//! Never knows today, and never panics at the ends of time: results stay within the years 1 to 9999.

mod counting;
mod due;
pub mod hours;
mod outline;
mod source;
mod span;
#[cfg(test)]
mod tests;
mod year;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

pub use due::{Due, Skipped, WhyStep};
pub use span::{Span, SpanFault};
pub use year::{Holiday, YearFault, YearPart, YearTable};

use crate::problem::{Problem, SourceFile};

/// The first day that a result may be.
pub const FIRST_DAY: Date = Date::constant(1, 1, 1);
/// The last day that a result may be.
pub const LAST_DAY: Date = Date::constant(9999, 12, 31);

/// The working days of all years. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendar {
    years: BTreeMap<i16, Arc<PublishedYear>>,
    hours: hours::Hours,
}

/// What a day is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// An ordinary working day.
    Working,
    /// A weekend day that is worked.
    MadeUp,
    /// A day off by a notice or by law, with the holiday's name.
    Off(String),
    /// Saturday or Sunday.
    Weekend,
}

/// A year whose notice is out.
#[derive(Debug, PartialEq)]
struct PublishedYear {
    table: YearTable,
    /// The days that break the weekday rule, each with the working days gained (or lost) up to and with it.
    exceptions: Vec<(Date, i64)>,
}

impl Calendar {
    /// Reads calendar files. A year that has a problem is left out, and so stays provisional.
    pub fn parse(files: &[SourceFile]) -> (Self, Vec<Problem>) {
        let (tables, problems) = source::read(files);
        let calendar = tables.into_iter().fold(Self::default(), |calendar, table| calendar.with_year(table));
        (calendar, problems)
    }

    /// The calendar with one year added or replaced.
    #[must_use]
    pub fn with_year(&self, table: YearTable) -> Self {
        let mut years = self.years.clone();
        years.insert(table.year(), Arc::new(PublishedYear::new(table)));
        Self { years, hours: self.hours.clone() }
    }

    /// The years whose notice is out, in order of time.
    pub fn years(&self) -> impl Iterator<Item = &YearTable> {
        self.years.values().map(|year| &year.table)
    }

    /// The table of a year, if its notice is out.
    pub fn find_year(&self, year: i16) -> Option<&YearTable> {
        self.years.get(&year).map(|year| &year.table)
    }

    /// Is the notice of the year out, and so are its days final?
    pub fn is_published(&self, year: i16) -> bool {
        self.years.contains_key(&year)
    }

    /// What the day is.
    pub fn kind(&self, day: Date) -> DayKind {
        let off = |holidays: &[Holiday]| {
            holidays.iter().find(|it| it.from <= day && day <= it.to).map(|it| DayKind::Off(it.name.clone()))
        };
        let (off, made_up) = match self.find_year(day.year()) {
            Some(table) => (off(table.off()), table.worked().contains(&day)),
            None => (off(&year::fixed_holidays(day.year())), false),
        };
        match (off, year::is_weekend(day)) {
            (Some(off), _) => off,
            (None, true) if made_up => DayKind::MadeUp,
            (None, true) => DayKind::Weekend,
            (None, false) => DayKind::Working,
        }
    }

    /// Is the day worked?
    pub fn is_working(&self, day: Date) -> bool {
        let excepted = match self.years.get(&day.year()) {
            Some(year) => year.exceptions.binary_search_by_key(&day, |(day, _)| *day).is_ok(),
            None => !year::is_weekend(day) && is_fixed_holiday(day),
        };
        year::is_weekend(day) == excepted
    }

    /// The first working day from `day` on, `day` included.
    pub fn next_working_on_or_after(&self, day: Date) -> Date {
        let mut days = std::iter::successors(Some(day), |day| day.tomorrow().ok());
        days.find(|day| self.is_working(*day)).unwrap_or(LAST_DAY).clamp(FIRST_DAY, LAST_DAY)
    }

    /// The last working day up to `day`, `day` included.
    pub fn last_working_on_or_before(&self, day: Date) -> Date {
        let mut days = std::iter::successors(Some(day), |day| day.yesterday().ok());
        days.find(|day| self.is_working(*day)).unwrap_or(FIRST_DAY).clamp(FIRST_DAY, LAST_DAY)
    }

    /// The first working day on which something due on `due` is late.
    pub fn first_late_working_day(&self, due: Date) -> Date {
        self.next_working_on_or_after(due.tomorrow().unwrap_or(LAST_DAY))
    }

    /// The number of working days `d` with `after < d <= until`; negative if `until` lies before `after`.
    ///
    /// Costs a look-up a year, so lists may ask it for every row.
    pub fn working_days_between(&self, after: Date, until: Date) -> i64 {
        if until < after {
            return -self.working_days_between(until, after);
        }
        let weekdays = weekdays_up_to(until) - weekdays_up_to(after);
        let whole_years: i64 = (after.year()..until.year()).map(|year| self.gained_in(year)).sum();
        weekdays + whole_years + self.gained_up_to(until) - self.gained_up_to(after)
    }

    /// Working days gained over the weekday rule in the year of `day` up to and with `day`; mostly negative.
    fn gained_up_to(&self, day: Date) -> i64 {
        match self.years.get(&day.year()) {
            Some(year) => {
                let count = year.exceptions.partition_point(|(exception, _)| *exception <= day);
                count.checked_sub(1).map_or(0, |last| year.exceptions[last].1)
            }
            None => -lost_to_fixed_holidays(day),
        }
    }

    /// Working days gained over the weekday rule in a whole year.
    fn gained_in(&self, year: i16) -> i64 {
        match self.years.get(&year) {
            Some(year) => year.exceptions.last().map_or(0, |(_, gained)| *gained),
            None => -lost_to_fixed_holidays(Date::constant(year, 12, 31)),
        }
    }
}

impl PublishedYear {
    fn new(table: YearTable) -> Self {
        let off = table.off().iter().flat_map(|holiday| days(holiday.from, holiday.to));
        let lost = off.filter(|day| !year::is_weekend(*day)).map(|day| (day, -1));
        let mut exceptions: Vec<(Date, i64)> = lost.chain(table.worked().iter().map(|day| (*day, 1))).collect();
        exceptions.sort();
        let mut gained = 0;
        for (_, change) in &mut exceptions {
            gained += *change;
            *change = gained;
        }
        Self { table, exceptions }
    }
}

/// The days from one to the other, both included.
fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
}

fn is_fixed_holiday(day: Date) -> bool {
    year::fixed_days(day.year()).contains(&(day.month(), day.day()))
}

/// Weekdays of the year up to and with `day` that are statutory holidays fixed by date.
fn lost_to_fixed_holidays(day: Date) -> i64 {
    let fixed =
        year::fixed_days(day.year()).iter().map(|(month, of_month)| Date::constant(day.year(), *month, *of_month));
    fixed.filter(|fixed| *fixed <= day && !year::is_weekend(*fixed)).count() as i64
}

/// Mondays to Fridays up to and with `day`, counted from a far Monday; only differences mean anything.
fn weekdays_up_to(day: Date) -> i64 {
    /// A Monday.
    const MONDAY: Date = Date::constant(2001, 1, 1);
    let number = day.duration_since(MONDAY).as_hours() / 24;
    number.div_euclid(7) * 5 + (number.rem_euclid(7) + 1).min(5)
}
