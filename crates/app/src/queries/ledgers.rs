//! What do accounts hold? One account with its movements, all accounts of a ledger on a day, units by kinds.
//!
//! Never a total of what the reader does not see: what is added up is what stands on the page.

use std::collections::BTreeMap;

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use jiff::civil::Date;
use kernel::catalog::{FieldType, Mechanism};
use kernel::ids::{RecordId, UnitId};
use kernel::kinds::ledger::{Account, Balance, Movement, Place, Reading};
use store::Conn;

use crate::commands::batches::act;
use crate::commands::ledgers::{may_move, ways_to_more};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};
use crate::queries::forms::Choice;
use crate::queries::register::{self, RegisterAsk};
use crate::queries::units::choosing;
use crate::records::{self, Found};
use crate::words;

/// The most accounts on a page and in a workbook.
const MOST: usize = 2_000;

/// What is read off an account: its name and the amount with its unit of measure.
pub type Amounts = Vec<(String, String)>;

/// An account, on the page of its record.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// What it holds today.
    pub amounts: Amounts,
    /// How many movements there are.
    pub movements: usize,
    /// May the reader move anything?
    pub may_move: bool,
}

/// What a record moved on an account.
#[derive(Clone, Debug)]
pub struct CausedLine {
    /// The account.
    pub account: RecordId,
    /// What it is called.
    pub title: String,
    /// What was done, and how much.
    pub words: String,
    /// From which day on.
    pub on: Date,
}

/// The page of an account.
#[derive(Clone, Debug)]
pub struct AccountPage {
    /// Its record.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// What it is called.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Its state.
    pub state: String,
    /// The unit of measure.
    pub measure: String,
    /// The day looked at.
    pub on: Date,
    /// What it holds on that day.
    pub amounts: Amounts,
    /// What is read off it, by name.
    pub readings: Vec<String>,
    /// The movements up to that day, the last first.
    pub lines: Vec<MovementLine>,
    /// What the reader may do.
    pub words: Vec<WordLine>,
    /// Where more is asked for: mechanism's id and name.
    pub ways: Vec<(String, String)>,
}

/// A movement.
#[derive(Clone, Debug)]
pub struct MovementLine {
    /// Its number.
    pub seq: i64,
    /// From which day on.
    pub on: Date,
    /// What was done.
    pub word: String,
    /// From where to where.
    pub way: String,
    /// How much.
    pub amount: String,
    /// What the account holds after it, in the order of the readings.
    pub after: Vec<String>,
    /// The document, the reason, what it turns around.
    pub notes: Vec<String>,
    /// The records on the other side that the reader sees: what they are, and what they are called.
    pub others: Vec<(&'static str, RecordId, String)>,
    /// Who wrote it down, and when.
    pub by: String,
    /// Was it turned around, or does it turn another around?
    pub is_void: bool,
    /// May the reader turn it around?
    pub may_reverse: bool,
}

/// Something that may be done.
#[derive(Clone, Debug)]
pub struct WordLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// From where to where.
    pub way: String,
    /// What it asks for and rests on.
    pub notes: String,
    /// Does it go to other accounts?
    pub transfer: bool,
}

fn way(account: &Account, from: &Place, to: &Place) -> String {
    match (from, to) {
        (Place::Outside, to) => format!("进{}", account.place_name(to)),
        (from, Place::Outside) => format!("出{}", account.place_name(from)),
        (from, to) => format!("{}转{}", account.place_name(from), account.place_name(to)),
    }
}

/// What is read off, as far as it says something: what is above the ceiling only where anything is.
fn amounts(account: &Account, balance: &Balance) -> Amounts {
    let all = account.readings().into_iter().map(|(name, reading)| (name, balance.read(&reading), reading));
    let said = all.filter(|(_, amount, reading)| *reading != Reading::Over || *amount > 0);
    let mut all: Amounts = said.map(|(name, amount, _)| (name, account.in_words(amount))).collect();
    all.extend(rate(balance).map(|rate| ("使用率".to_owned(), rate)));
    all
}

/// What is taken of the ceiling, in the last stage and in all, as a rate.
fn rate(balance: &Balance) -> Option<String> {
    let part = rust_decimal::Decimal::from(balance.taken()) * rust_decimal::Decimal::ONE_HUNDRED;
    let rate = part.checked_div(rust_decimal::Decimal::from(balance.ceiling()))?;
    Some(format!(
        "{}%",
        rate.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero).normalize()
    ))
}

