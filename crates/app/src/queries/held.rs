//! What does the platform hold already of what a form asks for, of which day, and where?
//!
//! Of a unit's newest records, of its figures, and of what it has answered before; nothing but what the reader sees.
//! Never a question for each row: a mechanism, the journal and the figures are each asked once.

pub mod forms;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::{Figure, Mechanism};
use kernel::figures as amounts;
use kernel::helps::Source;
use kernel::helps::asking::{self, plain};
use kernel::ids::{FieldId, MechanismId, RecordId, UnitId};
use kernel::journal::Entry;
use kernel::period::Period;
use kernel::value::Value;
use store::Conn;
use store::register::{RegisterQuery, SortBy};

use crate::cells::reading::{self, Ask, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::days;
use crate::queries::forms::as_typed;
use crate::queries::register::{called, value_of};
use crate::queries::reports::drawing::{may_know, with_measure};
use crate::records::{self, Found};

/// So many of a unit's newest records of a mechanism are looked at.
const MOST_LOOKED_AT: u32 = 60;
/// So many places are looked for under one name.
const MOST_HOLDERS: usize = 6;

/// What is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// As it is read, with its unit of measure.
    pub words: String,
    /// As it would be typed.
    pub typed: Vec<String>,
    /// Where: the mechanism and the field or the figure, and the record.
    pub source: String,
    /// The door to it.
    pub origin: Origin,
    /// Of which day.
    pub as_of: Date,
}

/// The door to what is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A record.
    Record(RecordId),
    /// A figure: its mechanism and its id.
    Figure(String, String),
}

impl Origin {
    /// As it is kept in a row.
    pub fn kept(&self) -> String {
        match self {
            Self::Record(id) => format!("record:{id}"),
            Self::Figure(mechanism, figure) => format!("figure:{mechanism}.{figure}"),
        }
    }

    /// As it was kept.
    pub fn read(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("record", id) => id.parse().ok().map(Self::Record),
            ("figure", of) => of.split_once('.').map(|(one, other)| Self::Figure(one.to_owned(), other.to_owned())),
            _ => None,
        }
    }
}

/// What was found in a record, before its day is known.
struct Candidate {
    held: Held,
    record: Option<RecordId>,
    field: FieldId,
}

/// What is held of a unit under each of these names.
pub async fn by_names(
    ctx: &Ctx,
    conn: &mut Conn,
    unit: UnitId,
    names: &[String],
    but: Option<RecordId>,
) -> Result<Vec<Option<Held>>, Error> {
    let wanted: Vec<Vec<Source>> = names.iter().map(|name| places(ctx, name)).collect();
    held(ctx, conn, unit, &wanted, but).await
}

/// Where a thing of this name may be held: in mechanisms, or in what was answered.
fn places(ctx: &Ctx, name: &str) -> Vec<Source> {
    let mut all = asking::holders(ctx.catalog(), name, MOST_HOLDERS);
    if !plain(name).is_empty() {
        all.push(Source::Answer(plain(name)));
    }
    all
}

/// What is held of a unit at the newest of each of these places; a record that is being written holds nothing itself.
pub async fn held(
    ctx: &Ctx,
    conn: &mut Conn,
    unit: UnitId,
    wanted: &[Vec<Source>],
    but: Option<RecordId>,
) -> Result<Vec<Option<Held>>, Error> {
    let looked_at = looked_at(ctx, conn, unit, wanted, but).await?;
    let figures = figures(ctx, conn, unit, wanted).await?;
    let mut all: Vec<Vec<Candidate>> = Vec::new();
    for places in wanted {
        let found = places.iter().filter_map(|place| match place {
            Source::Figure(..) => {
                figures.get(place).map(|held| Candidate { held: held.clone(), record: None, field: FieldId::from("") })
            }
            Source::Field(of, field) => in_field(ctx, looked_at.get(of)?, field),
            Source::Answer(name) => looked_at.values().flatten().find_map(|found| in_answer(found, name)),
        });
        all.push(found.collect());
    }
    date(conn, &mut all).await?;
    let newest = |found: Vec<Candidate>| {
        // Of several of one day the first stands: that is the order of the menu.
        found.into_iter().map(|it| it.held).reduce(|best, it| if it.as_of > best.as_of { it } else { best })
    };
    Ok(all.into_iter().map(newest).collect())
}

/// The unit's newest records of every mechanism that is asked, as their reader reads them.
async fn looked_at(
    ctx: &Ctx,
    conn: &mut Conn,
    unit: UnitId,
    wanted: &[Vec<Source>],
    but: Option<RecordId>,
) -> Result<BTreeMap<MechanismId, Vec<Found>>, Error> {
    let mut mechanisms: BTreeSet<MechanismId> = BTreeSet::new();
    for place in wanted.iter().flatten() {
        match place {
            Source::Field(of, _) => {
                mechanisms.insert(of.clone());
            }
            Source::Answer(_) => {
                let answered =
                    |it: &&std::sync::Arc<Mechanism>| it.helps.asking.as_ref().is_some_and(|it| it.answer.is_some());
                mechanisms.extend(ctx.catalog().mechanisms.values().filter(answered).map(|it| it.id.clone()));
            }
            Source::Figure(..) => {}
        }
    }
    let mut all = BTreeMap::new();
    let Some(ord) = ctx.tree.unit(unit).map(|unit| unit.over.first) else { return Ok(all) };
    for id in mechanisms {
        let Some(mechanism) = ctx.catalog().mechanisms.get(id.as_str()) else { continue };
        let query = RegisterQuery {
            mechanism: Some(id.clone()),
            sight: ctx.sight(mechanism),
            within: Some(Subtree { first: ord, last: ord }),
            sort: SortBy::Opened,
            descending: true,
            limit: MOST_LOOKED_AT,
            ..RegisterQuery::default()
        };
        if query.sight.is_blind() {
            continue;
        }
        let rows = store::register::page(conn, &query).await?.records;
        let rows = records::seen(ctx, conn, rows).await?.into_iter().filter(|row| Some(row.id) != but).collect();
        let found = records::as_listed(ctx, conn, rows).await?;
        let found = found.into_iter().filter(|it| !it.record.is_gone()).map(|it| it.read_by(ctx));
        all.insert(id, found.collect());
    }
    Ok(all)
}

