//! Does every page stand for everybody? Each GET route for each of the eight people; what is not theirs is not there.
//!
//! Never a failure of ours, whoever asks.

use kernel::catalog::Administers;
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
            let is_outside = matches!(login, "li" | "su" | "chen" | "gao" | "xue" | "yan");
            let is_theirs = ["/records/", "/files/", "/papers/"].iter().any(|start| address.starts_with(start));
            // Who sees a record is for the security administrator to know; what it holds is not.
            let is_about_rights = login == "xue" && address.ends_with("/seers");
            if is_outside && is_theirs && !is_about_rights {
                assert_eq!(page.status, 404, "{address} is not for {login}");
            }
        }
    }
}

/// The three administrators: sign-in name and what they administer.
const THREE: [(&str, Administers); 3] =
    [("gao", Administers::System), ("xue", Administers::Security), ("yan", Administers::Audit)];

#[tokio::test]
async fn what_one_administrator_administers_is_not_there_for_anybody_else() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    for (login, ..) in PEOPLE {
        let own = THREE.iter().find(|it| it.0 == login).map(|it| it.1);
        let mut visitor = office.sign_in(login).await;
        for route in web::table() {
            let Who::Administrator(what) = route.who else { continue };
            if !own.is_some_and(|own| what.contains(&own)) {
                let page = visitor.asks_once(route.method.as_ref(), &filling.address(&route)).await;
                assert_eq!(page.status, 404, "{} {} answers {login}", route.method, route.path);
            }
        }
    }
}

#[tokio::test]
async fn no_administrator_reads_a_business_record_by_any_route() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    office.tick().await;
    let of_business = |path: &str| {
        ["/m/{mechanism}", "/records/", "/files/", "/papers/", "/api/v1/mechanisms/{", "/api/v1/records/"]
            .iter()
            .any(|start| path.starts_with(start))
    };
    for (login, _) in THREE {
        let mut visitor = office.sign_in(login).await;
        // Whoever ends all their sessions has left the room.
        let stays = |route: &web::Route| route.who != Who::Public && !route.path.ends_with("/end-all");
        for route in web::table().into_iter().filter(stays) {
            let address = filling.address(&route);
            let page = visitor.asks_once(route.method.as_ref(), &address).await;
            let text = String::from_utf8_lossy(&page.body).into_owned();
            assert!(!text.contains("完成渔港码头产权移交"), "{} {address} tells {login} of a task", route.method);
            if of_business(route.path) && !route.path.ends_with("/seers") {
                // A body that is no JSON is told before anything is looked up.
                let is_unread = route.path.starts_with("/api/") && page.status == 400;
                assert!(is_unread || page.status == 404, "{} {address} answers {login}", route.method);
            }
        }
        let found = visitor.opens("/search?q=渔港").await;
        found.does_not_say("完成渔港码头产权移交");
    }
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
