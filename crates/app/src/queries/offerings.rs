//! Which views and templates does somebody find: their own, their unit's, those of their roles?
//!
//! Never the content of one that is offered to others.

use kernel::authority::{Actor, Grant};
use kernel::catalog::{Administers, FieldType, Mechanism};
use kernel::facts::{self, Typed};
use kernel::ids::{RoleId, UnitId};
use kernel::value::Value;
use store::Conn;
use store::offerings::{OfferingRow, What};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{Again, Choice, as_typed};
use crate::queries::register::RegisterAsk;

/// The most that is kept of one kind and one mechanism.
pub const MOST_OF_ALL: u32 = 500;

/// To whom something is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// To nobody: it is one's own.
    Nobody,
    /// To the people of one's unit.
    Unit,
    /// To those who hold a role below where one holds it oneself.
    Role(RoleId),
}

impl To {
    /// As it stands in a form.
    pub fn read(text: &str) -> Self {
        match text {
            "" => Self::Nobody,
            "unit" => Self::Unit,
            role => Self::Role(RoleId::from(role)),
        }
    }
}

/// Something that is kept, as its reader finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Is it the reader's own?
    pub is_own: bool,
    /// To whom it is offered.
    pub to: String,
    /// Its mechanism's id and name.
    pub mechanism: (String, String),
    /// Is it a view?
    pub is_view: bool,
}

/// Does this person administer the system?
pub(crate) fn administers(ctx: &Ctx) -> bool {
    let system = |grant: &Grant| {
        let role = ctx.vocabulary().role(grant.role.as_str());
        role.is_some_and(|role| role.administers == Some(Administers::System))
    };
    ctx.actor.grants().iter().any(|grant| grant.holds_on(ctx.today) && system(grant))
}

/// The unit and the role that something is kept with; nothing if this person may not offer it so.
/// To their unit whoever has anything to do there; to a role's holders whoever holds it too, over theirs.
pub(crate) fn place(ctx: &Ctx, to: &To) -> Option<(Option<UnitId>, Option<RoleId>)> {
    match to {
        To::Nobody => Some((None, None)),
        To::Unit => {
            let unit = home(ctx)?;
            let ord = ctx.tree.unit(unit)?.over.first;
            held(ctx).any(|grant| grant.over.holds(ord)).then_some((Some(unit), None))
        }
        To::Role(role) => {
            let grant = held(ctx).filter(|grant| grant.role == *role).min_by_key(|grant| grant.over.first)?;
            Some((Some(grant.unit), Some(role.clone())))
        }
    }
}

/// To whom this person may offer something, as a form offers it.
pub fn choices(ctx: &Ctx) -> Vec<Choice> {
    let choice = |id: &str, name: String| Choice { id: id.to_owned(), name, pinyin: String::new(), group: None };
    let mut all = vec![choice("", "只给自己".to_owned())];
    if place(ctx, &To::Unit).is_some() {
        all.push(choice("unit", "给本单位的人".to_owned()));
    }
    for grant in held(ctx) {
        let Some(role) = ctx.vocabulary().role(grant.role.as_str()).filter(|role| role.administers.is_none()) else {
            continue;
        };
        if !all.iter().any(|known| known.id == grant.role.as_str()) {
            all.push(choice(grant.role.as_str(), format!("给管辖范围内的{}", role.name)));
        }
    }
    all
}

fn held(ctx: &Ctx) -> impl Iterator<Item = &Grant> {
    ctx.actor.grants().iter().filter(|grant| grant.holds_on(ctx.today))
}

fn home(ctx: &Ctx) -> Option<UnitId> {
    ctx.tree.person(ctx.person()?)?.unit
}

/// May this person find something that is kept?
fn finds(ctx: &Ctx, row: &OfferingRow) -> bool {
    if !matches!(ctx.actor, Actor::Person { .. }) {
        return false;
    }
    if ctx.person() == Some(row.person) {
        return true;
    }
    match (row.unit, &row.role) {
        (None, _) => false,
        (Some(unit), None) => home(ctx) == Some(unit),
        (Some(unit), Some(role)) => {
            let over = ctx.tree.unit(unit).map(|unit| unit.over);
            held(ctx).any(|grant| grant.role == *role && over.is_some_and(|over| over.holds(grant.over.first)))
        }
    }
}

