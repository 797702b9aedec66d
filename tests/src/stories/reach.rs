//! How far does somebody see? Their own subtree, on every page, in every list, number, picker, file and export.
//! `task_order`.
//!
//! Never a hint of what lies outside, not even as a number.

use super::tasks;
use crate::harness::{Office, Page, Visitor};

const THEIRS: &str = "建立书屋管护台账";
const FOREIGN: &str = "完成渔港码头产权移交";

/// One task of 葵岭街道 and one of 农业农村局; gives the foreign one.
async fn two_tasks(lin: &mut Visitor) -> String {
    tasks::issued(lin, THEIRS, "葵岭街道", "2026-03-31").await;
    tasks::issued(lin, FOREIGN, "农业农村局", "2026-03-31").await
}

fn foreign_is_hidden(page: &Page, foreign: &str) {
    page.does_not_say(FOREIGN);
    assert!(!page.all_links().iter().any(|(_, href)| href.contains(foreign)), "{} leads to it", page.url);
}

#[tokio::test]
async fn a_list_shows_only_ones_own_however_it_is_filtered_sorted_or_searched() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let foreign = two_tasks(&mut lin).await;
    let mut li = office.sign_in("li").await;
    let unit = lin.opens("/m/task_order?tab=all").await.form("筛选").with("责任单位", "农业农村局");
    let of_unit = unit.hidden("unit").unwrap_or("").to_owned();
    for query in [
        "",
        "tab=all",
        "tab=issued",
        "sort=-number&tab=all",
        "q=渔港",
        "q=任〔2026〕2号",
        "figure=assigned&period=2026-01",
    ] {
        foreign_is_hidden(&li.opens(&format!("/m/task_order?{query}")).await, &foreign);
    }
    foreign_is_hidden(&li.opens(&format!("/m/task_order?tab=all&unit={of_unit}")).await, &foreign);
    foreign_is_hidden(&li.opens("/m/task_order/board").await, &foreign);
    foreign_is_hidden(&li.opens("/m/task_order/calendar?month=2026-03").await, &foreign);
    foreign_is_hidden(&li.opens("/search?q=渔港").await, &foreign);
    foreign_is_hidden(&li.opens("/search?q=任〔2026〕2号").await, &foreign);
    foreign_is_hidden(&li.opens("/").await, &foreign);
    li.opens("/m/task_order?tab=all").await.says(THEIRS).says("共 1 项");
}

#[tokio::test]
async fn the_picker_of_units_offers_only_those_in_reach() {
    let office = Office::open().await;
    let mut li = office.sign_in("li").await;
    let offered = li.opens("/m/task_order?tab=all").await.form("筛选").choices("责任单位");
    assert_eq!(offered, ["葵岭街道", "葵岭街道葵北社区"]);
}

#[tokio::test]
async fn a_record_outside_reach_is_not_there_and_neither_are_its_steps_and_files() {
    let office = Office::printing().await;
    let mut lin = office.sign_in("lin").await;
    let foreign = two_tasks(&mut lin).await;
    let papers = lin.opens(&foreign).await.hrefs("/papers/");
    assert!(!papers.is_empty());
    let mut li = office.sign_in("li").await;
    li.asks(&foreign).await.answers(404).does_not_say(FOREIGN);
    li.asks("/records/00000000000000000000000000000001").await.answers(404);
    for paper in papers {
        li.asks(&paper).await.answers(404);
    }
    let id = foreign.rsplit('/').next().expect("an id");
    li.asks(&format!("/api/v1/records/{id}")).await.answers(404);
}

#[tokio::test]
async fn an_export_holds_what_the_list_shows_and_no_more() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    two_tasks(&mut lin).await;
    let mut li = office.sign_in("li").await;
    let page = li.opens("/m/task_order?tab=all").await;
    let export = page.all_links().into_iter().find(|(_, href)| href.contains("/export")).expect("an export").1;
    let file = li.downloads(&export).await;
    let grids =
        documents::workbook_in::read(&file.bytes, documents::workbook_in::Limits::default()).expect("a workbook");
    let text = format!("{grids:?}");
    assert!(text.contains(THEIRS) && !text.contains(FOREIGN), "{text}");
}

#[tokio::test]
async fn a_moved_person_sees_the_new_place_and_not_the_old_one() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    two_tasks(&mut lin).await;
    let mut li = office.sign_in("li").await;
    li.opens("/m/task_order?tab=all").await.says(THEIRS);
    office.db_moves("li", "unit_liaison", "岚湾新区农业农村局", "2026-01-20").await;
    office.on("2026-01-20");
    let page = li.opens("/m/task_order?tab=all").await;
    page.says(FOREIGN).does_not_say(THEIRS);
}

#[tokio::test]
async fn the_api_has_the_same_reach() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    two_tasks(&mut lin).await;
    let mut li = office.sign_in("li").await;
    let text = li.asks("/api/v1/mechanisms/task_order/records?tab=all").await.json().to_string();
    assert!(text.contains(THEIRS) && !text.contains(FOREIGN), "{text}");
}
