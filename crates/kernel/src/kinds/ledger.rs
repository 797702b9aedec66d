//! 额度收支: how much may be used, how much is reserved and used of it, and what is left on any day?
//!
//! A record is an account. Each movement takes an amount from one place and puts it into another: from outside to what
//! is free (the ceiling rises), from there into a stage (reserved, used, paid …), from stage to stage, and back. So the
//! ceiling is what all places hold together, a balance is a sum of movements, and “never above the ceiling” is “what is
//! free is never less than nothing”, on no day.
//! Movements are written once and for good; what was wrong is turned around by one that names it.
//! Never an amount that is not exact.

mod counted;
mod draws;
pub(crate) mod nodes;
pub mod workbook;

pub use counted::{Counted, changes};
pub use draws::{Draw, Whence};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::calendar::Calendar;
use crate::catalog::{Guard, Mechanism};
use crate::figures::PARTS;
use crate::ids::{FieldId, PersonId, RecordId, RoleId, StateId};
use crate::record::{Record, View};
use crate::refusal::Refusal;

/// An account, as a definition declares it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The unit of measure.
    pub measure: String,
    /// Decimals.
    pub places: u32,
    /// The fields that tell one account from another.
    pub of: Vec<FieldId>,
    /// In which states something may be moved.
    pub states: Vec<StateId>,
    /// What the ceiling is called.
    pub ceiling: String,
    /// What is left is called.
    pub free: String,
    /// What it may be taken for.
    pub stages: Vec<Stage>,
    /// What may be done.
    pub words: Vec<Word>,
}

/// What an amount may be taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: String,
    /// May only what put it there take it out?
    pub own: bool,
}

/// Something that may be done with an account.
#[derive(Clone, Debug)]
pub struct Word {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: String,
    /// From where.
    pub from: Place,
    /// To where.
    pub to: Place,
    /// By whom.
    pub who: Vec<RoleId>,
    /// Does it need the number of a document?
    pub document: bool,
    /// Does it need a reason?
    pub reason: bool,
    /// May it go above the ceiling, with a reason?
    pub over: bool,
    /// Does it go to other accounts?
    pub transfer: bool,
    /// Under which condition.
    pub when: Option<Guard>,
    /// The rule.
    pub because: Option<String>,
}

/// Where an amount is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Outside of the account.
    Outside,
    /// In it, and not taken for anything.
    Free,
    /// Taken for this.
    Stage(Arc<str>),
}

/// What is free, as definitions and rows write it.
pub const FREE: &str = "free";
/// What is outside, as rows write it.
pub const OUTSIDE: &str = "outside";

impl Place {
    /// As rows write it.
    pub fn word(&self) -> &str {
        match self {
            Self::Outside => OUTSIDE,
            Self::Free => FREE,
            Self::Stage(id) => id,
        }
    }

    /// What a row means.
    pub fn of(word: &str) -> Self {
        match word {
            OUTSIDE => Self::Outside,
            FREE => Self::Free,
            id => Self::Stage(id.into()),
        }
    }
}

/// What is read off an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// What all places hold together.
    Ceiling,
    /// What is left, where anything is.
    Free,
    /// What is taken above the ceiling, where anything is.
    Over,
    /// What is taken for this.
    Stage(Arc<str>),
}

/// What definitions call what is above the ceiling.
pub const OVER: &str = "超出";

impl Account {
    /// What may be read off it, with the names that people read.
    pub fn readings(&self) -> Vec<(String, Reading)> {
        let stages = self.stages.iter().map(|it| (it.name.clone(), Reading::Stage(it.id.clone())));
        let ceiling = (self.ceiling.clone(), Reading::Ceiling);
        let rest = [(self.free.clone(), Reading::Free), (OVER.to_owned(), Reading::Over)];
        std::iter::once(ceiling).chain(stages).chain(rest).collect()
    }

