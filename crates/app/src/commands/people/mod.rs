//! People beyond the steps on their files: a file for whoever is on the list without one, two files put together and
//! taken apart again.
//!
//! Never changes a file past its journal.

pub mod merging;

use std::sync::Arc;

use kernel::catalog::Mechanism;
use kernel::flow::Flow;
use kernel::ids::{PersonId, RecordId};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::{Facts, Value};
use kernel::workflow::{Move, Numbered as _, changes};
use store::Tx;
use store::people::PersonRow;

use crate::commands::keep::Writing;
use crate::commands::rosters;
use crate::ctx::Ctx;
use crate::error::Error;

/// The mechanism whose records are the files of people, if the site has one.
pub fn mechanism(ctx: &Ctx) -> Option<Arc<Mechanism>> {
    ctx.catalog().mechanisms.values().find(|it| it.people().is_some()).cloned()
}

/// Does the actor keep the files of people of that unit?
pub fn keeps_files_of(ctx: &Ctx, mechanism: &Mechanism, unit: kernel::ids::UnitId) -> bool {
    let ord = ctx.tree.ord(unit);
    ord.is_some_and(|ord| ctx.actor.grant_for(&mechanism.id, &mechanism.start().who, ord).is_some())
}

/// Makes a file for somebody who is on the list and has none: with what the list says of them.
pub async fn open_file(ctx: &Ctx, person: PersonId) -> Result<RecordId, Error> {
    let mechanism = mechanism(ctx).ok_or(Error::NotFound)?;
    let known = ctx.tree.person(person).filter(|it| it.id == person).ok_or(Error::NotFound)?;
    if !known.unit.is_some_and(|unit| keeps_files_of(ctx, &mechanism, unit)) {
        return Err(Error::NotFound);
    }
    let mut tx = ctx.office.db.begin().await?;
    let row = store::people::find(&mut tx, person).await?.ok_or(Error::NotFound)?;
    if store::records::find(&mut tx, RecordId(person.0)).await?.is_some() {
        return Err(Error::Stale);
    }
    take_over(ctx, &mut tx, &mechanism, &[row]).await?;
    tx.commit().await?;
    rosters::seen(ctx, &mechanism).await?;
    Ok(RecordId(person.0))
}

/// Files for people who were put on the list without one.
pub(crate) async fn take_over(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Arc<Mechanism>,
    people: &[PersonRow],
) -> Result<(), Error> {
    let mut writing = Writing::new(ctx, None);
    for person in people {
        if let Some(unit) = person.unit {
            let moved = taken_over(ctx, mechanism, person, unit);
            writing.put(tx, mechanism, None, moved).await?;
        }
    }
    writing.write(tx).await
}

fn taken_over(ctx: &Ctx, mechanism: &Mechanism, person: &PersonRow, unit: kernel::ids::UnitId) -> Move {
    let state = mechanism.start().to.clone().expect("a start step leads to a state");
    let mut facts = Facts::default();
    facts.put(&mechanism.title, Some(Value::Text(person.name.clone())));
    facts.put(&mechanism.unit, Some(Value::Unit(unit)));
    if let Some(post) = mechanism.people().and_then(|roster| roster.post.as_ref()) {
        facts.put(post, person.post_name.clone().map(Value::Text));
    }
    let holder = mechanism.state(state.as_str()).and_then(|state| state.holder.clone());
    let after = Record {
        id: RecordId(person.id.0),
        mechanism: mechanism.id.clone(),
        definition: mechanism.hash.clone(),
        number: None,
        title: person.name.clone(),
        state,
        unit,
        past_units: Vec::new(),
        facts,
        opened_on: ctx.today,
        closed_on: None,
        version: 1,
        holder,
        deadlines: Vec::new(),
        batch: None,
        flow: Flow::default(),
        turnout: Default::default(),
        book: Default::default(),
        tally: None,
        receipts: Default::default(),
    };
    by_hand(None, after, "roster.taken_over", "由名册建立档案", None)
}

/// A move that no step of the definition makes: what it changes is told by itself.
pub(crate) fn by_hand(
    before: Option<&Record>,
    after: Record,
    step: &str,
    step_name: &str,
    reason: Option<String>,
) -> Move {
    let had = before.map(|it| it.facts.clone()).unwrap_or_default();
    Move { changes: changes(&had, &after.facts), reason, ..Move::bare(after, step, step_name) }
}

/// Two people who look alike and are not the same: they are not proposed again.
pub async fn keep_apart(ctx: &Ctx, one: PersonId, other: PersonId) -> Result<(), Error> {
    let mechanism = mechanism(ctx).ok_or(Error::NotFound)?;
    if one == other {
        return Err(Refusal::new("merge.same").into());
    }
    for id in [one, other] {
        let unit = ctx.tree.person(id).filter(|it| it.id == id).and_then(|it| it.unit).ok_or(Error::NotFound)?;
        if !keeps_files_of(ctx, &mechanism, unit) {
            return Err(Error::NotFound);
        }
    }
    let mut tx = ctx.office.db.begin().await?;
    store::merges::keep_apart(&mut tx, one, other, ctx.now, ctx.actor.name()).await?;
    let name = ctx.names().person(one);
    let detail = serde_json::json!({ "one": one.to_string(), "other": other.to_string(), "name": name });
    super::batches::act(ctx, &mut tx, "person.kept_apart", detail).await?;
    Ok(tx.commit().await?)
}
