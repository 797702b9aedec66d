//! The six points of “one task order, one supervision order”, by clicking, at a desk.
//!
//! Never a step that the in-process stories do not take too: here it is the browser that is tried.

use super::{Window, is_wanted, served};
use crate::harness::Office;
use crate::world::annual_list;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_six_points_are_walked_by_clicking() {
    if !is_wanted() {
        return;
    }
    let office = Office::printing().await;
    office.on("2026-01-08");
    let window = Window::on_a_desk(&served(&office).await).await;
    taking_in(&window).await;
    issuing(&window).await;
    let record = course(&office, &window).await;
    lateness(&office, &window).await;
    figures(&window).await;
    window.opens(&record).await;
    window.waits_for("经过").await;
    window.picture("12-record-timeline").await;
    window.closes().await;
}

async fn taking_in(window: &Window) {
    window.opens("/sign-in").await;
    window.picture("01-sign-in").await;
    window.signs_in("lin").await;
    window.opens("/m/task_order").await;
    window.picture("02-empty-register").await;
    window.opens("/m/task_order/imports").await;
    let file = std::env::temp_dir().join(format!("重点工作一览表-{}.xlsx", std::process::id()));
    std::fs::write(&file, annual_list()).expect("the workbook lies on the disk");
    window.puts_file("", &file).await;
    window.picture("03-import").await;
    window.clicks("//main//form//button[@type='submit'][not(@aria-hidden)]").await;
    window.waits_for("51").await;
    window.picture("04-dry-run").await;
    std::fs::remove_file(&file).expect("the workbook is taken away");
    window.types("完成时限", "2026-12-31").await;
    window.clicks("//main//form[contains(@action, '/mapping')]//button[not(@name)][not(@aria-hidden)]").await;
    window.waits_for("导入 51 件").await;
    window.picture("05-dry-run-complete").await;
    window.presses("导入 51 件").await;
    window.waits_for("已导入 51 件").await;
}

async fn issuing(window: &Window) {
    window.opens("/m/task_order?tab=drafted").await;
    window.clicks("//thead//input[@data-all]").await;
    window.picture("06-marked").await;
    window.clicks("//label[contains(., '不只本页')]").await;
    window.presses("下达任务书").await;
    window.presses("确定").await;
    window.waits_for("已办理 51 件").await;
    window.opens("/m/task_order?sort=number").await;
    window.waits_for("任〔2026〕1号").await;
    window.picture("07-register").await;
}

async fn course(office: &Office, window: &Window) -> String {
    office.on("2026-01-09");
    window.signs_in("zheng").await;
    window.picture("08-desk").await;
    window.clicks("//main//a[starts-with(@href, '/records/')]").await;
    window.waits_for("待签收").await;
    let record = window.place().await;
    window.presses("签收").await;
    window.waits_for("推进中").await;
    window.unfolds("报进度").await;
    window.types("进度", "40").await;
    window.types("进展情况", "三处产权已核清两处。").await;
    window.picture("09-report").await;
    window.presses("报进度").await;
    window.waits_for("三处产权已核清两处。").await;
    record
}

async fn lateness(office: &Office, window: &Window) {
    office.on("2027-01-04");
    // Before the night, or it would switch off whoever has not come in for so long.
    window.signs_in("lin").await;
    office.tick().await;
    window.opens("/m/supervision_order").await;
    window.waits_for("拟稿").await;
    window.picture("10-orders").await;
    window.clicks("//main//tbody//a[starts-with(@href, '/records/')]").await;
    window.waits_for("送签").await;
    window.presses("送签").await;
    window.waits_for("待签发").await;
}

async fn figures(window: &Window) {
    window.opens("/m/task_order/figures/assigned?period=2026").await;
    window.waits_for("交办数").await;
    window.picture("11-figures").await;
    window.clicks("//main//table//a[contains(@href, 'figure=assigned')]").await;
    window.waits_for("这个数字背后的事项").await;
}
