//! How much? What one record contributes to each figure, and how contributions read as a number.
//!
//! A step's effect on figures is the difference of the record's contributions after and before it.
//! Never counts records: whoever wants a figure adds up contributions.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::calendar::Calendar;
use crate::catalog::{Figure, Measure, Mechanism};
use crate::formula::{Env, Formula};
use crate::ids::UnitId;
use crate::record::{Record, View};
use crate::value::Value;

/// The figure that every mechanism has: records by state, for tabs and for choosing a plan.
pub const STATES: &str = "#states";

/// The slice of what is not cut into slices.
pub const WHOLE: &str = "-";

/// How many parts a number of a sum or a mean is kept in.
const PARTS: i64 = 1_000_000;

/// Where a contribution belongs. Which cells by month and by day follow from it is the keeper's matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey {
    /// `task_order.closed`.
    pub figure: String,
    /// The slice: [`WHOLE`], or a state.
    pub slice: String,
    /// The unit itself, not rolled up.
    pub unit: UnitId,
    /// When it counts, and by which tree it is rolled up.
    pub falls: Falls,
}

/// When a contribution counts: it rolls up along the tree as it stood on that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Falls {
    /// At no time: by the tree as it stands now.
    Always,
    /// On this day.
    On(Date),
    /// From this day on, for as long as nothing takes it away again: a stock, which moves along with its unit.
    Stands(Date),
}

/// What is added to a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Records, or the sum in millionths (money in 分).
    pub numerator: i64,
    /// Records that it is divided by; 0 for figures that are not divided.
    pub denominator: i64,
}

impl Amount {
    /// So many times the amount; −1 times is what takes it away.
    #[must_use]
    pub fn times(self, sign: i64) -> Self {
        Self { numerator: self.numerator * sign, denominator: self.denominator * sign }
    }
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
    }
}

/// Contributions, added up where they belong to the same.
pub type Cells = BTreeMap<CellKey, Amount>;

/// What a record contributes, as it stands.
pub fn contributions(mechanism: &Mechanism, record: &Record, calendar: &Calendar, into: &mut Cells, sign: i64) {
    let mut add = |figure: &str, slice: &str, falls: Falls, unit: UnitId, amount: Amount, sign: i64| {
        let key = CellKey { figure: format!("{}.{figure}", mechanism.id), slice: slice.to_owned(), unit, falls };
        *into.entry(key).or_default() += amount.times(sign);
    };
    if mechanism.state(record.state.as_str()).is_none() {
        // An import that was taken back: it stands in no state and counts nowhere.
        return;
    }
    let one = Amount { numerator: 1, denominator: 0 };
    add(STATES, record.state.as_str(), Falls::Always, record.unit, one, sign);
    // Figures are reckoned without a clock: what depends on today is a stock, dated by its days.
    let view = View { mechanism, record, today: record.opened_on, calendar, period: None };
    for figure in &mechanism.figures {
        let id = figure.id.as_str();
        for (falls, amount) in of_figure(figure, &view) {
            let day = match falls {
                Falls::On(day) | Falls::Stands(day) => day,
                Falls::Always => record.opened_on,
            };
            add(id, WHOLE, falls, record.unit_on(day), amount, sign);
            if let Falls::Stands(since) = falls {
                // What stands goes along when its unit ends: out of the one, into the other.
                for (until, from, to) in record.moves_after(since) {
                    add(id, WHOLE, Falls::Stands(until), from, amount, -sign);
                    add(id, WHOLE, Falls::Stands(until), to, amount, sign);
                }
            }
        }
    }
}

/// When it falls, and how much: one contribution.
type Part = (Falls, Amount);

/// The difference between what a record contributed and what it contributes; cells that do not change are left out.
pub fn difference(mechanism: &Mechanism, before: Option<&Record>, after: &Record, calendar: &Calendar) -> Cells {
    let mut cells = Cells::new();
    if let Some(before) = before {
        contributions(mechanism, before, calendar, &mut cells, -1);
    }
    contributions(mechanism, after, calendar, &mut cells, 1);
    cells.retain(|_, amount| *amount != Amount::default());
    cells
}

