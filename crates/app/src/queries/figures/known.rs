//! What was known on a past day? A figure as it would have been read then, and the records that stood behind it.
//!
//! Only records with entries since that day are replayed, each to the end of that day; all others give what they give
//! now. The cost is the entries since then. Never a record that its reader does not see by name.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::figures::{self, Amount, Cells};
use kernel::ids::{RecordId, UnitId};
use kernel::journal::Entry;
use kernel::period::Period;
use kernel::refusal::Refusal;
use kernel::sealing::{Rows, given};
use store::Conn;

use super::asking::{Asked, FiguresAsk};
use super::cards::value_words;
use super::is_stock;
use super::sealed::{DriftLine, Known, lines, measured};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::past::{as_of, end_of};

/// The most records that are replayed for one answer.
const MOST_REPLAYED: u32 = 20_000;
/// The most records that are listed.
const MOST_LISTED: usize = 500;

/// A figure as it was known on a past day, beside what it is now.
#[derive(Clone, Debug)]
pub struct KnownPage {
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The figure's id and name.
    pub figure: (String, String),
    /// Its unit of measure.
    pub measure: String,
    /// Is it a ratio?
    pub is_ratio: bool,
    /// The unit, and its name.
    pub unit: (UnitId, String),
    /// The period.
    pub period: Period,
    /// The day.
    pub day: Date,
    /// The value then, and numerator and denominator.
    pub then: (String, Amount),
    /// The value now, and numerator and denominator.
    pub now: (String, Amount),
    /// How many records were replayed.
    pub replayed: usize,
    /// What has changed since, and how many lines are left out.
    pub drift: (Vec<DriftLine>, usize),
    /// The records that stood behind it then: id, title, what each gave; and how many are left out.
    pub behind: (Vec<(RecordId, String, Amount)>, usize),
}

/// A figure as it was known at the end of a past day.
pub async fn known_on(
    ctx: &Ctx,
    mechanism: &str,
    figure: &str,
    ask: &FiguresAsk,
    day: &str,
) -> Result<KnownPage, Error> {
    let asked = Asked::of(ctx, ask)?;
    let unit = asked.unit.or_else(|| ctx.tree.units().first().map(|root| root.id)).ok_or(Error::NotFound)?;
    let known = Known::of_records(ctx, &format!("{mechanism}.{figure}"), unit)?;
    let yesterday = ctx.today.yesterday().unwrap_or(ctx.today).to_string();
    let day = if day.trim().is_empty() { yesterday.as_str() } else { day.trim() };
    let day = day.parse::<Date>().ok().filter(|day| *day < ctx.today && day.year() > 1900);
    let day = day.ok_or_else(|| Refusal::new("figure.known_day"))?;
    let mut conn = ctx.office.db.snapshot().await?;
    // A stock is what stood on the last day of the period, or on the day that is asked about.
    let period = match is_stock(known.figure()) && asked.period.last() > day {
        true => Period::Days(asked.period.first().min(day), day),
        false => asked.period,
    };
    let (now, rows) = measured(ctx, &mut conn, &known, unit, period).await?;
    let then = rows_then(ctx, &mut conn, &known, unit, period, day, &rows).await?;
    let amount = then.rows.total();
    let drift = lines(ctx, &mut conn, &then.rows, &rows).await?;
    let ids: Vec<RecordId> = then.rows.0.keys().take(MOST_LISTED).copied().collect();
    let seen = crate::records::listed_of(ctx, &mut conn, &ids).await?;
    let behind: Vec<_> = seen
        .into_iter()
        .filter_map(|it| Some((it.record.id, it.record.title.clone(), *then.rows.0.get(&it.record.id)?)))
        .collect();
    let left_out = then.rows.0.len() - behind.len();
    Ok(KnownPage {
        mechanism: (known.mechanism.id.to_string(), known.mechanism.name.clone()),
        figure: (known.figure().id.to_string(), known.figure().name.clone()),
        measure: known.figure().unit.clone(),
        is_ratio: super::is_ratio(known.figure()),
        unit: (unit, ctx.names().unit(unit)),
        period,
        day,
        then: (value_words(known.figure(), amount), amount),
        now: (value_words(known.figure(), now), now),
        replayed: then.replayed,
        drift,
        behind: (behind, left_out),
    })
}

struct Then {
    rows: Rows,
    replayed: usize,
}

/// The rows behind a figure as they were at the end of a day.
async fn rows_then(
    ctx: &Ctx,
    conn: &mut Conn,
    known: &Known,
    unit: UnitId,
    period: Period,
    day: Date,
    now: &Rows,
) -> Result<Then, Error> {
    let until = end_of(day);
    let mut changed = store::journal::changed_since(conn, &known.mechanism.id, until, MOST_REPLAYED + 1).await?;
    if known.mechanism.attendance.is_some() {
        let id = &known.mechanism.id;
        changed.extend(store::participations::noted_since(conn, id, until, MOST_REPLAYED + 1).await?);
    }
    if known.mechanism.voting.is_some() {
        let id = &known.mechanism.id;
        changed.extend(store::ballots::counted_since(conn, id, until, MOST_REPLAYED + 1).await?);
    }
    if known.mechanism.circulation.is_some() {
        let id = &known.mechanism.id;
        changed.extend(store::receipts::noted_since(conn, id, until, MOST_REPLAYED + 1).await?);
    }
    changed.sort();
    changed.dedup();
    if changed.len() > MOST_REPLAYED as usize {
        return Err(Refusal::new("figure.known_too_many").with("most", MOST_REPLAYED).into());
    }
    let mut rows = now.0.clone();
    let name = known.name();
    for some in changed.chunks(250) {
        let mut entries: HashMap<RecordId, Vec<Entry>> = HashMap::new();
        for row in store::journal::of_records(conn, some).await? {
            let entry = serde_json::from_str(&row.entry).map_err(|fault| Error::broken("read the journal", fault))?;
            entries.entry(row.record).or_default().push(entry);
        }
        for found in crate::records::by_ids(ctx, conn, some).await? {
            let id = found.record.id;
            rows.remove(&id);
            let Some(own) = entries.get(&id) else { continue };
            let Some((mechanism, record)) = as_of(ctx, found, own, until)? else { continue };
            let mut cells = Cells::new();
            figures::contributions(&mechanism, &record, ctx.calendar(), &mut cells, 1);
            let theirs = |at: UnitId, day| ctx.tree.upwards_on(at, day).contains(&unit);
            let amount = given(&cells, name.as_str(), period.first(), period.last(), theirs);
            if amount != Amount::default() {
                rows.insert(id, amount);
            }
        }
    }
    Ok(Then { rows: Rows(rows), replayed: changed.len() })
}
