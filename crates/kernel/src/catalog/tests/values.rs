//! Are the values of examples typed by their fields, and are the parts of a mechanism where they belong?

use expect_test::expect;

use super::*;

fn first_step(typed: &str) -> String {
    let (catalog, problems) = check(&edited(&[("kind \"comfort\";", &format!("kind \"comfort\"; {typed};"))]));
    match catalog.mechanism("visit") {
        Some(visit) => format!("{:?}", visit.examples[0].steps[0].facts.0),
        None => first_hand(problems),
    }
}

// proves: example.fact
// proves: example.fact.*
#[test]
fn values_are_typed_by_their_fields() {
    let all =
        "amount \"1.5万元\"; people 3; score \"3.5\"; month \"2026-03\"; met_at \"2026-03-05 09:30\"; urgent #true";
    expect![[r#"
        {amount: Money(1500000),
        due_on: Day(2026-03-31),
        item: Rows([Facts({count: Whole(2),
        name: Text("米")}),
        Facts({name: Text("油")})]),
        kind: Choice("comfort"),
        met_at: Moment(1772674200000),
        month: Month(Month { year: 2026, month: 3 }),
        people: Whole(3),
        score: Decimal(3.5),
        title: Text("慰问老党员"),
        urgent: YesNo(true)}"#]]
    .assert_eq(&first_step(all).replace("), ", "),\n"));
}

#[test]
fn a_name_of_a_file_or_a_person_is_always_the_same_id() {
    assert_eq!(first_step("owner \"林岚\""), first_step("owner \"林岚\""));
    assert_ne!(first_step("owner \"林岚\""), first_step("owner \"赵启\""));
}

#[test]
fn a_value_that_does_not_fit_says_how_to_write_it() {
    expect!["care/visit.kdl:98:78 “金额”的值要写成金额，例如“1234.50元”"].assert_eq(&first_step("amount \"很多\""));
    expect!["care/visit.kdl:98:77 值的小数要写在引号里"].assert_eq(&first_step("score 3.5"));
    expect!["care/visit.kdl:98:78 “人数”的值要写成整数"].assert_eq(&first_step("people \"三\""));
    expect!["care/visit.kdl:98:71 people 只能写一个值"].assert_eq(&first_step("people 3 4"));
    expect!["care/visit.kdl:98:77 “所属月份”的值要写成月份，例如“2026-03”"].assert_eq(&first_step("month \"2026-13\""));
    expect!["care/visit.kdl:98:78 “见面时间”的值要写成时刻，例如“2026-03-05 09:30”"]
        .assert_eq(&first_step("met_at \"上午\""));
    expect!["care/visit.kdl:98:78 “加急”的值要写成#true 或 #false"].assert_eq(&first_step("urgent \"是\""));
    expect!["care/visit.kdl:98:77 “完成比例”的值要写成0%到100%，例如“65%”"].assert_eq(&first_step("share \"165%\""));
    expect!["care/visit.kdl:98:81 “用时”的值要写成空的：它是算出来的"].assert_eq(&first_step("days_used \"3\""));
    expect!["care/visit.kdl:98:77 没有名为 kinds 的栏目 是否为“kind”？"].assert_eq(&first_step("kinds \"comfort\""));
    expect!["care/visit.kdl:98:71 title 写了两次"].assert_eq(&first_step("title \"再写一次\""));
    expect!["care/visit.kdl:98:77 owner 不是子表，不能写“栏目=值”"].assert_eq(&first_step("owner name=\"林岚\""));
    expect!["care/visit.kdl:98:76 item 是子表，要写成“栏目=值”"].assert_eq(&first_step("item \"米\""));
    expect!["care/visit.kdl:98:85 没有名为 price 的栏目"].assert_eq(&first_step("item name=\"米\" price=3"));
    problems(
        "kind \"comfort\";",
        "kind \"慰问\";",
        expect!["care/visit.kdl:98:60 “类别”的值要写成选项的代号：comfort、survey、rural"],
    );
}

// proves: example.record.*
// proves: example.record.state
#[test]
fn records_of_a_figures_example_have_facts_and_a_state() {
    problems(
        "record state=\"closed\" closed_on=\"2026-03-09\"",
        "record state=\"clsed\" closed_on=\"3月9日\"",
        expect![[r#"
            care/visit.kdl:77:26 没有名为 clsed 的状态 是否为“closed”？
            care/visit.kdl:77:40 “办结日”的值要写成日期，例如“2026-03-05”"#]],
    );
    let (catalog, _) = check(&fixture::files());
    let money = catalog.mechanism("visit").and_then(|it| it.figure("money").cloned()).expect("it is there");
    let example = &money.examples[0];
    assert_eq!(example.states, [Some("closed".into())]);
    expect!["{amount: Money(50000), closed_on: Day(2026-03-09)}"].assert_eq(&format!("{:?}", example.records[0].0));
}

// proves: example.step.on
// proves: example.step.refused
#[test]
fn steps_of_an_example_have_their_day_and_their_outcome() {
    let (catalog, _) =
        check(&edited(&[("step \"send\"  on=\"2026-03-03\"", "step \"send\" on=\"2026-03-03\" refused=#true")]));
    let visit = catalog.mechanism("visit").expect("it is there");
    let steps: Vec<String> =
        visit.examples[0].steps.iter().map(|it| format!("{} {} {}", it.step, it.on, it.refused)).collect();
    assert_eq!(steps, ["draft 2026-03-02 false", "send 2026-03-03 true", "close 2026-03-09 false"]);
}

// proves: step.within
// proves: deadline.warn
// proves: board.card
// proves: calendar.by
// proves: paper.layout
#[test]
fn the_parts_of_a_mechanism_are_where_they_belong() {
    let (catalog, _) = check(&fixture::files());
    let visit = catalog.mechanism("visit").expect("it is there");
    let reply = visit.deadline("reply").expect("a step's within is a deadline");
    assert_eq!((reply.entering.len(), reply.stops.as_str(), reply.main), (1, "reply", false));
    let warn: Vec<String> = visit.main_deadline().expect("it has one").warn.iter().map(ToString::to_string).collect();
    assert_eq!(warn, ["10个工作日", "3个工作日"]);
    assert_eq!(visit.board.as_ref().map(|it| it.card.len()), Some(2));
    assert_eq!(visit.calendar.as_ref().map(|it| it.as_str()), Some("due_on"));
    assert_eq!(visit.papers[0].layout, PaperLayout::Letter);
    assert_eq!(visit.list.sort, SortKey::Due);
    assert_eq!(
        visit.field("kind").and_then(|it| it.default.as_ref()).map(|it| format!("{:?}", it.of).contains("comfort")),
        Some(true)
    );
    assert_eq!(visit.basis, ["走访办法第三条"]);
}

// proves: child.field.max
// proves: child.field.min
// proves: child.field.measure
// proves: child.field.places
// proves: child.field.list
// proves: child.field.of
// proves: child.field.help
#[test]
fn columns_of_a_child_table_have_the_types_of_fields() {
    let columns = "field \"count\" \"数量\" whole measure=\"件\" min=1 max=9
        field \"weight\" \"重量\" decimal measure=\"千克\" places=3
        field \"kind\" \"品类\" choice list=\"visit_kind\"
        field \"note\" \"说明\" long_text max=30 help=\"写明来源。\"
        field \"talk\" \"约谈\" record of=\"follow_up\"";
    let (catalog, problems) = check(&edited(&[("field \"count\" \"数量\" whole measure=\"件\"", columns)]));
    assert_eq!(told(&problems), "");
    let visit = catalog.mechanism("visit").expect("it is there");
    let told: Vec<String> =
        visit.child("item").iter().flat_map(|it| &it.fields).map(|it| format!("{:?} {:?}", it.of, it.help)).collect();
    expect![[r#"
        Text { max: 50 } None
        Whole { measure: Some("件"), min: Some(1), max: Some(9) } None
        Decimal { measure: Some("千克"), places: 3 } None
        Choice { list: visit_kind } None
        LongText { max: 30 } Some("写明来源。")
        Record { of: follow_up } None"#]]
    .assert_eq(&told.join("\n"));
}

// proves: figure.sum
// proves: figure.average
// proves: figure.stock
#[test]
fn the_worked_examples_of_the_small_world_hold() {
    let (catalog, _) = check(&fixture::files());
    let calendar = crate::calendar::Calendar::default();
    assert_eq!(crate::example::run(&catalog, &calendar), Vec::<String>::new());
    for (right, wrong) in [("gives \"500\"", "gives \"5.00\""), ("gives \"2\"", "gives \"3\"")] {
        let (catalog, _) = check(&edited(&[(right, wrong)]));
        assert_eq!(crate::example::run(&catalog, &calendar).len(), 1, "{wrong}");
    }
}
