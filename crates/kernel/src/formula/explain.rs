//! How does a formula sound when it is read aloud? One Chinese sentence for the book, without a full stop.
//!
//! What belongs together stands in brackets and ends with words that close the group for the ear
//! (“同时成立”, “至少一项成立”, “之和”), so that nobody has to know which sign binds tighter.
//! Never shows an id.

use super::Formula;
use super::expr::{Cmp, Expr, Gather, Measure, Op, Rounding, Step, Type};
use super::print::number_text;

/// The formula as one sentence.
pub fn explain(formula: &Formula) -> String {
    match &formula.expr {
        expr @ (Expr::And(_) | Expr::Or(_)) => condition(expr, false),
        expr if expr.of() == Type::YesNo => condition(expr, false),
        expr => spoken(expr, false),
    }
}

/// A condition; `nested` if it is part of another.
fn condition(expr: &Expr, nested: bool) -> String {
    match expr {
        Expr::All => "全部".into(),
        Expr::YesNo(true) => "总是成立".into(),
        Expr::YesNo(false) => "总不成立".into(),
        Expr::And(all) => group(all, "，且", "，同时成立", nested),
        Expr::Or(all) => group(all, "，或", "，至少一项成立", nested),
        Expr::Not(inner) => negation(inner),
        Expr::Compare(cmp, left, right) => compared(*cmp, left, right),
        Expr::OneOf { value, options, negated } => {
            let options: Vec<String> = options.iter().map(|it| spoken(it, true)).collect();
            let value = spoken(value, true);
            if *negated {
                return format!("{value}不在{}之列", options.join("、"));
            }
            match options.split_last() {
                Some((last, [])) => format!("{value}为{last}"),
                Some((last, rest)) => format!("{value}为{}或{last}", rest.join("、")),
                None => "总不成立".into(),
            }
        }
        Expr::InPeriod(inner) => format!("{}落在本期", spoken(inner, true)),
        Expr::Empty(inner) => format!("{}为空", spoken(inner, true)),
        Expr::Contains(text, word) => format!("{}中有{}", spoken(text, true), spoken(word, true)),
        Expr::Includes(many, one) => format!("{}中有{}", spoken(many, true), spoken(one, true)),
        Expr::Named(named) => format!("{}为是", named.name),
        Expr::If(given, then, otherwise) => {
            let [given, then, otherwise] = [given, then, otherwise].map(|it| condition(it, false));
            let text = format!("如果{given}，那么要求{then}，否则要求{otherwise}");
            if nested { format!("（{text}，如此成立）") } else { text }
        }
        other => spoken(other, nested),
    }
}

fn group(all: &[Expr], between: &str, closing: &str, nested: bool) -> String {
    let all: Vec<String> = all.iter().map(|it| condition(it, true)).collect();
    let text = all.join(between);
    if nested { format!("（{text}{closing}）") } else { text }
}

fn negation(inner: &Expr) -> String {
    match inner {
        Expr::Empty(it) => format!("{}不为空", spoken(it, true)),
        Expr::Named(it) => format!("{}不为是", it.name),
        Expr::InPeriod(it) => format!("{}不落在本期", spoken(it, true)),
        Expr::Contains(a, b) | Expr::Includes(a, b) => format!("{}中没有{}", spoken(a, true), spoken(b, true)),
        Expr::And(_) | Expr::Or(_) => format!("并非{}", condition(inner, true)),
        _ => format!("并非（{}）", condition(inner, false)),
    }
}

fn compared(cmp: Cmp, left: &Expr, right: &Expr) -> String {
    let (a, b) = (spoken(left, true), spoken(right, true));
    let fixed = matches!(right, Expr::Number(..) | Expr::Text(_) | Expr::Day(_) | Expr::Month(_) | Expr::Option(..));
    let verb = match (cmp, left.of()) {
        (Cmp::Equal, _) if fixed => "为",
        (Cmp::Differs, _) if fixed => "不是",
        (Cmp::Equal, Type::YesNo) => "为",
        (Cmp::Differs, Type::YesNo) => "不是",
        (Cmp::Equal, _) => "等于",
        (Cmp::Differs, _) => "不等于",
        (Cmp::Less, Type::Number(_)) => "不到",
        (Cmp::AtMost, Type::Number(_)) => "不超过",
        (Cmp::More, Type::Number(_)) => "超过",
        (Cmp::AtLeast, Type::Number(_)) => "达到",
        (Cmp::Less, _) => "早于",
        (Cmp::AtMost, _) => "不晚于",
        (Cmp::More, _) => "晚于",
        (Cmp::AtLeast, _) => "不早于",
    };
    format!("{a}{verb}{b}")
}

