//! What is told of steps that bring over or lead what they cannot, of places that nobody can take, of tables that cannot
//! leave, and of files that come in where nobody asks?

use super::{check, first_hand, shipped};

/// What is told once a place of a shipped file is changed.
fn said(file: &str, (from, to): (&str, &str)) -> String {
    let mut files = shipped();
    let one = files.iter_mut().find(|it| it.path.ends_with(file)).expect("it is shipped");
    assert!(one.text.contains(from), "{from}");
    one.text = one.text.replacen(from, to, 1).into();
    first_hand(check(&files).1)
}

fn each_is_told(file: &str, faults: &[(&str, &str, &str)]) {
    for (from, to, words) in faults {
        let said = said(file, (from, to));
        assert!(said.contains(words), "{from} → {to}: {words}\n{said}");
    }
}

#[test]
fn what_cannot_be_brought_over_is_told() {
    each_is_told(
        "subsidy_claim.kdl",
        &[
            (
                "bring \"rate\"           from=\"policy\" field=\"rate\"",
                "bring \"rate\"           from=\"policy\" field=\"months\"",
                "抄不到 rate",
            ),
            ("bring \"identity_known\" from=\"talent\"", "bring \"identity_known\" from=\"title\"", "要写关联栏目"),
            (
                "\"名录里的身份证号\" text max=18 level=\"sensitive\" purpose=\"核对是不是名录里的人\" mask=\"identity\"",
                "\"名录里的身份证号\" text max=18",
                "抄不到 identity_known",
            ),
            (
                "needs=\"talent policy fund employer from_on\"",
                "needs=\"talent policy fund employer from_on rate\"",
                "由这一步写好，不能又让人填",
            ),
        ],
    );
}

#[test]
fn what_cannot_be_led_is_told() {
    each_is_told(
        "subsidy_batch.kdl",
        &[
            (
                "leads \"pay pay_off\" mechanism=\"subsidy_claim\"",
                "leads \"pay stop\" mechanism=\"subsidy_claim\"",
                "没有写明由别的机制带着走",
            ),
            (
                "leads \"pay pay_off\" mechanism=\"subsidy_claim\"",
                "leads \"pay nothing\" mechanism=\"subsidy_claim\"",
                "没有步骤 nothing",
            ),
            (
                "by=\"batch\" states=\"sent\" rows=\"settled\"",
                "by=\"talent\" states=\"sent\" rows=\"settled\"",
                "没有指着“补贴发放批次”的关联栏目 talent",
            ),
            (
                "by=\"batch\" states=\"sent\" rows=\"settled\"",
                "by=\"batch\" states=\"listed\" rows=\"settled\"",
                "在这些状态里走不了",
            ),
            ("takes_in=\"fund unit\"", "takes_in=\"fund use\"", "没有同代号、同类型的栏目 use"),
            (
                "to=\"settled\" who=\"finance_officer\" recall=#false",
                "to=\"settled\" who=\"finance_officer\"",
                "要写 recall=#false",
            ),
            (
                "leads \"enlist\" mechanism=\"subsidy_claim\"",
                "leads \"dispatch\" mechanism=\"subsidy_claim\"",
                "没有哪个机制带着走“列入批次”",
            ),
        ],
    );
    each_is_told(
        "subsidy_claim.kdl",
        &[(
            "to=\"sent\" who=\"finance_officer\" led=#true recall=#false",
            "to=\"sent\" who=\"finance_officer\" led=#true",
            "不能由别的机制带着走",
        )],
    );
}

#[test]
fn a_place_that_nobody_can_take_and_a_table_that_cannot_leave_are_told() {
    each_is_told(
        "subsidy_claim.kdl",
        &[
            ("once of=\"talent\"", "once of=\"title\"", "要写person、unit 或者 record 栏目"),
            ("per=\"group\"", "per=\"rate\"", "要写选项栏目"),
            (
                "from=\"from_on\" until=\"until_on\" states=\"confirming",
                "from=\"amount\" until=\"until_on\" states=\"confirming",
                "要写day 栏目",
            ),
            ("until=\"until_on\" states=\"confirming", "until=\"until_on\" states=\"nowhere", "nowhere"),
        ],
    );
    each_is_told(
        "subsidy_batch.kdl",
        &[
            ("total=\"amount\"", "total=\"name\"", "可以相加的一列"),
            (
                "of=\"item\" who=\"finance_officer\" states=\"checked sent\"",
                "of=\"title\" who=\"finance_officer\" states=\"checked sent\"",
                "title",
            ),
            ("column \"用途\"   own=\"use\"", "column \"用途\"   own=\"use\" of=\"name\"", "of 和 own 只能写一个"),
        ],
    );
}

#[test]
fn files_come_in_with_what_is_filed_and_not_later() {
    each_is_told(
        "subsidy_claim.kdl",
        &[(
            "step \"again\"   \"重新申领\" from=\"declined refused\" to=\"filed\" who=\"talent_officer\" reason=#true",
            "step \"again\"   \"重新申领\" from=\"declined refused\" to=\"filed\" who=\"talent_officer\" asks=\"proofs\" reason=#true",
            "不能让没有账号的人填",
        )],
    );
}
