//! What is written in a definition file, and where? Nodes that the grammar knows, with their places.
//!
//! Every fault is told at once: a file is mended once.
//! Never resolves an id and never reads a formula: the checks do.

use std::ops::Range;

use jiff::civil::Date;
use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};

use super::grammar::{self, ANY, Argument, Node, Scalar, Times};
use super::outline;
use crate::problem::{Problem, SourceFile};

/// The longest text between quotes, in characters.
const LONGEST_TEXT: usize = 4_000;
/// The longest id.
const LONGEST_ID: usize = 60;

/// A node as written.
#[derive(Clone, Debug)]
pub struct Raw {
    /// What the grammar says about it.
    pub rule: &'static Node,
    /// Its name as written.
    pub name: String,
    /// Where its name stands.
    pub span: Range<usize>,
    /// What is written behind it without a name.
    pub args: Vec<Written>,
    /// What is written behind it with a name.
    pub props: Vec<(String, Written)>,
    /// What stands inside.
    pub children: Vec<Raw>,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What is written.
    pub value: Plain,
    /// Where it stands, name and quotes included.
    pub span: Range<usize>,
    /// Where the text between the quotes begins.
    pub inner: usize,
}

/// A value without meaning yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plain {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    YesNo(bool),
}

impl Written {
    /// The text, empty if it is none.
    pub fn text(&self) -> &str {
        match &self.value {
            Plain::Text(text) => text,
            _ => "",
        }
    }

    /// The ids with blanks between.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text().split_whitespace()
    }

    /// The place of a part of the text, given in bytes of the text.
    pub fn part(&self, part: &Range<usize>) -> Range<usize> {
        let end = self.span.end;
        (self.inner + part.start).min(end)..(self.inner + part.end).min(end)
    }
}

impl Raw {
    /// A property.
    pub fn prop(&self, name: &str) -> Option<&Written> {
        self.props.iter().find(|(it, _)| it == name).map(|(_, written)| written)
    }

    /// Does a property say yes?
    pub fn says(&self, name: &str) -> bool {
        self.prop(name).is_some_and(|it| it.value == Plain::YesNo(true))
    }

    /// The whole number of a property.
    pub fn whole(&self, name: &str) -> Option<i64> {
        match self.prop(name)?.value {
            Plain::Whole(number) => Some(number),
            _ => None,
        }
    }

    /// The text of a property.
    pub fn text(&self, name: &str) -> Option<String> {
        self.prop(name).map(|it| it.text().to_owned())
    }

    /// The text of an argument; empty only if the reader has already complained.
    pub fn arg(&self, at: usize) -> &str {
        self.args.get(at).map_or("", Written::text)
    }

    /// The place of an argument, or of the node if there is none.
    pub fn arg_span(&self, at: usize) -> Range<usize> {
        self.args.get(at).map_or(self.span.clone(), |it| it.span.clone())
    }

    /// The place of a property, or of the node if there is none.
    pub fn prop_span(&self, name: &str) -> Range<usize> {
        self.prop(name).map_or(self.span.clone(), |it| it.span.clone())
    }

    /// The same where its file stands behind others: every place so many bytes later.
    #[must_use]
    pub fn behind(mut self, by: usize) -> Self {
        let later = |span: &mut Range<usize>| *span = span.start + by..span.end + by;
        later(&mut self.span);
        for written in self.args.iter_mut().chain(self.props.iter_mut().map(|(_, written)| written)) {
            later(&mut written.span);
            written.inner += by;
        }
        self.children = self.children.into_iter().map(|child| child.behind(by)).collect();
        self
    }

    /// What stands inside under that key.
    pub fn inside<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Raw> {
        self.children.iter().filter(move |it| it.rule.key == key)
    }

    /// The first that stands inside under that key.
    pub fn first(&self, key: &str) -> Option<&Raw> {
        self.children.iter().find(|it| it.rule.key == key)
    }
}

/// Reads a file whose nodes stand inside `root`, a key of the grammar.
pub fn read(file: &SourceFile, root: &'static str) -> (Vec<Raw>, Vec<Problem>) {
    let faults = outline::faults(file);
    if !faults.is_empty() {
        return (Vec::new(), faults);
    }
    let document = match KdlDocument::parse_v2(&file.text) {
        Ok(document) => document,
        Err(error) => return (Vec::new(), error.diagnostics.iter().map(|it| syntax(file, it)).collect()),
    };
    let mut reader = Reader { file, problems: Vec::new() };
    let nodes = reader.nodes(&document, root, 0..0);
    (nodes, reader.problems)
}

