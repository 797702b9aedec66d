//! What do all records give, and does what is kept agree? Contributions of millions of records side by side, held by
//! numbers and added up figure by figure, so that what is in memory at one time is one figure's cells.
//!
//! The cells of people follow from the rows of people that are kept, and these from the records: so rows and cells
//! are each held to what they stand on.
//! Never writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use kernel::calendar::Calendar;
use kernel::catalog::Mechanism;
use kernel::figures::{self, Amount, Falls, STATES};
use kernel::ids::{FigureId, MechanismId, PersonId, UnitId};
use kernel::record::Record;
use store::figures::{CellChange, CellKey, Changes};
use store::presences::{Line, PresenceKey};

use super::numbers::Numbers;
use super::placing::{Spot, Ways, When};
use super::{Map, people};
use crate::tree::Tree;

/// A slice of a figure.
type Lane = (MechanismId, Option<FigureId>, String);

/// Somebody was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct There {
    person: u32,
    on: Date,
    unit: u32,
}

/// What records give.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    lanes: Numbers<Lane>,
    /// The numbers of the slices of each figure once more, so that they are found without a name being made.
    slices: Map<MechanismId, Map<Option<FigureId>, Map<String, u32>>>,
    units: Numbers<UnitId>,
    people: Numbers<PersonId>,
    amounts: Map<(u32, u32, Falls), Amount>,
    /// By the number of the slice.
    there: Vec<Vec<There>>,
}

impl Tally {
    /// Adds what a record gives to the figures that are wanted.
    pub fn add(
        &mut self,
        mechanism: &Mechanism,
        is_wanted: &dyn Fn(&FigureId) -> bool,
        record: &Record,
        calendar: &Calendar,
    ) {
        let (slices, lanes) = (self.slices.entry(mechanism.id.clone()).or_default(), &mut self.lanes);
        figures::give(mechanism, is_wanted, record, calendar, &mut |it| {
            let own = slices.entry(it.figure.cloned()).or_default();
            let lane = match own.get(it.slice) {
                Some(lane) => *lane,
                None => {
                    let lane = lanes.of(&(mechanism.id.clone(), it.figure.cloned(), it.slice.to_owned()));
                    own.insert(it.slice.to_owned(), lane);
                    lane
                }
            };
            let unit = self.units.of(&it.unit);
            match (it.person, it.falls) {
                (Some(person), Falls::On(on)) => {
                    let person = self.people.of(&person);
                    there_of(&mut self.there, lane).push(There { person, on, unit });
                }
                _ => *self.amounts.entry((lane, unit, it.falls)).or_default() += it.amount,
            }
        });
    }

    /// Adds what another has added up.
    pub fn take(&mut self, other: Self) {
        if self.lanes.all.is_empty() {
            *self = other;
            return;
        }
        let lanes: Vec<u32> = other.lanes.all.iter().map(|it| self.lanes.of(it)).collect();
        let units: Vec<u32> = other.units.all.iter().map(|it| self.units.of(it)).collect();
        let people: Vec<u32> = other.people.all.iter().map(|it| self.people.of(it)).collect();
        for ((lane, unit, falls), amount) in other.amounts {
            *self.amounts.entry((lanes[lane as usize], units[unit as usize], falls)).or_default() += amount;
        }
        for (lane, there) in lanes.into_iter().zip(other.there) {
            let own = |it: There| There { person: people[it.person as usize], unit: units[it.unit as usize], ..it };
            there_of(&mut self.there, lane).extend(there.into_iter().map(own));
        }
    }

    /// In the order of figures: from now on nothing is added.
    pub fn sorted(self) -> Sorted {
        let name = |(mechanism, figure, _): &Lane| {
            FigureId::from(format!("{mechanism}.{}", figure.as_ref().map_or(STATES, FigureId::as_str)))
        };
        let figures: Vec<FigureId> = self.lanes.all.iter().map(name).collect();
        let slices = self.lanes.all.into_iter().map(|(_, _, slice)| slice).collect();
        let ((units, of_unit), (people, of_person)) = (ranked(self.units.all), ranked(self.people.all));
        let amounts = self.amounts.into_iter();
        let mut amounts: Vec<_> =
            amounts.map(|((lane, unit, falls), it)| ((lane, of_unit[unit as usize], falls), it)).collect();
        amounts.sort_unstable_by_key(|((lane, ..), _)| *lane);
        let mut there = self.there;
        for it in there.iter_mut().flatten() {
            (it.person, it.unit) = (of_person[it.person as usize], of_unit[it.unit as usize]);
        }
        Sorted { figures, slices, units, people, amounts, there }
    }
}

