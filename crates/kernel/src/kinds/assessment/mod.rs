//! 指标考核: which indicators, with which weights and rules, of which units, and how is their result kept?
//!
//! The scheme of a year is a record: its indicators are the rows of one table, the units that are assessed those of
//! another ([`scheme`]). What an indicator comes to for a unit is its operand; the score follows from operands alone
//! ([`score`]) and is told in words ([`words`]).
//! Never a score that somebody types into a result.

pub mod frozen;
pub mod parts;
pub mod scheme;
pub mod score;
pub mod words;

#[cfg(test)]
mod tests;

use crate::catalog::grammar::parts::{ID, NAME, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Scalar, Times};
use crate::catalog::{FieldType, Mechanism, Step};
use crate::ids::{FieldId, PersonId, RoleId, StateId, StepId};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::value::{Facts, Value};
use scheme::Scheme;
use score::Outcome;

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "assessment",
    name: "assessment",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "指标考核：一年一个方案，指标有权重、来源和计分办法，单位分组排名，要写 scoring。一个文件写一个机制。",
};

/// What is assessed and how the result is kept.
pub(crate) const SCORING: Node = Node {
    key: "scoring",
    name: "scoring",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must(
            "of",
            Scalar::Id,
            "哪张子表是指标，要有 code、name、weight、source、figure、rule、target、base、per、cap、bands、lower、missing、unchecked、trims、items、lead、line、groups 各栏，各栏怎么填见 docs/how-to/assess-units.md。",
        ),
        must("units", Scalar::Id, "哪张子表是参评单位，要有必填的 unit（单位）和 group（组别，文字）两栏。"),
        must("year", Scalar::Id, "哪个整数栏目是考核年度，要必填。"),
        may("ties", Scalar::Id, "哪个文字栏目写同分时比哪个指标，填指标编号；不写就并列。"),
        must("total", Scalar::Whole, "各指标权重加起来是多少分，例如100。"),
        must("who", Scalar::Ids, "哪些角色管考核：看得到全部得分、做推演。"),
        may("jurors", Scalar::Id, "哪个人员栏目点名评委；来源里有评委打分的要写。"),
        must("prepare", Scalar::Id, "在哪个状态起草方案：指标还可以不齐，权重还可以不平。"),
        may("publicise", Scalar::Id, "哪一步公示拟定的结果：这时不再收填报，可以提异议。"),
        may(
            "proposed",
            Scalar::Id,
            "公示那一步把拟定的结果写进哪张子表，谁也不能填，各栏和 result 一样；和 publicise 一起写。",
        ),
        must("publish", Scalar::Id, "哪一步公布结果：得分、名次、等次从此不变。"),
        must(
            "result",
            Scalar::Id,
            "公布那一步把结果写进哪张子表，谁也不能填：要有 unit（单位）、group（文字）、score（两位小数）、rank（整数）、grade（文字）各栏。",
        ),
    ],
    means: "考哪些指标、哪些单位、谁管、哪一步公布。",
};

/// A grade.
pub(crate) const GRADE: Node = Node {
    key: "scoring.grade",
    name: "grade",
    inside: &["scoring"],
    times: Times::Some,
    args: &[ID, NAME],
    props: &[
        may("least", Scalar::Whole, "至少多少分；最后一个等次不写。"),
        may("share", Scalar::Whole, "最多占本组单位的百分之几，不够一个的舍去；同分的几个单位放不下时都归下一等次。"),
    ],
    means: "一个等次，从高到低写。",
};

/// What is assessed and how the result is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoring {
    /// The child table whose rows are the indicators.
    pub of: FieldId,
    /// The child table whose rows are the units that are assessed.
    pub units: FieldId,
    /// The field with the year.
    pub year: FieldId,
    /// The field that names the indicator by which ties are broken.
    pub ties: Option<FieldId>,
    /// What all weights come to.
    pub total: i64,
    /// Who runs it.
    pub who: Vec<RoleId>,
    /// The field that names the jury.
    pub jurors: Option<FieldId>,
    /// The state in which the scheme is drafted.
    pub prepare: StateId,
    /// The step that shows what it will be, and the child table that takes it.
    pub publicise: Option<(StepId, FieldId)>,
    /// The step that freezes the result.
    pub publish: StepId,
    /// The child table that takes the result.
    pub result: FieldId,
    /// The grades, the best first.
    pub grades: Vec<Grade>,
}

