//! What was reported upward, by whom, and what has become of it: the grid of who has and has not, and a sealed figure's
//! own page.
//!
//! A sealed figure is shown to whoever may know the figure of that unit, and to nobody else.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::authority::overlap;
use kernel::catalog::{Figure, Managed, Measure, Mechanism};
use kernel::figures::{self, Amount, Cells, WHOLE};
use kernel::ids::{FigureId, FigureSealId, PersonId, RecordId, UnitId};
use kernel::period::Period;
use kernel::sealing::{Rows, given};
use kernel::value::Month;
use kernel::workflow::Numbered as _;
use store::Conn;
use store::figure_seals::SealRow;

use super::asking::{Asked, FiguresAsk, PeriodChoice};
use super::cards::{days, value_words};
use super::overview::chosen;
use super::{is_stock, reach};
use crate::cells::reading::{self, Ask, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{Choice, people};
use crate::queries::register::{self, RegisterAsk};
use crate::queries::units::choosing;
use crate::words::moment;

/// The most records behind a sealed figure.
const MOST_ROWS: usize = 20_000;
/// The most lines of drift that are shown.
const MOST_LINES: usize = 200;

/// A figure that somebody may know of a unit with all below it.
pub struct Known {
    /// Its mechanism.
    pub mechanism: Arc<Mechanism>,
    at: usize,
}

impl Known {
    /// The figure named `task_order.closed`; `NotFound` if it is not known to this person over the whole unit.
    pub fn of(ctx: &Ctx, name: &str, unit: UnitId) -> Result<Self, Error> {
        let (mechanism, figure) = name.split_once('.').ok_or(Error::NotFound)?;
        let mechanism = ctx.mechanism(mechanism)?;
        let at = mechanism.figures.iter().position(|it| *it.id.as_str() == *figure).ok_or(Error::NotFound)?;
        let known = Self { mechanism, at };
        let over = ctx.tree.unit(unit).map(|unit| unit.over).ok_or(Error::NotFound)?;
        let reach = reach(ctx, known.figure(), &register::scope(ctx, &known.mechanism, Some(unit))?);
        if overlap(&reach, &[over]) == [over] { Ok(known) } else { Err(Error::NotFound) }
    }

    /// The same, if it is kept with its rows: what its records give, or the people whom it counts. A figure over figures is
    /// reported with those that it stands on.
    pub fn of_rows(ctx: &Ctx, figure: &str, unit: UnitId) -> Result<Self, Error> {
        let known = Self::of(ctx, figure, unit)?;
        match known.figure().measure {
            Measure::Blend(_) => Err(not_kept(ctx, &known)),
            _ => Ok(known),
        }
    }

    /// The same, if it is the sum of what its records give.
    pub fn of_records(ctx: &Ctx, figure: &str, unit: UnitId) -> Result<Self, Error> {
        let known = Self::of(ctx, figure, unit)?;
        if matches!(known.figure().measure, Measure::People { .. } | Measure::Blend(_)) {
            return Err(not_kept(ctx, &known));
        }
        Ok(known)
    }

    /// The figure.
    pub fn figure(&self) -> &Figure {
        &self.mechanism.figures[self.at]
    }

    /// The version of its definition.
    pub fn version(&self) -> &str {
        self.figure().added.as_deref().unwrap_or(&self.mechanism.hash)
    }

    /// `task_order.closed`.
    pub fn name(&self) -> FigureId {
        FigureId::from(format!("{}.{}", self.mechanism.id, self.figure().id))
    }
}

fn not_kept(ctx: &Ctx, known: &Known) -> Error {
    let words = figure_words(ctx, &known.name());
    kernel::refusal::Refusal::new("figure_seal.not_of_records").with("figure", words).into()
}

/// May this person report figures of the unit?
pub fn may_submit(ctx: &Ctx, unit: UnitId) -> bool {
    let reach = ctx.managed(Managed::Submits);
    ctx.tree.ord(unit).is_some_and(|ord| reach.iter().any(|over| over.holds(ord)))
}

/// May this person accept figures of the unit? Only for units below the one over which they hold the role.
pub fn may_accept(ctx: &Ctx, unit: UnitId) -> bool {
    let reach = ctx.managed(Managed::Accepts);
    ctx.tree.ord(unit).is_some_and(|ord| reach.iter().any(|over| over.holds(ord) && over.first != ord))
}

/// Does this person report figures, or receive those of others?
pub fn has_seals(ctx: &Ctx) -> bool {
    !ctx.managed(Managed::Submits).is_empty() || !ctx.managed(Managed::Accepts).is_empty()
}

/// What a figure of a unit comes to in a period, and the records behind it with what each gives.
pub async fn measured(
    ctx: &Ctx,
    conn: &mut Conn,
    known: &Known,
    unit: UnitId,
    period: Period,
) -> Result<(Amount, Rows), Error> {
    let (figure, name) = (known.figure(), known.name());
    let asked = Ask {
        figures: vec![(&*known.mechanism, figure)],
        places: vec![Place::Unit(unit)],
        spans: vec![days(period)],
        by: None,
    };
    let amount = reading::amounts(ctx, conn, &asked).await?.of(0, 0, 0);
    if super::is_people(figure) {
        let rows = people_behind(ctx, conn, known, unit, period).await?;
        return if rows.0.len() as i64 == amount.numerator { Ok((amount, rows)) } else { Err(differs(&name, amount)) };
    }
    let rows = behind(ctx, conn, known, unit, period).await?;
    if rows.total() != amount {
        let fault = format!("{name} of {unit} in {period}: cells {amount:?}, records {:?}", rows.total());
        return Err(Error::broken("find the records behind a figure", anyhow::anyhow!(fault)));
    }
    Ok((amount, rows))
}

fn differs(name: &FigureId, amount: Amount) -> Error {
    let fault = format!("{name}: cells {amount:?}, and other people");
    Error::broken("find the people behind a figure", anyhow::anyhow!(fault))
}

/// The people behind a figure with how often each is named; a row holds the person's id where others hold the record's.
async fn people_behind(ctx: &Ctx, conn: &mut Conn, known: &Known, unit: UnitId, period: Period) -> Result<Rows, Error> {
    let of = (&*known.mechanism, known.figure());
    let (place, most) = (Place::Unit(unit), MOST_ROWS as u32 + 1);
    let all = reading::people_behind(ctx, conn, of, (&place, days(period), WHOLE), None, most).await?;
    if all.len() > MOST_ROWS {
        let refusal = kernel::refusal::Refusal::new("figure_seal.too_many");
        return Err(refusal.with("figure", known.figure().name.as_str()).with("most", MOST_ROWS).into());
    }
    let row = |(person, times): (PersonId, i64)| (RecordId(person.0), Amount { numerator: times, denominator: 0 });
    Ok(Rows(all.into_iter().map(row).collect()))
}

/// The records behind a figure with what each gives, whoever asks: whether they may know it was asked before.
async fn behind(ctx: &Ctx, conn: &mut Conn, known: &Known, unit: UnitId, period: Period) -> Result<Rows, Error> {
    let all = Ctx { actor: kernel::authority::Actor::Clock, ..ctx.clone() };
    let (figure, name) = (known.figure(), known.name());
    let ask = RegisterAsk {
        tab: "all".to_owned(),
        unit: Some(unit),
        figure: figure.id.to_string(),
        period: period.to_string(),
        ..RegisterAsk::default()
    };
    let scope = register::scope_of(&all, &known.mechanism, &ask)?;
    let mut asked = register::query(&all, &known.mechanism, &ask, &scope)?;
    let until = if is_stock(figure) { period.last().min(ctx.today) } else { period.last() };
    let mut rows = BTreeMap::new();
    loop {
        let (listed, next) = asked.page(&all, conn, 500).await?;
        // A list leaves out what was moved on accounts, of which their figures are made.
        let found = match known.mechanism.account.is_some() {
            true => {
                let ids: Vec<RecordId> = listed.iter().map(|it| it.record.id).collect();
                crate::records::by_ids(&all, conn, &ids).await?
            }
            false => listed,
        };
        for it in &found {
            let mut cells = Cells::new();
            figures::contributions(
                ctx.definitions.counted_by(&it.mechanism),
                &it.record,
                ctx.calendar(),
                &mut cells,
                1,
            );
            let theirs = |at: UnitId, day| ctx.tree.upwards_on(at, day).contains(&unit);
            let amount = given(&cells, name.as_str(), period.first(), until, theirs);
            if amount != Amount::default() {
                rows.insert(it.record.id, amount);
            }
        }
        if rows.len() > MOST_ROWS {
            let refusal = kernel::refusal::Refusal::new("figure_seal.too_many").with("figure", figure.name.as_str());
            return Err(refusal.with("most", MOST_ROWS).into());
        }
        match next {
            Some(key) => asked.go_on_after(&key)?,
            None => return Ok(Rows(rows)),
        }
    }
}

/// A sealed figure, if this person may know it.
pub async fn find(ctx: &Ctx, conn: &mut Conn, id: FigureSealId) -> Result<(SealRow, Known), Error> {
    let row = store::figure_seals::find(conn, id).await?.ok_or(Error::NotFound)?;
    let known = Known::of(ctx, row.figure.as_str(), row.unit)?;
    Ok((row, known))
}

/// A period in words, or as it is kept if it cannot be read.
pub fn period_words(text: &str) -> String {
    Period::parse(text).map_or_else(|_| text.to_owned(), Period::words)
}

/// A figure's name with its mechanism's.
pub fn figure_words(ctx: &Ctx, name: &FigureId) -> String {
    let found = name.as_str().split_once('.').and_then(|(mechanism, figure)| {
        let mechanism = ctx.catalog().mechanisms.get(mechanism)?;
        Some(format!("{}{}", mechanism.name, mechanism.figure(figure)?.name))
    });
    found.unwrap_or_else(|| name.to_string())
}

/// What has been reported for a period by a unit and those directly below it.
#[derive(Clone, Debug)]
pub struct SealsPage {
    /// What is asked.
    pub asked: Asked,
    /// The unit looked at.
    pub unit: Option<Choice>,
    /// The units that may be looked at.
    pub units: Vec<Choice>,
    /// The periods that may be looked at.
    pub periods: Vec<PeriodChoice>,
    /// The figures, in the order of their columns.
    pub figures: Vec<Reported>,
    /// The unit looked at, where it may be reported by this person.
    pub own: Option<SealsRow>,
    /// The units below.
    pub rows: Vec<SealsRow>,
    /// Is the period over?
    pub is_over: bool,
}

/// A figure that may be reported.
#[derive(Clone, Debug)]
pub struct Reported {
    /// `task_order.closed`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its name with its mechanism's.
    pub words: String,
}

/// A unit's row in the grid.
#[derive(Clone, Debug)]
pub struct SealsRow {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// The cells, by figure.
    pub cells: Vec<SealCell>,
    /// May this person accept what it reported?
    pub may_accept: bool,
}

/// A figure of a unit.
#[derive(Clone, Debug)]
pub struct SealCell {
    /// The value now.
    pub now: String,
    /// The sealed value, if there is one.
    pub sealed: Option<SealedValue>,
}

/// A sealed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue {
    /// Its id.
    pub id: FigureSealId,
    /// As it was read.
    pub shown: String,
    /// `submitted`, `accepted` or `returned`.
    pub state: String,
    /// Has it changed since?
    pub drifted: bool,
    /// May this person accept it: not what they sealed themselves.
    pub may_accept: bool,
}

