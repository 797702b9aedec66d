//! Does the formula make sense here? Raw tree and names in, typed tree out.
//!
//! After a fault it goes on with the other parts, so that all faults come at once.
//! Names: an option wins where an option is expected, then a column of the row at hand, then the record's names,
//! then, for a bare word, a state (`已办结` means `状态 = 已办结`).
//! Never guesses a measure: only a bare number beside days or units takes their measure.

use std::ops::Range;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::expr::{Choice, Choices, Cmp, Columns, Expr, Measure, Named, Op, Own, Slot, Step, Type};
use super::parser::{Name, Raw, Shape, Sign};
use super::{Fault, Scope, Wanted};

/// The name under which the state is found.
const STATE: &str = "状态";

/// Types the tree, or says everything that is wrong with it.
pub(super) fn check(raw: &Raw, scope: &dyn Scope, wanted: Wanted) -> Result<Expr, Vec<Fault>> {
    let mut checker = Checker { scope, faults: Vec::new(), row: None };
    let expr = checker.wanted(raw, wanted);
    match expr {
        Some(expr) if checker.faults.is_empty() => Ok(expr),
        _ => Err(checker.faults),
    }
}

pub(super) struct Checker<'a> {
    pub(super) scope: &'a dyn Scope,
    pub(super) faults: Vec<Fault>,
    /// The child table whose row is at hand.
    pub(super) row: Option<(Named, Columns)>,
}

/// The options that may stand here, and whose they are.
#[derive(Clone)]
pub(super) struct Expected {
    whose: Arc<str>,
    among: Choices,
}

