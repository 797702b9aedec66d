//! Who was together with whom on a day, who has a place left, and what ends soon? One page for every kind of link.
//!
//! Never a link that the reader does not see; of others' links only how many places are left is told.

use std::collections::{BTreeMap, HashMap};

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use jiff::civil::Date;
use kernel::catalog::{FieldType, Mechanism};
use kernel::ids::{RecordId, UnitId};
use kernel::kinds::link::{Link, Side, Tenure, Who};
use kernel::roster::Days;
use store::Conn;
use uuid::Uuid;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::queries::files::{Download, XLSX};
use crate::queries::forms::Choice;
use crate::queries::ledgers::day;
use crate::queries::people::Lasting;
use crate::queries::register::{self, RegisterAsk};
use crate::queries::units::choosing;
use crate::records::{self, Found};
use crate::words;

/// Links on a page.
const PAGE: usize = 50;
/// The most links in a workbook, and the most of whom it is told whether a place is left.
const MOST: usize = 2_000;
/// What ends within so many months ends soon.
const SOON: i32 = 3;

/// What is asked of links.
#[derive(Clone, Debug, Default)]
pub struct LinksAsk {
    /// `standing` (the default), `soon` or `free`.
    pub tab: String,
    /// The day.
    pub on: String,
    /// The unit whose subtree is looked at.
    pub unit: Option<UnitId>,
    /// The key after which the page begins.
    pub after: String,
}

/// Which of the three is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Who is together with whom.
    Standing,
    /// What ends soon.
    Soon,
    /// Who has a place left.
    Free,
}

impl Tab {
    /// All of them, as addresses write them and as people read them.
    pub const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Standing, "standing", "谁和谁"), (Self::Soon, "soon", "快到期的"), (Self::Free, "free", "空余")];

    fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|(_, id, _)| *id == word).map_or(Self::Standing, |(tab, ..)| tab)
    }
}

/// The links of a mechanism.
#[derive(Clone, Debug)]
pub struct LinksPage {
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// What is looked at.
    pub tab: Tab,
    /// The day.
    pub on: Date,
    /// The unit looked at, and those that may be.
    pub unit: Option<UnitId>,
    /// The units that may be looked at.
    pub units: Vec<Choice>,
    /// What the sides are called.
    pub sides: Vec<String>,
    /// The links.
    pub rows: Vec<LinkRow>,
    /// The key of the next page.
    pub next: Option<String>,
    /// Who has how many places left.
    pub free: Vec<FreeSide>,
    /// The step that begins a link, if the reader may take it.
    pub may_start: Option<String>,
    /// May they export?
    pub may_export: bool,
}

/// A link.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// Its record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// Who stands at its sides on the day, in their order.
    pub sides: Vec<String>,
    /// Its days.
    pub days: Option<Days>,
    /// The day on which it runs out, where that is another one than its last.
    pub due_on: Option<Date>,
    /// On what basis.
    pub basis: String,
    /// Its state.
    pub state: String,
    /// Its light.
    pub light: Option<Light>,
}

/// Those who may stand at a side, with the places they have left.
#[derive(Clone, Debug)]
pub struct FreeSide {
    /// What the side is called.
    pub name: String,
    /// How many places each has.
    pub most: usize,
    /// Those, whoever has most left first.
    pub rows: Vec<FreeRow>,
}

/// How many places somebody has left on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeRow {
    /// Who.
    pub who: Uuid,
    /// Their name.
    pub name: String,
    /// Their unit.
    pub unit: String,
    /// How many are taken.
    pub taken: usize,
    /// How many are left.
    pub left: usize,
    /// The record that it is, where the reader sees it.
    pub record: Option<RecordId>,
}

fn side_name(mechanism: &Mechanism, side: &Side) -> String {
    let child = mechanism.child(side.id.as_str());
    let column = side.column.as_ref().and_then(|id| mechanism.column(side.id.as_str(), id.as_str()));
    let field = mechanism.field(side.id.as_str()).or(column);
    field.map(|it| it.name.clone()).or(child.map(|it| it.name.clone())).unwrap_or_default()
}

