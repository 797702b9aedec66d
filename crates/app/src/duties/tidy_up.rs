//! Drops what nobody will ask for again: ended sessions, uploads that came to nothing, old form keys.

use super::Report;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

const DAY_MS: i64 = 24 * 3_600_000;

/// Tidies up.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let mut tx = ctx.office.db.begin().await?;
    let mut gone = 0;
    gone += store::sessions::drop_ended(&mut tx, ctx.now).await?;
    gone += store::sign_in_failures::drop_before(&mut tx, ctx.now - DAY_MS).await?;
    gone += store::imports::drop_uploads_before(&mut tx, ctx.now - 7 * DAY_MS).await?;
    let loose = store::files::drop_loose_before(&mut tx, ctx.now - 7 * DAY_MS).await?;
    gone += loose;
    gone += store::idempotency::drop_before(&mut tx, ctx.now - 30 * DAY_MS).await?;
    gone += store::outbox::drop_done(&mut tx, ctx.now - 30 * DAY_MS).await?;
    if loose > 0 {
        act(ctx, &mut tx, "files.dropped", serde_json::json!({ "count": loose })).await?;
    }
    tx.commit().await?;
    Ok(Report { done: i64::try_from(gone).unwrap_or(i64::MAX), ..Report::default() })
}
