//! Point 5: five figures by unit and month, and behind each number exactly the records that it counts.
//! `task_order`.
//!
//! Never a number that its list does not bear out.

use super::tasks;
use crate::harness::{Office, Page, Visitor};

const FIGURES: [(&str, &str); 5] = [
    ("assigned", "交办数"),
    ("closed", "办结数"),
    ("on_time", "按时办结率"),
    ("overdue", "逾期数"),
    ("days_used", "平均用时"),
];

/// Three months with tasks of two units: closed in time, closed late, late and open, suspended, dropped, drafted.
async fn a_spring(office: &Office) {
    office.on("2026-01-08");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let mut chen = office.sign_in("chen").await;
    let in_time = tasks::underway(&mut lin, &mut zhou, "建立书屋管护台账", "农业农村局", "2026-01-30").await;
    let late = tasks::underway(&mut lin, &mut chen, "建立驿站管护台账", "组织人事局", "2026-01-20").await;
    tasks::underway(&mut lin, &mut zhou, "完成码头产权移交", "农业农村局", "2026-02-10").await;
    let paused = tasks::underway(&mut lin, &mut chen, "编制边坡提升方案", "组织人事局", "2026-02-10").await;
    tasks::drafted(&mut lin, "编制水闸提升方案", "农业农村局", "2026-06-30").await;
    office.on("2026-01-29");
    tasks::finished(&mut lin, &mut zhou, &in_time).await;
    lin.takes("暂缓", &paused, &[("理由", "上级政策调整。")]).await;
    office.days_pass_until("2026-02-03").await;
    tasks::finished(&mut lin, &mut chen, &late).await;
    let dropped = tasks::issued(&mut lin, "编制泵站提升方案", "农业农村局", "2026-03-31").await;
    tasks::issued(&mut lin, "建立食堂管护台账", "组织人事局", "2026-03-31").await;
    lin.takes("撤销任务", &dropped, &[("理由", "重复。")]).await;
    office.days_pass_until("2026-03-10").await;
}

#[tokio::test]
async fn the_page_shows_five_figures_in_words_and_numbers() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut lin = office.sign_in("lin").await;
    for (id, name) in FIGURES {
        let page = lin.opens(&format!("/m/task_order/figures?figure={id}&year=2026")).await;
        page.says(name).says("农业农村局").says("组织人事局");
    }
    let page = lin.opens("/m/task_order/figures?figure=on_time&year=2026").await;
    page.says("本期到期任务中，在完成时限当日或之前办结的").says("完成时限落在本期的任务（撤销的除外）");
}

#[tokio::test]
async fn a_ratio_over_nothing_is_a_dash_and_words() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    lin.opens("/m/task_order/figures").await.says("还没有可计算的事项").does_not_say("0 / 0").does_not_say("— %");
}

#[tokio::test]
async fn the_desk_begins_with_the_figures_of_what_one_does() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let desk = lin.opens("/").await.text();
    let at = |words: &str| desk.find(words);
    assert!(at("交办数").is_some(), "{desk}");
    assert!(at("发出督办令").is_none_or(|order| Some(order) > at("交办数")), "{desk}");
}

#[tokio::test]
async fn behind_each_number_stand_exactly_the_records_that_it_counts() {
    let office = Office::open().await;
    a_spring(&office).await;
    for login in ["lin", "wu", "zhou", "chen"] {
        let mut visitor = office.sign_in(login).await;
        let mut doors = 0;
        for (id, _) in FIGURES {
            let page = visitor.opens(&format!("/m/task_order/figures?figure={id}&year=2026")).await;
            doors += every_door_holds(&mut visitor, &page).await;
        }
        assert!(doors > 10, "{login} finds {doors} numbers to open");
    }
}

/// Opens every number of the page that counts records, and counts what it opens to.
pub(super) async fn every_door_holds(visitor: &mut Visitor, page: &Page) -> usize {
    let mut doors = 0;
    for (words, href) in page.links() {
        let counts = ["figure=assigned", "figure=closed", "figure=overdue", "part=part", "part=whole"];
        let is_door = href.starts_with("/m/task_order?") && counts.iter().any(|part| href.contains(part));
        let Some(number) = is_door.then(|| words.parse::<usize>().ok()).flatten() else { continue };
        let list = visitor.opens(&href).await;
        let records = list.hrefs("/records/").len();
        assert_eq!(records, number, "{href} shows {records} records behind {number}:\n{}", list.text());
        doors += 1;
    }
    doors
}

#[tokio::test]
async fn a_units_own_people_see_their_units_numbers_only() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut zhou = office.sign_in("zhou").await;
    let page = zhou.opens("/m/task_order/figures?figure=assigned&year=2026").await;
    page.says("农业农村局").does_not_say("组织人事局");
    let mut lin = office.sign_in("lin").await;
    let whole = lin.opens("/m/task_order/figures?figure=assigned&year=2026").await;
    whole.says("组织人事局");
    assert_ne!(page.under("单位"), whole.under("单位"));
}

#[tokio::test]
async fn what_is_kept_as_figures_is_what_the_records_say() {
    let office = Office::open().await;
    a_spring(&office).await;
    office.db_verify().await;
}
