//! Does a condition find the same records in SQL as it holds for in the kernel?
//!
//! Random conditions over random records, in every database at hand. What SQL cannot say must be refused, never
//! answered wrongly.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::calendar::Calendar;
use kernel::facts::to_json;
use kernel::formula::{
    Choices, Cmp, Column, Columns, Env, Expr, Gather, Measure, Named, Op, Own, Rounding, Slot, Step, Type, holds,
};
use kernel::ids::{FieldId, RecordId, UnitId};
use kernel::value::{Facts, Month, Value};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRng, TestRunner};
use rust_decimal::Decimal;
use store::deadlines::{self, DeadlineRow};
use store::filters::{Condition, condition_sql};
use store::records::{self, RecordRow, Written};
use store::register::{self, RegisterQuery, WHOLE_SITE};
use store::{Conn, Db};

use crate::trial::{Trial, day, id, over, record};

const TODAY: Date = Date::constant(2026, 3, 15);
const PERIOD: (Date, Date) = (Date::constant(2026, 2, 1), Date::constant(2026, 3, 31));

/// A record as the kernel sees it, beside the row that is kept of it.
#[derive(Clone, Debug)]
struct Kept {
    row: RecordRow,
    facts: Facts,
    finish: Option<Date>,
}

/// A record and what surrounds it.
struct Seen<'a>(&'a Kept, &'a Calendar, &'a BTreeMap<FieldId, Expr>);

impl Env for Seen<'_> {
    fn value(&self, slot: &Slot) -> Option<Value> {
        let row = &self.0.row;
        match slot {
            Slot::Field(field) if self.2.contains_key(field) => Some(Value::YesNo(holds(&self.2[field], self))),
            Slot::Field(field) => self.0.facts.find(field.as_str()).cloned(),
            Slot::Own(Own::State) => Some(Value::Choice(row.state.to_string())),
            Slot::Own(Own::Number) => row.number.clone().map(Value::Text),
            Slot::Own(Own::Unit) => Some(Value::Unit(row.unit)),
            Slot::Own(Own::OpenedOn) => Some(Value::Day(row.opened_on)),
            Slot::Own(Own::ClosedOn) => row.closed_on.map(Value::Day),
            Slot::Own(Own::DueOn) => row.due_on.map(Value::Day),
            Slot::Own(Own::IsOpen) => Some(Value::YesNo(row.is_open())),
            Slot::Own(Own::Turnout(_) | Own::Tally(_) | Own::Receipt(_) | Own::Linked(_)) => None,
            Slot::Deadline(_) => self.0.finish.map(Value::Day),
            Slot::Figure(_) | Slot::Column { .. } => None,
        }
    }
    fn today(&self) -> Date {
        TODAY
    }
    fn calendar(&self) -> &Calendar {
        self.1
    }
    fn period(&self) -> Option<(Date, Date)> {
        Some(PERIOD)
    }
}

fn levels() -> Choices {
    Choices::new([("high", "高"), ("low", "低")])
}

fn states() -> Choices {
    Choices::new([("underway", "推进中"), ("closed", "已办结")])
}

fn column(name: &str, of: Type) -> Column {
    Column { field: name.into(), name: name.into(), of }
}

fn rows_type() -> Type {
    let columns =
        [column("weight", Type::Number(Measure::Plain)), column("done_on", Type::Day), column("done", Type::YesNo)];
    Type::Rows(Columns(columns.into()))
}

fn named(slot: Slot, of: Type) -> Named {
    Named { name: "名".into(), slot, of }
}

fn field(name: &str, of: Type) -> Expr {
    Expr::Named(named(Slot::Field(name.into()), of))
}

fn own(own: Own, of: Type) -> Expr {
    Expr::Named(named(Slot::Own(own), of))
}

fn of_row(name: &str, of: Type) -> Named {
    named(Slot::Column { child: "milestone".into(), column: name.into() }, of)
}

