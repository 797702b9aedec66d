//! A text with its figures: each live place read, in words, with what it was read from.
//!
//! All figures of a unit over all days that the text asks for are read in one question, and those of a table in another.
//! Never a figure that its reader may not know of that unit.

use std::collections::{BTreeMap, BTreeSet};

use kernel::catalog::{Field, FieldType, Figure, Mechanism};
use kernel::figures::{self, Amount};
use kernel::ids::{FieldId, FigureId, FigureSealId, UnitId};
use kernel::kinds::report::live::{self, Aspect, Line, Live, Piece};
use kernel::period::Period;
use serde::{Deserialize, Serialize};
use store::Conn;

use crate::cells::reading::{self, Ask, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::named::Names;
use crate::queries::figures::{Knowing, changed, days};
use crate::queries::register;

/// The most units of a table.
const MOST_UNITS: usize = 60;

/// A text with its figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Its lines.
    pub lines: Vec<Row>,
    /// What its figures were read from.
    pub readings: Vec<Reading>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// Words and figures.
    Text(Vec<Cell>),
    /// A table.
    Table {
        /// The heads of its columns.
        columns: Vec<String>,
        /// Its rows.
        rows: Vec<Vec<Cell>>,
    },
}

/// Words, and where they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The words.
    pub words: String,
    /// The readings that they are made of; none for words that somebody wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<usize>,
    /// Why there is no figure, where there should be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Why a live place has no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No figure, or several, are called so.
    Unknown,
    /// No unit, or several, are called so.
    NoUnit,
    /// The reader may not know it of that unit.
    Hidden,
    /// It stands in the middle of a line, and is a table.
    Table,
    /// There are too many units below.
    TooMany,
    /// It is no ratio.
    NoRatio,
    /// The period has none before it.
    NoBefore,
    /// The text has too many live places.
    TooLong,
    /// The figures are not cut by one and the same field.
    NoParts,
}

impl Fault {
    /// The code of the sentence that says so.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "report.unknown",
            Self::NoUnit => "report.no_unit",
            Self::Hidden => "report.hidden",
            Self::Table => "report.table",
            Self::TooMany => "report.too_many",
            Self::NoRatio => "report.no_ratio",
            Self::NoBefore => "report.no_before",
            Self::TooLong => "report.too_long",
            Self::NoParts => "report.no_parts",
        }
    }
}

/// What a figure of a unit came to in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The figure: `task_order.closed`.
    pub figure: FigureId,
    /// The unit.
    pub unit: UnitId,
    /// The period as it is printed.
    pub period: String,
    /// What is divided, or the sum.
    pub numerator: i64,
    /// By what.
    pub denominator: i64,
    /// As it was read, with its unit of measure.
    pub shown: String,
    /// The seal that keeps its rows, once it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<FigureSealId>,
}

impl Reading {
    /// The amount.
    pub fn amount(&self) -> Amount {
        Amount { numerator: self.numerator, denominator: self.denominator }
    }
}

impl Drawn {
    /// The live places without a figure: as they are written, and why.
    pub fn faults(&self) -> Vec<(&str, Fault)> {
        let cells = self.lines.iter().flat_map(|row| match row {
            Row::Text(cells) => cells.iter().collect::<Vec<_>>(),
            Row::Table { rows, .. } => rows.iter().flatten().collect(),
        });
        cells.filter_map(|cell| Some((cell.words.as_str(), cell.fault?))).collect()
    }

    /// The readings that stand in prose, and not in a table alone.
    pub fn in_prose(&self) -> BTreeSet<usize> {
        let texts = self.lines.iter().filter_map(|row| match row {
            Row::Text(cells) => Some(cells),
            Row::Table { .. } => None,
        });
        texts.flatten().flat_map(|cell| cell.from.iter().copied()).collect()
    }