/// The grid of a unit and a period; last month by default.
pub async fn seals(ctx: &Ctx, ask: &FiguresAsk) -> Result<SealsPage, Error> {
    let mut ask = ask.clone();
    if ask.period.is_empty() && ask.from.is_empty() && ask.until.is_empty() {
        ask.period = Month::of(ctx.today).plus(-1).to_string();
    }
    let asked = Asked::of(ctx, &ask)?;
    let submits = kernel::authority::merged(ctx.managed(Managed::Submits).into_iter());
    let accepts = kernel::authority::merged(ctx.managed(Managed::Accepts).into_iter());
    let both = kernel::authority::merged(submits.iter().chain(&accepts).copied());
    if both.is_empty() {
        return Err(Error::NotFound);
    }
    let first = || ctx.tree.present_within(&both).next().map(|unit| unit.id);
    let unit = asked.unit.or_else(first).ok_or(Error::NotFound)?;
    let ord = ctx.tree.ord(unit).ok_or(Error::NotFound)?;
    if !both.iter().any(|over| over.holds(ord)) {
        return Err(Error::NotFound);
    }
    let mut units = vec![unit];
    units.extend(ctx.tree.children(unit).filter(|below| below.is_present()).map(|below| below.id));
    units.retain(|unit| may_submit(ctx, *unit) || may_accept(ctx, *unit));
    let known = reportable(ctx, &units);
    let mut conn = ctx.office.db.read().await?;
    let cells = cells(ctx, &mut conn, &known, &units, asked.period).await?;
    let row = |(at, unit): (usize, &UnitId)| SealsRow {
        unit: *unit,
        name: ctx.names().unit(*unit),
        cells: cells[at].clone(),
        may_accept: may_accept(ctx, *unit),
    };
    let mut rows: Vec<SealsRow> = units.iter().enumerate().map(row).collect();
    let own = rows.iter().position(|row| row.unit == unit).map(|at| rows.remove(at));
    Ok(SealsPage {
        unit: chosen(ctx, Some(unit)),
        units: choosing::around(ctx, &both, Some(unit)),
        periods: asked.choices(ctx.today),
        figures: known
            .iter()
            .map(|it| Reported {
                id: it.name().to_string(),
                name: it.figure().name.clone(),
                words: figure_words(ctx, &it.name()),
            })
            .collect(),
        own: own.filter(|row| may_submit(ctx, row.unit)),
        rows,
        is_over: asked.period.last() <= ctx.today,
        asked: Asked { unit: Some(unit), ..asked },
    })
}

