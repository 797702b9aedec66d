//! Which numbers of a series were given, and is every one of them accounted for?
//!
//! Never a number that is given twice or left out without being told.

use std::collections::BTreeMap;

/// A number that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// The number in its series, from 1.
    pub serial: i64,
    /// Is it void?
    pub is_void: bool,
}

/// What a series comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// The last number that the counter gave.
    pub last: i64,
    /// Numbers up to the last that nobody has.
    pub missing: Vec<i64>,
    /// Numbers that several have, or that are beyond the last.
    pub wrong: Vec<i64>,
    /// Numbers that are void.
    pub void: Vec<i64>,
}

/// Holds the numbers given against the counter.
pub fn check(last: i64, given: &[Given]) -> Series {
    let mut times: BTreeMap<i64, usize> = BTreeMap::new();
    given.iter().for_each(|it| *times.entry(it.serial).or_default() += 1);
    let mut void: Vec<i64> = given.iter().filter(|it| it.is_void).map(|it| it.serial).collect();
    void.sort_unstable();
    void.dedup();
    let wrong = times.iter().filter(|(serial, times)| **times > 1 || !(1..=last).contains(serial));
    Series {
        last,
        missing: (1..=last).filter(|serial| !times.contains_key(serial)).collect(),
        wrong: wrong.map(|(serial, _)| *serial).collect(),
        void,
    }
}

impl Series {
    /// Is every number there once?
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.wrong.is_empty()
    }

    /// As people read it: “1—27号齐全，作废3号”.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        match (self.last, self.is_whole()) {
            (0, true) => return "还没有编过号".to_owned(),
            (last, true) => parts.push(format!("{}号齐全", runs(&[(1, last)]))),
            (last, false) => {
                parts.push(format!("编到{last}号"));
                if !self.missing.is_empty() {
                    parts.push(format!("缺{}号", numbers(&self.missing)));
                }
                if !self.wrong.is_empty() {
                    parts.push(format!("{}号不对", numbers(&self.wrong)));
                }
            }
        }
        if !self.void.is_empty() {
            parts.push(format!("作废{}号", numbers(&self.void)));
        }
        parts.join("，")
    }
}

/// Numbers in rising order, those that follow each other as one run.
fn numbers(all: &[i64]) -> String {
    let mut found: Vec<(i64, i64)> = Vec::new();
    for number in all {
        match found.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => found.push((*number, *number)),
        }
    }
    runs(&found)
}

fn runs(all: &[(i64, i64)]) -> String {
    let run = |(first, last): &(i64, i64)| if first == last { first.to_string() } else { format!("{first}—{last}") };
    all.iter().map(run).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn given(serial: i64) -> Given {
        Given { serial, is_void: false }
    }

    #[test]
    fn a_series_is_told_in_a_sentence() {
        assert_eq!(check(0, &[]).words(), "还没有编过号");
        assert_eq!(check(1, &[given(1)]).words(), "1号齐全");
        let mut all: Vec<Given> = (1..=27).map(given).collect();
        all[2].is_void = true;
        assert_eq!(check(27, &all).words(), "1—27号齐全，作废3号");
        all.retain(|it| !(5..=7).contains(&it.serial));
        all.push(given(9));
        all.push(given(28));
        assert_eq!(check(27, &all).words(), "编到27号，缺5—7号，9、28号不对，作废3号");
    }

    /// What is done with a series: a number is given, given in a transaction that fails, or made void.
    #[derive(Clone, Debug)]
    enum Act {
        Give,
        Crash,
        Void(usize),
    }

    proptest! {
        /// The counter rises in the transaction that uses the number, or not at all.
        #[test]
        fn whatever_is_given_crashes_or_is_made_void_the_series_stays_whole(
            acts in proptest::collection::vec(
                prop_oneof![3 => Just(Act::Give), 1 => Just(Act::Crash), 1 => (0_usize..40).prop_map(Act::Void)],
                0..60,
            )
        ) {
            let (mut last, mut all) = (0, Vec::<Given>::new());
            for act in acts {
                let (before, mut tx) = (last, all.clone());
                match act {
                    Act::Give => { last += 1; tx.push(given(last)); all = tx; }
                    Act::Crash => { last += 1; tx.push(given(last)); last = before; }
                    Act::Void(at) => if let Some(it) = all.get_mut(at) { it.is_void = true },
                }
                let series = check(last, &all);
                prop_assert!(series.is_whole(), "{}", series.words());
                prop_assert_eq!(series.void.len(), all.iter().filter(|it| it.is_void).count());
            }
        }

        /// Nothing that is missing, doubled or beyond the last goes unseen.
        #[test]
        fn whatever_is_taken_out_or_put_in_twice_is_told(last in 1_i64..50, out in 1_i64..50, twice in 1_i64..60) {
            let all: Vec<Given> = (1..=last).filter(|it| *it != out).chain([twice]).map(given).collect();
            let series = check(last, &all);
            prop_assert_eq!(series.missing.contains(&out), out <= last && out != twice);
            prop_assert_eq!(series.wrong.contains(&twice), twice > last || twice != out);
        }
    }
}