    /// The text as it is read, a table as lines between bars.
    pub fn text(&self) -> String {
        let bars = |cells: Vec<&str>| format!("|{}|", cells.join("|"));
        let line = |row: &Row| match row {
            Row::Text(cells) => cells.iter().map(|cell| cell.words.as_str()).collect(),
            Row::Table { columns, rows } => {
                let head = bars(columns.iter().map(String::as_str).collect());
                let rows = rows.iter().map(|row| bars(row.iter().map(|cell| cell.words.as_str()).collect()));
                std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
            }
        };
        self.lines.iter().map(line).collect::<Vec<String>>().join("\n")
    }
}

/// What somebody writes about: a unit over a period.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The unit.
    pub unit: UnitId,
    /// The period.
    pub period: Period,
}

/// A live place whose figures are found.
struct Found<'a> {
    figures: Vec<(&'a Mechanism, &'a Figure)>,
    unit: UnitId,
    aspect: Aspect,
}

/// Draws a text about a unit and a period.
pub async fn draw(ctx: &Ctx, conn: &mut Conn, text: &str, about: About) -> Result<Drawn, Error> {
    let lines = live::lines(text);
    let names = Names::of(ctx);
    let places = live::places(&lines);
    let is_too_long = places.len() > live::MOST;
    let mut found: BTreeMap<&Live, Result<Found<'_>, Fault>> = BTreeMap::new();
    for place in places {
        let of = if is_too_long { Err(Fault::TooLong) } else { find(ctx, &names, place, about)? };
        found.insert(place, of);
    }
    let mut read = Read::default();
    read.plain(ctx, conn, found.values().flatten(), about.period).await?;
    for line in &lines {
        let row = match line {
            Line::Text(pieces) => Row::Text(pieces.iter().map(|piece| read.cell(piece, &found, about)).collect()),
            Line::Table(live) => match found.get(live) {
                Some(Ok(it)) => read.table(ctx, conn, live, it, about.period).await?,
                Some(Err(fault)) => Row::Text(vec![broken(live, *fault)]),
                None => continue,
            },
        };
        read.drawn.lines.push(row);
    }
    Ok(read.drawn)
}

fn broken(live: &Live, fault: Fault) -> Cell {
    Cell { words: format!("【{}】", live.written), from: Vec::new(), fault: Some(fault) }
}

/// What a live place means, for whoever may know it.
fn find<'a>(ctx: &'a Ctx, names: &Names<'a>, live: &Live, about: About) -> Result<Result<Found<'a>, Fault>, Error> {
    let unit = match &live.unit {
        None => about.unit,
        Some(name) => match named(ctx, name) {
            Some(unit) => unit,
            None => return Ok(Err(Fault::NoUnit)),
        },
    };
    let mut figures = Vec::new();
    for name in &live.names {
        let Some((mechanism, figure)) = names.find(name) else { return Ok(Err(Fault::Unknown)) };
        if !may_know(ctx, (mechanism, figure), unit)? {
            return Ok(Err(Fault::Hidden));
        }
        let is_ratio = crate::queries::figures::is_ratio(figure);
        if matches!(live.aspect, Aspect::Numerator | Aspect::Denominator) && !is_ratio {
            return Ok(Err(Fault::NoRatio));
        }
        figures.push((mechanism, figure));
    }
    let below = || ctx.tree.children(unit).filter(|below| below.is_present()).count();
    Ok(match live.aspect {
        _ if figures.is_empty() => Err(Fault::Unknown),
        Aspect::Units if below() > MOST_UNITS => Err(Fault::TooMany),
        Aspect::Parts if cut_by(&figures).is_none() => Err(Fault::NoParts),
        aspect => Ok(Found { figures, unit, aspect }),
    })
}

/// The field by which all the figures are cut: the first that they have in common, of one mechanism.
fn cut_by<'a>(figures: &[(&'a Mechanism, &'a Figure)]) -> Option<&'a FieldId> {
    let (home, first) = figures.first()?;
    let is_of_all = |by: &&FieldId| figures.iter().all(|(of, it)| of.id == home.id && it.by.contains(by));
    first.by.iter().find(is_of_all)
}

