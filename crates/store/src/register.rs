//! Which records are on the list? One page of a register, by key and never by offset.
//!
//! A list chooses its way by how many records its units hold: walking the sort index and testing the unit is best
//! for many, gathering by unit and sorting is best for few, and each is terrible for the other.
//! What is seen in several ways is asked way by way, each along its own index, and merged by what it is sorted by.
//! A sight without a way means nothing, not everything.
//! Never counts further than it was told to.

mod counting;
mod texts;

pub use counting::{StandingRow, count_capped, standings};

use jiff::civil::Date;
use kernel::authority::sight::{Through, Way as SightWay};
use kernel::authority::{Sight, Subtree, overlap};
use kernel::ids::{FieldId, MechanismId, RecordId, RoleId, StateId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::dialect::{Dialect, plain_name};
use crate::error::{Doing as _, StoreError};
use crate::filters::{self, Condition};
use crate::grams;
use crate::param::P;
pub use crate::records::NEVER;
use crate::records::{COLUMNS, RecordRow, number_key};

/// The whole site as one interval of pre-order numbers.
pub const WHOLE_SITE: (i64, i64) = (0, i64::MAX);

/// What a register sorts by; records that are equal in it sort by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// The due day; records without one come last.
    #[default]
    Due,
    /// The day of opening.
    Opened,
    /// The number; records without one come first.
    Number,
    /// The day of closing; open records are not on such a list.
    Closed,
}

impl SortBy {
    fn column(self) -> &'static str {
        match self {
            Self::Due => "due_on",
            Self::Opened => "opened_on",
            Self::Number => "number_key",
            Self::Closed => "closed_on",
        }
    }
}

/// Where the next page goes on: the last record shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// Its value in the sort column; [`After::of`] knows it.
    pub key: String,
    /// Its id.
    pub id: RecordId,
}

impl After {
    /// The place of a record on a list sorted so.
    pub fn of(record: &RecordRow, sort: SortBy) -> Self {
        let key = match sort {
            SortBy::Due => record.due_on.unwrap_or(NEVER).to_string(),
            SortBy::Opened => record.opened_on.to_string(),
            SortBy::Number => number_key(record.number.as_deref()),
            SortBy::Closed => record.closed_on.unwrap_or(NEVER).to_string(),
        };
        Self { key, id: record.id }
    }
}

/// What is asked of one fact. An absent fact passes only [`FactTest::Empty`].
#[derive(Clone, Debug, PartialEq)]
pub enum FactTest {
    /// The choice is this one. Only for fields that [`Db::index_facts`](crate::Db::index_facts) was told of.
    Chosen(String),
    /// The text, choice, day, month or id is one of these.
    Among(Vec<String>),
    /// It is yes (`true`) or no.
    YesNo(bool),
    /// The text, day or month lies between these, both included.
    Between(Option<String>, Option<String>),
    /// The number lies between these, both included; numbers as decimal text, money in 分.
    Numbers(Option<String>, Option<String>),
    /// The text holds these characters.
    Contains(String),
    /// The list (units, people, files) holds this id.
    Holds(String),
    /// It is absent.
    Empty,
    /// It is there.
    Filled,
}

/// A question for a page of a register.
#[derive(Clone, Debug, Default)]
pub struct RegisterQuery<'a> {
    /// The mechanism; none asks for records of all.
    pub mechanism: Option<MechanismId>,
    /// Only open or only closed records.
    pub open: Option<bool>,
    /// Only these states; empty asks for all.
    pub states: Vec<StateId>,
    /// What is seen. Without a way nothing is.
    pub sight: Sight,
    /// Only records of units inside this subtree.
    pub within: Option<Subtree>,
    /// The due day lies between these, both included.
    pub due: Option<(Date, Date)>,
    /// Open and due before this day.
    pub overdue_on: Option<Date>,
    /// Opened between these days, both included.
    pub opened: Option<(Date, Date)>,
    /// Closed between these days, both included.
    pub closed: Option<(Date, Date)>,
    /// The role that must act.
    pub holder: Option<RoleId>,
    /// Only links that stand on this day; see [`crate::tenures`].
    pub linked_on: Option<Date>,
    /// Full text: every run of letters or digits must be found.
    pub words: Option<String>,
    /// Full text: one of these must be found.
    pub any_of: Vec<String>,
    /// Tests of single facts.
    pub facts: Vec<(FieldId, FactTest)>,
    /// A condition of the definition; see [`filters::condition_sql`] for what it may say.
    pub condition: Option<Condition<'a>>,
    /// What is sorted by.
    pub sort: SortBy,
    /// The largest first.
    pub descending: bool,
    /// The last record of the page before.
    pub after: Option<After>,
    /// How many records; at most 1,000.
    pub limit: u32,
    /// How many records the units hold and how many the mechanism has, about: chooses the way.
    pub expected: Option<(i64, i64)>,
}

