//! Which reorganisations come into force today? Each is carried out as it was planned, or left and told if the rules no
//! longer allow it.
//!
//! Never decides anything about units: that is the command's.

use super::Report;
use crate::commands::units;
use crate::ctx::Ctx;
use crate::error::Error;

pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let (done, stuck) = units::carry_out_due(ctx).await?;
    Ok(Report { done, skipped: stuck, ..Report::default() })
}
