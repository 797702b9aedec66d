//! A figure cut into its parts: slices of a field, or kinds of units, by period or by unit, with the whole beside them.
//!
//! Whether the parts add up to the whole is asked of the kernel, and said. Never a slice that the definition does not
//! declare, and never one of a field that the reader may not see: it is not there.

use kernel::authority::{Subtree, merged, overlap};
use kernel::catalog::{FieldType, Figure, Mechanism};
use kernel::figures::{self, Amount, Parts};
use kernel::ids::{FieldId, RecordId, UnitId};
use kernel::period::Period;
use kernel::refusal::Refusal;
use store::Conn;

use super::asking::{Asked, FiguresAsk, PeriodChoice};
use super::cards::{Part, days};
use super::is_ratio;
use super::one::{FigureCell, cell, compared};
use super::overview::chosen;
use super::veiled::{Hidden, Knowing, Told, few, made_up, shows_slices};
use crate::cells::reading::{self, Amounts, Ask, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;
use crate::queries::register;
use crate::queries::units::choosing;
use crate::records;

/// How a slice by the kind of the record's unit is called; no field can be called so.
pub const UNIT_KIND: &str = "@kind";
/// The most numbers in one table.
const MOST_NUMBERS: usize = 10_000;

/// A figure cut into its parts.
#[derive(Clone, Debug)]
pub struct PivotPage {
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The figure's id and name.
    pub figure: (String, String),
    /// Its unit of measure.
    pub measure: String,
    /// In words: what is counted.
    pub words: String,
    /// Is it a ratio (with two lists behind each number)?
    pub is_ratio: bool,
    /// Does it count people (with a list of them behind each number)?
    pub is_people: bool,
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
    /// By what it may be cut.
    pub ways: Vec<Choice>,
    /// By what it is cut.
    pub by: Choice,
    /// Do units stand beside each other, and not the steps of the period?
    pub across_units: bool,
    /// Of which part of the whole it is read.
    pub part: Part,
    /// The columns, the whole last.
    pub columns: Vec<PivotColumn>,
    /// The parts.
    pub rows: Vec<PivotRow>,
    /// The whole.
    pub whole: PivotRow,
    /// How the parts stand to the whole in each column; nothing where parts are hidden.
    pub sums: Vec<Option<Parts>>,
    /// Below how many numbers are hidden on this page, if any are.
    pub few: Option<i64>,
}

/// A column: a unit or a step of the period.
#[derive(Clone, Debug)]
pub struct PivotColumn {
    /// What heads it.
    pub name: String,
    /// The unit.
    pub unit: Option<UnitId>,
}

/// A part.
#[derive(Clone, Debug)]
pub struct PivotRow {
    /// What tells it, as it stands in an address: `source=party_committee`; empty for the whole.
    pub slice: String,
    /// What it is called.
    pub name: String,
    /// A cell for each column.
    pub cells: Vec<FigureCell>,
}

/// A place and a period.
type Spot = (Place, Period);

/// A figure of a mechanism, cut into parts.
pub async fn pivot(ctx: &Ctx, mechanism: &str, figure: &str, ask: &FiguresAsk) -> Result<PivotPage, Error> {
    let mechanism = super::mechanism(ctx, mechanism)?;
    let asked = Asked::of(ctx, ask)?;
    let found = mechanism.figure(figure).ok_or(Error::NotFound)?;
    let anywhere = Knowing::of(ctx, &mechanism, found, &register::scope(ctx, &mechanism, None)?).told;
    let knowing = Knowing::of(ctx, &mechanism, found, &register::scope(ctx, &mechanism, asked.unit)?);
    let reach = knowing.told.clone();
    if reach.is_empty() {
        return Err(Error::NotFound);
    }
    let ways = ways(&mechanism, found);
    let by = match ask.by.as_str() {
        "" => ways.first(),
        by => ways.iter().find(|way| way.id == by),
    };
    let by = by.cloned().ok_or(Error::NotFound)?;
    let across_units = ask.across == "units";
    let (columns, spots) = columns(ctx, &asked, &reach, across_units);
    let parts = Part::of(ctx, &reach, asked.unit);
    let mut conn = ctx.office.db.read().await?;
    let (whole, slices) = read(ctx, &mut conn, (&mechanism, found), &by.id, &spots, &reach).await?;
    let shown = Shown::read(ctx, &mut conn, (&mechanism, found), &knowing, (&by.id, &asked, &spots)).await?;
    let cells = |amounts: &[Amount], is_part: bool| -> Vec<FigureCell> {
        let one = |(at, amount): (usize, &Amount)| cell(ctx, found, shown.told(at, is_part, *amount), spots[at].1);
        amounts.iter().enumerate().map(one).collect()
    };
    let of_column = |at: usize| slices.iter().map(|(_, _, amounts)| amounts[at]).collect::<Vec<_>>();
    let sum = |at: usize| figures::parts_of(found, &of_column(at), whole[at]);
    let sums = (0..spots.len()).map(|at| shown.parts[at].then(|| sum(at))).collect();
    Ok(PivotPage {
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        figure: (found.id.to_string(), found.name.clone()),
        measure: found.unit.clone(),
        words: found.words.clone(),
        is_ratio: is_ratio(found),
        is_people: super::is_people(found),
        unit: chosen(ctx, asked.unit),
        unit_words: asked.unit_words(ctx),
        units: choosing::around(ctx, &anywhere, asked.unit),
        periods: asked.choices(ctx.today),
        rows: slices
            .iter()
            .map(|(value, name, amounts)| PivotRow {
                slice: format!("{}={value}", by.id),
                name: name.clone(),
                cells: cells(amounts, true),
            })
            .collect(),
        whole: PivotRow { slice: String::new(), name: "合计".to_owned(), cells: cells(&whole, false) },
        ways,
        by,
        across_units,
        few: shown.is_veiled().then(|| few(found)),
        part: parts,
        columns,
        sums,
        asked,
    })
}

/// Which numbers of the page its reader may know.
struct Shown {
    knowing: Knowing,
    over: Vec<Vec<Subtree>>,
    /// Is the whole of the column shown?
    wholes: Vec<bool>,
    /// Are its parts?
    parts: Vec<bool>,
}

impl Shown {
    /// Parts of small numbers are shown of one unit and a year, and only where none of them and of those of the units
    /// beside it is small.
    async fn read(
        ctx: &Ctx,
        conn: &mut Conn,
        (mechanism, figure): (&Mechanism, &Figure),
        knowing: &Knowing,
        (by, asked, spots): (&str, &Asked, &[Spot]),
    ) -> Result<Self, Error> {
        let over = |(place, _): &Spot| match place {
            Place::Unit(unit) => ctx.tree.unit(*unit).map(|unit| unit.over).into_iter().collect(),
            Place::Reach(reach) => reach.clone(),
        };
        let over: Vec<Vec<Subtree>> = spots.iter().map(over).collect();
        let units: Vec<Option<Vec<UnitId>>> = over.iter().map(|over| made_up(ctx, over)).collect();
        let all: Vec<UnitId> = units.iter().flatten().flatten().copied().collect();
        let periods: Vec<Period> = spots.iter().map(|(_, period)| *period).collect();
        let hidden = Hidden::read(ctx, conn, (mechanism, figure), knowing, &all, &periods).await?;
        let shows = |at: usize| {
            let units = units[at].as_ref().filter(|units| !hidden.hides(units, periods[at]));
            knowing.sees(&over[at]) || units.is_some()
        };
        let wholes: Vec<bool> = (0..spots.len()).map(shows).collect();
        let mut parts: Vec<bool> = over.iter().map(|over| few(figure) == 0 || knowing.sees(over)).collect();
        let (last, one) = (spots.len() - 1, units.last().and_then(|units| units.as_deref()));
        if let (false, Some([unit]), Period::Year(_), true) = (parts[last], one, asked.period, knowing.seen.is_empty())
        {
            let field = FieldId::from(by);
            parts[last] = by != UNIT_KIND
                && wholes[last]
                && shows_slices(ctx, conn, (mechanism, figure), &field, *unit, asked.period).await?;
        }
        Ok(Self { knowing: knowing.clone(), over, wholes, parts })
    }

    fn told(&self, at: usize, is_part: bool, amount: Amount) -> Told {
        let shows = if is_part { self.parts[at] } else { self.wholes[at] };
        Told { amount: shows.then_some(amount), sees: self.knowing.sees(&self.over[at]) }
    }

    fn is_veiled(&self) -> bool {
        self.parts.iter().chain(&self.wholes).any(|shows| !shows)
    }
}

/// By what a figure may be cut: the fields that its definition names, and the kind of the unit.
fn ways(mechanism: &Mechanism, figure: &Figure) -> Vec<Choice> {
    let way =
        |id: &str, name: &str| Choice { id: id.to_owned(), name: name.to_owned(), pinyin: String::new(), group: None };
    let fields = figure.by.iter().filter_map(|id| mechanism.field(id.as_str()));
    fields.map(|field| way(field.id.as_str(), &field.name)).chain([way(UNIT_KIND, "单位种类")]).collect()
}

/// The columns with their places and periods, the whole last.
fn columns(ctx: &Ctx, asked: &Asked, reach: &[Subtree], across_units: bool) -> (Vec<PivotColumn>, Vec<Spot>) {
    let all = || Place::Reach(reach.to_vec());
    let mut columns = Vec::new();
    let mut spots = Vec::new();
    if across_units {
        for unit in compared(ctx, asked, reach) {
            columns.push(PivotColumn { name: ctx.names().unit(unit), unit: Some(unit) });
            spots.push((Place::Unit(unit), asked.period));
        }
    } else {
        for step in asked.period.steps() {
            columns.push(PivotColumn { name: step.short(), unit: asked.unit });
            spots.push((all(), step));
        }
    }
    columns.push(PivotColumn { name: asked.period.words(), unit: asked.unit });
    spots.push((all(), asked.period));
    (columns, spots)
}

/// What a slice is, how it is called, and how much it is in each column.
type Slice = (String, String, Vec<Amount>);

async fn read(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, figure): (&Mechanism, &Figure),
    by: &str,
    spots: &[Spot],
    reach: &[Subtree],
) -> Result<(Vec<Amount>, Vec<Slice>), Error> {
    let (mut places, mut periods) = (Vec::new(), Vec::new());
    for (place, period) in spots {
        if !places.contains(place) {
            places.push(place.clone());
        }
        if !periods.contains(period) {
            periods.push(*period);
        }
    }
    let at = |(place, period): &Spot| {
        let place = places.iter().position(|it| it == place).unwrap_or_default();
        (place, periods.iter().position(|it| it == period).unwrap_or_default())
    };
    let ask = |places: Vec<Place>, by: Option<FieldId>| Ask {
        figures: vec![(mechanism, figure)],
        places,
        spans: periods.iter().copied().map(days).collect(),
        by,
    };
    let sums = reading::amounts(ctx, conn, &ask(places.clone(), None)).await?;
    let whole = spots.iter().map(|spot| sums.of(0, at(spot).0, at(spot).1)).collect();
    if by == UNIT_KIND {
        let kinds = kinds(ctx, &places, reach, &periods)?;
        not_too_many(kinds.len(), spots.len())?;
        let own = kinds.iter().flat_map(|(.., own)| own.clone()).collect();
        let sums = reading::amounts(ctx, conn, &ask(own, None)).await?;
        let amounts = |kind: usize| -> Vec<Amount> {
            spots.iter().map(|spot| sums.of(0, kind * places.len() + at(spot).0, at(spot).1)).collect()
        };
        let slices = kinds.iter().enumerate().map(|(kind, (id, name, _))| (id.clone(), name.clone(), amounts(kind)));
        return Ok((whole, slices.filter(|slice| is_something(&slice.2)).collect()));
    }
    let field = FieldId::from(by);
    let sums = reading::amounts(ctx, conn, &ask(places.clone(), Some(field.clone()))).await?;
    let slices = values(ctx, conn, (mechanism, &field), &sums, (places.len(), periods.len())).await?;
    not_too_many(slices.len(), spots.len())?;
    let amounts = |value: &str| -> Vec<Amount> {
        let of = |spot| sums.slices(0, at(spot).0, at(spot).1, &field).get(value).copied().unwrap_or_default();
        spots.iter().map(of).collect()
    };
    let slices = slices.into_iter().map(|(value, name)| {
        let amounts = amounts(&value);
        (value, name, amounts)
    });
    Ok((whole, slices.filter(|slice| is_something(&slice.2)).collect()))
}