    /// What figures may read off it, with the names that people read; of a place and a movement of one name, the place.
    pub fn counted(&self) -> Vec<(String, Counted)> {
        let held = self.readings().into_iter().map(|(name, reading)| (name, Counted::Held(reading)));
        held.chain(self.words.iter().map(|it| (it.name.clone(), Counted::Moved(it.id.clone())))).collect()
    }

    /// A movement by its id.
    pub fn word(&self, id: &str) -> Option<&Word> {
        self.words.iter().find(|word| *word.id == *id)
    }

    /// What a place is called.
    pub fn place_name<'a>(&'a self, place: &'a Place) -> &'a str {
        match place {
            Place::Outside => "",
            Place::Free => &self.free,
            Place::Stage(id) => self.stages.iter().find(|it| it.id == *id).map_or(id, |it| &it.name),
        }
    }

    /// An amount as people read it, with its thousands apart and its unit of measure.
    pub fn in_words(&self, amount: i64) -> String {
        format!("{}{}", crate::value::grouped(&self.number(amount)), self.measure)
    }

    /// An amount as people read it: cents are written out, what is finer only where it is.
    pub fn number(&self, amount: i64) -> String {
        let exact = Decimal::new(amount, 6).normalize();
        let mut shown = exact;
        shown.rescale(self.places.min(2).max(exact.scale()));
        shown.to_string()
    }

    /// An amount as somebody wrote it, in millionths.
    pub fn read(&self, text: &str) -> Result<i64, Refusal> {
        let text: String = text.trim().chars().filter(|sign| !matches!(sign, ',' | '，')).collect();
        let text = text.strip_suffix(self.measure.as_str()).unwrap_or(&text).trim();
        let is_plain = (1..=20).contains(&text.len()) && text.chars().all(|it| it.is_ascii_digit() || it == '.');
        let number = text.parse::<Decimal>().ok().filter(|_| is_plain).ok_or_else(|| self.no_number())?;
        self.exact(number)
    }

    /// A number as an amount, if it is one.
    pub fn exact(&self, number: Decimal) -> Result<i64, Refusal> {
        let number = number.normalize();
        if number.scale() > self.places || number <= Decimal::ZERO || number > Decimal::from(MOST) {
            return Err(self.no_number());
        }
        let amount = number.checked_mul(Decimal::from(PARTS)).and_then(|it| i64::try_from(it).ok());
        amount.ok_or_else(|| self.no_number())
    }

    // enforces: account.places
    fn no_number(&self) -> Refusal {
        let places = match self.places {
            0 => "整数".to_owned(),
            places => format!("最多{places}位小数"),
        };
        Refusal::new("ledger.number").with("measure", &self.measure).with("places", places).with("most", MOST)
    }
}

/// The most that is moved at once, and that an account holds.
pub const MOST: i64 = 100_000_000_000;
/// No account is older.
const EARLIEST: Date = Date::constant(1949, 10, 1);
/// The most signs of a document's number and of a reason.
pub const LONGEST: usize = 200;

/// A movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Its number in the account, from 1.
    pub seq: i64,
    /// What was done.
    pub word: Arc<str>,
    /// From where.
    pub from: Place,
    /// To where.
    pub to: Place,
    /// How much, in millionths.
    pub amount: i64,
    /// The day from which on it counts.
    pub on: Date,
    /// The number of the document.
    pub document: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The record that caused it.
    pub cause: Option<RecordId>,
    /// The account on the other side of a transfer.
    pub other: Option<RecordId>,
    /// The number of the movement that it turns around.
    pub reverses: Option<i64>,
    /// The moment, in milliseconds since 1970 UTC.
    pub at: i64,
    /// By whom.
    pub by: Option<PersonId>,
}

impl Movement {
    /// A movement of so much from a day on, of which nothing else is known.
    pub(crate) fn plain(seq: i64, word: &Word, amount: i64, on: Date) -> Self {
        Self {
            seq,
            word: word.id.clone(),
            from: word.from.clone(),
            to: word.to.clone(),
            amount,
            on,
            document: None,
            reason: None,
            cause: None,
            other: None,
            reverses: None,
            at: 0,
            by: None,
        }
    }
}

