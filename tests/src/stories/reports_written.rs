//! A report whose numbers come from figures: written, checked, sealed, and still telling what has changed since.
//! `work_report`.
//!
//! Never a number that somebody types into its place.

use super::tasks;
use crate::harness::{Office, Visitor, unpacked};

const FARMS: &str = "岚湾新区农业农村局";

const TEXT: &str = "一、总体情况\n\
    1月办结【重点工作任务办结数】，同比【重点工作任务办结数：同比】，按时办结率【重点工作任务按时办结率】。\n\
    【重点工作任务交办数、重点工作任务办结数：各月】\n\
    其中全区办结【重点工作任务办结数：岚湾新区】。";

/// A task of the bureau that was closed.
async fn closed(office: &Office, title: &str) -> String {
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let mut zhou = office.sign_in("zhou").await;
    let task = tasks::underway(&mut lin, &mut zheng, title, FARMS, "2026-01-20").await;
    tasks::finished(&mut lin, &mut zhou, &task).await;
    task
}

async fn drafted(zheng: &mut Visitor, text: &str) -> String {
    let fields = [
        ("标题", "农业农村局1月月报"),
        ("填报单位", FARMS),
        ("报告类型", "月报"),
        ("报告期", "2026年1月"),
        ("正文", text),
    ];
    zheng.begins("work_report", &fields).await
}

fn of(record: &str) -> String {
    format!("{record}/report")
}

// proves: writing.text
// proves: writing.seal
// proves: writing.sealed
#[tokio::test]
async fn a_report_is_written_with_live_figures_and_sealed_with_what_stood_behind_them() {
    let office = Office::open().await;
    closed(&office, "高标准农田建设").await;
    let mut zheng = office.sign_in("zheng").await;
    let record = drafted(&mut zheng, TEXT).await;

    // Zheng knows the figures of the bureau, not those of the district.
    let page = zheng.opens(&of(&record)).await;
    page.says("1月办结1项").says("按时办结率100%").says("看不到的数字").says("【重点工作任务办结数：岚湾新区】");
    page.says("农业农村局").says("2026年1月");
    zheng.takes("送签", &record, &[]).await.answers(200);
    let mut zhou = office.sign_in("zhou").await;
    zhou.tries("签发报送", &record, &[]).await.says("看不到的数字");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM report_seal").await, 0);

    zhou.takes("退回修改", &record, &[("理由", "全区的数不归我们报")]).await.answers(200);
    let text = TEXT.rsplit_once('\n').map(|(text, _)| text).unwrap_or_default();
    zheng.takes("修改", &record, &[("正文", text)]).await.answers(200);
    zheng.takes("送签", &record, &[]).await.answers(200);
    zhou.takes("签发报送", &record, &[]).await.answers(200);
    let page = zhou.opens(&of(&record)).await;
    page.says("封存").says("1月办结1项").says("都没有变").says("与封存时一致");
    zhou.opens(&record).await.says("报告〔2026〕1号");

    // A task of January is closed after the report was sent.
    closed(&office, "农产品检测站").await;
    let page = zhou.opens(&of(&record)).await;
    page.says("1月办结1项").says("现为2项").says("后来变了");
    let seal = page.all_links().into_iter().find(|(_, href)| href.starts_with("/figures/seals/")).expect("a seal").1;
    zhou.opens(&seal).await.says("农产品检测站").says("写进报告").does_not_say("已重报");

    // The supervisor reads what was sealed, sends it back, and then it is live again.
    let mut lin = office.sign_in("lin").await;
    lin.opens(&of(&record)).await.says("1月办结1项");
    lin.takes("退回", &record, &[("理由", "后来办结的请补上")]).await.answers(200);
    zheng.opens(&of(&record)).await.says("1月办结2项").does_not_say("现为");
    zheng.takes("送签", &record, &[]).await.answers(200);
    zhou.takes("签发报送", &record, &[]).await.answers(200);
    lin.takes("收下", &record, &[("意见", "收到")]).await.answers(200);
    lin.opens(&of(&record)).await.says("1月办结2项").says("都没有变");
    // What went out twice has two numbers, each with its paper.
    lin.opens(&record).await.says("报告〔2026〕2号").says("报告〔2026〕1号");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM report_seal").await, 2);
    office.db_verify().await;
}