/// Who was there by the number of a slice.
fn there_of(all: &mut Vec<Vec<There>>, lane: u32) -> &mut Vec<There> {
    let at = lane as usize;
    if all.len() <= at {
        all.resize_with(at + 1, Vec::new);
    }
    &mut all[at]
}

/// Ids in their order, and which place each has that was met as the first, the second …
fn ranked<T: Ord + Copy>(met: Vec<T>) -> (Vec<T>, Vec<u32>) {
    let mut order: Vec<u32> = (0..met.len() as u32).collect();
    order.sort_unstable_by_key(|at| met[*at as usize]);
    let mut rank = vec![0; met.len()];
    for (place, at) in (0..).zip(&order) {
        rank[*at as usize] = place;
    }
    (order.iter().map(|at| met[*at as usize]).collect(), rank)
}

/// What records give, in the order of figures. Numbers of units and of people are in the order of their ids.
#[derive(Debug)]
pub struct Sorted {
    figures: Vec<FigureId>,
    slices: Vec<String>,
    units: Vec<UnitId>,
    people: Vec<PersonId>,
    amounts: Vec<((u32, u32, Falls), Amount)>,
    there: Vec<Vec<There>>,
}

/// What is kept of a figure.
#[derive(Debug)]
pub struct Held {
    /// Cells and days.
    pub sums: Changes,
    /// Who was there.
    pub people: Vec<Line>,
}

/// Something that is kept otherwise than it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Off<K, V> {
    /// What.
    pub key: K,
    /// As it is kept.
    pub is: V,
    /// As it should be.
    pub should: V,
}

/// Where what is kept of a figure does not agree with what the records give.
#[derive(Debug, Default)]
pub struct Differs {
    /// How many cells, days and rows were compared.
    pub compared: u64,
    /// Cells, against what the records give, or the rows of people that are kept.
    pub cells: Vec<Off<CellKey, Amount>>,
    /// Days at units themselves.
    pub days: Vec<Off<CellKey, Amount>>,
    /// Who was there how often.
    pub people: Vec<Off<PresenceKey, i64>>,
    /// Rows of people that do not name the human that the person is.
    pub others: Vec<PresenceKey>,
}

/// The slice, the person, the day and the unit of somebody who was there.
type Row<'a> = (&'a str, PersonId, Date, UnitId);

/// The slice, the unit and the period of a cell.
type Cell = (u32, UnitId, When);

impl Sorted {
    /// The figures that any record gives to, in order.
    pub fn figures(&self) -> BTreeSet<FigureId> {
        self.figures.iter().cloned().collect()
    }

    /// Compares what is kept of a figure with what the records give.
    pub fn compare(&self, figure: &FigureId, mut held: Held, tree: &Tree) -> Differs {
        let mut differs = Differs::default();
        let mut slices: Numbers<&str> = Numbers::default();
        let mut ways = Ways::new(tree);
        let (mut cells, mut days) = self.sums(figure, &mut slices, &mut ways);
        if !held.people.is_sorted_by_key(row) {
            held.people.sort_by(|a, b| row(a).cmp(&row(b)));
        }
        let mut seen = Vec::with_capacity(held.people.len());
        let mut last: Option<(&Arc<str>, u32)> = None;
        for it in &held.people {
            let (_, slice) = *match &mut last {
                Some(last) if Arc::ptr_eq(last.0, &it.slice) => last,
                _ => last.insert((&it.slice, slices.of(&&*it.slice))),
            };
            let human = tree.human(it.person);
            if it.human != human {
                let (slice, figure) = (it.slice.to_string(), figure.clone());
                differs.others.push(PresenceKey { figure, slice, person: it.person, on: it.on, unit: it.unit });
            }
            if it.count > 0 {
                seen.push((slice, human, it.unit, it.on));
            }
        }
        for ((slice, unit, when), count) in people::cells_of(&mut seen, &mut ways) {
            cells.entry((slice, unit, when)).or_default().1.numerator += count;
        }
        drop(seen);
        for it in &held.sums.cells {
            let Some(when) = When::parse(&it.key.period) else {
                differs.cells.push(Off { key: it.key.clone(), is: amount(it), should: Amount::default() });
                continue;
            };
            cells.entry((slices.of(&it.key.slice.as_str()), it.key.unit, when)).or_default().0 += amount(it);
        }
        for it in &held.sums.days {
            let Ok(on) = it.key.period.parse() else {
                differs.days.push(Off { key: it.key.clone(), is: amount(it), should: Amount::default() });
                continue;
            };
            days.entry((slices.of(&it.key.slice.as_str()), it.key.unit, on)).or_default().0 += amount(it);
        }
        differs.compared = (cells.len() + days.len()) as u64;
        let key = |slice: u32, unit, period| {
            let slice = slices.all[slice as usize].to_owned();
            CellKey { figure: figure.clone(), slice, period, unit }
        };
        let off = |key, (is, should)| Off { key, is, should };
        let cells = cells.into_iter().filter(|(_, (is, should))| is != should);
        differs.cells.extend(cells.map(|((slice, unit, when), both)| off(key(slice, unit, when.text()), both)));
        let days = days.into_iter().filter(|(_, (is, should))| is != should);
        differs.days.extend(days.map(|((slice, unit, on), both)| off(key(slice, unit, on.to_string()), both)));
        differs.compared += self.rows_differ(figure, &held.people, &mut |(slice, person, on, unit), is, should| {
            let key = PresenceKey { figure: figure.clone(), slice: slice.to_owned(), person, on, unit };
            differs.people.push(Off { key, is, should });
        });
        differs.cells.sort_by(|a, b| a.key.cmp(&b.key));
        differs.days.sort_by(|a, b| a.key.cmp(&b.key));
        differs
    }

