//! What would be taken in from a workbook? A trial: what each line means, where each column goes, which rows are good.
//!
//! Reading order: the workbook opened, names looked up, rows judged, rows known by their fingerprints, and the pages
//! made of it.
//! Never changes anything; `commands::intake` takes in what is shown here.

pub mod opened;
pub mod names;
pub mod fingerprint;
pub mod rows;
mod lines;
mod marked;
mod template;
mod history;

use std::collections::HashSet;
use std::sync::Arc;

use kernel::catalog::Mechanism;
use kernel::facts::Typed;
use kernel::ids::{FieldId, MechanismId, RecordId};
use kernel::refusal::Refusal;
use kernel::value::{Facts, Value};
use store::Conn;
use store::imports::UploadRow;
use texts::sheet::Meaning;
use uuid::Uuid;

use crate::commands::intake::{Mapping, UploadId, aside, own, sheets};
use crate::commands::rosters::Taken;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{self, Again, Choice, FormField};
use crate::words::say;

pub use history::{BatchLine, batches};
pub use lines::{Line, LineCell, LineKind};
pub use marked::marked;
pub use rows::{Guess, UnknownUnit};
pub use template::template;

use fingerprint::ReadAs;
use lines::{Judged, Kept};
use opened::{Opened, importable, is_needed};
use rows::Rows;

/// A workbook on trial.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The upload.
    pub upload: UploadId,
    /// The mechanism's id.
    pub mechanism: String,
    /// Its name.
    pub name: String,
    /// The file's name.
    pub file_name: String,
    /// What the person decided so far.
    pub mapping: Mapping,
    /// The names of the sheets.
    pub sheets: Vec<String>,
    /// Which one is read, from 0.
    pub sheet: usize,
    /// Why that one.
    pub sheet_why: String,
    /// The columns, and where each goes.
    pub columns: Vec<PlacedColumn>,
    /// The fields that a column may go to.
    pub fields: Vec<Choice>,
    /// Required fields that some rows lack, each with the control that fills it for all of them.
    pub missing: Vec<Missing>,
    /// Names that no unit bears, and the units that may be chosen for them.
    pub unknown_units: Vec<UnknownUnit>,
    /// The units that may be chosen.
    pub units: Vec<Choice>,
    /// What was understood although it is not written so.
    pub guesses: Vec<Guess>,
    /// How many rows of which kind.
    pub counts: Counts,
    /// The lines shown: the first ones, and those with something to say.
    pub lines: Vec<Line>,
    /// How many lines with problems are not shown.
    pub not_shown: usize,
    /// The total lines, each with what it claims and whether that agrees.
    pub totals: Vec<TotalCheck>,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

/// A column of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedColumn {
    /// Its place, from 0: the key in `Mapping::columns`.
    pub column: u32,
    /// Its letters, as the spreadsheet shows them.
    pub letter: String,
    /// Its title.
    pub title: String,
    /// The field that it goes to.
    pub field: Option<FieldId>,
    /// Why.
    pub why: String,
}

/// A required field that some rows lack.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// The control; what is sent goes to `Mapping::for_all`.
    pub control: FormField,
    /// How many rows lack it.
    pub rows: usize,
    /// Is there a column for it, with empty cells?
    pub has_column: bool,
}

/// How many rows of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that hold records.
    pub rows: usize,
    /// Of these, rows that can be taken in now.
    pub good: usize,
    /// Rows with problems.
    pub problems: usize,
    /// Rows that were taken in before.
    pub known: usize,
    /// Lines that are no records: titles, headers, totals, notes; blank lines are not counted.
    pub other: usize,
}

/// A total line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotalCheck {
    /// The row, as the spreadsheet numbers it.
    pub row: u32,
    /// What it states.
    pub claim: String,
    /// Does that agree with the rows read? `None`: cannot tell.
    pub agrees: Option<bool>,
    /// In words.
    pub why: String,
}

/// An upload with its mechanism and its decisions, on its way to being understood.
#[derive(Clone)]
pub struct Looking {
    /// The upload.
    pub row: UploadRow,
    /// Its mechanism.
    pub mechanism: Arc<Mechanism>,
    /// What the person decided.
    pub mapping: Mapping,
}

/// The upload of this person.
pub async fn looking(ctx: &Ctx, upload: UploadId) -> Result<Looking, Error> {
    let mut conn = ctx.office.db.read().await?;
    let row = own(ctx, &mut conn, upload).await?;
    let mechanism = ctx.mechanism(row.mechanism.as_ref().ok_or(Error::NotFound)?.as_str())?;
    let mapping = Mapping::from_json(row.mapping.as_ref());
    Ok(Looking { row, mechanism, mapping })
}

