//! What was typed becomes values: names become ids, and everything that is pointed to must be there for these eyes.
//!
//! Never decides the step: what does not hold is handed on as faults, all of them.

use std::sync::Arc;

use kernel::authority::fields::{self, Access, Asker};
use kernel::catalog::{Child, Field, FieldType, Mechanism, Step};
use kernel::facts::{self, Typed};
use kernel::ids::{FieldId, FileId, MechanismId, PersonId, RecordId};
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use kernel::value::{Facts, Value};
use kernel::workflow::Numbered as _;
use store::Conn;

use crate::commands::kept_cells;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::people::choosing as people;
use crate::queries::units::choosing::{self, For};
use crate::records;
use crate::words;

fn asker<'a>(ctx: &'a Ctx, record: &'a Record) -> Asker<'a> {
    Asker { actor: &ctx.actor, unit_ord: ctx.tree.ord(record.unit), state: Some(&record.state) }
}

/// Reads what was typed and checks that everything it points to is there; gives what holds, and every fault beside it.
pub(super) async fn read(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Arc<Mechanism>,
    step: &Step,
    typed: &Typed,
    before: Option<&Record>,
) -> Result<(facts::Read, Vec<Refusal>), Error> {
    let taken: Vec<FieldId> = step.needs.iter().chain(&step.asks).cloned().collect();
    let typed = by_number(ctx, conn, mechanism, typed.clone()).await?;
    let (typed, mut unclear) = named_units(ctx, mechanism, step, typed);
    let mut typed = named_people(ctx, conn, mechanism, step, typed, &mut unclear).await?;
    if let Some(before) = before {
        // Of a record that is being begun everything is typed, also what nobody reads in full afterwards.
        typed = kept_cells::keep(mechanism, asker(ctx, before), &before.facts, typed);
    }
    let (mut values, mut faults) = facts::read(mechanism, ctx.vocabulary(), &taken, &typed);
    let is_unclear = |id: &FieldId| unclear.iter().any(|fault| fault.at == Spot::Field(id.clone()));
    faults.retain(|fault| !matches!(&fault.at, Spot::Field(id) if is_unclear(id)));
    faults.extend(unclear.iter().cloned());
    if let Some(before) = before {
        // A masked value is not shown in the form: left empty, it stays as it is.
        let is_masked = |id: &FieldId| {
            let field = mechanism.field(id.as_str());
            field.is_some_and(|field| fields::access(mechanism, field, asker(ctx, before)) == Access::Masked)
        };
        values.retain(|(id, value)| value.is_some() || !is_masked(id));
    }
    let mut filled = Vec::new();
    for (id, value) in values.into_iter().filter(|(id, _)| !is_unclear(id)) {
        if let Some(field) = mechanism.field(id.as_str())
            && let Some(refusal) = pointing(ctx, conn, (mechanism, step, field), value.as_ref(), before).await?
        {
            faults.push(refusal);
            continue;
        }
        if let (Some(child), Some(Value::Rows(rows))) = (mechanism.child(id.as_str()), &value) {
            faults.extend(dangling_rows(ctx, conn, child, rows).await?);
        }
        filled.push((id, value));
    }
    Ok((filled, faults))
}

/// What is wrong with what a field points to: it is not there or not for these eyes, not in a state in which it may be
/// named, in a unit or of a person that this step may not choose.
async fn pointing(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, step, field): (&Mechanism, &Step, &Field),
    value: Option<&Value>,
    before: Option<&Record>,
) -> Result<Option<Refusal>, Error> {
    let refusal = |code: &'static str| Refusal::new(code).with("field", &field.name).at(Spot::Field(field.id.clone()));
    if let Some(code) = dangling(ctx, conn, &field.of, value, before.map(|before| before.id)).await? {
        return Ok(Some(refusal(code)));
    }
    let known = before.and_then(|before| before.facts.find(field.id.as_str()));
    if let Some(unfit) = unfit(ctx, conn, field, (value, known)).await? {
        return Ok(Some(unfit));
    }
    let elsewhere = elsewhere(ctx, mechanism, step, field, value, before);
    Ok(elsewhere.or_else(|| {
        let is_so = not_offered(ctx, mechanism, step, field, value, before);
        is_so.then(|| refusal("person.not_offered"))
    }))
}

