//! Who stands in for me, for whom do I stand in, and what was done in my name?
//!
//! Never somebody else's arrangements, but for whoever administers rights.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::catalog::Administers;
use kernel::ids::{PersonId, RecordId, StandInId};
use store::Conn;
use store::stand_ins::StandInRow;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::desk::HIDDEN;
use crate::queries::forms::{self, Choice};
use crate::queries::frame::administers;
use crate::records;
use crate::words;

/// The page of stand-ins.
#[derive(Clone, Debug)]
pub struct StandIns {
    /// Who acts in my name, the newest first.
    pub given: Vec<StandInLine>,
    /// In whose name I act.
    pub taken: Vec<StandInLine>,
    /// What was done in my name, the newest first.
    pub done: Vec<DoneLine>,
    /// Whom I may choose.
    pub people: Vec<Choice>,
    /// The mechanisms that I may choose.
    pub mechanisms: Vec<Choice>,
    /// May I arrange it for others too?
    pub for_others: bool,
    /// Have I anything in which somebody could stand in for me?
    pub has_own: bool,
}

/// One stand-in.
#[derive(Clone, Debug)]
pub struct StandInLine {
    /// Its id.
    pub id: StandInId,
    /// Who acts.
    pub person: String,
    /// In whose name.
    pub principal: String,
    /// In which mechanisms, in words.
    pub mechanisms: String,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub until_on: Date,
    /// The basis.
    pub basis: String,
    /// Does it hold, will it, is it over?
    pub standing: StandInStanding,
}

/// How a stand-in stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandInStanding {
    /// Its first day is still to come.
    Coming,
    /// In force.
    InForce,
    /// Past, or ended.
    Over,
}

/// Something done in my name.
#[derive(Clone, Debug)]
pub struct DoneLine {
    /// When.
    pub at: String,
    /// By whom.
    pub person: String,
    /// What.
    pub step: String,
    /// On which record.
    pub record: RecordId,
    /// Its title.
    pub title: String,
}

const MOST: u32 = 50;

/// May this person arrange who stands in for somebody else?
pub fn may_arrange(ctx: &Ctx, principal: PersonId) -> bool {
    administers(ctx, Administers::Security) && ctx.person() != Some(principal)
}

/// The page.
pub async fn stand_ins(ctx: &Ctx) -> Result<StandIns, Error> {
    let me = ctx.person().ok_or(Error::NotFound)?;
    let mut conn = ctx.office.db.read().await?;
    let for_others = administers(ctx, Administers::Security);
    let mut rows = store::stand_ins::of_person(&mut conn, me, MOST).await?;
    if for_others {
        let others = store::stand_ins::standing(&mut conn).await?;
        rows.extend(others.into_iter().filter(|row| row.person != me && row.principal != me));
    }
    let (taken, given): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.person == me);
    let done = done(ctx, &mut conn, me, &given).await?;
    let is_other = |choice: &Choice| for_others || choice.id != me.to_string();
    let own = ctx.as_person(me);
    Ok(StandIns {
        given: given.into_iter().map(|row| line(ctx, row)).collect(),
        taken: taken.into_iter().map(|row| line(ctx, row)).collect(),
        done,
        people: forms::people(ctx).into_iter().filter(is_other).collect(),
        mechanisms: mechanisms(ctx, for_others),
        for_others,
        has_own: own.is_some_and(|actor| !actor.grants().is_empty()) && !for_others,
    })
}

fn mechanisms(ctx: &Ctx, all: bool) -> Vec<Choice> {
    let seen = ctx.catalog().mechanisms.values().filter(|it| all || ctx.reaches(it));
    seen.map(|it| Choice { id: it.id.to_string(), name: it.name.clone(), pinyin: String::new(), group: None }).collect()
}

fn line(ctx: &Ctx, row: &StandInRow) -> StandInLine {
    let name = |id: &kernel::ids::MechanismId| {
        ctx.catalog().mechanisms.get(id.as_str()).map_or_else(|| id.to_string(), |it| it.name.clone())
    };
    let standing = match row.ended_at {
        None if ctx.today < row.from_on => StandInStanding::Coming,
        None if ctx.today <= row.until_on => StandInStanding::InForce,
        _ => StandInStanding::Over,
    };
    StandInLine {
        id: row.id,
        person: ctx.names().person(row.person),
        principal: ctx.names().person(row.principal),
        mechanisms: match row.mechanisms.as_slice() {
            [] => "全部".to_owned(),
            some => some.iter().map(name).collect::<Vec<_>>().join("、"),
        },
        from_on: row.from_on,
        until_on: row.until_on,
        basis: row.basis.clone().unwrap_or_default(),
        standing,
    }
}

/// What those who stood in for me did in my name: one walk for each of them, from the newest back.
async fn done(ctx: &Ctx, conn: &mut Conn, me: PersonId, given: &[&StandInRow]) -> Result<Vec<DoneLine>, Error> {
    let mut people: Vec<PersonId> = given.iter().filter(|row| row.principal == me).map(|row| row.person).collect();
    people.sort();
    people.dedup();
    let mut entries = Vec::new();
    for person in people {
        entries.extend(store::journal::in_name_of(conn, person, me, MOST).await?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    entries.truncate(MOST as usize);
    let mut ids: Vec<RecordId> = entries.iter().map(|entry| entry.record).collect();
    ids.sort();
    ids.dedup();
    let found = records::by_ids(ctx, conn, &ids).await?;
    let rows = store::records::by_ids(conn, &ids).await?;
    let seen: BTreeSet<RecordId> = records::seen(ctx, conn, rows).await?.into_iter().map(|row| row.id).collect();
    let lines = entries.into_iter().filter_map(|entry| {
        let of = found.iter().find(|it| it.record.id == entry.record)?;
        let step = of.mechanism.step(entry.step.as_str()).map_or_else(|| entry.step.to_string(), |it| it.name.clone());
        Some(DoneLine {
            at: words::moment(entry.at),
            person: entry.actor_name,
            step,
            record: entry.record,
            // That it was done in one's name stays; what it was about goes with the right to see it.
            title: if seen.contains(&entry.record) { of.record.title.clone() } else { HIDDEN.to_owned() },
        })
    });
    Ok(lines.collect())
}
