//! What of a child table somebody does not read in full, and so did not type, stays as it is.
//!
//! A row of a form that shows a row of the record says which, and may say that it goes.
//! Never puts anything into a column that is hidden from whoever typed.

use kernel::authority::fields::{Access, Asker, column_access};
use kernel::catalog::{Child, Field, Mechanism};
use kernel::facts::{Typed, TypedRow};
use kernel::ids::FieldId;
use kernel::value::{Facts, Value};

use crate::queries::forms::{DROP, ORIGIN, as_typed};

/// What was typed, with the cells that were masked or hidden as the record has them.
pub(super) fn keep(mechanism: &Mechanism, asker: Asker<'_>, before: &Facts, mut typed: Typed) -> Typed {
    for (id, rows) in &mut typed.rows {
        let Some(child) = mechanism.child(id.as_str()) else { continue };
        let known = match before.find(id.as_str()) {
            Some(Value::Rows(known)) => known.as_slice(),
            _ => &[],
        };
        let covered = covered(mechanism, child, asker);
        rows.retain(|row| text(row, DROP).is_empty());
        for row in rows.iter_mut() {
            let origin = text(row, ORIGIN).parse::<usize>().ok().and_then(|at| known.get(at));
            row.retain(|(id, _)| *id != *ORIGIN && *id != *DROP);
            for (column, access) in &covered {
                fill(row, column, *access, origin);
            }
        }
    }
    typed
}

/// The columns that are not read in full.
fn covered<'a>(mechanism: &Mechanism, child: &'a Child, asker: Asker<'_>) -> Vec<(&'a Field, Access)> {
    let access = |column: &'a Field| (column, column_access(mechanism, column, asker));
    child.fields.iter().map(access).filter(|(_, access)| *access != Access::Readable).collect()
}

fn fill(row: &mut TypedRow, column: &Field, access: Access, origin: Option<&Facts>) {
    if access == Access::Hidden || text(row, column.id.as_str()).trim().is_empty() {
        row.retain(|(id, _)| *id != column.id);
        let known = origin.and_then(|row| row.find(column.id.as_str()));
        row.extend(known.map(|value| (column.id.clone(), as_typed(value).join(" "))));
    }
}

fn text<'a>(row: &'a [(FieldId, String)], part: &str) -> &'a str {
    row.iter().find(|(id, _)| *id == *part).map_or("", |(_, text)| text)
}
