//! Who was there? For figures that count people: how often a person is named, at which unit, on which day.
//!
//! Never rolled up and never a cell: from these rows the cells of a figure follow.

use std::sync::Arc;

use jiff::civil::Date;
use kernel::ids::{FigureId, PersonId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::figures::{DayQuery, DaySum, figures_in, spans_and_units};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// Somebody, somewhere, on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PresenceKey {
    /// The figure.
    pub figure: FigureId,
    /// The slice.
    pub slice: String,
    /// Who is written down.
    pub person: PersonId,
    /// The day.
    pub on: Date,
    /// The unit.
    pub unit: UnitId,
}

/// How often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Who, where and when.
    pub key: PresenceKey,
    /// The person, or the one whose file theirs was put into.
    pub human: PersonId,
    /// How often; never nothing.
    pub count: i64,
}

/// The same as one of millions of a figure that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The slice; shared with the lines beside it.
    pub slice: Arc<str>,
    /// Who is written down.
    pub person: PersonId,
    /// The day.
    pub on: Date,
    /// The unit.
    pub unit: UnitId,
    /// Who that is.
    pub human: PersonId,
    /// How often; never nothing.
    pub count: i64,
}

const COLUMNS: &str = "figure, slice, person, on_, unit, human, count_";

fn presence(row: &Row<'_>) -> Result<Presence, StoreError> {
    let key = PresenceKey {
        figure: row.slug(0)?,
        slice: row.text(1)?,
        person: row.id(2)?,
        on: row.day(3)?,
        unit: row.id(4)?,
    };
    Ok(Presence { key, human: row.id(5)?, count: row.int(6)? })
}

/// Keeps others from changing what follows from these people until the transaction ends. Always in the same order, and
/// before the cells, so that two transactions cannot block each other for ever.
pub async fn hold(conn: &mut Conn, humans: &[PersonId]) -> Result<(), StoreError> {
    let mut humans = humans.to_vec();
    humans.sort();
    humans.dedup();
    for some in humans.chunks(AT_ONCE) {
        let mut params = many::padded(some.iter().map(|id| (*id).into()).collect());
        let Some(sql) = conn.dialect().hold_people(&many::places(2, params.len())) else { return Ok(()) };
        params.insert(0, conn.here());
        conn.list(sql, params).await.doing("hold people")?;
    }
    Ok(())
}

/// People asked for at once.
const AT_ONCE: usize = 256;

/// All rows of some humans in some figures.
pub async fn of_humans(
    conn: &mut Conn,
    figures: &[FigureId],
    humans: &[PersonId],
) -> Result<Vec<Presence>, StoreError> {
    let mut all = Vec::new();
    for some in humans.chunks(AT_ONCE) {
        let (sql, params) = asks_for(conn, figures, some);
        all.append(&mut conn.list_of(sql, params, presence).await.doing("read who was there")?);
    }
    Ok(all)
}

/// How SQLite goes about [`of_humans`], in its own words. A way through whole figures costs a step as much as everybody
/// who was ever counted in them.
pub async fn plan_of_humans(
    conn: &mut Conn,
    figures: &[FigureId],
    humans: &[PersonId],
) -> Result<Vec<String>, StoreError> {
    let (sql, params) = asks_for(conn, figures, humans);
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    conn.list_of(sql, params, |row| row.text(3)).await.doing("say how people are read")
}

fn asks_for(conn: &Conn, figures: &[FigureId], humans: &[PersonId]) -> (String, Vec<P>) {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    asking.among("human", humans.iter().map(|id| P::from(*id)).collect());
    asking.among("figure", figures.iter().map(P::from).collect());
    (format!("SELECT {COLUMNS} FROM presence WHERE {}", asking.text()), asking.params)
}

/// The figures in which somebody is named.
pub async fn figures_of(conn: &mut Conn, humans: &[PersonId]) -> Result<Vec<FigureId>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "c.site = $1 AND c.figure = f.figure");
    asking.among("c.human", humans.iter().map(|id| P::from(*id)).collect());
    let sql = format!(
        "{} SELECT figure FROM f WHERE EXISTS (SELECT 1 FROM presence c WHERE {}) ORDER BY figure",
        figures_in("presence"),
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("read where people are counted")?;
    rows.iter().map(|row| row.slug(0)).collect::<Result<_, _>>()
}

