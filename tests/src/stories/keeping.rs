//! What do people keep for the next time, and offer to each other? Templates of records and views of registers.
//! `quota_request`, `task_order`.
//!
//! Never more for a reader than they see by their own rights.

use super::tasks;
use crate::harness::Office;

const ROOT: &str = "岚湾新区";
const FARMS: &str = "岚湾新区农业农村局";

#[tokio::test]
async fn a_record_is_begun_from_a_template_that_carries_no_day_no_number_and_nobodys_data() {
    let office = Office::open().await;
    let (mut zheng, mut zhou) = (office.sign_in("zheng").await, office.sign_in("zhou").await);
    let mut li = office.sign_in("li").await;
    office.db_grants("su", "establishment_officer", ROOT).await;
    let mut su = office.sign_in("su").await;
    let account = [("账户名称", "农业农村局行政编制"), ("所属单位", FARMS), ("编制类型", "行政编制")];
    su.begins("establishment", &account).await;
    let fields = [
        ("事由", "增设渔政中队"),
        ("申请单位", FARMS),
        ("编制账户", "编账〔2026〕1号"),
        ("核增数", "3"),
        ("理由", "休渔期执法任务增加。"),
    ];
    let first = zheng.begins("quota_request", &fields).await;
    let page = zheng.opens(&first).await;
    let kept = zheng.sends(page.form("存为模板").with("模板名称", "渔政用编").with("给谁用", "给本单位的人")).await;
    kept.answers(200).says("渔政用编").says("农业农村局的人");
    // The same name again is told, and nothing is kept twice.
    let page = zheng.opens(&first).await;
    zheng.sends(page.form("存为模板").with("模板名称", "渔政用编")).await.answers(422).says("已经有一个叫“渔政用编”的");
    // 周启 of the same unit begins with it; what is typed is theirs to change.
    let page = zhou.opens("/m/quota_request/new").await;
    page.says("渔政用编").says("郑海生分享");
    let form = zhou.opens(&page.hrefs("template=")[0]).await.form("/records");
    assert_eq!(form.typed("事由"), "增设渔政中队");
    assert_eq!(form.typed("理由"), "休渔期执法任务增加。");
    assert_eq!((form.typed("核增数"), form.typed("编制账户")), (String::new(), String::new()));
    let form = form.with("编制账户", "编账〔2026〕1号").with("核增数", "2");
    zhou.sends(form).await.answers(200).says("增设渔政中队");
    // It is 郑海生's to rename and to take away.
    let mine = zhou.opens("/m/quota_request/templates").await;
    assert!(mine.find_form("删去").is_none() && mine.find_form("改名").is_none());
    let list = zheng.opens("/m/quota_request/templates").await;
    zheng.sends(list.form("改名").with("名称", "渔政中队")).await.answers(200).says("渔政中队");
    let removal = zheng.opens("/m/quota_request/templates").await.form("删去");
    zhou.sends(removal.clone()).await.answers(404);
    // 黎澄 of another unit finds nothing.
    li.opens("/m/quota_request/new").await.does_not_say("渔政");
    li.asks(&page.hrefs("template=")[0]).await.answers(404);
    zheng.sends(removal).await.answers(200).says("还没有模板");
    zhou.opens("/m/quota_request/new").await.does_not_say("渔政中队");
    office.db_verify().await;
}

#[tokio::test]
async fn a_view_is_shared_to_a_unit_or_to_a_roles_holders_and_shows_each_what_they_see() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let (mut zhou, mut li) = (office.sign_in("zhou").await, office.sign_in("li").await);
    tasks::underway(&mut lin, &mut zheng, "渔港码头产权移交", "农业农村局", "2026-03-31").await;
    tasks::underway(&mut lin, &mut li, "渔港路排水管网清淤", "葵岭街道", "2026-03-31").await;
    let page = zheng.opens("/m/task_order?tab=all&q=渔港").await;
    let form = page.form("/views").with("视图名称", "渔港的事").with("给谁用", "给本单位的人");
    zheng.sends(form).await.answers(200).says("渔港的事").says("郑海生分享");
    let page = zhou.opens("/m/task_order").await;
    page.says("渔港的事").says("郑海生分享");
    let seen = zhou.opens(&page.link("渔港的事（郑海生分享）")).await;
    seen.says("渔港码头产权移交").does_not_say("排水管网清淤");
    li.opens("/m/task_order").await.does_not_say("渔港的事");
    // Whoever likes it makes it their own.
    zhou.sends(page.form("存为我的")).await.answers(200);
    // By a role: only to those who hold it below where it is held.
    office.db_grants("su", "supervisor", FARMS).await;
    let mut su = office.sign_in("su").await;
    let page = lin.opens("/m/task_order?tab=all&q=渔港").await;
    let form = page.form("/views").with("视图名称", "督查渔港").with("给谁用", "给管辖范围内的督查员");
    lin.sends(form).await.answers(200).says("督查渔港");
    let page = su.opens("/m/task_order").await;
    let seen = su.opens(&page.link("督查渔港（林书敏分享）")).await;
    seen.says("渔港码头产权移交").does_not_say("排水管网清淤");
    zhou.opens("/m/task_order").await.does_not_say("督查渔港");
    // A role that one does not hold is none that one may offer to.
    let page = zheng.opens("/m/task_order?tab=all&q=渔港").await;
    let forged = page.form("/views").with("视图名称", "给领导").forged("to", "leader");
    zheng.sends(forged).await.answers(422).says("不能这样分享");
    taken_away(&office, &mut zheng, &mut zhou).await;
    office.db_verify().await;
}

/// By the owner, or by whoever administers the system; what was copied stays.
async fn taken_away(office: &Office, zheng: &mut crate::harness::Visitor, zhou: &mut crate::harness::Visitor) {
    let page = zheng.opens("/m/task_order").await;
    zheng.sends(page.form("不再分享")).await.answers(200).does_not_say("渔港的事（");
    zhou.opens("/m/task_order").await.says("渔港的事").does_not_say("郑海生分享");
    let mut gao = office.sign_in("gao").await;
    let page = gao.opens("/admin/offerings").await;
    page.says("督查渔港").says("林书敏");
    gao.sends(page.form("删去")).await.answers(200).says("没有人分享");
    zhou.asks("/admin/offerings").await.answers(404);
}
