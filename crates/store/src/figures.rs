//! How much? The cells of figures, kept by the same transaction that changes the records.
//!
//! A cell holds a unit with its whole subtree: reading costs the cells shown, not the units below. What falls on a day
//! stands besides at the unit itself, one row a day: the days at the ends of a span are summed over units.
//! Never counts records: what changed is handed in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::figures::WHOLE;
use kernel::ids::{FigureId, UnitId};
use kernel::value::Month;

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// The slice of figures that are not sliced, and the period of figures without one.
pub const NONE: &str = "-";

/// Which cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// The figure.
    pub figure: FigureId,
    /// The slice, [`NONE`] if there is none.
    pub slice: String,
    /// The period: `2026-03` for a month, [`day`] for a day of a stock, [`seen`] for people, or [`NONE`]; `2026-03-05`
    /// where the row stands at the unit itself.
    pub period: String,
    /// The unit.
    pub unit: UnitId,
}

/// What is added to a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// The cell.
    pub key: CellKey,
    /// Added to the numerator.
    pub numerator: i64,
    /// Added to the denominator.
    pub denominator: i64,
}

/// Which cells are read.
#[derive(Clone, Debug)]
pub struct CellQuery {
    /// The figures; none gives nothing.
    pub figures: Vec<FigureId>,
    /// The first and the last slice in order; none means all.
    pub slices: Option<(String, String)>,
    /// The first and the last period, both included; none means all.
    pub periods: Option<(String, String)>,
    /// The units, each standing for its subtree; none gives nothing.
    pub units: Vec<UnitId>,
}

/// The sum of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellSum {
    /// The figure.
    pub figure: FigureId,
    /// The slice.
    pub slice: String,
    /// The period.
    pub period: String,
    /// The sum of the numerators.
    pub numerator: i64,
    /// The sum of the denominators.
    pub denominator: i64,
}

/// People of a run of months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSum {
    /// The figure.
    pub figure: FigureId,
    /// The unit, with all below it.
    pub unit: UnitId,
    /// Where the run stands among those that were asked for.
    pub run: i64,
    /// How many people.
    pub people: i64,
}

/// A piece of a cell as it passes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The figure.
    pub figure: &'a str,
    /// The slice.
    pub slice: &'a str,
    /// The period.
    pub period: &'a str,
    /// The unit.
    pub unit: UnitId,
    /// The numerator of this piece.
    pub numerator: i64,
    /// The denominator of this piece.
    pub denominator: i64,
}

/// What is added: to cells of units with their subtrees, and to the days of units by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Cells.
    pub cells: Vec<CellChange>,
    /// Days; the period is the day.
    pub days: Vec<CellChange>,
}

/// Days that are summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    /// The number under which the sum is handed out.
    pub at: i64,
    /// Which of the trees the units stand in on these days.
    pub era: i64,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// Units over which days are summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units {
    /// The number under which the sum is handed out.
    pub at: i64,
    /// In which of the trees it is these units.
    pub era: i64,
    /// Their numbers in the tree of today.
    pub over: Subtree,
}

/// Which days are read; no figures, no days or no units give nothing.
#[derive(Clone, Debug)]
pub struct DayQuery {
    /// The figures.
    pub figures: Vec<FigureId>,
    /// The first and the last slice in order; none means all.
    pub slices: Option<(String, String)>,
    /// The days.
    pub days: Vec<Days>,
    /// The units.
    pub units: Vec<Units>,
}

/// The sum of days over units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySum {
    /// The figure.
    pub figure: FigureId,
    /// The slice.
    pub slice: String,
    /// The number of the days.
    pub days: i64,
    /// The number of the units.
    pub units: i64,
    /// The sum of the numerators.
    pub numerator: i64,
    /// The sum of the denominators.
    pub denominator: i64,
}

/// How the period of a cell says that it is a day: no range of months holds it.
pub fn day(on: Date) -> String {
    format!("d{on}")
}

/// How the period of a cell says in which month people were there, and in which month each of them was last there
/// before, or that they never were. So the people of any run of months are those who were there in one of its months
/// and last before its first: a sum of cells.
pub fn seen(month: Month, before: Option<Month>) -> String {
    format!("p{month}/{}", before.map(|month| month.to_string()).unwrap_or_default())
}

