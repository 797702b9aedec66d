//! Giving a role, ending it, correcting it, keeping it at the yearly review: each is an act with who, why and on what
//! basis.
//!
//! Never changes what a grant was: a correction ends the old one and gives a new one in one transaction.

use jiff::civil::Date;
use kernel::giving::{self, End, Ending, Held, Offer};
use kernel::ids::{FieldId, GrantId, PersonId, RoleId, UnitId};
use kernel::refusal::{Refusal, Spot};
use kernel::workflow::Numbered as _;
use store::Tx;
use store::grants::{EndRow, GrantRow, GrantStory};
use store::notices::NoticeRow;
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::grants as asked;

/// A role to be given, as typed.
#[derive(Clone, Debug, Default)]
pub struct Giving {
    /// The person's id.
    pub person: String,
    /// The role's id.
    pub role: String,
    /// The unit's id.
    pub unit: String,
    /// The first day.
    pub from_on: String,
    /// The last day; empty for none.
    pub until_on: String,
    /// The basis.
    pub basis: String,
    /// The grant that this one corrects.
    pub corrects: Option<GrantId>,
    /// The form's own key: sent twice, it gives once.
    pub key: Option<String>,
}

/// An end, as typed.
#[derive(Clone, Debug, Default)]
pub struct EndForm {
    /// The last day; empty to end at once.
    pub until_on: String,
    /// Why.
    pub reason: String,
}

/// Gives a role.
pub async fn give(ctx: &Ctx, form: &Giving) -> Result<GrantId, Error> {
    if !asked::gives(ctx) {
        return Err(Error::NotFound);
    }
    let offer = read(ctx, form)?;
    let id: GrantId = ctx.new_id();
    let offer = &offer;
    let keep = |mut tx: Tx| async move {
        let known = match form.key.as_deref() {
            Some(key) if !store::idempotency::put(&mut tx, key, ctx.now, &id.to_string()).await? => {
                store::idempotency::find(&mut tx, key).await?.and_then(|id| id.parse().ok())
            }
            _ => None,
        };
        let given = match known {
            Some(known) => known,
            None => {
                keep_given(ctx, &mut tx, id, offer, form.corrects).await?;
                id
            }
        };
        Ok::<_, Error>((tx, given))
    };
    let given = ctx.office.db.transact(keep).await?;
    ctx.office.fresh_tree().await?;
    Ok(given)
}

/// Gives a role inside a transaction. Whoever gives or ends at the same time waits at the first statement: what follows
/// sees what they did.
pub(crate) async fn keep_given(
    ctx: &Ctx,
    tx: &mut Tx,
    id: GrantId,
    offer: &Offer,
    corrects: Option<GrantId>,
) -> Result<(), Error> {
    store::units::tree_changes(tx).await?;
    if let Some(old) = corrects {
        let reason = format!("更正：{}", offer.basis);
        let form = EndForm { until_on: String::new(), reason: reason.chars().take(giving::LONGEST_BASIS).collect() };
        end_one(ctx, tx, old, &form).await?;
    }
    let theirs: Vec<Held> = store::grants::stories_of(tx, offer.person).await?.iter().filter_map(held).collect();
    giving::give(ctx.vocabulary(), &ctx.actor, ctx.today, offer, &theirs)?;
    let row = GrantRow {
        id,
        person: offer.person,
        role: offer.role.clone(),
        unit: offer.unit,
        from_on: offer.from_on,
        until_on: offer.until_on,
        basis: Some(offer.basis.trim().to_owned()),
        given_by: ctx.person(),
    };
    store::grants::give(tx, &row, ctx.now).await?;
    let mut detail = told(ctx, &row);
    if let (Some(detail), Some(old)) = (detail.as_object_mut(), corrects) {
        detail.insert("corrects".to_owned(), old.to_string().into());
    }
    act(ctx, tx, "grant.given", detail).await?;
    let notice = Refusal::new("notice.grant_given")
        .with("role", role_name(ctx, &row.role))
        .with("unit", ctx.names().unit(row.unit))
        .with("from", row.from_on);
    tell(ctx, tx, row.person, &notice).await
}

