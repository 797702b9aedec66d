//! Point 2: all 51 tasks are issued in one act: numbers without a gap, 51 papers, and the liaison finds them on the desk.
//! `task_order`.
//!
//! Never a number given twice or skipped.

use super::{taking_in, tasks};
use crate::harness::{Office, unpacked};

#[tokio::test]
async fn all_51_are_issued_in_one_act_with_numbers_without_a_gap() {
    let office = Office::printing().await;
    let mut lin = office.sign_in("lin").await;
    taking_in::taken_in(&mut lin).await;

    office.on("2026-01-08");
    let done = issue_everything(&mut lin).await;
    assert!(done.contains("已办理 51 件"), "the page says how many were issued:\n{done}");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM batch WHERE kind = 'step:issue'").await, 1);

    let mut serials = Vec::new();
    let mut address = "/m/task_order?tab=all&sort=number".to_owned();
    loop {
        let page = lin.opens(&address).await;
        for row in page.rows() {
            let number = row.iter().find_map(|(words, _)| words.strip_prefix("任〔2026〕")?.strip_suffix('号'));
            serials.extend(number.and_then(|number| number.parse::<u32>().ok()));
        }
        let Some((_, next)) = page.links().into_iter().find(|(words, _)| words.contains("下一页")) else { break };
        address = next;
    }
    serials.sort_unstable();
    assert_eq!(serials, (1..=51).collect::<Vec<u32>>());
    assert_eq!(office.db_count("SELECT COUNT(*) FROM paper").await, 51);

    let mut zheng = office.sign_in("zheng").await;
    let desk = zheng.opens("/").await;
    desk.says("签收").says("完成葵北水闸产权核清与移交");
    assert_eq!(zheng.notices("收到任务书").await, 17);
}

// proves: notice.at
// proves: notice.to
// proves: notice.words
#[tokio::test]
async fn a_notice_goes_at_its_step_to_whoever_holds_its_role_over_the_unit() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let record = tasks::drafted(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let (mut zheng, mut su) = (office.sign_in("zheng").await, office.sign_in("su").await);
    assert_eq!(zheng.notices("完成渔港码头产权移交").await, 0);
    lin.takes("下达任务书", &record, &[]).await;
    let words = "收到任务书任〔2026〕1号：完成渔港码头产权移交。请在2个工作日内签收。";
    assert_eq!((zheng.notices(words).await, su.notices(words).await), (1, 0));
    // Read once, it is no longer new, and it stays.
    let page = zheng.opens("/inbox").await;
    zheng.sends(page.form("/inbox/reading")).await.answers(200);
    assert_eq!(zheng.notices(words).await, 1);
}

/// Marks all drafts, not only those on the page, and issues them.
async fn issue_everything(lin: &mut crate::harness::Visitor) -> String {
    let form = lin.opens("/m/task_order?tab=drafted").await.form("下达任务书");
    let done = lin.sends(form.with("全部 51 项，不只本页", "是")).await;
    done.answers(200).text()
}

// proves: paper.head
// proves: paper.to
// proves: paper.sign
// proves: paper.copy
#[tokio::test]
async fn a_letter_bears_its_head_its_addressee_its_signature_and_its_copies() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let more = [("协办单位", "葵岭街道、岚湾新区组织人事局")];
    let record = tasks::drafted_with(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31", &more).await;
    let page = lin.takes("下达任务书", &record, &[]).await;
    let docx = page.hrefs("/papers/").into_iter().find(|href| href.ends_with(".docx")).expect("the paper is there");
    let document = unpacked(&lin.downloads(&docx).await.bytes, "word/document.xml");
    let words: Vec<&str> =
        document.split("<w:t").skip(1).filter_map(|it| it.split_once('>')?.1.split('<').next()).collect();
    let text = words.concat();
    for part in ["岚湾新区综合办公室文件", "岚湾新区农业农村局：", "岚湾新区综合办公室2026年1月8日", "抄送："]
    {
        assert!(text.contains(part), "the letter says “{part}”:\n{text}");
    }
    let copies = text.split("抄送：").nth(1).expect("it is copied");
    assert!(copies.contains("葵岭街道") && copies.contains("岚湾新区组织人事局"), "{copies}");
}

#[tokio::test]
async fn a_task_letter_is_downloaded_as_docx_and_pdf_and_says_what_the_template_says() {
    let office = Office::printing().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let goal = [("目标要求", "三处产权全部移交。"), ("第 1 行 内容", "核清产权"), ("第 1 行 时限", "2026-02-10")];
    let record = tasks::drafted_with(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31", &goal).await;
    let page = lin.takes("下达任务书", &record, &[]).await;
    let papers = page.hrefs("/papers/");
    let ending = |wanted: &str| papers.iter().find(|href| href.ends_with(wanted)).expect("the paper is there").clone();

    let docx = lin.downloads(&ending(".docx")).await;
    assert_eq!(docx.status, 200);
    let text = unpacked(&docx.bytes, "word/document.xml");
    for words in ["任〔2026〕1号", "岚湾新区农业农村局", "完成渔港码头产权移交", "核清产权", "2026年3月31日"]
    {
        assert!(text.contains(words), "the letter says “{words}”");
    }

    let pdf = lin.downloads(&ending(".pdf")).await;
    assert_eq!((pdf.status, pdf.media.as_str()), (200, "application/pdf"));
    assert_eq!(&pdf.bytes[..5], b"%PDF-");
    // The second time the kept bytes are sent.
    assert_eq!(lin.downloads(&ending(".pdf")).await.bytes, pdf.bytes);
    // Whoever may not see the task may not see its letter.
    let mut li = office.sign_in("li").await;
    assert_eq!(li.downloads(&ending(".pdf")).await.status, 404);
}

#[tokio::test]
async fn drafts_whose_day_has_passed_are_left_and_named_and_the_others_are_issued() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    tasks::drafted(&mut lin, "建立书屋管护台账", "农业农村局", "2026-01-09").await;
    tasks::drafted(&mut lin, "建立食堂管护台账", "农业农村局", "2026-03-31").await;
    office.on("2026-01-12");
    let done = lin.takes_on_all("下达任务书", "/m/task_order?tab=drafted").await;
    done.answers(200).says("建立书屋管护台账").says("完成时限已过，请先改定完成时限再下达");
    lin.opens("/m/task_order?tab=issued").await.says("建立食堂管护台账").says("任〔2026〕1号");
    lin.opens("/m/task_order?tab=drafted").await.says("建立书屋管护台账");
}
