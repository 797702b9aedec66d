//! Whom do records point to? Made anew when the rules ask for other points, and compared with what is kept.
//!
//! Never touches the copies that people were sent: those follow from no rule, and are verified with the journal.

use std::collections::{BTreeSet, HashMap};

use kernel::authority::reach::{self, How, Point, To};
use kernel::authority::sight::{Relation, Target};
use kernel::catalog::Mechanism;
use kernel::ids::{MechanismId, PersonId, RecordId};
use store::reach::ReachRow;
use store::records::RecordRow;
use store::{Conn, Db};

use super::Verified;
use crate::commands::rounds::assigning;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::office::Definitions;
use crate::tree::Tree;

/// Records made anew in one transaction.
const AT_ONCE: u32 = 500;

/// Makes the points of every mechanism anew whose rules ask for others than it has. While that lasts, people see less
/// and never more. Says how many records were looked at.
pub async fn renew(db: &Db, definitions: &Definitions, tree: &Tree) -> Result<u64, Error> {
    let mut count = 0;
    for mechanism in definitions.catalog.mechanisms.values() {
        let signature = reach::signature(&mechanism.rights.sight);
        let mut conn = db.read().await?;
        let made_by = store::reach::made_by(&mut conn, &mechanism.id).await?;
        drop(conn);
        if made_by.as_deref().unwrap_or_default() == signature {
            continue;
        }
        let mut after: Option<RecordId> = None;
        loop {
            let mut tx = db.begin().await?;
            store::reach::hold_still(&mut tx).await?;
            let rows = store::records::walk(&mut tx, Some(&mechanism.id), after, AT_ONCE).await?;
            let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
            let points = expected(&mut tx, definitions, mechanism, tree, &rows).await?;
            store::reach::clear(&mut tx, &ids).await?;
            store::reach::add(&mut tx, &kept(&mechanism.id, points, tree)).await?;
            tx.commit().await?;
            count += rows.len() as u64;
            match rows.last() {
                Some(last) if rows.len() == AT_ONCE as usize => after = Some(last.id),
                _ => break,
            }
        }
        let mut tx = db.begin().await?;
        store::reach::put_made_by(&mut tx, &mechanism.id, &signature).await?;
        tx.commit().await?;
    }
    Ok(count)
}

/// Makes the points of some records anew, by the rules in force.
pub(crate) async fn renew_some(
    conn: &mut Conn,
    definitions: &Definitions,
    tree: &Tree,
    rows: Vec<RecordRow>,
) -> Result<(), Error> {
    let mut of: HashMap<MechanismId, Vec<RecordRow>> = HashMap::new();
    rows.into_iter().for_each(|row| of.entry(row.mechanism.clone()).or_default().push(row));
    for (id, rows) in of {
        let Some(mechanism) = definitions.catalog.mechanisms.get(id.as_str()) else { continue };
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
        let points = expected(conn, definitions, mechanism, tree, &rows).await?;
        store::reach::clear(conn, &ids).await?;
        store::reach::add(conn, &kept(&id, points, tree)).await?;
    }
    Ok(())
}

/// The point as it is kept: whoever was merged into another is that other.
pub fn of_today(point: Point, tree: &Tree) -> Point {
    let to = match point.to {
        To::Person(id) => To::Person(tree.person(id).map_or(id, |person| person.id)),
        unit => unit,
    };
    Point { to, ..point }
}

fn kept(mechanism: &MechanismId, points: Vec<(RecordId, Point)>, tree: &Tree) -> Vec<ReachRow> {
    points.into_iter().map(|(record, point)| row(mechanism, record, point, tree)).collect()
}

/// A point as the store keeps it.
pub fn row(mechanism: &MechanismId, record: RecordId, point: Point, tree: &Tree) -> ReachRow {
    let unit_ord = match point.to {
        To::Person(_) => None,
        To::Unit(id) => tree.unit(id).map(|unit| unit.over.first),
    };
    ReachRow { record, mechanism: mechanism.clone(), point, unit_ord }
}

