//! How does a list become a workbook? Columns and rows to `.xlsx` bytes, and a workbook sent in back with its faults marked.
//!
//! Rows are written as they come, so that a long list takes little memory.
//! Never writes a formula: a text that begins like one is shown as the text it is.

mod annotate;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

pub use annotate::{AnnotateFault, Mark, annotate};

/// The last row that the format has, from 0.
const LAST_ROW: u32 = 1_048_575;

/// The most characters (UTF-16) that a cell holds.
const CELL_CHARACTERS: usize = 32_767;

/// What a column holds: its format and its alignment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnKind {
    /// Text in one line.
    Text,
    /// Text that is wrapped.
    LongText,
    /// Numbers with so many decimals and thousands separators.
    Number(u8),
    /// Money, shown in 元 with two decimals.
    Money,
    /// Percent with two decimals.
    Percent,
    /// Days, `yyyy-mm-dd`.
    Day,
    /// Instants, `yyyy-mm-dd hh:mm`.
    Moment,
    /// 是 or 否.
    YesNo,
}

/// A column of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its width in half characters; chosen by title and kind if there is none.
    pub width: Option<f64>,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A cell to be written. It keeps its own type, whatever its column holds.
#[derive(Clone, PartialEq, Debug)]
pub enum OutCell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(Decimal),
    /// Money in 分.
    Money(i64),
    /// Percent, 0 to 100.
    Percent(Decimal),
    /// A day.
    Day(Date),
    /// An instant, as local time.
    Moment(DateTime),
    /// Yes or no.
    YesNo(bool),
}

/// A list to be written.
pub struct Sheet<Rows> {
    /// The name of the sheet; what the format forbids in names is left out.
    pub name: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, as long as there are columns; what is longer is cut.
    pub rows: Rows,
    /// Who wrote it and when: above and below every printed page of every sheet. May be empty.
    pub stamp: String,
}

/// Why a list was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// More rows than the format has.
    #[error("超过{LAST_ROW}行，一张工作表放不下，请缩小范围后再导出")]
    TooManyRows,
    /// More columns than the format has.
    #[error("超过16384列，一张工作表放不下，请减少列后再导出")]
    TooManyColumns,
    /// The writer failed, for instance for want of room for temporary files.
    #[error("生成工作簿失败：{0}")]
    Writer(#[from] XlsxError),
}

/// Writes a list, and a second sheet 说明 if there are notes: one line each.
pub fn write(sheet: Sheet<impl IntoIterator<Item = Vec<OutCell>>>, notes: &[String]) -> Result<Vec<u8>, WriteFault> {
    if sheet.columns.len() > 16_384 {
        return Err(WriteFault::TooManyColumns);
    }
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties());
    let styles = Styles::new();
    let worksheet = workbook.add_worksheet_with_constant_memory()?;
    worksheet.set_name(sheet_name(&sheet.name))?;
    stamp(worksheet, &sheet.stamp);
    worksheet.set_freeze_panes(1, 0)?;
    worksheet.set_row_height(0, 24)?;
    for (at, column) in (0..).zip(&sheet.columns) {
        worksheet.set_column_width(at, column.width.unwrap_or_else(|| usual_width(column)).clamp(3.0, 120.0))?;
        worksheet.write_string_with_format(0, at, cell_text(&column.title), &styles.header)?;
    }
    let mut row = 0;
    for cells in sheet.rows {
        row += 1;
        if row > LAST_ROW {
            return Err(WriteFault::TooManyRows);
        }
        for ((at, column), cell) in (0..).zip(&sheet.columns).zip(&cells) {
            styles.put(worksheet, (row, at), column.kind, cell)?;
        }
    }
    if let Some(last) = (sheet.columns.len() as u16).checked_sub(1) {
        worksheet.autofilter(0, 0, row, last)?;
    }
    if !notes.is_empty() {
        let worksheet = workbook.add_worksheet_with_constant_memory()?;
        stamp(worksheet, &sheet.stamp);
        write_notes(worksheet, notes)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The most characters of a header or footer are 255; a name is far shorter.
const STAMP_CHARACTERS: usize = 200;

/// Who and when, above and below every page; the page's number at the right.
fn stamp(worksheet: &mut Worksheet, words: &str) {
    if words.is_empty() {
        return;
    }
    let words: String = words.chars().take(STAMP_CHARACTERS).collect::<String>().replace('&', "&&");
    worksheet.set_header(format!("&R{words}"));
    worksheet.set_footer(format!("&L{words}&R&P / &N"));
}

/// Fixed properties: the same list gives the same bytes.
fn properties() -> DocProperties {
    let fixed = ExcelDateTime::from_ymd(2000, 1, 1).expect("the day exists");
    DocProperties::new().set_author("组工").set_creation_datetime(&fixed)
}

/// Writes the sheet 说明.
fn write_notes(worksheet: &mut Worksheet, notes: &[String]) -> Result<(), XlsxError> {
    worksheet.set_name("说明")?;
    worksheet.set_column_width(0, 100)?;
    let style = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_quote_prefix();
    for (row, note) in (0..LAST_ROW).zip(notes) {
        worksheet.write_string_with_format(row, 0, cell_text(note), &style)?;
    }
    Ok(())
}

/// The formats of cells, made once.
struct Styles {
    header: Format,
    text: Format,
    long_text: Format,
    /// Texts that begin like a formula.
    shielded: Format,
    numbers: Vec<Format>,
    percent: Format,
    day: Format,
    moment: Format,
    yes_no: Format,
}

impl Styles {
    /// The formats.
    fn new() -> Self {
        let cell = Format::new().set_align(FormatAlign::VerticalCenter);
        let number = |decimals: usize| {
            let tail = if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals)) };
            cell.clone().set_num_format(format!("#,##0{tail}"))
        };
        Self {
            header: header_style(),
            text: cell.clone(),
            long_text: cell.clone().set_text_wrap(),
            shielded: cell.clone().set_quote_prefix(),
            numbers: (0..=6).map(number).collect(),
            percent: cell.clone().set_num_format("0.00%"),
            day: cell.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center),
            moment: cell.clone().set_num_format("yyyy-mm-dd hh:mm").set_align(FormatAlign::Center),
            yes_no: cell.set_align(FormatAlign::Center),
        }
    }

    /// Writes one cell.
    fn put(
        &self,
        worksheet: &mut Worksheet,
        place: (u32, u16),
        kind: ColumnKind,
        cell: &OutCell,
    ) -> Result<(), XlsxError> {
        let (row, column) = place;
        match cell {
            OutCell::Empty => {}
            OutCell::Text(text) => {
                let text = cell_text(text);
                let style = match kind {
                    _ if looks_like_formula(&text) => &self.shielded,
                    ColumnKind::LongText => &self.long_text,
                    _ => &self.text,
                };
                worksheet.write_string_with_format(row, column, text, style)?;
            }
            OutCell::Number(number) => {
                let decimals = if let ColumnKind::Number(decimals) = kind {
                    usize::from(decimals)
                } else {
                    number.scale() as usize
                };
                self.put_number(worksheet, place, *number, &self.numbers[decimals.min(6)])?;
            }
            OutCell::Money(cents) => self.put_number(worksheet, place, Decimal::new(*cents, 2), &self.numbers[2])?,
            OutCell::Percent(percent) => {
                self.put_number(worksheet, place, *percent / Decimal::ONE_HUNDRED, &self.percent)?
            }
            OutCell::Day(day) => put_moment(worksheet, place, day.at(0, 0, 0, 0), &self.day)?,
            OutCell::Moment(moment) => put_moment(worksheet, place, *moment, &self.moment)?,
            OutCell::YesNo(yes) => {
                worksheet.write_string_with_format(row, column, if *yes { "是" } else { "否" }, &self.yes_no)?;
            }
        }
        Ok(())
    }

    /// Writes a number; one with more digits than Excel keeps is written as text, so that none is lost.
    fn put_number(
        &self,
        worksheet: &mut Worksheet,
        place: (u32, u16),
        number: Decimal,
        style: &Format,
    ) -> Result<(), XlsxError> {
        let number = number.normalize();
        match number.to_f64() {
            Some(float) if number.mantissa().unsigned_abs() < 1_000_000_000_000_000 => {
                worksheet.write_number_with_format(place.0, place.1, float, style)?;
            }
            _ => {
                worksheet.write_string_with_format(place.0, place.1, number.to_string(), &self.shielded)?;
            }
        }
        Ok(())
    }
}

