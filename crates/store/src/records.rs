//! What is so? Records as they stand, one by one and in bulk; lists of them are in `register`.
//!
//! The schema writes “no deadline” as 9999-12-31 and “no number” as `-` so that one index sorts all records;
//! outside of this crate both are simply absent.
//! Never changes a record that somebody else changed meanwhile: that is `Stale`.

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::Mechanism;
use kernel::ids::{BatchId, FieldId, MechanismId, RecordId, RoleId, StateId, UnitId};
use kernel::value::Facts;
use uuid::Uuid;

use crate::asking::Asking;
use crate::conn::Conn;
use crate::dialect::{Dialect, plain_name};
use crate::error::{Doing as _, StoreError};
use crate::evidence;
use crate::grams;
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordRow {
    /// Its id.
    pub id: RecordId,
    /// Its mechanism.
    pub mechanism: MechanismId,
    /// The hash of the definition that it is pinned to.
    pub definition: String,
    /// Its number, once given.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: StateId,
    /// The unit that it is about.
    pub unit: UnitId,
    /// That unit's number in pre-order.
    pub unit_ord: i64,
    /// The units that it belonged to before reorganisations: until which day, and which; oldest first.
    pub past_units: Vec<(Date, UnitId)>,
    /// The role that must act.
    pub holder: Option<RoleId>,
    /// The day that registers sort by.
    pub due_on: Option<Date>,
    /// The day it was opened.
    pub opened_on: Date,
    /// The day it was closed; a record is open until then.
    pub closed_on: Option<Date>,
    /// How often it was changed.
    pub version: i64,
    /// What is written down.
    pub facts: Written,
    /// The import that it came with.
    pub batch: Option<BatchId>,
    /// The person who has it and the joint step under way, if there is either.
    pub flow: Option<serde_json::Value>,
}

/// What is written down in a record, as `kernel::facts::to_json` writes it. It stays text until it is asked for: reading it
/// takes longer than fetching it, and needs no database.
#[derive(Clone, Debug, PartialEq)]
pub struct Written(String);

impl Written {
    /// What is to be kept.
    pub fn of(facts: &serde_json::Value) -> Self {
        Self(facts.to_string())
    }

    /// What it says; an error if somebody wrote something else by hand.
    pub fn json(&self) -> Result<serde_json::Value, StoreError> {
        serde_json::from_str(&self.0).map_err(unreadable)
    }

    /// What it says by the fields of its mechanism; an error if somebody wrote something else by hand.
    pub fn facts(&self, mechanism: &Mechanism) -> Result<Facts, StoreError> {
        kernel::facts::from_text(mechanism, &self.0).map_err(unreadable)
    }
}

fn unreadable(source: serde_json::Error) -> StoreError {
    StoreError::broken(anyhow::Error::new(source).context("the facts of a record are no JSON"))
}

/// “No deadline”, which sorts after every deadline.
pub const NEVER: Date = Date::constant(9999, 12, 31);
/// “No number”, which sorts before every number.
pub(crate) const NO_NUMBER: &str = "-";

/// The columns of a [`RecordRow`], in the order in which it is read.
pub(crate) const COLUMNS: &str = "id, mechanism, definition, number_, title, state, unit, unit_ord, holder_role, \
     due_on, opened_on, closed_on, version, facts, batch, unit_past, flow";

const WRITTEN: &str = "id, mechanism, definition, number_, title, state, unit, unit_ord, holder_role, \
     due_on, opened_on, closed_on, version, facts, batch, site, open_, number_key, unit_past, flow";

fn into() -> String {
    format!("record ({WRITTEN})")
}

impl RecordRow {
    /// What the journal keeps of it: its table and key, and its hash.
    pub fn bound(&self, site: i64) -> (String, String) {
        (format!("record {}", self.id.0.simple()), evidence::hash_to_be("record", WRITTEN, &self.params(site)))
    }

