//! Every page that carries the product, on a phone: it fits, it can be read, it can be used.
//!
//! Never wider than the screen.

use super::{Window, is_wanted, served};
use crate::harness::Office;
use crate::stories::tasks;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_a_phone() {
    if !is_wanted() {
        return;
    }
    let office = Office::printing().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, "完成渔港码头产权移交", "农业农村局", "2026-02-13").await;
    tasks::issued(&mut lin, "编制岸线修复方案", "农业农村局", "2026-06-30").await;
    let report = [("进度", "40"), ("进展情况", "三处产权已核清两处。"), ("佐证材料", "产权清册.pdf")];
    zheng.takes("报进度", &record, &report).await;
    office.days_pass_until("2026-02-14").await;

    let window = Window::on_a_phone(&served(&office).await).await;
    window.signs_in("lin").await;
    let pages = [
        ("desk", "/"),
        ("inbox", "/inbox"),
        ("register", "/m/task_order?tab=all"),
        ("board", "/m/task_order/board"),
        ("calendar", "/m/task_order/calendar?month=2026-02"),
        ("new", "/m/task_order/new"),
        ("record", record.as_str()),
        ("figures", "/m/task_order/figures"),
        ("about", "/m/task_order/about"),
        ("imports", "/m/task_order/imports"),
        ("search", "/search?q=渔港"),
        ("units", "/units"),
        ("book", "/book"),
    ];
    let mut wide = Vec::new();
    for (name, path) in pages {
        window.opens(path).await;
        window.picture(name).await;
        let over = window.asks("return document.documentElement.scrollWidth - window.innerWidth").await;
        if over.as_i64().is_none_or(|over| over > 0) {
            wide.push(format!("{name} is {over} pixels too wide"));
        }
    }
    window.closes().await;
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}
