//! Who reviews what? Entries are shared out evenly among reviewers, around whoever has to keep out of one.
//!
//! Never a reviewer twice on one entry, and never one who is barred from it.

use crate::ids::{PersonId, RecordId};

/// An entry that wants reviewers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanting {
    /// The entry.
    pub entry: RecordId,
    /// Who reviews it already.
    pub has: Vec<PersonId>,
    /// How many more it wants.
    pub wants: usize,
}

/// What was shared out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// Who gets which entry.
    pub pairs: Vec<(RecordId, PersonId)>,
    /// Entries for which there were not enough reviewers, and how many are missing.
    pub short: Vec<(RecordId, usize)>,
}

/// Shares entries out: those with the least choice first, each to whoever has the least, and then whatever makes it more
/// even is passed on. `loads` tells how many each reviewer has already.
pub fn share(entries: &[Wanting], loads: &[(PersonId, usize)], barred: impl Fn(RecordId, PersonId) -> bool) -> Shares {
    let fits: Vec<Vec<usize>> =
        entries.iter().map(|it| (0..loads.len()).filter(|at| may(it, loads[*at].0, &barred)).collect()).collect();
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| (fits[*at].len(), *at));
    let mut load: Vec<usize> = loads.iter().map(|it| it.1).collect();
    let mut given: Vec<Vec<usize>> = vec![Vec::new(); entries.len()];
    let mut shares = Shares::default();
    for (turn, at) in order.into_iter().enumerate() {
        let mut open = fits[at].clone();
        // Equals take turns.
        open.sort_by_key(|who| (load[*who], (who + loads.len() - turn % loads.len().max(1)) % loads.len().max(1)));
        open.truncate(entries[at].wants);
        open.iter().for_each(|who| load[*who] += 1);
        if open.len() < entries[at].wants {
            shares.short.push((entries[at].entry, entries[at].wants - open.len()));
        }
        given[at] = open;
    }
    even_out(&fits, &mut given, &mut load);
    for (entry, given) in entries.iter().zip(&given) {
        shares.pairs.extend(given.iter().map(|who| (entry.entry, loads[*who].0)));
    }
    shares
}

fn may(it: &Wanting, who: PersonId, barred: &impl Fn(RecordId, PersonId) -> bool) -> bool {
    !it.has.contains(&who) && !barred(it.entry, who)
}

/// Passes entries on from whoever has more to whoever has at least two less, as long as there are any.
fn even_out(fits: &[Vec<usize>], given: &mut [Vec<usize>], load: &mut [usize]) {
    loop {
        let mut moved = false;
        for (at, given) in given.iter_mut().enumerate() {
            for place in 0..given.len() {
                let from = given[place];
                let lighter = fits[at].iter().filter(|to| load[**to] + 1 < load[from] && !given.contains(to));
                let Some(to) = lighter.min_by_key(|to| load[**to]).copied() else { continue };
                (load[from], load[to]) = (load[from] - 1, load[to] + 1);
                given[place] = to;
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn person(at: usize) -> PersonId {
        PersonId(Uuid::from_u128(at as u128))
    }

    fn record(at: usize) -> RecordId {
        RecordId(Uuid::from_u128(1_000_000 + at as u128))
    }

    proptest! {
        #[test]
        fn everybody_gets_their_share_and_nobody_what_they_keep_out_of(
            entries in 0..60_usize,
            reviewers in 1..12_usize,
            each in 1..5_usize,
            bars in proptest::collection::btree_set((0..60_usize, 0..12_usize), 0..40),
        ) {
            let wanting: Vec<Wanting> =
                (0..entries).map(|at| Wanting { entry: record(at), has: Vec::new(), wants: each }).collect();
            let loads: Vec<_> = (0..reviewers).map(|at| (person(at), 0)).collect();
            let barred: BTreeSet<_> = bars.iter().map(|(entry, who)| (record(*entry), person(*who))).collect();
            let shares = share(&wanting, &loads, |entry, who| barred.contains(&(entry, who)));
            let mut load: BTreeMap<PersonId, usize> = loads.iter().copied().collect();
            let pairs: BTreeSet<_> = shares.pairs.iter().copied().collect();
            prop_assert_eq!(pairs.len(), shares.pairs.len());
            for pair in &shares.pairs {
                prop_assert!(!barred.contains(pair));
                *load.entry(pair.1).or_default() += 1;
            }
            for at in 0..entries {
                let free = (0..reviewers).filter(|who| !barred.contains(&(record(at), person(*who)))).count();
                let has = shares.pairs.iter().filter(|it| it.0 == record(at)).count();
                let short = shares.short.iter().find(|it| it.0 == record(at)).map_or(0, |it| it.1);
                prop_assert_eq!(has, free.min(each));
                prop_assert_eq!(has + short, each);
            }
            if barred.is_empty() {
                let (least, most) = (load.values().min().unwrap(), load.values().max().unwrap());
                prop_assert!(most - least <= 1, "{:?}", load);
            }
        }
    }
}
