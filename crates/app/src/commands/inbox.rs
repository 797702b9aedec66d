//! Notices are read by the person they were written to.

use crate::ctx::Ctx;
use crate::error::Error;

/// Marks all notices of this person as read.
pub async fn read_all(ctx: &Ctx) -> Result<(), Error> {
    let Some(person) = ctx.person() else { return Err(Error::NotFound) };
    let mut tx = ctx.office.db.begin().await?;
    store::notices::mark_read(&mut tx, person, None, ctx.now).await?;
    Ok(tx.commit().await?)
}
