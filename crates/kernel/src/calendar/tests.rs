//! Does the calendar count as the notices say? Tables from the notices, brute force, and hostile input.

use std::sync::{Arc, LazyLock};

use expect_test::{Expect, expect};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;

const OFFICIAL: &str = include_str!("../../../../definitions/vocabulary/calendar.kdl");

fn file(text: &str) -> SourceFile {
    SourceFile { path: "vocabulary/calendar.kdl".into(), text: text.into() }
}

fn official() -> Calendar {
    static READ: LazyLock<Calendar> = LazyLock::new(|| {
        let (calendar, problems) = Calendar::parse(&[file(OFFICIAL)]);
        assert_eq!(problems, []);
        calendar
    });
    READ.clone()
}

fn day(text: &str) -> Date {
    text.parse().expect("a test writes real days")
}

fn check_due(from: &str, period: &str, expected: &Expect) {
    let due = official().add(day(from), &Span::parse(period).expect("a test writes real periods"));
    expected.assert_eq(&told(&due));
}

fn check_before(from: &str, period: &str, expected: &Expect) {
    let due = official().subtract(day(from), &Span::parse(period).expect("a test writes real periods"));
    expected.assert_eq(&told(&due));
}

fn told(due: &Due) -> String {
    let mark = if due.provisional { " 暂定" } else { "" };
    format!("{}{mark}\n{}", due.on, due.explain().join("\n"))
}

fn check_problems(text: &str, expected: &Expect) {
    let (_, problems) = Calendar::parse(&[file(text)]);
    expected.assert_eq(
        &problems
            .iter()
            .map(|it| it.to_string().replace("vocabulary/calendar.kdl:", ""))
            .collect::<Vec<_>>()
            .join("\n"),
    );
}

#[test]
fn the_years_have_the_working_days_that_the_notices_give_them() {
    let calendar = official();
    for (year, working) in (2019..).zip([250, 249, 250, 249, 249, 251, 248, 248]) {
        assert!(calendar.is_published(year));
        assert_eq!(calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)), working, "{year}");
        let one_by_one = days(date(year, 1, 1), date(year, 12, 31)).filter(|day| calendar.is_working(*day)).count();
        assert_eq!(one_by_one as i64, working, "{year}");
    }
    assert!(!calendar.is_published(2018) && !calendar.is_published(2027));
}

#[test]
fn a_day_is_what_its_notice_says() {
    let calendar = official();
    let off = |name: &str| DayKind::Off(name.to_owned());
    for (on, kind) in [
        ("2020-01-31", off("春节")),
        ("2020-02-01", off("春节")),
        ("2020-02-03", DayKind::Working),
        ("2020-01-19", DayKind::MadeUp),
        ("2022-12-31", off("元旦")),
        ("2023-01-02", off("元旦")),
        ("2025-10-06", off("中秋")),
        ("2025-10-11", DayKind::MadeUp),
        ("2026-02-14", DayKind::MadeUp),
        ("2026-02-28", DayKind::MadeUp),
        ("2026-03-01", DayKind::Weekend),
        ("2027-01-01", off("元旦")),
        ("2027-02-08", DayKind::Working),
        ("2024-05-02", off("劳动节")),
        ("2018-05-02", DayKind::Working),
    ] {
        assert_eq!(calendar.kind(day(on)), kind, "{on}");
        assert_eq!(calendar.is_working(day(on)), matches!(kind, DayKind::Working | DayKind::MadeUp), "{on}");
    }
}

