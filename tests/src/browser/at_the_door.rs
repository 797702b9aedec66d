//! Signing in at a meeting on a phone of one's own, and the list at a desk.
//!
//! Never with an account: whoever is on the list gives a name and four signs.

use super::{Window, is_wanted, served};
use crate::harness::Office;
use crate::stories::attending::{code, notified};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_signs_in_on_a_phone_and_the_list_knows() {
    if !is_wanted() {
        return;
    }
    let office = Office::open().await;
    let (mut su, meeting) = notified(&office).await;
    let address = code(&mut su, &meeting).await;
    let base = served(&office).await;

    let phone = Window::on_a_phone(&base).await;
    phone.opens(&address).await;
    phone.types("姓名", "何思源").await;
    phone.types("手机号或身份证号后四位", "9999").await;
    phone.presses("签到").await;
    phone.waits_for("没有核对上").await;
    office.minutes_pass(1);
    phone.types("手机号或身份证号后四位", "0001").await;
    phone.picture("door").await;
    phone.presses("签到").await;
    phone.waits_for("签到成功").await;
    phone.picture("door-signed-in").await;
    let over = phone.asks("return document.documentElement.scrollWidth - window.innerWidth").await;
    assert!(over.as_i64().is_some_and(|over| over <= 0), "{over}");
    phone.closes().await;

    let desk = Window::on_a_desk(&base).await;
    desk.signs_in("su").await;
    desk.opens(&format!("{meeting}/attendance")).await;
    desk.waits_for("扫码核对姓名").await;
    assert!(desk.reads().await.contains("何思源"));
    desk.picture("attendance").await;
    desk.opens(&format!("{meeting}/attendance/code")).await;
    desk.picture("wall").await;
    desk.closes().await;
}