/// What a record's page says of the account that it is.
pub fn line(ctx: &Ctx, found: &Found) -> Option<AccountLine> {
    let account = found.mechanism.account.as_ref()?;
    let is_open = account.states.contains(&found.record.state);
    Some(AccountLine {
        amounts: amounts(account, &found.record.book.balance(Some(ctx.today))),
        movements: found.record.book.movements().len(),
        may_move: is_open && account.words.iter().any(|word| may_move(ctx, found, word)),
    })
}

/// What a record moved, on the accounts that the reader sees.
pub async fn caused(ctx: &Ctx, conn: &mut Conn, found: &Found) -> Result<Vec<CausedLine>, Error> {
    let current = ctx.catalog().mechanisms.get(found.mechanism.id.as_str()).unwrap_or(&found.mechanism);
    let rows = store::movements::caused_by(conn, found.record.id).await?;
    if rows.is_empty() || current.account.is_some() {
        return Ok(Vec::new());
    }
    let ids: Vec<RecordId> = rows.iter().map(|row| row.record).collect();
    let accounts = records::listed_of(ctx, conn, &ids).await?;
    let lines = rows.iter().filter_map(|row| {
        let found = accounts.iter().find(|it| it.record.id == row.record)?;
        let account = found.mechanism.account.as_ref()?;
        let word = account.word(&row.movement.word).map_or("", |it| &it.name);
        Some(CausedLine {
            account: row.record,
            title: found.record.title.clone(),
            words: format!("{word} {}", account.in_words(row.movement.amount)),
            on: row.movement.on,
        })
    });
    Ok(lines.collect())
}

/// A day as an address writes it; today, without one.
pub fn day(ctx: &Ctx, text: &str) -> Result<Date, Error> {
    let text = text.trim();
    let refusal = || kernel::refusal::Refusal::new("ledger.no_day").with("day", text);
    if text.is_empty() { Ok(ctx.today) } else { text.parse().map_err(|_| refusal().into()) }
}

/// An account as of a day, for whoever sees its record.
pub async fn account_page(ctx: &Ctx, id: RecordId, on: Date) -> Result<AccountPage, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let (record, mechanism) = (&found.record, &found.mechanism);
    let account = mechanism.account.as_ref().ok_or(Error::NotFound)?;
    let linked: Vec<RecordId> =
        record.book.movements().iter().flat_map(|it| it.cause.into_iter().chain(it.other)).collect();
    let linked = records::listed_of(ctx, &mut conn, &linked).await?;
    drop(conn);
    let is_open = account.states.contains(&record.state);
    let words: Vec<&kernel::kinds::ledger::Word> =
        account.words.iter().filter(|word| is_open && may_move(ctx, &found, word)).collect();
    let reversed = record.book.reversed();
    let mut balance = Balance::default();
    let mut lines = Vec::new();
    for it in record.book.by_day().into_iter().filter(|it| it.on <= on) {
        balance.add(&it.from, &it.to, it.amount);
        let is_void = it.reverses.is_some() || reversed.contains(&it.seq);
        let by_hand = it.cause.is_none() && it.other.is_none();
        lines.push(MovementLine {
            after: account.readings().iter().map(|(_, reading)| account.number(balance.read(reading))).collect(),
            is_void,
            may_reverse: !is_void && by_hand && words.iter().any(|word| word.id == it.word),
            ..movement(ctx, account, it, &linked)
        });
    }
    lines.reverse();
    let open = |it: &&Mechanism| ctx.actor.holds_any(&it.id, &it.start().who);
    Ok(AccountPage {
        id,
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        title: record.title.clone(),
        number: record.number.clone().unwrap_or_default(),
        state: words::state_name(mechanism, record.state.as_str()),
        measure: account.measure.clone(),
        on,
        amounts: amounts(account, &record.book.balance(Some(on))),
        readings: account.readings().into_iter().map(|(name, _)| name).collect(),
        lines,
        words: words.into_iter().map(|word| word_line(account, word)).collect(),
        ways: ways_to_more(ctx, mechanism)
            .into_iter()
            .filter(open)
            .map(|it| (it.id.to_string(), it.name.clone()))
            .collect(),
    })
}

