//! A city on paper: units, people, and who took part in what. The same at every run.

use kernel::distinct::{Seen, Shape};

/// How many figures count people.
pub(super) const FIGURES: u32 = 100;
/// Over how many months.
pub(super) const MONTHS: u32 = 24;
/// How many units there are.
const UNITS: usize = 5_000;
/// How many stand directly below each, level by level.
const BRANCHES: [usize; 4] = [8, 8, 8, 8];

/// Units and what happened.
pub(super) struct City {
    /// The tree.
    pub(super) shape: Shape,
    /// The unit above each; the root is above itself.
    pub(super) above: Vec<u32>,
    /// One line for each time that somebody took part.
    pub(super) rows: Vec<Row>,
}

/// Somebody took part in something.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Under which figure it counts.
    pub(super) figure: u32,
    /// In which month.
    pub(super) month: u32,
    /// Who and where.
    pub(super) seen: Seen,
}

impl Row {
    /// The number of its figure and month.
    pub(super) fn group(self) -> u32 {
        self.figure * MONTHS + self.month
    }
}

/// A city in which so many people took part so many times.
pub(super) fn city(people: u32, times: usize) -> City {
    let above = units();
    let shape = Shape::new(above.clone()).expect("the units are numbered in pre-order");
    let mut dice = Dice(0x5eed);
    let rows = (0..times).map(|_| row(&mut dice, people, &above)).collect();
    City { shape, above, rows }
}

/// The unit above each, in pre-order, six levels deep: the last level stands below the first communities.
pub(super) fn units() -> Vec<u32> {
    let mut above = vec![0];
    let full: usize = (0..=BRANCHES.len()).map(|level| BRANCHES[..level].iter().product::<usize>()).sum();
    let mut left = UNITS - full;
    below(&mut above, 0, 0, &mut left);
    above
}

fn below(above: &mut Vec<u32>, unit: u32, level: usize, left: &mut usize) {
    let Some(branches) = BRANCHES.get(level) else {
        let groups = (*left).min(2);
        *left -= groups;
        above.extend(std::iter::repeat_n(unit, groups));
        return;
    };
    for _ in 0..*branches {
        let next = above.len() as u32;
        above.push(unit);
        below(above, next, level + 1, left);
    }
}

/// Most take part where they live, some near it, a few anywhere.
fn row(dice: &mut Dice, people: u32, above: &[u32]) -> Row {
    let person = dice.below(people);
    let units = above.len() as u32;
    let home = (u64::from(person) * 2_654_435_761 % u64::from(units)) as u32;
    let unit = match dice.below(100) {
        0..85 => home,
        85..95 => above[home as usize],
        _ => dice.below(units),
    };
    // A few kinds of work are common, most are rare.
    let figure = dice.below(FIGURES).min(dice.below(FIGURES));
    Row { figure, month: dice.below(MONTHS), seen: Seen::new(person, unit) }
}

/// Numbers that look as if thrown, and are the same every time.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// One of so many numbers from 0 on.
    pub(super) fn below(&mut self, most: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * u64::from(most)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_city_is_as_large_and_as_deep_as_it_says() {
        let city = city(1_000, 5_000);
        assert_eq!(city.shape.units(), UNITS);
        let mut deepest = 0;
        for unit in 0..city.above.len() {
            let (mut at, mut levels) = (unit, 1);
            while at != 0 {
                (at, levels) = (city.above[at] as usize, levels + 1);
            }
            deepest = deepest.max(levels);
        }
        assert_eq!(deepest, 6);
        assert_eq!(city.rows.len(), 5_000);
        assert!(city.rows.iter().all(|row| row.figure < FIGURES && row.month < MONTHS));
    }
}
