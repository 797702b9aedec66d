//! 会签、加签、转办、撤回、催办、抄送: the office's everyday moves, by page and by machine. `task_order`.
//!
//! Never two signatures of one human, and never a trace lost.

use serde_json::json;

use super::tasks;
use crate::harness::{Office, Page, Visitor};

const HELPERS: &str = "葵岭街道葵北社区、岚湾新区组织人事局";

/// A machine is told in words.
fn tells(page: &Page, words: &str) {
    let body = String::from_utf8_lossy(&page.body);
    assert!(body.contains(words), "“{words}” is not told: {body}");
}

/// A task with two helping units that is with them for their signatures.
pub(super) async fn consulting(lin: &mut Visitor) -> String {
    let more = [("协办单位", HELPERS)];
    let record = tasks::drafted_with(lin, "建立渔港联合巡查机制", "农业农村局", "2026-03-31", &more).await;
    lin.takes("送会签", &record, &[]).await.says("会签中");
    record
}

// proves: step.joint
#[tokio::test]
async fn both_units_sign_the_page_says_who_is_awaited_and_a_restart_forgets_nothing() {
    let mut office = Office::open().await;
    office.on("2026-01-06");
    let mut lin = office.sign_in("lin").await;
    let record = consulting(&mut lin).await;
    let (mut su, mut li) = (office.sign_in("su").await, office.sign_in("li").await);
    assert_eq!((su.notices("等你会签").await, li.notices("等你会签").await), (1, 1));
    su.opens("/").await.says("建立渔港联合巡查机制");

    let signed = su.takes("会签", &record, &[("意见", "无意见。")]).await;
    signed.says("会签中").says("苏芮").says("等黎澄办理");
    // Signed once is signed: the form is gone, and a machine is told why.
    let url = format!("/api/v1{record}/steps/countersign");
    su.posts_json(&url, &json!({ "opinion": "再签一次。" })).await.answers(403);

    office.reopens().await;
    let mut li = office.sign_in("li").await;
    li.opens(&record).await.says("苏芮").says("等黎澄办理");
    let form = li.opens(&record).await.form("不同意").with("理由", "巡查船只由我街道提供，请写明经费。");
    li.sends(form).await.answers(200).says("已办理");
    // It is a draft again, and drafts are not for helping units.
    li.asks(&record).await.answers(404);
    let mut lin = office.sign_in("lin").await;
    lin.opens("/").await.says("建立渔港联合巡查机制");

    // The next round begins anew.
    lin.takes("送会签", &record, &[]).await.says("等陈望、苏芮办理").says("等黎澄办理");
    let (mut su, mut li) = (office.sign_in("su").await, office.sign_in("li").await);
    su.takes("会签", &record, &[("意见", "同意。")]).await;
    li.takes("会签", &record, &[("意见", "同意。")]).await.says("待下达");
    let mut lin = office.sign_in("lin").await;
    lin.takes("下达任务书", &record, &[]).await.says("任〔2026〕1号").says("抄送").says("葵岭街道");
    // A helping unit goes on seeing what it signed.
    su.opens(&record).await.says("待签收");
    assert_eq!(su.notices("抄送给你").await, 1);
    office.db_verify().await;
}

// proves: step.may_add
#[tokio::test]
async fn a_signer_asks_a_colleague_to_sign_first_and_takes_a_signature_back() {
    let office = Office::open().await;
    office.on("2026-01-06");
    let mut lin = office.sign_in("lin").await;
    let record = consulting(&mut lin).await;
    let (mut su, mut chen, mut li) =
        (office.sign_in("su").await, office.sign_in("chen").await, office.sign_in("li").await);
    let asked = [("请谁加签", "吴立群"), ("先后", "在我之前"), ("理由", "涉及经费。")];
    su.takes("加签", &record, &asked).await.says("吴立群").says("苏芮加签");
    let url = format!("/api/v1{record}/steps/countersign");
    tells(su.posts_json(&url, &json!({ "opinion": "同意。" })).await.answers(403), "还没有轮到你");
    let mut wu = office.sign_in("wu").await;
    assert_eq!(wu.notices("请你加签").await, 1);
    wu.takes("会签", &record, &[("意见", "经费可行。")]).await;
    chen.takes("会签", &record, &[("意见", "同意。")]).await.says("陈望");

    // Nobody acted since: 陈望 takes it back, and everything is as it was before.
    chen.takes("撤回", &record, &[]).await.says("撤回").says("等陈望、苏芮办理");
    su.takes("会签", &record, &[("意见", "同意。")]).await;
    li.takes("会签", &record, &[("意见", "同意。")]).await.says("待下达");
    office.db_verify().await;
}

