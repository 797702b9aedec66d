//! Somebody reads what is masked: once, for a reason that is kept with who and when.
//!
//! Never shows it twice for one reason, and never a field that is hidden from them.

use kernel::authority::fields::{Access, access};
use kernel::ids::{FieldId, RecordId};
use kernel::refusal::{Refusal, Spot};

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
    /// The field.
    pub field: FieldId,
    /// Why.
    pub reason: String,
}

/// The longest reason, in characters.
const LONGEST: usize = 200;

/// The whole in words. The act is kept before it is shown.
// enforces: field.mask
pub async fn reveal(ctx: &Ctx, ask: Reveal) -> Result<String, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, ask.record).await?;
    drop(conn);
    let field = found.mechanism.field(ask.field.as_str()).ok_or(Error::NotFound)?;
    if access(&found.mechanism, field, found.asker(ctx)) != Access::Masked {
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
        "field": field.id.as_str(),
        "name": field.name,
        "reason": reason,
    });
    act(ctx, &mut tx, "reveal", detail).await?;
    tx.commit().await?;
    looks::looked(ctx, &found.record.facts.people(), looks::REVEAL, Some(reason)).await?;
    let value = value_of(ctx, &found, field.id.as_str());
    Ok(value.map_or_else(String::new, |value| ctx.names().plain(&field.of, &value)))
}
