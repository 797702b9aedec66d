//! What does the administrator do? A year of the calendar is replaced, and running deadlines follow, each with an entry.
//! `task_order`.
//!
//! Never a business record, and never a calendar with a mistake.

use super::tasks;
use crate::harness::Office;

pub(crate) const YEAR: &str = r#"year 2027 {
    basis "国务院办公厅关于2027年部分节假日安排的通知"
    off "元旦" "01-01" "01-05"
    off "春节" "02-05" "02-11"
    off "清明" "04-05"
    off "劳动节" "05-01" "05-05"
    off "端午" "06-09"
    off "中秋" "09-15"
    off "国庆" "10-01" "10-07"
    worked "01-09"
}
"#;

#[tokio::test]
async fn a_due_day_across_a_year_not_yet_published_is_provisional_until_it_is() {
    let office = Office::open().await;
    office.on("2026-12-31");
    let (mut lin, mut gao) = (office.sign_in("lin").await, office.sign_in("gao").await);
    let record = tasks::issued(&mut lin, "编制岸线修复方案", "农业农村局", "2027-03-31").await;
    let page = lin.opens(&record).await;
    page.says("2027-01-05").says("暂定");

    let admin = gao.opens("/admin").await;
    gao.sends(admin.form("/admin/calendar").with("text", YEAR)).await.answers(200).says("日历已更新").says("1 件");
    let page = lin.opens(&record).await;
    page.says("2027-01-07").does_not_say("暂定").says("按新的工作日历重新计算时限");
    office.db_verify().await;
}

#[tokio::test]
async fn a_calendar_with_a_mistake_is_refused_and_comes_back_as_typed() {
    let office = Office::open().await;
    let mut gao = office.sign_in("gao").await;
    for (wrong, said) in [
        ("year 2027 { off \"元旦\" \"13-01\" }", "日历"),
        ("year 2027 { worked \"01-04\" }", "日历"),
        ("nonsense", "日历"),
        ("", "日历"),
        ("year 2027 {", "日历"),
    ] {
        let admin = gao.opens("/admin").await;
        let page = gao.sends(admin.form("/admin/calendar").with("text", wrong)).await;
        page.answers(422).says(said);
        assert_eq!(page.form("/admin/calendar").typed("text"), wrong);
    }
}

#[tokio::test]
async fn the_duties_say_what_they_did() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut gao) = (office.sign_in("lin").await, office.sign_in("gao").await);
    tasks::issued(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    gao.opens("/admin").await.says("还没有办过");
    office.tick().await;
    gao.opens("/admin").await.says("正常").says("看时限").says("发出与排印");
}

#[tokio::test]
async fn a_role_counts_only_over_its_own_subtree() {
    let office = Office::open().await;
    office.db_grants("li", "supervisor", "葵岭街道葵北社区").await;
    let (mut lin, mut li) = (office.sign_in("lin").await, office.sign_in("li").await);
    let street = tasks::drafted(&mut lin, "建立书屋管护台账", "葵岭街道", "2026-03-31").await;
    let community = tasks::drafted(&mut lin, "建立食堂管护台账", "葵北社区", "2026-03-31").await;
    // As 联络员 of the street she sees no draft, as 督查员 of the community none of the street.
    li.asks(&street).await.answers(404);
    lin.takes("下达任务书", &street, &[]).await;
    let page = li.opens(&street).await;
    assert!(page.find_form("/steps/accept").is_some() && page.find_form("/steps/drop").is_none(), "{}", page.text());
    li.takes("下达任务书", &community, &[]).await.says("待签收");
    let offered = li.opens("/m/task_order/new").await.form("/records").choices("责任单位");
    assert_eq!(offered, ["葵岭街道葵北社区"]);
}
