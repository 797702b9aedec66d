//! 代办: 吴立群 goes away, 林书敏 acts in his name; whose hand it was and in whose name is on every page.
//!
//! Never a way round «nobody approves their own», and never handed on.

use super::tasks;
use crate::harness::{Fields, Office, Visitor};

async fn gives(principal: &mut Visitor, fields: Fields<'_>) -> crate::harness::Page {
    let form = principal.opens("/stand-ins").await.form("安排代办");
    let form = fields.iter().fold(form, |form, (label, value)| form.with(label, value));
    principal.sends(form).await
}

/// A supervision order that 郑海生 may not sign, drafted and presented by 林书敏.
async fn presented(lin: &mut Visitor) -> String {
    let fields = [("督办事项", "渔港码头产权移交"), ("责任单位", "农业农村局"), ("督办要求", "请书面答复。")];
    let order = lin.begins("supervision_order", &fields).await;
    lin.takes("送签", &order, &[]).await;
    order
}

#[tokio::test]
async fn whoever_stands_in_finds_the_work_on_the_desk_and_the_page_says_in_whose_name() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut lin, mut wu, mut chen) =
        (office.sign_in("lin").await, office.sign_in("wu").await, office.sign_in("chen").await);
    let order = presented(&mut lin).await;
    chen.asks(&order).await.answers(404);

    let fields = [("代办人", "陈望"), ("自", "2026-03-02"), ("至", "2026-03-06"), ("事由", "赴省委党校学习")];
    gives(&mut wu, &fields).await.answers(200).says("已安排代办").says("陈望").says("代办中");
    assert_eq!(chen.notices("陈望自2026-03-02至2026-03-06代吴立群办理").await, 1);
    chen.opens("/").await.says("代吴立群办").says("渔港码头产权移交");
    let page = chen.takes("签发", &order, &[("意见", "同意签发。")]).await;
    page.says("陈望").says("（代 吴立群）");
    wu.opens("/stand-ins").await.says("别人代我办了什么").says("渔港码头产权移交").says("签发");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal WHERE behalf IS NOT NULL").await, 1);

    // The day after the last day there is nothing left of it.
    let later = presented(&mut lin).await;
    office.on("2026-03-07");
    let mut chen = office.sign_in("chen").await;
    chen.asks(&later).await.answers(404);
    chen.opens("/").await.does_not_say("渔港码头产权移交");
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_approves_their_own_by_standing_in_for_somebody() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut lin, mut wu) = (office.sign_in("lin").await, office.sign_in("wu").await);
    let order = presented(&mut lin).await;
    gives(&mut wu, &[("代办人", "林书敏"), ("自", "2026-03-02"), ("至", "2026-03-06")]).await.answers(200);
    let refused = lin.tries("签发", &order, &[("意见", "同意。")]).await;
    refused.answers(403).says("“签发”不能由办理“拟督办令”的同一人办理");
    lin.opens(&order).await.says("待签发");
    // What the principal did themselves, nobody may approve in their name either.
    office.db_grants("chen", "leader", "岚湾新区").await;
    let mut chen = office.sign_in("chen").await;
    gives(&mut lin, &[("代办人", "陈望"), ("自", "2026-03-02"), ("至", "2026-03-06")]).await.answers(200);
    chen.takes("签发", &order, &[("意见", "同意。")]).await.does_not_say("（代");
}

#[tokio::test]
async fn a_stand_in_is_for_chosen_mechanisms_ends_at_once_and_is_never_handed_on() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut lin, mut wu, mut su) =
        (office.sign_in("lin").await, office.sign_in("wu").await, office.sign_in("su").await);
    let order = presented(&mut lin).await;
    let task = tasks::issued(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let only = [("代办人", "苏芮"), ("自", "2026-03-02"), ("至", "2026-03-06"), ("督办令", "是")];
    gives(&mut wu, &only).await.answers(200).says("督办令");
    su.opens(&order).await;
    su.asks(&task).await.answers(404);

    // 陈望 stands in for 苏芮, who stands in for 吴立群: that gives nothing of what 吴立群 holds.
    gives(&mut su, &[("代办人", "陈望"), ("自", "2026-03-02"), ("至", "2026-03-06")]).await.answers(200);
    let mut chen = office.sign_in("chen").await;
    chen.asks(&order).await.answers(404);

    let form = wu.opens("/stand-ins").await.form("结束");
    wu.sends(form).await.answers(200).says("已结束");
    su.asks(&order).await.answers(404);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind LIKE 'stand_in.%'").await, 3);
}

#[tokio::test]
async fn who_may_not_stand_in_is_told_why_and_nothing_is_lost() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut wu, mut xue) = (office.sign_in("wu").await, office.sign_in("xue").await);
    let dates = [("自", "2026-03-02"), ("至", "2026-03-06")];
    let with = |person: &'static str| [&[("代办人", person)][..], &dates[..]].concat();
    gives(&mut wu, &with("高岩")).await.answers(422).says("不能代办业务").says("高岩");
    let backwards = [("代办人", "苏芮"), ("自", "2026-03-06"), ("至", "2026-03-02")];
    gives(&mut wu, &backwards).await.answers(422).says("结束日早于开始日");
    let form = wu.opens("/stand-ins").await.form("安排代办").forged("person", "nonsense").forged("from_on", "明天");
    wu.sends(form).await.answers(422).says("请从名单里选一个人").says("请写成 2026-03-05 这样的日期");
    // Nobody arranges it for somebody else, unless they administer; and then not for themselves.
    let mut su = office.sign_in("su").await;
    let form = su.opens("/stand-ins").await.form("安排代办");
    let forged = form.with("代办人", "陈望").with("自", "2026-03-02").with("至", "2026-03-06");
    let someone = "00000000-0000-0000-0000-000000000201";
    su.sends(forged.forged("principal", someone)).await.answers(422).says("不能替别人安排代办");
    let arranged = [&[("被代人", "吴立群")][..], &with("苏芮")[..]].concat();
    gives(&mut xue, &arranged).await.answers(200).says("苏芮").says("吴立群");
    let own = [&[("被代人", "吴立群")][..], &with("薛静言")[..]].concat();
    gives(&mut xue, &own).await.answers(422).says("不能安排自己代别人办理");
}