/// What is linked in some links, by what it is called; records as far as the reader sees them.
struct Called {
    records: HashMap<RecordId, String>,
}

impl Called {
    async fn of(ctx: &Ctx, conn: &mut Conn, found: &[Found]) -> Result<Self, Error> {
        let linked = |found: &Found| -> Vec<RecordId> {
            let all = found.mechanism.link.iter().flat_map(|link| link.tenures(&found.record));
            all.filter_map(|it| if let Who::Record(id) = it.who { Some(id) } else { None }).collect()
        };
        let ids: Vec<RecordId> = found.iter().flat_map(linked).collect();
        let seen = records::listed_of(ctx, conn, &ids).await?;
        Ok(Self { records: seen.into_iter().map(|it| (it.record.id, it.record.title)).collect() })
    }

    fn name(&self, ctx: &Ctx, who: Who) -> String {
        match who {
            Who::Person(id) => ctx.names().person(id),
            Who::Unit(id) => ctx.names().unit(id),
            Who::Record(id) => self.records.get(&id).cloned().unwrap_or_else(|| "（看不到的事项）".to_owned()),
        }
    }

    /// Who stands at a side: on the day, or ever if nobody does.
    fn side(&self, ctx: &Ctx, all: &[Tenure<'_>], side: &Side, on: Date) -> String {
        let own: Vec<&Tenure<'_>> = all.iter().filter(|it| it.side == side).collect();
        let there: Vec<&Tenure<'_>> = own.iter().copied().filter(|it| it.days.hold(on)).collect();
        let shown = if there.is_empty() { own } else { there };
        shown.iter().map(|it| self.name(ctx, it.who)).collect::<Vec<_>>().join("、")
    }
}

/// The links that an ask means, as far as the reader sees them.
async fn found(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    link: &Link,
    (ask, tab, on): (&LinksAsk, Tab, Date),
    most: usize,
) -> Result<(Vec<Found>, Option<String>), Error> {
    let register = RegisterAsk {
        tab: "all".to_owned(),
        unit: ask.unit,
        sort: "due".to_owned(),
        after: ask.after.clone(),
        ..RegisterAsk::default()
    };
    let scope = register::scope(ctx, mechanism, ask.unit)?;
    let mut asked = register::query(ctx, mechanism, &register, &scope)?;
    match tab {
        Tab::Soon => {
            let until = on.checked_add(jiff::Span::new().months(SOON)).unwrap_or(Date::MAX);
            asked.query.states = link.open.clone();
            asked.query.due = Some((Date::constant(1900, 1, 1), until));
        }
        _ => asked.query.linked_on = Some(on),
    }
    asked.page(ctx, conn, most).await
}

fn row(ctx: &Ctx, called: &Called, found: &Found, on: Date) -> LinkRow {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let link = mechanism.link.as_ref();
    let all = link.map(|link| link.tenures(record)).unwrap_or_default();
    let days = link.and_then(|link| link.days(record));
    let sides = link.iter().flat_map(|link| &link.sides);
    let basis = link.and_then(|link| mechanism.field(link.basis.as_str()));
    let due_on = record.due_on(mechanism).filter(|_| record.is_open());
    LinkRow {
        id: record.id,
        number: record.number.clone().unwrap_or_default(),
        title: record.title.clone(),
        sides: sides.map(|side| called.side(ctx, &all, side, on)).collect(),
        days,
        due_on: due_on.filter(|due| days.is_some_and(|days| days.until_on != Some(*due))),
        basis: basis.and_then(|field| found.words_of(ctx, field)).unwrap_or_default(),
        state: words::state_name(mechanism, record.state.as_str()),
        light: register::light(ctx, found),
    }
}

/// The links of a mechanism: who is together with whom on a day, what ends soon, who has a place left.
pub async fn links_page(ctx: &Ctx, mechanism: &str, ask: &LinksAsk) -> Result<LinksPage, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let link = mechanism.link.as_ref().ok_or(Error::NotFound)?;
    let (tab, on) = (Tab::of(&ask.tab), day(ctx, &ask.on)?);
    let mut conn = ctx.office.db.read().await?;
    let (mut rows, mut next, mut free) = (Vec::new(), None, Vec::new());
    match tab {
        Tab::Free => free = free_on(ctx, &mut conn, &mechanism, link, on).await?,
        tab => {
            let (links, more) = found(ctx, &mut conn, &mechanism, link, (ask, tab, on), PAGE).await?;
            let called = Called::of(ctx, &mut conn, &links).await?;
            rows = links.iter().map(|it| row(ctx, &called, it, on)).collect();
            next = more;
        }
    }
    let start = mechanism.start();
    Ok(LinksPage {
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        tab,
        on,
        unit: ask.unit,
        units: choosing::around(ctx, &ctx.sight(&mechanism).subtrees(), ask.unit),
        sides: link.sides.iter().map(|side| side_name(&mechanism, side)).collect(),
        rows,
        next,
        free,
        may_start: ctx.actor.holds_any(&mechanism.id, &start.who).then(|| start.name.clone()),
        may_export: ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export),
    })
}

