//! Laws over random formulas: written and read back they are the same; nothing panics; faults point into the text.

use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::world::{Standing, Task, columns, names, sources, standing, states};
use crate::formula::{
    Choices, Cmp, Expr, Gather, Measure, Named, Op, Rounding, Slot, Step, Type, Wanted, check, explain, to_text,
};
use crate::value::{Facts, Month, Value};

type Any = BoxedStrategy<Expr>;

fn pick<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

fn named(of: impl Fn(&Type) -> bool) -> Vec<Expr> {
    let fits = names().into_iter().filter(|it| of(&it.2));
    fits.map(|(name, slot, of)| Expr::Named(Named { name: name.into(), slot, of })).collect()
}

fn rows() -> Named {
    let (name, slot, of) = names().into_iter().find(|it| it.0 == "节点").expect("the child table");
    Named { name: name.into(), slot, of }
}

fn column(name: &str) -> Named {
    let column = columns().named(name).expect("a column").clone();
    let slot = Slot::Column { child: "milestone".into(), column: column.field };
    Named { name: column.name, slot, of: column.of }
}

fn measures() -> Vec<Measure> {
    ["", "%", "元", "天", "个工作日", "人"].map(Measure::named).to_vec()
}

/// A literal that stands for itself: a bare number beside a measure would take that measure.
fn literal(measure: Measure) -> Any {
    let whole = matches!(measure, Measure::Money);
    (-2_000_000_i64..2_000_000, 0_u32..4)
        .prop_map(move |(number, scale)| {
            let number = if whole { Decimal::from(number) } else { Decimal::new(number, scale) };
            Expr::Number(number, measure.clone())
        })
        .boxed()
}

fn number(measure: Measure, depth: u32, row: bool) -> Any {
    let of = Type::Number(measure.clone());
    let fields = named(|it| *it == of);
    let leaf = if fields.is_empty() {
        literal(measure.clone())
    } else {
        prop_oneof![literal(measure.clone()), pick(fields)].boxed()
    };
    let leaf = if row && measure == Measure::Percent {
        prop_oneof![leaf, Just(Expr::Named(column("权重")))].boxed()
    } else {
        leaf
    };
    if depth == 0 {
        return leaf;
    }
    let same = move |measure: &Measure| number(measure.clone(), depth - 1, row);
    let arith = |op, measure: &Measure, a: Any, b: Any| {
        let measure = measure.clone();
        (a, b).prop_map(move |(a, b)| Expr::Arith(op, measure.clone(), boxed(a), boxed(b))).boxed()
    };
    let mut all = vec![
        leaf,
        arith(Op::Plus, &measure, same(&measure), same(&measure)),
        arith(Op::Minus, &measure, same(&measure), same(&measure)),
        arith(Op::Times, &measure, same(&measure), same(&Measure::Plain)),
        arith(Op::Over, &measure, same(&measure), same(&Measure::Plain)),
        (condition(depth - 1, row), same(&measure), same(&measure))
            .prop_map(|(c, a, b)| Expr::If(boxed(c), boxed(a), boxed(b)))
            .boxed(),
        (any::<bool>(), proptest::collection::vec(same(&measure), 2..4))
            .prop_map(|(most, all)| if most { Expr::Largest(all) } else { Expr::Smallest(all) })
            .boxed(),
        (0_u32..9, same(&measure)).prop_map(|(places, a)| Expr::Round(Rounding::HalfUp, places, boxed(a))).boxed(),
        same(&measure).prop_map(|a| Expr::Round(Rounding::Drop, 0, boxed(a))).boxed(),
    ];
    match measure {
        Measure::Plain => {
            all.push(arith(Op::Over, &measure, same(&Measure::Money), same(&Measure::Money)));
            all.push(day(depth - 1, row).prop_map(|a| Expr::YearOf(boxed(a))).boxed());
            all.push(day(depth - 1, row).prop_map(|a| Expr::MonthOf(boxed(a))).boxed());
            if !row {
                let count = |given: Option<Expr>| Expr::Count { rows: rows(), given: given.map(boxed) };
                all.push(proptest::option::of(condition(depth - 1, true)).prop_map(count).boxed());
            }
        }
        Measure::Days | Measure::WorkingDays => {
            let working = measure == Measure::WorkingDays;
            let between = move |(a, b)| match working {
                true => Expr::WorkingDaysBetween(boxed(a), boxed(b)),
                false => Expr::DaysBetween(boxed(a), boxed(b)),
            };
            all.push((day(depth - 1, row), day(depth - 1, row)).prop_map(between).boxed());
        }
        _ => {
            all.push(arith(Op::Share, &measure, same(&measure), same(&Measure::Percent)));
            if measure != Measure::Percent {
                all.push(arith(Op::PerShare, &measure, same(&measure), same(&Measure::Percent)));
            }
        }
    }
    if !row && matches!(measure, Measure::Percent | Measure::Money) {
        let name = if measure == Measure::Percent { "权重" } else { "花费" };
        let hows = pick(vec![Gather::Sum, Gather::Largest, Gather::Smallest]);
        let gather = move |(how, given): (Gather, Option<Expr>)| Expr::Gather {
            how,
            rows: rows(),
            column: column(name),
            given: given.map(boxed),
        };
        all.push((hows, proptest::option::of(condition(depth - 1, true))).prop_map(gather).boxed());
    }
    proptest::strategy::Union::new(all).boxed()
}