/// The figures that this person may know of all of the units.
fn reportable(ctx: &Ctx, units: &[UnitId]) -> Vec<Known> {
    let mut all = Vec::new();
    for mechanism in ctx.catalog().in_order().filter(|it| ctx.reaches(it)) {
        for figure in &mechanism.figures {
            let name = format!("{}.{}", mechanism.id, figure.id);
            let known: Vec<Known> = units.iter().filter_map(|unit| Known::of_rows(ctx, &name, *unit).ok()).collect();
            if known.len() == units.len() {
                all.extend(known.into_iter().next());
            }
        }
    }
    all
}

async fn cells(
    ctx: &Ctx,
    conn: &mut Conn,
    known: &[Known],
    units: &[UnitId],
    period: Period,
) -> Result<Vec<Vec<SealCell>>, Error> {
    let asked = Ask {
        figures: known.iter().map(|it| (&*it.mechanism, it.figure())).collect(),
        places: units.iter().map(|unit| Place::Unit(*unit)).collect(),
        spans: vec![days(period)],
        by: None,
    };
    let read = reading::amounts(ctx, conn, &asked).await?;
    let figures: Vec<FigureId> = known.iter().map(Known::name).collect();
    let mut sealed: BTreeMap<(UnitId, FigureId), SealRow> = BTreeMap::new();
    for row in store::figure_seals::of_period(conn, &period.to_string(), &figures, units).await? {
        sealed.insert((row.unit, row.figure.clone()), row);
    }
    let cell = |unit: usize, at: usize| {
        let now = read.of(at, unit, 0);
        let found = sealed.get(&(units[unit], figures[at].clone()));
        SealCell {
            now: value_words(known[at].figure(), now),
            sealed: found.map(|row| SealedValue {
                id: row.id,
                shown: row.shown.clone(),
                state: row.state.clone(),
                drifted: (row.numerator, row.denominator) != (now.numerator, now.denominator),
                may_accept: row.state == "submitted" && row.sealed_by != ctx.person() && may_accept(ctx, row.unit),
            }),
        }
    };
    Ok((0..units.len()).map(|unit| (0..known.len()).map(|at| cell(unit, at)).collect()).collect())
}

