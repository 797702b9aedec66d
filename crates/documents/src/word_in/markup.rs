//! The markup of a Word file's text, walked tag by tag.
//!
//! Only paragraphs, tables, and what is written in them are understood; every other tag is stepped over. What was deleted
//! with changes tracked is no text any more; a field's instruction is none either.
//! Never recursion: however deep a file is nested, a stack of what is open is all that grows, and it has an end.

use super::{Block, Limits, WordFault, WordText};

/// Tables inside tables are read as text of the cell that they stand in; nesting deeper than this is damage.
const DEEPEST: usize = 2_000;

/// What has been read so far.
struct Reading<'l> {
    limits: &'l Limits,
    told: WordText,
    characters: usize,
    cells: usize,
    /// Tables that are open.
    tables: usize,
    /// The rows of the outermost table.
    rows: Vec<Vec<String>>,
    /// The paragraph, or the cell, that is being read.
    line: String,
    /// Tags that are open whose text is none.
    silent: usize,
    /// Is text being read?
    in_text: bool,
}

/// The paragraphs and tables of the markup.
pub(super) fn blocks(text: &str, limits: &Limits) -> Result<WordText, WordFault> {
    let mut reading = Reading {
        limits,
        told: WordText::default(),
        characters: 0,
        cells: 0,
        tables: 0,
        rows: Vec::new(),
        line: String::new(),
        silent: 0,
        in_text: false,
    };
    let mut rest = text;
    let mut depth = 0_usize;
    let mut is_document = false;
    while let Some(at) = rest.find('<') {
        reading.says(&rest[..at])?;
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = &after[after.find("-->").ok_or(WordFault::Damaged)? + 3..];
            continue;
        }
        if rest.starts_with("<!") {
            return Err(WordFault::Entities);
        }
        let end = rest.find('>').ok_or(WordFault::Damaged)?;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') {
            continue;
        }
        let is_end = tag.starts_with('/');
        let is_empty = tag.ends_with('/');
        let name = tag.trim_start_matches('/').split([' ', '\t', '\n', '\r', '/']).next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        is_document |= local == "document";
        match (is_end, is_empty) {
            (true, _) => {
                depth = depth.checked_sub(1).ok_or(WordFault::Damaged)?;
                reading.ends(local);
            }
            (false, true) => reading.stands(local),
            (false, false) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(WordFault::Damaged);
                }
                reading.begins(local);
            }
        }
        if reading.told.is_cut {
            break;
        }
    }
    match is_document {
        true => Ok(reading.finished()),
        false => Err(WordFault::NotWord),
    }
}

/// Text below these is none: what was deleted, the instructions of fields, what another version reads.
const SILENT: [&str; 4] = ["del", "instrText", "delText", "Fallback"];

impl Reading<'_> {
    fn begins(&mut self, tag: &str) {
        match tag {
            "t" => self.in_text = true,
            "tbl" => {
                if self.tables == 0 {
                    self.paragraph();
                }
                self.tables += 1;
            }
            "tr" if self.tables == 1 => self.rows.push(Vec::new()),
            "tc" if self.tables == 1 => self.line.clear(),
            tag if SILENT.contains(&tag) => self.silent += 1,
            _ => {}
        }
    }

    fn ends(&mut self, tag: &str) {
        match tag {
            "t" => self.in_text = false,
            "p" if self.tables == 0 => self.paragraph(),
            "p" => self.write(" "),
            "tc" if self.tables == 1 => self.cell(),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    let rows: Vec<Vec<String>> = std::mem::take(&mut self.rows);
                    let rows: Vec<Vec<String>> = rows.into_iter().filter(|row| !row.is_empty()).collect();
                    if !rows.is_empty() {
                        self.told.blocks.push(Block::Table(rows));
                    }
                }
            }
            tag if SILENT.contains(&tag) => self.silent = self.silent.saturating_sub(1),
            _ => {}
        }
    }

    fn stands(&mut self, tag: &str) {
        match tag {
            "tab" => self.write(" "),
            "br" | "cr" => self.write("\n"),
            "noBreakHyphen" => self.write("-"),
            "p" if self.tables == 0 => self.paragraph(),
            "tc" if self.tables == 1 => {
                self.line.clear();
                self.cell();
            }
            _ => {}
        }
    }

    /// The text between two tags.
    fn says(&mut self, raw: &str) -> Result<(), WordFault> {
        if self.in_text && self.silent == 0 && !raw.is_empty() {
            let text = plain(raw)?;
            self.write(&text);
        }
        Ok(())
    }

    fn write(&mut self, text: &str) {
        for sign in text.chars().filter(|sign| !sign.is_control() || *sign == '\n') {
            if self.characters >= self.limits.characters {
                self.told.is_cut = true;
                return;
            }
            self.characters += 1;
            self.line.push(sign);
        }
    }

    fn cell(&mut self) {
        self.cells += 1;
        self.told.is_cut |= self.cells > self.limits.cells;
        let words = self.line.trim().to_owned();
        self.line.clear();
        if let Some(row) = self.rows.last_mut() {
            row.push(words);
        }
    }

    fn paragraph(&mut self) {
        let words = self.line.trim().to_owned();
        self.line.clear();
        if !words.is_empty() {
            self.told.blocks.push(Block::Paragraph(words));
        }
    }

    /// What is left open when the text ends, or is cut.
    fn finished(mut self) -> WordText {
        if !self.rows.is_empty() {
            self.cell();
            self.told.blocks.push(Block::Table(std::mem::take(&mut self.rows)));
        }
        self.paragraph();
        self.told
    }
}

/// Text with its five entities and numbered signs read; any other entity is one of the file's own.
fn plain(raw: &str) -> Result<String, WordFault> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(';').filter(|end| *end <= 10).ok_or(WordFault::Damaged)?;
        let name = &rest[..end];
        rest = &rest[end + 1..];
        let number = |digits: &str, base| u32::from_str_radix(digits, base).ok().and_then(char::from_u32);
        let sign = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
                (Some(digits), _) => number(digits, 16).ok_or(WordFault::Damaged)?,
                (None, Some(digits)) => number(digits, 10).ok_or(WordFault::Damaged)?,
                (None, None) => return Err(WordFault::Entities),
            },
        };
        text.push(sign);
    }
    text.push_str(rest);
    Ok(text)
}
