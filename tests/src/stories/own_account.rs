//! What does somebody do with their own account? They take a password of their own, and see and end where they are signed
//! in.
//!
//! Never somebody else's session, and never a way around the first password.

use web::Who;

use crate::harness::{Office, Visitor};
use crate::sweeps::addresses;
use crate::world::PASSWORD;

const NEW: &str = "渔港七月涨潮两次a2026";

async fn changes(visitor: &mut Visitor, old: &str, new: &str) -> crate::harness::Page {
    let form = visitor.opens("/account/password").await.form("/account/password");
    visitor.sends(form.with("原密码", old).with("新密码", new).with("再输一次新密码", new)).await
}

#[tokio::test]
async fn until_the_first_password_is_changed_every_address_leads_to_the_change_and_machines_are_told() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    office.db_account("lin", |account| account.must_change = true).await;
    let mut lin = office.stranger();
    let page = lin.signs_in("lin", PASSWORD).await;
    assert_eq!(page.url, "/account/password");
    page.says("先换成自己的密码");
    assert!(!page.window().contains("督办"), "nothing of the house is shown:\n{}", page.window());
    let mut open = Vec::new();
    for route in web::table().iter().filter(|route| route.who != Who::Public && route.path != "/account/password") {
        let page = lin.asks_once(route.method, &filling.address(route)).await;
        let is_led =
            page.status == 303 && page.header("location").is_some_and(|to| to.starts_with("/account/password"));
        let is_told = page.status == 403
            && route.path.starts_with("/api/")
            && page.json()["errors"][0]["code"] == "sign_in.password_first";
        if !(is_led || is_told) {
            open.push(format!("{} {} answers {}", route.method, route.path, page.status));
        }
    }
    assert!(open.is_empty(), "these get round the change:\n{}", open.join("\n"));
    let page = lin.opens("/account/password?next=/m/task_order").await;
    let form = page.form("/account/password").with("原密码", PASSWORD).with("新密码", NEW).with("再输一次新密码", NEW);
    assert_eq!(lin.sends(form).await.url, "/m/task_order");
}

#[tokio::test]
async fn whoever_does_not_want_to_change_it_can_only_leave() {
    let office = Office::open().await;
    office.db_account("lin", |account| account.must_change = true).await;
    let mut lin = office.stranger();
    let page = lin.signs_in("lin", PASSWORD).await;
    let page = lin.sends(page.form("退出登录")).await;
    assert_eq!(page.url, "/sign-in");
    assert_eq!(lin.asks_once("GET", "/").await.status, 303);
}

#[tokio::test]
async fn a_weak_password_is_refused_with_every_reason_and_nothing_that_was_typed_comes_back() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    for (new, said) in [
        ("短1a", "太短"),
        ("kfwqzmrtpdqw", "太简单"),
        ("Password@2026", "常见密码"),
        (PASSWORD, "几乎一样"),
        (&"长Aa1".repeat(40), "太长"),
    ] {
        let page = changes(&mut lin, PASSWORD, new).await;
        page.answers(422).says(said);
        assert!(!String::from_utf8_lossy(&page.body).contains(new), "{new} comes back");
    }
    let form = lin.opens("/account/password").await.form("/account/password");
    let page = lin.sends(form.with("原密码", PASSWORD).with("新密码", NEW).with("再输一次新密码", "不同")).await;
    page.answers(422).says("两次输入的新密码不一样。");
    changes(&mut lin, "不是这个", NEW).await.answers(422).says("原密码不对。");
}