/// Who has how many places left on a day: those whom a side takes its people or records from, and whoever is linked.
async fn free_on(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    link: &Link,
    on: Date,
) -> Result<Vec<FreeSide>, Error> {
    let mut all = Vec::new();
    for side in &link.sides {
        let of = match &side.column {
            None => mechanism.field(side.id.as_str()).map(|it| &it.of),
            Some(column) => mechanism.column(side.id.as_str(), column.as_str()).map(|it| &it.of),
        };
        let counted = store::tenures::taken_on(conn, &mechanism.id, &side.id, on).await?;
        let taken: BTreeMap<Uuid, usize> =
            counted.into_iter().map(|(who, count)| (who, usize::try_from(count).unwrap_or(usize::MAX))).collect();
        let whom = match of {
            Some(FieldType::Record { of }) => of_records(ctx, conn, of.as_str()).await?,
            Some(FieldType::Person | FieldType::People) if !side.roles.is_empty() => {
                let whole = ctx.tree.whole();
                let limit = MOST as u32;
                let units = [(whole.first, whole.last)];
                let people = store::participations::expected(conn, &units, &side.roles, on, limit).await?;
                let one = |it: store::people::PersonRow| {
                    (it.id.0, it.name, it.unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default(), None)
                };
                people.into_iter().map(one).collect()
            }
            // Whoever may be chosen here is everybody: nobody asks who of them is free.
            _ => continue,
        };
        let mut rows: Vec<FreeRow> = whom
            .into_iter()
            .map(|(who, name, unit, record)| {
                let taken = taken.get(&who).copied().unwrap_or(0);
                FreeRow { who, name, unit, taken, left: side.most.saturating_sub(taken), record }
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.left));
        all.push(FreeSide { name: side_name(mechanism, side), most: side.most, rows });
    }
    Ok(all)
}

type Candidate = (Uuid, String, String, Option<RecordId>);

/// The open records of a mechanism that the reader sees.
async fn of_records(ctx: &Ctx, conn: &mut Conn, mechanism: &str) -> Result<Vec<Candidate>, Error> {
    let Some(mechanism) = ctx.catalog().mechanisms.get(mechanism).filter(|it| ctx.reaches(it)) else {
        return Ok(Vec::new());
    };
    let scope = register::scope(ctx, mechanism, None)?;
    let asked = register::query(ctx, mechanism, &RegisterAsk::default(), &scope)?;
    let (found, _) = asked.page(ctx, conn, MOST).await?;
    let one = |it: Found| {
        let unit = ctx.names().unit(it.record.unit);
        (it.record.id.0, it.record.title, unit, Some(it.record.id))
    };
    Ok(found.into_iter().map(one).collect())
}

