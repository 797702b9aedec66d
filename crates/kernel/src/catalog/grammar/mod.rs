//! What may an expert write? One table (`table`) of every node, argument and property, with a sentence for each.
//!
//! The raw reader accepts exactly what stands here, the manual prints it, and the conformance ledger
//! asks of each line where it is enforced and which test proves it.
//! Never a rule that needs more than the node itself: those are checks.

mod beyond;
mod examples;
mod openings;
mod outside;
pub(crate) mod parts;
mod rights;
mod views;
mod table;

use parts::{CODE, ID, NAME};
pub use table::GRAMMAR;

use crate::kinds::Kind;

/// A kind of node.
#[derive(Debug, PartialEq, Eq)]
pub struct Node {
    /// Its key in the ledger, unique: `field`, `deadline.warn`.
    pub key: &'static str,
    /// The word that the expert writes; [`ANY`] if it is the id of a field.
    pub name: &'static str,
    /// The keys of the nodes that it may stand in.
    pub inside: &'static [&'static str],
    /// How often it may stand there.
    pub times: Times,
    /// What is written behind it without a name.
    pub args: &'static [Argument],
    /// What is written behind it with a name.
    pub props: &'static [Property],
    /// What it does, for the expert.
    pub means: &'static str,
}

/// How often a node may stand in the node above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Exactly once.
    Once,
    /// Once or not at all.
    Maybe,
    /// At least once.
    Some,
    /// As often as one likes.
    Any,
}

/// What is written without a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Argument {
    /// What it is called in messages.
    pub name: &'static str,
    /// What may be written.
    pub of: Scalar,
    /// May there be several? Only the last argument of a node.
    pub many: bool,
}

/// What is written with a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Property {
    /// The name; [`ANY`] if it is the id of a field.
    pub name: &'static str,
    /// What may be written.
    pub of: Scalar,
    /// Must it be written?
    pub required: bool,
    /// What it does, for the expert.
    pub means: &'static str,
}

/// What may be written as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Text that is shown to people.
    Text,
    /// `#true` or `#false`.
    YesNo,
    /// A whole number.
    Whole,
    /// A machine's name: small letters, digits, `_`.
    Id,
    /// The code of an item of a list: letters, digits, `_`; national codes such as 01B01 too.
    Code,
    /// Ids with blanks between.
    Ids,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A span such as 10个工作日.
    Span,
    /// A formula.
    Formula,
    /// A day such as 2026-03-05.
    Day,
    /// A pattern of numbers such as 任〔{年}〕{序号}号.
    Pattern,
    /// Text with holes.
    Template,
    /// The value of a field, text, number or yes-no.
    Value,
}

/// The name that stands for the id of a field.
pub const ANY: &str = "*";
/// The key of a mechanism's file.
pub const MECHANISM_FILE: &str = "mechanism_file";
/// What stands for the top node of a mechanism of any kind: its parts stand in every kind.
pub const MECHANISM: &str = "mechanism";
/// The key of a file of figures that a site adds to a mechanism.
pub const FIGURES_FILE: &str = "figures_file";
/// The key of a file of the vocabulary.
pub const VOCABULARY_FILE: &str = "vocabulary_file";

/// The types that a field may have.
pub const FIELD_TYPES: &[&str] = &[
    "text", "long_text", "whole", "decimal", "money", "percent", "day", "month", "moment", "yes_no", "choice", "unit",
    "units", "person", "people", "record", "files", "computed",
];

/// The types that a column of a child table may have.
pub const COLUMN_TYPES: &[&str] = &[
    "text", "long_text", "whole", "decimal", "money", "percent", "day", "month", "yes_no", "choice", "unit", "person",
    "record",
];

/// The trees that a kind of unit may stand in.
pub const HIERARCHIES: &[&str] = &["administrative", "party"];

/// What the unit of a figure may count.
pub const COUNTS: &[&str] =
    &["things", "people", "money", "percent", "days", "working_days", "months", "points", "rank"];

/// The layouts that a paper may take.
pub const LAYOUTS: &[&str] = &["document", "letter", "order"];
/// What an administrator may administer.
pub const ADMINISTERS: &[&str] = &["system", "security", "audit"];
/// The lists that records may be.
pub const ROSTERS: &[&str] = &["people", "posts"];
/// What a register may be ordered by.
pub const SORTS: &[&str] = &["due", "opened", "number"];
/// Kinds of personal information.
pub const LEVELS: &[&str] = &["personal", "sensitive"];
/// How a field may be masked.
pub const MASKS: &[&str] = &["identity", "phone", "name", "all"];
/// How somebody may stand to a record that they see.
pub const RELATIONS: &[&str] =
    &["unit_and_below", "own_unit", "hosted", "named", "opened", "handled", "assigned", "anywhere"];
