//! When are offices open? Periods that are counted in hours of work, from a minute to a minute.
//!
//! A minute counts if its day is worked and it lies inside the office hours, which are the same on every working day.
//! Never a daylight-saving hour: China keeps UTC+8 all year.

use jiff::civil::Date;

use super::Calendar;

/// A minute, an hour and a day in milliseconds.
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// What China is ahead of UTC.
const OFFSET: i64 = 8 * HOUR;
/// The setting that says when offices are open.
pub const SETTING: &str = "工作时间";

/// The office hours of a day: from which minute of the day to which, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours(Vec<(i64, i64)>);

impl Default for Hours {
    fn default() -> Self {
        Self(vec![(9 * 60, 12 * 60), (14 * 60, 18 * 60)])
    }
}

impl Hours {
    /// Reads `9:00-12:00 14:00-18:00`: stretches in order that do not overlap.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace(['：', '—', '－', '、'], " ");
        let text = if text.contains(':') { text } else { return None };
        let mut all: Vec<(i64, i64)> = Vec::new();
        for stretch in text.split_whitespace() {
            let (from, until) = stretch.split_once('-')?;
            let (from, until) = (minute_of_day(from)?, minute_of_day(until)?);
            if from >= until || all.last().is_some_and(|(_, before)| from < *before) {
                return None;
            }
            all.push((from, until));
        }
        (!all.is_empty()).then_some(Self(all))
    }

    /// The minutes of a whole day.
    fn of_day(&self) -> i64 {
        self.0.iter().map(|(from, until)| until - from).sum()
    }

    /// The milliseconds worked between the beginning of the day and a moment of it.
    fn until(&self, since_midnight: i64) -> i64 {
        let worked = |(from, until): &(i64, i64)| (since_midnight.min(until * MINUTE) - from * MINUTE).max(0);
        self.0.iter().map(worked).sum()
    }
}

fn minute_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let at = hour * 60 + minute;
    ((0..=24).contains(&hour) && (0..60).contains(&minute) && at <= 24 * 60).then_some(at)
}

/// The day of a moment in China, and the milliseconds since its midnight.
pub fn day_and_time(at: i64) -> (Date, i64) {
    let local = at.saturating_add(OFFSET);
    let days = local.div_euclid(DAY).clamp(-700_000, 2_900_000);
    let day = Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(days));
    (day, local.rem_euclid(DAY))
}

/// The midnight with which a day begins in China.
fn midnight(day: Date) -> i64 {
    let days = day.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    days * DAY - OFFSET
}

impl Calendar {
    /// The calendar with office hours of its own.
    #[must_use]
    pub fn with_hours(mut self, hours: Hours) -> Self {
        self.hours = hours;
        self
    }

    /// The moment at which so many hours of work have passed since a moment.
    pub fn add_hours(&self, at: i64, hours: u32) -> i64 {
        let mut missing = i64::from(hours) * HOUR;
        let (mut day, mut since_midnight) = day_and_time(at);
        if missing == 0 {
            return at;
        }
        loop {
            if self.is_working(day) {
                let mut worked = self.hours.until(since_midnight);
                for (from, until) in &self.hours.0 {
                    let here = self.hours.until(until * MINUTE);
                    if here <= worked {
                        continue;
                    }
                    if here - worked >= missing {
                        let began = since_midnight.max(from * MINUTE);
                        return midnight(day) + began + missing;
                    }
                    missing -= here - worked;
                    worked = here;
                }
            }
            match day.tomorrow() {
                Ok(next) => (day, since_midnight) = (self.next_working_on_or_after(next), 0),
                Err(_) => return midnight(day),
            }
        }
    }

    /// The minutes of work between two moments; negative if the second comes first.
    pub fn working_minutes(&self, from: i64, until: i64) -> i64 {
        let ((first, begun), (last, ended)) = (day_and_time(from), day_and_time(until));
        let part = |day: Date, since_midnight: i64| match self.is_working(day) {
            true => self.hours.until(since_midnight),
            false => 0,
        };
        let before = |day: Date| day.yesterday().unwrap_or(day);
        let days = self.working_days_between(before(first), before(last));
        (days * self.hours.of_day() * MINUTE + part(last, ended) - part(first, begun)) / MINUTE
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(day: &str, hour: i64, minute: i64) -> i64 {
        midnight(day.parse().expect("a day")) + hour * HOUR + minute * MINUTE
    }

    #[test]
    fn hours_pass_only_while_offices_are_open() {
        let calendar = Calendar::default();
        // A Tuesday; two hours before the break, two after it.
        assert_eq!(calendar.add_hours(at("2026-03-03", 10, 0), 4), at("2026-03-03", 16, 0));
        assert_eq!(calendar.add_hours(at("2026-03-03", 10, 0), 2), at("2026-03-03", 12, 0));
        assert_eq!(calendar.add_hours(at("2026-03-03", 12, 30), 1), at("2026-03-03", 15, 0));
        // A Friday evening goes on on Monday morning.
        assert_eq!(calendar.add_hours(at("2026-03-06", 17, 0), 4), at("2026-03-09", 12, 0));
        assert_eq!(calendar.add_hours(at("2026-03-07", 3, 0), 1), at("2026-03-09", 10, 0));
        assert_eq!(calendar.working_minutes(at("2026-03-06", 17, 0), at("2026-03-09", 10, 30)), 150);
        assert_eq!(calendar.working_minutes(at("2026-03-03", 20, 0), at("2026-03-03", 23, 0)), 0);
        assert_eq!(calendar.working_minutes(at("2026-03-03", 15, 0), at("2026-03-03", 14, 0)), -60);
    }

    #[test]
    fn office_hours_are_read_and_what_is_none_is_not() {
        let hours = Hours::parse("8:30-12:00 13:30-17:30").expect("office hours");
        assert_eq!(hours.of_day(), 450);
        let calendar = Calendar::default().with_hours(hours);
        assert_eq!(calendar.add_hours(at("2026-03-03", 11, 30), 1), at("2026-03-03", 14, 0));
        for wrong in ["", "9-12", "12:00-9:00", "9:00-12:00 11:00-18:00", "9:00", "25:00-26:00", "9:00-12:60"] {
            assert_eq!(Hours::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        /// So many hours later so many hours of work have passed, from whenever.
        #[test]
        fn what_is_added_has_passed(minutes in 0_i64..600_000, hours in 1_u32..200) {
            let calendar = Calendar::default();
            let from = at("2026-01-01", 0, 0) + minutes * MINUTE;
            let until = calendar.add_hours(from, hours);
            prop_assert!(until > from);
            prop_assert_eq!(calendar.working_minutes(from, until), i64::from(hours) * 60);
        }
    }
}
