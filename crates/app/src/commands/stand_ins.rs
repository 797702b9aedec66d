//! Letting somebody act in somebody's name, and ending it.
//!
//! Given by the principal, or by who administers rights; in force at once, and gone at once.
//! Never hands on what somebody holds as a stand-in: a principal's own grants are read at the moment of use.

use jiff::civil::Date;
use kernel::authority::stand_in::{Wish, may_stand_in};
use kernel::ids::{MechanismId, PersonId, RoleId, StandInId};
use kernel::refusal::{Refusal, Spot};
use store::Tx;
use store::notices::NoticeRow;
use store::stand_ins::StandInRow;

use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::stand_ins::may_arrange;

/// Who is to stand in for whom, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct StandInForm {
    /// Who is to act.
    pub person: String,
    /// In whose name; empty means in one's own.
    pub principal: String,
    /// In which mechanisms; empty means in all.
    pub mechanisms: Vec<String>,
    /// The first day.
    pub from_on: String,
    /// The last day.
    pub until_on: String,
    /// On what basis.
    pub basis: String,
}

/// The most characters of a basis.
const LONGEST_BASIS: usize = 200;

/// Lets somebody act in somebody's name.
pub async fn give(ctx: &Ctx, form: StandInForm) -> Result<StandInId, Error> {
    let row = read(ctx, &form)?;
    let (row, ctx_) = (&row, ctx);
    let keep = |mut tx: Tx| async move {
        store::units::tree_changes(&mut tx).await?;
        store::stand_ins::insert(&mut tx, row).await?;
        let detail = serde_json::json!({
            "stand_in": row.id.to_string(), "person": row.person.to_string(), "principal": row.principal.to_string(),
            "mechanisms": row.mechanisms, "from_on": row.from_on, "until_on": row.until_on, "basis": row.basis,
        });
        act(ctx_, &mut tx, "stand_in.given", detail).await?;
        tell(ctx_, &mut tx, row, "given").await?;
        Ok::<_, Error>((tx, row.id))
    };
    let id = ctx.office.db.transact(keep).await?;
    ctx.office.read_tree().await?;
    Ok(id)
}

/// Ends it at once: by either of the two, or by who administers rights.
pub async fn end(ctx: &Ctx, id: StandInId) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let row = store::stand_ins::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    drop(conn);
    let is_theirs = ctx.person().is_some_and(|me| me == row.principal || me == row.person);
    if !is_theirs && !may_arrange(ctx, row.principal) {
        return Err(Error::NotFound);
    }
    let (row, ctx_) = (&row, ctx);
    let keep = |mut tx: Tx| async move {
        store::units::tree_changes(&mut tx).await?;
        if !store::stand_ins::end(&mut tx, row.id, ctx_.now, ctx_.person()).await? {
            return Err(Refusal::new("stand_in.ended").into());
        }
        let detail = serde_json::json!({ "stand_in": row.id.to_string(), "person": row.person.to_string(), "principal": row.principal.to_string() });
        act(ctx_, &mut tx, "stand_in.ended", detail).await?;
        tell(ctx_, &mut tx, row, "ended").await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    ctx.office.read_tree().await
}

fn read(ctx: &Ctx, form: &StandInForm) -> Result<StandInRow, Error> {
    let asker = ctx.person().ok_or(Error::NotFound)?;
    let mut refusals = Vec::new();
    let person = known_person(ctx, &form.person);
    let principal = if form.principal.trim().is_empty() { Some(asker) } else { known_person(ctx, &form.principal) };
    let (from_on, until_on) = (form.from_on.trim().parse::<Date>(), form.until_on.trim().parse::<Date>());
    let basis: String = form.basis.chars().filter(|sign| !sign.is_control()).collect();
    let mut refuse = |is_wrong: bool, code, field: &str| {
        if is_wrong {
            refusals.push(Refusal::new(code).at(Spot::Field(field.into())));
        }
    };
    refuse(person.is_none(), "stand_in.who", "person");
    refuse(principal.is_none(), "stand_in.who", "principal");
    refuse(from_on.is_err(), "stand_in.day", "from_on");
    refuse(until_on.is_err(), "stand_in.day", "until_on");
    refuse(basis.chars().count() > LONGEST_BASIS, "stand_in.basis", "basis");
    let is_known = |id: &String| ctx.catalog().mechanisms.contains_key(id.as_str());
    refuse(!form.mechanisms.iter().all(is_known), "stand_in.mechanism", "mechanism");
    let (Some(person), Some(principal), Ok(from_on), Ok(until_on), []) =
        (person, principal, from_on, until_on, refusals.as_slice())
    else {
        return Err(Error::Refused(refusals));
    };
    let wish = Wish {
        asker,
        person,
        principal,
        from_on,
        until_on,
        may_grant: may_arrange(ctx, principal),
        administers: holds(ctx, person, true),
        has_grants: holds(ctx, principal, false),
    };
    let refusals = may_stand_in(wish, ctx.today);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    Ok(StandInRow {
        id: ctx.new_id(),
        person,
        principal,
        mechanisms: form.mechanisms.iter().map(|id| MechanismId::from(id.as_str())).collect(),
        from_on,
        until_on,
        basis: Some(basis.trim().to_owned()).filter(|text| !text.is_empty()),
        given_by: Some(asker),
        given_at: ctx.now,
        ended_at: None,
        ended_by: None,
    })
}

fn known_person(ctx: &Ctx, typed: &str) -> Option<PersonId> {
    typed.trim().parse::<PersonId>().ok().filter(|id| ctx.tree.person(*id).is_some())
}

/// Does this person hold today a role that administers, or one that does not?
fn holds(ctx: &Ctx, person: PersonId, administering: bool) -> bool {
    let is_so = |role: &RoleId| {
        ctx.vocabulary().role(role.as_str()).is_some_and(|it| it.administers.is_some() == administering)
    };
    ctx.tree.grants_of(person, ctx.today).iter().any(|grant| is_so(&grant.role))
}

/// Tells the one who did not do it.
async fn tell(ctx: &Ctx, tx: &mut Tx, row: &StandInRow, what: &str) -> Result<(), Error> {
    let names = ctx.names();
    let (person, principal) = (names.person(row.person), names.person(row.principal));
    let words = match what {
        "given" => format!("{person}自{}至{}代{principal}办理。", row.from_on, row.until_on),
        _ => format!("{person}不再代{principal}办理。"),
    };
    let told = [row.person, row.principal].into_iter().filter(|id| Some(*id) != ctx.person());
    let notices: Vec<NoticeRow> = told
        .map(|person| NoticeRow {
            id: ctx.new_id(),
            person,
            record: None,
            at: ctx.now,
            kind: format!("stand_in.{what}"),
            words: words.clone(),
            read_at: None,
        })
        .collect();
    telling::notify(ctx, tx, &notices).await
}
