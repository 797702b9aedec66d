//! What do a paper and a notice say? Text with holes that formulas fill.
//!
//! `《{任务名称}》` is a hole: a formula, or the name of a site's setting; `{{` and `}}` are plain braces.
//! A line that begins with `[若 条件]` is left out if the condition does not hold.
//! A line `[表 子表:栏|栏]` becomes a table of the child's rows, and is left out if there are none.
//! What is absent leaves its hole empty. Percent and money show their sign, other numbers are bare,
//! because the text around a hole names the unit.
//! Never fails while it is filled, and never asks the clock: what the formulas need comes with the `Env`.

use std::ops::Range;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::formula::{self, Env, Fault, Formula, Measure, Scope, Slot, Type, Wanted};
use crate::ids::{FieldId, FileId, PersonId, RecordId, UnitId};
use crate::value::{Facts, Value};

/// The longest template, in characters.
pub const LONGEST: usize = 20_000;
/// The most lines.
pub const MOST_LINES: usize = 400;
/// The most holes.
pub const MOST_HOLES: usize = 400;
/// The most rows of a table that are printed.
pub const MOST_ROWS: usize = 2_000;

/// A template whose every hole is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    text: Arc<str>,
    lines: Vec<Part>,
}

/// A line, and the condition under which it stands.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    given: Option<Formula>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(Vec<Piece>),
    Table { child: FieldId, columns: Vec<formula::Column> },
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Words(String),
    Value(Formula),
    Setting(String),
}

/// A line that is filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A paragraph.
    Text(String),
    /// A table.
    Table {
        /// What stands above the columns.
        columns: Vec<String>,
        /// What stands in them.
        rows: Vec<Vec<String>>,
    },
}

/// Knows the names behind ids.
pub trait Shown {
    /// A unit's name.
    fn unit(&self, id: UnitId) -> String;
    /// A person's name.
    fn person(&self, id: PersonId) -> String;
    /// A record's title.
    fn record(&self, id: RecordId) -> String;
    /// A file's name.
    fn file(&self, id: FileId) -> String;
    /// A site's setting.
    fn setting(&self, name: &str) -> Option<String>;
}

impl Template {
    /// Reads a template and reports everything that is wrong with it. `settings` are the names of the site's settings;
    /// a name of the scope goes before a setting of the same name.
    pub fn parse(text: &str, scope: &dyn Scope, settings: &[String]) -> Result<Self, Vec<Fault>> {
        if text.chars().count() > LONGEST {
            return Err(vec![fault(0..0, format!("模板太长，最多{LONGEST}字"), None)]);
        }
        let mut reader = Reader { scope, settings, faults: Vec::new(), holes: 0 };
        let mut lines = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            lines.push(reader.part(bare, at));
            at += line.len();
        }
        if lines.len() > MOST_LINES {
            reader.faults.push(fault(0..0, format!("模板行数太多，最多{MOST_LINES}行"), None));
        }
        if reader.holes > MOST_HOLES {
            reader.faults.push(fault(0..0, format!("模板里的花括号太多，最多{MOST_HOLES}处"), None));
        }
        if reader.faults.is_empty() { Ok(Self { text: text.into(), lines }) } else { Err(reader.faults) }
    }

    /// As written by the expert.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every formula in it.
    pub fn formulas(&self) -> impl Iterator<Item = &Formula> {
        self.lines.iter().flat_map(|line| {
            let holes = match &line.content {
                Content::Text(pieces) => pieces.as_slice(),
                Content::Table { .. } => &[],
            };
            let values =
                holes.iter().filter_map(|piece| if let Piece::Value(formula) = piece { Some(formula) } else { None });
            line.given.iter().chain(values)
        })
    }

    /// Every slot that it names, each once, in a fixed order.
    pub fn mentions(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self.formulas().flat_map(Formula::mentions).collect();
        for line in &self.lines {
            if let Content::Table { child, columns } = &line.content {
                slots.push(Slot::Field(child.clone()));
                slots.extend(columns.iter().map(|it| Slot::Column { child: child.clone(), column: it.field.clone() }));
            }
        }
        slots.sort();
        slots.dedup();
        slots
    }

    /// Fills it for a record.
    pub fn lines(&self, env: &dyn Env, shown: &dyn Shown) -> Vec<Line> {
        let stands = |line: &&Part| line.given.as_ref().is_none_or(|given| given.holds(env));
        self.lines.iter().filter(stands).filter_map(|line| line.content.fill(env, shown)).collect()
    }

    /// Fills it as one text; tables are left out.
    pub fn line(&self, env: &dyn Env, shown: &dyn Shown) -> String {
        let texts: Vec<String> = self
            .lines(env, shown)
            .into_iter()
            .filter_map(|line| if let Line::Text(text) = line { Some(text) } else { None })
            .collect();
        texts.join("\n")
    }
}

