//! A step that leads other records along: each takes a step of its own, in the same transaction, by whoever takes this
//! one.
//!
//! Never some of them: if one is refused, nothing happened.

use std::collections::BTreeSet;

use kernel::beyond::{self, Lead};
use kernel::catalog::Mechanism;
use kernel::facts::MOST_ROWS;
use kernel::ids::RecordId;
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::workflow::{self, Attempt, Move};
use store::Tx;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// A record that goes along, with its move.
pub(super) type Led = (Found, Move);

/// So many refusals are told; more would be the same again.
const MOST_TOLD: usize = 5;

/// The records that go along with a step, each with what it does.
// enforces: step.leads
pub(super) async fn led(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    (moved, after): (&Move, &Record),
) -> Result<Vec<Led>, Error> {
    let step = mechanism.step(&moved.step).filter(|step| !step.leads.is_empty() && moved.recalls.is_none());
    let mut all = Vec::new();
    for lead in step.iter().flat_map(|step| &step.leads) {
        let found = going(ctx, tx, mechanism, lead, after).await?;
        let mut refusals = Vec::new();
        for it in found {
            match taken(ctx, lead, &it, after.id) {
                Ok(moved) => all.push((it, moved)),
                Err(why) => refusals.extend(why.first().map(|refusal| told(ctx, &it, refusal))),
            }
        }
        if !refusals.is_empty() {
            refusals.truncate(MOST_TOLD);
            return Err(refusals.into());
        }
    }
    Ok(all)
}

/// Which go: those that name the record, or those that are taken in.
async fn going(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    lead: &Lead,
    after: &Record,
) -> Result<Vec<Found>, Error> {
    let most = u32::try_from(MOST_ROWS).unwrap_or(u32::MAX) + 1;
    let name = || ctx.catalog().mechanism(lead.mechanism.as_str()).map_or("", |it| it.name.as_str());
    let refusal = |code: &'static str| Refusal::new(code).with("mechanism", name());
    let rows = if lead.takes_in.is_empty() {
        store::records::naming_in_states(tx, (&lead.mechanism, &lead.by), after.id, &lead.states, most).await?
    } else {
        store::records::in_states(tx, &lead.mechanism, &lead.states, most).await?
    };
    let is_many = rows.len() > MOST_ROWS;
    let mut found = records::with_deadlines(ctx, tx, rows).await?;
    if !lead.takes_in.is_empty() {
        found.retain(|it| beyond::is_alike(lead, &after.facts, &it.record.facts));
    }
    // enforces: step.leads.none
    if found.is_empty() && !lead.none {
        return Err(refusal("lead.nothing").into());
    }
    if is_many {
        return Err(refusal("lead.many").with("most", MOST_ROWS).into());
    }
    found.sort_by_key(|it| it.record.id);
    let ids: BTreeSet<RecordId> = found.iter().map(|it| it.record.id).collect();
    if let Some((more, less)) = beyond::differ(mechanism, lead, after, &ids) {
        let child = lead.rows.as_ref().and_then(|id| mechanism.child(id.as_str())).map_or("", |it| it.name.as_str());
        return Err(refusal("lead.differ").with("child", child).with("more", more).with("less", less).into());
    }
    Ok(found)
}

/// The first of the steps whose condition holds; why not, of the last.
fn taken(ctx: &Ctx, lead: &Lead, it: &Found, by: RecordId) -> Result<Move, Vec<Refusal>> {
    let mut why = Vec::new();
    for step in &lead.steps {
        let attempt = Attempt {
            actor: &ctx.actor,
            step,
            filled: Vec::new(),
            faults: Vec::new(),
            opinion: None,
            reason: None,
            past: &[],
            tree: &*ctx.tree,
        };
        let points = (!lead.takes_in.is_empty()).then_some((&lead.by, by));
        match workflow::lead(ctx.clock(), &it.mechanism, &it.record, points, attempt) {
            Ok(moved) => return Ok(moved),
            Err(refusals) => why = refusals,
        }
    }
    Err(why)
}

/// A refusal with the record that it speaks of.
fn told(ctx: &Ctx, it: &Found, refusal: &Refusal) -> Refusal {
    let number = it.record.number.clone().unwrap_or_else(|| it.record.title.clone());
    let said = crate::words::say(ctx.vocabulary(), refusal);
    Refusal::new("lead.refused").with("which", number).with("why", said.says)
}
