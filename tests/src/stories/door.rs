//! Does the door hold? What comes from elsewhere, under a false name, too often, or under a false flag is refused in
//! words, and nothing has happened. `task_order`.
//!
//! Never a route that is left out: the table of routes is walked.

use axum::http::Request;

use super::tasks;
use crate::harness::Office;

fn limited(rate: u32) -> web::WebOptions {
    web::WebOptions { version: "story".to_owned(), rate, ..web::WebOptions::default() }
}

#[tokio::test]
async fn no_route_that_changes_anything_listens_to_another_site() {
    let office = Office::open().await;
    let mut gao = office.sign_in("gao").await;
    let acts = office.db_count("SELECT COUNT(*) FROM act").await;
    let mut walked = 0;
    for route in web::table().into_iter().filter(|route| !matches!(route.method, "GET" | "HEAD")) {
        let url = route.path.replace(['{', '}'], "");
        for forge in [
            Request::builder().method(route.method).uri(&url).header("sec-fetch-site", "cross-site"),
            Request::builder().method(route.method).uri(&url).header("sec-fetch-site", "same-site"),
            Request::builder().method(route.method).uri(&url).header("origin", "http://evil.test"),
            Request::builder().method(route.method).uri(&url).header("origin", "null"),
            Request::builder().method(route.method).uri(&url),
        ] {
            let form = forge.header("content-type", "application/x-www-form-urlencoded");
            let page = gao.forges(form, b"name=lin&password=x".to_vec()).await;
            let said = String::from_utf8_lossy(&page.answers(403).body).into_owned();
            assert!(said.contains("不是从本系统的页面发出的"), "{url}: {said}");
        }
        walked += 1;
    }
    assert!(walked > 10, "the table of routes was walked");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act").await, acts, "nothing happened");
}

#[tokio::test]
async fn whoever_asks_too_often_waits_and_nobody_else_does() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    office.opens_the_door_as(limited(30));
    let mut refused = None;
    for _ in 0..120 {
        let page = lin.asks("/").await;
        if page.status == 429 {
            refused = Some(page);
            break;
        }
    }
    let page = refused.expect("at some time it is too often");
    page.says("操作太频繁").says("秒以后再试");
    let wait: i64 = page.header("retry-after").expect("says when").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    zheng.opens("/").await;
    office.minutes_pass(1);
    lin.opens("/").await;
}

#[tokio::test]
async fn a_name_that_is_not_the_sites_own_leads_nowhere() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let hosts = vec!["zugong.test".to_owned()];
    office.opens_the_door_as(web::WebOptions { hosts, ..limited(0) });
    lin.opens("/").await;
    for host in ["evil.test", "zugong.test.evil.test", "127.0.0.1"] {
        let page = lin.forges(Request::get("/").header("host", host), Vec::new()).await;
        page.answers(421).says("不是本系统的").does_not_say("林书敏");
    }
    let page = lin.forges(Request::get("/").header("host", "ZUGONG.test:8443"), Vec::new()).await;
    page.answers(200);
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host_and_the_browser_told_to_stay_there() {
    let office = Office::open().await;
    office.opens_the_door_as(web::WebOptions { secure_cookies: true, ..limited(0) });
    let mut lin = office.sign_in("lin").await;
    assert!(lin.cookie().is_some_and(|cookie| cookie.starts_with("__Host-")), "{:?}", lin.cookie());
    let page = lin.opens("/").await;
    assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000; includeSubDomains"));
    let policy = page.header("content-security-policy").expect("a policy").to_owned();
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn after_signing_in_nobody_is_led_to_another_site() {
    let office = Office::open().await;
    for elsewhere in ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/\tevil"] {
        let mut lin = office.stranger();
        let body =
            serde_urlencoded::to_string([("name", "lin"), ("password", crate::world::PASSWORD), ("next", elsewhere)]);
        let request = Request::post("/sign-in")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        let page = lin.forges(request, body.expect("a form").into_bytes()).await;
        assert_eq!((page.status, page.header("location")), (303, Some("/")), "{elsewhere}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_what_its_name_says_is_refused() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    for (name, bytes, said) in [
        ("清单.pdf", &b"MZ\x90\x00"[..], "与它的扩展名不符"),
        ("照片.png", b"<svg onload=alert(1)>", "与它的扩展名不符"),
        ("说明.txt", b"MZ\x90\x00", "与它的扩展名不符"),
        ("机密-名册.pdf", b"%PDF-1.7", "本系统不得存放国家秘密"),
    ] {
        let form = zheng.opens(&record).await.form("报进度").with("进度", "10").with("进展情况", "正常。");
        zheng.sends(form.with_file("佐证材料", name, bytes)).await.answers(422).says(said);
    }
}

#[tokio::test]
async fn what_bears_the_mark_of_a_state_secret_is_refused_with_the_reason() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let marked =
        [("任务名称", "机密★方案"), ("任务来源", "上级交办"), ("责任单位", "农业农村局"), ("完成时限", "2026-03-31")];
    lin.tries_to_begin("task_order", &marked).await.answers(422).says("“任务名称”里有“机密”标志").says("走涉密渠道");
    let record = tasks::underway(&mut lin, &mut zheng, "重置手机密码", "农业农村局", "2026-03-31").await;
    lin.tries("撤销任务", &record, &[("理由", "内容属（绝密）。")]).await.answers(422).says("本系统不得存放国家秘密");
    lin.opens(&record).await.does_not_say("绝密");
}
