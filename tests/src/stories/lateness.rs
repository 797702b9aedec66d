//! Point 4: days pass. Warnings, the first late working day, the supervision order and its rounds.
//! `task_order`, `supervision_order`.
//!
//! Never two orders for one lateness, whatever is restarted.

use super::tasks;
use crate::harness::{Office, Visitor, record_of};

/// The one order for a task in the register of 督办令, by its place from the newest.
async fn orders(lin: &mut Visitor, title: &str) -> Vec<String> {
    let page = lin.opens("/m/supervision_order?tab=all&sort=-opened").await;
    let links = page.links().into_iter().filter(|(words, href)| words == title && href.starts_with("/records/"));
    let mut found: Vec<String> = links.map(|(_, href)| record_of(&href)).collect();
    found.dedup();
    found
}

#[tokio::test]
async fn warnings_come_ten_and_three_working_days_before_counting_days_made_up() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-03-03").await;

    // Saturday 14 February and Saturday 28 February are worked; 15 to 23 February are off.
    office.days_pass_until("2026-02-10").await;
    assert_eq!(zheng.notices("到期提醒").await, 0);
    office.days_pass_until("2026-02-11").await;
    assert_eq!(zheng.notices("到期提醒").await, 1);
    office.days_pass_until("2026-02-26").await;
    assert_eq!(zheng.notices("到期提醒").await, 1);
    office.days_pass_until("2026-02-27").await;
    assert_eq!(zheng.notices("到期提醒").await, 2);
    zheng.opens("/m/task_order").await.says("剩3个工作日");
}

#[tokio::test]
async fn the_first_late_working_day_opens_one_order_chained_to_the_task() {
    let mut office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    // Friday 13 February is the last day; Saturday 14 February is worked.
    let task = tasks::underway(&mut lin, &mut zheng, "完成渔港码头产权移交", "农业农村局", "2026-02-13").await;

    office.days_pass_until("2026-02-13").await;
    assert_eq!(orders(&mut lin, "完成渔港码头产权移交").await.len(), 0);
    office.days_pass_until("2026-02-14").await;
    let opened = orders(&mut lin, "完成渔港码头产权移交").await;
    assert_eq!(opened.len(), 1);
    lin.opens(&task).await.says("逾期").says("督办令");
    lin.opens(&opened[0]).await.says("完成渔港码头产权移交").says("拟稿").says("任〔2026〕1号");

    office.tick().await;
    office.tick().await;
    office.reopens().await;
    office.tick().await;
    office.days_pass_until("2026-02-27").await;
    assert_eq!(orders(&mut lin, "完成渔港码头产权移交").await.len(), 1);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE mechanism = 'supervision_order'").await, 1);
}

#[tokio::test]
async fn an_order_is_signed_numbered_sent_answered_and_lifted() {
    let office = Office::printing().await;
    office.on("2026-01-08");
    let (mut lin, mut wu) = (office.sign_in("lin").await, office.sign_in("wu").await);
    let (mut zheng, mut zhou) = (office.sign_in("zheng").await, office.sign_in("zhou").await);
    tasks::underway(&mut lin, &mut zheng, "完成渔港码头产权移交", "农业农村局", "2026-03-03").await;
    office.days_pass_until("2026-03-04").await;
    let order = orders(&mut lin, "完成渔港码头产权移交").await.remove(0);

    lin.opens("/").await.says("完成渔港码头产权移交");
    lin.takes("送签", &order, &[]).await.says("待签发").says("吴立群");
    wu.takes("签发", &order, &[("意见", "同意发出。")]).await.says("待发出").says("林书敏");
    let sent = lin.takes("编号发出", &order, &[]).await;
    sent.says("督〔2026〕1号").says("待答复").says("周启");
    office.tick().await;
    let paper = paper(&mut lin, &order, ".pdf").await;
    let pdf = lin.downloads(&paper).await;
    assert_eq!((pdf.status, &pdf.bytes[..5]), (200, &b"%PDF-"[..]));
    assert_eq!((zhou.notices("收到督办令").await, zheng.notices("收到督办令").await), (1, 1));

    office.on("2026-03-06");
    zhou.takes("答复", &order, &[("答复", "因管线迁改滞后，3月20日前完成。"), ("承诺完成日", "2026-03-20")]).await;
    lin.opens(&order).await.says("待核实").says("林书敏");
    lin.takes("解除督办", &order, &[("意见", "整改到位，解除督办。")]).await.says("已解除");
    assert_eq!(zhou.notices("督办已解除").await, 1);
}

async fn paper(lin: &mut Visitor, record: &str, ending: &str) -> String {
    let page = lin.opens(record).await;
    page.hrefs("/papers/").into_iter().find(|href| href.ends_with(ending)).expect("the paper is on the page")
}

#[tokio::test]
async fn a_second_round_follows_and_a_lateness_after_an_extension_opens_another() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut wu) = (office.sign_in("lin").await, office.sign_in("wu").await);
    let (mut zheng, mut zhou) = (office.sign_in("zheng").await, office.sign_in("zhou").await);
    let title = "编制岸线修复方案";
    let task = tasks::underway(&mut lin, &mut zheng, title, "农业农村局", "2026-03-03").await;
    office.days_pass_until("2026-03-04").await;
    let first = orders(&mut lin, title).await.remove(0);
    sent(&mut lin, &mut wu, &first).await;

    // Nobody answers: 再次督办.
    office.days_pass_until("2026-03-11").await;
    lin.takes("再次督办", &first, &[("理由", "逾期未答复。")]).await.says("已转再次督办");
    let second = orders(&mut lin, title).await.into_iter().find(|order| *order != first).expect("a second order");
    lin.opens(&second).await.says("拟稿").line("第几次").ends_with('2').then_some(()).expect("it is the second round");
    sent(&mut lin, &mut wu, &second).await;
    zhou.takes("答复", &second, &[("答复", "已倒排工期。")]).await;
    lin.takes("解除督办", &second, &[("意见", "可以解除。")]).await;

    zheng.takes("申请延期", &task, &[("申请延期至", "2026-03-20"), ("理由", "台风影响。")]).await;
    lin.takes("同意延期", &task, &[("意见", "同意。")]).await;
    office.days_pass_until("2026-03-20").await;
    assert_eq!(orders(&mut lin, title).await.len(), 2);
    // Friday 20 March was the last day; Monday 23 March is the first late working day.
    office.days_pass_until("2026-03-22").await;
    assert_eq!(orders(&mut lin, title).await.len(), 2);
    office.days_pass_until("2026-03-24").await;
    assert_eq!(orders(&mut lin, title).await.len(), 3);
}

async fn sent(lin: &mut Visitor, wu: &mut Visitor, order: &str) {
    lin.takes("送签", order, &[]).await;
    wu.takes("签发", order, &[("意见", "同意。")]).await;
    lin.takes("编号发出", order, &[]).await;
}

#[tokio::test]
async fn what_was_done_in_time_never_turns_late_afterwards() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let task = tasks::underway(&mut lin, &mut zhou, "建立书屋管护台账", "农业农村局", "2026-01-30").await;
    office.on("2026-01-29");
    tasks::finished(&mut lin, &mut zhou, &task).await;
    office.days_pass_until("2026-02-06").await;
    lin.opens(&task).await.says("按时办结");
    assert_eq!(orders(&mut lin, "建立书屋管护台账").await.len(), 0);
    lin.opens("/m/task_order?tab=late").await.does_not_say("建立书屋管护台账");
}
