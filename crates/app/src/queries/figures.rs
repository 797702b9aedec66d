//! How much, and how do we know? The figures of a mechanism by unit and month, each a door to its records.
//!
//! A figure is read from its cells; nothing is counted here.
//! Never shows a cell outside the reader's reach.

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::{Figure, Measure, Mechanism, Term};
use kernel::figures::{self, Amount};
use kernel::formula::{Cmp, Expr, Formula};
use kernel::ids::UnitId;
use kernel::value::Month;
use kernel::workflow::Numbered as _;
use store::Conn;

use crate::cells::reading::{self, Ask, Days, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;
use crate::queries::register;

/// What is asked of a mechanism's figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FiguresAsk {
    /// The unit whose subtree is looked at.
    pub unit: Option<UnitId>,
    /// The year; this year by default.
    pub year: Option<i16>,
    /// The figure shown by unit and month; the first by default.
    pub figure: String,
}

/// The figures of a mechanism.
#[derive(Clone, Debug)]
pub struct FiguresPage {
    /// The mechanism's id.
    pub mechanism: String,
    /// Its name.
    pub name: String,
    /// The unit looked at.
    pub unit: Option<Choice>,
    /// The units that may be looked at.
    pub units: Vec<Choice>,
    /// The year.
    pub year: i16,
    /// The years to choose from.
    pub years: Vec<i16>,
    /// The cards: each figure over the year.
    pub cards: Vec<FigureCard>,
    /// The figure shown below.
    pub shown: Option<FigureTable>,
}

/// A figure as a card.
#[derive(Clone, Debug)]
pub struct FigureCard {
    /// The mechanism's id.
    pub mechanism: String,
    /// The figure's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// In words.
    pub words: String,
    /// For a ratio: numerator and denominator.
    pub parts: Option<(i64, i64)>,
    /// The change against the month before, in words, and whether it rose.
    pub change: Option<(String, bool)>,
    /// The months, for a small line.
    pub months: Vec<Option<f64>>,
    /// The period that its link opens.
    pub period: String,
}

/// A figure by unit and month.
#[derive(Clone, Debug)]
pub struct FigureTable {
    /// The figure's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// In words: what is counted.
    pub words: String,
    /// In words: what it is divided by.
    pub over_words: Option<String>,
    /// The formula as the definition writes it, and as a sentence.
    pub formulas: Vec<(String, String, String)>,
    /// The months.
    pub months: Vec<Month>,
    /// The rows: the unit looked at first, then the units below it that have anything.
    pub rows: Vec<FigureRow>,
    /// Is it a ratio (with two lists behind each number)?
    pub is_ratio: bool,
}

