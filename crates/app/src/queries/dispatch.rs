//! Who has received a paper and who has not, what waits for one's own units, and is every number of a series there?
//!
//! Never a paper that the reader does not see: of such a one the series tells its number and no more.

use std::collections::{BTreeSet, HashMap};

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use jiff::civil::Date;
use kernel::catalog::{FieldType, Mechanism};
use kernel::ids::{RecordId, RoleId, UnitId};
use kernel::journal::{self, Entry};
use kernel::kinds::dispatch::series::{self, Given, Series};
use kernel::kinds::dispatch::{Circulation, How, Receipt};
use store::Conn;
use store::papers::PaperRow;
use store::receipts::ReceiptRow;

use crate::commands::batches::act;
use crate::commands::dispatch::{may_receive, may_urge};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};
use crate::queries::forms::Choice;
use crate::records::{self, Found};
use crate::words;

/// Numbers on a page of a series.
const PAGE: i64 = 100;
/// The most receipts of somebody's units that a page lists, for each mechanism.
const MOST: u32 = 200;

/// How a unit stands to a paper that it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has it, in time.
    Received,
    /// It has it, after its day.
    ReceivedLate,
    /// It has time left.
    Waiting,
    /// Its day is over.
    Late,
}

impl Standing {
    fn of(receipt: &Receipt, today: Date) -> Self {
        match (receipt.received.is_some(), receipt.is_in_time(), receipt.is_late(today)) {
            (true, true, _) => Self::Received,
            (true, false, _) => Self::ReceivedLate,
            (false, _, true) => Self::Late,
            (false, ..) => Self::Waiting,
        }
    }

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "已签收",
            Self::ReceivedLate => "逾期签收",
            Self::Waiting => "待签收",
            Self::Late => "逾期未签收",
        }
    }
}

/// A unit that a paper was sent to.
#[derive(Clone, Debug)]
pub struct ReceiptLine {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// How it is addressed.
    pub how: How,
    /// By when.
    pub due_on: Date,
    /// When it said that it has it, in words.
    pub received: String,
    /// By whose hand.
    pub by: String,
    /// How it stands.
    pub standing: Standing,
    /// May the reader receive it for this unit?
    pub may_receive: bool,
}

/// Where a paper went, for its page.
#[derive(Clone, Debug)]
pub struct CirculationLine {
    /// The units, those that have not received it first.
    pub receipts: Vec<ReceiptLine>,
    /// May the reader urge those who have not?
    pub may_urge: bool,
    /// What the issued copy says of itself: its hash, and whether it is still what was issued.
    pub copy: Option<(String, bool)>,
}

/// Where a paper went; nothing if its mechanism sends none.
pub(super) fn line(ctx: &Ctx, found: &Found, papers: &[PaperRow]) -> Option<CirculationLine> {
    let circulation = found.mechanism.circulation.as_ref()?;
    let is_open = circulation.open.contains(&found.record.state);
    let line = |it: &Receipt| ReceiptLine {
        may_receive: is_open && it.received.is_none() && may_receive(ctx, &found.mechanism, it.unit),
        ..receipt_line(ctx, it)
    };
    let mut receipts: Vec<ReceiptLine> = found.record.receipts.all().iter().map(line).collect();
    receipts.sort_by_key(|it| (!it.may_receive, matches!(it.standing, Standing::Received | Standing::ReceivedLate)));
    let issue = found.mechanism.step(circulation.issue.as_str()).and_then(|step| step.paper.clone());
    let copy = papers.iter().find(|row| Some(&row.kind) == issue.as_ref());
    Some(CirculationLine {
        may_urge: is_open && receipts.iter().any(|it| it.received.is_empty()) && may_urge(ctx, found),
        receipts,
        copy: copy.map(|row| (row.source_hash.clone(), journal::digest(row.source.as_bytes()) == row.source_hash)),
    })
}

fn receipt_line(ctx: &Ctx, it: &Receipt) -> ReceiptLine {
    ReceiptLine {
        unit: it.unit,
        name: ctx.names().unit(it.unit),
        how: it.how,
        due_on: it.due_on,
        received: it.received.map(|(at, _)| words::moment(at)).unwrap_or_default(),
        by: it.by.map(|by| ctx.names().person(by)).unwrap_or_default(),
        standing: Standing::of(it, ctx.today),
        may_receive: false,
    }
}

