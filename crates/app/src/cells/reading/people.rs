//! How many people, each once? Of whole months and one unit from cells; of any other days and places among the rows of
//! those who were there.
//!
//! Never a sum of people who may be the same.

use kernel::catalog::{Blend, Term};
use kernel::figures::{Amount, WHOLE};
use kernel::ids::{FigureId, UnitId};
use kernel::value::Month;
use store::Conn;

use super::{AT_ONCE, Days, Figures, Place, Read, Reading, in_eras, over_in};
use crate::cells::placing::When;
use crate::error::Error;

impl Reading<'_> {
    /// Distinct people.
    pub(super) async fn people(&mut self, conn: &mut Conn, figures: &Figures) -> Result<(), Error> {
        let last = store::presences::last_days(conn, &figures.keys().cloned().collect::<Vec<_>>()).await?;
        let last = last.into_iter().map(|(_, day)| day).max();
        // Whoever asks up to a day after which nobody was there asks for the whole month.
        let whole = |span: &Days| match last {
            Some(last) if span.until >= last => Days { until: span.until.last_of_month(), ..*span },
            _ => *span,
        };
        let spans: Vec<Days> = self.ask.spans.iter().map(whole).collect();
        let is_whole = |span: &Days| span.ends().is_empty();
        let alone = |place: &Place| match place.made_of(&self.ctx.tree)[..] {
            [(unit, 1)] => Some(unit),
            _ => None,
        };
        let units: Vec<Option<UnitId>> = self.ask.places.iter().map(alone).collect();
        self.seen(conn, figures, &spans, &units).await?;
        let ragged: Vec<usize> = (0..spans.len()).filter(|at| !is_whole(&spans[*at])).collect();
        let all: Vec<usize> = (0..units.len()).collect();
        self.counted(conn, figures, &spans, &ragged, &all).await?;
        let round: Vec<usize> = (0..spans.len()).filter(|at| is_whole(&spans[*at])).collect();
        let mixed: Vec<usize> = all.into_iter().filter(|at| units[*at].is_none()).collect();
        self.counted(conn, figures, &spans, &round, &mixed).await
    }

    /// People of whole months and of one unit with everything below it, from cells: of one month a cell, of several
    /// those who were there in one of them and last before the first.
    async fn seen(
        &mut self,
        conn: &mut Conn,
        figures: &Figures,
        spans: &[Days],
        places: &[Option<UnitId>],
    ) -> Result<(), Error> {
        let mut units: Vec<UnitId> = places.iter().flatten().copied().collect();
        units.sort();
        units.dedup();
        let months = |span: &Days| span.months().filter(|_| span.ends().is_empty());
        let held = || spans.iter().enumerate().filter_map(|(at, span)| Some((at, months(span)?)));
        let (single, runs): (Vec<_>, Vec<_>) = held().partition(|(_, (first, last))| first == last);
        // The whole of a run is one number; its slices are put together here.
        let whole = self.ask.by.is_none();
        for some in units.chunks(AT_ONCE).filter(|_| whole) {
            self.over_runs(conn, figures, &runs, (some, places)).await?;
        }
        for (wanted, is_run) in [(single, false), (runs, true)].into_iter().filter(|(_, is_run)| !(whole && *is_run)) {
            let first = wanted.iter().map(|(_, (first, _))| *first).min();
            let last = wanted.iter().map(|(_, (_, last))| *last).max();
            let Some((first, last)) = first.zip(last) else { continue };
            let periods = match is_run {
                true => (store::figures::seen(first, None), format!("{}~", store::figures::seen(last, None))),
                false => (first.to_string(), last.to_string()),
            };
            for some in units.chunks(AT_ONCE) {
                for row in self.cells(conn, figures, some, periods.clone()).await? {
                    self.add_seen(&wanted, places, &row);
                }
            }
        }
        Ok(())
    }

    /// People of runs of months as the database adds them up; a run that is asked for twice is read once.
    async fn over_runs(
        &mut self,
        conn: &mut Conn,
        figures: &Figures,
        wanted: &[(usize, (Month, Month))],
        (units, places): (&[UnitId], &[Option<UnitId>]),
    ) -> Result<(), Error> {
        let mut runs: Vec<(Month, Month)> = wanted.iter().map(|(_, run)| *run).collect();
        runs.sort();
        runs.dedup();
        let ids: Vec<FigureId> = figures.keys().cloned().collect();
        for row in store::figures::over_runs(conn, &ids, units, &runs).await? {
            let run = usize::try_from(row.run).ok().and_then(|at| runs.get(at));
            let amount = Amount { numerator: row.people, denominator: 0 };
            for (span, _) in wanted.iter().filter(|(_, it)| Some(it) == run) {
                for (place, _) in places.iter().enumerate().filter(|(_, unit)| **unit == Some(row.unit)) {
                    self.put(&figures[&row.figure], place, *span, WHOLE, amount);
                }
            }
        }
        Ok(())
    }

    fn add_seen(&mut self, wanted: &[(usize, (Month, Month))], places: &[Option<UnitId>], row: &Read<'_>) {
        let (month, before) = match row.when {
            When::Month(month) => (month, None),
            When::Seen(month, before) => (month, before),
            _ => return,
        };
        let counts = |(_, (first, last)): &&(usize, (Month, Month))| {
            *first <= month && month <= *last && before.is_none_or(|before| before < *first)
        };
        for (span, _) in wanted.iter().filter(counts) {
            for (place, _) in places.iter().enumerate().filter(|(_, unit)| **unit == Some(row.unit)) {
                self.put(row.figure, place, *span, &row.slice, row.amount);
            }
        }
    }

    /// People of any days and any places, counted among those who were there.
    async fn counted(
        &mut self,
        conn: &mut Conn,
        figures: &Figures,
        spans: &[Days],
        wanted: &[usize],
        places: &[usize],
    ) -> Result<(), Error> {
        let days = wanted.iter().map(|at| (*at, spans[*at])).filter(|(_, days)| days.from <= days.until);
        let (days, eras) = in_eras(&self.ctx.tree, days);
        let mut units = Vec::new();
        for era in eras {
            for at in places {
                let over = over_in(&self.ctx.tree, &self.ask.places[*at], era).into_iter();
                units.extend(over.map(|over| store::figures::Units { at: *at as i64, era: era as i64, over }));
            }
        }
        let query = self.day_query(figures, days, units);
        for row in store::presences::distinct(conn, &query).await? {
            let amount = Amount { numerator: row.numerator, denominator: 0 };
            self.put(&figures[&row.figure], row.units as usize, row.days as usize, &row.slice, amount);
        }
        Ok(())
    }

    /// Those who should, without those who did, wherever they did: neither adds up from months or units, so that each
    /// span and place is counted among the rows.
    pub(super) async fn missing(&mut self, conn: &mut Conn, at: usize, blend: &Blend) -> Result<(), Error> {
        let Some((should, reached)) = sides(blend) else { return Ok(()) };
        let spans = self.ask.spans.iter().copied().enumerate().filter(|(_, days)| days.from <= days.until);
        let (days, eras) = in_eras(&self.ctx.tree, spans);
        let mut units = Vec::new();
        for era in eras {
            for (place, asked) in self.ask.places.iter().enumerate() {
                let over = over_in(&self.ctx.tree, asked, era).into_iter();
                units.extend(over.map(|over| store::figures::Units { at: place as i64, era: era as i64, over }));
            }
        }
        let slices = Some((WHOLE.to_owned(), WHOLE.to_owned()));
        let query = store::figures::DayQuery { figures: vec![should], slices, days, units };
        for row in store::presences::missing(conn, &query, &reached).await? {
            let amount = Amount { numerator: row.numerator, denominator: row.denominator };
            self.put(&[at], row.units as usize, row.days as usize, &row.slice, amount);
        }
        Ok(())
    }

    fn put(&mut self, figures: &[usize], place: usize, span: usize, slice: &str, amount: Amount) {
        for figure in figures {
            self.sums.add((*figure, place, span), slice, amount);
        }
    }
}

/// Whom a figure of missing people counts, and among whom they are not.
pub(super) fn sides(blend: &Blend) -> Option<(FigureId, FigureId)> {
    let name = |term: &Term| FigureId::from(format!("{}.{}", term.mechanism, term.figure.id));
    match (&blend.plus[..], &blend.over[..]) {
        ([should], [reached]) if blend.is_missing => Some((name(should), name(reached))),
        _ => None,
    }
}
