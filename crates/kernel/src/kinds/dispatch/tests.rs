//! Are those who have a paper and those who have not always all that it was sent to?
//!
//! Never a receipt that is counted twice.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

fn day(number: i8) -> Date {
    Date::new(2026, 3, number).expect("a day of March")
}

fn laid(units: u128) -> Receipts {
    let receipt = |number| Receipt { unit: unit(number), how: How::To, due_on: day(10), received: None, by: None };
    Receipts::of((0..units).map(receipt).collect())
}

proptest! {
    /// Sent is always received and waiting together, in whatever order units say so and however often.
    #[test]
    fn those_who_have_it_and_those_who_have_not_are_all_it_was_sent_to(
        said in proptest::collection::vec((0_u128..12, 1_i8..28), 0..40),
        until in 0_i64..40,
    ) {
        let mut all = laid(8);
        let mut first = std::collections::BTreeMap::new();
        for (at, (number, on)) in said.iter().enumerate() {
            all.receive(unit(*number), (at as i64, day(*on)), None);
            if *number < 8 {
                first.entry(*number).or_insert((at as i64, day(*on)));
            }
            prop_assert_eq!(all.count(Counted::Sent), 8);
            prop_assert_eq!(all.count(Counted::Received) + all.count(Counted::Waiting), 8);
            prop_assert!(all.count(Counted::InTime) <= all.count(Counted::Received));
        }
        // Whoever said so first is kept, and the past is as it was.
        for (number, received) in &first {
            prop_assert_eq!(all.of_unit(unit(*number)).and_then(|it| it.received), Some(*received));
        }
        let then = all.until(until);
        prop_assert_eq!(then.count(Counted::Received), first.values().filter(|(at, _)| *at <= until).count());
    }
}

#[test]
fn a_unit_is_late_from_the_day_after_its_day_until_it_has_it() {
    let mut all = laid(1);
    assert!(!all.all()[0].is_late(day(10)) && all.all()[0].is_late(day(11)));
    all.receive(unit(0), (5, day(12)), None);
    assert!(!all.all()[0].is_late(day(13)) && !all.all()[0].is_in_time());
}