/// How the page is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Along the sort index, testing the unit of each record.
    Walk,
    /// Through the index by unit, sorting what was found.
    Gather,
    /// Through the index by unit, in which the records of one unit lie in the order of the list.
    OneUnit,
    /// Through the index of a chosen value that few records hold, sorting what was found.
    Pick,
}

/// How many records hold what is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matches {
    /// So few that they are gathered first.
    Few,
    /// So many that it is better to come upon them.
    Many,
}

/// How many records hold the words, and what each test of a fact asks for.
struct Held {
    words: Matches,
    facts: Vec<Matches>,
}

impl Held {
    /// A chosen value that few records hold is the shortest way of all.
    fn way(&self, query: &RegisterQuery<'_>, door: &Door<'_>) -> Way {
        if self.facts.contains(&Matches::Few) { Way::Pick } else { way(query, door) }
    }
}

/// Up to so many records with what is sought are gathered first.
const FEW_MATCHES: u32 = 2_000;

/// One page, and whether there are more.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The records.
    pub records: Vec<RecordRow>,
    /// Are there more after them?
    pub more: bool,
}

/// One page of a register.
pub async fn page(conn: &mut Conn, query: &RegisterQuery<'_>) -> Result<Page, StoreError> {
    let limit = query.limit.clamp(1, 1_000) as usize;
    let doors = doors(query);
    let held = held(conn, query, &doors).await?;
    let mut records = Vec::new();
    for door in &doors {
        let (sql, params) = page_sql(conn, query, door, &held, limit + 1)?;
        records.append(&mut conn.list_of(sql, params, RecordRow::of).await.doing("list a register")?);
    }
    if doors.len() > 1 {
        merge(&mut records, query);
    }
    let more = records.len() > limit;
    records.truncate(limit);
    Ok(Page { records, more })
}

/// What came through several doors, in one order and each record once.
fn merge(records: &mut Vec<RecordRow>, query: &RegisterQuery<'_>) {
    let mut keyed: Vec<(After, RecordRow)> =
        records.drain(..).map(|record| (After::of(&record, query.sort), record)).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let order = (&a.key, a.id).cmp(&(&b.key, b.id));
        if query.descending { order.reverse() } else { order }
    });
    keyed.dedup_by_key(|(after, _)| after.id);
    records.extend(keyed.into_iter().map(|(_, record)| record));
}

/// How the database says it would find the page: for tests and for whoever wonders why a list is slow.
pub async fn plan(conn: &mut Conn, query: &RegisterQuery<'_>) -> Result<Vec<String>, StoreError> {
    let (doors, mut lines) = (doors(query), Vec::new());
    let held = held(conn, query, &doors).await?;
    for door in &doors {
        let (sql, params) = page_sql(conn, query, door, &held, query.limit as usize + 1)?;
        let (explain, column) = match conn.dialect() {
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN", 3),
            Dialect::Postgres => ("EXPLAIN", 0),
        };
        let rows = conn.list(format!("{explain} {sql}"), params).await.doing("explain a register")?;
        lines.append(&mut rows.iter().map(|row| row.text(column)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(lines)
}

/// One way of seeing, narrowed to what is asked.
struct Door<'a> {
    through: &'a Through,
    /// The subtrees through which the record's unit is seen, narrowed; none for other ways.
    units: Vec<Subtree>,
    /// Only these states; empty asks for all.
    states: Vec<StateId>,
}

/// The ways of seeing through which anything can come that is asked for.
fn doors<'a>(query: &'a RegisterQuery<'_>) -> Vec<Door<'a>> {
    let door = |way: &'a SightWay| {
        let units = match (&way.through, query.within) {
            (Through::Units(units), Some(within)) => overlap(units, &[within]),
            (Through::Units(units), None) => units.clone(),
            (Through::Person(..) | Through::Pointed(..), _) => Vec::new(),
        };
        if units.is_empty() && matches!(way.through, Through::Units(_)) {
            return None;
        }
        let states = match &way.states {
            None => query.states.clone(),
            Some(seen) if query.states.is_empty() => seen.clone(),
            Some(seen) => query.states.iter().filter(|state| seen.contains(state)).cloned().collect(),
        };
        let nothing = states.is_empty() && (way.states.is_some() || !query.states.is_empty());
        (!nothing).then_some(Door { through: &way.through, units, states })
    };
    query.sight.ways.iter().filter_map(door).collect()
}

async fn matches(conn: &mut Conn, query: &RegisterQuery<'_>) -> Result<Matches, StoreError> {
    let sought = query.words.as_deref().and_then(|words| grams::sought(conn.dialect(), words));
    let (Some(sought), Some(sql)) = (sought, conn.dialect().more_matches_than(FEW_MATCHES)) else {
        return Ok(Matches::Few);
    };
    let row = conn.find(sql, [sought.into()]).await.doing("ask how many records hold the words")?;
    let found = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(if found >= i64::from(FEW_MATCHES) { Matches::Many } else { Matches::Few })
}

async fn held(conn: &mut Conn, query: &RegisterQuery<'_>, doors: &[Door<'_>]) -> Result<Held, StoreError> {
    let mut facts = Vec::new();
    for (field, test) in &query.facts {
        facts.push(match test {
            FactTest::Chosen(value) => choosers(conn, query, doors, field, value).await?,
            _ => Matches::Many,
        });
    }
    Ok(Held { words: matches(conn, query).await?, facts })
}