/// Puts the id in place of a record's number, where this person may see a record of that number: in fields and in rows.
async fn by_number(ctx: &Ctx, conn: &mut Conn, mechanism: &Mechanism, mut typed: Typed) -> Result<Typed, Error> {
    let target = |fields: &[Field], id: &FieldId| match fields.iter().find(|it| it.id == *id)?.of.clone() {
        FieldType::Record { of } => Some(of),
        _ => None,
    };
    let mut texts: Vec<(MechanismId, &mut String)> = Vec::new();
    for (id, own) in &mut typed.fields {
        texts.extend(target(&mechanism.fields, id).zip(own.first_mut()));
    }
    for (id, rows) in &mut typed.rows {
        let Some(child) = mechanism.child(id.as_str()) else { continue };
        for (column, text) in rows.iter_mut().flatten() {
            texts.extend(target(&child.fields, column).map(|of| (of, text)));
        }
    }
    for (of, text) in texts {
        if uuid::Uuid::try_parse(text).is_ok() {
            continue;
        }
        let rows = store::records::by_number(conn, text.trim()).await?;
        let ids: Vec<RecordId> = rows.iter().filter(|row| row.mechanism == of).map(|row| row.id).collect();
        if let Some(found) = records::listed_of(ctx, conn, &ids).await?.into_iter().next() {
            *text = found.record.id.to_string();
        }
    }
    Ok(typed)
}

/// What was typed, with units that were written by name or initials as the ids that facts keep; and every text that
/// means none, or several.
fn named_units(ctx: &Ctx, mechanism: &Mechanism, step: &Step, mut typed: Typed) -> (Typed, Vec<Refusal>) {
    let mut unclear = Vec::new();
    for (id, texts) in &mut typed.fields {
        let Some(field) = mechanism.field(id.as_str()) else { continue };
        let is_id = |text: &String| text.trim().is_empty() || text.parse::<kernel::ids::UnitId>().is_ok();
        if !matches!(field.of, FieldType::Unit | FieldType::Units) || texts.iter().all(is_id) {
            continue;
        }
        let purpose = For::Field(mechanism.id.to_string(), step.id.to_string(), id.to_string());
        match choosing::all_meant(ctx, &purpose, id.as_str(), &field.name, &texts.join("、")) {
            Ok(units) => *texts = units.iter().map(ToString::to_string).collect(),
            Err(faults) => unclear.extend(faults),
        }
    }
    (typed, unclear)
}

/// What was typed, with people that were written by name, initials or staff number as the ids that facts keep.
async fn named_people(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    step: &Step,
    mut typed: Typed,
    unclear: &mut Vec<Refusal>,
) -> Result<Typed, Error> {
    for (id, texts) in &mut typed.fields {
        let Some(field) = mechanism.field(id.as_str()) else { continue };
        let is_id = |text: &String| text.trim().is_empty() || text.parse::<PersonId>().is_ok();
        if !matches!(field.of, FieldType::Person | FieldType::People) || texts.iter().all(is_id) {
            continue;
        }
        let offered = people::offered_by(ctx, mechanism, step);
        match people::all_meant(ctx, conn, &offered, (id.as_str(), &field.name), &texts.join("、")).await? {
            Ok(ids) => *texts = ids.iter().map(ToString::to_string).collect(),
            Err(faults) => unclear.extend(faults),
        }
    }
    Ok(typed)
}

/// Is somebody named who may not be chosen here? Whoever stood there before may stay.
fn not_offered(
    ctx: &Ctx,
    mechanism: &Mechanism,
    step: &Step,
    field: &Field,
    value: Option<&Value>,
    before: Option<&Record>,
) -> bool {
    let named = |value: Option<&Value>| match value {
        Some(Value::Person(id)) => vec![*id],
        Some(Value::People(ids)) => ids.clone(),
        _ => Vec::new(),
    };
    let mut new = named(value);
    let known = named(before.and_then(|before| before.facts.find(field.id.as_str())));
    new.retain(|id| !known.contains(id));
    if new.is_empty() || ctx.person().is_none() {
        return false;
    }
    let offered = people::offered_by(ctx, mechanism, step);
    !new.iter().all(|id| offered.iter().any(|person| person.id == *id))
}

/// What rows of a child table point to must be there, and for these eyes. Posts are given by who may give them.
async fn dangling_rows(ctx: &Ctx, conn: &mut Conn, child: &Child, rows: &[Facts]) -> Result<Vec<Refusal>, Error> {
    let mut faults = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        for column in &child.fields {
            let value = row.find(column.id.as_str());
            if matches!(value, Some(Value::Record(id)) if ctx.tree.post(*id).is_some()) {
                continue;
            }
            let code = dangling(ctx, conn, &column.of, value, None).await?;
            let spot = || Spot::Row(child.id.clone(), at, column.id.clone());
            faults.extend(code.map(|code| Refusal::new(code).with("field", &column.name).at(spot())));
        }
    }
    Ok(faults)
}