/// What the KDL reader found; `outline` has already told the slips that people make.
fn syntax(file: &SourceFile, found: &kdl::KdlDiagnostic) -> Problem {
    let start =
        (0..=found.span.offset().min(file.text.len())).rev().find(|at| file.text.is_char_boundary(*at)).unwrap_or(0);
    let message = found.message.as_deref().unwrap_or("").trim_end_matches('.');
    Problem::at(file, start..start, format!("写法不符合 KDL 2（{message}）"))
}

struct Reader<'a> {
    file: &'a SourceFile,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn tell(&mut self, span: Range<usize>, sentence: impl Into<String>) -> &mut Problem {
        self.problems.push(Problem::at(self.file, span, sentence));
        self.problems.last_mut().expect("one was just put there")
    }

    fn tell_nearest<'n>(
        &mut self,
        span: Range<usize>,
        sentence: String,
        wrong: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        self.problems.push(Problem::at(self.file, span, sentence).nearest(wrong, known));
    }

    /// The nodes of a block; `above` is the place of the node that they stand in.
    fn nodes(&mut self, document: &KdlDocument, inside: &'static str, above: Range<usize>) -> Vec<Raw> {
        let mut found: Vec<Raw> = Vec::new();
        for node in document.nodes() {
            let Some(rule) = grammar::find(inside, node.name().value()) else {
                let sentence = format!("这里没有“{}”这种节点", node.name().value());
                self.tell_nearest(
                    name_span(node),
                    sentence,
                    node.name().value(),
                    grammar::within(inside).map(|it| it.name),
                );
                continue;
            };
            let once = matches!(rule.times, Times::Once | Times::Maybe);
            if once && found.iter().any(|it| it.rule == rule) {
                self.tell(name_span(node), format!("{}只能写一次", rule.name));
            }
            let raw = self.node(node, rule);
            found.push(raw);
        }
        for rule in grammar::within(inside).filter(|it| matches!(it.times, Times::Once | Times::Some)) {
            if !found.iter().any(|it| it.rule == rule) {
                self.tell(above.clone(), format!("缺少 {}", rule.name)).hint = Some(rule.means.to_owned());
            }
        }
        found
    }

    fn node(&mut self, node: &KdlNode, rule: &'static Node) -> Raw {
        let span = name_span(node);
        let mut raw = Raw {
            rule,
            name: node.name().value().to_owned(),
            span: span.clone(),
            args: Vec::new(),
            props: Vec::new(),
            children: Vec::new(),
        };
        for entry in node.entries() {
            match entry.name() {
                None => self.argument(entry, &mut raw),
                Some(name) => self.property(entry, name.value(), &mut raw),
            }
        }
        self.missing(&raw, node);
        let has_children = grammar::within(rule.key).next().is_some();
        match node.children() {
            Some(block) if has_children => raw.children = self.nodes(block, rule.key, span),
            Some(block) if !block.nodes().is_empty() => {
                self.tell(span, format!("{}里面不能再写节点", raw.name));
            }
            Some(_) => {}
            None if has_children => raw.children = self.nodes(&KdlDocument::new(), rule.key, span),
            None => {}
        }
        raw
    }

    fn argument(&mut self, entry: &KdlEntry, raw: &mut Raw) {
        let at = raw.args.len();
        let last: Option<&Argument> = raw.rule.args.last();
        let Some(rule) = raw.rule.args.get(at).or_else(|| last.filter(|it| it.many)) else {
            let sentence = match raw.rule.args.len() {
                0 => format!("{}后面不能直接写值", raw.name),
                most => format!("{}后面最多写{most}个值", raw.name),
            };
            self.tell(span_of(entry), sentence).hint = Some("属性写成 名字=值".into());
            return;
        };
        // A faulty argument keeps its place, so that those behind it are not taken for it.
        let written = self.written(entry, rule.of, rule.name);
        raw.args.push(written.unwrap_or(Written {
            value: Plain::Text(String::new()),
            span: span_of(entry),
            inner: span_of(entry).start,
        }));
    }

    fn property(&mut self, entry: &KdlEntry, name: &str, raw: &mut Raw) {
        let Some(rule) = raw.rule.prop(name) else {
            let sentence = format!("{}没有“{name}”这个属性", raw.name);
            self.tell_nearest(span_of(entry), sentence, name, raw.rule.props.iter().map(|it| it.name));
            return;
        };
        if raw.prop(name).is_some() {
            self.tell(span_of(entry), format!("{name}写了两次"));
            return;
        }
        if let Some(written) = self.written(entry, rule.of, name) {
            raw.props.push((name.to_owned(), written));
        }
    }

    fn missing(&mut self, raw: &Raw, node: &KdlNode) {
        let span = name_span(node);
        // A row of a child table in an example has its values behind their names.
        let is_row = raw.rule.name == ANY && !raw.props.is_empty();
        if let Some(arg) = raw.rule.args.get(raw.args.len()).filter(|_| !is_row) {
            self.tell(span.clone(), format!("{}后面缺少{}", raw.name, arg.name)).hint =
                Some(format!("要写{}", arg.of.words()));
        }
        for prop in raw.rule.props.iter().filter(|it| it.required) {
            let written = node.entries().iter().any(|it| it.name().is_some_and(|name| name.value() == prop.name));
            if !written {
                self.tell(span.clone(), format!("{}缺少{}", raw.name, prop.name)).hint = Some(prop.means.to_owned());
            }
        }
    }

    /// The value, if it is what the grammar wants.
    fn written(&mut self, entry: &KdlEntry, of: Scalar, what: &str) -> Option<Written> {
        let span = span_of(entry);
        let fault = match (of, entry.value()) {
            (Scalar::YesNo, KdlValue::Bool(_)) => None,
            (Scalar::Whole | Scalar::Value, KdlValue::Integer(number)) => {
                i64::try_from(*number).is_err().then(|| format!("{what}的数太大"))
            }
            (Scalar::Value, KdlValue::Bool(_)) => None,
            (Scalar::Value, KdlValue::Float(_)) => Some(format!("{what}的小数要写在引号里")),
            (Scalar::YesNo | Scalar::Whole, _) => Some(format!("{what}应当是{}", of.words())),
            (_, KdlValue::String(text)) => text_fault(text, of, what),
            _ => Some(format!("{what}应当是{}", of.words())),
        };
        if let Some(sentence) = fault {
            let words = if let Scalar::Word(words) = of { words } else { &[] };
            self.tell_nearest(span, sentence, entry.value().as_string().unwrap_or(""), words.iter().copied());
            return None;
        }
        let value = match entry.value() {
            KdlValue::String(text) => Plain::Text(text.clone()),
            KdlValue::Integer(number) => Plain::Whole(i64::try_from(*number).expect("tested above")),
            KdlValue::Bool(yes) => Plain::YesNo(*yes),
            KdlValue::Float(_) | KdlValue::Null => return None,
        };
        let inner = match &value {
            Plain::Text(text) => {
                span.start + self.file.text.get(span.clone()).and_then(|it| it.rfind(text.as_str())).unwrap_or(0)
            }
            _ => span.start,
        };
        Some(Written { value, span, inner })
    }
}