/// How many records hold a chosen value. Where its index gives them in the order of the list, nobody needs to know.
async fn choosers(
    conn: &mut Conn,
    query: &RegisterQuery<'_>,
    doors: &[Door<'_>],
    field: &FieldId,
    value: &str,
) -> Result<Matches, StoreError> {
    let is_settled = || doors.iter().all(|door| in_order(query, way(query, door)));
    let Some(mechanism) = query.mechanism.as_ref().filter(|_| !is_settled()) else {
        return Ok(Matches::Many);
    };
    let mut asking = Asking::at(conn.dialect(), conn.site());
    asking.is("mechanism", mechanism);
    let member = asking.dialect.member("facts", plain(field)?);
    asking.is(&member, value);
    let text = asking.text();
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 AS one_ FROM record WHERE {text} LIMIT {FEW_MATCHES}) AS found");
    let row = conn.find(sql, asking.params).await.doing("ask how many records hold a value")?;
    let found = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(if found >= i64::from(FEW_MATCHES) { Matches::Many } else { Matches::Few })
}

/// Does the index of a chosen value give its records in the order of the list?
fn in_order(query: &RegisterQuery<'_>, way: Way) -> bool {
    let open = query.open.is_some() || query.overdue_on.is_some();
    way == Way::Walk && query.mechanism.is_some() && query.sort == SortBy::Due && open
}

fn plain(field: &FieldId) -> Result<&str, StoreError> {
    plain_name(field.as_str()).doing("read a field of the facts")
}

fn asking(conn: &Conn, query: &RegisterQuery<'_>, door: &Door<'_>, held: &Held) -> Result<Asking, StoreError> {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    conditions(&mut asking, query, door, held.way(query, door), held)?;
    Ok(asking)
}

fn page_sql(
    conn: &Conn,
    query: &RegisterQuery<'_>,
    door: &Door<'_>,
    held: &Held,
    limit: usize,
) -> Result<(String, Vec<P>), StoreError> {
    let way = held.way(query, door);
    let mut asking = asking(conn, query, door, held)?;
    let (column, down) = (query.sort.column(), if query.descending { " DESC" } else { "" });
    if let Some(after) = &query.after {
        let (key, id) = (asking.param(after.key.as_str()), asking.param(after.id));
        let beyond = if query.descending { "<" } else { ">" };
        let column = free(&asking, way, column);
        asking.and(format!("{column} {beyond}= {key} AND ({column} {beyond} {key} OR id {beyond} {id})"));
    }
    let sort = free(&asking, way, column);
    let sql =
        format!("SELECT {COLUMNS} FROM record WHERE {} ORDER BY {sort}{down}, id{down} LIMIT {limit}", asking.text());
    Ok((sql, asking.params))
}

/// A column of the sort index, kept from being used where the unit's index shall be.
fn free(asking: &Asking, way: Way, column: &str) -> String {
    match way {
        Way::Gather | Way::Pick => asking.dialect.unindexed(column),
        Way::Walk | Way::OneUnit => column.to_owned(),
    }
}

/// The records of one unit by due day are gathered in order.
fn way(query: &RegisterQuery<'_>, door: &Door<'_>) -> Way {
    let is_one = matches!(door.units.as_slice(), [only] if only.first == only.last);
    let open = query.open.is_some() || query.overdue_on.is_some();
    match walk_or_gather(query, door) {
        Way::Gather if is_one && open && query.sort == SortBy::Due && query.mechanism.is_some() => Way::OneUnit,
        way => way,
    }
}

