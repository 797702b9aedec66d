//! Who comes in? Through the login alone, and not for ever.
//!
//! Never a word about whether a name exists.

use crate::harness::Office;
use crate::world::PASSWORD;

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_an_ended_account_are_answered_alike_after_the_same_work() {
    let office = Office::open().await;
    let hash = office.app.hashing.hash("渔港七月涨潮两次a2026".to_owned()).await.expect("hashed");
    for login in ["lin", "wu"] {
        office.db_account(login, |account| account.password_hash.clone_from(&hash)).await;
    }
    office.db_account("wu", |account| account.ended_on = Some("2026-01-05".parse().expect("a day"))).await;
    let mut seen = Vec::new();
    for (login, password) in [("nobody", PASSWORD), ("lin", "不是这个"), ("wu", "渔港七月涨潮两次a2026")] {
        let before = office.app.hashing.work();
        let acts = office.db_count("SELECT COUNT(*) FROM act").await;
        let page = office.tries_to_sign_in(login, password).await;
        page.answers(422).says("用户名或密码不对。");
        let acts = office.db_count("SELECT COUNT(*) FROM act").await - acts;
        seen.push((page.text().replace(login, ""), office.app.hashing.work() - before, acts));
    }
    assert!(seen[0].1 > 10_000, "a password is hashed: {}", seen[0].1);
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[tokio::test]
async fn five_failures_wait_longer_and_longer_and_then_lock_for_half_an_hour_whether_the_name_exists_or_not() {
    let office = Office::open().await;
    for login in ["lin", "nobody"] {
        for _ in 0..3 {
            office.tries_to_sign_in(login, "不是这个").await.says("用户名或密码不对。");
        }
        office.tries_to_sign_in(login, PASSWORD).await.answers(422).says("要稍等再试").says("请等3秒");
        for _ in 0..2 {
            office.minutes_pass(1);
            office.tries_to_sign_in(login, "不是这个").await.says("用户名或密码不对。");
        }
        office.minutes_pass(1);
        office.tries_to_sign_in(login, PASSWORD).await.says("已锁定");
        office.minutes_pass(27);
        office.tries_to_sign_in(login, PASSWORD).await.says("已锁定");
    }
    office.minutes_pass(4);
    office.sign_in("lin").await.opens("/").await.shows("林书敏");
    office.tries_to_sign_in("lin", "不是这个").await.says("用户名或密码不对。");
    office.minutes_pass(1);
    office.sign_in("lin").await;
}

#[tokio::test]
async fn very_many_failures_hold_off_an_address_and_nobody_else() {
    let office = Office::open().await;
    for at in 0..50 {
        let mut stranger = office.stranger().coming_from("10.6.6.6");
        stranger.signs_in(&format!("guess{at}"), PASSWORD).await.says("用户名或密码不对。");
    }
    let mut from_there = office.stranger().coming_from("10.6.6.6");
    from_there.signs_in("lin", PASSWORD).await.answers(422).says("暂停从这里登录");
    let mut from_elsewhere = office.stranger().coming_from("10.6.6.7");
    from_elsewhere.signs_in("lin", PASSWORD).await.answers(200).shows("林书敏");
    office.minutes_pass(31);
    from_there.signs_in("lin", PASSWORD).await.answers(200).shows("林书敏");
}

#[tokio::test]
async fn after_signing_in_one_is_where_one_wanted_to_go_but_never_elsewhere() {
    let office = Office::open().await;
    let mut visitor = office.stranger();
    let door = visitor.asks("/m/task_order?tab=late").await;
    let form = door.form("登录").with("用户名", "lin").with("密码", PASSWORD);
    assert_eq!(visitor.sends(form).await.url, "/m/task_order?tab=late");

    for elsewhere in ["//evil.test", "https://evil.test/", "/\\evil.test", "javascript:alert(1)"] {
        let mut visitor = office.stranger();
        let form = visitor.asks("/sign-in").await.form("登录").with("用户名", "lin").with("密码", PASSWORD);
        assert_eq!(visitor.sends(form.forged("next", elsewhere)).await.url, "/", "{elsewhere}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_also_for_whoever_kept_the_cookie() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let kept = lin.cookie().expect("she is signed in").to_owned();
    let page = lin.opens("/").await;
    lin.sends(page.form("/sign-out")).await;
    let mut other = office.stranger();
    other.carries(&kept);
    assert_eq!(other.asks_once("GET", "/").await.status, 303);
}

#[tokio::test]
async fn names_that_no_keyboard_types_are_refused_like_any_other() {
    let office = Office::open().await;
    for name in ["", "\u{0}", "lin\u{0}", "' OR 1=1 --", "林\u{202e}", &"长".repeat(20_000)] {
        office.minutes_pass(1);
        let page = office.tries_to_sign_in(name, &"密".repeat(20_000)).await;
        page.answers(422).says("用户名或密码不对。");
    }
}

#[tokio::test]
async fn ten_thousand_attempts_do_not_hold_up_others() {
    let office = Office::open().await;
    let hash = office.app.hashing.hash("渔港七月涨潮两次a2026".to_owned()).await.expect("hashed");
    office.db_account("wu", |account| account.password_hash.clone_from(&hash)).await;
    let once = office.app.hashing.work();
    let many = if slow_tests() { 1_000 } else { 100 };
    let mut attempts = tokio::task::JoinSet::new();
    for at in 0..10 {
        let mut stranger = office.stranger().coming_from("10.6.6.6").at_the_pace_of_a_machine();
        attempts.spawn(async move {
            let request = || {
                axum::http::Request::post("/sign-in")
                    .header("sec-fetch-site", "same-origin")
                    .header("content-type", "application/x-www-form-urlencoded")
            };
            for turn in 0..many {
                // Half of them guess one person's password, half go through names.
                let name = if at % 2 == 0 { "wu".to_owned() } else { format!("guess{}", at * many + turn) };
                let body = format!("name={name}&password=x").into_bytes();
                let page = stranger.forges(request(), body).await;
                assert_eq!(page.status, 422);
            }
        });
    }
    // In the midst of it somebody else comes in.
    office.sign_in("lin").await.opens("/").await.shows("林书敏");
    while let Some(attempt) = attempts.join_next().await {
        attempt.expect("an attempt is answered");
    }
    let hashed = (office.app.hashing.work() - once) / once;
    assert!(hashed <= 80, "{hashed} of {} attempts were worth a hash", 10 * many);
    assert!(office.db_count("SELECT COUNT(*) FROM act").await <= 90, "the log is not flooded");
}

#[expect(clippy::disallowed_methods, reason = "the one switch for stories that take long")]
fn slow_tests() -> bool {
    std::env::var_os("SLOW_TESTS").is_some()
}