/// The month of a cell of people, and the one before in which they were there.
pub fn seen_of(period: &str) -> Option<(Month, Option<Month>)> {
    let (month, before) = period.strip_prefix('p')?.split_once('/')?;
    Some((Month::parse(month)?, Month::parse(before)))
}

/// The day that the period of a cell says, if it is one.
pub fn day_of(period: &str) -> Option<Date> {
    period.strip_prefix('d')?.parse().ok()
}

/// Adds changes to cells, one addition a cell, always in the same order, so that two transactions cannot block each
/// other for ever. Call it last: cells are what transactions share.
pub async fn apply(conn: &mut Conn, changes: &Changes) -> Result<(), StoreError> {
    add(conn, "figure_cell", "period", &changes.cells).await?;
    add(conn, "figure_day", "on_", &changes.days).await
}

async fn add(conn: &mut Conn, table: &str, period: &str, changes: &[CellChange]) -> Result<(), StoreError> {
    let mut sums: BTreeMap<&CellKey, (i64, i64)> = BTreeMap::new();
    for change in changes {
        let sum = sums.entry(&change.key).or_default();
        *sum = (sum.0.saturating_add(change.numerator), sum.1.saturating_add(change.denominator));
    }
    sums.retain(|_, sum| *sum != (0, 0));
    let (site, stripe) = (conn.here(), conn.stripe());
    let rows = sums.into_iter().map(|(key, (numerator, denominator))| {
        vec![
            site.clone(),
            (&key.figure).into(),
            key.slice.as_str().into(),
            key.period.as_str().into(),
            key.unit.into(),
            stripe.clone(),
            numerator.into(),
            denominator.into(),
        ]
    });
    let into = format!("{table} (site, figure, slice, {period}, unit, stripe, numerator, denominator)");
    let tail = conn.dialect().or_add(table, &["site", "figure", "unit", "slice", period, "stripe"]);
    many::insert(conn, &into, rows.collect(), &tail).await.doing("add to the figures")?;
    Ok(())
}

/// The sums of days over units, each days with each units of the same tree: one question, however many are asked for.
pub async fn read_days(conn: &mut Conn, query: &DayQuery) -> Result<Vec<DaySum>, StoreError> {
    if query.days.is_empty() || query.units.is_empty() {
        return Ok(Vec::new());
    }
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "c.site = $1");
    let with = spans_and_units(&mut asking, query);
    // CROSS JOIN keeps SQLite to this order: the days first, along the key of the rows.
    let sql = format!(
        "{with} SELECT c.figure, c.slice, d.at_, o.at_, CAST(SUM(c.numerator) AS BIGINT), CAST(SUM(c.denominator) AS BIGINT) \
         FROM d CROSS JOIN figure_day c CROSS JOIN unit u CROSS JOIN o \
         WHERE {} AND c.on_ BETWEEN d.from_ AND d.until_ AND u.site = c.site AND u.id = c.unit \
         AND o.era = d.era AND u.ord BETWEEN o.first_ AND o.last_ \
         GROUP BY c.figure, c.slice, d.at_, o.at_ ORDER BY c.figure, c.slice, d.at_, o.at_",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("read the days of figures")?;
    rows.iter()
        .map(|row| {
            Ok(DaySum {
                figure: row.slug(0)?,
                slice: row.text(1)?,
                days: row.int(2)?,
                units: row.int(3)?,
                numerator: row.int(4)?,
                denominator: row.int(5)?,
            })
        })
        .collect()
}

