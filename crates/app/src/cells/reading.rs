//! How much, over which days, for which units? Several figures over several spans for several places in a fixed number
//! of questions: a page asks once for its value, the last period, the same period last year, its trend and its table.
//!
//! Whole months are read from cells of units with their subtrees; the days at both ends of a span are summed over the
//! units that stood below on them. A stock is what stands at the end of a span, today at the latest. People are counted
//! from cells where a span is whole months and a place one unit with all below it, else from who was there on its days.
//! Never a cell outside of the places that are asked for; whether somebody may know them is asked by who asks.

mod people;
mod quarters;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::{Blend, Figure, Measure, Mechanism};
use kernel::figures::{self, Amount, WHOLE};
use kernel::ids::{FieldId, FigureId, MechanismId, PersonId, UnitId};
use kernel::value::Month;
use store::Conn;
use store::figures::{CellQuery, DayQuery, Piece};

use super::Map;
use super::placing::When;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::tree::Tree;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    /// The first.
    pub from: Date,
    /// The last; before the first, nothing falls on them.
    pub until: Date,
}

impl Days {
    /// The days of some whole months, if the span holds any: the first month and the last.
    fn months(self) -> Option<(Month, Month)> {
        let of = |day: Date| Month::of(day);
        let first = if self.from.day() == 1 { of(self.from) } else { of(self.from).plus(1) };
        let last = if self.until == self.until.last_of_month() { of(self.until) } else { of(self.until).plus(-1) };
        (first <= last && first.first_day() >= self.from && last.last_day() <= self.until).then_some((first, last))
    }

    /// What whole months leave over at both ends.
    fn ends(self) -> Vec<Self> {
        let ends = match self.months() {
            None => vec![self],
            Some((first, last)) => {
                let before = first.first_day().yesterday().map(|until| Self { until, ..self });
                let after = last.last_day().tomorrow().map(|from| Self { from, ..self });
                before.into_iter().chain(after).collect()
            }
        };
        ends.into_iter().filter(|days| days.from <= days.until).collect()
    }
}

/// Whose records are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Those of a unit and of everything below it, as it stood on each day.
    Unit(UnitId),
    /// Those of subtrees that do not overlap.
    Reach(Vec<Subtree>),
}

impl Place {
    /// The units whose subtrees it is made of, and those that are taken away again.
    fn made_of(&self, tree: &Tree) -> Vec<(UnitId, i64)> {
        let reach = match self {
            Self::Unit(unit) => return vec![(*unit, 1)],
            Self::Reach(reach) => reach,
        };
        let mut all = Vec::new();
        for over in reach {
            let (whole, holes) = tree.made_of(*over);
            all.extend(whole.into_iter().map(|unit| (unit, 1)));
            all.extend(holes.into_iter().map(|unit| (unit, -1)));
        }
        all
    }
}

/// What is asked: every figure for every place over every span.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// The figures, each with its mechanism.
    pub figures: Vec<(&'a Mechanism, &'a Figure)>,
    /// The places.
    pub places: Vec<Place>,
    /// The spans.
    pub spans: Vec<Days>,
    /// The field whose slices are wanted; the whole without one.
    pub by: Option<FieldId>,
}

impl Ask<'_> {
    /// The first and the last of the slices that are wanted, in order.
    fn slices(&self) -> (String, String) {
        match &self.by {
            None => (WHOLE.to_owned(), WHOLE.to_owned()),
            // Options are called by letters, digits and `_`: all of them come before `~`.
            Some(field) => (figures::slice(field, ""), figures::slice(field, "~")),
        }
    }
}

/// Amounts by the places of figure, place and span in what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    whole: Map<(usize, usize, usize), Amount>,
    slices: BTreeMap<(usize, usize, usize), BTreeMap<String, Amount>>,
}

impl Amounts {
    /// The amount of a figure for a place over a span.
    pub fn of(&self, figure: usize, place: usize, span: usize) -> Amount {
        self.whole.get(&(figure, place, span)).copied().unwrap_or_default()
    }

    fn add(&mut self, at: (usize, usize, usize), slice: &str, amount: Amount) {
        if slice == WHOLE {
            *self.whole.entry(at).or_default() += amount;
            return;
        }
        let own = self.slices.entry(at).or_default();
        match own.get_mut(slice) {
            Some(sum) => *sum += amount,
            None => _ = own.insert(slice.to_owned(), amount),
        }
    }

