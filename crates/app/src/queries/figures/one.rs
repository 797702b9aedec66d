//! One figure: its words and formula, its course, the units below by step, and how they rank.

use std::collections::BTreeSet;

use kernel::authority::Subtree;
use kernel::catalog::{Blend, Figure, Measure, Mechanism};
use kernel::figures::{self, Amount};
use kernel::ids::{FigureId, UnitId};
use kernel::period::Period;
use kernel::workflow::Numbered as _;
use store::Conn;

use super::asking::{Asked, FiguresAsk, PeriodChoice};
use super::cards::{FigureCard, Wanted, cards, days, number, value_words};
use super::overview::{chosen, kinds};
use super::targets::{TargetLine, Targets};
use super::veiled::{HIDDEN, Hidden, Knowing, Told, few, made_up};
use super::{formulas, is_ratio, is_stock};
use crate::cells::reading::{self, Amounts, Ask, Days, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;
use crate::queries::register;
use crate::queries::units::choosing;

/// The most units in one table.
const MOST_ROWS: usize = 200;

/// A figure's own page.
#[derive(Clone, Debug)]
pub struct FigurePage {
    /// The mechanism's id.
    pub mechanism: String,
    /// Its name.
    pub mechanism_name: String,
    /// What is asked.
    pub asked: Asked,
    /// The unit looked at.
    pub unit: Option<Choice>,
    /// What is looked at, in words.
    pub unit_words: String,
    /// The units that may be looked at.
    pub units: Vec<Choice>,
    /// The periods that may be looked at.
    pub periods: Vec<PeriodChoice>,
    /// The kinds of units that may be compared.
    pub kinds: Vec<Choice>,
    /// The figure as a card.
    pub card: FigureCard,
    /// In words: what it is divided by.
    pub over_words: Option<String>,
    /// The formula: what the part is called, as the definition writes it, as a sentence.
    pub formulas: Vec<(String, String, String)>,
    /// For a figure over figures: those it is reckoned from, over the same unit and period.
    pub made_of: Vec<MadeOf>,
    /// The version of the definition.
    pub version: String,
    /// Is it a ratio (with two lists behind each number)?
    pub is_ratio: bool,
    /// Does it count people (with a list of them behind each number)?
    pub is_people: bool,
    /// Is it a stock: what stands at a day?
    pub is_stock: bool,
    /// The steps of the period.
    pub steps: Vec<Period>,
    /// What was looked at as a whole.
    pub whole: FigureRow,
    /// The units that are compared, in the order of the tree.
    pub rows: Vec<FigureRow>,
    /// What the unit looked at and those that are compared are to reach: the unit's name, its value, the target.
    pub targets: Vec<(String, String, TargetLine)>,
    /// May this person set targets for the unit looked at?
    pub may_set: Option<UnitId>,
    /// Below how many numbers are hidden on this page, if any are.
    pub few: Option<i64>,
    /// Does the reader see what is behind the figure?
    pub sees: bool,
    /// Units that are compared and for which there is no room.
    pub left_out: usize,
}

/// A figure that another is reckoned from.
#[derive(Clone, Debug)]
pub struct MadeOf {
    /// What becomes of it: `加`, `减`, `除以`; of a mean of quarters, which quarter it is.
    pub how: &'static str,
    /// Its mechanism's name.
    pub mechanism_name: String,
    /// It.
    pub card: FigureCard,
    /// What its own page is asked.
    pub asked: Asked,
}

/// A unit's row.
#[derive(Clone, Debug)]
pub struct FigureRow {
    /// The unit; none for the whole of what the reader may see.
    pub unit: Option<UnitId>,
    /// Its name.
    pub name: String,
    /// The cells, by step.
    pub cells: Vec<FigureCell>,
    /// The whole period.
    pub total: FigureCell,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureCell {
    /// What is read.
    pub shown: String,
    /// As a number, for drawings.
    pub number: Option<f64>,
    /// Is there anything behind it that the reader sees?
    pub has_records: bool,
    /// Is it hidden, because it is of a small group or stands beside one?
    pub is_hidden: bool,
    /// Numerator and denominator.
    pub amount: Amount,
    /// The period its link opens.
    pub period: String,
}

/// One figure of a mechanism.
pub async fn figure_page(ctx: &Ctx, mechanism: &str, figure: &str, ask: &FiguresAsk) -> Result<FigurePage, Error> {
    let mechanism = super::mechanism(ctx, mechanism)?;
    let asked = Asked::of(ctx, ask)?;
    let found = mechanism.figure(figure).ok_or(Error::NotFound)?;
    let anywhere = Knowing::of(ctx, &mechanism, found, &register::scope(ctx, &mechanism, None)?).told;
    let knowing = Knowing::of(ctx, &mechanism, found, &register::scope(ctx, &mechanism, asked.unit)?);
    let reach = knowing.told.clone();
    if reach.is_empty() {
        return Err(Error::NotFound);
    }
    let wanted = Wanted { mechanism: &mechanism, figure: found, knowing };
    let mut conn = ctx.office.db.read().await?;
    let card = cards(ctx, &mut conn, std::slice::from_ref(&wanted), &asked).await?.remove(0);
    let mut units = compared(ctx, &asked, &reach);
    let left_out = units.len().saturating_sub(MOST_ROWS);
    units.truncate(MOST_ROWS);
    let steps = asked.period.steps();
    let Rows { whole, rows, others } = rows_of(ctx, &mut conn, &wanted, &units, (&asked, &steps)).await?;
    let own = asked.unit.or_else(|| ctx.tree.units().first().map(|root| root.id));
    let targets = targets_of(ctx, &mut conn, &wanted, &card, &others, asked.period).await?;
    let sees = wanted.knowing.sees(&reach);
    let is_whole = sees && matches!(card.part, super::Part::Whole(_));
    let is_veiled = |row: &FigureRow| row.cells.iter().chain([&row.total]).any(|cell| cell.is_hidden);
    let is_veiled = is_veiled(&whole) || rows.iter().any(is_veiled);
    Ok(FigurePage {
        mechanism: mechanism.id.to_string(),
        mechanism_name: mechanism.name.clone(),
        unit: chosen(ctx, asked.unit),
        unit_words: asked.unit_words(ctx),
        units: choosing::around(ctx, &anywhere, asked.unit),
        periods: asked.choices(ctx.today),
        kinds: kinds(ctx, &reach),
        card,
        over_words: found.over_words.clone(),
        formulas: formulas(found),
        made_of: made_of(ctx, &mut conn, (&mechanism, found), &asked).await?,
        version: version(&mechanism, found),
        is_ratio: is_ratio(found),
        is_people: super::is_people(found),
        is_stock: is_stock(found),
        steps,
        whole,
        rows,
        targets,
        may_set: own.filter(|unit| is_whole && crate::commands::targets::may_set(ctx, *unit)),
        few: is_veiled.then(|| few(found)),
        sees,
        left_out,
        asked,
    })
}

/// What a figure over figures is reckoned from; of people who are missing it is told by their names.
async fn made_of(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, figure): (&Mechanism, &Figure),
    asked: &Asked,
) -> Result<Vec<MadeOf>, Error> {
    let Measure::Blend(blend) = &figure.measure else { return Ok(Vec::new()) };
    if let Some(rate) = of_one_quarter(mechanism, blend) {
        return quarters(ctx, conn, (mechanism, rate), asked).await;
    }
    if blend.is_missing {
        return Ok(Vec::new());
    }
    let (mut wanted, mut told) = (Vec::new(), Vec::new());
    for (at, term) in blend.terms().enumerate() {
        let mechanism = ctx.catalog().mechanism(term.mechanism.as_str()).ok_or(Error::NotFound)?;
        let scope = register::scope(ctx, mechanism, asked.unit)?;
        wanted.push(Wanted {
            mechanism,
            figure: &term.figure,
            knowing: Knowing::of(ctx, mechanism, &term.figure, &scope),
        });
        let how = match (term.minus, at >= blend.plus.len()) {
            (true, _) => "减",
            (false, true) if at == blend.plus.len() => "除以",
            (false, _) if at == 0 => "",
            _ => "加",
        };
        told.push((how, mechanism.name.clone()));
    }
    let cards = cards(ctx, conn, &wanted, asked).await?;
    let one = |(card, (how, mechanism_name))| MadeOf { how, mechanism_name, card, asked: asked.clone() };
    Ok(cards.into_iter().zip(told).map(one).collect())
}

/// The figure of which a mean of quarters is the mean, if the mechanism has it.
fn of_one_quarter<'m>(mechanism: &'m Mechanism, mean: &Blend) -> Option<&'m Figure> {
    let is_it = |it: &&Figure| matches!(&it.measure, Measure::Blend(own) if own.text == mean.text && own.paced == mean.paced && !own.quarters);
    mechanism.figures.iter().find(is_it).filter(|_| mean.quarters)
}