/// The days and the units that are asked for as `d` and `o`, and of which figures and slices.
pub(crate) fn spans_and_units(asking: &mut Asking, query: &DayQuery) -> String {
    let days = query.days.iter().map(|it| vec![it.at.into(), it.era.into(), it.from.into(), it.until.into()]);
    let days = asking.rows(days, vec![P::Int(-1), P::Int(-1), P::from("9999-12-31"), P::from("0001-01-01")]);
    let over = |it: &Units| vec![it.at.into(), it.era.into(), it.over.first.into(), it.over.last.into()];
    let units = asking.rows(query.units.iter().map(over), [-1, -1, 1, 0].map(P::Int).to_vec());
    asking.among("c.figure", query.figures.iter().map(P::from).collect());
    if let Some((first, last)) = &query.slices {
        let (first, last) = (asking.param(first.as_str()), asking.param(last.as_str()));
        asking.and(format!("c.slice BETWEEN {first} AND {last}"));
    }
    format!("WITH d (at_, era, from_, until_) AS {days}, o (at_, era, first_, last_) AS {units}")
}

/// The sums over the units, by figure, slice and period.
pub async fn read(conn: &mut Conn, query: &CellQuery) -> Result<Vec<CellSum>, StoreError> {
    let by = "c.figure, c.slice, c.period";
    let asking = cells_of(conn, query);
    let sql = format!(
        "SELECT {by}, CAST(SUM(c.numerator) AS BIGINT), CAST(SUM(c.denominator) AS BIGINT) \
         FROM figure_cell c WHERE {} GROUP BY {by} ORDER BY {by}",
        asking.text()
    );
    let sum = |row: &Row<'_>| {
        let (figure, slice, period) = (row.slug(0)?, row.text(1)?, row.text(2)?);
        Ok(CellSum { figure, slice, period, numerator: row.int(3)?, denominator: row.int(4)? })
    };
    conn.list_of(sql, asking.params, sum).await.doing("read figures")
}

/// The cells themselves, in no order and piece by piece: where many write to one cell at once it is kept in several
/// pieces, and whoever reads adds them up. Sorting and grouping them here would take as long as reading them.
pub async fn pieces<T: Send>(
    conn: &mut Conn,
    query: &CellQuery,
    mut read: impl FnMut(Piece<'_>) -> T + Send,
) -> Result<Vec<T>, StoreError> {
    let asking = cells_of(conn, query);
    let sql = format!(
        "SELECT c.figure, c.slice, c.period, c.unit, c.numerator, c.denominator FROM figure_cell c WHERE {}",
        asking.text()
    );
    let piece = |row: &Row<'_>| {
        let text = |at| Ok::<_, StoreError>(row.str_if(at)?.unwrap_or_default());
        let (figure, slice, period) = (text(0)?, text(1)?, text(2)?);
        let unit = row.id(3)?;
        Ok(read(Piece { figure, slice, period, unit, numerator: row.int(4)?, denominator: row.int(5)? }))
    };
    conn.list_of(sql, asking.params, piece).await.doing("read cells")
}

/// People of figures and units over runs of months, each once: the sum of the cells of those who were there in one of
/// the months and last before the first. The database adds them up where they lie: a run of a year stands on some
/// hundred cells of each figure and is one number.
pub async fn over_runs(
    conn: &mut Conn,
    figures: &[FigureId],
    units: &[UnitId],
    runs: &[(Month, Month)],
) -> Result<Vec<RunSum>, StoreError> {
    if figures.is_empty() || units.is_empty() || runs.is_empty() {
        return Ok(Vec::new());
    }
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "u.site = $1");
    let figures = asking.rows(figures.iter().map(|figure| vec![P::from(figure)]), vec![P::from("-")]);
    let run = |(at, (first, last)): (usize, &(Month, Month))| {
        let until = format!("{}~", seen(*last, None));
        vec![P::Int(at as i64), seen(*first, None).into(), until.into(), first.to_string().into()]
    };
    let none = vec![P::Int(-1), P::from("~"), P::from("-"), P::from("-")];
    let runs = asking.rows(runs.iter().enumerate().map(run), none);
    asking.among("u.id", units.iter().map(|unit| P::from(*unit)).collect());
    // The month before stands behind the stroke, from the tenth letter on.
    let sql = format!(
        "WITH f (figure) AS {figures}, r (at_, from_, until_, first_) AS {runs}, \
         s (figure, unit, at_, people) AS (SELECT f.figure, u.id, r.at_, (SELECT CAST(SUM(c.numerator) AS BIGINT) \
         FROM figure_cell c WHERE c.site = $1 AND c.figure = f.figure AND c.unit = u.id AND c.slice = '{WHOLE}' \
         AND c.period BETWEEN r.from_ AND r.until_ AND SUBSTR(c.period, 10) < r.first_) \
         FROM f CROSS JOIN unit u CROSS JOIN r WHERE {}) SELECT figure, unit, at_, people FROM s WHERE people <> 0",
        asking.text()
    );
    let sum =
        |row: &Row<'_>| Ok(RunSum { figure: row.slug(0)?, unit: row.id(1)?, run: row.int(2)?, people: row.int(3)? });
    conn.list_of(sql, asking.params, sum).await.doing("read the people of runs of months")
}

