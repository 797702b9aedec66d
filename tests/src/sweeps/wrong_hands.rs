//! What happens when somebody sends what belongs to somebody else? Every route that changes something, with the ids of
//! other people's things, from the wrong unit and from the wrong role.
//!
//! Never a change, and never an answer that says it was done.

use axum::http::{Request, header};
use web::{Route, Who};

use crate::harness::{Office, Visitor};
use crate::stories::tasks;
use crate::sweeps::addresses::{self, Filling};

/// People of other units, and people of other roles.
const OUTSIDERS: [&str; 6] = ["li", "su", "chen", "gao", "xue", "yan"];

/// What fills in whatever a form may ask for.
const TYPED: [(&str, &str); 16] = [
    ("_fields", "progress situation"),
    ("progress", "90"),
    ("situation", "代填。"),
    ("step.opinion", "同意。"),
    ("step.reason", "试试。"),
    ("reason", "试试。"),
    ("field", "contact_phone"),
    ("decision", "clear"),
    ("until", "2026-12-31"),
    ("until_on", "2026-12-31"),
    ("words", "试试"),
    ("name", "试试"),
    ("person", "00000000-0000-0000-0000-000000000206"),
    ("from_on", "2026-01-08"),
    ("_sure", "1"),
    ("on", "2026-01-08"),
];

/// What stands in the database and may not move.
async fn kept(office: &Office) -> Vec<i64> {
    let counts = [
        office.db_count("SELECT CAST(SUM(version) AS BIGINT) FROM record").await,
        office.db_count("SELECT COUNT(*) FROM journal").await,
        office.db_count("SELECT COUNT(*) FROM file WHERE record IS NOT NULL").await,
        office.db_count("SELECT COUNT(*) FROM paper").await,
        office.db_count("SELECT COUNT(*) FROM batch WHERE undone_at IS NULL").await,
        office.db_count("SELECT COUNT(*) FROM upload").await,
        office.db_count("SELECT COUNT(*) FROM grant_ WHERE until_on IS NULL AND ended_at IS NULL").await,
        office.db_count("SELECT COUNT(*) FROM stand_in WHERE ended_at IS NULL").await,
        office.db_count("SELECT COUNT(*) FROM saved_view").await,
        office.db_count("SELECT COUNT(*) FROM offering").await,
        office.db_count("SELECT COUNT(*) FROM account WHERE ended_on IS NULL").await,
        office.db_count("SELECT COUNT(*) FROM unit WHERE dissolved_on IS NULL").await,
        office.db_count("SELECT COUNT(*) FROM reorganisation").await,
        office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'reveal'").await,
    ];
    counts.to_vec()
}

/// Things of 林书敏 and 郑海生: a session, a saved view, a template, a stand-in.
async fn theirs(office: &Office, filling: Filling) -> Filling {
    let last = |action: &str, from_end: usize| action.split('/').rev().nth(from_end).unwrap_or("").to_owned();
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    office.sign_in("lin").await;
    let session = last(&lin.opens("/account").await.form("退出").action, 1);
    let gives = zheng.opens("/stand-ins").await.form("安排代办");
    zheng.sends(gives.with("代办人", "周启").with("自", "2026-01-08").with("至", "2026-01-31")).await.answers(200);
    let stand_in = last(&zheng.opens("/stand-ins").await.form("结束").action, 1);
    let page = lin.opens("/m/task_order?tab=all&q=渔港").await;
    let page = lin.sends(page.form("/views").with("视图名称", "渔港")).await;
    let view = last(&page.form("/removal").action, 1);
    let record = format!("/records/{}", filling.record);
    let page = lin.opens(&record).await;
    let page = lin.sends(page.form("存为模板").with("模板名称", "渔港任务")).await;
    let offering = last(&page.form("删去").action, 1);
    Filling { session, stand_in, view, offering, ..filling }
}

#[tokio::test]
async fn nobody_changes_what_is_not_theirs_by_any_route() {
    let office = Office::open().await;
    let filling = theirs(&office, addresses::fill(&office).await).await;
    let mut lin = office.sign_in("lin").await;
    tasks::drafted(&mut lin, "建立书屋管护台账", "农业农村局", "2026-03-31").await;
    let before = kept(&office).await;
    let of_something = |route: &Route| {
        let holes = route.path.split('/').filter(|part| part.starts_with('{'));
        holes.clone().count() > 0 && holes.into_iter().any(|hole| !matches!(hole, "{mechanism}" | "{step}" | "{asset}"))
    };
    let mut tried = 0;
    for login in OUTSIDERS {
        let mut visitor = office.sign_in(login).await;
        for route in web::table().iter().filter(|route| route.method == "POST" && of_something(route)) {
            // Rights are the security administrator's own work; what one administers is asked by another sweep.
            let is_own_work = login == "xue"
                && ["/grants/", "/stand-ins/", "/api/v1/stand-ins/"].iter().any(|it| route.path.starts_with(it));
            if is_own_work || matches!(route.who, Who::Administrator(_)) {
                continue;
            }
            let page = sends(&mut visitor, route, &filling.address(route)).await;
            assert!(
                (400..500).contains(&page),
                "POST {} answers {login} with {page}, whose it is not",
                filling.address(route)
            );
            tried += 1;
        }
        assert_eq!(kept(&office).await, before, "{login} changed something");
    }
    assert!(tried > 60, "only {tried} were tried");
    office.db_verify().await;
}

/// Sends everything that might be asked for; gives the status.
async fn sends(visitor: &mut Visitor, route: &Route, address: &str) -> u16 {
    let request = Request::post(address).header("sec-fetch-site", "same-origin");
    let (kind, body) = match route.path.starts_with("/api/") {
        true => {
            let typed = match route.path.ends_with("/reveals") {
                true => serde_json::json!({ "field": "contact_phone", "reason": "试试。" }),
                false => serde_json::json!({ "fields": { "progress": "90", "situation": "代填。" } }),
            };
            ("application/json", typed.to_string())
        }
        false => {
            ("application/x-www-form-urlencoded", serde_urlencoded::to_string(TYPED).expect("texts can be written"))
        }
    };
    visitor.forges(request.header(header::CONTENT_TYPE, kind), body.into_bytes()).await.status
}
