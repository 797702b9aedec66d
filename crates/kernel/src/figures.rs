//! How much? What one record contributes to each figure, and how contributions read as a number.
//!
//! A step's effect on figures is the difference of the record's contributions after and before it.
//! Never counts records: whoever wants a figure adds up contributions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::calendar::Calendar;
use crate::catalog::{Blend, Counts, FieldType, Figure, FigureKind, Measure, Mechanism, Term, Who};
use crate::formula::{Env, Formula, Slot};
use crate::ids::{FieldId, FigureId, PersonId, UnitId};
use crate::journal::digest;
use crate::kinds::ledger;
use crate::record::{Record, View};
use crate::value::{Facts, Value};

/// The figure that every mechanism has: records by state, for tabs and for choosing a plan.
pub const STATES: &str = "#states";

/// The slice of what is not cut into slices.
pub const WHOLE: &str = "-";

/// How many parts a number of a sum or a mean is kept in.
pub const PARTS: i64 = 1_000_000;

/// Where a contribution belongs. Which cells by month and by day follow from it is the keeper's matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey {
    /// `task_order.closed`.
    pub figure: String,
    /// The slice: [`WHOLE`], a state, or what [`slice()`] gives for a value of a field.
    pub slice: String,
    /// The unit itself, not rolled up.
    pub unit: UnitId,
    /// When it counts, and by which tree it is rolled up.
    pub falls: Falls,
    /// Who was there, where people are counted: the amount says how often.
    pub person: Option<PersonId>,
}

/// The slice of the records whose field has a value: an option's id, `true` or `false`, a record's
/// id, empty where nothing is written.
pub fn slice(field: &FieldId, value: &str) -> String {
    format!("{field}={value}")
}

/// The value of a slice of a field.
pub fn value_of<'s>(field: &FieldId, slice: &'s str) -> Option<&'s str> {
    slice.strip_prefix(field.as_str())?.strip_prefix('=')
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

/// One contribution of a record.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The figure of its mechanism; none is [`STATES`].
    pub figure: Option<&'a FigureId>,
    /// The slice.
    pub slice: &'a str,
    /// The unit itself, not rolled up.
    pub unit: UnitId,
    /// When it counts.
    pub falls: Falls,
    /// Who was there, where people are counted.
    pub person: Option<PersonId>,
    /// How much.
    pub amount: Amount,
}

/// What a record contributes, as it stands, to the figures of this mechanism: of the definition in force, whichever
/// version the record is pinned to, so that a figure counts all records by one rule, as the list behind it shows them.
/// A record that is gone counts nowhere.
pub fn contributions(mechanism: &Mechanism, record: &Record, calendar: &Calendar, into: &mut Cells, sign: i64) {
    give(mechanism, &|_| true, record, calendar, &mut |it| {
        let figure = format!("{}.{}", mechanism.id, it.figure.map_or(STATES, FigureId::as_str));
        let key = CellKey { figure, slice: it.slice.to_owned(), unit: it.unit, falls: it.falls, person: it.person };
        *into.entry(key).or_default() += it.amount.times(sign);
    });
}

