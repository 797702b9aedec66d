//! Which numbers may somebody know who sees only numbers, and which of those are of small groups and stay hidden?
//!
//! Whether a number is hidden follows from its place among units and periods alone (`kernel::veil`): not from what was
//! asked for, so that no two pages together tell what one does not.
//! Never asks about a number whose records the reader sees.

use std::collections::{BTreeMap, BTreeSet};

use kernel::authority::{Subtree, merged, overlap};
use kernel::catalog::{Figure, Measure, Mechanism};
use kernel::figures::{self, Amount};
use kernel::ids::{FieldId, UnitId};
use kernel::period::Period;
use kernel::value::Month;
use kernel::veil::{Axis, Veil};
use store::Conn;

use super::cards::days;
use super::{is_stock, reach};
use crate::cells::reading::{self, Ask, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register::Scope;

/// What stands in the place of a hidden number.
pub const HIDDEN: &str = "*";

/// Where somebody may know a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowing {
    /// Where they see all that may count in it.
    pub seen: Vec<Subtree>,
    /// Where they may know the number, whether they see the records or not.
    pub told: Vec<Subtree>,
}

impl Knowing {
    /// What somebody may know of a figure inside a scope.
    pub fn of(ctx: &Ctx, mechanism: &Mechanism, figure: &Figure, scope: &Scope) -> Self {
        let seen = reach(ctx, figure, scope);
        let mut told = numbers_only(ctx, mechanism);
        if let Measure::Blend(blend) = &figure.measure {
            told = vec![ctx.tree.whole()];
            for term in blend.terms() {
                let theirs = ctx.catalog().mechanisms.get(&term.mechanism).map_or_else(Vec::new, |it| {
                    let seen = ctx.sight(it).subtrees_in(&term.figure.counts_in);
                    merged(seen.into_iter().chain(numbers_only(ctx, it)))
                });
                told = overlap(&told, &theirs);
            }
        }
        if let Some(within) = scope.within {
            told = overlap(&told, &[within]);
        }
        Self { told: merged(told.into_iter().chain(seen.iter().copied())), seen }
    }

    /// Do they see what stands behind a number of these subtrees?
    pub fn sees(&self, over: &[Subtree]) -> bool {
        overlap(over, &self.seen) == merged(over.iter().copied())
    }
}

/// The subtrees of which somebody knows the figures of a mechanism, whatever they see.
// enforces: rights.figures
pub(super) fn numbers_only(ctx: &Ctx, mechanism: &Mechanism) -> Vec<Subtree> {
    merged(ctx.actor.reach(&mechanism.id, &mechanism.rights.figures).into_iter())
}

/// May somebody know figures of the mechanism?
pub fn knows_figures(ctx: &Ctx, mechanism: &Mechanism) -> bool {
    ctx.reaches(mechanism) || !numbers_only(ctx, mechanism).is_empty()
}

/// A number as its reader may know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The number; none where it is hidden.
    pub(super) amount: Option<Amount>,
    /// Do they see what is behind it?
    pub(super) sees: bool,
}

/// Which numbers of one figure are hidden from one reader.
pub(super) struct Hidden<'a> {
    ctx: &'a Ctx,
    knowing: &'a Knowing,
    /// What may be small: the figure, or those that it stands on.
    counted: Vec<Table<'a>>,
    /// The tops of what they see themselves; nothing where no units make it up.
    own: Option<Vec<UnitId>>,
}

/// A figure over all units and periods that say whether a number of it is shown.
struct Table<'a> {
    figure: &'a Figure,
    rows: Axis,
    columns: Axis,
    row_of: BTreeMap<UnitId, usize>,
    column_of: BTreeMap<Period, usize>,
    amounts: Vec<Vec<Amount>>,
}

impl<'a> Hidden<'a> {
    /// Reads what says whether numbers of these units and periods are hidden; asks nothing where nothing may be.
    pub(super) async fn read(
        ctx: &'a Ctx,
        conn: &mut Conn,
        (mechanism, figure): (&'a Mechanism, &'a Figure),
        knowing: &'a Knowing,
        units: &[UnitId],
        periods: &[Period],
    ) -> Result<Self, Error> {
        let own = made_up(ctx, &knowing.seen);
        let mut hidden = Self { ctx, knowing, counted: Vec::new(), own };
        if knowing.sees(&knowing.told) {
            return Ok(hidden);
        }
        let mut tops: BTreeSet<UnitId> = units.iter().copied().collect();
        tops.extend(hidden.own.iter().flatten().copied());
        for (mechanism, figure) in suppressed(ctx, mechanism, figure) {
            let table = Table::read(ctx, conn, (mechanism, figure), &tops, periods).await?;
            hidden.counted.push(table);
        }
        Ok(hidden)
    }