/// To whom something is offered, in words.
pub(crate) fn to_words(ctx: &Ctx, row: &OfferingRow) -> String {
    let unit = row.unit.map(|unit| ctx.names().unit(unit));
    let role = row.role.as_ref().and_then(|id| ctx.vocabulary().role(id.as_str())).map(|role| role.name.clone());
    match (unit, role) {
        (None, _) => "自己".to_owned(),
        (Some(unit), None) => format!("{unit}的人"),
        (Some(unit), Some(role)) => format!("{unit}的{role}"),
    }
}

fn offered(ctx: &Ctx, row: &OfferingRow) -> Offered {
    let mechanism = ctx.catalog().mechanism(row.mechanism.as_str()).map(|it| it.name.clone());
    Offered {
        id: row.id,
        name: row.name.clone(),
        owner: ctx.names().person(row.person),
        is_own: ctx.person() == Some(row.person),
        to: to_words(ctx, row),
        mechanism: (row.mechanism.to_string(), mechanism.unwrap_or_default()),
        is_view: row.what == What::View,
    }
}

/// The views of a register that this person finds, each with what it asks.
pub(crate) async fn views(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
) -> Result<Vec<(Offered, RegisterAsk)>, Error> {
    let rows = store::offerings::of_mechanism(conn, What::View, &mechanism.id, MOST_OF_ALL).await?;
    let found = rows.iter().filter(|row| finds(ctx, row));
    Ok(found.filter_map(|row| Some((offered(ctx, row), serde_json::from_str(&row.content).ok()?))).collect())
}

/// The templates of a mechanism that this person finds; nothing for whoever may not begin a record of it.
pub async fn templates(ctx: &Ctx, mechanism: &str) -> Result<(String, Vec<Offered>), Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.start().who) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let rows = store::offerings::of_mechanism(&mut conn, What::Template, &mechanism.id, MOST_OF_ALL).await?;
    let found = rows.iter().filter(|row| finds(ctx, row)).map(|row| offered(ctx, row));
    Ok((mechanism.name.clone(), found.collect()))
}

/// The form of a new record as a template fills it in.
pub async fn filled_by(ctx: &Ctx, mechanism: &str, id: Uuid) -> Result<Again, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let mut conn = ctx.office.db.read().await?;
    let row = store::offerings::find(&mut conn, id).await?.filter(|row| finds(ctx, row)).ok_or(Error::NotFound)?;
    if row.what != What::Template || row.mechanism != mechanism.id {
        return Err(Error::NotFound);
    }
    let json = serde_json::from_str(&row.content).map_err(|fault| Error::broken("read a template", fault))?;
    // A field that a newer definition keeps from templates is left out here too.
    let facts = crate::commands::offerings::carried(&mechanism, &facts::from_json(&mechanism, &json));
    let mut typed = Typed::default();
    for field in &mechanism.fields {
        let Some(value) = facts.find(field.id.as_str()) else { continue };
        let is_there = |unit: &UnitId| ctx.tree.unit(*unit).is_some_and(|unit| unit.is_present());
        let is_whole = match value {
            Value::Unit(unit) => is_there(unit),
            Value::Units(units) => units.iter().all(is_there),
            _ => !matches!(field.of, FieldType::Computed { .. }),
        };
        if is_whole {
            typed.fields.push((field.id.clone(), as_typed(value)));
        }
    }
    for child in &mechanism.children {
        let Some(Value::Rows(rows)) = facts.find(child.id.as_str()) else { continue };
        let row = |row: &kernel::value::Facts| {
            row.0.iter().map(|(id, value)| (id.clone(), as_typed(value).join(" "))).collect::<Vec<_>>()
        };
        typed.rows.push((child.id.clone(), rows.iter().map(row).collect()));
    }
    Ok(Again { typed, ..Again::default() })
}

/// Everything that is offered to others, for whoever administers the system.
pub async fn all_offered(ctx: &Ctx) -> Result<Vec<Offered>, Error> {
    if !administers(ctx) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let rows = store::offerings::offered(&mut conn, MOST_OF_ALL).await?;
    Ok(rows.iter().map(|row| offered(ctx, row)).collect())
}
