//! Which column holds which field? By a person's word, by name, by another name, by a part of the name, by content.
//!
//! Never gives a field two columns or a column two fields.

use std::collections::BTreeMap;

use kernel::grid::{Cell, Grid};
use kernel::ids::FieldId;

use super::header::{Header, contains, is_number_title, normal};
use super::merges::Merges;
use super::{Line, Mapping, Meaning, Wanted, WantedKind};
use crate::cell::{self, RawValue};

/// How many data rows are looked at to tell what a column holds.
const SAMPLE: usize = 60;

/// Some cells of each column.
pub(super) struct Sample<'g> {
    columns: BTreeMap<u32, Vec<&'g Cell>>,
}

impl<'g> Sample<'g> {
    pub(super) fn of(grid: &'g Grid, merges: &Merges, lines: &[Line]) -> Self {
        let mut columns: BTreeMap<u32, Vec<&Cell>> = BTreeMap::new();
        let width = super::merges::width(grid);
        for line in lines.iter().filter(|line| line.meaning == Meaning::Data).take(SAMPLE) {
            for column in 0..width {
                let cell = merges.cell_at(grid, line.row, column);
                if !cell.is_empty() {
                    columns.entry(column).or_default().push(cell);
                }
            }
        }
        Self { columns }
    }

    /// How many of the filled cells read as the kind, and how many are filled.
    fn fit(&self, column: u32, kind: &WantedKind) -> (usize, usize) {
        let cells = self.columns.get(&column).map_or(&[][..], Vec::as_slice);
        let reads = |cell: &&&Cell| {
            let supposed_year = Some(2000);
            matches!(cell::read_cell(cell, kind, supposed_year), Ok(value) if value != RawValue::Nothing)
        };
        (cells.iter().filter(reads).count(), cells.len())
    }
}

/// A possible home for a field.
struct Candidate {
    points: usize,
    column: usize,
    field: usize,
    why: String,
}

/// Gives every column of the header its field.
pub(super) fn map(
    header: &Header,
    wanted: &[Wanted],
    sample: &Sample<'_>,
    overrides: &BTreeMap<u32, Option<FieldId>>,
) -> Vec<Mapping> {
    let mut mapping: Vec<Mapping> = header
        .cells
        .iter()
        .map(|cell| Mapping {
            column: cell.column, field: None, why: "没有与之相符的项目，不读".to_owned()
        })
        .collect();
    let mut settled = vec![false; mapping.len()];
    let mut taken = vec![false; wanted.len()];
    for (index, it) in mapping.iter_mut().enumerate() {
        let Some(decision) = overrides.get(&it.column) else { continue };
        settled[index] = true;
        let field = decision.as_ref().and_then(|id| wanted.iter().position(|it| it.id == *id));
        match field.filter(|field| !taken[*field]) {
            Some(field) => {
                taken[field] = true;
                (it.field, it.why) = (Some(wanted[field].id.clone()), "由人指定".to_owned());
            }
            None if decision.is_none() => it.why = "由人指定不读".to_owned(),
            None => it.why = "所指定的项目不存在或已另有一列".to_owned(),
        }
    }
    if header.lines.is_empty() {
        mapping
            .iter_mut()
            .zip(&settled)
            .filter(|(_, settled)| !**settled)
            .for_each(|(it, _)| "没有表头，请指定去处".clone_into(&mut it.why));
        return mapping;
    }
    let mut candidates = by_name(header, wanted, sample);
    candidates.sort_by(|a, b| b.points.cmp(&a.points).then(a.column.cmp(&b.column)).then(a.field.cmp(&b.field)));
    for it in candidates {
        if !settled[it.column] && !taken[it.field] {
            (settled[it.column], taken[it.field]) = (true, true);
            (mapping[it.column].field, mapping[it.column].why) = (Some(wanted[it.field].id.clone()), it.why);
        }
    }
    by_content(header, wanted, sample, &mut mapping, &mut settled, &mut taken);
    for (index, cell) in header.cells.iter().enumerate() {
        if mapping[index].field.is_none() && !settled[index] && is_number_title(&normal(&cell.title)) {
            "序号列，不读".clone_into(&mut mapping[index].why);
        }
    }
    mapping
}

