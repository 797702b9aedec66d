//! Does every page stand for everybody? Each GET route for each of the eight people; what is not theirs is not there.
//!
//! Never a failure of ours, whoever asks.

use web::Who;

use super::addresses;
use crate::harness::Office;
use crate::world::PEOPLE;

#[tokio::test]
async fn every_page_is_rendered_for_everybody_or_is_not_there_for_them() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    office.tick().await;
    let table = web::table();
    for (login, ..) in PEOPLE {
        let mut visitor = office.sign_in(login).await;
        for route in table.iter().filter(|route| route.method == "GET" && route.path != "/metrics") {
            let address = filling.address(route);
            let page = visitor.asks(&address).await;
            // An import on trial is its owner's alone; others are told that it is gone.
            let is_gone = page.status == 422 && address.contains("/imports/");
            assert!(is_gone || matches!(page.status, 200 | 404), "{address} answers {login} with {}", page.status);
            let is_outside = matches!(login, "li" | "su" | "chen" | "gao");
            let is_theirs = ["/records/", "/files/", "/papers/"].iter().any(|start| address.starts_with(start));
            if is_outside && is_theirs {
                assert_eq!(page.status, 404, "{address} is not for {login}");
            }
        }
    }
}

#[tokio::test]
async fn only_the_administrator_administers() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    for (login, ..) in PEOPLE.iter().filter(|person| person.0 != "gao") {
        let mut visitor = office.sign_in(login).await;
        for route in web::table().iter().filter(|route| route.who == Who::Admin) {
            let page = visitor.asks_once(route.method.as_ref(), &filling.address(route)).await;
            assert_eq!(page.status, 404, "{} {} answers {login}", route.method, route.path);
        }
    }
    // And whoever administers reaches no business record.
    let mut gao = office.sign_in("gao").await;
    assert_eq!(gao.asks(&format!("/records/{}", filling.record)).await.status, 404);
    assert_eq!(gao.asks("/m/task_order").await.status, 404);
}

#[tokio::test]
async fn nonsense_in_an_address_is_answered_in_words_and_never_fails() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    let mut lin = office.sign_in("lin").await;
    let nonsense = [
        "tab=%00&sort=--&after=x",
        "unit=0&f.source=%27%3B--&due_from=2026-02-30",
        "year=99999&figure=%F0%9F%8C%B6",
        "month=2026-13&page=-1",
        "q=%25_%22*%28%29&next=%2F%2Fevil",
        "period=..&part=%0A&tab=all&figure=closed",
    ];
    for route in web::table().iter().filter(|route| route.method == "GET" && route.path != "/metrics") {
        for query in nonsense {
            let address = format!("{}?{query}", filling.address(route));
            let page = lin.asks(&address).await;
            assert!(page.status < 500, "{address} answers {}", page.status);
        }
        let elsewhere = filling.address(route).replace(&filling.record, "0123").replace("task_order", "no_such");
        assert!(lin.asks(&elsewhere).await.status < 500, "{elsewhere}");
    }
}