    /// Reckons a figure over figures from what it stands on, which was read from `first` on.
    fn blend(&mut self, ask: &Ask<'_>, at: usize, (blend, first): (&Blend, usize), today: Date) {
        for place in 0..ask.places.len() {
            for (span, days) in ask.spans.iter().enumerate() {
                let read: Vec<Amount> = (0..blend.terms().count()).map(|it| self.of(first + it, place, span)).collect();
                let amount = figures::blended_on(blend, &read, days.until.min(today));
                if amount != Amount::default() {
                    self.whole.insert((at, place, span), amount);
                }
            }
        }
    }

    /// The amounts of the slices of a field, by its value: an option's id, `true` or `false`, empty where nothing is
    /// written. Values of which nothing counts are left out.
    pub fn slices(&self, figure: usize, place: usize, span: usize, by: &FieldId) -> BTreeMap<&str, Amount> {
        let all = self.slices.get(&(figure, place, span)).into_iter().flatten();
        all.filter(|(_, amount)| **amount != Amount::default())
            .filter_map(|(slice, amount)| Some((figures::value_of(by, slice)?, *amount)))
            .collect()
    }
}

/// Units asked for at once.
const AT_ONCE: usize = 500;

/// Reads what is asked.
pub async fn amounts(ctx: &Ctx, conn: &mut Conn, ask: &Ask<'_>) -> Result<Amounts, Error> {
    let mut places: BTreeMap<UnitId, Vec<(usize, i64)>> = BTreeMap::new();
    for (at, place) in ask.places.iter().enumerate() {
        for (unit, sign) in place.made_of(&ctx.tree) {
            places.entry(unit).or_default().push((at, sign));
        }
    }
    let Sorted { flows, stocks, people, blends, missing, quarters } = Sorted::of(ask);
    let units: Vec<UnitId> = places.keys().copied().collect();
    let mut reading = Reading { ctx, ask, slices: ask.slices(), places, sums: Amounts::default() };
    for some in units.chunks(AT_ONCE) {
        if !flows.is_empty() {
            reading.months(conn, &flows, some).await?;
            reading.days(conn, &flows, some).await?;
        }
        if !stocks.is_empty() {
            reading.stocks(conn, &stocks, some).await?;
        }
    }
    if !people.is_empty() {
        reading.people(conn, &people).await?;
    }
    for (at, blend) in missing {
        reading.missing(conn, at, blend).await?;
    }
    let mut sums = reading.sums;
    for (at, blend, first) in blends {
        sums.blend(ask, at, (blend, first), ctx.today);
    }
    for of in quarters {
        quarters::means(ctx, conn, ask, of, &mut sums).await?;
    }
    sums.whole.retain(|(figure, ..), _| *figure < ask.figures.len());
    sums.slices.retain(|(figure, ..), _| *figure < ask.figures.len());
    Ok(sums)
}

/// Figures and where they stand in what was asked.
type Figures = BTreeMap<FigureId, Vec<usize>>;

