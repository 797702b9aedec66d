//! Do the cells of a workbook say something that its accounts can hold?
//!
//! Never reads a workbook: that is asked when one is there.

use std::collections::BTreeMap;

use super::Sheet as File;
use super::desk::Desk;
use crate::catalog::raw::{Plain, Raw};
use crate::catalog::{FieldType, Mechanism, Vocabulary};
use crate::facts;
use crate::ids::{FieldId, MechanismId};
use crate::kinds::ledger::workbook::{Column, Row, Says, Sheet, Workbook, effect};

/// `workbook "execution" "部门预算执行情况表" { sheet … }`.
pub(super) fn workbooks(desk: &mut Desk<'_>, top: &Raw) -> Vec<Workbook> {
    let mut all: Vec<Workbook> = Vec::new();
    for raw in top.inside("workbook") {
        if all.iter().any(|it| *it.id == *raw.arg(0) || it.name == raw.arg(1)) {
            desk.tell(raw.span.clone(), format!("工作簿“{}”写了两次", raw.arg(1)));
        }
        let sheets = raw.inside("workbook.sheet").map(|it| sheet(desk, it)).collect();
        all.push(Workbook { id: raw.arg(0).into(), name: raw.arg(1).to_owned(), sheets });
    }
    all
}

fn sheet(desk: &mut Desk<'_>, raw: &Raw) -> Sheet {
    let days = raw.says("days");
    let rows: Vec<Row> = raw.inside("workbook.row").map(|it| row(desk, it)).collect();
    if days != rows.is_empty() {
        let hint = "写 days=#true 的表按日期读，不写 row；别的表每一行写一个 row";
        desk.tell_hint(raw.span.clone(), format!("“{}”要读哪些行说不清", raw.arg(0)), hint);
    }
    for (it, row) in raw.inside("workbook.row").zip(&rows) {
        // enforces: workbook.row.adds
        if let Some(lost) = row.adds.iter().find(|label| !rows.iter().any(|it| it.label == **label)) {
            desk.tell(it.prop_span("adds"), format!("没有写名为“{lost}”的行"));
        }
    }
    let columns =
        raw.inside("workbook.column").map(|it| Column { label: it.arg(0).to_owned(), says: says(desk, it) }).collect();
    let by = raw.text("by").unwrap_or_default();
    Sheet { name: raw.arg(0).to_owned(), by, days, says: says(desk, raw), rows, columns }
}

fn row(desk: &mut Desk<'_>, raw: &Raw) -> Row {
    let adds = raw.text("adds").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    Row { label: raw.arg(0).to_owned(), adds, says: says(desk, raw) }
}

/// The properties of a sheet, a row or a column that say what its cells are.
const OWN: [&str; 8] = ["by", "days", "adds", "of", "reading", "up", "down", "on"];

fn says(desk: &mut Desk<'_>, raw: &Raw) -> Says {
    let text = |name: &str| raw.text(name).filter(|it| !it.is_empty());
    let on = text("on").map(|on| {
        let read = on.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
        read.filter(|(month, day)| jiff::civil::Date::new(2001, *month, *day).is_ok())
    });
    // enforces: workbook.row.on
    // enforces: workbook.column.on
    if on == Some(None) {
        desk.tell_hint(raw.prop_span("on"), "这不是月和日", "写成01-01、12-31这样，2月29日不能写");
    }
    let keys = raw.props.iter().filter(|(name, _)| !OWN.contains(&name.as_str())).map(|(name, written)| {
        let text = match &written.value {
            Plain::Whole(number) => number.to_string(),
            _ => written.text().to_owned(),
        };
        (FieldId::from(name.as_str()), text)
    });
    Says {
        of: text("of").map(|it| it.as_str().into()),
        keys: keys.collect(),
        reading: text("reading"),
        up: text("up").map(Into::into),
        down: text("down").map(Into::into),
        on: on.flatten(),
    }
}

/// Each cell names one account of a ledger, what of it is said, and what moves it there.
pub(super) fn across(files: &mut [File<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>, vocabulary: &Vocabulary) {
    for file in files {
        let Some(mechanism) = mechanisms.get(file.matter.arg(0)) else { continue };
        let mut faults = Vec::new();
        for (raw, workbook) in file.matter.inside("workbook").zip(&mechanism.workbooks) {
            for (raw, sheet) in raw.inside("workbook.sheet").zip(&workbook.sheets) {
                for (row, column, says) in sheet.cells() {
                    let Err(sentence) = holds(mechanism, mechanisms, vocabulary, sheet, &says) else { continue };
                    let label = row.map_or(sheet.by.as_str(), |row| &row.label);
                    faults.push((raw.span.clone(), format!("“{label}”的“{}”：{sentence}", column.label)));
                }
            }
        }
        faults.into_iter().for_each(|(span, sentence)| file.desk.tell(span, sentence));
    }
}

/// What is wrong with what a cell says.
// enforces: workbook.sheet.of
// enforces: workbook.row.of
fn holds(
    home: &Mechanism,
    mechanisms: &BTreeMap<MechanismId, Mechanism>,
    vocabulary: &Vocabulary,
    sheet: &Sheet,
    says: &Says,
) -> Result<(), String> {
    let of = says.of.as_ref().unwrap_or(&home.id);
    let ledger = mechanisms.get(of).ok_or_else(|| format!("没有机制 {of}"))?;
    let account = ledger.account.as_ref().ok_or_else(|| format!("“{}”没有账户", ledger.name))?;
    // enforces: workbook.sheet.*
    // enforces: workbook.row.*
    for field in account.of.iter().filter(|field| **field != ledger.unit && field.as_str() != "year") {
        let Some((_, text)) = says.keys.iter().find(|(key, _)| key == field) else {
            return Err(format!("没有写账户的 {field}"));
        };
        let own = ledger.field(field.as_str()).ok_or_else(|| format!("没有栏目 {field}"))?;
        let read = facts::read_field(own, vocabulary, std::slice::from_ref(text));
        if !matches!(read, Ok(Some(_))) || matches!(own.of, FieldType::Unit | FieldType::Record { .. }) {
            return Err(format!("“{}”不能写成 {text}", own.name));
        }
    }
    if let Some((key, _)) = says.keys.iter().find(|(key, _)| !account.of.contains(key)) {
        return Err(format!("“{}”的账户不按 {key} 认", ledger.name));
    }
    let name = says.reading.as_ref().ok_or("没有写 reading")?;
    let reading = account.counted_as(name).ok_or_else(|| format!("“{}”的账户没有“{name}”", ledger.name))?;
    let moved = |id: &str, by: i64, what: &str| {
        let word = account.word(id).ok_or_else(|| format!("“{}”没有名为 {id} 的变动", ledger.name))?;
        match effect(word, &reading) == by && !word.transfer {
            true => Ok(()),
            false => Err(format!("“{}”不会让“{name}”{what}", word.name)),
        }
    };
    moved(says.up.as_deref().ok_or("没有写 up")?, 1, "增加")?;
    says.down.as_deref().map_or(Ok(()), |id| moved(id, -1, "减少"))?;
    match says.on.is_some() != sheet.days {
        true => Ok(()),
        false => Err("写了 days 的表不写 on，别的表要写 on".to_owned()),
    }
}
