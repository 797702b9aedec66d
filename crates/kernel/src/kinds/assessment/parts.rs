//! What may records of other mechanisms be in an assessment? A value that a unit files, points of a juror, a letter about
//! what is below its line, the sheet of a dispatch meeting, a use of the result.
//!
//! Such a mechanism is written like any other; `assessed` says which part its records play, and the columns that the part
//! needs stand in it under fixed names. What a filed value or a jury comes to follows from those records alone.
//! Never a value that counts without having been checked, unless the scheme says so.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::scheme::Leaf;
use super::{Source, Unchecked};
use crate::catalog::grammar::parts::{may, must};
use crate::catalog::grammar::{MECHANISM, Node, Scalar, Times};
use crate::catalog::{Mechanism, Step};
use crate::ids::{FieldId, PersonId, StateId, StepId};

/// What a record of a mechanism is in an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A value that a unit files, or what it objects to.
    Entry,
    /// Points of a juror.
    Points,
    /// A letter about what is below its line.
    Letter,
    /// The sheet of a dispatch meeting.
    Sheet,
    /// A use of the published result.
    Use,
}

/// The words of definitions.
pub(crate) const WORDS: &[&str] = &["entry", "points", "letter", "sheet", "use"];

/// `assessed as="entry" …`.
pub(crate) const ASSESSED: Node = Node {
    key: "assessed",
    name: "assessed",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must(
            "as",
            Scalar::Word(WORDS),
            "在考核里是什么：entry 填报和异议，points 评委打分表，letter 调度函，sheet 调度表，use 结果运用。各要哪些栏目，检查时会指出来。",
        ),
        must("of", Scalar::Id, "哪个必填的关联栏目写明是哪一个考核。"),
        must("at", Scalar::Id, "走哪一步时由系统核对考核的情况，填上由它写的栏目。"),
        may("counts", Scalar::Ids, "在哪些状态算数：核验过的填报、交了的打分表、定下的调度表。"),
        may("waits", Scalar::Ids, "在哪些状态是等着核验的填报；还没有办结的函不用写。"),
    ],
    means: "这个机制的一件事在考核里起什么作用。",
};

/// What records of a mechanism are in an assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessed {
    /// What.
    pub part: Part,
    /// The field that names the assessment.
    pub of: FieldId,
    /// The step at which they are held against it.
    pub at: StepId,
    /// The states in which they count.
    pub counts: Vec<StateId>,
    /// The states in which they wait to be checked.
    pub waits: Vec<StateId>,
}

/// A field that a part needs: its id, its type, whether the system writes it.
type Column = (&'static str, &'static str, bool);
/// A table that a part needs: its id, whether the system writes it, its columns with their types.
type Table = (&'static str, bool, &'static [(&'static str, &'static str)]);

impl Part {
    /// What a word means.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let all = [Self::Entry, Self::Points, Self::Letter, Self::Sheet, Self::Use];
        WORDS.iter().position(|it| *it == word).and_then(|at| all.get(at).copied())
    }

    /// The fields that it needs.
    pub(crate) fn fields(self) -> &'static [Column] {
        match self {
            Self::Entry => &[
                ("unit", "unit", false),
                ("kind", "choice", false),
                ("indicator", "text", false),
                ("value", "decimal", false),
                ("met", "text", false),
                ("basis_paper", "text", false),
                ("found", "decimal", false),
                ("lead", "unit", true),
                ("checked_on", "day", true),
            ],
            Self::Points => &[("indicator", "text", false), ("juror", "person", true)],
            Self::Letter => &[
                ("unit", "unit", false),
                ("indicator", "text", false),
                ("kind", "choice", false),
                ("value", "text", false),
                ("line", "text", false),
                ("demand", "text", false),
            ],
            Self::Sheet => &[("day", "day", true)],
            Self::Use => &[
                ("unit", "unit", false),
                ("group", "text", true),
                ("score", "decimal", true),
                ("rank", "whole", true),
                ("grade", "text", true),
            ],
        }
    }

    /// The tables that it needs, each with its columns.
    pub(crate) fn tables(self) -> &'static [Table] {
        match self {
            Self::Points => &[("given", false, &[("unit", "unit"), ("points", "decimal")])],
            Self::Sheet => &[
                (
                    "standing",
                    true,
                    &[
                        ("group", "text"),
                        ("unit", "unit"),
                        ("rank", "whole"),
                        ("score", "decimal"),
                        ("gap", "decimal"),
                        ("before", "whole"),
                        ("change", "decimal"),
                    ],
                ),
                (
                    "weak",
                    true,
                    &[
                        ("unit", "unit"),
                        ("indicator", "text"),
                        ("value", "decimal"),
                        ("line", "decimal"),
                        ("before", "decimal"),
                    ],
                ),
            ],
            Self::Entry | Self::Letter | Self::Use => &[],
        }
    }

    /// The fields and tables that the system writes.
    pub(crate) fn writes(self) -> impl Iterator<Item = &'static str> {
        let fields = self.fields().iter().filter(|(.., own)| *own).map(|(id, ..)| *id);
        fields.chain(self.tables().iter().filter(|(_, own, _)| *own).map(|(id, ..)| *id))
    }
}

