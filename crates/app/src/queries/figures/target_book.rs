//! Which targets does a workbook set? Columns recognised, every row judged as if it was typed on the figure's page; and the
//! targets in force in the same columns.
//!
//! Never writes to the database: taking in judges by the same function.

use std::collections::{BTreeMap, BTreeSet};

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use kernel::catalog::Managed;
use kernel::grid::{Cell, Grid};
use kernel::ids::{FieldId, FigureId, UnitId};
use kernel::period::Period;
use kernel::refusal::Refusal;
use kernel::value::Month;
use texts::sheet::{self, Merges, Wanted, WantedKind};

use super::asking::Asked;
use super::knows_figures;
use super::sealed::{figure_words, period_words};
use crate::commands::targets::{self, TargetForm};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};
use crate::words;

/// The columns: id, title, other titles.
const COLUMNS: [(&str, &str, &[&str]); 6] = [
    ("figure", "指标", &["数字", "指标名称"]),
    ("unit", "单位", &["责任单位", "单位名称"]),
    ("period", "期间", &["年度", "时间"]),
    ("bound", "怎样算达标", &["至少或至多"]),
    ("value", "目标值", &["目标", "目标数"]),
    ("basis", "目标依据", &["依据", "文件依据"]),
];

/// A row of a workbook.
#[derive(Clone, Debug)]
pub struct TargetRow {
    /// Its row in the sheet, from 0.
    pub row: u32,
    /// As it is written: figure, unit, period, bound, value, basis.
    pub typed: Vec<String>,
    /// What it comes to, if it can be taken in: figure, unit, period, and the form.
    pub found: Option<(FigureId, UnitId, Period, TargetForm)>,
    /// Is it in force already as it stands there?
    pub is_known: bool,
    /// What stands in the way.
    pub faults: Vec<String>,
}

/// A workbook as understood.
#[derive(Clone, Debug)]
pub struct TargetBook {
    /// The sheet that is read.
    pub sheet: String,
    /// Its rows.
    pub rows: Vec<TargetRow>,
}

impl TargetBook {
    /// The rows that set a target.
    pub fn new_rows(&self) -> impl Iterator<Item = &TargetRow> {
        self.rows.iter().filter(|row| row.found.is_some() && !row.is_known)
    }
}

/// Understands a workbook and judges every row.
pub async fn read(ctx: &Ctx, grids: &[Grid]) -> Result<TargetBook, Error> {
    let wanted: Vec<Wanted> = COLUMNS.iter().map(wanted).collect();
    let best = sheet::choose(grids, &wanted).ok_or_else(|| Refusal::new("import.nothing"))?;
    let grid = &grids[best.index];
    let understood = sheet::understand(grid, &wanted, &BTreeMap::new());
    let merges = Merges::of(grid);
    let column = |id: &str| understood.column_of(&FieldId::from(id));
    if ["figure", "unit", "period", "value"].iter().any(|id| column(id).is_none()) {
        return Err(Refusal::new("target.columns").into());
    }
    let figures = figures(ctx);
    let periods = periods(ctx);
    let mut rows: Vec<TargetRow> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in understood.data_rows() {
        let text = |id: &str| column(id).map(|at| words_of(merges.cell_at(grid, row, at))).unwrap_or_default();
        let mut line = line(ctx, row, &COLUMNS.map(|(id, ..)| text(id)), (&figures, &periods));
        if let Some((figure, unit, period, _)) = &line.found
            && !seen.insert((figure.clone(), *unit, period.to_string()))
        {
            line.found = None;
            line.faults.push(sentence(ctx, &Refusal::new("target.twice")));
        }
        rows.push(line);
    }
    known(ctx, &mut rows).await?;
    Ok(TargetBook { sheet: grid.name.clone(), rows })
}

