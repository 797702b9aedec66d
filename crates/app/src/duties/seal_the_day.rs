//! Seals each day once it is over: what was written then cannot be changed without whoever kept the seals noticing.

use super::Report;
use crate::commands::upkeep::seals;
use crate::ctx::Ctx;
use crate::error::Error;

/// Seals yesterday, if it is not sealed yet.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let done = i64::from(seals::seal_yesterday(ctx).await?);
    Ok(Report { done, ..Report::default() })
}
