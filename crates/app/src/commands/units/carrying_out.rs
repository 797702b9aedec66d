//! How is an order carried out? Units, spans, numbers, people, roles, records and figures, in one transaction.
//!
//! Whoever writes records holds the tree's version, so that nobody writes by the old tree while this goes on.
//! Never asks for the order's reasons again: `rules` did, inside the same transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::authority::{Actor, Subtree};
use kernel::catalog::{Mechanism, Roster};
use kernel::figures::{self, Cells};
use kernel::ids::UnitId;
use kernel::organisation::order::Order;
use kernel::workflow;
use store::Tx;
use store::units::LinkRow;
use uuid::Uuid;

use crate::cells::people::Side;
use crate::cells::{self, Kept};
use crate::commands::batches::act;
use crate::commands::keep::Writing;
use crate::commands::units::effects::{self, Effects, Known};
use crate::commands::units::rules;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::office;
use crate::records::{self, Found};

/// Records looked at in one go.
const AT_ONCE: u32 = 500;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Records that went to another unit, by mechanism.
    pub records: BTreeMap<String, u64>,
    /// People who work elsewhere from then on.
    pub people: usize,
    /// Posts that belong to another unit from then on.
    pub posts: usize,
    /// Roles that went along, and roles that ended.
    pub roles: (usize, usize),
}

/// Everything that is known about units, and the act by the tree as it is at this moment.
pub(super) async fn known(ctx: &Ctx, conn: &mut store::Conn) -> Result<(Ctx, Known), Error> {
    let tree = office::tree_of(conn).await?;
    let fresh = Ctx { tree: Arc::new(tree), ..ctx.clone() };
    let actor = match &ctx.actor {
        Actor::Person { id, .. } => fresh.as_person(*id).ok_or(Error::NotFound)?,
        other => other.clone(),
    };
    let ctx = Ctx { actor, ..fresh };
    let known = Known {
        units: store::units::all(conn).await?,
        spans: store::units::all_spans(conn).await?,
        links: store::units::all_links(conn).await?,
        grants: store::grants::all(conn).await?,
        held: store::rosters::held_on(conn, ctx.today).await?,
    };
    Ok((ctx, known))
}

/// Carries an order out. The reasons against it, all at once, if there are any.
pub(super) async fn carry_out(ctx: &Ctx, tx: &mut Tx, order: &Order, id: Uuid) -> Result<Done, Error> {
    store::units::tree_changes(tx).await?;
    let (before, known) = known(ctx, tx).await?;
    let mut refusals = rules::judge(&before, order);
    refusals.extend(super::open_work(&before, tx, order).await?);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let effects = effects::of(&before, &known, order);
    units(&before, tx, &known, &effects, order, id).await?;
    let mut done = Done { people: effects.people.len(), posts: effects.posts.len(), ..Done::default() };
    people_and_roles(&before, tx, &effects, order, &mut done).await?;
    let after = Ctx { tree: Arc::new(office::tree_of(tx).await?), ..before.clone() };
    let cells = move_records(&before, &after, tx, &effects, order, &mut done).await?;
    if !effects.units.is_empty() {
        store::records::renumber_units(tx).await?;
    }
    let mut changes = cells.changes();
    changes.cells.extend(people(&before, &after, tx, &cells, order).await?);
    store::figures::apply(tx, &changes).await?;
    Ok(done)
}

/// Writes the act of an order that was carried out: the last thing, once all rows are as it made them.
pub(super) async fn tell(ctx: &Ctx, tx: &mut Tx, order: &Order, id: Uuid, done: &Done) -> Result<(), Error> {
    let detail = serde_json::json!({
        "reorganisation": id.to_string(), "order": order, "records": done.records, "people": done.people,
        "posts": done.posts, "roles_along": done.roles.0, "roles_ended": done.roles.1,
    });
    act(ctx, tx, "reorganised", detail).await
}

async fn units(ctx: &Ctx, tx: &mut Tx, known: &Known, effects: &Effects, order: &Order, id: Uuid) -> Result<(), Error> {
    store::units::put_many(tx, &effects::numbered(known, effects)).await?;
    for (row, ..) in &effects.units {
        store::units::end_span(tx, row.id, order.on).await?;
    }
    store::units::insert_spans(tx, &effects::spans(known, effects, order, id)).await?;
    for link in &effects.ended_links {
        store::units::end_link(tx, *link, order.on).await?;
    }
    for (unit, other) in &effects.new_links {
        let link = LinkRow { id: ctx.new_id(), unit: *unit, other: *other, from_on: order.on, ended_on: None };
        store::units::insert_link(tx, &link).await?;
    }
    Ok(())
}

async fn people_and_roles(
    ctx: &Ctx,
    tx: &mut Tx,
    effects: &Effects,
    order: &Order,
    done: &mut Done,
) -> Result<(), Error> {
    let mut by_unit: BTreeMap<UnitId, Vec<kernel::ids::PersonId>> = BTreeMap::new();
    for (person, unit) in &effects.people {
        by_unit.entry(*unit).or_default().push(*person);
    }
    for (unit, people) in by_unit {
        store::people::work_in(tx, unit, &people).await?;
    }
    let last = order.on.max(ctx.today).yesterday().unwrap_or(ctx.today);
    let (ended, given) = effects::grants(ctx, effects, order);
    for grant in &ended {
        store::grants::end(tx, *grant, last).await?;
    }
    store::grants::insert_many(tx, &given).await?;
    done.roles = (given.len(), ended.len() - given.len());
    Ok(())
}