fn is_something(amounts: &[Amount]) -> bool {
    amounts.iter().any(|amount| *amount != Amount::default())
}

fn not_too_many(rows: usize, columns: usize) -> Result<(), Error> {
    if rows * columns <= MOST_NUMBERS {
        return Ok(());
    }
    let refusal = Refusal::new("figure.too_many_parts").with("rows", rows).with("columns", columns);
    Err(refusal.with("most", MOST_NUMBERS).into())
}

/// The values of the slices that hold anything, in the order of the list, what is no longer in it and nothing last.
async fn values(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, field): (&Mechanism, &FieldId),
    sums: &Amounts,
    (places, periods): (usize, usize),
) -> Result<Vec<(String, String)>, Error> {
    let mut found: Vec<String> = Vec::new();
    for (place, period) in (0..places).flat_map(|place| (0..periods).map(move |period| (place, period))) {
        for value in sums.slices(0, place, period, field).into_keys() {
            if !found.iter().any(|known| known == value) {
                found.push(value.to_owned());
            }
        }
    }
    found.sort();
    let known: Vec<(String, String)> = match mechanism.field(field.as_str()).map(|field| &field.of) {
        Some(FieldType::Choice { list }) => {
            let items = ctx.vocabulary().list(list.as_str()).map(|list| list.items.as_slice()).unwrap_or_default();
            items.iter().map(|item| (item.id.to_string(), item.name.to_string())).collect()
        }
        Some(FieldType::Record { .. }) => titles(ctx, conn, &found).await?,
        _ => vec![("true".to_owned(), "是".to_owned()), ("false".to_owned(), "否".to_owned())],
    };
    let mut values: Vec<(String, String)> = known.into_iter().filter(|(id, _)| found.contains(id)).collect();
    let rest: Vec<String> = found.into_iter().filter(|it| !values.iter().any(|(id, _)| id == it)).collect();
    values.extend(rest.iter().filter(|it| !it.is_empty()).map(|it| (it.clone(), it.clone())));
    values.extend(rest.iter().filter(|it| it.is_empty()).map(|_| (String::new(), "没有填写".to_owned())));
    Ok(values)
}