fn some_day() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn day(depth: u32, row: bool) -> Any {
    let mut fields = named(|it| *it == Type::Day);
    if row {
        fields.push(Expr::Named(column("完成日")));
    }
    let moment = named(|it| *it == Type::Moment).remove(0);
    let leaf = prop_oneof![
        3 => pick(fields),
        1 => some_day().prop_map(Expr::Day),
        1 => Just(Expr::Today),
        1 => Just(Expr::DayOf(boxed(moment))),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let steps =
        vec![(Step::Days, Measure::Days), (Step::WorkingDays, Measure::WorkingDays), (Step::Months, Measure::Months)];
    let shift = pick(steps).prop_flat_map(move |(step, measure)| {
        let by = if measure == Measure::Months { literal(measure) } else { number(measure, depth - 1, row) };
        (day(depth - 1, row), by, any::<bool>()).prop_map(move |(day, by, back)| Expr::Shift {
            day: boxed(day),
            by: boxed(by),
            step,
            back,
        })
    });
    let pair = || (day(depth - 1, row), day(depth - 1, row));
    prop_oneof![
        leaf,
        shift,
        pair().prop_map(|(a, b)| Expr::Largest(vec![a, b])),
        (condition(depth - 1, row), pair()).prop_map(|(c, (a, b))| Expr::If(boxed(c), boxed(a), boxed(b))),
    ]
    .boxed()
}

fn text() -> Any {
    let words = r#"[a-z“”"、,()（）督办 ]{0,6}[0-9督办"]"#.prop_map(|it: String| Expr::Text(Arc::from(it)));
    let fields = pick(named(|it| *it == Type::Text));
    prop_oneof![words, fields].boxed()
}

fn option_of(among: Choices) -> impl Strategy<Value = Expr> {
    let all = among.0.to_vec();
    pick(all).prop_map(move |it| Expr::Option(it, among.clone()))
}

/// A comparison or another condition without conditions inside.
fn plain_condition(depth: u32, row: bool) -> Any {
    let orders = || pick(vec![Cmp::Equal, Cmp::Differs, Cmp::Less, Cmp::AtMost, Cmp::More, Cmp::AtLeast]);
    let equals = || pick(vec![Cmp::Equal, Cmp::Differs]);
    let compare = |(cmp, a, b)| Expr::Compare(cmp, boxed(a), boxed(b));
    let numbers =
        pick(measures()).prop_flat_map(move |it| (orders(), number(it.clone(), depth, row), number(it, depth, row)));
    let states_of = named(|it| *it == Type::Choice(states()));
    let sources_of = named(|it| *it == Type::Choice(sources()));
    let anything = named(|it| !matches!(it, Type::YesNo));
    let month = (1_i16..=9999, 1_i8..=12).prop_map(|(year, month)| Expr::Month(Month { year, month }));
    let months = named(|it| *it == Type::Month);
    let one_of = |(value, options, negated)| Expr::OneOf { value: boxed(value), options, negated };
    prop_oneof![
        numbers.prop_map(compare),
        (orders(), day(depth, row), day(depth, row)).prop_map(compare),
        (orders(), pick(months.clone()), month).prop_map(compare),
        (equals(), text(), text()).prop_map(compare),
        (equals(), pick(states_of), option_of(states())).prop_map(compare),
        (equals(), pick(sources_of.clone()), pick(sources_of.clone())).prop_map(compare),
        (pick(sources_of), proptest::collection::vec(option_of(sources()), 1..4), any::<bool>()).prop_map(one_of),
        (
            pick(named(|it| *it == Type::Number(Measure::Money))),
            proptest::collection::vec(literal(Measure::Money), 1..4),
            any::<bool>()
        )
            .prop_map(one_of),
        (text(), text()).prop_map(|(a, b)| Expr::Contains(boxed(a), boxed(b))),
        day(depth, row).prop_map(|a| Expr::InPeriod(boxed(a))),
        pick(anything).prop_map(|a| Expr::Empty(boxed(a))),
        pick(named(|it| *it == Type::YesNo)),
        any::<bool>().prop_map(Expr::YesNo),
        Just(Expr::All),
    ]
    .boxed()
}

fn condition(depth: u32, row: bool) -> Any {
    if depth == 0 {
        return plain_condition(0, row);
    }
    let some = move || proptest::collection::vec(condition(depth - 1, row), 2..4);
    let equal = |(a, b)| Expr::Compare(Cmp::Equal, boxed(a), boxed(b));
    prop_oneof![
        3 => plain_condition(depth - 1, row),
        1 => some().prop_map(Expr::And),
        1 => some().prop_map(Expr::Or),
        1 => condition(depth - 1, row).prop_map(|a| Expr::Not(boxed(a))),
        1 => (condition(depth - 1, row), condition(depth - 1, row)).prop_map(equal),
    ]
    .boxed()
}

fn any_expr() -> Any {
    let number = pick(measures()).prop_flat_map(|it| number(it, 2, false));
    prop_oneof![4 => condition(3, false), 1 => day(2, false), 2 => number].boxed()
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Whole),
        any::<i64>().prop_map(Value::Money),
        any::<i64>().prop_map(Value::Moment),
        (any::<i64>(), 0_u32..28).prop_map(|(number, scale)| Value::Decimal(Decimal::new(number, scale))),
        Just(Value::Decimal(Decimal::MAX)),
        Just(Value::Decimal(Decimal::MIN)),
        some_day().prop_map(Value::Day),
        Just(Value::Day(date(9999, 12, 31))),
        any::<bool>().prop_map(Value::YesNo),
        "[督办a]{0,3}".prop_map(Value::Text),
        pick(vec!["closed", "key", "gone"]).prop_map(|it| Value::Choice(it.into())),
        Just(Value::Rows(vec![Facts::default(), Facts::default()])),
    ]
}

