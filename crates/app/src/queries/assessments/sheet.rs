//! Why so many points? The sheet of a unit: each indicator with its value, its target, its rule and the door to what is
//! behind, and its score month by month.
//!
//! Never a point without its reason.

use documents::chart::{self, Datum, Series};
use jiff::civil::Date;
use kernel::ids::{RecordId, UnitId};
use kernel::kinds::assessment::parts::Part;
use kernel::kinds::assessment::scheme::Indicator;
use kernel::kinds::assessment::score::{Line, Standing, score};
use kernel::kinds::assessment::words;
use kernel::period::Period;
use kernel::value::Month;
use kernel::workflow::Numbered as _;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::letters::{self, PartLine};
use super::{Read, gathered, operands, read};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::named::Names;
use crate::words as sentences;

/// An indicator on a unit's sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetLine {
    /// Its number.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How deep it stands.
    pub depth: usize,
    /// What it weighs.
    pub weight: Decimal,
    /// Does it weigh?
    pub weighs: bool,
    /// Its rule in words.
    pub rule: String,
    /// Why so many points.
    pub why: String,
    /// Its numbers; nothing for a heading.
    pub line: Option<Line>,
    /// Is its value filed by units?
    pub is_filed: bool,
    /// The items of its list.
    pub items: Vec<String>,
    /// The figure behind: its mechanism, its id, and the period.
    pub door: Option<(String, String, String)>,
}

/// The sheet of a unit.
#[derive(Debug)]
pub struct SheetPage {
    /// The record.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// What the scheme is called.
    pub title: String,
    /// The unit and its name.
    pub unit: (UnitId, String),
    /// Its group.
    pub group: String,
    /// The day up to which values count.
    pub on: Date,
    /// When the result was published.
    pub published: Option<String>,
    /// What it comes to.
    pub standing: Standing,
    /// Its grade.
    pub grade: String,
    /// How the score is made up.
    pub total: String,
    /// The indicators.
    pub lines: Vec<SheetLine>,
    /// Values that were filed, objections and letters of the unit, as far as the reader sees them.
    pub others: Vec<PartLine>,
    /// The mechanism in which the reader may file values and object.
    pub files: Option<String>,
    /// The mechanism in which the reader may give points.
    pub judges: Option<String>,
    /// Is it running, so that values are filed?
    pub is_running: bool,
    /// Score and rank at the end of each month of the year since there was a scheme.
    pub course: Vec<(String, Option<Decimal>, Option<usize>)>,
}

impl SheetPage {
    /// The score by month, drawn. Empty if there are fewer than two.
    pub fn chart(&self) -> String {
        if self.course.iter().filter(|(_, total, _)| total.is_some()).count() < 2 {
            return String::new();
        }
        let datum = |(_, total, _): &(String, Option<Decimal>, Option<usize>)| match total {
            Some(total) => Datum::new(total.to_f64().unwrap_or(0.0), total.to_string()),
            None => Datum::default(),
        };
        let series = [Series { name: self.unit.1.clone(), data: self.course.iter().map(datum).collect() }];
        let labels: Vec<String> = self.course.iter().map(|(month, ..)| month.clone()).collect();
        chart::line(&format!("{}逐月得分", self.unit.1), &labels, &series, None)
    }
}

