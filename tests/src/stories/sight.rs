//! Who sees what of a record, from when, and how much of it? The one rule, walked through by people.
//! `task_order`.
//!
//! Never a word of a draft to the unit that it is about, and never a masked value without a reason.

use super::tasks;
use crate::harness::{Office, Visitor};

const TITLE: &str = "完成渔港码头产权移交";
const PHONE: &str = "00000001234";
/// 组织人事局.
const PERSONNEL: &str = "00000000-0000-0000-0000-000000000101";

fn id_of(record: &str) -> &str {
    record.rsplit('/').next().expect("an id")
}

/// Nothing of the record is there for this person, wherever they look.
async fn sees_nothing_of(visitor: &mut Visitor, record: &str, title: &str) {
    visitor.asks(record).await.answers(404).does_not_say(title);
    visitor.asks(&format!("/api/v1{record}")).await.answers(404);
    for page in ["/", "/m/task_order?tab=all", "/m/task_order?tab=drafted", "/m/task_order/board", "/search?q=渔港"] {
        visitor.opens(page).await.does_not_say(title);
    }
    let month = visitor.opens("/m/task_order/calendar?month=2026-03").await;
    month.does_not_say(title);
    let api = visitor.asks("/api/v1/mechanisms/task_order/records?tab=all").await.json().to_string();
    assert!(!api.contains(title), "{api}");
}

#[tokio::test]
async fn a_draft_is_seen_by_the_unit_only_once_it_is_issued() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::drafted(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    sees_nothing_of(&mut zheng, &record, TITLE).await;
    zheng.opens("/m/task_order?tab=all").await.says("还没有重点工作任务");
    lin.opens("/m/task_order?tab=all").await.says(TITLE);
    lin.takes("下达任务书", &record, &[]).await;
    zheng.opens("/m/task_order?tab=all").await.says(TITLE).says("共 1 项");
    zheng.opens(&record).await.says("待签收");
}

#[tokio::test]
async fn a_draft_that_is_thrown_away_was_never_there_for_the_unit() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::drafted(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    lin.takes("作废草稿", &record, &[("理由", "与另一任务重复。")]).await.says("已作废");
    sees_nothing_of(&mut zheng, &record, TITLE).await;
    let dropped = tasks::issued(&mut lin, "建立书屋管护台账", "农业农村局", "2026-03-31").await;
    lin.takes("撤销任务", &dropped, &[("理由", "并入另一任务。")]).await;
    zheng.opens("/m/task_order?tab=closed").await.says("建立书屋管护台账").says("共 1 项");
    office.db_verify().await;
}

// proves: sight.relation
// proves: sight.who
// proves: sight.of
// proves: sight.states
#[tokio::test]
async fn a_unit_that_helps_sees_the_task_from_its_issue_and_its_own_numbers_stay_its_own() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut li, mut su) =
        (office.sign_in("lin").await, office.sign_in("li").await, office.sign_in("su").await);
    let helps = [("协办单位", "葵岭街道葵北社区")];
    let record = tasks::drafted_with(&mut lin, TITLE, "农业农村局", "2026-03-31", &helps).await;
    sees_nothing_of(&mut li, &record, TITLE).await;
    lin.takes("下达任务书", &record, &[]).await;
    // The street's liaison reaches the community that helps.
    li.opens("/m/task_order?tab=all").await.says(TITLE).says("共 1 项");
    li.opens("/search?q=渔港").await.says(TITLE);
    let page = li.opens(&record).await;
    page.says("没有轮到你的步骤");
    sees_nothing_of(&mut su, &record, TITLE).await;
    // The number of the street is the number of its own tasks, and its list bears it out.
    let figures = li.opens("/m/task_order/figures/assigned?period=2026").await;
    assert!(figures.hrefs("figure=assigned&period=2026-01").is_empty(), "{}", figures.text());
    li.opens("/m/task_order?figure=assigned&period=2026-01").await.does_not_say(TITLE);
    // Whoever no longer helps no longer sees.
    let other = tasks::drafted_with(&mut lin, "建立书屋管护台账", "农业农村局", "2026-03-31", &helps).await;
    let instead = serde_json::json!({ "fields": { "helpers": [PERSONNEL] } });
    lin.posts_json(&format!("/api/v1{other}/steps/revise"), &instead).await.answers(200);
    lin.takes("下达任务书", &other, &[]).await;
    sees_nothing_of(&mut li, &other, "建立书屋管护台账").await;
    su.opens("/m/task_order?tab=all").await.says("建立书屋管护台账");
    office.db_verify().await;
}

