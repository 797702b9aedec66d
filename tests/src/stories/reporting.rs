//! Figures reported upward: sealed by the unit, accepted by the level above, locked, and changed only by exception;
//! and what units are to reach. `task_order`.
//!
//! Never an accepted number that somebody changes unseen.

use super::tasks;
use crate::harness::{Office, Visitor};

const BUREAU: &str = "00000000-0000-0000-0000-000000000103";
const GRID: &str = "/figures/seals?unit=00000000-0000-0000-0000-000000000103&period=2026-01";

/// A task of 农业农村局 that fell due in January and is open, and one that was done in time; it is February.
async fn a_january(office: &Office) -> (Visitor, Visitor, String) {
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let mut zhou = office.sign_in("zhou").await;
    let done = tasks::underway(&mut lin, &mut zheng, "建立书屋管护台账", "农业农村局", "2026-01-30").await;
    let open = tasks::underway(&mut lin, &mut zheng, "完成码头产权移交", "农业农村局", "2026-01-28").await;
    office.on("2026-01-20");
    tasks::finished(&mut lin, &mut zhou, &done).await;
    office.days_pass_until("2026-02-05").await;
    (lin, zheng, open)
}

/// 农业农村局 reports January.
async fn reported(zheng: &mut Visitor) {
    let form = zheng.opens(GRID).await.form("封存并报送");
    zheng.sends(form).await.answers(200).says("已报送").says("已报");
}

/// 林书敏 accepts what 农业农村局 reported for January.
async fn accepted(lin: &mut Visitor) {
    let grid = lin.opens("/figures/seals?period=2026-01").await;
    grid.says("岚湾新区农业农村局").says("已报").says("未报");
    lin.sends(grid.form("收下选中的")).await.answers(200).says("已收下").says("已收");
}

#[tokio::test]
async fn a_unit_reports_the_level_above_accepts_and_a_late_correction_needs_an_exception() {
    let office = Office::open().await;
    let (mut lin, mut zheng, open) = a_january(&office).await;
    reported(&mut zheng).await;
    accepted(&mut lin).await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM figure_seal WHERE state_ = 'accepted'").await, 9);

    // The task counts among those that fell due in January: whoever drops it changes what was accepted.
    let drop = lin.opens(&open).await.form("撤销任务").with("理由", "与另一任务合并。");
    let refused = lin.sends(drop.clone()).await;
    refused.answers(422).says("按时办结率").says("2026年1月").says("收下并锁定").says("与另一任务合并。");
    assert!(lin.opens(&open).await.text().contains("推进中"));

    let mut wu = office.sign_in("wu").await;
    let seal = seal_of(&mut wu, "on_time").await;
    let form = wu.opens(&seal).await.form("批准例外");
    wu.sends(form.clone().with("准许谁更改", "林书敏")).await.answers(422).says("没有写例外理由").says("截止日不对");
    let form = form.with("准许谁更改", "林书敏").with("例外理由", "任务重复下达").with("到哪天为止", "2026-02-10");
    wu.sends(form).await.answers(200).says("已批准例外").says("任务重复下达");
    // An exception is for one figure and one person: the others that the step changes are refused still.
    let drop = lin_drop(&mut lin, &open).await;
    let refused = lin.sends(drop).await;
    if refused.status == 422 {
        refused.does_not_say("按时办结率");
        except_all(&mut wu).await;
        let drop = lin_drop(&mut lin, &open).await;
        lin.sends(drop).await.answers(200);
    }

    let page = wu.opens(&seal).await;
    page.says("不再计入").says("完成码头产权移交").says("50").says("100");
    wu.opens("/figures/seals?period=2026-01").await.says("已变");
    office.db_verify().await;
}

async fn lin_drop(lin: &mut Visitor, open: &str) -> crate::harness::Form {
    lin.opens(open).await.form("撤销任务").with("理由", "与另一任务合并。")
}

/// The page of the seal of one figure.
async fn seal_of(visitor: &mut Visitor, figure: &str) -> String {
    let grid = visitor.opens("/figures/seals?period=2026-01").await;
    for href in grid.hrefs("/figures/seals/") {
        if visitor.opens(&href).await.hrefs(&format!("/figures/{figure}?")).iter().any(|href| href.contains("103&")) {
            return href;
        }
    }
    panic!("no seal of {figure} in\n{}", grid.text());
}

/// Lets 林书敏 change every accepted figure.
async fn except_all(wu: &mut Visitor) {
    let grid = wu.opens("/figures/seals?period=2026-01").await;
    for href in grid.hrefs("/figures/seals/") {
        let page = wu.opens(&href).await;
        if page.text().contains("批准例外") {
            let form = page.form("批准例外").with("准许谁更改", "林书敏");
            wu.sends(form.with("例外理由", "任务重复下达").with("到哪天为止", "2026-02-10")).await.answers(200);
        }
    }
}

