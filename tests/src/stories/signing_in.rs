//! Who comes in? Through the login alone, and not for ever.
//!
//! Never a word about whether a name exists.

use crate::harness::Office;
use crate::world::PASSWORD;

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_read_the_same() {
    let office = Office::open().await;
    let wrong = office.tries_to_sign_in("lin", "不是这个").await;
    let unknown = office.tries_to_sign_in("nobody", PASSWORD).await;
    wrong.answers(422).says("用户名或密码不对。");
    assert_eq!(wrong.text().replace("lin", ""), unknown.text().replace("nobody", ""));
}

#[tokio::test]
async fn five_wrong_passwords_lock_an_account_for_half_an_hour() {
    let office = Office::open().await;
    for _ in 0..5 {
        office.tries_to_sign_in("lin", "不是这个").await.says("用户名或密码不对。");
    }
    office.tries_to_sign_in("lin", PASSWORD).await.says("已锁定");
    office.minutes_pass(31);
    office.sign_in("lin").await.opens("/").await.shows("林书敏");
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
