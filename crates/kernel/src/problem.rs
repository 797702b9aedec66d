//! What is wrong with a definition? A list of problems, each with its place, a sentence and a hint.
//!
//! Never stops at the first: a file is mended once, not seven times.

use std::ops::Range;
use std::sync::Arc;

/// A definition file as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path inside the definitions folder, with `/`.
    pub path: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file's path.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, as a sentence.
    pub sentence: String,
    /// What to do, or what was probably meant.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem at a span of bytes of a file.
    pub fn at(file: &SourceFile, span: Range<usize>, sentence: impl Into<String>) -> Self {
        let upto = file.text.get(..span.start.min(file.text.len())).unwrap_or("");
        let line = upto.matches('\n').count() + 1;
        let column = upto.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self { path: file.path.to_string(), line, column, sentence: sentence.into(), hint: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds «是否为 “…”?» if one of the known names is near enough.
    #[must_use]
    pub fn nearest<'a>(self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(wrong, known) {
            Some(name) => self.hint(format!("是否为“{name}”？")),
            None => self,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{} {}", self.path, self.line, self.column, self.sentence)?;
        self.hint.iter().try_for_each(|hint| write!(f, " {hint}"))
    }
}

/// The known name that differs least from the wrong one, if it differs by less than half of it.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wrong.chars().count();
    known
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .filter(|(far, name)| *far * 2 <= length.max(name.chars().count()))
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// The number of characters to insert, drop or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(80).enumerate() {
        let mut left_up = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let here = (left_up + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            left_up = row[j + 1];
            row[j + 1] = here;
        }
    }
    row[b.len()]
}