#[tokio::test]
async fn what_was_returned_is_reported_anew_and_what_changed_meanwhile_is_not_accepted() {
    let office = Office::open().await;
    let (mut lin, mut zheng, open) = a_january(&office).await;
    reported(&mut zheng).await;
    // It changes before it is accepted.
    lin.takes("撤销任务", &open, &[("理由", "重复。")]).await;
    let grid = lin.opens("/figures/seals?period=2026-01").await;
    lin.sends(grid.form("收下选中的")).await.answers(422).says("报送以后已有变化");
    let form = lin.opens("/figures/seals?period=2026-01").await.form("退回选中的");
    lin.sends(form.clone()).await.answers(422).says("没有写退回理由");
    lin.sends(form.with("退回理由", "任务已撤销，请核对。")).await.answers(200).says("已退回").says("退回");
    zheng.opens("/inbox").await.says("任务已撤销，请核对。");
    reported(&mut zheng).await;
    accepted(&mut lin).await;
    office.db_verify().await;
}

#[tokio::test]
async fn people_are_sealed_as_people_and_who_came_and_went_is_named() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let mut last = String::new();
    for (title, who) in [("移交渔港码头", "苏芮"), ("建立书屋台账", "陈望")] {
        last = tasks::drafted_with(&mut lin, title, "农业农村局", "2026-03-31", &[("责任人", who)]).await;
        lin.takes("下达任务书", &last, &[]).await;
        zheng.takes("签收", &last, &[]).await;
    }
    office.days_pass_until("2026-02-05").await;
    reported(&mut zheng).await;
    let seal = seal_of(&mut lin, "responsible_people").await;
    lin.opens(&seal).await.says("数到的人").says("2 人").does_not_say("不再计入");
    // It was somebody else in January: one has come and one has gone, though the number is the same.
    let report = [("责任人", "周启"), ("进度", "50%"), ("进展情况", "已经换人。")];
    zheng.takes("报进度", &last, &report).await;
    let page = lin.opens(&seal).await;
    page.says("封存以后的变化").says("周启").says("新计入").says("陈望").says("不再计入");
    let grid = lin.opens("/figures/seals?period=2026-01").await;
    lin.sends(grid.form("收下选中的")).await.answers(422).says("责任人数").says("报送以后已有变化");
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_accepts_their_own_and_nobody_sees_what_they_may_not_know() {
    let office = Office::open().await;
    let (mut lin, mut zheng, _) = a_january(&office).await;
    reported(&mut zheng).await;
    let seal = seal_of(&mut lin, "closed").await;
    zheng.opens(&seal).await.does_not_say("收下或退回");
    for login in ["li", "su", "gao"] {
        office.sign_in(login).await.asks(&seal).await.answers(404);
    }
    office.sign_in("gao").await.asks("/figures/seals").await.answers(404);
    office.sign_in("li").await.asks(GRID).await.answers(404);
    // A period that is not over cannot be reported.
    zheng.opens(&GRID.replace("2026-01", "2026-02")).await.says("还没有结束").does_not_say("封存并报送");
    office.db_verify().await;
}

#[tokio::test]
async fn a_target_shows_as_a_light_and_says_who_set_it_on_what_basis() {
    let office = Office::open().await;
    let (mut lin, mut zheng, _) = a_january(&office).await;
    let path = format!("/m/task_order/figures/on_time?unit={BUREAU}&period=2026-01");
    let form = lin.opens(&path).await.form("下达目标");
    lin.sends(form.clone().with("目标值", "九成")).await.answers(422).says("目标值看不懂").says("没有写目标的依据");
    let form = form.with("怎样算达标", "至少").with("目标值", "90%").with("目标依据", "岚综督〔2026〕1号");
    let page = lin.sends(form).await;
    page.answers(200).says("未达标（至少 90）").says("岚综督〔2026〕1号").says("林书敏");
    zheng.opens(&path).await.says("未达标（至少 90）").does_not_say("下达目标");
    zheng.opens("/m/task_order/figures?period=2026-01").await.does_not_say("下达目标");
    let again = lin.opens(&path).await.form("下达目标").with("目标值", "50").with("目标依据", "岚综督〔2026〕2号");
    lin.sends(again).await.answers(200).says("达标（至少 50）").does_not_say("至少 90");
    let form = lin.opens(&path).await.form("取消");
    lin.sends(form).await.answers(200).does_not_say("岚综督〔2026〕2号").says("还没有下达目标");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind LIKE 'target.%'").await, 3);
    office.db_verify().await;
}

#[tokio::test]
async fn a_figure_that_was_reported_cannot_leave_the_definitions() {
    let office = Office::open().await;
    let (_, mut zheng, _) = a_january(&office).await;
    let without = || {
        let mut files = server::definitions::shipped();
        let file = files.iter_mut().find(|file| file.path.ends_with("task_order.kdl")).expect("it is shipped");
        file.text = file.text.replace("figure \"days_used\"", "figure \"days_spent\"").into();
        let (definitions, problems) = app::office::read_definitions(files);
        assert!(problems.is_empty(), "{problems:?}");
        definitions
    };
    let ctx = office.db_ctx();
    ctx.office.take_definitions(without(), ctx.now).await.expect("nothing is reported yet");
    let (shipped, _) = app::office::read_definitions(server::definitions::shipped());
    ctx.office.take_definitions(shipped, ctx.now).await.expect("the shipped ones");
    reported(&mut zheng).await;
    match ctx.office.take_definitions(without(), ctx.now).await {
        Err(app::Error::Refused(refusals)) => assert_eq!(refusals[0].code, "figure_seal.definition"),
        other => panic!("{other:?}"),
    }
    zheng.opens("/m/task_order/figures/days_used").await.says("平均用时");
}