/// A record that is named anew must be in one of the states that the field asks for.
// enforces: field.states
async fn unfit(
    ctx: &Ctx,
    conn: &mut Conn,
    field: &Field,
    (value, known): (Option<&Value>, Option<&Value>),
) -> Result<Option<Refusal>, Error> {
    let Some(Value::Record(id)) = value.filter(|it| !field.named_in.is_empty() && Some(*it) != known) else {
        return Ok(None);
    };
    let rows = store::records::by_ids(conn, &[*id]).await?;
    let Some(row) = rows.into_iter().find(|row| !field.named_in.contains(&row.state)) else { return Ok(None) };
    let mechanism = ctx.mechanism(row.mechanism.as_str())?;
    let names: Vec<String> = field.named_in.iter().map(|it| words::state_name(&mechanism, it.as_str())).collect();
    let refusal = Refusal::new("field.record_state").with("field", &field.name).with("states", names.join("、"));
    let is = words::state_name(&mechanism, row.state.as_str());
    Ok(Some(refusal.with("title", &row.title).with("state", is).at(Spot::Field(field.id.clone()))))
}

/// A record may not be moved to a unit over which the actor has no right to take the step.
fn elsewhere(
    ctx: &Ctx,
    mechanism: &Mechanism,
    step: &Step,
    field: &Field,
    value: Option<&Value>,
    before: Option<&Record>,
) -> Option<Refusal> {
    let Some(Value::Unit(unit)) = value.filter(|_| field.id == mechanism.unit) else { return None };
    before.filter(|before| before.unit != *unit)?;
    let ord = ctx.tree.unit(*unit)?.over.first;
    let refusal = || Refusal::new("field.unit_not_yours").with("field", &field.name).with("step", &step.name);
    (ctx.person().is_some() && ctx.actor.grant_for(&mechanism.id, &step.who, ord).is_none())
        .then(|| refusal().at(Spot::Field(field.id.clone())))
}

/// The code of the refusal if a value points to what is not there, or not for these eyes.
// enforces: field.of
async fn dangling(
    ctx: &Ctx,
    conn: &mut Conn,
    of: &FieldType,
    value: Option<&Value>,
    record: Option<RecordId>,
) -> Result<Option<&'static str>, Error> {
    let code = match (of, value) {
        (_, Some(Value::Unit(id))) => unit_missing(ctx, &[*id]),
        (_, Some(Value::Units(ids))) => unit_missing(ctx, ids),
        (_, Some(Value::Person(id))) if ctx.tree.person(*id).is_none() => Some("field.no_such_person"),
        (_, Some(Value::People(ids))) if ids.iter().any(|id| ctx.tree.person(*id).is_none()) => {
            Some("field.no_such_person")
        }
        (FieldType::Record { of }, Some(Value::Record(id))) => match records::visible(ctx, conn, *id).await {
            Ok(found) if found.record.mechanism == *of => None,
            Ok(_) | Err(Error::NotFound) => Some("field.no_such_record"),
            Err(other) => return Err(other),
        },
        (_, Some(Value::Files(ids))) => missing_file(ctx, conn, ids, record).await?,
        _ => None,
    };
    Ok(code)
}

fn unit_missing(ctx: &Ctx, ids: &[kernel::ids::UnitId]) -> Option<&'static str> {
    let found = |id: &kernel::ids::UnitId| ctx.tree.unit(*id);
    match ids {
        _ if ids.iter().any(|id| found(id).is_none()) => Some("field.no_such_unit"),
        _ if ids.iter().filter_map(found).any(|unit| !unit.is_present()) => Some("field.unit_is_gone"),
        _ => None,
    }
}

/// A file may be named by whoever uploaded it, or if it already belongs to the record.
async fn missing_file(
    ctx: &Ctx,
    conn: &mut Conn,
    ids: &[FileId],
    record: Option<RecordId>,
) -> Result<Option<&'static str>, Error> {
    for id in ids {
        let file = store::files::find(conn, *id).await?;
        let fits = file.is_some_and(|file| match file.record {
            Some(of) => Some(of) == record,
            None => file.added_by == ctx.person(),
        });
        if !fits {
            return Ok(Some("field.no_such_file"));
        }
    }
    Ok(None)
}
