//! Which numbers of small groups may be shown to somebody who sees only numbers?
//!
//! Numbers stand in a table of two axes (units and periods, units and slices), each a tree of wholes and parts. Parts of
//! one whole are shown together or not at all: where one of them is of a small group, or one of them within one of the
//! parts of a whole of the other axis, none of them is shown, and nothing finer. So a hidden number is never what is left
//! of a shown whole when its shown parts are taken away, in whatever order and over however many pages.
//! It does not ask who looks or what was asked for: the same number is hidden or shown on every page.
//! Never a decision about one number alone.

use std::collections::HashMap;

/// One side of a table: what stands there, and what is part of what. Something may be part of several wholes.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    wholes: Vec<Vec<usize>>,
    parts: Vec<Vec<usize>>,
}

impl Axis {
    /// One more place, part of nothing; its number.
    pub fn place(&mut self) -> usize {
        self.wholes.push(Vec::new());
        self.parts.push(Vec::new());
        self.wholes.len() - 1
    }

    /// Something is part of a whole.
    pub fn is_part(&mut self, part: usize, whole: usize) {
        if !self.parts[whole].contains(&part) {
            self.parts[whole].push(part);
            self.wholes[part].push(whole);
        }
    }

    /// The places that are shown together of which this is one: the parts of each of its wholes, or itself alone.
    fn groups(&self, place: usize) -> Vec<Vec<usize>> {
        match self.wholes[place].as_slice() {
            [] => vec![vec![place]],
            wholes => wholes.iter().map(|whole| self.parts[*whole].clone()).collect(),
        }
    }
}

/// A table of numbers, of which some are of small groups.
pub struct Veil<'a> {
    rows: &'a Axis,
    columns: &'a Axis,
    is_small: &'a dyn Fn(usize, usize) -> bool,
    known: HashMap<(usize, usize), bool>,
}

impl<'a> Veil<'a> {
    /// Over a table.
    pub fn over(rows: &'a Axis, columns: &'a Axis, is_small: &'a dyn Fn(usize, usize) -> bool) -> Self {
        Self { rows, columns, is_small, known: HashMap::new() }
    }