/// The first of some records, newest first, in which a field is filled.
fn in_field(ctx: &Ctx, found: &[Found], field: &FieldId) -> Option<Candidate> {
    found.iter().find_map(|it| {
        let of = it.mechanism.field(field.as_str())?;
        let value = value_of(ctx, it, field.as_str())?;
        let words = ctx.names().plain(&of.of, &value);
        let source = format!("{}·{}（{}）", it.mechanism.name, of.name, called(&it.record));
        Some(candidate(it, field, (words, as_typed(&value)), source))
    })
}

/// What a unit has answered to the same thing in an earlier form.
fn in_answer(it: &Found, name: &str) -> Option<Candidate> {
    let asked = it.mechanism.helps.asking.as_ref()?;
    let answer = asked.answer.as_ref()?;
    let Some(Value::Rows(rows)) = it.record.facts.find(asked.child.as_str()) else { return None };
    let text = |row: &kernel::value::Facts, column: &FieldId| match row.find(column.as_str()) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let same = |row: &&kernel::value::Facts| text(row, &asked.name).is_some_and(|own| plain(&own) == *name);
    let value = rows.iter().filter(same).find_map(|row| text(row, &answer.value))?;
    let source = format!("{}（{}）", it.mechanism.name, called(&it.record));
    Some(candidate(it, &asked.child, (value.clone(), vec![value]), source))
}

fn candidate(it: &Found, field: &FieldId, (words, typed): (String, Vec<String>), source: String) -> Candidate {
    let (id, as_of) = (it.record.id, it.record.opened_on);
    let held = Held { words, typed, source, origin: Origin::Record(id), as_of };
    Candidate { held, record: Some(id), field: field.clone() }
}

/// The figures that are asked, up to today, each that its reader may know and that comes to something.
async fn figures(
    ctx: &Ctx,
    conn: &mut Conn,
    unit: UnitId,
    wanted: &[Vec<Source>],
) -> Result<BTreeMap<Source, Held>, Error> {
    let mut known: Vec<(&Source, &Mechanism, &Figure)> = Vec::new();
    for place in wanted.iter().flatten() {
        let Source::Figure(of, id) = place else { continue };
        let Some(mechanism) = ctx.catalog().mechanism(of.as_str()) else { continue };
        let Some(figure) = mechanism.figure(id) else { continue };
        let is_new = !known.iter().any(|(other, ..)| *other == place);
        if is_new && may_know(ctx, (&**mechanism, figure), unit)? {
            known.push((place, &**mechanism, figure));
        }
    }
    if known.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ask = Ask {
        figures: known.iter().map(|(_, mechanism, figure)| (*mechanism, *figure)).collect(),
        places: vec![Place::Unit(unit)],
        spans: vec![days(Period::UpTo(ctx.today))],
        by: None,
    };
    let read = reading::amounts(ctx, conn, &ask).await?;
    let held = known.iter().enumerate().filter_map(|(at, (place, mechanism, figure))| {
        let amount = read.of(at, 0, 0);
        amounts::value(figure, amount).filter(|_| amount.numerator != 0)?;
        let held = Held {
            words: with_measure(figure, amount),
            typed: vec![amounts::shown(figure, amount)],
            source: format!("{}·{}（指标）", mechanism.name, figure.name),
            origin: Origin::Figure(mechanism.id.to_string(), figure.id.to_string()),
            as_of: ctx.today,
        };
        Some(((*place).clone(), held))
    });
    Ok(held.collect())
}

/// The day on which each was written down last: asked of the journal once.
async fn date(conn: &mut Conn, all: &mut [Vec<Candidate>]) -> Result<(), Error> {
    let mut ids: Vec<RecordId> = all.iter().flatten().filter_map(|it| it.record).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let mut changed: BTreeMap<(RecordId, String), Date> = BTreeMap::new();
    for row in store::journal::of_records(conn, &ids).await? {
        let entry: Entry =
            serde_json::from_str(&row.entry).map_err(|fault| Error::broken("read a journal entry", fault))?;
        for change in &entry.changes {
            let last = changed.entry((row.record, change.field.clone())).or_insert(entry.on);
            *last = entry.on.max(*last);
        }
    }
    for it in all.iter_mut().flatten() {
        let day = it.record.and_then(|id| changed.get(&(id, it.field.to_string())));
        it.held.as_of = day.copied().unwrap_or(it.held.as_of);
    }
    Ok(())
}
