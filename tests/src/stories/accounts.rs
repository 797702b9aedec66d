//! Who looks after accounts? Whoever manages them makes, unlocks, resets, ends and opens them; the clock ends what nobody
//! uses.
//!
//! Never their own account, and never without a reason.

use crate::harness::{Office, Page, Visitor};
use crate::world::PASSWORD;

const OWN: &str = "渔港七月涨潮两次a2026";

/// The page of an account.
async fn account(xue: &mut Visitor, login: &str) -> String {
    xue.opens(&format!("/admin/accounts?q={login}")).await.link(login)
}

/// The one-time password that a page shows.
fn password(page: &Page) -> String {
    let line = page.line("一次性密码");
    line.rsplit([':', '：', '`', ' ']).find(|part| !part.is_empty()).expect("a password").to_owned()
}

async fn first_sign_in(office: &Office, login: &str, first: &str) -> Visitor {
    let mut visitor = office.stranger();
    let page = visitor.signs_in(login, first).await;
    assert_eq!(page.url, "/account/password", "{}", page.text());
    let form = page.form("/account/password").with("原密码", first).with("新密码", OWN).with("再输一次新密码", OWN);
    visitor.sends(form).await.answers(200);
    visitor
}

#[tokio::test]
async fn an_account_is_made_for_a_person_with_a_password_that_is_shown_once() {
    let office = Office::open().await;
    let mut xue = office.sign_in("xue").await;
    xue.opens("/admin/accounts/new?q=林书敏").await.says("没有找到这样的人，或者他们都已有账号");
    let page = account(&mut xue, "lin").await;
    let ended = xue.opens(&page).await;
    xue.sends(ended.form("停用").with("停用的理由", "换岗")).await.answers(200).says("账号已停用");
    let page = xue.opens("/admin/accounts/new?q=lsm").await;
    let form = page.form("给林书敏建账号");
    xue.sends(form.clone().with("用户名", "林")).await.answers(422).says("这个用户名不能用");
    xue.sends(form.clone().with("用户名", "wu")).await.answers(422).says("已有人用");
    let page = xue.sends(form.clone().with("用户名", "LinShuMin")).await;
    page.answers(200).says("账号已建立").says("只显示这一次");
    let first = password(&page);
    xue.sends(form.with("用户名", "lin2")).await.answers(422).says("已经有账号");
    let reread = account(&mut xue, "linshumin").await;
    xue.opens(&reread).await.does_not_say(&first);
    let mut lin = first_sign_in(&office, "linshumin", &first).await;
    lin.opens("/").await.shows("林书敏");
    office.tries_to_sign_in("linshumin", &first).await.answers(422).says("用户名或密码不对。");
    office.db_verify().await;
}

#[tokio::test]
async fn a_forgotten_password_is_reset_with_a_reason_and_everywhere_else_is_out() {
    let office = Office::open().await;
    let (mut xue, mut lin) = (office.sign_in("xue").await, office.sign_in("lin").await);
    let at = account(&mut xue, "lin").await;
    let page = xue.opens(&at).await;
    xue.sends(page.form("重置密码").with("重置密码的理由", "  ")).await.answers(422).says("没有写理由");
    let page = xue.sends(page.form("重置密码").with("重置密码的理由", "本人当面申请")).await;
    let first = password(page.answers(200).says("密码已重置"));
    assert_eq!(lin.asks_once("GET", "/").await.status, 303);
    office.tries_to_sign_in("lin", PASSWORD).await.answers(422);
    office.minutes_pass(1);
    first_sign_in(&office, "lin", &first).await.opens("/").await.shows("林书敏");
    let resets = office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'account.password_reset'").await;
    assert_eq!(resets, 1);
}

