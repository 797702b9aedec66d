//! What does a formula give for a record, on a day? Typed tree and surroundings in, a value or nothing out.
//!
//! Numbers are exact decimals throughout; only the final result is brought to the value that fields hold.
//! Never fails: what cannot be computed is absent, and a comparison with an absent side does not hold.

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::expr::{Cmp, Expr, Gather, Measure, Named, Op, Rounding, Slot, Step, Type};
use crate::calendar::{Calendar, FIRST_DAY, LAST_DAY, Span};
use crate::value::{Facts, Month, Value};

/// What surrounds a formula while it is computed.
pub trait Env {
    /// The value of a slot, if there is one. Is never asked for a column.
    fn value(&self, slot: &Slot) -> Option<Value>;
    /// The day on which it is computed.
    fn today(&self) -> Date;
    /// The calendar of working days.
    fn calendar(&self) -> &Calendar;
    /// The period of `在 期间`: first and last day.
    fn period(&self) -> Option<(Date, Date)>;
}

/// What the expression gives.
pub(super) fn value(expr: &Expr, env: &dyn Env) -> Option<Value> {
    Here { env, row: None }.value(expr)
}

/// Does the condition hold?
pub(super) fn holds(expr: &Expr, env: &dyn Env) -> bool {
    Here { env, row: None }.holds(expr)
}

/// The surroundings and the row at hand.
#[derive(Clone, Copy)]
struct Here<'a> {
    env: &'a dyn Env,
    row: Option<&'a Facts>,
}

