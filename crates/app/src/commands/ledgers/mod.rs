//! Moving an amount on an account: by hand, between accounts, the other way round, by a step of another record.
//!
//! Whoever moves anything holds the account's row for the rest of the transaction and decides by what stands then: of
//! two who want the last of it one gets it.
//! Never a movement that the account's rules do not allow on every day.

pub mod stating;

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::catalog::{Mechanism, Step};
use kernel::figures::{self, Cells};
use kernel::formula::Formula;
use kernel::ids::{FieldId, MechanismId, RecordId};
use kernel::kinds::ledger::{self, Account, Draw, LONGEST, Moment, Movement, Place, Posting, Whence, Word};
use kernel::record::{Record, View};
use kernel::refusal::{Refusal, Spot};
use kernel::value::Value;
use kernel::workflow::Move;
use rust_decimal::Decimal;
use store::movements::MovementRow;
use store::{Conn, Tx};
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::keep;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// What somebody wants to move, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The movement's id.
    pub word: String,
    /// How much; of a transfer, in all.
    pub amount: String,
    /// From which day on; today, if empty.
    pub on: String,
    /// The number of the document.
    pub document: String,
    /// Why.
    pub reason: String,
    /// The number of the record that causes it.
    pub cause: String,
    /// Of a transfer: the numbers of the accounts, and how much each gets.
    pub parts: Vec<(String, String)>,
    /// The form's own key: sent twice, it moves once.
    pub key: Option<String>,
}

/// What was typed, read.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    word: Word,
    amount: i64,
    on: Date,
    document: Option<String>,
    reason: Option<String>,
    cause: Option<RecordId>,
    parts: Vec<(RecordId, i64)>,
}

impl Order {
    fn posting(&self, amount: i64, other: Option<RecordId>) -> Posting<'_> {
        let (document, reason) = (self.document.clone(), self.reason.clone());
        Posting { word: &self.word, amount, on: self.on, document, reason, cause: self.cause, other }
    }
}

fn moment(ctx: &Ctx) -> Moment<'_> {
    Moment { at: ctx.now, today: ctx.today, by: ctx.person(), calendar: ctx.calendar() }
}

/// May this person move that on the account?
// enforces: account.movement.who
pub fn may_move(ctx: &Ctx, found: &Found, word: &Word) -> bool {
    ctx.actor.grant_for(&found.mechanism.id, &word.who, found.unit_ord).is_some()
}

/// Moves an amount.
pub async fn post(ctx: &Ctx, id: RecordId, wanted: &Wanted) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let order = read(ctx, &mut conn, &found, wanted).await?;
    drop(conn);
    let title = found.record.title.clone();
    carry(ctx, id, &Act { title, key: wanted.key.clone(), does: Does::Post(Box::new(order)) }).await
}

/// Turns a movement around.
pub async fn reverse(ctx: &Ctx, id: RecordId, seq: i64, reason: &str) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    drop(conn);
    let account = found.mechanism.account.as_ref().ok_or(Error::NotFound)?;
    let wrong = found.record.book.movements().iter().find(|it| it.seq == seq).ok_or(Error::NotFound)?;
    let word = account.word(&wrong.word).ok_or_else(|| Refusal::new("ledger.no_movement"))?;
    if !may_move(ctx, &found, word) {
        return Err(Refusal::not_yours("ledger.not_yours").with("word", &word.name).into());
    }
    let reason = words(reason, "reason")?;
    let does = Does::Reverse { seq, word: word.name.clone(), reason };
    carry(ctx, id, &Act { title: found.record.title.clone(), key: None, does }).await
}

/// What is done to an account.
struct Act {
    title: String,
    key: Option<String>,
    does: Does,
}

enum Does {
    Post(Box<Order>),
    Reverse { seq: i64, word: String, reason: Option<String> },
}

