//! Taking in somebody's own workbook: what each cell says of an account is held against what the account holds, and what
//! is lacking is moved.
//!
//! Looking and taking are the same transaction; the one is not kept. So nothing is promised that is not done then.
//! Never a movement that says nothing of its cell: file, sheet and place are its document.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::catalog::Mechanism;
use kernel::figures::Cells;
use kernel::ids::{FieldId, MechanismId, RecordId, UnitId};
use kernel::kinds::ledger::workbook::{Workbook, stands};
use kernel::kinds::ledger::{self, Account, Posting};
use kernel::refusal::{Refusal, Spot};
use kernel::workflow::{self, Attempt};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::imports::UploadRow;
use store::movements::MovementRow;
use uuid::Uuid;

use super::{LONGEST, difference, held, may_move, moment, with_way, write};
use crate::commands::intake::{self, UploadId};
use crate::commands::keep::{self, Writing};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::statements::{self, Stated, Whose};
use crate::tree::Unit;
use crate::words::say;

/// What was typed with the file.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The id of the workbook.
    pub workbook: String,
    /// The unit.
    pub unit: String,
    /// The year.
    pub year: String,
}

/// What is kept with the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    workbook: String,
    unit: UnitId,
    year: i16,
}

/// What became, or would become, of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// The account holds it already.
    Same,
    /// So much is moved: the movement's name and the amount.
    Moved(String, String),
    /// It cannot be.
    Refused(String),
}

/// A cell with what became of it.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it says.
    pub stated: Stated,
    /// The ledger's name.
    pub ledger: String,
    /// What the account is called.
    pub account: String,
    /// The name of what is said of it.
    pub reading: String,
    /// The amount, with its unit of measure.
    pub amount: String,
    /// What became of it.
    pub became: Became,
}

/// A workbook that is looked at, or was taken in.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The upload.
    pub upload: UploadId,
    /// The mechanism.
    pub mechanism: Arc<Mechanism>,
    /// The workbook's name.
    pub workbook: String,
    /// The file's name.
    pub file_name: String,
    /// The unit.
    pub unit: UnitId,
    /// The year.
    pub year: i16,
    /// Its cells.
    pub lines: Vec<Line>,
    /// Accounts that are opened.
    pub opened: Vec<String>,
    /// What a person should know besides.
    pub notes: Vec<String>,
    /// What is wrong with it: then nothing is taken in.
    pub faults: Vec<String>,
}

impl Statement {
    /// How many cells lead to a movement.
    pub fn moves(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.became, Became::Moved(..))).count()
    }
}

/// Keeps a workbook to be looked at.
pub async fn upload(ctx: &Ctx, mechanism: &str, told: &Told, file: (&str, &[u8])) -> Result<UploadId, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let (true, Some(owner)) = (ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import), ctx.person()) else {
        return Err(Error::NotFound);
    };
    let workbook = workbook_of(&mechanism, &told.workbook)?;
    let mut faults = Vec::new();
    let unit = told.unit.trim().parse::<UnitId>().ok().filter(|id| units(ctx, &mechanism).any(|unit| unit.id == *id));
    if unit.is_none() {
        faults.push(Refusal::new("statement.unit").at(Spot::Field("unit".into())));
    }
    let year = told.year.trim().parse::<i16>().ok().filter(|year| (2000..=2100).contains(year));
    if year.is_none() {
        faults.push(Refusal::new("statement.year").at(Spot::Field("year".into())));
    }
    let (Some(unit), Some(year)) = (unit, year) else { return Err(faults.into()) };
    let id = intake::keep(ctx, owner, mechanism.id.clone(), file.0, file.1).await?;
    let json = serde_json::to_value(Kept { workbook: workbook.id.to_string(), unit, year });
    let json = json.map_err(|fault| Error::broken("write what a workbook is of", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    store::imports::put_mapping(&mut tx, id.0, &mechanism.id, &json).await?;
    tx.commit().await?;
    Ok(id)
}

/// The units whose workbooks this person may take in.
pub fn units<'c>(ctx: &'c Ctx, mechanism: &Mechanism) -> impl Iterator<Item = &'c Unit> {
    let reach = ctx.actor.reach(&mechanism.id, &mechanism.rights.import);
    let is_there = move |unit: &&Unit| reach.iter().any(|over| over.holds(unit.over.first)) && unit.is_present();
    ctx.tree.units().iter().filter(is_there)
}

fn workbook_of<'m>(mechanism: &'m Mechanism, id: &str) -> Result<&'m Workbook, Error> {
    mechanism.workbooks.iter().find(|it| *it.id == *id).ok_or(Error::NotFound)
}

/// What would become of a workbook: the same as taking it in, and nothing is kept.
pub async fn look(ctx: &Ctx, upload: UploadId) -> Result<Statement, Error> {
    let (row, mut statement, all) = opened(ctx, upload).await?;
    let mut tx = ctx.office.db.begin_long().await?;
    carry(ctx, &mut tx, &row, &mut statement, all).await?;
    drop(tx);
    Ok(statement)
}

