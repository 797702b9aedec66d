//! Somebody reads what is masked: once, for a reason that is kept with who and when.
//!
//! Never shows it twice for one reason, and never a field that is hidden from them.

use kernel::authority::fields::{Access, access, column_access};
use kernel::ids::{FieldId, RecordId};
use kernel::refusal::{Refusal, Spot};
use kernel::value::Value;

use crate::commands::batches::act;
use crate::commands::looks;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register::value_of;
use crate::records;

/// Asks for the whole of a masked field.
#[derive(Clone, Debug)]
pub struct Reveal {
    /// The record.
    pub record: RecordId,
    /// The field; `child.column` for a column of a child table.
    pub field: FieldId,
    /// Why.
    pub reason: String,
}

/// The longest reason, in characters.
const LONGEST: usize = 200;

/// The whole in words, of a column one text a row. The act is kept before it is shown.
// enforces: field.mask
// enforces: child.field.mask
pub async fn reveal(ctx: &Ctx, ask: Reveal) -> Result<Vec<String>, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, ask.record).await?;
    drop(conn);
    let column = ask.field.as_str().split_once('.');
    let field = match column {
        Some((child, id)) => found.mechanism.column(child, id),
        None => found.mechanism.field(ask.field.as_str()),
    };
    let field = field.ok_or(Error::NotFound)?;
    let access = match column {
        Some(_) => column_access(&found.mechanism, field, found.asker(ctx)),
        None => access(&found.mechanism, field, found.asker(ctx)),
    };
    if access != Access::Masked {
        return Err(Error::NotFound);
    }
    let reason: String = ask.reason.chars().filter(|sign| !sign.is_control()).collect();
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST {
        return Err(Refusal::new("reveal.reason").with("field", &field.name).at(Spot::Reason).into());
    }
    let mut tx = ctx.office.db.begin().await?;
    let detail = serde_json::json!({
        "record": ask.record.to_string(),
        "mechanism": found.record.mechanism.as_str(),
        "field": ask.field.as_str(),
        "name": field.name,
        "reason": reason,
    });
    act(ctx, &mut tx, "reveal", detail).await?;
    tx.commit().await?;
    looks::looked(ctx, &found.people(), looks::REVEAL, Some(reason)).await?;
    let words = |value: Option<&Value>| value.map_or_else(String::new, |value| ctx.names().plain(&field.of, value));
    Ok(match column {
        None => vec![words(value_of(ctx, &found, field.id.as_str()).as_ref())],
        Some((child, id)) => match found.record.facts.find(child) {
            Some(Value::Rows(rows)) => rows.iter().map(|row| words(row.find(id))).collect(),
            _ => Vec::new(),
        },
    })
}
