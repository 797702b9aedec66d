//! What is wrong with the workbook that you sent, and where? The same cells, with the faults marked.
//!
//! The workbook is made anew from its cells: values, merged areas and rough widths are kept, looks are not.
//! Never drops a cell: what was read is written.

use std::collections::BTreeMap;

use kernel::grid::{Cell, Grid, Place};
use rust_decimal::prelude::ToPrimitive as _;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet, XlsxError};

use super::{cell_text, header_style, looks_like_formula, properties, put_moment, sheet_name};
use crate::workbook_in::{self, Limits, WorkbookFault};

/// The most notes in a sheet; beyond that the last column says what is wrong.
const NOTES: usize = 5_000;

/// One fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The name of the sheet.
    pub sheet: String,
    /// The row, from 0.
    pub row: u32,
    /// The column, from 0; `None` if the row as a whole is meant.
    pub column: Option<u32>,
    /// What is wrong and what to do.
    pub sentence: String,
}

/// Why the workbook was not given back.
#[derive(Debug, thiserror::Error)]
pub enum AnnotateFault {
    /// It was not read.
    #[error(transparent)]
    Read(#[from] WorkbookFault),
    /// It was not written.
    #[error("生成工作簿失败：{0}")]
    Write(#[from] XlsxError),
}

/// The same workbook, the cells with faults filled red and with a note, and a last column 问题 with the sentences of each row.
pub fn annotate(original: &[u8], marks: &[Mark]) -> Result<Vec<u8>, AnnotateFault> {
    let grids = workbook_in::read(original, Limits::default())?;
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties());
    for grid in &grids {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(sheet_name(&grid.name))?;
        write_grid(worksheet, grid, marks)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The sentences of a sheet, by cell and by row.
struct Sentences<'a> {
    cells: BTreeMap<Place, Vec<&'a str>>,
    rows: BTreeMap<u32, Vec<&'a str>>,
}

impl<'a> Sentences<'a> {
    /// Those that belong to the sheet.
    fn of(sheet: &str, marks: &'a [Mark]) -> Self {
        let mut sentences = Self { cells: BTreeMap::new(), rows: BTreeMap::new() };
        for mark in marks.iter().filter(|mark| mark.sheet == sheet) {
            if let Some(column) = mark.column {
                sentences.cells.entry((mark.row, column)).or_default().push(&mark.sentence);
            }
            sentences.rows.entry(mark.row).or_default().push(&mark.sentence);
        }
        sentences
    }
}

/// Writes one sheet with its marks.
fn write_grid(worksheet: &mut Worksheet, grid: &Grid, marks: &[Mark]) -> Result<(), XlsxError> {
    let sentences = Sentences::of(&grid.name, marks);
    let width = grid.rows.iter().map(Vec::len).max().unwrap_or(0);
    set_widths(worksheet, grid, width)?;
    write_merged(worksheet, grid)?;
    for (row, cells) in (0..).zip(&grid.rows) {
        for (column, cell) in (0..).zip(cells) {
            write_cell(worksheet, (row, column), cell, sentences.cells.contains_key(&(row, u32::from(column))))?;
        }
    }
    for (at, (place, said)) in sentences.cells.iter().enumerate() {
        let Some(column) = u16::try_from(place.1).ok().filter(|column| *column < 16_384) else { continue };
        let empty =
            grid.rows.get(place.0 as usize).and_then(|row| row.get(place.1 as usize)).is_none_or(Cell::is_empty);
        if empty && place.0 <= super::LAST_ROW && !inside_merged(grid, *place) {
            worksheet.write_blank(place.0, column, &style(true))?;
        }
        if at < NOTES && place.0 <= super::LAST_ROW {
            let note =
                Note::new(cell_text(&said.join("\n"))).set_author("组工").add_author_prefix(false).set_width(260);
            worksheet.insert_note(place.0, column, &note)?;
        }
    }
    write_last_column(worksheet, width, &sentences)
}

/// Does the cell lie in a merged area, but not at its first cell?
fn inside_merged(grid: &Grid, place: Place) -> bool {
    let inside = |(first, last): &(Place, Place)| {
        (first.0..=last.0).contains(&place.0) && (first.1..=last.1).contains(&place.1) && *first != place
    };
    grid.merged.iter().any(inside)
}

/// Writes the column 问题 beside the last one that holds something.
fn write_last_column(worksheet: &mut Worksheet, width: usize, sentences: &Sentences<'_>) -> Result<(), XlsxError> {
    let Some(first) = sentences.rows.keys().next() else { return Ok(()) };
    let column = width.min(16_383) as u16;
    let wrapped = style(true).set_text_wrap();
    worksheet.set_column_width(column, 60)?;
    // The title goes above the first fault; if that is in the first row, there is no room for it.
    if let Some(above) = first.checked_sub(1) {
        worksheet.write_string_with_format(above, column, "问题", &header_style())?;
    }
    for (row, said) in sentences.rows.iter().filter(|(row, _)| **row <= super::LAST_ROW) {
        worksheet.write_string_with_format(*row, column, cell_text(&said.join(";")), &wrapped)?;
    }
    Ok(())
}

/// Widths by the longest cell of each column, as far as it is not merged over several.
fn set_widths(worksheet: &mut Worksheet, grid: &Grid, width: usize) -> Result<(), XlsxError> {
    let mut widths = vec![8usize; width];
    for (row, cells) in (0..).zip(grid.rows.iter().take(1_000)) {
        for (column, cell) in cells.iter().enumerate() {
            let Cell::Text(text) = cell else { continue };
            let spans = |(first, last): &(Place, Place)| *first == (row, column as u32) && last.1 > first.1;
            if !grid.merged.iter().take(200).any(spans) {
                let long = text
                    .lines()
                    .map(|line| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>())
                    .max();
                widths[column] = widths[column].max(long.unwrap_or(0) + 2);
            }
        }
    }
    for (column, width) in (0..).zip(widths) {
        worksheet.set_column_width(column, width.clamp(8, 48) as f64)?;
    }
    Ok(())
}

/// Merges what was merged; areas that overlap an earlier one are left out, as Excel would.
fn write_merged(worksheet: &mut Worksheet, grid: &Grid) -> Result<(), XlsxError> {
    let style = style(false).set_align(FormatAlign::Center);
    for (first, last) in grid.merged.iter().take(10_000) {
        let place = (u16::try_from(first.1), u16::try_from(last.1));
        let (Ok(left), Ok(right)) = place else { continue };
        if last.0 > super::LAST_ROW || right >= 16_384 {
            continue;
        }
        match worksheet.merge_range(first.0, left, last.0, right, "", &style) {
            Ok(_) | Err(XlsxError::MergeRangeOverlaps(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The format of a cell, with or without a mark.
fn style(marked: bool) -> Format {
    let style = Format::new().set_align(FormatAlign::VerticalCenter);
    if marked {
        style
            .set_background_color(Color::RGB(0xFD_D8_D8))
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0xC0_39_2B))
    } else {
        style
    }
}

/// Writes a cell as it was read.
fn write_cell(worksheet: &mut Worksheet, place: (u32, u16), cell: &Cell, marked: bool) -> Result<(), XlsxError> {
    let (row, column) = place;
    let style = style(marked);
    match cell {
        Cell::Empty => {}
        Cell::Text(text) | Cell::Fault(text) => {
            let text = cell_text(text);
            let style = if looks_like_formula(&text) { style.set_quote_prefix() } else { style };
            let style = if text.contains('\n') { style.set_text_wrap() } else { style };
            worksheet.write_string_with_format(row, column, text, &style)?;
        }
        Cell::Number(number) => {
            let style = if number.scale() > 0 { style } else { style.set_num_format("0") };
            worksheet.write_number_with_format(row, column, number.to_f64().unwrap_or_default(), &style)?;
        }
        Cell::Moment(moment) => {
            let format = if moment.time() == jiff::civil::Time::midnight() { "yyyy-mm-dd" } else { "yyyy-mm-dd hh:mm" };
            put_moment(worksheet, place, *moment, &style.set_num_format(format))?;
        }
        Cell::YesNo(yes) => {
            worksheet.write_boolean_with_format(row, column, *yes, &style)?;
        }
    }
    Ok(())
}