/// What came to one's own units.
#[derive(Clone, Debug)]
pub struct Tray {
    /// Is what was received looked at, and not what waits?
    pub is_received: bool,
    /// The papers.
    pub rows: Vec<TrayRow>,
}

/// A paper that came to a unit.
#[derive(Clone, Debug)]
pub struct TrayRow {
    /// Its record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Who sent it.
    pub from: String,
    /// The receipt.
    pub receipt: ReceiptLine,
}

/// The receipts of one's own units, mechanism by mechanism.
async fn own(ctx: &Ctx, conn: &mut Conn, is_received: bool, most: u32) -> Result<Vec<ReceiptRow>, Error> {
    let mut all = Vec::new();
    for mechanism in ctx.catalog().in_order() {
        let Some(circulation) = &mechanism.circulation else { continue };
        for over in ctx.actor.reach(&mechanism.id, &circulation.who) {
            let units = (over.first, over.last);
            all.extend(store::receipts::of_units(conn, &mechanism.id, units, is_received, most).await?);
        }
    }
    Ok(all)
}

/// How many papers wait for one's own units.
pub async fn waiting(ctx: &Ctx, conn: &mut Conn) -> Result<usize, Error> {
    Ok(own(ctx, conn, false, MOST).await?.len())
}

/// What came to one's own units: what waits, or what was received.
pub async fn tray(ctx: &Ctx, is_received: bool) -> Result<Tray, Error> {
    let mut conn = ctx.office.db.read().await?;
    let receipts = own(ctx, &mut conn, is_received, MOST).await?;
    let ids: BTreeSet<RecordId> = receipts.iter().map(|it| it.record).collect();
    let ids: Vec<RecordId> = ids.into_iter().collect();
    let seen: HashMap<RecordId, Found> =
        records::listed_of(ctx, &mut conn, &ids).await?.into_iter().map(|it| (it.record.id, it)).collect();
    let row = |it: &ReceiptRow| {
        let record = &seen.get(&it.record)?.record;
        Some(TrayRow {
            id: record.id,
            number: record.number.clone().unwrap_or_default(),
            title: record.title.clone(),
            from: ctx.names().unit(record.unit),
            receipt: ReceiptLine { may_receive: !is_received, ..receipt_line(ctx, &it.receipt) },
        })
    };
    Ok(Tray { is_received, rows: receipts.iter().filter_map(row).collect() })
}

/// What is asked of a series.
#[derive(Clone, Debug, Default)]
pub struct SeriesAsk {
    /// The year; this one, if empty.
    pub year: String,
    /// The option that has a series of its own.
    pub of: String,
    /// The number after which the page begins.
    pub after: i64,
}

/// The numbers of a series in a year.
#[derive(Clone, Debug)]
pub struct SeriesPage {
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The year looked at; none where the series goes on from year to year.
    pub year: Option<i16>,
    /// The years in which there are numbers.
    pub years: Vec<i16>,
    /// What has a series of its own: the field's name and its options.
    pub each: Option<(String, Vec<Choice>)>,
    /// The option looked at.
    pub of: String,
    /// What the series comes to.
    pub series: Series,
    /// The numbers.
    pub rows: Vec<SeriesRow>,
    /// The number after which the next page begins.
    pub next: Option<i64>,
    /// May the reader export?
    pub may_export: bool,
}

/// A number of a series.
#[derive(Clone, Debug)]
pub struct SeriesRow {
    /// The number.
    pub serial: i64,
    /// The paper, if the reader sees it.
    pub id: Option<RecordId>,
    /// The number as it stands on the paper; nothing where nobody has it.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// Its state.
    pub state: String,
    /// Is the number void?
    pub is_void: bool,
    /// Why it is void.
    pub reason: String,
    /// How many units it was sent to, and how many have it.
    pub receipts: (usize, usize),
}

/// Who looks at the numbers of a mechanism: whoever gives them, and whoever sees all its records.
fn may_look(ctx: &Ctx, mechanism: &Mechanism) -> bool {
    let step = mechanism.number.as_ref().and_then(|number| mechanism.step(number.at.as_str()));
    let roles: Vec<RoleId> = step.iter().flat_map(|it| it.who.iter()).chain(&mechanism.rights.see).cloned().collect();
    ctx.actor.holds_any(&mechanism.id, &roles)
}

