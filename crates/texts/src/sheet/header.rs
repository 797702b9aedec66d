//! Where is the header? The row whose cells look most like the wanted columns, with the rows merged into it.
//!
//! Never takes a row of values for a header.

use kernel::grid::{Cell, Grid};

use super::merges::{self, Merges, own_cell};
use super::{HeaderCell, Wanted};
use crate::scan::plain;

/// How far down the first header is looked for.
const DEEPEST: u32 = 60;
/// What stands before a unit of measure, after the text was made plain: with a half-width colon.
const UNIT_OF_MEASURE: &str = "单位\u{3a}";

/// The header of a sheet.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// Its rows; empty if there is none.
    pub(super) lines: Vec<u32>,
    /// One cell for each column.
    pub(super) cells: Vec<HeaderCell>,
    /// The column of running numbers.
    pub(super) numbers: Option<u32>,
    /// The last part of each title, without the parts above it.
    pub(super) last_parts: Vec<String>,
}

/// Finds the header.
pub(super) fn find(grid: &Grid, merges: &Merges, wanted: &[Wanted]) -> Header {
    let rows = u32::try_from(grid.rows.len()).unwrap_or(u32::MAX).min(DEEPEST);
    let names: Vec<String> = wanted
        .iter()
        .flat_map(|it| std::iter::once(&it.name).chain(&it.aliases))
        .map(|name| normal(name))
        .filter(|name| !name.is_empty())
        .collect();
    let best = (0..rows)
        .map(|row| (likeness(grid, merges, row, &names), row))
        .filter(|(score, _)| *score >= if wanted.len() <= 1 { 3 } else { 4 })
        .max_by(|(a, x), (b, y)| a.cmp(b).then(y.cmp(x)))
        .map(|(_, row)| row)
        .or_else(|| (0..rows).find(|row| looks_like_header(grid, merges, *row)));
    match best {
        Some(row) => with_titles(grid, merges, block(grid, merges, row)),
        None => without_titles(grid),
    }
}

/// How many cells of a row are called like wanted columns: three points for the same name, one for a part of it.
fn likeness(grid: &Grid, merges: &Merges, row: u32, names: &[String]) -> u32 {
    let cells = &grid.rows[row as usize];
    let mut titles: Vec<String> = Vec::new();
    for cell in cells.iter().take(merges::WIDEST as usize) {
        match cell {
            Cell::Text(text) if text.chars().count() <= 30 => titles.push(normal(text)),
            Cell::Empty => {}
            // Whole texts, numbers and days stand in data.
            _ => return 0,
        }
    }
    titles.dedup();
    if titles.len() < 2 && names.len() > 1 && !(titles.len() == 1 && merges.span_of(row, 0) == 1 && cells.len() == 1) {
        return 0;
    }
    let points = |title: &String| {
        if names.contains(title) {
            3
        } else {
            u32::from(is_number_title(title) || names.iter().any(|name| contains(title, name)))
        }
    };
    titles.iter().map(points).sum()
}

/// A row of short, different texts over a row that holds something else.
fn looks_like_header(grid: &Grid, merges: &Merges, row: u32) -> bool {
    let cells = &grid.rows[row as usize];
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    let titles: Vec<&str> = cells.iter().filter_map(|cell| short_title(cell)).collect();
    let distinct = titles.iter().collect::<std::collections::BTreeSet<_>>().len();
    if filled < 2 || titles.len() != filled || distinct != filled {
        return false;
    }
    if titles.iter().any(|title| is_number_title(&normal(title))) {
        return true;
    }
    let below = row + 1;
    !merges.is_wide(row, 0)
        && (0..merges::width(grid)).any(|column| {
            let value = own_cell(grid, below, column);
            !own_cell(grid, row, column).is_empty() && !value.is_empty() && is_value(value)
        })
}

/// A text that could be a column's title.
fn short_title(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text)
            if text.chars().count() <= 20 && !is_value(cell) && !text.contains([':', '\u{ff1a}', '。']) =>
        {
            Some(text)
        }
        _ => None,
    }
}

/// A number, a day or a text that reads as one.
fn is_value(cell: &Cell) -> bool {
    match cell {
        Cell::Number(_) | Cell::Moment(_) | Cell::YesNo(_) => true,
        Cell::Text(text) => text.chars().next().is_some_and(|c| plain(c).is_ascii_digit()),
        Cell::Empty | Cell::Fault(_) => false,
    }
}

