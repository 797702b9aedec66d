//! Do the lines of rights say what they mean, and is what would tell too much refused?

use expect_test::expect;

use super::*;
use crate::authority::sight::Rule;
use crate::catalog::Mechanism;

const RIGHTS: &str = "rights see=\"head\" import=\"clerk\" export=\"clerk head\"";

fn visit(edits: &[(&str, &str)]) -> std::sync::Arc<Mechanism> {
    let (catalog, problems) = check(&edited(edits));
    assert_eq!(first_hand(problems), "");
    catalog.mechanism("visit").expect("it is sound").clone()
}

fn shown(mechanism: &Mechanism) -> String {
    let line = |rule: &Rule| {
        let who: Vec<&str> = rule.who.iter().map(|role| role.as_str()).collect();
        let states = rule.states.as_ref().map(|all| all.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" "));
        format!("{} {:?} {}", who.join(" "), rule.relation, states.unwrap_or_else(|| "*".into()))
    };
    mechanism.rights.sight.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_acts_sees_from_their_turn_on_and_who_starts_sees_everything() {
    // dropped is reached from drafted as well, where head does not act: nobody learns there of what they never saw.
    let mechanism = visit(&[(RIGHTS, "rights import=\"clerk\" export=\"clerk head\"")]);
    expect![[r#"
        clerk UnitAndBelow *
        head UnitAndBelow sent waiting closed"#]]
    .assert_eq(&shown(&mechanism));
}

// proves: sight.relation
// proves: sight.who
// proves: sight.of
// proves: sight.states
#[test]
fn each_line_of_sight_is_one_rule_more() {
    let lines = format!(
        "{RIGHTS} {{\n sight relation=\"hosted\" of=\"helpers\" who=\"head\" states=\"sent closed\"\n \
         sight relation=\"named\" of=\"owner\"\n sight relation=\"opened\" who=\"clerk\"\n }}"
    );
    expect![[r#"
        clerk UnitAndBelow *
        head UnitAndBelow sent waiting closed
        head UnitAndBelow *
        head Hosted(helpers) sent closed
         Named(owner) *
        clerk Opened *"#]]
    .assert_eq(&shown(&visit(&[(RIGHTS, &lines)])));
}

#[test]
fn a_line_that_says_nothing_or_too_little_is_told() {
    let with = |line: &str| format!("{RIGHTS} {{\n        {line}\n    }}");
    problems(
        RIGHTS,
        &with("sight relation=\"hosted\" of=\"helpers\""),
        expect!["care/visit.kdl:93:15 hosted 要写明哪些角色 请加上 who"],
    );
    problems(
        RIGHTS,
        &with("sight relation=\"named\""),
        expect![[r#"care/visit.kdl:93:15 没有写看哪个栏目 请写 of="人员栏目的代号""#]],
    );
    problems(
        RIGHTS,
        &with("sight relation=\"named\" of=\"unit\""),
        expect!["care/visit.kdl:93:32 “所在单位”不合适：这里要人员栏目"],
    );
    problems(
        RIGHTS,
        &with("sight relation=\"opened\" of=\"owner\""),
        expect!["care/visit.kdl:93:33 opened 不用写 of of 只用于 hosted 和 named"],
    );
    problems(
        RIGHTS,
        &with("sight relation=\"unit_and_below\" who=\"head\""),
        expect!["care/visit.kdl:93:9 这一行没有增加什么：已经看得到"],
    );
    problems(
        RIGHTS,
        &with("sight relation=\"handled\" states=\"sent gone\""),
        expect!["care/visit.kdl:93:47 没有名为 gone 的状态"],
    );
}

#[test]
fn a_figure_knows_the_states_in_which_a_record_may_count() {
    let mechanism = visit(&[]);
    let line = |figure: &crate::catalog::Figure| {
        let states: Vec<&str> = figure.counts_in.iter().map(|it| it.as_str()).collect();
        format!("{} {}", figure.id, states.join(" "))
    };
    let lines: Vec<String> = mechanism.figures.iter().map(line).collect();
    expect![[r#"
        sent sent waiting closed dropped
        on_time sent waiting closed dropped
        money closed
        days closed
        open sent waiting closed dropped
        visitors closed"#]]
    .assert_eq(&lines.join("\n"));
}

// proves: field.level
// proves: field.purpose
// proves: field.mask
// proves: field.hidden_in
#[test]
fn personal_information_says_why_it_is_kept_and_how_it_is_masked() {
    let phone = "field \"score\"  \"得分\"     decimal places=1";
    let with = |line: &str| format!("field \"score\"  \"得分\"     {line}");
    problems(
        phone,
        &with("text level=\"personal\""),
        expect!["care/visit.kdl:14:34 个人信息要写明为什么收集、平时怎样遮住 请加上 purpose 和 mask"],
    );
    problems(
        phone,
        &with("text purpose=\"联系\""),
        expect!["care/visit.kdl:14:34 写了收集目的，但没有写是哪一级个人信息 请加上 level"],
    );
    problems(
        phone,
        &with("whole mask=\"phone\""),
        expect![[r#"care/visit.kdl:14:35 这种遮法只用于 text 栏目 请写 mask="all""#]],
    );
    problems(
        phone,
        &with("text hidden_in=\"sent\""),
        expect!["care/visit.kdl:14:34 没有人看得到这一栏 请用 write 写明这时由谁填、谁看"],
    );
}

// proves: field.read
#[test]
fn what_would_tell_a_protected_field_is_refused() {
    problems(
        "decimal places=1",
        "text mask=\"all\" search=#true",
        expect!["care/visit.kdl:14:45 要遮住的栏目不能用来搜索 搜到就等于看到，请去掉 search"],
    );
    problems(
        "choice list=\"visit_kind\"",
        "choice mask=\"all\" list=\"visit_kind\"",
        expect!["care/visit.kdl:10:78 要遮住的栏目不能用来筛选 筛得出就等于看到，请去掉 filter"],
    );
    problems(
        "\"金额\"     money",
        "\"金额\"     money read=\"head\"",
        expect![[r#"
        care/visit.kdl:63:5 文书写了要遮住的栏目“金额”，看得到记录的人都会读到
        care/visit.kdl:75:5 指标用到要遮住的栏目“金额” 数字会说出栏目的内容，请换一种数法"#]],
    );
    problems(
        "\"协办单位\" units",
        "\"协办单位\" units read=\"head\"",
        expect!["care/visit.kdl:63:5 文书写了要遮住的栏目“协办单位”，看得到记录的人都会读到"],
    );
    problems(
        "\"办理时限\" day required=#true",
        "\"办理时限\" day required=#true read=\"head\"",
        expect![[r#"
            care/visit.kdl:51:5 期限说出了要遮住的栏目“办理时限”
            care/visit.kdl:71:5 指标用到要遮住的栏目“办理时限” 数字会说出栏目的内容，请换一种数法
            care/visit.kdl:95:14 日历不能按要遮住的栏目“办理时限”排"#]],
    );
    problems(
        "\"事由\"     text",
        "\"事由\"     text read=\"clerk head\"",
        expect![[r#"
        care/visit.kdl:8:5 要遮住的栏目不能作标题或所属单位 标题和所属单位谁都看得到，请换一个栏目
        care/visit.kdl:8:75 要遮住的栏目不能用来搜索 搜到就等于看到，请去掉 search
        care/visit.kdl:58:5 联动把要遮住的栏目“事由”填到了别处
        care/visit.kdl:63:5 文书写了要遮住的栏目“事由”，看得到记录的人都会读到
        care/visit.kdl:65:32 消息写了要遮住的栏目“事由”"#]],
    );
}

// proves: retention.years
// proves: retention.who
// proves: retention.because
// proves: child.field.level
// proves: child.field.purpose
#[test]
fn personal_information_is_kept_only_where_there_is_some_and_records_end() {
    let item = "field \"count\" \"数量\" whole measure=\"件\"";
    let with_phone = |more: &str| format!("{item}\n        field \"phone\" \"电话\" text level=\"personal\" {more}");
    let with = |line: &str| format!("{line}\n    {RIGHTS}");
    let rule = "retention years=3 who=\"head\" because=\"第十九条\"";
    problems(
        RIGHTS,
        &with(rule),
        expect![
            "care/visit.kdl:92:5 没有一个栏目是个人信息，没有什么要清除 请去掉 retention，或者用 level 标出个人信息栏目"
        ],
    );
    problems(
        RIGHTS,
        &with("retention years=300 who=\"heads\" because=\"\""),
        expect![[r#"
        care/visit.kdl:92:5 没有一个栏目是个人信息，没有什么要清除 请去掉 retention，或者用 level 标出个人信息栏目
        care/visit.kdl:92:15 years 要在0到100之间
        care/visit.kdl:92:30 没有名为 heads 的角色 是否为“head”？
        care/visit.kdl:92:37 because是空的"#]],
    );
    let mechanism = visit(&[(RIGHTS, &with(rule)), (item, &with_phone("purpose=\"联系\" mask=\"phone\""))]);
    let kept = mechanism.retention.as_ref().expect("a rule");
    assert_eq!((kept.years, kept.who.len()), (3, 1));
    let told = crate::catalog::prose::prose(&mechanism, &check(&edited(&[])).0);
    let told = format!("{:?}", told.sections);
    assert!(told.contains("个人信息在办结后保存3年（第十九条），期满由负责人决定"), "{told}");
    assert!(told.contains("个人信息，用于联系"), "{told}");
    let (_, told) = check(&edited(&[(item, &with_phone(""))]));
    expect!["care/visit.kdl:32:33 个人信息要写明为什么收集、平时怎样遮住 请加上 purpose 和 mask"]
        .assert_eq(&first_hand(told));
}

// proves: rights.figures
#[test]
fn who_knows_the_figures_only_sees_no_record() {
    let numbers = "rights see=\"head\" import=\"clerk\" export=\"clerk head\" figures=\"admin\"";
    problems(RIGHTS, numbers, expect!["care/visit.kdl:92:5 admin 只管系统，不看业务事项 请换一个角色"]);
    let mechanism = visit(&[(RIGHTS, "rights import=\"clerk\" export=\"clerk\" figures=\"head\"")]);
    assert_eq!(mechanism.rights.figures.iter().map(|it| it.as_str()).collect::<Vec<_>>(), ["head"]);
    assert_eq!(
        mechanism.rights.sight.len(),
        visit(&[(RIGHTS, "rights import=\"clerk\" export=\"clerk\"")]).rights.sight.len()
    );
}
