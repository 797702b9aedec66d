//! How do figures look? A figure's months as a drawing, the same on the page and on paper.
//!
//! Never a value of its own: it draws what the table holds.

use documents::chart::{self, Datum, Series};

use crate::queries::figures::{FigureCell, FigureTable};

/// The first row of a figure's table by month: a rate as a line, a number as bars. Empty if there is nothing to draw.
/// `door` says where the records behind a cell are listed.
pub fn by_month(table: &FigureTable, door: impl Fn(&FigureCell) -> Option<String>) -> String {
    let Some(row) = table.rows.first() else { return String::new() };
    if row.cells.len() < 2 || row.cells.iter().all(|cell| cell.number.is_none()) {
        return String::new();
    }
    let datum = |cell: &FigureCell| Datum { value: cell.number, words: cell.shown.clone(), href: door(cell) };
    let series = [Series { name: row.name.clone(), data: row.cells.iter().map(datum).collect() }];
    let labels: Vec<String> = table.months.iter().map(|month| format!("{}月", month.month)).collect();
    let title = format!("{}按月（{}）", table.name, table.unit);
    if table.is_ratio { chart::line(&title, &labels, &series, None) } else { chart::bars(&title, &labels, &series) }
}
