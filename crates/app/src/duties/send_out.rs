//! What is done after the commit inside the house: issued papers are rendered and kept. At least once, and safe to
//! repeat.

use super::Report;
use crate::commands::papers;
use crate::ctx::Ctx;
use crate::error::Error;

const AT_ONCE: u32 = 100;
/// A failed message is tried again after so long, doubling.
const AGAIN_MS: i64 = 60_000;

/// Sends what is due.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let mut report = Report::default();
    loop {
        let batch = {
            let mut tx = ctx.office.db.begin().await?;
            let taken =
                store::outbox::take_due(&mut tx, &["render_paper"], (ctx.now, ctx.now + AGAIN_MS), AT_ONCE).await?;
            tx.commit().await?;
            taken
        };
        let count = batch.len();
        let failed_before = report.failed;
        for message in batch {
            let done = render(ctx, &message.body).await;
            let mut tx = ctx.office.db.begin().await?;
            match done {
                Ok(()) => {
                    store::outbox::mark_done(&mut tx, message.id, ctx.now).await?;
                    report.done += 1;
                }
                Err(error) => {
                    let wait = AGAIN_MS << message.tries.clamp(0, 10);
                    store::outbox::mark_failed(&mut tx, message.id, &error.to_string(), ctx.now + wait).await?;
                    report.failed(&message.kind, &error);
                }
            }
            tx.commit().await?;
        }
        if count < AT_ONCE as usize || report.failed > failed_before {
            return Ok(report);
        }
    }
}

async fn render(ctx: &Ctx, body: &serde_json::Value) -> Result<(), Error> {
    let id = body.get("paper").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Error::broken("read a message", anyhow::anyhow!("no paper is named")))?;
    match papers::render_both(ctx, id).await {
        // The paper's import was taken back meanwhile: nothing to render.
        Err(Error::NotFound) => Ok(()),
        other => other,
    }
}