    /// Reads the columns of [`COLUMNS`].
    pub(crate) fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            mechanism: row.slug(1)?,
            definition: row.text(2)?,
            number: row.text_if(3)?.filter(|number| number != NO_NUMBER),
            title: row.text(4)?,
            state: row.slug(5)?,
            unit: row.id(6)?,
            unit_ord: row.int(7)?,
            holder: row.slug_if(8)?,
            due_on: row.day_if(9)?.filter(|day| *day != NEVER),
            opened_on: row.day(10)?,
            closed_on: row.day_if(11)?,
            version: row.int(12)?,
            facts: Written(row.text(13)?),
            batch: row.id_if(14)?,
            past_units: row
                .json_if(15)?
                .map(serde_json::from_value)
                .transpose()
                .map_err(StoreError::broken)?
                .unwrap_or_default(),
            flow: row.text_if(16)?.map(|_| row.json(16)).transpose()?,
        })
    }

    /// Is it open?
    pub fn is_open(&self) -> bool {
        self.closed_on.is_none()
    }

    /// The parameters of [`INTO`].
    fn params(&self, site: i64) -> Vec<P> {
        vec![
            self.id.into(),
            (&self.mechanism).into(),
            self.definition.as_str().into(),
            self.number.as_deref().unwrap_or(NO_NUMBER).into(),
            self.title.as_str().into(),
            (&self.state).into(),
            self.unit.into(),
            self.unit_ord.into(),
            self.holder.as_ref().into(),
            self.due_on.unwrap_or(NEVER).into(),
            self.opened_on.into(),
            self.closed_on.into(),
            self.version.into(),
            self.facts.0.as_str().into(),
            self.batch.into(),
            site.into(),
            self.is_open().into(),
            number_key(self.number.as_deref()).into(),
            past_json(&self.past_units).into(),
            self.flow.as_ref().map(ToString::to_string).as_deref().into(),
        ]
    }
}

/// Past units as they are kept; nothing for almost all records.
fn past_json(past: &[(Date, UnitId)]) -> Option<String> {
    (!past.is_empty()).then(|| serde_json::json!(past).to_string())
}

/// A number as it is sorted: every run of figures filled up to eight, so that 2号 comes before 10号.
pub(crate) fn number_key(number: Option<&str>) -> String {
    let Some(number) = number else { return NO_NUMBER.to_owned() };
    let (mut key, mut figures) = (String::new(), String::new());
    for sign in number.chars().chain(['\0']) {
        if sign.is_ascii_digit() {
            figures.push(sign);
            continue;
        }
        if !figures.is_empty() {
            key.push_str(&format!("{figures:0>8}"));
            figures.clear();
        }
        if sign != '\0' {
            key.push(sign);
        }
    }
    key
}

/// One record.
pub async fn find(conn: &mut Conn, id: RecordId) -> Result<Option<RecordRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM record WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await;
    row.and_then(|row| row.as_ref().map(RecordRow::of).transpose()).doing("find a record")
}

/// Several records, in the order of their ids; those that are not there are left out.
pub async fn by_ids(conn: &mut Conn, ids: &[RecordId]) -> Result<Vec<RecordRow>, StoreError> {
    let sql = |places: &str| format!("SELECT {COLUMNS} FROM record WHERE site = $1 AND id IN ({places}) ORDER BY id");
    many::by_ids(conn, ids, sql, RecordRow::of).await.doing("find records by id")
}

