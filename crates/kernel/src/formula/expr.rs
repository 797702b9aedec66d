//! What does a formula say, once its names and types are known? The typed tree that everything else walks.
//!
//! `checker` makes it, `eval` computes it, `print` and `explain` write it, and the store turns it into SQL.
//! The checker has settled all questions of type: whoever walks the tree need not ask again.
//!
//! **Absent values.** Whatever is computed from an absent value is absent; division by zero and overflow are absent too.
//! **Two-valued logic.** A condition is never absent: a comparison with an absent side (`≠` and `不属于` as well)
//! is false, and `非` of that is true. Where a condition is wanted and a yes-or-no value is absent, it counts as false.
//! SQL that says the same therefore closes every comparison with `COALESCE(…, false)`.
//! A stored value of another type than its slot's counts as absent; a child table without rows counts 0 and sums to 0.
//! Never a name that was not looked up, never deeper than [`DEEPEST`] as written (the checker adds at most two levels).

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::ids::{DeadlineId, FieldId, FigureId};
use crate::kinds::activity::Count;
use crate::kinds::ballot::Told;
use crate::kinds::dispatch::Counted;
use crate::kinds::link::Linked;
use crate::value::Month;

/// The measure of what is counted in hours of work.
pub const WORKING_HOURS: &str = "工作小时";

/// How deep a formula may be written.
pub const DEEPEST: usize = 64;

/// What a number counts. Unlike measures neither add nor compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Nothing: a bare number.
    Plain,
    /// Percent, 0 to 100.
    Percent,
    /// Money; the number is 分.
    Money,
    /// Calendar days, 日.
    Days,
    /// Working days, 个工作日.
    WorkingDays,
    /// Months, 个月; a year is twelve. Only days are moved by them.
    Months,
    /// Whatever the definition names: 人, 项, 场, 人次.
    Unit(Arc<str>),
}

/// The options of a list, or the states of a mechanism, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices(pub Arc<[Choice]>);

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is kept.
    pub id: Arc<str>,
    /// What people read and write.
    pub name: Arc<str>,
}

/// The columns of a child table, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(pub Arc<[Column]>);

/// One column of a child table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The field's id.
    pub field: FieldId,
    /// What people read and write.
    pub name: Arc<str>,
    /// Its type; never `Rows`.
    pub of: Type,
}

/// What kind of value it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text: equal or not, contains, nothing else.
    Text,
    /// A number of a measure.
    Number(Measure),
    /// A day.
    Day,
    /// A month.
    Month,
    /// An instant. Compared with a day, it is the day in China.
    Moment,
    /// Yes or no; the only type that is a condition.
    YesNo,
    /// One of the options.
    Choice(Choices),
    /// A unit.
    Unit,
    /// Several units.
    Units,
    /// A person.
    Person,
    /// Several people.
    People,
    /// A record.
    Record,
    /// Files.
    Files,
    /// A child table.
    Rows(Columns),
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// A field of the record, child tables included.
    Field(FieldId),
    /// What every record has.
    Own(Own),
    /// The day on which a deadline of the record falls due.
    Deadline(DeadlineId),
    /// A figure, in formulas over figures.
    Figure(FigureId),
    /// A column of the row at hand; only inside `Count` and `Gather` over that child.
    Column {
        /// The child table.
        child: FieldId,
        /// The column.
        column: FieldId,
    },
}

/// What every record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Own {
    /// The state, a choice.
    State,
    /// The number, a text.
    Number,
    /// The unit that the record belongs to.
    Unit,
    /// The day on which it was opened.
    OpenedOn,
    /// The day on which it was closed; absent while it is open.
    ClosedOn,
    /// The day on which it falls due next.
    DueOn,
    /// Is it open?
    IsOpen,
    /// What is counted of those who come.
    Turnout(Count),
    /// What is told of a voting.
    Tally(Told),
    /// What is counted of the units that have received a paper.
    Receipt(Counted),
    /// What is told of the sides of a link, in the conditions between them alone.
    Linked(Linked),
}