/// A unit's row.
#[derive(Clone, Debug)]
pub struct FigureRow {
    /// The unit; none for the whole of what the reader may see.
    pub unit: Option<UnitId>,
    /// Its name.
    pub name: String,
    /// The cells, by month.
    pub cells: Vec<FigureCell>,
    /// The year.
    pub total: FigureCell,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureCell {
    /// What is read.
    pub shown: String,
    /// As a number, for charts.
    pub number: Option<f64>,
    /// Is there anything behind it?
    pub has_records: bool,
    /// Numerator and denominator.
    pub amount: Amount,
    /// The period its link opens.
    pub period: String,
}

/// Reads `2026-03` or `2026-01..2026-03` as first and last day.
pub fn period(text: &str) -> Option<(Date, Date)> {
    let (from, until) = text.split_once("..").unwrap_or((text, text));
    let (from, until) = (Month::parse(from)?, Month::parse(until)?);
    (from <= until).then(|| (from.first_day(), until.last_day()))
}

/// The condition that a record must hold to stand behind a figure; `在 期间` asks for the period.
pub fn conditions(figure: &Figure, part: bool, until: Date) -> Vec<Expr> {
    let in_period = |at: &Formula| Expr::InPeriod(Box::new(at.expr.clone()));
    match &figure.measure {
        Measure::Count { when, at } => vec![when.expr.clone(), in_period(at)],
        Measure::Sum { of, when, at } | Measure::Average { of, when, at } => {
            let known = Expr::Not(Box::new(Expr::Empty(Box::new(of.expr.clone()))));
            vec![when.expr.clone(), in_period(at), known]
        }
        Measure::People { named, when, at, .. } => vec![when.expr.clone(), in_period(at), named.expr.clone()],
        // What one of the figures counts that it stands on; each has a door of its own.
        Measure::Blend(blend) => {
            let side = if part || blend.over.is_empty() { &blend.plus } else { &blend.over };
            let of = |term: &Term| Expr::And(conditions(&term.figure, part, until));
            let own: Vec<Expr> = side.iter().filter(|term| term.mechanism == blend.home).map(of).collect();
            vec![if own.is_empty() { Expr::YesNo(false) } else { Expr::Or(own) }]
        }
        Measure::Ratio { part: numerator, whole, at } => {
            let mut all = vec![whole.expr.clone(), in_period(at)];
            all.extend(part.then(|| numerator.expr.clone()));
            all
        }
        Measure::Stock { when, since, until: ends } => {
            let day = || Box::new(Expr::Day(until));
            let ended = Expr::Compare(Cmp::AtMost, Box::new(ends.expr.clone()), day());
            vec![
                when.expr.clone(),
                Expr::Compare(Cmp::AtMost, Box::new(since.expr.clone()), day()),
                Expr::Not(Box::new(ended)),
            ]
        }
    }
}

/// The figures of a mechanism.
pub async fn of_mechanism(ctx: &Ctx, mechanism: &str, ask: FiguresAsk) -> Result<FiguresPage, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let scope = register::scope(ctx, &mechanism, ask.unit)?;
    let year = ask.year.unwrap_or(ctx.today.year()).clamp(1, 9998);
    let months = months_of(year, ctx.today);
    let mut conn = ctx.office.db.read().await?;
    let mut cards = Vec::new();
    let mut shown = None;
    for figure in &mechanism.figures {
        let reach = reach(ctx, figure, &scope);
        if reach.is_empty() {
            continue;
        }
        cards.push(card(ctx, &mut conn, &mechanism, figure, &reach, &months).await?);
        if shown.is_none() || *figure.id.as_str() == ask.figure {
            shown = Some((figure, reach));
        }
    }
    let shown = match shown {
        Some((figure, reach)) => Some(table(ctx, &mut conn, &mechanism, figure, &reach, &ask, &months).await?),
        None => None,
    };
    let units = register::visible_units(ctx, &mechanism);
    let chosen = ask.unit.map(|id| id.to_string());
    Ok(FiguresPage {
        unit: units.iter().find(|unit| Some(&unit.id) == chosen.as_ref()).cloned(),
        units,
        year,
        years: (ctx.today.year() - 4..=ctx.today.year() + 1).rev().collect(),
        cards,
        shown,
        mechanism: mechanism.id.to_string(),
        name: mechanism.name.clone(),
    })
}

/// The subtrees over which somebody may know a figure: those in which they see every record that may count in it.
/// So no number tells of a record that the list behind it does not show.
pub fn reach(ctx: &Ctx, figure: &Figure, scope: &register::Scope) -> Vec<Subtree> {
    let mut seen = match &figure.measure {
        Measure::Blend(_) => vec![ctx.tree.whole()],
        _ => scope.sight.subtrees_in(&figure.counts_in),
    };
    if let Measure::Blend(blend) = &figure.measure {
        // Whoever may know everything that it stands on, where they may know all of it.
        for term in blend.terms() {
            let theirs = ctx.catalog().mechanism(term.mechanism.as_str()).map(|it| ctx.sight(it));
            let theirs = theirs.map_or_else(Vec::new, |sight| sight.subtrees_in(&term.figure.counts_in));
            seen = kernel::authority::overlap(&seen, &theirs);
        }
    }
    match scope.within {
        Some(within) => kernel::authority::overlap(&seen, &[within]),
        None => seen,
    }
}

