//! Rings every deadline whose day has come: warns the holder, marks what is late, opens what lateness opens.
//!
//! Fires once, whatever is restarted: the alarm moves on in the same transaction, and the opening has a unique key.

use kernel::workflow;

use super::Report;
use crate::commands::keep::Writing;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

const AT_ONCE: u32 = 200;

/// Rings what is due.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let mut report = Report::default();
    loop {
        let due = {
            let mut conn = ctx.office.db.read().await?;
            store::deadlines::alarmed(&mut conn, ctx.today, ctx.now, AT_ONCE).await?
        };
        let before = report.done;
        let mut ids: Vec<_> = due.iter().map(|row| row.record).collect();
        ids.dedup();
        for id in &ids {
            match ring_in_peace(ctx, *id).await {
                Ok(true) => report.done += 1,
                Ok(false) => report.skipped += 1,
                Err(error) => report.failed(&id.to_string(), &error),
            }
        }
        if ids.len() < AT_ONCE as usize || report.done == before {
            return Ok(report);
        }
    }
}

/// Rings a record; whoever acted on it in the same moment goes first. Still in the way after that, it is left to the
/// next look, a minute later.
async fn ring_in_peace(ctx: &Ctx, id: kernel::ids::RecordId) -> Result<bool, Error> {
    for _ in 0..5 {
        match ring(ctx, id).await {
            Err(Error::Stale) => {}
            other => return other,
        }
    }
    Ok(false)
}

async fn ring(ctx: &Ctx, id: kernel::ids::RecordId) -> Result<bool, Error> {
    let keep = |mut tx: store::Tx| async move {
        let found = records::by_ids(ctx, &mut tx, &[id]).await?.pop().ok_or(Error::NotFound)?;
        let Some(moved) = workflow::ring(ctx.clock(), &found.mechanism, &found.record) else { return Ok((tx, false)) };
        let mut writing = Writing::new(ctx, None);
        writing.put(&mut tx, &found.mechanism, Some(&found.record), moved).await?;
        writing.write(&mut tx).await?;
        Ok::<_, Error>((tx, true))
    };
    ctx.office.db.transact(keep).await
}
