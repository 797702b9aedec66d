//! Which units have not received a paper in time? Each is urged once.
//!
//! Never decides who is late: the day stands with the receipt.

use super::Report;
use crate::commands::dispatch;
use crate::ctx::Ctx;
use crate::error::Error;

/// Receipts looked at in one go.
const AT_ONCE: u32 = 500;

/// Urges them.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    Ok(Report { done: dispatch::urge_the_late(ctx, AT_ONCE).await?, ..Report::default() })
}
