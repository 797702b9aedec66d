//! Which faults do people report of other systems? The classes that are about time, imports and work done by itself,
//! one story each; those about rights stand in `fault_classes`.
//!
//! Never a class without its story: the name says its number.

use kernel::problem::SourceFile;

use super::taking_in::taken_in;
use super::tasks;
use crate::harness::Office;
use crate::world::{annual_list, plain_list};

const TITLE: &str = "完成渔港码头产权移交";

#[tokio::test]
async fn class_10_an_import_sent_twice_at_once_is_done_once_and_neither_is_told_a_failure() {
    let office = Office::open().await;
    let (mut lin, mut again) = (office.sign_in("lin").await, office.sign_in("lin").await);
    let dry = lin.uploads("task_order", "重点工作一览表.xlsx", &annual_list()).await;
    let form = lin.sends(dry.form("/mapping").with("完成时限", "2026-12-31")).await.form("/taking");
    let (one, other) = tokio::join!(lin.sends(form.clone()), again.sends(form));
    assert!(one.status < 500 && other.status < 500, "{} {}", one.status, other.status);
    assert!([&one, &other].iter().any(|page| page.text().contains("已导入 51 件")));
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 51);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM batch WHERE kind = 'import'").await, 1);
    office.db_verify().await;
}

#[tokio::test]
async fn class_11_work_that_is_begun_again_after_a_stop_is_not_done_again() {
    let mut office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, TITLE, "农业农村局", "2026-02-13").await;
    office.days_pass_until("2026-02-14").await;
    let notices = office.db_count("SELECT COUNT(*) FROM notice").await;
    for _ in 0..3 {
        office.reopens().await;
        office.tick().await;
        office.ticks_on("another node").await;
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM tie").await, 1);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM notice").await, notices);
    office.db_verify().await;
}

#[tokio::test]
async fn class_12_what_is_done_is_never_overdue() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let mut zhou = office.sign_in("zhou").await;
    let task = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-01-16").await;
    tasks::finished(&mut lin, &mut zhou, &task).await;
    office.days_pass_until("2026-01-23").await;
    let mut lin = office.sign_in("lin").await;
    lin.opens(&task).await.says("按时办结").does_not_say("逾期");
    lin.opens("/m/task_order?tab=late").await.does_not_say(TITLE);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE mechanism = 'supervision_order'").await, 0);
}

#[tokio::test]
async fn class_13_a_time_that_begins_on_a_day_off_counts_from_the_next_working_day() {
    let office = Office::open().await;
    // Saturday: two working days for signing end on Tuesday, not on Monday.
    office.on("2026-01-10");
    let mut lin = office.sign_in("lin").await;
    let task = tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    lin.opens(&task).await.says("2026-01-13");
    // What has no day to end on has no time running, and is told so before it is begun.
    let page = lin.tries_to_begin("task_order", &[("任务名称", "没有时限的任务"), ("责任单位", "农业农村局")]).await;
    page.answers(422).says("“完成时限”没有填");
}

#[tokio::test]
async fn class_14_working_days_skip_the_holidays_as_published_and_a_year_without_notice_says_so() {
    let office = Office::open().await;
    // Friday 13 February: 15 to 23 February are off, Saturday 14 February is worked.
    office.on("2026-02-13");
    let mut lin = office.sign_in("lin").await;
    let task = tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    lin.opens(&task).await.says("2026-02-24");
    office.on("2026-12-30");
    let mut lin = office.sign_in("lin").await;
    let late = tasks::issued(&mut lin, "跨年的任务", "农业农村局", "2027-03-31").await;
    lin.opens(&late).await.says("暂定");
}