/// Has the mechanism a page of its numbers, for this reader?
pub(super) fn has_series(ctx: &Ctx, mechanism: &Mechanism) -> bool {
    mechanism.circulation.is_some() && may_look(ctx, mechanism)
}

/// The series of a mechanism that an ask means: its name, its year (0 where it goes on), and what may be chosen.
struct Chosen {
    series: String,
    counted_in: i16,
    last: i64,
    years: Vec<i16>,
    each: Option<(String, Vec<Choice>)>,
    of: String,
}

async fn chosen(ctx: &Ctx, conn: &mut Conn, mechanism: &Mechanism, ask: &SeriesAsk) -> Result<Chosen, Error> {
    let number = mechanism.number.as_ref().ok_or(Error::NotFound)?;
    let field = number.by.as_ref().and_then(|id| mechanism.field(id.as_str()));
    let each = field.and_then(|field| match &field.of {
        FieldType::Choice { list } => {
            let list = ctx.vocabulary().list(list.as_str())?;
            let item = |it: &kernel::catalog::Item| Choice {
                id: it.id.to_string(),
                name: it.name.to_string(),
                pinyin: String::new(),
                group: None,
            };
            Some((field.name.clone(), list.items.iter().map(item).collect::<Vec<_>>()))
        }
        _ => None,
    });
    let choices = each.iter().flat_map(|(_, all)| all);
    let first = choices.clone().next().map(|it| it.id.clone()).unwrap_or_default();
    let of = choices.clone().find(|it| it.id == ask.of).map_or(first, |it| it.id.clone());
    let series = if each.is_some() { format!("{}:{of}", mechanism.id) } else { mechanism.id.to_string() };
    let all = store::series::all(conn).await?;
    let mut years: Vec<i16> =
        all.iter().filter(|(name, ..)| *name == series).filter_map(|(_, year, _)| i16::try_from(*year).ok()).collect();
    years.sort_unstable();
    years.reverse();
    let counted_in = match (number.pattern.per_year(), ask.year.parse()) {
        (false, _) => 0,
        (true, Ok(year)) => year,
        (true, Err(_)) => ctx.today.year(),
    };
    let is_it = |(name, year, _): &&(String, i64, i64)| *name == series && *year == i64::from(counted_in);
    let last = all.iter().find(is_it).map_or(0, |(.., last)| *last);
    Ok(Chosen { series, counted_in, last, years, each, of })
}

/// The numbers of a series: every one from 1 to the last, with those that are void.
pub async fn series_page(ctx: &Ctx, mechanism: &str, ask: &SeriesAsk) -> Result<SeriesPage, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let circulation = mechanism.circulation.as_ref().ok_or(Error::NotFound)?;
    if !may_look(ctx, &mechanism) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let chosen = chosen(ctx, &mut conn, &mechanism, ask).await?;
    let key = (chosen.series.as_str(), chosen.counted_in);
    let void: BTreeSet<i64> = store::series::given_in(&mut conn, key, &circulation.void).await?.into_iter().collect();
    let given: Vec<Given> = store::series::serials(&mut conn, key)
        .await?
        .into_iter()
        .map(|serial| Given { serial, is_void: void.contains(&serial) })
        .collect();
    let series = series::check(chosen.last, &given);
    let first = ask.after.max(0) + 1;
    let until = (first + PAGE - 1).min(chosen.last);
    let rows = rows(ctx, &mut conn, circulation, key, (first, until)).await?;
    Ok(SeriesPage {
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        year: Some(chosen.counted_in).filter(|year| *year != 0),
        years: chosen.years,
        each: chosen.each,
        of: chosen.of,
        series,
        rows,
        next: (until < chosen.last).then_some(until),
        may_export: ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export),
    })
}