/// A value that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name that was looked up.
    pub name: Arc<str>,
    /// Where the value stands.
    pub slot: Slot,
    /// Its type.
    pub of: Type,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cmp {
    /// `=`
    Equal,
    /// `≠`
    Differs,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// What two numbers make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// left + right
    Plus,
    /// left − right
    Minus,
    /// left × right
    Times,
    /// left ÷ right; absent if right is zero
    Over,
    /// left × right ÷ 100: the right side is percent (经费 × 10%)
    Share,
    /// left × 100 ÷ right: the right side is percent; absent if it is zero
    PerShare,
}

/// What a day is moved by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Calendar days.
    Days,
    /// Working days; needs the calendar.
    WorkingDays,
    /// Months: keeps the day number or takes the last day of the month.
    Months,
}

/// What is made of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gather {
    /// The sum of the rows that hold a number; 0 if none does.
    Sum,
    /// The largest number or latest day; absent if no row holds one.
    Largest,
    /// The smallest number or earliest day; absent if no row holds one.
    Smallest,
}

/// How a number is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// 四舍五入: halves go away from zero.
    HalfUp,
    /// 取整: what lies behind the places is dropped.
    Drop,
}

/// A typed expression. Constants first, then what stands in the record, then conditions, then what is computed.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `全部`: true of every record.
    All,
    /// `是`, `否`
    YesNo(bool),
    /// A number in the unit that the measure keeps (分 for money, 0 to 100 for percent).
    Number(Decimal, Measure),
    /// A text.
    Text(Arc<str>),
    /// A day.
    Day(Date),
    /// A month.
    Month(Month),
    /// An option, by its id.
    Option(Choice, Choices),
    /// `今天()`
    Today,

    /// A value of the record or of the row at hand.
    Named(Named),

    /// `a 且 b 且 c`: two or more conditions.
    And(Vec<Expr>),
    /// `a 或 b 或 c`: two or more conditions.
    Or(Vec<Expr>),
    /// `非 a`
    Not(Box<Expr>),
    /// Both sides have the same type (numbers: the same measure). Only numbers, days, months and moments have an order.
    Compare(Cmp, Box<Expr>, Box<Expr>),
    /// `a 属于 [..]`: false if `value` is absent, also when negated.
    OneOf {
        /// What is sought; a text, number, day, month or choice.
        value: Box<Expr>,
        /// Constants of its type, at least one.
        options: Vec<Expr>,
        /// `不属于`
        negated: bool,
    },
    /// `a 在 期间`: a day (first and last day included) or a month (wholly inside); false if absent or no period is given.
    InPeriod(Box<Expr>),
    /// `为空(a)`: absent; an empty list of units, people, files or rows is empty too.
    Empty(Box<Expr>),
    /// `包含(文本, 词)`: false if either is absent. Upper and lower case differ.
    Contains(Box<Expr>, Box<Expr>),
    /// `包含(协办单位, 责任单位)`: several units (people), one unit (person).
    Includes(Box<Expr>, Box<Expr>),

    /// Two numbers make a number of the given measure.
    Arith(Op, Measure, Box<Expr>, Box<Expr>),
    /// `下达日 + 30日`: a day moved by a number (its whole part counts) of steps.
    Shift {
        /// From this day.
        day: Box<Expr>,
        /// By so many; negative goes back.
        by: Box<Expr>,
        /// Of these.
        step: Step,
        /// Minus was written.
        back: bool,
    },
    /// `天数(a, b)`, also written `b - a`: the days from the first to the second.
    DaysBetween(Box<Expr>, Box<Expr>),
    /// `工作日数(a, b)`: working days after the first up to and including the second; negative if reversed.
    WorkingDaysBetween(Box<Expr>, Box<Expr>),
    /// `工作小时数(a, b)`: hours of work from the first moment to the second, to the minute; negative if reversed.
    WorkingHoursBetween(Box<Expr>, Box<Expr>),
    /// `如果(c, a, b)`: both branches have the same type.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `最大(..)` of two or more numbers, days or months; absent if any is absent.
    Largest(Vec<Expr>),
    /// `最小(..)` likewise.
    Smallest(Vec<Expr>),
    /// `四舍五入(x, n)` and `取整(x)`: decimal places of the number as people write it, which for money is 元.
    Round(Rounding, u32, Box<Expr>),
    /// `年(d)`: the year of a day or month.
    YearOf(Box<Expr>),
    /// `月(d)`: the month's number of a day or month, 1 to 12.
    MonthOf(Box<Expr>),
    /// `日期(t)`: the day of a moment in China (UTC+8).
    DayOf(Box<Expr>),
    /// `数(子表)`, `数(子表, 条件)`: how many rows there are, or hold the condition.
    Count {
        /// The child table.
        rows: Named,
        /// The condition, in which columns may be named.
        given: Option<Box<Expr>>,
    },
    /// `合计(子表.字段)` and its like, over all rows or those that hold the condition.
    Gather {
        /// What is made.
        how: Gather,
        /// The child table.
        rows: Named,
        /// The column; its slot is a `Column`.
        column: Named,
        /// The condition, in which columns may be named.
        given: Option<Box<Expr>>,
    },
}