fn by_name(header: &Header, wanted: &[Wanted], sample: &Sample<'_>) -> Vec<Candidate> {
    let names: Vec<Vec<String>> = wanted
        .iter()
        .map(|it| std::iter::once(&it.name).chain(&it.aliases).map(|name| normal(name)).collect())
        .collect();
    let mut candidates = Vec::new();
    for (column, cell) in header.cells.iter().enumerate() {
        let titles = spellings(&cell.title, &header.last_parts[column]);
        for (field, it) in wanted.iter().enumerate() {
            let alike = alike(&titles, &names[field]);
            let Some((points, why)) = alike else { continue };
            let (fitting, filled) = sample.fit(cell.column, &it.kind);
            // A similar name over values of another kind is a coincidence.
            if points < 80 && filled >= 3 && fitting * 3 < filled && !is_looked_up(&it.kind) {
                continue;
            }
            candidates.push(Candidate { points, column, field, why });
        }
    }
    candidates
}

/// A list's names may all be unknown and still be meant for it.
fn is_looked_up(kind: &WantedKind) -> bool {
    matches!(kind, WantedKind::Choice(_))
}

/// A title as it stands, its last part alone, and both without what stands in brackets.
fn spellings(title: &str, last_part: &str) -> Vec<String> {
    let mut spellings = Vec::new();
    for spelling in [normal(title).replace('·', ""), normal(last_part)] {
        let bare = spelling.split('(').next().unwrap_or("").to_owned();
        for spelling in [spelling, bare] {
            if !spelling.is_empty() && !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    spellings
}

/// How alike a title and the names of a field are, and in which way.
fn alike(titles: &[String], names: &[String]) -> Option<(usize, String)> {
    for (rank, title) in titles.iter().enumerate() {
        if let Some(index) = names.iter().position(|name| name == title) {
            let why =
                if index == 0 { "名称相同".to_owned() } else { format!("别名“{}”相同", names[index]) };
            return Some((100 - rank - if index == 0 { 0 } else { 5 }, why));
        }
    }
    let title = titles.first().filter(|title| !is_number_title(title))?;
    let parts = names.iter().enumerate().filter(|(_, name)| contains(title, name));
    let (index, name) = parts.max_by_key(|(index, name)| (closeness(title, name), usize::MAX - index))?;
    let kind = if index == 0 { "名称" } else { "别名" };
    Some((30 + closeness(title, name) / 3, format!("与{kind}“{name}”相近")))
}

/// The share of the longer name that the shorter one makes up, in percent.
fn closeness(a: &str, b: &str) -> usize {
    a.len().min(b.len()) * 100 / a.len().max(b.len()).max(1)
}

/// What remains, where content leaves no doubt: one field of a kind, one column that holds it.
fn by_content(
    header: &Header,
    wanted: &[Wanted],
    sample: &Sample<'_>,
    mapping: &mut [Mapping],
    settled: &mut [bool],
    taken: &mut [bool],
) {
    for field in 0..wanted.len() {
        let kind = &wanted[field].kind;
        let Some(name) = telling_name(kind) else { continue };
        let rivals = wanted.iter().enumerate().filter(|(other, it)| !taken[*other] && it.kind == *kind).count();
        if taken[field] || rivals != 1 {
            continue;
        }
        let fits = |index: &usize| {
            let cell = &header.cells[*index];
            let (fitting, filled) = sample.fit(cell.column, kind);
            !settled[*index] && !is_number_title(&normal(&cell.title)) && fitting > 0 && fitting * 10 >= filled * 8
        };
        let columns: Vec<usize> = (0..mapping.len()).filter(fits).collect();
        if let [column] = columns[..] {
            (settled[column], taken[field]) = (true, true);
            mapping[column].field = Some(wanted[field].id.clone());
            mapping[column].why = format!("内容都是{name}，只有“{}”用得上", wanted[field].name);
        }
    }
}

/// Kinds that can be told by their content alone.
fn telling_name(kind: &WantedKind) -> Option<&'static str> {
    match kind {
        WantedKind::Day => Some("日期"),
        WantedKind::Choice(items) if items.len() > 1 => Some("所列选项"),
        _ => None,
    }
}
