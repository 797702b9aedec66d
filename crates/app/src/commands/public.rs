//! Somebody without an account: files a record, opens it again by number and code, takes a step that is open to them.
//!
//! They act as `Actor::Outsider` on the one record that they know, by the very commands that everybody uses.
//! Wrong codes are counted by number and address together, so that nobody shuts somebody else out, and by address.
//! Never says whether it was the number or the code that was wrong, and never tells a code twice.

use std::sync::Arc;

use kernel::authority::Actor;
use kernel::catalog::{FieldType, Mechanism};
use kernel::facts::Typed;
use kernel::ids::{FieldId, RecordId, StepId, UnitId};
use kernel::outside::{self, PublicForm};
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use store::Tx;
use store::follow_codes::FollowCodeRow;

use crate::commands::ballots::envelope;
use crate::commands::batches::act;
use crate::commands::files::{self, Enclosed};
use crate::commands::steps::{self, StartRecord, TakeStep};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::as_typed;
use crate::records::{self, Found};

/// So many files come with a form.
pub const MOST_FILES: usize = 6;
/// The largest of them, in bytes.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// So many records are filed from one address in an hour; then it has to wait.
pub const MOST_IN_AN_HOUR: i64 = 20;
const HOUR_MS: i64 = 3_600_000;

/// What somebody files.
#[derive(Clone, Debug)]
pub struct File {
    /// The mechanism.
    pub mechanism: String,
    /// The form.
    pub form: String,
    /// What was typed.
    pub typed: Typed,
    /// The form's own key: sent twice, it files one record.
    pub key: String,
    /// Files that came with it.
    pub files: Vec<Proof>,
}

/// A file that came with a form.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The field.
    pub field: String,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What they are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The number.
    pub number: String,
    /// The code, told this once; none if the same form was sent before.
    pub code: Option<String>,
}

/// A form that is open, with the unit that receives what is filed by it.
pub struct Open<'a> {
    /// The mechanism.
    pub mechanism: &'a Arc<Mechanism>,
    /// The form.
    pub form: &'a PublicForm,
    /// The unit.
    pub unit: UnitId,
}

/// The unit that receives what outsiders file; none where the door is shut.
// enforces: public.unit
pub fn receives(ctx: &Ctx, mechanism: &Mechanism) -> Option<UnitId> {
    let public = mechanism.public.as_ref()?;
    let name = ctx.vocabulary().setting(&public.setting).map(str::trim).filter(|name| !name.is_empty())?;
    ctx.tree.named(name).filter(|unit| unit.is_present()).map(|unit| unit.id)
}

/// A form that is open; `NotFound` where it is not.
pub fn open<'a>(ctx: &'a Ctx, mechanism: &str, form: &str) -> Result<Open<'a>, Error> {
    let mechanism = ctx.catalog().mechanisms.get(mechanism).ok_or(Error::NotFound)?;
    let unit = receives(ctx, mechanism).ok_or(Error::NotFound)?;
    let form = mechanism.public.as_ref().and_then(|it| it.form(form)).ok_or(Error::NotFound)?;
    Ok(Open { mechanism, form, unit })
}

/// The same moment as somebody without an account, who knows a record or files one.
pub fn outsider(ctx: &Ctx, record: Option<RecordId>) -> Ctx {
    Ctx { actor: Actor::Outsider { record }, account: None, ..ctx.clone() }
}

/// Files a record.
pub async fn file(ctx: &Ctx, form: &File) -> Result<Filed, Error> {
    let ctx = &outsider(ctx, None);
    let open = open(ctx, &form.mechanism, &form.form)?;
    if !(16..=64).contains(&form.key.len()) {
        return Err(Refusal::new("public.foreign").into());
    }
    may_file(ctx).await?;
    let typed = typed(ctx, &open, &form.typed);
    let code = envelope::new_slip();
    let start = StartRecord {
        mechanism: form.mechanism.clone(),
        typed,
        key: Some(kernel::journal::digest(format!("public {}", form.key).as_bytes())),
        follow: Some(code_hash(&code)),
        enclosed: proofs(ctx, &open, &form.files)?,
    };
    let id = steps::start(ctx, start).await?;
    let mut conn = ctx.office.db.read().await?;
    let kept = store::follow_codes::find(&mut conn, id).await?;
    let row = store::records::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    let is_new = kept.is_some_and(|kept| kept.code_hash == code_hash(&code));
    Ok(Filed { number: row.number.unwrap_or_default(), code: is_new.then(|| envelope::grouped(&code)) })
}