    /// May the number be shown?
    pub fn shows(&mut self, row: usize, column: usize) -> bool {
        if let Some(known) = self.known.get(&(row, column)) {
            return *known;
        }
        let mut shows = true;
        for group in self.rows.groups(row) {
            for other in self.columns.groups(column) {
                shows = shows && group.iter().all(|row| other.iter().all(|column| !(self.is_small)(*row, *column)));
            }
        }
        // What it is part of is shown, else nothing finer is.
        shows = shows && self.rows.wholes[row].clone().into_iter().all(|whole| self.shows(whole, column));
        shows = shows && self.columns.wholes[column].clone().into_iter().all(|whole| self.shows(row, whole));
        self.known.insert((row, column), shows);
        shows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Fewer than so many are a small group.
    const FEWEST: i64 = 5;

    /// A tree: for each place the leaves below it.
    struct Side {
        axis: Axis,
        leaves: Vec<Vec<usize>>,
    }

    /// A whole, its parts, and the parts of each part.
    fn side(shape: &[usize]) -> Side {
        let mut side = Side { axis: Axis::default(), leaves: Vec::new() };
        let mut leaf = 0;
        let top = side.axis.place();
        side.leaves.push(Vec::new());
        for below in shape {
            let part = side.axis.place();
            side.axis.is_part(part, top);
            side.leaves.push(Vec::new());
            let finest = if *below < 2 { vec![part] } else { (0..*below).map(|_| side.axis.place()).collect() };
            for place in finest {
                if place != part {
                    side.axis.is_part(place, part);
                    side.leaves.push(Vec::new());
                    side.leaves[place].push(leaf);
                }
                side.leaves[part].push(leaf);
                side.leaves[top].push(leaf);
                leaf += 1;
            }
        }
        side
    }

    /// A number that is prime: whatever is reckoned by it is exact.
    const PRIME: i64 = 1_000_000_007;

    fn power(base: i64, mut exponent: i64) -> i64 {
        let (mut result, mut base) = (1, base.rem_euclid(PRIME));
        while exponent > 0 {
            if exponent % 2 == 1 {
                result = result * base % PRIME;
            }
            base = base * base % PRIME;
            exponent /= 2;
        }
        result
    }

    /// Takes away from a line what others give; what is left.
    fn reduced(mut line: Vec<i64>, others: &[(usize, Vec<i64>)]) -> Vec<i64> {
        for (lead, other) in others {
            let times = line[*lead];
            if times != 0 {
                line.iter_mut().zip(other).for_each(|(it, by)| *it = (*it - times * by).rem_euclid(PRIME));
            }
        }
        line
    }

    /// Can the number be reckoned from those that are shown, whatever is added and taken away?
    fn follows(wanted: Vec<i64>, shown: &[Vec<i64>]) -> bool {
        let mut lines: Vec<(usize, Vec<i64>)> = Vec::new();
        for line in shown {
            let line = reduced(line.clone(), &lines);
            if let Some(lead) = line.iter().position(|it| *it != 0) {
                let by = power(line[lead], PRIME - 2);
                lines.push((lead, line.iter().map(|it| it * by % PRIME).collect()));
            }
        }
        reduced(wanted, &lines).iter().all(|it| *it == 0)
    }

    fn check(rows: &Side, columns: &Side, counts: &[i64]) -> Result<(usize, usize), TestCaseError> {
        let wide = columns.leaves[0].len();
        let cell = |row: usize, column: usize| -> Vec<usize> {
            let of_row = |leaf: &usize| columns.leaves[column].iter().map(|it| leaf * wide + it).collect::<Vec<_>>();
            rows.leaves[row].iter().flat_map(of_row).collect()
        };
        let sum = |cell: &[usize]| cell.iter().map(|at| counts[*at]).sum::<i64>();
        let is_small = |row: usize, column: usize| (1..FEWEST).contains(&sum(&cell(row, column)));
        let mut veil = Veil::over(&rows.axis, &columns.axis, &is_small);
        let all = (0..rows.leaves.len()).flat_map(|row| (0..columns.leaves.len()).map(move |it| (row, it)));
        let (shown, hidden): (Vec<_>, Vec<_>) = all.partition(|(row, column)| veil.shows(*row, *column));
        // Where nothing is shown to be, nothing is in any part.
        let mut is_none = vec![false; counts.len()];
        for (row, column) in &shown {
            let cell = cell(*row, *column);
            if sum(&cell) == 0 {
                cell.iter().for_each(|at| is_none[*at] = true);
            }
        }
        let line = |row: usize, column: usize| -> Vec<i64> {
            let mut line = vec![0; counts.len()];
            cell(row, column).into_iter().filter(|at| !is_none[*at]).for_each(|at| line[at] = 1);
            line
        };
        let lines: Vec<Vec<i64>> = shown.iter().map(|(row, column)| line(*row, *column)).collect();
        for (row, column) in &shown {
            prop_assert!(!is_small(*row, *column));
        }
        let small: Vec<_> = hidden.iter().filter(|(row, column)| is_small(*row, *column)).collect();
        for (row, column) in &small {
            prop_assert!(!follows(line(*row, *column), &lines), "{row}, {column} follows from what is shown");
        }
        Ok((shown.len(), small.len()))
    }

    fn shape() -> impl Strategy<Value = Vec<usize>> {
        proptest::collection::vec(1_usize..4, 1..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn no_hidden_number_follows_from_what_is_shown(
            rows in shape(),
            columns in shape(),
            counts in proptest::collection::vec(prop_oneof![3 => 5_i64..40, 2 => Just(0_i64), 1 => 1_i64..5], 81),
        ) {
            let (rows, columns) = (side(&rows), side(&columns));
            let size = rows.leaves[0].len() * columns.leaves[0].len();
            check(&rows, &columns, &counts[..size])?;
        }
    }

    #[test]
    fn where_one_part_is_small_none_is_shown_and_the_whole_is() {
        let (rows, columns) = (side(&[1, 1, 1]), side(&[1]));
        assert_eq!(check(&rows, &columns, &[20, 3, 18]).expect("nothing follows"), (2, 2));
        let is_small = |row: usize, _: usize| [false, false, true, false][row];
        let mut veil = Veil::over(&rows.axis, &columns.axis, &is_small);
        assert_eq!([0, 1, 2, 3].map(|row| veil.shows(row, 0)), [true, false, false, false]);
    }

    #[test]
    fn where_nothing_is_small_everything_is_shown() {
        let (rows, columns) = (side(&[2, 1]), side(&[3]));
        let (shown, small) = check(&rows, &columns, &[9, 0, 7, 5, 6, 7, 8, 9, 10]).expect("nothing follows");
        assert_eq!((shown, small), (rows.leaves.len() * columns.leaves.len(), 0));
    }
}
