//! What formulas give, and that nothing absent or impossible gets in the way.

use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::world::{Standing, formula, standing};
use crate::value::Value;

fn gives(text: &str, expected: impl Into<Option<Value>>) {
    assert_eq!(formula(text).eval(&standing()), expected.into(), "{text}");
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().expect("a decimal"))
}

fn holds(text: &str) -> bool {
    formula(text).holds(&standing())
}

#[test]
fn numbers_are_exact_and_keep_their_measure() {
    gives("得分 × 2", decimal("-5.51"));
    gives("人数 + 3人", Value::Whole(15));
    gives("人数 / 5", decimal("2.4"));
    gives("已付 / 2500元 + 0.5", decimal("1.5"));
    gives("进度 + 5%", decimal("85"));
    gives("进度 × 50%", decimal("40"));
    gives("1 / 4 × 100%", decimal("25"));
    gives("经费 × 10%", Value::Money(100_000));
    gives("经费 / 3", Value::Money(333_334));
    gives("经费 ÷ 50%", Value::Money(2_000_002));
    gives("-已付", Value::Money(-250_000));
    gives("取整(得分)", Value::Whole(-2));
    gives("四舍五入(得分, 2)", decimal("-2.76"));
    gives("四舍五入(经费, 0)", Value::Money(1_000_000));
    gives("取整(-0.99元)", Value::Money(0));
    gives("最大(人数, 20, 3)", Value::Whole(20));
    gives("最小(得分, 0)", decimal("-2.755"));
}

#[test]
fn days_move_and_are_counted() {
    gives("下达日 + 30日", Value::Day(date(2026, 4, 1)));
    gives("完成时限 + 1个月", Value::Day(date(2026, 4, 30)));
    gives("完成时限 - 1年", Value::Day(date(2025, 3, 31)));
    gives("下达日 + 5个工作日", Value::Day(date(2026, 3, 9)));
    gives("下达日 - -5个工作日", Value::Day(date(2026, 3, 9)));
    gives("完成时限 - 10个工作日", Value::Day(date(2026, 3, 17)));
    gives("完成时限 - 下达日", Value::Whole(29));
    gives("天数(完成时限, 下达日)", Value::Whole(-29));
    gives("工作日数(下达日, 完成时限)", Value::Whole(21));
    gives("今天()", Value::Day(date(2026, 3, 5)));
    gives("日期(登记时间)", Value::Day(date(2026, 3, 5)));
    gives("登记时间 = 今天()", Value::YesNo(true));
    gives("最大(下达日, 今天())", Value::Day(date(2026, 3, 5)));
    gives("年(所属月份) × 100 + 月(所属月份)", Value::Whole(202_603));
}

#[test]
fn rows_are_counted_and_gathered() {
    gives("数(节点)", Value::Whole(3));
    gives("数(节点, 为空(完成日))", Value::Whole(1));
    gives("数(节点, 完成日 > 时限)", Value::Whole(1));
    gives("数(节点, 节点.权重 >= 30% 且 时限 < 完成时限)", Value::Whole(2));
    gives("合计(节点.权重)", decimal("100"));
    gives("合计(节点.权重, 非 为空(完成日))", decimal("80"));
    gives("合计(节点.花费)", Value::Money(0));
    gives("最大(节点.花费)", None);
    gives("最大(节点.完成日)", Value::Day(date(2026, 3, 12)));
    gives("最小(节点.完成日, 权重 > 30%)", Value::Day(date(2026, 3, 12)));
    gives("最大(节点.完成日) - 下达日 + 1日", Value::Whole(11));
}

