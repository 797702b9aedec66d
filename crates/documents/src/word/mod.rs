//! How does an official paper look in Word? The same facts as docx, for those who go on editing it.
//!
//! Office fonts by name, 22 lines of 28 characters, page numbers on the outer side, 版记 at the foot of the last page.
//! Never carries the time of writing: the same facts give the same bytes.

mod package;
mod shapes;

use docx_rs::{
    AlignmentType, BorderType, DocGrid, DocGridType, Docx, Footer, FrameProperty, LineSpacing, LineSpacingType,
    PageMargin, PageNum, Paragraph, ParagraphBorderPosition, Run,
};

use crate::official::{
    Block, Layout, Level, OfficialPaper, TooLong, chinese_day, full_width, running_heading, title_lines,
};
use crate::pdf::cc_line;
use shapes::{Font, PITCH, border, line, run, table};

/// The 版心, in twentieths of a point.
const WIDTH: i32 = 11_906 - 1_588 - 1_474;
/// The width of a character of the grid.
const CELL: i32 = WIDTH / 28;
/// The red of heads and lines.
const RED: &str = "E2000F";

/// Why a paper was not written.
#[derive(Debug, thiserror::Error)]
pub enum WordFault {
    /// The paper is too long.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The file was not put together. We are at fault.
    #[error("生成Word文件失败：{0}")]
    Package(#[from] std::io::Error),
}

/// Writes an official paper as docx. The same facts give the same bytes.
pub fn official(paper: &OfficialPaper) -> Result<Vec<u8>, WordFault> {
    paper.check_length()?;
    book(paper)
}

/// Writes a book in the layout of an official paper. It may be of any length: nobody prints it page by page here.
pub fn book(paper: &OfficialPaper) -> Result<Vec<u8>, WordFault> {
    let mut sheet = Sheet { docx: page(paper.layout), paper };
    sheet.head();
    sheet.title();
    sheet.body();
    sheet.attachments();
    sheet.signature();
    sheet.imprint();
    Ok(package::pack(sheet.docx)?)
}

/// The page with its grid and footers.
fn page(layout: Layout) -> Docx {
    // Footers end 20 mm above the lower edge of the sheet: there a letter has its second double line.
    let margin =
        PageMargin::new().top(2_098).bottom(1_984).left(1_588).right(1_474).header(851).footer(1_134).gutter(0);
    let mut docx = Docx::new()
        .page_size(11_906, 16_838)
        .page_margin(margin)
        .default_fonts(Font::Fang.fonts())
        .default_size(32)
        .footer(page_number(AlignmentType::Right))
        .even_footer(page_number(AlignmentType::Left));
    if layout == Layout::Letter {
        docx = docx.first_footer(Footer::new().add_paragraph(lower_double_line()));
    }
    // 22 lines. The 28 characters come from the spacing of each run: not every program counts a grid of characters alike.
    let grid = DocGrid::with_empty().grid_type(DocGridType::Lines).line_pitch(PITCH as usize);
    docx.document.section_property = docx.document.section_property.clone().doc_grid(grid);
    docx
}

/// `— 1 —` on the outer side, one character in, its dash 7 mm below the 版心 and so some 8 mm above the end of the footer.
fn page_number(side: AlignmentType) -> Footer {
    let dash = |text: &str| Run::new().fonts(Font::Song.fonts()).size(28).add_text(text);
    let spacing = LineSpacing::new().line_rule(LineSpacingType::Exact).line(340).before(0).after(260);
    let number =
        line(28).snap_to_grid(false).line_spacing(spacing).align(side).indent(Some(CELL), None, Some(CELL), None);
    let number = number.add_run(dash("— ")).add_page_num(PageNum::new()).add_run(dash(" —"));
    Footer::new().add_paragraph(number.fonts(Font::Song.fonts()).size(28))
}

/// The second double line of a letter, 20 mm above the lower edge of the sheet, 170 mm wide.
fn lower_double_line() -> Paragraph {
    let mut paragraph = shapes::line_of(120, 0).snap_to_grid(false).indent(Some(-454), None, Some(-340), None);
    paragraph.property = paragraph.property.set_borders(border(
        ParagraphBorderPosition::Bottom,
        BorderType::ThinThickSmallGap,
        24,
        0,
        RED,
    ));
    paragraph
}

/// A paper on its way into a document.
struct Sheet<'a> {
    docx: Docx,
    paper: &'a OfficialPaper,
}