fn text_fault(text: &str, of: Scalar, what: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some(format!("{what}是空的"));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Some(format!("{what}太长，最多{LONGEST_TEXT}字"));
    }
    if text.chars().any(|it| it.is_control() && it != '\n' && it != '\t') {
        return Some(format!("{what}里有看不见的字符"));
    }
    match of {
        Scalar::Id => (!is_id(text))
            .then(|| format!("“{text}”不能作代号：代号用小写字母开头，只有小写字母、数字和下划线，最多{LONGEST_ID}个")),
        Scalar::Code => (!is_code(text))
            .then(|| format!("“{text}”不能作代号：代号只有字母、数字和下划线，最多{LONGEST_ID}个，国家标准的代码照写")),
        Scalar::Ids => ids_fault(text, what),
        Scalar::Word(words) => (!words.contains(&text)).then(|| format!("{what}不能是“{text}”，要写{}", of.words())),
        Scalar::Day => text.parse::<Date>().is_err().then(|| format!("“{text}”不是日期，要写成2026-03-05这样")),
        _ => None,
    }
}

fn ids_fault(text: &str, what: &str) -> Option<String> {
    let mut seen = Vec::new();
    for word in text.split_whitespace() {
        if !is_id(word) {
            return Some(format!("“{word}”不能作代号：代号之间用空格隔开"));
        }
        if seen.contains(&word) {
            return Some(format!("{what}里“{word}”写了两次"));
        }
        seen.push(word);
    }
    None
}

/// May it be an id?
fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID
        && text.starts_with(|it: char| it.is_ascii_lowercase())
        && text.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
}

/// May it be the code of an item?
fn is_code(text: &str) -> bool {
    text.len() <= LONGEST_ID && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

fn name_span(node: &KdlNode) -> Range<usize> {
    let span = node.name().span();
    span.offset()..span.offset() + span.len()
}

fn span_of(entry: &KdlEntry) -> Range<usize> {
    let span = entry.span();
    span.offset()..span.offset() + span.len()
}