/// A sealed figure's own page.
#[derive(Clone, Debug)]
pub struct SealPage {
    /// Its id.
    pub id: FigureSealId,
    /// The mechanism's id.
    pub mechanism: String,
    /// The figure's id.
    pub figure: String,
    /// The figure's name with its mechanism's.
    pub name: String,
    /// Its unit of measure.
    pub measure: String,
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The period as it stands in an address, and in words.
    pub period: (String, String),
    /// The sealed value, and numerator and denominator.
    pub sealed: (String, Amount),
    /// The value now.
    pub now: (String, Amount),
    /// Is it a ratio?
    pub is_ratio: bool,
    /// Are its rows people, and not records?
    pub is_people: bool,
    /// Its state.
    pub state: String,
    /// The version of the definition, and whether it is the one in force.
    pub definition: (String, bool),
    /// How many records stood behind it.
    pub count: usize,
    /// Who sealed it, and when.
    pub sealed_by: (String, String),
    /// Who accepted or returned it, when, and why.
    pub decided: Option<(String, String, Option<String>)>,
    /// What changed since, as far as its records are seen.
    pub drift: Vec<DriftLine>,
    /// How many more lines of drift there are: not seen, or too many.
    pub more: usize,
    /// Who may change it all the same: who, until when, why, by whom.
    pub exceptions: Vec<(String, String, String, String)>,
    /// Earlier and later ones of the same figure, unit and period: id, when, value, state.
    pub others: Vec<(FigureSealId, String, String, String)>,
    /// May this person accept it?
    pub may_accept: bool,
    /// May they return it?
    pub may_return: bool,
    /// May they let somebody change it, and whom?
    pub may_except: Option<Vec<Choice>>,
}