impl Content {
    fn fill(&self, env: &dyn Env, shown: &dyn Shown) -> Option<Line> {
        match self {
            Self::Text(pieces) => Some(Line::Text(pieces.iter().map(|piece| piece.fill(env, shown)).collect())),
            Self::Table { child, columns } => {
                let Some(Value::Rows(rows)) = env.value(&Slot::Field(child.clone())) else { return None };
                let row = |facts: &Facts| columns.iter().map(|it| cell(facts, it, shown)).collect();
                let rows: Vec<Vec<String>> = rows.iter().take(MOST_ROWS).map(row).collect();
                let columns = columns.iter().map(|it| it.name.to_string()).collect();
                (!rows.is_empty()).then_some(Line::Table { columns, rows })
            }
        }
    }
}

impl Piece {
    fn fill(&self, env: &dyn Env, shown: &dyn Shown) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Value(formula) => formula.eval(env).map(|it| words(&it, &formula.of, shown)).unwrap_or_default(),
            Self::Setting(name) => shown.setting(name).unwrap_or_default(),
        }
    }
}

fn cell(facts: &Facts, column: &formula::Column, shown: &dyn Shown) -> String {
    facts.find(column.field.as_str()).map(|it| words(it, &column.of, shown)).unwrap_or_default()
}

/// A value in Chinese words: days as 2026年3月5日, percent 65%, money 1234.50元, several of something with 、 between.
/// A moment shows its day and minute in China.
pub fn words(value: &Value, of: &Type, shown: &dyn Shown) -> String {
    let joined = |names: Vec<String>| names.join("、");
    match value {
        Value::Text(text) => text.clone(),
        Value::Whole(number) => signed(Decimal::from(*number), of),
        Value::Decimal(number) => signed(*number, of),
        Value::Money(cents) => format!("{}元", Decimal::new(*cents, 2)),
        Value::Day(day) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Value::Month(month) => format!("{}年{}月", month.year, month.month),
        Value::Moment(milliseconds) => moment(*milliseconds),
        Value::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::Choice(id) => match of {
            Type::Choice(choices) => choices.find(id).map_or_else(|| id.clone(), |it| it.name.to_string()),
            _ => id.clone(),
        },
        Value::Unit(id) => shown.unit(*id),
        Value::Units(ids) => joined(ids.iter().map(|it| shown.unit(*it)).collect()),
        Value::Person(id) => shown.person(*id),
        Value::People(ids) => joined(ids.iter().map(|it| shown.person(*it)).collect()),
        Value::Record(id) => shown.record(*id),
        Value::Files(ids) => joined(ids.iter().map(|it| shown.file(*it)).collect()),
        Value::Rows(rows) => rows.len().to_string(),
    }
}

fn signed(number: Decimal, of: &Type) -> String {
    let plain = number.normalize();
    match of {
        Type::Number(Measure::Percent) => format!("{plain}%"),
        _ => plain.to_string(),
    }
}

/// The minute in China, which keeps UTC+8 all year.
pub fn moment(milliseconds: i64) -> String {
    let shifted = jiff::Timestamp::from_millisecond(milliseconds.saturating_add(8 * 3_600_000));
    let Ok(local) = shifted.map(|it| jiff::tz::Offset::UTC.to_datetime(it)) else { return String::new() };
    format!("{}年{}月{}日{:02}:{:02}", local.year(), local.month(), local.day(), local.hour(), local.minute())
}

fn fault(span: Range<usize>, sentence: impl Into<String>, hint: Option<String>) -> Fault {
    Fault { span, sentence: sentence.into(), hint }
}

struct Reader<'a> {
    scope: &'a dyn Scope,
    settings: &'a [String],
    faults: Vec<Fault>,
    holes: usize,
}

