//! Two files of one human become one, and are taken apart again exactly.
//!
//! The file that goes is closed, the one that stays gets what it lacks; roles given, accounts, stand-ins, notices and
//! open matters that name the one go over to the other, and so does what they see because a record points to them.
//! What was moved is kept with the merge, so that undoing needs no guess.
//! Never gives somebody a role by their own hand, never an administrator's role; never undoes over what was changed
//! since: it says what stands in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::authority::reach::{How, Point, To};
use kernel::catalog::Mechanism;
use kernel::ids::{PersonId, RecordId, StateId};
use kernel::journal::Change;
use kernel::record::{MERGED, Record};
use kernel::refusal::Refusal;
use kernel::roster;
use kernel::value::Facts;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::merges::{MergeRow, Owned};
use store::reach::ReachRow;
use uuid::Uuid;

use super::{by_hand, keeps_files_of, mechanism};
use crate::cells;
use crate::commands::batches::act;
use crate::commands::keep::Writing;
use crate::commands::rosters;
use crate::commands::upkeep;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// What a merge moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Moved {
    /// What the kept file got.
    absorbed: Vec<Change>,
    /// The state in which the other was.
    state: String,
    /// Rows that are somebody's own: grants, accounts, stand-ins, notices.
    owned: BTreeMap<String, Vec<Uuid>>,
    /// Records that pointed to the other because of their facts or acts.
    pointing: Vec<RecordId>,
    /// Records of which the other was sent a copy; and whether the kept one had been sent it too.
    copies: Vec<(RecordId, bool)>,
    /// Open matters that named the other, and what was changed in them.
    records: Vec<(RecordId, Vec<Change>)>,
}

/// Records looked at in one go.
const AT_ONCE: u32 = 200;

/// Puts the file of `gone` into that of `keep`; once more if the tree was changed meanwhile.
pub async fn merge(ctx: &Ctx, keep: PersonId, gone: PersonId, reason: &str) -> Result<Uuid, Error> {
    match merge_once(ctx, keep, gone, reason).await {
        Err(Error::Stale) => merge_once(&ctx.refreshed().await?, keep, gone, reason).await,
        other => other,
    }
}

async fn merge_once(ctx: &Ctx, keep: PersonId, gone: PersonId, reason: &str) -> Result<Uuid, Error> {
    let mechanism = mechanism(ctx).ok_or(Error::NotFound)?;
    let reason = worded(reason)?;
    if keep == gone {
        return Err(Refusal::new("merge.same").into());
    }
    let mut tx = ctx.office.db.begin_long().await?;
    let kept = file(ctx, &mut tx, &mechanism, keep).await?;
    let other = file(ctx, &mut tx, &mechanism, gone).await?;
    unguarded(ctx, &mut tx, [keep, gone]).await?;
    if !store::waiting::for_person(&mut tx, gone, 1).await?.is_empty() {
        return Err(Refusal::new("merge.awaited").with("name", ctx.names().person(gone)).into());
    }
    let facts = roster::merged(&mechanism, &kept.facts, &other.facts);
    let after = Record { facts, version: kept.version + 1, ..kept.clone() };
    collide(&mechanism, &after)?;
    let absorbed = by_hand(Some(&kept), after, "person.absorbed", "并入另一份档案", Some(reason.clone()));
    let closed = Record {
        state: StateId::from(MERGED),
        closed_on: Some(ctx.today),
        holder: None,
        version: other.version + 1,
        ..other.clone()
    };
    let closed = by_hand(Some(&other), closed, "person.merged", "并入别的档案", Some(reason.clone()));
    let mut moved = Moved { absorbed: absorbed.changes.clone(), state: other.state.to_string(), ..Moved::default() };
    // The one that goes is written first: it gives its number free before the other takes it.
    let mut writing = Writing::new(ctx, None);
    writing.put(&mut tx, &mechanism, Some(&other), closed).await?;
    writing.put(&mut tx, &mechanism, Some(&kept), absorbed).await?;
    rosters::tree_stands(ctx, &mut tx, true).await?;
    writing.write_more(&mut tx).await?;
    store::merges::mark_person(&mut tx, gone, Some(keep)).await?;
    for what in Owned::ALL {
        let rows = store::merges::move_owned(&mut tx, what, gone, keep).await?;
        moved.owned.insert(what.word().to_owned(), rows);
    }
    moved.records = rename(ctx, &mut tx, gone, keep).await?;
    point_to(&mut tx, (gone, keep), &mut moved).await?;
    // Whoever was counted under either file is one human from now on.
    let was = |person| ctx.tree.human(person);
    let is = |person| if was(person) == gone { keep } else { was(person) };
    cells::people::are_now(&mut tx, &ctx.tree, [keep, gone], &was, &is).await?;
    let id = keep_merge(ctx, &mut tx, (keep, gone), &reason, &moved).await?;
    tx.commit().await?;
    rosters::seen(ctx, &mechanism).await?;
    Ok(id)
}

