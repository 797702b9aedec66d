//! How do figures look? A figure's course, its units in order, its units by step: the same on the page and on paper.
//!
//! Never a value of its own: it draws what the page holds.

pub use documents::chart::Width;
use documents::chart::{self, Datum, HeatRow, Ranked, Series, Tints};

use crate::queries::figures::{FigureCell, FigurePage, FigureRow};

/// Where the records behind a cell are listed; nowhere on paper.
pub type Door<'a> = &'a dyn Fn(&FigureRow, &FigureCell) -> Option<String>;

/// The whole by step: a rate as a line, a number as bars. Empty if there is nothing to draw.
pub fn course(page: &FigurePage, door: Door<'_>) -> String {
    let row = &page.whole;
    if row.cells.len() < 2 || row.cells.iter().all(|cell| cell.number.is_none()) {
        return String::new();
    }
    let data = row.cells.iter().map(|cell| datum(row, cell, door)).collect();
    let series = [Series { name: row.name.clone(), data }];
    let labels = labels(page);
    let title = title(page, "走势");
    if page.is_ratio { chart::line(&title, &labels, &series, None) } else { chart::bars(&title, &labels, &series) }
}

/// The units that are compared, the highest first. Empty if there are fewer than two.
pub fn ranking(page: &FigurePage, width: Width, door: Door<'_>) -> String {
    let mut rows: Vec<&FigureRow> = page.rows.iter().filter(|row| row.total.number.is_some()).collect();
    if rows.len() < 2 {
        return String::new();
    }
    rows.sort_by(|a, b| b.total.number.partial_cmp(&a.total.number).unwrap_or(std::cmp::Ordering::Equal));
    let rows: Vec<Ranked> =
        rows.iter().map(|row| Ranked { name: row.name.clone(), datum: datum(row, &row.total, door) }).collect();
    chart::dot_plot(&title(page, "排序"), &rows, None, width)
}

/// The units that are compared by step, as tints. Empty if there are none.
pub fn heat(page: &FigurePage, door: Door<'_>) -> String {
    if page.rows.is_empty() {
        return String::new();
    }
    let row = |row: &FigureRow| HeatRow {
        name: row.name.clone(),
        data: row.cells.iter().map(|cell| datum(row, cell, door)).collect(),
    };
    // Whether more is better is not for the program to say, but of a rate.
    let tints = if page.is_ratio { Tints::Good } else { Tints::Much };
    chart::heat(&title(page, "单位与期间"), &labels(page), &page.rows.iter().map(row).collect::<Vec<_>>(), tints)
}

fn datum(row: &FigureRow, cell: &FigureCell, door: Door<'_>) -> Datum {
    Datum { value: cell.number, words: cell.shown.clone(), href: door(row, cell) }
}

fn labels(page: &FigurePage) -> Vec<String> {
    page.steps.iter().map(|step| step.short()).collect()
}

fn title(page: &FigurePage, what: &str) -> String {
    format!("{}{what}（{}，{}，{}）", page.card.name, page.card.unit, page.unit_words, page.asked.period.words())
}
