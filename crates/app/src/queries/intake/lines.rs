//! Which lines of the sheet does the trial show? The first ones as they stand, and further down those that say something.
//!
//! Never the whole sheet: a page holds some hundred lines, whatever was uploaded.

use kernel::ids::FieldId;
use texts::sheet::{self, Meaning};

use super::opened::Opened;
use super::rows::{Fault, written};

/// Lines shown as they stand, from the top.
const FIRST: usize = 200;
/// Lines shown further down because something is to be said about them.
const MORE: usize = 500;
/// Characters shown of a cell.
const LONGEST: usize = 200;

/// A line of the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number, as the spreadsheet shows it.
    pub row: u32,
    /// What it is.
    pub kind: LineKind,
    /// Why it is no record, or empty.
    pub why: String,
    /// What stands in it, if it is no record.
    pub text: String,
    /// The cells that are read, in the order of the columns.
    pub cells: Vec<LineCell>,
    /// What is wrong with the row as a whole, or with a field that has no column.
    pub faults: Vec<String>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A record that can be taken in.
    Good,
    /// A record with problems.
    Faulty,
    /// A record that was taken in before.
    Known,
    /// The title of the sheet.
    Title,
    /// The header, or the header once more.
    Header,
    /// A heading over the lines that follow.
    Section,
    /// A total.
    Total,
    /// Nothing.
    Blank,
    /// A note, a signature and the like.
    Note,
}

/// A cell of a record's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCell {
    /// The field that it fills.
    pub field: FieldId,
    /// What is written.
    pub text: String,
    /// What is wrong with it.
    pub fault: Option<String>,
}

/// What became of a record's line.
pub(super) enum Judged {
    /// It can be taken in.
    Good,
    /// It cannot.
    Faulty(Vec<Fault>),
    /// It was taken in before.
    Known,
}

/// The lines kept for showing.
#[derive(Default)]
pub(super) struct Kept {
    lines: Vec<Line>,
    more: usize,
    not_shown: usize,
}

impl Kept {
    /// A line that is no record.
    pub(super) fn other(&mut self, opened: &Opened, line: &sheet::Line) {
        let kind = match &line.meaning {
            Meaning::Title => LineKind::Title,
            Meaning::Header => LineKind::Header,
            Meaning::Section(_) => LineKind::Section,
            Meaning::Total { .. } => LineKind::Total,
            Meaning::Blank => LineKind::Blank,
            Meaning::Note(_) | Meaning::Data => LineKind::Note,
        };
        if self.has_room(kind != LineKind::Blank) {
            let cells = opened.grid().rows.get(line.row as usize).into_iter().flatten();
            let texts: Vec<String> =
                cells.filter(|cell| !cell.is_empty()).take(12).map(|cell| short(&written(cell))).collect();
            self.lines.push(Line {
                row: line.row + 1,
                kind,
                why: line.why.to_string(),
                text: texts.join(" · "),
                cells: Vec::new(),
                faults: Vec::new(),
            });
        }
    }

    /// A line that holds a record.
    pub(super) fn record(&mut self, opened: &Opened, line: &sheet::Line, judged: Judged) {
        let is_faulty = matches!(judged, Judged::Faulty(_));
        if !self.has_room(is_faulty) {
            self.not_shown += usize::from(is_faulty);
            return;
        }
        let (kind, faults) = match judged {
            Judged::Good => (LineKind::Good, Vec::new()),
            Judged::Known => (LineKind::Known, Vec::new()),
            Judged::Faulty(faults) => (LineKind::Faulty, faults),
        };
        let fault_at = |column: u32| faults.iter().find(|fault| fault.column == Some(column));
        let cells = opened.columns.iter().map(|it| LineCell {
            field: it.field.clone(),
            text: short(&written(opened.cell(line.row, it.column))),
            fault: fault_at(it.column).map(|fault| fault.sentence.clone()),
        });
        let whole = faults.iter().filter(|fault| fault.column.is_none()).map(|fault| fault.sentence.clone());
        self.lines.push(Line {
            row: line.row + 1,
            kind,
            why: String::new(),
            text: String::new(),
            cells: cells.collect(),
            faults: whole.collect(),
        });
    }

    /// Is the line shown? Those at the top are, and some of those with something to say.
    fn has_room(&mut self, says_something: bool) -> bool {
        if self.lines.len() < FIRST {
            return true;
        }
        let has_room = says_something && self.more < MORE;
        self.more += usize::from(has_room);
        has_room
    }

    /// The lines, and how many with problems are left out.
    pub(super) fn into_lines(self) -> (Vec<Line>, usize) {
        (self.lines, self.not_shown)
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_are_shown_and_then_those_with_something_to_say() {
        let mut kept = Kept::default();
        let line = |row| Line {
            row,
            kind: LineKind::Good,
            why: String::new(),
            text: String::new(),
            cells: Vec::new(),
            faults: Vec::new(),
        };
        for row in 0..FIRST as u32 {
            assert!(kept.has_room(false));
            kept.lines.push(line(row));
        }
        assert!(!kept.has_room(false));
        assert_eq!((0..1000).filter(|_| kept.has_room(true)).count(), MORE);
    }

    #[test]
    fn a_long_cell_is_cut_between_characters() {
        assert_eq!(short("短"), "短");
        assert_eq!(short(&"长".repeat(300)).chars().count(), LONGEST + 1);
    }
}
