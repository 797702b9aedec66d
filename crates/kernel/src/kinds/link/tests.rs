//! Does any history of links lead a side above what it may have, on any day?

use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const MOST: usize = 2;

fn day(offset: i64) -> Date {
    date(2026, 1, 1).checked_add(offset.days()).expect("a day near 2026")
}

fn days((from, length): (i64, Option<i64>)) -> Days {
    Days { from_on: day(from), until_on: length.map(|length| day(from + length)) }
}

fn side() -> Side {
    Side { id: "mentor".into(), column: None, from: None, until: None, most: MOST, roles: Vec::new() }
}

fn spans() -> impl Strategy<Value = Days> {
    (0_i64..60, proptest::option::weighted(0.8, 0_i64..40)).prop_map(days)
}

/// What somebody does: pairs anew, or makes one of those that are there last otherwise or somebody else's.
fn deeds() -> impl Strategy<Value = Vec<(Option<usize>, u128, Days)>> {
    proptest::collection::vec((proptest::option::of(0_usize..12), 0_u128..3, spans()), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Pairing, extending, ending early and correcting, each refused where no place is left: on no day has anybody more
    /// links than they may.
    #[test]
    fn on_no_day_has_anybody_more_links_than_the_side_allows(deeds in deeds()) {
        let side = side();
        let mut links: Vec<Tenure<'_>> = Vec::new();
        for (which, who, days) in deeds {
            let is = Tenure { side: &side, row: 0, who: Who::Person(PersonId(Uuid::from_u128(who))), days };
            let at = which.filter(|at| *at < links.len());
            let had: Vec<Tenure<'_>> = at.map(|at| links[at]).into_iter().collect();
            let others: Vec<Days> = links
                .iter()
                .enumerate()
                .filter(|(other, it)| Some(*other) != at && it.who == is.who)
                .map(|(_, it)| it.days)
                .collect();
            let now = [is];
            let full = wanted(&had, &now).any(|(it, _)| full_on(MOST, it.days, &others).is_some());
            match (full, at) {
                (true, _) => {}
                (false, Some(at)) => links[at] = is,
                (false, None) => links.push(is),
            }
            for offset in 0..110 {
                for who in 0..3 {
                    let who = Who::Person(PersonId(Uuid::from_u128(who)));
                    let there = links.iter().filter(|it| it.who == who && it.days.hold(day(offset))).count();
                    prop_assert!(there <= MOST, "{there} on {}", day(offset));
                }
            }
        }
    }

    /// It is full exactly where counting day by day finds a day on which it is.
    #[test]
    fn the_first_full_day_is_the_one_that_counting_finds(asked in spans(), others in proptest::collection::vec(spans(), 0..6)) {
        let counted = (0..140).map(day).find(|on| {
            asked.hold(*on) && others.iter().filter(|it| it.hold(*on)).count() >= MOST
        });
        prop_assert_eq!(full_on(MOST, asked, &others), counted);
    }

    /// Days hold all of others exactly where they hold each of them.
    #[test]
    fn days_hold_all_of_others_where_they_hold_each(one in spans(), other in spans()) {
        let each = (0..140).map(day).filter(|on| other.hold(*on)).all(|on| one.hold(on));
        let lasts = other.until_on.is_some() || one.until_on.is_none();
        prop_assert_eq!(one.hold_all(other), each && lasts);
    }
}