/// The lines of the numbers between two.
async fn rows(
    ctx: &Ctx,
    conn: &mut Conn,
    circulation: &Circulation,
    key: (&str, i16),
    (first, until): (i64, i64),
) -> Result<Vec<SeriesRow>, Error> {
    let limit = u32::try_from(until - first + 1).unwrap_or(0);
    let given: HashMap<i64, RecordId> = store::series::given(conn, key, first, limit).await?.into_iter().collect();
    let ids: Vec<RecordId> = given.values().copied().collect();
    let all: HashMap<RecordId, Found> =
        records::by_ids(ctx, conn, &ids).await?.into_iter().map(|it| (it.record.id, it)).collect();
    let seen: BTreeSet<RecordId> =
        records::listed_of(ctx, conn, &ids).await?.into_iter().map(|it| it.record.id).collect();
    let is_void = |it: &Found| it.record.state == circulation.void;
    let voids: Vec<RecordId> =
        all.values().filter(|it| is_void(it) && seen.contains(&it.record.id)).map(|it| it.record.id).collect();
    let mut reasons: HashMap<RecordId, String> = HashMap::new();
    for row in store::journal::of_records(conn, &voids).await? {
        let entry: Entry =
            serde_json::from_str(&row.entry).map_err(|fault| Error::broken("read the journal", fault))?;
        if entry.to == circulation.void.as_str()
            && let Some(reason) = entry.reason
        {
            reasons.insert(row.record, reason);
        }
    }
    let line = |serial: i64| {
        let found = given.get(&serial).and_then(|id| all.get(id));
        let own = found.filter(|it| seen.contains(&it.record.id));
        let receipts = own.map(|it| it.record.receipts.all()).unwrap_or_default();
        SeriesRow {
            serial,
            id: own.map(|it| it.record.id),
            number: found.and_then(|it| it.record.number.clone()),
            title: own.map(|it| it.record.title.clone()).unwrap_or_default(),
            unit: own.map(|it| ctx.names().unit(it.record.unit)).unwrap_or_default(),
            state: own.map(|it| words::state_name(&it.mechanism, it.record.state.as_str())).unwrap_or_default(),
            is_void: found.is_some_and(is_void),
            reason: own.and_then(|it| reasons.get(&it.record.id).cloned()).unwrap_or_default(),
            receipts: (receipts.len(), receipts.iter().filter(|it| it.received.is_some()).count()),
        }
    };
    Ok((first..=until).map(line).collect())
}

/// All numbers of a series in a year, as a workbook.
pub async fn workbook(ctx: &Ctx, mechanism: &str, ask: &SeriesAsk) -> Result<Download, Error> {
    let mut page = series_page(ctx, mechanism, &SeriesAsk { after: 0, ..ask.clone() }).await?;
    if !page.may_export {
        return Err(Error::NotFound);
    }
    let mut rows = std::mem::take(&mut page.rows);
    while let Some(after) = page.next {
        page = series_page(ctx, mechanism, &SeriesAsk { after, ..ask.clone() }).await?;
        rows.append(&mut page.rows);
    }
    let text = |title: &str| Column { title: title.to_owned(), width: None, kind: ColumnKind::Text };
    let columns = ["序号", "编号", "标题", "发文单位", "状态", "作废理由", "应签收", "已签收"].map(text).into();
    let cells = |row: &SeriesRow| {
        let (sent, received) = row.receipts;
        let missing = || "（没有这个号）".to_owned();
        let all = [
            row.serial.to_string(),
            row.number.clone().unwrap_or_else(missing),
            row.title.clone(),
            row.unit.clone(),
            if row.is_void { "作废".to_owned() } else { row.state.clone() },
            row.reason.clone(),
            sent.to_string(),
            received.to_string(),
        ];
        all.map(OutCell::Text).to_vec()
    };
    let sheet_rows: Vec<Vec<OutCell>> = rows.iter().map(cells).collect();
    let count = sheet_rows.len();
    let name = page.mechanism.1.clone();
    let stamp = format!("{}{}导出", ctx.actor.name(), words::moment(ctx.now));
    let year = page.year.map(|year| format!("{year}年")).unwrap_or_default();
    let of = page.each.iter().flat_map(|(_, all)| all).find(|it| it.id == page.of).map(|it| it.name.clone());
    let of = of.unwrap_or_default();
    let notes = vec![format!("“{name}”{of}{year}的编号：{}。", page.series.words())];
    let sheet = Sheet { name: "编号".to_owned(), columns, rows: sheet_rows, stamp };
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let filter = serde_json::json!({ "year": page.year, "of": page.of });
    let detail = serde_json::json!({ "mechanism": page.mechanism.0, "count": count, "filter": filter });
    act(ctx, &mut tx, "export", detail).await?;
    tx.commit().await?;
    Ok(Download { name: format!("{name}{of}{year}编号.xlsx"), media: XLSX.to_owned(), bytes })
}
