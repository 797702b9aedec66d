//! A figure as a card: its value, its change, its course, and of which part of the whole its reader reads it.

use kernel::authority::Subtree;
use kernel::catalog::{Counts, Figure, Mechanism};
use kernel::figures::{self, Amount};
use kernel::ids::{FigureId, UnitId};
use kernel::period::Period;
use rust_decimal::{Decimal, RoundingStrategy};
use store::Conn;

use super::added::Mark;
use super::asking::Asked;
use super::targets::{TargetLine, Targets};
use super::veiled::{HIDDEN, Hidden, Knowing, few, made_up};
use super::{is_missing, is_ratio, is_stock};
use crate::cells::reading::{self, Ask, Days, Place};
use crate::commands::upkeep::remaking::{self, Underway};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register;

/// A figure as a card.
#[derive(Clone, Debug)]
pub struct FigureCard {
    /// The mechanism's id.
    pub mechanism: String,
    /// The figure's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value, without its unit; `—` where there is nothing to divide by.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// In words.
    pub words: String,
    /// For a ratio: numerator and denominator.
    pub parts: Option<(i64, i64)>,
    /// The changes: against the period before, against the same of the year before.
    pub changes: Vec<Change>,
    /// The steps of its course, for a small line.
    pub course: Vec<Option<f64>>,
    /// The period that its link opens.
    pub period: String,
    /// Of which part its reader reads it.
    pub part: Part,
    /// What is to be reached.
    pub target: Option<TargetLine>,
    /// Below how many it is hidden from its reader, if it is.
    pub few: Option<i64>,
    /// Who added it, where the site did.
    pub added: Option<Mark>,
    /// Is it being made anew, because its definition or the calendar has changed?
    pub remaking: Option<Underway>,
}

/// A change against an earlier period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Against what: `较上期`, `较上年同期`.
    pub against: &'static str,
    /// The earlier period in words.
    pub period: String,
    /// By how much: `+3`, `-2.5个百分点`, `0`.
    pub by: String,
    /// And in percent of the earlier value, where that is no ratio and not zero: `+12.5%`.
    pub percent: Option<String>,
}

/// Of which part of what was asked for somebody reads a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Of all of it: its name.
    Whole(String),
    /// Of so many units of so many.
    Units(usize, usize),
}

impl Part {
    pub(super) fn of(ctx: &Ctx, reach: &[Subtree], unit: Option<UnitId>) -> Self {
        let asked = unit.and_then(|id| ctx.tree.unit(id));
        // Where no unit is asked for, the whole of one of the trees is a whole.
        let mut tops = ctx.tree.units().iter().filter(|top| unit.is_none() && top.parent.is_none());
        if let Some(whole) = asked.into_iter().chain(tops.by_ref()).find(|whole| reach == [whole.over]) {
            return Self::Whole(whole.name.clone());
        }
        let asked = asked.map_or_else(|| ctx.tree.whole(), |unit| unit.over);
        let (seen, all) = (ctx.tree.within(reach).count(), ctx.tree.within(&[asked]).count());
        if seen >= all { Self::Whole("全部单位".to_owned()) } else { Self::Units(seen, all) }
    }
}

/// A figure that somebody may know, and over which subtrees.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Its mechanism.
    pub mechanism: &'a Mechanism,
    /// The figure.
    pub figure: &'a Figure,
    /// Where.
    pub knowing: Knowing,
}

impl Wanted<'_> {
    /// `task_order.closed`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.mechanism.id, self.figure.id)
    }
}

/// The figures of a mechanism that this person may know of a unit.
pub fn wanted<'a>(ctx: &Ctx, mechanism: &'a Mechanism, unit: Option<UnitId>) -> Result<Vec<Wanted<'a>>, Error> {
    let scope = register::scope(ctx, mechanism, unit)?;
    let knowing = |figure| Knowing::of(ctx, mechanism, figure, &scope);
    let all = mechanism.figures.iter().map(|figure| Wanted { mechanism, figure, knowing: knowing(figure) });
    Ok(all.filter(|it| !it.knowing.told.is_empty()).collect())
}

/// What is read for a card: the period, the one before, the same of the year before, and the steps.
struct Spans {
    period: Period,
    earlier: Vec<(&'static str, Period)>,
    steps: Vec<Period>,
}

impl Spans {
    fn of(asked: &Asked) -> Self {
        let before = asked.period.before().map(|it| ("较上期", it));
        let year_before = asked.period.year_before().map(|it| ("较上年同期", it));
        Self {
            period: asked.period,
            earlier: before.into_iter().chain(year_before).collect(),
            steps: asked.period.steps(),
        }
    }

    fn periods(&self) -> Vec<Period> {
        let all = std::iter::once(&self.period).chain(self.earlier.iter().map(|(_, it)| it)).chain(&self.steps);
        all.copied().collect()
    }