async fn keep_merge(
    ctx: &Ctx,
    tx: &mut Tx,
    (kept, gone): (PersonId, PersonId),
    reason: &str,
    moved: &Moved,
) -> Result<Uuid, Error> {
    let id: Uuid = ctx.new_id();
    let row = MergeRow {
        id,
        kept,
        gone,
        at: ctx.now,
        by_name: ctx.actor.name().to_owned(),
        reason: reason.to_owned(),
        detail: serde_json::to_value(moved).map_err(|fault| Error::broken("write down a merge", fault))?,
        undone_at: None,
        undone_by: None,
    };
    store::merges::insert(tx, &row).await?;
    let detail = serde_json::json!({
        "merge": id.to_string(), "kept": kept.to_string(), "gone": gone.to_string(),
        "name": ctx.names().person(kept), "reason": reason,
        "moved": moved.owned.iter().map(|(what, rows)| (what.clone(), rows.len())).collect::<BTreeMap<_, _>>(),
        "records": moved.records.len(),
    });
    act(ctx, tx, "person.merged", detail).await?;
    Ok(id)
}

/// Nobody puts what another holds into their own hands, and an administrator's role is given by its own rules alone.
async fn unguarded(ctx: &Ctx, tx: &mut Tx, both: [PersonId; 2]) -> Result<(), Error> {
    if both.iter().any(|id| Some(*id) == ctx.person()) {
        return Err(Refusal::not_yours("merge.own").into());
    }
    for person in both {
        let stories = store::grants::stories_of(tx, person).await?;
        let administers = |role: &kernel::ids::RoleId| {
            ctx.vocabulary().role(role.as_str()).is_some_and(|role| role.administers.is_some())
        };
        let lasts = |until: Option<jiff::civil::Date>| until.is_none_or(|until| until >= ctx.today);
        if stories.iter().any(|it| administers(&it.grant.role) && lasts(it.grant.until_on)) {
            return Err(Refusal::new("merge.administrator").with("name", ctx.names().person(person)).into());
        }
    }
    Ok(())
}

/// Every record that points to the one points to the other; which they were is kept.
async fn point_to(tx: &mut Tx, (gone, keep): (PersonId, PersonId), moved: &mut Moved) -> Result<(), Error> {
    let is_copy = |how: &How| *how == How::copied();
    let had = store::reach::pointing_to(tx, keep).await?;
    let had: BTreeSet<RecordId> = had.iter().filter(|(_, how)| is_copy(how)).map(|(record, _)| *record).collect();
    for (record, how) in store::reach::pointing_to(tx, gone).await? {
        match is_copy(&how) {
            true => moved.copies.push((record, had.contains(&record))),
            false if moved.pointing.last() == Some(&record) => {}
            false => moved.pointing.push(record),
        }
    }
    store::reach::repoint(tx, gone, keep).await?;
    Ok(())
}

/// Records point again to whom they pointed; what points to the kept one by their own acts since stays.
async fn point_back(ctx: &Ctx, tx: &mut Tx, row: &MergeRow, moved: &Moved) -> Result<(), Error> {
    let ctx = Ctx { tree: Arc::new(crate::office::tree_of(tx).await?), ..ctx.clone() };
    for some in moved.pointing.chunks(AT_ONCE as usize) {
        let rows = store::records::by_ids(tx, some).await?;
        upkeep::reach::renew_some(tx, &ctx.definitions, &ctx.tree, rows).await?;
    }
    for (id, both) in &moved.copies {
        let Some(record) = store::records::find(tx, *id).await? else { continue };
        let point = |person| Point { how: How::copied(), to: To::Person(person) };
        let line = |person| ReachRow {
            record: *id,
            mechanism: record.mechanism.clone(),
            point: point(person),
            unit_ord: None,
        };
        store::reach::add(tx, &[line(row.gone)]).await?;
        if !both {
            store::reach::remove(tx, &[line(row.kept)]).await?;
        }
    }
    Ok(())
}