/// A task underway whose report tells a telephone number.
async fn with_a_phone(office: &Office) -> (Visitor, Visitor, String) {
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    let report = [("进度", "40"), ("进展情况", "已核清两处。"), ("联系电话", PHONE)];
    zheng.takes("报进度", &record, &report).await;
    (lin, zheng, record)
}

// proves: field.mask
// proves: field.level
// proves: field.purpose
#[tokio::test]
async fn a_telephone_number_is_masked_wherever_the_record_is_told() {
    let office = Office::open().await;
    let (mut lin, mut zheng, record) = with_a_phone(&office).await;
    let masked = "000****1234";
    for visitor in [&mut lin, &mut zheng] {
        visitor.opens(&record).await.says(masked).does_not_say(PHONE);
        let api = visitor.asks(&format!("/api/v1{record}")).await.json().to_string();
        assert!(api.contains(masked) && !api.contains(PHONE), "{api}");
        let file = visitor.downloads("/m/task_order/export.xlsx?tab=all").await;
        let grids = documents::workbook_in::read(&file.bytes, documents::workbook_in::Limits::default());
        let text = format!("{:?}", grids.expect("a workbook"));
        assert!(text.contains(masked) && !text.contains(PHONE), "{text}");
        visitor.opens(&format!("/search?q={PHONE}")).await.does_not_say(TITLE);
    }
    zheng.opens(&record).await.says("用途：督查部门联系责任单位经办人");
    // Left empty, it stays as it is; filled in, it is another.
    zheng.takes("报进度", &record, &[("进度", "50"), ("进展情况", "已核清三处。")]).await.says(masked);
    let other = [("进度", "60"), ("进展情况", "已核清四处。"), ("联系电话", "00000005678")];
    zheng.takes("报进度", &record, &other).await.says("000****5678").does_not_say("00000005678");
}

#[tokio::test]
async fn whoever_gives_a_reason_reads_it_once_and_that_is_kept() {
    let office = Office::open().await;
    let (mut lin, _, record) = with_a_phone(&office).await;
    let form = lin.opens(&record).await.form("看“联系电话”全文");
    lin.sends(form.clone()).await.answers(422).says("请写明为什么要看“联系电话”的全文").does_not_say(PHONE);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'reveal'").await, 0);
    lin.sends(form.with("看全文的理由", "核对进展。")).await.answers(200).says(PHONE);
    lin.opens(&record).await.does_not_say(PHONE);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'reveal' AND detail LIKE '%核对进展%'").await, 1);
    let asked = serde_json::json!({ "field": "contact_phone", "reason": "电话催办。" });
    let answer = lin.posts_json(&format!("/api/v1{record}/reveals"), &asked).await;
    assert_eq!(answer.json()["words"], PHONE);
    // Whoever does not see the record reveals nothing of it, and a field that is not masked is not there to reveal.
    let mut li = office.sign_in("li").await;
    li.posts_json(&format!("/api/v1{record}/reveals"), &asked).await.answers(404);
    let plain = serde_json::json!({ "field": "situation", "reason": "好奇。" });
    lin.posts_json(&format!("/api/v1{record}/reveals"), &plain).await.answers(404);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'reveal'").await, 2);
    office.db_verify().await;
}

