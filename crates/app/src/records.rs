//! How does a record come out of the store and go back? Facts by their definition, deadlines beside it.
//!
//! Never past the reader's rights: `visible` is the one door for people.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kernel::authority::Sight;
use kernel::authority::fields::{self, Access, Asker};
use kernel::authority::sight::{Pointed, Standing, Target};
use kernel::catalog::{Field, Mask, Mechanism};
use kernel::facts;
use kernel::ids::{FieldId, MechanismId, PersonId, RecordId};
use kernel::kinds::activity::{Mark, Turnout};
use kernel::kinds::ballot::tally::Tally;
use kernel::kinds::dispatch::{Receipt, Receipts};
use kernel::kinds::ledger::{Book, Movement};
use kernel::outside;
use kernel::record::{Record, Running};
use kernel::value::Value;
use kernel::workflow::Numbered as _;
use store::Conn;
use store::deadlines::DeadlineRow;
use store::movements::MovementRow;
use store::participations::MarkRow;
use store::records::{RecordRow, Written};

use crate::commands::ballots;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::office::Definitions;
use crate::queries::register::value_of;

/// A record with the definition that it is pinned to.
#[derive(Clone, Debug)]
pub struct Found {
    /// The record.
    pub record: Record,
    /// Its definition.
    pub mechanism: Arc<Mechanism>,
    /// The number of its unit in pre-order.
    pub unit_ord: i64,
    /// The fields that are not there for the reader.
    pub hidden: BTreeSet<FieldId>,
    /// The fields that the reader reads masked, as they read then.
    pub masked: BTreeMap<FieldId, String>,
}

impl Found {
    /// Who asks about a field of this record.
    pub fn asker<'a>(&'a self, ctx: &'a Ctx) -> Asker<'a> {
        Asker { actor: &ctx.actor, unit_ord: ctx.tree.ord(self.record.unit), state: Some(&self.record.state) }
    }

    /// How it stands, as far as sight asks.
    pub fn standing<'a>(&'a self, ctx: &Ctx, points: &'a [Pointed]) -> Standing<'a> {
        Standing { unit_ord: ctx.tree.ord(self.record.unit), state: &self.record.state, points }
    }

    /// The record as this person reads it: what is hidden or masked is taken out of its facts, so that no page, no
    /// formula and no file can tell it by mistake. Commands decide on the whole record instead.
    #[must_use]
    pub fn read_by(mut self, ctx: &Ctx) -> Self {
        let mechanism = self.mechanism.clone();
        let columns = mechanism.children.iter().flat_map(|child| &child.fields);
        if !mechanism.fields.iter().chain(columns).any(|field| field.protection.limits_reading()) {
            return self;
        }
        let accesses = mechanism.fields.iter().map(|field| (field, fields::access(&mechanism, field, self.asker(ctx))));
        let kept: Vec<(&Field, Access)> = accesses.filter(|(_, access)| *access != Access::Readable).collect();
        for (field, access) in &kept {
            match (access, value_of(ctx, &self, field.id.as_str())) {
                (Access::Masked, Some(value)) => {
                    let mask = field.protection.mask.unwrap_or(Mask::All);
                    self.masked.insert(field.id.clone(), fields::masked(mask, &value));
                }
                (Access::Hidden, _) => {
                    self.hidden.insert(field.id.clone());
                }
                _ => {}
            }
        }
        for (field, _) in kept {
            self.record.facts.put(&field.id, None);
        }
        self.read_rows_by(ctx, &mechanism);
        self
    }

    /// Child tables as this person reads them: hidden cells taken out, masked ones in the words that are left.
    fn read_rows_by(&mut self, ctx: &Ctx, mechanism: &Mechanism) {
        for child in &mechanism.children {
            let access = |column: &Field| fields::column_access(mechanism, column, self.asker(ctx));
            let kept: Vec<(&Field, Access)> = child.fields.iter().map(|it| (it, access(it))).collect();
            let Some(Value::Rows(rows)) = self.record.facts.0.get_mut(child.id.as_str()) else { continue };
            for (column, access) in kept.into_iter().filter(|(_, access)| *access != Access::Readable) {
                let mask = column.protection.mask.unwrap_or(Mask::All);
                for row in rows.iter_mut() {
                    let left = row.find(column.id.as_str()).filter(|_| access == Access::Masked);
                    let left = left.map(|value| Value::Text(fields::masked(mask, value)));
                    row.put(&column.id, left);
                }
            }
        }
    }

