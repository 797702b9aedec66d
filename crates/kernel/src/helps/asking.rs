//! What is asked of units, and who holds it already?
//!
//! Each row of a child table is one thing that is asked. It is held where a field, an alias, a figure or an earlier answer
//! is called so; the columns that say it are written by the system.
//! Never a guess: what is called otherwise is another thing.

use super::Source;
use crate::catalog::grammar::parts::{arg, may, must};
use crate::catalog::grammar::{MECHANISM, Node, Scalar, Times};
use crate::catalog::{Catalog, Field, FieldType, Mechanism};
use crate::ids::FieldId;

/// The table that says what is asked.
pub(crate) const NODE: Node = Node {
    key: "asking",
    name: "asking",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[arg("子表", Scalar::Id)],
    props: &[
        must("name", Scalar::Id, "哪一栏写要填的项目：按它和各机制的栏目名、别名、指标名以及答过的项目对照。"),
        must("source", Scalar::Id, "哪一栏由系统写平台已有的在哪里。"),
        must("repeat", Scalar::Id, "哪一栏由系统写是不是重复：平台已有的就是。"),
        may("value", Scalar::Id, "本机制是单位来答的：哪一栏写答的；先按已有的填好。写了它，下面四栏都要写。"),
        may("held", Scalar::Id, "哪一栏由系统写已有的值。"),
        may("as_of", Scalar::Id, "哪一栏由系统写已有的值截至哪天。"),
        may("origin", Scalar::Id, "哪一栏由系统写已有的值从哪里来，点开就是那件事项或者那个指标。"),
        may("because", Scalar::Id, "哪一栏写和已有的不同的理由；答的人只填 value 和这一栏，其余各栏不变。"),
    ],
    means: "子表的每一行是要单位填的一项：平台已有的标为重复，答的表上按已有的先填好，写明来源和截至哪天。",
};

/// The table that says what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The table.
    pub child: FieldId,
    /// The column with what is asked.
    pub name: FieldId,
    /// The column that says where it is held.
    pub source: FieldId,
    /// The column that says whether it is.
    pub repeat: FieldId,
    /// The columns of an answer, where units answer in it.
    pub answer: Option<Answer>,
}

/// The columns of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What is answered.
    pub value: FieldId,
    /// What is held.
    pub held: FieldId,
    /// Of which day.
    pub as_of: FieldId,
    /// Where.
    pub origin: FieldId,
    /// Why something else is answered.
    pub because: FieldId,
}

impl Asking {
    /// Does the system write a column?
    pub fn writes(&self, column: &FieldId) -> bool {
        let own = self.answer.iter().any(|it| [&it.held, &it.as_of, &it.origin].contains(&column));
        own || [&self.source, &self.repeat].contains(&column)
    }

    /// May a column be typed by whoever answers? Everything where nobody does.
    pub fn is_typed(&self, column: &FieldId) -> bool {
        match &self.answer {
            Some(it) => [&it.value, &it.because].contains(&column),
            None => !self.writes(column),
        }
    }
}

/// A name as it is compared: without blanks, marks, and what stands in brackets behind it.
pub fn plain(name: &str) -> String {
    let head = name.trim().split(['（', '(']).next().unwrap_or_default();
    let bare = |text: &str| -> String {
        text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let short = bare(head);
    if short.is_empty() { bare(name) } else { short }
}

/// Where a thing of this name may be held, in the order of the menu; at most so many.
// enforces: asking.name
pub fn holders(catalog: &Catalog, name: &str, most: usize) -> Vec<Source> {
    let wanted = plain(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for mechanism in catalog.in_order().filter(|it| it.helps.asking.is_none()) {
        let figures = mechanism.figures.iter().filter(|it| plain(&it.name) == wanted);
        found.extend(figures.map(|it| Source::Figure(mechanism.id.clone(), it.id.to_string())));
        let fields = mechanism.fields.iter().filter(|it| is_told(mechanism, it) && is_called(it, &wanted));
        found.extend(fields.map(|it| Source::Field(mechanism.id.clone(), it.id.clone())));
    }
    found.truncate(most);
    found
}

fn is_called(field: &Field, wanted: &str) -> bool {
    plain(&field.name) == *wanted || field.aliases.iter().any(|it| plain(it) == *wanted)
}

/// May what stands in a field be told elsewhere: one plain value that everybody reads who sees the record?
pub fn is_told(mechanism: &Mechanism, field: &Field) -> bool {
    let is_plain = !matches!(
        field.of,
        FieldType::LongText { .. }
            | FieldType::Files
            | FieldType::Units
            | FieldType::People
            | FieldType::Record { .. }
            | FieldType::Moment
    );
    is_plain && !field.protection.limits_reading() && field.id != mechanism.title && field.id != mechanism.unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_marks_and_measures() {
        assert_eq!(plain(" 核定 编制数（名）"), plain("核定编制数"));
        assert_eq!(plain("核定·编制数"), "核定编制数");
        assert_eq!(plain("（空）"), "空");
        assert_ne!(plain("编制数"), plain("核定编制数"));
        assert_eq!(plain("，。"), "");
    }
}
