//! Is the vocabulary read, and are its slips told?

use expect_test::expect;

use super::*;

// proves: item.aliases
// proves: item.parent
#[test]
fn an_item_is_meant_by_one_word_and_stands_below_one_item() {
    problems("aliases \"看望\"", "aliases \"调研\"", expect!["vocabulary/words.kdl:7:5 “调研”在这张表里指了两个选项"]);
    problems(
        "item \"survey\"",
        "item \"comfort\"",
        expect![[r#"
        vocabulary/words.kdl:6:10 选项 comfort 写了两次
        vocabulary/words.kdl:7:10 选项 comfort 写了两次
        vocabulary/words.kdl:8:27 没有名为 survey 的选项"#]],
    );
    problems(
        "parent=\"survey\"",
        "parent=\"surveys\"",
        expect!["vocabulary/words.kdl:8:27 没有名为 surveys 的选项 是否为“survey”？"],
    );
    problems(
        "\"调研\"\n",
        "\"调研\" parent=\"rural\"\n",
        expect![[r#"
        vocabulary/words.kdl:7:25 上级绕回了自己
        vocabulary/words.kdl:8:27 上级绕回了自己"#]],
    );
}

#[test]
fn a_word_is_declared_once() {
    problems(
        "role \"head\"",
        "role \"clerk\"",
        expect![[r#"
            care/follow_up.kdl:13:17 没有名为 head 的角色
            care/visit.kdl:35:27 没有名为 head 的角色
            care/visit.kdl:43:53 没有名为 head 的角色
            care/visit.kdl:44:55 没有名为 head 的角色
            care/visit.kdl:48:59 没有名为 head 的角色
            care/visit.kdl:65:22 没有名为 head 的角色
            care/visit.kdl:92:17 没有名为 head 的角色
            care/visit.kdl:92:52 没有名为 head 的角色
            vocabulary/words.kdl:3:6 role clerk 写了两次 前一处在 vocabulary/words.kdl"#]],
    );
    problems("\"负责人\"", "\"经办人\"", expect!["vocabulary/words.kdl:3:14 名称“经办人”已经用过"]);
    problems(
        "setting \"机关代字\"",
        "setting \"发文机关\"",
        expect!["vocabulary/words.kdl:21:9 setting 发文机关 写了两次 前一处在 vocabulary/words.kdl"],
    );
}

// proves: setting
// proves: role.words
// proves: chapter.icon
// proves: message
// proves: message.says
// proves: message.next
#[test]
fn words_are_kept_as_written() {
    let text = r#"
        message "field.missing" says="没有填。" next="请填写。"
        message "done" says="办好了。"
        setting "发文机关" "某办公室"
        role "clerk" "经办人" words="登记。"
        chapter "care" "关爱" icon="heart"
        unit_kind "office" "科室"
    "#;
    let (catalog, problems) = check(&[SourceFile { path: "messages.kdl".into(), text: text.into() }]);
    assert_eq!(told(&problems), "");
    let words = catalog.vocabulary;
    assert_eq!(words.messages["field.missing"], Message { says: "没有填。".into(), next: Some("请填写。".into()) });
    assert_eq!(words.messages["done"].next, None);
    assert_eq!(words.setting("发文机关"), Some("某办公室"));
    assert_eq!((words.roles[0].words.as_str(), words.roles[0].administers), ("登记。", None));
    assert_eq!((words.chapters[0].name.as_str(), words.chapters[0].icon.as_str()), ("关爱", "heart"));
    assert_eq!((words.unit_kinds[0].name.as_str(), words.unit_kinds[0].hierarchy), ("科室", Hierarchy::Administrative));
}

// proves: role.manages
// proves: unit_kind.hierarchy
// proves: unit_kind.level
#[test]
fn kinds_of_units_stand_in_one_of_two_trees_and_roles_keep_them() {
    let text = r#"
        list "unit_level" "级别" { item "county_deputy" "县处级副职" }
        role "keeper" "组织员" words="维护。" manages="units people"
        role "clerk" "经办人" words="登记。" manages="unit"
        unit_kind "district" "区"
        unit_kind "office" "科室" below="district office" level="county_deputy"
        unit_kind "work_committee" "党工委" hierarchy="party" level="county"
        unit_kind "branch" "党支部" hierarchy="party" below="work_committee district"
    "#;
    let (catalog, problems) = check(&[SourceFile { path: "vocabulary/units.kdl".into(), text: text.into() }]);
    let told = told(&problems);
    expect![[r#"
        vocabulary/units.kdl:4:49 没有名为 unit 的组织资料 是否为“units”？
        vocabulary/units.kdl:7:60 没有名为 county 的单位级别
        vocabulary/units.kdl:8:74 没有名为 district 的同一棵树的单位种类"#]]
    .assert_eq(told.trim());
    let words = catalog.vocabulary;
    assert_eq!(words.managers(Managed::Units), ["keeper"]);
    assert_eq!(words.hierarchy(&"branch".into()), Hierarchy::Party);
    assert_eq!(words.unit_kind("office").unwrap().level.as_deref(), Some("county_deputy"));
}

// proves: role.administers
// proves: role.may_grant
// proves: role.excludes
#[test]
fn a_role_says_what_its_holders_may_give_and_what_it_is_never_held_with() {
    let text = r#"
        role "clerk" "经办人" words="登记。" excludes="checker"
        role "checker" "复核人" words="复核。"
        role "head" "负责人" words="负责。" may_grant="clerk checker"
        role "running" "系统管理员" words="管运行。" administers="system"
        role "guard" "安全管理员" words="管授权。" administers="security"
    "#;
    let (catalog, problems) = check(&[SourceFile { path: "vocabulary/roles.kdl".into(), text: text.into() }]);
    assert_eq!(told(&problems), "");
    let words = catalog.vocabulary;
    let apart = |one: &str, other: &str| words.exclude_each_other(&one.into(), &other.into());
    assert!(apart("clerk", "checker") && apart("checker", "clerk"), "either of them may say so");
    assert!(apart("running", "guard"), "two administrators are never one person");
    assert!(!apart("clerk", "head") && !apart("guard", "guard"));
    assert_eq!(words.role("head").map(|it| it.may_grant.len()), Some(2));
    assert_eq!(words.administrators(Administers::Security).count(), 1);
    problems_of_role("excludes=\"nobody\"", expect!["vocabulary/roles.kdl:1:36 没有名为 nobody 的角色"]);
    problems_of_role("may_grant=\"a b\"", expect!["vocabulary/roles.kdl:1:39 没有名为 b 的角色"]);
    problems_of_role("excludes=\"a\"", expect!["vocabulary/roles.kdl:1:26 角色不能与自己互斥"]);
    problems_of_role(
        "administers=\"all\"",
        expect!["vocabulary/roles.kdl:1:26 administers不能是“all”，要写system、security、audit其中之一"],
    );
}

fn problems_of_role(property: &str, expected: expect_test::Expect) {
    let text = format!("role \"a\" \"甲\" words=\"办事。\" {property}");
    let (_, problems) = check(&[SourceFile { path: "vocabulary/roles.kdl".into(), text: text.into() }]);
    expected.assert_eq(&told(&problems));
}