/// Does it, anew if the tree was changed meanwhile.
async fn carry(ctx: &Ctx, id: RecordId, act: &Act) -> Result<(), Error> {
    let mut now = ctx.clone();
    let mut tries = 0;
    loop {
        tries += 1;
        let with = &now;
        let keep = |mut tx: Tx| async move {
            carry_once(with, &mut tx, id, act).await?;
            Ok::<_, Error>((tx, ()))
        };
        match ctx.office.db.transact(keep).await {
            Err(Error::Stale) if tries < 5 => now = now.refreshed().await?,
            other => return other,
        }
    }
}

async fn carry_once(ctx: &Ctx, tx: &mut Tx, id: RecordId, act: &Act) -> Result<(), Error> {
    keep::same_tree(ctx, tx).await?;
    if let Some(key) = &act.key
        && !store::idempotency::put(tx, key, ctx.now, &id.to_string()).await?
    {
        return Ok(());
    }
    match &act.does {
        Does::Post(order) => {
            let mut rows = Vec::new();
            let cells = carry_out(ctx, tx, id, order, &mut rows).await?;
            let kind = if order.word.transfer { "ledger.transferred" } else { "ledger.moved" };
            write(ctx, tx, (kind, &act.title, &order.word.name), &rows, &cells).await
        }
        Does::Reverse { seq, word, reason } => {
            let found = held(ctx, tx, id, &[]).await?;
            let movement = ledger::reverse(&found.mechanism, &found.record, *seq, reason.clone(), moment(ctx))?;
            let cells = difference(ctx, &found, &movement);
            let rows = [MovementRow { id: ctx.new_id::<Uuid>(), record: id, movement }];
            write(ctx, tx, ("ledger.reversed", &act.title, word), &rows, &cells).await
        }
    }
}