impl Checker<'_> {
    fn wanted(&mut self, raw: &Raw, wanted: Wanted) -> Option<Expr> {
        if wanted == Wanted::Condition {
            return self.condition(raw);
        }
        let expr = self.expr(raw, None)?;
        let (fits, word) = match (wanted, expr.of()) {
            (Wanted::Day, Type::Moment) => return Some(Expr::DayOf(Box::new(expr))),
            (Wanted::Day, of) => (of == Type::Day, "一个日期"),
            (Wanted::Number, of) => (matches!(of, Type::Number(_)), "一个数"),
            (Wanted::Text, of) => (of == Type::Text, "一段文本"),
            (_, of) => (!matches!(of, Type::Rows(_) | Type::Files), "一个值"),
        };
        if fits {
            return Some(expr);
        }
        self.fault(&raw.span, format!("这里要算出{word}，写的是{}", expr.of().word()))
    }

    /// Something that holds or not.
    pub(super) fn condition(&mut self, raw: &Raw) -> Option<Expr> {
        let expr = self.expr(raw, None)?;
        match expr.of() {
            Type::YesNo => Some(expr),
            of => {
                let hint = match of {
                    Type::Number(Measure::Percent) => "例如 进度 = 100%",
                    Type::Number(_) => "例如 数(节点) > 3",
                    Type::Day => "例如 办结日 <= 完成时限，或 完成时限 在 期间",
                    Type::Choice(_) => "例如 状态 = 已办结",
                    _ => "例如 非 为空(字段)",
                };
                let fault = Fault::new(raw.span.clone(), format!("这里要写条件，写的是{}", of.word()));
                self.push(fault.hint(hint))
            }
        }
    }

    /// Anything. `expected` are the options that a bare word or a text may mean.
    pub(super) fn expr(&mut self, raw: &Raw, expected: Option<&Expected>) -> Option<Expr> {
        match &raw.is {
            Shape::Name(name) => self.name(name, expected),
            Shape::Path(child, column) => self.path(child, column, &raw.span),
            Shape::Number(number, measure) => Some(Expr::Number(*number, measure.clone())),
            Shape::Text(text) => self.text(text, &raw.span, expected),
            Shape::Day(day) => Some(Expr::Day(*day)),
            Shape::Month(month) => Some(Expr::Month(*month)),
            Shape::YesNo(yes) => Some(Expr::YesNo(*yes)),
            Shape::All => Some(Expr::All),
            Shape::Call(name, args) => self.call(name, args, &raw.span, expected),
            Shape::List(_) => {
                let fault = Fault::new(raw.span.clone(), "清单只能写在“属于”后面");
                self.push(fault.hint("例如 状态 属于 [推进中, 待核验]"))
            }
            Shape::And(all) => self.conditions(all).map(Expr::And),
            Shape::Or(all) => self.conditions(all).map(Expr::Or),
            Shape::Not(inner) => self.condition(inner).map(|it| Expr::Not(Box::new(it))),
            Shape::Minus(inner) => self.negative(inner),
            Shape::Compare(cmp, left, right) => self.compare(*cmp, left, right, &raw.span),
            Shape::OneOf(value, list, negated) => self.one_of(value, list, *negated),
            Shape::InPeriod(inner) => self.in_period(inner),
            Shape::Arith(sign, left, right) => {
                let (left, right) = (self.expr(left, None), self.expr(right, None));
                self.arith(*sign, left?, right?, &raw.span)
            }
        }
    }

    fn conditions(&mut self, all: &[Raw]) -> Option<Vec<Expr>> {
        let all: Vec<Option<Expr>> = all.iter().map(|it| self.condition(it)).collect();
        all.into_iter().collect()
    }

    fn name(&mut self, name: &Name, expected: Option<&Expected>) -> Option<Expr> {
        if !name.surely_field
            && let Some(expr) = expected.and_then(|it| it.option(&name.text))
        {
            return Some(expr);
        }
        if let Some(named) = self.find(&name.text) {
            return Some(Expr::Named(named));
        }
        let states = self.states();
        if let (None, Some((state, among))) = (expected, &states)
            && let Some(choice) = among.named(&name.text)
        {
            let right = Expr::Option(choice.clone(), among.clone());
            return Some(Expr::Compare(Cmp::Equal, Box::new(Expr::Named(state.clone())), Box::new(right)));
        }
        if let Some(expected) = expected {
            let mut known = expected.among.names();
            known.extend(self.known_names());
            let sentence = format!("“{}”没有“{}”这个选项，也没有这个名称的字段", expected.whose, name.text);
            let fault = Fault::new(name.span.clone(), sentence);
            return match crate::problem::nearest(&name.text, known.iter().map(String::as_str)) {
                Some(near) => self.push(fault.hint(format!("是否为“{near}”？"))),
                None => self.push(fault.hint(format!("可选：{}", expected.among.listed()))),
            };
        }
        let mut known = self.known_names();
        known.extend(states.map(|(_, among)| among.names()).unwrap_or_default());
        let fault = Fault::new(name.span.clone(), format!("没有名为“{}”的字段", name.text));
        self.push(match run_together(&name.text, &known) {
            Some(spaced) => fault.hint(format!("且、或、非 的前后要空格：{spaced}")),
            None => fault.nearest(&name.text, &known),
        })
    }

    /// A column of the row at hand, or a name of the record.
    fn find(&self, name: &str) -> Option<Named> {
        if let Some((rows, columns)) = &self.row
            && let Some(column) = columns.named(name)
        {
            return column_of(rows, column);
        }
        let symbol = self.scope.find(name)?;
        Some(Named { name: name.into(), slot: symbol.slot, of: symbol.of })
    }

    fn states(&self) -> Option<(Named, Choices)> {
        let symbol = self.scope.find(STATE)?;
        let Type::Choice(among) = symbol.of.clone() else { return None };
        let is_state = symbol.slot == Slot::Own(Own::State);
        is_state.then(|| (Named { name: STATE.into(), slot: symbol.slot, of: symbol.of }, among))
    }

    pub(super) fn known_names(&self) -> Vec<String> {
        let columns = self.row.iter().flat_map(|(_, columns)| columns.0.iter().map(|it| it.name.to_string()));
        columns.chain(self.scope.names()).collect()
    }

    /// `节点.完成日` names a column inside a condition over 节点; elsewhere it needs something that gathers it.
    fn path(&mut self, child: &Name, column: &Name, span: &Range<usize>) -> Option<Expr> {
        if let Some((rows, columns)) = &self.row
            && rows.name == child.text
            && let Some(column) = columns.named(&column.text)
        {
            return column_of(rows, column).map(Expr::Named);
        }
        self.rows_column(child, column)?;
        let fault = Fault::new(span.clone(), "子表有许多行，这里只能有一个值");
        self.push(fault.hint(format!("写成 合计({0}.{1})、最大({0}.{1}) 或 最小({0}.{1})", child.text, column.text)))
    }

    /// A child table and one of its columns.
    pub(super) fn rows_column(&mut self, child: &Name, column: &Name) -> Option<(Named, Named, Columns)> {
        let (rows, columns) = self.rows(child)?;
        let Some(found) = columns.named(&column.text) else {
            let names: Vec<String> = columns.0.iter().map(|it| it.name.to_string()).collect();
            let sentence = format!("“{}”里没有名为“{}”的字段", child.text, column.text);
            let fault = Fault::new(column.span.clone(), sentence).nearest(&column.text, &names);
            return self.push(fault);
        };
        let named = column_of(&rows, found)?;
        Some((rows, named, columns))
    }

    /// A child table.
    pub(super) fn rows(&mut self, child: &Name) -> Option<(Named, Columns)> {
        let Some(symbol) = self.scope.find(&child.text) else {
            let fault = Fault::new(child.span.clone(), format!("没有名为“{}”的子表", child.text));
            let names = self.scope.names();
            return self.push(fault.nearest(&child.text, &names));
        };
        match (&symbol.of, &symbol.slot) {
            (Type::Rows(columns), Slot::Field(_)) => {
                let columns = columns.clone();
                Some((Named { name: child.text.clone(), slot: symbol.slot, of: symbol.of }, columns))
            }
            (of, _) => {
                let sentence = format!("“{}”是{}，不是子表", child.text, of.word());
                self.fault(&child.span, sentence)
            }
        }
    }

    fn text(&mut self, text: &Arc<str>, span: &Range<usize>, expected: Option<&Expected>) -> Option<Expr> {
        match expected {
            Some(expected) => match expected.option(text) {
                Some(option) => Some(option),
                None => {
                    let fault = Fault::new(span.clone(), format!("“{}”没有“{text}”这个选项", expected.whose));
                    let near = crate::problem::nearest(text, expected.among.0.iter().map(|it| &*it.name));
                    let hint = match near {
                        Some(near) => format!("是否为“{near}”？"),
                        None => format!("可选：{}", expected.among.listed()),
                    };
                    self.push(fault.hint(hint))
                }
            },
            None if text.trim().is_empty() => {
                let fault = Fault::new(span.clone(), "没有空的文本");
                self.push(fault.hint("没有填写写成 为空(字段)"))
            }
            None => Some(Expr::Text(text.clone())),
        }
    }

    fn negative(&mut self, inner: &Raw) -> Option<Expr> {
        match self.expr(inner, None)? {
            Expr::Number(number, measure) => Some(Expr::Number(-number, measure)),
            expr => match expr.of() {
                Type::Number(measure) => {
                    let zero = Expr::Number(Decimal::ZERO, measure.clone());
                    Some(Expr::Arith(Op::Minus, measure, Box::new(zero), Box::new(expr)))
                }
                of => self.fault(&inner.span, format!("{}没有负数", of.word())),
            },
        }
    }

    fn compare(&mut self, cmp: Cmp, left: &Raw, right: &Raw, span: &Range<usize>) -> Option<Expr> {
        let (of_left, of_right) = (self.options_of(left), self.options_of(right));
        let for_left = if of_left.is_none() { of_right.as_ref() } else { None };
        let (a, b) = (self.expr(left, for_left), self.expr(right, of_left.as_ref()));
        let (a, b) = self.alike(a?, b?, span, "比较")?;
        let of = a.of();
        match (cmp, &of) {
            (_, Type::Units | Type::People) => {
                let fault = Fault::new(span.clone(), format!("{}不能直接比较", of.word()));
                self.push(fault.hint("写成 包含(协办单位, 责任单位)"))
            }
            (_, Type::Files | Type::Rows(_)) => {
                let fault = Fault::new(span.clone(), format!("{}不能直接比较", of.word()));
                self.push(fault.hint("写成 为空(附件)，或 数(子表) > 0"))
            }
            (Cmp::Equal | Cmp::Differs, _) => Some(Expr::Compare(cmp, Box::new(a), Box::new(b))),
            _ if of.is_ordered() => Some(Expr::Compare(cmp, Box::new(a), Box::new(b))),
            _ => {
                let fault = Fault::new(span.clone(), format!("{}没有大小，只能写 = 或 ≠", of.word()));
                self.push(fault)
            }
        }
    }

    /// The options that a raw part chooses from, if it is plain to see.
    pub(super) fn options_of(&self, raw: &Raw) -> Option<Expected> {
        match &raw.is {
            Shape::Name(name) => match self.find(&name.text)? {
                Named { name, of: Type::Choice(among), .. } => Some(Expected { whose: name, among }),
                _ => None,
            },
            Shape::Path(child, column) => {
                let (rows, columns) = self.row.as_ref()?;
                let column = columns.named(&column.text).filter(|_| rows.name == child.text)?;
                match &column.of {
                    Type::Choice(among) => Some(Expected { whose: column.name.clone(), among: among.clone() }),
                    _ => None,
                }
            }
            Shape::Call(name, args) if &*name.text == "如果" && args.len() == 3 => {
                args[1..].iter().find_map(|it| self.options_of(it))
            }
            _ => None,
        }
    }

    fn one_of(&mut self, value: &Raw, list: &Raw, negated: bool) -> Option<Expr> {
        let expected = self.options_of(value);
        let found = self.expr(value, None);
        let Shape::List(items) = &list.is else {
            let fault = Fault::new(list.span.clone(), "“属于”后面要写清单");
            return self.push(fault.hint("例如 状态 属于 [推进中, 待核验]"));
        };
        if items.is_empty() {
            return self.fault(&list.span, "清单是空的");
        }
        let found = found?;
        let of = found.of();
        if !matches!(of, Type::Text | Type::Number(_) | Type::Day | Type::Month | Type::Moment | Type::Choice(_)) {
            return self.fault(&value.span, format!("{}不能用“属于”", of.word()));
        }
        if is_constant(&found) {
            return self.fault(&value.span, "“属于”前面要写字段，不是固定的值");
        }
        let mut value_read = found;
        let mut options = Vec::new();
        let mut whole = true;
        for item in items {
            let Some(option) = self.expr(item, expected.as_ref()) else {
                whole = false;
                continue;
            };
            if !is_constant(&option) {
                self.push::<()>(Fault::new(item.span.clone(), "清单里只能写固定的值").hint("和字段比较用 ="));
                whole = false;
            } else if let Some((value, option)) = self.alike(value_read.clone(), option, &item.span, "比较") {
                value_read = value;
                options.push(option);
            } else {
                whole = false;
            }
        }
        whole.then(|| Expr::OneOf { value: Box::new(value_read), options, negated })
    }

    fn in_period(&mut self, inner: &Raw) -> Option<Expr> {
        let expr = self.expr(inner, None)?;
        match expr.of() {
            Type::Day | Type::Month => Some(Expr::InPeriod(Box::new(expr))),
            Type::Moment => Some(Expr::InPeriod(Box::new(Expr::DayOf(Box::new(expr))))),
            of => self.fault(&inner.span, format!("只有日期和月份能说“在 期间”，这里是{}", of.word())),
        }
    }

    fn arith(&mut self, sign: Sign, left: Expr, right: Expr, span: &Range<usize>) -> Option<Expr> {
        let (left, right) = (day_of_moment(left), day_of_moment(right));
        match (sign, left.of(), right.of()) {
            (Sign::Plus, Type::Number(_), Type::Day) => self.shift(right, left, false, span),
            (Sign::Plus, Type::Day, Type::Number(_)) => self.shift(left, right, false, span),
            (Sign::Minus, Type::Day, Type::Number(_)) => self.shift(left, right, true, span),
            (Sign::Minus, Type::Day, Type::Day) => Some(Expr::DaysBetween(Box::new(right), Box::new(left))),
            (Sign::Plus | Sign::Minus, Type::Number(_), Type::Number(_)) => {
                let (op, verb) = if sign == Sign::Plus { (Op::Plus, "相加") } else { (Op::Minus, "相减") };
                let (left, right) = self.alike(left, right, span, verb)?;
                let Type::Number(measure) = left.of() else { return None };
                Some(Expr::Arith(op, measure, Box::new(left), Box::new(right)))
            }
            (_, Type::Number(a), Type::Number(b)) => {
                let Some((op, measure)) = product(sign, &a, &b) else {
                    let verb = if sign == Sign::Times { "相乘" } else { "相除" };
                    return self.fault(span, format!("不能把 {} 和 {} {verb}", a.word(), b.word()));
                };
                let (left, right) = match (op, &a) {
                    (Op::Share, Measure::Percent) if b != Measure::Percent => (right, left),
                    _ => (left, right),
                };
                Some(Expr::Arith(op, measure, Box::new(left), Box::new(right)))
            }
            (_, a, b) => {
                let verb = match sign {
                    Sign::Plus => "相加",
                    Sign::Minus => "相减",
                    Sign::Times => "相乘",
                    Sign::Over => "相除",
                };
                let (a, b) = (a.word(), b.word());
                let sentence = if a == b { format!("{a}不能{verb}") } else { format!("不能把{a}和{b}{verb}") };
                self.fault(span, sentence)
            }
        }
    }

    fn shift(&mut self, day: Expr, by: Expr, back: bool, span: &Range<usize>) -> Option<Expr> {
        let step = match by.of() {
            Type::Number(Measure::Days) => Step::Days,
            Type::Number(Measure::WorkingDays) => Step::WorkingDays,
            Type::Number(Measure::Months) => Step::Months,
            of => {
                let sentence = format!("日期只能加减天数、工作日数或月数，这里是{}", of.word());
                return self.push(Fault::new(span.clone(), sentence).hint("例如 下达日 + 30日，或 下达日 + 5个工作日"));
            }
        };
        Some(Expr::Shift { day: Box::new(day), by: Box::new(by), step, back })
    }

    /// Brings two sides to one type: a moment beside a day becomes a day, a bare number takes days and units.
    pub(super) fn alike(&mut self, a: Expr, b: Expr, span: &Range<usize>, verb: &str) -> Option<(Expr, Expr)> {
        let (a, b) = match (a.of(), b.of()) {
            (Type::Moment, Type::Day) => (day_of_moment(a), b),
            (Type::Day, Type::Moment) => (a, day_of_moment(b)),
            (Type::Number(x), Type::Number(y)) if x != y => (take_measure(a, &y), take_measure(b, &x)),
            _ => (a, b),
        };
        match (a.of(), b.of()) {
            (x, y) if x == y => Some((a, b)),
            (Type::Choice(_), Type::Choice(_)) => self.fault(span, "两边的选项不是同一份清单"),
            (Type::Number(x), Type::Number(y)) => {
                let fault = Fault::new(span.clone(), format!("不能把 {} 和 {} {verb}", x.word(), y.word()));
                self.push(match measure_hint(&a, &b) {
                    Some(hint) => fault.hint(hint),
                    None => fault,
                })
            }
            (x, y) => {
                let fault = Fault::new(span.clone(), format!("不能把{}和{}{verb}", x.word(), y.word()));
                self.push(match (x, y) {
                    (Type::Day, _) | (_, Type::Day) => fault.hint("日期写成 2026-03-05 或 2026年3月5日"),
                    (Type::YesNo, _) | (_, Type::YesNo) => fault.hint("是、否 两个字不加引号"),
                    _ => fault,
                })
            }
        }
    }

    pub(super) fn fault<T>(&mut self, span: &Range<usize>, sentence: impl Into<String>) -> Option<T> {
        self.push(Fault::new(span.clone(), sentence))
    }

    pub(super) fn push<T>(&mut self, fault: Fault) -> Option<T> {
        self.faults.push(fault);
        None
    }
}