fn wanted((id, name, aliases): &(&str, &str, &[&str])) -> Wanted {
    Wanted {
        id: FieldId::from(*id),
        name: (*name).to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        kind: if *id == "unit" { WantedKind::Unit } else { WantedKind::Text },
        required: !matches!(*id, "bound"),
    }
}

fn words_of(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Fault(text) => text.trim().to_owned(),
        Cell::Number(number) => number.normalize().to_string(),
        Cell::Moment(moment) => moment.date().to_string(),
        Cell::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
    }
}

/// The figures that this person may know by what people write: with the mechanism's name before it, or alone where that
/// says which.
fn figures(ctx: &Ctx) -> BTreeMap<String, Option<FigureId>> {
    let mut all: BTreeMap<String, Option<FigureId>> = BTreeMap::new();
    for it in ctx.catalog().in_order().filter(|it| knows_figures(ctx, it)) {
        for figure in &it.figures {
            let name = FigureId::from(format!("{}.{}", it.id, figure.id));
            all.insert(format!("{}{}", it.name, figure.name), Some(name.clone()));
            let alone = all.entry(figure.name.clone()).or_insert_with(|| Some(name.clone()));
            if alone.as_ref() != Some(&name) {
                *alone = None;
            }
        }
    }
    all
}

/// The periods by what people write, five years around.
fn periods(ctx: &Ctx) -> BTreeMap<String, Period> {
    let mut all = BTreeMap::new();
    for year in ctx.today.year() - 2..=ctx.today.year() + 2 {
        let months = (1..=12_i8).map(|month| Month::of(jiff::civil::date(year, month, 1)));
        let months: Vec<Month> = months.collect();
        let days = months.iter().map(|month| month.first_day());
        let own = days.flat_map(|day| [Period::half_of(day), Period::quarter_of(day)]);
        let own = own.chain([Period::Year(year)]).chain(months.iter().map(|month| Period::Month(*month)));
        all.extend(own.map(|period| (period.words(), period)));
        all.insert(year.to_string(), Period::Year(year));
    }
    all
}

fn line(
    ctx: &Ctx,
    row: u32,
    typed: &[String; 6],
    (figures, periods): (&BTreeMap<String, Option<FigureId>>, &BTreeMap<String, Period>),
) -> TargetRow {
    let [figure, unit, period, bound, value, basis] = typed;
    let mut refusals = Vec::new();
    let bare = |text: &str| text.replace([' ', '：', ':', '“', '”'], "");
    let found = match figures.get(&bare(figure)) {
        Some(Some(name)) => Some(name.clone()),
        Some(None) => {
            refusals.push(Refusal::new("target.which_figure").with("figure", figure));
            None
        }
        None => {
            refusals.push(Refusal::new("target.no_figure").with("figure", figure));
            None
        }
    };
    let place = ctx.tree.named(unit).filter(|unit| unit.is_present()).map(|unit| unit.id);
    if place.is_none() {
        refusals.push(Refusal::new("unit.none_meant").with("field", "单位").with("value", unit));
    }
    let span = periods.get(period.as_str()).copied().or_else(|| Period::parse(period).ok());
    if span.is_none() {
        refusals.push(Refusal::new("target.period").with("value", period));
    }
    let bound = match bound.as_str() {
        "" | "至少" | "不低于" => "least",
        "至多" | "不超过" => "most",
        other => {
            refusals.push(Refusal::new("target.bound").with("value", other));
            ""
        }
    };
    let form = TargetForm { bound: bound.to_owned(), value: value.clone(), basis: basis.clone() };
    let mut found = found.zip(place).zip(span).map(|((figure, unit), span)| (figure, unit, span, form));
    if let Some((figure, unit, span, form)) = &found {
        match targets::judged(ctx, figure.as_str(), *unit, *span, form) {
            Ok(_) => {}
            Err(Error::Refused(more)) => refusals.extend(more),
            Err(_) => refusals.push(Refusal::new("target.not_yours")),
        }
    }
    if !refusals.is_empty() {
        found = None;
    }
    let faults = refusals.iter().map(|refusal| sentence(ctx, refusal)).collect();
    TargetRow { row, typed: typed.to_vec(), found, is_known: false, faults }
}