// proves: step.recall
#[tokio::test]
async fn a_step_taken_back_restores_the_record_its_deadlines_and_its_figures() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng, mut zhou) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("zhou").await);
    let record = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    // What has a number and a paper has left the house.
    let url = format!("/api/v1{record}/steps/flow.recalled");
    tells(lin.posts_json(&url, &json!({})).await.answers(422), "不能撤回");
    let was =
        office.db_count("SELECT CAST(COALESCE(SUM(numerator * 7 + denominator), 0) AS BIGINT) FROM figure_cell").await;
    zheng.takes("签收", &record, &[]).await.says("推进中");
    zhou.posts_json(&url, &json!({})).await.answers(422);
    zheng.takes("撤回", &record, &[]).await.says("待签收").says("郑海生");
    assert_eq!(
        office.db_count("SELECT CAST(COALESCE(SUM(numerator * 7 + denominator), 0) AS BIGINT) FROM figure_cell").await,
        was
    );
    assert_eq!(office.db_count("SELECT COUNT(*) FROM deadline WHERE ended_on IS NULL").await, 2);
    office.db_verify().await;
    // Taken back is not taken: it can be taken anew, and its taking back cannot be taken back.
    zheng.posts_json(&url, &json!({})).await.answers(422);
    zheng.takes("签收", &record, &[]).await.says("推进中");
    zheng.takes("报进度", &record, &[("进度", "100"), ("进展情况", "均已移交。")]).await;
    zhou.takes("申请办结", &record, &[("佐证材料", "移交清单.pdf")]).await.says("待核验");
    lin.takes("核验办结", &record, &[("意见", "属实。")]).await.says("已办结");
    lin.takes("撤回", &record, &[]).await.says("待核验").does_not_say("已经结束");
    office.db_verify().await;
}