/// What an account holds on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance(BTreeMap<Place, i64>);

impl Balance {
    /// Adds what moved.
    pub fn add(&mut self, from: &Place, to: &Place, amount: i64) {
        for (place, amount) in [(from, amount.saturating_neg()), (to, amount)] {
            if *place != Place::Outside {
                let held = self.0.entry(place.clone()).or_default();
                *held = held.saturating_add(amount);
            }
        }
    }

    /// What a place holds; what is free may be less than nothing.
    pub fn held(&self, place: &Place) -> i64 {
        self.0.get(place).copied().unwrap_or(0)
    }

    /// What all places hold.
    pub fn ceiling(&self) -> i64 {
        self.0.values().fold(0, |sum, it| sum.saturating_add(*it))
    }

    /// What is taken for anything.
    pub fn taken(&self) -> i64 {
        self.ceiling().saturating_sub(self.held(&Place::Free))
    }

    /// What is read off.
    pub fn read(&self, reading: &Reading) -> i64 {
        match reading {
            Reading::Ceiling => self.ceiling(),
            Reading::Free => self.held(&Place::Free).max(0),
            Reading::Over => self.held(&Place::Free).min(0).saturating_neg(),
            Reading::Stage(id) => self.held(&Place::Stage(id.clone())),
        }
    }
}

/// All movements of an account, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book(Vec<Movement>);

impl Book {
    /// Movements in their order.
    pub fn of(movements: Vec<Movement>) -> Self {
        Self(movements)
    }

    /// The movements.
    pub fn movements(&self) -> &[Movement] {
        &self.0
    }

    /// One more.
    pub fn add(&mut self, movement: Movement) {
        self.0.push(movement);
    }

    /// What was written down up to a moment.
    #[must_use]
    pub fn until(&self, at: i64) -> Self {
        Self(self.0.iter().filter(|it| it.at <= at).cloned().collect())
    }

    /// The number of the next movement.
    pub fn next_seq(&self) -> i64 {
        self.0.len() as i64 + 1
    }

    /// What it holds at the end of a day; in the end, without one.
    pub fn balance(&self, on: Option<Date>) -> Balance {
        let mut balance = Balance::default();
        for it in self.0.iter().filter(|it| on.is_none_or(|on| it.on <= on)) {
            balance.add(&it.from, &it.to, it.amount);
        }
        balance
    }

    /// The days on which anything moves, each with what is held at its end.
    pub fn days(&self) -> Vec<(Date, Balance)> {
        let mut by_day: BTreeMap<Date, Vec<&Movement>> = BTreeMap::new();
        for it in &self.0 {
            by_day.entry(it.on).or_default().push(it);
        }
        let mut balance = Balance::default();
        let day = |(on, movements): (Date, Vec<&Movement>)| {
            movements.iter().for_each(|it| balance.add(&it.from, &it.to, it.amount));
            (on, balance.clone())
        };
        by_day.into_iter().map(day).collect()
    }

    /// The movements by the day from which on they count, and then as they were written down.
    pub fn by_day(&self) -> Vec<&Movement> {
        let mut all: Vec<&Movement> = self.0.iter().collect();
        all.sort_by_key(|it| (it.on, it.seq));
        all
    }

    /// The numbers of movements that were turned around.
    pub fn reversed(&self) -> BTreeSet<i64> {
        self.0.iter().filter_map(|it| it.reverses).collect()
    }

    /// The least that a place holds on any day from one on, and the first such day.
    fn least(&self, place: &Place, from: Date, counts: &dyn Fn(&Movement) -> bool) -> (Date, i64) {
        let own = Self(self.0.iter().filter(|it| counts(it)).cloned().collect());
        let start = (from, own.balance(Some(from)).held(place));
        let later = own.days().into_iter().filter(|(on, _)| *on > from).map(|(on, it)| (on, it.held(place)));
        std::iter::once(start).chain(later).min_by_key(|(on, held)| (*held, *on)).unwrap_or(start)
    }
}

