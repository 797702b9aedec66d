//! How much, over which days, for which units? Several figures over several spans for several places in a fixed number
//! of questions: a page asks once for its value, the last period, the same period last year, its trend and its table.
//!
//! Whole months are read from cells of units with their subtrees; the days at both ends of a span are summed over the
//! units that stood below on them. A stock is what stands at the end of a span, today at the latest.
//! Never a cell outside of the places that are asked for; whether somebody may know them is asked by who asks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::{Figure, Measure, Mechanism};
use kernel::figures::{Amount, WHOLE};
use kernel::ids::{FigureId, UnitId};
use kernel::value::Month;
use store::Conn;
use store::figures::{CellQuery, DayQuery};

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
}

/// Amounts by the places of figure, place and span in what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    all: BTreeMap<(usize, usize, usize), Amount>,
}

impl Amounts {
    /// The amount of a figure for a place over a span.
    pub fn of(&self, figure: usize, place: usize, span: usize) -> Amount {
        self.all.get(&(figure, place, span)).copied().unwrap_or_default()
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
    let named = |(mechanism, figure): &(&Mechanism, &Figure)| FigureId::from(format!("{}.{}", mechanism.id, figure.id));
    let (mut flows, mut stocks) = (BTreeMap::<FigureId, Vec<usize>>::new(), BTreeMap::<FigureId, Vec<usize>>::new());
    for (at, pair) in ask.figures.iter().enumerate() {
        let kind = if matches!(pair.1.measure, Measure::Stock { .. }) { &mut stocks } else { &mut flows };
        kind.entry(named(pair)).or_default().push(at);
    }
    let units: Vec<UnitId> = places.keys().copied().collect();
    let mut reading = Reading { ctx, places, spans: &ask.spans, sums: Amounts::default() };
    for some in units.chunks(AT_ONCE) {
        if !flows.is_empty() {
            reading.months(conn, &flows, some).await?;
            reading.days(conn, &flows, some).await?;
        }
        if !stocks.is_empty() {
            reading.stocks(conn, &stocks, some).await?;
        }
    }
    Ok(reading.sums)
}

/// Figures and where they stand in what was asked.
type Figures = BTreeMap<FigureId, Vec<usize>>;

struct Reading<'a> {
    ctx: &'a Ctx,
    /// For each unit, in which places it is counted, and how often.
    places: BTreeMap<UnitId, Vec<(usize, i64)>>,
    spans: &'a [Days],
    sums: Amounts,
}

impl Reading<'_> {
    fn add(&mut self, figures: &[usize], unit: UnitId, span: usize, amount: Amount) {
        for (place, sign) in self.places.get(&unit).into_iter().flatten() {
            for figure in figures {
                *self.sums.all.entry((*figure, *place, span)).or_default() += amount.times(*sign);
            }
        }
    }

    /// Flows of whole months.
    async fn months(&mut self, conn: &mut Conn, figures: &Figures, units: &[UnitId]) -> Result<(), Error> {
        let months: Vec<Option<(Month, Month)>> = self.spans.iter().map(|span| span.months()).collect();
        let first = months.iter().flatten().map(|(first, _)| *first).min();
        let last = months.iter().flatten().map(|(_, last)| *last).max();
        let Some((first, last)) = first.zip(last) else { return Ok(()) };
        for row in cells(conn, figures, units, (first.to_string(), last.to_string())).await? {
            let Some(month) = Month::parse(&row.period) else { continue };
            for (span, held) in months.iter().enumerate() {
                if held.is_some_and(|(first, last)| first <= month && month <= last) {
                    self.add(&figures[&row.figure], row.unit, span, row.amount);
                }
            }
        }
        Ok(())
    }

    /// Flows of the days that whole months leave over.
    async fn days(&mut self, conn: &mut Conn, figures: &Figures, units: &[UnitId]) -> Result<(), Error> {
        let turns = self.ctx.tree.past().turns();
        let (mut days, mut eras) = (Vec::new(), BTreeSet::new());
        for (at, span) in self.spans.iter().enumerate() {
            for end in span.ends() {
                for (era, Days { from, until }) in by_era(turns, end) {
                    eras.insert(era);
                    days.push(store::figures::Days { at: at as i64, era: era as i64, from, until });
                }
            }
        }
        if days.is_empty() {
            return Ok(());
        }
        let over = eras.into_iter().flat_map(|era| below(&self.ctx.tree, units, era)).collect();
        let whole = (WHOLE.to_owned(), WHOLE.to_owned());
        let query = DayQuery { figures: figures.keys().cloned().collect(), slices: Some(whole), days, units: over };
        for row in store::figures::read_days(conn, &query).await? {
            let amount = Amount { numerator: row.numerator, denominator: row.denominator };
            self.add(&figures[&row.figure], units[row.units as usize], row.days as usize, amount);
        }
        Ok(())
    }

    /// What stands at the end of each span: all months before that of its last day, and the days of that one.
    async fn stocks(&mut self, conn: &mut Conn, figures: &Figures, units: &[UnitId]) -> Result<(), Error> {
        let ends: Vec<Date> = self.spans.iter().map(|span| span.until.min(self.ctx.today)).collect();
        let Some(latest) = ends.iter().max() else { return Ok(()) };
        let is_month = |end: &Date| *end == end.last_of_month();
        let months = ("0001-01".to_owned(), Month::of(*latest).to_string());
        for row in cells(conn, figures, units, months).await? {
            let Some(month) = Month::parse(&row.period) else { continue };
            for (span, end) in ends.iter().enumerate() {
                if month < Month::of(*end) || (month == Month::of(*end) && is_month(end)) {
                    self.add(&figures[&row.figure], row.unit, span, row.amount);
                }
            }
        }
        let ragged = || ends.iter().enumerate().filter(|(_, end)| !is_month(end));
        let Some(first) = ragged().map(|(_, end)| end.first_of_month()).min() else { return Ok(()) };
        let days = (store::figures::day(first), store::figures::day(*latest));
        for row in cells(conn, figures, units, days).await? {
            let Some(day) = store::figures::day_of(&row.period) else { continue };
            for (span, _) in ragged().filter(|(_, end)| end.first_of_month() <= day && day <= **end) {
                self.add(&figures[&row.figure], row.unit, span, row.amount);
            }
        }
        Ok(())
    }
}

/// A cell as it was read.
struct Read {
    figure: FigureId,
    unit: UnitId,
    period: String,
    amount: Amount,
}

async fn cells(
    conn: &mut Conn,
    figures: &Figures,
    units: &[UnitId],
    periods: (String, String),
) -> Result<Vec<Read>, Error> {
    let query = CellQuery {
        figures: figures.keys().cloned().collect(),
        slices: vec![WHOLE.to_owned()],
        periods: Some(periods),
        units: units.to_vec(),
    };
    let rows = store::figures::read_by_unit(conn, &query).await?;
    let read = |row: store::figures::CellSum| {
        let amount = Amount { numerator: row.numerator, denominator: row.denominator };
        Some(Read { figure: row.figure, unit: row.unit?, period: row.period, amount })
    };
    Ok(rows.into_iter().filter_map(read).collect())
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