/// The sheet of a unit, for whoever sees it.
pub async fn sheet(ctx: &Ctx, id: RecordId, unit: UnitId) -> Result<SheetPage, Error> {
    let mut conn = ctx.office.db.read().await?;
    let it = read(ctx, &mut conn, id).await?;
    let at = it.scheme.members.iter().position(|member| member.unit == unit).ok_or(Error::NotFound)?;
    if !it.sees(ctx, unit) {
        return Err(Error::NotFound);
    }
    let on = it.today(ctx);
    let months: Vec<Month> = (1..=12_i8).map(|month| Month { year: it.scheme.year, month }).collect();
    // Before there was a scheme nobody was scored.
    let since = Month::of(it.found.record.opened_on);
    let months: Vec<Month> = months.into_iter().filter(|month| *month >= since && month.first_day() <= on).collect();
    let ends: Vec<Date> = months.iter().map(|month| month.last_day().min(on)).chain([on]).collect();
    let beside = gathered::gather(ctx, &mut conn, (id, &it.found.mechanism.id), &it.scheme).await?;
    let operands = operands::operands(ctx, &mut conn, (&it.scheme, &beside), &ends).await?;
    let parts = [Part::Entry, Part::Letter, Part::Use];
    let others = letters::listed(ctx, &mut conn, &it.found, &parts, Some(unit)).await?;
    drop(conn);
    let mut outcomes: Vec<_> = operands.iter().map(|operands| score(&it.scheme, operands)).collect();
    let now = outcomes.pop().unwrap_or_default();
    let now = it.kept().unwrap_or(now);
    let standing = now.standings.get(at).cloned().unwrap_or_default();
    let course = months.iter().zip(&outcomes).map(|(month, outcome)| {
        let of = outcome.standings.get(at);
        (format!("{}月", month.month), of.and_then(|it| it.total), of.and_then(|it| it.rank))
    });
    let lines = lines(ctx, &it, &it.scheme.members[at].group, &standing, on);
    Ok(SheetPage {
        id,
        mechanism: (it.found.mechanism.id.to_string(), it.found.mechanism.name.clone()),
        title: it.found.record.title.clone(),
        unit: (unit, ctx.names().unit(unit)),
        group: it.scheme.members[at].group.clone(),
        on,
        published: it.published.as_ref().map(|(_, at)| sentences::moment(*at)),
        grade: standing.grade.and_then(|at| Some(it.scheme.grades.get(at)?.name.clone())).unwrap_or_default(),
        total: words::total(&it.scheme, &standing),
        course: course.collect(),
        standing,
        lines,
        others,
        files: begins(ctx, &it, Part::Entry, ctx.tree.ord(unit)),
        judges: begins(ctx, &it, Part::Points, Some(it.found.unit_ord)).filter(|_| it.is_running && it.judges(ctx)),
        is_running: it.is_running,
    })
}

/// The mechanism in which the reader may begin a record about a unit, while the assessment is issued and not published.
fn begins(ctx: &Ctx, it: &Read, part: Part, ord: Option<i64>) -> Option<String> {
    let record = &it.found.record;
    let is_issued = record.is_open() && record.state != it.scoring.prepare;
    letters::begins(ctx, &it.found, part, ord).filter(|_| is_issued)
}

/// The indicators of a unit's group, each with what the unit has for it.
fn lines(ctx: &Ctx, it: &Read, group: &str, standing: &Standing, on: Date) -> Vec<SheetLine> {
    let names = Names::of(ctx);
    let period = Period::UpTo(on).to_string();
    let line = |(place, indicator): (usize, &Indicator)| {
        let line = standing.lines.iter().find(|line| line.indicator == place).cloned();
        let leaf = indicator.leaf.as_ref();
        let figure = leaf.and_then(|leaf| names.of_leaf(leaf));
        SheetLine {
            code: indicator.code.clone(),
            name: indicator.name.clone(),
            depth: indicator.depth(),
            weight: indicator.weight,
            weighs: leaf.is_none_or(|leaf| leaf.way.weighs()),
            rule: words::rule(indicator),
            is_filed: leaf.is_some_and(|leaf| leaf.source.is_filed()),
            items: leaf.map(|leaf| leaf.items.clone()).unwrap_or_default(),
            why: line.as_ref().map(|line| words::why(indicator, line)).unwrap_or_default(),
            door: figure.map(|(mechanism, figure)| (mechanism.id.to_string(), figure.id.to_string(), period.clone())),
            line,
        }
    };
    let own = it.scheme.indicators.iter().enumerate().filter(|(_, indicator)| indicator.is_for(group));
    own.map(line).collect()
}