/// The unit that a name means: the whole name, or the short one where it says which.
fn named(ctx: &Ctx, name: &str) -> Option<UnitId> {
    let mut whole = ctx.tree.units().iter().filter(|unit| unit.is_present() && unit.name == name);
    match (whole.next(), whole.next()) {
        (Some(unit), None) => Some(unit.id),
        _ => None,
    }
}

/// May the reader know a figure of a unit with all below it? Where small groups are hidden they have to see the records.
pub(crate) fn may_know(ctx: &Ctx, (mechanism, figure): (&Mechanism, &Figure), unit: UnitId) -> Result<bool, Error> {
    let Some(over) = ctx.tree.unit(unit).map(|unit| unit.over) else { return Ok(false) };
    let knowing = Knowing::of(ctx, mechanism, figure, &register::scope(ctx, mechanism, Some(unit))?);
    let known = if figure.kind.suppress_below > 0 { &knowing.seen } else { &knowing.told };
    Ok(kernel::authority::overlap(known, &[over]) == [over])
}

/// What has been read so far: amounts, and which of them stand in the text.
#[derive(Default)]
struct Read {
    drawn: Drawn,
    amounts: BTreeMap<(FigureId, UnitId, Period), Amount>,
    noted: BTreeMap<(FigureId, UnitId, Period), usize>,
}

fn id_of((mechanism, figure): (&Mechanism, &Figure)) -> FigureId {
    FigureId::from(format!("{}.{}", mechanism.id, figure.id))
}

impl Read {
    /// Something that stands in the text.
    fn note(&mut self, of: (&Mechanism, &Figure), unit: UnitId, period: Period, amount: Amount) -> usize {
        let id = id_of(of);
        let readings = &mut self.drawn.readings;
        *self.noted.entry((id.clone(), unit, period)).or_insert_with(|| {
            readings.push(Reading {
                figure: id,
                unit,
                period: period.to_string(),
                numerator: amount.numerator,
                denominator: amount.denominator,
                shown: with_measure(of.1, amount),
                seal: None,
            });
            readings.len() - 1
        })
    }

