//! Why is it due then? The steps of a count, kept as facts and told in Chinese.
//!
//! Never counts: the steps come from `counting`.

use jiff::civil::Date;

use super::year::weekday_name;
use super::{LAST_DAY, Span};

/// The end of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub on: Date,
    /// Does it hang on a year whose notice is not out yet? Then it may still move.
    pub provisional: bool,
    /// How the day was found, step by step.
    pub why: Vec<WhyStep>,
}

/// One step of a count. Days are both included; `back` means that the count runs towards the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyStep {
    /// The day of the event, day 0.
    Start {
        /// The day.
        on: Date,
        /// Towards the past?
        back: bool,
    },
    /// Counting back starts on a working day.
    StepBack {
        /// The rest day that was given.
        from: Date,
        /// The working day before it.
        to: Date,
    },
    /// A run of ordinary working days.
    Counted {
        /// The first day counted.
        from: Date,
        /// The last day counted; before `from` when counting back.
        to: Date,
        /// Which working day `from` is.
        first: i64,
        /// Which working day `to` is.
        last: i64,
        /// What was passed over.
        skipped: Skipped,
        /// Towards the past?
        back: bool,
    },
    /// A weekend day that is worked.
    MadeUp {
        /// The day.
        on: Date,
        /// Which working day it is.
        nth: i64,
        /// Towards the past?
        back: bool,
    },
    /// Holidays, not counted.
    Off {
        /// Their names.
        names: Vec<String>,
        /// The earliest day.
        from: Date,
        /// The latest day.
        to: Date,
    },
    /// A weekend on its own, not counted.
    Weekend {
        /// The earliest day.
        from: Date,
        /// The latest day.
        to: Date,
    },
    /// Years without a notice.
    Provisional {
        /// The first of them.
        first: i16,
        /// The last of them.
        last: i16,
    },
    /// A period of calendar days, months or years.
    Elapsed {
        /// The period.
        span: Span,
        /// The day it leads to.
        on: Date,
        /// The day number wanted, if the month is too short for it.
        wanted: Option<i8>,
        /// Towards the past?
        back: bool,
    },
    /// The day found is a rest day.
    Rest {
        /// The day.
        on: Date,
        /// The holiday, or nothing for a weekend.
        name: Option<String>,
    },
    /// Moved from a rest day to the next working day.
    Postponed {
        /// The day it moved to.
        on: Date,
    },
    /// The end of time was reached.
    Clamped {
        /// The day taken instead.
        on: Date,
    },
    /// The result.
    End {
        /// The day.
        on: Date,
        /// Towards the past?
        back: bool,
    },
}

/// What a run of working days passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// Nothing.
    Nothing,
    /// Weekends.
    Weekends,
    /// Weekends and holidays, in a run too long to name them.
    RestDays,
}

impl Due {
    /// The steps as sentences, without a closing mark.
    pub fn explain(&self) -> Vec<String> {
        let mut teller = Teller { year: None };
        self.why.iter().map(|step| teller.tell(step)).collect()
    }
}

/// Tells steps, naming a year only where it changes.
struct Teller {
    year: Option<i16>,
}

impl Teller {
    fn tell(&mut self, step: &WhyStep) -> String {
        match step {
            WhyStep::Start { on, back: false } => format!("从{}次日起算", self.named(*on)),
            WhyStep::Start { on, back: true } => format!("从{}往前倒数", self.named(*on)),
            WhyStep::StepBack { from, to } => format!("{}不是工作日，先退到{}", self.named(*from), self.named(*to)),
            WhyStep::Counted { .. } => self.counted(step),
            WhyStep::MadeUp { on, nth, back } => {
                format!("{}为补班日，计{}第{nth}个工作日", self.named(*on), word(*back))
            }
            WhyStep::Off { names, from, to } => format!("{}{}放假，不计", self.run(*from, *to), names.join("、")),
            WhyStep::Weekend { from, to } => format!("{}周末，不计", self.run(*from, *to)),
            WhyStep::Provisional { first, last } => provisional(*first, *last),
            WhyStep::Elapsed { .. } => self.elapsed(step),
            WhyStep::Rest { on, name: Some(name) } => format!("{}为{name}放假", self.named(*on)),
            WhyStep::Rest { on, name: None } => format!("{}为周末", self.named(*on)),
            WhyStep::Postponed { on } => format!("遇休息日，顺延到{}", self.named(*on)),
            WhyStep::Clamped { on } => {
                let end = if *on == LAST_DAY { "最后" } else { "最早" };
                format!("超出可计算的日期，取{end}一天{}", self.named(*on))
            }
            WhyStep::End { on, back } => {
                // The result is what people copy: it always says its year.
                self.year = None;
                format!("{}{}", if *back { "即" } else { "到期日为" }, self.named(*on))
            }
        }
    }

    fn counted(&mut self, step: &WhyStep) -> String {
        let WhyStep::Counted { from, to, first, last, skipped, back } = step else { return String::new() };
        let passed = match skipped {
            Skipped::Nothing => "",
            Skipped::Weekends => "，周末不计",
            Skipped::RestDays => "，周末和节假日不计",
        };
        let word = word(*back);
        if first == last {
            return format!("{}计{word}第{first}个工作日{passed}", self.named(*from));
        }
        let joint = if *back { "往前至" } else { "至" };
        format!("{}{joint}{}计{word}第{first}至第{last}个工作日{passed}", self.day(*from), self.day(*to))
    }

    fn elapsed(&mut self, step: &WhyStep) -> String {
        let WhyStep::Elapsed { span, on, wanted, back } = step else { return String::new() };
        let lead = if *back { "往前推" } else { "满" };
        let day = self.named(*on);
        let rest = match (wanted, span) {
            (Some(day), _) => format!("（当月没有{day}日，取最后一天）"),
            (None, Span::Days(_)) => "，周末和节假日计算在内".to_owned(),
            (None, _) => String::new(),
        };
        format!("{lead}{span}为{day}{rest}")
    }

    /// `2月15日至2月23日`, or one day with its weekday.
    fn run(&mut self, from: Date, to: Date) -> String {
        if from == to {
            return self.named(from);
        }
        format!("{}至{}", self.day(from), self.day(to))
    }

    /// `2月12日(周四)`.
    fn named(&mut self, day: Date) -> String {
        format!("{}({})", self.day(day), weekday_name(day))
    }

    /// `2月12日`, with the year if it is another than before.
    fn day(&mut self, day: Date) -> String {
        let year = if self.year == Some(day.year()) { String::new() } else { format!("{}年", day.year()) };
        self.year = Some(day.year());
        format!("{year}{}月{}日", day.month(), day.day())
    }
}

fn word(back: bool) -> &'static str {
    if back { "倒数" } else { "" }
}

fn provisional(first: i16, last: i16) -> String {
    let years = if first == last { format!("{first}年") } else { format!("{first}年至{last}年") };
    format!(
        "{years}的放假安排尚未公布或未录入，暂按周末和元旦、劳动节、国庆节法定假日推算；\
         春节、清明、端午、中秋及调休补班无法预知，录入后重新推算"
    )
}
