//! Somebody keeps a view or a template under a name, offers it to their unit or to those of a role, takes it away.
//!
//! Each is told by an act. What is offered is a question or a form, never a record: whoever uses it sees and does by
//! their own rights.
//! Never a protected field, a file, a number, a day in a template.

use kernel::catalog::{Field, FieldType, Mechanism};
use kernel::facts;
use kernel::ids::{FieldId, PersonId, RecordId};
use kernel::refusal::{Refusal, Spot};
use kernel::value::{Facts, Value};
use store::offerings::{OfferingRow, What};
use store::{Conn, Tx};
use uuid::Uuid;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::offerings::{self, To};
use crate::queries::register::RegisterAsk;
use crate::records;

/// What was kept, renamed or taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its mechanism.
    pub mechanism: String,
    /// Is it a view?
    pub is_view: bool,
    /// Whose it was.
    pub owner: PersonId,
}

impl Kept {
    fn of(row: &OfferingRow) -> Self {
        Self { mechanism: row.mechanism.to_string(), is_view: row.what == What::View, owner: row.person }
    }
}

/// The most characters of a name.
const LONGEST_NAME: usize = 40;
/// The most that one person keeps of one mechanism.
const MOST: usize = 50;

/// Offers a view of a register under a name; nobody gets one offered to nobody.
pub async fn offer_view(ctx: &Ctx, mechanism: &str, name: &str, to: &To, ask: &RegisterAsk) -> Result<Uuid, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let kept = RegisterAsk { after: String::new(), ..ask.clone() };
    let content = serde_json::to_string(&kept).map_err(|fault| Error::broken("write a view", fault))?;
    keep(ctx, &mechanism, (What::View, name, to), content).await
}

/// Keeps what is written in a record as a template of its mechanism; gives the mechanism.
pub async fn keep_template(ctx: &Ctx, record: RecordId, name: &str, to: &To) -> Result<String, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, record).await?.read_by(ctx);
    drop(conn);
    let mechanism = ctx.mechanism(found.mechanism.id.as_str())?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.start().who) {
        return Err(Error::NotFound);
    }
    let kept = carried(&mechanism, &found.record.facts);
    if kept.0.is_empty() {
        return Err(Refusal::new("template.nothing").into());
    }
    keep(ctx, &mechanism, (What::Template, name, to), facts::to_json(&kept).to_string()).await?;
    Ok(mechanism.id.to_string())
}

/// What a template carries of a record: what its first step asks for, and of that plain words, choices and units alone.
pub fn carried(mechanism: &Mechanism, facts: &Facts) -> Facts {
    let start = mechanism.start();
    let mut kept = Facts::default();
    for id in start.needs.iter().chain(&start.asks) {
        let Some(value) = facts.find(id.as_str()) else { continue };
        if mechanism.field(id.as_str()).is_some_and(is_carried) {
            kept.put(id, Some(value.clone()));
        }
        let (Some(child), Value::Rows(rows)) = (mechanism.child(id.as_str()), value) else { continue };
        let asking = mechanism.helps.asking.as_ref().filter(|it| it.child == child.id);
        let stays = |column: &&Field| is_carried(column) && asking.is_none_or(|it| it.is_typed(&column.id));
        let columns: Vec<&FieldId> = child.fields.iter().filter(stays).map(|column| &column.id).collect();
        let row = |row: &Facts| {
            let mut kept = Facts::default();
            columns.iter().for_each(|id| kept.put(id, row.find(id.as_str()).cloned()));
            kept
        };
        let rows: Vec<Facts> = rows.iter().map(row).filter(|row| !row.0.is_empty()).collect();
        kept.put(id, (!rows.is_empty()).then_some(Value::Rows(rows)));
    }
    kept
}

fn is_carried(field: &Field) -> bool {
    let is_plain = matches!(
        field.of,
        FieldType::Text { .. }
            | FieldType::LongText { .. }
            | FieldType::Choice { .. }
            | FieldType::YesNo
            | FieldType::Unit
            | FieldType::Units
    );
    is_plain
        && field.protection.level.is_none()
        && !field.protection.limits_reading()
        && field.form.is_none()
        && !field.unique
}

