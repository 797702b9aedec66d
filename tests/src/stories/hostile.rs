//! What if somebody means harm, or their program is broken? A clear no, and nothing happens.
//! `task_order`.
//!
//! Never a failure of ours.

use super::tasks;
use crate::harness::{Office, Visitor};

fn post(url: &str) -> axum::http::request::Builder {
    axum::http::Request::post(url).header("content-type", "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::issued(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let step = format!("{record}/steps/accept");
    let requests = [
        post(&step).header("sec-fetch-site", "cross-site"),
        post(&step).header("sec-fetch-site", "same-site"),
        post(&step).header("origin", "https://evil.test"),
        post(&step).header("origin", "null"),
        post(&step),
    ];
    for request in requests {
        zheng.forges(request, b"_version=2".to_vec()).await.answers(403);
    }
    zheng.opens(&record).await.says("待签收");
}

#[tokio::test]
async fn signs_that_no_keyboard_has_are_kept_out_and_rare_ones_are_kept() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let title = "建设𠮷祥路\u{0}\u{8}\u{7f}充电站🔌\u{202e}";
    let record = tasks::drafted(&mut lin, title, "农业农村局", "2026-03-31").await;
    let page = lin.opens(&record).await;
    page.says("建设𠮷祥路").says("充电站🔌").does_not_say("\u{0}").does_not_say("\u{8}");
    lin.opens("/search?q=𠮷祥").await.says("充电站🔌");
}

#[tokio::test]
async fn what_looks_like_code_is_read_as_words() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let title = "<script>alert(1)</script>'; DROP TABLE record; -- {{7*7}} ${x} %s";
    let record = tasks::drafted(&mut lin, title, "农业农村局", "2026-03-31").await;
    lin.opens(&record).await.says(title);
    lin.opens("/m/task_order").await.says(title);
    let page = lin.opens("/search?q=DROP+TABLE").await;
    page.says(title);
    assert!(!String::from_utf8_lossy(&page.body).contains("<script>alert"));
}

#[tokio::test]
async fn a_hundred_thousand_characters_are_refused_with_their_number() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let long = "长".repeat(100_000);
    let fields =
        [("任务名称", long.as_str()), ("任务来源", "上级交办"), ("责任单位", "农业农村局"), ("完成时限", "2026-03-31")];
    lin.tries_to_begin("task_order", &fields).await.answers(422).says("写了100000个字，最多600个字");
}

#[tokio::test]
async fn a_day_that_does_not_exist_and_numbers_that_are_none_are_told_apart() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let no_day = [("任务名称", "甲"), ("任务来源", "上级交办"), ("责任单位", "农业农村局"), ("完成时限", "2026-02-30")];
    lin.tries_to_begin("task_order", &no_day).await.answers(422).says("“完成时限”写的日期不存在。");
    let record = tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    for (typed, said) in
        [("一半", "要填数字"), ("101", "0%到100%"), ("-1", "0%到100%"), ("NaN", "要填数字"), ("1e99", "进度")]
    {
        let page = zheng.tries("报进度", &record, &[("进度", typed), ("进展情况", "正常。")]).await;
        page.answers(422).says(said);
    }
}

#[tokio::test]
async fn bodies_that_are_no_form_are_refused_in_words() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let record = tasks::drafted(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let step = format!("{record}/steps/drop");
    for (kind, body) in [
        ("application/json", &b"{}"[..]),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"\r\n--y\r\nnonsense"),
        ("application/x-www-form-urlencoded", b"%ff=%fe&%"),
    ] {
        let request =
            axum::http::Request::post(&step).header("sec-fetch-site", "same-origin").header("content-type", kind);
        let page = lin.forges(request, body.to_vec()).await;
        assert!((400..500).contains(&page.status), "{kind} answers {}: {}", page.status, page.text());
        lin.opens(&record).await.says("拟制");
    }
    let flood = vec![b'a'; 3 * 1024 * 1024];
    let request = post(&step).header("sec-fetch-site", "same-origin");
    lin.forges(request, flood).await.answers(413).says("提交的内容太大。");
}

#[tokio::test]
async fn ids_that_belong_to_others_cannot_be_named() {
    let office = Office::open().await;
    let (mut lin, mut zheng, mut su) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("su").await);
    let theirs = tasks::underway(&mut lin, &mut su, "建立驿站管护台账", "组织人事局", "2026-03-31").await;
    let own = tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let page = su.takes("报进度", &theirs, &[("进度", "10"), ("进展情况", "甲。"), ("佐证材料", "秘密.pdf")]).await;
    let file = file_id(&page.hrefs("/files/")[0]);
    zheng.asks(&format!("/files/{file}")).await.answers(404);
    let form = zheng.opens(&own).await.form("报进度").with("进度", "10").with("进展情况", "乙。");
    let page = zheng.sends(form.forged("evidence", &file)).await;
    page.answers(422).says("“佐证材料”里的文件没有找到。");
    assert!(!reads(&mut zheng, &own).await.contains("秘密.pdf"));
}

async fn reads(visitor: &mut Visitor, url: &str) -> String {
    visitor.opens(url).await.window()
}

fn file_id(href: &str) -> String {
    href.rsplit('/').next().unwrap_or("").to_owned()
}