/// A value; `nested` if something is said about it.
fn spoken(expr: &Expr, nested: bool) -> String {
    match expr {
        Expr::YesNo(yes) => (if *yes { "是" } else { "否" }).into(),
        Expr::Number(number, measure) => number_text(*number, measure),
        Expr::Text(text) => format!("“{text}”"),
        Expr::Day(day) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Expr::Month(month) => format!("{}年{}月", month.year, month.month),
        Expr::Option(choice, _) => choice.name.to_string(),
        Expr::Today => "今天".into(),
        Expr::Named(named) => named.name.to_string(),
        Expr::Arith(op, measure, left, right) => arith(*op, measure, left, right, nested),
        Expr::Shift { day, by, step, back } => {
            let text = shifted(day, by, *step, *back);
            if nested && !matches!(**by, Expr::Number(..)) { format!("（{text}）") } else { text }
        }
        Expr::DaysBetween(a, b) => format!("从{}到{}的天数", spoken(a, true), spoken(b, true)),
        Expr::WorkingHoursBetween(a, b) => format!("从{}到{}的工作小时数", spoken(a, true), spoken(b, true)),
        Expr::WorkingDaysBetween(a, b) => format!("从{}到{}的工作日数", spoken(a, true), spoken(b, true)),
        Expr::If(given, then, otherwise) if expr.of() != Type::YesNo => {
            let (then, otherwise) = (spoken(then, true), spoken(otherwise, true));
            let text = format!("如果{}，则为{then}，否则为{otherwise}", condition(given, false));
            if nested { format!("（{text}）") } else { text }
        }
        Expr::Largest(all) => among(all, "最大的一个", "最晚的一个"),
        Expr::Smallest(all) => among(all, "最小的一个", "最早的一个"),
        Expr::Round(Rounding::Drop, _, a) => format!("{}的整数部分", spoken(a, true)),
        Expr::Round(Rounding::HalfUp, 0, a) => format!("{}四舍五入到整数的值", spoken(a, true)),
        Expr::Round(Rounding::HalfUp, places, a) => format!("{}四舍五入到{places}位小数的值", spoken(a, true)),
        Expr::YearOf(a) => format!("{}的年份", spoken(a, true)),
        Expr::MonthOf(a) => format!("{}的月份数", spoken(a, true)),
        Expr::DayOf(a) => format!("{}当天", spoken(a, true)),
        Expr::Count { rows, given } => format!("{}{}的个数", limited(given.as_deref()), rows.name),
        Expr::Gather { how, rows, column, given } => {
            let what = match (how, &column.of) {
                (Gather::Sum, _) => "合计",
                (Gather::Largest, Type::Day) => "最晚的一天",
                (Gather::Smallest, Type::Day) => "最早的一天",
                (Gather::Largest, _) => "最大值",
                (Gather::Smallest, _) => "最小值",
            };
            format!("{}{}的{}{what}", limited(given.as_deref()), rows.name, column.name)
        }
        other => format!("“{}”是否成立", condition(other, false)),
    }
}

fn limited(given: Option<&Expr>) -> String {
    given.map_or(String::new(), |it| format!("符合“{}”的", condition(it, false)))
}

fn among(all: &[Expr], of_numbers: &str, of_days: &str) -> String {
    let names: Vec<String> = all.iter().map(|it| spoken(it, true)).collect();
    let numbers = matches!(all.first().map(Expr::of), Some(Type::Number(_)));
    format!("{}之中{}", names.join("、"), if numbers { of_numbers } else { of_days })
}

fn arith(op: Op, measure: &Measure, left: &Expr, right: &Expr, nested: bool) -> String {
    if let (Op::Minus, Expr::Number(zero, _)) = (op, left)
        && zero.is_zero()
    {
        return format!("负的{}", spoken(right, true));
    }
    // A ratio times 100% is the ratio, said as percent.
    if let (Op::Times, Measure::Percent, Expr::Number(hundred, Measure::Percent)) = (op, measure, right)
        && *hundred == rust_decimal::Decimal::ONE_HUNDRED
    {
        return format!("{}折成的百分数", spoken(left, true));
    }
    let (verb, noun) = match op {
        Op::Plus => ("加", "之和"),
        Op::Minus => ("减", "之差"),
        Op::Times | Op::Share => ("乘以", "之积"),
        Op::Over | Op::PerShare => ("除以", "之商"),
    };
    // Sums are said from left to right, as they are reckoned.
    let is_sum = |it: &Expr| matches!(it, Expr::Arith(Op::Plus | Op::Minus, ..));
    let flat = matches!(op, Op::Plus | Op::Minus) && is_sum(left) && !nested;
    let (left, right) = (spoken(left, !flat), spoken(right, true));
    if nested { format!("（{left}与{right}{noun}）") } else { format!("{left}{verb}{right}") }
}

fn shifted(day: &Expr, by: &Expr, step: Step, back: bool) -> String {
    let start = spoken(day, true);
    match by {
        Expr::Number(number, measure) => {
            let forward = number.is_sign_negative() == back;
            let word = if forward { "之后" } else { "之前" };
            format!("{start}{word}{}", number_text(number.abs(), measure))
        }
        by => {
            let word = if back { "往前推" } else { "往后推" };
            let unit = match step {
                Step::Days => "（天）",
                Step::WorkingDays => "（个工作日）",
                Step::Months => "（个月）",
            };
            format!("{start}{word}{}{unit}", spoken(by, true))
        }
    }
}