/// The months of a year that are not in the future; all twelve of a year gone by.
fn months_of(year: i16, today: Date) -> Vec<Month> {
    let all = (1..=12).map(|month| Month { year, month });
    let now = Month::of(today);
    let shown: Vec<Month> = all.clone().filter(|month| *month <= now).collect();
    if shown.is_empty() { all.take(1).collect() } else { shown }
}

/// One figure as a card: over the shown months, with the change of the last month against the one before.
pub async fn card(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    figure: &Figure,
    reach: &[Subtree],
    months: &[Month],
) -> Result<FigureCard, Error> {
    let places = vec![Place::Reach(reach.to_vec())];
    let (by_month, total) = by_month(ctx, conn, mechanism, figure, places, months).await?.remove(0);
    let is_stock = matches!(figure.measure, Measure::Stock { .. });
    let number = |amount: Amount| figures::value(figure, amount).and_then(|value| f64::try_from(value).ok());
    let change = match by_month.as_slice() {
        [.., before, last] => number(*last).zip(number(*before)).map(|(last, before)| {
            let by = ((last - before) * 100.0).round() / 100.0;
            (format!("{by:+}"), by >= 0.0)
        }),
        _ => None,
    };
    let first = months.first().copied().unwrap_or(Month::of(ctx.today));
    let last = months.last().copied().unwrap_or(first);
    Ok(FigureCard {
        mechanism: mechanism.id.to_string(),
        id: figure.id.to_string(),
        name: figure.name.clone(),
        value: figures::shown(figure, total),
        unit: figure.unit.clone(),
        words: figure.words.clone(),
        parts: matches!(figure.measure, Measure::Ratio { .. }).then_some((total.numerator, total.denominator)),
        change,
        months: by_month.iter().map(|amount| number(*amount)).collect(),
        period: if is_stock { last.to_string() } else { format!("{first}..{last}") },
    })
}

/// A figure by month for each place, and over all of the months.
async fn by_month(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    figure: &Figure,
    places: Vec<Place>,
    months: &[Month],
) -> Result<Vec<(Vec<Amount>, Amount)>, Error> {
    let now = Month::of(ctx.today);
    let (first, last) = (months.first().unwrap_or(&now), months.last().unwrap_or(&now));
    let days = |first: &Month, last: &Month| Days { from: first.first_day(), until: last.last_day() };
    let spans = months.iter().map(|month| days(month, month)).chain([days(first, last)]);
    let ask = Ask { figures: vec![(mechanism, figure)], places, spans: spans.collect(), by: None };
    let amounts = reading::amounts(ctx, conn, &ask).await?;
    let of = |place| {
        let by_month = (0..months.len()).map(|span| amounts.of(0, place, span));
        (by_month.collect(), amounts.of(0, place, months.len()))
    };
    Ok((0..ask.places.len()).map(of).collect())
}

async fn table(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    figure: &Figure,
    reach: &[Subtree],
    ask: &FiguresAsk,
    months: &[Month],
) -> Result<FigureTable, Error> {
    let units = groups(ctx, reach, ask.unit, months);
    let mut places = vec![Place::Reach(reach.to_vec())];
    places.extend(units.iter().map(|unit| Place::Unit(*unit)));
    let amounts = by_month(ctx, conn, mechanism, figure, places, months).await?;
    let name = ask.unit.map_or_else(|| "全部".to_owned(), |unit| ctx.names().unit(unit));
    let mut table_rows = vec![row(ctx, figure, ask.unit, name, &amounts[0], months)];
    for (unit, amounts) in units.into_iter().zip(&amounts[1..]) {
        if amounts.0.iter().any(|amount| *amount != Amount::default()) {
            table_rows.push(row(ctx, figure, Some(unit), ctx.names().unit(unit), amounts, months));
        }
    }
    Ok(FigureTable {
        id: figure.id.to_string(),
        name: figure.name.clone(),
        unit: figure.unit.clone(),
        words: figure.words.clone(),
        over_words: figure.over_words.clone(),
        formulas: formulas(figure),
        months: months.to_vec(),
        rows: table_rows,
        is_ratio: matches!(figure.measure, Measure::Ratio { .. }),
    })
}