/// Ends a grant, at once or after a day.
pub async fn end(ctx: &Ctx, id: GrantId, form: &EndForm) -> Result<(), Error> {
    if !asked::gives(ctx) {
        return Err(Error::NotFound);
    }
    let keep = |mut tx: Tx| async move {
        store::units::tree_changes(&mut tx).await?;
        end_one(ctx, &mut tx, id, form).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    ctx.office.fresh_tree().await
}

/// Ends one grant inside a transaction that has raised the tree's revision.
pub async fn end_one(ctx: &Ctx, tx: &mut Tx, id: GrantId, form: &EndForm) -> Result<(), Error> {
    let story = store::grants::find(tx, id).await?.ok_or(Error::NotFound)?;
    let unit_ord = ctx.tree.ord(story.grant.unit).ok_or(Error::NotFound)?;
    let Some(held) = held(&story) else { return Err(Refusal::new("grant.over_already").into()) };
    let how = match form.until_on.trim() {
        "" => End::AtOnce,
        text => End::After(day(text, "until_on", "终止日")?),
    };
    let ending = Ending { held, unit_ord, how, reason: form.reason.clone() };
    let mut guards = Vec::new();
    for role in ctx.vocabulary().administrators(kernel::catalog::Administers::Security) {
        guards.extend(store::grants::of_role(tx, &role.id, ctx.today).await?.iter().map(of_row));
    }
    giving::end(ctx.vocabulary(), &ctx.actor, ctx.today, &ending, &guards)?;
    let until_on = match how {
        End::AtOnce => None,
        End::After(last) => Some(last),
    };
    let row = EndRow { until_on, at: ctx.now, by: ctx.person(), reason: form.reason.trim() };
    if !store::grants::end_as(tx, id, &row).await? {
        return Err(Error::Stale);
    }
    let mut detail = told(ctx, &story.grant);
    if let Some(detail) = detail.as_object_mut() {
        detail.insert("reason".to_owned(), form.reason.trim().into());
        detail.insert("ends".to_owned(), until_on.map_or_else(|| "立即".to_owned(), |day| day.to_string()).into());
    }
    act(ctx, tx, "grant.ended", detail).await?;
    let ends = until_on.map_or_else(|| "即日起".to_owned(), |day| format!("{day}后"));
    let notice = Refusal::new("notice.grant_ended")
        .with("role", role_name(ctx, &story.grant.role))
        .with("unit", ctx.names().unit(story.grant.unit))
        .with("ends", ends)
        .with("reason", form.reason.trim());
    tell(ctx, tx, story.grant.person, &notice).await
}

/// Keeps grants at the yearly review. Gives how many; those that are not this person's to give are left out.
pub async fn keep_reviewed(ctx: &Ctx, ids: &[GrantId]) -> Result<usize, Error> {
    if !asked::gives(ctx) {
        return Err(Error::NotFound);
    }
    let keep = |mut tx: Tx| async move {
        let mut kept = Vec::new();
        for id in ids.iter().take(MOST_REVIEWED) {
            let Some(story) = store::grants::find(&mut tx, *id).await? else { continue };
            if !may_touch(ctx, &story) {
                continue;
            }
            store::grants::keep(&mut tx, *id, ctx.now, ctx.person()).await?;
            kept.push(told(ctx, &story.grant));
        }
        let count = kept.len();
        if count > 0 {
            act(ctx, &mut tx, "grant.reviewed", serde_json::json!({ "count": count, "grants": kept })).await?;
        }
        Ok::<_, Error>((tx, count))
    };
    ctx.office.db.transact(keep).await
}

/// The most grants kept in one act: a page of the list.
const MOST_REVIEWED: usize = 100;

/// May this person give and end it, and is it somebody else's?
fn may_touch(ctx: &Ctx, story: &GrantStory) -> bool {
    let ord = ctx.tree.ord(story.grant.unit);
    let gives = ord.is_some_and(|ord| giving::may_give(ctx.vocabulary(), &ctx.actor, &story.grant.role, ord));
    gives && ctx.person() != Some(story.grant.person)
}

fn read(ctx: &Ctx, form: &Giving) -> Result<Offer, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let role = ctx.vocabulary().role(form.role.trim()).map(|role| role.id.clone());
    if role.is_none() {
        refusals.push(missing("role", "角色"));
    }
    let unit: Option<UnitId> = form.unit.trim().parse().ok();
    let unit = unit.and_then(|unit| ctx.tree.unit(unit));
    if unit.is_none() {
        refusals.push(Refusal::new("field.no_such_unit").with("field", "单位").at(spot("unit")));
    }
    let person: Option<PersonId> = form.person.trim().parse().ok();
    let person = person.filter(|person| asked::may_be_chosen(ctx, *person));
    if person.is_none() {
        refusals.push(Refusal::new("field.no_such_person").with("field", "人员").at(spot("person")));
    }
    let from_on = match form.from_on.trim() {
        "" => Ok(ctx.today),
        text => day(text, "from_on", "生效日"),
    };
    let until_on = match form.until_on.trim() {
        "" => Ok(None),
        text => day(text, "until_on", "终止日").map(Some),
    };
    match (role, unit, person, from_on, until_on) {
        (Some(role), Some(unit), Some(person), Ok(from_on), Ok(until_on)) => Ok(Offer {
            person,
            role,
            unit: unit.id,
            unit_ord: unit.over.first,
            from_on,
            until_on,
            basis: form.basis.chars().filter(|sign| !sign.is_control()).collect(),
        }),
        (.., from_on, until_on) => {
            refusals.extend(from_on.err());
            refusals.extend(until_on.err());
            Err(refusals)
        }
    }
}

