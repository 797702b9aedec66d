//! Was this filed already? The records that are like one, or like what is being typed, each with its reason.
//!
//! Only what this person sees is looked at, and of that the newest that share a word.
//! Never a hindrance.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::catalog::Mechanism;
use kernel::facts::{self, Typed};
use kernel::helps::alike::Alike;
use kernel::ids::{FieldId, RecordId};
use kernel::suggest;
use kernel::value::Facts;
use store::Conn;
use store::register::{RegisterQuery, SortBy};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register::called;
use crate::records::{self, Found};
use crate::words;

/// So many of the newest that share a word are compared.
const MOST_COMPARED: u32 = 100;
/// So many are told.
const MOST_TOLD: usize = 5;

/// A record that is like another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The record.
    pub id: RecordId,
    /// Its number and title.
    pub called: String,
    /// Its unit, its state and the day on which it was filed.
    pub note: String,
    /// How like each other they are, in percent.
    pub percent: usize,
    /// The words in common.
    pub words: Vec<String>,
    /// The fields that are the same, by name.
    pub same: Vec<String>,
}

/// What is like a record.
pub async fn of_record(ctx: &Ctx, conn: &mut Conn, found: &Found) -> Result<Vec<Twin>, Error> {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let Some(rule) = mechanism.helps.alike.as_ref().filter(|_| !record.is_gone()) else { return Ok(Vec::new()) };
    twins(ctx, conn, (mechanism, rule), (&record.facts, record.opened_on, Some(record.id))).await
}

/// What is like something that is being typed.
pub async fn of_typed(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Arc<Mechanism>,
    typed: &Typed,
) -> Result<Vec<Twin>, Error> {
    let Some(rule) = &mechanism.helps.alike else { return Ok(Vec::new()) };
    let wanted: Vec<FieldId> = rule.by.iter().chain(&rule.same).cloned().collect();
    let (values, _) = facts::read(mechanism, ctx.vocabulary(), &wanted, typed);
    let mut facts = Facts::default();
    for (id, value) in values {
        facts.put(&id, value);
    }
    twins(ctx, conn, (mechanism, rule), (&facts, ctx.today, None)).await
}

async fn twins(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, rule): (&Arc<Mechanism>, &Alike),
    (facts, on, but): (&Facts, Date, Option<RecordId>),
) -> Result<Vec<Twin>, Error> {
    let days = rule.days.days();
    let query = RegisterQuery {
        mechanism: Some(mechanism.id.clone()),
        sight: ctx.sight(mechanism),
        opened: Some((on.saturating_sub(days), on.saturating_add(days))),
        any_of: suggest::sought(&rule.text(facts)),
        sort: SortBy::Opened,
        descending: true,
        limit: MOST_COMPARED,
        ..RegisterQuery::default()
    };
    if query.any_of.is_empty() || query.sight.is_blind() {
        return Ok(Vec::new());
    }
    let rows = store::register::page(conn, &query).await?.records;
    let rows = records::seen(ctx, conn, rows).await?.into_iter().filter(|row| Some(row.id) != but).collect();
    let found = records::as_listed(ctx, conn, rows).await?;
    let found = found.into_iter().filter(|it| !it.record.is_gone()).map(|it| it.read_by(ctx));
    let mut all: Vec<Twin> = found.filter_map(|it| twin(ctx, (mechanism, rule), (facts, on), &it)).collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.percent));
    all.truncate(MOST_TOLD);
    Ok(all)
}

fn twin(
    ctx: &Ctx,
    (mechanism, rule): (&Mechanism, &Alike),
    (facts, on): (&Facts, Date),
    other: &Found,
) -> Option<Twin> {
    let likeness = rule.likeness(facts, on, &other.record)?;
    let same = rule.same.iter().filter_map(|id| Some(mechanism.field(id.as_str())?.name.clone()));
    let state = words::state_name(&other.mechanism, other.record.state.as_str());
    Some(Twin {
        id: other.record.id,
        called: called(&other.record),
        note: format!("{} · {state} · {}登记", ctx.names().unit(other.record.unit), other.record.opened_on),
        percent: likeness.percent,
        words: likeness.words,
        same: same.collect(),
    })
}