/// Takes a workbook in. `key` is the form's own: sent twice, it takes in once.
pub async fn take(ctx: &Ctx, upload: UploadId, key: Option<&str>) -> Result<Statement, Error> {
    let (row, mut statement, all) = opened(ctx, upload).await?;
    if !statement.faults.is_empty() {
        return Err(Refusal::new("statement.faults").with("count", statement.faults.len()).into());
    }
    let mut tx = ctx.office.db.begin_long().await?;
    if let Some(key) = key
        && !store::idempotency::put(&mut tx, key, ctx.now, &upload.to_string()).await?
    {
        return Ok(statement);
    }
    carry(ctx, &mut tx, &row, &mut statement, all).await?;
    if statement.moves() == 0 {
        return Err(Refusal::new("statement.nothing").into());
    }
    tx.commit().await?;
    Ok(statement)
}

/// The file, understood.
async fn opened(ctx: &Ctx, upload: UploadId) -> Result<(UploadRow, Statement, Vec<Stated>), Error> {
    let row = {
        let mut conn = ctx.office.db.read().await?;
        intake::own(ctx, &mut conn, upload).await?
    };
    let mechanism = ctx.mechanism(row.mechanism.as_ref().ok_or(Error::NotFound)?.as_str())?;
    let kept = row.mapping.as_ref().and_then(|json| Kept::deserialize(json).ok()).ok_or(Error::NotFound)?;
    let workbook = workbook_of(&mechanism, &kept.workbook)?;
    let grids = intake::sheets(&row, ctx.now)?;
    let whose = Whose { unit: kept.unit, year: kept.year };
    let (all, notes, faults) = match statements::read(ctx, &mechanism, workbook, &grids, whose) {
        Ok(found) => (found.all, found.notes, Vec::new()),
        Err(faults) => (Vec::new(), Vec::new(), faults),
    };
    let statement = Statement {
        upload,
        workbook: workbook.name.clone(),
        file_name: row.file_name.clone(),
        unit: kept.unit,
        year: kept.year,
        lines: Vec::new(),
        opened: Vec::new(),
        notes,
        faults,
        mechanism: Arc::clone(&mechanism),
    };
    Ok((row, statement, all))
}

/// An account, by its ledger and what tells it from others.
type Key = (MechanismId, (FieldId, String));

/// Carries it out in a transaction.
async fn carry(
    ctx: &Ctx,
    tx: &mut Tx,
    row: &UploadRow,
    statement: &mut Statement,
    all: Vec<Stated>,
) -> Result<(), Error> {
    keep::same_tree(ctx, tx).await?;
    let accounts = accounts(ctx, tx, &all, &mut statement.opened).await?;
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| (all[*at].on, *at));
    let (mut rows, mut cells) = (Vec::new(), Cells::new());
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    for at in order {
        let stated = &all[at];
        let ledger = ledger_of(ctx, stated)?;
        let account = ledger.account.as_ref().ok_or_else(|| Refusal::new("ledger.none"))?;
        let key = (stated.ledger.clone(), stated.key.clone());
        let document = document(row, stated);
        let became = match accounts.get(&key) {
            Some(Ok(id)) => moved(ctx, tx, (account, *id), (stated, &document), &mut rows, &mut cells).await?,
            Some(Err(why)) => Became::Refused(why.clone()),
            None => Became::Same,
        };
        let name = account.counted().into_iter().find(|(_, it)| *it == stated.reading).map(|(name, _)| name);
        lines.insert(
            at,
            Line {
                ledger: ledger.name.clone(),
                account: stated.facts.find(ledger.title.as_str()).map(text).unwrap_or_default(),
                reading: name.unwrap_or_default(),
                amount: account.in_words(stated.amount),
                became,
                stated: stated.clone(),
            },
        );
    }
    statement.lines = lines.into_values().collect();
    if rows.is_empty() {
        return Ok(());
    }
    write(ctx, tx, ("ledger.stated", &statement.workbook, &row.file_name), &rows, &cells).await
}

fn text(value: &kernel::value::Value) -> String {
    match value {
        kernel::value::Value::Text(text) => text.clone(),
        _ => String::new(),
    }
}

/// Where an amount stands: the file and the cell.
fn document(row: &UploadRow, stated: &Stated) -> String {
    let whole = format!("{} {}", row.file_name, stated.at);
    let over = whole.chars().count().saturating_sub(LONGEST);
    whole.chars().skip(over).collect()
}

