//! What a system administrator does with messages that could not leave: tries them again, or gives them up.
//!
//! Never reads what they say.

use kernel::refusal::{Refusal, Spot};
use serde_json::json;
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::receivers::administrator;
use crate::ctx::Ctx;
use crate::error::Error;

/// The most characters of a reason.
const LONGEST_REASON: usize = 200;

/// Tries a dead letter again, as if it were new.
pub async fn try_again(ctx: &Ctx, id: Uuid) -> Result<(), Error> {
    administrator(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    if store::deliveries::try_again(&mut tx, id, ctx.now).await? == 0 {
        return Err(Error::NotFound);
    }
    act(ctx, &mut tx, "delivery.again", json!({ "message": id.to_string(), "count": 1 })).await?;
    Ok(tx.commit().await?)
}

/// Tries all dead letters to one place again. Gives how many.
pub async fn try_all_again(ctx: &Ctx, to: &str) -> Result<u64, Error> {
    administrator(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    let count = store::deliveries::try_all_again(&mut tx, to, ctx.now).await?;
    if count == 0 {
        return Err(Error::NotFound);
    }
    act(ctx, &mut tx, "delivery.again", json!({ "to": to, "count": count })).await?;
    tx.commit().await?;
    Ok(count)
}

/// Gives a message up, with a reason.
pub async fn give_up(ctx: &Ctx, id: Uuid, reason: &str) -> Result<(), Error> {
    administrator(ctx)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        let refusal = Refusal::new("delivery.reason").with("most", LONGEST_REASON);
        return Err(refusal.at(Spot::Field("reason".into())).into());
    }
    let mut tx = ctx.office.db.begin().await?;
    if !store::deliveries::give_up(&mut tx, id, reason, ctx.now).await? {
        return Err(Error::NotFound);
    }
    act(ctx, &mut tx, "delivery.given_up", json!({ "message": id.to_string(), "reason": reason })).await?;
    Ok(tx.commit().await?)
}
