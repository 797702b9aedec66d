//! The child tables of a record, as their reader reads them.
//!
//! Never a column that is hidden from them.

use kernel::authority::fields::{self, Access};
use kernel::catalog::Field;
use kernel::ids::FieldId;
use kernel::value::{Facts, Value};

use crate::ctx::Ctx;
use crate::records::Found;
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
        tables.push(ChildTable {
            id: child.id.clone(),
            name: child.name.clone(),
            columns: shown.iter().map(|(field, _)| field.name.clone()).collect(),
            masked: shown.iter().map(masked).collect(),
            rows: rows.iter().map(words).collect(),
        });
    }
    tables
}
