//! Who looked at what the platform holds about a person is written down: once a day for each way of looking.
//!
//! Never for oneself, and never what was read.

use kernel::ids::PersonId;
use store::Tx;
use store::looks::LookRow;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

/// Opened a person's page.
pub const PAGE: &str = "page";
/// Asked what the person may do, and read what they were given.
pub const RIGHTS: &str = "rights";
/// Saw something masked, with a reason.
pub const REVEAL: &str = "reveal";
/// Took it away in a workbook.
pub const EXPORT: &str = "export";

/// Writes down that this actor looked at people. Looking again on the same day in the same way changes nothing.
pub async fn looked(ctx: &Ctx, people: &[PersonId], how: &str, reason: Option<&str>) -> Result<(), Error> {
    let Some(viewer) = ctx.person() else { return Ok(()) };
    let row = |person: &PersonId| LookRow {
        person: *person,
        on: ctx.today,
        viewer,
        how: how.to_owned(),
        at: ctx.now,
        reason: reason.map(str::to_owned),
    };
    let looks: Vec<LookRow> = people.iter().filter(|person| **person != viewer).map(row).collect();
    let looks = &looks;
    if let [only] = looks.as_slice() {
        let mut conn = ctx.office.db.read().await?;
        if store::looks::is_kept(&mut conn, only).await? {
            return Ok(());
        }
    }
    if looks.is_empty() {
        return Ok(());
    }
    let keep = |mut tx: Tx| async move {
        store::looks::insert_many(&mut tx, looks).await?;
        act(ctx, &mut tx, "look", serde_json::json!({ "how": how, "people": looks.len() })).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}
