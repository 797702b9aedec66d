//! Who may do what? The table of rights as people can read it, and each of its gaps tried at the door.
//!
//! Never a right that the table does not print.

use expect_test::expect_file;

use super::addresses;
use crate::harness::{Office, record_of};
use crate::stories::tasks;
use crate::world::PEOPLE;

#[test]
fn the_table_of_rights_is_printed() {
    let (definitions, _) = app::office::read_definitions(server::definitions::shipped());
    let vocabulary = &definitions.catalog.vocabulary;
    let mut text = String::from("各角色另管的事\n");
    for line in kernel::authority::managing(vocabulary) {
        text.push_str(&format!("  {line}\n"));
    }
    for mechanism in definitions.catalog.mechanisms.values() {
        text.push_str(&format!("{}({})\n", mechanism.name, mechanism.id));
        for line in kernel::authority::table(mechanism, vocabulary) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    expect_file!["authority.txt"].assert_eq(&text);
}

#[tokio::test]
async fn a_step_in_the_wrong_hands_is_refused_and_changes_nothing() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let record = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let (definitions, _) = app::office::read_definitions(server::definitions::shipped());
    let mechanism = definitions.catalog.mechanism(addresses::MECHANISM).expect("it is shipped").clone();
    let before = lin.opens(&record).await.under("经过");
    for (login, _, _, _, _, role, over) in PEOPLE {
        let reaches = over == 0 || over == 3;
        let mut visitor = office.sign_in(login).await;
        for step in mechanism.steps.iter().filter(|step| !step.from.is_empty()) {
            let may = reaches && step.who.iter().any(|who| who.as_str() == role);
            if may {
                continue;
            }
            let request = axum::http::Request::post(format!("{}/steps/{}", record_of(&record), step.id))
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded");
            let page = visitor.forges(request, b"step.opinion=x&step.reason=x".to_vec()).await;
            assert!(matches!(page.status, 403 | 404 | 422), "{login} {} answers {}", step.id, page.status);
            let is_told = page.status != 422 || step.from.iter().all(|from| from.as_str() != "issued");
            assert!(is_told, "{login} is told of a rule at {} where they have no right", step.id);
        }
    }
    assert_eq!(lin.opens(&record).await.under("经过"), before);
}