/// A grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The least score.
    pub least: Option<i64>,
    /// The most of a group that may have it, in percent.
    pub share: Option<i64>,
}

/// From where an indicator's value comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A figure of the catalogue over the year.
    Figure,
    /// A value that the unit files and that is checked.
    Entry,
    /// Several such values, added up.
    List,
    /// Points of the jury.
    Jury,
    /// What votings of the year came to, for whoever of the unit was voted on.
    Ballot,
}

impl Source {
    /// All, with the word that lists use.
    pub const ALL: [(&'static str, Self); 5] = [
        ("figure", Self::Figure),
        ("entry", Self::Entry),
        ("list", Self::List),
        ("jury", Self::Jury),
        ("ballot", Self::Ballot),
    ];

    /// Is it filed by units, and checked?
    pub fn is_filed(self) -> bool {
        matches!(self, Self::Entry | Self::List)
    }
}

/// How a value becomes points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The part of the way to the target.
    Ratio,
    /// The band in which the value lies.
    Bands,
    /// So much off for each.
    Deduct,
    /// By rank in the group.
    Rank,
    /// Against the best of the group.
    Best,
    /// The mean of what the quarters come to.
    Quarters,
    /// The value is the points.
    Points,
    /// Items of a list that are met.
    Checklist,
    /// So much for each, on top.
    Add,
    /// So much off the total for each.
    Minus,
    /// Any at all leads to the last grade.
    Veto,
    /// Any at all bars from the first grade.
    Bar,
}

impl Way {
    /// All, with the word that lists use.
    pub const ALL: [(&'static str, Self); 12] = [
        ("ratio", Self::Ratio),
        ("bands", Self::Bands),
        ("deduct", Self::Deduct),
        ("rank", Self::Rank),
        ("best", Self::Best),
        ("quarters", Self::Quarters),
        ("points", Self::Points),
        ("checklist", Self::Checklist),
        ("add", Self::Add),
        ("minus", Self::Minus),
        ("veto", Self::Veto),
        ("bar", Self::Bar),
    ];

    /// Is it part of the weights that add up?
    pub fn weighs(self) -> bool {
        !matches!(self, Self::Add | Self::Minus | Self::Veto | Self::Bar)
    }

    /// Does it take something away, so that no unit files it of itself?
    pub fn takes_away(self) -> bool {
        matches!(self, Self::Deduct | Self::Minus | Self::Veto | Self::Bar)
    }

    /// Does it want a target?
    pub fn wants_target(self) -> bool {
        matches!(self, Self::Ratio | Self::Quarters)
    }

    /// Does it want points for each?
    pub fn wants_per(self) -> bool {
        matches!(self, Self::Deduct | Self::Add | Self::Minus)
    }
}

/// What counts where there is no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The indicator is left out, and the others count for the whole.
    #[default]
    Skip,
    /// Nothing.
    Zero,
    /// What the group comes to on average.
    Mean,
}