#[tokio::test]
async fn an_export_says_on_every_sheet_who_took_it_and_when() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    let file = lin.downloads("/m/task_order/export.xlsx?tab=all").await;
    for name in ["sheet1", "sheet2"] {
        let sheet = crate::harness::unpacked(&file.bytes, &format!("xl/worksheets/{name}.xml"));
        assert!(sheet.contains("<oddHeader>") && sheet.contains("<oddFooter>"), "{sheet}");
        assert_eq!(sheet.matches("林书敏2026-01-08").count(), 2, "{sheet}");
    }
    assert_eq!(
        office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'export' AND detail LIKE '%\"count\":1,%'").await,
        1
    );
}

// proves: field.read
// proves: field.write
// proves: field.hidden_in
// proves: field.closed_in
#[tokio::test]
async fn a_field_is_read_and_written_by_those_whom_the_definition_names_and_when_it_says_so() {
    let office = Office::ruled_by(&[
        (
            r#""备注"     long_text max=2000"#,
            r#""备注"     long_text max=2000 read="supervisor leader" write="supervisor""#,
        ),
        (
            r#""进展情况" long_text max=4000"#,
            r#""进展情况" long_text max=4000 write="unit_liaison" hidden_in="underway""#,
        ),
        (r#""目标要求" long_text max=4000"#, r#""目标要求" long_text max=4000 closed_in="drafted""#),
    ])
    .await;
    let (mut lin, mut zheng, mut zhou) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("zhou").await);
    let more = [("目标要求", "三处产权全部移交。"), ("备注", "内部掌握：联系渔港公司。")];
    let record = tasks::drafted_with(&mut lin, TITLE, "农业农村局", "2026-03-31", &more).await;
    // What is closed is not offered, and whoever sends it all the same is refused.
    assert!(!lin.opens(&record).await.form("修改任务").labels().contains("目标要求"));
    let sent = serde_json::json!({ "fields": { "goal": "另一个目标。" } });
    let refused = lin.posts_json(&format!("/api/v1{record}/steps/revise"), &sent).await;
    assert!(refused.status == 403 || refused.status == 422, "{}", refused.status);
    lin.opens(&record).await.says("三处产权全部移交。").says("联系渔港公司");
    lin.takes("下达任务书", &record, &[]).await;
    zheng.takes("签收", &record, &[]).await;
    zheng.takes("报进度", &record, &[("进度", "40"), ("进展情况", "已核清两处。")]).await.says("已核清两处。");
    for (visitor, remark, situation) in [(&mut zheng, false, true), (&mut zhou, false, false), (&mut lin, true, false)]
    {
        let page = visitor.opens(&record).await.text();
        let api = visitor.asks(&format!("/api/v1{record}")).await.json().to_string();
        let file = visitor.downloads("/m/task_order/export.xlsx?tab=all").await;
        let grids = documents::workbook_in::read(&file.bytes, documents::workbook_in::Limits::default());
        let export = format!("{:?}", grids.expect("a workbook"));
        for told in [page, api, export] {
            assert_eq!(told.contains("联系渔港公司"), remark, "{told}");
            assert_eq!(told.contains("已核清两处"), situation, "{told}");
        }
    }
    office.db_verify().await;
}

#[tokio::test]
async fn what_somebody_was_told_of_a_record_goes_when_the_record_is_no_longer_theirs_to_see() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    zheng.opens("/inbox").await.says(TITLE);
    office.db_moves("zheng", "unit_liaison", "葵岭街道", "2026-01-20").await;
    office.on("2026-01-20");
    zheng.opens("/inbox").await.does_not_say(TITLE).says("你现在看不到的事项");
    sees_nothing_of(&mut zheng, &record, TITLE).await;
    assert!(!zheng.opens("/inbox").await.all_links().iter().any(|(_, href)| href.contains(id_of(&record))));
}

/// Milestones that name somebody to ask, and how the office rates them.
const COLUMNS: (&str, &str) = (
    "field \"done_on\" \"完成日\" day",
    "field \"done_on\" \"完成日\" day\n        field \"contact\" \"节点联系人\" text level=\"personal\" \
     purpose=\"联系节点承办人\" mask=\"name\"\n        field \"rating\" \"内部评分\" whole read=\"supervisor\"",
);