/// The word for a letter about what is below its line.
pub const WARNING: &str = "warning";
/// The word for a letter about what falls.
pub const DISPATCH: &str = "dispatch";
/// The word for a filed value.
pub const FILED: &str = "filed";

/// Does the system write a field at a step: what is typed by nobody, and what follows from what was typed?
pub(crate) fn writes(mechanism: &Mechanism, step: &Step, field: &FieldId) -> bool {
    let Some(it) = &mechanism.assessed else { return false };
    let id = field.as_str();
    match it.part {
        Part::Entry if files(it, step) => ["lead", "value", "found", "checked_on"].contains(&id),
        Part::Entry => checks(it, step) && ["found", "checked_on"].contains(&id),
        Part::Points | Part::Letter | Part::Sheet | Part::Use => {
            it.at == step.id && it.part.writes().any(|own| own == id)
        }
    }
}

/// Does a step file a value, so that it waits to be checked whatever was found before?
pub fn files(it: &Assessed, step: &Step) -> bool {
    let asks = step.needs.iter().chain(&step.asks).any(|field| field.as_str() == "value");
    it.part == Part::Entry && (it.at == step.id || asks)
}

/// Does a step say of an entry that it counts?
pub fn checks(it: &Assessed, step: &Step) -> bool {
    it.part == Part::Entry && step.to.as_ref().is_some_and(|to| it.counts.contains(to))
}

/// A filed value, as far as scores ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Filed {
    /// What the unit says.
    pub value: Option<Decimal>,
    /// What was found; nothing where nobody has looked.
    pub found: Option<Decimal>,
    /// Does it still stand: does it count or wait?
    pub stands: bool,
    /// The day on which it was filed.
    pub on: Date,
    /// The day on which it was checked last.
    pub checked_on: Option<Date>,
}

/// What filed values come to up to a day, oldest first; and whether something of it was not checked.
///
/// Of a list all are added up; else the last one stands. What was checked counts as it was found. What was not is no value
/// yet, or counts as it was filed, as the scheme says.
pub fn filed(leaf: &Leaf, all: &[Filed], until: Date) -> (Option<Decimal>, bool) {
    let of = |it: &Filed| {
        let found = it.found.filter(|_| it.checked_on.is_some_and(|on| on <= until));
        (found, if found.is_none() { it.value } else { None })
    };
    let standing = all.iter().filter(|it| it.stands && it.on <= until).map(of);
    let counts = |(found, waits): (Option<Decimal>, Option<Decimal>)| match leaf.unchecked {
        Unchecked::Missing => found,
        Unchecked::Counts => found.or(waits),
    };
    let all: Vec<(Option<Decimal>, Option<Decimal>)> = standing.collect();
    let waits = all.iter().any(|(_, waits)| waits.is_some());
    match leaf.source {
        Source::List => {
            let known: Vec<Decimal> = all.into_iter().filter_map(counts).collect();
            let sum = known.iter().try_fold(Decimal::ZERO, |sum, it| sum.checked_add(*it));
            (sum.filter(|_| !known.is_empty()), waits)
        }
        Source::Entry => {
            let last = all.last().is_some_and(|(_, waits)| waits.is_some());
            (all.into_iter().rev().find_map(counts), last)
        }
        Source::Figure | Source::Jury | Source::Ballot => (None, false),
    }
}

/// So many jurors at least, for the highest and the lowest to be left out.
const FEW: usize = 3;

/// What a jury comes to: the mean of the last points of each, without the highest and the lowest where the scheme says so
/// and three or more gave points.
pub fn jury(given: &BTreeMap<PersonId, Decimal>, trims: bool) -> Option<Decimal> {
    let mut points: Vec<Decimal> = given.values().copied().collect();
    points.sort();
    let rest = match trims && points.len() >= FEW {
        true => &points[1..points.len() - 1],
        false => &points[..],
    };
    let sum = rest.iter().try_fold(Decimal::ZERO, |sum, it| sum.checked_add(*it))?;
    sum.checked_div(Decimal::from(rest.len())).map(|it| it.round_dp(6))
}

