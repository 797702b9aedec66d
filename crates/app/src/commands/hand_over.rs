//! Handing over 交接: everything that a leaver holds goes to others in one act, and can be handed back.
//!
//! The leaver's roles end on the last day and go on with the heir the day after; records in the leaver's hands and
//! signatures asked of them go at once, each with its journal entry.
//! Never by the leaver alone, never to whoever does it, and never a role that administers.

use jiff::civil::Date;
use kernel::catalog::Administers;
use kernel::giving::Offer;
use kernel::ids::{GrantId, HandOverId, PersonId, RecordId, RoleId, StandInId, StepId, UnitId};
use kernel::refusal::{Refusal, Spot};
use kernel::workflow::{Numbered as _, moves};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::grants::{GrantRow, GrantStory};
use store::hand_overs::HandOverRow;

use crate::commands::batches::act;
use crate::commands::grants::{self, EndForm};
use crate::commands::keep::Writing;
use crate::commands::steps::attempt;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::frame::administers;
use crate::records;

/// What goes to whom, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct HandOverForm {
    /// Who takes the roles; empty lets them end.
    pub grants_to: String,
    /// Who takes the records in hand and the signatures asked; empty leaves them with the role.
    pub records_to: String,
    /// The leaver's last day.
    pub last_on: String,
}

/// What went to whom, so that it can be handed back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Handed {
    /// Who took the roles.
    pub grants_to: Option<PersonId>,
    /// Who took the records.
    pub records_to: Option<PersonId>,
    /// The leaver's grants: which, and the last day it had before.
    pub ended: Vec<(GrantId, Option<Date>)>,
    /// The heir's new grants.
    pub given: Vec<GrantId>,
    /// The records.
    pub records: Vec<RecordId>,
    /// The stand-ins that ended.
    pub stand_ins: Vec<StandInId>,
}

/// The most records that one act hands on; more are handed on by another.
pub const MOST_RECORDS: u32 = 1000;