    /// Is the number of units over a period hidden?
    pub(super) fn hides(&self, units: &[UnitId], period: Period) -> bool {
        if self.counted.is_empty() {
            return false;
        }
        let over: Vec<Subtree> = units.iter().filter_map(|id| self.ctx.tree.unit(*id).map(|unit| unit.over)).collect();
        if self.knowing.sees(&over) {
            return false;
        }
        // What they see themselves they can take away from what holds it: that must be shown as well.
        let Some(own) = &self.own else { return true };
        let inside = own.iter().filter(|unit| {
            self.ctx.tree.unit(**unit).is_some_and(|unit| over.iter().any(|over| over.holds(unit.over.first)))
        });
        let all: Vec<UnitId> = units.iter().chain(inside).copied().collect();
        self.counted.iter().any(|table| !table.shows(self.ctx, &all, period))
    }

    /// The number of units over a period as its reader may know it.
    pub(super) fn told(&self, units: &[UnitId], period: Period, amount: Amount) -> Told {
        let over: Vec<Subtree> = units.iter().filter_map(|id| self.ctx.tree.unit(*id).map(|unit| unit.over)).collect();
        Told { amount: self.show(units, period, amount), sees: self.knowing.sees(&over) }
    }

    /// The number of units over a period, or none where it is hidden.
    pub(super) fn show(&self, units: &[UnitId], period: Period, amount: Amount) -> Option<Amount> {
        (!self.hides(units, period)).then_some(amount)
    }
}

/// The units that make up subtrees; nothing where no units do.
pub(super) fn made_up(ctx: &Ctx, over: &[Subtree]) -> Option<Vec<UnitId>> {
    let units: Vec<UnitId> = over.iter().flat_map(|over| ctx.tree.covering(*over)).collect();
    let there = units.iter().filter_map(|id| ctx.tree.unit(*id)).map(|unit| unit.over);
    (merged(there) == merged(over.iter().copied())).then_some(units)
}

/// Below how many a number is hidden: of itself, or of one of those that it stands on.
pub(super) fn few(figure: &Figure) -> i64 {
    match &figure.measure {
        Measure::Blend(blend) => {
            blend.terms().map(|term| term.figure.suppress_below).max().unwrap_or(0).max(figure.suppress_below)
        }
        _ => figure.suppress_below,
    }
}

/// The figures of which small numbers are hidden: itself, or those that it stands on.
fn suppressed<'a>(ctx: &'a Ctx, mechanism: &'a Mechanism, figure: &'a Figure) -> Vec<(&'a Mechanism, &'a Figure)> {
    let all: Vec<(&Mechanism, &Figure)> = match &figure.measure {
        Measure::Blend(blend) => blend
            .terms()
            .filter_map(|term| Some((&**ctx.catalog().mechanisms.get(&term.mechanism)?, &*term.figure)))
            .chain(blend.is_missing.then_some((mechanism, figure)))
            .collect(),
        _ => vec![(mechanism, figure)],
    };
    all.into_iter().filter(|(_, figure)| figure.suppress_below > 0).collect()
}

impl<'a> Table<'a> {
    async fn read(
        ctx: &Ctx,
        conn: &mut Conn,
        (mechanism, figure): (&'a Mechanism, &'a Figure),
        tops: &BTreeSet<UnitId>,
        periods: &[Period],
    ) -> Result<Self, Error> {
        let (rows, row_of, places) = units_of(ctx, tops);
        let (columns, column_of, spans) = periods_of(ctx, figure, periods);
        let ask =
            Ask { figures: vec![(mechanism, figure)], places, spans: spans.into_iter().map(days).collect(), by: None };
        let read = reading::amounts(ctx, conn, &ask).await?;
        let line = |row: usize| (0..ask.spans.len()).map(|column| read.of(0, row, column)).collect();
        let amounts = (0..ask.places.len()).map(line).collect();
        Ok(Self { figure, rows, columns, row_of, column_of, amounts })
    }