/// What was typed, with every fault of it.
pub(crate) async fn read(ctx: &Ctx, conn: &mut Conn, found: &Found, wanted: &Wanted) -> Result<Order, Error> {
    let account = found.mechanism.account.as_ref().ok_or(Error::NotFound)?;
    let word = account.word(&wanted.word);
    let word = word.ok_or_else(|| Refusal::new("ledger.no_word").at(Spot::Field("word".into())))?.clone();
    if !may_move(ctx, found, &word) {
        return Err(Refusal::not_yours("ledger.not_yours").with("word", &word.name).into());
    }
    let mut faults = Vec::new();
    let mut kept = |result: Result<Option<String>, Refusal>| result.map_err(|fault| faults.push(fault)).ok().flatten();
    let (document, reason) = (kept(words(&wanted.document, "document")), kept(words(&wanted.reason, "reason")));
    let amount = amount(account, &wanted.amount, "amount").map_err(|fault| faults.push(fault)).unwrap_or(0);
    let on = day(ctx, &wanted.on).map_err(|fault| faults.push(fault)).unwrap_or(ctx.today);
    let cause = match wanted.cause.trim() {
        "" => None,
        number => {
            let cause = numbered(ctx, conn, number, None).await?;
            if cause.is_none() {
                faults.push(Refusal::new("ledger.no_cause").with("number", number).at(Spot::Field("cause".into())));
            }
            cause
        }
    };
    let mut parts = Vec::new();
    for (at, (number, part)) in wanted.parts.iter().enumerate() {
        if !word.transfer || (number.trim().is_empty() && part.trim().is_empty()) {
            continue;
        }
        let to = numbered(ctx, conn, number.trim(), Some(&found.mechanism.id)).await?;
        let to = to.filter(|to| *to != found.record.id);
        if to.is_none() {
            let spot = Spot::Field(FieldId::from(format!("to.{at}")));
            faults.push(Refusal::new("ledger.no_account").with("number", number.trim()).at(spot));
        }
        let part = self::amount(account, part, &format!("part.{at}")).map_err(|fault| faults.push(fault)).ok();
        parts.extend(to.zip(part));
    }
    if faults.is_empty() && word.transfer {
        faults.extend(uneven(account, amount, &parts));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(Order { word, amount, on, document, reason, cause, parts })
}

/// The parts of a transfer are those of the whole, each to another account.
fn uneven(account: &Account, amount: i64, parts: &[(RecordId, i64)]) -> Option<Refusal> {
    let sum = parts.iter().fold(0_i64, |sum, (_, part)| sum.saturating_add(*part));
    let mut to: Vec<RecordId> = parts.iter().map(|(to, _)| *to).collect();
    to.sort();
    to.dedup();
    if to.len() < parts.len() {
        return Some(Refusal::new("ledger.twice"));
    }
    let refusal =
        Refusal::new("ledger.parts").with("sum", account.in_words(sum)).with("whole", account.in_words(amount));
    (sum != amount).then(|| refusal.at(Spot::Field("amount".into())))
}

fn amount(account: &Account, text: &str, spot: &str) -> Result<i64, Refusal> {
    account.read(text).map_err(|refusal| refusal.at(Spot::Field(spot.into())))
}

fn day(ctx: &Ctx, text: &str) -> Result<Date, Refusal> {
    let text = text.trim();
    let day = if text.is_empty() { Ok(ctx.today) } else { text.parse() };
    day.map_err(|_| Refusal::new("ledger.no_day").with("day", text).at(Spot::Field("on".into())))
}

/// A line of words; nothing, if there are none.
fn words(text: &str, spot: &str) -> Result<Option<String>, Refusal> {
    let text: String = text.trim().chars().filter(|sign| !sign.is_control()).collect();
    let refusal = |code: &'static str| Refusal::new(code).at(Spot::Field(spot.into()));
    if text.chars().count() > LONGEST {
        return Err(refusal("ledger.too_long").with("most", LONGEST));
    }
    match kernel::secrecy::mark(&text) {
        Some(mark) => Err(refusal("form.secret").with("mark", mark)),
        None => Ok((!text.is_empty()).then_some(text)),
    }
}

/// The record of a number that this person sees.
async fn numbered(
    ctx: &Ctx,
    conn: &mut Conn,
    number: &str,
    of: Option<&MechanismId>,
) -> Result<Option<RecordId>, Error> {
    let fits = |own: &MechanismId| of.is_none_or(|of| own == of);
    if let Ok(id) = number.parse::<RecordId>() {
        let found = records::listed_of(ctx, conn, &[id]).await?;
        return Ok(found.into_iter().find(|it| fits(&it.mechanism.id)).map(|it| it.record.id));
    }
    let rows = store::records::by_number(conn, number).await?;
    let ids: Vec<RecordId> = rows.iter().filter(|row| fits(&row.mechanism)).map(|row| row.id).collect();
    Ok(records::listed_of(ctx, conn, &ids).await?.into_iter().next().map(|it| it.record.id))
}

/// An account that nobody else moves anything on before the transaction ends, with what this one has not written yet.
async fn held(ctx: &Ctx, tx: &mut Tx, id: RecordId, unwritten: &[MovementRow]) -> Result<Found, Error> {
    store::participations::hold(tx, id).await?;
    let mut found = records::by_ids(ctx, tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    for row in unwritten.iter().filter(|row| row.record == id) {
        found.record.book.add(row.movement.clone());
    }
    Ok(found)
}

/// Puts what an order moves to the rows; gives what the figures gain.
pub(crate) async fn carry_out(
    ctx: &Ctx,
    tx: &mut Tx,
    id: RecordId,
    order: &Order,
    rows: &mut Vec<MovementRow>,
) -> Result<Cells, Error> {
    let mut ids: Vec<RecordId> = order.parts.iter().map(|(to, _)| *to).chain([id]).collect();
    // Everybody in this order, so that nobody waits for each other.
    ids.sort();
    let mut accounts: BTreeMap<RecordId, Found> = BTreeMap::new();
    for id in ids {
        accounts.insert(id, held(ctx, tx, id, rows).await?);
    }
    let mut cells = Cells::new();
    let mut put = |found: &mut Found, movement: Movement| {
        keep::add_up(&mut cells, &difference(ctx, found, &movement));
        rows.push(MovementRow { id: ctx.new_id::<Uuid>(), record: found.record.id, movement: movement.clone() });
        found.record.book.add(movement);
    };
    let whole = [(None, order.amount)];
    let parts: Vec<(Option<RecordId>, i64)> = order.parts.iter().map(|(to, part)| (Some(*to), *part)).collect();
    for (other, amount) in if order.word.transfer { &parts[..] } else { &whole[..] } {
        let found = accounts.get_mut(&id).ok_or(Error::NotFound)?;
        let posted = ledger::post(&found.mechanism, &found.record, &order.posting(*amount, *other), moment(ctx));
        put(found, posted.map_err(|refusal| with_way(ctx, &found.mechanism, refusal))?);
        let Some(to) = other.and_then(|to| accounts.get_mut(&to)) else { continue };
        let movement = ledger::receive(&to.mechanism, &to.record, &order.posting(*amount, Some(id)), moment(ctx))?;
        put(to, movement);
    }
    Ok(cells)
}

/// What the figures gain by a movement.
fn difference(ctx: &Ctx, found: &Found, movement: &Movement) -> Cells {
    let mut after = found.record.clone();
    after.book.add(movement.clone());
    let counted = ctx.definitions.counted_by(&found.mechanism);
    figures::difference(counted, Some(&found.record), &after, ctx.calendar())
}

/// Writes rows, figures and the act.
pub(crate) async fn write(
    ctx: &Ctx,
    tx: &mut Tx,
    (kind, title, word): (&str, &str, &str),
    rows: &[MovementRow],
    cells: &Cells,
) -> Result<(), Error> {
    store::movements::insert(tx, rows).await?;
    keep::add_to_figures(ctx, tx, cells).await?;
    let record = rows.first().map(|row| row.record.to_string());
    let detail = serde_json::json!({ "record": record, "title": title, "word": word, "movements": rows.len() });
    act(ctx, tx, kind, detail).await
}

/// A refusal above the ceiling, with the mechanism that raises it.
pub(crate) fn with_way(ctx: &Ctx, ledger: &Mechanism, refusal: Refusal) -> Refusal {
    if refusal.code != "ledger.above" {
        return refusal;
    }
    match ways_to_more(ctx, ledger).as_slice() {
        [] => refusal,
        ways => {
            let names: Vec<String> = ways.iter().map(|it| format!("“{}”", it.name)).collect();
            Refusal { code: "ledger.above_ask", ..refusal }.with("way", names.join("或"))
        }
    }
}

/// The mechanisms whose steps raise the ceiling of such accounts.
pub fn ways_to_more<'a>(ctx: &'a Ctx, ledger: &Mechanism) -> Vec<&'a Mechanism> {
    let Some(account) = &ledger.account else { return Vec::new() };
    let raises = |it: &Mechanism, step: &Step| {
        step.draws.iter().any(|draw| {
            let is_here = draw.ledger(it) == Some(&ledger.id);
            let word = account.word(&draw.word);
            is_here && word.is_some_and(|word| word.from == Place::Outside && word.to == Place::Free)
        })
    };
    ctx.catalog().in_order().map(|it| &**it).filter(|it| it.steps.iter().any(|step| raises(it, step))).collect()
}

