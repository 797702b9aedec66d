//! A figure as it is typed in the page, as it stands in a definition file, and back.
//!
//! Never a rule about figures: the file is checked like every other, and what is wrong goes back to its field.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::catalog::MEASURES;
use kernel::catalog::grammar::{self, FIGURES_FILE, Node};
use kernel::catalog::raw::{self, Plain};
use kernel::ids::FieldId;
use kernel::problem::{Problem, SourceFile};
use kernel::refusal::{Refusal, Spot};

/// A figure as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FigureForm {
    /// The mechanism.
    pub mechanism: String,
    /// How it is counted: one of [`MEASURES`].
    pub how: String,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What is written for the properties of its measure, by their names.
    pub formulas: BTreeMap<String, String>,
    /// The fields by which it is cut.
    pub by: Vec<String>,
    /// Below how many it is hidden from who sees numbers only; empty as its unit says.
    pub suppress_below: String,
    /// In words: what is counted.
    pub words: String,
    /// In words: what it is divided by.
    pub over_words: String,
    /// Why it is added or changed.
    pub reason: String,
    /// The version that was seen when it was typed; 0 for a new one.
    pub version: i64,
}

/// A text with the field that stands on each of its lines.
pub(super) struct Written {
    pub(super) text: String,
    fields: Vec<String>,
}

/// The properties of a measure: those that must be written, and those that may.
pub fn measure(how: &str) -> Option<(Vec<&'static str>, Vec<&'static str>)> {
    let (kind, must, may) = MEASURES.iter().find(|(kind, ..)| *kind == how)?;
    Some((std::iter::once(*kind).chain(must.iter().copied()).collect(), may.to_vec()))
}

/// What the grammar says about a property of figures.
pub fn means(prop: &str) -> &'static str {
    node().and_then(|node| node.prop(prop)).map_or("", |prop| prop.means)
}

fn node() -> Option<&'static Node> {
    grammar::find(FIGURES_FILE, "figure")
}

impl FigureForm {
    /// The form of what is written.
    pub fn of(mechanism: &str, source: &str, version: i64) -> Option<Self> {
        let file = SourceFile { path: Arc::from("figure.kdl"), text: Arc::from(source) };
        let (nodes, _) = raw::read(&file, FIGURES_FILE);
        let figure = nodes.into_iter().next()?;
        let (how, ..) = MEASURES.iter().find(|(kind, ..)| figure.prop(kind).is_some())?;
        let text = |name: &str| figure.text(name).unwrap_or_default();
        let words = figure.first("figure.words");
        let (must, may) = measure(how)?;
        let suppressed = figure.prop("suppress_below").map(|it| &it.value);
        Some(Self {
            mechanism: mechanism.to_owned(),
            how: (*how).to_owned(),
            name: figure.arg(1).to_owned(),
            unit: text("unit"),
            formulas: must.iter().chain(&may).map(|prop| ((*prop).to_owned(), text(prop))).collect(),
            by: text("by").split_whitespace().map(str::to_owned).collect(),
            suppress_below: match suppressed {
                Some(Plain::Whole(number)) => number.to_string(),
                _ => String::new(),
            },
            words: words.map(|it| it.arg(0).to_owned()).unwrap_or_default(),
            over_words: words.and_then(|it| it.text("over")).unwrap_or_default(),
            reason: String::new(),
            version,
        })
    }

    /// What is written for a property.
    pub fn formula(&self, prop: &str) -> &str {
        self.formulas.get(prop).map_or("", |text| text.trim())
    }

    /// Is it divided by something that has to be said in words?
    pub fn has_over(&self) -> bool {
        self.how == "ratio"
            || (self.how == "of" && self.formula("of").contains(['/', '÷']))
            || (self.how == "should" && self.unit == "%")
    }

    /// What is not filled in yet, each at its field.
    pub(super) fn unfilled(&self) -> Vec<Refusal> {
        let mut list: Vec<(&str, &str)> = vec![("name", &self.name), ("unit", &self.unit)];
        let (must, _) = measure(&self.how).unwrap_or_default();
        list.extend(must.into_iter().map(|prop| (prop, self.formula(prop))));
        list.extend([("words", self.words.as_str()), ("reason", self.reason.as_str())]);
        if self.has_over() {
            list.push(("over_words", &self.over_words));
        }
        let unfilled = list.into_iter().filter(|(_, text)| text.trim().is_empty());
        unfilled.map(|(field, _)| Refusal::new("added_figure.unfilled").at(spot(field))).collect()
    }

    /// Can it be reckoned: is all there that says how it is counted?
    pub(super) fn is_whole(&self) -> bool {
        let (must, _) = measure(&self.how).unwrap_or_default();
        !must.is_empty() && must.into_iter().all(|prop| !self.formula(prop).is_empty())
    }