fn word_line(account: &Account, word: &kernel::kinds::ledger::Word) -> WordLine {
    let mut notes: Vec<String> = Vec::new();
    notes.extend(word.document.then(|| "要写文号".to_owned()));
    notes.extend(word.reason.then(|| "要写理由".to_owned()));
    notes.extend(word.over.then(|| "超出时要写理由".to_owned()));
    notes.extend(word.because.clone());
    let way = way(account, &word.from, &word.to);
    WordLine {
        id: word.id.to_string(), name: word.name.clone(), way, notes: notes.join("；"), transfer: word.transfer
    }
}

fn movement(ctx: &Ctx, account: &Account, it: &Movement, linked: &[Found]) -> MovementLine {
    let mut notes = Vec::new();
    notes.extend(it.document.clone());
    notes.extend(it.reason.as_ref().map(|reason| format!("理由：{reason}")));
    notes.extend(it.reverses.map(|seq| format!("冲销第{seq}笔")));
    let label = |what: &'static str, id: Option<RecordId>| {
        let found = linked.iter().find(|found| Some(found.record.id) == id)?;
        Some((what, found.record.id, found.record.title.clone()))
    };
    let who = it.by.map(|person| ctx.names().person(person)).unwrap_or_default();
    MovementLine {
        seq: it.seq,
        on: it.on,
        word: account.word(&it.word).map_or_else(|| it.word.to_string(), |word| word.name.clone()),
        way: way(account, &it.from, &it.to),
        amount: account.number(it.amount),
        after: Vec::new(),
        notes,
        others: label("起因", it.cause).into_iter().chain(label("对方", it.other)).collect(),
        by: format!("{who} {}", words::moment(it.at)),
        is_void: false,
        may_reverse: false,
    }
}

/// What is asked of a ledger.
#[derive(Clone, Debug, Default)]
pub struct LedgerAsk {
    /// The day.
    pub on: String,
    /// The unit whose subtree is looked at.
    pub unit: Option<UnitId>,
    /// The kind: an option of the ledger's first list.
    pub kind: String,
    /// Which reading the table of units by kinds shows; the first, without it.
    pub reading: String,
}

/// All accounts of a ledger on a day.
#[derive(Clone, Debug)]
pub struct LedgerPage {
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The day.
    pub on: Date,
    /// The unit looked at, and those that may be.
    pub unit: Option<UnitId>,
    /// The units that may be looked at.
    pub units: Vec<Choice>,
    /// The unit of measure.
    pub measure: String,
    /// What the kinds are kinds of, and the kinds.
    pub kinds: (String, Vec<Choice>),
    /// The kind looked at.
    pub kind: String,
    /// What is read off each account.
    pub readings: Vec<String>,
    /// The reading in the table of units by kinds.
    pub reading: String,
    /// The accounts.
    pub rows: Vec<AccountRow>,
    /// Units by kinds: the columns that anything stands in.
    pub columns: Vec<String>,
    /// Its rows, each unit with all units below it.
    pub table: Vec<UnitRow>,
    /// Are there more accounts than are shown?
    pub more: bool,
    /// May they export?
    pub may_export: bool,
}

/// An account on a day.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// Its record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// Its kind.
    pub kind: String,
    /// What is read off it, in the order of the readings.
    pub amounts: Vec<i64>,
    /// The same in words.
    pub shown: Vec<String>,
    /// What is taken of the ceiling.
    pub rate: String,
    /// Is anything above the ceiling?
    pub is_over: bool,
}

/// A unit with all units below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// How deep it stands below the first.
    pub depth: i64,
    /// The amounts of the kinds, in the order of the columns; empty where there is no account.
    pub amounts: Vec<String>,
}

/// The first field among those that tell accounts apart that is chosen from a list.
fn kind_field(mechanism: &Mechanism) -> Option<(&kernel::catalog::Field, &kernel::ids::ListId)> {
    let of = &mechanism.account.as_ref()?.of;
    of.iter().filter_map(|id| mechanism.field(id.as_str())).find_map(|field| match &field.of {
        FieldType::Choice { list } => Some((field, list)),
        _ => None,
    })
}