// enforces: figure.at
// enforces: figure.count
// enforces: figure.sum
// enforces: figure.ratio
// enforces: figure.over
// enforces: figure.average
// enforces: figure.when
// enforces: figure.stock
fn of_figure(figure: &Figure, view: &View<'_>) -> Vec<Part> {
    let month = |at: &Formula| day(at, view).map(Falls::On);
    let flow = |falls: Option<Falls>, amount| falls.map(|falls| (falls, amount)).into_iter().collect();
    let one = |numerator, denominator| Amount { numerator, denominator };
    match &figure.measure {
        Measure::Count { when, at } if when.holds(view) => flow(month(at), one(1, 0)),
        Measure::Sum { of, when, at } if when.holds(view) => {
            parts(of, view).map_or_else(Vec::new, |sum| flow(month(at), one(sum, 0)))
        }
        Measure::Average { of, when, at } if when.holds(view) => {
            parts(of, view).map_or_else(Vec::new, |sum| flow(month(at), one(sum, 1)))
        }
        Measure::Ratio { part, whole, at } if whole.holds(view) => flow(month(at), one(i64::from(part.holds(view)), 1)),
        Measure::Stock { when, since, until } if when.holds(view) => stock(since, until, view),
        _ => Vec::new(),
    }
}

/// A record stands from the day `since` until the day before `until`: one in, one out.
// enforces: figure.since
// enforces: figure.until
fn stock(since: &Formula, until: &Formula, view: &View<'_>) -> Vec<Part> {
    let Some(since) = day(since, view) else { return Vec::new() };
    let until = day(until, view);
    if until.is_some_and(|until| until < since) {
        return Vec::new();
    }
    let at = |day: Date, numerator| (Falls::Stands(day), Amount { numerator, denominator: 0 });
    [at(since, 1)].into_iter().chain(until.map(|until| at(until, -1))).collect()
}

fn day(formula: &Formula, env: &dyn Env) -> Option<Date> {
    match formula.eval(env)? {
        Value::Day(day) => Some(day),
        _ => None,
    }
}

/// A number in millionths; money in 分.
fn parts(formula: &Formula, env: &dyn Env) -> Option<i64> {
    match formula.eval(env)? {
        Value::Whole(number) => number.checked_mul(PARTS),
        Value::Decimal(number) => i64::try_from(number.checked_mul(Decimal::from(PARTS))?.round()).ok(),
        Value::Money(fen) => Some(fen),
        _ => None,
    }
}

/// What a figure shows for the sum of its cells: `None` where there is nothing to divide by.
pub fn value(figure: &Figure, amount: Amount) -> Option<Decimal> {
    let numerator = Decimal::from(amount.numerator);
    let denominator = Decimal::from(amount.denominator);
    let whole = |of: &Formula| match of.of {
        crate::formula::Type::Number(crate::formula::Measure::Money) => Decimal::ONE_HUNDRED,
        _ => Decimal::from(PARTS),
    };
    match &figure.measure {
        Measure::Count { .. } | Measure::Stock { .. } => Some(numerator),
        Measure::Sum { of, .. } => numerator.checked_div(whole(of)),
        Measure::Ratio { .. } => (numerator * Decimal::ONE_HUNDRED).checked_div(denominator),
        Measure::Average { of, .. } => numerator.checked_div(whole(of))?.checked_div(denominator),
    }
}

/// What people read: at most two places, halves away from zero, the unit left to the caller. `—` for nothing to divide.
pub fn shown(figure: &Figure, amount: Amount) -> String {
    match value(figure, amount) {
        Some(value) => value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize().to_string(),
        None => "—".to_owned(),
    }
}

/// The amount of a figure at the end of `on`, from contributions to one figure: what fell up to then, or what stands.
pub fn up_to(cells: &Cells, on: Option<Date>) -> Amount {
    let mut sum = Amount::default();
    for (key, amount) in cells.iter().filter(|(key, _)| key.slice == WHOLE) {
        let counts = match key.falls {
            Falls::Always => true,
            Falls::On(day) | Falls::Stands(day) => on.is_none_or(|on| day <= on),
        };
        if counts {
            sum += *amount;
        }
    }
    sum
}