#[tokio::test]
async fn a_locked_account_is_unlocked_and_an_ended_one_is_opened_with_a_new_password() {
    let office = Office::open().await;
    let mut xue = office.sign_in("xue").await;
    for _ in 0..5 {
        office.tries_to_sign_in("lin", "不是这个").await.answers(422);
        office.minutes_pass(1);
    }
    office.tries_to_sign_in("lin", PASSWORD).await.says("已锁定");
    let at = account(&mut xue, "lin").await;
    let page = xue.opens(&at).await;
    page.says("已锁定");
    xue.sends(page.form("解锁")).await.answers(200).says("现在就可以重新登录");
    let mut lin = office.sign_in("lin").await;
    let page = xue.opens(&at).await;
    xue.sends(page.form("停用").with("停用的理由", "借调")).await.answers(200).says("已停用");
    assert_eq!(lin.asks_once("GET", "/").await.status, 303);
    office.tries_to_sign_in("lin", PASSWORD).await.answers(422).says("用户名或密码不对。");
    xue.opens("/admin/accounts?which=ended").await.says("lin").says("由管理员停用");
    let page = xue.opens(&at).await;
    let page = xue.sends(page.form("重新启用").with("重新启用的理由", "借调期满")).await;
    let first = password(page.answers(200).says("账号已重新启用"));
    office.minutes_pass(1);
    first_sign_in(&office, "lin", &first).await.opens("/").await.shows("林书敏");
}

#[tokio::test]
async fn nobody_manages_their_own_account_and_nobody_else_manages_any() {
    let office = Office::open().await;
    let (mut xue, mut lin) = (office.sign_in("xue").await, office.sign_in("lin").await);
    let own = account(&mut xue, "xue").await;
    xue.opens(&own).await.says("这是你自己的账号");
    for act in ["password", "end", "second-factor", "unlock"] {
        let request = axum::http::Request::post(format!("{own}/{act}"))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        xue.forges(request, b"reason=x".to_vec()).await.answers(403).says("不能办理自己的账号");
        assert_eq!(lin.asks_once("POST", &format!("{own}/{act}")).await.status, 404);
    }
    assert_eq!(lin.asks_once("GET", "/admin/accounts").await.status, 404);
}

#[tokio::test]
async fn a_lost_second_factor_is_reset_by_somebody_else_with_a_reason() {
    let office = Office::open().await;
    office.db_grants("wu", "security_admin", "岚湾新区").await;
    let (mut xue, mut wu) = (office.sign_in("xue").await, office.sign_in("wu").await);
    let at = account(&mut wu, "xue").await;
    let page = wu.opens(&at).await;
    page.says("已设置");
    wu.sends(page.form("重置动态码").with("重置动态码的理由", "手机丢失，已当面核实"))
        .await
        .answers(200)
        .says("动态码已重置");
    assert_eq!(xue.asks_once("GET", "/").await.status, 303);
    let mut xue = office.stranger();
    let page = xue.gives_password("xue", PASSWORD).await;
    assert_eq!(page.url, "/account/second-factor");
    wu.opens(&at).await.says("角色要求设置，还没有设");
}

#[tokio::test]
async fn the_clock_ends_accounts_that_nobody_uses_and_those_of_leavers_but_not_the_last_that_could_help() {
    let office = Office::open().await;
    let now = office.db_ctx().now;
    for login in ["lin", "wu", "xue", "su"] {
        office.db_account(login, |account| account.made_at = Some(now)).await;
    }
    office.on("2026-03-02");
    office.sign_in("wu").await;
    office.db_ends("su", "2026-03-01").await;
    assert_eq!(switched_off(&office).await, 1, "whoever left");
    office.tries_to_sign_in("su", PASSWORD).await.answers(422).says("用户名或密码不对。");
    office.on("2026-04-05");
    assert_eq!(switched_off(&office).await, 0, "89 days");
    office.on("2026-04-06");
    assert_eq!(switched_off(&office).await, 1, "lin, but not the only one who manages accounts");
    assert_eq!(switched_off(&office).await, 0, "and once only");
    office.tries_to_sign_in("lin", PASSWORD).await.answers(422).says("用户名或密码不对。");
    let mut xue = office.sign_in("xue").await;
    xue.opens("/admin/accounts?which=ended").await.says("长期没有登录").says("已没有授权");
    office.sign_in("gao").await.opens("/admin").await.says("停用账号");
    office.sign_in("wu").await;
    office.db_verify().await;
}

async fn switched_off(office: &Office) -> i64 {
    let done = office.tick().await;
    done.into_iter().find(|(duty, _)| *duty == "switch_off_accounts").map_or(-1, |(_, count)| count)
}