    /// As it stands in a file. What is not filled in yet is written as what says least, so that the rest can be checked.
    pub(super) fn written(&self, id: &str) -> Written {
        let or = |text: &str, otherwise: &str| {
            if text.trim().is_empty() { otherwise.to_owned() } else { text.trim().to_owned() }
        };
        let mut written = Written { text: String::new(), fields: Vec::new() };
        written.line("name", &format!("figure {} {} \\", quoted(id), quoted(&or(&self.name, id))));
        let (must, may) = measure(&self.how).unwrap_or_default();
        for prop in must {
            let least = match prop {
                "at" | "since" | "until" => "登记日",
                "count" | "ratio" | "over" | "stock" => "全部",
                "sum" | "average" => "1",
                _ => "？",
            };
            written.line(prop, &format!("    {prop}={} \\", quoted(&or(self.formula(prop), least))));
        }
        for prop in may.into_iter().filter(|prop| !self.formula(prop).is_empty()) {
            written.line(prop, &format!("    {prop}={} \\", quoted(self.formula(prop))));
        }
        if !self.by.is_empty() {
            written.line("by", &format!("    by={} \\", quoted(&self.by.join(" "))));
        }
        if let Ok(number) = self.suppress_below.trim().parse::<i64>() {
            written.line("suppress_below", &format!("    suppress_below={number} \\"));
        }
        written.line("unit", &format!("    unit={} {{", quoted(&or(&self.unit, "项"))));
        let over =
            if self.has_over() { format!(" over={}", quoted(&or(&self.over_words, "全部"))) } else { String::new() };
        written.line("words", &format!("    words {}{over}", quoted(&or(&self.words, "？"))));
        written.line("words", "}");
        written
    }

    /// What the number below which it is hidden must be.
    pub(super) fn bad_number(&self) -> Option<Refusal> {
        let typed = self.suppress_below.trim();
        let is_bad = !typed.is_empty() && typed.parse::<i64>().is_err();
        is_bad.then(|| Refusal::new("added_figure.suppress_below").at(spot("suppress_below")))
    }
}

impl Written {
    fn line(&mut self, field: &str, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.fields.push(field.to_owned());
    }

    /// A problem of the file as a refusal at the field that it is about.
    pub(super) fn refusal(&self, problem: &Problem) -> Refusal {
        let field = self.fields.get(problem.line.saturating_sub(1)).map_or("name", String::as_str);
        said(problem).at(spot(field))
    }
}

/// A problem in words.
pub(super) fn said(problem: &Problem) -> Refusal {
    let ended = |text: &str| match text.ends_with(['。', '？', '！']) || text.is_empty() {
        true => text.to_owned(),
        false => format!("{text}。"),
    };
    Refusal::new("added_figure.problem")
        .with("words", ended(&problem.sentence))
        .with("hint", ended(problem.hint.as_deref().unwrap_or("")))
}

pub(super) fn spot(field: &str) -> Spot {
    Spot::Field(FieldId::from(field))
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars().filter(|sign| !sign.is_control() || *sign == '\n') {
        match sign {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> FigureForm {
        let formulas = [("ratio", "状态 = 已办结"), ("over", "非 为空(下达日)"), ("at", "下达日")];
        FigureForm {
            mechanism: "task_order".to_owned(),
            how: "ratio".to_owned(),
            name: "办结率\"甲\"".to_owned(),
            unit: "%".to_owned(),
            formulas: formulas.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
            by: vec!["source".to_owned(), "urgent".to_owned()],
            suppress_below: "5".to_owned(),
            words: "办结的\\占下达的".to_owned(),
            over_words: "下达的".to_owned(),
            reason: String::new(),
            version: 3,
        }
    }

    #[test]
    fn what_is_typed_comes_back_as_it_was() {
        let written = form().written("own_1").text;
        assert_eq!(FigureForm::of("task_order", &written, 3), Some(form()), "{written}");
    }

    #[test]
    fn a_problem_stands_at_the_field_that_it_is_about() {
        let written = form().written("own_1");
        let at = |line| {
            let problem = Problem { path: String::new(), line, column: 1, sentence: "不对".to_owned(), hint: None };
            written.refusal(&problem).at
        };
        assert_eq!((at(1), at(2), at(4), at(7)), (spot("name"), spot("ratio"), spot("at"), spot("unit")));
        assert_eq!(at(99), spot("name"));
    }

    #[test]
    fn no_sign_that_is_typed_breaks_the_file() {
        for text in ["\"", "\\", "{", "}", "甲\n乙", "\u{7}", "// 甲", "\" x=\"1", "#true"] {
            let typed = FigureForm { name: text.to_owned(), words: text.to_owned(), ..form() };
            let back = FigureForm::of("task_order", &typed.written("own_1").text, 3).expect("it can be read");
            assert_eq!(back.formula("ratio"), "状态 = 已办结", "{text:?}");
        }
    }
}
