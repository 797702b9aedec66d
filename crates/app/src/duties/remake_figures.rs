//! Makes figures anew whose definition or calendar has changed.
//!
//! Never while somebody may still act by the definitions of before.

use super::Report;
use crate::commands::upkeep::remaking::{self, Which};
use crate::ctx::Ctx;
use crate::error::Error;

/// An act that began by the definitions of before has ended after so long.
const ACTS_END_MS: i64 = 60_000;

/// Makes them anew.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    if ctx.now.saturating_sub(ctx.office.taken_at()) < ACTS_END_MS {
        return Ok(Report::default());
    }
    let remade = remaking::remake(ctx, Which::Changed).await?;
    Ok(Report { done: remade.figures as i64, ..Report::default() })
}