impl Here<'_> {
    fn value(self, expr: &Expr) -> Option<Value> {
        match expr {
            Expr::Named(named) => self.named(named),
            Expr::If(given, then, otherwise) => self.value(if self.holds(given) { then } else { otherwise }),
            Expr::Text(text) => Some(Value::Text(text.to_string())),
            Expr::Option(choice, _) => Some(Value::Choice(choice.id.to_string())),
            Expr::Largest(among) | Expr::Smallest(among) if !matches!(among[0].of(), Type::Number(_)) => {
                self.extreme(among, matches!(expr, Expr::Largest(_)))
            }
            Expr::Month(month) => Some(Value::Month(*month)),
            _ => match expr.of() {
                Type::Number(measure) => to_value(self.number(expr)?, &measure),
                Type::Day => self.day(expr).map(Value::Day),
                Type::YesNo => Some(Value::YesNo(self.condition(expr))),
                _ => None,
            },
        }
    }

    /// A value of another type than the definition says counts as absent.
    fn named(self, named: &Named) -> Option<Value> {
        let value = match &named.slot {
            Slot::Column { column, .. } => self.row?.find(column.as_str()).cloned(),
            slot => self.env.value(slot),
        };
        value.filter(|value| is_of(value, &named.of))
    }

    fn holds(self, expr: &Expr) -> bool {
        match expr {
            Expr::Named(_) | Expr::If(..) => matches!(self.value(expr), Some(Value::YesNo(true))),
            _ => self.condition(expr),
        }
    }

    /// What is no condition does not hold.
    fn condition(self, expr: &Expr) -> bool {
        match expr {
            Expr::All => true,
            Expr::YesNo(yes) => *yes,
            Expr::And(all) => all.iter().all(|it| self.holds(it)),
            Expr::Or(all) => all.iter().any(|it| self.holds(it)),
            Expr::Not(inner) => !self.holds(inner),
            Expr::Compare(cmp, left, right) => self.compare(left, right).is_some_and(|order| fits(*cmp, order)),
            Expr::OneOf { value, options, negated } => self.one_of(value, options) == Some(!negated),
            Expr::InPeriod(inner) => self.in_period(inner).unwrap_or(false),
            Expr::Empty(inner) => self.is_empty(inner),
            Expr::Contains(text, word) => match (self.value(text), self.value(word)) {
                (Some(Value::Text(text)), Some(Value::Text(word))) => text.contains(&word),
                _ => false,
            },
            Expr::Includes(many, one) => match (self.value(many), self.value(one)) {
                (Some(Value::Units(many)), Some(Value::Unit(one))) => many.contains(&one),
                (Some(Value::People(many)), Some(Value::Person(one))) => many.contains(&one),
                _ => false,
            },
            _ => false,
        }
    }

    fn is_empty(self, inner: &Expr) -> bool {
        match self.value(inner) {
            None => true,
            Some(Value::Text(text)) => text.is_empty(),
            Some(Value::Units(all)) => all.is_empty(),
            Some(Value::People(all)) => all.is_empty(),
            Some(Value::Files(all)) => all.is_empty(),
            Some(Value::Rows(all)) => all.is_empty(),
            Some(_) => false,
        }
    }

    /// How two values stand to each other. What has no order is either equal or “greater”; only `=` and `≠` ask.
    fn compare(self, left: &Expr, right: &Expr) -> Option<std::cmp::Ordering> {
        if matches!(left.of(), Type::Number(_)) {
            return Some(self.number(left)?.cmp(&self.number(right)?));
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        Some(match (&left, &right) {
            (Value::Day(a), Value::Day(b)) => a.cmp(b),
            (Value::Month(a), Value::Month(b)) => a.cmp(b),
            (Value::Moment(a), Value::Moment(b)) => a.cmp(b),
            (a, b) if std::mem::discriminant(a) != std::mem::discriminant(b) => return None,
            (a, b) if a == b => std::cmp::Ordering::Equal,
            _ => std::cmp::Ordering::Greater,
        })
    }

    /// Whether the value is among the options; nothing if it is absent.
    fn one_of(self, value: &Expr, options: &[Expr]) -> Option<bool> {
        self.compare(value, value)?;
        Some(options.iter().any(|it| self.compare(value, it).is_some_and(std::cmp::Ordering::is_eq)))
    }

    fn in_period(self, inner: &Expr) -> Option<bool> {
        let (first, last) = self.env.period()?;
        match self.value(inner)? {
            Value::Day(day) => Some(first <= day && day <= last),
            Value::Month(month) => Some(first <= month.first_day() && month.last_day() <= last),
            _ => None,
        }
    }

    fn number(self, expr: &Expr) -> Option<Decimal> {
        match expr {
            Expr::Number(number, _) => Some(*number),
            Expr::Named(named) => read_number(&self.named(named)?),
            Expr::If(given, then, otherwise) => self.number(if self.holds(given) { then } else { otherwise }),
            Expr::Arith(op, _, left, right) => arith(*op, self.number(left)?, self.number(right)?),
            Expr::DaysBetween(from, to) => days_between(self.day(from)?, self.day(to)?).map(Decimal::from),
            Expr::WorkingDaysBetween(after, until) => {
                Some(self.env.calendar().working_days_between(self.day(after)?, self.day(until)?).into())
            }
            Expr::WorkingHoursBetween(from, until) => {
                let (Value::Moment(from), Value::Moment(until)) = (self.value(from)?, self.value(until)?) else {
                    return None;
                };
                let minutes = self.env.calendar().working_minutes(from, until);
                Some((Decimal::from(minutes) / Decimal::from(60)).round_dp(2))
            }
            Expr::Largest(all) => self.numbers(all)?.into_iter().max(),
            Expr::Smallest(all) => self.numbers(all)?.into_iter().min(),
            Expr::Round(how, places, inner) => round(*how, *places, self.number(inner)?, &inner.of()),
            Expr::YearOf(inner) => self.month(inner).map(|it| it.year.into()),
            Expr::MonthOf(inner) => self.month(inner).map(|it| it.month.into()),
            Expr::Count { rows, given } => {
                let rows = self.rows(rows);
                Some(rows.iter().filter(|row| self.row_fits(row, given.as_deref())).count().into())
            }
            Expr::Gather { how, rows, column, given } => {
                let rows = self.rows(rows);
                let read = |row: &Facts| read_number(&self.at(row).named(column)?);
                let mut all = rows.iter().filter(|row| self.row_fits(row, given.as_deref())).filter_map(read);
                match how {
                    Gather::Sum => all.try_fold(Decimal::ZERO, Decimal::checked_add),
                    Gather::Largest => all.max(),
                    Gather::Smallest => all.min(),
                }
            }
            _ => None,
        }
    }

    fn numbers(self, all: &[Expr]) -> Option<Vec<Decimal>> {
        all.iter().map(|it| self.number(it)).collect()
    }

    fn day(self, expr: &Expr) -> Option<Date> {
        match expr {
            Expr::Day(day) => Some(*day),
            Expr::Today => Some(self.env.today()),
            Expr::Shift { day, by, step, back } => {
                let by = self.number(by)?.trunc().to_i64()?;
                self.shift(self.day(day)?, if *back { by.checked_neg()? } else { by }, *step)
            }
            Expr::DayOf(moment) => match self.value(moment)? {
                Value::Moment(at) => day_in_china(at),
                _ => None,
            },
            Expr::Gather { how, rows, column, given } => {
                let rows = self.rows(rows);
                let read = |row: &Facts| match self.at(row).named(column) {
                    Some(Value::Day(day)) => Some(day),
                    _ => None,
                };
                let all = rows.iter().filter(|row| self.row_fits(row, given.as_deref())).filter_map(read);
                if *how == Gather::Largest { all.max() } else { all.min() }
            }
            _ => match self.value_of_day(expr)? {
                Value::Day(day) => Some(day),
                _ => None,
            },
        }
    }

    /// The shapes of a day that `value` answers itself.
    fn value_of_day(self, expr: &Expr) -> Option<Value> {
        match expr {
            Expr::Named(_) | Expr::If(..) | Expr::Largest(_) | Expr::Smallest(_) => self.value(expr),
            _ => None,
        }
    }

    fn month(self, expr: &Expr) -> Option<Month> {
        match self.value(expr)? {
            Value::Day(day) => Some(Month::of(day)),
            Value::Month(month) => Some(month),
            _ => None,
        }
    }

    fn extreme(self, all: &[Expr], largest: bool) -> Option<Value> {
        let mut best = &all[0];
        self.compare(best, best)?;
        for it in &all[1..] {
            let order = self.compare(it, best)?;
            if if largest { order.is_gt() } else { order.is_lt() } {
                best = it;
            }
        }
        self.value(best)
    }

    fn shift(self, day: Date, by: i64, step: Step) -> Option<Date> {
        let span = jiff::Span::new();
        let moved = match step {
            Step::Days => day.checked_add(span.try_days(by).ok()?).ok()?,
            Step::Months => day.checked_add(span.try_months(by).ok()?).ok()?,
            Step::WorkingDays => {
                let count = Span::WorkingDays(u32::try_from(by.unsigned_abs()).ok()?);
                let calendar = self.env.calendar();
                let moved = if by < 0 { calendar.subtract(day, &count).on } else { calendar.add(day, &count).on };
                // The calendar stops at the ends of time instead of passing them.
                Some(moved).filter(|it| *it != FIRST_DAY && *it != LAST_DAY)?
            }
        };
        (FIRST_DAY..=LAST_DAY).contains(&moved).then_some(moved)
    }

    fn rows(self, rows: &Named) -> Vec<Facts> {
        match self.named(rows) {
            Some(Value::Rows(rows)) => rows,
            _ => Vec::new(),
        }
    }

    fn row_fits(self, row: &Facts, given: Option<&Expr>) -> bool {
        given.is_none_or(|given| self.at(row).holds(given))
    }

    fn at<'b>(self, row: &'b Facts) -> Here<'b>
    where
        Self: 'b,
    {
        Here { env: self.env, row: Some(row) }
    }
}