/// What a mean of quarters is the mean of: each quarter of the period that has ended.
async fn quarters(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, rate): (&Mechanism, &Figure),
    asked: &Asked,
) -> Result<Vec<MadeOf>, Error> {
    const NAMES: [&str; 4] = ["第一季度末", "第二季度末", "第三季度末", "第四季度末"];
    let scope = register::scope(ctx, mechanism, asked.unit)?;
    let mut all = Vec::new();
    for end in figures::quarter_ends(asked.period.first(), asked.period.last().min(ctx.today)) {
        let asked = Asked { period: Period::quarter_of(end), ..asked.clone() };
        let wanted = Wanted { mechanism, figure: rate, knowing: Knowing::of(ctx, mechanism, rate, &scope) };
        let how = NAMES[usize::from(end.month().unsigned_abs() - 1) / 3];
        for card in cards(ctx, conn, std::slice::from_ref(&wanted), &asked).await? {
            all.push(MadeOf { how, mechanism_name: mechanism.name.clone(), card, asked: asked.clone() });
        }
    }
    Ok(all)
}

/// The whole, the units that hold anything, and what each unit comes to over the period.
struct Rows {
    whole: FigureRow,
    rows: Vec<FigureRow>,
    others: Vec<(UnitId, Option<Amount>)>,
}