/// Hands over what a leaver holds.
pub async fn give(ctx: &Ctx, leaver: PersonId, form: HandOverForm) -> Result<HandOverId, Error> {
    let wish = read(ctx, leaver, &form)?;
    let id: HandOverId = ctx.new_id();
    let wish = &wish;
    let keep = |mut tx: Tx| async move {
        let mut handed = Handed { grants_to: wish.grants_to, records_to: wish.records_to, ..Handed::default() };
        // Records are written by the tree as it is; only then do grants change it.
        if let Some(heir) = wish.records_to {
            let ids = store::waiting::for_person(&mut tx, leaver, MOST_RECORDS).await?;
            handed.records = pass_on(ctx, &mut tx, &ids, leaver, heir).await?;
        }
        store::units::tree_changes(&mut tx).await?;
        hand_grants(ctx, &mut tx, leaver, wish, &mut handed).await?;
        end_stand_ins(ctx, &mut tx, leaver, &mut handed).await?;
        let detail = serde_json::to_value(&handed).map_err(|fault| Error::broken("write a hand-over", fault))?;
        let row = HandOverRow {
            id,
            leaver,
            at: ctx.now,
            on: wish.last_on,
            done_by: ctx.person(),
            detail: detail.clone(),
            undone_at: None,
        };
        store::hand_overs::insert(&mut tx, &row).await?;
        let said = serde_json::json!({ "hand_over": id.to_string(), "leaver": leaver.to_string(), "on": wish.last_on, "what": detail });
        act(ctx, &mut tx, "hand_over", said).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    ctx.office.read_tree().await?;
    Ok(id)
}

/// Hands back what is still as it was handed over.
pub async fn undo(ctx: &Ctx, id: HandOverId) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let row = store::hand_overs::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    drop(conn);
    if !may_arrange(ctx, row.leaver) {
        return Err(Error::NotFound);
    }
    let handed: Handed =
        serde_json::from_value(row.detail.clone()).map_err(|fault| Error::broken("read a hand-over", fault))?;
    let (row, handed) = (&row, &handed);
    let keep = |mut tx: Tx| async move {
        if !store::hand_overs::undo(&mut tx, row.id, ctx.now).await? {
            return Err(Refusal::new("hand_over.undone").into());
        }
        if let Some(heir) = handed.records_to {
            pass_on(ctx, &mut tx, &handed.records, heir, row.leaver).await?;
        }
        store::units::tree_changes(&mut tx).await?;
        for grant in &handed.given {
            end_if_held(ctx, &mut tx, *grant).await?;
        }
        for (grant, until_on) in &handed.ended {
            give_again(ctx, &mut tx, row, *grant, *until_on).await?;
        }
        for stand_in in &handed.stand_ins {
            store::hand_overs::reopen_stand_in(&mut tx, *stand_in).await?;
        }
        let said = serde_json::json!({ "hand_over": row.id.to_string(), "leaver": row.leaver.to_string() });
        act(ctx, &mut tx, "hand_over.undone", said).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    ctx.office.read_tree().await
}

/// May this person arrange a hand-over for that one?
pub fn may_arrange(ctx: &Ctx, leaver: PersonId) -> bool {
    administers(ctx, Administers::Security) && ctx.person() != Some(leaver) && ctx.tree.person(leaver).is_some()
}

/// What is wanted, read and allowed.
struct Wish {
    grants_to: Option<PersonId>,
    records_to: Option<PersonId>,
    last_on: Date,
}

fn read(ctx: &Ctx, leaver: PersonId, form: &HandOverForm) -> Result<Wish, Error> {
    if !may_arrange(ctx, leaver) {
        return Err(Error::NotFound);
    }
    let mut refusals = Vec::new();
    let mut heir = |typed: &str, field: &str| {
        if typed.trim().is_empty() {
            return None;
        }
        let at = |code| Refusal::new(code).at(Spot::Field(field.into()));
        let known = typed.trim().parse::<PersonId>().ok().filter(|id| ctx.tree.person(*id).is_some());
        match known {
            None => refusals.push(at("hand_over.nobody")),
            Some(id) if id == leaver => refusals.push(at("hand_over.leaver")),
            Some(id) if Some(id) == ctx.person() => refusals.push(at("hand_over.oneself")),
            Some(id) if administers_business(ctx, id) => refusals.push(at("hand_over.administrator")),
            Some(_) => {}
        }
        known
    };
    let (grants_to, records_to) = (heir(&form.grants_to, "grants_to"), heir(&form.records_to, "records_to"));
    let last_on = form.last_on.trim().parse::<Date>().ok();
    if last_on.is_none_or(|day| day < ctx.today) {
        refusals.push(Refusal::new("hand_over.day").at(Spot::Field("last_on".into())));
    }
    match last_on {
        Some(last_on) if refusals.is_empty() => Ok(Wish { grants_to, records_to, last_on }),
        _ => Err(Error::Refused(refusals)),
    }
}

fn is_business(ctx: &Ctx, role: &RoleId) -> bool {
    ctx.vocabulary().role(role.as_str()).is_some_and(|role| role.administers.is_none())
}

fn administers_business(ctx: &Ctx, person: PersonId) -> bool {
    ctx.tree.grants_of(person, ctx.today).iter().any(|grant| !is_business(ctx, &grant.role))
}

/// The leaver's grants end on the last day; those of business go on with the heir the day after.
async fn hand_grants(ctx: &Ctx, tx: &mut Tx, leaver: PersonId, wish: &Wish, handed: &mut Handed) -> Result<(), Error> {
    let after = day_after(wish.last_on)?;
    let held = |stories: Vec<GrantStory>| stories.into_iter().filter(|it| it.ended_at.is_none()).map(|it| it.grant);
    let known: Vec<(RoleId, UnitId)> = match wish.grants_to {
        Some(heir) => {
            let own = held(store::grants::stories_of(tx, heir).await?);
            own.filter(|row| row.until_on.is_none()).map(|row| (row.role, row.unit)).collect()
        }
        None => Vec::new(),
    };
    let theirs: Vec<GrantRow> = held(store::grants::stories_of(tx, leaver).await?).collect();
    for row in theirs.iter().filter(|row| row.until_on.is_none_or(|until| until > wish.last_on)) {
        // What would only begin later never does.
        let until_on = if row.from_on > wish.last_on { String::new() } else { wish.last_on.to_string() };
        grants::end_one(ctx, tx, row.id, &EndForm { until_on, reason: "离岗交接".to_owned() }).await?;
        handed.ended.push((row.id, row.until_on));
        let is_known = known.contains(&(row.role.clone(), row.unit));
        let Some(heir) = wish.grants_to.filter(|_| is_business(ctx, &row.role) && !is_known) else { continue };
        let basis = format!("接{}的工作", ctx.names().person(leaver));
        let Some(offer) = offer(ctx, row, heir, after.max(row.from_on), row.until_on, basis) else { continue };
        let id: GrantId = ctx.new_id();
        grants::keep_given(ctx, tx, id, &offer, None).await?;
        handed.given.push(id);
    }
    Ok(())
}

fn day_after(day: Date) -> Result<Date, Error> {
    day.tomorrow().map_err(|fault| Error::broken("reckon the day after", fault))
}

/// The role of a grant for somebody else, or from another day on; none if its unit is no more.
fn offer(
    ctx: &Ctx,
    row: &GrantRow,
    person: PersonId,
    from_on: Date,
    until_on: Option<Date>,
    basis: String,
) -> Option<Offer> {
    let unit_ord = ctx.tree.ord(row.unit)?;
    Some(Offer { person, role: row.role.clone(), unit: row.unit, unit_ord, from_on, until_on, basis })
}

/// Ends what the heir was given, if they still have it.
async fn end_if_held(ctx: &Ctx, tx: &mut Tx, grant: GrantId) -> Result<(), Error> {
    let story = store::grants::find(tx, grant).await?;
    let is_held = |it: &GrantStory| it.ended_at.is_none() && it.grant.until_on.is_none_or(|until| until >= ctx.today);
    if story.as_ref().is_some_and(is_held) {
        let form = EndForm { until_on: String::new(), reason: "交接已交回".to_owned() };
        grants::end_one(ctx, tx, grant, &form).await?;
    }
    Ok(())
}

/// Gives the leaver a role again, from the day on from which they would be without it.
async fn give_again(
    ctx: &Ctx,
    tx: &mut Tx,
    row: &HandOverRow,
    grant: GrantId,
    until_on: Option<Date>,
) -> Result<(), Error> {
    let Some(story) = store::grants::find(tx, grant).await? else { return Ok(()) };
    let from_on = day_after(row.on)?.max(ctx.today).max(story.grant.from_on);
    if until_on.is_some_and(|until| until < from_on) {
        return Ok(());
    }
    let Some(offer) = offer(ctx, &story.grant, row.leaver, from_on, until_on, "交接已交回".to_owned()) else {
        return Ok(());
    };
    grants::keep_given(ctx, tx, ctx.new_id(), &offer, None).await
}

async fn end_stand_ins(ctx: &Ctx, tx: &mut Tx, leaver: PersonId, handed: &mut Handed) -> Result<(), Error> {
    for row in store::stand_ins::standing(tx).await? {
        let concerns = row.person == leaver || row.principal == leaver;
        if concerns && store::stand_ins::end(tx, row.id, ctx.now, ctx.person()).await? {
            handed.stand_ins.push(row.id);
        }
    }
    Ok(())
}

/// Hands records on, each with its entry, and gives those that changed.
async fn pass_on(
    ctx: &Ctx,
    tx: &mut Tx,
    ids: &[RecordId],
    from: PersonId,
    to: PersonId,
) -> Result<Vec<RecordId>, Error> {
    let step = StepId::from(moves::PASS_ON);
    let mut writing = Writing::new(ctx, None);
    let mut changed = Vec::new();
    for found in records::by_ids(ctx, tx, ids).await? {
        let attempt = attempt(ctx, &step, Vec::new(), None, None, &[]);
        if let Some(moved) = moves::pass_on(&found.record, &attempt, from, to) {
            writing.put(tx, &found.mechanism, Some(&found.record), moved).await?;
            changed.push(found.record.id);
        }
    }
    writing.write(tx).await?;
    Ok(changed)
}