#[tokio::test]
async fn none_of_the_last_five_passwords_is_taken_again() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let word = |at: usize| format!("{}-渔港Chaoxi{at}", ["甲", "乙", "丙", "丁", "戊", "己"][at]);
    let mut old = PASSWORD.to_owned();
    for at in 0..6 {
        office.minutes_pass(1);
        changes(&mut lin, &old, &word(at)).await.answers(200).says("密码已修改");
        old = word(at);
    }
    for at in 1..5 {
        changes(&mut lin, &old, &word(at)).await.answers(422).says("最近5次用过的相同");
    }
    changes(&mut lin, &old, &word(0)).await.answers(200).says("密码已修改");
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions_and_turns_this_one() {
    let office = Office::open().await;
    let (mut here, there) = (office.sign_in("lin").await, office.sign_in("lin").await);
    let before = here.cookie().expect("she is signed in").to_owned();
    changes(&mut here, PASSWORD, NEW).await.answers(200).says("密码已修改");
    assert_ne!(here.cookie(), Some(before.as_str()));
    for kept in [before.as_str(), there.cookie().expect("she was signed in there")] {
        let mut thief = office.stranger();
        thief.carries(kept);
        assert_eq!(thief.asks_once("GET", "/").await.status, 303);
    }
    here.opens("/").await.shows("林书敏");
    office.tries_to_sign_in("lin", PASSWORD).await.says("用户名或密码不对。");
    office.db_verify().await;
}

#[tokio::test]
async fn a_password_runs_out_after_ninety_days_and_a_first_one_after_seven() {
    let office = Office::open().await;
    let now = office.db_ctx().now;
    office.db_account("lin", |account| account.password_set_at = Some(now)).await;
    office.db_account("wu", |account| (account.password_set_at, account.must_change) = (Some(now), true)).await;
    office.on("2026-01-14");
    office.tries_to_sign_in("wu", PASSWORD).await.answers(422).says("用户名或密码不对。");
    office.on("2026-04-05");
    let mut lin = office.sign_in("lin").await;
    lin.opens("/").await.shows("林书敏");
    office.on("2026-04-07");
    let page = office.stranger().signs_in("lin", PASSWORD).await;
    assert_eq!(page.url, "/account/password");
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_ends_one_or_all_others() {
    let office = Office::open().await;
    let mut here = office.stranger().coming_from("10.1.0.7");
    here.signs_in("lin", PASSWORD).await;
    let mut others = Vec::new();
    for address in ["10.1.0.8", "10.1.0.9", "10.1.0.10"] {
        let mut other = office.stranger().coming_from(address);
        other.signs_in("lin", PASSWORD).await;
        others.push(other);
    }
    let page = here.opens("/account").await;
    page.says("10.1.0.7").says("10.1.0.8").says("10.1.0.9").says("就是这里");
    let form = page.forms_to("/end").into_iter().find(|to| to.ends_with("/end")).expect("one of them can be ended");
    here.sends(page.form(&form)).await.answers(200).says("那一处登录已结束。");
    here.opens("/").await.shows("林书敏");
    assert_eq!(still_in(&mut others).await, 2);
    let page = here.opens("/account").await;
    here.sends(page.form("退出其他各处")).await.answers(200).says("在别处的登录都已结束。");
    assert_eq!(still_in(&mut others).await, 0);
    let page = here.opens("/account").await;
    assert_eq!(here.sends(page.form("全部退出，连同这里")).await.url, "/sign-in");
}

async fn still_in(visitors: &mut [Visitor]) -> usize {
    let mut count = 0;
    for visitor in visitors {
        count += usize::from(visitor.asks_once("GET", "/").await.status == 200);
    }
    count
}

#[tokio::test]
async fn nobody_ends_a_session_of_somebody_else() {
    let office = Office::open().await;
    let (mut lin, mut wu) = (office.sign_in("lin").await, office.sign_in("wu").await);
    office.sign_in("wu").await;
    let page = wu.opens("/account").await;
    let theirs = page.forms_to("/end").into_iter().find(|to| to.ends_with("/end")).expect("there is another");
    assert_eq!(lin.asks_once("POST", &theirs).await.status, 404);
    assert_eq!(lin.asks_once("POST", "/account/sessions/x/end").await.status, 404);
    assert_eq!(wu.opens("/account").await.forms_to("/end").len(), page.forms_to("/end").len());
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use_and_after_ten_hours_in_any_case() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    for _ in 0..20 {
        office.minutes_pass(29);
        assert_eq!(lin.asks_once("GET", "/").await.status, 200);
    }
    office.minutes_pass(29);
    assert_eq!(lin.asks_once("GET", "/").await.status, 303, "ten hours are over");
    let mut lin = office.sign_in("lin").await;
    office.minutes_pass(30);
    assert_eq!(lin.asks_once("GET", "/").await.status, 303);
}