/// The accounts that the reader sees, with what they hold at the end of a day.
async fn balances(
    ctx: &Ctx,
    mechanism: &Mechanism,
    ask: &LedgerAsk,
    on: Date,
) -> Result<(Vec<(Found, Balance)>, bool), Error> {
    let kind = kind_field(mechanism).filter(|_| !ask.kind.is_empty());
    let fields = kind.map(|(field, _)| (field.id.to_string(), ask.kind.clone())).into_iter().collect();
    let register = RegisterAsk {
        tab: "all".to_owned(),
        unit: ask.unit,
        fields,
        sort: "number".to_owned(),
        ..RegisterAsk::default()
    };
    let scope = register::scope(ctx, mechanism, ask.unit)?;
    let asked = register::query(ctx, mechanism, &register, &scope)?;
    let mut conn = ctx.office.db.read().await?;
    let (found, next) = asked.page(ctx, &mut conn, MOST).await?;
    let ids: Vec<RecordId> = found.iter().map(|it| it.record.id).collect();
    let mut balances: BTreeMap<RecordId, Balance> = BTreeMap::new();
    for moved in store::movements::sums(&mut conn, &ids, on).await? {
        balances.entry(moved.record).or_default().add(&moved.from, &moved.to, moved.amount);
    }
    // What was opened later or is closed and empty was no account of that day.
    let counts = |found: &Found, balance: &Balance| *balance != Balance::default() || found.record.is_open();
    let with = found.into_iter().map(|found| {
        let balance = balances.remove(&found.record.id).unwrap_or_default();
        (found, balance)
    });
    Ok((with.filter(|(found, balance)| counts(found, balance)).collect(), next.is_some()))
}

/// All accounts of a ledger on a day, as far as the reader sees them.
pub async fn ledger_page(ctx: &Ctx, mechanism: &str, ask: &LedgerAsk) -> Result<LedgerPage, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let account = mechanism.account.as_ref().ok_or(Error::NotFound)?;
    let on = day(ctx, &ask.on)?;
    let (accounts, more) = balances(ctx, &mechanism, ask, on).await?;
    let readings = account.readings();
    let names: Vec<String> = readings.iter().map(|(name, _)| name.clone()).collect();
    let reading = readings.iter().find(|(name, _)| *name == ask.reading).unwrap_or(&readings[0]);
    let seen = ctx.sight(&mechanism).subtrees();
    let list = kind_field(&mechanism).and_then(|(_, list)| ctx.vocabulary().list(list.as_str()));
    let kinds: Vec<Choice> =
        list.iter().flat_map(|list| &list.items).map(|item| kind_choice(&item.id, &item.name)).collect();
    let rows: Vec<AccountRow> = accounts.iter().map(|(found, balance)| row(ctx, account, found, balance)).collect();
    let (columns, table) = by_kinds(ctx, account, &accounts, &kinds, &reading.1);
    Ok(LedgerPage {
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        on,
        unit: ask.unit,
        units: choosing::around(ctx, &seen, ask.unit),
        measure: account.measure.clone(),
        kinds: (kind_field(&mechanism).map(|(field, _)| field.name.clone()).unwrap_or_default(), kinds),
        kind: ask.kind.clone(),
        readings: names,
        reading: reading.0.clone(),
        rows,
        columns,
        table,
        more,
        may_export: ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export),
    })
}

fn kind_choice(id: &str, name: &str) -> Choice {
    Choice { id: id.to_owned(), name: name.to_owned(), pinyin: crate::pinyin::initials(name), group: None }
}

/// What kind of account it is.
fn kind_of(found: &Found) -> Option<&str> {
    let (field, _) = kind_field(&found.mechanism)?;
    match found.record.facts.find(field.id.as_str()) {
        Some(kernel::value::Value::Choice(id)) => Some(id),
        _ => None,
    }
}

fn row(ctx: &Ctx, account: &Account, found: &Found, balance: &Balance) -> AccountRow {
    let amounts: Vec<i64> = account.readings().iter().map(|(_, reading)| balance.read(reading)).collect();
    let field = kind_field(&found.mechanism).map(|(field, _)| field);
    AccountRow {
        id: found.record.id,
        number: found.record.number.clone().unwrap_or_default(),
        title: found.record.title.clone(),
        unit: ctx.names().unit(found.record.unit),
        kind: field.and_then(|field| found.words_of(ctx, field)).unwrap_or_default(),
        shown: amounts.iter().map(|amount| account.number(*amount)).collect(),
        amounts,
        rate: rate(balance).unwrap_or_else(|| "—".to_owned()),
        is_over: balance.read(&Reading::Over) > 0,
    }
}

