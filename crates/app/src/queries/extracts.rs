//! A table of a record as a workbook for somebody else: the rows as they were written down, and what they come to.
//!
//! What is masked stands here in full: that is what it was collected for. So every time it is taken is told by an act.
//! Never a row that does not stand in the record, and never a total that is not the sum of the rows.

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use kernel::catalog::{Field, Mechanism};
use kernel::extract::{Extract, Holds};
use kernel::ids::RecordId;
use kernel::refusal::Refusal;
use kernel::value::Value;

use super::export::{cell, kind};
use crate::commands::batches::act;
use crate::commands::intake::aside;
use crate::commands::looks;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};
use crate::queries::register::value_of;
use crate::records::{self, Found};
use crate::words::moment;

/// A workbook that somebody may take now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtractLine {
    /// Its id, part of its address.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many rows, and what they come to.
    pub words: String,
}

/// The workbooks of a record that this person may take now.
pub fn lines(ctx: &Ctx, found: &Found) -> Vec<ExtractLine> {
    let open = found.mechanism.extracts.iter().filter(|it| may_take(ctx, found, it));
    open.map(|it| ExtractLine { id: it.id.clone(), name: it.name.clone(), words: words(ctx, found, it) }).collect()
}

// enforces: extract.who
// enforces: extract.states
fn may_take(ctx: &Ctx, found: &Found, it: &Extract) -> bool {
    let is_theirs = ctx.actor.grant_for(&found.mechanism.id, &it.who, found.unit_ord).is_some();
    is_theirs && it.states.contains(&found.record.state) && !it.rows(&found.record).is_empty()
}

fn words(ctx: &Ctx, found: &Found, it: &Extract) -> String {
    let count = it.rows(&found.record).len();
    let total = it.total.as_ref().and_then(|id| found.mechanism.column(it.of.as_str(), id.as_str()));
    match total.zip(it.sum(&found.mechanism, &found.record)) {
        Some((field, sum)) => format!("{count}笔，合计{}", ctx.names().plain(&field.of, &sum)),
        None => format!("{count}行"),
    }
}

/// One of them, taken by this person: the act is kept before it is given.
pub async fn workbook(ctx: &Ctx, id: RecordId, extract: &str) -> Result<Download, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    drop(conn);
    let it = found.mechanism.extracts.iter().find(|it| it.id == extract).filter(|it| may_take(ctx, &found, it));
    let it = it.ok_or(Error::NotFound)?.clone();
    let sum = match it.total {
        None => None,
        Some(_) => Some(it.sum(&found.mechanism, &found.record).ok_or_else(|| Refusal::new("extract.sum"))?),
    };
    let (sheet, notes) = (sheet(ctx, &found, &it, sum), notes(ctx, &found, &it));
    let bytes = aside("write a workbook", move || workbook_out::write(sheet, &notes)).await?;
    let bytes = bytes.map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let detail = serde_json::json!({
        "record": id.to_string(),
        "mechanism": found.mechanism.id.as_str(),
        "name": it.name,
        "title": found.record.title,
        "count": it.rows(&found.record).len(),
    });
    act(ctx, &mut tx, "extract", detail).await?;
    tx.commit().await?;
    looks::looked(ctx, &found.people(), looks::EXPORT, Some(&it.name)).await?;
    let number = found.record.number.clone().unwrap_or_else(|| found.record.title.clone());
    Ok(Download { name: format!("{number}{}.xlsx", it.name), media: XLSX.to_owned(), bytes })
}

// enforces: extract.column
// enforces: extract.column.of
// enforces: extract.column.own
fn sheet(ctx: &Ctx, found: &Found, it: &Extract, sum: Option<Value>) -> Sheet<Vec<Vec<OutCell>>> {
    let columns: Vec<(Option<&Field>, &Holds)> =
        it.columns.iter().map(|column| (field_of(&found.mechanism, it, &column.holds), &column.holds)).collect();
    let own = |field: &Field| value_of(ctx, found, field.id.as_str());
    let mut rows: Vec<Vec<OutCell>> = Vec::new();
    for (at, row) in (1_i64..).zip(it.rows(&found.record)) {
        let one = |(field, holds): &(Option<&Field>, &Holds)| match (holds, field) {
            (Holds::Place, _) => OutCell::Number(at.into()),
            (Holds::Column(id), Some(field)) => {
                row.find(id.as_str()).map_or(OutCell::Empty, |value| cell(ctx, &field.of, value.clone()))
            }
            (Holds::Own(_), Some(field)) => own(field).map_or(OutCell::Empty, |value| cell(ctx, &field.of, value)),
            (_, None) => OutCell::Empty,
        };
        rows.push(columns.iter().map(one).collect());
    }
    if let Some(sum) = sum {
        let count = rows.len();
        let last = |(at, (field, holds)): (usize, &(Option<&Field>, &Holds))| match (holds, field) {
            (Holds::Column(id), Some(field)) if Some(id) == it.total.as_ref() => cell(ctx, &field.of, sum.clone()),
            _ if at == 0 => OutCell::Text("合计".to_owned()),
            _ if at == 1 => OutCell::Text(format!("共{count}笔")),
            _ => OutCell::Empty,
        };
        rows.push(columns.iter().enumerate().map(last).collect());
    }
    let column = |((field, _), column): (&(Option<&Field>, &Holds), &kernel::extract::Column)| Column {
        title: column.title.clone(),
        width: None,
        kind: field.map_or(ColumnKind::Number(0), |field| kind(&field.of)),
    };
    Sheet {
        name: it.name.clone(),
        columns: columns.iter().zip(&it.columns).map(column).collect(),
        rows,
        stamp: format!("{}{}导出", ctx.actor.name(), moment(ctx.now)),
    }
}

fn field_of<'m>(mechanism: &'m Mechanism, it: &Extract, holds: &Holds) -> Option<&'m Field> {
    match holds {
        Holds::Place => None,
        Holds::Column(id) => mechanism.column(it.of.as_str(), id.as_str()),
        Holds::Own(id) => mechanism.field(id.as_str()),
    }
}

fn notes(ctx: &Ctx, found: &Found, it: &Extract) -> Vec<String> {
    let number = found.record.number.clone().unwrap_or_default();
    vec![
        format!("{number}“{}”的{}：{}。", found.record.title, it.name, words(ctx, found, it)),
        format!("{}由{}导出，已经留痕。含有个人信息，只能用于这一次办理。", moment(ctx.now), ctx.actor.name()),
    ]
}
