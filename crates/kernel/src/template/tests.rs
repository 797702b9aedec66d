//! Are templates read, filled and told about?

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::calendar::Calendar;
use crate::formula::{Choices, Column, Columns, Own, Symbol};

struct Letter;

impl Scope for Letter {
    fn find(&self, name: &str) -> Option<Symbol> {
        let field = |id: &str, of: Type| Some(Symbol { slot: Slot::Field(id.into()), of });
        match name {
            "事由" => field("title", Type::Text),
            "时限" => field("due_on", Type::Day),
            "进度" => field("share", Type::Number(Measure::Percent)),
            "金额" => field("amount", Type::Number(Measure::Money)),
            "人数" => field("people", Type::Number(Measure::Unit("人".into()))),
            "单位" => field("unit", Type::Unit),
            "协办" => field("helpers", Type::Units),
            "类别" => field("kind", Type::Choice(Choices::new([("comfort", "慰问")]))),
            "加急" => field("urgent", Type::YesNo),
            "见面" => field("met_at", Type::Moment),
            "节点" => {
                let column = |id: &str, name: &str, of: Type| Column { field: id.into(), name: name.into(), of };
                let columns = [column("content", "内容", Type::Text), column("due_on", "时限", Type::Day)];
                field("item", Type::Rows(Columns(columns.into())))
            }
            "编号" => Some(Symbol { slot: Slot::Own(Own::Number), of: Type::Text }),
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        ["事由", "时限", "进度", "金额", "节点", "编号"].map(str::to_owned).to_vec()
    }
}

struct Filled(BTreeMap<&'static str, Value>, Calendar);

impl Env for Filled {
    fn value(&self, slot: &Slot) -> Option<Value> {
        match slot {
            Slot::Field(id) => self.0.get(id.as_str()).cloned(),
            _ => None,
        }
    }

    fn today(&self) -> Date {
        date(2026, 3, 5)
    }

    fn calendar(&self) -> &Calendar {
        &self.1
    }

    fn period(&self) -> Option<(Date, Date)> {
        None
    }
}

struct Names;

impl Shown for Names {
    fn unit(&self, id: UnitId) -> String {
        format!("单位{}", id.0.as_u128())
    }
    fn person(&self, _: PersonId) -> String {
        "林岚".into()
    }
    fn record(&self, _: RecordId) -> String {
        "某事".into()
    }
    fn file(&self, _: FileId) -> String {
        "清单.pdf".into()
    }
    fn setting(&self, name: &str) -> Option<String> {
        Some(format!("<{name}>"))
    }
}

fn settings() -> Vec<String> {
    vec!["发文机关".into(), "事由".into()]
}

fn full() -> Filled {
    let unit = |number: u128| UnitId(uuid::Uuid::from_u128(number));
    let row = |content: &str, due: Option<Date>| {
        let mut facts = Facts::default();
        facts.put(&"content".into(), Some(Value::Text(content.into())));
        facts.put(&"due_on".into(), due.map(Value::Day));
        facts
    };
    let values = [
        ("title", Value::Text("渔港移交".into())),
        ("due_on", Value::Day(date(2026, 3, 31))),
        ("share", Value::Decimal("65.50".parse().expect("a number"))),
        ("amount", Value::Money(123_450)),
        ("people", Value::Whole(3)),
        ("unit", Value::Unit(unit(1))),
        ("helpers", Value::Units(vec![unit(2), unit(3)])),
        ("kind", Value::Choice("comfort".into())),
        ("urgent", Value::YesNo(true)),
        ("met_at", Value::Moment(1_772_674_200_000)),
        ("item", Value::Rows(vec![row("签约", Some(date(2026, 3, 10))), row("移交", None)])),
    ];
    Filled(BTreeMap::from(values), Calendar::default())
}

fn fills(text: &str, env: &Filled, expected: Expect) {
    let template = Template::parse(text, &Letter, &settings()).expect("the template is sound");
    let lines: Vec<String> = template.lines(env, &Names).iter().map(|line| format!("{line:?}")).collect();
    expected.assert_eq(&lines.join("\n"));
}

fn faults(text: &str, expected: Expect) {
    let faults = Template::parse(text, &Letter, &settings()).expect_err("the template is faulty");
    let lines: Vec<String> = faults.iter().map(|it| format!("{:?} {it}", it.span)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn holes_show_values_in_chinese_words() {
    fills(
        "《{事由}》请于{时限}前办结,现为{进度},{金额},{人数}人。",
        &full(),
        expect![[r#"Text("《渔港移交》请于2026年3月31日前办结,现为65.5%,1234.50元,3人。")"#]],
    );
    fills(
        "{单位};{协办};{类别};{加急};{见面};{时限 + 5日}",
        &full(),
        expect![[r#"Text("单位1;单位2、单位3;慰问;是;2026年3月5日09:30;2026年4月5日")"#]],
    );
}

#[test]
fn absent_values_leave_their_holes_empty() {
    fills("《{事由}》{时限}[{编号}]", &Filled(BTreeMap::new(), Calendar::default()), expect![[r#"Text("《》[]")"#]]);
}

#[test]
fn a_name_of_the_record_goes_before_a_setting() {
    fills("{发文机关}:{事由}", &full(), expect![[r#"Text("<发文机关>:渔港移交")"#]]);
}

#[test]
fn a_line_stands_only_if_its_condition_holds() {
    let text = "甲\n[若 进度 >= 50%]过半\n[若 进度 >= 80%]接近完成\n[若 类别 属于 [慰问]]慰问:{事由}\n";
    fills(
        text.trim_end(),
        &full(),
        expect![[r#"
        Text("甲")
        Text("过半")
        Text("慰问:渔港移交")"#]],
    );
}

#[test]
fn a_table_has_the_rows_of_the_child_and_goes_if_there_are_none() {
    fills(
        "[表 节点:内容|时限]",
        &full(),
        expect![[r#"Table { columns: ["内容", "时限"], rows: [["签约", "2026年3月10日"], ["移交", ""]] }"#]],
    );
    fills("[若 进度 >= 80%][表 节点:内容]", &full(), expect![""]);
    fills("[表 节点：内容｜时限]\n完", &Filled(BTreeMap::new(), Calendar::default()), expect![[r#"Text("完")"#]]);
}

#[test]
fn braces_are_written_twice_to_be_seen() {
    fills("{{{事由}}}", &full(), expect![[r#"Text("{渔港移交}")"#]]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_at_its_place() {
    faults(
        "《{事油}》\n[若 进度 >]少\n[若 进度 > 1%",
        expect![[r#"
        4..10 没有名为“事油”的字段（是否为“事由”？）
        28..28 算式没有写完（后面还要写一个字段、数字或文本）
        33..49 [若 …] 没有右方括号（写成 [若 条件]文字）"#]],
    );
    faults(
        "[表 节电:内容]\n[表 节点:内容|价]\n[表 节点]\n[图 节点]\n{事由",
        expect![[r#"
        5..11 没有名为“节电”的子表（子表有：节点）
        25..43 子表“节点”没有“价”这一栏（栏有：内容、时限）
        49..56 看不懂这一行的表（单独一行，写成 [表 子表:栏|栏]）
        57..69 看不懂行首的方括号（行首的方括号只能是 [若 条件] 或 [表 子表:栏|栏]）
        70..71 花括号没有配对（花括号本身写成 {{ 或 }}）"#]],
    );
    faults(
        "{节点} }",
        expect![[r#"
        1..7 这里要算出一个值，写的是子表
        9..10 花括号没有配对（花括号本身写成 {{ 或 }}）"#]],
    );
}

#[test]
fn what_is_too_long_is_refused() {
    faults(&"长".repeat(LONGEST + 1), expect!["0..0 模板太长，最多20000字"]);
    faults(&"\n".repeat(MOST_LINES + 1), expect!["0..0 模板行数太多，最多400行"]);
    faults(&"{事由}".repeat(MOST_HOLES + 1), expect!["0..0 模板里的花括号太多，最多400处"]);
}

#[test]
fn what_a_template_names_is_known() {
    let template =
        Template::parse("{事由}\n[若 非 为空(金额)]有\n[表 节点:内容]", &Letter, &settings()).expect("sound");
    expect!["[Field(amount), Field(item), Field(title), Column { child: item, column: content }]"]
        .assert_eq(&format!("{:?}", template.mentions()));
    assert_eq!(template.line(&full(), &Names), "渔港移交\n有");
}

proptest! {
    #[test]
    fn any_text_is_read_or_told_inside_its_bounds(text in "[\\PC\n\\[\\]{}若表 :|事由]{0,80}") {
        match Template::parse(&text, &Letter, &settings()) {
            Ok(template) => { template.lines(&full(), &Names); }
            Err(faults) => for fault in faults {
                prop_assert!(text.get(fault.span.clone()).is_some(), "{:?} of {text:?}", fault.span);
            }
        }
    }
}
