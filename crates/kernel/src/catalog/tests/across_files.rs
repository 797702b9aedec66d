//! Are the checks right that take all files together?

use expect_test::expect;

use super::*;

#[test]
fn the_file_is_called_like_the_mechanism() {
    problems(
        "matter \"follow_up\"",
        "matter \"followup\"",
        expect![[r#"
            care/follow_up.kdl:2:8 代号 followup 和文件名 follow_up 不一样 文件名就是代号
            care/visit.kdl:58:20 没有名为 follow_up 的机制 是否为“followup”？"#]],
    );
}

#[test]
fn a_mechanism_lies_in_a_chapter() {
    let mut files = fixture::files();
    files[0].path = "cares/follow_up.kdl".into();
    expect!["cares/follow_up.kdl:1:1 没有名为 cares 的章 是否为“care”？"].assert_eq(&first_hand(check(&files).1));
}

#[test]
fn a_file_in_the_wrong_place_is_told() {
    let mut files = fixture::files();
    files.push(SourceFile { path: "follow_up.kdl".into(), text: "".into() });
    files.push(SourceFile { path: "a/b/c/d.txt".into(), text: "".into() });
    files.push(SourceFile { path: "README.md".into(), text: "".into() });
    expect![[r#"
        a/b/c/d.txt:1:1 文件放错了地方 机制写在 章/代号.kdl，正文写在 章/机制/文书.txt，共用的词写在 vocabulary/，自建的指标写在 figures/机制.kdl
        follow_up.kdl:1:1 文件放错了地方 机制写在 章/代号.kdl，正文写在 章/机制/文书.txt，共用的词写在 vocabulary/，自建的指标写在 figures/机制.kdl"#]]
    .assert_eq(&first_hand(check(&files).1));
}

#[test]
fn two_files_may_not_hold_one_mechanism() {
    let mut files = fixture::files();
    let text = files[0].text.clone();
    files.push(SourceFile { path: "other/follow_up.kdl".into(), text });
    expect!["other/follow_up.kdl:2:8 机制 follow_up 已经写在 care/follow_up.kdl"]
        .assert_eq(&first_hand(check(&files).1));
}

// proves: paper.layout
#[test]
fn papers_and_templates_come_in_pairs() {
    let mut files = fixture::files();
    files[2].path = "care/visit/leter.txt".into();
    expect![[r#"
        care/visit.kdl:63:11 文书“交办函”没有正文 请写一个文件 visit/letter.txt
        care/visit/leter.txt:1:1 这个模板不属于任何文书：visit 里没有名为 leter 的 paper 是否为“letter”？"#]]
    .assert_eq(&first_hand(check(&files).1));
    files[2].path = "care/vist/letter.txt".into();
    expect![[r#"
        care/visit.kdl:63:11 文书“交办函”没有正文 请写一个文件 visit/letter.txt
        care/vist/letter.txt:1:1 这个模板没有对应的机制文件 文件夹名要和机制的代号一样"#]]
    .assert_eq(&first_hand(check(&files).1));
    problems(
        "layout=\"letter\"",
        "layout=\"leter\"",
        expect!["care/visit.kdl:63:26 layout不能是“leter”，要写document、letter、order其中之一 是否为“letter”？"],
    );
}

// proves: opening.mechanism
// proves: opening.back
// proves: fill
#[test]
fn an_opening_fits_its_target() {
    problems(
        "mechanism=\"follow_up\"",
        "mechanism=\"folow_up\"",
        expect!["care/visit.kdl:58:20 没有名为 folow_up 的机制 是否为“follow_up”？"],
    );
    problems(
        "back=\"visit\"",
        "back=\"title\"",
        expect![[r#"
            care/visit.kdl:58:5 新记录的栏目 title 填了两次
            care/visit.kdl:58:42 “事项”不能指回 visit 的记录 指回用的栏目要写成 record of="visit""#]],
    );
    problems(
        "fill \"title\" \"事由\"",
        "fill \"titel\" \"事由\"",
        expect![[r#"
            care/visit.kdl:58:5 新记录必填的“事项”没有填 请加一行 fill "title" "公式"
            care/visit.kdl:59:14 没有名为 titel 的栏目 是否为“title”？"#]],
    );
    problems(
        "fill \"title\" \"事由\"",
        "fill \"title\" \"金额\"",
        expect!["care/visit.kdl:59:22 公式的结果和新记录的栏目“事项”类型不合"],
    );
    problems(
        "        fill \"title\" \"事由\"\n",
        "",
        expect![[r#"care/visit.kdl:58:5 新记录必填的“事项”没有填 请加一行 fill "title" "公式""#]],
    );
    problems(
        "fill \"title\" \"事由\"",
        "fill \"title\" \"事由\"\n        fill \"title\" \"事由\"",
        expect!["care/visit.kdl:58:5 新记录的栏目 title 填了两次"],
    );
}

// proves: step.clock
#[test]
fn the_clock_opens_only_where_it_may_start() {
    problems(
        " clock=#true",
        "",
        expect![
            "care/visit.kdl:58:20 逾期时要由系统开立 follow_up，但它的第一步不许系统走 请在 follow_up 的第一步写 clock=#true"
        ],
    );
}

#[test]
fn whatever_refers_to_a_mechanism_with_problems_waits_for_it() {
    let check = |from: &str, to: &str, expected: Expect| expected.assert_eq(&told(&check(&edited(&[(from, to)])).1));
    check(
        "state \"open\"   \"待约谈\" holder=\"clerk\"",
        "state \"open\"   \"待约谈\"",
        expect![[r#"
        care/follow_up.kdl:9:11 状态“待约谈”没有写由谁来办 请写 holder="角色"，或者写 final=#true
        care/visit.kdl:1:1 所关联的机制 follow_up 有问题，本机制暂不启用 请先改好 follow_up"#]],
    );
    check(
        "record of=\"visit\"",
        "record of=\"visit",
        expect![[r#"
        care/follow_up.kdl:8:36 引号没有配对 文字要写在一对英文引号里，不能换行
        care/visit.kdl:58:20 机制 follow_up 的文件读不出来，无法核对联动 请先改好 follow_up"#]],
    );
}

#[test]
fn two_mechanisms_share_neither_pattern_nor_name() {
    problems(
        "subject title=\"title\" unit=\"unit\"\n    field \"title\" \"事项\"",
        "number \"访〔{年}〕{序号}号\" at=\"close\"\n    subject title=\"title\" unit=\"unit\"\n    field \"title\" \"事项\"",
        expect![
            "care/visit.kdl:5:13 编号样式 访〔{年}〕{序号}号 和机制 follow_up 一样 两个机制的编号会重复，请改一个字"
        ],
    );
    problems(
        "\"follow_up\" \"约谈\"",
        "\"follow_up\" \"走访\"",
        expect!["care/visit.kdl:1:16 名称“走访”和机制 follow_up 一样"],
    );
}