#[test]
fn spring_festival_of_2020_is_as_long_as_the_second_notice_made_it() {
    check_due(
        "2020-01-22",
        "3个工作日",
        &expect![[r#"
            2020-02-04
            从2020年1月22日(周三)次日起算
            1月23日(周四)计第1个工作日
            1月24日至2月2日春节放假，不计
            2月3日至2月4日计第2至第3个工作日
            到期日为2020年2月4日(周二)"#]],
    );
    assert_eq!(official().working_days_between(day("2020-01-23"), day("2020-02-02")), 0);
    assert_eq!(official().first_late_working_day(day("2020-01-23")), day("2020-02-03"));
}

#[test]
fn national_day_and_mid_autumn_of_2025_are_one_break() {
    check_due(
        "2025-09-26",
        "5个工作日",
        &expect![[r#"
            2025-10-10
            从2025年9月26日(周五)次日起算
            9月27日(周六)周末，不计
            9月28日(周日)为补班日，计第1个工作日
            9月29日至9月30日计第2至第3个工作日
            10月1日至10月8日国庆、中秋放假，不计
            10月9日至10月10日计第4至第5个工作日
            到期日为2025年10月10日(周五)"#]],
    );
}

#[test]
fn make_up_days_of_2026_are_counted() {
    check_due(
        "2026-02-12",
        "10个工作日",
        &expect![[r#"
            2026-03-04
            从2026年2月12日(周四)次日起算
            2月13日(周五)计第1个工作日
            2月14日(周六)为补班日，计第2个工作日
            2月15日至2月23日春节放假，不计
            2月24日至2月27日计第3至第6个工作日
            2月28日(周六)为补班日，计第7个工作日
            3月2日至3月4日计第8至第10个工作日，周末不计
            到期日为2026年3月4日(周三)"#]],
    );
    check_due(
        "2025-12-30",
        "3个工作日",
        &expect![[r#"
            2026-01-05
            从2025年12月30日(周二)次日起算
            12月31日(周三)计第1个工作日
            2026年1月1日至1月3日元旦放假，不计
            1月4日(周日)为补班日，计第2个工作日
            1月5日(周一)计第3个工作日
            到期日为2026年1月5日(周一)"#]],
    );
    check_due(
        "2026-04-03",
        "1个工作日",
        &expect![[r#"
            2026-04-07
            从2026年4月3日(周五)次日起算
            4月4日至4月6日清明放假，不计
            4月7日(周二)计第1个工作日
            到期日为2026年4月7日(周二)"#]],
    );
    check_due(
        "2026-03-06",
        "1个工作日",
        &expect![[r#"
            2026-03-09
            从2026年3月6日(周五)次日起算
            3月9日(周一)计第1个工作日，周末不计
            到期日为2026年3月9日(周一)"#]],
    );
}

#[test]
fn a_break_over_new_year_is_told_as_one() {
    check_due(
        "2022-12-29",
        "2个工作日",
        &expect![[r#"
            2023-01-03
            从2022年12月29日(周四)次日起算
            12月30日(周五)计第1个工作日
            12月31日至2023年1月2日元旦放假，不计
            1月3日(周二)计第2个工作日
            到期日为2023年1月3日(周二)"#]],
    );
}

#[test]
fn a_count_into_a_year_without_notice_is_provisional() {
    check_due(
        "2026-12-28",
        "5个工作日",
        &expect![[r#"
            2027-01-05 暂定
            从2026年12月28日(周一)次日起算
            2027年的放假安排尚未公布或未录入，暂按周末和元旦、劳动节、国庆节法定假日推算；春节、清明、端午、中秋及调休补班无法预知，录入后重新推算
            12月29日至12月31日计第1至第3个工作日
            2027年1月1日(周五)元旦放假，不计
            1月4日至1月5日计第4至第5个工作日，周末不计
            到期日为2027年1月5日(周二)"#]],
    );
    check_due(
        "2026-12-28",
        "3个工作日",
        &expect![[r#"
        2026-12-31
        从2026年12月28日(周一)次日起算
        12月29日至12月31日计第1至第3个工作日
        到期日为2026年12月31日(周四)"#]],
    );
    check_due(
        "2010-12-28",
        "2500个工作日",
        &expect![[r#"
            2020-10-10 暂定
            从2010年12月28日(周二)次日起算
            2010年至2018年的放假安排尚未公布或未录入，暂按周末和元旦、劳动节、国庆节法定假日推算；春节、清明、端午、中秋及调休补班无法预知，录入后重新推算
            12月29日至2020年10月10日计第1至第2500个工作日，周末和节假日不计
            到期日为2020年10月10日(周六)"#]],
    );
    check_before(
        "2027-01-05",
        "3个工作日",
        &expect![[r#"
            2026-12-30 暂定
            从2027年1月5日(周二)往前倒数
            2027年的放假安排尚未公布或未录入，暂按周末和元旦、劳动节、国庆节法定假日推算；春节、清明、端午、中秋及调休补班无法预知，录入后重新推算
            1月4日(周一)计倒数第1个工作日，周末不计
            1月1日(周五)元旦放假，不计
            2026年12月31日往前至12月30日计倒数第2至第3个工作日
            即2026年12月30日(周三)"#]],
    );
}

#[test]
fn calendar_periods_keep_the_day_number_or_the_last_day_of_the_month() {
    check_due(
        "2026-01-31",
        "1个月",
        &expect![[r#"
            2026-02-28
            从2026年1月31日(周六)次日起算
            满1个月为2月28日(周六)（当月没有31日，取最后一天）
            到期日为2026年2月28日(周六)"#]],
    );
    check_due(
        "2024-02-29",
        "1年",
        &expect![[r#"
            2025-02-28
            从2024年2月29日(周四)次日起算
            满1年为2025年2月28日(周五)（当月没有29日，取最后一天）
            到期日为2025年2月28日(周五)"#]],
    );
    check_due(
        "2026-02-10",
        "15日",
        &expect![[r#"
            2026-02-25
            从2026年2月10日(周二)次日起算
            满15天为2月25日(周三)，周末和节假日计算在内
            到期日为2026年2月25日(周三)"#]],
    );
    check_due(
        "2025-08-31",
        "半年",
        &expect![[r#"
            2026-02-28
            从2025年8月31日(周日)次日起算
            满6个月为2026年2月28日(周六)（当月没有31日，取最后一天）
            到期日为2026年2月28日(周六)"#]],
    );
    check_before(
        "2026-03-31",
        "1个月",
        &expect![[r#"
            2026-02-28
            从2026年3月31日(周二)往前倒数
            往前推1个月为2月28日(周六)（当月没有31日，取最后一天）
            即2026年2月28日(周六)"#]],
    );
    check_before(
        "2026-03-01",
        "3天",
        &expect![[r#"
            2026-02-26
            从2026年3月1日(周日)往前倒数
            往前推3天为2月26日(周四)，周末和节假日计算在内
            即2026年2月26日(周四)"#]],
    );
}

#[test]
fn a_warning_counts_back_over_rest_days() {
    check_before(
        "2026-03-03",
        "10个工作日",
        &expect![[r#"
            2026-02-11
            从2026年3月3日(周二)往前倒数
            3月2日(周一)计倒数第1个工作日，周末不计
            2月28日(周六)为补班日，计倒数第2个工作日
            2月27日往前至2月24日计倒数第3至第6个工作日
            2月15日至2月23日春节放假，不计
            2月14日(周六)为补班日，计倒数第7个工作日
            2月13日往前至2月11日计倒数第8至第10个工作日
            即2026年2月11日(周三)"#]],
    );
    check_before(
        "2026-03-15",
        "3个工作日",
        &expect![[r#"
            2026-03-10
            从2026年3月15日(周日)往前倒数
            3月15日(周日)不是工作日，先退到3月13日(周五)
            3月12日往前至3月10日计倒数第1至第3个工作日
            即2026年3月10日(周二)"#]],
    );
}

#[test]
fn a_due_day_moves_off_a_rest_day_only_when_asked() {
    let calendar = official();
    let due = calendar.postponed(calendar.add(day("2026-01-20"), &Span::Months(1)));
    expect![[r#"
        2026-02-24
        从2026年1月20日(周二)次日起算
        满1个月为2月20日(周五)
        2月20日(周五)为春节放假
        到期日为2026年2月20日(周五)
        遇休息日，顺延到2月24日(周二)"#]]
    .assert_eq(&told(&due));
    let unmoved = calendar.add(day("2026-01-20"), &Span::Days(7));
    assert_eq!(calendar.postponed(unmoved.clone()), unmoved);
    assert!(calendar.postponed(calendar.add(day("2026-12-01"), &Span::Months(1))).provisional);
}

#[test]
fn nothing_at_the_ends_of_time_panics() {
    let calendar = official();
    for from in [Date::MIN, FIRST_DAY, day("2026-06-01"), LAST_DAY, Date::MAX] {
        for count in [0, 1, 400, 3_000_000, u32::MAX] {
            for span in [Span::WorkingDays(count), Span::Days(count), Span::Months(count), Span::Years(count)] {
                for due in [calendar.add(from, &span), calendar.subtract(from, &span)] {
                    assert!(!due.explain().is_empty() && due.why.len() < 100);
                    assert!(count == 0 || (FIRST_DAY..=LAST_DAY).contains(&due.on), "{from} {span:?}");
                    let _ = calendar.postponed(due);
                }
            }
        }
        calendar.first_late_working_day(from);
        calendar.last_working_on_or_before(from);
    }
    let far = calendar.add(LAST_DAY, &Span::Days(1));
    expect![[r#"
        9999-12-31
        从9999年12月31日(周五)次日起算
        超出可计算的日期，取最后一天12月31日(周五)"#]]
    .assert_eq(&told(&far));
    assert_eq!(
        calendar.working_days_between(Date::MIN, Date::MAX),
        -calendar.working_days_between(Date::MAX, Date::MIN)
    );
}

#[test]
fn a_year_is_replaced_at_run_time_and_the_old_calendar_stays() {
    let before = official();
    let (next, problems) = Calendar::parse(&[file(
        "year 2027 {\n basis \"国务院办公厅关于2027年部分节假日安排的通知\"\n off \"元旦\" \"01-01\" \"01-03\"\n off \"劳动节\" \"05-01\" \"05-05\"\n off \"国庆\" \"10-01\" \"10-07\"\n worked \"02-14\"\n}",
    )]);
    assert_eq!(problems, []);
    let table = next.find_year(2027).expect("it was just read").clone();
    let after = before.with_year(table);
    assert!(after.is_published(2027) && !before.is_published(2027));
    assert!(after.is_working(day("2027-02-14")) && !before.is_working(day("2027-02-14")));
    assert!(!after.add(day("2026-12-28"), &Span::WorkingDays(5)).provisional);
    assert_eq!(after.years().count(), before.years().count() + 1);
}

#[test]
fn a_year_reads_back_as_written() {
    for table in official().years() {
        let (again, problems) = Calendar::parse(&[file(&table.to_kdl())]);
        assert_eq!(problems, []);
        assert_eq!(again.find_year(table.year()), Some(table));
    }
    expect![[r#"
        year 2023 {
            basis "国务院办公厅关于2023年部分节假日安排的通知"
            off "元旦" "01-01" "01-02"
            off "春节" "01-21" "01-27"
            off "清明" "04-05"
            off "劳动节" "04-29" "05-03"
            off "端午" "06-22" "06-24"
            off "中秋" "09-29"
            off "国庆" "09-30" "10-06"
            off "元旦" "12-30" "12-31"
            worked "01-28" "01-29" "04-23" "05-06" "06-25" "10-07" "10-08"
        }
    "#]]
    .assert_eq(&official().find_year(2023).expect("it is published").to_kdl());
}

#[test]
fn all_problems_of_a_file_are_reported_at_once() {
    check_problems(
        r#"// 说明
year 2027 {
    basis "国务院办公厅关于2026年部分节假日安排的通知"
    off "元旦" "01-01" "01-03"
    off "春节" "02-15" "02-05"
    of "清明" "04-05"
    off "劳动节" "05-01" "05-05" color="red"
    off "端午" "06-31"
    off "国庆" "10-01" "10-07"
    off "中秋" "10-07" "10-08"
    off "长假" "07-01" "09-01"
    worked "02-14" "02-15" "2-16" "10-03" "02-14" 5
}
yaer 2028
year "2029" { basis }
year 2030 { off "元旦" "01-01"; basis "关于2030年的通知" { x } }
year 2031 { basis "关于2031年的通知"; off "元旦" "01-01"; off "劳动节" "05-01"; off "国庆" "10-01" "10-03" }
year 1066 { basis "1066年" }
"#,
        &expect![[r#"
            3:11 依据的通知不是2027年的 通知名称中要有这一年的年份，请核对是否从上一年抄来没有改
            5:5 “春节”的最后一天早于第一天 先写放假第一天，再写最后一天
            6:5 不认识“of” 是否为“off”？
            7:31 “off”不认识属性“color” 直接写内容，不写“属性=”
            8:14 2027年没有06-31这一天 请核对月和日
            10:5 “中秋”中的10-07已经写在另一个假期里 同一天只写一次
            11:5 “长假”连续放假超过31天 请核对月和日
            12:20 补班日02-15是周一，不是周末 补班只在周六、周日，请对照通知
            12:28 “2-16”不是日期 写成两位的月和日，例如 "02-15"
            12:35 补班日10-03又在放假日期之内 同一天不能既放假又补班，请对照通知
            12:43 补班日02-14写了两次 删去一个
            12:51 “5”要加引号 日期和名称都写在英文引号里
            14:1 不认识“yaer” 是否为“year”？
            15:1 year 后面要写一个年份 例如 year 2027 { … }，年份不加引号
            15:15 basis 后面要写通知名称 例如 basis "国务院办公厅关于2027年部分节假日安排的通知"
            16:50 花括号里又有花括号 只有 year 后面用一对花括号；检查上一年末尾是否漏了 }
            17:1 2031年漏了法定节日劳动节(05-02) 加一行 off "劳动节"，写明放假起止日期
            18:1 年份1066不在1949至2199之间 请核对年份"#]],
    );
    check_problems(
        "year 2027 { off \"元旦\" 01-01 }\nyear {{{",
        &expect![[r#"
            1:22 不符合 KDL 写法（Expected integer） 检查日期和名称是否都加了英文引号，一行是否只写一项
            2:6 花括号没有合上 在这一年的末尾加右花括号 }
            2:7 花括号里又有花括号 只有 year 后面用一对花括号；检查上一年末尾是否漏了 }"#]],
    );
}

#[test]
fn a_year_that_stands_twice_is_a_problem_and_the_first_counts() {
    let twice = file(&format!(
        "{OFFICIAL}\nyear 2026 {{ basis \"2026年\"; off \"元旦\" \"01-01\"; off \"五一\" \"05-01\" \"05-02\"; off \"国庆\" \"10-01\" \"10-03\" }}"
    ));
    let (calendar, problems) = Calendar::parse(&[twice]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].sentence, "2026年写了两次");
    assert_eq!(calendar, official());
}

#[test]
fn a_hostile_file_is_refused() {
    // The KDL reader needs exponential time for nested `/-{` and a frame for each stray brace: it must not see them.
    let fragments =
        r##"{|}|a {|/*|"|a /-{| /-{}|a=|a=""(|(|)|a "x"y|5|1a |,|@|]|true |-1-|(a)|;|\|#|/-|"""|#"|年|=|//|{}"##;
    let fragments = fragments.split('|').chain(["\u{2028}", "off \"a\" \"01-01\";"]);
    let texts = fragments.flat_map(|it| {
        [
            it.repeat(1_000),
            it.repeat(30_000 / it.len()),
            format!("{it}\n").repeat(30_000 / (it.len() + 1)),
            format!("year 2027 {{\n{it}\n}}\n").repeat(500),
        ]
    });
    for text in texts.chain(["a {\n/-{\n".repeat(300) + &"}\n".repeat(600)]) {
        let started = std::time::Instant::now();
        let (calendar, problems) = Calendar::parse(&[file(&text)]);
        assert!(
            !problems.is_empty() || text.starts_with("//") || text.trim_matches([';', '\u{2028}', '\n']).is_empty(),
            "{}",
            &text[..text.floor_char_boundary(40)]
        );
        assert_eq!(calendar, Calendar::default());
        assert!(started.elapsed().as_secs() < 5, "{}", &text[..text.floor_char_boundary(40)]);
    }
}

/// Any day that a record may bear.
fn any_day() -> impl Strategy<Value = Date> {
    (2015_i16..2031, 1_i16..=365).prop_map(|(year, of_year)| {
        date(year, 1, 1).with().day_of_year(of_year).build().expect("every year has 365 days")
    })
}

proptest! {
    #[test]
    fn working_days_between_equals_counting_them(a in any_day(), b in any_day()) {
        let calendar = official();
        let (early, late) = (a.min(b), a.max(b));
        let counted = days(early, late).skip(1).filter(|day| calendar.is_working(*day)).count() as i64;
        prop_assert_eq!(calendar.working_days_between(early, late), counted);
        prop_assert_eq!(calendar.working_days_between(late, early), -counted);
        let kinds = days(early, late).skip(1).filter(|day| matches!(calendar.kind(*day), DayKind::Working | DayKind::MadeUp));
        prop_assert_eq!(kinds.count() as i64, counted);
    }

    #[test]
    fn adding_equals_walking(from in any_day(), count in 1_u32..400) {
        let calendar = official();
        let due = calendar.add(from, &Span::WorkingDays(count));
        let mut walked = days(from, LAST_DAY).skip(1).filter(|day| calendar.is_working(*day));
        prop_assert_eq!(Some(due.on), walked.nth(count as usize - 1));
        prop_assert_eq!(calendar.working_days_between(from, due.on), i64::from(count));
        let unpublished = days(from, due.on).skip(1).any(|day| !calendar.is_published(day.year()));
        prop_assert_eq!(due.provisional, unpublished);
    }

    #[test]
    fn subtracting_undoes_adding_and_agrees_with_the_days_left(from in any_day(), count in 1_u32..400) {
        let calendar = official();
        let warned = calendar.subtract(from, &Span::WorkingDays(count)).on;
        prop_assert!(calendar.is_working(warned) && warned < from);
        prop_assert_eq!(calendar.working_days_between(warned, from), i64::from(count));
        let worked = calendar.next_working_on_or_after(from);
        let there = calendar.add(worked, &Span::WorkingDays(count)).on;
        prop_assert_eq!(calendar.subtract(there, &Span::WorkingDays(count)).on, worked);
    }

    #[test]
    fn the_steps_count_every_working_day_once(from in any_day(), count in 1_u32..300, back: bool) {
        let calendar = official();
        let span = Span::WorkingDays(count);
        let due = if back { calendar.subtract(from, &span) } else { calendar.add(from, &span) };
        let mut reached = 0;
        for step in &due.why {
            let (first, last) = match step {
                WhyStep::Counted { first, last, .. } => (*first, *last),
                WhyStep::MadeUp { nth, .. } => (*nth, *nth),
                _ => continue,
            };
            prop_assert_eq!(first, reached + 1);
            reached = last;
        }
        prop_assert_eq!(reached, i64::from(count));
        prop_assert_eq!(due.why.last(), Some(&WhyStep::End { on: due.on, back }));
    }

    #[test]
    fn any_table_that_passes_its_checks_reads_back(
        year in 2000_i16..2100,
        name in "[^\\p{Cc}]{1,20}",
        extra in prop::collection::vec((1_i8..=12, 1_i8..=28, 0_i32..9), 0..4),
        worked in prop::collection::vec((1_i8..=12, 1_i8..=28), 0..4),
    ) {
        let run = |name: &str, from: Date, length: i32| {
            Holiday { name: name.to_owned(), from, to: from.saturating_add(jiff::Span::new().days(length)) }
        };
        let mut off = vec![run("元旦", date(year, 1, 1), 0), run(&name, date(year, 5, 1), 4), run("国庆", date(year, 10, 1), 6)];
        off.extend(extra.iter().map(|(month, on, length)| run(&name, date(year, *month, *on), *length)));
        let worked = worked.iter().map(|(month, on)| date(year, *month, *on)).collect();
        if let Ok(table) = YearTable::new(year, vec![format!("{year}年{name}")], off, worked) {
            let (again, problems) = Calendar::parse(&[file(&table.to_kdl())]);
            prop_assert_eq!(problems, vec![]);
            prop_assert_eq!(again.find_year(year), Some(&table));
        }
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in "(year|off|basis|worked|[0-9]{1,5}|\"[0-9]{2}-[0-9]{2}\"|\\PC|[ {}\n;=\"])*") {
        let _ = Calendar::parse(&[file(&text)]);
    }
}

#[test]
fn a_calendar_is_shared_not_copied() {
    let calendar = official();
    let copy = calendar.clone();
    let same = calendar.years.values().zip(copy.years.values()).all(|(a, b)| Arc::ptr_eq(a, b));
    assert!(same);
}