/// A record whose part changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftLine {
    /// The record; of a figure of people the person, whose id stands in its place.
    pub record: RecordId,
    /// Its title, or their name.
    pub title: String,
    /// What it gave, if anything.
    pub was: Option<Amount>,
    /// What it gives, if anything.
    pub is: Option<Amount>,
}

/// One sealed figure.
pub async fn seal(ctx: &Ctx, id: FigureSealId) -> Result<SealPage, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let (row, known) = find(ctx, &mut conn, id).await?;
    let period = super::period(&row.period)?;
    let (now, rows) = measured(ctx, &mut conn, &known, row.unit, period).await?;
    let was = Rows::read(&row.rows)
        .ok_or_else(|| Error::broken("read the rows of a sealed figure", anyhow::anyhow!(row.id.to_string())))?;
    let is_people = super::is_people(known.figure());
    let (drift, more) = match is_people {
        true => lines_of_people(ctx, &was, &rows),
        false => lines(ctx, &mut conn, &was, &rows).await?,
    };
    let names = ctx.names();
    let who = |person: Option<_>| person.map(|id| names.person(id)).unwrap_or_default();
    let exceptions = store::figure_seals::exceptions(&mut conn, &[id]).await?;
    let others = store::figure_seals::of_figure(&mut conn, &row.figure, row.unit, &row.period).await?;
    let may = may_accept(ctx, row.unit);
    let (is_open, is_mine) = (row.state == "submitted", row.sealed_by == ctx.person());
    Ok(SealPage {
        id,
        mechanism: known.mechanism.id.to_string(),
        figure: known.figure().id.to_string(),
        name: figure_words(ctx, &row.figure),
        measure: known.figure().unit.clone(),
        unit: row.unit,
        unit_name: names.unit(row.unit),
        period: (row.period.clone(), period.words()),
        sealed: (row.shown.clone(), Amount { numerator: row.numerator, denominator: row.denominator }),
        now: (value_words(known.figure(), now), now),
        is_ratio: super::is_ratio(known.figure()),
        is_people,
        definition: (row.definition.chars().take(12).collect(), *row.definition == *known.version()),
        count: was.0.len(),
        sealed_by: (who(row.sealed_by), moment(row.sealed_at)),
        decided: row.decided_at.map(|at| (who(row.decided_by), moment(at), row.reason.clone())),
        drift,
        more,
        exceptions: exceptions
            .into_iter()
            .map(|it| (names.person(it.person), it.until_on.to_string(), it.reason, who(it.given_by)))
            .collect(),
        others: others
            .into_iter()
            .filter(|other| other.id != id)
            .map(|other| (other.id, moment(other.sealed_at), other.shown, other.state))
            .collect(),
        may_accept: may && is_open && !is_mine,
        may_return: may && !is_mine && (is_open || row.state == "accepted"),
        may_except: (may && row.state == "accepted").then(|| people(ctx)),
        state: row.state,
    })
}