/// The items of a list that are met, by their numbers from 1: how many; nothing where it cannot be read or names one that is
/// not there.
pub fn met(words: &str, items: usize) -> Option<usize> {
    let separate = |it: char| matches!(it, '、' | ',' | '，' | ';' | '；' | ' ' | '\n');
    let mut known: Vec<usize> = Vec::new();
    for part in words.split(separate).map(str::trim).filter(|it| !it.is_empty()) {
        let number: usize = part.parse().ok().filter(|it| (1..=items).contains(it))?;
        if !known.contains(&number) {
            known.push(number);
        }
    }
    Some(known.len())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::kinds::assessment::{Missing, Way};

    fn leaf(source: Source, unchecked: Unchecked) -> Leaf {
        Leaf {
            source,
            figure: None,
            way: Way::Points,
            target: None,
            base: None,
            per: None,
            cap: None,
            bands: Vec::new(),
            lower: false,
            missing: Missing::Skip,
            unchecked,
            trims: false,
            items: Vec::new(),
            lead: None,
            line: None,
        }
    }

    fn value(filed: i64, found: Option<i64>, stands: bool, on: i8) -> Filed {
        let checked_on = found.map(|_| date(2026, 3, on + 1));
        let found = found.map(Decimal::from);
        Filed { value: Some(filed.into()), found, stands, on: date(2026, 3, on), checked_on }
    }

    #[test]
    fn what_was_found_last_counts_and_what_waits_counts_by_the_rule() {
        let all = [value(8, Some(7), true, 2), value(20, None, true, 9), value(90, None, false, 10)];
        let end = date(2026, 12, 31);
        let of = |source, unchecked| filed(&leaf(source, unchecked), &all, end);
        assert_eq!(of(Source::Entry, Unchecked::Missing), (Some(7.into()), true));
        assert_eq!(of(Source::Entry, Unchecked::Counts), (Some(20.into()), true));
        assert_eq!(of(Source::List, Unchecked::Missing), (Some(7.into()), true));
        assert_eq!(of(Source::List, Unchecked::Counts), (Some(27.into()), true));
        // As it stood on a past day.
        assert_eq!(filed(&leaf(Source::Entry, Unchecked::Missing), &all, date(2026, 3, 2)), (None, true));
        assert_eq!(filed(&leaf(Source::Entry, Unchecked::Missing), &all, date(2026, 3, 3)), (Some(7.into()), false));
        assert_eq!(filed(&leaf(Source::Entry, Unchecked::Counts), &[], end), (None, false));
    }

    #[test]
    fn of_three_jurors_and_more_the_highest_and_the_lowest_are_left_out_where_stated() {
        let given = |points: &[i64]| -> BTreeMap<PersonId, Decimal> {
            let person = |at: usize| PersonId(uuid::Uuid::from_u128(at as u128 + 1));
            points.iter().enumerate().map(|(at, it)| (person(at), Decimal::from(*it))).collect()
        };
        assert_eq!(jury(&given(&[60, 80, 85, 90]), false).map(|it| it.to_string()).as_deref(), Some("78.75"));
        assert_eq!(jury(&given(&[60, 80, 86, 90]), true), Some(83.into()));
        assert_eq!(jury(&given(&[60, 90]), true), Some(75.into()));
        assert_eq!(jury(&given(&[]), true), None);
    }

    #[test]
    fn items_are_met_once_and_only_those_that_are_there() {
        assert_eq!(met("1、3，3", 3), Some(2));
        assert_eq!(met("", 3), Some(0));
        assert_eq!(met("4", 3), None);
        assert_eq!(met("全部", 3), None);
    }

    proptest! {
        #[test]
        fn a_jury_lies_between_its_points_and_a_list_is_the_sum_of_what_was_found(
            points in prop::collection::vec(0_i64..100, 1..12), trims: bool,
            all in prop::collection::vec((0_i64..50, prop::option::of(0_i64..50), any::<bool>()), 0..12),
        ) {
            let given = points.iter().enumerate().map(|(at, it)| (PersonId(uuid::Uuid::from_u128(at as u128)), Decimal::from(*it)));
            let mean = jury(&given.collect(), trims).unwrap_or_default();
            let (least, most) = (points.iter().min().unwrap_or(&0), points.iter().max().unwrap_or(&0));
            prop_assert!(Decimal::from(*least) <= mean && mean <= Decimal::from(*most));
            let all: Vec<Filed> = all.iter().map(|(filed, found, stands)| value(*filed, *found, *stands, 1)).collect();
            let sum: Decimal = all.iter().filter(|it| it.stands).filter_map(|it| it.found).sum();
            let (known, _) = filed(&leaf(Source::List, Unchecked::Missing), &all, date(2026, 12, 31));
            prop_assert_eq!(known.unwrap_or_default(), sum);
        }
    }
}