impl Expected {
    fn option(&self, name: &str) -> Option<Expr> {
        let choice: &Choice = self.among.named(name)?;
        Some(Expr::Option(choice.clone(), self.among.clone()))
    }
}

impl Choices {
    fn names(&self) -> Vec<String> {
        self.0.iter().map(|it| it.name.to_string()).collect()
    }

    /// The first dozen, for a hint.
    fn listed(&self) -> String {
        let names: Vec<&str> = self.0.iter().take(12).map(|it| &*it.name).collect();
        let more = if self.0.len() > names.len() { " 等" } else { "" };
        format!("{}{more}", names.join("、"))
    }
}

/// `推进中且进度` with the blanks that it lacks, if what stands before the first joint is known.
fn run_together(name: &str, known: &[String]) -> Option<String> {
    let is_known = |part: &str| known.iter().any(|it| it == part);
    if let Some(rest) = name.strip_prefix('非').filter(|rest| is_known(rest)) {
        return Some(format!("非 {rest}"));
    }
    name.char_indices().filter(|(_, it)| matches!(it, '且' | '或')).find_map(|(at, joint)| {
        let (left, right) = (&name[..at], &name[at + joint.len_utf8()..]);
        (is_known(left) && !right.is_empty()).then(|| format!("{left} {joint} {right}"))
    })
}

