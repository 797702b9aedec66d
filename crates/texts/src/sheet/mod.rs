//! What does a sheet mean? Titles, headers, sections, data, totals and notes, and which column holds which field.
//!
//! Reading order: understand, choose among sheets, the header, the columns, the lines, merged cells.
//! Never drops a line silently: every line that is not data says why.

mod header;
mod columns;
mod lines;
mod merges;

use std::borrow::Cow;
use std::collections::BTreeMap;

use kernel::grid::Grid;
use kernel::ids::FieldId;

pub use merges::{Merges, cell_at};

/// What kind of value a wanted column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum WantedKind {
    /// One line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// A whole number.
    Whole,
    /// A decimal.
    Decimal,
    /// Money.
    Money,
    /// A percentage, 0 to 100.
    Percent,
    /// A day.
    Day,
    /// A month.
    Month,
    /// Yes or no.
    YesNo,
    /// One of a list: id and name.
    Choice(Vec<(String, String)>),
    /// The name of a unit.
    Unit,
    /// The name of a person.
    Person,
    /// Anything else; read as text.
    Other,
}

/// A column that the sheet is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The field.
    pub id: FieldId,
    /// Its name, as a header would say it.
    pub name: String,
    /// Other names for it.
    pub aliases: Vec<String>,
    /// What it holds.
    pub kind: WantedKind,
    /// Can a record do without it?
    pub required: bool,
}

/// One cell of the header.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderCell {
    /// The column, from 0.
    pub column: u32,
    /// Its title; lines of a tall header are joined by `·`. Without a header: A, B, C…
    pub title: String,
    /// The unit that the title or the line 单位:万元 gives, for `cell::read_cell_in`.
    pub unit: Option<&'static str>,
}

/// What one line of the sheet is.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A record.
    Data,
    /// The title of the sheet.
    Title,
    /// The header, or the header once more.
    Header,
    /// A heading over the lines that follow.
    Section(String),
    /// 合计, 小计 or 总计.
    Total {
        /// What it states: `51项`; empty if it states nothing that can be checked.
        claim: String,
        /// Does that agree with the lines read? `None`: cannot tell.
        agrees: Option<bool>,
    },
    /// Nothing.
    Blank,
    /// Anything else that is not data, with the reason.
    Note(String),
}

/// One line of the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The row, from 0.
    pub row: u32,
    /// What it is.
    pub meaning: Meaning,
    /// Why it is not data, in Chinese; empty for data.
    pub why: Cow<'static, str>,
}

/// Where a column goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// The column, from 0.
    pub column: u32,
    /// The field; `None`: not read.
    pub field: Option<FieldId>,
    /// Why, in Chinese.
    pub why: String,
}

/// What was understood of one sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understanding {
    /// The header, one cell for each column that has a title or data.
    pub header: Vec<HeaderCell>,
    /// Every row of the grid, in order.
    pub lines: Vec<Line>,
    /// Where each column of the header goes.
    pub mapping: Vec<Mapping>,
    /// Required fields without a column.
    pub missing: Vec<FieldId>,
    /// What a person should know, in Chinese.
    pub notes: Vec<String>,
}

impl Understanding {
    /// The rows that hold data.
    pub fn data_rows(&self) -> impl Iterator<Item = u32> {
        self.lines.iter().filter(|line| line.meaning == Meaning::Data).map(|line| line.row)
    }

    /// The column that a field is read from.
    pub fn column_of(&self, field: &FieldId) -> Option<u32> {
        self.mapping.iter().find(|it| it.field.as_ref() == Some(field)).map(|it| it.column)
    }
}

/// Understands a sheet. `overrides` are a person's decisions about columns: a field, or `None` for “do not read”.
pub fn understand(grid: &Grid, wanted: &[Wanted], overrides: &BTreeMap<u32, Option<FieldId>>) -> Understanding {
    let merges = Merges::of(grid);
    let header = header::find(grid, &merges, wanted);
    let (lines, mut notes) = lines::read(grid, &merges, &header);
    if grid.rows.iter().any(|row| row.len() > merges::WIDEST as usize) {
        notes.push(format!("这张表超过{}列，只读了前{}列", merges::WIDEST, merges::WIDEST));
    }
    if header.lines.is_empty() && !grid.rows.is_empty() {
        notes.push("没有找到表头，各列以A、B、C…代称，请逐列指定去处".to_owned());
    }
    let sample = columns::Sample::of(grid, &merges, &lines);
    let mapping = columns::map(&header, wanted, &sample, overrides);
    let found = |it: &Wanted| mapping.iter().any(|mapping| mapping.field.as_ref() == Some(&it.id));
    let missing: Vec<&Wanted> = wanted.iter().filter(|it| it.required && !found(it)).collect();
    notes.extend(missing.iter().map(|it| format!("缺少必填的“{}”一列", it.name)));
    let missing = missing.into_iter().map(|it| it.id.clone()).collect();
    Understanding { header: header.cells, lines, mapping, missing, notes }
}

/// The sheet that fits best.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its place among the sheets.
    pub index: usize,
    /// Why, in Chinese.
    pub why: String,
}

/// Chooses the sheet that fits the wanted columns best; `None` if there is no sheet with anything in it.
pub fn choose(grids: &[Grid], wanted: &[Wanted]) -> Option<Choice> {
    let filled: Vec<usize> = (0..grids.len()).filter(|index| !is_blank(&grids[*index])).collect();
    let fit = |index: usize| {
        let it = understand(&grids[index], wanted, &BTreeMap::new());
        let mapped = it.mapping.iter().filter(|mapping| mapping.field.is_some()).count();
        (mapped * 2, wanted.len() - it.missing.len().min(wanted.len()), it.data_rows().count(), mapped)
    };
    let (index, (_, _, rows, mapped)) = filled
        .iter()
        .map(|index| (*index, fit(*index)))
        .max_by(|(a, x), (b, y)| (x.0 + x.1).cmp(&(y.0 + y.1)).then(x.2.cmp(&y.2)).then(b.cmp(a)))?;
    let name = &grids[index].name;
    let why = match filled.len() {
        1 if grids.len() == 1 => format!("只有一张工作表“{name}”"),
        1 => format!("共{}张工作表，只有“{name}”有内容", grids.len()),
        count => format!("共{count}张有内容的工作表，“{name}”最合适：认出{mapped}列，读到{rows}行"),
    };
    Some(Choice { index, why })
}

fn is_blank(grid: &Grid) -> bool {
    grid.rows.iter().all(|row| row.iter().all(kernel::grid::Cell::is_empty))
}

#[cfg(test)]
mod tests;
