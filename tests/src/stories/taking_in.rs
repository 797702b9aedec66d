//! Point 1: the yearly list is taken in exactly as it is. `task_order`.
//!
//! Never twice, and never half.

use expect_test::expect;

use crate::harness::{Office, Page, Visitor};
use crate::world::{Line, annual_lines, annual_list, plain_list};

/// 林书敏 takes the yearly list in: 51 drafts.
pub(crate) async fn taken_in(lin: &mut Visitor) -> Page {
    let dry = lin.uploads("task_order", "重点工作一览表.xlsx", &annual_list()).await;
    let mended = lin.sends(dry.form("/mapping").with("完成时限", "2026-12-31")).await;
    let page = lin.sends(mended.form("/taking")).await;
    page.answers(200).says("已导入 51 件");
    page
}

#[tokio::test]
async fn the_dry_run_says_what_it_understood_and_writes_nothing() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let dry = lin.uploads("task_order", "重点工作一览表.xlsx", &annual_list()).await;
    let text = dry.answers(200).text();
    let before_rows: Vec<&str> = text.lines().take_while(|line| !line.starts_with("行 |")).collect();
    expect![[r#"
        重点工作任务
        导入
        重点工作一览表.xlsx
        # 重点工作一览表.xlsx
        试读，尚未导入
        换文件下载标注后的工作簿
        «导入 43 件»
        ✓ 选文件
        2 核对
        3 导入
        ## 列的去处
        A 序号 [不导入 ▾]
        B 任务来源 [任务来源 ▾]
        C 工作任务 [任务名称 ▾]
        D 责任单位 [责任单位 ▾]
        E 完成时限 [完成时限 ▾]
        F 备注 [备注 ▾]
        ### 缺少的必填项
        完成时限
        []
        有 8 行缺少它（单元格是空的）。在这里为这些行统一填写，导入后可逐件修改。
        «重新识别»
        51 识别为事项
        43 可以导入
        8 有问题
        9 不是数据（标题、表头、合计）
        逐行判断"#]]
    .assert_eq(&before_rows.join("\n"));
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 0);
}

#[tokio::test]
async fn every_line_that_is_not_data_says_why() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let dry = lin.uploads("task_order", "重点工作一览表.xlsx", &annual_list()).await;
    let other = lin.opens(&format!("{}?show=other", dry.url)).await;
    let text = other.text();
    let rows: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("行 |")).collect();
    expect![[r#"
        行 | 任务来源 | 任务名称 | 责任单位 | 完成时限 | 备注 | 判断
        1 | — | — | — | — | 2026年度重点工作任务一览表 | 标题行
        2 | — | — | — | — | 填报单位:岚湾新区综合办公室 · 单位:项 | 填报说明行，在表头以上
        3 | — | — | — | — | (一)岚湾新区党工委重点工作一览表 | 分节标题行
        4 | — | — | — | — | 序号 · 任务来源 · 工作任务 · 责任单位 · 完成时限 · 备注 | 表头
        43 | — | — | — | — | (二)岚湾新区管委会重点工作一览表 | 分节标题行
        44 | — | — | — | — | 序号 · 任务来源 · 工作任务 · 责任单位 · 完成时限 · 备注 | 与表头相同的重复表头
        50 | — | — | — | — | (三)高质量“美丽岚湾”建设重点项目一览表 | 分节标题行
        51 | — | — | — | — | 序号 · 任务来源 · 工作任务 · 责任单位 · 完成时限 · 备注 | 与表头相同的重复表头
        60 | — | — | — | — | 合计 · 51项 | 合计行，写明51项，与读到的51项一致
        看全部只看有问题的 只看跳过的
        ## 第 60 行的合计“51项”
        合计行，写明51项，与读到的51项一致
        ## 这些写法按下面的意思读
        任务来源：“岚湾新区党工委重点工作”读作“党工委重点工作”，共 38 行
        任务来源：“岚湾新区管委会重点工作”读作“管委会重点工作”，共 5 行
        任务来源：“高质量“美丽岚湾”建设重点项目”读作“建设重点项目”，共 8 行
        ## 说明
        “节点”不能从表格读入，请在导入后逐件填写"#]]
    .assert_eq(&rows.join("\n"));
}

#[tokio::test]
async fn the_mapping_is_corrected_the_missing_day_is_filled_and_51_are_taken_in() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let dry = lin.uploads("task_order", "重点工作一览表.xlsx", &annual_list()).await;
    dry.says("导入 43 件");
    // What stands under 备注 are goals.
    let form = dry.form("/mapping").with("“F 备注”导入到", "目标要求").with("完成时限", "2026-11-30");
    let mended = lin.sends(form).await;
    let taken = lin.sends(mended.form("/taking")).await;
    taken.says("已导入 51 件");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 51);

    let found = lin.opens("/search?q=完成渔港码头产权核清与移交").await;
    let record = lin.opens(&found.hrefs("/records/")[0]).await;
    record.says("党工委重点工作").says("岚湾新区组织人事局").says("2026-12-31");
    assert!(record.line("目标要求").contains("第1批"), "{}", record.text());
    // The last block had no day of its own.
    let last = annual_lines().pop().expect("there are lines").task;
    let found = lin.opens(&format!("/search?q={last}")).await;
    lin.opens(&found.hrefs("/records/")[0]).await.says("2026-11-30");
    office.db_verify().await;
}

