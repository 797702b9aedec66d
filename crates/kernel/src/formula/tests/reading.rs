//! How formulas are read, refused, written back and read aloud.

use expect_test::{Expect, expect};

use super::world::{Task, faults, formula};
use crate::formula::{LONGEST, Slot, Wanted, check, explain, to_text};

/// The formula as written back, and read aloud.
fn reads(text: &str, expected: Expect) {
    let formula = formula(text);
    expected.assert_eq(&format!("{}\n{}", to_text(&formula.expr), explain(&formula)));
}

fn refuses(text: &str, wanted: Wanted, expected: Expect) {
    expected.assert_eq(&faults(text, wanted));
}

#[test]
fn conditions_of_the_definitions_read_aloud() {
    reads(
        "进度 = 100% 且 非 为空(办结日)",
        expect![[r#"
        进度 = 100% 且 非 为空(办结日)
        进度为100%，且办结日不为空"#]],
    );
    reads(
        "办结日 <= 完成时限",
        expect![[r#"
        办结日 <= 完成时限
        办结日不晚于完成时限"#]],
    );
    reads(
        "状态 属于 [推进中, 待核验] 且 进度 >= 100%",
        expect![[r#"
        状态 属于 [推进中, 待核验] 且 进度 >= 100%
        状态为推进中或待核验，且进度达到100%"#]],
    );
    reads(
        "已办结 且 办结日 <= 完成时限",
        expect![[r#"
        状态 = 已办结 且 办结日 <= 完成时限
        状态为已办结，且办结日不晚于完成时限"#]],
    );
    reads(
        "完成时限 在 期间",
        expect![[r#"
        完成时限 在 期间
        完成时限落在本期"#]],
    );
    reads(
        "全部",
        expect![[r#"
        全部
        全部"#]],
    );
    reads(
        "任务来源 = “党工委重点工作”",
        expect![[r#"
        「任务来源」 = 党工委重点工作
        任务来源为党工委重点工作"#]],
    );
    reads(
        "任务来源 ≠ \"“双百”行动\" 或 涉密",
        expect![[r#"
        「任务来源」 ≠ "“双百”行动" 或 涉密
        任务来源不是“双百”行动，或涉密为是"#]],
    );
    reads(
        "非公党员数 > 3 且 非 涉密",
        expect![[r#"
        非公党员数 > 3人 且 非 涉密
        非公党员数超过3人，且涉密不为是"#]],
    );
    reads(
        "包含(任务名称, \"督办\") 且 非 包含(协办单位, 责任单位)",
        expect![[r#"
        包含(任务名称, "督办") 且 非 包含(协办单位, 责任单位)
        任务名称中有“督办”，且协办单位中没有责任单位"#]],
    );
    reads(
        "所属月份 = 2026年3月 或 年(下达日) = 2025 或 月(登记时间) = 12",
        expect![[r#"
        所属月份 = 2026-03 或 年(下达日) = 2025 或 月(日期(登记时间)) = 12
        所属月份为2026年3月，或下达日的年份为2025，或登记时间当天的月份数为12"#]],
    );
}

#[test]
fn values_read_aloud() {
    reads(
        "工作日数(下达日, 办结日)",
        expect![[r#"
        工作日数(下达日, 办结日)
        从下达日到办结日的工作日数"#]],
    );
    reads(
        "下达日 + 30日",
        expect![[r#"
        下达日 + 30日
        下达日之后30日"#]],
    );
    reads(
        "5个工作日 + 下达日 - 顺延",
        expect![[r#"
        下达日 + 5个工作日 - 顺延
        下达日之后5个工作日往前推顺延（天）"#]],
    );
    reads(
        "办结日 - 下达日",
        expect![[r#"
        天数(下达日, 办结日)
        从下达日到办结日的天数"#]],
    );
    reads(
        "如果(进度 >= 80%, \"接近完成\", \"推进中\")",
        expect![[r#"
        如果(进度 >= 80%, "接近完成", "推进中")
        如果进度达到80%，则为“接近完成”，否则为“推进中”"#]],
    );
    reads(
        "合计(节点.权重)",
        expect![[r#"
        合计(节点.权重)
        节点的权重合计"#]],
    );
    reads(
        "数(节点, 完成日 <= 时限 且 时限 <= 完成时限)",
        expect![[r#"
        数(节点, 完成日 <= 时限 且 时限 <= 完成时限)
        符合“完成日不晚于时限，且时限不晚于完成时限”的节点的个数"#]],
    );
    reads(
        "最大(节点.完成日, 权重 > 20%)",
        expect![[r#"
        最大(节点.完成日, 权重 > 20%)
        符合“权重超过20%”的节点的完成日最晚的一天"#]],
    );
    reads(
        "最大(下达日, 完成时限, 今天())",
        expect![[r#"
        最大(下达日, 完成时限, 今天())
        下达日、完成时限、今天之中最晚的一个"#]],
    );
    reads(
        "四舍五入(已付 / 经费 × 100%, 1)",
        expect![[r#"
        四舍五入(已付 ÷ 经费 × 100%, 1)
        （已付与经费之商）折成的百分数四舍五入到1位小数的值"#]],
    );
    reads(
        "经费 × 10% + 2.5万元 - -300元",
        expect![[r#"
            经费 × 10% + 2.5万元 - -300元
            （经费与10%之积）加2.5万元减-300元"#]],
    );
    reads(
        "-(经费 - 已付) ÷ 3",
        expect![[r#"
        (0元 - (经费 - 已付)) ÷ 3
        负的（经费与已付之差）除以3"#]],
    );
    reads(
        "「进度(上报)」 - 进度",
        expect![[r#"
        「进度(上报)」 - 进度
        进度(上报)减进度"#]],
    );
}

#[test]
fn brackets_say_for_the_ear_what_the_signs_say_for_the_eye() {
    reads(
        "涉密 或 未办结 且 进度 < 50%",
        expect![[r#"
        涉密 或 未办结 且 进度 < 50%
        涉密为是，或（未办结为是，且进度不到50%，同时成立）"#]],
    );
    reads(
        "(涉密 或 未办结) 且 进度 < 50%",
        expect![[r#"
        (涉密 或 未办结) 且 进度 < 50%
        （涉密为是，或未办结为是，至少一项成立），且进度不到50%"#]],
    );
    reads(
        "非 (涉密 且 未办结)",
        expect![[r#"
        非 (涉密 且 未办结)
        并非（涉密为是，且未办结为是，同时成立）"#]],
    );
    reads(
        "非 办结日 <= 完成时限",
        expect![[r#"
        非 (办结日 <= 完成时限)
        并非（办结日不晚于完成时限）"#]],
    );
    reads(
        "(得分 + 3) × (得分 - (总数 - 1)) / 2",
        expect![[r#"
        (得分 + 3) × (得分 - (总数 - 1)) ÷ 2
        （（得分与3之和）与（得分与（总数与1之差）之差）之积）除以2"#]],
    );
}

#[test]
fn full_width_signs_are_the_same() {
    let half = formula("最大(得分, 1.5) >= 80 且 (任务来源 属于 [会议议定, 党工委重点工作] 或 进度 = 65%)");
    let full =
        formula("最大（得分，１．５）＞＝８０ 且 （任务来源 属于 ［会议议定、党工委重点工作］ 或 进度＝６５％）");
    assert_eq!(half.expr, full.expr);
}

#[test]
fn numbers_take_their_measure_with_them() {
    for (one, other) in [
        ("1,000", "1000"),
        ("经费 > 1,234,567.5元", "经费 > 123.45675万元"),
        ("经费 = 0", "经费 = 0元"),
        ("人数 >= 10", "人数 >= 10人"),
        ("人数 >= 1万人", "人数 >= 10000"),
        ("顺延 > 3天", "顺延 > 3 日"),
        ("下达日 + 1年", "下达日 + 12个月"),
        ("工作日数(下达日, 办结日) > 10", "10 个工作日 < 工作日数(下达日, 办结日)"),
        ("顺延>30日且涉密", "顺延 > 30 且 涉密"),
        ("(涉密)且未办结 或完成时限 在期间", "涉密 且 未办结 或 完成时限 在 期间"),
        ("下达日 = 2026-03-05", "下达日 = 2026年3月5日"),
        ("所属月份 = 2026-03", "所属月份 = 2026年3月"),
    ] {
        let (a, b) = (to_text(&formula(one).expr), to_text(&formula(other).expr));
        match one.contains("10 个工作日") || other.contains("10 个工作日") {
            true => assert!(a.contains("10个工作日") && b.contains("10个工作日"), "{a} {b}"),
            false => assert_eq!(a, b),
        }
    }
}

#[test]
fn unknown_names_are_all_reported_with_the_nearest() {
    refuses(
        "状太 = 推进中 且 进渡 > 3% 或 为控(办结日)",
        Wanted::Condition,
        expect![[r#"
        [状太] 没有名为“状太”的字段（是否为“状态”？）
        [进渡] 没有名为“进渡”的字段（是否为“进度”？）
        [为控] 没有名为“为控”的函数（是否为“为空”？）
    "#]],
    );
    refuses(
        "任务来源 = 会议议订",
        Wanted::Condition,
        expect![[r#"
        [会议议订] “任务来源”没有“会议议订”这个选项，也没有这个名称的字段（是否为“会议议定”？）
    "#]],
    );
    refuses(
        "状态 属于 [推进种, \"归档\"]",
        Wanted::Condition,
        expect![[r#"
        [推进种] “状态”没有“推进种”这个选项，也没有这个名称的字段（是否为“推进中”？）
        ["归档"] “状态”没有“归档”这个选项（可选：拟制、已下达、推进中、待核验、已办结）
    "#]],
    );
    refuses(
        "状态 = \"作废\"",
        Wanted::Condition,
        expect![[r#"
        ["作废"] “状态”没有“作废”这个选项（可选：拟制、已下达、推进中、待核验、已办结）
    "#]],
    );
    refuses(
        "合计(节点.权) > 3 且 数(结点) > 1",
        Wanted::Condition,
        expect![[r#"
        [权] “节点”里没有名为“权”的字段（是否为“权重”？）
        [结点] 没有名为“结点”的子表（是否为“节点”？）
    "#]],
    );
    refuses(
        "推进中且进度",
        Wanted::Condition,
        expect![[r#"
            [推进中且进度] 没有名为“推进中且进度”的字段（且、或、非 的前后要空格：推进中 且 进度）
        "#]],
    );
    refuses(
        "非涉密 或 已办结或涉密",
        Wanted::Condition,
        expect![[r#"
        [非涉密] 没有名为“非涉密”的字段（且、或、非 的前后要空格：非 涉密）
        [已办结或涉密] 没有名为“已办结或涉密”的字段（且、或、非 的前后要空格：已办结 或 涉密）
    "#]],
    );
    refuses(
        "非为空(办结日)",
        Wanted::Condition,
        expect![[r#"
        [非为空] 没有名为“非为空”的函数（“非”后面要空一格：非 为空(…)）
    "#]],
    );
}

#[test]
fn unlike_measures_neither_add_nor_compare() {
    refuses(
        "经费 + 顺延",
        Wanted::Any,
        expect![[r#"
        [经费 + 顺延] 不能把 元 和 天 相加
    "#]],
    );
    refuses(
        "进度 = 100",
        Wanted::Any,
        expect![[r#"
        [进度 = 100] 不能把 百分数 和 没有单位的数 比较（是否为 100%？）
    "#]],
    );
    refuses(
        "经费 >= 10000",
        Wanted::Any,
        expect![[r#"
        [经费 >= 10000] 不能把 元 和 没有单位的数 比较（是否为 10000元 或 10000万元？）
    "#]],
    );
    refuses(
        "已付 / 经费 >= 80%",
        Wanted::Any,
        expect![[r#"
        [已付 / 经费 >= 80%] 不能把 没有单位的数 和 百分数 比较（比值乘以 100% 就是百分数）
    "#]],
    );
    refuses(
        "顺延 > 工作日数(下达日, 办结日)",
        Wanted::Any,
        expect![[r#"
        [顺延 > 工作日数(下达日, 办结日)] 不能把 天 和 工作日 比较（自然日用 天数(甲, 乙)，工作日用 工作日数(甲, 乙)）
    "#]],
    );
    refuses(
        "数(节点) > 3项",
        Wanted::Any,
        expect![[r#"
        [数(节点) > 3项] 不能把 没有单位的数 和 项 比较（没有单位的数，后面不写“项”）
    "#]],
    );
    refuses(
        "经费 × 已付",
        Wanted::Any,
        expect![[r#"
        [经费 × 已付] 不能把 元 和 元 相乘
    "#]],
    );
    refuses(
        "下达日 + 30",
        Wanted::Any,
        expect![[r#"
        [下达日 + 30] 日期只能加减天数、工作日数或月数，这里是数（例如 下达日 + 30日，或 下达日 + 5个工作日）
    "#]],
    );
    refuses(
        "下达日 + 办结日",
        Wanted::Any,
        expect![[r#"
        [下达日 + 办结日] 日期不能相加
    "#]],
    );
    refuses(
        "办结日 <= 30",
        Wanted::Any,
        expect![[r#"
        [办结日 <= 30] 不能把日期和数比较（日期写成 2026-03-05 或 2026年3月5日）
    "#]],
    );
    refuses(
        "涉密 = \"是\"",
        Wanted::Any,
        expect![[r#"
            [涉密 = "是"] 不能把是否值和文本比较（是、否 两个字不加引号）
        "#]],
    );
    refuses(
        "任务名称 > \"甲\"",
        Wanted::Any,
        expect![[r#"
        [任务名称 > "甲"] 文本没有大小，只能写 = 或 ≠
    "#]],
    );
    refuses(
        "状态 = 任务来源",
        Wanted::Any,
        expect![[r#"
        [状态 = 任务来源] 两边的选项不是同一份清单
    "#]],
    );
}

#[test]
fn a_formula_gives_what_is_wanted() {
    refuses(
        "进度",
        Wanted::Condition,
        expect![[r#"
        [进度] 这里要写条件，写的是百分数（例如 进度 = 100%）
    "#]],
    );
    refuses(
        "进度 = 100%",
        Wanted::Day,
        expect![[r#"
            [进度 = 100%] 这里要算出一个日期，写的是是否值
        "#]],
    );
    refuses(
        "办结日",
        Wanted::Number,
        expect![[r#"
        [办结日] 这里要算出一个数，写的是日期
    "#]],
    );
    refuses(
        "状态",
        Wanted::Text,
        expect![[r#"
        [状态] 这里要算出一段文本，写的是选项
    "#]],
    );
    refuses(
        "节点",
        Wanted::Any,
        expect![[r#"
        [节点] 这里要算出一个值，写的是子表
    "#]],
    );
    refuses(
        "进度 且 经费",
        Wanted::Condition,
        expect![[r#"
        [进度] 这里要写条件，写的是百分数（例如 进度 = 100%）
        [经费] 这里要写条件，写的是金额（例如 数(节点) > 3）
    "#]],
    );
    assert!(check("登记时间", &Task, Wanted::Day).is_ok());
}

#[test]
fn what_is_out_of_place_is_pointed_at() {
    for text in [
        "",
        "   ",
        "进度 =",
        "进度 > 3% 涉密",
        "进度 > 3% 并且 涉密",
        "60% <= 进度 < 80%",
        "(进度 > 3%",
        "进度 > 3%)",
        "数(节点",
        "状态 属于 推进中",
        "状态 属于 []",
        "状态 属于 [状态]",
        "完成时限 在 本月",
        "[涉密]",
        "任务名称 = “督办",
        "「进度(上报) > 3%",
        "任务名称 = \"\"",
        "进度 > 3% && 涉密",
        "办结日 = 2026-02-30",
        "年(办结日) = 2026年",
        "经费 > 0.001元",
        "得分 > 99999999999999999999999999999999",
        "最大(1,200, 得分)",
        "得分 > 9亿30日",
        "四舍五入(得分, 20)",
        "今天(1)",
        "节点.权重 > 3%",
        "数(节点, 数(节点) > 1)",
        "合计(节点.内容)",
        "合计(进度)",
        "附件 = 附件",
        "协办单位 = 责任单位",
        "如果(涉密, 1, \"甲\")",
    ] {
        let faults = check(text, &Task, Wanted::Condition).expect_err(text);
        assert!(!faults.is_empty(), "{text}");
    }
    let all =
        ["进度 =", "进度 > 3% 并且 涉密", "60% <= 进度 < 80%", "(进度 > 3%", "状态 属于 推进中", "年(办结日) = 2026年"];
    let all = all.map(|it| faults(it, Wanted::Condition));
    expect![[r#"
        [] 算式没有写完（后面还要写一个字段、数字或文本）
        [并且] 这里多了内容（写成 且）
        [<] 比较不能连着写（用 且 分成两段，例如 60% <= 进度 且 进度 < 80%）
        [] 括号没有写完（在这里补上 )）
        [推进中] “属于”后面要写清单（例如 状态 属于 [推进中, 待核验]）
        [2026年] 这里只写了年份（写成 年(日期) = 2026，或者写全 2026年3月5日）
    "#]]
    .assert_eq(&all.concat());
    let all =
        ["最大(1,200, 得分) > 1", "节点.权重 > 3%", "数(节点, 数(节点) > 1) > 1", "合计(进度) > 1", "今天(1) > 办结日"];
    let all = all.map(|it| faults(it, Wanted::Condition));
    expect![[r#"
        [1,200] “1,200”是一个数还是几个数？（一个数请写成 1200，几个数请在逗号后空一格）
        [节点.权重] 子表有许多行，这里只能有一个值（写成 合计(节点.权重)、最大(节点.权重) 或 最小(节点.权重)）
        [节点] 子表的条件里不能再数子表
        [进度] 这里要写子表里的字段（例如 合计(节点.权重)）
        [今天(1)] “今天”不是这样用的：这里给了1项（写成 今天()）
    "#]]
    .assert_eq(&all.concat());
}

#[test]
fn depth_length_and_number_of_words_are_bounded() {
    let deep = 10_000;
    for text in [
        format!("{}涉密{}", "(".repeat(1_900), ")".repeat(1_900)),
        format!("{}涉密", "非 ".repeat(999)),
        format!("得分 = {}1", "-".repeat(900)),
        format!("得分 = 1{}", " + 1".repeat(400)),
        format!("{}1{}", "取整(".repeat(330), ")".repeat(330)),
        format!("{}涉密{}", "(".repeat(deep), ")".repeat(deep)),
        format!("涉密{}", " 或 涉密".repeat(600)),
    ] {
        let faults = check(&text, &Task, Wanted::Any).expect_err("it is too long or too deep");
        assert!(faults.iter().any(|it| it.sentence.starts_with("算式")), "{faults:?}");
    }
    assert!(check(&format!("涉密{}", " 或 涉密".repeat(400)), &Task, Wanted::Any).is_ok());
    assert!(check(&format!("{}涉密{}", "(".repeat(60), ")".repeat(60)), &Task, Wanted::Any).is_ok());
    assert!(
        check(&"涉".repeat(LONGEST), &Task, Wanted::Any).expect_err("no such field")[0].sentence.contains("没有名为")
    );
}

#[test]
fn a_formula_knows_what_it_needs() {
    let formula = formula("合计(节点.权重, 时限 < 今天()) = 100% 且 完成时限 在 期间 且 完成时限 > 下达日");
    let column = |id: &str| Slot::Column { child: "milestone".into(), column: id.into() };
    let mut slots = formula.mentions();
    for slot in [
        Slot::Field("milestone".into()),
        Slot::Field("due_on".into()),
        Slot::Own(crate::formula::Own::OpenedOn),
        column("weight"),
        column("due_on"),
    ] {
        let at = slots.iter().position(|it| *it == slot).expect("the slot is mentioned");
        slots.remove(at);
    }
    assert_eq!(slots, []);
    assert!(formula.needs_clock() && formula.needs_period() && !formula.expr.needs_calendar());
    assert!(!super::world::formula("进度 = 100%").needs_clock());
}