/// Units by kinds: the units of the accounts and those above them up to the reader's own, each with all below it.
fn by_kinds(
    ctx: &Ctx,
    account: &Account,
    accounts: &[(Found, Balance)],
    kinds: &[Choice],
    reading: &Reading,
) -> (Vec<String>, Vec<UnitRow>) {
    let reach: Vec<_> = accounts.first().map(|(found, _)| ctx.sight(&found.mechanism).subtrees()).unwrap_or_default();
    let used: Vec<&Choice> =
        kinds.iter().filter(|kind| accounts.iter().any(|(found, _)| kind_of(found) == Some(&*kind.id))).collect();
    let mut sums: BTreeMap<(i64, UnitId), Vec<Option<i64>>> = BTreeMap::new();
    for (found, balance) in accounts {
        let Some(at) = used.iter().position(|kind| kind_of(found) == Some(&*kind.id)) else { continue };
        let own = found.record.unit;
        for unit in ctx.tree.upwards(own).into_iter().filter_map(|id| ctx.tree.unit(id)) {
            let is_seen = reach.iter().any(|over| over.first <= unit.over.first && unit.over.last <= over.last);
            if unit.id == own || is_seen {
                let sum = sums.entry((unit.over.first, unit.id)).or_insert_with(|| vec![None; used.len()]);
                sum[at] = Some(sum[at].unwrap_or(0).saturating_add(balance.read(reading)));
            }
        }
    }
    let top = sums.keys().filter_map(|(_, id)| ctx.tree.unit(*id)).map(|unit| unit.depth).min().unwrap_or(0);
    let row = |((_, id), sums): (&(i64, UnitId), &Vec<Option<i64>>)| UnitRow {
        unit: *id,
        name: ctx.names().unit(*id),
        depth: ctx.tree.unit(*id).map_or(0, |unit| unit.depth - top),
        amounts: sums.iter().map(|sum| sum.map(|it| account.number(it)).unwrap_or_default()).collect(),
    };
    (used.iter().map(|kind| kind.name.clone()).collect(), sums.iter().map(row).collect())
}

/// The accounts of a day as a workbook.
pub async fn workbook(ctx: &Ctx, mechanism: &str, ask: &LedgerAsk) -> Result<Download, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let account = mechanism.account.as_ref().ok_or(Error::NotFound)?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export) {
        return Err(Error::NotFound);
    }
    let on = day(ctx, &ask.on)?;
    let (accounts, _) = balances(ctx, &mechanism, ask, on).await?;
    let own = ctx.actor.reach(&mechanism.id, &mechanism.rights.export);
    let may = |found: &Found| own.iter().any(|over| (over.first..=over.last).contains(&found.unit_ord));
    let rows: Vec<AccountRow> = accounts
        .iter()
        .filter(|(found, _)| may(found))
        .map(|(found, balance)| row(ctx, account, found, balance))
        .collect();
    let text = |title: &str| Column { title: title.to_owned(), width: None, kind: ColumnKind::Text };
    let number = |title: String| Column { title, width: None, kind: ColumnKind::Number(account.places as u8) };
    let kind = kind_field(&mechanism).map_or("类型", |(field, _)| field.name.as_str());
    let mut columns = vec![text("账户编号"), text("账户名称"), text("单位"), text(kind)];
    columns.extend(account.readings().into_iter().map(|(name, _)| number(format!("{name}（{}）", account.measure))));
    columns.push(text("使用率"));
    let count = rows.len();
    let cells = rows.into_iter().map(|row| {
        let mut cells: Vec<OutCell> = [row.number, row.title, row.unit, row.kind].map(OutCell::Text).into();
        cells.extend(
            row.amounts.iter().map(|amount| OutCell::Number(rust_decimal::Decimal::new(*amount, 6).normalize())),
        );
        cells.push(OutCell::Text(row.rate));
        cells
    });
    let stamp = format!("{}{}导出", ctx.actor.name(), words::moment(ctx.now));
    let notes =
        vec![format!("“{}”截至{on}的余额，单位：{}。只含导出人有权导出的账户。", mechanism.name, account.measure)];
    let sheet = Sheet { name: mechanism.name.clone(), columns, rows: cells.collect::<Vec<_>>(), stamp };
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let filter = serde_json::json!({ "on": on.to_string() });
    act(
        ctx,
        &mut tx,
        "export",
        serde_json::json!({ "mechanism": mechanism.id.as_str(), "count": count, "filter": filter }),
    )
    .await?;
    tx.commit().await?;
    Ok(Download { name: format!("{}{on}.xlsx", mechanism.name), media: XLSX.to_owned(), bytes })
}