#[tokio::test]
async fn a_record_is_handed_to_a_colleague_urged_once_a_day_and_copied() {
    let office = Office::open().await;
    office.on("2026-01-08");
    office.db_grants("su", "unit_liaison", "岚湾新区农业农村局").await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    zheng.takes("转办", &record, &[("转给谁", "苏芮"), ("理由", "苏芮熟悉产权。")]).await.says("苏芮");
    let mut su = office.sign_in("su").await;
    assert_eq!(su.notices("转办给你").await, 1);
    su.opens("/").await.says("完成渔港码头产权移交");

    lin.takes("催办", &record, &[("催办的话", "请今天签收。")]).await;
    assert_eq!((su.notices("请今天签收").await, zheng.notices("请今天签收").await), (1, 0));
    lin.tries("催办", &record, &[]).await.answers(422).says("每人每件每天最多催办一次");
    office.on("2026-01-09");
    let mut lin = office.sign_in("lin").await;
    let mut su = office.sign_in("su").await;
    let urge = format!("/api/v1{record}/steps/flow.urged");
    // Whoever is at work is not disturbed by a reminder: the form they have open still counts.
    let form = su.opens(&record).await.form("签收");
    lin.posts_json(&urge, &json!({ "fields": { "words": "第二次催。" } })).await.answers(200);
    su.sends(form).await.answers(200).says("推进中");

    let mut li = office.sign_in("li").await;
    li.asks(&record).await.answers(404);
    lin.takes("抄送", &record, &[("抄送给谁", "黎澄"), ("附言", "供参考。")]).await.says("黎澄");
    assert_eq!(li.notices("供参考").await, 1);
    li.opens(&record).await.says("完成渔港码头产权移交").does_not_say("报进度");
    // Whoever sees it may say something and call on others who see it; who does not is not called on.
    li.takes("留言", &record, &[("说什么", "图纸在我这里。\n<b>明天</b>送去。"), ("提到谁", "苏芮")]).await;
    assert_eq!((su.notices("黎澄留言提到你").await, li.notices("留言提到你").await), (1, 0));
    su.opens(&record).await.says("图纸在我这里。").says("<b>明天</b>送去。");
    li.tries("留言", &record, &[("说什么", " ")]).await.answers(422).says("没有写要说什么");
    let page = li.tries("留言", &record, &[("说什么", "请陈局长看"), ("提到谁", "陈望")]).await;
    page.answers(422).says("陈望看不到这件事项").says("请陈局长看");
    // A remark disturbs nobody at work on it.
    let form = su.opens(&record).await.form("报进度").with("进度", "30%").with("进展情况", "已对接");
    li.takes("留言", &record, &[("说什么", "再补一张。")]).await;
    su.sends(form).await.answers(200);
    // A machine that sends nonsense is told, and nothing is written.
    let copy = format!("/api/v1{record}/steps/flow.copied");
    let nonsense = json!({ "fields": { "people": ["nonsense"] } });
    tells(lin.posts_json(&copy, &nonsense).await.answers(422), "认不出");
    tells(lin.posts_json(&copy, &json!({})).await.answers(422), "没有选抄送给谁");
    office.db_verify().await;
}

#[tokio::test]
async fn two_records_that_belong_together_are_tied_by_hand_and_found_from_both_sides() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let here = tasks::drafted(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let there = tasks::issued(&mut lin, "修复渔港护岸", "农业农村局", "2026-04-30").await;
    let number = "任〔2026〕1号";
    lin.takes("关联", &here, &[("哪一件", number), ("说明", "同一处码头。")]).await.says("相关").says("修复渔港护岸");
    lin.opens(&there).await.says("完成渔港码头产权移交").says("相关");
    lin.opens(&here).await.says("同一处码头。");
    // Once is enough, from either side; nobody ties a record to itself or to what is not there.
    lin.tries("关联", &there, &[("哪一件", &here)]).await.answers(422).says("这两件已经关联");
    lin.tries("关联", &here, &[("哪一件", &here)]).await.answers(422).says("不能与它自己关联");
    lin.tries("关联", &here, &[("哪一件", " ")]).await.answers(422).says("没有写关联哪一件");
    let nonsense = lin.tries("关联", &here, &[("哪一件", "任〔1999〕1号"), ("说明", "查一下")]).await;
    nonsense.answers(422).says("没有找到“任〔1999〕1号”").says("查一下");
    // What somebody does not see they do not learn of: neither by tying it nor from the list of what it is tied to.
    lin.takes("抄送", &there, &[("抄送给谁", "黎澄")]).await;
    let mut li = office.sign_in("li").await;
    li.opens(&there).await.does_not_say("完成渔港码头产权移交").does_not_say("解除关联");
    li.tries("关联", &there, &[("哪一件", &here)]).await.answers(422).says("没有找到");
    // What was tied by mistake is taken back with a reason, and may be said again.
    lin.tries("解除关联", &there, &[("与哪一件", "完成渔港码头产权移交")]).await.answers(422).says("理由");
    lin.takes("解除关联", &there, &[("与哪一件", "完成渔港码头产权移交"), ("理由", "不是同一处。")]).await;
    lin.opens(&here).await.does_not_say("修复渔港护岸").does_not_say("解除关联");
    let again = format!("/api/v1{here}/steps/flow.tied");
    lin.posts_json(&again, &json!({ "fields": { "record": number } })).await.answers(200);
    lin.opens(&there).await.says("完成渔港码头产权移交");
    office.db_verify().await;
}
