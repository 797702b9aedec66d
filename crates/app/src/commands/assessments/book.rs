//! The indicators of a scheme out of a workbook: one sheet, a row an indicator, columns by their names.
//!
//! Never another way to change a scheme: the rows go through the step that changes it, with its reason.

use kernel::catalog::{Child, Field, FieldType, Step};
use kernel::facts::{Typed, TypedRow};
use kernel::grid::{Cell, Grid};
use kernel::ids::RecordId;
use kernel::refusal::Refusal;

use crate::commands::intake::{self, aside};
use crate::commands::steps::{self, TakeStep};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::assessments::{Read, read};

/// Rows in which the names of columns may stand.
const HEAD: usize = 12;

/// The step by which the reader changes the indicators now, if there is one.
pub fn step<'a>(ctx: &Ctx, it: &'a Read) -> Option<&'a Step> {
    let mechanism = &it.found.mechanism;
    let changes = |step: &&Step| {
        let asks = step.needs.contains(&it.scoring.of) || step.asks.contains(&it.scoring.of);
        asks && step.from.contains(&it.found.record.state)
    };
    let may = |step: &Step| ctx.actor.grant_for(&mechanism.id, &step.who, it.found.unit_ord).is_some();
    mechanism.steps.iter().find(changes).filter(|step| may(step))
}

/// Puts the indicators of a workbook in the place of those that are there.
pub async fn take_in(
    ctx: &Ctx,
    id: RecordId,
    bytes: Vec<u8>,
    (reason, key): (Option<String>, Option<String>),
) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let it = read(ctx, &mut conn, id).await?;
    drop(conn);
    let step = step(ctx, &it).ok_or(Error::NotFound)?;
    let child = it.found.mechanism.child(it.scoring.of.as_str()).ok_or(Error::NotFound)?;
    let grids = aside("read a workbook", move || intake::read(&bytes)).await??;
    let rows = grids.iter().find_map(|grid| rows(ctx, child, grid));
    let rows = rows.filter(|rows| !rows.is_empty()).ok_or_else(|| {
        let names: Vec<&str> = child.fields.iter().filter(|it| it.required).map(|it| it.name.as_str()).collect();
        Refusal::new("assessment.no_sheet").with("names", names.join("、"))
    })?;
    let typed = Typed { rows: vec![(child.id.clone(), rows)], ..Typed::default() };
    let version = Some(it.found.record.version);
    steps::take(ctx, TakeStep { record: id, version, step: step.id.clone(), typed, opinion: None, reason, key }).await
}

/// The rows of a sheet below the names of its columns; nothing where those that must be filled are not there.
fn rows(ctx: &Ctx, child: &Child, grid: &Grid) -> Option<Vec<TypedRow>> {
    let named = |cell: &Cell| {
        let name = words(cell);
        child.fields.iter().find(|it| it.name == name.trim_start_matches('*'))
    };
    let head = |row: &Vec<Cell>| {
        let columns: Vec<Option<&Field>> = row.iter().map(named).collect();
        let has = |field: &&Field| columns.iter().flatten().any(|it| it.id == field.id);
        child.fields.iter().filter(|it| it.required).all(|it| has(&it)).then_some(columns)
    };
    let (at, columns) = grid.rows.iter().take(HEAD).enumerate().find_map(|(at, row)| Some((at, head(row)?)))?;
    let row = |row: &Vec<Cell>| -> TypedRow {
        let cells = columns.iter().zip(row).filter_map(|(field, cell)| Some(((*field)?, cell)));
        cells
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(field, cell)| (field.id.clone(), typed(ctx, field, cell)))
            .collect()
    };
    Some(grid.rows[at + 1..].iter().map(row).filter(|row| !row.is_empty()).collect())
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Fault(text) => text.clone(),
        Cell::Number(number) => number.normalize().to_string(),
        Cell::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Cell::Moment(at) => at.date().to_string(),
        Cell::Empty => String::new(),
    }
}

/// A cell as a form would send it: an item of a list by its id.
fn typed(ctx: &Ctx, field: &Field, cell: &Cell) -> String {
    let text = words(cell);
    let FieldType::Choice { list } = &field.of else { return text };
    let items = ctx.vocabulary().list(list.as_str()).into_iter().flat_map(|it| &it.items);
    let mut meant = items.filter(|it| *it.name == *text || it.aliases.contains(&text));
    meant.next().map_or(text.clone(), |it| it.id.to_string())
}