    /// Reads what stands within lines: one question a unit.
    async fn plain<'f, 'a: 'f>(
        &mut self,
        ctx: &Ctx,
        conn: &mut Conn,
        found: impl Iterator<Item = &'f Found<'a>>,
        period: Period,
    ) -> Result<(), Error> {
        let mut units: BTreeMap<UnitId, Vec<(&Mechanism, &Figure)>> = BTreeMap::new();
        for it in found.filter(|it| !it.aspect.is_table()) {
            units.entry(it.unit).or_default().extend(it.figures.iter().copied());
        }
        let spans: Vec<Period> = [Some(period), period.before(), period.year_before()].into_iter().flatten().collect();
        for (unit, figures) in units {
            let ask = Ask {
                figures: figures.clone(),
                places: vec![Place::Unit(unit)],
                spans: spans.iter().copied().map(days).collect(),
                by: None,
            };
            let amounts = reading::amounts(ctx, conn, &ask).await?;
            for (at, of) in figures.iter().enumerate() {
                for (span, period) in spans.iter().enumerate() {
                    self.amounts.insert((id_of(*of), unit, *period), amounts.of(at, 0, span));
                }
            }
        }
        Ok(())
    }

    fn cell(&mut self, piece: &Piece, found: &BTreeMap<&Live, Result<Found<'_>, Fault>>, about: About) -> Cell {
        let live = match piece {
            Piece::Words(words) => return Cell { words: words.clone(), ..Cell::default() },
            Piece::Live(live) => live,
        };
        match found.get(live) {
            Some(Ok(it)) => self.words(it, about.period).unwrap_or_else(|fault| broken(live, fault)),
            Some(Err(fault)) => broken(live, *fault),
            None => broken(live, Fault::Unknown),
        }
    }

    /// One figure in words.
    fn words(&mut self, it: &Found<'_>, period: Period) -> Result<Cell, Fault> {
        let of = *it.figures.first().ok_or(Fault::Unknown)?;
        let wanted = match it.aspect {
            Aspect::Units | Aspect::Course | Aspect::Quarters | Aspect::Parts => return Err(Fault::Table),
            Aspect::Value | Aspect::Numerator | Aspect::Denominator => vec![period],
            Aspect::Before => vec![period.before().ok_or(Fault::NoBefore)?],
            Aspect::YearBefore => vec![period.year_before().ok_or(Fault::NoBefore)?],
            Aspect::SinceBefore => vec![period, period.before().ok_or(Fault::NoBefore)?],
            Aspect::SinceYearBefore => vec![period, period.year_before().ok_or(Fault::NoBefore)?],
        };
        let mut amounts = Vec::new();
        let mut from = Vec::new();
        for period in wanted {
            let amount = *self.amounts.get(&(id_of(of), it.unit, period)).ok_or(Fault::Unknown)?;
            amounts.push(amount);
            from.push(self.note(of, it.unit, period, amount));
        }
        let words = match (it.aspect, amounts.as_slice()) {
            (Aspect::Numerator, [now]) => now.numerator.to_string(),
            (Aspect::Denominator, [now]) => now.denominator.to_string(),
            (_, [now, then]) => change_words(of.1, *now, *then),
            (_, all) => all.first().map(|now| with_measure(of.1, *now)).unwrap_or_default(),
        };
        Ok(Cell { words, from, fault: None })
    }

    /// Figures as a table: a row for each unit below or each step of the period, the whole last.
    async fn table(
        &mut self,
        ctx: &Ctx,
        conn: &mut Conn,
        live: &Live,
        it: &Found<'_>,
        period: Period,
    ) -> Result<Row, Error> {
        if live.aspect == Aspect::Parts {
            return self.parts(ctx, conn, it, period).await;
        }
        let by_units = live.aspect == Aspect::Units;
        let below = ctx.tree.children(it.unit).filter(|below| by_units && below.is_present());
        let units: Vec<UnitId> = below.map(|below| below.id).chain([it.unit]).collect();
        let steps = match live.aspect {
            Aspect::Units => Vec::new(),
            Aspect::Quarters => {
                let ends = figures::quarter_ends(period.first(), period.last().min(ctx.today));
                ends.into_iter().map(Period::quarter_of).collect()
            }
            _ => period.steps(),
        };
        // The course of a month reaches back a year: it has no whole.
        let has_whole = steps.iter().all(|step| *step != period);
        let spans: Vec<Period> = steps.into_iter().chain(has_whole.then_some(period)).collect();
        let ask = Ask {
            figures: it.figures.clone(),
            places: units.iter().map(|unit| Place::Unit(*unit)).collect(),
            spans: spans.iter().copied().map(days).collect(),
            by: None,
        };
        let amounts = reading::amounts(ctx, conn, &ask).await?;
        let last = units.len() * spans.len() - 1;
        let mut rows = Vec::new();
        for (place, unit) in units.iter().enumerate() {
            for (span, period) in spans.iter().enumerate() {
                let name = match (has_whole && rows.len() == last, by_units) {
                    (true, _) => "全部".to_owned(),
                    (false, true) => ctx.names().unit(*unit),
                    (false, false) => period.words(),
                };
                let mut row = vec![Cell { words: name, ..Cell::default() }];
                for (at, of) in it.figures.iter().enumerate() {
                    let amount = amounts.of(at, place, span);
                    let from = vec![self.note(*of, *unit, *period, amount)];
                    row.push(Cell { words: figures::shown(of.1, amount), from, fault: None });
                }
                rows.push(row);
            }
        }
        Ok(Row::Table { columns: heads(if by_units { "单位" } else { "时间" }, it), rows })
    }

    /// Figures as a table: a row for each option of the field by which they are cut, the whole last.
    async fn parts(&mut self, ctx: &Ctx, conn: &mut Conn, it: &Found<'_>, period: Period) -> Result<Row, Error> {
        let by = cut_by(&it.figures).ok_or(Error::NotFound)?;
        let field = it.figures.first().and_then(|(home, _)| home.field(by.as_str())).ok_or(Error::NotFound)?;
        let ask = |by: Option<FieldId>| Ask {
            figures: it.figures.clone(),
            places: vec![Place::Unit(it.unit)],
            spans: vec![days(period)],
            by,
        };
        let cut = reading::amounts(ctx, conn, &ask(Some(by.clone()))).await?;
        let whole = reading::amounts(ctx, conn, &ask(None)).await?;
        let mut rows = Vec::new();
        for (option, name) in options(ctx, field) {
            let own: Vec<Amount> = (0..it.figures.len())
                .map(|at| cut.slices(at, 0, 0, by).get(option.as_str()).copied().unwrap_or_default())
                .collect();
            if own.iter().all(|amount| *amount == Amount::default()) {
                continue;
            }
            let shown = |(of, amount): (&(&Mechanism, &Figure), &Amount)| Cell {
                words: figures::shown(of.1, *amount),
                ..Cell::default()
            };
            let cells = it.figures.iter().zip(&own).map(shown);
            rows.push(std::iter::once(Cell { words: name, ..Cell::default() }).chain(cells).collect());
        }
        let mut last = vec![Cell { words: "全部".to_owned(), ..Cell::default() }];
        for (at, of) in it.figures.iter().enumerate() {
            let amount = whole.of(at, 0, 0);
            let from = vec![self.note(*of, it.unit, period, amount)];
            last.push(Cell { words: figures::shown(of.1, amount), from, fault: None });
        }
        rows.push(last);
        Ok(Row::Table { columns: heads(&field.name, it), rows })
    }
}

