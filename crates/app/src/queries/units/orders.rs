//! Which reorganisations were ordered? Planned, done, stuck; newest first, within the reader's reach.
//!
//! Never one about units that the reader does not keep up to date.

use kernel::catalog::Managed;
use kernel::organisation::order::{Change, Order};
use store::units::ReorganisationRow;
pub use store::units::ReorganisationState;
use uuid::Uuid;

use crate::commands::units::is_in_reach;
use crate::ctx::Ctx;
use crate::error::Error;

/// A reorganisation as a line.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// Its id.
    pub id: Uuid,
    /// What is ordered.
    pub order: Order,
    /// The units it is about, named as they are now.
    pub units: Vec<String>,
    /// How far it is.
    pub state: ReorganisationState,
    /// Who gave it.
    pub by: String,
    /// When, in milliseconds since 1970 UTC.
    pub at: i64,
    /// Records, people, posts, roles along and roles ended, if it is done.
    pub done: Option<[u64; 5]>,
    /// Why it is stuck.
    pub stuck: Vec<String>,
}

/// Lines of a page.
const PAGE: u32 = 30;

/// A page of them, before one already shown.
pub async fn orders(ctx: &Ctx, before: Option<(i64, Uuid)>) -> Result<(Vec<OrderLine>, Option<(i64, Uuid)>), Error> {
    if ctx.managed(Managed::Units).is_empty() {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let rows = store::units::newest_reorganisations(&mut conn, before, PAGE + 1).await?;
    let next = (rows.len() > PAGE as usize).then(|| &rows[PAGE as usize - 1]).map(|row| (row.at, row.id));
    let lines = rows.into_iter().take(PAGE as usize).filter_map(|row| line(ctx, row)).collect();
    Ok((lines, next))
}

/// One of them.
pub async fn order(ctx: &Ctx, id: Uuid) -> Result<OrderLine, Error> {
    if ctx.managed(Managed::Units).is_empty() {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let row = store::units::find_reorganisation(&mut conn, id).await?.ok_or(Error::NotFound)?;
    line(ctx, row).ok_or(Error::NotFound)
}

fn line(ctx: &Ctx, row: ReorganisationRow) -> Option<OrderLine> {
    let order: Order = serde_json::from_value(row.told).ok()?;
    if !is_in_reach(ctx, &order) {
        return None;
    }
    let count = |name: &str| row.done.as_ref().and_then(|done| done[name].as_u64()).unwrap_or(0);
    let records = row.done.as_ref().and_then(|done| done["records"].as_object());
    let records = records.map_or(0, |all| all.values().filter_map(serde_json::Value::as_u64).sum());
    let done = (row.state == ReorganisationState::Done)
        .then(|| [records, count("people"), count("posts"), count("roles_along"), count("roles_ended")]);
    let refused = row.done.as_ref().and_then(|done| done["refused"].as_array());
    let stuck = refused.into_iter().flatten().filter_map(|said| said.as_str().map(str::to_owned)).collect();
    Some(OrderLine {
        id: row.id,
        units: units(ctx, &order),
        order,
        state: row.state,
        by: row.actor_name,
        at: row.at,
        done,
        stuck,
    })
}

/// The units that an order is about, the one that acts or is made first.
pub fn units(ctx: &Ctx, order: &Order) -> Vec<String> {
    let name = |unit: &kernel::ids::UnitId| ctx.names().unit(*unit);
    match &order.change {
        Change::Found { facts, above, .. } => {
            std::iter::once(facts.name.clone()).chain(above.iter().map(name)).collect()
        }
        Change::Alter { unit, facts, .. } => vec![name(unit), facts.name.clone()],
        Change::Move { unit, above } => vec![name(unit), name(above)],
        Change::Merge { units, into, .. } => std::iter::once(name(into)).chain(units.iter().map(name)).collect(),
        Change::Split { unit, facts, .. } => vec![name(unit), facts.name.clone()],
        Change::Dissolve { unit } => vec![name(unit)],
    }
}
