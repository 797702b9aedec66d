//! Does a number that stands behind the name of a figure say what the figure says?
//!
//! `办结事项数为56件`: the name, at most a few words, the number. Never a number that something else stands before.

use rust_decimal::Decimal;

use super::{Finding, Kind};
use crate::quantity::{self, Meaning, Mention};

/// A figure by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is called.
    pub name: String,
    /// What it comes to, in its own unit of measure; a percentage 0 to 100.
    pub value: Decimal,
    /// Its unit of measure.
    pub unit: String,
    /// Is it a percentage?
    pub is_percent: bool,
}

/// What may stand between a name and its number.
const BETWEEN: [&str; 16] =
    ["", "为", "是", "达", "达到", "共", "共计", "合计", "为：", "：", ":", "有", "已达", "已达到", "达到了", "共有"];

/// Checks the numbers that stand behind names of figures.
pub fn check_named(text: &str, known: &[Named]) -> Vec<Finding> {
    let mentions = quantity::find(text, None);
    let mut findings: Vec<Finding> = Vec::new();
    for named in known {
        for (start, name) in text.match_indices(named.name.as_str()) {
            let end = start + name.len();
            // The longer name that this one is a part of speaks for itself.
            let is_part = known.iter().any(|other| {
                let longer = other.name.len() > named.name.len() && other.name.contains(name);
                longer && text.match_indices(other.name.as_str()).any(|(at, it)| at <= start && end <= at + it.len())
            });
            let mention = mentions.iter().find(|it| it.span.start >= end).filter(|_| !is_part);
            let Some(mention) = mention.filter(|it| BETWEEN.contains(&text[end..it.span.start].trim())) else {
                continue;
            };
            if let Some(kind) = compare(mention, named) {
                let percent = if named.is_percent { "" } else { named.unit.as_str() };
                let mark = if named.is_percent { "%" } else { "" };
                findings.push(Finding {
                    span: start..mention.span.end,
                    claim: format!("“{name}”和指标库比"),
                    expected: format!("{}{mark}{percent}", named.value.normalize()),
                    found: text[mention.span.clone()].to_owned(),
                    kind,
                });
            }
        }
    }
    findings.sort_by_key(|it| (it.span.start, it.span.end));
    findings
}

/// How what is written stands to what is known; nothing where it means something else.
fn compare(mention: &Mention, named: &Named) -> Option<Kind> {
    let (found, known) = match &mention.meaning {
        Meaning::Percent(value) if named.is_percent => (*value, named.value),
        Meaning::Money(value) => (*value, named.value * scale(&named.unit)?),
        Meaning::Count { value, unit } if !named.is_percent && unit.is_none_or(|unit| unit == named.unit) => {
            (*value, named.value)
        }
        _ => return None,
    };
    Some(match (found == known, mention.exact) {
        (true, _) => Kind::Agrees,
        (false, true) => Kind::Differs,
        (false, false) => Kind::CannotTell,
    })
}

/// How many 元 a unit of money holds.
fn scale(unit: &str) -> Option<Decimal> {
    match unit {
        "元" => Some(Decimal::ONE),
        "万元" => Some(Decimal::from(10_000)),
        "亿元" => Some(Decimal::from(100_000_000)),
        _ => None,
    }
}