/// The format of header cells.
fn header_style() -> Format {
    Format::new()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
        .set_background_color(Color::RGB(0xE8_EE_F7))
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0xB8_C4_D6))
}

/// Writes a day or an instant as a date; what lies before Excel's first day is written as text.
fn put_moment(worksheet: &mut Worksheet, place: (u32, u16), moment: DateTime, style: &Format) -> Result<(), XlsxError> {
    let unsigned = |part: i8| part.unsigned_abs();
    let excel = u16::try_from(moment.year()).ok().filter(|year| *year >= 1900).and_then(|year| {
        let day = ExcelDateTime::from_ymd(year, unsigned(moment.month()), unsigned(moment.day())).ok()?;
        day.and_hms(u16::from(unsigned(moment.hour())), unsigned(moment.minute()), f64::from(moment.second())).ok()
    });
    match excel {
        Some(excel) => worksheet.write_datetime_with_format(place.0, place.1, &excel, style)?,
        None => worksheet.write_string(place.0, place.1, moment.to_string())?,
    };
    Ok(())
}

/// Would a spreadsheet take the text for a formula, if somebody typed or pasted it?
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// The text as a cell can hold it: no control characters but line breaks, at most 32,767 characters.
fn cell_text(text: &str) -> String {
    let mut room = CELL_CHARACTERS;
    let kept = |c: char| (!c.is_control() || c == '\n' || c == '\t') && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars()
        .filter(|c| kept(*c))
        .take_while(|c| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect()
}

/// A name that the format allows.
fn sheet_name(name: &str) -> String {
    let allowed: String = name.chars().filter(|c| !c.is_control() && !"*?:[]\\/".contains(*c)).collect();
    let mut room = 31;
    let short: String = allowed
        .trim_matches(|c: char| c == '\'' || c.is_whitespace())
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    let short = short.trim_end_matches('\'');
    if short.is_empty() { "列表".to_owned() } else { short.to_owned() }
}

/// The width by title and kind, in half characters.
fn usual_width(column: &Column) -> f64 {
    let title: usize = column.title.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let kind: usize = match column.kind {
        ColumnKind::Text => 16,
        ColumnKind::LongText => 48,
        ColumnKind::Number(_) | ColumnKind::Percent => 12,
        ColumnKind::Money => 18,
        ColumnKind::Day => 12,
        ColumnKind::Moment => 18,
        ColumnKind::YesNo => 8,
    };
    // Room for the button of the filter.
    (title + 4).clamp(kind, 60) as f64
}

#[cfg(test)]
mod tests;
