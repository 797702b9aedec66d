//! What does a calendar file say? KDL in, year tables out, and every problem with its line.
//!
//! Never stops at the first problem, and never keeps a year that has one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use jiff::civil::Date;
use kdl::{KdlDocument, KdlEntry, KdlNode};

use super::outline::{self, Piece};
use super::year::{Holiday, YearFault, YearPart, YearTable};
use crate::problem::{Problem, SourceFile};

/// Enough to mend before one asks again.
const MOST_PROBLEMS: usize = 200;

/// The years of all files, and what is wrong with the others.
pub(super) fn read(files: &[SourceFile]) -> (Vec<YearTable>, Vec<Problem>) {
    let mut tables: BTreeMap<i16, YearTable> = BTreeMap::new();
    let mut problems = Vec::new();
    for file in files {
        let (pieces, slips) = outline::pieces(&file.text);
        problems
            .extend(slips.into_iter().map(|slip| Problem::at(file, slip.at..slip.at, slip.sentence).hint(slip.hint)));
        for piece in pieces {
            if problems.len() > MOST_PROBLEMS {
                break;
            }
            let mut reader = Reader { file, piece, problems: &mut problems };
            for node in reader.nodes() {
                let Some(table) = reader.year(&node) else { continue };
                let year = table.year();
                match tables.entry(year) {
                    Entry::Vacant(place) => {
                        place.insert(table);
                    }
                    Entry::Occupied(_) => {
                        reader.problem(node_span(&node), format!("{year}年写了两次"), "同一年只留一节");
                    }
                }
            }
        }
    }
    problems.sort();
    (tables.into_values().collect(), problems)
}

/// Reads one piece of a file and gathers what is wrong with it. Spans are bytes of the piece.
struct Reader<'a> {
    file: &'a SourceFile,
    piece: Piece<'a>,
    problems: &'a mut Vec<Problem>,
}

/// What was read of a year before its checks, each part with its place.
#[derive(Default)]
struct Draft {
    basis: Vec<(String, Range<usize>)>,
    off: Vec<(Holiday, Range<usize>)>,
    worked: Vec<(Date, Range<usize>)>,
}