    /// Tells of each row that is not as it should be; says how many rows there are. What is kept is in order.
    fn rows_differ<'a>(&'a self, figure: &FigureId, held: &'a [Line], tell: &mut dyn FnMut(Row<'a>, i64, i64)) -> u64 {
        let mut lanes: Vec<u32> = self.lanes_of(figure).collect();
        lanes.sort_unstable_by_key(|lane| &self.slices[*lane as usize]);
        let mut there: Vec<(u32, There)> = Vec::new();
        for lane in lanes {
            let first = there.len();
            let own = self.there.get(lane as usize).into_iter().flatten();
            there.extend(own.map(|it| (lane, *it)));
            there[first..].sort_unstable();
        }
        let wanted = |(lane, it): &(u32, There)| {
            let (person, unit) = (self.people[it.person as usize], self.units[it.unit as usize]);
            (self.slices[*lane as usize].as_str(), person, it.on, unit)
        };
        let (mut held, mut there) = (held.iter().peekable(), there.iter().peekable());
        let mut compared = 0;
        while let Some(next) =
            [held.peek().map(|it| row(it)), there.peek().map(|it| wanted(it))].into_iter().flatten().min()
        {
            let (mut is, mut should) = (0, 0);
            while let Some(it) = held.next_if(|it| row(it) == next) {
                is += it.count;
            }
            while there.next_if(|it| wanted(it) == next).is_some() {
                should += 1;
            }
            compared += 1;
            if is != should {
                tell(next, is, should);
            }
        }
        compared
    }

    fn lanes_of<'a>(&'a self, figure: &'a FigureId) -> impl Iterator<Item = u32> + 'a {
        (0..).zip(&self.figures).filter(move |(_, own)| *own == figure).map(|(lane, _)| lane)
    }

    /// What should be in the cells and days of a figure that does not count people.
    fn sums<'a>(&'a self, figure: &'a FigureId, slices: &mut Numbers<&'a str>, ways: &mut Ways<'_>) -> (Cells, Days) {
        let (mut cells, mut days) = (Cells::default(), Days::default());
        for lane in self.lanes_of(figure) {
            let slice = slices.of(&self.slices[lane as usize].as_str());
            for ((_, unit, falls), amount) in span(&self.amounts, lane) {
                let unit = self.units[*unit as usize];
                ways.place(unit, *falls, &mut |spot, sign| match spot {
                    Spot::Cell(over, when) => cells.entry((slice, over, when)).or_default().1 += amount.times(sign),
                    Spot::Day(on) => days.entry((slice, unit, on)).or_default().1 += amount.times(sign),
                });
            }
        }
        (cells, days)
    }
}

/// As it is, and as it should be.
type Cells = Map<Cell, (Amount, Amount)>;
type Days = Map<(u32, UnitId, Date), (Amount, Amount)>;

fn amount(it: &CellChange) -> Amount {
    Amount { numerator: it.numerator, denominator: it.denominator }
}

fn row(it: &Line) -> Row<'_> {
    (&it.slice, it.person, it.on, it.unit)
}

/// The amounts of a slice among amounts that are in the order of slices.
fn span(all: &[((u32, u32, Falls), Amount)], lane: u32) -> &[((u32, u32, Falls), Amount)] {
    let from = all.partition_point(|((own, ..), _)| *own < lane);
    let until = all.partition_point(|((own, ..), _)| *own <= lane);
    &all[from..until]
}
