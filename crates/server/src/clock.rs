//! What time is it? The only reader of the wall clock.
//!
//! The office lives in Beijing time, whatever the machine is set to. China keeps no summer time, so the offset is fixed.
//! Never called from below: whoever needs the moment receives it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// Beijing time.
pub const OFFSET: Offset = Offset::constant(8);

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The moment, in milliseconds since 1970 UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    pub fn now_ms(self) -> i64 {
        Timestamp::now().as_millisecond()
    }

    /// The day in the office.
    pub fn today(self) -> Date {
        day_of(self.now_ms())
    }
}

/// The day in the office at that moment.
pub fn day_of(at_ms: i64) -> Date {
    local(at_ms).date()
}

/// Day and time in the office at that moment.
pub fn local(at_ms: i64) -> DateTime {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    OFFSET.to_datetime(at)
}

/// The moment at which it is that time of that day in the office.
pub fn moment(day: Date, hour: i8, minute: i8) -> i64 {
    let local = day.at(hour.clamp(0, 23), minute.clamp(0, 59), 0, 0);
    let zone = TimeZone::fixed(OFFSET);
    zone.to_timestamp(local).map_or(0, Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_office_is_eight_hours_ahead_of_greenwich() {
        let day = jiff::civil::date(2026, 3, 5);
        let morning = moment(day, 7, 30);
        assert_eq!(local(morning).to_string(), "2026-03-05T07:30:00");
        assert_eq!(day_of(morning), day);
        assert_eq!(Timestamp::from_millisecond(morning).unwrap().to_string(), "2026-03-04T23:30:00Z");
    }
}
