//! What does somebody see who has not signed in? The door, and nothing behind it.
//!
//! Never a page of the house.

use web::Who;

use super::addresses;
use crate::harness::Office;

#[tokio::test]
async fn whoever_has_not_signed_in_is_led_to_the_door_by_every_route() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    let mut stranger = office.stranger();
    let mut open = Vec::new();
    for route in web::table().iter().filter(|route| route.who != Who::Public) {
        let address = filling.address(route);
        let page = stranger.asks_once(route.method.as_ref(), &address).await;
        let is_led = page.status == 303 && page.header("location").is_some_and(|to| to.starts_with("/sign-in"));
        let is_refused = page.status == 401 && address.starts_with("/api/");
        if !(is_led || is_refused) {
            open.push(format!("{} {} answers {}", route.method, route.path, page.status));
        }
    }
    assert!(open.is_empty(), "these let a stranger in:\n{}", open.join("\n"));
}

#[tokio::test]
async fn a_forged_or_forgotten_session_is_nobodys() {
    let office = Office::open().await;
    let mut stranger = office.stranger();
    let long = "session=".to_owned() + &"f".repeat(64);
    for cookie in ["session=", "session=0000", "session=' OR 1=1 --", "__Host-session=x", "session=a; session=b", &long]
    {
        stranger.carries(cookie);
        assert_eq!(stranger.asks_once("GET", "/").await.status, 303, "{cookie}");
    }

    let lin = office.sign_in("lin").await;
    let kept = lin.cookie().expect("she is signed in").to_owned();
    stranger.carries(&kept);
    assert_eq!(stranger.asks_once("GET", "/").await.status, 200);
    office.minutes_pass(31);
    assert_eq!(stranger.asks_once("GET", "/").await.status, 303);
}