/// The records with a number, newest first; numbers of unlike mechanisms may be equal.
pub async fn by_number(conn: &mut Conn, number: &str) -> Result<Vec<RecordRow>, StoreError> {
    if number.is_empty() || number == NO_NUMBER {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {COLUMNS} FROM record WHERE site = $1 AND number_ = $2 ORDER BY id DESC LIMIT 20");
    conn.list_of(sql, [conn.here(), number.into()], RecordRow::of).await.doing("find records by number")
}

/// The records of a mechanism that name another in a field, the newest first, up to `limit`.
pub async fn naming(
    conn: &mut Conn,
    (mechanism, field): (&MechanismId, &FieldId),
    other: RecordId,
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let asking = naming_in(conn, (mechanism, field), other)?;
    let sql = format!("SELECT {COLUMNS} FROM record WHERE {} ORDER BY id DESC LIMIT {limit}", asking.text());
    conn.list_of(sql, asking.params, RecordRow::of).await.doing("find what names a record")
}

/// The records of a mechanism in one of these states that name another in a field, the first ids first.
pub async fn naming_in_states(
    conn: &mut Conn,
    by: (&MechanismId, &FieldId),
    other: RecordId,
    states: &[StateId],
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let asking = naming_in(conn, by, other)?;
    listed_in(conn, asking, states, limit).await
}

/// The records of a mechanism in one of these states, the first ids first.
pub async fn in_states(
    conn: &mut Conn,
    mechanism: &MechanismId,
    states: &[StateId],
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    asking.is("mechanism", mechanism);
    listed_in(conn, asking, states, limit).await
}

async fn listed_in(
    conn: &mut Conn,
    mut asking: Asking,
    states: &[StateId],
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    asking.among("state", states.iter().map(P::from).collect());
    let sql = format!("SELECT {COLUMNS} FROM record WHERE {} ORDER BY id LIMIT {limit}", asking.text());
    conn.list_of(sql, asking.params, RecordRow::of).await.doing("find records by their states")
}

/// That a record names another in a field.
fn naming_in(conn: &Conn, (mechanism, field): (&MechanismId, &FieldId), other: RecordId) -> Result<Asking, StoreError> {
    let name = plain_name(field.as_str()).doing("find what names a record")?;
    let mut asking = Asking::at(conn.dialect(), conn.site());
    asking.is("mechanism", mechanism);
    asking.is(&conn.dialect().member("facts", name), other.to_string());
    Ok(asking)
}

/// The records of a mechanism that name another in a field, the open ones first and among these the first to be due, up
/// to `limit`: as many as are listed are read, however many there are.
pub async fn named_by(
    conn: &mut Conn,
    by: (&MechanismId, &FieldId),
    other: RecordId,
    limit: usize,
) -> Result<Vec<RecordRow>, StoreError> {
    let mut all: Vec<RecordRow> = Vec::new();
    for open in [1_i64, 0] {
        let left = limit.saturating_sub(all.len());
        if left == 0 {
            break;
        }
        let mut asking = naming_in(conn, by, other)?;
        asking.is("open_", open);
        let sql = format!("SELECT {COLUMNS} FROM record WHERE {} ORDER BY due_on, id LIMIT {left}", asking.text());
        all.append(&mut conn.list_of(sql, asking.params, RecordRow::of).await.doing("find what names a record")?);
    }
    Ok(all)
}

/// The records of a mechanism that were closed between two days, up to `limit`, the newest first.
pub async fn closed_between(
    conn: &mut Conn,
    mechanism: &MechanismId,
    (from, until): (Date, Date),
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM record WHERE site = $1 AND mechanism = $2 AND closed_on BETWEEN $3 AND $4 \
         ORDER BY id DESC LIMIT {limit}"
    );
    let params = [conn.here(), mechanism.into(), from.into(), until.into()];
    conn.list_of(sql, params, RecordRow::of).await.doing("find what was closed between two days")
}

/// The records of an import, in the order of their ids.
pub async fn of_batch(
    conn: &mut Conn,
    batch: BatchId,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM record WHERE site = $1 AND batch = $2 AND id > $3 ORDER BY id LIMIT {limit}");
    let after = after.map_or(P::Bytes(Vec::new()), P::from);
    conn.list_of(sql, [conn.here(), batch.into(), after], RecordRow::of).await.doing("list the records of an import")
}

/// Every record of a mechanism (or of all), page after page, each once: for exports, verification and recounting. All
/// are walked through by their ids, those of one mechanism by the day on which they were opened, so that a mechanism
/// costs its own records and not everybody's.
pub async fn walk(
    conn: &mut Conn,
    mechanism: Option<&MechanismId>,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    let order = match mechanism {
        None => {
            if let Some(after) = after {
                let after = asking.param(after);
                asking.and(format!("id > {after}"));
            }
            "id"
        }
        Some(mechanism) => {
            let own = asking.param(mechanism);
            asking.and(format!("mechanism = {own}"));
            if let Some(after) = after {
                let key = [asking.param(opened_on(conn, after).await?), asking.param(after)];
                asking.and(format!("(opened_on, id) > ({})", key.join(", ")));
            }
            "opened_on, id"
        }
    };
    let sql = format!("SELECT {COLUMNS} FROM record WHERE {} ORDER BY {order} LIMIT {limit}", asking.text());
    conn.list_of(sql, asking.params, RecordRow::of).await.doing("walk through all records")
}

/// The day on which a record was opened.
async fn opened_on(conn: &mut Conn, record: RecordId) -> Result<Date, StoreError> {
    let sql = "SELECT opened_on FROM record WHERE site = $1 AND id = $2";
    let row = conn.find(sql, [conn.here(), record.into()]).await.doing("find where a walk goes on")?;
    row.ok_or_else(|| StoreError::broken(anyhow::anyhow!("a walk goes on after a record that is gone")))?.day(0)
}

/// Is there any record of a mechanism?
pub async fn has_any(conn: &mut Conn, mechanism: &MechanismId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM record WHERE site = $1 AND mechanism = $2 LIMIT 1";
    Ok(conn.find(sql, [conn.here(), mechanism.into()]).await.doing("ask whether there are records")?.is_some())
}