/// A workbook as understood, with what its rows are known by.
#[derive(Debug)]
pub struct Reading {
    /// The workbook.
    pub opened: Opened,
    /// The hash of its bytes.
    pub hash: String,
    /// The columns that its rows are known by.
    pub read_as: ReadAs,
    /// The fingerprints of its rows, in the order of the sheet.
    pub prints: Vec<String>,
}

impl Looking {
    /// Reads and understands the workbook.
    pub async fn open(&self, ctx: &Ctx) -> Result<Arc<Reading>, Error> {
        let (it, ctx) = (self.clone(), ctx.clone());
        let reading = aside("understand a workbook", move || {
            let (vocabulary, year) = (ctx.vocabulary(), ctx.today.year());
            let opened = Opened::understand(sheets(&it.row, ctx.now)?, &it.mechanism, vocabulary, &it.mapping, year)?;
            let read_as = ReadAs::of(&opened);
            let prints = fingerprint::all(&it.mechanism.id, &opened, &read_as);
            let hash = kernel::journal::digest(&it.row.content);
            Ok::<_, Refusal>(Arc::new(Reading { opened, hash, read_as, prints }))
        });
        Ok(reading.await??)
    }

    /// Which of its rows were taken in before, in the order of the sheet: by the columns that are read now, or by those
    /// that were read when the same file came in.
    pub async fn known(&self, conn: &mut Conn, reading: &Arc<Reading>) -> Result<Vec<bool>, Error> {
        let id = &self.mechanism.id;
        let mut is_known = recognised(conn, id, &reading.prints).await?;
        let mut tried = vec![reading.read_as.clone()];
        for batch in store::imports::batches_of_file(conn, &reading.hash).await? {
            let read_as = batch.detail.and_then(|json| serde_json::from_value::<ReadAs>(json).ok());
            let other =
                |it: &ReadAs| it.sheet == reading.read_as.sheet && !tried.contains(it) && batch.mechanism == *id;
            let Some(read_as) = read_as.filter(other) else { continue };
            tried.push(read_as.clone());
            let (id, it) = (id.clone(), Arc::clone(reading));
            let prints = aside("fingerprint a workbook", move || fingerprint::all(&id, &it.opened, &read_as)).await?;
            let more = recognised(conn, &self.mechanism.id, &prints).await?;
            is_known.iter_mut().zip(more).for_each(|(known, more)| *known |= more);
        }
        Ok(is_known)
    }
}

impl Looking {
    /// Which of the values that may stand once are held by records already.
    pub async fn taken(&self, conn: &mut Conn, reading: &Arc<Reading>) -> Result<Taken, Error> {
        let values = rows::keys(&self.mechanism, &reading.opened);
        Taken::among(conn, &self.mechanism, values).await
    }
}

async fn recognised(conn: &mut Conn, mechanism: &MechanismId, prints: &[String]) -> Result<Vec<bool>, Error> {
    let known = store::imports::known(conn, mechanism, prints).await?;
    let known: HashSet<String> = known.into_iter().map(|(print, _)| print).collect();
    Ok(prints.iter().map(|print| known.contains(print)).collect())
}

/// The workbook on trial.
pub async fn preview(ctx: &Ctx, upload: UploadId) -> Result<Preview, Error> {
    let looking = looking(ctx, upload).await?;
    let reading = looking.open(ctx).await?;
    let (known, taken) = {
        let mut conn = ctx.office.db.read().await?;
        (looking.known(&mut conn, &reading).await?, looking.taken(&mut conn, &reading).await?)
    };
    let ctx = ctx.clone();
    aside("try a workbook", move || {
        let (for_all, refusals) = rows::for_all(&ctx, &looking.mechanism, &looking.mapping);
        let trial = judge(&ctx, &looking, &reading.opened, (&known, taken), for_all);
        put_together(&ctx, &looking, &reading.opened, trial, &refusals)
    })
    .await
}

/// What the trial of all rows gave.
struct Trial {
    counts: Counts,
    kept: Kept,
    guesses: Vec<Guess>,
    unknown_units: Vec<UnknownUnit>,
}

fn judge(
    ctx: &Ctx,
    looking: &Looking,
    opened: &Opened,
    (known, taken): (&[bool], Taken),
    for_all: Vec<(FieldId, Value)>,
) -> Trial {
    let mut rows = Rows::of(ctx, &looking.mechanism, opened, &looking.mapping, for_all);
    rows.knows(taken);
    let (mut counts, mut kept) = (Counts::default(), Kept::default());
    let nobody = RecordId(Uuid::nil());
    let mut known = known.iter();
    for line in &opened.sheet.lines {
        if line.meaning != Meaning::Data {
            counts.other += usize::from(line.meaning != Meaning::Blank);
            kept.other(opened, line);
            continue;
        }
        counts.rows += 1;
        let judged = match known.next() {
            Some(true) => Judged::Known,
            _ => rows.judge(line.row, nobody).map_or_else(Judged::Faulty, |_| Judged::Good),
        };
        match &judged {
            Judged::Known => counts.known += 1,
            Judged::Good => counts.good += 1,
            Judged::Faulty(_) => counts.problems += 1,
        }
        kept.record(opened, line, judged);
    }
    Trial { counts, kept, guesses: rows.guesses(), unknown_units: rows.unknown_units() }
}

