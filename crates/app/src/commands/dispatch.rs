//! Sending a paper to units, receiving it for one, urging those who have not.
//!
//! Whoever receives or urges holds the paper's row for the rest of the transaction: of two who receive it for the same
//! unit one does, and the other is told.
//! Never a receipt of a unit over which the person has no right.

use std::collections::BTreeMap;

use kernel::catalog::Mechanism;
use kernel::figures;
use kernel::ids::{PersonId, RecordId, UnitId};
use kernel::kinds::dispatch::{self, Circulation, Receipt};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use kernel::workflow::{Move, Numbered as _};
use store::Tx;
use store::notices::NoticeRow;
use store::receipts::ReceiptRow;
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::keep::{self, Writing};
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// The kind of the notices that a paper has come.
pub const SENT: &str = "paper.sent";

/// A paper on which a step is taken: with who has received it until now, and nobody receives it before the transaction
/// ends. The step that issues it lays down its receipts.
pub(super) async fn meets(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    (before, moved): (Option<&Record>, &Move),
    after: &mut Record,
    rows: &mut Vec<ReceiptRow>,
) -> Result<Option<Record>, Error> {
    let Some(circulation) = &mechanism.circulation else { return Ok(None) };
    let Some(before) = before else { return Ok(None) };
    store::units::hold_tree_version(tx).await?;
    let other = match after.facts.find(circulation.by.as_str()) {
        Some(Value::Record(other)) if circulation.revoke == *moved.step.as_str() => Some(*other),
        _ => None,
    };
    let mut held: Vec<RecordId> = other.into_iter().chain([after.id]).collect();
    // Everybody in this order, so that nobody waits for each other.
    held.sort();
    for id in held {
        store::participations::hold(tx, id).await?;
    }
    if let Some(other) = other {
        let other = records::by_ids(ctx, tx, &[other]).await?.into_iter().next().ok_or(Error::Stale)?;
        dispatch::replaces(mechanism, before, &other.record)?;
    }
    let known: Vec<Receipt> =
        store::receipts::of_records(tx, &[after.id]).await?.into_iter().map(|row| row.receipt).collect();
    let before = Record { receipts: dispatch::Receipts::of(known.clone()), ..before.clone() };
    after.receipts = before.receipts.clone();
    if dispatch::issues(mechanism, &moved.step) && !moved.is_partial {
        let laid = dispatch::addressed(circulation, after, ctx.today, ctx.calendar());
        let row = |(seq, receipt): (usize, &Receipt)| ReceiptRow {
            record: after.id,
            seq: seq as i64,
            mechanism: mechanism.id.clone(),
            receipt: receipt.clone(),
            urged_on: None,
        };
        rows.extend(laid.iter().enumerate().map(row));
        after.receipts = dispatch::Receipts::of(laid);
    }
    Ok(Some(before))
}

impl Writing<'_> {
    /// Word to those who receive the paper for the units that it is issued to.
    pub(super) fn tell_addressees(&mut self, mechanism: &Mechanism, moved: &Move, after: &Record) {
        let Some(circulation) = mechanism.circulation.as_ref().filter(|it| it.issue == *moved.step.as_str()) else {
            return;
        };
        let ctx = self.ctx();
        for receipt in after.receipts.all() {
            let words = format!("收到{}，请在{}前签收。", called(after), receipt.due_on);
            for person in receivers(ctx, circulation, receipt.unit) {
                self.notice(person, after.id, SENT, &words);
            }
        }
    }
}

/// Number and title of a paper.
fn called(record: &Record) -> String {
    format!("{}《{}》", record.number.as_deref().unwrap_or_default(), record.title)
}

/// Who receives papers for a unit.
fn receivers(ctx: &Ctx, circulation: &Circulation, unit: UnitId) -> Vec<PersonId> {
    let held = circulation.who.iter().flat_map(|role| ctx.tree.holders(role, unit, ctx.today));
    let mut people: Vec<PersonId> = held.map(|person| person.id).collect();
    people.sort();
    people.dedup();
    people
}

/// May this person receive papers of the mechanism for the unit?
// enforces: circulation.who
pub fn may_receive(ctx: &Ctx, mechanism: &Mechanism, unit: UnitId) -> bool {
    let Some(circulation) = &mechanism.circulation else { return false };
    let ord = ctx.tree.ord(unit);
    ord.is_some_and(|ord| ctx.actor.grant_for(&mechanism.id, &circulation.who, ord).is_some())
}

/// May this person urge those who have not received it? Whoever may issue it.
pub fn may_urge(ctx: &Ctx, found: &Found) -> bool {
    let mechanism = &found.mechanism;
    let issue = mechanism.circulation.as_ref().and_then(|it| mechanism.step(it.issue.as_str()));
    issue.is_some_and(|step| ctx.actor.grant_for(&mechanism.id, &step.who, found.unit_ord).is_some())
}

/// What somebody does with receipts of a paper.
enum Does {
    Receive(UnitId),
    Urge,
}

/// Receives a paper for a unit.
pub async fn receive(ctx: &Ctx, id: RecordId, unit: UnitId) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    drop(conn);
    if found.mechanism.circulation.is_none() {
        return Err(Error::NotFound);
    }
    if !may_receive(ctx, &found.mechanism, unit) {
        return Err(Refusal::not_yours("dispatch.not_yours").with("unit", ctx.names().unit(unit)).into());
    }
    carry(ctx, id, &Does::Receive(unit)).await
}