/// What two measures make when multiplied or divided; nothing if that means nothing.
fn product(sign: Sign, a: &Measure, b: &Measure) -> Option<(Op, Measure)> {
    use Measure::{Percent, Plain};
    Some(match (sign, a, b) {
        (Sign::Times, Plain, other) | (Sign::Times, other, Plain) => (Op::Times, other.clone()),
        (Sign::Times, other, Percent) | (Sign::Times, Percent, other) => (Op::Share, other.clone()),
        (Sign::Over, a, b) if a == b => (Op::Over, Plain),
        (Sign::Over, other, Plain) => (Op::Over, other.clone()),
        (Sign::Over, other, Percent) => (Op::PerShare, other.clone()),
        _ => return None,
    })
}

fn column_of(rows: &Named, column: &super::expr::Column) -> Option<Named> {
    let Slot::Field(child) = &rows.slot else { return None };
    let slot = Slot::Column { child: child.clone(), column: column.field.clone() };
    Some(Named { name: column.name.clone(), slot, of: column.of.clone() })
}

pub(super) fn day_of_moment(expr: Expr) -> Expr {
    if expr.of() == Type::Moment { Expr::DayOf(Box::new(expr)) } else { expr }
}

/// A bare number beside days or units counts them; zero is zero of anything.
fn take_measure(expr: Expr, measure: &Measure) -> Expr {
    match expr {
        Expr::Number(number, Measure::Plain)
            if number.is_zero() || !matches!(measure, Measure::Money | Measure::Percent) =>
        {
            Expr::Number(number, measure.clone())
        }
        expr => expr,
    }
}