impl Missing {
    /// All, with the word that lists use.
    pub const ALL: [(&'static str, Self); 3] = [("skip", Self::Skip), ("zero", Self::Zero), ("mean", Self::Mean)];
}

/// What counts of a value that was filed and is not checked yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unchecked {
    /// It is no value yet.
    #[default]
    Missing,
    /// It counts for the time being.
    Counts,
}

impl Unchecked {
    /// All, with the word that lists use.
    pub const ALL: [(&'static str, Self); 2] = [("missing", Self::Missing), ("counts", Self::Counts)];
}

/// What a word of a list means.
pub fn meant<T: Copy>(all: &[(&'static str, T)], word: &str) -> Option<T> {
    all.iter().find(|(own, _)| *own == word).map(|(_, it)| *it)
}

/// The columns of indicators: id, type, whether it must be filled.
pub(crate) const INDICATOR: [(&str, &str, bool); 19] = [
    ("code", "text", true),
    ("name", "text", true),
    ("weight", "decimal", false),
    ("source", "choice", false),
    ("figure", "text", false),
    ("rule", "choice", false),
    ("target", "decimal", false),
    ("base", "decimal", false),
    ("per", "decimal", false),
    ("cap", "decimal", false),
    ("bands", "text", false),
    ("lower", "yes_no", false),
    ("missing", "choice", false),
    ("unchecked", "choice", false),
    ("trims", "yes_no", false),
    ("items", "text", false),
    ("lead", "text", false),
    ("line", "decimal", false),
    ("groups", "text", false),
];
/// The columns of units that are assessed.
pub(crate) const MEMBER: [(&str, &str, bool); 2] = [("unit", "unit", true), ("group", "text", true)];
/// The columns of results.
pub(crate) const RESULT: [(&str, &str, bool); 5] = [
    ("unit", "unit", false),
    ("group", "text", false),
    ("score", "decimal", false),
    ("rank", "whole", false),
    ("grade", "text", false),
];

/// Is it of the type that a column is to have?
pub(crate) fn fits(of: &FieldType, word: &str) -> bool {
    match word {
        "text" => matches!(of, FieldType::Text { .. } | FieldType::LongText { .. }),
        "decimal" => matches!(of, FieldType::Decimal { .. }),
        "choice" => matches!(of, FieldType::Choice { .. }),
        "whole" => matches!(of, FieldType::Whole { .. }),
        "yes_no" => matches!(of, FieldType::YesNo),
        "day" => matches!(of, FieldType::Day),
        "person" => matches!(of, FieldType::Person),
        "unit" => matches!(of, FieldType::Unit),
        _ => false,
    }
}

/// Is a record past its drafting, so that its scheme has to be whole?
pub fn is_running(scoring: &Scoring, record: &Record) -> bool {
    record.state != scoring.prepare
}

/// What is wrong with the scheme that a step leaves behind, where it has to be whole.
// enforces: scoring.prepare
pub(crate) fn not_whole(mechanism: &Mechanism, after: &Record, step: &Step) -> Vec<Refusal> {
    let Some(scoring) = &mechanism.scoring else { return Vec::new() };
    let to = step.to.as_ref().unwrap_or(&after.state);
    let ends = mechanism.state(to.as_str()).is_some_and(|it| it.is_final);
    if *to == scoring.prepare || (ends && step.id != scoring.publish) {
        return Vec::new();
    }
    Scheme::read(scoring, &after.facts).1
}

/// Is a field one that a step writes by itself: the result, or what an assessment says of another mechanism's record?
pub(crate) fn reckons(mechanism: &Mechanism, step: &Step, field: &FieldId) -> bool {
    let is_result = |it: &Scoring| it.takes(&step.id) == Some(field);
    mechanism.scoring.as_ref().is_some_and(is_result) || parts::writes(mechanism, step, field)
}

impl Scoring {
    /// The jury.
    // enforces: scoring.jurors
    pub fn jury(&self, facts: &Facts) -> Vec<PersonId> {
        match self.jurors.as_ref().and_then(|field| facts.find(field.as_str())) {
            Some(Value::People(people)) => people.clone(),
            _ => Vec::new(),
        }
    }

    /// The table that a step fills with what units come to.
    // enforces: scoring.publicise
    // enforces: scoring.proposed
    pub fn takes(&self, step: &StepId) -> Option<&FieldId> {
        let proposed = self.publicise.as_ref().filter(|(at, _)| at == step).map(|(_, table)| table);
        proposed.or_else(|| (self.publish == *step).then_some(&self.result))
    }
}

/// The result as the rows that the step which publishes writes.
// enforces: scoring.result
pub fn result_rows(scoring: &Scoring, scheme: &Scheme, outcome: &Outcome) -> Vec<Facts> {
    let row = |(member, standing): (&scheme::Member, &score::Standing)| {
        let mut row = Facts::default();
        let mut put = |column: &str, value: Option<Value>| row.put(&FieldId::from(column), value);
        put("unit", Some(Value::Unit(member.unit)));
        put("group", Some(Value::Text(member.group.clone())));
        put("score", standing.total.map(Value::Decimal));
        put("rank", standing.rank.map(|it| Value::Whole(it as i64)));
        put("grade", standing.grade.and_then(|at| Some(Value::Text(scoring.grades.get(at)?.name.clone()))));
        row
    };
    let mut rows: Vec<(usize, Facts)> = scheme.members.iter().zip(&outcome.standings).map(row).enumerate().collect();
    let order = |at: usize| (&scheme.members[at].group, outcome.standings[at].rank.unwrap_or(usize::MAX));
    rows.sort_by(|(a, _), (b, _)| order(*a).cmp(&order(*b)));
    rows.into_iter().map(|(_, row)| row).collect()
}