/// The figures that are asked for, by how they are read.
#[derive(Default)]
struct Sorted<'a> {
    flows: Figures,
    stocks: Figures,
    people: Figures,
    /// Figures over figures: where each stands, and from where on stands what it stands on.
    blends: Vec<(usize, &'a Blend, usize)>,
    /// Figures of people who are missing.
    missing: Vec<(usize, &'a Blend)>,
    /// Means over the quarters.
    quarters: Vec<(usize, &'a Blend)>,
}

impl<'a> Sorted<'a> {
    /// What figures over figures stand on is read along, behind what was asked for.
    fn of(ask: &'a Ask<'a>) -> Self {
        let mut sorted = Self::default();
        let asked = ask.figures.iter().map(|(mechanism, figure)| (&mechanism.id, *figure));
        let mut all: Vec<(&MechanismId, &Figure)> = asked.collect();
        for (at, (_, figure)) in ask.figures.iter().enumerate() {
            if let Measure::Blend(blend) = &figure.measure {
                if blend.is_missing {
                    sorted.missing.push((at, blend));
                    continue;
                }
                if blend.quarters {
                    sorted.quarters.push((at, blend));
                    continue;
                }
                sorted.blends.push((at, blend, all.len()));
                all.extend(blend.terms().map(|term| (&term.mechanism, &*term.figure)));
            }
        }
        for (at, (mechanism, figure)) in all.into_iter().enumerate() {
            let kind = match figure.measure {
                Measure::Stock { .. } | Measure::Balance { .. } => &mut sorted.stocks,
                Measure::People { .. } => &mut sorted.people,
                Measure::Blend(_) => continue,
                _ => &mut sorted.flows,
            };
            kind.entry(FigureId::from(format!("{mechanism}.{}", figure.id))).or_default().push(at);
        }
        sorted
    }
}

struct Reading<'a> {
    ctx: &'a Ctx,
    ask: &'a Ask<'a>,
    slices: (String, String),
    /// For each unit, in which places it is counted, and how often.
    places: BTreeMap<UnitId, Vec<(usize, i64)>>,
    sums: Amounts,
}

impl Reading<'_> {
    fn add(&mut self, figures: &[usize], unit: UnitId, span: usize, slice: &str, amount: Amount) {
        for (place, sign) in self.places.get(&unit).into_iter().flatten() {
            for figure in figures {
                self.sums.add((*figure, *place, span), slice, amount.times(*sign));
            }
        }
    }

    /// The cells of figures and units in a range of periods.
    async fn cells<'f>(
        &self,
        conn: &mut Conn,
        figures: &'f Figures,
        units: &[UnitId],
        periods: (String, String),
    ) -> Result<Vec<Read<'f>>, Error> {
        let query = CellQuery {
            figures: figures.keys().cloned().collect(),
            slices: Some(self.slices.clone()),
            periods: Some(periods),
            units: units.to_vec(),
        };
        let read = |it: Piece<'_>| {
            let slice = if it.slice == WHOLE { Cow::Borrowed(WHOLE) } else { Cow::Owned(it.slice.to_owned()) };
            let amount = Amount { numerator: it.numerator, denominator: it.denominator };
            let (figure, when) = (figures.get(it.figure)?, When::parse(it.period)?);
            Some(Read { figure, unit: it.unit, slice, when, amount })
        };
        Ok(store::figures::pieces(conn, &query, read).await?.into_iter().flatten().collect())
    }

    fn day_query(
        &self,
        figures: &Figures,
        days: Vec<store::figures::Days>,
        units: Vec<store::figures::Units>,
    ) -> DayQuery {
        DayQuery { figures: figures.keys().cloned().collect(), slices: Some(self.slices.clone()), days, units }
    }

    /// Flows of whole months.
    async fn months(&mut self, conn: &mut Conn, figures: &Figures, units: &[UnitId]) -> Result<(), Error> {
        let months: Vec<Option<(Month, Month)>> = self.ask.spans.iter().map(|span| span.months()).collect();
        let first = months.iter().flatten().map(|(first, _)| *first).min();
        let last = months.iter().flatten().map(|(_, last)| *last).max();
        let Some((first, last)) = first.zip(last) else { return Ok(()) };
        for row in self.cells(conn, figures, units, (first.to_string(), last.to_string())).await? {
            let When::Month(month) = row.when else { continue };
            for (span, held) in months.iter().enumerate() {
                if held.is_some_and(|(first, last)| first <= month && month <= last) {
                    self.add(row.figure, row.unit, span, &row.slice, row.amount);
                }
            }
        }
        Ok(())
    }

    /// Flows of the days that whole months leave over.
    async fn days(&mut self, conn: &mut Conn, figures: &Figures, units: &[UnitId]) -> Result<(), Error> {
        let spans = self.ask.spans.iter().enumerate();
        let ends = spans.flat_map(|(at, span)| span.ends().into_iter().map(move |end| (at, end)));
        let (days, eras) = in_eras(&self.ctx.tree, ends);
        if days.is_empty() {
            return Ok(());
        }
        let over = eras.into_iter().flat_map(|era| below(&self.ctx.tree, units, era)).collect();
        let query = self.day_query(figures, days, over);
        for row in store::figures::read_days(conn, &query).await? {
            let amount = Amount { numerator: row.numerator, denominator: row.denominator };
            self.add(&figures[&row.figure], units[row.units as usize], row.days as usize, &row.slice, amount);
        }
        Ok(())
    }

    /// What stands at the end of each span: all months before that of its last day, and the days of that one.
    async fn stocks(&mut self, conn: &mut Conn, figures: &Figures, units: &[UnitId]) -> Result<(), Error> {
        let ends: Vec<Date> = self.ask.spans.iter().map(|span| span.until.min(self.ctx.today)).collect();
        let Some(latest) = ends.iter().max() else { return Ok(()) };
        let is_month = |end: &Date| *end == end.last_of_month();
        let months = ("0001-01".to_owned(), Month::of(*latest).to_string());
        for row in self.cells(conn, figures, units, months).await? {
            let When::Month(month) = row.when else { continue };
            for (span, end) in ends.iter().enumerate() {
                if month < Month::of(*end) || (month == Month::of(*end) && is_month(end)) {
                    self.add(row.figure, row.unit, span, &row.slice, row.amount);
                }
            }
        }
        let ragged = || ends.iter().enumerate().filter(|(_, end)| !is_month(end));
        let Some(first) = ragged().map(|(_, end)| end.first_of_month()).min() else { return Ok(()) };
        let days = (store::figures::day(first), store::figures::day(*latest));
        for row in self.cells(conn, figures, units, days).await? {
            let When::Day(day) = row.when else { continue };
            for (span, _) in ragged().filter(|(_, end)| end.first_of_month() <= day && day <= **end) {
                self.add(row.figure, row.unit, span, &row.slice, row.amount);
            }
        }
        Ok(())
    }
}

