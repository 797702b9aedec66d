//! Which cell stands here? Merged areas, found quickly.
//!
//! Never walks all merged areas for one cell; an area far larger than the sheet costs no more than the sheet.

use kernel::grid::{Cell, Grid, Place};

static EMPTY: Cell = Cell::Empty;

/// How many columns of a sheet are looked at; wider sheets are not kept by people.
pub(super) const WIDEST: u32 = 512;

/// The merged areas of one grid, ordered for look-up.
#[derive(Clone, Debug, Default)]
pub struct Merges {
    /// By column: first row, last row and first column of the areas that cover it, ordered by row.
    columns: Vec<Vec<(u32, u32, u32)>>,
    /// The last column of each area, by its first cell.
    widths: Vec<(Place, Place)>,
}

impl Merges {
    /// Orders the merged areas of a grid.
    pub fn of(grid: &Grid) -> Self {
        let width = width(grid);
        let rows = u32::try_from(grid.rows.len()).unwrap_or(u32::MAX);
        let mut it = Self { columns: vec![Vec::new(); width as usize], widths: Vec::new() };
        let mut budget = 4_000_000_u32;
        for ((top, left), (bottom, right)) in &grid.merged {
            if top > bottom || left > right || *top >= rows || *left >= width {
                continue;
            }
            let right = (*right).min(width.max(*left + 1) - 1);
            it.widths.push(((*top, *left), (*bottom, right)));
            budget = budget.saturating_sub(right - left + 1);
            if budget > 0 {
                (*left..=right).for_each(|column| it.columns[column as usize].push((*top, *bottom, *left)));
            }
        }
        it.columns.iter_mut().for_each(|areas| areas.sort_unstable());
        it.widths.sort_unstable();
        it
    }

    /// The first cell of the area that covers a place, or the place itself.
    pub fn anchor(&self, row: u32, column: u32) -> Place {
        self.area(row, column).map_or((row, column), |(top, _, left)| (top, left))
    }

    /// The last row of the area that covers a place.
    pub(super) fn bottom(&self, row: u32, column: u32) -> u32 {
        self.area(row, column).map_or(row, |(_, bottom, _)| bottom)
    }

    /// How many columns the area takes that begins at a place: 1 if none does.
    pub(super) fn span_of(&self, row: u32, column: u32) -> u32 {
        match self.widths.binary_search_by_key(&(row, column), |(first, _)| *first) {
            Ok(index) => self.widths[index].1.1 - column + 1,
            Err(_) => 1,
        }
    }

    /// Does the area of a place reach over several columns?
    pub(super) fn is_wide(&self, row: u32, column: u32) -> bool {
        let (top, left) = self.anchor(row, column);
        self.span_of(top, left) > 1
    }

    /// The cell that counts for a data row: its own, or the one merged down over it in the same column.
    /// A cell merged over several columns counts for its first column only.
    pub fn cell_at<'g>(&self, grid: &'g Grid, row: u32, column: u32) -> &'g Cell {
        let own = own_cell(grid, row, column);
        if !own.is_empty() {
            return own;
        }
        match self.area(row, column) {
            Some((top, _, left)) if left == column => own_cell(grid, top, column),
            _ => own,
        }
    }

    fn area(&self, row: u32, column: u32) -> Option<(u32, u32, u32)> {
        let areas = self.columns.get(column as usize)?;
        let next = areas.partition_point(|(top, _, _)| *top <= row);
        let area = *areas.get(next.checked_sub(1)?)?;
        (row <= area.1).then_some(area)
    }
}

/// The cell that counts for a data row, for a single look-up; `Merges::cell_at` serves many.
pub fn cell_at(grid: &Grid, row: u32, column: u32) -> &Cell {
    let own = own_cell(grid, row, column);
    let covers = |((top, left), (bottom, _)): &&(Place, Place)| *left == column && (*top..=*bottom).contains(&row);
    match grid.merged.iter().find(covers) {
        Some(((top, _), _)) if own.is_empty() => own_cell(grid, *top, column),
        _ => own,
    }
}

/// The cell that stands at a place itself.
pub(super) fn own_cell(grid: &Grid, row: u32, column: u32) -> &Cell {
    grid.rows.get(row as usize).and_then(|cells| cells.get(column as usize)).unwrap_or(&EMPTY)
}

/// The number of columns that are looked at.
pub(super) fn width(grid: &Grid) -> u32 {
    let widest = grid.rows.iter().map(Vec::len).max().unwrap_or(0);
    u32::try_from(widest).unwrap_or(u32::MAX).min(WIDEST)
}
