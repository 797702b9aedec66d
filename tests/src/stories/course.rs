//! Point 3: a task's whole course, from signing to closing. `task_order`.
//!
//! Never does one person both hand in and close.

use super::tasks;
use crate::harness::Office;

#[tokio::test]
async fn a_task_goes_its_whole_course_and_the_page_says_who_holds_it_at_every_point() {
    let office = Office::open().await;
    office.on("2026-01-06");
    let (mut lin, mut zheng, mut zhou) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("zhou").await);

    let record = tasks::drafted(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-03").await;
    lin.opens(&record).await.says("拟制").says("林书敏");

    office.on("2026-01-08");
    lin.takes("下达任务书", &record, &[]).await.says("任〔2026〕1号").says("待签收").says("郑海生");
    zheng.opens("/").await.says("完成渔港码头产权移交");

    office.on("2026-01-09");
    zheng.takes("签收", &record, &[]).await.says("推进中").says("现由").says("郑海生");

    office.on("2026-02-02");
    let page = zheng
        .takes(
            "报进度",
            &record,
            &[
                ("进度", "40"),
                ("进展情况", "三处产权已核清两处。"),
                ("第 1 行 内容", "核清产权"),
                ("第 1 行 时限", "2026-02-10"),
                ("佐证材料", "产权清册.pdf"),
            ],
        )
        .await;
    page.says("40%").says("三处产权已核清两处。").says("核清产权").says("产权清册.pdf");

    // Below 100 percent nobody can hand in; the sentence says what to do.
    let refused = zhou.tries("申请办结", &record, &[("佐证材料", "移交清单.pdf")]).await;
    refused.answers(422).says("进度到100%才能申请办结，请先报进度");
    zhou.opens(&record).await.says("推进中");

    office.on("2026-02-25");
    let asked = &[("申请延期至", "2026-04-15"), ("理由", "管线迁改滞后。")];
    zheng.takes("申请延期", &record, asked).await.says("延期待批").says("林书敏");
    lin.takes("不同意延期", &record, &[("理由", "工期仍有余量。")]).await.says("推进中").says("郑海生");
    assert_eq!(zheng.notices("延期未获同意").await, 1);
    zheng.takes("申请延期", &record, &[("申请延期至", "2026-03-20"), ("理由", "台风影响。")]).await;
    let granted = lin.takes("同意延期", &record, &[("意见", "同意延至3月20日。")]).await;
    granted.says("2026-03-20");

    office.on("2026-03-02");
    zheng.takes("报进度", &record, &[("进度", "100"), ("进展情况", "三处产权均已移交。")]).await;
    zhou.takes("申请办结", &record, &[("佐证材料", "移交清单.pdf")]).await.says("待核验").says("林书敏");
    lin.takes("退回", &record, &[("理由", "清单缺少盖章页。")]).await.says("推进中").says("郑海生");
    assert_eq!(zheng.notices("任务被退回").await, 1);

    office.on("2026-03-04");
    zhou.takes("申请办结", &record, &[("佐证材料", "移交清单（盖章）.pdf")]).await;
    lin.takes("核验办结", &record, &[("意见", "材料齐全，同意办结。")]).await.says("已办结").says("按时办结");
}

#[tokio::test]
async fn whoever_handed_in_cannot_close_even_with_both_roles() {
    let office = Office::open().await;
    office.db_grants("zhou", "supervisor", "岚湾新区").await;
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let record = tasks::underway(&mut lin, &mut zhou, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    zhou.takes("报进度", &record, &[("进度", "100"), ("进展情况", "方案已编制。")]).await;
    zhou.takes("申请办结", &record, &[("佐证材料", "方案.pdf")]).await;

    let refused = zhou.tries("核验办结", &record, &[("意见", "同意。")]).await;
    refused.answers(403).says("不能由办理“申请办结”的同一人办理");

    lin.takes("核验办结", &record, &[("意见", "同意办结。")]).await.says("已办结");
}

#[tokio::test]
async fn a_suspended_task_does_not_run_late_and_a_dropped_one_is_over() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let paused = tasks::underway(&mut lin, &mut zheng, "建立栈道管护台账", "农业农村局", "2026-01-20").await;
    let dropped = tasks::underway(&mut lin, &mut zheng, "建立泵站管护台账", "农业农村局", "2026-01-20").await;
    lin.takes("暂缓", &paused, &[("理由", "上级政策调整。")]).await.says("暂缓");
    lin.takes("撤销任务", &dropped, &[("理由", "并入另一任务。")]).await.says("已撤销");

    office.days_pass_until("2026-01-26").await;
    lin.opens(&paused).await.says("暂停计时").does_not_say("逾期");
    lin.opens("/m/supervision_order?tab=all").await.does_not_say("建立栈道管护台账");

    lin.takes("恢复推进", &paused, &[]).await.says("推进中");
    office.days_pass_until("2026-02-13").await;
    lin.opens("/m/supervision_order?tab=all").await.says("建立栈道管护台账");
}

#[tokio::test]
async fn the_list_of_late_tasks_holds_what_the_figure_counts_and_nothing_suspended() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let paused = tasks::underway(&mut lin, &mut zheng, "建立栈道管护台账", "农业农村局", "2026-01-20").await;
    tasks::underway(&mut lin, &mut zheng, "建立泵站管护台账", "农业农村局", "2026-01-20").await;
    lin.takes("暂缓", &paused, &[("理由", "上级政策调整。")]).await;
    office.days_pass_until("2026-01-26").await;
    lin.opens("/m/task_order?tab=late").await.says("建立泵站管护台账").does_not_say("建立栈道管护台账");
}
