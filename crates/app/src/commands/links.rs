//! What follows for places from a link that is kept? Those that it takes, given free and taken in the record's own
//! transaction.
//!
//! Whoever takes a place holds the one whose place it is: of two who want the last one gets it.
//! Never a place more than a side has, on no day.

use kernel::catalog::Mechanism;
use kernel::ids::{MechanismId, RecordId};
use kernel::kinds::link::{self, Side, Who};
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use kernel::roster::Days;
use store::Tx;
use store::tenures::TenureRow;

use crate::ctx::Ctx;
use crate::error::Error;

/// What a move means for places.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    record: RecordId,
    /// The mechanism's id and name.
    mechanism: (MechanismId, String),
    rows: Vec<TenureRow>,
    wanted: Vec<Wanted>,
}

impl Linked {
    /// The places that it takes.
    pub(super) fn into_rows(self) -> Vec<TenureRow> {
        self.rows
    }
}

/// A place that was not taken before, or not on all of these days.
#[derive(Clone, Debug)]
struct Wanted {
    side: Side,
    who: Who,
    days: Days,
    spot: Spot,
    /// Were they at this side before?
    is_new: bool,
}

/// What the move means; nothing where places stay as they were.
pub(super) fn linked(mechanism: &Mechanism, before: Option<&Record>, after: &Record) -> Option<Linked> {
    let link = mechanism.link.as_ref()?;
    let had = before.map(|record| link.tenures(record)).unwrap_or_default();
    let has = link.tenures(after);
    if before.is_some() && had == has {
        return None;
    }
    let row = |(seq, it): (usize, &link::Tenure<'_>)| TenureRow {
        record: after.id,
        side: it.side.id.clone(),
        seq: seq as i64,
        mechanism: mechanism.id.clone(),
        who: it.who.id(),
        days: it.days,
    };
    let wanted = link::wanted(&had, &has).map(|(it, is_new)| Wanted {
        side: it.side.clone(),
        who: it.who,
        days: it.days,
        spot: it.spot(),
        is_new,
    });
    Some(Linked {
        record: after.id,
        mechanism: (mechanism.id.clone(), mechanism.name.clone()),
        wanted: wanted.collect(),
        rows: has.iter().enumerate().map(row).collect(),
    })
}

/// Gives free and takes what the moves of one transaction mean.
pub(super) async fn write<'a>(
    ctx: &Ctx,
    tx: &mut Tx,
    all: impl Iterator<Item = &'a Linked> + Clone + Send,
) -> Result<(), Error> {
    let mut whom: Vec<Who> = all.clone().flat_map(|it| &it.wanted).map(|it| it.who).collect();
    // Everybody in this order, so that nobody waits for each other.
    whom.sort();
    whom.dedup();
    for who in whom {
        store::tenures::hold(tx, who).await?;
    }
    for linked in all.clone() {
        store::tenures::clear(tx, linked.record).await?;
    }
    for linked in all {
        for wanted in &linked.wanted {
            fits(ctx, tx, linked, wanted).await?;
        }
        store::tenures::insert(tx, &linked.rows).await?;
    }
    Ok(())
}

/// Is a place left on each of the days, and is whoever takes it what the side asks for?
async fn fits(ctx: &Ctx, tx: &mut Tx, linked: &Linked, wanted: &Wanted) -> Result<(), Error> {
    let Wanted { side, who, days, spot, .. } = wanted;
    if let Who::Person(person) = who
        && wanted.is_new
        && !side.roles.is_empty()
    {
        let known = store::rosters::roles_of(tx, &[*person]).await?;
        let fits = |it: &store::rosters::RoleRow| {
            let days_of = Days { from_on: it.from_on, until_on: it.until_on };
            side.roles.contains(&it.kind) && days_of.hold(days.from_on)
        };
        // enforces: term.side.roles
        if !known.iter().any(fits) {
            let list = ctx.vocabulary().list("person_role");
            let name = |id: &String| {
                let item = list.iter().flat_map(|list| &list.items).find(|item| *item.id == **id);
                item.map_or(id.clone(), |item| item.name.to_string())
            };
            let refusal = Refusal::new("link.no_role")
                .with("who", ctx.names().person(*person))
                .with("day", days.from_on)
                .with("roles", side.roles.iter().map(name).collect::<Vec<_>>().join("、"));
            return Err(refusal.at(spot.clone()).into());
        }
    }
    let of = &linked.mechanism.0;
    let standing = store::tenures::of_side(tx, of, &side.id, who.id(), days.from_on).await?;
    let others: Vec<Days> = standing.iter().filter(|it| it.record != linked.record).map(|it| it.days).collect();
    let Some(full_on) = link::full_on(side.most, *days, &others) else { return Ok(()) };
    let taken = others.iter().filter(|it| it.hold(full_on)).count();
    let refusal = Refusal::new("link.full")
        .with("who", name_of(ctx, tx, *who).await?)
        .with("day", full_on)
        .with("taken", taken)
        .with("most", side.most)
        .with("mechanism", &linked.mechanism.1);
    Err(refusal.at(spot.clone()).into())
}

/// What somebody or something that was chosen is called.
pub(super) async fn name_of(ctx: &Ctx, tx: &mut Tx, who: Who) -> Result<String, Error> {
    Ok(match who {
        Who::Person(id) => ctx.names().person(id),
        Who::Unit(id) => ctx.names().unit(id),
        Who::Record(id) => store::records::find(tx, id).await?.map(|row| row.title).unwrap_or_default(),
    })
}
