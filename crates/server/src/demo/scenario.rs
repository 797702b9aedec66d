//! What did people do? The demo's file of matters, read.
//!
//! Days are written as working days before or after today, so that the demo is never old.

use kdl::{KdlDocument, KdlNode, KdlValue};
use kernel::problem::{Problem, SourceFile};

/// A step that somebody took.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Done {
    /// The step.
    pub(super) step: String,
    /// The working day: 0 is today.
    pub(super) on: i64,
    /// Who, by sign-in name; else whoever may.
    pub(super) by: Option<String>,
    /// Opinion or reason.
    pub(super) says: Option<String>,
    /// Fields.
    pub(super) fields: Vec<(String, Vec<Written>)>,
    /// Rows of child tables.
    pub(super) rows: Vec<(String, Vec<(String, Written)>)>,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Written {
    /// A text.
    Text(String),
    /// A whole number; in a day's field the working day.
    Whole(i64),
}

/// What stands in the place of a step where it is noted who came.
pub(super) const COME: &str = "come";
/// What stands in the place of a step where something is moved on an account.
pub(super) const MOVE: &str = "move";
/// Whoever did not, of those on the list.
pub(super) const ABSENT: &str = "absent";
/// How many came, where there is no list.
pub(super) const HEADS: &str = "heads";

/// A record's life.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Life {
    /// The mechanism.
    pub(super) mechanism: String,
    /// Whose file it goes on with: that of somebody who is on the list from the start.
    pub(super) of: Option<String>,
    /// The place of the life that opened it, if one did.
    pub(super) opened_by: Option<usize>,
    /// How many of that life's openings came before it.
    pub(super) turn: usize,
    /// What was done.
    pub(super) steps: Vec<Done>,
}

impl Life {
    /// The same where so many lives stand before it.
    pub(super) fn after(self, before: usize) -> Self {
        Self { opened_by: self.opened_by.map(|place| place + before), ..self }
    }
}

/// Reads the file.
pub(super) fn read(file: &SourceFile) -> Result<Vec<Life>, Vec<Problem>> {
    let document: KdlDocument = file.text.parse().map_err(|fault: kdl::KdlError| {
        let places = fault.diagnostics.iter().map(|it| it.span.offset()..it.span.offset());
        places.map(|place| Problem::at(file, place, "看不懂这里。")).collect::<Vec<_>>()
    })?;
    let mut reader = Reader { file, lives: Vec::new(), problems: Vec::new() };
    for node in document.nodes() {
        match node.name().value() {
            "matter" => reader.life(node, None),
            _ => reader.tell(node, "这里要写 matter。"),
        }
    }
    if reader.problems.is_empty() { Ok(reader.lives) } else { Err(reader.problems) }
}

struct Reader<'a> {
    file: &'a SourceFile,
    lives: Vec<Life>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn tell(&mut self, node: &KdlNode, sentence: &str) {
        self.problems.push(Problem::at(self.file, node.span().offset()..node.span().offset(), sentence));
    }

    fn life(&mut self, node: &KdlNode, opened_by: Option<usize>) {
        let Some(mechanism) = node.get(0).and_then(KdlValue::as_string) else {
            return self.tell(node, "没有写哪个机制。");
        };
        let at = self.lives.len();
        let turn = self.lives.iter().filter(|life| life.opened_by.is_some() && life.opened_by == opened_by).count();
        let of = node.get("of").and_then(KdlValue::as_string).map(str::to_owned);
        self.lives.push(Life { mechanism: mechanism.to_owned(), of, opened_by, turn, steps: Vec::new() });
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "opened" => self.life(child, Some(at)),
                _ => match done(child) {
                    Some(done) => self.lives[at].steps.push(done),
                    None => self.tell(child, "步骤要写 on=第几个工作日，字段要有值。"),
                },
            }
        }
    }
}

fn done(node: &KdlNode) -> Option<Done> {
    let text = |name: &str| node.get(name).and_then(KdlValue::as_string).map(str::to_owned);
    let mut done = Done {
        step: node.name().value().to_owned(),
        on: whole(node.get("on")?)?,
        by: text("as"),
        says: text("says"),
        fields: Vec::new(),
        rows: Vec::new(),
    };
    for field in node.children().map(KdlDocument::nodes).unwrap_or_default() {
        let name = field.name().value().to_owned();
        let named = |entry: &kdl::KdlEntry| Some((entry.name()?.value().to_owned(), written(entry.value())?));
        let row: Vec<(String, Written)> = field.entries().iter().filter_map(named).collect();
        let plain: Option<Vec<Written>> =
            field.entries().iter().filter(|entry| entry.name().is_none()).map(|it| written(it.value())).collect();
        match (row.is_empty(), plain?) {
            (true, values) if !values.is_empty() || name == ABSENT => done.fields.push((name, values)),
            (false, values) if values.is_empty() => done.rows.push((name, row)),
            _ => return None,
        }
    }
    Some(done)
}

fn whole(value: &KdlValue) -> Option<i64> {
    i64::try_from(value.as_integer()?).ok()
}

fn written(value: &KdlValue) -> Option<Written> {
    match value {
        KdlValue::String(text) => Some(Written::Text(text.clone())),
        value => whole(value).map(Written::Whole),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile { path: Arc::from("matters.kdl"), text: Arc::from(text) }
    }

    #[test]
    fn a_life_holds_its_steps_and_the_lives_it_opened() {
        let text = "matter \"a\" { begin on=-2 { title \"x\"; row part=1 day=\"y\" }\n opened \"b\" { go on=-1 says=\"ok\" } }";
        let lives = read(&file(text)).unwrap();
        assert_eq!(lives.len(), 2);
        assert_eq!(lives[1].opened_by, Some(0));
        assert_eq!(lives[0].steps[0].rows[0].1.len(), 2);
        assert_eq!(lives[1].steps[0].says.as_deref(), Some("ok"));
    }

    #[test]
    fn a_step_without_a_day_is_a_problem() {
        let problems = read(&file("matter \"a\" {\n  begin\n}")).unwrap_err();
        assert_eq!(problems[0].to_string(), "matters.kdl:2:3 步骤要写 on=第几个工作日，字段要有值。");
    }

    #[test]
    fn the_demo_has_more_than_thirty_tasks() {
        let lives = read(&file(super::super::MATTERS)).unwrap();
        assert!(lives.iter().filter(|life| life.mechanism == "task_order").count() >= 35);
    }
}
