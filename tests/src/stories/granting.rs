//! Who is given what, by whom, from when to when? A role holds from its day on and not a second longer than it should,
//! on every node. `task_order`.
//!
//! Never to oneself, never two administrators in one person, never without the last security administrator.

use super::tasks;
use crate::harness::{Office, Page, Visitor};

const BASIS: &str = "岚湾新区分工通知第3号";

/// Fills in the form of a new grant and sends it, whatever comes.
async fn tries_to_give(visitor: &mut Visitor, person: &str, role: &str, unit: &str, until: &str) -> Page {
    let form = visitor.opens("/grants/new").await.form("/grants");
    let who = form.choices("人员").into_iter().find(|it| it.starts_with(person)).unwrap_or_default();
    let form = form.with("人员", &who).with("角色", role).with("单位", unit).with("终止日", until);
    visitor.sends(form.with("依据", BASIS)).await
}

async fn gives(visitor: &mut Visitor, person: &str, role: &str, unit: &str) -> String {
    let page = tries_to_give(visitor, person, role, unit, "").await;
    page.answers(200).says("已授权");
    crate::harness::record_of(&page.url)
}

async fn ends(visitor: &mut Visitor, grant: &str, when: &str, until: &str) -> Page {
    let form = visitor.opens(grant).await.form("终止授权").with("什么时候终止", when).with("最后一天", until);
    visitor.sends(form.with("理由", "工作调整")).await
}

#[tokio::test]
async fn a_role_given_by_somebody_else_holds_at_once_and_is_told() {
    let office = Office::open().await;
    let (mut xue, mut li) = (office.sign_in("xue").await, office.sign_in("li").await);
    li.asks("/m/task_order/new").await.answers(404);
    gives(&mut xue, "黎澄", "督查员", "葵岭街道").await;
    let offered = li.opens("/m/task_order/new").await.form("/records").choices("责任单位");
    assert_eq!(offered, ["葵岭街道", "葵岭街道葵北社区"]);
    li.opens("/inbox").await.says("你获得授权：督查员，管葵岭街道");
    li.opens("/units").await.says("督查员").says(BASIS);
    let list = xue.opens("/grants?person=lc").await;
    list.says("黎澄").says("督查员").says("单位联络员").says(BASIS).does_not_say("郑海生");
    office.db_verify().await;
}

#[tokio::test]
async fn one_that_starts_tomorrow_holds_tomorrow_and_one_that_ends_today_holds_until_midnight() {
    let office = Office::open().await;
    office.on("2026-03-05");
    let (mut xue, mut li) = (office.sign_in("xue").await, office.sign_in("li").await);
    let form = xue.opens("/grants/new").await.form("/grants");
    let who = form.choices("人员").into_iter().find(|it| it.starts_with("黎澄")).expect("she can be chosen");
    let form = form.with("人员", &who).with("角色", "督查员").with("单位", "葵岭街道").with("依据", BASIS);
    let page = xue.sends(form.with("生效日", "2026-03-06").with("终止日", "2026-03-09")).await;
    page.answers(200).says("未生效");
    li.asks("/m/task_order/new").await.answers(404);
    office.on("2026-03-06");
    li.opens("/m/task_order/new").await;
    // Nine in the morning and fourteen hours and fifty-nine minutes: a minute before midnight.
    office.on("2026-03-09").minutes_pass(14 * 60 + 59);
    li.opens("/m/task_order/new").await;
    office.minutes_pass(2);
    li.asks("/m/task_order/new").await.answers(404);
    xue.opens("/grants?person=lc&all=1").await.says("已到期");
}

