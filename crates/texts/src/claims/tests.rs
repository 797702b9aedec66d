//! Are true sums and rates agreed to, and false ones found?

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{Kind, check as findings};

fn check(text: &str, expected: Expect) {
    let lines: Vec<String> = findings(text)
        .into_iter()
        .map(|it| {
            let sign = match it.kind {
                Kind::Agrees => "✓",
                Kind::Differs => "✗",
                Kind::CannotTell => "?",
            };
            format!("{sign} {} | 算得{} | 写为{} | {}", it.claim, it.expected, it.found, &text[it.span])
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn equations_are_computed() {
    check(
        "38+5+8=51;38项+5项+8项=52项;\u{ff08}75.68%+88.40%+98.89%+99.36%\u{ff09}÷4=90.58%。",
        expect![[r#"
        ✓ 算式“38+5+8=51” | 算得51 | 写为51 | 38+5+8=51
        ✗ 算式“38项+5项+8项=52项” | 算得51项 | 写为52项 | 38项+5项+8项=52项
        ✓ 算式“(75.68%+88.40%+98.89%+99.36%)÷4=90.58%” | 算得90.58% | 写为90.58% | （75.68%+88.40%+98.89%+99.36%）÷4=90.58%"#]],
    );
    check(
        "执行率=(5.88/5.88)×100%=100%;1+3+25+N;3+7+N=?;1.2万元+0.3万元=1.5万元;48÷50×100%=95%",
        expect![[r#"
        ✓ 算式“(5.88/5.88)×100%=100%” | 算得100% | 写为100% | (5.88/5.88)×100%=100%
        ✓ 算式“1.2万元+0.3万元=1.5万元” | 算得1.5万元 | 写为1.5万元 | 1.2万元+0.3万元=1.5万元
        ✗ 算式“48÷50×100%=95%” | 算得96% | 写为95% | 48÷50×100%=95%"#]],
    );
    check(
        "(75.68%+88.40%+98.89%+99.36%)4=90.58%;5项+3人=9项;10-2*3=4;“100-1=0”;完成率=48/50=96%",
        expect![[r#"
        ? 算式“5项+3人=9项” | 算得8项 | 写为9项 | 5项+3人=9项
        ✓ 算式“10-2*3=4” | 算得4 | 写为4 | 10-2*3=4
        ? 算式“100-1=0” | 算得99 | 写为0 | 100-1=0
        ✓ 算式“48/50=96%” | 算得96% | 写为96% | 48/50=96%"#]],
    );
}

#[test]
fn totals_are_the_sums_of_their_parts() {
    check(
        "2020年承担重点工作共51项,其中党工委重点工作38项、管委会重点工作5项、建设重点项目8项,均已完成。",
        expect![
            "✓ 总数51项，所列3部分 | 算得51项 | 写为51项 | 51项,其中党工委重点工作38项、管委会重点工作5项、建设重点项目8项"
        ],
    );
    check(
        "共51项,其中A 38项、B 5项、C 8项",
        expect!["✓ 总数51项，所列3部分 | 算得51项 | 写为51项 | 51项,其中A 38项、B 5项、C 8项"],
    );
    check(
        "共51项,其中A 38项、B 5项、C 9项",
        expect!["✗ 总数51项，所列3部分 | 算得52项 | 写为51项 | 51项,其中A 38项、B 5项、C 9项"],
    );
    check(
        "共51项:A 38项、B 5项、C 7项。",
        expect!["✗ 总数51项，所列3部分 | 算得50项 | 写为51项 | 51项:A 38项、B 5项、C 7项"],
    );
    check(
        "党工委38项、管委会5项、建设项目8项,合计52项。",
        expect!["✗ 3部分，合计52项 | 算得51项 | 写为52项 | 38项、管委会5项、建设项目8项,合计52项"],
    );
    check(
        "预算6722.56万元,其中基本支出1460.16万元、项目支出5262.40万元",
        expect![
            "✓ 总数6722.56万元，所列2部分 | 算得6722.56万元 | 写为6722.56万元 | 6722.56万元,其中基本支出1460.16万元、项目支出5262.40万元"
        ],
    );
}

#[test]
fn incomplete_and_overlapping_lists_raise_no_alarm() {
    check(
        "共51项,其中党建类38项、人才类5项。",
        expect!["? 总数51项，所列2部分 | 算得43项 | 写为51项 | 51项,其中党建类38项、人才类5项"],
    );
    check(
        "共50人,其中女性20人、党员35人。",
        expect!["? 总数50人，所列2部分 | 算得55人 | 写为50人 | 50人,其中女性20人、党员35人"],
    );
    check(
        "完成51项,重点是:A类20项、B类15项。共51项:已完成38项、正在推进5项。",
        expect!["? 总数51项，所列2部分 | 算得43项 | 写为51项 | 51项:已完成38项、正在推进5项"],
    );
    check(
        "共51项,其中已完成48项、提前完成10项。",
        expect!["? 总数51项，所列2部分 | 算得58项 | 写为51项 | 51项,其中已完成48项、提前完成10项"],
    );
    check(
        "共评出优秀领导班子19个、优秀领导干部54名、优秀一线干部177名。共30余项,其中A类20项、B类15项。",
        expect!["? 总数30余项，所列2部分 | 算得35项 | 写为30余项 | 30余项,其中A类20项、B类15项"],
    );
}

#[test]
fn rates_agree_with_what_they_are_made_of() {
    check(
        "51项重点工作任务均已完成,重点工作完成率100.00%。51项任务全部完成,完成率98%。38项均已完成,总体完成率98%。",
        expect![[r#"
            ✓ 51项均已完成，重点工作完成率100.00% | 算得100.00% | 写为100.00% | 51项重点工作任务均已完成,重点工作完成率100.00%
            ✗ 51项均已完成，完成率98% | 算得100% | 写为98% | 51项任务全部完成,完成率98%"#]],
    );
    check(
        "应到50人,实到48人,到会率96%;应到50人,实到48人,到会率98%",
        expect![[r#"
        ✓ 到会率96% | 算得96% | 写为96% | 50人,实到48人,到会率96%
        ✗ 到会率98% | 算得96% | 写为98% | 50人,实到48人,到会率98%"#]],
    );
    check(
        "收到诉求3141件,办结3000件,办结率95.5%。完成率96%(48/50)。共51项,完成50项,完成率100%;预算8081.56万元,支出8029.70万元,执行率99.36%",
        expect![[r#"
        ✓ 办结率95.5% | 算得95.5% | 写为95.5% | 3141件,办结3000件,办结率95.5%
        ✓ 完成率96% | 算得96% | 写为96% | 96%(48/50)
        ✗ 完成率100% | 算得98% | 写为100% | 51项,完成50项,完成率100%
        ✓ 执行率99.36% | 算得99.36% | 写为99.36% | 8081.56万元,支出8029.70万元,执行率99.36%"#]],
    );
    check(
        "共51项,其中党工委38项,占74.51%。共51项,其中党工委38项,占80%。",
        expect![[r#"
        ✓ 党工委占51项74.51% | 算得74.51% | 写为74.51% | 51项,其中党工委38项,占74.51%
        ✗ 党工委占51项80% | 算得75% | 写为80% | 51项,其中党工委38项,占80%"#]],
    );
}

#[test]
fn rates_of_other_things_are_left_alone() {
    check(
        "预算执行率为99.36%,编外人员控制率超过10.00%。累计签约216户,签约率99%。收到诉求100件,其中按时办结45件,按时办结率90%。力争达标率保持在90%以上。",
        expect![[""]],
    );
}

#[test]
fn growth_is_computed_from_its_base() {
    check(
        "由50项增加到60项,增长20%;由50项增加到60项,增加11项;去年50项,今年40项,下降20%;从90%提高到95%,提高5个百分点",
        expect![[r#"
            ✓ 由50项到60项，增长20% | 算得20% | 写为20% | 50项增加到60项,增长20%
            ✗ 由50项到60项，增加11项 | 算得10项 | 写为11项 | 50项增加到60项,增加11项
            ✓ 由50项到40项，下降20% | 算得20% | 写为20% | 50项,今年40项,下降20%
            ✓ 由90%到95%，提高5个百分点 | 算得5个百分点 | 写为5个百分点 | 90%提高到95%,提高5个百分点"#]],
    );
    check("同比增长20%,达60项;由50项增加到约60项,增长25%", expect![[""]]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}") {
        for it in findings(&text) {
            prop_assert!(text.get(it.span).is_some());
        }
    }

    #[test]
    fn no_heap_of_claim_words_makes_it_panic(words in proptest::collection::vec(prop::sample::select(vec![
        "共", "其中", "合计", "应到", "实到", "到会率", "完成率", "均已完成", "占", "由", "增加到", "增长", "去年", "今年", "(", ")", "/",
        "=", "+", "-", "×", "÷", "51项", "38项", "0项", "5人", "96%", "0", "99999999999999999项", "0.00000001", "、", ",", "。", ":", "约", "万元",
    ]), 0..40)) {
        let text: String = words.concat();
        for it in findings(&text) {
            prop_assert!(text.get(it.span).is_some());
        }
    }

    #[test]
    fn a_true_sum_agrees_and_a_false_one_differs(parts in proptest::collection::vec(1_u32..10_000, 2..8), off in 1_u32..50) {
        let sum: u32 = parts.iter().sum();
        let left = parts.iter().map(u32::to_string).collect::<Vec<_>>().join("+");
        prop_assert_eq!(findings(&format!("即{left}={sum}。"))[0].kind, Kind::Agrees);
        prop_assert_eq!(findings(&format!("即{left}={}。", sum + off))[0].kind, Kind::Differs);
        let listed = parts.iter().enumerate().map(|(index, part)| format!("{}类{part}项", ["甲", "乙", "丙", "丁"][index % 4])).collect::<Vec<_>>().join("、");
        let complete = findings(&format!("全年共{sum}项,其中{listed}。"));
        prop_assert_eq!(complete.iter().map(|it| it.kind).collect::<Vec<_>>(), [Kind::Agrees]);
        prop_assert_eq!(findings(&format!("{listed},合计{}项。", sum + off))[0].kind, Kind::Differs);
    }
}

mod named {
    use rust_decimal::Decimal;

    use crate::claims::{Kind, Named, check_named};

    fn known(name: &str, value: i64, unit: &str) -> Named {
        Named { name: name.to_owned(), value: Decimal::from(value), unit: unit.to_owned(), is_percent: unit == "%" }
    }

    fn of(text: &str, known: &[Named]) -> Vec<(String, String, Kind)> {
        check_named(text, known).into_iter().map(|it| (it.found, it.expected, it.kind)).collect()
    }

    #[test]
    fn a_number_behind_the_name_of_a_figure_is_held_against_it() {
        let all =
            [known("办结事项数", 56, "件"), known("按时办结率", 98, "%"), known("重点工作任务办结事项数", 12, "件")];
        let text = "办结事项数为57件，按时办结率达到98%；重点工作任务办结事项数12件。";
        assert_eq!(
            of(text, &all),
            [
                ("57件".to_owned(), "56件".to_owned(), Kind::Differs),
                ("98%".to_owned(), "98%".to_owned(), Kind::Agrees),
                ("12件".to_owned(), "12件".to_owned(), Kind::Agrees),
            ]
        );
    }

    #[test]
    fn what_is_rough_or_means_something_else_is_not_called_wrong() {
        let all = [known("办结事项数", 56, "件")];
        assert_eq!(of("办结事项数近60件", &all), []);
        assert_eq!(of("办结事项数约60件", &all), []);
        assert_eq!(of("办结事项数比上年增加3件，其中街道办结40件", &all), []);
        assert_eq!(of("办结事项数3场", &all), []);
    }

    #[test]
    fn money_is_compared_in_its_own_measure() {
        let all = [known("拨付金额", 12, "万元")];
        assert_eq!(of("拨付金额共12万元", &all)[0].2, Kind::Agrees);
        assert_eq!(of("拨付金额共120000元", &all)[0].2, Kind::Agrees);
        assert_eq!(of("拨付金额共12元", &all)[0].2, Kind::Differs);
    }
}