/// The records that slices stand for, by their titles; one that this reader does not see has none for them.
async fn titles(ctx: &Ctx, conn: &mut Conn, values: &[String]) -> Result<Vec<(String, String)>, Error> {
    let ids: Vec<RecordId> = values.iter().filter_map(|it| it.parse().ok()).collect();
    let seen = records::listed_of(ctx, conn, &ids).await?;
    let title = |id: &RecordId| seen.iter().find(|it| it.record.id == *id).map(|it| it.record.title.clone());
    let named = |id: &RecordId| (id.to_string(), title(id).unwrap_or_else(|| "（看不到名称）".to_owned()));
    let mut named: Vec<(String, String)> = ids.iter().map(named).collect();
    named.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(named)
}

/// The kinds of units inside what is reached, each with its units' own places for every place that is asked for. By the
/// tree of today: before a turn of the tree it is not said which kind a part belonged to.
fn kinds(
    ctx: &Ctx,
    places: &[Place],
    reach: &[Subtree],
    periods: &[Period],
) -> Result<Vec<(String, String, Vec<Place>)>, Error> {
    let turn = ctx.tree.past().turns().last();
    if let Some(turn) = turn.filter(|turn| periods.iter().any(|period| period.first() < **turn)) {
        return Err(Refusal::new("figure.kinds_before").with("day", *turn).into());
    }
    let there = super::overview::kinds(ctx, reach);
    let own = |kind: &Choice, place: &Place| {
        let over = match place {
            Place::Unit(unit) => ctx.tree.unit(*unit).map(|unit| unit.over).into_iter().collect(),
            Place::Reach(reach) => reach.clone(),
        };
        Place::Reach(of_kind(ctx, &kind.id, &over))
    };
    let one = |kind: Choice| {
        let places = places.iter().map(|place| own(&kind, place)).collect();
        (kind.id, kind.name, places)
    };
    Ok(there.into_iter().map(one).collect())
}