#[tokio::test]
async fn one_that_another_node_ended_a_second_ago_holds_nowhere() {
    let office = Office::open().await;
    let mut xue = office.sign_in("xue").await;
    let grant = gives(&mut xue, "黎澄", "督查员", "葵岭街道").await;
    let mut elsewhere = office.sign_in_at_another_node("li").await;
    let mut here = office.sign_in("li").await;
    elsewhere.opens("/m/task_order/new").await;
    here.opens("/m/task_order/new").await;
    ends(&mut xue, &grant, "立即终止", "").await.answers(200).says("已终止").says("工作调整");
    elsewhere.asks("/m/task_order/new").await.answers(404);
    here.asks("/m/task_order/new").await.answers(404);
    here.opens("/inbox").await.says("“督查员”即日起终止：工作调整");
    xue.opens(&grant).await.says("立即终止");
    xue.asks(&format!("{grant}/end")).await.answers(404);
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_gives_to_themselves_or_ends_the_last_security_administrator() {
    let office = Office::open().await;
    let (mut xue, mut gao) = (office.sign_in("xue").await, office.sign_in("gao").await);
    let form = xue.opens("/grants/new").await.form("/grants");
    assert!(!form.choices("人员").iter().any(|who| who.starts_with("薛静言")), "one is not offered oneself");
    let form = form.with("角色", "督查员").with("单位", "岚湾新区").with("依据", BASIS);
    let own = "00000000000000000000000000000208";
    xue.sends(form.forged("person", own)).await.answers(403).says("不能给自己授权");
    let mine = xue.opens("/grants?person=xjy").await.hrefs("/grants/0").remove(0);
    let page = xue.opens(&mine).await;
    assert!(page.find_form("终止授权").is_none(), "{}", page.text());
    // Even the whole way round the page: a second one for a while does not let the first one go.
    let until = "2026-12-31";
    tries_to_give(&mut xue, "黎澄", "安全管理员", "岚湾新区", until).await.answers(200);
    let mut li = office.sign_in("li").await;
    ends(&mut li, &mine, "立即终止", "").await.answers(422).says("最后一位长期的安全管理员");
    // The system administrator gives nothing at all.
    gao.asks("/grants").await.answers(404);
    gao.asks("/grants/new").await.answers(404);
}

#[tokio::test]
async fn two_administrators_are_never_one_person_not_even_on_one_day_to_come() {
    let office = Office::open().await;
    let mut xue = office.sign_in("xue").await;
    let page = tries_to_give(&mut xue, "高岩", "审计管理员", "岚湾新区", "").await;
    page.answers(422).says("不能由同一人兼任").says("系统管理员");
    assert_eq!(page.form("/grants").typed("依据"), BASIS, "what was typed is still there");
    let running = xue.opens("/grants?person=gy").await.hrefs("/grants/0").remove(0);
    ends(&mut xue, &running, "到某一天为止", "2026-01-20").await.answers(200);
    tries_to_give(&mut xue, "高岩", "审计管理员", "岚湾新区", "").await.answers(422);
    let form = xue.opens("/grants/new").await.form("/grants");
    let who = form.choices("人员").into_iter().find(|it| it.starts_with("高岩")).expect("he can be chosen");
    let form = form.with("人员", &who).with("角色", "审计管理员").with("单位", "岚湾新区").with("依据", BASIS);
    xue.sends(form.with("生效日", "2026-01-21")).await.answers(200).says("未生效");
}

#[tokio::test]
async fn the_head_of_a_unit_gives_what_the_vocabulary_says_inside_the_own_unit_only() {
    let office = Office::open().await;
    let mut zhou = office.sign_in("zhou").await;
    let form = zhou.opens("/grants/new").await.form("/grants");
    assert_eq!(form.choices("角色"), ["单位联络员"]);
    assert_eq!(form.choices("单位"), ["岚湾新区农业农村局"]);
    let own = zhou.opens("/grants").await;
    own.says("郑海生").does_not_say("黎澄").does_not_say("局长");
    let foreign = "/grants/00000000000000000000000000000306";
    zhou.asks(foreign).await.answers(404);
    let form = form.with("角色", "单位联络员").with("依据", BASIS).forged("person", "00000000000000000000000000000202");
    let forged = form.clone().forged("unit", "00000000000000000000000000000104");
    zhou.sends(forged).await.answers(403).says("你不能授予");
    let forged = form.with("单位", "岚湾新区农业农村局").forged("role", "supervisor");
    zhou.sends(forged).await.answers(403).says("你不能授予");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM grant_").await, 10, "nothing was given");
}

#[tokio::test]
async fn a_correction_ends_the_old_one_and_gives_a_new_one_in_one_act() {
    let office = Office::open().await;
    let (mut xue, mut li) = (office.sign_in("xue").await, office.sign_in("li").await);
    let wrong = gives(&mut xue, "黎澄", "督查员", "岚湾新区农业农村局").await;
    let page = xue.opens(&wrong).await;
    let form = xue.opens(&page.link("更正")).await.form("/grants");
    assert_eq!(form.typed("依据"), BASIS);
    xue.sends(form.with("单位", "葵岭街道")).await.answers(200).says("葵岭街道及其下级");
    xue.opens(&wrong).await.says("立即终止").says("更正：");
    let offered = li.opens("/m/task_order/new").await.form("/records").choices("责任单位");
    assert_eq!(offered, ["葵岭街道", "葵岭街道葵北社区"]);
}

#[tokio::test]
async fn a_form_sent_twice_gives_once() {
    let office = Office::open().await;
    let mut xue = office.sign_in("xue").await;
    let form = xue.opens("/grants/new").await.form("/grants");
    let who = form.choices("人员").into_iter().find(|it| it.starts_with("黎澄")).expect("she can be chosen");
    let form = form.with("人员", &who).with("角色", "督查员").with("单位", "葵岭街道").with("依据", BASIS);
    let (first, second) = (xue.sends(form.clone()).await, xue.sends(form).await);
    assert_eq!(first.url, second.url);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM grant_").await, 11);
}

#[tokio::test]
async fn two_who_give_at_the_same_moment_never_make_two_administrators_of_one() {
    let office = Office::open().await;
    let mut xue = office.sign_in("xue").await;
    gives(&mut xue, "黎澄", "安全管理员", "岚湾新区").await;
    let mut li = office.sign_in("li").await;
    let (one, other) = tokio::join!(
        tries_to_give(&mut xue, "苏芮", "系统管理员", "岚湾新区", ""),
        tries_to_give(&mut li, "苏芮", "审计管理员", "岚湾新区", ""),
    );
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 422], "{}\n{}", one.text(), other.text());
}