fn fits(cmp: Cmp, order: std::cmp::Ordering) -> bool {
    match cmp {
        Cmp::Equal => order.is_eq(),
        Cmp::Differs => order.is_ne(),
        Cmp::Less => order.is_lt(),
        Cmp::AtMost => order.is_le(),
        Cmp::More => order.is_gt(),
        Cmp::AtLeast => order.is_ge(),
    }
}

fn arith(op: Op, a: Decimal, b: Decimal) -> Option<Decimal> {
    match op {
        Op::Plus => a.checked_add(b),
        Op::Minus => a.checked_sub(b),
        Op::Times => a.checked_mul(b),
        Op::Over => a.checked_div(b),
        Op::Share => a.checked_mul(b)?.checked_div(Decimal::ONE_HUNDRED),
        Op::PerShare => a.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(b),
    }
}

fn days_between(from: Date, to: Date) -> Option<i64> {
    from.until(to).ok().map(|span| i64::from(span.get_days()))
}

fn day_in_china(at: i64) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?;
    let day = jiff::tz::Offset::constant(8).to_datetime(at).date();
    (FIRST_DAY..=LAST_DAY).contains(&day).then_some(day)
}

/// Money is kept in 分 and rounded in 元.
fn round(how: Rounding, places: u32, number: Decimal, of: &Type) -> Option<Decimal> {
    let strategy = match how {
        Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        Rounding::Drop => RoundingStrategy::ToZero,
    };
    if *of != Type::Number(Measure::Money) {
        return Some(number.round_dp_with_strategy(places, strategy));
    }
    let yuan = number.checked_div(Decimal::ONE_HUNDRED)?.round_dp_with_strategy(places, strategy);
    yuan.checked_mul(Decimal::ONE_HUNDRED)
}

fn is_of(value: &Value, of: &Type) -> bool {
    matches!(
        (value, of),
        (Value::Text(_), Type::Text)
            | (Value::Money(_), Type::Number(Measure::Money))
            | (Value::Day(_), Type::Day)
            | (Value::Month(_), Type::Month)
            | (Value::Moment(_), Type::Moment)
            | (Value::YesNo(_), Type::YesNo)
            | (Value::Choice(_), Type::Choice(_))
            | (Value::Unit(_), Type::Unit)
            | (Value::Units(_), Type::Units)
            | (Value::Person(_), Type::Person)
            | (Value::People(_), Type::People)
            | (Value::Record(_), Type::Record)
            | (Value::Files(_), Type::Files)
            | (Value::Rows(_), Type::Rows(_))
    ) || matches!((value, of), (Value::Whole(_) | Value::Decimal(_), Type::Number(measure)) if *measure != Measure::Money)
}

fn read_number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Money(number) | Value::Whole(number) => Some((*number).into()),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

fn to_value(number: Decimal, measure: &Measure) -> Option<Value> {
    match measure {
        Measure::Money => {
            let fen = number.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            fen.to_i64().map(Value::Money)
        }
        Measure::Percent => Some(Value::Decimal(number.normalize())),
        _ => match number.to_i64().filter(|_| number.fract().is_zero()) {
            Some(whole) => Some(Value::Whole(whole)),
            None => Some(Value::Decimal(number.normalize())),
        },
    }
}