fn odd_standing() -> impl Strategy<Value = Standing> {
    let slots: Vec<Slot> = names().into_iter().map(|it| it.1).collect();
    proptest::collection::btree_map(pick(slots), odd_value(), 0..20)
        .prop_map(|values| Standing { values, ..standing() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read_back_as_the_same(expr in any_expr()) {
        let text = to_text(&expr);
        let read = check(&text, &Task, Wanted::Any).map_err(|faults| TestCaseError::fail(format!("{text}: {faults:?}")))?;
        prop_assert_eq!(&read.expr, &expr, "{}", text);
        prop_assert!(!explain(&read).is_empty());
    }

    #[test]
    fn computing_is_total_and_gives_the_type_promised(expr in any_expr(), odd in odd_standing()) {
        let text = to_text(&expr);
        let formula = check(&text, &Task, Wanted::Any).map_err(|faults| TestCaseError::fail(format!("{text}: {faults:?}")))?;
        let given = formula.eval(&odd);
        let bare = matches!(formula.expr, Expr::Named(_) | Expr::If(..));
        match (&formula.of, &given) {
            (_, None) => prop_assert!(bare || formula.of != Type::YesNo, "a condition is never absent: {}", text),
            (Type::YesNo, Some(Value::YesNo(yes))) => prop_assert_eq!(*yes, formula.holds(&odd)),
            (Type::Number(Measure::Money), Some(Value::Money(_))) | (Type::Day, Some(Value::Day(_))) => {}
            (Type::Number(_), Some(Value::Whole(_) | Value::Decimal(_))) => {}
            _ => prop_assert!(false, "{}: {:?}", text, given),
        }
        if formula.of == Type::YesNo {
            let opposite = check(&format!("非 ({text})"), &Task, Wanted::Condition).expect("still a condition");
            prop_assert_ne!(formula.holds(&odd), opposite.holds(&odd));
        }
    }

    #[test]
    fn any_text_gets_an_answer_and_faults_point_into_it(text in any::<String>()) {
        points_into(&text)?;
    }

    #[test]
    fn any_words_get_an_answer_and_faults_point_into_them(words in proptest::collection::vec(word(), 0..24)) {
        points_into(&words.concat())?;
    }
}

#[test]
fn a_word_behind_ten_thousands_is_no_unit() {
    for text in ["9亿期间", "2万在", "9亿30日", "9亿件", "3万且"] {
        points_into(text).unwrap();
    }
}

/// Pieces that formulas are made of, good and bad.
fn word() -> impl Strategy<Value = String> {
    let known = [
        "进度", "状态", "推进中", "节点", ".", "权重", "办结日", "数", "合计", "如果", "为空", "最大", "今天()",
        "期间", "在", "属于", "不属于", "且", "或", "非", "是", "全部", "(", ")", "（", "）", "[", "]", ",", "，", "=",
        "<", "<=", "≠", "+", "-", "×", "÷", "2026-03-05", "2026年", "2026-", "3月", "1,000", "1,0", "65%", "30日",
        "5 个工作日", "12.5万元", "9亿", "0.001元", "\"", "“", "”", "「", "」", "督办", "🙂", "\u{0}", " ", "\n",
        "１２", ".5", "%", "!", "!=",
    ];
    pick(known.map(str::to_owned).to_vec())
}

fn points_into(text: &str) -> Result<(), TestCaseError> {
    for wanted in [Wanted::Condition, Wanted::Day, Wanted::Number, Wanted::Text, Wanted::Any] {
        match check(text, &Task, wanted) {
            Ok(formula) => {
                let again = check(&to_text(&formula.expr), &Task, wanted).map(|it| it.expr);
                prop_assert_eq!(again, Ok(formula.expr.clone()), "{}", text);
                formula.eval(&standing());
                formula.holds(&standing());
                explain(&formula);
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(text.get(fault.span.clone()).is_some(), "{:?} in {:?}", fault, text);
                    prop_assert!(!fault.sentence.is_empty());
                }
            }
        }
    }
    Ok(())
}
