//! Which functions are there, and what do they ask for?
//!
//! Never a function without a bound: each costs at most the rows of one child table.

use std::ops::Range;

use super::Fault;
use super::checker::{Checker, Expected, day_of_moment};
use super::expr::{Columns, Expr, Gather, Measure, Named, Rounding, Type};
use super::parser::{Name, Raw, Shape};

/// Every function, with how it is called.
const FUNCTIONS: &[(&str, &str)] = &[
    ("今天", "今天()"),
    ("为空", "为空(办结日)"),
    ("如果", "如果(进度 >= 80%, “接近完成”, “推进中”)"),
    ("工作日数", "工作日数(下达日, 办结日)"),
    ("工作小时数", "工作小时数(收到时刻, 答复时刻)"),
    ("天数", "天数(下达日, 办结日)"),
    ("数", "数(节点) 或 数(节点, 条件)"),
    ("合计", "合计(节点.权重) 或 合计(节点.权重, 条件)"),
    ("最大", "最大(甲, 乙) 或 最大(节点.完成日)"),
    ("最小", "最小(甲, 乙) 或 最小(节点.完成日)"),
    ("取整", "取整(得分)"),
    ("四舍五入", "四舍五入(得分, 2)"),
    ("年", "年(办结日)"),
    ("月", "月(办结日)"),
    ("日期", "日期(登记时间)"),
    ("包含", "包含(任务名称, “督办”)"),
];

