//! What does the workbook say? Its sheet chosen, its columns matched with the fields that the start step takes.
//!
//! Never reads a value: that is for `rows`.

use std::sync::Arc;

use kernel::catalog::{Field, FieldType, Mechanism, Vocabulary};
use kernel::grid::{Cell, Grid};
use kernel::ids::FieldId;
use kernel::refusal::Refusal;
use texts::sheet::{self, Meaning, Merges, Understanding, Wanted, WantedKind};

use crate::commands::intake::Mapping;

/// A workbook as understood.
#[derive(Debug)]
pub struct Opened {
    /// Its sheets.
    pub grids: Arc<Vec<Grid>>,
    /// Which sheet is read.
    pub chosen: usize,
    /// Why that one.
    pub why: String,
    /// What its lines and columns mean.
    pub sheet: Understanding,
    /// The columns that are read, in the order of the sheet.
    pub columns: Vec<ReadColumn>,
    /// The year of days that are written without one.
    pub year: i16,
    merges: Merges,
}

/// A column that is read.
#[derive(Debug)]
pub struct ReadColumn {
    /// Its place in the sheet, from 0.
    pub column: u32,
    /// The field that it fills.
    pub field: FieldId,
    /// That field's place among the mechanism's fields.
    pub at: usize,
    /// What its cells hold.
    pub kind: WantedKind,
    /// The unit that its header gives.
    pub unit: Option<&'static str>,
}

impl Opened {
    /// Understands the sheets by what the mechanism wants and what the person decided.
    pub fn understand(
        grids: Arc<Vec<Grid>>,
        mechanism: &Mechanism,
        vocabulary: &Vocabulary,
        mapping: &Mapping,
        this_year: i16,
    ) -> Result<Self, Refusal> {
        let wanted = wanted(mechanism, vocabulary, mapping);
        let best = sheet::choose(&grids, &wanted).ok_or_else(|| Refusal::new("import.nothing"))?;
        let by_person = mapping.sheet.filter(|at| *at < grids.len() && *at != best.index);
        let (chosen, why) = match by_person {
            Some(at) => (at, "由人指定".to_owned()),
            None => (best.index, best.why),
        };
        let grid = &grids[chosen];
        let sheet = sheet::understand(grid, &wanted, &mapping.columns);
        let (merges, year) = (Merges::of(grid), year_of(grid, &sheet).unwrap_or(this_year));
        let columns = read_columns(mechanism, &wanted, &sheet);
        Ok(Self { chosen, why, sheet, columns, year, merges, grids })
    }

    /// The sheet that is read.
    pub fn grid(&self) -> &Grid {
        &self.grids[self.chosen]
    }

    /// The cell that counts for a row, merged cells counting for every row that they span.
    pub fn cell(&self, row: u32, column: u32) -> &Cell {
        self.merges.cell_at(self.grid(), row, column)
    }

    /// The rows that hold records.
    pub fn rows(&self) -> Vec<u32> {
        self.sheet.data_rows().collect()
    }

    /// The column that fills a field.
    pub fn column_of(&self, field: &FieldId) -> Option<&ReadColumn> {
        self.columns.iter().find(|it| it.field == *field)
    }
}

/// The fields that the start step takes and that a cell can hold, in the expert's order.
pub fn importable(mechanism: &Mechanism) -> Vec<&Field> {
    let start = mechanism.start();
    let taken = |field: &&Field| start.needs.contains(&field.id) || start.asks.contains(&field.id);
    let holds =
        |field: &&Field| !matches!(field.of, FieldType::Record { .. } | FieldType::Files | FieldType::Computed { .. });
    mechanism.fields.iter().filter(taken).filter(holds).collect()
}

/// Must a record have it from the start?
pub fn is_needed(mechanism: &Mechanism, field: &Field) -> bool {
    (field.required || mechanism.start().needs.contains(&field.id)) && field.default.is_none()
}

