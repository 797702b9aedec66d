//! Units, people, accounts and roles of a site that has none yet, in one transaction.

use kernel::ids::{AccountId, GrantId, PersonId, RoleId, UnitId, UnitKind};
use store::accounts::AccountRow;
use store::grants::GrantRow;
use store::people::PersonRow;
use store::units::{LinkRow, UnitRow};

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::pinyin::initials;

/// A unit to come; units stand in pre-order, one tree behind the other, each with its top first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUnit {
    /// Its kind.
    pub kind: UnitKind,
    /// Its name.
    pub name: String,
    /// Its short name.
    pub short_name: Option<String>,
    /// Its pinyin initials.
    pub pinyin: Option<String>,
    /// Its code.
    pub code: Option<String>,
    /// Its level, if it is not its kind's.
    pub level: Option<String>,
    /// Its unified social credit code.
    pub credit_code: Option<String>,
    /// The place of the unit above it in the list; none at the top of a tree.
    pub parent: Option<usize>,
    /// For a party unit, the places of the administrative units that it belongs to.
    pub of: Vec<usize>,
}

/// A person to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// Their pinyin initials.
    pub pinyin: Option<String>,
    /// What they are called in their unit.
    pub post_name: Option<String>,
    /// The place of their unit in the list.
    pub unit: usize,
    /// Their sign-in name, if they get an account.
    pub login: Option<String>,
    /// What they may do.
    pub roles: Vec<RoleId>,
    /// The place of the unit over whose subtree.
    pub over: usize,
}

/// An organisation to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewOrganisation {
    /// Units in pre-order.
    pub units: Vec<NewUnit>,
    /// People.
    pub people: Vec<NewPerson>,
}

/// Keeps the organisation. `passwords` gives the hash for a sign-in name; `must_change` whether it holds for one
/// sign-in only. A site that has units already is `Stale`: this is how it begins, not how it goes on.
pub async fn set_up(
    ctx: &Ctx,
    new: &NewOrganisation,
    passwords: &dyn Fn(&str) -> String,
    must_change: bool,
) -> Result<(), Error> {
    let units = unit_rows(ctx, new);
    let people: Vec<PersonRow> = new.people.iter().map(|person| person_row(ctx, person, &units)).collect();
    let mut tx = ctx.office.db.begin().await?;
    if !store::units::all(&mut tx).await?.is_empty() {
        return Err(Error::Stale);
    }
    store::units::tree_changes(&mut tx).await?;
    store::units::insert_many(&mut tx, &units).await?;
    for (unit, row) in new.units.iter().zip(&units) {
        for other in &unit.of {
            let (id, other) = (ctx.new_id(), units[*other].id);
            let link = LinkRow { id, unit: row.id, other, from_on: ctx.today, ended_on: None };
            store::units::insert_link(&mut tx, &link).await?;
        }
    }
    store::people::insert_many(&mut tx, &people).await?;
    let mut grants = Vec::new();
    for (person, row) in new.people.iter().zip(&people) {
        if let Some(login) = &person.login {
            store::accounts::insert(&mut tx, &account_row(ctx, row.id, login, passwords(login), must_change)).await?;
        }
        let of = |role: &RoleId| GrantRow {
            id: ctx.new_id::<GrantId>(),
            person: row.id,
            role: role.clone(),
            unit: units[person.over].id,
            from_on: ctx.today,
            until_on: None,
            basis: Some("初次登记".to_owned()),
            given_by: None,
        };
        grants.extend(person.roles.iter().map(of));
    }
    store::grants::insert_many(&mut tx, &grants).await?;
    let detail = serde_json::json!({ "units": units.len(), "people": people.len(), "grants": grants.len() });
    act(ctx, &mut tx, "set_up", detail).await?;
    tx.commit().await?;
    ctx.office.read_tree().await?;
    open_files(ctx, &people).await
}

/// Everybody gets a file if the site keeps files of people: the first files say what the list says.
async fn open_files(ctx: &Ctx, people: &[PersonRow]) -> Result<(), Error> {
    let Some(mechanism) = crate::commands::people::mechanism(ctx) else { return Ok(()) };
    let ctx = Ctx { tree: ctx.office.tree(), ..ctx.clone() };
    let mut tx = ctx.office.db.begin_long().await?;
    crate::commands::people::take_over(&ctx, &mut tx, &mechanism, people).await?;
    tx.commit().await?;
    ctx.office.read_tree().await
}

/// Units with their numbers: a subtree is one interval.
fn unit_rows(ctx: &Ctx, new: &NewOrganisation) -> Vec<UnitRow> {
    let mut rows: Vec<UnitRow> = Vec::with_capacity(new.units.len());
    for (at, unit) in new.units.iter().enumerate() {
        let above = unit.parent.map(|parent| (rows[parent].id, rows[parent].depth));
        rows.push(UnitRow {
            id: ctx.new_id::<UnitId>(),
            kind: unit.kind.clone(),
            name: unit.name.clone(),
            short_name: unit.short_name.clone(),
            code: unit.code.clone(),
            parent: above.map(|(id, _)| id),
            ord: at as i64 + 1,
            ord_last: at as i64 + 1,
            depth: above.map_or(0, |(_, depth)| depth + 1),
            pinyin: Some(unit.pinyin.clone().unwrap_or_else(|| initials(&unit.name))),
            founded_on: None,
            dissolved_on: None,
            level: unit.level.clone().or_else(|| level(ctx, unit)),
            credit_code: unit.credit_code.clone(),
        });
    }
    for at in (0..rows.len()).rev() {
        if let Some(parent) = new.units[at].parent {
            rows[parent].ord_last = rows[parent].ord_last.max(rows[at].ord_last);
        }
    }
    rows
}

// enforces: unit_kind.level
fn level(ctx: &Ctx, unit: &NewUnit) -> Option<String> {
    ctx.vocabulary().unit_kind(unit.kind.as_str())?.level.as_deref().map(str::to_owned)
}

fn person_row(ctx: &Ctx, person: &NewPerson, units: &[UnitRow]) -> PersonRow {
    PersonRow {
        id: ctx.new_id::<PersonId>(),
        name: person.name.clone(),
        pinyin: person.pinyin.clone().unwrap_or_else(|| initials(&person.name)),
        post_name: person.post_name.clone(),
        unit: Some(units[person.unit].id),
    }
}

fn account_row(ctx: &Ctx, person: PersonId, login: &str, password_hash: String, must_change: bool) -> AccountRow {
    AccountRow {
        id: ctx.new_id::<AccountId>(),
        person,
        login_name: login.to_owned(),
        password_hash,
        must_change,
        // Passwords of a demo or a bench are of no known age, so that neither runs out while somebody looks around.
        password_set_at: must_change.then_some(ctx.now),
        made_at: must_change.then_some(ctx.now),
        last_in_at: None,
        ended_on: None,
        ended_why: None,
    }
}