/// What stands above the columns of a table.
fn heads(first: &str, it: &Found<'_>) -> Vec<String> {
    let heads = it.figures.iter().map(|(_, figure)| format!("{}（{}）", figure.name, figure.unit));
    std::iter::once(first.to_owned()).chain(heads).collect()
}

/// The values of a field by which figures may be cut, as cells know them and as they are read.
fn options(ctx: &Ctx, field: &Field) -> Vec<(String, String)> {
    let named = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    match &field.of {
        FieldType::Choice { list } => {
            let items = ctx.vocabulary().list(list.as_str()).into_iter().flat_map(|list| &list.items);
            items.map(|item| named(&item.id, &item.name)).chain([named("", "没有写")]).collect()
        }
        _ => vec![named("true", "是"), named("false", "否"), named("", "没有写")],
    }
}

/// A value as it stands in prose: `56件`, `83.67%`; `—` alone where there is nothing to divide by.
pub fn with_measure(figure: &Figure, amount: Amount) -> String {
    match figures::value(figure, amount) {
        Some(_) => format!("{}{}", figures::shown(figure, amount), figure.unit),
        None => figures::shown(figure, amount),
    }
}

/// A change as it stands in prose: 增长12.5%, 下降2.5个百分点, 增加3件, 持平.
fn change_words(figure: &Figure, now: Amount, then: Amount) -> String {
    let Some((by, percent)) = changed(figure, now, then) else { return "无可比数".to_owned() };
    let (sign, much) = match by.strip_prefix('-') {
        Some(rest) => (false, rest),
        None => (true, by.strip_prefix('+').unwrap_or(&by)),
    };
    if much == "0" {
        return "持平".to_owned();
    }
    if crate::queries::figures::is_ratio(figure) {
        return format!("{}{much}", if sign { "提高" } else { "下降" });
    }
    match percent {
        Some(percent) => {
            format!("{}{}", if sign { "增长" } else { "下降" }, percent.trim_start_matches(['+', '-']))
        }
        None => format!("{}{much}{}", if sign { "增加" } else { "减少" }, figure.unit),
    }
}