#[test]
fn conditions_hold_or_not_and_are_never_absent() {
    for (text, expected) in [
        ("推进中", true),
        ("状态 = 推进中 且 非 状态 = 已办结", true),
        ("任务来源 属于 [会议议定, \"“双百”行动\"]", true),
        ("任务来源 不属于 [会议议定]", true),
        ("原来源 不属于 [会议议定]", false),
        ("原来源 ≠ 会议议定", false),
        ("非 原来源 = 会议议定", true),
        ("办结日 <= 完成时限", false),
        ("办结日 > 完成时限", false),
        ("非 (办结日 <= 完成时限)", true),
        ("未办结", false),
        ("非 未办结", true),
        ("未办结 = 否", false),
        ("未办结 ≠ 是", false),
        ("如果(涉密, 未办结, 是)", false),
        ("为空(办结日) 且 为空(附件) 且 非 为空(节点)", true),
        ("为空(下达日 + 顺延)", true),
        ("为空(得分 / 总数)", true),
        ("包含(任务名称, \"督办\") 且 非 包含(任务名称, \"归档\")", true),
        ("包含(协办单位, 责任单位)", true),
        ("包含(编号, \"号\")", false),
        ("完成时限 在 期间 且 所属月份 在 期间", true),
        ("办结日 在 期间", false),
        ("全部", true),
    ] {
        assert_eq!(holds(text), expected, "{text}");
        assert_eq!(
            formula(text).eval(&standing()),
            if text == "未办结" || text.starts_with("如果") { None } else { Some(Value::YesNo(expected)) },
            "{text}"
        );
    }
}

#[test]
fn without_a_period_nothing_lies_in_it() {
    let standing = Standing { period: None, ..standing() };
    assert!(!formula("完成时限 在 期间").holds(&standing));
    assert!(formula("非 完成时限 在 期间").holds(&standing));
}

#[test]
fn what_cannot_be_computed_is_absent() {
    gives("得分 / 总数", None);
    gives("经费 / 0%", None);
    gives("得分 + 「进度(上报)」 / 1%", None);
    gives("下达日 + 900年 × 10", None);
    gives("下达日 + 9999999999999999999999日", None);
    gives("下达日 + 4000000000个工作日", None);
    gives("下达日 - 3000000个工作日", None);
    gives("9999999999999999999999999999 × 9999999999999999999999999999", None);
    gives("经费 × 9999999999999999999999", None);
    gives("最大(得分, 得分 / 总数)", None);
}

#[test]
fn a_value_of_another_kind_counts_as_absent() {
    let odd = standing()
        .with("进度", Value::Text("八成".into()))
        .with("完成时限", Value::Whole(3))
        .with("经费", Value::Whole(3))
        .with("节点", Value::YesNo(true));
    for text in ["进度 = 80%", "完成时限 > 下达日", "经费 >= 0", "数(节点) > 0", "完成时限 在 期间"]
    {
        assert!(!formula(text).holds(&odd), "{text}");
    }
    assert_eq!(formula("完成时限 + 1日").eval(&odd), None);
    assert_eq!(formula("最大(完成时限, 下达日)").eval(&odd), None);
    assert_eq!(formula("进度").eval(&odd), None);
}

proptest! {
    #[test]
    fn sums_and_comparisons_agree_with_whole_numbers(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000) {
        let standing = standing().with("经费", Value::Money(a)).with("已付", Value::Money(b));
        prop_assert_eq!(formula("经费 + 已付 × 3").eval(&standing), Some(Value::Money(a + 3 * b)));
        prop_assert_eq!(formula("经费 < 已付").holds(&standing), a < b);
        let ratio = (b != 0).then(|| Decimal::from(a) / Decimal::from(b));
        let rounded = formula("四舍五入(经费 / 已付 × 100%, 2)").eval(&standing);
        let by_hand = ratio.map(|it| (it * Decimal::ONE_HUNDRED)
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero));
        prop_assert_eq!(rounded, by_hand.map(|it| Value::Decimal(it.normalize())));
    }

    #[test]
    fn a_day_moved_there_and_back_is_the_same(days in -20_000_i64..20_000) {
        let standing = standing().with("顺延", Value::Whole(days));
        prop_assert!(formula("下达日 + 顺延 - 顺延 = 下达日").holds(&standing));
        prop_assert!(formula("下达日 + 顺延 - 下达日 = 顺延").holds(&standing));
    }
}