/// A cell as it was read.
struct Read<'f> {
    /// Where its figure stands in what was asked.
    figure: &'f [usize],
    unit: UnitId,
    slice: Cow<'static, str>,
    when: When,
    amount: Amount,
}

/// The people behind a number of a figure that counts people, with how often each is named: up to `most` of them, after
/// one of them.
pub async fn people_behind(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, figure): (&Mechanism, &Figure),
    (place, days, slice): (&Place, Days, &str),
    after: Option<PersonId>,
    most: u32,
) -> Result<Vec<(PersonId, i64)>, Error> {
    let (days, eras) = in_eras(&ctx.tree, [(0, days)].into_iter());
    let line = |era: usize| {
        let over = over_in(&ctx.tree, place, era).into_iter();
        over.map(move |over| store::figures::Units { at: 0, era: era as i64, over }).collect::<Vec<_>>()
    };
    let own = || (FigureId::from(format!("{}.{}", mechanism.id, figure.id)), None);
    let (counted, but) = match &figure.measure {
        Measure::Blend(blend) => people::sides(blend).map_or_else(own, |(should, reached)| (should, Some(reached))),
        _ => own(),
    };
    let query = DayQuery {
        figures: vec![counted],
        slices: Some((slice.to_owned(), slice.to_owned())),
        days,
        units: eras.into_iter().flat_map(line).collect(),
    };
    Ok(store::presences::named(conn, (&query, but.as_ref()), after, most).await?)
}

/// The units of a place after so many turns, as intervals of the numbers of today.
fn over_in(tree: &Tree, place: &Place, era: usize) -> Vec<Subtree> {
    let units: Vec<(UnitId, i64)> = match place {
        Place::Reach(reach) if era == tree.past().turns().len() => return reach.clone(),
        place => place.made_of(tree),
    };
    let ids: Vec<UnitId> = units.iter().map(|(unit, _)| *unit).collect();
    let mut times: BTreeMap<i64, i64> = BTreeMap::new();
    for line in below(tree, &ids, era) {
        for unit in tree.within(&[line.over]) {
            *times.entry(unit.over.first).or_default() += units[line.at as usize].1;
        }
    }
    let counted: BTreeSet<i64> = times.into_iter().filter(|(_, times)| *times > 0).map(|(ord, _)| ord).collect();
    let mut over: Vec<Subtree> = Vec::new();
    let mut last = i64::MIN;
    for unit in tree.units() {
        let ord = unit.over.first;
        if counted.contains(&ord) {
            match over.last_mut().filter(|it| it.last == last) {
                Some(it) => it.last = ord,
                None => over.push(Subtree { first: ord, last: ord }),
            }
        }
        last = ord;
    }
    over
}

/// Numbered days, cut where the tree turns, and which trees they need.
fn in_eras(tree: &Tree, all: impl Iterator<Item = (usize, Days)>) -> (Vec<store::figures::Days>, BTreeSet<usize>) {
    let (mut days, mut eras) = (Vec::new(), BTreeSet::new());
    for (at, span) in all {
        for (era, Days { from, until }) in by_era(tree.past().turns(), span) {
            eras.insert(era);
            days.push(store::figures::Days { at: at as i64, era: era as i64, from, until });
        }
    }
    (days, eras)
}

