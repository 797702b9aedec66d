//! 派生报表: which text carries live figures, over which days, and which step seals it?
//!
//! The text is a field of the record; between 【 and 】 stands the name of a figure and what of it is wanted ([`live`]).
//! While the report is written every such place is read from the figures; the step that seals it keeps what was read and
//! what stood behind it.
//! Never a number that is typed into such a place.

pub mod live;

#[cfg(test)]
mod tests;

use crate::catalog::grammar::parts::{ID, NAME, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Scalar, Times};
use crate::catalog::{Mechanism, Step};
use crate::ids::{FieldId, StepId};
use crate::period::{Period, PeriodFault};
use crate::record::Record;
use crate::refusal::{Refusal, Spot};
use crate::value::Value;

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "report",
    name: "report",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "派生报表：总结、情况报告、自评报告这样正文里带数字的材料，要写 writing。一个文件写一个机制，文件名就是代号。",
};

/// Which text carries live figures.
pub(crate) const WRITING: Node = Node {
    key: "writing",
    name: "writing",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must(
            "text",
            Scalar::Id,
            "哪个长文字栏目是正文：写【数字名】的地方由系统填数，写法见 docs/how-to/write-reports.md。",
        ),
        must(
            "period",
            Scalar::Id,
            "哪个文字栏目是报告期，要必填：2026年、2026年上半年、2026年第三季度、2026年9月，或者 2026、2026H1、2026Q3、2026-09、..2026-09-30 这样写。",
        ),
        must("seal", Scalar::Id, "哪一步封存：正文里的数字从此不变，以后的变化另外标出。"),
        must("sealed", Scalar::Id, "封存那一步把填好数的正文写进哪个 long_text 栏目，谁也不能填；文书的正文用它。"),
        may("outline", Scalar::Id, "起草时先放进正文的提纲，写在同名文件夹里的这个 .txt 文件。"),
    ],
    means: "哪段正文带数字、算哪段时间、哪一步封存。",
};

/// Which text carries live figures, over which days, and which step seals it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// The field with the text.
    pub text: FieldId,
    /// The field with the period.
    pub period: FieldId,
    /// The step that seals.
    pub seal: StepId,
    /// The field that takes the text with its figures.
    pub sealed: FieldId,
    /// What a new report begins with.
    pub outline: Option<String>,
}

/// Reads a period as it stands in an address, or as people write it: `2026年`, `2026年上半年`, `2026年第三季度`, `2026年9月`.
pub fn read_period(text: &str) -> Result<Period, PeriodFault> {
    let bare: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    let Some((year, part)) = bare.split_once('年') else { return Period::parse(text) };
    if year.chars().count() != 4 {
        return Err(PeriodFault::Unreadable);
    }
    let part = part.trim_end_matches("份");
    let ordinal = |part: &str| {
        let sign = part.trim_start_matches('第');
        ["一", "二", "三", "四"].iter().position(|it| *it == sign).map_or(sign.to_owned(), |at| (at + 1).to_string())
    };
    Period::parse(&match part {
        "" | "全年" | "度" => year.to_owned(),
        "上半年" => format!("{year}H1"),
        "下半年" => format!("{year}H2"),
        _ => match (part.strip_suffix("季度"), part.strip_suffix('月')) {
            (Some(quarter), _) => format!("{year}Q{}", ordinal(quarter)),
            (_, Some(month)) => format!("{year}-{month:0>2}"),
            _ => return Err(PeriodFault::Unreadable),
        },
    })
}

impl Writing {
    /// The period of a record; nothing if it is none.
    pub fn period(&self, record: &Record) -> Option<Period> {
        match record.facts.find(self.period.as_str()) {
            Some(Value::Text(text)) => read_period(text).ok(),
            _ => None,
        }
    }

    /// Is a record being written: may its text still be changed, or be sealed?
    pub fn is_open(&self, mechanism: &Mechanism, record: &Record) -> bool {
        let changes =
            |step: &Step| step.id == self.seal || step.asks.contains(&self.text) || step.needs.contains(&self.text);
        mechanism.steps.iter().any(|step| step.from.contains(&record.state) && changes(step))
    }

    /// The text of a record as it is written.
    // enforces: writing.text
    pub fn text<'r>(&self, record: &'r Record) -> &'r str {
        match record.facts.find(self.text.as_str()) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }
}

/// Does a step write the sealed text, which nobody types?
pub fn reckons(mechanism: &Mechanism, step: &Step, field: &FieldId) -> bool {
    mechanism.writing.as_ref().is_some_and(|it| it.seal == step.id && it.sealed == *field)
}

/// Refuses a period that is none.
// enforces: writing.period
pub fn no_period(mechanism: &Mechanism, after: &Record) -> Option<Refusal> {
    let writing = mechanism.writing.as_ref()?;
    let Some(Value::Text(text)) = after.facts.find(writing.period.as_str()) else { return None };
    let fault = read_period(text).err()?;
    let shown: String = text.chars().take(40).collect();
    Some(Refusal::new(fault.code()).with("value", shown).at(Spot::Field(writing.period.clone())))
}
