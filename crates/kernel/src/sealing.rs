//! What stood behind a figure when it was reported, and what has become of it since?
//!
//! A sealed figure keeps its rows: each record with what it gave. Drift is the difference between those rows and what
//! the same records give now. Never a judgement whether the difference is right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;

use crate::figures::{Amount, Cells, Falls, WHOLE};
use crate::ids::{PersonId, RecordId, UnitId};

/// Records and what each gave to a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(pub BTreeMap<RecordId, Amount>);

/// What changed since a figure was sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Records that give something and gave nothing then.
    pub came: Vec<(RecordId, Amount)>,
    /// Records that gave something and give nothing now: what they gave.
    pub went: Vec<(RecordId, Amount)>,
    /// Records that give something else: what they gave, and what they give.
    pub changed: Vec<(RecordId, Amount, Amount)>,
}

impl Drift {
    /// Is everything as it was?
    pub fn is_none(&self) -> bool {
        self.came.is_empty() && self.went.is_empty() && self.changed.is_empty()
    }
}

impl Rows {
    /// What all of them gave together.
    pub fn total(&self) -> Amount {
        let mut sum = Amount::default();
        for amount in self.0.values() {
            sum += *amount;
        }
        sum
    }

    /// A line for each: its id, numerator and denominator.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for (record, amount) in &self.0 {
            let _ = writeln!(text, "{record} {} {}", amount.numerator, amount.denominator);
        }
        text
    }

    /// Reads what [`Rows::write`] wrote; nothing if a line is none of its.
    pub fn read(text: &str) -> Option<Self> {
        let line = |line: &str| {
            let mut parts = line.split(' ');
            let record = parts.next()?.parse().ok()?;
            let amount = Amount { numerator: parts.next()?.parse().ok()?, denominator: parts.next()?.parse().ok()? };
            parts.next().is_none().then_some((record, amount))
        };
        text.lines().map(line).collect::<Option<_>>().map(Self)
    }

    /// What has become of these rows, if `now` is what the records give now.
    pub fn drift(&self, now: &Self) -> Drift {
        let mut drift = Drift::default();
        let all: BTreeSet<RecordId> = self.0.keys().chain(now.0.keys()).copied().collect();
        for record in all {
            match (self.0.get(&record), now.0.get(&record)) {
                (None, Some(is)) => drift.came.push((record, *is)),
                (Some(was), None) => drift.went.push((record, *was)),
                (Some(was), Some(is)) if was != is => drift.changed.push((record, *was, *is)),
                _ => {}
            }
        }
        drift
    }
}

/// What a record's contributions come to for one figure over a span of days; of a stock, what stands on the last day.
/// `theirs` says whether a unit stood below the one asked for on a day.
pub fn given(cells: &Cells, figure: &str, from: Date, until: Date, theirs: impl Fn(UnitId, Date) -> bool) -> Amount {
    let mut sum = Amount::default();
    for (key, amount) in cells.iter().filter(|(key, _)| *key.figure == *figure && *key.slice == *WHOLE) {
        let counts = match key.falls {
            Falls::On(day) => from <= day && day <= until && theirs(key.unit, day),
            Falls::Stands(day) => day <= until && theirs(key.unit, until),
            Falls::Always => false,
        };
        if counts {
            sum += *amount;
        }
    }
    sum
}

/// Would a change of these cells change a figure over a span of days? A stock changes on every day from the change on.
pub fn touches(cells: &Cells, figure: &str, from: Date, until: Date, theirs: impl Fn(UnitId, Date) -> bool) -> bool {
    // One person who is named in another's place changes whom the figure counts, though not how often it counts.
    let mut by_person: BTreeMap<Option<PersonId>, Cells> = BTreeMap::new();
    for (key, amount) in cells.iter().filter(|(key, _)| *key.figure == *figure) {
        by_person.entry(key.person).or_default().insert(key.clone(), *amount);
    }
    by_person.values().any(|own| given(own, figure, from, until, &theirs) != Amount::default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn rows() -> impl Strategy<Value = Rows> {
        let amount = (-3_i64..4, 0_i64..3).prop_map(|(numerator, denominator)| Amount { numerator, denominator });
        proptest::collection::btree_map((0_u128..12).prop_map(|id| RecordId(Uuid::from_u128(id))), amount, 0..8)
            .prop_map(Rows)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(rows in rows()) {
            prop_assert_eq!(Rows::read(&rows.write()), Some(rows));
        }

        #[test]
        fn drift_is_exactly_what_leads_from_then_to_now(was in rows(), is in rows()) {
            let drift = was.drift(&is);
            let mut made = was.0.clone();
            for (record, amount) in &drift.came {
                prop_assert!(made.insert(*record, *amount).is_none());
            }
            for (record, amount) in &drift.went {
                prop_assert_eq!(made.remove(record), Some(*amount));
            }
            for (record, before, after) in &drift.changed {
                prop_assert_eq!(made.insert(*record, *after), Some(*before));
            }
            prop_assert_eq!(&made, &is.0);
            prop_assert_eq!(drift.is_none(), was == is);
        }
    }

    #[test]
    fn a_line_that_is_none_is_not_read_as_nothing() {
        assert_eq!(Rows::read("x 1 2"), None);
        assert_eq!(Rows::read("00000000-0000-0000-0000-000000000001 1"), None);
        assert_eq!(Rows::read("00000000-0000-0000-0000-000000000001 1 2 3"), None);
        assert_eq!(Rows::read(""), Some(Rows::default()));
    }
}