impl Sheet<'_> {
    /// Adds a paragraph.
    fn put(&mut self, paragraph: Paragraph) {
        self.docx = std::mem::take(&mut self.docx).add_paragraph(paragraph);
    }

    /// Adds blank lines of the grid.
    fn blank(&mut self, lines: usize) {
        for _ in 0..lines {
            self.put(line(32));
        }
    }

    /// A fact as it is printed; nothing if it is empty.
    fn said(text: Option<&String>) -> Option<String> {
        text.map(|text| full_width(text).trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// 发文机关标志, 发文字号 and the red lines.
    fn head(&mut self) {
        let number = Self::said(self.paper.number.as_ref()).unwrap_or_else(|| "（草稿，未编号）".to_owned());
        let number = run(&number, Font::Fang, 32).color(if self.paper.is_draft() { "808080" } else { "000000" });
        let urgency = Self::said(self.paper.urgency.as_ref()).map(|text| run(&text, Font::Hei, 32));
        let urgent = u32::from(urgency.is_some() && self.paper.layout != Layout::Letter);
        if let Some(urgency) = urgency.clone().filter(|_| self.paper.layout != Layout::Letter) {
            self.put(line(32).add_run(urgency));
        }
        match self.paper.layout {
            Layout::File => {
                self.put(self.head_name(1_984 - urgent * PITCH as u32));
                self.blank(2);
                let mut ruled = line(32).align(AlignmentType::Center).add_run(number);
                // 4 mm between the number and the red line.
                ruled.property = ruled.property.set_borders(border(
                    ParagraphBorderPosition::Bottom,
                    BorderType::Single,
                    12,
                    11,
                    RED,
                ));
                self.put(ruled);
            }
            Layout::Letter => {
                let mut name = self.head_name(0);
                name.property = name.property.frame_property(letter_head()).set_borders(border(
                    ParagraphBorderPosition::Bottom,
                    BorderType::ThickThinSmallGap,
                    24,
                    11,
                    RED,
                ));
                self.put(name);
                let right = docx_rs::Tab::new().val(docx_rs::TabValueType::Right).pos(WIDTH as usize);
                let row = line(32).add_tab(right);
                let row = if let Some(urgency) = urgency { row.add_run(urgency) } else { row };
                self.put(row.add_run(Run::new().add_tab()).add_run(number));
            }
            Layout::Order => {
                self.put(self.head_name(1_134 - urgent * PITCH as u32));
                self.blank(2);
                self.put(line(32).align(AlignmentType::Center).add_run(number));
            }
        }
        self.blank(2);
    }

    /// The red name, narrowed to fit; `before` is the room above it in twentieths of a point.
    fn head_name(&self, before: u32) -> Paragraph {
        let name = full_width(&self.paper.head);
        let count = name.chars().count().max(1) as f64;
        let size = 60.0;
        let narrow = (425.0 / (count * size)).min(1.0);
        let (stretch, size) = if narrow < 0.62 { (62.0, size * narrow / 0.62) } else { (narrow * 100.0, size) };
        let run = run(&name, Font::XiaoBiaoSong, (size * 2.0) as usize).color(RED).stretch(stretch as i32);
        shapes::line_of(1_360, before).align(AlignmentType::Center).snap_to_grid(false).add_run(run)
    }

    /// 标题 and 主送机关.
    fn title(&mut self) {
        for text in title_lines(&full_width(&self.paper.title), 19) {
            self.put(
                shapes::line_of(640, 0).align(AlignmentType::Center).snap_to_grid(false).keep_next(true).add_run(run(
                    &text,
                    Font::XiaoBiaoSong,
                    44,
                )),
            );
        }
        self.blank(1);
        if let Some(to) = Self::said(self.paper.to.as_ref()) {
            self.put(line(32).add_run(run(&format!("{}：", to.trim_end_matches('：')), Font::Fang, 32)));
        }
    }

    /// 正文.
    fn body(&mut self) {
        for block in &self.paper.body {
            match block {
                Block::Heading1(text) => {
                    self.put(indented().keep_next(true).add_run(run(&full_width(text), Font::Hei, 32)))
                }
                Block::Heading2(text) => {
                    self.put(indented().keep_next(true).add_run(run(&full_width(text), Font::Kai, 32)))
                }
                Block::Paragraph(text) => self.put(paragraph(&full_width(text))),
                Block::Table { columns, rows } => {
                    self.docx = std::mem::take(&mut self.docx).add_table(table(columns, rows, WIDTH as usize));
                }
            }
        }
    }

    /// 附件说明.
    fn attachments(&mut self) {
        let names: Vec<String> = self.paper.attachments.iter().filter_map(|name| Self::said(Some(name))).collect();
        if names.is_empty() {
            return;
        }
        self.blank(1);
        for (at, name) in names.iter().enumerate() {
            let number = if names.len() > 1 { format!("{}. ", at + 1) } else { String::new() };
            let (text, hanging) =
                if at == 0 { (format!("附件：{number}{name}"), 3) } else { (format!("{number}{name}"), 0) };
            let tail = if names.len() > 1 { CELL + CELL / 4 } else { 0 };
            let left = CELL * 5 + tail;
            let paragraph = line(32).indent(
                Some(left),
                Some(docx_rs::SpecialIndentType::Hanging(hanging * CELL + tail)),
                None,
                None,
            );
            self.put(paragraph.add_run(run(&text, Font::Fang, 32)));
        }
    }

    /// 署名, 成文日期 and 附注: the date four characters from the right, the name centred on it.
    fn signature(&mut self) {
        self.blank(2);
        let signer = full_width(&self.paper.signer).trim().to_owned();
        let day = self.paper.signed_on.map(chinese_day).unwrap_or_default();
        let width = |text: &str| text.chars().map(|c| if c.is_ascii() { CELL / 2 } else { CELL }).sum::<i32>();
        let day_shift = if day.is_empty() { CELL * 4 } else { (CELL * 4).max((width(&signer) - width(&day)) / 2) };
        let name_shift =
            if day.is_empty() { day_shift } else { (day_shift + (width(&day) - width(&signer)) / 2).max(0) };
        let at_right = |shift: i32| line(32).align(AlignmentType::Right).indent(None, None, Some(shift), None);
        self.put(at_right(name_shift).keep_next(true).add_run(run(&signer, Font::Fang, 32)));
        if !day.is_empty() {
            self.put(at_right(day_shift).add_run(run(&day, Font::Fang, 32)));
        }
        if let Some(note) = Self::said(self.paper.note.as_ref()) {
            self.put(indented().add_run(run(&format!("（{note}）"), Font::Fang, 32)));
        }
    }

    /// 版记, on the lower edge of the 版心.
    fn imprint(&mut self) {
        let letter = self.paper.layout == Layout::Letter;
        let mut rows = Vec::new();
        let cc = cc_line(&self.paper.cc);
        if !cc.is_empty() {
            let hanging = docx_rs::SpecialIndentType::Hanging(280 * 3);
            rows.push(line(28).indent(Some(280 * 4), Some(hanging), Some(280), None).add_run(run(
                &format!("抄送：{cc}"),
                Font::Fang,
                28,
            )));
        }
        let issuer = Self::said(self.paper.issuer.as_ref()).unwrap_or_default();
        let printed = self.paper.printed_on.map(|day| format!("{}印发", chinese_day(day))).unwrap_or_default();
        if !letter && (!issuer.is_empty() || !printed.is_empty()) {
            let right = docx_rs::Tab::new().val(docx_rs::TabValueType::Right).pos((WIDTH - 280) as usize);
            let row = line(28).indent(Some(280), None, Some(280), None).add_tab(right);
            let row = row.add_run(run(&issuer, Font::Fang, 28)).add_run(Run::new().add_tab()).add_run(run(
                &printed,
                Font::Fang,
                28,
            ));
            rows.push(row);
        }
        if !rows.is_empty() {
            self.docx = std::mem::take(&mut self.docx).add_table(shapes::imprint(rows, WIDTH as usize - 8, !letter));
        }
        // What stands at the foot stands on the page of the paragraph that follows it.
        self.put(shapes::line_of(20, 0).snap_to_grid(false));
    }
}

/// The place of a letter's head: 30 mm below the upper edge of the sheet, 170 mm wide.
fn letter_head() -> FrameProperty {
    FrameProperty {
        w: Some(9_638),
        x: Some(1_134),
        y: Some(1_701),
        h_anchor: Some("page".into()),
        v_anchor: Some("page".into()),
        wrap: Some("notBeside".into()),
        ..FrameProperty::new()
    }
}

/// A line that begins two characters in.
fn indented() -> Paragraph {
    line(32).indent(None, Some(docx_rs::SpecialIndentType::FirstLine(WIDTH / 14)), None, None)
}

/// A paragraph; a heading that it runs on after has its own font.
fn paragraph(text: &str) -> Paragraph {
    let paragraph = indented().align(AlignmentType::Both);
    match running_heading(text) {
        Some((level, heading, rest)) => {
            let font = if level == Level::First { Font::Hei } else { Font::Kai };
            paragraph.add_run(run(heading, font, 32)).add_run(run(rest, Font::Fang, 32))
        }
        None => paragraph.add_run(run(text, Font::Fang, 32)),
    }
}

#[cfg(test)]
mod tests;