/// Who is named on a day or later, in which figures.
pub async fn since(conn: &mut Conn, on: Date) -> Result<Vec<(FigureId, PersonId)>, StoreError> {
    let sql = "SELECT DISTINCT figure, human FROM presence WHERE site = $1 AND on_ >= $2 ORDER BY figure, human";
    let rows = conn.list(sql, [conn.here(), on.into()]).await.doing("read who was there since")?;
    rows.iter().map(|row| Ok((row.slug(0)?, row.id(1)?))).collect()
}

/// Puts rows in place of those that are there; a row of nothing goes.
pub async fn put(conn: &mut Conn, all: &[Presence]) -> Result<(), StoreError> {
    let site = conn.here();
    let row = |it: &Presence| {
        vec![
            site.clone(),
            (&it.key.figure).into(),
            it.key.slice.as_str().into(),
            it.key.person.into(),
            it.key.on.into(),
            it.key.unit.into(),
            it.human.into(),
            it.count.into(),
        ]
    };
    let there = all.iter().filter(|it| it.count != 0).map(row).collect();
    let tail = conn.dialect().or_put("site, figure, slice, person, on_, unit", ["human", "count_"].into_iter());
    let into = format!("presence (site, {COLUMNS})");
    many::insert(conn, &into, there, &tail).await.doing("write who was there")?;
    let gone: Vec<Vec<P>> = all.iter().filter(|it| it.count == 0).map(|it| row(it)[1..6].to_vec()).collect();
    for some in gone.chunks(64) {
        let mut asking = Asking::at(conn.dialect(), conn.site());
        let rows = asking.rows(some.iter().cloned(), some[0].clone());
        let sql =
            format!("DELETE FROM presence WHERE {} AND (figure, slice, person, on_, unit) IN {rows}", asking.text());
        conn.run(sql, asking.params).await.doing("take away who was there")?;
    }
    Ok(())
}

/// Distinct people over any days and units: those who are named on any of them.
pub async fn distinct(conn: &mut Conn, query: &DayQuery) -> Result<Vec<DaySum>, StoreError> {
    if query.days.is_empty() || query.units.is_empty() {
        return Ok(Vec::new());
    }
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "c.site = $1");
    let with = spans_and_units(&mut asking, query);
    let sql = format!(
        "{with} SELECT c.figure, c.slice, d.at_, o.at_, COUNT(DISTINCT c.human) \
         FROM d CROSS JOIN presence c CROSS JOIN unit u CROSS JOIN o \
         WHERE {} AND c.on_ BETWEEN d.from_ AND d.until_ AND u.site = c.site AND u.id = c.unit \
         AND o.era = d.era AND u.ord BETWEEN o.first_ AND o.last_ \
         GROUP BY c.figure, c.slice, d.at_, o.at_ ORDER BY c.figure, c.slice, d.at_, o.at_",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("count people")?;
    rows.iter()
        .map(|row| {
            Ok(DaySum {
                figure: row.slug(0)?,
                slice: row.text(1)?,
                days: row.int(2)?,
                units: row.int(3)?,
                numerator: row.int(4)?,
                denominator: 0,
            })
        })
        .collect()
}

/// The last day on which anybody is named, by figure.
pub async fn last_days(conn: &mut Conn, figures: &[FigureId]) -> Result<Vec<(FigureId, Date)>, StoreError> {
    let mut last = Vec::new();
    for figure in figures {
        let sql = "SELECT MAX(on_) FROM presence WHERE site = $1 AND figure = $2 AND slice = '-'";
        let rows = conn.list(sql, [conn.here(), figure.into()]).await.doing("read the last day of a figure")?;
        if let Some(day) = rows.first().map(|row| row.day_if(0)).transpose()?.flatten() {
            last.push((figure.clone(), day));
        }
    }
    Ok(last)
}