/// What the form asks of what was typed, with what it fills in itself: nothing else of what was sent is looked at.
fn typed(ctx: &Ctx, open: &Open<'_>, sent: &Typed) -> Typed {
    let mut typed = Typed::default();
    // Files are not named but sent.
    let is_file = |id: &FieldId| open.mechanism.field(id.as_str()).is_some_and(|it| matches!(it.of, FieldType::Files));
    for (id, texts) in sent.fields.iter().filter(|(id, _)| open.form.asks.contains(id) && !is_file(id)) {
        typed.fields.push((id.clone(), texts.clone()));
    }
    let presets = outside::presets(ctx.clock(), open.mechanism, open.form);
    let presets = presets.into_iter().filter_map(|(id, value)| Some((id, as_typed(&value?))));
    typed.fields.extend(presets);
    typed.fields.push((open.mechanism.unit.clone(), vec![open.unit.to_string()]));
    typed
}

/// The files of the fields that the form asks for; every fault of them. Others are not looked at.
// enforces: public.form.asks
fn proofs(ctx: &Ctx, open: &Open<'_>, sent: &[Proof]) -> Result<Vec<Enclosed>, Vec<Refusal>> {
    let is_asked = |it: &&Proof| {
        let field = open.mechanism.field(&it.field);
        field.is_some_and(|field| matches!(field.of, FieldType::Files) && open.form.asks.contains(&field.id))
    };
    let (mut enclosed, mut faults) = (Vec::new(), Vec::new());
    let own: Vec<&Proof> = sent.iter().filter(is_asked).collect();
    if own.len() > MOST_FILES {
        faults.push(Refusal::new("public.many_files").with("count", own.len()).with("most", MOST_FILES));
    }
    for it in own {
        let field = FieldId::from(it.field.as_str());
        if it.bytes.len() > LARGEST_FILE {
            let name: String = it.name.chars().take(60).collect();
            let refusal = Refusal::new("file.too_large").with("name", name).with("most", "10 MB");
            faults.push(refusal.at(Spot::Field(field)));
            continue;
        }
        match files::enclosed(ctx, field, &it.name, &it.bytes) {
            Ok(it) => enclosed.push(it),
            Err(refusal) => faults.push(refusal),
        }
    }
    if faults.is_empty() { Ok(enclosed) } else { Err(faults) }
}

/// Keeps the code of a record that was filed just now, in its transaction.
pub(super) async fn keep_code(ctx: &Ctx, tx: &mut Tx, record: &Record, hash: &str) -> Result<(), Error> {
    let row = FollowCodeRow { record: record.id, code_hash: hash.to_owned(), made_at: ctx.now };
    store::follow_codes::insert(tx, &row).await?;
    let detail = serde_json::json!({ "record": record.id.to_string(), "mechanism": record.mechanism.as_str() });
    act(ctx, tx, "public.filed", detail).await?;
    if let Some(key) = filing_key(ctx) {
        store::sign_in_failures::count(tx, &key, ctx.now, ctx.now - HOUR_MS).await?;
    }
    Ok(())
}

fn code_hash(code: &str) -> String {
    kernel::journal::digest(format!("follow {}", envelope::plain(code)).as_bytes())
}

fn filing_key(ctx: &Ctx) -> Option<String> {
    ctx.address.as_ref().map(|address| format!("filed:{address}"))
}