impl Expr {
    /// The type of what it gives.
    pub fn of(&self) -> Type {
        match self {
            Self::All
            | Self::YesNo(_)
            | Self::And(_)
            | Self::Or(_)
            | Self::Not(_)
            | Self::Compare(..)
            | Self::OneOf { .. }
            | Self::InPeriod(_)
            | Self::Empty(_)
            | Self::Contains(..)
            | Self::Includes(..) => Type::YesNo,
            Self::Number(_, measure) | Self::Arith(_, measure, ..) => Type::Number(measure.clone()),
            Self::Text(_) => Type::Text,
            Self::Day(_) | Self::Today | Self::Shift { .. } | Self::DayOf(_) => Type::Day,
            Self::Month(_) => Type::Month,
            Self::Option(_, among) => Type::Choice(among.clone()),
            Self::Named(named) => named.of.clone(),
            Self::DaysBetween(..) => Type::Number(Measure::Days),
            Self::WorkingDaysBetween(..) => Type::Number(Measure::WorkingDays),
            Self::WorkingHoursBetween(..) => Type::Number(Measure::Unit(WORKING_HOURS.into())),
            Self::If(_, then, _) => then.of(),
            Self::Largest(among) | Self::Smallest(among) => among.first().map_or(Type::YesNo, Self::of),
            Self::Round(_, _, number) => number.of(),
            Self::YearOf(_) | Self::MonthOf(_) | Self::Count { .. } => Type::Number(Measure::Plain),
            Self::Gather { column, .. } => column.of.clone(),
        }
    }

