//! What does a leaver hold? Roles, records in hand, signatures asked, stand-ins; and what was handed over before.
//!
//! Whoever arranges it reads no business by that: records are told by mechanism and number, never by what they say.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::ids::{HandOverId, PersonId};

use crate::commands::hand_over::{Handed, MOST_RECORDS, may_arrange};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{self, Choice};
use crate::words;

/// What a leaver holds.
#[derive(Clone, Debug)]
pub struct Holdings {
    /// Who.
    pub leaver: PersonId,
    /// Their name.
    pub name: String,
    /// Their roles: role, unit, from, until.
    pub grants: Vec<(String, String, Date, Option<Date>)>,
    /// Records that wait for them by name: mechanism and how many.
    pub records: Vec<(String, usize)>,
    /// Stand-ins, given and taken, in words.
    pub stand_ins: Vec<String>,
    /// Whom the heir may be.
    pub heirs: Vec<Choice>,
    /// What was handed over before.
    pub before: Vec<HandOverLine>,
}

/// A hand-over.
#[derive(Clone, Debug)]
pub struct HandOverLine {
    /// Its id.
    pub id: HandOverId,
    /// When.
    pub at: String,
    /// The last day.
    pub on: Date,
    /// What went to whom, in words.
    pub words: String,
    /// Was it handed back?
    pub is_undone: bool,
}

/// The people whose work may be handed over by this person.
pub fn leavers(ctx: &Ctx) -> Result<Vec<Choice>, Error> {
    let known = forms::people(ctx).into_iter();
    let all: Vec<Choice> = known.filter(|choice| choice.id.parse().is_ok_and(|id| may_arrange(ctx, id))).collect();
    if all.is_empty() { Err(Error::NotFound) } else { Ok(all) }
}

/// What a leaver holds.
pub async fn holdings(ctx: &Ctx, leaver: PersonId) -> Result<Holdings, Error> {
    if !may_arrange(ctx, leaver) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let names = ctx.names();
    let ids = store::waiting::for_person(&mut conn, leaver, MOST_RECORDS).await?;
    let mut records: BTreeMap<String, usize> = BTreeMap::new();
    for row in store::records::by_ids(&mut conn, &ids).await? {
        let name = ctx.catalog().mechanisms.get(row.mechanism.as_str()).map(|it| it.name.clone());
        *records.entry(name.unwrap_or_else(|| row.mechanism.to_string())).or_default() += 1;
    }
    let standing = store::stand_ins::standing(&mut conn).await?;
    let own =
        standing.iter().filter(|row| (row.person == leaver || row.principal == leaver) && row.until_on >= ctx.today);
    let stand_ins = own.map(|row| {
        let (person, principal) = (names.person(row.person), names.person(row.principal));
        format!("{person}代{principal}，{}至{}", row.from_on, row.until_on)
    });
    let role = |id: &str| ctx.vocabulary().role(id).map_or_else(|| id.to_owned(), |role| role.name.clone());
    let grants = ctx.tree.grants_of(leaver, ctx.today).into_iter();
    let is_heir = |choice: &Choice| {
        choice.id != leaver.to_string() && Some(choice.id.clone()) != ctx.person().map(|id| id.to_string())
    };
    let before = store::hand_overs::of_leaver(&mut conn, leaver, 20).await?;
    Ok(Holdings {
        leaver,
        name: names.person(leaver),
        grants: grants.map(|it| (role(it.role.as_str()), names.unit(it.unit), it.from_on, it.until_on)).collect(),
        records: records.into_iter().collect(),
        stand_ins: stand_ins.collect(),
        heirs: forms::people(ctx).into_iter().filter(is_heir).collect(),
        before: before.into_iter().map(|row| line(ctx, row)).collect(),
    })
}

fn line(ctx: &Ctx, row: store::hand_overs::HandOverRow) -> HandOverLine {
    let handed: Handed = serde_json::from_value(row.detail).unwrap_or_default();
    let name = |id: Option<PersonId>| id.map_or_else(|| "无人接".to_owned(), |id| ctx.names().person(id));
    HandOverLine {
        id: row.id,
        at: words::moment(row.at),
        on: row.on,
        words: format!(
            "授权{}项（{}），事项{}件（{}），代办{}项",
            handed.ended.len(),
            name(handed.grants_to),
            handed.records.len(),
            name(handed.records_to),
            handed.stand_ins.len()
        ),
        is_undone: row.undone_at.is_some(),
    }
}
