//! What stands in a workbook that somebody sent? Its visible sheets as grids of cells.
//!
//! The file is a stranger's: its size, its parts and what they unpack to are checked before anything reads them.
//! Never guesses a meaning: that is the business of `texts`.

mod cells;
mod fault;
mod parcel;

use std::io::Cursor;

use calamine::{DataRef, Dimensions, Reader as _, SheetType, SheetVisible, Xlsx};
use kernel::grid::{Cell, Grid};

pub use fault::WorkbookFault;

/// How much of a workbook is too much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Bytes that its parts unpack to, together.
    pub unpacked_bytes: u64,
    /// Parts in the file.
    pub parts: usize,
    /// Rows of a sheet.
    pub rows: u32,
    /// Columns of a sheet.
    pub columns: u32,
    /// Places of all sheets together, counting the gaps between cells.
    pub cells: usize,
}

impl Default for Limits {
    /// 20 MB, unpacking to 200 MB; 100,000 records of 200 columns, with room for titles, headers and totals; 5 million
    /// places.
    fn default() -> Self {
        Self { bytes: 20 << 20, unpacked_bytes: 200 << 20, parts: 2_000, rows: 101_000, columns: 200, cells: 5_000_000 }
    }
}

/// Reads the visible sheets of an `.xlsx` workbook.
pub fn read(bytes: &[u8], limits: Limits) -> Result<Vec<Grid>, WorkbookFault> {
    let parcel = parcel::unpack(bytes, &limits)?;
    // The reader is a good one, but hostile files have made parsers of this format panic before.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read_sheets(parcel, &limits)))
        .unwrap_or_else(|_| Err(WorkbookFault::Damaged { detail: "内部结构自相矛盾".to_owned() }))
}

/// A workbook whose parts lie in memory.
type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// Reads the sheets one after the other.
fn read_sheets(parcel: parcel::Parcel, limits: &Limits) -> Result<Vec<Grid>, WorkbookFault> {
    let mut workbook: Workbook = Xlsx::new(Cursor::new(parcel.parts))?;
    let mut skeleton: Option<Workbook> = parcel.skeleton.map(|parts| Xlsx::new(Cursor::new(parts))).transpose()?;
    let visible =
        |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let names: Vec<String> =
        workbook.sheets_metadata().iter().filter(visible).map(|sheet| sheet.name.clone()).collect();
    if names.is_empty() {
        return Err(WorkbookFault::NoSheet);
    }
    let mut cells_left = limits.cells;
    let mut grids = Vec::with_capacity(names.len());
    for name in names {
        let merged = match &mut skeleton {
            Some(skeleton) => skeleton.merge_cells_by_sheet_name(&name)?.into_iter().filter_map(area).collect(),
            None => Vec::new(),
        };
        let rows = read_rows(&mut workbook, &name, limits, &mut cells_left)?;
        grids.push(Grid { name, rows, merged });
    }
    Ok(grids)
}

/// Reads the cells of one sheet.
fn read_rows(
    workbook: &mut Workbook,
    name: &str,
    limits: &Limits,
    cells_left: &mut usize,
) -> Result<Vec<Vec<Cell>>, WorkbookFault> {
    let mut reader = workbook.worksheet_cells_reader(name)?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut width = 0;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            value => cells::read(value),
        };
        if value.is_empty() {
            continue;
        }
        if row >= limits.rows {
            return Err(WorkbookFault::TooManyRows { sheet: name.to_owned(), limit: limits.rows });
        }
        if column >= limits.columns {
            return Err(WorkbookFault::TooManyColumns { sheet: name.to_owned(), limit: limits.columns });
        }
        let (row, column) = (row as usize, column as usize);
        if rows.len() <= row {
            rows.resize_with(row + 1, || Vec::with_capacity(width));
        }
        let line = &mut rows[row];
        if line.len() <= column {
            let added = column + 1 - line.len();
            *cells_left = cells_left.checked_sub(added).ok_or(WorkbookFault::TooManyCells { limit: limits.cells })?;
            line.resize(column + 1, Cell::Empty);
            width = width.max(column + 1);
        }
        line[column] = value;
    }
    Ok(rows)
}

/// A merged area of more than one cell.
fn area(dimensions: Dimensions) -> Option<(kernel::grid::Place, kernel::grid::Place)> {
    let (first, last) = (dimensions.start, dimensions.end);
    (first.0 <= last.0 && first.1 <= last.1 && first != last).then_some((first, last))
}

#[cfg(test)]
mod tests;