/// Walking has to pass `limit × all ÷ held` records until the page is full; gathering touches all that are held.
fn walk_or_gather(query: &RegisterQuery<'_>, door: &Door<'_>) -> Way {
    if !matches!(door.through, Through::Units(_)) {
        return Way::Gather;
    }
    if is_whole(door) || query.mechanism.is_none() {
        return Way::Walk;
    }
    match query.expected {
        Some((held, all)) => {
            let (held, all) = (i128::from(held.max(0)), i128::from(all.max(1)));
            if held * held >= i128::from(query.limit.max(1)) * all { Way::Walk } else { Way::Gather }
        }
        // One unit holds few records; of a wider interval nothing is known.
        None if door.units.iter().all(|it| it.first == it.last) => Way::Gather,
        None => Way::Walk,
    }
}

fn is_whole(door: &Door<'_>) -> bool {
    door.units.iter().any(|it| it.first <= WHOLE_SITE.0 && it.last == WHOLE_SITE.1)
}

fn conditions(
    asking: &mut Asking,
    query: &RegisterQuery<'_>,
    door: &Door<'_>,
    way: Way,
    held: &Held,
) -> Result<(), StoreError> {
    match door.through {
        Through::Units(_) => {
            if let Some(mechanism) = &query.mechanism {
                asking.is("mechanism", mechanism);
            }
            units(asking, door, way);
        }
        Through::Person(..) | Through::Pointed(..) => pointed(asking, query, door.through),
    }
    let open = if query.overdue_on.is_some() { Some(true) } else { query.open };
    if let Some(open) = open {
        let column = free(asking, way, "open_");
        asking.is(&column, open);
    }
    if !door.states.is_empty() {
        // With another sort the index by state would be taken and its records sorted.
        let along = way == Way::Walk && query.sort == SortBy::Due && door.states.len() == 1;
        let column = if along { "state".to_owned() } else { asking.dialect.unindexed("state") };
        asking.among(&column, door.states.iter().map(P::from).collect());
    }
    days(asking, query, way);
    if let Some(holder) = &query.holder {
        asking.is("holder_role", holder);
    }
    if let (Some(on), Some(mechanism)) = (query.linked_on, &query.mechanism) {
        let (of, on) = (asking.param(mechanism), asking.param(on));
        asking.and(format!(
            "id IN (SELECT t.record FROM tenure t WHERE t.site = record.site AND t.mechanism = {of} \
             AND t.until_on >= {on} AND t.from_on <= {on})"
        ));
    }
    texts::conditions(asking, query, held);
    for ((field, test), matches) in query.facts.iter().zip(&held.facts) {
        fact(asking, field, test, *matches == Matches::Few || in_order(query, way))?;
    }
    if let Some(condition) = &query.condition {
        let piece = filters::compile(asking, condition).map_err(|part| StoreError::said(part.to_string()))?;
        asking.and(piece);
    }
    Ok(())
}

fn units(asking: &mut Asking, door: &Door<'_>, way: Way) {
    if is_whole(door) {
        return;
    }
    let column = match way {
        Way::Walk | Way::Pick => asking.dialect.unindexed("unit_ord"),
        Way::Gather | Way::OneUnit => "unit_ord".to_owned(),
    };
    if door.units.iter().all(|it| it.first == it.last) {
        return asking.among(&column, door.units.iter().map(|it| P::Int(it.first)).collect());
    }
    let piece = between(asking, &column, &door.units);
    asking.and(piece);
}

fn between(asking: &mut Asking, column: &str, units: &[Subtree]) -> String {
    let interval = |it: &Subtree| {
        let (first, last) = (asking.param(it.first), asking.param(it.last));
        format!("{column} BETWEEN {first} AND {last}")
    };
    let intervals: Vec<String> = units.iter().map(interval).collect();
    format!("({})", intervals.join(" OR "))
}

/// Walks from the person or the units to the records that point to them.
fn pointed(asking: &mut Asking, query: &RegisterQuery<'_>, through: &Through) {
    let Some(mechanism) = &query.mechanism else { return asking.and("1 = 0") };
    let (how, units, person) = match through {
        Through::Person(how, person) => (how, Vec::new(), Some(*person)),
        Through::Pointed(how, units) => (how, units.clone(), None),
        Through::Units(_) => return asking.and("1 = 0"),
    };
    let column = asking.dialect.unindexed("mechanism");
    asking.is(&column, mechanism);
    let (of, how) = (asking.param(mechanism), asking.param(how.as_str()));
    let whom = match person {
        Some(person) => format!("r.whom = {}", asking.param(person)),
        None => between(asking, "r.unit_ord", &units),
    };
    asking.and(format!(
        "id IN (SELECT r.record FROM record_reach r WHERE r.site = $1 AND r.mechanism = {of} AND r.how = {how} AND {whom})"
    ));
    if let Some(within) = query.within {
        let column = asking.dialect.unindexed("unit_ord");
        let piece = between(asking, &column, &[within]);
        asking.and(piece);
    }
}