/// What a step moves on accounts, put among the rows; gives what the figures gain.
pub(super) async fn drawn(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    (moved, after): (&Move, &Record),
    rows: &mut Vec<MovementRow>,
) -> Result<Cells, Error> {
    let mut cells = Cells::new();
    let step = mechanism.step(&moved.step).filter(|step| !step.draws.is_empty() && !moved.is_partial);
    let Some(step) = step else { return Ok(cells) };
    store::units::hold_tree_version(tx).await?;
    let view = View { mechanism, record: after, today: ctx.today, calendar: ctx.calendar(), period: None };
    for draw in &step.draws {
        let amount = match draw.amount.eval(&view) {
            Some(Value::Whole(number)) => Decimal::from(number),
            Some(Value::Decimal(number)) => number,
            Some(Value::Money(fen)) => Decimal::new(fen, 2),
            _ => Decimal::ZERO,
        };
        let id = match &draw.account {
            Whence::Named(field) => match after.facts.find(field.as_str()) {
                Some(Value::Record(id)) => Some(*id),
                _ => {
                    let spot = Spot::Field(field.clone());
                    return Err(Refusal::new("ledger.no_account").with("number", "").at(spot).into());
                }
            },
            Whence::Found(ledger, by) => account_of(ctx, tx, ledger, by, &view).await?,
        };
        let Some(id) = id.filter(|_| !amount.is_zero()) else { continue };
        let found = held(ctx, tx, id, rows).await?;
        let account = found.mechanism.account.as_ref().ok_or_else(|| Refusal::new("ledger.none"))?;
        let word = account.word(&draw.word).ok_or_else(|| Refusal::new("ledger.no_word"))?;
        if draw.has_nothing_to_give(word, &found.record, after.id) {
            continue;
        }
        let fact = |field: &Option<FieldId>| field.as_ref().and_then(|it| after.facts.find(it.as_str()));
        let on = match fact(&draw.on) {
            Some(Value::Day(day)) => *day,
            _ => ctx.today,
        };
        let document = match fact(&draw.document) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let reason = reason_of(moved, fact(&draw.reason));
        let (cause, other) = (Some(after.id), None);
        let posting = Posting { word, amount: account.exact(amount)?, on, document, reason, cause, other };
        let movement = ledger::post(&found.mechanism, &found.record, &posting, moment(ctx))
            .map_err(|refusal| refused(step, draw, with_way(ctx, &found.mechanism, refusal)))?;
        keep::add_up(&mut cells, &difference(ctx, &found, &movement));
        rows.push(MovementRow { id: ctx.new_id::<Uuid>(), record: id, movement });
    }
    Ok(cells)
}