/// The most decimal places.
const MOST_PLACES: u32 = 8;

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        name: &Name,
        args: &[Raw],
        span: &Range<usize>,
        expected: Option<&Expected>,
    ) -> Option<Expr> {
        let Some((known, usage)) = FUNCTIONS.iter().find(|(known, _)| *known == &*name.text) else {
            return self.unknown_call(name, args);
        };
        match (*known, args) {
            ("今天", []) => Some(Expr::Today),
            ("为空", [a]) => self.expr(a, None).map(|a| Expr::Empty(Box::new(a))),
            ("如果", [given, then, otherwise]) => self.choose(given, then, otherwise, expected),
            ("工作日数", [a, b]) => self.days(a, b).map(|(a, b)| Expr::WorkingDaysBetween(a, b)),
            ("工作小时数", [a, b]) => {
                let (a, b) = (self.instant(a), self.instant(b));
                Some(Expr::WorkingHoursBetween(Box::new(a?), Box::new(b?)))
            }
            ("天数", [a, b]) => self.days(a, b).map(|(a, b)| Expr::DaysBetween(a, b)),
            ("数", [rows]) => self.count(rows, None),
            ("数", [rows, given]) => self.count(rows, Some(given)),
            ("合计", [column]) => self.gather(Gather::Sum, column, None),
            ("合计", [column, given]) => self.gather(Gather::Sum, column, Some(given)),
            ("最大", all) => self.extreme(Gather::Largest, all, usage, span),
            ("最小", all) => self.extreme(Gather::Smallest, all, usage, span),
            ("取整", [a]) => self.number(a).map(|a| Expr::Round(Rounding::Drop, 0, Box::new(a))),
            ("四舍五入", [a]) => self.number(a).map(|a| Expr::Round(Rounding::HalfUp, 0, Box::new(a))),
            ("四舍五入", [a, places]) => self.rounded(a, places),
            ("年", [a]) => self.day_or_month(a).map(|a| Expr::YearOf(Box::new(a))),
            ("月", [a]) => self.day_or_month(a).map(|a| Expr::MonthOf(Box::new(a))),
            ("日期", [a]) => self.moment(a),
            ("包含", [many, one]) => self.contains(many, one, span),
            _ => self.wrong_number(known, usage, args, span),
        }
    }

    /// Names inside the arguments are still checked.
    fn unknown_call(&mut self, name: &Name, args: &[Raw]) -> Option<Expr> {
        let known: Vec<String> = FUNCTIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let fault = Fault::new(name.span.clone(), format!("没有名为“{}”的函数", name.text));
        let keyword = name.text.chars().next().filter(|it| "且或非".contains(*it));
        let called = keyword.map(|it| &name.text[it.len_utf8()..]).filter(|rest| known.iter().any(|it| it == rest));
        self.push::<()>(match (keyword, called) {
            (Some(keyword), Some(rest)) => fault.hint(format!("“{keyword}”后面要空一格：{keyword} {rest}(…)")),
            _ => fault.nearest(&name.text, &known),
        });
        args.iter().for_each(|it| drop(self.expr(it, None)));
        None
    }

    fn wrong_number(&mut self, known: &str, usage: &str, args: &[Raw], span: &Range<usize>) -> Option<Expr> {
        let sentence = format!("“{known}”不是这样用的：这里给了{}项", args.len());
        self.push(Fault::new(span.clone(), sentence).hint(format!("写成 {usage}")))
    }

    fn choose(&mut self, given: &Raw, then: &Raw, otherwise: &Raw, expected: Option<&Expected>) -> Option<Expr> {
        let seen = self.options_of(then).or_else(|| self.options_of(otherwise));
        let expected = expected.or(seen.as_ref());
        let condition = self.condition(given);
        let (a, b) = (self.expr(then, expected), self.expr(otherwise, expected));
        let (a, b) = self.alike(a?, b?, &otherwise.span, "放在同一个“如果”里")?;
        if matches!(a.of(), Type::Rows(_) | Type::Files | Type::Units | Type::People) {
            return self.fault(&then.span, format!("“如果”不能给出{}", a.of().word()));
        }
        Some(Expr::If(Box::new(condition?), Box::new(a), Box::new(b)))
    }

    fn days(&mut self, a: &Raw, b: &Raw) -> Option<(Box<Expr>, Box<Expr>)> {
        let (a, b) = (self.day(a), self.day(b));
        Some((Box::new(a?), Box::new(b?)))
    }

    fn day(&mut self, raw: &Raw) -> Option<Expr> {
        let expr = day_of_moment(self.expr(raw, None)?);
        match expr.of() {
            Type::Day => Some(expr),
            of => self.fault(&raw.span, format!("这里要写日期，写的是{}", of.word())),
        }
    }

    fn day_or_month(&mut self, raw: &Raw) -> Option<Expr> {
        let expr = day_of_moment(self.expr(raw, None)?);
        match expr.of() {
            Type::Day | Type::Month => Some(expr),
            of => self.fault(&raw.span, format!("这里要写日期或月份，写的是{}", of.word())),
        }
    }

    fn moment(&mut self, raw: &Raw) -> Option<Expr> {
        let expr = self.expr(raw, None)?;
        match expr.of() {
            Type::Moment => Some(Expr::DayOf(Box::new(expr))),
            of => self.fault(&raw.span, format!("这里要写时刻，写的是{}", of.word())),
        }
    }

    fn instant(&mut self, raw: &Raw) -> Option<Expr> {
        let expr = self.expr(raw, None)?;
        match expr.of() {
            Type::Moment => Some(expr),
            of => self.fault(&raw.span, format!("这里要写时刻，写的是{}", of.word())),
        }
    }

    fn number(&mut self, raw: &Raw) -> Option<Expr> {
        let expr = self.expr(raw, None)?;
        match expr.of() {
            Type::Number(_) => Some(expr),
            of => self.fault(&raw.span, format!("这里要写数，写的是{}", of.word())),
        }
    }

    fn rounded(&mut self, number: &Raw, places: &Raw) -> Option<Expr> {
        let number = self.number(number);
        let read = match &places.is {
            Shape::Number(read, Measure::Plain) if read.fract().is_zero() => u32::try_from(*read).ok(),
            _ => None,
        };
        match read.filter(|it| *it <= MOST_PLACES) {
            Some(read) => Some(Expr::Round(Rounding::HalfUp, read, Box::new(number?))),
            None => self.fault(&places.span, format!("小数位数写成0到{MOST_PLACES}的整数")),
        }
    }

    fn contains(&mut self, many: &Raw, one: &Raw, span: &Range<usize>) -> Option<Expr> {
        let (a, b) = (self.expr(many, None), self.expr(one, None));
        let (a, b) = (Box::new(a?), Box::new(b?));
        match (a.of(), b.of()) {
            (Type::Text, Type::Text) => Some(Expr::Contains(a, b)),
            (Type::Units, Type::Unit) | (Type::People, Type::Person) => Some(Expr::Includes(a, b)),
            (x, y) => {
                let fault = Fault::new(span.clone(), format!("{}不能包含{}", x.word(), y.word()));
                self.push(fault.hint("写成 包含(任务名称, “督办”) 或 包含(协办单位, 责任单位)"))
            }
        }
    }

    fn count(&mut self, rows: &Raw, given: Option<&Raw>) -> Option<Expr> {
        let Shape::Name(name) = &rows.is else {
            let fault = Fault::new(rows.span.clone(), "“数”里先写子表的名称");
            return self.push(fault.hint("例如 数(节点) 或 数(节点, 为空(完成日))"));
        };
        let (rows, columns) = self.rows(name)?;
        let given = self.over_rows(&name.span, &rows, columns, given)?;
        Some(Expr::Count { rows, given })
    }

    fn gather(&mut self, how: Gather, column: &Raw, given: Option<&Raw>) -> Option<Expr> {
        let Shape::Path(child, name) = &column.is else {
            let fault = Fault::new(column.span.clone(), "这里要写子表里的字段");
            return self.push(fault.hint("例如 合计(节点.权重)"));
        };
        let (rows, named, columns) = self.rows_column(child, name)?;
        let fits = match named.of {
            Type::Number(_) => true,
            Type::Day => how != Gather::Sum,
            _ => false,
        };
        if !fits {
            let what = if how == Gather::Sum { "合计" } else { "比大小" };
            return self.fault(&name.span, format!("“{}”是{}，不能{what}", named.name, named.of.word()));
        }
        let given = self.over_rows(&child.span, &rows, columns, given)?;
        Some(Expr::Gather { how, rows, column: named, given })
    }

    /// The condition over the rows; a child table inside it would make the cost grow without bound.
    fn over_rows(
        &mut self,
        span: &Range<usize>,
        rows: &Named,
        columns: Columns,
        given: Option<&Raw>,
    ) -> Option<Option<Box<Expr>>> {
        if self.row.is_some() {
            return self.fault(span, "子表的条件里不能再数子表");
        }
        let Some(given) = given else { return Some(None) };
        self.row = Some((rows.clone(), columns));
        let condition = self.condition(given);
        self.row = None;
        condition.map(|it| Some(Box::new(it)))
    }

    fn extreme(&mut self, how: Gather, all: &[Raw], usage: &str, span: &Range<usize>) -> Option<Expr> {
        match all {
            [one @ Raw { is: Shape::Path(..), .. }] => return self.gather(how, one, None),
            [one @ Raw { is: Shape::Path(child, _), .. }, given] if !self.is_row_of(child) => {
                return self.gather(how, one, Some(given));
            }
            [] | [_] => {
                let known = if how == Gather::Largest { "最大" } else { "最小" };
                return self.wrong_number(known, usage, all, span);
            }
            _ => {}
        }
        let read: Vec<Option<Expr>> = all.iter().map(|it| self.expr(it, None).map(day_of_moment)).collect();
        let read: Option<Vec<Expr>> = read.into_iter().collect();
        let mut among = self.of_one_type(read?, all)?;
        if !among[0].of().is_ordered() {
            return self.fault(span, format!("{}没有大小", among[0].of().word()));
        }
        among.shrink_to_fit();
        Some(if how == Gather::Largest { Expr::Largest(among) } else { Expr::Smallest(among) })
    }

    fn is_row_of(&self, child: &Name) -> bool {
        self.row.as_ref().is_some_and(|(rows, _)| rows.name == child.text)
    }

    /// Brings all to the type of the first that is no bare number.
    fn of_one_type(&mut self, all: Vec<Expr>, raw: &[Raw]) -> Option<Vec<Expr>> {
        let model = all.iter().find(|it| !matches!(it, Expr::Number(_, Measure::Plain))).or(all.first())?.clone();
        let mut among = Vec::new();
        for (expr, raw) in all.into_iter().zip(raw) {
            let (_, expr) = self.alike(model.clone(), expr, &raw.span, "比大小")?;
            among.push(expr);
        }
        Some(among)
    }
}
