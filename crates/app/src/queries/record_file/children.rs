//! The child tables of a record, as their reader reads them.
//!
//! Never a column that is hidden from them.

use kernel::authority::fields::{self, Access};
use kernel::catalog::Field;
use kernel::ids::{FieldId, RecordId};
use kernel::value::{Facts, Value};
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::held::Origin;
use crate::records::{self, Found};
use crate::words::Names;

/// A child table.
#[derive(Clone, Debug, PartialEq)]
pub struct ChildTable {
    /// Its id.
    pub id: FieldId,
    /// Its name.
    pub name: String,
    /// The titles.
    pub columns: Vec<String>,
    /// The columns that read masked, by place: what is revealed is `child.column`.
    pub masked: Vec<Option<FieldId>>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// The cells that lead to where something is held: row, column, door.
    pub doors: Vec<(usize, usize, Origin)>,
}

pub(super) fn tables(ctx: &Ctx, names: Names<'_>, found: &Found) -> Vec<ChildTable> {
    let mut tables = Vec::new();
    for child in &found.mechanism.children {
        let Some(Value::Rows(rows)) = found.record.facts.find(child.id.as_str()) else { continue };
        let access = |field: &Field| fields::column_access(&found.mechanism, field, found.asker(ctx));
        let shown: Vec<(&Field, Access)> = child.fields.iter().map(|field| (field, access(field))).collect();
        let shown: Vec<(&Field, Access)> = shown.into_iter().filter(|(_, access)| *access != Access::Hidden).collect();
        let words = |row: &Facts| {
            let cell = |(field, _): &(&Field, Access)| {
                row.find(field.id.as_str()).map(|value| names.plain(&field.of, value)).unwrap_or_default()
            };
            shown.iter().map(cell).collect::<Vec<String>>()
        };
        let masked = |(field, access): &(&Field, Access)| {
            (*access == Access::Masked).then(|| FieldId::from(format!("{}.{}", child.id, field.id).as_str()))
        };
        let asking = found.mechanism.helps.asking.as_ref().filter(|it| it.child == child.id);
        let origin = asking.and_then(|it| it.answer.as_ref()).map(|it| &it.origin);
        let place = shown.iter().position(|(field, _)| Some(&field.id) == origin);
        let mut words: Vec<Vec<String>> = rows.iter().map(words).collect();
        let doors = place.map(|at| doors(&mut words, at)).unwrap_or_default();
        tables.push(ChildTable {
            id: child.id.clone(),
            name: child.name.clone(),
            columns: shown.iter().map(|(field, _)| field.name.clone()).collect(),
            masked: shown.iter().map(masked).collect(),
            rows: words,
            doors,
        });
    }
    tables
}

/// The doors that are kept in a column, whose words they give way to.
fn doors(rows: &mut [Vec<String>], at: usize) -> Vec<(usize, usize, Origin)> {
    let mut doors = Vec::new();
    for (place, row) in rows.iter_mut().enumerate() {
        if let Some(origin) = Origin::read(&row[at]) {
            row[at] = "打开".to_owned();
            doors.push((place, at, origin));
        }
    }
    doors
}

/// Tables with those doors only that are open to this person.
pub(super) async fn open_doors(
    ctx: &Ctx,
    conn: &mut Conn,
    mut tables: Vec<ChildTable>,
) -> Result<Vec<ChildTable>, Error> {
    let record = |(.., origin): &(usize, usize, Origin)| match origin {
        Origin::Record(id) => Some(*id),
        Origin::Figure(..) => None,
    };
    let mut ids: Vec<RecordId> = tables.iter().flat_map(|it| it.doors.iter().filter_map(record)).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(tables);
    }
    let rows = store::records::by_ids(conn, &ids).await?;
    let seen: Vec<RecordId> = records::seen(ctx, conn, rows).await?.into_iter().map(|row| row.id).collect();
    for table in &mut tables {
        let (open, shut): (Vec<_>, Vec<_>) =
            std::mem::take(&mut table.doors).into_iter().partition(|it| record(it).is_none_or(|id| seen.contains(&id)));
        for (row, column, _) in shut {
            table.rows[row][column].clear();
        }
        table.doors = open;
    }
    Ok(tables)
}