/// The links of somebody that the reader sees, the latest first: for their file.
pub async fn of_whom(ctx: &Ctx, conn: &mut Conn, who: Uuid) -> Result<Vec<Lasting>, Error> {
    let rows = store::tenures::of_whom(conn, who, MOST as u32).await?;
    let ids: Vec<RecordId> = rows.iter().map(|row| row.record).collect();
    let seen = records::listed_of(ctx, conn, &ids).await?;
    let called = Called::of(ctx, conn, &seen).await?;
    let line = |row: &store::tenures::TenureRow| {
        let found = seen.iter().find(|it| it.record.id == row.record)?;
        let link = found.mechanism.link.as_ref()?;
        let all = link.tenures(&found.record);
        let own = link.side(row.side.as_str()).map(|side| side_name(&found.mechanism, side)).unwrap_or_default();
        let others = link.sides.iter().map(|side| {
            let others: Vec<Tenure<'_>> = all.iter().filter(|it| it.who.id() != who).copied().collect();
            called.side(ctx, &others, side, row.days.from_on)
        });
        let others: Vec<String> = others.filter(|names| !names.is_empty()).collect();
        let basis = found.mechanism.field(link.basis.as_str()).and_then(|field| found.words_of(ctx, field));
        Some(Lasting {
            what: format!("{}（{own}）", found.mechanism.name),
            how: others.join("；"),
            from_on: row.days.from_on,
            until_on: row.days.until_on,
            basis: basis.unwrap_or_default(),
            is_now: row.days.hold(ctx.today),
            post: Some(row.record),
        })
    };
    Ok(rows.iter().filter_map(line).collect())
}

/// Who is together with whom on a day, as a workbook.
pub async fn workbook(ctx: &Ctx, mechanism: &str, ask: &LinksAsk) -> Result<Download, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let link = mechanism.link.as_ref().ok_or(Error::NotFound)?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export) {
        return Err(Error::NotFound);
    }
    let (tab, on) = (Tab::of(&ask.tab), day(ctx, &ask.on)?);
    let mut conn = ctx.office.db.read().await?;
    let (links, _) = found(ctx, &mut conn, &mechanism, link, (ask, tab, on), MOST).await?;
    let own = ctx.actor.reach(&mechanism.id, &mechanism.rights.export);
    let may = |found: &Found| own.iter().any(|over| (over.first..=over.last).contains(&found.unit_ord));
    let links: Vec<Found> = links.into_iter().filter(may).collect();
    let called = Called::of(ctx, &mut conn, &links).await?;
    drop(conn);
    let text = |title: &str| Column { title: title.to_owned(), width: None, kind: ColumnKind::Text };
    let mut columns = vec![text("编号"), text("名称")];
    columns.extend(link.sides.iter().map(|side| text(&side_name(&mechanism, side))));
    columns.extend(["自", "至", "依据", "状态"].map(text));
    let cells = |found: &Found| {
        let row = row(ctx, &called, found, on);
        let from = row.days.map(|days| days.from_on.to_string()).unwrap_or_default();
        let until = row.days.and_then(|days| days.until_on).map(|day| day.to_string()).unwrap_or_default();
        let all = [row.number, row.title].into_iter().chain(row.sides).chain([from, until, row.basis, row.state]);
        all.map(OutCell::Text).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<OutCell>> = links.iter().map(cells).collect();
    let count = rows.len();
    let stamp = format!("{}{}导出", ctx.actor.name(), words::moment(ctx.now));
    let what = if tab == Tab::Soon { format!("{SOON}个月内到期的") } else { format!("{on}当天在的") };
    let notes = vec![format!("“{}”{what}。只含导出人有权导出的。", mechanism.name)];
    let sheet = Sheet { name: mechanism.name.clone(), columns, rows, stamp };
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let filter = serde_json::json!({ "on": on.to_string() });
    let detail = serde_json::json!({ "mechanism": mechanism.id.as_str(), "count": count, "filter": filter });
    act(ctx, &mut tx, "export", detail).await?;
    tx.commit().await?;
    Ok(Download { name: format!("{}{on}.xlsx", mechanism.name), media: XLSX.to_owned(), bytes })
}