/// How many records of a mechanism there are.
pub async fn count_of(conn: &mut Conn, mechanism: &MechanismId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM record WHERE site = $1 AND mechanism = $2";
    let row = conn.find(sql, [conn.here(), mechanism.into()]).await.doing("count the records of a mechanism")?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The records of a mechanism about units of a subtree, in the order of units and ids, after one already seen.
pub async fn of_subtree(
    conn: &mut Conn,
    mechanism: &MechanismId,
    over: Subtree,
    after: Option<(i64, RecordId)>,
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let (ord, id) = after.map_or((over.first - 1, P::Bytes(Vec::new())), |(ord, id)| (ord, id.into()));
    let sql = format!(
        "SELECT {COLUMNS} FROM record WHERE site = $1 AND mechanism = $2 AND unit_ord BETWEEN $3 AND $4 \
         AND (unit_ord > $5 OR (unit_ord = $5 AND id > $6)) ORDER BY unit_ord, id LIMIT {limit}"
    );
    let params = [conn.here(), mechanism.into(), over.first.max(ord).into(), over.last.into(), ord.into(), id];
    conn.list_of(sql, params, RecordRow::of).await.doing("walk through the records of a subtree")
}

/// A unit that an import or a reorganisation brought and that some record is about, if there is one.
pub async fn about_units_of(conn: &mut Conn, reorganisation: Uuid) -> Result<Option<UnitId>, StoreError> {
    let sql = "SELECT r.unit FROM record r WHERE r.site = $1 AND EXISTS (SELECT 1 FROM unit_span s \
         WHERE s.site = r.site AND s.unit = r.unit AND s.reorganisation = $2) LIMIT 1";
    let row = conn.find(sql, [conn.here(), reorganisation.into()]).await.doing("find work of imported units")?;
    row.map(|row| row.id(0)).transpose()
}

/// How many records of a mechanism are about the unit with this number itself: open ones and closed ones.
pub async fn count_of_unit(conn: &mut Conn, mechanism: &MechanismId, ord: i64) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT COUNT(CASE WHEN open_ = 1 THEN 1 END), COUNT(CASE WHEN open_ = 0 THEN 1 END) FROM record \
         WHERE site = $1 AND mechanism = $2 AND unit_ord = $3";
    let row = conn.find(sql, [conn.here(), mechanism.into(), ord.into()]).await.doing("count the records of a unit")?;
    row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// The ids of all records in order, after one.
pub async fn ids(conn: &mut Conn, after: Option<RecordId>, limit: u32) -> Result<Vec<RecordId>, StoreError> {
    let sql = format!("SELECT id FROM record WHERE site = $1 AND id > $2 ORDER BY id LIMIT {limit}");
    let after = after.map_or(P::Bytes(Vec::new()), P::from);
    let rows = conn.list(sql, [conn.here(), after]).await.doing("walk through the ids of all records")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Keeps a new record. `words` is what it can be found by.
pub async fn insert(conn: &mut Conn, record: &RecordRow, words: &str) -> Result<(), StoreError> {
    many::insert(conn, &into(), vec![record.params(conn.site())], "").await.doing("keep a new record")?;
    put_words(conn, record.id, words).await
}

/// Keeps many new records, each with what it can be found by.
pub async fn insert_many(conn: &mut Conn, records: &[(RecordRow, String)]) -> Result<(), StoreError> {
    let site = conn.site();
    let params = records.iter().map(|(record, _)| record.params(site)).collect();
    many::insert(conn, &into(), params, "").await.doing("keep new records")?;
    let words = records.iter().map(|(record, words)| (record.id, words.as_str()));
    put_first_words(conn, words.collect()).await.doing("make new records findable")
}

/// Keeps a record as it is now, if it is still at the version of `before`; `Stale` if not. Only what changed is written:
/// the database turns every index over whose column is named, changed or not.
pub async fn update(conn: &mut Conn, before: &RecordRow, after: &RecordRow) -> Result<(), StoreError> {
    let site = conn.site();
    let columns = WRITTEN.split(',').map(str::trim);
    let changed = columns.zip(before.params(site)).zip(after.params(site)).filter(|((_, was), is)| was != is);
    let mut params = vec![conn.here(), after.id.into(), before.version.into()];
    let mut set = Vec::new();
    for ((column, _), is) in changed {
        params.push(is);
        set.push(format!("{column} = ${}", params.len()));
    }
    if set.is_empty() {
        set.push("version = version".to_owned());
    }
    let sql = format!("UPDATE record SET {} WHERE site = $1 AND id = $2 AND version = $3", set.join(", "));
    match conn.run(sql, params).await.doing("keep a changed record")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// After a reorganisation: gives every record the number that its unit has now. Says how many changed.
pub async fn renumber_units(conn: &mut Conn) -> Result<u64, StoreError> {
    let ord = "(SELECT u.ord FROM unit u WHERE u.site = record.site AND u.id = record.unit)";
    let sql = format!("UPDATE record SET unit_ord = {ord} WHERE site = $1 AND unit_ord <> {ord}");
    let count = conn.run(sql, [conn.here()]).await.doing("renumber the units of records")?;
    crate::reach::renumber_units(conn).await?;
    Ok(count)
}

/// Makes a record findable by these words, and by no others.
pub async fn put_words(conn: &mut Conn, id: RecordId, words: &str) -> Result<(), StoreError> {
    put_words_of(conn, id, words).await.doing("make a record findable")
}

async fn put_words_of(conn: &mut Conn, id: RecordId, words: &str) -> Result<(), StoreError> {
    let dialect = conn.dialect();
    let grams = P::Text(grams::indexed(dialect, words));
    let (here, id) = (conn.here(), P::from(id));
    match dialect {
        Dialect::Sqlite => {
            let folded = P::text(grams::folded(words));
            let tail = dialect.or_fold_anew();
            let known = format!("INSERT INTO record_text (site, record, folded) VALUES ($1, $2, $3) {tail}");
            conn.run(known, [here.clone(), id.clone(), folded]).await?;
            let sql = "INSERT OR REPLACE INTO record_words (rowid, words) \
                 SELECT row_, $3 FROM record_text WHERE site = $1 AND record = $2";
            conn.run(sql, [here, id, grams]).await?;
        }
        Dialect::Postgres => {
            let sql = "UPDATE record_text SET words = CAST($3 AS TSVECTOR) WHERE site = $1 AND record = $2";
            let params = [here, id, grams];
            if conn.run(sql, params.clone()).await? == 0 {
                let sql = "INSERT INTO record_text (site, record, words) VALUES ($1, $2, CAST($3 AS TSVECTOR))";
                conn.run(sql, params).await?;
            }
        }
    }
    Ok(())
}

/// Are these records found by these words and by no others? Gives those that are not.
pub async fn found_otherwise(conn: &mut Conn, words: &[(RecordId, String)]) -> Result<Vec<RecordId>, StoreError> {
    let (dialect, here) = (conn.dialect(), conn.here());
    let sql = dialect.is_found_by();
    let mut wrong = Vec::new();
    for (id, words) in words {
        let own = match dialect {
            Dialect::Sqlite => P::text(grams::folded(words)),
            Dialect::Postgres => P::Text(grams::indexed(dialect, words)),
        };
        if conn.find(sql, [here.clone(), (*id).into(), own]).await.doing("compare the words of a record")?.is_none() {
            wrong.push(*id);
        }
    }
    Ok(wrong)
}

/// The words of records that have none yet.
async fn put_first_words(conn: &mut Conn, words: Vec<(RecordId, &str)>) -> Result<(), StoreError> {
    let (dialect, here) = (conn.dialect(), conn.here());
    let grams = |words: &str| P::Text(grams::indexed(dialect, words));
    match dialect {
        Dialect::Sqlite => {
            let last = conn.find("SELECT COALESCE(MAX(row_), 0) FROM record_text", Vec::new()).await?;
            let last = last.map_or(Ok(0), |row| row.int(0))?;
            let numbered = || (last + 1..).zip(&words);
            let rows = numbered()
                .map(|(row, (id, words))| vec![P::Int(row), here.clone(), P::from(*id), P::text(grams::folded(words))]);
            many::insert(conn, "record_text (row_, site, record, folded)", rows.collect(), "").await?;
            let rows = numbered().map(|(row, (_, words))| vec![P::Int(row), grams(words)]);
            many::insert(conn, "record_words (rowid, words)", rows.collect(), "").await?;
        }
        Dialect::Postgres => {
            for some in words.chunks(128) {
                let params = some.iter().flat_map(|(id, words)| [P::from(*id), grams(words)]);
                let params: Vec<P> = std::iter::once(here.clone()).chain(params).collect();
                let tuple = |at: usize| format!("($1, ${}, CAST(${} AS TSVECTOR))", at * 2 + 2, at * 2 + 3);
                let tuples: Vec<String> = (0..some.len()).map(tuple).collect();
                let sql = format!("INSERT INTO record_text (site, record, words) VALUES {}", tuples.join(", "));
                conn.run(sql, params).await?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_what_they_count() {
        let mut numbers = ["任〔2026〕10号", "任〔2026〕2号", "任〔2025〕51号"];
        numbers.sort_by_key(|number| number_key(Some(number)));
        assert_eq!(numbers, ["任〔2025〕51号", "任〔2026〕2号", "任〔2026〕10号"]);
        assert!(number_key(None) < number_key(Some("1号")));
    }
}
