//! What stands in a workbook? Cells as read, before anybody understood them.
//!
//! `documents` reads bytes into grids and writes grids back; `texts` says what a grid means.
//! Never holds a formula: a cell is its last value.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing, or blanks only.
    #[default]
    Empty,
    /// Text, trimmed, never empty.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A cell that the workbook formats as a day or an instant; 1904 mode is already accounted for.
    Moment(DateTime),
    /// TRUE or FALSE.
    YesNo(bool),
    /// `#REF!` and its like.
    Fault(String),
}

impl Cell {
    /// Is there nothing?
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

/// The place of a cell: row and column, both from 0.
pub type Place = (u32, u32);

/// One sheet. Rows are as long as their last cell that holds something.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// The sheet's name.
    pub name: String,
    /// The rows, from the sheet's first.
    pub rows: Vec<Vec<Cell>>,
    /// Merged areas: first and last cell, both included.
    pub merged: Vec<(Place, Place)>,
}
