//! Point 6: the timeline says who did what, when, and what changed from what to what.
//!
//! Never loses an entry; what a person said stands under what they did.

use expect_test::expect;

use super::tasks;
use crate::harness::Office;

#[tokio::test]
async fn the_timeline_says_who_when_and_from_what_to_what() {
    let office = Office::open().await;
    office.on("2026-01-06");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::drafted(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-03").await;
    lin.takes("修改任务", &record, &[("完成时限", "2026-03-31"), ("目标要求", "三处产权全部移交。")]).await;
    office.on("2026-01-08");
    lin.takes("下达任务书", &record, &[]).await;
    office.on("2026-01-09");
    zheng.takes("签收", &record, &[]).await;
    office.on("2026-02-02");
    zheng.takes("报进度", &record, &[("进度", "25"), ("进展情况", "已核清一处。")]).await;
    zheng.takes("报进度", &record, &[("进度", "40"), ("进展情况", "已核清两处。")]).await;

    expect![[r#"
        6
        2026-02-02 09:00 郑海生 报进度 单位联络员
        进度 原为 25% 改为 40%
        进展情况 原为 已核清一处。 改为 已核清两处。
        2026-02-02 09:00 郑海生 报进度 单位联络员
        进度 原为 0% 改为 25%
        进展情况 改为 已核清一处。
        2026-01-09 09:00 郑海生 签收，转为“推进中” 单位联络员
        2026-01-08 09:00 林书敏 下达任务书，转为“待签收”，编号 任〔2026〕1号 文书 督查员，下达日 改为 2026-01-08
        2026-01-06 09:00 林书敏 修改任务 督查员
        完成时限 原为 2026-03-03 改为 2026-03-31
        目标要求 改为 三处产权全部移交。
        2026-01-06 09:00 林书敏 拟制任务，转为“拟制” 督查员
        完成时限 改为 2026-03-03
        进度 改为 0%
        任务来源 改为 党工委重点工作
        任务名称 改为 完成渔港码头产权移交
        责任单位 改为 岚湾新区农业农村局"#]]
    .assert_eq(&zheng.opens(&record).await.under("经过"));
}
