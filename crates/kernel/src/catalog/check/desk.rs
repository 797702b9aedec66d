//! Where do the checkers write down what they find? One desk a mechanism: its file, and behind it those of the figures
//! that a site adds.
//!
//! Never decides what is wrong: it puts findings at their place and adds the nearest name.

use std::ops::Range;

use crate::catalog::raw::{Raw, Written};
use crate::formula::{self, Fault, Formula, Scope, Wanted};
use crate::problem::{Problem, SourceFile};
use crate::template::Template;

/// A file, what stands behind it, and what was found.
pub(in crate::catalog) struct Desk<'a> {
    /// The file.
    pub(in crate::catalog) file: &'a SourceFile,
    /// Files of figures, each with the place at which it begins behind those before it.
    added: Vec<(usize, &'a SourceFile)>,
    /// What was found so far.
    pub(in crate::catalog) problems: Vec<Problem>,
    /// Names that are broken themselves: formulas that mention them get no second complaint.
    pub(in crate::catalog) broken: Vec<String>,
}

impl<'a> Desk<'a> {
    pub(in crate::catalog) fn new(file: &'a SourceFile) -> Self {
        Self { file, added: Vec::new(), problems: Vec::new(), broken: Vec::new() }
    }

    /// Puts a file of figures behind the others; gives the place at which it begins.
    pub(in crate::catalog) fn add(&mut self, file: &'a SourceFile) -> usize {
        let (before, last) = self.added.last().map_or((0, self.file), |(at, file)| (*at, *file));
        let begins = before + last.text.len() + 1;
        self.added.push((begins, file));
        begins
    }

    /// The file of figures in which a place lies; none in the mechanism's own.
    pub(in crate::catalog) fn added(&self, at: usize) -> Option<&'a SourceFile> {
        self.added.iter().rev().find(|(begins, _)| *begins <= at).map(|(_, file)| *file)
    }

    fn problem(&self, span: Range<usize>, sentence: impl Into<String>) -> Problem {
        match self.added.iter().rev().find(|(begins, _)| *begins <= span.start) {
            Some((begins, file)) => Problem::at(file, span.start - begins..span.end.saturating_sub(*begins), sentence),
            None => Problem::at(self.file, span, sentence),
        }
    }

    /// Something is wrong there.
    pub(in crate::catalog) fn tell(&mut self, span: Range<usize>, sentence: impl Into<String>) {
        let problem = self.problem(span, sentence);
        self.problems.push(problem);
    }

    /// Something is wrong there, and this is what to do.
    pub(in crate::catalog) fn tell_hint(
        &mut self,
        span: Range<usize>,
        sentence: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let problem = self.problem(span, sentence).hint(hint);
        self.problems.push(problem);
    }

    /// A name is not known; the nearest is named.
    pub(in crate::catalog) fn unknown(&mut self, span: Range<usize>, what: &str, wrong: &str, known: &[String]) {
        let sentence = format!("没有名为 {wrong} 的{what}");
        let problem = self.problem(span, sentence).nearest(wrong, known.iter().map(String::as_str));
        self.problems.push(problem);
    }

    /// The id, if it is known.
    pub(in crate::catalog) fn one<'w>(
        &mut self,
        written: &'w Written,
        what: &str,
        known: &[String],
    ) -> Option<&'w str> {
        let id = written.text();
        if id.is_empty() {
            return None;
        }
        if known.iter().any(|it| it == id) {
            return Some(id);
        }
        self.unknown(written.span.clone(), what, id, known);
        None
    }

    /// The id of a property, if it is written and known.
    pub(in crate::catalog) fn one_prop<'w>(
        &mut self,
        raw: &'w Raw,
        prop: &str,
        what: &str,
        known: &[String],
    ) -> Option<&'w str> {
        raw.prop(prop).and_then(|written| self.one(written, what, known))
    }

    /// The ids of a property that are known.
    pub(in crate::catalog) fn many<'w>(
        &mut self,
        raw: &'w Raw,
        prop: &str,
        what: &str,
        known: &[String],
    ) -> Vec<&'w str> {
        let Some(written) = raw.prop(prop) else { return Vec::new() };
        let mut found = Vec::new();
        for word in written.words() {
            if known.iter().any(|it| it == word) {
                found.push(word);
            } else {
                let start = word.as_ptr() as usize - written.text().as_ptr() as usize;
                self.unknown(written.part(&(start..start + word.len())), what, word, known);
            }
        }
        found
    }

    /// A formula.
    pub(in crate::catalog) fn formula(
        &mut self,
        written: &Written,
        scope: &dyn Scope,
        wanted: Wanted,
    ) -> Option<Formula> {
        if written.text().is_empty() {
            return None;
        }
        match formula::check(written.text(), scope, wanted) {
            Ok(formula) => Some(formula),
            Err(faults) => {
                self.faults(written, &faults);
                None
            }
        }
    }

    /// The formula of a property, if it is written.
    pub(in crate::catalog) fn formula_prop(
        &mut self,
        raw: &Raw,
        prop: &str,
        scope: &dyn Scope,
        wanted: Wanted,
    ) -> Option<Formula> {
        raw.prop(prop).and_then(|written| self.formula(written, scope, wanted))
    }

    /// A text with holes.
    pub(in crate::catalog) fn template(
        &mut self,
        written: &Written,
        scope: &dyn Scope,
        settings: &[String],
    ) -> Option<Template> {
        match Template::parse(written.text(), scope, settings) {
            Ok(template) => Some(template),
            Err(faults) => {
                self.faults(written, &faults);
                None
            }
        }
    }

    /// Is the fault only that a name is broken which was told already?
    pub(in crate::catalog) fn is_echo(&self, text: &str, fault: &Fault) -> bool {
        let named = text.get(fault.span.clone()).unwrap_or("").trim();
        self.broken.iter().any(|it| it == named)
    }

    fn faults(&mut self, written: &Written, faults: &[Fault]) {
        for fault in faults {
            if self.is_echo(written.text(), fault) {
                continue;
            }
            let problem = self.problem(written.part(&fault.span), fault.sentence.clone());
            self.problems.push(Problem { hint: fault.hint.clone(), ..problem });
        }
    }
}
