//! A task with its milestones, as a scope and as surroundings.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::calendar::Calendar;
use crate::formula::{
    Choices, Column, Columns, Env, Fault, Formula, Measure, Own, Scope, Slot, Symbol, Type, Wanted, check,
};
use crate::ids::{FieldId, UnitId};
use crate::value::{Facts, Month, Value};

/// The names of the task.
pub(super) struct Task;

pub(super) fn states() -> Choices {
    Choices::new([
        ("drafted", "拟制"),
        ("issued", "已下达"),
        ("underway", "推进中"),
        ("review", "待核验"),
        ("closed", "已办结"),
    ])
}

pub(super) fn sources() -> Choices {
    Choices::new([("key", "党工委重点工作"), ("meeting", "会议议定"), ("twin", "“双百”行动"), ("source", "任务来源")])
}

pub(super) fn columns() -> Columns {
    let column = |field: &str, name: &str, of| Column { field: field.into(), name: name.into(), of };
    Columns(
        [
            column("title", "内容", Type::Text),
            column("due_on", "时限", Type::Day),
            column("done_on", "完成日", Type::Day),
            column("weight", "权重", Type::Number(Measure::Percent)),
            column("cost", "花费", Type::Number(Measure::Money)),
        ]
        .into(),
    )
}

/// Every name with its slot and type.
pub(super) fn names() -> Vec<(&'static str, Slot, Type)> {
    let field = |id: &str| Slot::Field(id.into());
    let unit = |word: &str| Type::Number(Measure::named(word));
    vec![
        ("状态", Slot::Own(Own::State), Type::Choice(states())),
        ("编号", Slot::Own(Own::Number), Type::Text),
        ("办结日", Slot::Own(Own::ClosedOn), Type::Day),
        ("下达日", Slot::Own(Own::OpenedOn), Type::Day),
        ("未办结", Slot::Own(Own::IsOpen), Type::YesNo),
        ("任务名称", field("title"), Type::Text),
        ("任务来源", field("source"), Type::Choice(sources())),
        ("原来源", field("former_source"), Type::Choice(sources())),
        ("责任单位", field("unit"), Type::Unit),
        ("协办单位", field("helpers"), Type::Units),
        ("完成时限", field("due_on"), Type::Day),
        ("所属月份", field("month"), Type::Month),
        ("登记时间", field("entered_at"), Type::Moment),
        ("进度", field("progress"), unit("%")),
        ("经费", field("cost"), unit("元")),
        ("已付", field("paid"), unit("元")),
        ("人数", field("heads"), unit("人")),
        ("得分", field("score"), unit("")),
        ("总数", field("total"), unit("")),
        ("顺延", field("delay"), unit("天")),
        ("涉密", field("secret"), Type::YesNo),
        ("非公党员数", field("private_members"), unit("人")),
        ("进度(上报)", field("reported"), unit("%")),
        ("附件", field("files"), Type::Files),
        ("节点", field("milestone"), Type::Rows(columns())),
    ]
}

impl Scope for Task {
    fn find(&self, name: &str) -> Option<Symbol> {
        names().into_iter().find(|it| it.0 == name).map(|(_, slot, of)| Symbol { slot, of })
    }

    fn names(&self) -> Vec<String> {
        names().into_iter().map(|it| it.0.to_owned()).collect()
    }
}

/// A task as it stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pub(super) values: BTreeMap<Slot, Value>,
    pub(super) calendar: Calendar,
    pub(super) period: Option<(Date, Date)>,
}

impl Env for Standing {
    fn value(&self, slot: &Slot) -> Option<Value> {
        self.values.get(slot).cloned()
    }

    fn today(&self) -> Date {
        date(2026, 3, 5)
    }

    fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    fn period(&self) -> Option<(Date, Date)> {
        self.period
    }
}

impl Standing {
    /// Puts a value under the name of its field.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        let slot = Task.find(name).expect("a name of the task").slot;
        self.values.insert(slot, value);
        self
    }
}

/// A task in the middle of its life, in March 2026.
pub(super) fn standing() -> Standing {
    let row = |title: &str, done_on: Option<Date>, weight: i64| {
        let mut facts = Facts::default();
        facts.put(&FieldId::from("title"), Some(Value::Text(title.into())));
        facts.put(&FieldId::from("due_on"), Some(Value::Day(date(2026, 3, 10))));
        facts.put(&FieldId::from("done_on"), done_on.map(Value::Day));
        facts.put(&FieldId::from("weight"), Some(Value::Decimal(weight.into())));
        facts
    };
    let rows =
        vec![row("调研", Some(date(2026, 3, 9)), 30), row("成稿", Some(date(2026, 3, 12)), 50), row("报送", None, 20)];
    let unit = |n: u128| UnitId(uuid::Uuid::from_u128(n));
    let mut standing = Standing { period: Some((date(2026, 3, 1), date(2026, 3, 31))), ..Standing::default() };
    for (name, value) in [
        ("状态", Value::Choice("underway".into())),
        ("任务名称", Value::Text("督办事项清理".into())),
        ("任务来源", Value::Choice("twin".into())),
        ("下达日", Value::Day(date(2026, 3, 2))),
        ("完成时限", Value::Day(date(2026, 3, 31))),
        ("所属月份", Value::Month(Month { year: 2026, month: 3 })),
        // 2026-03-04 17:30 UTC is 01:30 of the next day in China.
        ("登记时间", Value::Moment(1_772_645_400_000)),
        ("进度", Value::Decimal(Decimal::from(80))),
        ("经费", Value::Money(1_000_001)),
        ("已付", Value::Money(250_000)),
        ("人数", Value::Whole(12)),
        ("得分", Value::Decimal(Decimal::new(-2755, 3))),
        ("总数", Value::Whole(0)),
        ("涉密", Value::YesNo(true)),
        ("责任单位", Value::Unit(unit(1))),
        ("协办单位", Value::Units(vec![unit(1), unit(2)])),
        ("节点", Value::Rows(rows)),
    ] {
        standing = standing.with(name, value);
    }
    standing
}

/// Reads a formula that is right.
pub(super) fn formula(text: &str) -> Formula {
    check(text, &Task, Wanted::Any).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

/// Reads a formula that is wrong, one fault a line: the part of the text, the sentence, the hint.
pub(super) fn faults(text: &str, wanted: Wanted) -> String {
    let faults: Vec<Fault> = check(text, &Task, wanted).expect_err("something is wrong with it");
    faults.iter().map(|it| format!("[{}] {it}\n", &text[it.span.clone()])).collect()
}