/// The units of a kind inside subtrees, each without what is below it.
pub(crate) fn of_kind(ctx: &Ctx, kind: &str, over: &[Subtree]) -> Vec<Subtree> {
    let units = ctx.tree.within(over).filter(|unit| *unit.kind.as_str() == *kind);
    let own = units.map(|unit| Subtree { first: unit.over.first, last: unit.over.first });
    overlap(&merged(own), over)
}

/// A slice in words, behind the period: `，任务来源：党工委重点工作`.
pub(crate) async fn slice_words(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    slice: &str,
) -> Result<String, Error> {
    let Some((by, value)) = slice.split_once('=') else { return Ok(String::new()) };
    if by == UNIT_KIND {
        let kind = ctx.vocabulary().unit_kind(value).map(|kind| kind.name.clone()).unwrap_or_default();
        return Ok(format!("，单位种类：{kind}"));
    }
    let Some(field) = mechanism.field(by) else { return Ok(String::new()) };
    let name = match (&field.of, value) {
        (_, "") => "没有填写".to_owned(),
        (FieldType::Choice { list }, value) => {
            let list = ctx.vocabulary().list(list.as_str());
            list.and_then(|list| list.name_of(value)).unwrap_or(value).to_owned()
        }
        (FieldType::Record { .. }, value) => {
            let named = titles(ctx, conn, &[value.to_owned()]).await?;
            named.into_iter().next().map(|it| it.1).unwrap_or_default()
        }
        (_, value) => if value == "true" { "是" } else { "否" }.to_owned(),
    };
    Ok(format!("，{}：{name}", field.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_numbers_are_one_table_and_more_are_refused_in_words() {
        assert!(not_too_many(100, 100).is_ok());
        let Err(Error::Refused(refusals)) = not_too_many(10_000, 13) else { panic!("10,000 slices are too many") };
        assert_eq!(refusals[0].code, "figure.too_many_parts");
    }
}
