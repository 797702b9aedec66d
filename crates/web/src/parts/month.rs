//! What falls on which day of a month?
//! Whole weeks from Monday to Sunday; days off and days worked in exchange are marked by a word.
//! On a phone only the days that hold something are listed.
//! Never: the wall clock; today comes from the caller.

use super::light::Light;
use jiff::civil::Date;
use maud::{Markup, html};

/// One thing on a day.
#[derive(Debug, Clone)]
pub struct DayEntry {
    /// What it is.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Its light.
    pub light: Light,
}

/// Whether a day is worked, where that departs from the week's own habit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayMark {
    /// A day off, with the festival's name or `休`.
    Rest(String),
    /// A weekend day worked in exchange.
    Work,
}

/// What is known of one day.
#[derive(Debug, Clone)]
pub struct MonthDay {
    /// The day.
    pub on: Date,
    /// What falls on it, most urgent first.
    pub entries: Vec<DayEntry>,
    /// How many more there are than given.
    pub further: u64,
    /// Where all of the day are listed.
    pub href: String,
    /// Its mark in the national calendar.
    pub mark: Option<DayMark>,
}

/// The month that holds `shown`, as a grid; `days` may leave out days that hold nothing.
pub fn month(shown: Date, today: Date, days: &[MonthDay]) -> Markup {
    html! {
        table.month {
            caption.vh { (super::words::month_prose(shown)) }
            thead { tr { @for name in ["一", "二", "三", "四", "五", "六", "日"] { th scope="col" { (name) } } } }
            tbody {
                @for week in weeks(shown) {
                    tr { @for on in week { (day_of(on, shown, today, days.iter().find(|day| Some(day.on) == on))) } }
                }
            }
        }
    }
}

/// Whole weeks that cover the month; a day outside what can be counted is `None`.
fn weeks(shown: Date) -> Vec<[Option<Date>; 7]> {
    let first = shown.first_of_month();
    let lead = i64::from(first.weekday().to_monday_zero_offset());
    let length = i64::from(shown.days_in_month());
    let count = (lead + length + 6) / 7;
    (0..count)
        .map(|week| {
            std::array::from_fn(|place| {
                let offset = week * 7 + i64::try_from(place).unwrap_or(0) - lead;
                first.checked_add(jiff::Span::new().days(offset)).ok()
            })
        })
        .collect()
}

fn day_of(on: Option<Date>, shown: Date, today: Date, day: Option<&MonthDay>) -> Markup {
    let Some(on) = on else { return html! { td.out.blank {} } };
    let outside = on.month() != shown.month();
    let mark = day.and_then(|day| day.mark.as_ref());
    let weekend = on.weekday().to_monday_zero_offset() >= 5;
    let rest = matches!(mark, Some(DayMark::Rest(_))) || (weekend && mark != Some(&DayMark::Work));
    let blank = day.is_none_or(|day| day.entries.is_empty()) && on != today;
    html! {
        td.out[outside] .rest[rest] .today[on == today] .blank[blank] {
            time datetime=(super::words::day_cell(on)) {
                b { @if outside { (on.month()) "/" } (on.day()) }
                @match mark {
                    Some(DayMark::Rest(name)) => small.rest-mark { (name) },
                    Some(DayMark::Work) => small.work-mark { "班" },
                    None => {},
                }
                @if on == today { small { "今天" } }
            }
            @if let Some(day) = day { (entries_of(day)) }
        }
    }
}

fn entries_of(day: &MonthDay) -> Markup {
    html! {
        @if !day.entries.is_empty() {
            ul {
                @for entry in &day.entries {
                    li { a class=(entry.light.class()) href=(entry.href) title=(entry.label) { (entry.label) } }
                }
            }
        }
        @if day.further > 0 { a.all href=(day.href) { "还有 " (day.further) " 项" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_is_shown_in_whole_weeks_from_monday() {
        let weeks = weeks(date(2026, 3, 5));
        assert_eq!(weeks.len(), 6);
        assert_eq!(weeks[0][0], Some(date(2026, 2, 23)));
        assert_eq!(weeks[5][6], Some(date(2026, 4, 5)));
    }

    #[test]
    fn february_of_four_weeks_takes_four_rows() {
        assert_eq!(super::weeks(date(2027, 2, 9)).len(), 4);
    }

    #[test]
    fn the_last_month_that_can_be_counted_does_not_panic() {
        assert!(weeks(date(9999, 12, 31)).iter().flatten().any(Option::is_none));
    }
}