async fn keep(
    ctx: &Ctx,
    mechanism: &Mechanism,
    (what, name, to): (What, &str, &To),
    content: String,
) -> Result<Uuid, Error> {
    let Some(person) = ctx.person() else { return Err(Error::NotFound) };
    let name = called(name)?;
    let (unit, role) = offerings::place(ctx, to).ok_or_else(|| Refusal::new("offering.not_yours"))?;
    let row = OfferingRow {
        id: ctx.new_id(),
        what,
        person,
        mechanism: mechanism.id.clone(),
        name,
        content,
        unit,
        role,
        made_at: ctx.now,
    };
    let row = &row;
    let keep = |mut tx: Tx| async move {
        let known = store::offerings::of_mechanism(&mut tx, what, &row.mechanism, offerings::MOST_OF_ALL).await?;
        let own = known.iter().filter(|it| it.person == person);
        if own.clone().any(|it| it.name == row.name) {
            let refusal = Refusal::new("offering.name_taken").with("name", &row.name);
            return Err(Error::from(refusal.at(Spot::Field(FieldId::from("name")))));
        }
        if own.count() >= MOST || known.len() >= offerings::MOST_OF_ALL as usize {
            return Err(Refusal::new("offering.too_many").with("most", MOST).into());
        }
        store::offerings::insert(&mut tx, row).await?;
        told(ctx, &mut tx, row, "offering.kept").await?;
        Ok((tx, row.id))
    };
    ctx.office.db.transact(keep).await
}

fn called(name: &str) -> Result<String, Refusal> {
    let name: String = name.trim().chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect();
    if name.is_empty() {
        return Err(Refusal::new("view.name_missing").at(Spot::Field(FieldId::from("name"))));
    }
    Ok(name)
}

async fn told(ctx: &Ctx, tx: &mut Tx, row: &OfferingRow, kind: &str) -> Result<(), Error> {
    let mechanism = ctx.catalog().mechanism(row.mechanism.as_str()).map_or("", |it| it.name.as_str());
    let what = if row.what == What::View { "视图" } else { "模板" };
    let to = offerings::to_words(ctx, row);
    act(ctx, tx, kind, serde_json::json!({ "mechanism": mechanism, "what": what, "name": row.name, "to": to })).await
}

/// One of this person's own; another's is not there for them.
async fn own(ctx: &Ctx, conn: &mut Conn, id: Uuid) -> Result<OfferingRow, Error> {
    let row = store::offerings::find(conn, id).await?.ok_or(Error::NotFound)?;
    let is_own = ctx.person() == Some(row.person);
    if is_own { Ok(row) } else { Err(Error::NotFound) }
}

/// Calls one of this person's own otherwise.
pub async fn rename(ctx: &Ctx, id: Uuid, name: &str) -> Result<Kept, Error> {
    let name = &called(name)?;
    let keep = |mut tx: Tx| async move {
        let row = own(ctx, &mut tx, id).await?;
        store::offerings::rename(&mut tx, id, name).await?;
        let kept = Kept::of(&row);
        told(ctx, &mut tx, &OfferingRow { name: name.clone(), ..row }, "offering.renamed").await?;
        Ok::<_, Error>((tx, kept))
    };
    ctx.office.db.transact(keep).await
}

/// Takes one away: the owner's own, or any that is offered by whoever administers the system.
pub async fn remove(ctx: &Ctx, id: Uuid) -> Result<Kept, Error> {
    let keep = |mut tx: Tx| async move {
        let row = match offerings::administers(ctx) {
            true => {
                store::offerings::find(&mut tx, id).await?.filter(|row| row.unit.is_some()).ok_or(Error::NotFound)?
            }
            false => own(ctx, &mut tx, id).await?,
        };
        store::offerings::remove(&mut tx, id).await?;
        told(ctx, &mut tx, &row, "offering.removed").await?;
        Ok::<_, Error>((tx, Kept::of(&row)))
    };
    ctx.office.db.transact(keep).await
}