/// The people who came to be counted since, and who are no longer: whoever knows a sealed figure sees whom it counts. How
/// often one is named says nothing about the number.
fn lines_of_people(ctx: &Ctx, was: &Rows, is: &Rows) -> (Vec<DriftLine>, usize) {
    let drift = was.drift(is);
    let came = drift.came.iter().map(|(person, is)| (*person, None, Some(*is)));
    let went = drift.went.iter().map(|(person, was)| (*person, Some(*was), None));
    let all: Vec<_> = came.chain(went).collect();
    let line = |(person, was, is): &(RecordId, Option<Amount>, Option<Amount>)| DriftLine {
        record: *person,
        title: ctx.names().person(PersonId(person.0)),
        was: *was,
        is: *is,
    };
    let lines: Vec<DriftLine> = all.iter().take(MOST_LINES).map(line).collect();
    let more = all.len() - lines.len();
    (lines, more)
}

/// What changed, as far as its records are seen, and how many lines are left out.
pub(super) async fn lines(ctx: &Ctx, conn: &mut Conn, was: &Rows, is: &Rows) -> Result<(Vec<DriftLine>, usize), Error> {
    let drift = was.drift(is);
    let came = drift.came.iter().map(|(record, is)| (*record, None, Some(*is)));
    let went = drift.went.iter().map(|(record, was)| (*record, Some(*was), None));
    let changed = drift.changed.iter().map(|(record, was, is)| (*record, Some(*was), Some(*is)));
    let all: Vec<_> = came.chain(went).chain(changed).collect();
    let ids: Vec<RecordId> = all.iter().take(MOST_LINES).map(|(record, ..)| *record).collect();
    let seen = crate::records::listed_of(ctx, conn, &ids).await?;
    let titles: BTreeMap<RecordId, String> =
        seen.into_iter().map(|it| (it.record.id, it.record.title.to_string())).collect();
    let line = |(record, was, is): &(RecordId, Option<Amount>, Option<Amount>)| {
        let title = titles.get(record)?.clone();
        Some(DriftLine { record: *record, title, was: *was, is: *is })
    };
    let lines: Vec<DriftLine> = all.iter().filter_map(line).collect();
    let more = all.len() - lines.len();
    Ok((lines, more))
}