#[tokio::test]
async fn the_list_is_filtered_by_person_role_unit_and_day_and_keeps_its_filters() {
    let office = Office::open().await;
    let mut xue = office.sign_in("xue").await;
    let list = xue.opens("/grants").await;
    let page = xue.sends(list.form("筛选").with("角色", "单位联络员").with("单位及其下级", "葵岭街道")).await;
    page.says("黎澄").does_not_say("郑海生");
    assert_eq!(page.form("筛选").typed("人员"), "");
    xue.opens("/grants?on=2024-12-31").await.says("没有符合条件的授权");
    for nonsense in ["on=2026-02-30", "role=nobody", "unit=x", "after=%00", "on=%F0%9F%8C%B6"] {
        xue.asks(&format!("/grants?{nonsense}")).await.answers(422);
    }
    xue.opens(&format!("/grants?person={}", "长".repeat(5000))).await;
}

#[tokio::test]
async fn once_a_year_every_grant_is_kept_or_ended_by_somebody_else() {
    let office = Office::open().await;
    office.on("2026-11-25");
    let (mut lin, mut xue) = (office.sign_in("lin").await, office.sign_in("xue").await);
    tasks::drafted(&mut lin, "建立书屋管护台账", "葵岭街道", "2026-12-31").await;
    xue.opens("/grants/review").await.says("每年年底自动开始");
    office.days_pass_until("2026-12-01").await;
    office.tick().await;
    assert_eq!(xue.notices("年度授权复核开始了").await, 1, "once, however often the clock looks");
    let page = xue.opens("/grants/review").await;
    page.says("林书敏").says("2026-11-25").says("13个月内没有用过");
    let row = page.rows().into_iter().find(|row| row.iter().any(|(cell, _)| cell == "薛静言")).expect("her own");
    assert!(row.iter().any(|(cell, _)| cell == "由他人复核"), "{row:?}");
    let kept = xue.sends(page.form("保留")).await;
    kept.says("保留了 1 项授权");
    let page = xue.sends(kept.form("本页全部保留")).await;
    page.says("保留了 8 项授权").does_not_say("林书敏").says("由他人复核");
    xue.opens("/grants/review?tab=done").await.says("林书敏").says("薛静言 2026-12-01");
    office.on("2027-12-01").tick().await;
    xue.opens("/grants/review").await.says("林书敏");
    office.db_verify().await;
}
