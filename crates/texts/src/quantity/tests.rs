//! Are numbers, sums and days read as people write them?

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{Meaning, find, read_day, read_month};

fn check(text: &str, expected: Expect) {
    let lines: Vec<String> = find(text, Some(2020))
        .into_iter()
        .map(|it| {
            let meaning = match it.meaning {
                Meaning::Count { value, unit } => format!("{} {}", value.normalize(), unit.unwrap_or("(无单位)")),
                Meaning::Percent(value) => format!("{}%", value.normalize()),
                Meaning::Money(value) => format!("{}元", value.normalize()),
                Meaning::Day(day) => day.to_string(),
                Meaning::Period(first, last) => format!("{first}..{last}"),
                Meaning::NoDay(fault) => fault.to_string(),
            };
            format!("{} → {meaning}{}", &text[it.span], if it.exact { "" } else { " (约)" })
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn numbers_are_found_with_their_units() {
    check(
        "全年安排培训班次77期,培训11,975人次,服务人才6万人次,投入1.62亿元、近10万元,共33类122项,约1.2万个。",
        expect![[r#"
            77期 → 77 期
            11,975人次 → 11975 人次
            6万人次 → 60000 人次
            1.62亿元 → 162000000元
            10万元 → 100000元 (约)
            33类 → 33 类
            122项 → 122 项
            1.2万个 → 12000 个 (约)"#]],
    );
}

#[test]
fn full_width_and_chinese_numerals_are_numbers() {
    check(
        "共\u{ff15}\u{ff11}项,五十一项,两千三百四十六名,一万二千人,十二个工作日,百分之九十,百分之九十八点六,98.6\u{ff05},三百零五户,二十余项",
        expect![[r#"
            ５１项 → 51 项
            五十一项 → 51 项
            两千三百四十六名 → 2346 名
            一万二千人 → 12000 人
            十二个工作日 → 12 个工作日
            百分之九十 → 90%
            百分之九十八点六 → 98.6%
            98.6％ → 98.6%
            三百零五户 → 305 户
            二十余项 → 20 项 (约)"#]],
    );
}

#[test]
fn numbers_inside_words_are_left_alone() {
    check(
        "第一议题、三同步、十分重要、统一部署、万一、几十项、第3次会议、A4纸、深府〔2020〕15号、3.1.2节、二三十项、一起、5G",
        expect![""],
    );
}

#[test]
fn rough_numbers_say_so() {
    check(
        "近7000场,90%以上,不少于20人,2-3项,选取2至3个,30余项",
        expect![[r#"
        7000场 → 7000 场 (约)
        90% → 90% (约)
        20人 → 20 人 (约)
        2 → 2 (无单位) (约)
        3项 → 3 项 (约)
        2 → 2 (无单位) (约)
        3个 → 3 个 (约)
        30余项 → 30 项 (约)"#]],
    );
}

#[test]
fn days_are_found_in_every_spelling() {
    check(
        "2020年12月31日、2020.12.31、2020-12-31、2020/12/31、12月31日、2020年12月底、2020年底、年底前、三季度末、2020年第四季度、二〇二〇年十二月三十一日、2020年上半年、2020年度、2020年2月30日、去年底",
        expect![[r#"
            2020年12月31日 → 2020-12-31
            2020.12.31 → 2020-12-31
            2020-12-31 → 2020-12-31
            2020/12/31 → 2020-12-31
            12月31日 → 2020-12-31
            2020年12月底 → 2020-12-31
            2020年底 → 2020-12-31
            年底 → 2020-12-31
            三季度末 → 2020-09-30
            2020年第四季度 → 2020-10-01..2020-12-31
            二〇二〇年十二月三十一日 → 2020-12-31
            2020年上半年 → 2020-01-01..2020-06-30
            2020年度 → 2020-01-01..2020-12-31
            2020年2月30日 → 没有这一天"#]],
    );
}

fn day(text: &str) -> String {
    read_day(text, Some(2020)).map_or_else(|fault| fault.to_string(), |day| day.to_string())
}

#[test]
fn a_cell_is_read_as_a_day_in_every_spelling() {
    check_days(
        "2020年12月31日|2020.12.31|2020-12-31|2020/12/31|12月31日|12月31|2020年12月底|2020年底|年底前|三季度末|第三季度|2020年第四季度|20201231|44196|44196.5|2020-12-31 00:00:00|2020-12-31T08:30|2020年12月31日前完成|2020年12月31日(星期四)|于2020年6月底前|\u{ff12}\u{ff10}\u{ff12}\u{ff10}年6月1号|二〇二〇年六月一日|2020年12月上旬|2020 年 5 月 4 日|今年年底|今年底前",
        expect![[r#"
            2020年12月31日 → 2020-12-31
            2020.12.31 → 2020-12-31
            2020-12-31 → 2020-12-31
            2020/12/31 → 2020-12-31
            12月31日 → 2020-12-31
            12月31 → 2020-12-31
            2020年12月底 → 2020-12-31
            2020年底 → 2020-12-31
            年底前 → 2020-12-31
            三季度末 → 2020-09-30
            第三季度 → 2020-09-30
            2020年第四季度 → 2020-12-31
            20201231 → 2020-12-31
            44196 → 2020-12-31
            44196.5 → 2020-12-31
            2020-12-31 00:00:00 → 2020-12-31
            2020-12-31T08:30 → 2020-12-31
            2020年12月31日前完成 → 2020-12-31
            2020年12月31日(星期四) → 2020-12-31
            于2020年6月底前 → 2020-06-30
            ２０２０年6月1号 → 2020-06-01
            二〇二〇年六月一日 → 2020-06-01
            2020年12月上旬 → 2020-12-10
            2020 年 5 月 4 日 → 2020-05-04
            今年年底 → 2020-12-31
            今年底前 → 2020-12-31"#]],
    );
}

#[test]
fn a_cell_that_is_no_day_says_why() {
    check_days(
        "近3年内|2020年2月30日|2020-02-30|2020年13月1日|20年12月31日|20-12-31|2020年12月|2020-12|202012|2020年|2020|0202年1月1日|1月1日至3月31日|长期||12|2020年12月31日左右吧|99999999999999999999",
        expect![[r#"
            近3年内 → 看不出是哪一天
            2020年2月30日 → 没有这一天
            2020-02-30 → 没有这一天
            2020年13月1日 → 没有这个月
            20年12月31日 → 年份只写了两位，请写四位，如2020
            20-12-31 → 年份只写了两位，请写四位，如2020
            2020年12月 → 只写到月，请写明是哪一天，如“12月31日”或“12月底”
            2020-12 → 只写到月，请写明是哪一天，如“12月31日”或“12月底”
            202012 → 只写到月，请写明是哪一天，如“12月31日”或“12月底”
            2020年 → 只写到年，请写明是哪一天
            2020 → 只写到年，请写明是哪一天
            0202年1月1日 → 年份不在1800至2200之间，请核对
            1月1日至3月31日 → 写了不止一天，请只写一天
            长期 → 看不出是哪一天
             → 看不出是哪一天
            12 → 看不出是哪一天
            2020年12月31日左右吧 → 看不出是哪一天
            99999999999999999999 → 看不出是哪一天"#]],
    );
}

/// Cells, with `|` between them.
fn check_days(texts: &str, expected: Expect) {
    let lines: Vec<String> = texts.split('|').map(|text| format!("{text} → {}", day(text))).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_day_without_a_year_needs_one_supposed() {
    expect!["没有写年份"].assert_eq(read_day("12月31日", None).expect_err("no year is supposed").sentence());
    expect!["没有写年份"].assert_eq(read_day("年底前", None).expect_err("no year is supposed").sentence());
}

#[test]
fn months_are_read() {
    let texts = [
        "2020年12月", "2020-12", "2020.12", "202012", "2020年12月31日", "12月", "二〇二〇年三月", "2020", "三季度",
        "2020年13月",
    ];
    let read =
        |text: &str| read_month(text, Some(2020)).map_or_else(|fault| fault.to_string(), |month| month.to_string());
    let lines: Vec<String> = texts.iter().map(|text| format!("{text} → {}", read(text))).collect();
    expect![[r#"
        2020年12月 → 2020-12
        2020-12 → 2020-12
        2020.12 → 2020-12
        202012 → 2020-12
        2020年12月31日 → 2020-12
        12月 → 2020-12
        二〇二〇年三月 → 2020-03
        2020 → 只写到年，请写明是哪一天
        三季度 → 看不出是哪一天
        2020年13月 → 没有这个月"#]]
    .assert_eq(&lines.join("\n"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_spans_fit(text in "\\PC{0,60}") {
        for it in find(&text, Some(2024)) {
            prop_assert!(text.get(it.span).is_some_and(|part| !part.is_empty()));
        }
        let _ = read_day(&text, None);
        let _ = read_month(&text, Some(2020));
    }

    #[test]
    fn no_heap_of_number_signs_makes_it_panic(text in "[0-9一二两十百千万亿零〇点年月日季度底末前第%.,/+=()项元号至 -]{0,40}") {
        for it in find(&text, Some(2024)) {
            prop_assert!(text.get(it.span).is_some());
        }
        let _ = read_day(&text, Some(2024));
        let _ = crate::claims::check(&text);
    }

    #[test]
    fn every_day_is_read_back_in_every_spelling(year in 1900_i16..=2100, month in 1_i8..=12, day in 1_i8..=31) {
        let date = jiff::civil::Date::new(year, month, day).ok();
        for text in [
            format!("{year}年{month}月{day}日"), format!("{year}-{month:02}-{day:02}"),
            format!("{year}.{month}.{day}"), format!("{year}/{month}/{day}"), format!("{year}{month:02}{day:02}"),
        ] {
            prop_assert_eq!(read_day(&text, None).ok(), date, "{}", text);
        }
    }

    #[test]
    fn every_number_is_read_back_from_chinese_numerals(number in 1_u32..100_000_000) {
        let text = format!("{}项", in_chinese(number));
        let found = find(&text, None);
        prop_assert_eq!(found.len(), 1, "{}", text);
        prop_assert_eq!(&found[0].meaning, &Meaning::Count { value: number.into(), unit: Some("项") }, "{}", text);
    }
}

/// A number in Chinese numerals, written the school way.
fn in_chinese(number: u32) -> String {
    if number >= 10_000 {
        let rest = number % 10_000;
        let joint = if rest > 0 && rest < 1_000 { "零" } else { "" };
        let tail = if rest > 0 { in_chinese(rest) } else { String::new() };
        // 一十 inside a longer number keeps its 一.
        let tail = if tail.starts_with('十') { format!("一{tail}") } else { tail };
        return format!("{}万{joint}{tail}", in_chinese(number / 10_000));
    }
    let digits = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut text = String::new();
    let mut gap = false;
    for (power, sign) in [(1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / power % 10;
        if digit == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        if !(digit == 1 && power == 10 && text.is_empty()) {
            text.push_str(digits[digit as usize]);
        }
        text.push_str(sign);
    }
    text
}
