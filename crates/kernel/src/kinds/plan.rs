//! What has to be done regularly: by units of a kind each month or quarter, by people for so many hours a year.
//!
//! Never counts: it names the figure that does.

use jiff::civil::Date;

use crate::catalog::grammar::parts::{ID, NAME, may, must};
use crate::catalog::grammar::{MECHANISM, Node, Scalar, Times};
use crate::catalog::{Mechanism, Vocabulary};
use crate::ids::{FigureId, UnitKind};
use crate::period::Period;
use crate::value::Month;

/// What has to be done regularly, by units of a kind or by people who are something.
pub(crate) const PLAN: Node = Node {
    key: "plan",
    name: "plan",
    inside: &[MECHANISM],
    times: Times::Any,
    args: &[ID, NAME],
    props: &[
        must(
            "figure",
            Scalar::Id,
            "看哪个指标：写 units 的看一个数次数的指标，写 people 的看一个 people=\"参加\" 的指标。",
        ),
        may("units", Scalar::Ids, "哪些种类的单位应当办，列出还没有办够的单位。"),
        may("people", Scalar::Ids, "哪些身份的人应当参加，列出还没有参加的人和各人的累计。"),
        must("each", Scalar::Word(EACH), "多久一次：month 每月，quarter 每季度，half 每半年，year 每年。"),
        must("least", Scalar::Whole, "至少几次；写 people 而活动记学时的，是至少几学时。"),
        may("because", Scalar::Text, "依据的规定。"),
    ],
    means: "应办的次数：每个单位多久至少办几次，或者每个人一年至少多少学时；没有办够的列得出来。",
};

/// How often something has to be done.
const EACH: &[&str] = &["month", "quarter", "half", "year"];

/// What has to be done regularly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The figure that tells whether it was done.
    pub figure: FigureId,
    /// By whom.
    pub whose: Whose,
    /// How often.
    pub each: Each,
    /// At least so often, or for so many hours.
    pub least: i64,
    /// The rule.
    pub because: Option<String>,
}

/// Who has to do something regularly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Units of these kinds.
    Units(Vec<UnitKind>),
    /// People who are one of these.
    People(Vec<String>),
}

/// How often something has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Each month.
    Month,
    /// Each quarter.
    Quarter,
    /// Each half year.
    Half,
    /// Each year.
    Year,
}

impl Each {
    /// By the word that a definition writes.
    pub fn of(word: &str) -> Option<Self> {
        let all = [Self::Month, Self::Quarter, Self::Half, Self::Year];
        EACH.iter().zip(all).find(|(known, _)| **known == word).map(|(_, each)| each)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Month => "每月",
            Self::Quarter => "每季度",
            Self::Half => "每半年",
            Self::Year => "每年",
        }
    }

    /// The period that a day lies in.
    // enforces: plan.each
    pub fn period(self, day: Date) -> Period {
        match self {
            Self::Month => Period::Month(Month::of(day)),
            Self::Quarter => Period::quarter_of(day),
            Self::Half => Period::half_of(day),
            Self::Year => Period::Year(day.year()),
        }
    }
}

/// What a plan asks, in words.
// enforces: plan.because
pub fn plan_words(mechanism: &Mechanism, vocabulary: &Vocabulary, plan: &Plan) -> String {
    let figure = mechanism.figure(plan.figure.as_str());
    let because = plan.because.as_ref().map(|it| format!("（{it}）")).unwrap_or_default();
    let (who, unit) = match &plan.whose {
        Whose::Units(kinds) => {
            let names = kinds.iter().filter_map(|id| vocabulary.unit_kind(id.as_str())).map(|it| it.name.clone());
            (names.collect::<Vec<_>>(), figure.map_or("", |it| it.unit.as_str()))
        }
        Whose::People(roles) => {
            let list = vocabulary.list("person_role");
            let name = |id: &String| list.and_then(|list| list.name_of(id)).map(|it| it.to_string());
            let has_hours = mechanism.attendance.as_ref().is_some_and(|it| it.hours.is_some());
            (roles.iter().filter_map(name).collect(), if has_hours { "学时" } else { "次" })
        }
    };
    format!("{}{}至少{}{unit}{because}。", who.join("、"), plan.each.words(), plan.least)
}