impl Reader<'_> {
    fn problem(&mut self, at: Range<usize>, sentence: impl Into<String>, hint: impl Into<String>) {
        let problem = Problem::at(self.file, self.in_file(at), sentence).hint(hint);
        self.problems.push(problem);
    }

    fn unknown(&mut self, node: &KdlNode, hint: &str, known: &[&str]) {
        let wrong = node.name().value();
        let problem = Problem::at(self.file, self.in_file(node_span(node)), format!("不认识“{}”", shortened(wrong)));
        self.problems.push(problem.hint(hint).nearest(wrong, known.iter().copied()));
    }

    fn in_file(&self, at: Range<usize>) -> Range<usize> {
        self.piece.at + at.start..self.piece.at + at.end
    }

    /// The nodes at the top of the piece, if it is KDL at all.
    fn nodes(&mut self) -> Vec<KdlNode> {
        match KdlDocument::parse_v2(self.piece.text) {
            Ok(document) => document.nodes().to_vec(),
            Err(error) => {
                // The first is the cause; what the reader says after recovering follows from it.
                let first = error.diagnostics.first();
                let at = first.map_or(0, |diagnostic| diagnostic.span.offset());
                let said = first.and_then(|it| it.message.as_deref().or(it.label.as_deref())).unwrap_or("syntax error");
                let hint = "检查日期和名称是否都加了英文引号，一行是否只写一项";
                self.problem(at..at, format!("不符合 KDL 写法（{said}）"), hint);
                Vec::new()
            }
        }
    }

    fn year(&mut self, node: &KdlNode) -> Option<YearTable> {
        let before = self.problems.len();
        if node.name().value() != "year" {
            self.unknown(node, "日历文件里只有 year（年份）", &["year"]);
            return None;
        }
        let year = self.year_number(node);
        let draft = self.draft(node, year);
        let (year, unread) = (year?, self.problems.len() > before);
        let parts = |draft: &Draft| {
            YearTable::new(
                year,
                draft.basis.iter().map(|(notice, _)| notice.clone()).collect(),
                draft.off.iter().map(|(holiday, _)| holiday.clone()).collect(),
                draft.worked.iter().map(|(day, _)| *day).collect(),
            )
        };
        match parts(&draft) {
            Ok(table) => (!unread).then_some(table),
            Err(faults) => {
                // What a year lacks as a whole may be just what could not be read: that is reported already.
                faults.into_iter().filter(|fault| !(unread && fault.at == YearPart::Year)).for_each(|fault| {
                    self.fault(fault, node, &draft);
                });
                None
            }
        }
    }

    fn fault(&mut self, fault: YearFault, node: &KdlNode, draft: &Draft) {
        let at = match fault.at {
            YearPart::Year => node_span(node),
            YearPart::Basis(i) => draft.basis[i].1.clone(),
            YearPart::Off(i) => draft.off[i].1.clone(),
            YearPart::Worked(i) => draft.worked[i].1.clone(),
        };
        self.problem(at, fault.sentence, fault.hint);
    }

    fn year_number(&mut self, node: &KdlNode) -> Option<i16> {
        let arguments = self.arguments(node);
        let year = match arguments[..] {
            [only] => only.value().as_integer().and_then(|year| i16::try_from(year).ok()),
            _ => None,
        };
        if year.is_none() {
            self.problem(node_span(node), "year 后面要写一个年份", "例如 year 2027 { … }，年份不加引号");
        }
        year
    }

    /// The parts of a year; with no year known, only their shape is looked at.
    fn draft(&mut self, node: &KdlNode, year: Option<i16>) -> Draft {
        let mut draft = Draft::default();
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "basis" => self.basis(child, &mut draft),
                "off" => self.off(child, year, &mut draft),
                "worked" => self.worked(child, year, &mut draft),
                _ => self.unknown(
                    child,
                    "一年里只有 basis（依据）、off（放假）和 worked（补班）",
                    &["basis", "off", "worked"],
                ),
            }
        }
        draft
    }

    fn basis(&mut self, node: &KdlNode, draft: &mut Draft) {
        let texts = self.texts(node);
        if texts.is_empty() {
            self.problem(
                node_span(node),
                "basis 后面要写通知名称",
                "例如 basis \"国务院办公厅关于2027年部分节假日安排的通知\"",
            );
        }
        draft.basis.extend(texts);
    }

    fn off(&mut self, node: &KdlNode, year: Option<i16>, draft: &mut Draft) {
        let texts = self.texts(node);
        let ([(name, _), from] | [(name, _), from, _]) = &texts[..] else {
            self.problem(
                node_span(node),
                "off 后面要写节日、第一天和最后一天",
                "例如 off \"春节\" \"02-15\" \"02-23\"；只放一天的写一个日期",
            );
            return;
        };
        let first = self.day(from, year);
        let last = match texts.get(2) {
            Some(to) => self.day(to, year),
            None => first,
        };
        if let (Some(from), Some(to)) = (first, last) {
            draft.off.push((Holiday { name: name.clone(), from, to }, node_span(node)));
        }
    }

    fn worked(&mut self, node: &KdlNode, year: Option<i16>, draft: &mut Draft) {
        let texts = self.texts(node);
        if texts.is_empty() {
            self.problem(
                node_span(node),
                "worked 后面要写补班日期",
                "例如 worked \"02-14\" \"02-28\"；没有补班的，删去这一行",
            );
        }
        for text in &texts {
            if let Some(day) = self.day(text, year) {
                draft.worked.push((day, text.1.clone()));
            }
        }
    }

    /// `02-15` in the year.
    fn day(&mut self, (text, at): &(String, Range<usize>), year: Option<i16>) -> Option<Date> {
        let two = |part: &str| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten()
        };
        let Some((month, day)) = text.split_once('-').and_then(|(month, day)| Some((two(month)?, two(day)?))) else {
            self.problem(at.clone(), format!("“{}”不是日期", shortened(text)), "写成两位的月和日，例如 \"02-15\"");
            return None;
        };
        let date = Date::new(year?, month, day);
        if date.is_err() {
            self.problem(at.clone(), format!("{}年没有{text}这一天", year?), "请核对月和日");
        }
        date.ok()
    }

    /// The arguments that are texts; the others are problems.
    fn texts(&mut self, node: &KdlNode) -> Vec<(String, Range<usize>)> {
        let mut texts = Vec::new();
        for entry in self.arguments(node) {
            let at = entry_span(entry);
            match entry.value().as_string() {
                Some(text) => texts.push((text.to_owned(), at)),
                None => self.problem(
                    at,
                    format!("“{}”要加引号", shortened(&entry.value().to_string())),
                    "日期和名称都写在英文引号里",
                ),
            }
        }
        texts
    }

    /// The arguments of a node; properties mean nothing here, so they are problems.
    fn arguments<'n>(&mut self, node: &'n KdlNode) -> Vec<&'n KdlEntry> {
        let (properties, arguments): (Vec<&KdlEntry>, Vec<&KdlEntry>) =
            node.entries().iter().partition(|entry| entry.name().is_some());
        for entry in properties {
            let name = entry.name().map_or("", |name| name.value());
            let sentence = format!("“{}”不认识属性“{}”", shortened(node.name().value()), shortened(name));
            self.problem(entry_span(entry), sentence, "直接写内容，不写“属性=”");
        }
        arguments
    }
}

/// The place of a node's name: a node's own span may begin with the blanks before it.
fn node_span(node: &KdlNode) -> Range<usize> {
    let span = node.name().span();
    span.offset()..span.offset() + span.len()
}

fn entry_span(entry: &KdlEntry) -> Range<usize> {
    let span = entry.span();
    span.offset()..span.offset() + span.len()
}

/// The text, shortened for a sentence.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(24) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
