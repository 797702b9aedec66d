//! How is a formula written down again? Typed tree in, the expert's own language out.
//!
//! What it writes, the checker reads back as the same tree.
//! Never writes a bracket that changes nothing, except where it helps the reader behind 非.

use rust_decimal::Decimal;

use super::expr::{Cmp, Expr, Gather, Measure, Named, Op, Rounding, Type};
use super::lexer::{is_plain_name, is_plain_unit};

/// Writes the expression as the expert would.
pub fn to_text(expr: &Expr) -> String {
    written(expr, Tight::Either)
}

/// How tightly a part binds, from loose to tight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tight {
    Either,
    Both,
    Not,
    Compare,
    Sum,
    Product,
    Atom,
}

fn written(expr: &Expr, at_least: Tight) -> String {
    let (tight, text) = unbracketed(expr);
    if tight < at_least { format!("({text})") } else { text }
}

fn unbracketed(expr: &Expr) -> (Tight, String) {
    let sum = |it| written(it, Tight::Sum);
    match expr {
        Expr::And(all) => (Tight::Both, joined(all, " 且 ", Tight::Not)),
        Expr::Or(all) => (Tight::Either, joined(all, " 或 ", Tight::Both)),
        Expr::Not(inner) => {
            let at_least = if matches!(**inner, Expr::Not(_)) { Tight::Not } else { Tight::Sum };
            (Tight::Not, format!("非 {}", written(inner, at_least)))
        }
        Expr::Compare(cmp, left, right) => (Tight::Compare, format!("{} {} {}", sum(left), sign(*cmp), sum(right))),
        Expr::OneOf { value, options, negated } => {
            let word = if *negated { "不属于" } else { "属于" };
            (Tight::Compare, format!("{} {word} [{}]", sum(value), joined(options, ", ", Tight::Either)))
        }
        Expr::InPeriod(inner) => (Tight::Compare, format!("{} 在 期间", sum(inner))),
        Expr::Arith(op, _, left, right) => arith(*op, left, right),
        Expr::Shift { day, by, back, .. } => {
            let sign = if *back { "-" } else { "+" };
            (Tight::Sum, format!("{} {sign} {}", sum(day), written(by, Tight::Product)))
        }
        _ => (Tight::Atom, atom(expr)),
    }
}

fn arith(op: Op, left: &Expr, right: &Expr) -> (Tight, String) {
    let (tight, sign) = match op {
        Op::Plus => (Tight::Sum, "+"),
        Op::Minus => (Tight::Sum, "-"),
        Op::Times | Op::Share => (Tight::Product, "×"),
        Op::Over | Op::PerShare => (Tight::Product, "÷"),
    };
    let of_right = if tight == Tight::Sum { Tight::Product } else { Tight::Atom };
    (tight, format!("{} {sign} {}", written(left, tight), written(right, of_right)))
}

fn atom(expr: &Expr) -> String {
    let call = |name: &str, parts: &[&Expr]| {
        let parts: Vec<String> = parts.iter().map(|it| to_text(it)).collect();
        format!("{name}({})", parts.join(", "))
    };
    match expr {
        Expr::All => "全部".into(),
        Expr::YesNo(yes) => (if *yes { "是" } else { "否" }).into(),
        Expr::Number(number, measure) => number_text(*number, measure),
        Expr::Text(text) => quoted(text),
        Expr::Day(day) => day.to_string(),
        Expr::Month(month) => month.to_string(),
        Expr::Option(choice, _) if is_plain_name(&choice.name) => choice.name.to_string(),
        Expr::Option(choice, _) => quoted(&choice.name),
        Expr::Today => "今天()".into(),
        Expr::Named(named) => name_text(named),
        Expr::Empty(a) => call("为空", &[a]),
        Expr::Contains(a, b) | Expr::Includes(a, b) => call("包含", &[a, b]),
        Expr::DaysBetween(a, b) => call("天数", &[a, b]),
        Expr::WorkingHoursBetween(a, b) => call("工作小时数", &[a, b]),
        Expr::WorkingDaysBetween(a, b) => call("工作日数", &[a, b]),
        Expr::If(a, b, c) => call("如果", &[a, b, c]),
        Expr::Largest(all) => format!("最大({})", joined(all, ", ", Tight::Either)),
        Expr::Smallest(all) => format!("最小({})", joined(all, ", ", Tight::Either)),
        Expr::Round(Rounding::Drop, _, a) => call("取整", &[a]),
        Expr::Round(Rounding::HalfUp, places, a) => format!("四舍五入({}, {places})", to_text(a)),
        Expr::YearOf(a) => call("年", &[a]),
        Expr::MonthOf(a) => call("月", &[a]),
        Expr::DayOf(a) => call("日期", &[a]),
        Expr::Count { rows, given } => format!("数({}{})", name_text(rows), also(given.as_deref())),
        Expr::Gather { how, rows, column, given } => {
            let word = match how {
                Gather::Sum => "合计",
                Gather::Largest => "最大",
                Gather::Smallest => "最小",
            };
            format!("{word}({}.{}{})", name_text(rows), name_text(column), also(given.as_deref()))
        }
        _ => format!("({})", unbracketed(expr).1),
    }
}

fn also(given: Option<&Expr>) -> String {
    given.map_or(String::new(), |it| format!(", {}", to_text(it)))
}

fn joined(all: &[Expr], between: &str, at_least: Tight) -> String {
    let all: Vec<String> = all.iter().map(|it| written(it, at_least)).collect();
    all.join(between)
}

pub(super) fn sign(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Equal => "=",
        Cmp::Differs => "≠",
        Cmp::Less => "<",
        Cmp::AtMost => "<=",
        Cmp::More => ">",
        Cmp::AtLeast => ">=",
    }
}

/// A name that is also an option of its own list has to be told apart from it.
fn name_text(named: &Named) -> String {
    let doubtful = matches!(&named.of, Type::Choice(among) if among.named(&named.name).is_some());
    if is_plain_name(&named.name) && !doubtful { named.name.to_string() } else { format!("「{}」", named.name) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A number with its measure, as it is written and read.
pub(super) fn number_text(number: Decimal, measure: &Measure) -> String {
    let bare = number.normalize();
    match measure {
        Measure::Plain => bare.to_string(),
        Measure::Percent => format!("{bare}%"),
        Measure::Money => money_text(number),
        Measure::Days => format!("{bare}日"),
        Measure::WorkingDays => format!("{bare}个工作日"),
        Measure::Months => format!("{bare}个月"),
        Measure::Unit(unit) if is_plain_unit(unit) => format!("{bare}{unit}"),
        // A bare number takes the measure of what stands beside it.
        Measure::Unit(_) => bare.to_string(),
    }
}

/// 分 as 元, or from 1万元 up as 万元 if that is short.
fn money_text(fen: Decimal) -> String {
    let yuan = (fen / Decimal::ONE_HUNDRED).normalize();
    let wan = (yuan / Decimal::from(10_000)).normalize();
    if wan.abs() >= Decimal::ONE && wan.scale() <= 2 { format!("{wan}万元") } else { format!("{yuan}元") }
}