    /// The people about whom it says something: whom it names, and whose file it is.
    pub fn people(&self) -> Vec<PersonId> {
        let mut people = self.record.facts.people();
        people.extend(self.mechanism.people().map(|_| PersonId(self.record.id.0)));
        people
    }

    /// A field in words, as the reader reads it; none if nothing stands there or it is hidden.
    pub fn words_of(&self, ctx: &Ctx, field: &Field) -> Option<String> {
        match self.masked.get(&field.id) {
            Some(masked) => Some(masked.clone()),
            None if self.hidden.contains(&field.id) => None,
            None => value_of(ctx, self, field.id.as_str()).map(|value| ctx.names().plain(&field.of, &value)),
        }
    }
}

/// A record that this person may see; `NotFound` if it is not there or not for these eyes.
pub async fn visible(ctx: &Ctx, conn: &mut Conn, id: RecordId) -> Result<Found, Error> {
    let row = store::records::find(conn, id).await?;
    // Asked whether or not the record is there, so that the answer takes the same time.
    let points = store::reach::of_record(conn, id).await?;
    let may = |row: &RecordRow| outside::knows(&ctx.actor, row.id) || sees(ctx, row, &points);
    let row = row.filter(may).ok_or(Error::NotFound)?;
    let mechanism = ctx.definitions.pinned(row.mechanism.as_str(), &row.definition).ok_or(Error::NotFound)?;
    let deadlines = store::deadlines::of_record(conn, id).await?;
    let mut beside = Beside::of(ctx, conn, std::slice::from_ref(&row)).await?;
    let noted = beside.take(id);
    found(row, deadlines, noted, mechanism)
}