/// Writes a journal entry for each open record that goes, and gives what all records below the changed units count
/// differently by the new tree.
async fn move_records(
    before: &Ctx,
    after: &Ctx,
    tx: &mut Tx,
    effects: &Effects,
    order: &Order,
    done: &mut Done,
) -> Result<Kept, Error> {
    let mut difference = Kept::default();
    let mut overs: Vec<Subtree> =
        effects.recounted.iter().filter_map(|unit| before.tree.unit(*unit)).map(|unit| unit.over).collect();
    overs.sort_by_key(|over| (over.first, -over.last));
    let mut reached = i64::MIN;
    overs.retain(|over| {
        let is_new = over.last > reached;
        reached = reached.max(over.last);
        is_new
    });
    let mechanisms: Vec<Arc<Mechanism>> = before.catalog().mechanisms.values().cloned().collect();
    for over in overs {
        for mechanism in &mechanisms {
            let mut last = None;
            loop {
                let rows = store::records::of_subtree(tx, &mechanism.id, over, last, AT_ONCE).await?;
                let Some(row) = rows.last() else { break };
                last = Some((row.unit_ord, row.id));
                let found = records::with_deadlines(before, tx, rows).await?;
                some(before, after, tx, effects, order, found, &mut difference, done).await?;
            }
        }
    }
    Ok(difference.settled())
}

#[expect(clippy::too_many_arguments, reason = "both sides of the change, what it is, and what it adds up to")]
async fn some(
    before: &Ctx,
    after: &Ctx,
    tx: &mut Tx,
    effects: &Effects,
    order: &Order,
    found: Vec<Found>,
    difference: &mut Kept,
    done: &mut Done,
) -> Result<(), Error> {
    let mut writing = Writing::new(after, None);
    let (mut was, mut is) = (Cells::new(), Cells::new());
    let going: Vec<_> = found.iter().filter(|found| goes_to(effects, found).is_some()).map(|it| it.record.id).collect();
    for head in store::journal::heads_of(tx, &going).await? {
        writing.follows(head.record, &head.hash);
    }
    for Found { record, mechanism, .. } in &found {
        figures::contributions(before.definitions.counted_by(mechanism), record, before.calendar(), &mut was, 1);
        let Some(to) = goes_to_unit(effects, mechanism, record) else {
            figures::contributions(before.definitions.counted_by(mechanism), record, before.calendar(), &mut is, 1);
            continue;
        };
        let moved = workflow::go_with_unit(mechanism, record, to, order.on, &order.decision);
        let kept = writing.put(tx, mechanism, Some(record), moved).await?;
        figures::contributions(before.definitions.counted_by(mechanism), &kept, before.calendar(), &mut is, 1);
        if mechanism.roster.is_none() {
            *done.records.entry(mechanism.id.to_string()).or_default() += 1;
        }
    }
    // What the sheet itself would add to the figures is left out: it knows one tree, and this needs both.
    writing.into_sheet().write(after, tx).await?;
    difference.add(cells::rolled_up(&was, &before.tree), -1);
    difference.add(cells::rolled_up(&is, &after.tree), 1);
    Ok(())
}

/// What changes in the cells of people: of those who are counted elsewhere from then on, and of everybody who was there
/// since, because the way up may have changed.
async fn people(
    before: &Ctx,
    after: &Ctx,
    tx: &mut Tx,
    cells: &Kept,
    order: &Order,
) -> Result<Vec<store::figures::CellChange>, Error> {
    let touched = store::presences::since(tx, order.on).await?;
    let (was, is) = (|person| before.tree.human(person), |person| after.tree.human(person));
    let was = Side { tree: &before.tree, human: &was };
    let is = Side { tree: &after.tree, human: &is };
    cells::people::turn(tx, was, is, &cells.people, &touched).await
}

fn goes_to(effects: &Effects, found: &Found) -> Option<UnitId> {
    goes_to_unit(effects, &found.mechanism, &found.record)
}

/// The unit to which an open record goes: the file of a person where the person goes, a post where it goes itself.
fn goes_to_unit(effects: &Effects, mechanism: &Mechanism, record: &kernel::record::Record) -> Option<UnitId> {
    match mechanism.roster {
        Some(Roster::People(_)) => {
            let people = effects.people.iter().find(|(person, _)| person.0 == record.id.0);
            return people.map(|(_, to)| *to).filter(|_| record.is_open());
        }
        Some(Roster::Posts { .. }) => {
            let posts = effects.posts.iter().find(|(post, _)| *post == record.id);
            return posts.map(|(_, to)| *to).filter(|_| record.is_open());
        }
        None => {}
    }
    let fits = |(from, only, _): &&(UnitId, Option<Vec<String>>, UnitId)| {
        *from == record.unit && only.as_ref().is_none_or(|only| only.iter().any(|id| *id == *mechanism.id.as_str()))
    };
    record.is_open().then(|| effects.records.iter().find(fits).map(|(.., to)| *to)).flatten()
}
