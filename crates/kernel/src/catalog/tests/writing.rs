//! Does the raw reader refuse what the grammar does not know, in words that help?

use expect_test::expect;

use super::*;

#[test]
fn an_unknown_node_is_named_with_the_nearest() {
    problems(
        "state \"sent\"",
        "stat \"sent\"",
        expect![[r#"
            care/visit.kdl:35:5 这里没有“stat”这种节点 是否为“state”？
            care/visit.kdl:42:39 没有名为 sent 的状态
            care/visit.kdl:43:30 没有名为 sent 的状态
            care/visit.kdl:44:32 没有名为 sent 的状态
            care/visit.kdl:45:32 没有名为 sent 的状态
            care/visit.kdl:46:30 没有名为 sent 的状态
            care/visit.kdl:47:39 没有名为 sent 的状态
            care/visit.kdl:48:30 没有名为 sent 的状态"#]],
    );
    problems(
        "matter \"follow_up\"",
        "enlist \"follow_up\"",
        expect![[r#"
            care/follow_up.kdl:2:1 这里没有“enlist”这种节点
            care/visit.kdl:58:20 机制 follow_up 的文件读不出来，无法核对联动 请先改好 follow_up"#]],
    );
}

// proves: field.aliases
#[test]
fn an_unknown_property_is_named_with_the_nearest() {
    problems(
        "holder=\"head\"",
        "holdr=\"head\"",
        expect!["care/visit.kdl:35:27 state没有“holdr”这个属性 是否为“holder”？"],
    );
    problems(
        "aliases \"走访事由\" \"原因\"",
        "aliases \"走访事由\" max=3",
        expect!["care/visit.kdl:8:87 aliases没有“max”这个属性"],
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    problems(
        "required=#true max=100",
        "required=\"是\" max=\"一百\"",
        expect![[r#"
            care/visit.kdl:6:13 “事由”要必填 请在栏目上写 required=#true
            care/visit.kdl:8:34 required应当是 #true 或 #false
            care/visit.kdl:8:47 max应当是整数"#]],
    );
    problems("min=1 max=500", "min=1.5 max=99999999999999999999999", expect!["care/visit.kdl:13:59 数太长 最多18位"]);
    problems("max=2000 help=\"写明怎样解决。\"", "max=2000 help=\" \"", expect!["care/visit.kdl:23:48 help是空的"]);
    problems(
        "state \"sent\"    \"待答复\"",
        "state \"Sent\" \"待答复\"",
        expect![[r#"
            care/visit.kdl:35:11 “Sent”不能作代号：代号用小写字母开头，只有小写字母、数字和下划线，最多60个
            care/visit.kdl:42:39 没有名为 sent 的状态
            care/visit.kdl:43:30 没有名为 sent 的状态
            care/visit.kdl:44:32 没有名为 sent 的状态
            care/visit.kdl:45:32 没有名为 sent 的状态
            care/visit.kdl:46:30 没有名为 sent 的状态
            care/visit.kdl:47:39 没有名为 sent 的状态
            care/visit.kdl:48:30 没有名为 sent 的状态"#]],
    );
    problems(
        "who=\"clerk head\"",
        "who=\"clerk,head\"",
        expect!["care/visit.kdl:48:48 “clerk,head”不能作代号：代号之间用空格隔开"],
    );
    problems("who=\"clerk head\"", "who=\"clerk clerk\"", expect!["care/visit.kdl:48:48 who里“clerk”写了两次"]);
    problems(
        "field \"amount\" \"金额\"     money",
        "field \"amount\" \"金额\" mony",
        expect![
            "care/visit.kdl:12:25 类型不能是“mony”，要写text、long_text、whole、decimal、money、percent、day、month、moment、yes_no、choice、unit、units、person、people、record、files、computed其中之一 是否为“money”？"
        ],
    );
    problems(
        "step \"send\"  on=\"2026-03-03\"",
        "step \"send\" on=\"2026-03-33\"",
        expect!["care/visit.kdl:99:21 “2026-03-33”不是日期，要写成2026-03-05这样"],
    );
}

#[test]
fn what_is_missing_is_told_with_what_it_is_for() {
    problems(
        "    purpose \"走访逾期后约谈。\"\n",
        "",
        expect!["care/follow_up.kdl:2:1 缺少 purpose 一句话说明这个机制做什么，印在机制手册开头。"],
    );
    problems(
        "state \"open\"   \"待约谈\"",
        "state \"open\"",
        expect!["care/follow_up.kdl:9:5 state后面缺少名称 要写引号里的文字"],
    );
    problems(
        "rights see=\"head\"\n    list columns=\"title unit state\" sort=\"opened\"",
        "list columns=\"title unit state\"",
        expect![[r#"
            care/follow_up.kdl:2:1 缺少 rights 谁看、谁导入、谁导出，都以管辖范围为限。
            care/follow_up.kdl:13:5 list缺少sort 排序：due 按到期日，opened 按登记日，number 按编号。"#]],
    );
}

#[test]
fn what_is_written_twice_is_refused() {
    problems("max=100 search", "max=100 max=200 search", expect!["care/visit.kdl:8:57 max写了两次"]);
    problems(
        "    calendar by=\"due_on\"\n",
        "    calendar by=\"due_on\"\n    calendar by=\"due_on\"\n",
        expect!["care/visit.kdl:96:5 calendar只能写一次"],
    );
}

#[test]
fn what_is_too_much_is_refused() {
    problems(
        "calendar by=\"due_on\"",
        "calendar \"due_on\" by=\"due_on\"",
        expect!["care/visit.kdl:95:14 calendar后面不能直接写值 属性写成 名字=值"],
    );
    problems(
        "state \"closed\"  \"已办结\"",
        "state \"closed\"  \"已办结\" \"完\"",
        expect!["care/visit.kdl:37:27 state后面最多写2个值 属性写成 名字=值"],
    );
    problems(
        "calendar by=\"due_on\"",
        "calendar by=\"due_on\" { x }",
        expect!["care/visit.kdl:95:5 calendar里面不能再写节点"],
    );
    problems("走访办法第五条", "走访\\u{0007}办法", expect!["care/follow_up.kdl:4:13 依据里有看不见的字符"]);
    problems("走访办法第三条", &"长".repeat(4001), expect!["care/visit.kdl:3:13 依据太长，最多4000字"]);
}

#[test]
fn what_kdl_cannot_read_is_told_in_chinese() {
    problems(
        "final=#true\n    state \"dropped\"",
        "final=true\n    state \"dropped\"",
        expect!["care/visit.kdl:37:33 “true”不是值 是和否写成 #true 和 #false"],
    );
    problems(
        "    calendar by=\"due_on\"",
        "    calendar by = ",
        expect!["care/visit.kdl:95:19 等号后面缺少值 属性写成 名字=值"],
    );
    problems(
        "matter \"visit\" \"走访\" {",
        "matter \"visit\" \"走访\"\n{",
        expect!["care/visit.kdl:2:1 左花括号前面没有节点 左花括号要和它的节点写在同一行"],
    );
    problems(
        "holder=\"head\"",
        "holder=\"head",
        expect!["care/visit.kdl:35:34 引号没有配对 文字要写在一对英文引号里，不能换行"],
    );
}

#[test]
fn fifty_mistakes_give_fifty_problems() {
    let states: String = (0..50).map(|it| format!("    state \"s{it}\" \"状态{it}\" holdr=\"head\"\n")).collect();
    let (_, problems) = check(&edited(&[("    state \"waiting\"", &format!("{states}    state \"waiting\""))]));
    assert_eq!(problems.iter().filter(|it| it.path == "care/visit.kdl").count(), 50, "{}", told(&problems));
}

#[test]
fn an_empty_file_says_what_is_missing() {
    let file = SourceFile { path: "care/empty.kdl".into(), text: "// 还没写\n".into() };
    let (_, problems) = check(&[file]);
    expect!["care/empty.kdl:1:1 没有写机制 一个文件写一个机制，开头写它是哪一种：matter 闭环事项、activity 活动与参与、register 台账名册、ledger 额度收支、ballot 票决测评、assessment 指标考核、link 期限关系、round 分段评审、report 派生报表、dispatch 文件与公开"]
        .assert_eq(&told(&problems));
}

#[test]
fn a_file_with_too_many_nodes_is_refused() {
    let text = "state \"a\" \"b\"\n".repeat(6000);
    let file = SourceFile { path: "care/many.kdl".into(), text: text.into() };
    let (_, problems) = check(&[file]);
    assert!(told(&problems).contains("节点太多"), "{}", told(&problems).lines().last().unwrap_or(""));
}