fn rows() -> Named {
    named(Slot::Field("milestone".into()), rows_type())
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

fn cmp() -> impl Strategy<Value = Cmp> {
    prop::sample::select(vec![Cmp::Equal, Cmp::Differs, Cmp::Less, Cmp::AtMost, Cmp::More, Cmp::AtLeast])
}

fn equal() -> impl Strategy<Value = Cmp> {
    prop::sample::select(vec![Cmp::Equal, Cmp::Differs])
}

fn literal() -> impl Strategy<Value = Expr> {
    (-800_i64..800, 0_u32..3).prop_map(|(digits, places)| {
        Expr::Number(Decimal::new(digits / 10_i64.pow(2 - places), places), Measure::Plain)
    })
}

/// Numbers of one measure: plain ones (also in rows) or money.
fn number(depth: u32) -> BoxedStrategy<Expr> {
    let plain = || Type::Number(Measure::Plain);
    let leaf = prop_oneof![
        literal(),
        Just(field("points", plain())),
        Just(field("progress", Type::Number(Measure::Percent))),
        Just(field("cost", Type::Number(Measure::Money))),
        Just(field("wrongly_kept", plain())),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let op = prop::sample::select(vec![Op::Plus, Op::Minus, Op::Times, Op::Share]);
    let two = (op, number(depth - 1), number(depth - 1))
        .prop_map(|(op, a, b)| Expr::Arith(op, Measure::Plain, boxed(a), boxed(b)));
    let gathers = prop::sample::select(vec![Gather::Sum, Gather::Largest, Gather::Smallest]);
    let gather = (gathers, prop::option::of(row_condition())).prop_map(move |(how, given)| Expr::Gather {
        how,
        rows: rows(),
        column: of_row("weight", Type::Number(Measure::Plain)),
        given: given.map(Box::new),
    });
    prop_oneof![
        3 => leaf,
        2 => two,
        1 => prop::collection::vec(number(depth - 1), 2..4).prop_map(Expr::Largest),
        1 => prop::collection::vec(number(depth - 1), 2..4).prop_map(Expr::Smallest),
        1 => (a_day(depth - 1), a_day(depth - 1)).prop_map(|(a, b)| Expr::DaysBetween(boxed(a), boxed(b))),
        1 => a_day(depth - 1).prop_map(|it| Expr::YearOf(boxed(it))),
        1 => a_day(depth - 1).prop_map(|it| Expr::MonthOf(boxed(it))),
        1 => prop::option::of(row_condition()).prop_map(|it| Expr::Count { rows: rows(), given: it.map(Box::new) }),
        1 => gather,
        1 => (condition(depth - 1), number(depth - 1), number(depth - 1))
            .prop_map(|(c, a, b)| Expr::If(boxed(c), boxed(a), boxed(b))),
    ]
    .boxed()
}

fn a_day(depth: u32) -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        (-40_i64..80).prop_map(|by| Expr::Day(TODAY.saturating_add(jiff::Span::new().days(by)))),
        Just(Expr::Today),
        Just(field("done_on", Type::Day)),
        Just(own(Own::OpenedOn, Type::Day)),
        Just(own(Own::ClosedOn, Type::Day)),
        Just(own(Own::DueOn, Type::Day)),
        Just(Expr::Named(named(Slot::Deadline("finish".into()), Type::Day))),
        Just(Expr::DayOf(boxed(field("seen_at", Type::Moment)))),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let step = prop::sample::select(vec![Step::Days, Step::Months]);
    let shift = (a_day(depth - 1), 0_i64..40, step, any::<bool>()).prop_map(|(day, by, step, back)| Expr::Shift {
        day: boxed(day),
        by: boxed(Expr::Number(by.into(), Measure::Days)),
        step,
        back,
    });
    let gather = prop::sample::select(vec![Gather::Largest, Gather::Smallest]).prop_map(|how| Expr::Gather {
        how,
        rows: rows(),
        column: of_row("done_on", Type::Day),
        given: None,
    });
    prop_oneof![
        3 => leaf,
        2 => shift,
        1 => gather,
        1 => prop::collection::vec(a_day(depth - 1), 2..4).prop_map(Expr::Largest),
        1 => (condition(depth - 1), a_day(depth - 1), a_day(depth - 1))
            .prop_map(|(c, a, b)| Expr::If(boxed(c), boxed(a), boxed(b))),
    ]
    .boxed()
}

fn row_condition() -> BoxedStrategy<Expr> {
    let weight = || Expr::Named(of_row("weight", Type::Number(Measure::Plain)));
    prop_oneof![
        Just(Expr::Named(of_row("done", Type::YesNo))),
        Just(Expr::Not(boxed(Expr::Named(of_row("done", Type::YesNo))))),
        Just(Expr::Empty(boxed(Expr::Named(of_row("done_on", Type::Day))))),
        (cmp(), literal()).prop_map(move |(how, it)| Expr::Compare(how, boxed(weight()), boxed(it))),
        cmp().prop_map(|how| {
            let done = Expr::Named(of_row("done_on", Type::Day));
            Expr::Compare(how, boxed(done), boxed(own(Own::DueOn, Type::Day)))
        }),
    ]
    .boxed()
}

fn any_value() -> impl Strategy<Value = Expr> {
    prop_oneof![
        Just(field("note", Type::Text)),
        Just(field("helpers", Type::Units)),
        Just(field("milestone", rows_type())),
        Just(field("urgent", Type::YesNo)),
        Just(own(Own::Number, Type::Text)),
        number(1),
        a_day(1),
    ]
}

fn text() -> impl Strategy<Value = Expr> {
    let word = prop::sample::select(vec!["督查", "查", "100%", "_", "A", "a", "'", "任"]);
    prop_oneof![
        word.prop_map(|word| Expr::Text(word.into())),
        Just(field("note", Type::Text)),
        Just(own(Own::Number, Type::Text)),
    ]
}

fn ratio(how: Cmp) -> impl Strategy<Value = Expr> {
    let op = prop::sample::select(vec![Op::Over, Op::PerShare]);
    (op, number(1), number(1), literal()).prop_map(move |(op, a, b, it)| {
        Expr::Compare(how, boxed(Expr::Arith(op, Measure::Plain, boxed(a), boxed(b))), boxed(it))
    })
}

fn simple(depth: u32) -> BoxedStrategy<Expr> {
    let level = || field("level", Type::Choice(levels()));
    let option = |id: &str, among: Choices| Expr::Option(among.find(id).expect("an option").clone(), among);
    let month = || field("month", Type::Month);
    let one_of = (any::<bool>(), prop::collection::vec(literal(), 1..4)).prop_map(|(negated, options)| Expr::OneOf {
        value: boxed(field("points", Type::Number(Measure::Plain))),
        options,
        negated,
    });
    prop_oneof![
        Just(Expr::All),
        any::<bool>().prop_map(Expr::YesNo),
        Just(field("urgent", Type::YesNo)),
        Just(field("reckoned", Type::YesNo)),
        Just(own(Own::IsOpen, Type::YesNo)),
        (equal(), field_or_open(), condition(0)).prop_map(|(how, a, b)| Expr::Compare(how, boxed(a), boxed(b))),
        (cmp(), number(depth), number(depth)).prop_map(|(how, a, b)| Expr::Compare(how, boxed(a), boxed(b))),
        cmp().prop_flat_map(ratio),
        (cmp(), a_day(depth), a_day(depth)).prop_map(|(how, a, b)| Expr::Compare(how, boxed(a), boxed(b))),
        (equal(), text(), text()).prop_map(|(how, a, b)| Expr::Compare(how, boxed(a), boxed(b))),
        (cmp(), 1_i8..6).prop_map(move |(how, number)| {
            Expr::Compare(how, boxed(month()), boxed(Expr::Month(Month { year: 2026, month: number })))
        }),
        equal().prop_map(move |how| Expr::Compare(how, boxed(level()), boxed(option("high", levels())))),
        any::<bool>().prop_map(move |negated| Expr::OneOf {
            value: boxed(own(Own::State, Type::Choice(states()))),
            options: vec![option("closed", states())],
            negated,
        }),
        one_of,
        a_day(depth).prop_map(|it| Expr::InPeriod(boxed(it))),
        Just(Expr::InPeriod(boxed(field("month", Type::Month)))),
        any_value().prop_map(|it| Expr::Empty(boxed(it))),
        (text(), text()).prop_map(|(a, b)| Expr::Contains(boxed(a), boxed(b))),
        Just(Expr::Includes(boxed(field("helpers", Type::Units)), boxed(own(Own::Unit, Type::Unit)))),
        Just(Expr::Includes(boxed(field("helpers", Type::Units)), boxed(field("lead", Type::Unit)))),
        equal().prop_map(|how| {
            Expr::Compare(how, boxed(field("lead", Type::Unit)), boxed(own(Own::Unit, Type::Unit)))
        }),
    ]
    .boxed()
}

fn field_or_open() -> impl Strategy<Value = Expr> {
    prop_oneof![Just(field("urgent", Type::YesNo)), Just(own(Own::IsOpen, Type::YesNo))]
}

fn condition(depth: u32) -> BoxedStrategy<Expr> {
    if depth == 0 {
        return prop_oneof![
            Just(field("urgent", Type::YesNo)),
            Just(Expr::YesNo(true)),
            Just(Expr::Empty(boxed(field("note", Type::Text)))),
        ]
        .boxed();
    }
    prop_oneof![
        4 => simple(depth - 1),
        1 => prop::collection::vec(condition(depth - 1), 2..4).prop_map(Expr::And),
        1 => prop::collection::vec(condition(depth - 1), 2..4).prop_map(Expr::Or),
        2 => condition(depth - 1).prop_map(|it| Expr::Not(boxed(it))),
        1 => (condition(depth - 1), condition(depth - 1), condition(depth - 1))
            .prop_map(|(c, a, b)| Expr::If(boxed(c), boxed(a), boxed(b))),
    ]
    .boxed()
}

fn facts() -> impl Strategy<Value = Facts> {
    let maybe = |value: BoxedStrategy<Value>| prop::option::weighted(0.75, value);
    let days = || (-40_i64..60).prop_map(|by| TODAY.saturating_add(jiff::Span::new().days(by))).boxed();
    let units = || (0_u128..4).prop_map(id::<UnitId>);
    let row = (prop::option::of(-4_i64..5), prop::option::of(days()), prop::option::of(any::<bool>())).prop_map(
        |(weight, done_on, done)| {
            let mut row = Facts::default();
            row.put(&"weight".into(), weight.map(Value::Whole));
            row.put(&"done_on".into(), done_on.map(Value::Day));
            row.put(&"done".into(), done.map(Value::YesNo));
            row
        },
    );
    let some: Vec<(&str, BoxedStrategy<Option<Value>>)> = vec![
        ("points", maybe((-6_i64..7).prop_map(Value::Whole).boxed()).boxed()),
        ("progress", maybe((0_i64..400).prop_map(|it| Value::Decimal(Decimal::new(it, 1))).boxed()).boxed()),
        ("cost", maybe((-300_i64..300).prop_map(Value::Money).boxed()).boxed()),
        ("wrongly_kept", maybe(Just(Value::Text("旧的文字".to_owned())).boxed()).boxed()),
        ("done_on", maybe(days().prop_map(Value::Day).boxed()).boxed()),
        ("seen_at", maybe((1_772_000_000_000_i64..1_775_000_000_000).prop_map(Value::Moment).boxed()).boxed()),
        ("month", maybe((1_i8..6).prop_map(|month| Value::Month(Month { year: 2026, month })).boxed()).boxed()),
        ("urgent", maybe(any::<bool>().prop_map(Value::YesNo).boxed()).boxed()),
        ("note", maybe("[督查A_a%']{1,4}".prop_map(Value::Text).boxed()).boxed()),
        (
            "level",
            maybe(prop::sample::select(vec!["high", "low"]).prop_map(|it| Value::Choice(it.to_owned())).boxed())
                .boxed(),
        ),
        ("helpers", maybe(prop::collection::vec(units(), 0..3).prop_map(Value::Units).boxed()).boxed()),
        ("lead", maybe(units().prop_map(Value::Unit).boxed()).boxed()),
        ("milestone", maybe(prop::collection::vec(row, 0..4).prop_map(Value::Rows).boxed()).boxed()),
    ];
    let (names, values): (Vec<&str>, Vec<_>) = some.into_iter().unzip();
    values.prop_map(move |values| {
        let mut facts = Facts::default();
        names.iter().zip(values).for_each(|(name, value)| facts.put(&FieldId::from(*name), value));
        facts
    })
}

fn kept() -> impl Strategy<Value = Vec<Kept>> {
    let on = || prop::option::of((-40_i64..60).prop_map(|by| TODAY.saturating_add(jiff::Span::new().days(by))));
    let one = (facts(), on(), on(), on(), any::<bool>(), 0_u128..4);
    prop::collection::vec(one, 60).prop_map(|all| {
        let made = all.into_iter().zip(1_u128..).map(|((facts, due, closed, finish, has_number, unit), number)| {
            let row = RecordRow {
                number: has_number.then(|| format!("任{number}")),
                due_on: due,
                closed_on: closed,
                state: if closed.is_some() { "closed".into() } else { "underway".into() },
                unit: id(unit),
                opened_on: day("2026-03-01").saturating_add(jiff::Span::new().days((number % 20) as i64)),
                facts: Written::of(&to_json(&facts)),
                ..record(number)
            };
            Kept { row, facts, finish }
        });
        made.collect()
    })
}

async fn keep(db: &Db, all: &[Kept]) {
    let mut tx = db.begin().await.expect("begin");
    let rows: Vec<_> = all.iter().map(|it| (it.row.clone(), String::new())).collect();
    records::insert_many(&mut tx, &rows).await.expect("kept");
    let finish = all.iter().filter_map(|it| {
        let due_on = it.finish?;
        Some(DeadlineRow {
            record: it.row.id,
            deadline: "finish".into(),
            starts_on: due_on,
            due_on,
            first_due_on: due_on,
            paused_on: None,
            ended_on: None,
            outcome: None,
            alarm_on: None,
            history: serde_json::json!([]),
            provisional: false,
            started_at: None,
            due_at: None,
        })
    });
    deadlines::insert_many(&mut tx, &finish.collect::<Vec<_>>()).await.expect("kept");
    tx.commit().await.expect("commit");
}

async fn found(conn: &mut Conn, expr: &Expr, computed: &BTreeMap<FieldId, Expr>) -> Result<Vec<RecordId>, String> {
    let condition = Condition { expr, today: TODAY, period: Some(PERIOD), computed: Some(computed) };
    let query = RegisterQuery {
        sight: over(&[WHOLE_SITE]),
        condition: Some(condition),
        limit: 1_000,
        ..RegisterQuery::default()
    };
    let page = register::page(conn, &query).await.map_err(|error| format!("{error:?}"))?;
    let mut ids: Vec<_> = page.records.iter().map(|it| it.id).collect();
    ids.sort();
    Ok(ids)
}

/// A field that is not kept but computed.
fn computed() -> BTreeMap<FieldId, Expr> {
    let due = own(Own::DueOn, Type::Day);
    let late = Expr::Compare(Cmp::Less, boxed(due), boxed(Expr::Today));
    BTreeMap::from([(FieldId::from("reckoned"), Expr::And(vec![late, own(Own::IsOpen, Type::YesNo)]))])
}

#[test]
fn a_condition_finds_in_sql_what_it_holds_for_in_the_kernel() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let trials = runtime.block_on(Trial::each());
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(config.rng_algorithm));
    let all = kept().new_tree(&mut runner).expect("records").current();
    trials.iter().for_each(|trial| runtime.block_on(keep(&trial.db, &all)));
    let (calendar, _) = Calendar::parse(&[]);
    let computed = computed();
    let done = runner.run(&condition(4), |expr| {
        let fits = all.iter().filter(|it| holds(&expr, &Seen(it, &calendar, &computed)));
        let mut right: Vec<_> = fits.map(|it| it.row.id).collect();
        right.sort();
        for trial in &trials {
            let ids = runtime.block_on(async {
                let mut reader = trial.db.read().await.expect("a reader");
                found(&mut reader, &expr, &computed).await
            });
            prop_assert_eq!(ids.map_err(TestCaseError::fail)?, right.clone(), "{:?}", trial.db.dialect());
        }
        Ok(())
    });
    done.unwrap_or_else(|failure| panic!("{failure}"));
    runtime.block_on(async {
        for trial in trials {
            trial.end().await;
        }
    });
}

#[test]
fn what_sql_cannot_say_is_refused_and_named() {
    let number = || field("points", Type::Number(Measure::Plain));
    let working = Expr::WorkingDaysBetween(boxed(Expr::Today), boxed(own(Own::DueOn, Type::Day)));
    let cases = [
        Expr::Compare(Cmp::Less, boxed(working), boxed(number())),
        Expr::Compare(Cmp::Less, boxed(Expr::Round(Rounding::Drop, 0, boxed(number()))), boxed(number())),
        Expr::Compare(Cmp::Less, boxed(field("a'b", Type::Number(Measure::Plain))), boxed(number())),
        Expr::Compare(
            Cmp::Less,
            boxed(Expr::Shift { day: boxed(Expr::Today), by: boxed(number()), step: Step::Days, back: false }),
            boxed(Expr::Today),
        ),
    ];
    for (expr, named) in cases.iter().zip(["working days", "rounded", "a'b", "not fixed"]) {
        let condition = Condition { expr, today: TODAY, period: None, computed: None };
        let refused = condition_sql(store::Dialect::Sqlite, 1, &condition).expect_err("it cannot be said");
        assert!(refused.to_string().contains(named), "{refused}");
    }
}
