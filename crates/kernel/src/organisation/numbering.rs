//! Which number does each unit have in pre-order? A subtree is one interval, over a forest of two trees.
//!
//! Never changes the order of units that stand beside one another.

use std::collections::HashMap;

use crate::ids::UnitId;

/// A unit's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// Its number, from 1.
    pub ord: i64,
    /// The number of the last unit below it.
    pub last: i64,
    /// How deep it lies; the top of a tree is 0.
    pub depth: i64,
}

/// Numbers units that come as unit and unit above, those beside one another in the order wanted; the places come in
/// pre-order. A unit that is its own ancestor, or whose unit above is not there, gets no place.
pub fn number(units: &[(UnitId, Option<UnitId>)]) -> Vec<Place> {
    let mut below: HashMap<Option<UnitId>, Vec<UnitId>> = HashMap::new();
    for (unit, above) in units {
        below.entry(*above).or_default().push(*unit);
    }
    let mut places: Vec<Place> = Vec::with_capacity(units.len());
    // Units still to be numbered, the next one last; with their depth.
    let mut waiting: Vec<(UnitId, i64)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let put = |waiting: &mut Vec<(UnitId, i64)>, above: Option<UnitId>, depth| {
        let children = below.get(&above).into_iter().flatten().rev();
        waiting.extend(children.map(|unit| (*unit, depth)));
    };
    put(&mut waiting, None, 0);
    while let Some((unit, depth)) = waiting.pop() {
        let ord = places.len() as i64 + 1;
        while open.last().is_some_and(|at| places[*at].depth >= depth) {
            open.pop();
        }
        places.push(Place { unit, ord, last: ord, depth });
        open.push(places.len() - 1);
        for at in &open {
            places[*at].last = ord;
        }
        put(&mut waiting, Some(unit), depth + 1);
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(at: usize) -> UnitId {
        UnitId(Uuid::from_u128(at as u128 + 1))
    }

    #[test]
    fn two_trees_stand_one_behind_the_other() {
        let units = [(id(0), None), (id(1), Some(id(0))), (id(9), None), (id(2), Some(id(0))), (id(3), Some(id(1)))];
        let shown: Vec<(UnitId, i64, i64, i64)> =
            number(&units).iter().map(|place| (place.unit, place.ord, place.last, place.depth)).collect();
        assert_eq!(shown, [(id(0), 1, 4, 0), (id(1), 2, 3, 1), (id(3), 3, 3, 2), (id(2), 4, 4, 1), (id(9), 5, 5, 0)]);
    }

    proptest! {
        /// Each unit stands below an earlier one, or at the top.
        #[test]
        fn a_subtree_is_one_interval(above in proptest::collection::vec(0_usize..30, 0..30)) {
            let parent = |at: usize| above[at].checked_sub(1).filter(|above| *above < at);
            let units: Vec<_> = (0..above.len()).map(|at| (id(at), parent(at).map(id))).collect();
            let places: HashMap<UnitId, Place> = number(&units).into_iter().map(|it| (it.unit, it)).collect();
            prop_assert_eq!(places.len(), units.len());
            for at in 0..above.len() {
                for other in 0..above.len() {
                    let mut up = Some(other);
                    let is_below = loop {
                        match up {
                            Some(here) if here == at => break true,
                            Some(here) => up = parent(here),
                            None => break false,
                        }
                    };
                    let (over, ord) = (places[&id(at)], places[&id(other)].ord);
                    prop_assert_eq!((over.ord..=over.last).contains(&ord), is_below);
                }
            }
        }
    }
}