fn sentence(ctx: &Ctx, refusal: &Refusal) -> String {
    let said = words::say(ctx.vocabulary(), refusal);
    format!("{}{}", said.says, said.next.unwrap_or_default())
}

/// Marks the rows that say what is in force already.
async fn known(ctx: &Ctx, rows: &mut [TargetRow]) -> Result<(), Error> {
    let periods: BTreeSet<String> = rows.iter().filter_map(|row| Some(row.found.as_ref()?.2.to_string())).collect();
    let figures: BTreeSet<FigureId> = rows.iter().filter_map(|row| Some(row.found.as_ref()?.0.clone())).collect();
    let figures: Vec<FigureId> = figures.into_iter().collect();
    let mut conn = ctx.office.db.read().await?;
    let mut standing = BTreeSet::new();
    for period in periods {
        for it in store::figure_targets::of_period(&mut conn, &period, &figures, &[]).await? {
            standing.insert((it.figure, it.unit, it.period, it.at_most, it.value, it.basis));
        }
    }
    for row in rows {
        let Some((figure, unit, period, form)) = &row.found else { continue };
        let Ok(it) = targets::judged(ctx, figure.as_str(), *unit, *period, form) else { continue };
        row.is_known = standing.contains(&(it.figure, it.unit, it.period, it.at_most, it.value, it.basis));
    }
    Ok(())
}

/// The targets in force of a period that this person sets, in the columns that an import reads.
pub async fn export(ctx: &Ctx, asked: &Asked) -> Result<Download, Error> {
    let reach = ctx.managed(Managed::Targets);
    if reach.is_empty() {
        return Err(Error::NotFound);
    }
    let figures: BTreeSet<FigureId> = figures(ctx).into_values().flatten().collect();
    let figures: Vec<FigureId> = figures.into_iter().collect();
    let mut conn = ctx.office.db.read().await?;
    let all = store::figure_targets::of_period(&mut conn, &asked.period.to_string(), &figures, &[]).await?;
    drop(conn);
    let text = |text: &str| OutCell::Text(text.to_owned());
    let theirs = all.iter().filter(|it| targets::may_set(ctx, it.unit));
    let rows: Vec<Vec<OutCell>> = theirs
        .map(|it| {
            vec![
                text(&figure_words(ctx, &it.figure)),
                text(&ctx.names().unit(it.unit)),
                text(&period_words(&it.period)),
                text(if it.at_most { "至多" } else { "至少" }),
                text(&it.value),
                text(&it.basis),
            ]
        })
        .collect();
    let notes = vec![
        "一行一个目标；同一指标、单位、期间已有目标的，导入后以新的为准。".to_owned(),
        "指标写机制名称加指标名称；期间写成2026年、2026年第一季度或者2026年3月；怎样算达标写至少或者至多，不写是至少。"
            .to_owned(),
    ];
    let column = |(_, title, _): &(&str, &str, &[&str])| Column {
        title: (*title).to_owned(),
        width: None,
        kind: ColumnKind::Text,
    };
    let stamp = format!("{}{}导出", ctx.actor.name(), words::moment(ctx.now));
    let count = rows.len();
    let sheet = Sheet { name: "目标".to_owned(), columns: COLUMNS.iter().map(column).collect(), rows, stamp };
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a workbook", fault))?;
    let name = format!("目标（{}）.xlsx", asked.period.words());
    let mut tx = ctx.office.db.begin().await?;
    let detail = serde_json::json!({ "file": name, "count": count });
    crate::commands::batches::act(ctx, &mut tx, "export.figure", detail).await?;
    tx.commit().await?;
    Ok(Download { name, media: XLSX.to_owned(), bytes })
}