#[tokio::test]
async fn what_does_not_add_up_is_told_beside_its_sentence() {
    let office = Office::open().await;
    closed(&office, "高标准农田建设").await;
    let mut zheng = office.sign_in("zheng").await;
    let text = "重点工作任务办结数为5项，按时办结率为100%。\n\
        全年开展活动10场，其中街道4场、社区5场。\n\
        共走访【走访户数】。";
    let record = drafted(&mut zheng, text).await;
    let page = zheng.opens(&of(&record)).await;
    page.says("写的是5项，按算应是1项").says("对不上").says("“【走访户数】”不是一个数字的名称");
    page.does_not_say("写的是100%");
}

#[tokio::test]
async fn a_report_is_printed_with_its_figures_and_its_tables() {
    let office = Office::printing().await;
    closed(&office, "高标准农田建设").await;
    let mut zheng = office.sign_in("zheng").await;
    let text = TEXT.rsplit_once('\n').map(|(text, _)| text).unwrap_or_default();
    let record = drafted(&mut zheng, text).await;
    let draft = zheng.opens(&format!("{record}/report.docx")).await;
    let words = unpacked(&draft.body, "word/document.xml");
    assert!(words.contains("办结1项") && words.contains("<w:tbl>") && !words.contains('【'), "{words}");
    zheng.opens(&format!("{record}/report.pdf")).await.answers(200);
    // Nobody else's report.
    let mut li = office.sign_in("li").await;
    for ending in ["", ".docx", ".pdf"] {
        li.asks(&format!("{record}/report{ending}")).await.answers(404);
    }
    // What was sent is the paper of that day, on whatever day it is asked for.
    zheng.takes("送签", &record, &[]).await.answers(200);
    office.sign_in("zhou").await.takes("签发报送", &record, &[]).await.answers(200);
    office.on("2026-03-20");
    let mut zheng = office.sign_in("zheng").await;
    let json = zheng.asks(&format!("/api/v1{record}")).await.json();
    let issued = zheng.opens(json["papers"][0]["docx"].as_str().unwrap_or_else(|| panic!("{json}"))).await;
    let sent = zheng.opens(&format!("{record}/report.docx")).await;
    assert_eq!(unpacked(&sent.body, "word/document.xml"), unpacked(&issued.body, "word/document.xml"));
    assert!(!unpacked(&sent.body, "word/document.xml").contains("2026年3月20日"));
}

// proves: writing.period
// proves: writing.outline
#[tokio::test]
async fn nonsense_in_a_text_is_shown_and_nothing_is_lost() {
    let office = Office::open().await;
    let mut zheng = office.sign_in("zheng").await;
    let wild = format!(
        "【】【【<script>alert(1)</script>】\n{}\n|a|b|\n【各单位：各单位】",
        "【重点工作任务办结数】".repeat(301)
    );
    let record = drafted(&mut zheng, &wild).await;
    let page = zheng.opens(&of(&record)).await;
    page.answers(200).says("超过300处").says("<script>alert(1)</script>");
    let outline = zheng.asks("/m/work_report/new").await.form("起草").typed("正文");
    assert!(outline.starts_with("一、总体情况") && outline.contains("【重点工作任务办结数】"), "{outline}");
    let typed = [("标题", "月报"), ("填报单位", FARMS), ("报告类型", "月报"), ("报告期", "春天"), ("正文", "写了很多")];
    let refused = zheng.tries_to_begin("work_report", &typed).await;
    refused.says("期间“春天”看不懂");
    assert_eq!(refused.form("起草").typed("正文"), "写了很多");
}

#[tokio::test]
async fn two_who_seal_at_once_seal_once() {
    let office = Office::open().await;
    closed(&office, "高标准农田建设").await;
    let mut zheng = office.sign_in("zheng").await;
    let record = drafted(&mut zheng, "1月办结【重点工作任务办结数】。").await;
    zheng.takes("送签", &record, &[]).await.answers(200);
    let mut ready = Vec::new();
    for _ in 0..3 {
        let mut one = office.sign_in("zhou").await;
        let form = one.opens(&record).await.form("签发报送");
        ready.push((one, form));
    }
    let mut acts = tokio::task::JoinSet::new();
    for (mut one, form) in ready {
        acts.spawn(async move { one.sends(form).await.status });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| (400..500).contains(status)), "{statuses:?}");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM report_seal").await, 1);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM figure_seal").await, 1);
    office.db_verify().await;
}