/// The same one by one, for whoever adds up many records, of the figures that are wanted.
pub fn give(
    mechanism: &Mechanism,
    is_wanted: &dyn Fn(&FigureId) -> bool,
    record: &Record,
    calendar: &Calendar,
    take: &mut dyn FnMut(Given<'_>),
) {
    if record.is_gone() {
        return;
    }
    let one = Amount { numerator: 1, denominator: 0 };
    let state = record.state.as_str();
    take(Given { figure: None, slice: state, unit: record.unit, falls: Falls::Always, person: None, amount: one });
    // Figures are reckoned without a clock: what depends on today is a stock, dated by its days.
    let view = View { mechanism, record, today: record.opened_on, calendar, period: None };
    for it in mechanism.figures.iter().filter(|it| is_wanted(&it.id)) {
        let parts = of_figure(it, &view);
        if parts.is_empty() {
            continue;
        }
        for slice in slices(it, &view) {
            for (falls, person, amount) in &parts {
                let mut add = |falls: Falls, unit: UnitId, sign: i64| {
                    let amount = amount.times(sign);
                    take(Given { figure: Some(&it.id), slice: &slice, unit, falls, person: *person, amount });
                };
                let (Falls::On(day) | Falls::Stands(day)) = *falls else { continue };
                add(*falls, record.unit_on(day), 1);
                if let Falls::Stands(since) = *falls {
                    // What stands goes along when its unit ends: out of the one, into the other.
                    for (until, from, to) in record.moves_after(since) {
                        add(Falls::Stands(until), from, -1);
                        add(Falls::Stands(until), to, 1);
                    }
                }
            }
        }
    }
}

/// The whole, and the slice that the record belongs to by each field that the figure is cut by.
// enforces: figure.by
fn slices(figure: &Figure, view: &View<'_>) -> Vec<String> {
    let of = |id: &FieldId| {
        let value = match view.value(&Slot::Field(id.clone())) {
            Some(Value::Choice(option)) => option,
            Some(Value::YesNo(is_so)) => is_so.to_string(),
            Some(Value::Record(id)) => id.to_string(),
            _ => String::new(),
        };
        slice(id, &value)
    };
    std::iter::once(WHOLE.to_owned()).chain(figure.by.iter().map(of)).collect()
}

/// When it falls, who was there, and how much: one contribution.
type Part = (Falls, Option<PersonId>, Amount);

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
    let flow = |falls: Option<Falls>, amount| falls.map(|falls| (falls, None, amount)).into_iter().collect();
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
        // enforces: figure.balance
        Measure::Balance { of, when, year, .. } if when.holds(view) => {
            let at = |(on, amount): (Date, i64)| (Falls::Stands(on), None, one(amount, 0));
            let in_year = match year.as_ref().map(|it| it.eval(view)) {
                None => None,
                Some(Some(Value::Whole(year))) => Some(i16::try_from(year).unwrap_or(i16::MAX)),
                Some(_) => return Vec::new(),
            };
            ledger::changes(&view.record.book, of, in_year).into_iter().map(at).collect()
        }
        Measure::People { who, when, at, .. } if when.holds(view) => match month(at) {
            Some(falls) => people(who, view.record).into_iter().map(|id| (falls, Some(id), one(1, 0))).collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Who is written down there, or came, each once.
// enforces: figure.people
fn people(who: &Who, record: &Record) -> Vec<PersonId> {
    let of = |facts: &Facts, field: &FieldId| match facts.find(field.as_str()) {
        Some(Value::Person(id)) => vec![*id],
        Some(Value::People(ids)) => ids.clone(),
        _ => Vec::new(),
    };
    let mut all: Vec<PersonId> = match who {
        Who::Field(field) => of(&record.facts, field),
        Who::Column { child, column } => match record.facts.find(child.as_str()) {
            Some(Value::Rows(rows)) => rows.iter().flat_map(|row| of(row, column)).collect(),
            _ => Vec::new(),
        },
        Who::Attended => record.turnout.came().map(|(person, _)| person).collect(),
        Who::Expected => record.turnout.expected().collect(),
    };
    all.sort_unstable();
    all.dedup();
    all
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
    let at = |day: Date, numerator| (Falls::Stands(day), None, Amount { numerator, denominator: 0 });
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

/// What the cells of a figure follow from beside the records: its formulas, those of the computed fields that they may
/// ask for, the calendar, and which cells there are. Where this has changed, the cells are made anew.
pub fn signature(mechanism: &Mechanism, figure: &Figure, calendar: &Calendar) -> String {
    let (name, words) = (String::new(), String::new());
    let kind = FigureKind { suppress_below: 0, ..(*figure.kind).clone() }.into();
    let counted = Figure { name, words, kind, suppress_below: 0, ..figure.clone() };
    let counted = Figure { over_words: None, examples: Vec::new(), counts_in: Vec::new(), added: None, ..counted };
    let computed = mechanism.fields.iter().filter(|field| matches!(field.of, FieldType::Computed { .. }));
    let computed: Vec<_> = computed.map(|field| (&field.id, &field.of)).collect();
    let years: Vec<_> = calendar.years().collect();
    let kept = if matches!(figure.measure, Measure::People { .. }) { " by month" } else { "" };
    // Hours and views are counted as the definition says.
    let comes = mechanism.attendance.as_ref().map(|it| format!(" {it:?}")).unwrap_or_default();
    let votes = mechanism.voting.as_ref().map(|it| format!(" {it:?}")).unwrap_or_default();
    let goes = mechanism.circulation.as_ref().map(|it| format!(" {it:?}")).unwrap_or_default();
    digest(format!("{counted:?} {computed:?} {years:?}{kept}{comes}{votes}{goes}").as_bytes())
}

/// What a figure shows for the sum of its cells: `None` where there is nothing to divide by.
pub fn value(figure: &Figure, amount: Amount) -> Option<Decimal> {
    let numerator = Decimal::from(amount.numerator);
    let denominator = Decimal::from(amount.denominator);
    let whole = |of: &Formula| match of.of {
        crate::formula::Type::Number(crate::formula::Measure::Money) => Decimal::ONE_HUNDRED,
        _ => Decimal::from(PARTS),
    };
    let value = match &figure.measure {
        Measure::Count { .. } | Measure::Stock { .. } | Measure::People { .. } => Some(numerator),
        Measure::Sum { of, .. } => numerator.checked_div(whole(of)),
        Measure::Balance { .. } => numerator.checked_div(Decimal::from(PARTS)),
        Measure::Ratio { .. } => (numerator * Decimal::ONE_HUNDRED).checked_div(denominator),
        Measure::Average { of, .. } => numerator.checked_div(whole(of))?.checked_div(denominator),
        // Of those who should, so many did not: they, or the part of the others.
        Measure::Blend(blend) if blend.is_missing => match figure.kind.of {
            Counts::Percent => ((denominator - numerator) * Decimal::ONE_HUNDRED).checked_div(denominator),
            _ => Some(numerator),
        },
        Measure::Blend(blend) => match (blend.over.is_empty(), figure.kind.of) {
            (true, _) => numerator.checked_div(Decimal::from(PARTS)),
            (false, Counts::Percent) => (numerator * Decimal::ONE_HUNDRED).checked_div(denominator),
            (false, _) => numerator.checked_div(denominator),
        },
    };
    // enforces: figure_kind.scale
    value?.checked_div(Decimal::from(figure.kind.scale))
}

/// The amount of a figure over figures, from those of what it stands on, one a term: in millionths of what each counts.
pub fn blended(blend: &Blend, amounts: &[Amount]) -> Amount {
    let parts = |(term, amount): (&Term, &Amount)| {
        let per = match &term.figure.measure {
            Measure::Sum { of, .. } => match of.of {
                crate::formula::Type::Number(crate::formula::Measure::Money) => PARTS / 100,
                _ => 1,
            },
            Measure::Balance { .. } => 1,
            _ => PARTS,
        };
        amount.numerator.saturating_mul(if term.minus { -per } else { per })
    };
    let (plus, over) = amounts.split_at(blend.plus.len().min(amounts.len()));
    let sum =
        |terms: &[Term], amounts: &[Amount]| terms.iter().zip(amounts).map(parts).fold(0_i64, i64::saturating_add);
    Amount { numerator: sum(&blend.plus, plus), denominator: sum(&blend.over, over) }
}

/// The amount of a figure over figures at the end of a day: what it is divided by counts for the part of the year that
/// has gone by, if it is paced.
// enforces: figure.paced
pub fn blended_on(blend: &Blend, amounts: &[Amount], on: Date) -> Amount {
    let amount = blended(blend, amounts);
    if !blend.paced {
        return amount;
    }
    // Months count alike, and days alike within their month.
    let days = i128::from(on.days_in_month());
    let gone = i128::from(on.month() - 1) * days + i128::from(on.day());
    let part = i128::from(amount.denominator) * gone / (12 * days);
    Amount { denominator: i64::try_from(part).unwrap_or(amount.denominator), ..amount }
}

/// The mean of rates, each as a numerator and a denominator; those that are divided by nothing are left out.
// enforces: figure.quarters
pub fn mean(rates: impl Iterator<Item = Amount>) -> Amount {
    let mut mean = Amount::default();
    for rate in rates {
        let part = (Decimal::from(rate.numerator) * Decimal::from(PARTS)).checked_div(Decimal::from(rate.denominator));
        if let Some(part) = part.and_then(|it| i64::try_from(it.round()).ok()) {
            mean += Amount { numerator: part, denominator: PARTS };
        }
    }
    mean
}

/// The last days of the quarters that ended between two days.
pub fn quarter_ends(from: Date, until: Date) -> Vec<Date> {
    let ends = (from.year()..=until.year()).flat_map(|year| {
        [3, 6, 9, 12].into_iter().filter_map(move |month| Date::new(year, month, 1).ok().map(Date::last_of_month))
    });
    ends.filter(|end| from <= *end && *end <= until).collect()
}

/// The people of the first figure who are not among those of the second, and how many there are in the first: of cells
/// that are all there is.
pub fn missing(should: &Cells, reached: &Cells) -> Amount {
    let people = |cells: &Cells| -> BTreeSet<PersonId> {
        cells
            .iter()
            .filter(|(key, amount)| key.slice == WHOLE && amount.numerator > 0)
            .filter_map(|(key, _)| key.person)
            .collect()
    };
    let (should, reached) = (people(should), people(reached));
    Amount { numerator: should.difference(&reached).count() as i64, denominator: should.len() as i64 }
}

/// Do fewer stand behind the number than may be shown to who sees only numbers? Of a rate, either side and what is left.
pub fn is_small(figure: &Figure, amount: Amount) -> bool {
    let few = |count: i64| 0 < count && count < figure.suppress_below;
    let Amount { numerator, denominator } = amount;
    match &figure.measure {
        Measure::Count { .. } | Measure::Stock { .. } | Measure::People { .. } => few(numerator),
        Measure::Ratio { .. } => few(numerator) || few(denominator) || few(denominator - numerator),
        Measure::Blend(blend) if blend.is_missing => few(numerator) || few(denominator) || few(denominator - numerator),
        Measure::Average { .. } => few(denominator),
        Measure::Sum { .. } | Measure::Balance { .. } | Measure::Blend(_) => false,
    }
}

/// What people read: at most the places of its kind, halves away from zero, the unit left to the caller. `—` for nothing
/// to divide.
pub fn shown(figure: &Figure, amount: Amount) -> String {
    match rounded(figure, amount) {
        Some(value) => value.normalize().to_string(),
        None => "—".to_owned(),
    }
}

// enforces: figure_kind.places
fn rounded(figure: &Figure, amount: Amount) -> Option<Decimal> {
    let round = |it: Decimal| it.round_dp_with_strategy(figure.kind.places, RoundingStrategy::MidpointAwayFromZero);
    value(figure, amount).map(round)
}

/// How shown parts stand to the shown whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// They add up to it.
    AddUp,
    /// They do not, because each was rounded.
    Rounded,
    /// They do not: somebody may stand in several parts, and once in the whole.
    Shared,
    /// They cannot: rates and means are reckoned from their numerators and denominators.
    Reckoned,
}

/// Do the parts add up to the whole, as people read them?
pub fn parts_of(figure: &Figure, parts: &[Amount], whole: Amount) -> Parts {
    let is_reckoned = match &figure.measure {
        Measure::Ratio { .. } | Measure::Average { .. } => true,
        Measure::Blend(blend) => !blend.over.is_empty() && (!blend.is_missing || figure.kind.of == Counts::Percent),
        _ => false,
    };
    if is_reckoned {
        return Parts::Reckoned;
    }
    let sum: Decimal = parts.iter().filter_map(|part| rounded(figure, *part)).sum();
    if Some(sum) == rounded(figure, whole) {
        return Parts::AddUp;
    }
    if figure.kind.of == Counts::People { Parts::Shared } else { Parts::Rounded }
}

/// The amount of a figure at the end of `on`, from contributions to one figure: what fell up to then, or what stands;
/// people once each.
pub fn up_to(cells: &Cells, on: Option<Date>) -> Amount {
    let mut sum = Amount::default();
    let mut people = BTreeSet::new();
    for (key, amount) in cells.iter().filter(|(key, _)| key.slice == WHOLE) {
        let counts = match key.falls {
            Falls::Always => true,
            Falls::On(day) | Falls::Stands(day) => on.is_none_or(|on| day <= on),
        };
        match key.person {
            _ if !counts => {}
            Some(person) => people.extend((amount.numerator > 0).then_some(person)),
            None => sum += *amount,
        }
    }
    sum.numerator += people.len() as i64;
    sum
}