/// Has this address filed so much that it has to wait?
async fn may_file(ctx: &Ctx) -> Result<(), Error> {
    let Some(key) = filing_key(ctx) else { return Ok(()) };
    let mut conn = ctx.office.db.read().await?;
    let filed = store::sign_in_failures::of(&mut conn, &[&key]).await?;
    let is_over =
        |row: &store::sign_in_failures::FailureRow| row.failures >= MOST_IN_AN_HOUR && row.last_at > ctx.now - HOUR_MS;
    match filed.iter().any(is_over) {
        true => Err(Refusal::new("public.too_many").with("most", MOST_IN_AN_HOUR).into()),
        false => Ok(()),
    }
}

/// The record of a number and its code, and the act by whoever knows both.
pub async fn known(ctx: &Ctx, number: &str, code: &str) -> Result<(Ctx, Found), Error> {
    let number: String = number.trim().chars().take(80).collect();
    let keys = keys(ctx, &number);
    let mut conn = ctx.office.db.read().await?;
    let whos: Vec<&str> = keys.iter().map(String::as_str).collect();
    let held = store::sign_in_failures::of(&mut conn, &whos).await?;
    if let Some(row) = held.iter().filter(|row| row.held_until_at > ctx.now).max_by_key(|row| row.held_until_at) {
        let seconds = (row.held_until_at - ctx.now + 999) / 1000;
        return Err(Refusal::new("public.wait").with("seconds", seconds).into());
    }
    let hash = code_hash(code);
    for row in store::records::by_number(&mut conn, &number).await? {
        let is_open = ctx.catalog().mechanisms.get(row.mechanism.as_str()).is_some_and(|it| it.public.is_some());
        let kept = store::follow_codes::find(&mut conn, row.id).await?;
        if is_open && kept.is_some_and(|kept| kept.code_hash == hash) {
            let ctx = outsider(ctx, Some(row.id));
            let found = records::visible(&ctx, &mut conn, row.id).await?;
            return Ok((ctx, found));
        }
    }
    drop(conn);
    count_wrong(ctx, &keys).await?;
    Err(Refusal::new("public.no_such").into())
}

/// Under what a wrong code is counted: number and address together first, then the address.
fn keys(ctx: &Ctx, number: &str) -> Vec<String> {
    let address = ctx.address.as_deref().unwrap_or("");
    let own = format!("follow:{}", kernel::journal::digest(format!("{number} {address}").as_bytes()));
    let of_address = (!address.is_empty()).then(|| format!("public:{address}"));
    std::iter::once(own).chain(of_address).collect()
}

async fn count_wrong(ctx: &Ctx, keys: &[String]) -> Result<(), Error> {
    let policy = &ctx.policy();
    let keep = |mut tx: Tx| async move {
        for (at, key) in keys.iter().enumerate() {
            let failures = store::sign_in_failures::count(&mut tx, key, ctx.now, ctx.now - policy.lock_ms).await?;
            let hold = match at {
                0 => policy.hold_after(failures),
                _ if failures >= policy.address_failures => policy.lock_ms,
                _ => continue,
            };
            store::sign_in_failures::hold(&mut tx, key, ctx.now + hold).await?;
            if hold >= policy.lock_ms {
                act(ctx, &mut tx, "public.held", serde_json::json!({ "failures": failures })).await?;
            }
        }
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

/// Takes a step that is open to whoever knows the record.
pub async fn take(
    ctx: &Ctx,
    found: &Found,
    step: &str,
    (typed, reason, key): (Typed, String, Option<String>),
) -> Result<(), Error> {
    let step = StepId::from(step);
    let is_open = found.mechanism.public.as_ref().is_some_and(|it| it.steps.contains(&step));
    if !is_open {
        return Err(Refusal::not_yours("public.closed_step").into());
    }
    let asked: Vec<FieldId> =
        found.mechanism.step(step.as_str()).iter().flat_map(|it| it.needs.iter().chain(&it.asks)).cloned().collect();
    let mut own = Typed::default();
    own.fields.extend(typed.fields.into_iter().filter(|(id, _)| asked.contains(id)));
    let key = key.map(|key| kernel::journal::digest(format!("public {} {key}", found.record.id).as_bytes()));
    let form =
        TakeStep { record: found.record.id, version: None, step, typed: own, opinion: None, reason: Some(reason), key };
    steps::take(ctx, form).await
}
