//! How many different people, exactly, in every unit with all below it?
//!
//! A person who occurs in several units counts once in each unit above them. With the units numbered in pre-order, one
//! more at each unit where the person occurs and one less at the nearest unit above each two that follow each other
//! make the count of different people a sum over a subtree; one pass from the last unit to the first gives all sums.
//! Never an estimate. Not a sum over periods: each period that is shown is counted by itself.

/// A tree of units, numbered in pre-order from 0; the first is the root.
#[derive(Clone, Debug)]
pub struct Shape {
    above: Vec<u32>,
    depth: Vec<u8>,
}

/// Why numbers are not a tree in pre-order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crooked {
    /// This unit stands above itself, or before the unit that it stands under.
    Above(u32),
    /// The tree is deeper than 255 levels at this unit.
    Deep(u32),
    /// There are more units than a number holds.
    Many,
}

impl Shape {
    /// The tree in which each unit stands directly below `above[unit]`; the root stands below itself.
    pub fn new(above: Vec<u32>) -> Result<Self, Crooked> {
        let mut depth: Vec<u8> = Vec::with_capacity(above.len());
        for (unit, over) in above.iter().enumerate() {
            let unit = u32::try_from(unit).map_err(|_| Crooked::Many)?;
            depth.push(match depth.get(*over as usize) {
                None if unit == 0 && *over == 0 => 0,
                None => return Err(Crooked::Above(unit)),
                Some(over) => over.checked_add(1).ok_or(Crooked::Deep(unit))?,
            });
        }
        Ok(Self { above, depth })
    }

    /// How many units there are.
    pub fn units(&self) -> usize {
        self.above.len()
    }

    /// The nearest unit above both, or one of them if it is above the other.
    pub fn meeting(&self, mut one: u32, mut other: u32) -> u32 {
        while self.depth[one as usize] > self.depth[other as usize] {
            one = self.above[one as usize];
        }
        while self.depth[other as usize] > self.depth[one as usize] {
            other = self.above[other as usize];
        }
        while one != other {
            (one, other) = (self.above[one as usize], self.above[other as usize]);
        }
        one
    }

    /// Sums of each unit with all below it, in place.
    pub fn roll_up(&self, sums: &mut [i64]) {
        for unit in (1..self.above.len()).rev() {
            sums[self.above[unit] as usize] += sums[unit];
        }
    }

    /// The number of different people in each unit with all below it. `seen` says who occurs where, in any order and as
    /// often as may be; it is put in order. `into` has a place for each unit.
    pub fn different(&self, seen: &mut [Seen], into: &mut [i64]) {
        into.fill(0);
        seen.sort_unstable();
        let mut before: Option<Seen> = None;
        for at in seen.iter().copied() {
            if before == Some(at) {
                continue;
            }
            into[at.unit() as usize] += 1;
            if let Some(before) = before.filter(|before| before.person() == at.person()) {
                into[self.meeting(before.unit(), at.unit()) as usize] -= 1;
            }
            before = Some(at);
        }
        self.roll_up(into);
    }
}

/// A person who occurs in a unit: both numbers in one, so that many are put in order fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen(u64);

impl Seen {
    /// This person in this unit.
    pub fn new(person: u32, unit: u32) -> Self {
        Self(u64::from(person) << 32 | u64::from(unit))
    }

    /// Who.
    pub fn person(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Where.
    pub fn unit(self) -> u32 {
        self.0 as u32
    }
}

/// Who was seen where, group by group: one group for each figure and period that is counted.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    ends: Vec<usize>,
    seen: Vec<Seen>,
}

