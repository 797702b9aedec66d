//! How are figure cells asked for and changed? By figure, slice and period, inside the reader's reach.
//!
//! A cell holds a unit with its whole subtree, so a change counts for the unit and for every unit above it; what falls
//! on a day is kept at its unit by itself too. Whoever shows figures reads them by [`reading`].
//! Never a cell outside of the reach.

mod numbers;
pub mod people;
pub mod placing;
pub mod reading;
pub mod tally;

use std::collections::{BTreeMap, HashMap};

use kernel::authority::Subtree;
use kernel::figures::{Amount, Cells, Falls};
use kernel::ids::{FigureId, UnitId};
use store::Conn;
use store::figures::{CellChange, CellKey, CellQuery, CellSum, Changes, Piece};
use store::presences::PresenceKey;

use placing::{Spot, Ways};

use crate::error::Error;
use crate::tree::Tree;

/// A map under ids and numbers that are made here and that nobody outside chooses, looked into millions of times.
pub(crate) type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The cells of a figure summed over the subtrees: slice, period, amount. One address may come twice.
pub async fn summed(
    conn: &mut Conn,
    tree: &Tree,
    figure: &str,
    slice: Option<&str>,
    periods: Option<(String, String)>,
    reach: &[Subtree],
) -> Result<Vec<(String, String, Amount)>, Error> {
    let (mut added, mut taken) = (Vec::new(), Vec::new());
    for over in reach {
        let (whole, holes) = tree.made_of(*over);
        added.extend(whole);
        taken.extend(holes);
    }
    let mut cells = Vec::new();
    for (units, sign) in [(added, 1), (taken, -1)].into_iter().filter(|(units, _)| !units.is_empty()) {
        let rows = store::figures::read(conn, &query(figure, slice, periods.clone(), units)).await?;
        cells.extend(rows.into_iter().map(|row| {
            let amount = amount(&row).times(sign);
            (row.slice, row.period, amount)
        }));
    }
    Ok(cells)
}

/// The cells of several figures without a period, each unit with its subtree by itself, and in pieces to be added up.
pub async fn of_units(
    conn: &mut Conn,
    figures: Vec<FigureId>,
    units: Vec<UnitId>,
) -> Result<Vec<(FigureId, String, UnitId, i64)>, Error> {
    let query = CellQuery { figures, slices: None, periods: None, units };
    let cell = |it: Piece<'_>| (FigureId::from(it.figure), it.slice.to_owned(), it.unit, it.numerator);
    Ok(store::figures::pieces(conn, &query, cell).await?)
}

fn query(figure: &str, slice: Option<&str>, periods: Option<(String, String)>, units: Vec<UnitId>) -> CellQuery {
    CellQuery {
        figures: vec![FigureId::from(figure)],
        slices: slice.map(|slice| (slice.to_owned(), slice.to_owned())),
        periods,
        units,
    }
}

fn amount(row: &CellSum) -> Amount {
    Amount { numerator: row.numerator, denominator: row.denominator }
}

/// What is kept of contributions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Cells of units with their subtrees: months, and the days of stocks.
    pub cells: BTreeMap<CellKey, Amount>,
    /// Days of flows at the units themselves.
    pub days: BTreeMap<CellKey, Amount>,
    /// Who was there, and how often. The cells of people follow from all rows of a human: [`people`].
    pub people: BTreeMap<PresenceKey, i64>,
}

impl Kept {
    /// Adds what another holds, so many times.
    pub fn add(&mut self, other: Self, sign: i64) {
        for (own, more) in [(&mut self.cells, other.cells), (&mut self.days, other.days)] {
            for (key, amount) in more {
                *own.entry(key).or_default() += amount.times(sign);
            }
        }
        for (key, count) in other.people {
            *self.people.entry(key).or_default() += count * sign;
        }
    }

    /// Without what came to nothing.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.cells.retain(|_, amount| *amount != Amount::default());
        self.days.retain(|_, amount| *amount != Amount::default());
        self.people.retain(|_, count| *count != 0);
        self
    }

    /// Cells and days as the store takes them.
    pub fn changes(&self) -> Changes {
        let change = |(key, amount): (&CellKey, &Amount)| CellChange {
            key: key.clone(),
            numerator: amount.numerator,
            denominator: amount.denominator,
        };
        Changes { cells: self.cells.iter().map(change).collect(), days: self.days.iter().map(change).collect() }
    }
}

/// Adds to what is kept: the one way in for whoever changes records.
pub async fn add(conn: &mut Conn, tree: &Tree, cells: &Cells) -> Result<(), Error> {
    let kept = rolled_up(cells, tree).settled();
    let mut changes = kept.changes();
    changes.cells.extend(people::keep(conn, tree, &kept.people).await?);
    Ok(store::figures::apply(conn, &changes).await?)
}

/// What is kept of contributions: cells and days where [`placing`] says, and who was there.
pub fn rolled_up(cells: &Cells, tree: &Tree) -> Kept {
    let (mut kept, mut ways) = (Kept::default(), Ways::new(tree));
    for (key, amount) in cells {
        let place = |unit: UnitId, period: String| CellKey {
            figure: FigureId::from(key.figure.as_str()),
            slice: key.slice.clone(),
            period,
            unit,
        };
        if let (Falls::On(on), Some(person)) = (key.falls, key.person) {
            let (figure, slice) = (FigureId::from(key.figure.as_str()), key.slice.clone());
            let key = PresenceKey { figure, slice, person, on, unit: key.unit };
            *kept.people.entry(key).or_default() += amount.numerator;
            continue;
        }
        ways.place(key.unit, key.falls, &mut |spot, sign| {
            let (into, place) = match spot {
                Spot::Cell(unit, when) => (&mut kept.cells, place(unit, when.text())),
                Spot::Day(on) => (&mut kept.days, place(key.unit, on.to_string())),
            };
            *into.entry(place).or_default() += amount.times(sign);
        });
    }
    kept
}