#[tokio::test]
async fn a_second_import_of_the_same_file_adds_nothing() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    taken_in(&mut lin).await;
    let again = lin.uploads("task_order", "重点工作一览表（副本）.xlsx", &annual_list()).await;
    again.says("51 行以前导入过");
    assert!(again.find_form("/taking").is_none());
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 51);
}

#[tokio::test]
async fn a_row_with_a_problem_comes_back_marked_and_the_others_are_taken() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let mut lines: Vec<Line> = annual_lines()[..4].to_vec();
    lines[1].due = "2026年2月30日".to_owned();
    lines[2].unit = "没有这个局".to_owned();
    let dry = lin.uploads("task_order", "四项.xlsx", &plain_list(&lines)).await;
    dry.says("导入 2 件");
    let left = lin.sends(dry.form("/taking")).await;
    left.says("已导入 2 件").says("没有这一天").says("没有这个局");
    let marked = lin.downloads(&left.link("下载标注后的工作簿")).await;
    assert_eq!(marked.status, 200);
    let grids = documents::workbook_in::read(&marked.bytes, documents::workbook_in::Limits::default());
    let text = format!("{:?}", grids.expect("it is a workbook"));
    assert!(text.contains("没有这一天") && text.contains("没有这个局") && text.contains("问题"), "{text}");

    // Mended in the same file, only the two are added.
    lines[1].due = "2026年2月27日".to_owned();
    lines[2].unit = "葵岭街道".to_owned();
    let dry = lin.uploads("task_order", "四项.xlsx", &plain_list(&lines)).await;
    lin.sends(dry.form("/taking")).await.says("已导入 2 件");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 4);
}

#[tokio::test]
async fn an_import_is_undone_while_nothing_happened_and_not_after_a_step() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    taken_in(&mut lin).await;
    let page = lin.opens("/m/task_order/imports").await;
    lin.sends(page.form("/undo")).await.answers(200).says("已撤销导入的 51 件");
    lin.opens("/m/task_order").await.does_not_say("渔港码头");
    office.db_verify().await;

    // Undone, the same file may come in again; after a step it may not be undone.
    taken_in(&mut lin).await;
    let undo = lin.opens("/m/task_order/imports").await.form("/undo");
    let drafts = lin.opens("/m/task_order?tab=drafted").await;
    lin.takes("下达任务书", &drafts.hrefs("/records/")[0], &[]).await;
    lin.sends(undo).await.answers(422).says("这一批里有1件已经办过后续步骤，不能整批撤销。");
    assert!(lin.opens("/m/task_order/imports").await.find_form("/undo").is_none());
    office.db_verify().await;
}

#[tokio::test]
async fn what_was_undone_is_in_no_list_and_no_count() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    taken_in(&mut lin).await;
    let page = lin.opens("/m/task_order/imports").await;
    lin.sends(page.form("/undo")).await.answers(200);
    for tab in ["open", "closed", "all"] {
        let page = lin.opens(&format!("/m/task_order?tab={tab}")).await;
        page.does_not_say("渔港码头").does_not_say("51");
    }
}

#[tokio::test]
async fn days_come_as_words_as_days_and_as_numbers_and_mean_the_same() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let mut lines: Vec<Line> = annual_lines()[..4].to_vec();
    for (line, due) in lines.iter_mut().zip(["2026年3月31日", "2026.3.31", "2026/03/31", "46112"]) {
        line.due = due.to_owned();
    }
    let dry = lin.uploads("task_order", "四项.xlsx", &plain_list(&lines)).await;
    lin.sends(dry.form("/taking")).await.says("已导入 4 件");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE facts LIKE '%2026-03-31%'").await, 4);
}

#[tokio::test]
async fn only_whoever_may_import_sees_an_import_and_only_their_own() {
    let office = Office::open().await;
    office.db_grants("wu", "supervisor", "岚湾新区").await;
    let mut lin = office.sign_in("lin").await;
    let dry = lin.uploads("task_order", "重点工作一览表.xlsx", &annual_list()).await;
    let mut zheng = office.sign_in("zheng").await;
    zheng.opens("/m/task_order").await.does_not_say("导入");
    // Another supervisor may import, and still does not see hers.
    let mut wu = office.sign_in("wu").await;
    for visitor in [&mut zheng, &mut wu] {
        let page = visitor.asks(&dry.url).await;
        page.answers(404).does_not_say("渔港码头");
        visitor.sends(dry.form("/taking")).await.answers(404);
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 0);
}

#[tokio::test]
async fn of_ten_thousand_rows_the_one_percent_that_is_wrong_is_left_and_the_rest_taken() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let model = annual_lines().remove(0);
    let line = |at: usize| {
        let due = if at % 100 == 37 { "2026年13月1日" } else { "2026年12月31日" };
        Line { task: format!("第{at}项任务"), due: due.to_owned(), ..model.clone() }
    };
    let lines: Vec<Line> = (0..10_000).map(line).collect();
    let dry = lin.uploads("task_order", "一万项.xlsx", &plain_list(&lines)).await;
    dry.says("导入 9900 件");
    lin.sends(dry.form("/taking")).await.says("已导入 9900 件");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 9_900);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal").await, 9_900);
    office.db_verify().await;
    // A large batch is taken back as a small one is.
    let page = lin.opens("/m/task_order/imports").await;
    lin.sends(page.form("/undo")).await.says("已撤销导入的 9900 件");
    office.db_verify().await;
}