fn day(text: &str, field: &str, name: &str) -> Result<Date, Refusal> {
    text.parse().map_err(|_| Refusal::new("field.not_a_day").with("field", name).at(spot(field)))
}

fn missing(field: &str, name: &str) -> Refusal {
    Refusal::new("field.missing").with("field", name).at(spot(field))
}

fn spot(field: &str) -> Spot {
    Spot::Field(FieldId::from(field))
}

/// The grant as the kernel judges it; nothing if it ended at once.
fn held(story: &GrantStory) -> Option<Held> {
    story.ended_at.is_none().then(|| of_row(&story.grant))
}

fn of_row(row: &GrantRow) -> Held {
    Held {
        id: row.id,
        person: row.person,
        role: row.role.clone(),
        unit: row.unit,
        from_on: row.from_on,
        until_on: row.until_on,
    }
}

fn role_name(ctx: &Ctx, role: &RoleId) -> String {
    ctx.vocabulary().role(role.as_str()).map_or_else(|| role.to_string(), |role| role.name.clone())
}

/// A grant as an act tells it: names as they were, and ids.
fn told(ctx: &Ctx, row: &GrantRow) -> serde_json::Value {
    serde_json::json!({
        "grant": row.id.to_string(),
        "person": ctx.names().person(row.person),
        "person_id": row.person.to_string(),
        "role": role_name(ctx, &row.role),
        "role_id": row.role.as_str(),
        "unit": ctx.names().unit(row.unit),
        "unit_id": row.unit.to_string(),
        "from": row.from_on.to_string(),
        "until": row.until_on.map(|day| day.to_string()),
        "basis": row.basis,
    })
}

/// Tells a person something in the words of the messages file.
async fn tell(ctx: &Ctx, tx: &mut Tx, person: PersonId, what: &Refusal) -> Result<(), Error> {
    let said = crate::words::say(ctx.vocabulary(), what);
    let notice = NoticeRow {
        id: ctx.new_id::<Uuid>(),
        person,
        record: None,
        at: ctx.now,
        kind: "grant".to_owned(),
        words: format!("{}{}", said.says, said.next.unwrap_or_default()),
        read_at: None,
    };
    telling::notify(ctx, tx, &[notice]).await
}