// proves: child.field.mask
// proves: child.field.read
// proves: child.field.level
// proves: child.field.purpose
#[tokio::test]
async fn a_column_of_a_child_table_is_masked_or_hidden_and_stays_as_it_is_when_others_fill_in_its_row() {
    let office = Office::ruled_by(&[COLUMNS]).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let rows = [("第 1 行 内容", "核清产权"), ("第 1 行 节点联系人", "罗一鸣"), ("第 1 行 内部评分", "87")];
    let record = tasks::drafted_with(&mut lin, TITLE, "农业农村局", "2026-03-31", &rows).await;
    lin.takes("修改任务", &record, &[("第 2 行 内容", "办理移交"), ("第 2 行 节点联系人", "唐晓棠")]).await;
    lin.takes("下达任务书", &record, &[]).await;
    zheng.takes("签收", &record, &[]).await;
    lin.opens(&record).await.says("罗**").says("87").does_not_say("罗一鸣");
    let page = zheng.opens(&record).await;
    page.says("罗**").says("现在是唐**").does_not_say("罗一鸣").does_not_say("内部评分").does_not_say("87");
    let api = zheng.asks(&format!("/api/v1{record}")).await.json().to_string();
    assert!(api.contains("罗**") && !api.contains("罗一鸣") && !api.contains("内部评分"), "{api}");
    // What zheng does not read in full is not typed, and stays.
    let report =
        [("进度", "40"), ("进展情况", "已核清。"), ("第 1 行 完成日", "2026-01-05"), ("第 2 行 节点联系人", "乔安")];
    zheng.takes("报进度", &record, &report).await.says("2026-01-05").says("乔*");
    lin.opens(&record).await.says("87").says("罗**");
    // A reason shows the whole column once, row by row, and is kept.
    let form = lin.opens(&record).await.form("看“节点联系人”全文");
    lin.sends(form.clone()).await.answers(422).does_not_say("罗一鸣");
    lin.sends(form.with("看全文的理由", "联系承办人。")).await.says("罗一鸣").says("乔安");
    lin.opens(&record).await.does_not_say("罗一鸣");
    assert_eq!(
        office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'reveal' AND detail LIKE '%milestone.contact%'").await,
        1
    );
    let hidden = serde_json::json!({ "field": "milestone.rating", "reason": "好奇。" });
    zheng.posts_json(&format!("/api/v1{record}/reveals"), &hidden).await.answers(404);
    // A form that comes back has lost nothing, and a row goes only by its own box.
    let report = [("进度", "700"), ("进展情况", "已移交。"), ("删去第 1 行", "on")];
    let page = zheng.tries("报进度", &record, &report).await;
    assert_eq!(page.form("报进度").typed("删去第 1 行"), "1");
    // What stands in the table now; what stood there before is told by the history.
    let now = |page: &crate::harness::Page| page.under("重点工作任务");
    let page = zheng.sends(page.form("报进度").with("进度", "70")).await;
    assert!(!now(&page).contains("核清产权") && page.text().contains("核清产权"), "{}", page.text());
    page.says("办理移交").says("乔*");
    // A machine says which row it means; one that a machine makes up is nobody's.
    let told = |row: &str, content: &str| {
        serde_json::json!({
            "fields": { "progress": "80", "situation": "已移交。" },
            "rows": { "milestone": [{ "_row": row, "content": content, "rating": "1" }] },
        })
    };
    zheng.posts_json(&format!("/api/v1{record}/steps/report"), &told("0", "公示结果")).await.answers(200);
    let page = lin.opens(&record).await;
    assert!(now(&page).contains("公示结果") && now(&page).contains("乔*"), "{}", page.text());
    assert!(!now(&page).contains("办理移交"), "{}", page.text());
    zheng.posts_json(&format!("/api/v1{record}/steps/report"), &told("99", "公示结果")).await.answers(200);
    let page = lin.opens(&record).await;
    assert!(now(&page).contains("公示结果") && !now(&page).contains("乔*"), "{}", page.text());
    office.db_verify().await;
}
