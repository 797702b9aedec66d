//! What time is it? The day that the story sets, from nine in the morning on.
//!
//! Each thing that somebody does takes a second, so that what was later is later. Never reads the wall clock.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

const HOUR_MS: i64 = 3_600_000;

/// A clock that only a story moves. Milliseconds since 1970 UTC; the office lies at +08:00.
#[derive(Debug)]
pub(crate) struct StoryClock(AtomicI64);

impl StoryClock {
    pub(super) fn at(on: Date) -> Self {
        Self(AtomicI64::new(morning(on)))
    }

    /// Moves on to nine o'clock of a day.
    pub(super) fn moves_to(&self, on: Date) {
        let before = self.0.swap(morning(on), Ordering::SeqCst);
        assert!(
            before <= morning(on) || day_of(before) == on,
            "a story runs forward, and it was {} already",
            day_of(before)
        );
    }

    /// Something was done: a second passed.
    pub(super) fn passes(&self, ms: i64) -> i64 {
        self.0.fetch_add(ms, Ordering::SeqCst) + ms
    }

    pub(super) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn morning(on: Date) -> i64 {
    let midnight = on.to_zoned(TimeZone::UTC).expect("a day of our times").timestamp().as_millisecond();
    midnight + HOUR_MS
}

/// The day in the office at a moment.
pub(super) fn day_of(ms: i64) -> Date {
    let at = jiff::Timestamp::from_millisecond(ms).expect("a moment of our times");
    Offset::constant(8).to_datetime(at).date()
}

/// A day by its name.
pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a day is written 2026-03-05")
}
