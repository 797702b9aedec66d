//! What if nothing can be written any more? It is said in words, nothing is half done, reading goes on, and so does the
//! work once there is room again. `task_order`.
//!
//! On SQLite, where the writer's own connection can be told to take no further page, or nothing at all; PostgreSQL's
//! codes for the same two states are checked in the store.

use super::tasks;
use crate::harness::{Office, Page, Visitor};

async fn tries(lin: &mut Visitor, title: &str) -> Page {
    let long = "岸线修复方案的范围、内容、进度和责任。".repeat(20);
    let fields = [
        ("任务名称", title),
        ("任务来源", "上级交办"),
        ("责任单位", "农业农村局"),
        ("完成时限", "2026-03-31"),
        ("目标要求", long.as_str()),
    ];
    lin.tries_to_begin("task_order", &fields).await
}

#[tokio::test]
async fn a_full_disk_is_said_in_words_and_nothing_is_lost_or_half_done() {
    let office = Office::open().await;
    if !office.db_is_sqlite() {
        return;
    }
    let mut lin = office.sign_in("lin").await;
    let record = tasks::drafted(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    office.db_writer("PRAGMA max_page_count = 1").await;
    let mut kept = 1;
    let refused = loop {
        let page = tries(&mut lin, &format!("任务{kept}")).await;
        if page.status != 200 {
            break page;
        }
        kept += 1;
        assert!(kept < 500, "the disk is never full");
    };
    refused.answers(507).says("磁盘已满").says("这次没有保存").says("告诉系统管理员");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, kept);
    lin.opens(&record).await.says("拟制");
    office.db_writer("PRAGMA max_page_count = 1000000").await;
    tries(&mut lin, "有了空间以后").await.answers(200);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, kept + 1);
    assert!(office.expected_failures().iter().all(|failure| failure.contains("507")));
    office.db_verify().await;
}

#[tokio::test]
async fn a_database_that_can_only_be_read_is_read_and_says_so_when_somebody_writes() {
    let mut office = Office::open().await;
    if !office.db_is_sqlite() {
        return;
    }
    let mut lin = office.sign_in("lin").await;
    let record = tasks::drafted(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    office.db_writer("PRAGMA query_only = 1").await;
    tries(&mut lin, "写不进的任务").await.answers(503).says("只能看、不能写").says("可以继续查看");
    // Two minutes later the session's last use would be noted: that it cannot be keeps nobody from reading.
    office.minutes_pass(2);
    lin.opens(&record).await.says("拟制");
    office.reopens().await;
    tries(&mut lin, "又能写了").await.answers(200);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 2);
    assert!(office.expected_failures().iter().all(|failure| failure.contains("503")));
    office.db_verify().await;
}