    /// The parts directly below, conditions over rows included.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Self::All
            | Self::YesNo(_)
            | Self::Number(..)
            | Self::Text(_)
            | Self::Day(_)
            | Self::Month(_)
            | Self::Option(..)
            | Self::Today
            | Self::Named(_) => Vec::new(),
            Self::And(all) | Self::Or(all) | Self::Largest(all) | Self::Smallest(all) => all.iter().collect(),
            Self::Not(a)
            | Self::InPeriod(a)
            | Self::Empty(a)
            | Self::Round(_, _, a)
            | Self::YearOf(a)
            | Self::MonthOf(a)
            | Self::DayOf(a) => vec![a],
            Self::Compare(_, a, b)
            | Self::Contains(a, b)
            | Self::Includes(a, b)
            | Self::Arith(_, _, a, b)
            | Self::DaysBetween(a, b)
            | Self::WorkingHoursBetween(a, b)
            | Self::WorkingDaysBetween(a, b) => vec![a, b],
            Self::OneOf { value, options, .. } => std::iter::once(&**value).chain(options).collect(),
            Self::Shift { day, by, .. } => vec![day, by],
            Self::If(given, then, otherwise) => vec![given, then, otherwise],
            Self::Count { given, .. } | Self::Gather { given, .. } => given.iter().map(|it| &**it).collect(),
        }
    }

    /// Does the tree hold a part for which this is so?
    pub fn any(&self, is_so: &dyn Fn(&Expr) -> bool) -> bool {
        is_so(self) || self.parts().into_iter().any(|part| part.any(is_so))
    }

    /// Every slot that is named, each once, in order.
    pub fn mentions(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        self.gather_slots(&mut slots);
        slots.sort();
        slots.dedup();
        slots
    }

    fn gather_slots(&self, slots: &mut Vec<Slot>) {
        match self {
            Self::Named(named) => slots.push(named.slot.clone()),
            Self::Count { rows, .. } => slots.push(rows.slot.clone()),
            Self::Gather { rows, column, .. } => slots.extend([rows.slot.clone(), column.slot.clone()]),
            _ => {}
        }
        self.parts().into_iter().for_each(|part| part.gather_slots(slots));
    }

    /// Does it ask what day it is?
    pub fn needs_clock(&self) -> bool {
        self.any(&|part| matches!(part, Self::Today))
    }

    /// Does it ask for the period?
    pub fn needs_period(&self) -> bool {
        self.any(&|part| matches!(part, Self::InPeriod(_)))
    }

    /// Does it ask for the calendar of working days?
    pub fn needs_calendar(&self) -> bool {
        self.any(&|part| {
            matches!(
                part,
                Self::WorkingHoursBetween(..)
                    | Self::WorkingDaysBetween(..)
                    | Self::Shift { step: Step::WorkingDays, .. }
            )
        })
    }
}

impl Measure {
    /// The measure that a definition or a number names: `天`, `个工作日`, `元`, `%`, `项`.
    pub fn named(unit: &str) -> Self {
        match unit.trim() {
            "" => Self::Plain,
            "%" | "％" => Self::Percent,
            "元" => Self::Money,
            "日" | "天" | "个自然日" | "自然日" => Self::Days,
            "个工作日" | "工作日" => Self::WorkingDays,
            "个月" | "月" => Self::Months,
            other => Self::Unit(other.into()),
        }
    }

    /// What people call it.
    pub fn word(&self) -> &str {
        match self {
            Self::Plain => "没有单位的数",
            Self::Percent => "百分数",
            Self::Money => "元",
            Self::Days => "天",
            Self::WorkingDays => "工作日",
            Self::Months => "月",
            Self::Unit(unit) => unit,
        }
    }
}

impl Type {
    /// What people call it.
    pub fn word(&self) -> String {
        match self {
            Self::Text => "文本".into(),
            Self::Number(Measure::Plain) => "数".into(),
            Self::Number(Measure::Percent) => "百分数".into(),
            Self::Number(Measure::Money) => "金额".into(),
            Self::Number(measure) => format!("以“{}”计的数", measure.word()),
            Self::Day => "日期".into(),
            Self::Month => "月份".into(),
            Self::Moment => "时刻".into(),
            Self::YesNo => "是否值".into(),
            Self::Choice(_) => "选项".into(),
            Self::Unit => "单位".into(),
            Self::Units => "多个单位".into(),
            Self::Person => "人员".into(),
            Self::People => "多名人员".into(),
            Self::Record => "事项".into(),
            Self::Files => "附件".into(),
            Self::Rows(_) => "子表".into(),
        }
    }

    /// Do its values have an order?
    pub fn is_ordered(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Day | Self::Month | Self::Moment)
    }
}

impl Choices {
    /// Options from pairs of id and name.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().map(|(id, name)| Choice { id: id.into(), name: name.into() }).collect())
    }

    /// The option of that name.
    pub fn named(&self, name: &str) -> Option<&Choice> {
        self.0.iter().find(|it| &*it.name == name)
    }

    /// The option of that id.
    pub fn find(&self, id: &str) -> Option<&Choice> {
        self.0.iter().find(|it| &*it.id == id)
    }
}

impl Columns {
    /// The column of that name.
    pub fn named(&self, name: &str) -> Option<&Column> {
        self.0.iter().find(|it| &*it.name == name)
    }
}