async fn rows_of(
    ctx: &Ctx,
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    units: &[UnitId],
    (asked, steps): (&Asked, &[Period]),
) -> Result<Rows, Error> {
    let (found, reach) = (wanted.figure, &wanted.knowing.told);
    let read = read(ctx, conn, wanted, units, (asked.period, steps)).await?;
    let tops = made_up(ctx, reach);
    let all: Vec<UnitId> = units.iter().chain(tops.iter().flatten()).copied().collect();
    let periods: Vec<Period> = std::iter::once(asked.period).chain(steps.iter().copied()).collect();
    let hidden = Hidden::read(ctx, conn, (wanted.mechanism, found), &wanted.knowing, &all, &periods).await?;
    let shown = |place: usize, span: usize| {
        let amount = read.of(0, place, span);
        if place == 0 && wanted.knowing.sees(reach) {
            return Told { amount: Some(amount), sees: true };
        }
        let unit = place.checked_sub(1).map(|at| vec![units[at]]);
        let Some(of) = unit.as_ref().or(tops.as_ref()) else { return Told::default() };
        hidden.told(of, periods[span], amount)
    };
    let row = |at: usize, unit: Option<UnitId>, name: String| FigureRow {
        unit,
        name,
        total: cell(ctx, found, shown(at, 0), asked.period),
        cells: steps.iter().enumerate().map(|(span, step)| cell(ctx, found, shown(at, 1 + span), *step)).collect(),
    };
    let rows = units.iter().enumerate().map(|(at, unit)| row(1 + at, Some(*unit), ctx.names().unit(*unit)));
    Ok(Rows {
        whole: row(0, asked.unit, asked.unit_words(ctx)),
        // Below the unit looked at stand all units that count in it; of another group only those that hold anything.
        rows: rows.filter(|row| row.cells.iter().chain([&row.total]).any(holds_something)).collect(),
        others: units.iter().enumerate().map(|(at, unit)| (*unit, shown(1 + at, 0).amount)).collect(),
    })
}

/// The figure over the period and each of its steps: of all that is reached first, then of each unit.
async fn read(
    ctx: &Ctx,
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    units: &[UnitId],
    (period, steps): (Period, &[Period]),
) -> Result<Amounts, Error> {
    let mut places = vec![Place::Reach(wanted.knowing.told.clone())];
    places.extend(units.iter().map(|unit| Place::Unit(*unit)));
    let spans: Vec<Days> = std::iter::once(&period).chain(steps).copied().map(days).collect();
    let figures = vec![(wanted.mechanism, wanted.figure)];
    reading::amounts(ctx, conn, &Ask { figures, places, spans, by: None }).await
}