/// Urges every unit that has not received a paper.
pub async fn urge(ctx: &Ctx, id: RecordId) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    drop(conn);
    if found.mechanism.circulation.is_none() {
        return Err(Error::NotFound);
    }
    if !may_urge(ctx, &found) {
        return Err(Refusal::not_yours("dispatch.may_not_urge").into());
    }
    carry(ctx, id, &Does::Urge).await
}

/// Does it, anew if the tree was changed meanwhile.
async fn carry(ctx: &Ctx, id: RecordId, does: &Does) -> Result<(), Error> {
    let mut now = ctx.clone();
    let mut tries = 0;
    loop {
        tries += 1;
        let with = &now;
        let keep = |mut tx: Tx| async move {
            keep::same_tree(with, &mut tx).await?;
            store::participations::hold(&mut tx, id).await?;
            let found = records::by_ids(with, &mut tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
            match does {
                Does::Receive(unit) => receive_once(with, &mut tx, found, *unit).await?,
                Does::Urge => urge_once(with, &mut tx, &found).await?,
            }
            Ok::<_, Error>((tx, ()))
        };
        match ctx.office.db.transact(keep).await {
            Err(Error::Stale) if tries < 5 => now = now.refreshed().await?,
            other => return other,
        }
    }
}

async fn receive_once(ctx: &Ctx, tx: &mut Tx, found: Found, unit: UnitId) -> Result<(), Error> {
    let (record, mechanism) = (&found.record, &found.mechanism);
    dispatch::receivable(mechanism, record, unit)?;
    let received = (ctx.now, ctx.today);
    let mut after = record.clone();
    after.receipts.receive(unit, received, ctx.person());
    if !store::receipts::receive(tx, record.id, unit, received, ctx.person()).await? {
        return Err(Error::Stale);
    }
    let counted = ctx.definitions.counted_by(mechanism);
    let cells = figures::difference(counted, Some(record), &after, ctx.calendar());
    keep::add_to_figures(ctx, tx, &cells).await?;
    let detail = serde_json::json!({
        "record": record.id.to_string(), "title": called(record), "unit": unit.to_string(),
        "unit_name": ctx.names().unit(unit),
    });
    act(ctx, tx, "paper.received", detail).await
}

async fn urge_once(ctx: &Ctx, tx: &mut Tx, found: &Found) -> Result<(), Error> {
    let Some(circulation) = &found.mechanism.circulation else { return Err(Error::NotFound) };
    let waiting: Vec<Receipt> =
        found.record.receipts.all().iter().filter(|it| it.received.is_none()).cloned().collect();
    if waiting.is_empty() || !circulation.open.contains(&found.record.state) {
        return Err(Refusal::new("dispatch.nobody_waits").into());
    }
    urged(ctx, tx, found, &waiting).await
}

/// Urges units: word to those who receive for them, and the day on which they were urged.
async fn urged(ctx: &Ctx, tx: &mut Tx, found: &Found, waiting: &[Receipt]) -> Result<(), Error> {
    let Some(circulation) = &found.mechanism.circulation else { return Ok(()) };
    let mut notices = Vec::new();
    for receipt in waiting {
        let words = format!("催签收：{}，应当在{}前签收。", called(&found.record), receipt.due_on);
        notices.extend(receivers(ctx, circulation, receipt.unit).into_iter().map(|person| NoticeRow {
            id: ctx.new_id::<Uuid>(),
            person,
            record: Some(found.record.id),
            at: ctx.now,
            kind: SENT.to_owned(),
            words: words.clone(),
            read_at: None,
        }));
    }
    let units: Vec<UnitId> = waiting.iter().map(|it| it.unit).collect();
    store::receipts::urge(tx, found.record.id, &units, ctx.today).await?;
    telling::notify(ctx, tx, &notices).await?;
    let detail = serde_json::json!({ "title": called(&found.record), "units": units.len() });
    act(ctx, tx, "paper.urged", detail).await
}

/// Urges the units whose day is over, each once. Gives how many.
pub async fn urge_the_late(ctx: &Ctx, most: u32) -> Result<i64, Error> {
    let mut conn = ctx.office.db.read().await?;
    let rows = store::receipts::to_urge(&mut conn, ctx.today, most).await?;
    drop(conn);
    let mut by_record: BTreeMap<RecordId, Vec<Receipt>> = BTreeMap::new();
    for row in rows {
        by_record.entry(row.record).or_default().push(row.receipt);
    }
    let mut done = 0;
    for (id, late) in &by_record {
        let keep = |mut tx: Tx| async move {
            store::participations::hold(&mut tx, *id).await?;
            let found = records::by_ids(ctx, &mut tx, &[*id]).await?.into_iter().next().ok_or(Error::NotFound)?;
            let waits = |it: &&Receipt| found.record.receipts.of_unit(it.unit).is_some_and(|it| it.received.is_none());
            let late: Vec<Receipt> = late.iter().filter(waits).cloned().collect();
            if !late.is_empty() {
                urged(ctx, &mut tx, &found, &late).await?;
            }
            Ok::<_, Error>((tx, late.len() as i64))
        };
        done += ctx.office.db.transact(keep).await?;
    }
    Ok(done)
}
