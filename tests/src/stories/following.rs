//! 关注 and @: whoever follows a record hears of it, whoever is named is told, and nobody learns what is not theirs.
//!
//! Never word to whoever did it, and never a word after the right is gone.

use serde_json::json;

use super::tasks;
use crate::harness::{Office, Visitor};

const TITLE: &str = "完成渔港码头产权移交";

/// Follows a record by the button on its page.
pub(super) async fn follows(visitor: &mut Visitor, record: &str) {
    let form = visitor.opens(record).await.form("关注");
    visitor.sends(form).await.answers(200).says("取消关注");
}

/// How often somebody was told because they follow.
async fn told(office: &Office) -> i64 {
    office.db_count("SELECT COUNT(*) FROM notice WHERE kind = 'followed'").await
}

#[tokio::test]
async fn whoever_follows_hears_of_each_step_and_remark_but_not_of_their_own() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng, mut wu) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("wu").await);
    wu.opens("/following").await.says("还没有关注");
    let record = tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    follows(&mut wu, &record).await;
    // Pressed twice it is the same.
    follows(&mut lin, &record).await;
    wu.opens("/following").await.says(TITLE).says("待签收");

    zheng.takes("签收", &record, &[]).await;
    assert_eq!(wu.notices("你关注的事项已“签收”").await, 1);
    assert_eq!(wu.notices("现在是“推进中”").await, 1);
    assert_eq!(lin.notices("你关注的事项已“签收”").await, 1);
    assert_eq!(zheng.notices("你关注的事项").await, 0, "whoever does not follow hears nothing");
    wu.takes("留言", &record, &[("说什么", "我来协调。")]).await;
    assert_eq!((wu.notices("有新留言").await, lin.notices("有新留言").await), (0, 1), "not of their own");
    zheng.takes("留言", &record, &[("说什么", "已核清两处。")]).await;
    assert_eq!(wu.notices("有新留言").await, 1);
    // The notice leads to the record.
    assert!(wu.opens("/inbox").await.hrefs(&record).len() == 1);

    let form = wu.opens("/following").await.form("取消关注");
    wu.sends(form).await.answers(200).says("还没有关注");
    zheng.takes("报进度", &record, &[("进度", "40"), ("进展情况", "已核清两处。")]).await;
    assert_eq!((wu.notices("“报进度”").await, lin.notices("“报进度”").await), (0, 1));
    // Ended twice it stays ended.
    wu.posts_json(&format!("/api/v1{record}/following"), &json!({ "follow": false })).await.answers(200);
    office.db_verify().await;
}

#[tokio::test]
async fn whoever_is_named_in_a_remark_is_told_once_and_the_remark_says_whom_it_named() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng, mut wu) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("wu").await);
    let record = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    follows(&mut wu, &record).await;
    let page = zheng.takes("留言", &record, &[("说什么", "请协调管线迁改。"), ("提到谁", "吴立群、林书敏")]).await;
    page.says("请协调管线迁改。").says("提到吴立群").says("提到林书敏");
    assert_eq!((wu.notices("郑海生留言提到你").await, lin.notices("郑海生留言提到你").await), (1, 1));
    assert_eq!(wu.notices("有新留言").await, 0, "told once, by name");
    // Who may not see it is not named, and learns nothing.
    let page = zheng.tries("留言", &record, &[("说什么", "请看看。"), ("提到谁", "陈望")]).await;
    page.answers(422).says("陈望看不到这件事项").says("请看看。");
    assert_eq!(office.sign_in("chen").await.notices("留言").await, 0);
    // Far too much is refused and nothing of it is lost.
    let long = "长".repeat(100_000);
    let page = zheng.tries("留言", &record, &[("说什么", &long)]).await;
    assert!(page.answers(422).form("留言").typed("说什么").chars().count() == 100_000);
    office.db_verify().await;
}

#[tokio::test]
async fn who_lost_the_right_hears_nothing_more_and_can_still_end_it() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    follows(&mut zheng, &record).await;
    lin.takes("留言", &record, &[("说什么", "请抓紧。")]).await;
    assert_eq!(zheng.notices("有新留言").await, 1);
    assert_eq!(told(&office).await, 1);
    office.db_moves("zheng", "unit_liaison", "葵岭街道", "2026-01-20").await;
    office.on("2026-01-20");
    lin.takes("留言", &record, &[("说什么", "内部情况。")]).await;
    lin.takes("撤销任务", &record, &[("理由", "上级已调整。")]).await;
    assert_eq!(told(&office).await, 1, "nothing more was written down for them");
    zheng.opens("/following").await.does_not_say(TITLE).says("你现在看不到的事项");
    zheng.asks(&record).await.answers(404);
    zheng.posts_json(&format!("/api/v1{record}/following"), &json!({ "follow": true })).await.answers(404);
    let form = zheng.opens("/following").await.form("取消关注");
    zheng.sends(form).await.answers(200).says("还没有关注");
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_follows_what_they_do_not_see_and_machines_do_as_people_do() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut chen, mut gao) =
        (office.sign_in("lin").await, office.sign_in("chen").await, office.sign_in("gao").await);
    let record = tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    let place = format!("/api/v1{record}/following");
    for stranger in [&mut chen, &mut gao] {
        stranger.posts_json(&place, &json!({ "follow": true })).await.answers(404);
        stranger.posts_json(&place, &json!({ "follow": false })).await.answers(404);
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM follow").await, 0);
    lin.posts_json(&place, &json!({ "follow": true })).await.answers(200);
    let list = lin.asks("/api/v1/following").await.json();
    assert_eq!(
        (list["following"][0]["title"].as_str().is_some_and(|it| it.contains(TITLE)), list["after"].is_null()),
        (true, true)
    );
    lin.posts_json(&place, &json!({ "follow": "yes" })).await.answers(400);
    lin.opens(&record).await.form("取消关注");
}

#[tokio::test]
async fn steps_on_many_at_once_are_heard_of_and_a_long_list_has_pages() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut wu) = (office.sign_in("lin").await, office.sign_in("wu").await);
    for at in 0..3 {
        let record = tasks::drafted(&mut lin, &format!("建立第{at}处管护台账"), "农业农村局", "2026-03-31").await;
        follows(&mut wu, &record).await;
    }
    lin.takes_on_all("下达任务书", "/m/task_order?tab=drafted").await.answers(200);
    assert_eq!(wu.notices("你关注的事项已“下达任务书”").await, 3);
    // What follows is a second page.
    let ctx = office.db_ctx_of("wu");
    let person = ctx.person().expect("a person");
    let mut tx = office.app.db.begin().await.expect("begin");
    for _ in 0..60 {
        let record = ctx.new_id();
        store::follows::insert(&mut tx, person, record, ctx.now).await.expect("followed");
    }
    tx.commit().await.expect("kept");
    let first = wu.opens("/following").await;
    assert_eq!(first.forms_to("/following").len(), 50);
    let next = first.link("下一页");
    assert_eq!(wu.opens(&next).await.forms_to("/following").len(), 13);
}