impl Reader<'_> {
    /// One line, which begins at byte `at` of the template.
    fn part(&mut self, line: &str, at: usize) -> Part {
        let mut rest = line;
        let mut start = at;
        let mut given = None;
        if let Some(after) = command(rest, "若") {
            let Some((condition, behind)) = split_bracket(after) else {
                self.faults.push(fault(
                    start..at + line.len(),
                    "[若 …] 没有右方括号",
                    Some("写成 [若 条件]文字".into()),
                ));
                return Part { given, content: Content::Text(Vec::new()) };
            };
            let inner = at + (line.len() - after.len());
            given = self.formula(condition, inner, Wanted::Condition);
            start = at + (line.len() - behind.len());
            rest = behind;
        }
        if let Some(after) = command(rest, "表") {
            let content = self.table(after, at + (line.len() - after.len()), at + line.len());
            return Part { given, content };
        }
        if rest.trim_start().starts_with('[') {
            let hint = "行首的方括号只能是 [若 条件] 或 [表 子表:栏|栏]".to_owned();
            self.faults.push(fault(start..at + line.len(), "看不懂行首的方括号", Some(hint)));
        }
        Part { given, content: Content::Text(self.pieces(rest, start)) }
    }

    fn formula(&mut self, text: &str, at: usize, wanted: Wanted) -> Option<Formula> {
        self.holes += 1;
        if self.holes > MOST_HOLES {
            return None;
        }
        match formula::check(text, self.scope, wanted) {
            Ok(formula) => Some(formula),
            Err(faults) => {
                let moved = |it: Fault| Fault { span: it.span.start + at..it.span.end + at, ..it };
                self.faults.extend(faults.into_iter().map(moved));
                None
            }
        }
    }

    fn pieces(&mut self, text: &str, at: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some(place) = rest.find(['{', '}']) {
            words.push_str(&rest[..place]);
            let start = at + text.len() - rest.len() + place;
            let brace = &rest[place..];
            if brace.starts_with("{{") || brace.starts_with("}}") {
                words.push_str(&brace[..1]);
                rest = &brace[2..];
                continue;
            }
            let Some(end) = brace.starts_with('{').then(|| brace.find('}')).flatten() else {
                let hint = Some("花括号本身写成 {{ 或 }}".to_owned());
                self.faults.push(fault(start..start + 1, "花括号没有配对", hint));
                rest = &brace[1..];
                continue;
            };
            if !words.is_empty() {
                pieces.push(Piece::Words(std::mem::take(&mut words)));
            }
            pieces.extend(self.hole(&brace[1..end], start + 1));
            rest = &brace[end + 1..];
        }
        words.push_str(rest);
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        pieces
    }

    fn hole(&mut self, text: &str, at: usize) -> Option<Piece> {
        let name = text.trim();
        if self.scope.find(name).is_none() && self.settings.iter().any(|it| it == name) {
            return Some(Piece::Setting(name.to_owned()));
        }
        self.formula(text, at, Wanted::Any).map(Piece::Value)
    }

    fn table(&mut self, after: &str, at: usize, end: usize) -> Content {
        let nothing = Content::Table { child: FieldId::from(""), columns: Vec::new() };
        let parts = split_bracket(after).filter(|(_, behind)| behind.trim().is_empty());
        let named = parts.and_then(|(inner, _)| inner.split_once([':', '：']));
        let Some((name, wanted)) = named else {
            self.faults.push(fault(at..end, "看不懂这一行的表", Some("单独一行，写成 [表 子表:栏|栏]".into())));
            return nothing;
        };
        let known = self.scope.find(name.trim());
        let Some((Type::Rows(columns), Slot::Field(child))) = known.map(|it| (it.of, it.slot)) else {
            let tables: Vec<String> = self
                .scope
                .names()
                .into_iter()
                .filter(|it| matches!(self.scope.find(it).map(|it| it.of), Some(Type::Rows(_))))
                .collect();
            let hint = if tables.is_empty() {
                "这个机制没有子表".to_owned()
            } else {
                format!("子表有：{}", tables.join("、"))
            };
            self.faults.push(fault(at..at + name.len(), format!("没有名为“{}”的子表", name.trim()), Some(hint)));
            return nothing;
        };
        let mut found = Vec::new();
        for column in wanted.split(['|', '｜']).map(str::trim) {
            match columns.named(column) {
                Some(column) => found.push(column.clone()),
                None => {
                    let names: Vec<&str> = columns.0.iter().map(|it| &*it.name).collect();
                    let hint = Some(format!("栏有：{}", names.join("、")));
                    self.faults.push(fault(at..end, format!("子表“{}”没有“{column}”这一栏", name.trim()), hint));
                }
            }
        }
        Content::Table { child, columns: found }
    }
}

/// What follows `[若 ` or `[表 ` at the beginning of a line.
fn command<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let after = line.trim_start().strip_prefix('[')?.trim_start().strip_prefix(word)?;
    let behind = after.trim_start_matches([' ', '\u{3000}', '\t']);
    (behind.len() < after.len()).then_some(behind)
}

/// The text up to the bracket that closes, and what is behind it; brackets inside (lists of a formula) pair.
fn split_bracket(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            ']' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