/// Does this person still see the record? A step may lead it out of their sight.
pub async fn is_seen(ctx: &Ctx, id: RecordId) -> Result<bool, Error> {
    let mut conn = ctx.office.db.read().await?;
    match visible(ctx, &mut conn, id).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// The records among these that this person may see, for lists: see [`as_listed`].
pub async fn listed_of(ctx: &Ctx, conn: &mut Conn, ids: &[RecordId]) -> Result<Vec<Found>, Error> {
    let rows = store::records::by_ids(conn, ids).await?;
    let rows = seen(ctx, conn, rows).await?;
    as_listed(ctx, conn, rows).await
}

/// The records among these that this person may see, with their deadlines.
pub async fn visible_of(ctx: &Ctx, conn: &mut Conn, ids: &[RecordId]) -> Result<Vec<Found>, Error> {
    let rows = store::records::by_ids(conn, ids).await?;
    let rows = seen(ctx, conn, rows).await?;
    with_deadlines(ctx, conn, rows).await
}

/// The rows that this person may see. The store has asked the same in SQL where it could; here it is judged by the tree
/// that the act began with, so that a reorganisation in between shows nobody what neither tree would show.
pub async fn seen(ctx: &Ctx, conn: &mut Conn, rows: Vec<RecordRow>) -> Result<Vec<RecordRow>, Error> {
    let mut sights: HashMap<MechanismId, Sight> = HashMap::new();
    for row in &rows {
        if sights.contains_key(&row.mechanism) {
            continue;
        }
        if let Some(mechanism) = ctx.catalog().mechanisms.get(row.mechanism.as_str()) {
            sights.insert(row.mechanism.clone(), ctx.sight(mechanism));
        }
    }
    let sees = |row: &RecordRow, points: &[Pointed]| {
        sights.get(&row.mechanism).is_some_and(|sight| sight.sees(standing(ctx, row, points)))
    };
    let doubtful: Vec<RecordId> = rows.iter().filter(|row| !sees(row, &[])).map(|row| row.id).collect();
    let mut points: HashMap<RecordId, Vec<Pointed>> = HashMap::new();
    for (record, pointed) in store::reach::of_records(conn, &doubtful).await? {
        points.entry(record).or_default().push(in_tree(ctx, pointed));
    }
    let pointed = |id: &RecordId| points.get(id).map_or(&[][..], Vec::as_slice);
    Ok(rows.into_iter().filter(|row| sees(row, pointed(&row.id))).collect())
}

/// Does this person see a record that points to these?
pub(crate) fn sees(ctx: &Ctx, row: &RecordRow, points: &[Pointed]) -> bool {
    let Some(mechanism) = ctx.catalog().mechanisms.get(row.mechanism.as_str()) else { return false };
    let points: Vec<Pointed> = points.iter().cloned().map(|pointed| in_tree(ctx, pointed)).collect();
    ctx.sight(mechanism).sees(standing(ctx, row, &points))
}

/// Whom a record points to, in the tree that the act began with.
pub async fn points_of(ctx: &Ctx, conn: &mut Conn, id: RecordId) -> Result<Vec<Pointed>, Error> {
    let points = store::reach::of_record(conn, id).await?;
    Ok(points.into_iter().map(|pointed| in_tree(ctx, pointed)).collect())
}

fn standing<'a>(ctx: &Ctx, row: &'a RecordRow, points: &'a [Pointed]) -> Standing<'a> {
    Standing { unit_ord: ctx.tree.ord(row.unit), state: &row.state, points }
}

/// A point with the number that its unit has in the tree that the act began with.
fn in_tree(ctx: &Ctx, pointed: Pointed) -> Pointed {
    let to = match pointed.to {
        Target::Unit(id, _) => Target::Unit(id, ctx.tree.ord(id)),
        person => person,
    };
    Pointed { to, ..pointed }
}

/// Records by id, each with its deadlines, whoever asks: for commands that check rights themselves.
pub async fn by_ids(ctx: &Ctx, conn: &mut Conn, ids: &[RecordId]) -> Result<Vec<Found>, Error> {
    let rows = store::records::by_ids(conn, ids).await?;
    with_deadlines(ctx, conn, rows).await
}

/// Rows with their deadlines and definitions.
pub async fn with_deadlines(ctx: &Ctx, conn: &mut Conn, rows: Vec<RecordRow>) -> Result<Vec<Found>, Error> {
    Unread::of(ctx, conn, rows).await?.read(&ctx.definitions)
}

/// The same for lists: what was noted about who comes is left out, unless a field that is shown is reckoned from it. A
/// page of meetings costs its rows, not everybody who came.
pub async fn as_listed(ctx: &Ctx, conn: &mut Conn, rows: Vec<RecordRow>) -> Result<Vec<Found>, Error> {
    let current = |row: &RecordRow| ctx.catalog().mechanisms.get(row.mechanism.as_str());
    let comes = |row: &&RecordRow| current(row).is_some_and(|mechanism| mechanism.shows_turnout());
    let votes = |row: &&RecordRow| current(row).is_some_and(|mechanism| mechanism.shows_tally());
    let marks = marks(conn, rows.iter().filter(comes)).await?;
    let tallies = tallies(conn, rows.iter().filter(votes)).await?;
    let goes = |row: &&RecordRow| current(row).is_some_and(|mechanism| mechanism.shows_receipts());
    let receipts = receipts(conn, rows.iter().filter(goes)).await?;
    let beside = Beside { marks, movements: HashMap::new(), tallies, receipts };
    Unread::with(conn, rows, beside).await?.read(&ctx.definitions)
}

/// What was noted beside records: who came, what was moved, what a voting came to, who has received them.
#[derive(Debug, Default)]
struct Beside {
    marks: HashMap<RecordId, Vec<Mark>>,
    movements: HashMap<RecordId, Vec<Movement>>,
    tallies: HashMap<RecordId, Arc<Tally>>,
    receipts: HashMap<RecordId, Vec<Receipt>>,
}

/// What was noted beside one record.
#[derive(Default)]
struct Noted {
    marks: Vec<Mark>,
    movements: Vec<Movement>,
    tally: Option<Arc<Tally>>,
    receipts: Vec<Receipt>,
}

impl Beside {
    async fn of(ctx: &Ctx, conn: &mut Conn, rows: &[RecordRow]) -> Result<Self, Error> {
        let marks = marks(conn, rows.iter().filter(|row| has_marks(ctx, row))).await?;
        let accounts: Vec<RecordId> = rows.iter().filter(|row| is_account(ctx, row)).map(|row| row.id).collect();
        let mut movements: HashMap<RecordId, Vec<Movement>> = HashMap::new();
        if !accounts.is_empty() {
            for MovementRow { record, movement, .. } in store::movements::of_records(conn, &accounts).await? {
                movements.entry(record).or_default().push(movement);
            }
        }
        let tallies = tallies(conn, rows.iter().filter(|row| has_tally(ctx, row))).await?;
        let receipts = receipts(conn, rows.iter().filter(|row| has_receipts(ctx, row))).await?;
        Ok(Self { marks, movements, tallies, receipts })
    }

    fn take(&mut self, id: RecordId) -> Noted {
        Noted {
            marks: self.marks.remove(&id).unwrap_or_default(),
            movements: self.movements.remove(&id).unwrap_or_default(),
            tally: self.tallies.remove(&id),
            receipts: self.receipts.remove(&id).unwrap_or_default(),
        }
    }
}

/// Rows with their deadlines and with who came, of which nothing is understood yet: that takes time, and needs no database.
#[derive(Debug)]
pub struct Unread {
    rows: Vec<RecordRow>,
    deadlines: HashMap<RecordId, Vec<DeadlineRow>>,
    beside: Beside,
}

impl Unread {
    /// Fetches the deadlines of rows, and what was noted about who comes.
    pub async fn of(ctx: &Ctx, conn: &mut Conn, rows: Vec<RecordRow>) -> Result<Self, Error> {
        let beside = Beside::of(ctx, conn, &rows).await?;
        Self::with(conn, rows, beside).await
    }

    async fn with(conn: &mut Conn, rows: Vec<RecordRow>, beside: Beside) -> Result<Self, Error> {
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
        let mut deadlines: HashMap<RecordId, Vec<DeadlineRow>> = HashMap::new();
        for row in store::deadlines::of_records(conn, &ids).await? {
            deadlines.entry(row.record).or_default().push(row);
        }
        Ok(Self { rows, deadlines, beside })
    }

    /// Reads them by the definitions that they are pinned to.
    pub fn read(mut self, definitions: &Definitions) -> Result<Vec<Found>, Error> {
        let found = self.rows.into_iter().filter_map(|row| {
            let mechanism = definitions.pinned(row.mechanism.as_str(), &row.definition)?;
            let own = self.deadlines.remove(&row.id).unwrap_or_default();
            let noted = self.beside.take(row.id);
            Some(found(row, own, noted, mechanism))
        });
        found.collect()
    }
}

/// May something have been noted about who comes to the record?
fn has_marks(ctx: &Ctx, row: &RecordRow) -> bool {
    let current = ctx.catalog().mechanisms.get(row.mechanism.as_str());
    current.is_none_or(|mechanism| mechanism.attendance.is_some())
}

/// May something have been moved on the record?
fn is_account(ctx: &Ctx, row: &RecordRow) -> bool {
    let current = ctx.catalog().mechanisms.get(row.mechanism.as_str());
    current.is_none_or(|mechanism| mechanism.account.is_some())
}

/// May the record have a voting?
fn has_tally(ctx: &Ctx, row: &RecordRow) -> bool {
    let current = ctx.catalog().mechanisms.get(row.mechanism.as_str());
    current.is_none_or(|mechanism| mechanism.voting.is_some())
}

/// May the record have been sent to units?
fn has_receipts(ctx: &Ctx, row: &RecordRow) -> bool {
    let current = ctx.catalog().mechanisms.get(row.mechanism.as_str());
    current.is_none_or(|mechanism| mechanism.circulation.is_some())
}

/// Which units the records were sent to, and which have them.
async fn receipts(
    conn: &mut Conn,
    rows: impl Iterator<Item = &RecordRow>,
) -> Result<HashMap<RecordId, Vec<Receipt>>, Error> {
    let ids: Vec<RecordId> = rows.map(|row| row.id).collect();
    let mut all: HashMap<RecordId, Vec<Receipt>> = HashMap::new();
    if !ids.is_empty() {
        for row in store::receipts::of_records(conn, &ids).await? {
            all.entry(row.record).or_default().push(row.receipt);
        }
    }
    Ok(all)
}

/// What the votings of the records came to.
async fn tallies(
    conn: &mut Conn,
    rows: impl Iterator<Item = &RecordRow>,
) -> Result<HashMap<RecordId, Arc<Tally>>, Error> {
    let ids: Vec<RecordId> = rows.map(|row| row.id).collect();
    if ids.is_empty() { Ok(HashMap::new()) } else { ballots::tallies(conn, &ids).await }
}

/// What was noted about who comes to the records.
async fn marks(conn: &mut Conn, rows: impl Iterator<Item = &RecordRow>) -> Result<HashMap<RecordId, Vec<Mark>>, Error> {
    let ids: Vec<RecordId> = rows.map(|row| row.id).collect();
    Ok(if ids.is_empty() { HashMap::new() } else { by_record(store::participations::of_records(conn, &ids).await?) })
}

fn by_record(rows: Vec<MarkRow>) -> HashMap<RecordId, Vec<Mark>> {
    let mut marks: HashMap<RecordId, Vec<Mark>> = HashMap::new();
    for row in rows {
        marks.entry(row.record).or_default().push(row.mark);
    }
    marks
}

/// The records of a mechanism to which some people were asked or came, each with what was noted about them and about
/// nobody else, whoever asks: for sums of their own.
pub async fn attended_by(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &MechanismId,
    people: &[PersonId],
) -> Result<Vec<Found>, Error> {
    let mut marks = by_record(store::participations::of_people(conn, people).await?);
    let mut ids: Vec<RecordId> = marks.keys().copied().collect();
    ids.sort();
    let rows = store::records::by_ids(conn, &ids).await?;
    let own = rows.into_iter().filter(|row| row.mechanism == *mechanism);
    let all = own.filter_map(|row| {
        let pinned = ctx.definitions.pinned(row.mechanism.as_str(), &row.definition)?;
        let noted = Noted { marks: marks.remove(&row.id).unwrap_or_default(), ..Noted::default() };
        Some(found(row, Vec::new(), noted, pinned))
    });
    all.collect()
}

fn found(row: RecordRow, deadlines: Vec<DeadlineRow>, noted: Noted, mechanism: Arc<Mechanism>) -> Result<Found, Error> {
    let facts = row.facts.facts(&mechanism)?;
    let record = Record {
        id: row.id,
        mechanism: row.mechanism,
        definition: Arc::from(row.definition),
        number: row.number,
        title: row.title,
        state: row.state,
        unit: row.unit,
        past_units: row.past_units,
        facts,
        opened_on: row.opened_on,
        closed_on: row.closed_on,
        version: row.version,
        holder: row.holder,
        deadlines: deadlines.into_iter().map(running).collect(),
        batch: row.batch,
        flow: row.flow.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default(),
        turnout: Turnout::of(noted.marks),
        book: Book::of(noted.movements),
        tally: noted.tally,
        receipts: Receipts::of(noted.receipts),
    };
    Ok(Found { record, mechanism, unit_ord: row.unit_ord, hidden: BTreeSet::new(), masked: BTreeMap::new() })
}

fn running(row: DeadlineRow) -> Running {
    Running {
        id: row.deadline,
        starts_on: row.starts_on,
        first_due_on: row.first_due_on,
        due_on: row.due_on,
        paused_on: row.paused_on,
        ended_on: row.ended_on,
        outcome: row.outcome.and_then(|text| serde_json::from_value(text.into()).ok()),
        alarm_on: row.alarm_on,
        provisional: row.provisional,
        started_at: row.started_at,
        due_at: row.due_at,
        history: serde_json::from_value(row.history).unwrap_or_default(),
    }
}

/// A record as the store keeps it.
pub fn row(ctx: &Ctx, mechanism: &Mechanism, record: &Record) -> RecordRow {
    RecordRow {
        id: record.id,
        mechanism: record.mechanism.clone(),
        definition: record.definition.to_string(),
        number: record.number.clone(),
        title: record.title.clone(),
        state: record.state.clone(),
        unit: record.unit,
        past_units: record.past_units.clone(),
        unit_ord: ctx.tree.ord(record.unit).unwrap_or(-1),
        holder: record.holder.clone(),
        due_on: record.due_on(mechanism),
        opened_on: record.opened_on,
        closed_on: record.closed_on,
        version: record.version,
        facts: Written::of(&facts::to_json(&record.facts)),
        batch: record.batch,
        flow: (!record.flow.is_empty()).then(|| serde_json::to_value(&record.flow).expect("a flow is plain JSON")),
    }
}

/// A deadline as the store keeps it.
pub fn deadline_row(record: RecordId, running: &Running) -> DeadlineRow {
    let text = |json: serde_json::Value| json.as_str().map(str::to_owned);
    DeadlineRow {
        record,
        deadline: running.id.clone(),
        starts_on: running.starts_on,
        due_on: running.due_on,
        first_due_on: running.first_due_on,
        started_at: running.started_at,
        due_at: running.due_at,
        paused_on: running.paused_on,
        ended_on: running.ended_on,
        outcome: running.outcome.and_then(|outcome| serde_json::to_value(outcome).ok().and_then(text)),
        alarm_on: running.alarm_on,
        history: serde_json::to_value(&running.history).expect("a history is plain JSON"),
        provisional: running.provisional,
    }
}

/// What a record is found by: its number, its title and the fields marked for search.
// enforces: field.search
pub fn words(mechanism: &Mechanism, record: &Record) -> String {
    let mut words = vec![record.number.as_deref().unwrap_or(""), record.title.as_str()];
    for field in mechanism.fields.iter().filter(|field| field.search && field.id != mechanism.title) {
        if let Some(Value::Text(text)) = record.facts.find(field.id.as_str()) {
            words.push(text);
        }
    }
    words.join(" ")
}
