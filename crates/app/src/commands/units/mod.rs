//! How do units change? By an order with a decision's number and a day: shown as a plan first, done in one act, at once
//! or on its day.
//!
//! Never past what the person keeps up to date: a role that manages units, over its own subtree.

mod carrying_out;
mod effects;
pub mod import;
pub mod rules;

use std::collections::BTreeMap;

use kernel::catalog::Managed;
use kernel::ids::{PersonId, RecordId, UnitId};
use kernel::organisation::order::{Change, Order};
use kernel::refusal::Refusal;
use store::units::{ReorganisationRow, ReorganisationState};
use store::{Conn, RunAgain as _, Tx};
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;

pub use carrying_out::Done;

/// The refusal of an order whose plan is another by now than the one that was shown.
pub const PLAN_CHANGED: &str = "unit.plan_changed";

/// What an order would do: shown before anything is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Why it cannot be done.
    pub refusals: Vec<Refusal>,
    /// Units that change: the unit's name, what happens to it (`moved`, `merged` …), the unit above it from then on.
    pub units: Vec<(String, &'static str, Option<UnitId>)>,
    /// Open records that go: mechanism, how many, from where, to where.
    pub going: Vec<(String, i64, UnitId, UnitId)>,
    /// Records that stay with the unit that they were closed under: mechanism, how many, with which unit.
    pub staying: Vec<(String, i64, UnitId)>,
    /// People who work elsewhere from then on: who, where; their files go along.
    pub people: Vec<(PersonId, UnitId)>,
    /// Posts that belong to another unit from then on: the post's name, who holds it, where.
    pub posts: Vec<(String, Vec<PersonId>, UnitId)>,
    /// Roles: who, which, over which unit; the unit over which it goes on, or none if it ends.
    pub roles: Vec<(PersonId, String, UnitId, Option<UnitId>)>,
    /// Links between the trees: how many end and how many begin.
    pub links: (usize, usize),
}

impl Plan {
    /// What is the same only if the plan is: what was shown must be what is done.
    pub fn fingerprint(&self, order: &Order) -> String {
        kernel::journal::digest(format!("{self:?}{:?}", order.on).as_bytes())
    }
}

/// What an order would do, as everything stands now.
pub async fn plan(ctx: &Ctx, order: &Order) -> Result<Plan, Error> {
    may_order(ctx)?;
    let mut conn = ctx.office.db.snapshot().await?;
    plan_of(ctx, &mut conn, order).await
}

async fn plan_of(ctx: &Ctx, conn: &mut Conn, order: &Order) -> Result<Plan, Error> {
    let (ctx, known) = carrying_out::known(ctx, conn).await?;
    let mut refusals = rules::judge(&ctx, order);
    refusals.extend(open_work(&ctx, conn, order).await?);
    if !refusals.is_empty() {
        return Ok(Plan { refusals, ..Plan::default() });
    }
    let effects = effects::of(&ctx, &known, order);
    let mut plan = Plan {
        units: effects.units.iter().map(|(row, event, _)| (row.name.clone(), *event, row.parent)).collect(),
        people: effects.people.clone(),
        posts: effects.posts.iter().map(|(post, to)| post_line(&ctx, &known, *post, *to)).collect(),
        links: (effects.ended_links.len(), effects.new_links.len()),
        ..Plan::default()
    };
    let role = |role: &str| ctx.vocabulary().role(role).map_or_else(|| role.to_owned(), |role| role.name.clone());
    plan.roles = effects.roles.iter().map(|(row, to)| (row.person, role(row.role.as_str()), row.unit, *to)).collect();
    // In one order, whoever asks and how often.
    plan.people.sort();
    plan.roles.sort();
    for (from, only, to) in &effects.records {
        let counts = counts(&ctx, conn, *from).await?;
        for (mechanism, (open, closed)) in counts {
            let goes = only.as_ref().is_none_or(|only| only.contains(&mechanism));
            let name = ctx.catalog().mechanisms.get(mechanism.as_str()).map_or(mechanism.clone(), |it| it.name.clone());
            match goes {
                true if open > 0 => plan.going.push((name.clone(), open, *from, *to)),
                true => {}
                false => plan.staying.push((name.clone(), open + closed, *from)),
            }
            if goes && closed > 0 {
                plan.staying.push((name, closed, *from));
            }
        }
    }
    Ok(plan)
}

