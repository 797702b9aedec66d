//! Is a workbook of people's own held against its accounts, and a figure over time against what it is made of?

use super::{check, edited, first_hand};

const RIGHTS: &str = "rights see=\"head\" import=\"clerk\"";
const ACCOUNT: &str = "account measure=\"件\" of=\"unit\" states=\"sent\" { stage \"used\" \"占用\"; \
     movement \"grant\" \"核准\" to=\"free\" who=\"clerk\"; \
     movement \"use\" \"动用\" from=\"free\" to=\"used\" who=\"clerk\"; \
     movement \"back\" \"退回\" from=\"used\" to=\"free\" who=\"clerk\" }";
const WORKBOOK: &str = "workbook \"own\" \"自己的表\" { sheet \"总表\" by=\"项目\" { \
     row \"甲\" reading=\"核定\" up=\"grant\" on=\"01-01\"; row \"乙\" reading=\"占用\" up=\"use\" down=\"back\" on=\"12-31\"; \
     column \"数\" } }";

fn said(more: &str) -> String {
    let ledger = ("matter \"visit\"", "ledger \"visit\"");
    let whole = format!("{ACCOUNT}\n    {more}\n    {RIGHTS}");
    first_hand(check(&edited(&[ledger, (RIGHTS, &whole)])).1)
}

// proves: workbook.sheet.of
// proves: workbook.row.on
// proves: workbook.row.*
#[test]
fn each_cell_of_a_workbook_names_an_account_and_what_leads_there() {
    assert_eq!(said(WORKBOOK), "");
    for (from, to, words) in [
        ("up=\"grant\"", "up=\"use\"", "“动用”不会让“核定”增加"),
        ("up=\"grant\"", "up=\"spend\"", "没有名为 spend 的变动"),
        ("up=\"grant\" ", "", "没有写 up"),
        ("down=\"back\"", "down=\"use\"", "“动用”不会让“占用”减少"),
        ("reading=\"核定\"", "reading=\"结余\"", "的账户没有“结余”"),
        ("on=\"01-01\"", "on=\"13-01\"", "这不是月和日"),
        (" on=\"01-01\"", "", "别的表要写 on"),
        ("by=\"项目\"", "by=\"项目\" days=#true", "说不清"),
        ("row \"甲\"", "row \"甲\" adds=\"丙\"", "没有写名为“丙”的行"),
        ("row \"甲\"", "row \"甲\" kind=\"gift\"", "的账户不按 kind 认"),
        ("by=\"项目\"", "by=\"项目\" of=\"nobody\"", "没有机制 nobody"),
    ] {
        assert!(WORKBOOK.contains(from), "{from}");
        let found = said(&WORKBOOK.replacen(from, to, 1));
        assert!(found.contains(words), "{words}: {found}");
    }
}

// proves: figure.paced
// proves: figure.quarters
// proves: figure.year
#[test]
fn what_is_set_against_time_is_a_rate_of_what_stands() {
    let figures = |of: &str, more: &str, gives: &str| {
        format!(
            "figure \"held\" \"占用数\" balance=\"占用\" unit=\"件\" {{ words \"占用的\"; example {{ record; gives \"0\" }} }}\n    \
             figure \"granted\" \"核准数\" balance=\"核准\" unit=\"件\" {{ words \"核准的\"; example {{ record; gives \"0\" }} }}\n    \
             figure \"rate\" \"占用率\" of=\"{of}\" {more} unit=\"%\" {{ words \"占用的\" over=\"核准的\"; example {{ record; gives \"{gives}\" }} }}"
        )
    };
    let whole = figures("占用数 / 核准数", "paced=#true quarters=#true", "—%");
    assert_eq!(said(&whole), "");
    let flows = figures("交办数 / 核准数", "paced=#true", "—%");
    assert!(said(&flows).contains("“交办数”数的是一段时间里的"), "{}", said(&flows));
    let sum = figures("占用数", "quarters=#true", "0");
    assert!(said(&sum).contains("只能写在相除的指标上"), "{}", said(&sum));
    let other = figures("占用数 / 核准数", "year=\"1\"", "—%");
    assert!(said(&other).contains("of 不用写 year"), "{}", said(&other));
}
