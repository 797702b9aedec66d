//! What comes in as a file? Papers and pictures with a record, workbooks to be taken in; the rest is refused in words.
//! `task_order`.
//!
//! Never a path, never a program, never more than the machine can bear.

use std::io::Write as _;

use super::tasks;
use crate::harness::{Office, Visitor};
use crate::world::annual_list;

async fn reporting(office: &Office) -> (Visitor, String) {
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    (zheng, record)
}

#[tokio::test]
async fn a_file_named_like_a_path_is_kept_under_its_last_name() {
    let office = Office::open().await;
    let (mut zheng, record) = reporting(&office).await;
    let fields = [("进度", "10"), ("进展情况", "正常。"), ("佐证材料", "../../etc/清单.pdf")];
    let page = zheng.takes("报进度", &record, &fields).await;
    page.says("清单.pdf").does_not_say("..").does_not_say("etc");
    let file = zheng.downloads(&page.hrefs("/files/")[0]).await;
    assert_eq!(file.status, 200);
    assert!(!file.disposition.contains("..") && !file.disposition.contains("etc"), "{}", file.disposition);
}

#[tokio::test]
async fn programs_and_empty_files_are_refused_beside_the_field() {
    let office = Office::open().await;
    let (mut zheng, record) = reporting(&office).await;
    for (name, bytes, said) in [
        ("工具.exe", &b"MZ"[..], "的种类不能上传"),
        ("页面.html", b"<script>", "的种类不能上传"),
        ("图.svg", b"<svg onload=x>", "的种类不能上传"),
        ("空.pdf", b"", "是空的"),
        ("../..", b"x", "不合规范"),
    ] {
        let form = zheng.opens(&record).await.form("报进度").with("进度", "10").with("进展情况", "正常。");
        zheng.sends(form.with_file("佐证材料", name, bytes)).await.answers(422).says(said);
    }
}

#[tokio::test]
async fn what_was_uploaded_is_never_run_in_the_browser() {
    let office = Office::open().await;
    let (mut zheng, record) = reporting(&office).await;
    let form = zheng.opens(&record).await.form("报进度").with("进度", "10").with("进展情况", "正常。");
    let page = zheng.sends(form.with_file("佐证材料", "说明.txt", b"<script>alert(1)</script>")).await;
    let kept = zheng.asks(&page.answers(200).hrefs("/files/")[0]).await;
    assert!(kept.header("content-disposition").is_some_and(|it| it.starts_with("attachment")));
    assert_eq!(kept.header("x-content-type-options"), Some("nosniff"));
    assert!(kept.header("content-security-policy").is_some_and(|it| it.contains("sandbox")));
}

/// Reports progress with a file and gives the record's page.
async fn with_file(by: &mut Visitor, record: &str, name: &str, bytes: &[u8]) -> crate::harness::Page {
    let form = by.opens(record).await.form("报进度").with("进度", "10").with("进展情况", "正常。");
    by.sends(form.with_file("佐证材料", name, bytes)).await
}

fn word(body: &str) -> Vec<u8> {
    let text = format!("<w:document xmlns:w=\"x\"><w:body>{body}</w:body></w:document>");
    bundle(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", text.as_bytes())])
}

#[tokio::test]
async fn the_text_of_a_word_file_is_read_on_a_page_by_whoever_may_have_the_file() {
    let office = Office::open().await;
    let (mut zheng, record) = reporting(&office).await;
    let body = "<w:p><w:r><w:t>岸线修复方案 &lt;script&gt;alert(1)&lt;/script&gt;</w:t></w:r></w:p>\
                <w:tbl><w:tr><w:tc><w:p><w:r><w:t>岸段</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>西段</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    let page = with_file(&mut zheng, &record, "方案.docx", &word(body)).await;
    let text = page.answers(200).says("看文字").link("看文字");
    let page = zheng.opens(&text).await;
    page.says("岸线修复方案").says("西段").says("下载原件");
    let html = String::from_utf8_lossy(&page.body).into_owned();
    assert!(!html.contains("<script>alert"), "what a file says is no markup");
    let mut li = office.sign_in("li").await;
    li.asks(&text).await.answers(404);
    // What is no Word file has no text to look at.
    let page = with_file(&mut zheng, &record, "说明.txt", "说明".as_bytes()).await;
    let plain =
        page.answers(200).hrefs("/files/").into_iter().find(|it| !text.starts_with(it)).expect("the file is there");
    zheng.asks(&format!("{plain}/text")).await.answers(404);
}

#[tokio::test]
async fn a_hostile_word_file_is_refused_with_what_to_do() {
    let office = Office::open().await;
    let (mut zheng, record) = reporting(&office).await;
    let zeros = vec![b' '; 100 * 1024 * 1024];
    let bomb = bundle(&[("word/document.xml", &zeros)]);
    drop(zeros);
    let entities = b"<!DOCTYPE x [<!ENTITY a SYSTEM \"http://x/\">]><w:document>&a;</w:document>";
    let whole = word("<w:p/>");
    let cases: [(&str, Vec<u8>, &str); 4] = [
        ("炸弹.docx", bomb, "展开以后太大"),
        ("实体.docx", bundle(&[("word/document.xml", entities)]), "不该有的声明"),
        ("表格.docx", bundle(&[("xl/workbook.xml", b"<x/>")]), "不是 Word 文档"),
        ("半个.docx", whole[..whole.len() / 2].to_vec(), "已经损坏"),
    ];
    for (name, bytes, said) in cases {
        let page = with_file(&mut zheng, &record, name, &bytes).await;
        let lines: Vec<String> = page.answers(200).hrefs("/text");
        let refused = zheng.asks(lines.last().expect("the file is there")).await;
        refused.answers(422).says(said);
    }
}

#[tokio::test]
async fn whatever_is_no_workbook_is_refused_with_what_to_do() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let whole = annual_list();
    let cases: [(&str, Vec<u8>); 6] = [
        ("一览表.xlsx", b"this is no workbook".to_vec()),
        ("一览表.xlsx", Vec::new()),
        ("一览表.xlsx", whole[..whole.len() / 2].to_vec()),
        ("一览表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook".to_vec()),
        ("一览表.csv", "任务,单位\n甲,乙".as_bytes().to_vec()),
        ("一览表.xlsx", bundle(&[("hello.txt", b"hello")])),
    ];
    for (name, bytes) in cases {
        let page = lin.uploads("task_order", name, &bytes).await;
        page.answers(422).says("另存为 xlsx");
    }
}

#[tokio::test]
async fn a_zip_bomb_does_not_go_off() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let zeros = vec![b' '; 300 * 1024 * 1024];
    let bomb =
        bundle(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    drop(zeros);
    assert!(bomb.len() < 2 * 1024 * 1024, "it is small outside");
    lin.uploads("task_order", "一览表.xlsx", &bomb).await.answers(422);
}

#[tokio::test]
async fn a_file_of_two_hundred_megabytes_is_turned_away_at_the_door() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let huge = vec![0_u8; 200 * 1024 * 1024];
    lin.uploads("task_order", "一览表.xlsx", &huge).await.answers(413).says("提交的内容太大。");
}

fn bundle(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a file begins");
        archive.write_all(bytes).expect("a file is written");
    }
    archive.finish().expect("the archive ends").into_inner()
}