fn post_line(ctx: &Ctx, known: &effects::Known, post: RecordId, to: UnitId) -> (String, Vec<PersonId>, UnitId) {
    let name = ctx.tree.post(post).map_or_else(String::new, |post| post.name.clone());
    (name, known.held.iter().filter(|(held, _)| *held == post).map(|(_, person)| *person).collect(), to)
}

/// Open and closed records of a unit itself, by mechanism. Files of people and posts are no work: they have rules of
/// their own.
async fn counts(ctx: &Ctx, conn: &mut Conn, unit: UnitId) -> Result<BTreeMap<String, (i64, i64)>, Error> {
    let mut counts = BTreeMap::new();
    let Some(ord) = ctx.tree.unit(unit).map(|unit| unit.over.first) else { return Ok(counts) };
    for mechanism in ctx.catalog().mechanisms.values().filter(|it| it.roster.is_none()) {
        let found = store::records::count_of_unit(conn, &mechanism.id, ord).await?;
        if found != (0, 0) {
            counts.insert(mechanism.id.to_string(), found);
        }
    }
    Ok(counts)
}

/// A unit ends only when its work is done or goes elsewhere.
async fn open_work(ctx: &Ctx, conn: &mut Conn, order: &Order) -> Result<Vec<Refusal>, Error> {
    let Change::Dissolve { unit } = &order.change else { return Ok(Vec::new()) };
    let open: i64 = counts(ctx, conn, *unit).await?.values().map(|(open, _)| open).sum();
    let refusal = || Refusal::new("unit.still_open").with("unit", ctx.names().unit(*unit)).with("count", open);
    Ok((open > 0).then(refusal).into_iter().collect())
}

/// Whoever keeps no unit up to date is told that there is no such page.
fn may_order(ctx: &Ctx) -> Result<(), Error> {
    if ctx.managed(Managed::Units).is_empty() { Err(Error::NotFound) } else { Ok(()) }
}

/// Gives an order: done at once if its day has come, else kept until then. Sent twice, it is one order.
/// `shown` is the fingerprint of the plan that was looked at: another plan by now is refused as `unit.plan_changed`.
pub async fn give(ctx: &Ctx, order: &Order, shown: &str, key: Option<&str>) -> Result<Uuid, Error> {
    may_order(ctx)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match give_once(ctx, order, shown, key).await {
            Err(error) if error.run_again() && tries < 5 => {}
            other => return other,
        }
    }
}

async fn give_once(ctx: &Ctx, order: &Order, shown: &str, key: Option<&str>) -> Result<Uuid, Error> {
    let mut tx = ctx.office.db.begin_long().await?;
    let id: Uuid = ctx.new_id();
    if let Some(key) = key
        && !store::idempotency::put(&mut tx, key, ctx.now, &id.to_string()).await?
    {
        let known = store::idempotency::find(&mut tx, key).await?;
        return known.and_then(|answer| answer.parse().ok()).ok_or(Error::Stale);
    }
    let mut row = row_of(ctx, order, id)?;
    // From here on nobody writes a record, a unit or a grant until this is done.
    store::units::tree_changes(&mut tx).await?;
    let plan = plan_of(ctx, &mut tx, order).await?;
    if !plan.refusals.is_empty() {
        return Err(Error::Refused(plan.refusals));
    }
    if plan.fingerprint(order) != shown {
        return Err(Refusal::new(PLAN_CHANGED).into());
    }
    if order.on <= ctx.today {
        let done = carrying_out::carry_out(ctx, &mut tx, order, id).await?;
        row.state = ReorganisationState::Done;
        row.done = Some(told(&done));
        row.done_at = Some(ctx.now);
        store::units::insert_reorganisation(&mut tx, &row).await?;
        carrying_out::tell(ctx, &mut tx, order, id, &done).await?;
    } else {
        store::units::insert_reorganisation(&mut tx, &row).await?;
        let detail = serde_json::json!({ "reorganisation": id.to_string(), "order": order });
        act(ctx, &mut tx, "reorganisation_planned", detail).await?;
    }
    tx.commit().await?;
    ctx.office.read_tree().await?;
    Ok(id)
}

/// The order that was given under a form's key before.
pub async fn answered(ctx: &Ctx, key: &str) -> Result<Option<Uuid>, Error> {
    let mut conn = ctx.office.db.read().await?;
    let known = store::idempotency::find(&mut conn, key).await?;
    Ok(known.and_then(|answer| answer.parse().ok()))
}