impl Columns {
    /// Puts rows with the number of their group in the order of the groups. A row of a group that is not among the
    /// `groups` is left out.
    pub fn new(groups: usize, rows: &[(u32, Seen)]) -> Self {
        let mut ends = vec![0_usize; groups];
        let known = || rows.iter().filter(|(group, _)| (*group as usize) < groups);
        known().for_each(|(group, _)| ends[*group as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            (*end, sum) = (sum, sum + *end);
        }
        let mut seen = vec![Seen(0); sum];
        for (group, row) in known() {
            let place = &mut ends[*group as usize];
            seen[*place] = *row;
            *place += 1;
        }
        Self { ends, seen }
    }

    /// The groups with their rows, each to be counted by [`Shape::different`], by whichever thread.
    pub fn groups(&mut self) -> Vec<(u32, &mut [Seen])> {
        let (mut rest, mut begun, mut all) = (self.seen.as_mut_slice(), 0, Vec::with_capacity(self.ends.len()));
        for (group, end) in (0_u32..).zip(&self.ends) {
            let (own, after) = rest.split_at_mut(end - begun);
            all.push((group, own));
            (rest, begun) = (after, *end);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Any tree of up to forty units: each stands below the one before it or below one of those above that one.
    fn shapes() -> impl Strategy<Value = Shape> {
        vec(0_usize..8, 0..40).prop_map(|ups| {
            let mut above: Vec<u32> = vec![0];
            for up in ups {
                let mut over = above.len() - 1;
                (0..up).for_each(|_| over = above[over] as usize);
                above.push(over as u32);
            }
            Shape::new(above).expect("it is in pre-order")
        })
    }

    fn by_sets(shape: &Shape, seen: &[(u32, u32)]) -> Vec<i64> {
        let mut people: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); shape.units()];
        for (person, unit) in seen {
            let mut at = *unit;
            loop {
                people[at as usize].insert(*person);
                if at == 0 {
                    break;
                }
                at = shape.above[at as usize];
            }
        }
        people.into_iter().map(|people| people.len() as i64).collect()
    }

    proptest! {
        #[test]
        fn every_unit_counts_each_person_once(shape in shapes(), seen in vec((0_u32..12, 0_u32..40), 0..120)) {
            let units = shape.units() as u32;
            let seen: Vec<(u32, u32)> = seen.into_iter().map(|(person, unit)| (person, unit % units)).collect();
            let mut rows: Vec<Seen> = seen.iter().map(|(person, unit)| Seen::new(*person, *unit)).collect();
            let mut counted = vec![7; shape.units()];
            shape.different(&mut rows, &mut counted);
            prop_assert_eq!(counted, by_sets(&shape, &seen));
        }
    }

    proptest! {
        #[test]
        fn groups_hold_their_rows_and_no_others(rows in vec((0_u32..6, 0_u32..9, 0_u32..9), 0..60)) {
            let rows: Vec<(u32, Seen)> = rows.into_iter().map(|(group, who, at)| (group, Seen::new(who, at))).collect();
            let mut columns = Columns::new(5, &rows);
            for (group, own) in columns.groups() {
                let expected: Vec<Seen> = rows.iter().filter(|(at, _)| *at == group).map(|(_, seen)| *seen).collect();
                prop_assert_eq!(own.to_vec(), expected);
            }
        }
    }

    #[test]
    fn what_is_no_tree_in_pre_order_is_refused() {
        assert_eq!(Shape::new(vec![0, 2, 0]).map(|_| ()), Err(Crooked::Above(1)));
        assert_eq!(Shape::new(vec![1]).map(|_| ()), Err(Crooked::Above(0)));
        assert_eq!(Shape::new(vec![0, 1]).map(|_| ()), Err(Crooked::Above(1)));
        let deep: Vec<u32> = (0..400_u32).map(|unit| unit.saturating_sub(1)).collect();
        assert_eq!(Shape::new(deep).map(|_| ()), Err(Crooked::Deep(256)));
    }

    #[test]
    fn without_units_nobody_is_anywhere() {
        let shape = Shape::new(Vec::new()).expect("nothing is a tree too");
        shape.different(&mut [], &mut []);
        assert_eq!(shape.units(), 0);
    }
}