fn worded(reason: &str) -> Result<String, Refusal> {
    let reason: String = reason.chars().filter(|sign| !sign.is_control()).take(500).collect();
    let reason = reason.trim().to_owned();
    match reason.is_empty() {
        true => Err(Refusal::new("step.reason_missing").with("step", "合并档案").at(kernel::refusal::Spot::Reason)),
        false => Ok(reason),
    }
}

/// The file of somebody whose files the actor keeps.
async fn file(ctx: &Ctx, tx: &mut Tx, mechanism: &Arc<Mechanism>, person: PersonId) -> Result<Record, Error> {
    let found = records::by_ids(ctx, tx, &[RecordId(person.0)]).await?.pop();
    let Found { record, .. } = found.filter(|it| it.record.mechanism == mechanism.id).ok_or(Error::NotFound)?;
    if record.is_gone() {
        return Err(Refusal::new("merge.gone").into());
    }
    match keeps_files_of(ctx, mechanism, record.unit) {
        true => Ok(record),
        false => Err(Refusal::not_yours("merge.not_yours").into()),
    }
}

/// Two rows that cannot stand in one file: the merge is refused, the rows are to be put right first.
fn collide(mechanism: &Mechanism, after: &Record) -> Result<(), Error> {
    let faults = roster::faults(mechanism, after);
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::new("merge.posts_collide").with("words", "同一职位的时间有重叠").into()),
    }
}

/// Open matters that name the one name the other from now on, each by an entry in its journal.
async fn rename(ctx: &Ctx, tx: &mut Tx, from: PersonId, to: PersonId) -> Result<Vec<(RecordId, Vec<Change>)>, Error> {
    let (mut after, mut renamed): (Option<RecordId>, Vec<(RecordId, Vec<Change>)>) = (None, Vec::new());
    loop {
        let rows = store::merges::open_naming(tx, from, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(renamed) };
        after = Some(last.id);
        let mut writing = Writing::new(ctx, None);
        for Found { record, mechanism, .. } in records::with_deadlines(ctx, tx, rows).await? {
            let Some(facts) = roster::replaced(&record.facts, from, to) else { continue };
            let next = Record { facts, version: record.version + 1, ..record.clone() };
            let moved = by_hand(Some(&record), next, "person.replaced", "人员档案合并，改用保留的档案", None);
            renamed.push((record.id, moved.changes.clone()));
            writing.put(tx, &mechanism, Some(&record), moved).await?;
        }
        writing.write_more(tx).await?;
    }
}

/// Takes the two files apart again: everything is as it was before the merge, and what happened to others since stays.
pub async fn undo(ctx: &Ctx, id: Uuid, reason: &str) -> Result<PersonId, Error> {
    match undo_once(ctx, id, reason).await {
        Err(Error::Stale) => undo_once(&ctx.refreshed().await?, id, reason).await,
        other => other,
    }
}