/// The accounts that cells speak of: those that are there, and those that are opened now because a cell gives them
/// something. Which are left out say why.
async fn accounts(
    ctx: &Ctx,
    tx: &mut Tx,
    all: &[Stated],
    opened: &mut Vec<String>,
) -> Result<BTreeMap<Key, Result<RecordId, String>>, Error> {
    let mut found: BTreeMap<Key, Result<RecordId, String>> = BTreeMap::new();
    let mut writing = Writing::new(ctx, None);
    let mut is_written = false;
    for stated in all.iter().filter(|it| it.amount > 0) {
        let key = (stated.ledger.clone(), stated.key.clone());
        if found.contains_key(&key) {
            continue;
        }
        let (field, value) = &stated.key;
        let there = store::rosters::keys_held(tx, &stated.ledger, field, std::slice::from_ref(value)).await?;
        let id = match there.first() {
            Some((_, id)) => Ok(*id),
            None => match begin(ctx, stated)? {
                Ok(moved) => {
                    let record = writing.put(tx, ledger_of(ctx, stated)?, None, moved).await?;
                    is_written = true;
                    opened.push(record.title.clone());
                    Ok(record.id)
                }
                Err(why) => Err(why),
            },
        };
        found.insert(key, id);
    }
    // Accounts that are there and of which only nothing is said may still have to go down.
    for stated in all.iter().filter(|it| it.amount == 0) {
        let key = (stated.ledger.clone(), stated.key.clone());
        if !found.contains_key(&key) {
            let (field, value) = &stated.key;
            let there = store::rosters::keys_held(tx, &stated.ledger, field, std::slice::from_ref(value)).await?;
            found.extend(there.first().map(|(_, id)| (key, Ok(*id))));
        }
    }
    if is_written {
        writing.write_more(tx).await?;
    }
    Ok(found)
}

/// The ledger that a cell speaks of.
fn ledger_of<'c>(ctx: &'c Ctx, stated: &Stated) -> Result<&'c Arc<Mechanism>, Error> {
    ctx.catalog().mechanism(stated.ledger.as_str()).ok_or(Error::NotFound)
}

/// The start step of an account, or why this person may not take it.
fn begin(ctx: &Ctx, stated: &Stated) -> Result<Result<workflow::Move, String>, Error> {
    let ledger = ledger_of(ctx, stated)?;
    let filled = stated.facts.0.iter().map(|(id, value)| (id.clone(), Some(value.clone()))).collect();
    let attempt = Attempt {
        actor: &ctx.actor,
        step: &ledger.start().id,
        filled,
        faults: Vec::new(),
        opinion: None,
        reason: None,
        past: &[],
        tree: &*ctx.tree,
    };
    let started = workflow::start(ctx.clock(), ledger, ctx.new_id(), attempt);
    let why = |refusals: Vec<Refusal>| {
        let said = refusals.iter().map(|it| say(ctx.vocabulary(), it).says);
        format!("“{}”还没有这个账户，也建不了：{}", ledger.name, said.collect::<Vec<_>>().join("；"))
    };
    Ok(started.map_err(why))
}

/// Moves what an account lacks of what a cell says, or what it has too much.
async fn moved(
    ctx: &Ctx,
    tx: &mut Tx,
    (account, id): (&Account, RecordId),
    (stated, document): (&Stated, &str),
    rows: &mut Vec<MovementRow>,
    cells: &mut Cells,
) -> Result<Became, Error> {
    let found = held(ctx, tx, id, rows).await?;
    // Whoever may not move anything there does not learn what it holds.
    let ahead = account.word(&stated.ways.0).ok_or_else(|| Refusal::new("ledger.no_word"))?;
    if !may_move(ctx, &found, ahead) {
        return Ok(refused(ctx, &Refusal::not_yours("ledger.not_yours").with("word", &ahead.name)));
    }
    let lack = stated.amount - stands(&found.record.book, &stated.reading, stated.on);
    let down = &stated.ways.1;
    // enforces: workbook.row.up
    // enforces: workbook.row.down
    // enforces: workbook.column.up
    // enforces: workbook.column.down
    let word = match lack {
        0 => return Ok(Became::Same),
        1.. => Some(ahead),
        _ => down.as_ref().and_then(|down| account.word(down)),
    };
    let Some(word) = word else {
        let now = account.in_words(stated.amount - lack);
        return Ok(Became::Refused(format!("账上已经有{now}，比表里多，要在账户页上核对。")));
    };
    if !may_move(ctx, &found, word) {
        return Ok(refused(ctx, &Refusal::not_yours("ledger.not_yours").with("word", &word.name)));
    }
    let words = Some(document.to_owned());
    let posting = Posting {
        word,
        amount: lack.abs(),
        on: stated.on,
        document: words.clone(),
        reason: words,
        cause: None,
        other: None,
    };
    match ledger::post(&found.mechanism, &found.record, &posting, moment(ctx)) {
        Ok(movement) => {
            keep::add_up(cells, &difference(ctx, &found, &movement));
            rows.push(MovementRow { id: ctx.new_id::<Uuid>(), record: id, movement });
            Ok(Became::Moved(word.name.clone(), account.in_words(lack.abs())))
        }
        Err(refusal) => Ok(refused(ctx, &with_way(ctx, &found.mechanism, refusal))),
    }
}

fn refused(ctx: &Ctx, refusal: &Refusal) -> Became {
    Became::Refused(say(ctx.vocabulary(), refusal).says)
}