// enforces: field.aliases
fn wanted(mechanism: &Mechanism, vocabulary: &Vocabulary, mapping: &Mapping) -> Vec<Wanted> {
    let wanted = importable(mechanism).into_iter().map(|field| Wanted {
        id: field.id.clone(),
        name: field.name.clone(),
        aliases: field.aliases.clone(),
        kind: kind(vocabulary, &field.of),
        required: is_needed(mechanism, field) && !mapping.for_all.contains_key(&field.id),
    });
    wanted.collect()
}

/// What a column for the field holds.
fn kind(vocabulary: &Vocabulary, of: &FieldType) -> WantedKind {
    match of {
        FieldType::Text { .. } => WantedKind::Text,
        FieldType::LongText { .. } => WantedKind::LongText,
        FieldType::Whole { .. } => WantedKind::Whole,
        FieldType::Decimal { .. } => WantedKind::Decimal,
        FieldType::Money => WantedKind::Money,
        FieldType::Percent => WantedKind::Percent,
        FieldType::Day => WantedKind::Day,
        FieldType::Month => WantedKind::Month,
        FieldType::YesNo => WantedKind::YesNo,
        FieldType::Choice { list } => WantedKind::Choice(choices(vocabulary, list.as_str())),
        FieldType::Unit | FieldType::Units => WantedKind::Unit,
        FieldType::Person | FieldType::People => WantedKind::Person,
        FieldType::Moment | FieldType::Record { .. } | FieldType::Files | FieldType::Computed { .. } => {
            WantedKind::Other
        }
    }
}

/// The names of a list's items, and the other words for them: (id, name).
// enforces: item.aliases
fn choices(vocabulary: &Vocabulary, list: &str) -> Vec<(String, String)> {
    let Some(list) = vocabulary.list(list) else { return Vec::new() };
    let is_parent = |id: &str| list.items.iter().any(|item| item.parent.as_deref() == Some(id));
    let items = || list.items.iter().filter(|item| !is_parent(&item.id));
    let names = items().map(|item| (item.id.to_string(), item.name.to_string()));
    let aliases = items().flat_map(|item| item.aliases.iter().map(|alias| (item.id.to_string(), alias.clone())));
    names.chain(aliases).collect()
}

fn read_columns(mechanism: &Mechanism, wanted: &[Wanted], sheet: &Understanding) -> Vec<ReadColumn> {
    let mapped = sheet.mapping.iter().filter_map(|it| Some((it.column, it.field.clone()?)));
    let columns = mapped.filter_map(|(column, field)| {
        Some(ReadColumn {
            at: mechanism.fields.iter().position(|it| it.id == field)?,
            kind: wanted.iter().find(|it| it.id == field)?.kind.clone(),
            unit: sheet.header.iter().find(|cell| cell.column == column).and_then(|cell| cell.unit),
            column,
            field,
        })
    });
    columns.collect()
}

/// The year that the sheet's title names: 2020年度重点工作任务一览表.
fn year_of(grid: &Grid, sheet: &Understanding) -> Option<i16> {
    let titles = sheet.lines.iter().filter(|line| line.meaning == Meaning::Title).take(5);
    titles.flat_map(|line| grid.rows.get(line.row as usize).into_iter().flatten()).find_map(|cell| match cell {
        Cell::Text(text) => year_in(text),
        _ => None,
    })
}

fn year_in(text: &str) -> Option<i16> {
    text.match_indices('年').find_map(|(end, _)| {
        let digits = text.get(end.checked_sub(4)?..end)?;
        let stands_alone = !text[..end - 4].ends_with(|c: char| c.is_ascii_digit());
        digits.parse().ok().filter(|year| stands_alone && (1949..=2100).contains(year))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_tells_the_year_of_days_without_one() {
        assert_eq!(year_in("2020年度重点工作任务一览表"), Some(2020));
        assert_eq!(year_in("某区2021年工作"), Some(2021));
        assert_eq!(year_in("12020年"), None);
        assert_eq!(year_in("年度任务"), None);
        assert_eq!(year_in("二〇二〇年"), None);
    }
}
