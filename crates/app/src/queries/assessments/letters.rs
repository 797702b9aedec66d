//! Which records play a part in an assessment: which letters are open, what did its last dispatch sheet say, what was filed,
//! and where is its result used?
//!
//! Never a record that the reader does not see, where they are shown.

use kernel::catalog::Mechanism;
use kernel::ids::{RecordId, UnitId};
use kernel::kinds::assessment::parts::{Assessed, Part};
use kernel::value::Facts;
use store::Conn;

use super::gathered::{playing, rows, text};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};
use crate::words as sentences;

/// The most letters and sheets of an assessment that are looked at.
const MOST: u32 = 5_000;

/// A letter that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The record.
    pub id: RecordId,
    /// The unit that it goes to.
    pub unit: UnitId,
    /// The number of the indicator.
    pub code: String,
    /// Its number, or its title.
    pub called: String,
    /// The state that it is in.
    pub state: String,
}

/// The open letters of an assessment.
pub(crate) async fn open(
    conn: &mut Conn,
    (mechanism, part): (&Mechanism, &Assessed),
    assessment: RecordId,
) -> Result<Vec<Open>, Error> {
    let mut all = Vec::new();
    for row in store::records::naming(conn, (&mechanism.id, &part.of), assessment, MOST).await? {
        if !row.is_open() {
            continue;
        }
        let facts = row.facts.facts(mechanism)?;
        let code = text(&facts, "indicator").split_whitespace().next().unwrap_or_default().to_owned();
        let called = row.number.clone().unwrap_or_else(|| row.title.clone());
        all.push(Open { id: row.id, unit: row.unit, code, called, state: row.state.to_string() });
    }
    Ok(all)
}

/// The rows of the last sheet that counts; none if there is none.
pub(crate) async fn last_sheet(
    conn: &mut Conn,
    (mechanism, part): (&Mechanism, &Assessed),
    assessment: RecordId,
) -> Result<Vec<Facts>, Error> {
    let sheets = store::records::naming(conn, (&mechanism.id, &part.of), assessment, MOST).await?;
    let mut held = Vec::new();
    for row in sheets.iter().filter(|it| part.counts.contains(&it.state)) {
        let facts = row.facts.facts(mechanism)?;
        let on = match facts.find("day") {
            Some(kernel::value::Value::Day(day)) => Some(*day),
            _ => None,
        };
        held.push((on, row.id, rows(&facts, "standing").to_vec()));
    }
    held.sort_by_key(|(on, id, _)| (*on, *id));
    Ok(held.pop().map(|(.., rows)| rows).unwrap_or_default())
}

/// A record that plays a part, as pages list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartLine {
    /// The record.
    pub id: RecordId,
    /// What it is.
    pub part: Part,
    /// What kind of record it is.
    pub mechanism: String,
    /// Its number and title.
    pub title: String,
    /// Its unit, and how it is called.
    pub unit: (UnitId, String),
    /// The number of the indicator; empty where it names none.
    pub code: String,
    /// What was filed and what was found, where something was.
    pub values: (String, String),
    /// Its state.
    pub state: String,
    /// Is it open?
    pub is_open: bool,
}

/// Records listed of one mechanism.
const LISTED: usize = 500;

/// The records that play some parts in an assessment and that the reader sees, the newest first.
pub(crate) async fn listed(
    ctx: &Ctx,
    conn: &mut Conn,
    of: &Found,
    parts: &[Part],
    unit: Option<UnitId>,
) -> Result<Vec<PartLine>, Error> {
    let mut all = Vec::new();
    let id = &of.mechanism.id;
    for (mechanism, part) in playing(ctx, id).filter(|(_, it)| parts.contains(&it.part)) {
        let mut rows = store::records::naming(conn, (&mechanism.id, &part.of), of.record.id, MOST).await?;
        rows.retain(|row| unit.is_none_or(|unit| row.unit == unit));
        rows.truncate(LISTED);
        let rows = records::seen(ctx, conn, rows).await?;
        for found in records::as_listed(ctx, conn, rows).await? {
            let record = &found.record;
            let number = record.number.as_ref().map(|number| format!("{number} ")).unwrap_or_default();
            let words = |field: &str| {
                let field = found.mechanism.field(field);
                field.and_then(|field| found.words_of(ctx, field)).unwrap_or_default()
            };
            all.push(PartLine {
                id: record.id,
                part: part.part,
                mechanism: mechanism.name.clone(),
                title: format!("{number}{}", record.title),
                unit: (record.unit, ctx.names().unit(record.unit)),
                code: text(&record.facts, "indicator").split_whitespace().next().unwrap_or_default().to_owned(),
                values: (words("value"), words("found")),
                state: sentences::state_name(&found.mechanism, record.state.as_str()),
                is_open: record.is_open(),
            });
        }
    }
    Ok(all)
}

/// The mechanism that plays a part, where the reader may begin a record of it about a unit.
pub(crate) fn begins(ctx: &Ctx, of: &Found, part: Part, ord: Option<i64>) -> Option<String> {
    let id = &of.mechanism.id;
    let may = |it: &Mechanism| ord.is_some_and(|ord| ctx.actor.grant_for(&it.id, &it.start().who, ord).is_some());
    playing(ctx, id).find(|(it, own)| own.part == part && may(it)).map(|(it, _)| it.id.to_string())
}