fn days(asking: &mut Asking, query: &RegisterQuery<'_>, way: Way) {
    let mut between = |column: &str, days: Option<(Date, Date)>, sorted: bool| {
        if let Some((from, until)) = days {
            let column = if way == Way::Walk && sorted { column.to_owned() } else { asking.dialect.unindexed(column) };
            let (from, until) = (asking.param(from), asking.param(until));
            asking.and(format!("{column} BETWEEN {from} AND {until}"));
        }
    };
    between("due_on", query.due, query.sort == SortBy::Due);
    between("opened_on", query.opened, query.sort == SortBy::Opened);
    between("closed_on", query.closed, query.sort == SortBy::Closed);
    if let Some(today) = query.overdue_on {
        let (column, today) = (free(asking, way, "due_on"), asking.param(today));
        asking.and(format!("{column} < {today}"));
    }
    if query.sort == SortBy::Closed {
        let column = free(asking, way, "closed_on");
        asking.and(format!("{column} IS NOT NULL"));
    }
}

fn fact(asking: &mut Asking, field: &FieldId, test: &FactTest, by_index: bool) -> Result<(), StoreError> {
    let name = plain(field)?;
    let member = asking.dialect.member("facts", name);
    let number = asking.dialect.number(&member);
    let mut range = |value: String, from: &Option<String>, until: &Option<String>, number: bool| {
        for (sign, bound) in [(">=", from), ("<=", until)] {
            if let Some(bound) = bound {
                let place = asking.param(bound.as_str());
                let place = if number { format!("CAST({place} AS NUMERIC)") } else { place };
                asking.and(format!("{value} {sign} {place}"));
            }
        }
    };
    match test {
        FactTest::Chosen(value) => {
            let member = if by_index { member } else { asking.dialect.unindexed(&member) };
            asking.is(&member, value.as_str());
        }
        FactTest::Among(values) => asking.among(&member, values.iter().map(P::from).collect()),
        FactTest::YesNo(yes) => {
            let sign = if *yes { "=" } else { "<>" };
            asking.and(format!("{member} {sign} {}", asking.dialect.yes()));
        }
        FactTest::Between(from, until) => range(member, from, until, false),
        FactTest::Numbers(from, until) => range(number, from, until, true),
        FactTest::Contains(text) => {
            let place = asking.param(text.as_str());
            asking.and(format!("{} > 0", asking.dialect.place_of(&place, &member)));
        }
        FactTest::Holds(id) => {
            let place = asking.param(id.as_str());
            asking.and(asking.dialect.member_holds("facts", name, &place));
        }
        FactTest::Empty => asking.and(format!("({member} IS NULL OR {member} = '[]')")),
        FactTest::Filled => asking.and(format!("{member} <> '[]'")),
    }
    Ok(())
}

/// An interval of units, and whether it is so wide that a list is walked and each record's unit tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// The units.
    pub units: Subtree,
    /// Do they hold a fair part of all records?
    pub is_wide: bool,
}

/// Open records that a role must act on, in one interval of units, by due day, after one already shown.
pub async fn open_by_holder(
    conn: &mut Conn,
    role: &RoleId,
    over: Over,
    mechanisms: &[MechanismId],
    after: Option<&After>,
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    asking.is("holder_role", role);
    if !mechanisms.is_empty() {
        asking.among("mechanism", mechanisms.iter().map(P::from).collect());
    }
    asking.is("open_", true);
    let named = |column: &str, is_free: bool| match is_free {
        true => asking.dialect.unindexed(column),
        false => column.to_owned(),
    };
    let (unit, due) = (named("unit_ord", over.is_wide), named("due_on", !over.is_wide));
    let piece = between(&mut asking, &unit, &[over.units]);
    asking.and(piece);
    if let Some(after) = after {
        let (key, id) = (asking.param(after.key.as_str()), asking.param(after.id));
        asking.and(format!("{due} >= {key} AND ({due} > {key} OR id > {id})"));
    }
    let sql = format!("SELECT {COLUMNS} FROM record WHERE {} ORDER BY {due}, id LIMIT {limit}", asking.text());
    conn.list_of(sql, asking.params, RecordRow::of).await.doing("list what a role must act on")
}