/// The people behind a number, with how often each is named: up to `most`, after one of them; without those whom
/// another figure counts anywhere on the days.
pub async fn named(
    conn: &mut Conn,
    (query, but): (&DayQuery, Option<&FigureId>),
    after: Option<PersonId>,
    most: u32,
) -> Result<Vec<(PersonId, i64)>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "c.site = $1");
    let with = spans_and_units(&mut asking, query);
    if let Some(but) = but {
        let reached = reached(&mut asking, but);
        asking.and(format!("NOT {reached}"));
    }
    if let Some(after) = after {
        let place = asking.param(after);
        asking.and(format!("c.human > {place}"));
    }
    let sql = format!(
        "{with} SELECT c.human, CAST(SUM(c.count_) AS BIGINT) \
         FROM d CROSS JOIN presence c CROSS JOIN unit u CROSS JOIN o \
         WHERE {} AND c.on_ BETWEEN d.from_ AND d.until_ AND u.site = c.site AND u.id = c.unit \
         AND o.era = d.era AND u.ord BETWEEN o.first_ AND o.last_ \
         GROUP BY c.human ORDER BY c.human LIMIT {most}",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("name people")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// Was whoever stands in `c` counted by another figure, wherever, on any of the days of the same span?
fn reached(asking: &mut Asking, figure: &FigureId) -> String {
    let figure = asking.param(figure);
    format!(
        "EXISTS (SELECT 1 FROM d AS e CROSS JOIN presence r WHERE e.at_ = d.at_ AND r.site = c.site \
         AND r.figure = {figure} AND r.slice = '-' AND r.human = c.human AND r.on_ BETWEEN e.from_ AND e.until_)"
    )
}

/// Of the distinct people over any days and units, those whom another figure does not count anywhere on these days (the
/// numerator), and all of them (the denominator).
pub async fn missing(conn: &mut Conn, query: &DayQuery, than: &FigureId) -> Result<Vec<DaySum>, StoreError> {
    let ([figure], false) = (&query.figures[..], query.days.is_empty() || query.units.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "c.site = $1");
    let with = spans_and_units(&mut asking, query);
    let reached = reached(&mut asking, than);
    let sql = format!(
        "{with} SELECT d.at_, o.at_, COUNT(DISTINCT CASE WHEN {reached} THEN NULL ELSE c.human END), \
         COUNT(DISTINCT c.human) FROM d CROSS JOIN presence c CROSS JOIN unit u CROSS JOIN o \
         WHERE {} AND c.on_ BETWEEN d.from_ AND d.until_ AND u.site = c.site AND u.id = c.unit \
         AND o.era = d.era AND u.ord BETWEEN o.first_ AND o.last_ GROUP BY d.at_, o.at_ ORDER BY d.at_, o.at_",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("count who is missing")?;
    let sum = |row: &crate::row::Row| {
        let (figure, slice) = (figure.clone(), "-".to_owned());
        let (numerator, denominator) = (row.int(2)?, row.int(3)?);
        Ok(DaySum { figure, slice, days: row.int(0)?, units: row.int(1)?, numerator, denominator })
    };
    rows.iter().map(sum).collect()
}

/// Every row of a figure, portion by portion.
pub async fn walk(
    conn: &mut Conn,
    figure: &FigureId,
    after: Option<&Line>,
    limit: u32,
) -> Result<Vec<Line>, StoreError> {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    let own = asking.param(figure);
    asking.and(format!("figure = {own}"));
    if let Some(it) = after {
        let key = [asking.param(&*it.slice), asking.param(it.person), asking.param(it.on), asking.param(it.unit)];
        asking.and(format!("(slice, person, on_, unit) > ({})", key.join(", ")));
    }
    let sql = format!(
        "SELECT slice, person, on_, unit, human, count_ FROM presence WHERE {} ORDER BY slice, person, on_, unit \
         LIMIT {limit}",
        asking.text()
    );
    let mut last: Arc<str> = Arc::from("");
    let line = |row: &Row<'_>| {
        let slice = row.str_if(0)?.unwrap_or_default();
        if slice != &*last {
            last = Arc::from(slice);
        }
        let (person, on, unit) = (row.id(1)?, row.day(2)?, row.id(3)?);
        Ok(Line { slice: last.clone(), person, on, unit, human: row.id(4)?, count: row.int(5)? })
    };
    conn.list_of(sql, asking.params, line).await.doing("walk through who was there")
}
