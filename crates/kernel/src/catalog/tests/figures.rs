//! Are kinds types, and are slices and people declared so that they can be counted?
//!
//! Never a fault without what to do.

use expect_test::{Expect, expect};

use super::{check, edited, first_hand, told};
use crate::problem::SourceFile;

fn problems(from: &str, to: &str, wanted: Expect) {
    wanted.assert_eq(&first_hand(check(&edited(&[(from, to)])).1));
}

// proves: figure_kind.of
// proves: figure_kind.scale
// proves: figure_kind.places
// proves: figure_kind.adds
#[test]
fn kinds_say_what_they_count_and_with_what_they_add_up() {
    let text = r#"
        figure_kind "yuan" "元" of="money" adds="万元 项"
        figure_kind "wan" "万元" of="money" scale=10000 places=4 adds="元 角"
        figure_kind "matter" "项" of="things" scale=0
        figure_kind "case" "件" of="things" places=9
        figure_kind "piece" "项" of="things"
    "#;
    let (catalog, problems) = check(&[SourceFile { path: "vocabulary/figures.kdl".into(), text: text.into() }]);
    expect![[r#"
        vocabulary/figures.kdl:2:43 “元”不能和“项”相加 两种单位数的要是同一类，并且“项”也要写上可以和“元”相加
        vocabulary/figures.kdl:3:64 没有名为 角 的单位
        vocabulary/figures.kdl:4:46 scale 写1到十亿之间的整数
        vocabulary/figures.kdl:5:44 places 写0到6
        vocabulary/figures.kdl:6:29 名称“项”已经用过"#]]
    .assert_eq(told(&problems).trim());
    let kinds = catalog.vocabulary.figure_kinds;
    assert!(kinds[0].adds_to(&kinds[1]) && !kinds[0].adds_to(&kinds[2]) && kinds[2].adds_to(&kinds[2]));
    assert_eq!((kinds[1].scale, kinds[1].places, kinds[0].scale, kinds[0].places), (10_000, 4, 1, 2));
}

// proves: figure.unit
#[test]
fn what_is_counted_has_a_unit_of_its_kind() {
    problems(
        "at=\"交办日\" unit=\"件\"",
        "at=\"交办日\" unit=\"人\"",
        expect!["care/visit.kdl:67:45 数“人”要写 people，说明数的是谁 按次数算，同一人来两次算两次的，单位写人次"],
    );
    problems(
        "at=\"交办日\" unit=\"件\"",
        "at=\"交办日\" unit=\"箱\"",
        expect!["care/visit.kdl:67:45 没有名为 箱 的单位"],
    );
    problems(
        "at=\"交办日\" unit=\"件\"",
        "at=\"交办日\" unit=\"名次\"",
        expect!["care/visit.kdl:67:45 数个数的指标单位不能是名次 单位写项、件、场、人次等"],
    );
    problems(
        "sum=\"金额\"",
        "sum=\"完成比例\"",
        expect!["care/visit.kdl:75:62 百分数不能相加 请用 ratio 或者 average"],
    );
    problems(
        "at=\"办结日\" unit=\"工作日\"",
        "at=\"办结日\" unit=\"天\"",
        expect!["care/visit.kdl:79:48 公式算出来的不是天 单位要和公式算出来的一样"],
    );
    problems(
        "sum=\"金额\" when=\"状态 = 已办结\" at=\"办结日\" unit=\"元\"",
        "sum=\"人数\" at=\"办结日\" unit=\"人\"",
        expect!["care/visit.kdl:75:44 几次的人数加起来有重复，不是人数 单位要和公式算出来的一样"],
    );
    let head_count =
        ("sum=\"金额\" when=\"状态 = 已办结\" at=\"办结日\" unit=\"元\"", "sum=\"人数\" at=\"办结日\" unit=\"人次\"");
    let examples = (
        "example { record state=\"closed\" closed_on=\"2026-03-09\" amount=\"500元\"; gives \"500\" }",
        "example { record state=\"closed\" closed_on=\"2026-03-09\" people=5; gives \"5\" }",
    );
    assert_eq!(told(&check(&edited(&[head_count, examples])).1), "");
}

// proves: figure_kind.scale
#[test]
fn ten_thousands_are_shown_exactly_from_what_is_kept_in_fen() {
    let wan = [("at=\"办结日\" unit=\"元\"", "at=\"办结日\" unit=\"万元\""), ("gives \"500\"", "gives \"0.05\"")];
    let (catalog, problems) = check(&edited(&wan));
    assert_eq!(told(&problems), "");
    assert_eq!(crate::example::run(&catalog, &crate::calendar::Calendar::default()), Vec::<String>::new());
    let money = catalog.mechanism("visit").and_then(|it| it.figure("money").cloned()).expect("it is there");
    let shown = |fen| crate::figures::shown(&money, crate::figures::Amount { numerator: fen, denominator: 0 });
    assert_eq!([shown(123_456_789), shown(123_450_000), shown(-50_000)], ["123.46", "123.45", "-0.05"]);
    let parts = [1_234_000, 1_234_000].map(|numerator| crate::figures::Amount { numerator, denominator: 0 });
    let whole = crate::figures::Amount { numerator: 2_468_000, denominator: 0 };
    assert_eq!(crate::figures::parts_of(&money, &parts, whole), crate::figures::Parts::Rounded);
}

// proves: figure.by
#[test]
fn slices_are_fields_with_few_options_that_nobody_hides() {
    let by = "by=\"kind urgent\"";
    problems(
        by,
        "by=\"title\"",
        expect!["care/visit.kdl:87:69 不能按“事由”分：它没有固定的选项 by 只写选项栏目、是非栏目和指向事项的栏目"],
    );
    problems(by, "by=\"kinds\"", expect!["care/visit.kdl:87:73 没有名为 kinds 的栏目 是否为“kind”？"]);
    problems(
        by,
        "by=\"answer team\"",
        expect![[r#"
        care/visit.kdl:87:69 不能按“同行人员”分：它没有固定的选项 by 只写选项栏目、是非栏目和指向事项的栏目
        care/visit.kdl:87:69 不能按“答复”分：它没有固定的选项 by 只写选项栏目、是非栏目和指向事项的栏目"#]],
    );
    let hidden = "field \"urgent\" \"加急\"     yes_no";
    problems(
        hidden,
        "field \"urgent\" \"加急\"     yes_no read=\"head\"",
        expect![
            "care/visit.kdl:87:69 不能按“加急”分：它是受保护的个人信息，分开数会让人推知 by 只写选项栏目、是非栏目和指向事项的栏目"
        ],
    );
    let many: String = (0..500).map(|at| format!("    item \"i{at}\" \"第{at}项\"\n")).collect();
    problems(
        "    item \"survey\"  \"调研\"\n",
        &format!("    item \"survey\"  \"调研\"\n{many}"),
        expect![[r#"
        care/visit.kdl:87:69 不能按“加急”分：一共要分成507项，最多400项 by 只写选项栏目、是非栏目和指向事项的栏目
        care/visit.kdl:87:69 不能按“类别”分：一共要分成504项，最多400项 by 只写选项栏目、是非栏目和指向事项的栏目"#]],
    );
}

// proves: figure.people
#[test]
fn people_stand_in_a_field_for_people_or_in_such_a_column() {
    let people = "people=\"同行人员\"";
    assert_eq!(told(&check(&edited(&[(people, "people=\"team\"")])).1), "");
    problems(
        people,
        "people=\"事由\"",
        expect!["care/visit.kdl:87:30 “事由”不是记人的栏目 写一个“人员”类型的栏目，或者“子表.栏目”"],
    );
    problems(
        people,
        "people=\"物资.名称\"",
        expect!["care/visit.kdl:87:30 “物资.名称”不是子表里记人的栏目 写一个“人员”类型的栏目，或者“子表.栏目”"],
    );
    problems(
        people,
        "people=\"名单.姓名\"",
        expect!["care/visit.kdl:87:30 “名单.姓名”不是子表里记人的栏目 写一个“人员”类型的栏目，或者“子表.栏目”"],
    );
    problems(
        "by=\"kind urgent\" unit=\"人\"",
        "by=\"kind urgent\" unit=\"人次\"",
        expect!["care/visit.kdl:87:86 people 数的是人，单位不能是人次 单位写人"],
    );
    let column = (
        "field \"name\"  \"名称\" text required=#true max=50",
        "field \"name\"  \"名称\" text required=#true max=50\n        field \"giver\" \"经手人\" person",
    );
    let figure = (people, "people=\"物资.经手人\"");
    let gives = (
        "team=\"甲、乙\"; record state=\"closed\" closed_on=\"2026-04-09\" team=\"乙、丙\"; record team=\"丁\"; gives \"3\"",
        "team=\"甲、乙\"; gives \"0\"",
    );
    assert_eq!(told(&check(&edited(&[column, figure, gives])).1), "");
}

/// The small world with a figure over figures.
fn blended(of: &str, unit: &str, gives: &str) -> Vec<SourceFile> {
    let over = if of.contains('/') { " over=\"本期到期的\"" } else { "" };
    let figure = format!(
        "    figure \"mixed\" \"合成数\" of=\"{of}\" unit=\"{unit}\" {{\n        words \"合成的数\"{over}\n        \
         example {{ record state=\"closed\" sent_on=\"2026-03-02\" due_on=\"2026-03-10\" closed_on=\"2026-03-09\" \
         amount=\"300元\"; record sent_on=\"2026-03-02\"; gives \"{gives}\" }}\n    }}\n    rights see=\"head\" import"
    );
    edited(&[("    rights see=\"head\" import", &figure)])
}

fn mixed(of: &str, unit: &str, wanted: Expect) {
    wanted.assert_eq(&first_hand(check(&blended(of, unit, "0")).1));
}

// proves: figure.of
#[test]
fn a_figure_over_figures_is_reckoned_from_numerators_and_denominators() {
    for (of, unit, gives) in [
        ("在办数 + 交办数", "件", "3"),
        ("交办数 - 在办数", "件", "1"),
        ("(交办数 - 在办数) / 交办数", "%", "50%"),
        ("慰问金 / 交办数", "元", "150"),
        ("走访.交办数", "件", "2"),
        ("money / visitors", "元", "—"),
    ] {
        let (catalog, problems) = check(&blended(of, unit, gives));
        assert_eq!(told(&problems), "", "{of}");
        assert_eq!(crate::example::run(&catalog, &crate::calendar::Calendar::default()), Vec::<String>::new(), "{of}");
    }
}

// proves: figure.of
#[test]
fn what_cannot_be_reckoned_from_figures_is_told() {
    mixed(
        "交办数 + 慰问金",
        "件",
        expect!["care/visit.kdl:92:26 单位不同的数不能相加：“交办数”的单位是件，“慰问金”的单位是元 单位相同才能加减"],
    );
    mixed(
        "走访人数 + 走访人数",
        "人",
        expect![
            "care/visit.kdl:92:26 人数加起来会把同一个人算两次 同一人可能两边都有，请写一个 people 指标，把两种情形都数进去"
        ],
    );
    mixed(
        "按时办结率 + 平均用时",
        "%",
        expect![
            "care/visit.kdl:92:26 “按时办结率”是比率或平均，不能再拿来算 比率不能相加也不能平均，请用它的分子和分母"
        ],
    );
    mixed(
        "合成数 + 交办数",
        "件",
        expect![
            "care/visit.kdl:92:26 “合成数”要由它自己算出来：合成数 → 合成数 请断开这个圈，让每个指标最后都落到记录上"
        ],
    );
    mixed(
        "交办数 / 在办数 / 在办数",
        "%",
        expect!["care/visit.kdl:92:26 只能除一次 写成“甲 + 乙”“甲 / 乙”或者“（甲 + 乙） / 丙”"],
    );
    mixed(
        "交办数 +",
        "件",
        expect!["care/visit.kdl:92:26 算式缺了指标的名称 写成“甲 + 乙”“甲 / 乙”或者“（甲 + 乙） / 丙”"],
    );
    mixed(
        "交接数",
        "件",
        expect![
            "care/visit.kdl:92:26 “走访”没有名为“交接数”的指标 有：交办数、按时办结率、慰问金、平均用时、在办数、走访人数、合成数"
        ],
    );
    mixed(
        "督办.交办数",
        "件",
        expect!["care/visit.kdl:92:26 没有“督办.交办数”所说的机制 别的机制的指标写成“机制.指标”，机制写名称或者代号"],
    );
    mixed(
        "交办数 / 在办数",
        "元",
        expect!["care/visit.kdl:92:26 算出来的不是元 相加的单位不变；同类的数相除是%，人均、户均一类的写被除数的单位"],
    );
}

// proves: figure.suppress_below
// proves: figure_kind.suppress_below
#[test]
fn small_groups_are_named_by_the_figure_or_by_its_unit() {
    let below = |files: &[SourceFile]| {
        let (catalog, problems) = check(files);
        assert_eq!(told(&problems), "");
        catalog.mechanism("visit").and_then(|it| it.figure("visitors").cloned()).expect("it is there")
    };
    let unit = ("of=\"people\" places=0", "of=\"people\" places=0 suppress_below=5");
    let own = ("by=\"kind urgent\" unit=\"人\"", "by=\"kind urgent\" suppress_below=0 unit=\"人\"");
    let five = below(&edited(&[unit]));
    assert_eq!(
        [five.suppress_below, below(&edited(&[unit, own])).suppress_below, below(&edited(&[])).suppress_below],
        [5, 0, 0]
    );
    let is_small = |numerator| crate::figures::is_small(&five, crate::figures::Amount { numerator, denominator: 0 });
    assert_eq!([0, 1, 4, 5].map(is_small), [false, true, true, false]);
    problems(
        "sum=\"金额\" when",
        "suppress_below=5 sum=\"金额\" when",
        expect![
            "care/visit.kdl:75:26 合计背后有几条记录没有记下来，不能按少于几个遮住 请另写一个 count 或者 people 指标，在那里写 suppress_below"
        ],
    );
    problems(
        "count=\"全部\" at",
        "suppress_below=1 count=\"全部\" at",
        expect!["care/visit.kdl:67:25 suppress_below 写2到1000，或者写0"],
    );
}
