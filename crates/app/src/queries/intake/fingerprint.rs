//! Was this row taken in before? A row is known by what is written in it, not by its place or its file.
//!
//! A fingerprint covers the mechanism and the texts of the cells that are read: the title, the unit, where the task
//! comes from and all the others. What is filled in for all rows is no part of it.
//! It depends on which columns are read; so the act that took a file in keeps that, and the same file is known again
//! however its columns are read next time.
//! Two equal rows inside one file are both taken: the second bears its count, so that the same file again adds nothing.
//! Never covers how a cell is formatted: blanks and full-width signs make no difference.

use std::collections::{BTreeMap, HashMap};

use kernel::grid::Cell;
use kernel::ids::{FieldId, MechanismId};
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};

use super::names::half_width;
use super::opened::Opened;

/// Which columns a row is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadAs {
    /// The sheet, from 0.
    pub sheet: usize,
    /// Field and column, in the order of the fields' ids.
    pub columns: BTreeMap<FieldId, u32>,
}

impl ReadAs {
    /// The columns that are read now.
    pub fn of(opened: &Opened) -> Self {
        let columns = opened.columns.iter().map(|it| (it.field.clone(), it.column)).collect();
        Self { sheet: opened.chosen, columns }
    }
}

/// The fingerprints of all rows that hold records, in the order of the sheet.
pub fn all(mechanism: &MechanismId, opened: &Opened, read_as: &ReadAs) -> Vec<String> {
    let cells = |row: u32| read_as.columns.iter().map(move |(field, column)| (field, opened.cell(row, *column)));
    let mut seen = Seen::default();
    opened.rows().into_iter().map(|row| seen.count(of(mechanism, cells(row)))).collect()
}

/// The hash of what is written in a row: fields in the order of their ids, empty cells left out.
fn of<'a>(mechanism: &MechanismId, cells: impl Iterator<Item = (&'a FieldId, &'a Cell)>) -> [u8; 32] {
    let mut text = mechanism.to_string();
    for (field, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
        text.push('\n');
        text.push_str(field.as_str());
        text.push('\t');
        push_plain(&mut text, cell);
    }
    Sm3::digest(text.as_bytes()).into()
}

/// What is written in a cell, without blanks and in half-width signs; so that it holds neither line ends nor tabs.
fn push_plain(text: &mut String, cell: &Cell) {
    match cell {
        Cell::Empty => {}
        Cell::Text(written) | Cell::Fault(written) => {
            text.extend(written.chars().filter(|c| !c.is_whitespace() && !c.is_control()).map(half_width));
        }
        other => text.push_str(&super::rows::written(other)),
    }
}

/// How often each row was seen so far.
#[derive(Default)]
struct Seen(HashMap<[u8; 32], u32>);

impl Seen {
    /// The fingerprint of a row: its hash, and for its second and every further appearance the count with it.
    fn count(&mut self, hash: [u8; 32]) -> String {
        let times = self.0.entry(hash).or_default();
        *times += 1;
        match *times {
            1 => hex(&hash),
            times => hex(&Sm3::new().chain_update(hash).chain_update(times.to_be_bytes()).finalize()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).expect("half a byte is below 16");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn print(mechanism: &str, cells: &[(&str, Cell)]) -> String {
        let ids: Vec<(FieldId, &Cell)> = cells.iter().map(|(id, cell)| (FieldId::from(*id), cell)).collect();
        hex(&of(&MechanismId::from(mechanism), ids.iter().map(|(id, cell)| (id, *cell))))
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_row_is_known_by_its_words_and_not_by_their_looks() {
        let row = print("task_order", &[("title", text("编制规划(初稿)")), ("unit", text("组织人事局"))]);
        assert_eq!(row.len(), 64);
        assert_eq!(row, print("task_order", &[("title", text("编制 规划（初稿）")), ("unit", text("组织人事局 "))]));
        assert_eq!(
            row,
            print(
                "task_order",
                &[("remark", Cell::Empty), ("title", text("编制规划(初稿)")), ("unit", text("组织人事局"))]
            )
        );
        assert_ne!(row, print("other", &[("title", text("编制规划(初稿)")), ("unit", text("组织人事局"))]));
        assert_ne!(row, print("task_order", &[("title", text("编制规划(初稿)")), ("helpers", text("组织人事局"))]));
        assert_ne!(row, print("task_order", &[("title", text("编制规划(二稿)")), ("unit", text("组织人事局"))]));
    }

    #[test]
    fn a_day_is_known_whether_typed_as_a_day_or_as_text() {
        let typed = Cell::Moment(date(2026, 12, 31).at(0, 0, 0, 0));
        assert_eq!(print("m", &[("d", typed)]), print("m", &[("d", text("2026-12-31"))]));
    }

    #[test]
    fn equal_rows_of_one_file_are_told_apart_the_same_way_each_time() {
        let hash = of(&MechanismId::from("m"), std::iter::empty());
        let prints = || {
            let mut seen = Seen::default();
            [seen.count(hash), seen.count(hash), seen.count(hash)]
        };
        let [first, second, third] = prints();
        assert!(first != second && second != third && first != third);
        assert_eq!([first, second, third], prints());
    }
}
