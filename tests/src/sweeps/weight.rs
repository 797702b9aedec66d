//! How heavy is a page, and what protects it? Budgets of bytes, and the headers that every page bears.
//!
//! Never a page that asks another site for anything.

use super::addresses;
use crate::harness::{Office, Visitor};
use crate::stories::taking_in;

async fn zipped(visitor: &mut Visitor, url: &str) -> (u16, usize, bool) {
    let request = axum::http::Request::get(url).header("accept-encoding", "gzip");
    let page = visitor.forges(request, Vec::new()).await;
    (page.status, page.body.len(), page.header("content-encoding") == Some("gzip"))
}

#[tokio::test]
async fn a_register_page_of_50_rows_weighs_less_than_30_kilobytes() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    taking_in::taken_in(&mut lin).await;
    let (status, bytes, is_zipped) = zipped(&mut lin, "/m/task_order").await;
    assert_eq!((status, is_zipped), (200, true));
    assert!(bytes <= 30 * 1024, "it weighs {bytes} bytes");
}

#[tokio::test]
async fn all_styles_and_scripts_weigh_less_than_60_kilobytes_and_come_from_here() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let page = lin.opens("/").await;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let quoted = html.split('"').filter(|it| it.ends_with(".css") || it.ends_with(".js") || it.contains("/assets/"));
    let mut assets: Vec<String> = quoted.map(str::to_owned).collect();
    assets.sort();
    assets.dedup();
    assert!(assets.len() >= 2, "{assets:?}");
    let mut all = 0;
    for asset in &assets {
        assert!(asset.starts_with('/') && !asset.starts_with("//"), "{asset} comes from elsewhere");
        let (status, bytes, _) = zipped(&mut lin, asset).await;
        assert_eq!(status, 200, "{asset}");
        all += bytes;
    }
    assert!(all <= 60 * 1024, "they weigh {all} bytes");
}

#[tokio::test]
async fn every_page_bears_its_protecting_headers_and_no_code_inside() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    let mut lin = office.sign_in("lin").await;
    for route in web::table().iter().filter(|route| route.method == "GET") {
        let page = lin.asks(&filling.address(route)).await;
        let url = &page.url;
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{url}");
        assert!(page.header("content-security-policy").is_some_and(|it| it.contains("default-src")), "{url}");
        let html = String::from_utf8_lossy(&page.body);
        let is_html = page.header("content-type").is_some_and(|it| it.starts_with("text/html"));
        for inside in ["<style", " style=\"", " onclick=", "javascript:", "http://", "https://"] {
            let bare = html.replace("http://www.w3.org", "");
            assert!(!is_html || !bare.contains(inside), "{url} holds {inside}");
        }
    }
}