/// Why something is moved: what the field says, or else the step's reason.
fn reason_of(moved: &Move, field: Option<&Value>) -> Option<String> {
    let told = match field {
        Some(Value::Text(text)) => Some(text),
        _ => moved.reason.as_ref(),
    };
    told.map(|it| it.chars().take(LONGEST).collect())
}

/// A refusal with the rule of the step that draws, at the field that would say why.
fn refused(step: &Step, draw: &Draw, refusal: Refusal) -> Refusal {
    let refusal = match &step.because {
        Some(rule) => refusal.because(Some(rule)),
        None => refusal,
    };
    match &draw.reason {
        Some(field) if refusal.code == "ledger.over_reason" => refusal.at(Spot::Field(field.clone())),
        _ => refusal,
    }
}

/// The open account of a ledger whose fields hold what the formulas give; nothing if there is none.
async fn account_of(
    ctx: &Ctx,
    tx: &mut Tx,
    ledger: &MechanismId,
    by: &[(FieldId, Formula)],
    view: &View<'_>,
) -> Result<Option<RecordId>, Error> {
    let Some(mechanism) = ctx.catalog().mechanisms.get(ledger.as_str()) else { return Ok(None) };
    let mut facts = kernel::value::Facts::default();
    for (id, formula) in by {
        let value = formula.eval(view);
        let fitted = match mechanism.field(id.as_str()) {
            Some(field) => value.map(|value| kernel::workflow::fit(&field.of, value)),
            None => value,
        };
        facts.put(id, fitted);
    }
    let Some((field, value)) = kernel::roster::account_key(mechanism, &facts) else { return Ok(None) };
    let held = store::rosters::keys_held(tx, ledger, &field, &[value]).await?;
    Ok(held.first().map(|(_, id)| *id))
}

/// An account on which a step is taken: with what was moved until now, and nobody moves anything before the transaction
/// ends. What still holds something is not closed, and what anything was moved on does not go.
pub(super) async fn meets(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &mut Record,
) -> Result<Option<Record>, Error> {
    let (Some(before), Some(account)) = (before, &mechanism.account) else { return Ok(None) };
    store::units::hold_tree_version(tx).await?;
    let found = held(ctx, tx, after.id, &[]).await?;
    after.book = found.record.book;
    if after.is_gone() && !after.book.movements().is_empty() {
        return Err(Refusal::new("ledger.has_movements").with("account", &before.title).into());
    }
    if before.is_open()
        && !after.is_open()
        && let Some(left) = ledger::left(account, after)
    {
        return Err(Refusal::new("ledger.not_empty").with("account", &before.title).with("left", left).into());
    }
    Ok(Some(Record { book: after.book.clone(), ..before.clone() }))
}