/// What somebody wants to move.
#[derive(Clone, Debug)]
pub struct Posting<'a> {
    /// What is done.
    pub word: &'a Word,
    /// How much, in millionths.
    pub amount: i64,
    /// From which day on.
    pub on: Date,
    /// The number of the document.
    pub document: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The record that causes it.
    pub cause: Option<RecordId>,
    /// The account on the other side of a transfer.
    pub other: Option<RecordId>,
}

/// When and by whom it is written down.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The moment.
    pub at: i64,
    /// The day.
    pub today: Date,
    /// By whom.
    pub by: Option<PersonId>,
    /// The calendar of working days.
    pub calendar: &'a Calendar,
}

/// The account of a record that is open for movements.
fn open_account<'a>(mechanism: &'a Mechanism, record: &Record) -> Result<&'a Account, Refusal> {
    let account = mechanism.account.as_ref().ok_or_else(|| Refusal::new("ledger.none"))?;
    // enforces: account.states
    if !account.states.contains(&record.state) || !record.is_open() {
        let state = mechanism.state(record.state.as_str()).map_or_else(String::new, |it| it.name.clone());
        return Err(Refusal::new("ledger.closed").with("account", &record.title).with("state", state));
    }
    Ok(account)
}

/// The movement that a posting becomes, if all rules hold with it on every day.
pub fn post(
    mechanism: &Mechanism,
    record: &Record,
    posting: &Posting<'_>,
    moment: Moment<'_>,
) -> Result<Movement, Refusal> {
    let account = open_account(mechanism, record)?;
    let word = posting.word;
    // enforces: account.movement.when
    // enforces: account.movement.else
    if let Some(guard) = &word.when {
        let view = View { mechanism, record, today: moment.today, calendar: moment.calendar, period: None };
        if !guard.when.holds(&view) {
            let refusal = Refusal::new("ledger.when").with("word", &word.name).with("else", &guard.otherwise);
            // enforces: account.movement.because
            return Err(refusal.because(word.because.as_deref()));
        }
    }
    if !(EARLIEST..=last_day(moment.today)).contains(&posting.on) {
        return Err(Refusal::new("ledger.day").with("until", last_day(moment.today)));
    }
    // enforces: account.movement.document
    if word.document && posting.document.is_none() {
        return Err(Refusal::new("ledger.document").with("word", &word.name).because(word.because.as_deref()));
    }
    // enforces: account.movement.reason
    if word.reason && posting.reason.is_none() {
        return Err(Refusal::new("ledger.reason").with("word", &word.name).because(word.because.as_deref()));
    }
    let movement = Movement {
        document: posting.document.clone(),
        reason: posting.reason.clone(),
        cause: posting.cause,
        other: posting.other,
        at: moment.at,
        by: moment.by,
        ..Movement::plain(record.book.next_seq(), word, posting.amount, posting.on)
    };
    fits(account, record, &movement, word)?;
    Ok(movement)
}

/// What a transfer puts into another account: from outside to what is free there.
pub fn receive(
    mechanism: &Mechanism,
    record: &Record,
    posting: &Posting<'_>,
    moment: Moment<'_>,
) -> Result<Movement, Refusal> {
    let word = Word { from: Place::Outside, to: Place::Free, ..posting.word.clone() };
    post(mechanism, record, &Posting { word: &word, ..posting.clone() }, moment)
}