fn row_of(ctx: &Ctx, order: &Order, id: Uuid) -> Result<ReorganisationRow, Error> {
    Ok(ReorganisationRow {
        id,
        kind: order.change.word().to_owned(),
        on: order.on,
        state: ReorganisationState::Planned,
        decision: Some(order.decision.clone()),
        why: Some(order.why.clone()).filter(|why| !why.is_empty()),
        told: serde_json::to_value(order).map_err(|fault| Error::broken("write an order", fault))?,
        done: None,
        at: ctx.now,
        actor: ctx.person(),
        actor_name: ctx.actor.name().to_owned(),
        done_at: None,
    })
}

fn told(done: &Done) -> serde_json::Value {
    serde_json::json!({
        "records": done.records, "people": done.people, "posts": done.posts, "roles_along": done.roles.0, "roles_ended": done.roles.1,
    })
}

/// Takes an order back before its day.
pub async fn cancel(ctx: &Ctx, id: Uuid) -> Result<(), Error> {
    may_order(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    let mut row = store::units::find_reorganisation(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let order: Order =
        serde_json::from_value(row.told.clone()).map_err(|fault| Error::broken("read an order", fault))?;
    if !is_in_reach(ctx, &order) {
        return Err(Error::NotFound);
    }
    if row.state != ReorganisationState::Planned {
        return Err(Refusal::new("unit.not_planned").into());
    }
    row.state = ReorganisationState::Cancelled;
    row.done_at = Some(ctx.now);
    store::units::update_reorganisation(&mut tx, &row).await?;
    act(ctx, &mut tx, "reorganisation_cancelled", serde_json::json!({ "reorganisation": id.to_string() })).await?;
    Ok(tx.commit().await?)
}

/// Is the order about units that this person keeps up to date?
pub fn is_in_reach(ctx: &Ctx, order: &Order) -> bool {
    let unit = match &order.change {
        Change::Found { above, .. } => *above,
        other => Some(other.unit()),
    };
    let reach = ctx.managed(Managed::Units);
    match unit.and_then(|unit| ctx.tree.unit(unit)) {
        Some(unit) => reach.iter().any(|over| over.holds(unit.over.first)),
        None => !reach.is_empty(),
    }
}

/// Carries out what is due, each in a transaction of its own: how many were done, and how many the rules no longer
/// allow; whoever gave such an order is told.
pub(crate) async fn carry_out_due(ctx: &Ctx) -> Result<(i64, i64), Error> {
    let mut conn = ctx.office.db.read().await?;
    let due = store::units::due(&mut conn, ctx.today).await?;
    drop(conn);
    let (mut done, mut stuck) = (0, 0);
    for mut row in due {
        let order: Order =
            serde_json::from_value(row.told.clone()).map_err(|fault| Error::broken("read an order", fault))?;
        let mut tx = ctx.office.db.begin_long().await?;
        row.done_at = Some(ctx.now);
        match carrying_out::carry_out(ctx, &mut tx, &order, row.id).await {
            Ok(what) => {
                row.state = ReorganisationState::Done;
                row.done = Some(told(&what));
                store::units::update_reorganisation(&mut tx, &row).await?;
                carrying_out::tell(ctx, &mut tx, &order, row.id, &what).await?;
                tx.commit().await?;
                ctx.office.read_tree().await?;
                done += 1;
            }
            Err(Error::Refused(refusals)) => {
                drop(tx);
                keep_stuck(ctx, row, &refusals).await?;
                stuck += 1;
            }
            Err(other) => return Err(other),
        }
    }
    Ok((done, stuck))
}

async fn keep_stuck(ctx: &Ctx, mut row: ReorganisationRow, refusals: &[Refusal]) -> Result<(), Error> {
    let said: Vec<String> = refusals.iter().map(|refusal| crate::words::say(ctx.vocabulary(), refusal).says).collect();
    row.state = ReorganisationState::Stuck;
    row.done = Some(serde_json::json!({ "refused": said }));
    let mut tx: Tx = ctx.office.db.begin().await?;
    store::units::update_reorganisation(&mut tx, &row).await?;
    if let Some(person) = row.actor {
        let notice = store::notices::NoticeRow {
            id: ctx.new_id(),
            person,
            record: None,
            at: ctx.now,
            kind: "reorganisation.stuck".to_owned(),
            words: format!("机构调整（{}）到期未能执行：{}", row.decision.as_deref().unwrap_or(""), said.join("")),
            read_at: None,
        };
        telling::notify(ctx, &mut tx, &[notice]).await?;
    }
    act(ctx, &mut tx, "reorganisation_stuck", serde_json::json!({ "reorganisation": row.id.to_string() })).await?;
    Ok(tx.commit().await?)
}