/// The columns of a register that are no fields; no field may be called so.
pub const OWN_COLUMNS: &[&str] = &["number", "state", "light", "due", "holder"];

/// The node that may be written as `name` inside the node `inside`.
pub fn find(inside: &str, name: &str) -> Option<&'static Node> {
    let named = within(inside).find(|node| node.name == name);
    named.or_else(|| within(inside).find(|node| node.name == ANY))
}

/// What may stand inside the node `inside`.
pub fn within(inside: &str) -> impl Iterator<Item = &'static Node> + '_ {
    let is_of_all = |node: &Node| node.inside.contains(&MECHANISM) && Kind::of(inside).is_some();
    GRAMMAR.iter().filter(move |node| node.inside.contains(&inside) || is_of_all(node))
}

impl Node {
    /// A property by name, [`ANY`] included.
    pub fn prop(&self, name: &str) -> Option<&'static Property>
    where
        Self: 'static,
    {
        let props: &'static [Property] = self.props;
        props.iter().find(|prop| prop.name == name).or_else(|| props.iter().find(|prop| prop.name == ANY))
    }
}

/// Every line of the grammar that must do something: key and sentence.
/// A node stands for its arguments if it has more of them than an id and a name.
pub fn lines() -> Vec<(String, &'static str)> {
    let mut lines = Vec::new();
    for node in GRAMMAR {
        if node.args.iter().any(|arg| *arg != ID && *arg != NAME && *arg != CODE) {
            lines.push((node.key.to_owned(), node.means));
        }
        for prop in node.props {
            lines.push((format!("{}.{}", node.key, prop.name), prop.means));
        }
    }
    lines
}

impl Scalar {
    /// What is expected, in Chinese.
    pub fn words(self) -> String {
        match self {
            Self::Text => "引号里的文字".into(),
            Self::YesNo => " #true 或 #false".into(),
            Self::Whole => "整数".into(),
            Self::Id => "代号（小写字母、数字和下划线）".into(),
            Self::Code => "代号（字母、数字和下划线，国家标准的代码照写）".into(),
            Self::Ids => "一个或几个代号，中间空格".into(),
            Self::Word(words) => format!("{}其中之一", words.join("、")),
            Self::Span => "时间长度，例如“10个工作日”“1个月”".into(),
            Self::Formula => "引号里的公式".into(),
            Self::Day => "日期，例如“2026-03-05”".into(),
            Self::Pattern => "编号样式，例如“任〔{年}〕{序号}号”".into(),
            Self::Template => "引号里的文字，可以带{栏目}".into(),
            Self::Value => "栏目的值".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_unique_and_every_parent_exists() {
        let mut keys: Vec<_> = GRAMMAR.iter().map(|node| node.key).collect();
        for node in GRAMMAR {
            for parent in node.inside {
                let known = keys.contains(parent)
                    || [MECHANISM_FILE, MECHANISM, FIGURES_FILE, VOCABULARY_FILE].contains(parent);
                assert!(known, "{} stands in {parent}, which is not in the table", node.key);
            }
        }
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn every_kind_has_its_word_and_all_parts_stand_in_it() {
        let tops: Vec<&str> = within(MECHANISM_FILE).map(|node| node.key).collect();
        assert_eq!(tops, Kind::ALL.map(Kind::word));
        let parts = |kind: Kind| within(kind.word()).map(|node| node.key).collect::<Vec<_>>();
        assert!(parts(Kind::Matter).contains(&"step"));
        assert_eq!(parts(Kind::Register), parts(Kind::Matter));
    }

    #[test]
    fn every_line_of_the_grammar_has_a_sentence() {
        for (key, means) in lines() {
            assert!(means.ends_with('。'), "{key}: {means}");
        }
    }

    #[test]
    fn several_arguments_stand_only_at_the_end() {
        for node in GRAMMAR {
            let before_last = node.args.iter().rev().skip(1);
            assert!(before_last.into_iter().all(|arg| !arg.many), "{}", node.key);
        }
    }
}