/// What the unit looked at and others are to reach: the unit's name, its value, the target.
async fn targets_of(
    ctx: &Ctx,
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    card: &FigureCard,
    others: &[(UnitId, Option<Amount>)],
    period: Period,
) -> Result<Vec<(String, String, TargetLine)>, Error> {
    let name = FigureId::from(wanted.name());
    let own = card.target.as_ref().map(|line| line.unit);
    let others: Vec<&(UnitId, Option<Amount>)> = others.iter().filter(|(unit, _)| Some(*unit) != own).collect();
    let ids: Vec<UnitId> = others.iter().map(|(unit, _)| *unit).collect();
    let known = Targets::read(ctx, conn, std::slice::from_ref(&name), &ids, period).await?;
    let of_own = card.target.clone().map(|line| (ctx.names().unit(line.unit), card.value.clone(), line));
    let of_other = |(unit, amount): &&(UnitId, Option<Amount>)| {
        let line = known.of(ctx, &name, *unit, wanted.figure, *amount)?;
        let value = amount.map_or_else(|| HIDDEN.to_owned(), |amount| value_words(wanted.figure, amount));
        Some((ctx.names().unit(*unit), value, line))
    };
    Ok(of_own.into_iter().chain(others.iter().filter_map(of_other)).collect())
}

/// The version of a definition, as short as it can be told apart.
pub(super) fn version(mechanism: &Mechanism, figure: &Figure) -> String {
    figure.added.as_deref().unwrap_or(&mechanism.hash).chars().take(12).collect()
}

pub(super) fn cell(ctx: &Ctx, figure: &Figure, told: Told, period: Period) -> FigureCell {
    let is_known = !is_stock(figure) || period.first() <= ctx.today;
    let Some(amount) = told.amount else {
        let (amount, period) = (Amount::default(), period.to_string());
        return FigureCell {
            shown: HIDDEN.to_owned(),
            number: None,
            has_records: false,
            is_hidden: true,
            amount,
            period,
        };
    };
    FigureCell {
        is_hidden: false,
        shown: if is_known { value_words(figure, amount) } else { "—".to_owned() },
        number: number(figure, amount).filter(|_| is_known),
        has_records: is_known && told.sees && !is_nothing(figure, amount),
        amount,
        period: period.to_string(),
    }
}

/// Is there nothing behind it? Of those who are missing, where nobody is.
fn is_nothing(figure: &Figure, amount: Amount) -> bool {
    amount == Amount::default() || (super::is_missing(figure) && amount.numerator == 0)
}

fn holds_something(cell: &FigureCell) -> bool {
    cell.is_hidden || cell.amount != Amount::default()
}

/// The units that are compared, in the order of the tree: all of a kind in reach, or those directly below the one
/// looked at (or below the root) as they stood at the period's end. A reader who reaches only a part of one of them
/// sees that part's units instead.
pub(super) fn compared(ctx: &Ctx, asked: &Asked, reach: &[Subtree]) -> Vec<UnitId> {
    if !asked.among.is_empty() {
        return ctx.tree.within(reach).filter(|unit| *unit.kind.as_str() == *asked.among).map(|unit| unit.id).collect();
    }
    let base = asked.unit.or_else(|| ctx.tree.units().first().map(|root| root.id));
    let day = asked.period.last().min(ctx.today);
    let in_reach = |ord: i64| reach.iter().any(|it| it.holds(ord));
    let mut units = BTreeSet::new();
    let mut add = |unit: UnitId| units.insert((ctx.tree.ord(unit).unwrap_or(i64::MAX), unit));
    for over in reach.iter().flat_map(|over| ctx.tree.covering(*over)) {
        if Some(over) != base {
            add(over);
            continue;
        }
        let below = ctx.tree.units().iter().filter(|unit| ctx.tree.parent_on(unit.id, day) == Some(over));
        below.filter(|unit| in_reach(unit.over.first)).for_each(|unit| {
            add(unit.id);
        });
    }
    units.into_iter().map(|(_, unit)| unit).collect()
}