async fn undo_once(ctx: &Ctx, id: Uuid, reason: &str) -> Result<PersonId, Error> {
    let mechanism = mechanism(ctx).ok_or(Error::NotFound)?;
    let reason = worded(reason)?;
    let mut tx = ctx.office.db.begin_long().await?;
    let row = store::merges::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let moved: Moved =
        serde_json::from_value(row.detail.clone()).map_err(|fault| Error::broken("read a merge", fault))?;
    let pair = records::by_ids(ctx, &mut tx, &[RecordId(row.kept.0), RecordId(row.gone.0)]).await?;
    let of = |person: PersonId| pair.iter().find(|it| it.record.id == RecordId(person.0)).map(|it| it.record.clone());
    let (kept, gone) = of(row.kept).zip(of(row.gone)).ok_or(Error::NotFound)?;
    if ![&kept, &gone].iter().all(|it| keeps_files_of(ctx, &mechanism, it.unit)) {
        return Err(Refusal::not_yours("merge.not_yours").into());
    }
    if row.undone_at.is_some() {
        return Err(Refusal::new("merge.undone").into());
    }
    unguarded(ctx, &mut tx, [row.kept, row.gone]).await?;
    let facts = taken_back(&mechanism, &kept.facts, &moved.absorbed)?;
    let after = Record { facts, version: kept.version + 1, ..kept.clone() };
    let parted = by_hand(Some(&kept), after, "person.parted", "撤销合并", Some(reason.clone()));
    let state = StateId::from(moved.state.as_str());
    let was_closed = mechanism.state(state.as_str()).is_some_and(|state| state.is_final);
    let back = Record {
        holder: mechanism.state(state.as_str()).and_then(|it| it.holder.clone()).filter(|_| !was_closed),
        closed_on: gone.closed_on.filter(|_| was_closed),
        state,
        version: gone.version + 1,
        ..gone.clone()
    };
    let back = by_hand(Some(&gone), back, "person.restored", "撤销合并，恢复档案", Some(reason.clone()));
    let mut writing = Writing::new(ctx, None);
    writing.put(&mut tx, &mechanism, Some(&kept), parted).await?;
    writing.put(&mut tx, &mechanism, Some(&gone), back).await?;
    rosters::tree_stands(ctx, &mut tx, true).await?;
    writing.write_more(&mut tx).await?;
    store::merges::mark_person(&mut tx, row.gone, None).await?;
    for what in Owned::ALL {
        let rows = moved.owned.get(what.word()).map(Vec::as_slice).unwrap_or_default();
        store::merges::give_owned(&mut tx, what, rows, row.kept, row.gone).await?;
    }
    name_back(ctx, &mut tx, &moved.records).await?;
    point_back(ctx, &mut tx, &row, &moved).await?;
    // Two humans again, whoever else was put into the one or the other.
    let was = |person| ctx.tree.human(person);
    let is = |person| if ctx.tree.goes_by(person, row.gone) { row.gone } else { was(person) };
    cells::people::are_now(&mut tx, &ctx.tree, [was(row.kept), row.gone], &was, &is).await?;
    store::merges::mark_undone(&mut tx, id, ctx.now, ctx.actor.name()).await?;
    let detail = serde_json::json!({
        "merge": id.to_string(), "kept": row.kept.to_string(), "gone": row.gone.to_string(),
        "name": ctx.names().person(row.kept), "reason": reason,
    });
    act(ctx, &mut tx, "person.parted", detail).await?;
    tx.commit().await?;
    rosters::seen(ctx, &mechanism).await?;
    Ok(row.gone)
}

/// The facts without what was changed, or the refusal that names what was changed again since.
fn taken_back(mechanism: &Mechanism, facts: &Facts, changes: &[Change]) -> Result<Facts, Refusal> {
    let refused = |again: Vec<String>| Refusal::new("merge.moved_on").with("fields", again.join("、"));
    roster::taken_back(mechanism, facts, changes).map_err(refused)
}

/// Matters name again whom they named; where somebody chose anew since, their choice stays.
async fn name_back(ctx: &Ctx, tx: &mut Tx, all: &[(RecordId, Vec<Change>)]) -> Result<(), Error> {
    for some in all.chunks(AT_ONCE as usize) {
        let ids: Vec<RecordId> = some.iter().map(|(id, _)| *id).collect();
        let mut writing = Writing::new(ctx, None);
        for Found { record, mechanism, .. } in records::by_ids(ctx, tx, &ids).await? {
            let Some((_, changes)) = some.iter().find(|(id, _)| *id == record.id) else { continue };
            let mut facts = record.facts.clone();
            for change in changes {
                if let Ok(one) = taken_back(&mechanism, &facts, std::slice::from_ref(change)) {
                    facts = one;
                }
            }
            if facts == record.facts {
                continue;
            }
            let next = Record { facts, version: record.version + 1, ..record.clone() };
            let moved = by_hand(Some(&record), next, "person.named_again", "撤销人员档案合并，改回原来的人员", None);
            writing.put(tx, &mechanism, Some(&record), moved).await?;
        }
        writing.write_more(tx).await?;
    }
    Ok(())
}
