//! What happens to what was typed? It comes back whole when it is refused, and it acts once however often it is sent.
//! `task_order`.
//!
//! Never lost typing, never a lost update.

use super::tasks;
use crate::harness::Office;

#[tokio::test]
async fn a_refused_form_keeps_everything_and_says_what_to_mend_beside_each_field() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let typed = [("任务名称", "完成渔港码头产权移交"), ("目标要求", "三处产权\n全部移交。")];
    let page = lin.tries_to_begin("task_order", &typed).await;
    page.answers(422).says("“责任单位”").says("“完成时限”没有填。").says("请填写“完成时限”后再提交。");
    let again = page.form("/records");
    assert_eq!(again.typed("任务名称"), "完成渔港码头产权移交");
    assert_eq!(again.typed("目标要求"), "三处产权\n全部移交。");
    // A row of a child table that lacks something comes back too, and is told in the same round.
    let page = lin.sends(again.with("第 1 行 时限", "2026-02-10")).await;
    page.answers(422).says("“内容”没有填。").says("“完成时限”没有填。");
    let again = page.form("/records");
    assert_eq!(again.typed("第 1 行 时限"), "2026-02-10");
    // Mended, it goes through.
    let mended = again.with("任务来源", "会议议定").with("责任单位", "农业农村局").with("完成时限", "2026-03-31");
    let mended = mended.with("第 1 行 内容", "核清产权");
    lin.sends(mended).await.answers(200).says("拟制").says("核清产权");
}

#[tokio::test]
async fn enter_presses_the_step_and_not_one_more_row() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let page = lin.opens("/m/task_order/new").await;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let form = &html[html.find("/m/task_order/records\"").expect("the form is there")..];
    let first = &form[form.find("<button").expect("it has a button")..];
    let first = &first[..first.find("</button>").expect("it ends")];
    assert!(first.ends_with("拟制任务") && !first.contains("_more"), "{first}");
}

#[tokio::test]
async fn a_record_is_named_by_its_number_and_shown_as_a_link() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let task = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let fields = [("督办事项", "渔港码头"), ("责任单位", "农业农村局"), ("督办要求", "请书面答复。")];
    let mut unknown = fields.to_vec();
    unknown.push(("所督任务", "任〔2026〕99号"));
    lin.tries_to_begin("supervision_order", &unknown).await.answers(422).says("“所督任务”里的“任〔2026〕99号”");
    let mut known = fields.to_vec();
    known.push(("所督任务", "任〔2026〕1号"));
    lin.tries_to_begin("supervision_order", &known).await.answers(200).says("任〔2026〕1号");
    let list = lin.opens("/m/supervision_order").await;
    list.says("任〔2026〕1号 完成渔港码头产权移交");
    assert!(list.hrefs("/records/").contains(&task), "{:?}", list.hrefs("/records/"));
}

#[tokio::test]
async fn a_file_uploaded_with_a_refused_form_need_not_be_uploaded_again() {
    let office = Office::open().await;
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let record = tasks::underway(&mut lin, &mut zhou, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let refused = zhou.tries("报进度", &record, &[("进度", "一半"), ("佐证材料", "清单.pdf")]).await;
    refused.answers(422).says("“进度”要填数字。").says("“进展情况”没有填。").says("清单.pdf");
    let form = refused.form("报进度").with("进度", "50").with("进展情况", "过半。");
    zhou.sends(form).await.answers(200).says("清单.pdf");
}

#[tokio::test]
async fn a_form_sent_twice_acts_once() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let form = lin.opens("/m/task_order/new").await.form("/records");
    let form = form.with("任务名称", "编制岸线修复方案").with("任务来源", "上级交办");
    let form = form.with("责任单位", "农业农村局").with("完成时限", "2026-03-31");
    let first = lin.sends(form.clone()).await;
    let second = lin.sends(form).await;
    assert_eq!((first.status, &first.url), (200, &second.url));
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 1);

    let record = crate::harness::record_of(&first.url);
    lin.takes("下达任务书", &record, &[]).await;
    let accept = zheng.opens(&record).await.form("签收");
    zheng.sends(accept.clone()).await.answers(200);
    zheng.sends(accept).await.answers(200).says("推进中");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal WHERE step = 'accept'").await, 1);
}

#[tokio::test]
async fn whoever_comes_second_is_told_and_keeps_their_typing() {
    let office = Office::open().await;
    let (mut lin, mut zheng, mut zhou) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("zhou").await);
    let record = tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let slow = zheng.opens(&record).await.form("报进度").with("进度", "30").with("进展情况", "郑海生写的很长一段。");
    zhou.takes("报进度", &record, &[("进度", "60"), ("进展情况", "周启写的。")]).await;
    let page = zheng.sends(slow).await;
    page.answers(409).says("在你打开页面之后，别人已经改动了这件事。").says("郑海生写的很长一段。");
    zheng.opens(&record).await.says("60%");
    zheng.sends(page.form("报进度")).await.answers(200).says("30%");
}

#[tokio::test]
async fn a_step_that_is_no_longer_open_is_refused_with_what_is() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let record = tasks::drafted(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let late = lin.opens(&record).await.form("作废草稿").with("理由", "重复。");
    let issue = lin.opens(&record).await.form("修改任务").with("备注", "一");
    lin.takes("作废草稿", &record, &[("理由", "并入另一任务。")]).await;
    let page = lin.sends(late.forged("_version", "")).await;
    page.answers(422).says("现在是“已作废”，不能“作废草稿”。");
    let page = lin.sends(issue).await;
    assert!(matches!(page.status, 409 | 422), "{}", page.text());
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal").await, 2);
}

#[tokio::test]
async fn a_field_that_the_step_does_not_ask_for_cannot_be_smuggled_in() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let form = zheng.opens(&record).await.form("报进度").with("进度", "30").with("进展情况", "正常。");
    let form = form.forged("_fields", "progress situation due_on title state").forged("due_on", "2027-12-31");
    zheng.sends(form.forged("title", "改名").forged("state", "closed")).await;
    zheng.opens(&record).await.says("2026-03-31").says("推进中").does_not_say("改名");
}
