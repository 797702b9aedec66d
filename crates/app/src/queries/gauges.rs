//! How much is kept, and how much waits to leave? For machines that watch over the program.
//!
//! Never a title, a name or a unit: only numbers.

use kernel::authority::Sight;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register::{Scope, counts_by_state};

/// The numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// Records by mechanism.
    pub records: Vec<(String, i64)>,
    /// Messages that have not left, counted up to ten thousand.
    pub outbox_waiting: usize,
}

const MOST: u32 = 10_000;

/// Reads the numbers, for no person.
pub async fn gauges(ctx: &Ctx) -> Result<Gauges, Error> {
    let mut conn = ctx.office.db.read().await?;
    let mut records = Vec::new();
    for mechanism in ctx.catalog().mechanisms.values() {
        let whole = Scope { sight: Sight::over(vec![ctx.tree.whole()]), within: None, then: None };
        records.push((mechanism.id.to_string(), counts_by_state(ctx, &mut conn, mechanism, &whole).await?.sum()));
    }
    let outbox_waiting = store::outbox::waiting(&mut conn, MOST).await?.len();
    Ok(Gauges { records, outbox_waiting })
}
