//! How does somebody find what they look for? Filters that stay in the address, an order as people count, saved views,
//! a board, a calendar. `task_order`.
//!
//! Never an order that only a machine understands.

use super::tasks;
use crate::harness::{Office, Visitor};

async fn twelve(lin: &mut Visitor) {
    for serial in 1..=12 {
        let due = format!("2026-03-{:02}", 31 - serial);
        tasks::issued(lin, &format!("第{serial}号泵站改造"), "农业农村局", &due).await;
    }
}

#[tokio::test]
async fn numbers_stand_in_the_order_in_which_they_were_given() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    twelve(&mut lin).await;
    let page = lin.opens("/m/task_order?sort=number").await;
    let serials: Vec<u32> = page
        .rows()
        .iter()
        .filter_map(|row| row.iter().find_map(|(words, _)| words.strip_prefix("任〔2026〕")?.strip_suffix('号')))
        .filter_map(|serial| serial.parse().ok())
        .collect();
    assert_eq!(serials, (1..=12).collect::<Vec<u32>>());
}

#[tokio::test]
async fn a_filter_narrows_and_a_word_finds() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    tasks::issued(&mut lin, "建立书屋管护台账", "葵岭街道", "2026-02-10").await;
    let bar = lin.opens("/m/task_order").await.form("筛选");
    let page = lin.sends(bar.clone().with("责任单位", "葵岭街道")).await;
    page.says("建立书屋管护台账").does_not_say("完成渔港码头产权移交");
    let page = lin.sends(bar.clone().with("关键词", "渔港")).await;
    page.says("完成渔港码头产权移交").does_not_say("建立书屋管护台账");
    let page = lin.sends(bar.clone().with("关键词", "任〔2026〕2号")).await;
    page.says("建立书屋管护台账").does_not_say("完成渔港码头产权移交");
    let page = lin.sends(bar.clone().with("due_until", "2026-02-28")).await;
    page.says("建立书屋管护台账").does_not_say("完成渔港码头产权移交");
    let page = lin.sends(bar.with("状态", "推进中")).await;
    page.does_not_say("建立书屋管护台账").does_not_say("完成渔港码头产权移交");
    lin.asks("/m/task_order?tab=nonsense").await.answers(422).says("筛选条件“页签”看不懂。");
}

#[tokio::test]
async fn a_view_is_saved_opened_and_dropped_and_is_its_owners() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    tasks::issued(&mut lin, "建立书屋管护台账", "葵岭街道", "2026-02-10").await;
    let page = lin.opens("/m/task_order?q=渔港").await;
    lin.sends(page.form("保存").with("视图名称", "渔港的事")).await.answers(200);
    let page = lin.opens("/m/task_order").await;
    let view = page.link("渔港的事");
    lin.opens(&view).await.says("完成渔港码头产权移交").does_not_say("建立书屋管护台账");
    let mut wu = office.sign_in("wu").await;
    wu.opens("/m/task_order").await.does_not_say("渔港的事");
    let removal = page.form("/removal");
    wu.sends(removal.clone()).await;
    lin.opens("/m/task_order").await.says("渔港的事");
    lin.sends(removal).await.answers(200);
    lin.opens("/m/task_order").await.does_not_say("渔港的事");
}

#[tokio::test]
async fn the_board_stands_by_state_and_the_calendar_by_due_day() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    tasks::underway(&mut lin, &mut zheng, "完成渔港码头产权移交", "农业农村局", "2026-02-13").await;
    let board = lin.opens("/m/task_order/board").await;
    board.says("推进中").says("完成渔港码头产权移交");
    let month = lin.opens("/m/task_order/calendar?month=2026-02").await;
    month.says("完成渔港码头产权移交").says("春节");
    lin.opens("/m/task_order/calendar?month=2026-03").await.does_not_say("完成渔港码头产权移交");
}

#[tokio::test]
async fn what_is_exported_is_a_workbook_in_which_nothing_computes() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let titles = ["=HYPERLINK(\"http://evil.test\",\"点我\")", "+1+1", "-2+3", "@SUM(1+1)", "\t=1+1", "正常的任务"];
    for title in titles {
        tasks::drafted(&mut lin, title, "农业农村局", "2026-03-31").await;
    }
    let export = lin.opens("/m/task_order?tab=all").await.link("导出所见");
    let file = lin.downloads(&export).await;
    assert_eq!(file.status, 200);
    let sheet = crate::harness::unpacked(&file.bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "a formula came out");
    let grids = documents::workbook_in::read(&file.bytes, documents::workbook_in::Limits::default());
    let text = format!("{:?}", grids.expect("it is a workbook"));
    assert!(text.contains("HYPERLINK") && text.contains("正常的任务"), "{text}");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'export'").await, 1);
}

#[tokio::test]
async fn the_template_that_is_downloaded_comes_in_again() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let link = lin.opens("/m/task_order/imports").await.link("下载空表");
    let empty = lin.downloads(&link).await;
    assert_eq!(empty.status, 200);
    let grids = documents::workbook_in::read(&empty.bytes, documents::workbook_in::Limits::default());
    let text = format!("{:?}", grids.expect("it is a workbook"));
    for column in ["任务名称", "任务来源", "责任单位", "完成时限"] {
        assert!(text.contains(column), "{column} is a column of {text}");
    }
    let page = lin.uploads("task_order", "空表.xlsx", &empty.bytes).await;
    assert!(page.status < 500 && page.find_form("/taking").is_none(), "{}", page.text());
}