/// The rows that belong to the header together with `row`.
fn block(grid: &Grid, merges: &Merges, row: u32) -> Vec<u32> {
    let columns = 0..merges::width(grid);
    let mut top =
        columns.clone().map(|column| merges.anchor(row, column).0).min().unwrap_or(row).max(row.saturating_sub(2));
    if top == row && row > 0 && is_group_line(grid, merges, row - 1, row) {
        top = row - 1;
    }
    let tallest = columns.clone().filter(|column| !own_cell(grid, top, *column).is_empty());
    let mut bottom = tallest.map(|column| merges.bottom(top, column)).max().unwrap_or(row).clamp(row, row + 2);
    if bottom == row && is_group_line(grid, merges, row, row + 1) {
        bottom = row + 1;
    }
    (top..=bottom.min(u32::try_from(grid.rows.len()).unwrap_or(u32::MAX).saturating_sub(1))).collect()
}

/// Does `upper` hold groups whose members stand in `lower`: wide cells over filled ones, and nothing under narrow ones?
fn is_group_line(grid: &Grid, merges: &Merges, upper: u32, lower: u32) -> bool {
    let (mut groups, mut under, mut narrow) = (0, 0, 0);
    for column in 0..merges::width(grid) {
        let below = own_cell(grid, lower, column);
        if !below.is_empty() && short_title(below).is_none() {
            return false;
        }
        if merges.is_wide(upper, column) {
            let (top, left) = merges.anchor(upper, column);
            groups += u32::from(left == column && !own_cell(grid, top, left).is_empty());
            under += u32::from(!below.is_empty());
        } else if !own_cell(grid, upper, column).is_empty() {
            narrow += 1;
            if !below.is_empty() {
                return false;
            }
        } else if !below.is_empty() {
            return false;
        }
    }
    groups > 0 && under > 1 && (groups > 1 || narrow > 0)
}

fn with_titles(grid: &Grid, merges: &Merges, lines: Vec<u32>) -> Header {
    let sheet_unit = lines.first().and_then(|top| sheet_unit(grid, *top));
    let mut header = Header { lines, ..Header::default() };
    for column in 0..merges::width(grid) {
        let mut parts: Vec<String> = Vec::new();
        for row in &header.lines {
            let (top, left) = merges.anchor(*row, column);
            let part = match own_cell(grid, top, left) {
                Cell::Text(text) => squeezed(text),
                Cell::Number(number) => number.normalize().to_string(),
                _ => continue,
            };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        let filled = || grid.rows.iter().any(|row| row.get(column as usize).is_some_and(|cell| !cell.is_empty()));
        if parts.is_empty() && !filled() {
            continue;
        }
        let title = if parts.is_empty() { letter(column) } else { parts.join("·") };
        if header.numbers.is_none() && is_number_title(&normal(&title)) {
            header.numbers = Some(column);
        }
        let unit = title_unit(&title).or(sheet_unit);
        header.cells.push(HeaderCell { column, title, unit });
        header.last_parts.push(parts.pop().unwrap_or_default());
    }
    header
}

fn without_titles(grid: &Grid) -> Header {
    let cells: Vec<HeaderCell> =
        (0..merges::width(grid)).map(|column| HeaderCell { column, title: letter(column), unit: None }).collect();
    Header { last_parts: vec![String::new(); cells.len()], cells, ..Header::default() }
}

/// The unit in 预算数(万元).
fn title_unit(title: &str) -> Option<&'static str> {
    let plain: String = title.chars().map(plain).collect();
    let (_, behind) = plain.rsplit_once(['(', '/'])?;
    known_unit(behind.trim_end_matches(')').trim_start_matches(UNIT_OF_MEASURE))
}

/// The unit in a line 单位:万元 over the header.
fn sheet_unit(grid: &Grid, top: u32) -> Option<&'static str> {
    let texts = grid.rows.iter().take(top as usize).flatten().filter_map(|cell| match cell {
        Cell::Text(text) if text.chars().count() <= 30 => Some(text),
        _ => None,
    });
    texts.map(|text| normal(text)).find_map(|text| known_unit(text.rsplit_once(UNIT_OF_MEASURE)?.1))
}

fn known_unit(text: &str) -> Option<&'static str> {
    ["万元", "亿元", "千元", "元", "%"].into_iter().find(|unit| *unit == text.trim())
}

/// 序号 and its like.
pub(super) fn is_number_title(title: &str) -> bool {
    matches!(title, "序号" | "编号" | "序" | "行次" | "No" | "no" | "NO" | "No." | "NO." | "no.")
}

/// A title without blanks, asterisks and full-width signs.
pub(super) fn normal(text: &str) -> String {
    text.chars()
        .map(plain)
        .filter(|c| !c.is_whitespace() && *c != '*')
        .collect::<String>()
        .trim_end_matches(':')
        .to_owned()
}

/// Is the one a part of the other, and not a negligible one?
pub(super) fn contains(title: &str, name: &str) -> bool {
    let (long, short) = if title.len() >= name.len() { (title, name) } else { (name, title) };
    short.chars().count() >= 2 && short.len() * 4 >= long.len() && long.contains(short)
}

/// A title on one line.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The letters of a column: A to Z, AA…
pub(super) fn letter(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).expect("below 26")));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
