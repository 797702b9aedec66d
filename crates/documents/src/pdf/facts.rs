//! What does the template see? The facts of a paper, worded and split as they are printed.
//!
//! Never a position: the template alone knows the sheet.

use serde::Serialize;

use super::fonts::Chains;
use crate::official::{Block, Layout, Level, OfficialPaper, chinese_day, full_width, running_heading, title_lines};

/// The widest title line, in characters of 22 pt on 156 mm.
const TITLE_CHARACTERS: usize = 19;

/// The facts as the template reads them.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    layout: Layout,
    draft: bool,
    /// Blank lines above the name, for the seal.
    seal_lines: u8,
    fonts: &'a Chains,
    head: String,
    number: String,
    urgency: String,
    title: Vec<String>,
    to: String,
    body: Vec<Piece>,
    attachments: Vec<String>,
    signer: String,
    signed_on: String,
    note: String,
    cc: String,
    issuer: String,
    printed_on: String,
}

/// One piece of the body.
#[derive(Serialize)]
struct Piece {
    /// `text`, `first`, `second` or `table`.
    kind: &'static str,
    /// A heading that the text runs on after, and its kind.
    lead: String,
    text: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Serialize)]
struct Column {
    title: String,
    /// Its share of the width.
    share: usize,
    /// Are its cells short enough to be centred?
    centred: bool,
}

/// Words the facts for the template.
pub(super) fn of<'a>(paper: &OfficialPaper, fonts: &'a Chains, seal_lines: u8) -> Facts<'a> {
    let said =
        |text: &Option<String>| text.as_deref().map(|text| full_width(text).trim().to_owned()).unwrap_or_default();
    let day = |day: Option<_>| day.map(chinese_day).unwrap_or_default();
    Facts {
        layout: paper.layout,
        draft: paper.is_draft(),
        seal_lines,
        fonts,
        head: full_width(&paper.head).trim().to_owned(),
        number: said(&paper.number),
        urgency: said(&paper.urgency),
        title: title_lines(&full_width(&paper.title), TITLE_CHARACTERS),
        to: said(&paper.to),
        body: paper.body.iter().map(piece).collect(),
        attachments: paper.attachments.iter().map(|name| full_width(name).trim().to_owned()).collect(),
        signer: full_width(&paper.signer).trim().to_owned(),
        signed_on: day(paper.signed_on),
        note: said(&paper.note),
        cc: cc_line(&paper.cc),
        issuer: said(&paper.issuer),
        printed_on: paper.printed_on.map(|day| format!("{}印发", chinese_day(day))).unwrap_or_default(),
    }
}

/// `新区领导，新区各部门。`
pub(crate) fn cc_line(cc: &[String]) -> String {
    let names: Vec<String> =
        cc.iter().map(|name| full_width(name).trim().to_owned()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() { String::new() } else { format!("{}。", names.join("，").trim_end_matches('。')) }
}

/// A block as the template sees it.
fn piece(block: &Block) -> Piece {
    let text = |kind, lead: &str, text: &str| Piece {
        kind,
        lead: lead.to_owned(),
        text: text.to_owned(),
        columns: Vec::new(),
        rows: Vec::new(),
    };
    match block {
        Block::Heading1(heading) => text("first", &full_width(heading), ""),
        Block::Heading2(heading) => text("second", &full_width(heading), ""),
        Block::Paragraph(paragraph) => {
            let paragraph = full_width(paragraph);
            match running_heading(&paragraph) {
                Some((Level::First, lead, rest)) => text("first", lead, rest),
                Some((Level::Second, lead, rest)) => text("second", lead, rest),
                None => text("text", "", &paragraph),
            }
        }
        Block::Table { columns, rows } => table(columns, rows),
    }
}

/// A table with as many cells in each line as there are columns.
fn table(columns: &[String], rows: &[Vec<String>]) -> Piece {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0).max(columns.len());
    let cell =
        |row: &[String], at: usize| row.get(at).map(|text| full_width(text).trim().to_owned()).unwrap_or_default();
    let longest =
        |at: usize| rows.iter().chain([&columns.to_vec()]).map(|row| width(&cell(row, at))).max().unwrap_or(0);
    let shares = shares(&(0..count).map(longest).collect::<Vec<_>>());
    Piece {
        kind: "table",
        lead: String::new(),
        text: String::new(),
        columns: (0..count)
            .map(|at| Column { title: cell(columns, at), share: shares[at], centred: longest(at) <= 20 })
            .collect(),
        rows: rows.iter().map(|row| (0..count).map(|at| cell(row, at)).collect()).collect(),
    }
}

/// The shares of the width for columns whose longest cells have these widths (in half characters):
/// short columns get what they need, long ones share the rest without any of them taking it all.
pub(crate) fn shares(longest: &[usize]) -> Vec<usize> {
    longest.iter().map(|width| (width + 3).clamp(6, 40)).collect()
}

/// The width of a text in half characters.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