    fn shows(&self, ctx: &Ctx, units: &[UnitId], period: Period) -> bool {
        let is_small = |row: usize, column: usize| figures::is_small(self.figure, self.amounts[row][column]);
        let mut veil = Veil::over(&self.rows, &self.columns, &is_small);
        let Some(pieces) = self.pieces(ctx, units, period) else { return false };
        units.iter().all(|unit| {
            let row = self.row_of.get(unit);
            pieces
                .iter()
                .all(|piece| row.zip(self.column_of.get(piece)).is_some_and(|(row, column)| veil.shows(*row, *column)))
        })
    }

    /// The periods that a span is made of: years, halves, quarters and months. This year so far is its year, where
    /// nothing is known to come.
    fn pieces(&self, ctx: &Ctx, units: &[UnitId], period: Period) -> Option<Vec<Period>> {
        let pieces = pieces(ctx, self.figure, period)?;
        let (Period::UpTo(day), [.., _]) = (period, pieces.as_slice()) else { return Some(pieces) };
        let year = Period::Year(day.year());
        let known = self.column_of.get(&year).zip(self.column_of.get(&period));
        let is_all = known.is_some_and(|(year, so_far)| {
            units.iter().all(|unit| {
                self.row_of.get(unit).is_some_and(|row| self.amounts[*row][*year] == self.amounts[*row][*so_far])
            })
        });
        Some(if is_all && day.year() == ctx.today.year() { vec![year] } else { pieces })
    }
}

/// The periods of which a span is made; nothing where it is not made of whole months. A stock is what stands at the end of
/// a month.
fn pieces(ctx: &Ctx, figure: &Figure, period: Period) -> Option<Vec<Period>> {
    if is_stock(figure) {
        let end = period.last().min(ctx.today);
        let is_end = end == end.last_of_month() || Month::of(end) == Month::of(ctx.today);
        return is_end.then(|| vec![Period::Month(Month::of(end))]);
    }
    if !period.is_of_months() {
        return None;
    }
    let (mut at, last) = (Month::of(period.first()), Month::of(period.last()));
    let mut pieces = Vec::new();
    while at <= last {
        let day = at.first_day();
        let longest = [Period::Year(day.year()), Period::half_of(day), Period::quarter_of(day), Period::Month(at)];
        let fits = |it: &&Period| it.first() == day && it.last() <= last.last_day();
        let piece = *longest.iter().find(fits)?;
        at = Month::of(piece.last()).plus(1);
        pieces.push(piece);
    }
    Some(pieces)
}

/// The periods with all that they are part of and that stand beside them, and those that are only asked about.
fn periods_of(ctx: &Ctx, figure: &Figure, periods: &[Period]) -> (Axis, BTreeMap<Period, usize>, Vec<Period>) {
    let (mut axis, mut known, mut spans) = (Axis::default(), BTreeMap::new(), Vec::new());
    let mut place = |axis: &mut Axis, spans: &mut Vec<Period>, period: Period| {
        *known.entry(period).or_insert_with(|| {
            spans.push(period);
            axis.place()
        })
    };
    for period in periods {
        for piece in pieces(ctx, figure, *period).unwrap_or_default() {
            let own = place(&mut axis, &mut spans, piece);
            let mut at = (piece, own);
            while let Some(whole) = Some(at.0).filter(|_| !is_stock(figure)).and_then(whole_of) {
                let above = place(&mut axis, &mut spans, whole);
                for part in parts_of(whole) {
                    let part = place(&mut axis, &mut spans, part);
                    axis.is_part(part, above);
                }
                at = (whole, above);
            }
        }
        if let Period::UpTo(day) = period {
            place(&mut axis, &mut spans, Period::Year(day.year()));
            place(&mut axis, &mut spans, *period);
        }
    }
    (axis, known, spans)
}

/// What a period is a part of.
fn whole_of(period: Period) -> Option<Period> {
    let day = period.first();
    match period {
        Period::Month(_) => Some(Period::quarter_of(day)),
        Period::Quarter(..) => Some(Period::half_of(day)),
        Period::Half(..) => Some(Period::Year(day.year())),
        _ => None,
    }
}