fn measure_hint(a: &Expr, b: &Expr) -> Option<String> {
    let (Type::Number(x), Type::Number(y)) = (a.of(), b.of()) else { return None };
    let bare = [a, b].into_iter().find_map(|it| match it {
        Expr::Number(number, Measure::Plain) => Some(number.normalize()),
        _ => None,
    });
    match (x, y, bare) {
        (Measure::Percent, _, Some(it)) | (_, Measure::Percent, Some(it)) => Some(format!("是否为 {it}%？")),
        (Measure::Money, _, Some(it)) | (_, Measure::Money, Some(it)) => Some(format!("是否为 {it}元 或 {it}万元？")),
        (Measure::Plain, Measure::Percent, None) | (Measure::Percent, Measure::Plain, None) => {
            Some("比值乘以 100% 就是百分数".into())
        }
        (Measure::Plain, Measure::Unit(unit), None) | (Measure::Unit(unit), Measure::Plain, None) => {
            Some(format!("没有单位的数，后面不写“{unit}”"))
        }
        (Measure::Days, Measure::WorkingDays, _) | (Measure::WorkingDays, Measure::Days, _) => {
            Some("自然日用 天数(甲, 乙)，工作日用 工作日数(甲, 乙)".into())
        }
        _ => None,
    }
}

pub(super) fn is_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::YesNo(_) | Expr::Number(..) | Expr::Text(_) | Expr::Day(_) | Expr::Month(_) | Expr::Option(..))
}