/// The days, cut where units came to stand elsewhere: each part with the number of turns up to it.
fn by_era(turns: &[Date], days: Days) -> Vec<(usize, Days)> {
    let mut parts = Vec::new();
    let mut from = days.from;
    loop {
        let era = turns.partition_point(|turn| *turn <= from);
        let next = turns.get(era).filter(|turn| **turn <= days.until);
        let Some(turn) = next else {
            parts.push((era, Days { from, until: days.until }));
            return parts;
        };
        parts.push((era, Days { from, until: turn.yesterday().unwrap_or(*turn) }));
        from = *turn;
    }
}

/// The units that stood below each of the units after so many turns, as intervals of the numbers of today.
fn below(tree: &Tree, units: &[UnitId], era: usize) -> Vec<store::figures::Units> {
    let turns = tree.past().turns();
    let line = |at: usize, over: Subtree| store::figures::Units { at: at as i64, era: era as i64, over };
    if era == turns.len() {
        let over = |(at, unit): (usize, &UnitId)| tree.unit(*unit).map(|unit| line(at, unit.over));
        return units.iter().enumerate().filter_map(over).collect();
    }
    let day = match era {
        0 => turns[0].yesterday().unwrap_or(turns[0]),
        era => turns[era - 1],
    };
    let mut found: BTreeMap<UnitId, Vec<Subtree>> = units.iter().map(|unit| (*unit, Vec::new())).collect();
    let mut last = i64::MIN;
    for unit in tree.units() {
        for above in tree.upwards_on(unit.id, day) {
            let Some(own) = found.get_mut(&above) else { continue };
            match own.last_mut().filter(|over| over.last == last) {
                Some(over) => over.last = unit.over.first,
                None => own.push(Subtree { first: unit.over.first, last: unit.over.first }),
            }
        }
        last = unit.over.first;
    }
    let of = |(at, unit): (usize, &UnitId)| found[unit].iter().map(|over| line(at, *over)).collect::<Vec<_>>();
    units.iter().enumerate().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, until: &str) -> Days {
        Days { from: from.parse().expect("a day"), until: until.parse().expect("a day") }
    }

    #[test]
    fn a_span_is_whole_months_and_what_is_left_at_both_ends() {
        let span = days("2026-01-20", "2026-04-02");
        assert_eq!(
            span.months().map(|(a, b)| (a.to_string(), b.to_string())),
            Some(("2026-02".into(), "2026-03".into()))
        );
        assert_eq!(span.ends(), [days("2026-01-20", "2026-01-31"), days("2026-04-01", "2026-04-02")]);
        assert_eq!(days("2026-01-01", "2026-12-31").ends(), []);
        assert_eq!(days("2026-02-02", "2026-02-28").ends(), [days("2026-02-02", "2026-02-28")]);
        assert_eq!(days("2026-03-05", "2026-03-04").ends(), []);
    }

    #[test]
    fn days_are_cut_where_the_tree_turns() {
        let turns: Vec<Date> = ["2026-02-10", "2026-03-01"].iter().map(|day| day.parse().expect("a day")).collect();
        let parts = by_era(&turns, days("2026-02-01", "2026-03-01"));
        let wanted = [
            (0, days("2026-02-01", "2026-02-09")),
            (1, days("2026-02-10", "2026-02-28")),
            (2, days("2026-03-01", "2026-03-01")),
        ];
        assert_eq!(parts, wanted);
        assert_eq!(by_era(&[], days("2026-02-01", "2026-03-01")), [(0, days("2026-02-01", "2026-03-01"))]);
    }

    #[test]
    fn no_day_is_lost_and_none_counted_twice() {
        for (first, length) in (0..70).flat_map(|first| (0..100).map(move |length| (first, length))) {
            let from = Date::constant(2024, 1, 1).saturating_add(jiff::Span::new().days(first));
            let span = Days { from, until: from.saturating_add(jiff::Span::new().days(length)) };
            let mut all: Vec<Date> = span.ends().iter().flat_map(|end| each(*end)).collect();
            if let Some((first, last)) = span.months() {
                all.extend(each(Days { from: first.first_day(), until: last.last_day() }));
            }
            all.sort();
            assert_eq!(all, each(span));
        }
    }

    fn each(days: Days) -> Vec<Date> {
        days.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= days.until).collect()
    }
}