/// The parts of a period.
fn parts_of(period: Period) -> Vec<Period> {
    let mut parts = Vec::new();
    let (mut at, last) = (Month::of(period.first()), Month::of(period.last()));
    while at <= last {
        let day = at.first_day();
        let part = match period {
            Period::Year(_) => Period::half_of(day),
            Period::Half(..) => Period::quarter_of(day),
            _ => Period::Month(at),
        };
        at = Month::of(part.last()).plus(1);
        parts.push(part);
    }
    parts
}

/// The units with all that they are part of and that stand beside them, as they stood at any time; what belongs to a unit
/// itself stands beside those below it.
fn units_of(ctx: &Ctx, tops: &BTreeSet<UnitId>) -> (Axis, BTreeMap<UnitId, usize>, Vec<Place>) {
    let (mut axis, mut known, mut places) = (Axis::default(), BTreeMap::new(), Vec::new());
    let mut days: Vec<jiff::civil::Date> = ctx.tree.past().turns().to_vec();
    days.extend(ctx.tree.past().turns().first().and_then(|turn| turn.yesterday().ok()));
    days.push(ctx.today);
    let mut below: BTreeMap<UnitId, BTreeSet<UnitId>> = BTreeMap::new();
    let mut above: BTreeMap<UnitId, BTreeSet<UnitId>> = BTreeMap::new();
    for unit in ctx.tree.units() {
        for parent in days.iter().filter_map(|day| ctx.tree.parent_on(unit.id, *day)).chain(unit.parent) {
            below.entry(parent).or_default().insert(unit.id);
            above.entry(unit.id).or_default().insert(parent);
        }
    }
    let mut next: Vec<UnitId> = tops.iter().copied().collect();
    let mut done = BTreeSet::new();
    let mut place = |axis: &mut Axis, places: &mut Vec<Place>, unit: UnitId| {
        *known.entry(unit).or_insert_with(|| {
            places.push(Place::Unit(unit));
            axis.place()
        })
    };
    while let Some(unit) = next.pop() {
        let own = place(&mut axis, &mut places, unit);
        for parent in above.get(&unit).into_iter().flatten() {
            let whole = place(&mut axis, &mut places, *parent);
            axis.is_part(own, whole);
            if done.insert(*parent) {
                for part in below.get(parent).into_iter().flatten() {
                    let part = place(&mut axis, &mut places, *part);
                    axis.is_part(part, whole);
                }
                if let Some(unit) = ctx.tree.unit(*parent) {
                    let itself = axis.place();
                    places.push(Place::Reach(vec![Subtree { first: unit.over.first, last: unit.over.first }]));
                    axis.is_part(itself, whole);
                }
                next.push(*parent);
            }
        }
    }
    (axis, known, places)
}

/// Which slices of a field are shown of a unit over a year: none, or all of them.
pub(super) async fn shows_slices(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, figure): (&Mechanism, &Figure),
    field: &FieldId,
    unit: UnitId,
    year: Period,
) -> Result<bool, Error> {
    let (rows, row_of, places) = units_of(ctx, &BTreeSet::from([unit]));
    let ask = |by: Option<FieldId>| Ask {
        figures: vec![(mechanism, figure)],
        places: places.clone(),
        spans: vec![days(year)],
        by,
    };
    let whole = reading::amounts(ctx, conn, &ask(None)).await?;
    let sliced = reading::amounts(ctx, conn, &ask(Some(field.clone()))).await?;
    let mut columns = Axis::default();
    let top = columns.place();
    let mut values: Vec<String> = Vec::new();
    for row in 0..places.len() {
        for value in sliced.slices(0, row, 0, field).into_keys() {
            if !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
                let part = columns.place();
                columns.is_part(part, top);
            }
        }
    }
    let amount = |row: usize, column: usize| match column.checked_sub(1) {
        None => whole.of(0, row, 0),
        Some(at) => sliced.slices(0, row, 0, field).get(values[at].as_str()).copied().unwrap_or_default(),
    };
    let is_small = |row: usize, column: usize| figures::is_small(figure, amount(row, column));
    let mut veil = Veil::over(&rows, &columns, &is_small);
    let Some(row) = row_of.get(&unit) else { return Ok(false) };
    Ok((0..=values.len()).all(|column| veil.shows(*row, column)))
}
