//! Does a changed definition tell what it does to the records that are there?

use expect_test::expect;

use super::*;
use crate::catalog::diff::catalogs;

fn changed(edits: &[(&str, &str)], expected: Expect) {
    let (old, _) = check(&fixture::files());
    let (new, problems) = check(&edited(edits));
    assert_eq!(told(&problems), "");
    let lines: Vec<String> =
        catalogs(&old, &new).iter().map(|(id, it)| format!("{id} {:?} {}", it.touches, it.sentence)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn what_touches_no_record_is_no_change() {
    changed(&[], expect![""]);
    changed(
        &[("max=100", "max=300"), ("count=\"全部\"", "count=\" 全部 \""), ("约定的时限", "约好的时限")],
        expect![""],
    );
}

#[test]
fn a_state_that_goes_or_changes_its_meaning_is_told() {
    changed(
        &[
            ("    state \"waiting\" \"暂缓\"   holder=\"clerk\"\n", ""),
            ("    step \"hold\"   \"暂缓\" from=\"sent\" to=\"waiting\" who=\"clerk\" reason=#true\n", ""),
            ("    step \"resume\" \"恢复\" from=\"waiting\" to=\"sent\" who=\"clerk\"\n", ""),
            ("from=\"drafted waiting\"", "from=\"drafted\""),
            ("        pause \"waiting\"\n", ""),
            ("\"待答复\" holder=\"head\"", "\"待答复\" holder=\"clerk\""),
        ],
        expect![[r#"
            visit InState(sent) 状态“待答复”由负责人改为由经办人来办，在办的记录换人。
            visit InState(waiting) 状态“暂缓”没有了，停在这里的记录没有路可走：请先办到别的状态。
            visit Running(finish) 期限“办结”的算法变了，正在计时的仍按原来的到期日，新开始的按新规定。"#]],
    );
}

#[test]
fn a_field_that_goes_narrows_or_changes_its_type_is_told() {
    changed(
        &[
            ("max=100", "max=50"),
            ("min=1 max=500", "min=2 max=100"),
            ("\"答复\"     long_text max=2000", "\"答复\"     long_text max=2000 required=#true"),
            ("asks=\"title unit kind", "asks=\"answer title unit kind"),
            ("needs=\"answer\" asks=\"share files\"", "needs=\"share\" asks=\"files\""),
            ("\"所属月份\" month", "\"所属月份\" day"),
            ("score month met_at", "month met_at"),
            ("    field \"score\"  \"得分\"     decimal places=1\n", ""),
            ("    item \"survey\"  \"调研\"\n    item \"rural\"   \"乡村调研\" parent=\"survey\"\n", ""),
        ],
        expect![[r#"
            visit Longer(Spot { child: None, field: title }, 50) 栏目“事由”由最多100字改为50字，超长的下次修改时要删减。
            visit Chosen(Spot { child: None, field: kind }, "survey") 栏目“类别”没有了选项“调研”，选了它的记录要改选。
            visit Chosen(Spot { child: None, field: kind }, "rural") 栏目“类别”没有了选项“乡村调研”，选了它的记录要改选。
            visit Below(Spot { child: None, field: people }, 2) 栏目“人数”改为不小于2，更小的要改。
            visit Above(Spot { child: None, field: people }, 100) 栏目“人数”改为不大于100，更大的要改。
            visit Filled(Spot { child: None, field: score }) 栏目“得分”没有了，已填的内容不再显示，只留在办理经过里。
            visit Filled(Spot { child: None, field: month }) 栏目“所属月份”的类型变了，已填的值要重新填。
            visit Empty(Spot { child: None, field: answer }) 栏目“答复”成了必填，没有填的记录要补填。"#]],
    );
}

#[test]
fn a_column_of_a_child_table_is_told_with_its_table() {
    changed(
        &[("        field \"count\" \"数量\" whole measure=\"件\"\n", ""), ("count=2", ""), ("名称|数量", "名称")],
        expect![
            "visit Filled(Spot { child: Some(item), field: count }) 栏目“数量”没有了，已填的内容不再显示，只留在办理经过里。"
        ],
    );
}

#[test]
fn deadlines_and_figures_that_are_reckoned_otherwise_are_told() {
    changed(
        &[
            (" within=\"3个工作日\"", ""),
            ("until=\"due_on\"", "within=\"30日\""),
            ("sum=\"金额\" when=\"状态 = 已办结\"", "sum=\"金额\""),
        ],
        expect![[r#"
            visit Running(finish) 期限“办结”的算法变了，正在计时的仍按原来的到期日，新开始的按新规定。
            visit Running(reply) 期限“答复”没有了，正在计时的不再提醒。
            visit Figure(money) 指标“慰问金”的算法变了，要从头重算；已封存的数不变。"#]],
    );
}

#[test]
fn a_mechanism_that_goes_is_told() {
    let (old, _) = check(&fixture::files());
    let lines: Vec<String> =
        catalogs(&old, &Catalog::default()).iter().map(|(id, it)| format!("{id} {}", it.sentence)).collect();
    expect![[r#"
        follow_up 机制“约谈”没有了，它的记录只能看，不能再办。
        visit 机制“走访”没有了，它的记录只能看，不能再办。"#]]
    .assert_eq(&lines.join("\n"));
}