/// The movement that turns another around: on the same day, the other way.
pub fn reverse(
    mechanism: &Mechanism,
    record: &Record,
    seq: i64,
    reason: Option<String>,
    moment: Moment<'_>,
) -> Result<Movement, Refusal> {
    let account = open_account(mechanism, record)?;
    let wrong = record.book.movements().iter().find(|it| it.seq == seq);
    let wrong = wrong.ok_or_else(|| Refusal::new("ledger.no_movement"))?;
    if wrong.reverses.is_some() || record.book.reversed().contains(&seq) {
        return Err(Refusal::new("ledger.reversed"));
    }
    if wrong.cause.is_some() || wrong.other.is_some() {
        return Err(Refusal::new("ledger.not_by_hand"));
    }
    let reason = reason.ok_or_else(|| Refusal::new("ledger.reason").with("word", "冲销"))?;
    let movement = Movement {
        seq: record.book.next_seq(),
        word: wrong.word.clone(),
        from: wrong.to.clone(),
        to: wrong.from.clone(),
        amount: wrong.amount,
        on: wrong.on,
        document: wrong.document.clone(),
        reason: Some(reason),
        cause: None,
        other: None,
        reverses: Some(seq),
        at: moment.at,
        by: moment.by,
    };
    let strict = account.word(&wrong.word).cloned().map(|word| Word { over: false, ..word });
    let strict = strict.ok_or_else(|| Refusal::new("ledger.no_movement"))?;
    fits(account, record, &movement, &strict)?;
    Ok(movement)
}

/// Nothing is planned later than the end of next year.
fn last_day(today: Date) -> Date {
    Date::new(today.year().saturating_add(1), 12, 31).unwrap_or(today)
}

/// May nothing be less than nothing with the movement, on any day from its own on?
fn fits(account: &Account, record: &Record, movement: &Movement, word: &Word) -> Result<(), Refusal> {
    let mut book = record.book.clone();
    book.add(movement.clone());
    if book.days().iter().any(|(_, it)| it.ceiling() > MOST * PARTS || it.taken() > MOST * PARTS) {
        return Err(account.no_number());
    }
    let (on, least) = book.least(&movement.from, movement.on, &|_| true);
    match &movement.from {
        Place::Outside => Ok(()),
        Place::Free if least < 0 && !word.over => Err(above(account, record, movement, (on, least))),
        // enforces: account.movement.over
        Place::Free if least < 0 && movement.reason.is_none() => {
            let refusal = above(account, record, movement, (on, least));
            Err(Refusal { code: "ledger.over_reason", ..refusal }
                .with("word", &word.name)
                .because(word.because.as_deref()))
        }
        Place::Free => Ok(()),
        Place::Stage(id) => {
            let is_own = account.stages.iter().any(|it| it.id == *id && it.own);
            // enforces: account.stage.own
            let of_own = |it: &Movement| !is_own || it.cause == movement.cause;
            let (on, least) = book.least(&movement.from, movement.on, &of_own);
            if least >= 0 {
                return Ok(());
            }
            let code = if is_own { "ledger.not_own" } else { "ledger.short" };
            Err(Refusal::new(code)
                .with("account", &record.title)
                .with("place", account.place_name(&movement.from))
                .with("day", on)
                .with("held", account.in_words(movement.amount.saturating_add(least).max(0)))
                .with("wanted", account.in_words(movement.amount))
                .because(word.because.as_deref()))
        }
    }
}

/// The movement would lead above the ceiling: how much there is, what it is taken for, and what is missing.
fn above(account: &Account, record: &Record, movement: &Movement, (on, least): (Date, i64)) -> Refusal {
    let now = record.book.balance(Some(on));
    let taken = |it: &Stage| {
        let held = now.held(&Place::Stage(it.id.clone()));
        format!("{}{}", it.name, account.in_words(held))
    };
    Refusal::new("ledger.above")
        .with("account", &record.title)
        .with("day", on)
        .with("ceiling", format!("{}{}", account.ceiling, account.in_words(now.ceiling())))
        .with("taken", account.stages.iter().map(taken).collect::<Vec<_>>().join("、"))
        .with("wanted", account.in_words(movement.amount))
        .with("missing", account.in_words(-least))
}

/// What stands in an account that is to be closed; nothing, if it is empty but for what is free.
pub fn left(account: &Account, record: &Record) -> Option<String> {
    let balance = record.book.balance(None);
    let held = |it: &&Stage| balance.held(&Place::Stage(it.id.clone())) != 0;
    let words = |it: &Stage| format!("{}{}", it.name, account.in_words(balance.held(&Place::Stage(it.id.clone()))));
    let left: Vec<String> = account.stages.iter().filter(held).map(words).collect();
    (!left.is_empty()).then(|| left.join("、"))
}
