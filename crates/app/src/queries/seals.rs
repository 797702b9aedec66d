//! Which days were sealed? For whoever runs the program, who hands the seals on to be kept elsewhere.

use kernel::catalog::Administers;
use kernel::journal::seal::Seal;

use store::Tx;

use crate::commands::batches::act;
use crate::commands::upkeep::seals;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::Download;
use crate::queries::frame::administers;

/// Seals a page.
const A_PAGE: u32 = 50;

/// The system administrator hands them on, the audit administrator keeps them.
fn sees(ctx: &Ctx) -> bool {
    administers(ctx, Administers::System) || administers(ctx, Administers::Audit)
}

/// The newest seals, newest first, before a number already shown; and where the next page begins, if there is one.
pub async fn newest(ctx: &Ctx, before: Option<i64>) -> Result<(Vec<Seal>, Option<i64>), Error> {
    if !sees(ctx) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let mut rows = store::seals::newest(&mut conn, before, A_PAGE + 1).await?;
    let more = rows.len() > A_PAGE as usize;
    rows.truncate(A_PAGE as usize);
    let next = rows.last().map(|row| row.seal.number).filter(|_| more);
    Ok((rows.into_iter().map(|row| row.seal).collect(), next))
}

/// All seals as a file; taking them away is an act.
pub async fn export(ctx: &Ctx) -> Result<Download, Error> {
    if !sees(ctx) {
        return Err(Error::NotFound);
    }
    let bytes = seals::export(ctx).await?.into_bytes();
    let detail = &serde_json::json!({ "seals": bytes.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1) });
    let keep = |mut tx: Tx| async move {
        act(ctx, &mut tx, "export.seals", detail.clone()).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    Ok(Download {
        name: format!("每日封存{}.txt", ctx.today), media: "text/plain; charset=utf-8".to_owned(), bytes
    })
}
