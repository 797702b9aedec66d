//! What do figures read off an account, and what of it counts in which year?
//!
//! Never a day on which nothing changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Book, Movement, Reading};

/// What a figure reads off an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// What it holds.
    Held(Reading),
    /// What a kind of movement has moved all in all; what was turned around is taken away.
    Moved(Arc<str>),
}

/// What a movement adds to all that its kind has moved.
fn moved(it: &Movement) -> i64 {
    if it.reverses.is_some() { -it.amount } else { it.amount }
}

/// What a sum of readings comes to day by day: the days on which it changes, and by how much. Of an account of a year
/// that is what counts within it: what stood before counts from its first day on, and the day after its last nothing
/// is left.
// enforces: figure.year
pub fn changes(book: &Book, of: &[(bool, Counted)], year: Option<i16>) -> Vec<(Date, i64)> {
    let all = day_by_day(book, of);
    let first = year.and_then(|year| Date::new(year, 1, 1).ok());
    let Some((first, next)) = first.zip(year.and_then(|year| Date::new(year.checked_add(1)?, 1, 1).ok())) else {
        return if year.is_none() { all } else { Vec::new() };
    };
    let mut within: BTreeMap<Date, i64> = BTreeMap::new();
    for (on, amount) in all.into_iter().filter(|(on, _)| *on < next) {
        *within.entry(on.max(first)).or_default() += amount;
        *within.entry(next).or_default() -= amount;
    }
    within.into_iter().filter(|(_, amount)| *amount != 0).collect()
}

fn day_by_day(book: &Book, of: &[(bool, Counted)]) -> Vec<(Date, i64)> {
    let mut before = 0_i64;
    let mut all = Vec::new();
    for (on, balance) in book.days() {
        let amount = |it: &Counted| match it {
            Counted::Held(reading) => balance.read(reading),
            Counted::Moved(word) => {
                let own = book.movements().iter().filter(|it| it.word == *word && it.on <= on);
                own.map(moved).fold(0, i64::saturating_add)
            }
        };
        let part = |(minus, it): &(bool, Counted)| if *minus { -amount(it) } else { amount(it) };
        let now = of.iter().map(part).fold(0, i64::saturating_add);
        if now != before {
            all.push((on, now - before));
        }
        before = now;
    }
    all
}