/// The points that facts and journals give, by the rules in force.
async fn expected(
    conn: &mut Conn,
    definitions: &Definitions,
    mechanism: &Mechanism,
    tree: &Tree,
    rows: &[RecordRow],
) -> Result<Vec<(RecordId, Point)>, Error> {
    let rules = &mechanism.rights.sight;
    let by_acts = [How::opened(), How::handled()];
    let acts = reach::signature(rules).split(' ').any(|how| by_acts.iter().any(|it| it.as_str() == how));
    let mut points = BTreeSet::new();
    if rules.iter().any(|rule| rule.relation == Relation::Assigned) {
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
        let all = store::reviews::of_entries(conn, &ids).await?;
        let point = |who: PersonId| Point { how: How::assigned(), to: To::Person(tree.human(who)) };
        let standing = assigning::standing(tree, &all).into_iter();
        points.extend(standing.map(|(entry, who)| (entry, of_today(point(who), tree))));
    }
    for row in rows {
        let pinned = definitions.pinned(row.mechanism.as_str(), &row.definition);
        let facts = row.facts.facts(pinned.as_deref().unwrap_or(mechanism))?;
        points.extend(reach::by_facts(rules, &facts).into_iter().map(|point| (row.id, of_today(point, tree))));
        if !acts {
            continue;
        }
        for entry in store::journal::of_record(conn, row.id).await? {
            let behalf = entry.behalf.as_ref().and_then(|id| id.parse().ok());
            for person in entry.actor.into_iter().chain(behalf) {
                let is_start = entry.seq == 1;
                let by_act = reach::by_act(rules, person, is_start).into_iter();
                points.extend(by_act.map(|point| (row.id, of_today(point, tree))));
            }
        }
    }
    Ok(points.into_iter().collect())
}

/// Compares what records point to with what their facts and journals give.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let (mut verified, mut after) = (Verified::default(), None);
    loop {
        let rows = store::records::walk(&mut conn, None, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
        let mut of: HashMap<MechanismId, Vec<RecordRow>> = HashMap::new();
        let names: HashMap<RecordId, String> = rows.iter().map(|row| (row.id, row.title.clone())).collect();
        rows.into_iter().for_each(|row| of.entry(row.mechanism.clone()).or_default().push(row));
        let mut must: BTreeSet<(RecordId, Point)> = BTreeSet::new();
        for (mechanism, rows) in of {
            if let Some(mechanism) = ctx.catalog().mechanisms.get(mechanism.as_str()) {
                must.extend(expected(&mut conn, &ctx.definitions, mechanism, &ctx.tree, &rows).await?);
            }
        }
        let mut is = BTreeSet::new();
        for (record, pointed) in store::reach::of_records(&mut conn, &ids).await? {
            let (to, ord_is_right) = match pointed.to {
                Target::Person(id) => (To::Person(id), true),
                Target::Unit(id, ord) => (To::Unit(id), ord == ctx.tree.unit(id).map(|unit| unit.over.first)),
            };
            if !ord_is_right {
                verified.differs(names[&record].clone(), format!("{}指向的单位编号与单位树不符", pointed.how));
            }
            if !pointed.how.is_copy() {
                is.insert((record, Point { how: pointed.how, to }));
            }
        }
        verified.looked_at += must.union(&is).count() as u64;
        for (record, point) in must.symmetric_difference(&is) {
            let words = if must.contains(&(*record, point.clone())) { "缺少" } else { "多出" };
            verified.differs(names[record].clone(), format!("{words}{}的指向", point.how));
        }
    }
    for record in store::reach::astray(&mut conn).await? {
        verified.differs(format!("事项 {record}"), "有它的指向，却没有这件事项，或者机制不是它的");
    }
    Ok(verified)
}
