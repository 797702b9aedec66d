//! 交接: 郑海生 leaves; what he holds goes to 苏芮 in one act, and can be handed back. `task_order`.
//!
//! Never more rights than the leaver had, and never to whoever arranges it.

use super::tasks;
use crate::harness::{Fields, Office, Page, Visitor};

async fn hands_over(xue: &mut Visitor, who: &str, fields: Fields<'_>) -> Page {
    let form = xue.opens("/hand-over").await.form("下一步").with("谁要离岗", who);
    let page = xue.sends(form).await;
    let form = fields.iter().fold(page.form("交接"), |form, (label, value)| form.with(label, value));
    xue.sends(form).await
}

#[tokio::test]
async fn everything_a_leaver_holds_goes_to_the_heir_in_one_act_and_back() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng, mut xue) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("xue").await);
    office.db_grants("chen", "unit_liaison", "岚湾新区农业农村局").await;
    let record = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let mut chen = office.sign_in("chen").await;
    chen.takes("转办", &record, &[("转给谁", "郑海生"), ("理由", "请海生办。")]).await.says("郑海生");

    let page = hands_over(
        &mut xue,
        "郑海生",
        &[("最后一天", "2026-01-09"), ("授权由谁接", "苏芮"), ("手上的事项由谁接", "陈望")],
    )
    .await;
    // Whoever arranges it reads no business by that.
    page.answers(200).says("已交接").says("授权1项（苏芮），事项1件（陈望）").does_not_say("渔港码头");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'hand_over'").await, 1);
    assert_eq!(chen.notices("交接给你").await, 1);
    chen.opens(&record).await.says("交接").says("陈望");

    // On the last day the leaver still may, on the day after the heir does.
    zheng.opens(&record).await;
    office.on("2026-01-12");
    let mut zheng = office.sign_in("zheng").await;
    zheng.asks(&record).await.answers(404);
    let mut su = office.sign_in("su").await;
    su.opens(&record).await.says("签收");

    let mut xue = office.sign_in("xue").await;
    let page = xue.opens("/hand-over").await.form("下一步").with("谁要离岗", "郑海生");
    let form = xue.sends(page).await.form("交回");
    xue.sends(form).await.answers(200).says("已交回");
    su.asks(&record).await.answers(404);
    let mut zheng = office.sign_in("zheng").await;
    zheng.opens(&record).await.says("郑海生");
    zheng.takes("签收", &record, &[]).await;
    office.db_verify().await;
}

#[tokio::test]
async fn who_may_not_is_told_why_and_others_do_not_find_the_page() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut xue, mut lin) = (office.sign_in("xue").await, office.sign_in("lin").await);
    lin.asks("/hand-over").await.answers(404);
    let past = [("最后一天", "2026-01-07"), ("授权由谁接", "苏芮")];
    hands_over(&mut xue, "郑海生", &past).await.answers(422).says("已经过去");
    let form = xue.opens("/hand-over").await.form("下一步").with("谁要离岗", "郑海生");
    let form = xue.sends(form).await.form("交接").with("最后一天", "2026-01-09").forged("grants_to", "nonsense");
    xue.sends(form).await.answers(422).says("请从名单里选一个人");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM hand_over").await, 0);
}
