//! Every number of every page of figures is a door: behind it stands a list, and the list is as long as the number says.
//! `task_order`, `supervision_order`, `branch_meeting`, `person_file`.
//!
//! Never a number that opens to something else.

use std::collections::BTreeSet;

use kernel::catalog::Measure;

use super::{attending, tasks};
use crate::harness::{Office, Visitor};

/// How many records or people a list shows.
async fn listed(by: &mut Visitor, href: &str) -> usize {
    let page = by.opens(href).await;
    let of_people = is_of_people(href);
    let ids = page.hrefs(if of_people { "/m/" } else { "/records/" });
    if of_people {
        return page.rows().iter().filter(|row| row.iter().any(|(_, href)| href.is_some())).count();
    }
    let bare = ids.iter().map(|href| href.split(['?', '#']).next().unwrap_or("").to_owned());
    bare.filter(|href| href.matches('/').count() == 2).collect::<BTreeSet<_>>().len()
}

/// The figure that a door asks for.
fn figure_of(href: &str) -> Option<(String, String)> {
    let mechanism = href.split("/m/").nth(1)?.split(['/', '?']).next()?.to_owned();
    let by_people = href.split("/figures/").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned);
    let by_register = href.split(['?', '&']).find_map(|part| part.strip_prefix("figure=")).map(str::to_owned);
    Some((mechanism, by_register.or(by_people)?))
}

/// Does it lead to the people whom a figure counts? A figure may be called so itself.
fn is_of_people(href: &str) -> bool {
    href.split_once('?').is_some_and(|(path, _)| path.ends_with("/people") && path.matches('/').count() == 5)
}

fn is_door(href: &str) -> bool {
    href.contains("figure=") || is_of_people(href)
}

#[tokio::test]
async fn every_number_opens_to_as_many_as_it_says() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let mut zhou = office.sign_in("zhou").await;
    let done = tasks::underway(&mut lin, &mut zheng, "建立书屋管护台账", "农业农村局", "2026-01-30").await;
    tasks::underway(&mut lin, &mut zheng, "完成码头产权移交", "农业农村局", "2026-01-15").await;
    for (who, title) in [("苏芮", "建立驿站管护台账"), ("陈望", "核清岸线权属"), ("苏芮", "修订值守办法")]
    {
        let record = tasks::drafted_with(&mut lin, title, "组织人事局", "2026-01-16", &[("责任人", who)]).await;
        lin.takes("下达任务书", &record, &[]).await;
    }
    office.on("2026-01-20");
    tasks::finished(&mut lin, &mut zhou, &done).await;
    office.days_pass_until("2026-02-05").await;
    let form = zheng.opens("/figures/seals?unit=00000000-0000-0000-0000-000000000103&period=2026-01").await;
    zheng.sends(form.form("封存并报送")).await.answers(200);

    let mut pages = pages_of(&office, &["task_order", "supervision_order"]);
    pages.push("/figures/seals?period=2026-01".to_owned());
    pages.push("/m/task_order/figures/assigned/known?period=2026-01&known=2026-02-01&unit=".to_owned());
    let tried = every_door(&office, &mut lin, pages).await;
    assert!(tried > 40, "only {tried} numbers were opened");
    office.db_verify().await;
}

#[tokio::test]
async fn every_number_of_meetings_opens_to_as_many_meetings_and_people() {
    let office = Office::open().await;
    let mut su = attending::held(&office).await;
    let tried = every_door(&office, &mut su, pages_of(&office, &["branch_meeting", "person_file"])).await;
    assert!(tried > 20, "only {tried} numbers were opened");
    office.db_verify().await;
}

/// The pages of the figures of some mechanisms, over several periods and cut in several ways.
fn pages_of(office: &Office, mechanisms: &[&str]) -> Vec<String> {
    let ctx = office.db_ctx();
    let mut pages = Vec::new();
    for mechanism in mechanisms {
        let it = ctx.catalog().mechanism(mechanism).expect("it is shipped").clone();
        pages.push(format!("/m/{mechanism}/figures?period=2026"));
        for figure in &it.figures {
            let path = format!("/m/{mechanism}/figures/{}", figure.id);
            for period in ["2026", "2026-01", "..2026-02", "2026-01-10..2026-01-20"] {
                pages.push(format!("{path}?period={period}"));
            }
            pages.push(format!("{path}?period=2026-01&unit=00000000-0000-0000-0000-000000000101"));
            pages.push(format!("{path}/parts?period=2026"));
        }
    }
    pages
}

/// Opens every number of some pages, each once; gives how many were opened and counted.
async fn every_door(office: &Office, who: &mut Visitor, pages: Vec<String>) -> usize {
    let ctx = office.db_ctx();
    let (mut tried, mut doors) = (0, BTreeSet::new());
    for url in pages {
        let page = who.asks(&url).await;
        assert!([200, 404, 422].contains(&page.status), "{url}: {}", page.status);
        // What is reckoned from other figures opens to those, and their numbers stand on their own pages.
        for (_, href) in page.links().into_iter().filter(|(_, href)| href.ends_with("#made-of")) {
            let href = href.trim_end_matches("#made-of");
            if !href.is_empty() && doors.insert(href.to_owned()) {
                who.opens(href).await.says("由这些数字算出");
                tried += 1;
            }
        }
        for (words, href) in page.links().into_iter().filter(|(_, href)| is_door(href)) {
            let Some((mechanism, figure)) = figure_of(&href) else { panic!("{url} has a door to {href}") };
            let found = ctx.catalog().mechanism(&mechanism).and_then(|it| it.figure(&figure)).map(|it| &it.measure);
            let is_sum = matches!(found, Some(Measure::Sum { .. } | Measure::Average { .. } | Measure::Balance { .. }));
            let Some(number) = words.trim().parse::<usize>().ok().filter(|_| !is_sum && found.is_some()) else {
                assert!(listed(who, &href).await > 0, "{url}: “{words}” opens to nothing: {href}");
                continue;
            };
            if doors.insert(href.clone()) {
                assert_eq!(listed(who, &href).await, number, "{url}: {href}");
                tried += 1;
            }
        }
    }
    tried
}