fn cells_of(conn: &Conn, query: &CellQuery) -> Asking {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "c.site = $1");
    asking.among("c.figure", query.figures.iter().map(P::from).collect());
    asking.among("c.unit", query.units.iter().map(|unit| P::from(*unit)).collect());
    for (column, range) in [("c.slice", &query.slices), ("c.period", &query.periods)] {
        let Some((first, last)) = range else { continue };
        let (first, last) = (asking.param(first.as_str()), asking.param(last.as_str()));
        asking.and(format!("{column} BETWEEN {first} AND {last}"));
    }
    asking
}

/// Every cell and every day of a figure that is not zero, in order: for `verify figures`.
pub async fn all_of(conn: &mut Conn, figure: &FigureId) -> Result<Changes, StoreError> {
    Ok(Changes {
        cells: walk(conn, "figure_cell", "period", figure).await?,
        days: walk(conn, "figure_day", "on_", figure).await?,
    })
}

async fn walk(conn: &mut Conn, table: &str, period: &str, figure: &FigureId) -> Result<Vec<CellChange>, StoreError> {
    let sql = format!(
        "SELECT slice, {period}, unit, CAST(SUM(numerator) AS BIGINT), CAST(SUM(denominator) AS BIGINT) \
         FROM {table} WHERE site = $1 AND figure = $2 GROUP BY slice, {period}, unit \
         HAVING SUM(numerator) <> 0 OR SUM(denominator) <> 0 ORDER BY slice, {period}, unit"
    );
    let change = |row: &Row<'_>| {
        let key = CellKey { figure: figure.clone(), slice: row.text(0)?, period: row.text(1)?, unit: row.id(2)? };
        Ok(CellChange { key, numerator: row.int(3)?, denominator: row.int(4)? })
    };
    conn.list_of(sql, [conn.here(), figure.into()], change).await.doing("walk through the cells of a figure")
}

/// Every figure of which something is kept, also of definitions that are no more: from one to the next along the keys,
/// so that it costs as many steps as there are figures.
pub async fn kept(conn: &mut Conn) -> Result<Vec<FigureId>, StoreError> {
    let mut all = BTreeSet::new();
    for table in ["figure_cell", "figure_day", "presence"] {
        let sql = format!("{} SELECT figure FROM f WHERE figure IS NOT NULL", figures_in(table));
        for row in &conn.list(sql, [conn.here()]).await.doing("list the figures that are kept")? {
            all.insert(row.slug(0)?);
        }
    }
    Ok(all.into_iter().collect())
}

/// The figures of a table as `f`, with one more that is nothing: from one to the next along its key.
pub(crate) fn figures_in(table: &str) -> String {
    format!(
        "WITH RECURSIVE f (figure) AS (SELECT MIN(figure) FROM {table} WHERE site = $1 UNION ALL \
         SELECT (SELECT MIN(c.figure) FROM {table} c WHERE c.site = $1 AND c.figure > f.figure) FROM f \
         WHERE f.figure IS NOT NULL)"
    )
}

/// Takes all that is kept of some figures away: before they are counted anew.
pub async fn clear(conn: &mut Conn, figures: &[FigureId]) -> Result<(), StoreError> {
    for figure in figures {
        for table in ["figure_cell", "figure_day", "presence"] {
            let sql = format!("DELETE FROM {table} WHERE site = $1 AND figure = $2");
            conn.run(sql, [conn.here(), figure.into()]).await.doing("clear a figure")?;
        }
    }
    Ok(())
}
