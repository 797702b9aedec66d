//! Whoever takes up a post or leaves one is called by it from the very day, also if it was written down long before.
//!
//! Never touches a file: what is kept beside it follows from it and from the day.

use jiff::ToSpan as _;
use store::Tx;

use super::Report;
use crate::commands::batches::act;
use crate::commands::rosters;
use crate::ctx::Ctx;
use crate::error::Error;

/// So many days back is looked, in case nobody was on duty.
const DAYS_BACK: i32 = 31;

/// Calls people by their posts of today.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let first = ctx.today.saturating_sub(DAYS_BACK.days());
    let mut conn = ctx.office.db.read().await?;
    let people = store::rosters::turning(&mut conn, first, ctx.today).await?;
    drop(conn);
    if people.is_empty() {
        return Ok(Report::default());
    }
    let people = &people;
    let keep = |mut tx: Tx| async move {
        let called = rosters::call(&mut tx, people, ctx.today).await?;
        if called > 0 {
            store::units::tree_changes(&mut tx).await?;
            act(ctx, &mut tx, "people.called", serde_json::json!({ "people": called })).await?;
        }
        Ok::<_, Error>((tx, called))
    };
    let called = ctx.office.db.transact(keep).await?;
    ctx.office.fresh_tree().await?;
    Ok(Report { done: called as i64, ..Report::default() })
}
