//! Where is a contribution kept? Along the way up from its unit as the tree stood on its day; what falls on a day
//! stands at its unit by itself besides, and what stands moves along on each day on which the way up changes.
//!
//! Never asks the database.

use std::sync::Arc;

use jiff::civil::Date;
use kernel::figures::Falls;
use kernel::ids::UnitId;
use kernel::value::Month;
use store::figures::{NONE, day, day_of, seen, seen_of};

use super::Map;
use super::numbers::Numbers;
use crate::tree::Tree;

/// The period of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// At no time.
    Always,
    /// A month.
    Month(Month),
    /// A day of a stock, with the units below.
    Day(Date),
    /// People who were there in the month, and last before in the other.
    Seen(Month, Option<Month>),
}

impl When {
    /// As the store writes it.
    pub fn text(self) -> String {
        match self {
            Self::Always => NONE.to_owned(),
            Self::Month(month) => month.to_string(),
            Self::Day(on) => day(on),
            Self::Seen(month, before) => seen(month, before),
        }
    }

    /// Reads what the store has written.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes().first()? {
            b'd' => day_of(text).map(Self::Day),
            b'p' => seen_of(text).map(|(month, before)| Self::Seen(month, before)),
            _ if text == NONE => Some(Self::Always),
            _ => Month::parse(text).map(Self::Month),
        }
    }
}

/// A place at which a contribution is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A cell of a unit with all below it.
    Cell(UnitId, When),
    /// A day at the unit itself.
    Day(Date),
}

/// The ways up from units, each looked up once for each time in which the tree stood still.
#[derive(Debug)]
pub struct Ways<'t> {
    tree: &'t Tree,
    known: Map<(UnitId, Option<usize>), Arc<[UnitId]>>,
    /// The same by the numbers of units.
    numbered: Map<(UnitId, usize), Vec<u32>>,
    numbers: Numbers<UnitId>,
}

impl<'t> Ways<'t> {
    /// The ways of a tree.
    pub fn new(tree: &'t Tree) -> Self {
        Self { tree, known: Map::default(), numbered: Map::default(), numbers: Numbers::default() }
    }

    /// The unit and every unit above it on a day; without a day, as the tree stands now.
    pub fn up(&mut self, unit: UnitId, on: Option<Date>) -> Arc<[UnitId]> {
        let era = on.map(|on| self.era(on));
        let way = || on.map_or_else(|| self.tree.upwards(unit), |on| self.tree.upwards_on(unit, on)).into();
        self.known.entry((unit, era)).or_insert_with(way).clone()
    }

    /// The same on a day, each unit by its number here.
    pub fn numbers_up(&mut self, unit: UnitId, on: Date) -> &[u32] {
        let (key, tree, numbers) = ((unit, self.era(on)), self.tree, &mut self.numbers);
        let way = || tree.upwards_on(unit, on).iter().map(|unit| numbers.of(unit)).collect();
        self.numbered.entry(key).or_insert_with(way)
    }

    /// The unit that has a number here.
    pub fn unit(&self, number: u32) -> UnitId {
        self.numbers.all[number as usize]
    }

    /// How often the tree had been changed by a day.
    fn era(&self, on: Date) -> usize {
        self.tree.past().turns().partition_point(|turn| *turn <= on)
    }

    /// Says where a contribution of a unit is kept, and how many times.
    pub fn place(&mut self, unit: UnitId, falls: Falls, put: &mut dyn FnMut(Spot, i64)) {
        match falls {
            Falls::Always => self.up(unit, None).iter().for_each(|unit| put(Spot::Cell(*unit, When::Always), 1)),
            Falls::On(day) => {
                let month = When::Month(Month::of(day));
                self.up(unit, Some(day)).iter().for_each(|unit| put(Spot::Cell(*unit, month), 1));
                put(Spot::Day(day), 1);
            }
            Falls::Stands(day) => {
                let mut add = |unit: UnitId, on: Date, sign: i64| {
                    put(Spot::Cell(unit, When::Month(Month::of(on))), sign);
                    put(Spot::Cell(unit, When::Day(on)), sign);
                };
                let mut way = self.up(unit, Some(day));
                way.iter().for_each(|unit| add(*unit, day, 1));
                for turn in self.tree.past().turns().iter().filter(|turn| **turn > day) {
                    let next = self.up(unit, Some(*turn));
                    way.iter().filter(|unit| !next.contains(unit)).for_each(|unit| add(*unit, *turn, -1));
                    next.iter().filter(|unit| !way.contains(unit)).for_each(|unit| add(*unit, *turn, 1));
                    way = next;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_read_as_it_was_written() {
        let (day, month) = (jiff::civil::date(2026, 3, 5), Month::of(jiff::civil::date(2026, 3, 5)));
        for when in
            [When::Always, When::Month(month), When::Day(day), When::Seen(month, None), When::Seen(month, Some(month))]
        {
            assert_eq!(When::parse(&when.text()), Some(when));
        }
        for text in ["", "p", "d", "2026", "2026-13", "dx", "p2026-03"] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }
}
