//! The indicators of a scheme as a workbook: as they are taken in again.
//!
//! Never a score: those are on the dispatch sheet.

use documents::workbook_out::{self, Column, OutCell, Sheet};
use kernel::catalog::Field;
use kernel::ids::RecordId;
use kernel::value::Facts;

use super::gathered::rows;
use super::read;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::export::{cell, kind};
use crate::queries::files::{Download, XLSX};
use crate::words as sentences;

/// The indicators, for whoever sees every unit.
pub async fn workbook(ctx: &Ctx, id: RecordId) -> Result<Download, Error> {
    let mut conn = ctx.office.db.read().await?;
    let it = read(ctx, &mut conn, id).await?;
    drop(conn);
    let mechanism = &it.found.mechanism;
    let may = ctx.actor.grant_for(&mechanism.id, &mechanism.rights.export, it.found.unit_ord).is_some();
    let child = mechanism.child(it.scoring.of.as_str()).filter(|_| it.sees_all && may).ok_or(Error::NotFound)?;
    let column = |field: &Field| Column { title: field.name.clone(), width: None, kind: kind(&field.of) };
    let cell = |row: &Facts, field: &Field| {
        let value = row.find(field.id.as_str()).cloned();
        value.map_or(OutCell::Empty, |value| cell(ctx, &field.of, value))
    };
    let facts = rows(&it.found.record.facts, it.scoring.of.as_str());
    let out: Vec<Vec<OutCell>> =
        facts.iter().map(|row| child.fields.iter().map(|field| cell(row, field)).collect()).collect();
    let title = &it.found.record.title;
    let sheet = Sheet {
        name: child.name.clone(),
        columns: child.fields.iter().map(column).collect(),
        rows: out,
        stamp: format!("{}{}导出", ctx.actor.name(), sentences::moment(ctx.now)),
    };
    let notes = vec![format!("“{title}”的指标。改好以后可以整张导回去，列的名称不能改。")];
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let filter = serde_json::json!({ "record": id.to_string() });
    let detail = serde_json::json!({ "mechanism": mechanism.id, "count": facts.len(), "filter": filter });
    act(ctx, &mut tx, "export", detail).await?;
    tx.commit().await?;
    Ok(Download { name: format!("{title}指标.xlsx"), media: XLSX.to_owned(), bytes })
}
