//! What is asked of figures? A unit, a period, and which units are compared.
//!
//! Everything that narrows figures stands in their address. Never a unit outside the reader's sight.

use jiff::civil::Date;
use kernel::ids::UnitId;
use kernel::period::Period;
use kernel::value::Month;

use crate::ctx::Ctx;
use crate::error::Error;

/// What is asked, as it stands in an address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FiguresAsk {
    /// The unit whose subtree is looked at.
    pub unit: Option<UnitId>,
    /// The period; this year so far by default.
    pub period: String,
    /// The first of two days, instead of a period.
    pub from: String,
    /// The last of two days.
    pub until: String,
    /// The kind of the units that are compared; those directly below by default.
    pub among: String,
    /// By what a figure is cut into parts: a field's id, or the kind of the unit.
    pub by: String,
    /// What stands beside each other when it is cut: `units`, or else the steps of the period.
    pub across: String,
}

/// What is asked, understood.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The unit looked at.
    pub unit: Option<UnitId>,
    /// The period.
    pub period: Period,
    /// The kind of the units that are compared; empty for those directly below.
    pub among: String,
    /// The day on which the unit came to be, if the period is over by then.
    pub not_yet: Option<Date>,
    /// The day on which the unit was dissolved, if the period begins after it.
    pub no_more: Option<Date>,
    /// The periods that are looked at most: how each is called here, and what it is today.
    pub quick: Vec<(&'static str, Period)>,
}

/// A period to choose, as it stands in an address and as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodChoice {
    /// As it stands in an address.
    pub value: String,
    /// As it is read.
    pub words: String,
}

impl Asked {
    /// Understands what is asked, or refuses it in words.
    pub fn of(ctx: &Ctx, ask: &FiguresAsk) -> Result<Self, Error> {
        let period = match (ask.from.trim(), ask.until.trim(), ask.period.trim()) {
            ("", "", "") => this_year(ctx.today),
            ("", "", text) => super::period(text)?,
            (from, until, _) => {
                let until = if until.is_empty() { ctx.today.to_string() } else { until.to_owned() };
                let from = if from.is_empty() { until.clone() } else { from.to_owned() };
                super::period(&format!("{from}..{until}"))?
            }
        };
        let unit = ask.unit.map(|unit| ctx.tree.unit(unit).ok_or(Error::NotFound)).transpose()?;
        let not_yet = unit.and_then(|unit| unit.founded_on).filter(|day| period.last() < *day);
        let no_more = unit.and_then(|unit| unit.dissolved_on).filter(|day| *day <= period.first());
        let is_kind = |kind: &String| ctx.vocabulary().unit_kind(kind).is_some();
        let among = Some(ask.among.clone()).filter(is_kind).unwrap_or_default();
        Ok(Self { unit: ask.unit, period, among, not_yet, no_more, quick: quick(ctx.today) })
    }

    /// What is looked at, in words.
    pub fn unit_words(&self, ctx: &Ctx) -> String {
        self.unit.map_or_else(|| "全部".to_owned(), |unit| ctx.names().unit(unit))
    }

    /// The periods offered, the one looked at among them.
    pub fn choices(&self, today: Date) -> Vec<PeriodChoice> {
        let mut all = vec![this_year(today)];
        all.extend([Period::Year(today.year()), Period::half_of(today), Period::quarter_of(today)]);
        all.extend([Period::Month(Month::of(today)), Period::week_of(today)]);
        let back = |from: Period, count: usize| std::iter::successors(from.before(), |it| it.before()).take(count);
        all.extend(back(Period::week_of(today), 8));
        all.extend(back(Period::Month(Month::of(today)), 23));
        all.extend(back(Period::quarter_of(today), 8));
        all.extend(back(Period::half_of(today), 4));
        all.extend(back(Period::Year(today.year()), 5));
        if !all.contains(&self.period) {
            all.insert(0, self.period);
        }
        all.into_iter().map(|it| PeriodChoice { value: it.to_string(), words: it.words() }).collect()
    }
}

/// This year up to the end of this month.
pub(super) fn this_year(today: Date) -> Period {
    Period::UpTo(Month::of(today).last_day())
}

/// What is looked at most.
fn quick(today: Date) -> Vec<(&'static str, Period)> {
    vec![
        ("本周", Period::week_of(today)),
        ("本月", Period::Month(Month::of(today))),
        ("本季度", Period::quarter_of(today)),
        ("本半年", Period::half_of(today)),
        ("本年累计", this_year(today)),
        ("全年", Period::Year(today.year())),
    ]
}
