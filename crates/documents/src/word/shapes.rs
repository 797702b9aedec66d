//! What are the pieces of a Word document made of? Runs, lines, borders and tables in the office's fonts.
//!
//! Never decides what is written: the words come from the facts.

use docx_rs::{
    AlignmentType, BorderType, LineSpacing, LineSpacingType, Paragraph, ParagraphBorder, ParagraphBorderPosition,
    ParagraphBorders, Run, RunFonts, Table, TableBorder, TableBorderPosition, TableBorders, TableCell,
    TableCellMargins, TableLayoutType, TablePositionProperty, TableRow, VAlignType, WidthType,
};

use crate::official::full_width;
use crate::pdf::shares;

/// The height of a line of the grid, in twentieths of a point: 225 mm / 22,
/// rounded down, so that 22 lines fit.
pub(super) const PITCH: i32 = 579;

/// The fonts of an office.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    /// Head and title.
    XiaoBiaoSong,
    /// Body.
    Fang,
    /// Headings of the first level.
    Hei,
    /// Headings of the second level.
    Kai,
    /// Page numbers.
    Song,
}

impl Font {
    /// The font for Chinese and for other characters alike.
    pub(super) fn fonts(self) -> RunFonts {
        let name = match self {
            Self::XiaoBiaoSong => "方正小标宋简体",
            Self::Fang => "仿宋_GB2312",
            Self::Hei => "黑体",
            Self::Kai => "楷体_GB2312",
            Self::Song => "宋体",
        };
        RunFonts::new().east_asia(name).ascii(name).hi_ansi(name).hint("eastAsia")
    }
}

/// A piece of text; its size in half points. Text of 16 pt is set a quarter of a point tighter: 28 characters on 156 mm.
pub(super) fn run(text: &str, font: Font, size: usize) -> Run {
    let run = Run::new().fonts(font.fonts()).size(size).add_text(text);
    if size == 32 { run.character_spacing(-5) } else { run }
}

/// A line as high as the pitch of the grid; the size of its characters in half points.
pub(super) fn line(size: usize) -> Paragraph {
    line_of(PITCH, 0).size(size).fonts(Font::Fang.fonts())
}

/// A line of an exact height with room before it, in twentieths of a point.
pub(super) fn line_of(height: i32, before: u32) -> Paragraph {
    let spacing = LineSpacing::new().line_rule(LineSpacingType::Exact).line(height).before(before).after(0);
    Paragraph::new().line_spacing(spacing).widow_control(false)
}

/// A border on one side alone; its width in eighths of a point, its distance in points.
pub(super) fn border(
    side: ParagraphBorderPosition,
    kind: BorderType,
    width: usize,
    space: usize,
    colour: &str,
) -> ParagraphBorders {
    ParagraphBorders::with_empty().set(ParagraphBorder::new(side).val(kind).size(width).space(space).color(colour))
}

/// A table over the whole width, its header line repeated on each page.
pub(super) fn table(columns: &[String], rows: &[Vec<String>], width: usize) -> Table {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0).max(columns.len()).max(1);
    let cell =
        |row: &[String], at: usize| row.get(at).map(|text| full_width(text).trim().to_owned()).unwrap_or_default();
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let longest: Vec<usize> = (0..count)
        .map(|at| rows.iter().map(|row| wide(&cell(row, at))).max().unwrap_or(0).max(wide(&cell(columns, at))))
        .collect();
    let shares = shares(&longest);
    let all: usize = shares.iter().sum();
    let widths: Vec<usize> = shares.iter().map(|share| width * share / all).collect();
    let put = |text: &str, at: usize, font: Font, centred: bool| {
        let side = if centred { AlignmentType::Center } else { AlignmentType::Left };
        let paragraph = line_of(340, 0).align(side).snap_to_grid(false).add_run(run(text, font, 24));
        TableCell::new().width(widths[at], WidthType::Dxa).vertical_align(VAlignType::Center).add_paragraph(paragraph)
    };
    let header = TableRow::new((0..count).map(|at| put(&cell(columns, at), at, Font::Hei, true)).collect());
    let lines = rows.iter().map(|row| {
        TableRow::new((0..count).map(|at| put(&cell(row, at), at, Font::Fang, longest[at] <= 20)).collect())
            .cant_split()
    });
    let mut all_rows = vec![header];
    all_rows.extend(lines);
    let margins = TableCellMargins::new().margin(30, 50, 30, 50);
    Table::new(all_rows)
        .set_grid(widths.clone())
        .layout(TableLayoutType::Fixed)
        .width(widths.iter().sum(), WidthType::Dxa)
        .margins(margins)
}

/// 版记: rows of one cell at the lower edge of the 版心, with lines above, between and below unless it is a letter.
pub(super) fn imprint(rows: Vec<Paragraph>, width: usize, ruled: bool) -> Table {
    let rows = rows
        .into_iter()
        .map(|row| TableRow::new(vec![TableCell::new().width(width, WidthType::Dxa).add_paragraph(row)]).cant_split());
    let foot = TablePositionProperty::new()
        .horizontal_anchor("margin")
        .vertical_anchor("margin")
        .position_x_alignment("center")
        .position_y_alignment("bottom")
        .left_from_text(0)
        .right_from_text(0);
    // 0.35 mm above and below, 0.25 mm between, in eighths of a point.
    let rule = |place, width| TableBorder::new(place).border_type(BorderType::Single).size(width).color("000000");
    let rules = TableBorders::with_empty();
    let rules = if ruled {
        rules
            .set(rule(TableBorderPosition::Top, 8))
            .set(rule(TableBorderPosition::InsideH, 6))
            .set(rule(TableBorderPosition::Bottom, 8))
    } else {
        rules
    };
    Table::new(rows.collect())
        .set_grid(vec![width])
        .layout(TableLayoutType::Fixed)
        .width(width, WidthType::Dxa)
        .margins(TableCellMargins::new().margin(0, 0, 0, 0))
        .position(foot)
        .set_borders(rules)
}