/// The units directly below the one looked at (or below the root), as far as the reader reaches, in pre-order;
/// a reader who reaches only a part of one of them sees that part's units instead.
fn groups(ctx: &Ctx, reach: &[Subtree], base: Option<UnitId>, months: &[Month]) -> Vec<UnitId> {
    let base = base.or_else(|| ctx.tree.units().first().map(|root| root.id));
    // Last year's table shows the units as they stood at its end, as far as the reader reaches them now.
    let day = months.last().map_or(ctx.today, |month| month.last_day().min(ctx.today));
    let stood_below = |over: UnitId| {
        let in_reach = |ord: i64| reach.iter().any(|it| it.holds(ord));
        let below = ctx.tree.units().iter().filter(move |unit| ctx.tree.parent_on(unit.id, day) == Some(over));
        below.filter(move |unit| in_reach(unit.over.first)).map(|unit| unit.id)
    };
    let mut units: Vec<UnitId> = Vec::new();
    for over in reach.iter().flat_map(|over| ctx.tree.covering(*over)) {
        match Some(over) == base {
            true => units.extend(stood_below(over)),
            false => units.push(over),
        }
    }
    units.sort_by_key(|unit| (ctx.tree.ord(*unit), *unit));
    units.dedup();
    units
}

fn row(
    ctx: &Ctx,
    figure: &Figure,
    unit: Option<UnitId>,
    name: String,
    (amounts, all): &(Vec<Amount>, Amount),
    months: &[Month],
) -> FigureRow {
    let is_stock = matches!(figure.measure, Measure::Stock { .. });
    let first = months.first().copied().unwrap_or(Month::of(ctx.today));
    let last = months.last().copied().unwrap_or(first);
    let period = if is_stock { last.to_string() } else { format!("{first}..{last}") };
    FigureRow {
        unit,
        name,
        cells: amounts.iter().zip(months).map(|(amount, month)| cell(figure, *amount, month.to_string())).collect(),
        total: cell(figure, *all, period),
    }
}

fn cell(figure: &Figure, amount: Amount, period: String) -> FigureCell {
    FigureCell {
        shown: figures::shown(figure, amount),
        number: figures::value(figure, amount).and_then(|value| f64::try_from(value).ok()),
        has_records: amount.numerator != 0 || amount.denominator != 0,
        amount,
        period,
    }
}

/// What a figure is made of: what the part is called, as written, as a sentence.
fn formulas(figure: &Figure) -> Vec<(String, String, String)> {
    let one =
        |name: &str, formula: &Formula| (name.to_owned(), formula.text.to_string(), kernel::formula::explain(formula));
    match &figure.measure {
        Measure::Count { when, at } => vec![one("计入", when), one("按哪天", at)],
        Measure::Sum { of, when, at } => vec![one("合计", of), one("计入", when), one("按哪天", at)],
        Measure::Average { of, when, at } => vec![one("平均", of), one("计入", when), one("按哪天", at)],
        Measure::Blend(blend) => vec![("算式".to_owned(), blend.text.to_string(), blend.text.to_string())],
        Measure::People { named, when, at, .. } => {
            vec![one("数其中的人", named), one("计入", when), one("按哪天", at)]
        }
        Measure::Ratio { part, whole, at } => vec![one("分子", part), one("分母", whole), one("按哪天", at)],
        Measure::Stock { when, since, until } => {
            vec![one("计入", when), one("从哪天起算在内", since), one("到哪天不再算", until)]
        }
    }
}