/// What the start step asks for and no cell of a workbook can hold: rows of child tables, other records, files.
fn beyond(mechanism: &Mechanism) -> Option<String> {
    let start = mechanism.start();
    let asked = start.needs.iter().chain(&start.asks);
    let held: Vec<&FieldId> = importable(mechanism).into_iter().map(|field| &field.id).collect();
    let name = |id: &FieldId| {
        let field = mechanism.field(id.as_str()).map(|field| &field.name);
        field.or_else(|| mechanism.child(id.as_str()).map(|child| &child.name))
    };
    let names: Vec<String> =
        asked.filter(|id| !held.contains(id)).filter_map(name).map(|name| format!("“{name}”")).collect();
    (!names.is_empty()).then(|| format!("{}不能从表格读入，请在导入后逐件填写", names.concat()))
}

fn put_together(ctx: &Ctx, looking: &Looking, opened: &Opened, trial: Trial, refusals: &[Refusal]) -> Preview {
    let mechanism = &looking.mechanism;
    let fields = importable(mechanism).into_iter().map(|field| Choice {
        id: field.id.to_string(),
        name: field.name.clone(),
        pinyin: String::new(),
        group: None,
    });
    let (lines, not_shown) = trial.kept.into_lines();
    Preview {
        upload: UploadId(looking.row.id),
        mechanism: mechanism.id.to_string(),
        name: mechanism.name.clone(),
        file_name: looking.row.file_name.clone(),
        mapping: looking.mapping.clone(),
        sheets: opened.grids.iter().map(|grid| grid.name.clone()).collect(),
        sheet: opened.chosen,
        sheet_why: opened.why.clone(),
        columns: columns(opened),
        fields: fields.collect(),
        missing: missing(ctx, looking, opened, refusals),
        units: match trial.unknown_units.is_empty() {
            true => Vec::new(),
            false => forms::all_units(ctx),
        },
        unknown_units: trial.unknown_units,
        guesses: trial.guesses,
        counts: trial.counts,
        lines,
        not_shown,
        totals: totals(opened),
        notes: opened.sheet.notes.iter().cloned().chain(beyond(mechanism)).collect(),
    }
}

fn columns(opened: &Opened) -> Vec<PlacedColumn> {
    let title = |column: u32| opened.sheet.header.iter().find(|cell| cell.column == column);
    let mapping = opened.sheet.mapping.iter().map(|it| PlacedColumn {
        column: it.column,
        letter: letter(it.column),
        title: title(it.column).map_or_else(String::new, |cell| cell.title.clone()),
        field: it.field.clone(),
        why: it.why.clone(),
    });
    mapping.collect()
}

/// Required fields that some rows lack, with what was filled in for all of them so far.
fn missing(ctx: &Ctx, looking: &Looking, opened: &Opened, refusals: &[Refusal]) -> Vec<Missing> {
    let mechanism = &looking.mechanism;
    let typed = looking.mapping.for_all.iter().map(|(id, text)| (id.clone(), vec![text.clone()])).collect();
    let again = Again {
        typed: Typed { fields: typed, ..Typed::default() },
        refusals: refusals.iter().map(|refusal| say(ctx.vocabulary(), refusal)).collect(),
        ..Again::default()
    };
    let form = forms::step_form(
        ctx,
        mechanism,
        mechanism.start(),
        &Facts::default(),
        &[],
        Some(&again),
        forms::Reader::of_new(ctx),
    );
    let rows = opened.rows();
    let lacking = importable(mechanism).into_iter().filter(|field| is_needed(mechanism, field)).filter_map(|field| {
        let column = opened.column_of(&field.id);
        let lack = match column {
            Some(it) => rows.iter().filter(|row| opened.cell(**row, it.column).is_empty()).count(),
            None => rows.len(),
        };
        let control = form.fields.iter().find(|control| control.id == *field.id.as_str())?.clone();
        (lack > 0).then_some(Missing { control, rows: lack, has_column: column.is_some() })
    });
    lacking.collect()
}

fn totals(opened: &Opened) -> Vec<TotalCheck> {
    let totals = opened.sheet.lines.iter().filter_map(|line| match &line.meaning {
        Meaning::Total { claim, agrees } => {
            Some(TotalCheck { row: line.row + 1, claim: claim.clone(), agrees: *agrees, why: line.why.to_string() })
        }
        _ => None,
    });
    totals.take(20).collect()
}

/// The letters of a column: A to Z, AA…
pub fn letter(column: u32) -> String {
    let (mut letters, mut rest) = (Vec::new(), column + 1);
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_bear_the_letters_of_the_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 702].map(letter), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