    fn days(&self) -> Vec<Days> {
        self.periods().into_iter().map(days).collect()
    }
}

/// The days of a period.
pub(crate) fn days(period: Period) -> Days {
    Days { from: period.first(), until: period.last() }
}

/// Figures as cards, in the order in which they were asked for.
pub async fn cards(ctx: &Ctx, conn: &mut Conn, wanted: &[Wanted<'_>], asked: &Asked) -> Result<Vec<FigureCard>, Error> {
    let spans = Spans::of(asked);
    // Most figures are known over the same subtrees: each place is read once.
    let mut places: Vec<Place> = Vec::new();
    let mut place_of = Vec::new();
    for it in wanted {
        let place = Place::Reach(it.knowing.told.clone());
        let at = places.iter().position(|known| *known == place).unwrap_or(places.len());
        if at == places.len() {
            places.push(place);
        }
        place_of.push(at);
    }
    let figures = wanted.iter().map(|it| (it.mechanism, it.figure)).collect();
    let read = reading::amounts(ctx, conn, &Ask { figures, places, spans: spans.days(), by: None }).await?;
    let unit = asked.unit.or_else(|| ctx.tree.units().first().map(|root| root.id));
    let ids: Vec<FigureId> = wanted.iter().map(|it| FigureId::from(it.name())).collect();
    let targets = Targets::read(ctx, conn, &ids, unit.as_slice(), asked.period).await?;
    let open = remaking::underway(ctx, conn).await?;
    let mut hidden = Vec::new();
    for it in wanted {
        hidden.push(Veiled::read(ctx, conn, it, &spans.periods()).await?);
    }
    let card = |(at, it): (usize, &Wanted<'_>)| {
        let shown = |span: usize, period| hidden[at].show(period, read.of(at, place_of[at], span));
        let card = card(ctx, it, asked, &spans, shown);
        // What a part of a unit comes to says nothing about what the unit is to reach.
        let unit = unit.filter(|_| matches!(card.part, Part::Whole(_)));
        let amount = shown(0, asked.period);
        let target = unit.and_then(|unit| targets.of(ctx, &ids[at], unit, it.figure, amount));
        let remaking = open.iter().find(|it| it.figure == ids[at]).cloned();
        // What was never whole is not shown as a value.
        let value = if remaking.as_ref().is_some_and(|it| !it.shows_before) { "—".to_owned() } else { card.value };
        FigureCard { target, remaking, value, ..card }
    };
    Ok(wanted.iter().enumerate().map(card).collect())
}

/// The whole of what somebody may know, hidden where it is of a small group.
struct Veiled<'a> {
    hidden: Hidden<'a>,
    units: Option<Vec<UnitId>>,
    sees: bool,
}

impl<'a> Veiled<'a> {
    async fn read(ctx: &'a Ctx, conn: &mut Conn, it: &'a Wanted<'_>, periods: &[Period]) -> Result<Self, Error> {
        let units = made_up(ctx, &it.knowing.told);
        let asked = units.clone().unwrap_or_default();
        let hidden = Hidden::read(ctx, conn, (it.mechanism, it.figure), &it.knowing, &asked, periods).await?;
        Ok(Self { hidden, units, sees: it.knowing.sees(&it.knowing.told) })
    }

    fn show(&self, period: Period, amount: Amount) -> Option<Amount> {
        match &self.units {
            _ if self.sees => Some(amount),
            Some(units) => self.hidden.show(units, period, amount),
            None => None,
        }
    }
}

fn card(
    ctx: &Ctx,
    it: &Wanted<'_>,
    asked: &Asked,
    spans: &Spans,
    of: impl Fn(usize, Period) -> Option<Amount>,
) -> FigureCard {
    let figure = it.figure;
    let now = of(0, spans.period);
    let begun = spans.period.first() <= ctx.today || !is_stock(figure);
    let earlier = spans.earlier.iter().enumerate();
    let changes = earlier.filter_map(|(at, (against, period))| {
        let (by, percent) = changed(figure, now?, of(1 + at, *period)?)?;
        Some(Change { against, period: period.words(), by, percent })
    });
    let first = 1 + spans.earlier.len();
    let course = spans.steps.iter().enumerate().map(|(at, step)| {
        let is_known = step.first() <= ctx.today;
        is_known.then(|| number(figure, of(first + at, *step)?)).flatten()
    });
    FigureCard {
        mechanism: it.mechanism.id.to_string(),
        id: figure.id.to_string(),
        name: figure.name.clone(),
        value: match now {
            _ if !begun => "—".to_owned(),
            Some(now) => value_words(figure, now),
            None => HIDDEN.to_owned(),
        },
        unit: figure.unit.clone(),
        words: figure.words.clone(),
        parts: now.filter(|_| is_ratio(figure) || is_missing(figure)).map(|now| match figure.kind.of {
            // Of those who should, so many did.
            Counts::Percent if is_missing(figure) => (now.denominator - now.numerator, now.denominator),
            _ => (now.numerator, now.denominator),
        }),
        changes: if begun { changes.collect() } else { Vec::new() },
        course: course.collect(),
        period: asked.period.to_string(),
        part: Part::of(ctx, &it.knowing.told, asked.unit),
        target: None,
        added: Mark::of(ctx, it.mechanism.id.as_str(), figure.id.as_str()),
        remaking: None,
        few: now.is_none().then(|| few(figure)),
    }
}

/// A value as it is read, without its unit.
pub(super) fn value_words(figure: &Figure, amount: Amount) -> String {
    figures::shown(figure, amount)
}

/// A value as a number, for drawings.
pub(super) fn number(figure: &Figure, amount: Amount) -> Option<f64> {
    figures::value(figure, amount).and_then(|value| f64::try_from(value).ok())
}

/// By how much a value changed: in its own unit (points of percent for a ratio), and in percent.
pub(crate) fn changed(figure: &Figure, now: Amount, earlier: Amount) -> Option<(String, Option<String>)> {
    let (now, earlier) = (figures::value(figure, now)?, figures::value(figure, earlier)?);
    let round = |value: Decimal, places: u32| {
        value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).normalize()
    };
    let signed = |value: Decimal| if value > Decimal::ZERO { format!("+{value}") } else { value.to_string() };
    let by = signed(round(now - earlier, 2));
    if is_ratio(figure) {
        let by = if by == "0" { by } else { format!("{by}个百分点") };
        return Some((by, None));
    }
    let percent = ((now - earlier) * Decimal::ONE_HUNDRED).checked_div(earlier).filter(|_| earlier > Decimal::ZERO);
    Some((by, percent.map(|percent| format!("{}%", signed(round(percent, 1))))))
}