#[tokio::test]
async fn class_15_what_is_not_there_and_what_one_may_not_see_answer_alike() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let hidden = tasks::drafted(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    let nothing = "/records/00000000-0000-7000-8000-000000000001";
    for path in ["", "/seers"] {
        let (there, not_there) =
            (zheng.asks(&format!("{hidden}{path}")).await, zheng.asks(&format!("{nothing}{path}")).await);
        assert_eq!(there.status, 404);
        assert_eq!(there.text(), not_there.text());
    }
    let reveal = serde_json::json!({ "field": "contact_phone", "reason": "核对。" });
    let there = zheng.posts_json(&format!("/api/v1{hidden}/reveals"), &reveal).await.json();
    let not_there = zheng.posts_json(&format!("/api/v1{nothing}/reveals"), &reveal).await.json();
    assert_eq!((&there["title"], &there["status"]), (&not_there["title"], &not_there["status"]));
    assert_eq!(there["status"], 404);
}

#[tokio::test]
async fn class_17_lateness_rings_once_also_after_a_long_sleep_and_on_two_nodes() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, TITLE, "农业农村局", "2026-02-13").await;
    // Nobody did the duties for two months; then two nodes do them at once.
    office.on("2026-04-15");
    let (one, other) = tokio::join!(office.ticks_on("one"), office.ticks_on("other"));
    assert!(!one.is_empty() || !other.is_empty());
    office.tick().await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE mechanism = 'supervision_order'").await, 1);
    office.db_verify().await;
}

#[test]
fn class_18_a_property_that_nothing_enforces_cannot_be_declared() {
    let files = server::definitions::shipped();
    let with = |file: &SourceFile| {
        let text = file.text.replacen("reason=#true", "reason=#true approval=\"two\"", 1);
        SourceFile { path: file.path.clone(), text: text.into() }
    };
    let edited: Vec<SourceFile> = files.iter().map(with).collect();
    let (_, problems) =
        kernel::catalog::check(&edited.into_iter().filter(|it| !it.path.ends_with("calendar.kdl")).collect::<Vec<_>>());
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|line| line.contains("approval")), "{told:?}");
}

#[tokio::test]
async fn class_19_a_day_is_the_same_day_in_a_workbook_a_page_a_filter_and_an_export() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let mut lines = crate::world::annual_lines()[..2].to_vec();
    (lines[0].due, lines[1].due) = ("2026-02-28".to_owned(), "2026年3月1日".to_owned());
    let dry = lin.uploads("task_order", "两项.xlsx", &plain_list(&lines)).await;
    lin.sends(dry.form("/taking")).await.says("已导入 2 件");
    lin.takes_on_all("下达任务书", "/m/task_order?tab=drafted").await;
    let only = |from: &str, until: &str| format!("/m/task_order?tab=all&due_from={from}&due_until={until}");
    lin.opens(&only("2026-02-28", "2026-02-28")).await.says(&lines[0].task).does_not_say(&lines[1].task);
    lin.opens(&only("2026-03-01", "2026-03-01")).await.says(&lines[1].task).does_not_say(&lines[0].task);
    let file = lin.downloads("/m/task_order/export.xlsx?tab=all").await;
    let grids = documents::workbook_in::read(&file.bytes, documents::workbook_in::Limits::default());
    let text = format!("{:?}", grids.expect("a workbook"));
    assert!(text.contains("2026-02-28") && text.contains("2026-03-01"), "{text}");
}

#[tokio::test]
async fn class_20_what_a_step_sets_off_is_not_lost_when_the_server_stops_before_it_is_done() {
    let mut office = Office::printing().await;
    let mut lin = office.sign_in("lin").await;
    taken_in(&mut lin).await;
    let drafts = lin.opens("/m/task_order?tab=drafted").await;
    let task = drafts.hrefs("/records/")[0].clone();
    lin.takes("下达任务书", &task, &[]).await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM outbox WHERE done_at IS NULL").await, 1);
    office.reopens().await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM outbox WHERE done_at IS NULL").await, 1);
    office.tick().await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM outbox WHERE done_at IS NULL").await, 0);
    office.tick().await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM file").await, 2, "a docx and a PDF, once");
}
