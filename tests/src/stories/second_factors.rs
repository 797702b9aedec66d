//! What if a password alone is not enough? A role demands one-time codes; they are set up, asked for, lost and reset.
//!
//! Never the same code twice, and never a way around it.

use web::Who;

use crate::harness::{Office, Page, Visitor};
use crate::sweeps::addresses;
use crate::world::PASSWORD;

/// Signs in with name and password and stops where something more is asked.
async fn knocks(office: &Office, login: &str) -> (Visitor, Page) {
    let mut visitor = office.stranger();
    let page = visitor.gives_password(login, PASSWORD).await;
    (visitor, page)
}

async fn sets_up(visitor: &mut Visitor) -> (Vec<u8>, Vec<String>) {
    let page = visitor.opens("/account/second-factor").await;
    let page = visitor.sends(page.form("开始设置").with("现在的密码", PASSWORD)).await;
    let secret = page.secret();
    let code = visitor.code_of(&secret);
    let page = visitor.sends(page.form("确认启用").with("动态码", &code)).await;
    page.answers(200).says("动态码已启用").says("恢复码只显示这一次");
    let is_code = |line: &&str| line.matches('-').count() >= 5;
    let codes = page.text().lines().filter(is_code).map(|line| line.trim_matches(['-', ' ', '·']).to_owned()).collect();
    (secret, codes)
}

// proves: role.second_factor
#[tokio::test]
async fn whose_role_demands_a_second_factor_sets_it_up_before_anything_else() {
    let office = Office::printing().await;
    let filling = addresses::fill(&office).await;
    let (mut gao, page) = knocks(&office, "gao").await;
    assert_eq!(page.url, "/account/second-factor");
    page.says("先设置动态码");
    let mut open = Vec::new();
    let others = |path: &str| !path.starts_with("/account/second-factor") && path != "/metrics";
    for route in web::table().iter().filter(|route| route.who != Who::Public && others(route.path)) {
        let page = gao.asks_once(route.method, &filling.address(route)).await;
        let is_led =
            page.status == 303 && page.header("location").is_some_and(|to| to.starts_with("/account/second-factor"));
        if !(is_led || page.status == 403 && route.path.starts_with("/api/")) {
            open.push(format!("{} {} answers {}", route.method, route.path, page.status));
        }
    }
    assert!(open.is_empty(), "these get round it:\n{}", open.join("\n"));
    let (_, codes) = sets_up(&mut gao).await;
    assert_eq!(codes.len(), 8, "{codes:?}");
    gao.opens("/admin").await.says("定时要办的事");
    // Whoever's role does not demand it is not asked.
    office.sign_in("lin").await.opens("/").await.shows("林书敏");
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_and_taken_once() {
    let office = Office::open().await;
    let (mut gao, _) = knocks(&office, "gao").await;
    let (secret, _) = sets_up(&mut gao).await;
    office.minutes_pass(2);
    let (mut gao, page) = knocks(&office, "gao").await;
    assert_eq!(page.url, "/sign-in/code");
    for address in ["/", "/admin", "/account", "/account/second-factor"] {
        assert_eq!(
            gao.asks_once("GET", address).await.header("location").map(|to| to.starts_with("/sign-in/code")),
            Some(true)
        );
    }
    assert_eq!(gao.asks_once("GET", "/api/v1/mechanisms").await.status, 401);
    let awaited = gao.cookie().expect("half a session").to_owned();
    gao.sends(page.form("继续").with("动态码", "不是数字")).await.answers(422).says("动态码不对");
    office.minutes_pass(1);
    let code = gao.code_of(&secret);
    let page = gao.opens("/sign-in/code?next=/admin").await;
    assert_eq!(gao.sends(page.form("继续").with("动态码", &code)).await.url, "/admin");
    assert_ne!(gao.cookie(), Some(awaited.as_str()), "the session has another token now");
    let (mut again, page) = knocks(&office, "gao").await;
    again.sends(page.form("继续").with("动态码", &code)).await.answers(422).says("已经用过");
    office.minutes_pass(1);
    let code = again.code_of(&secret);
    let page = again.opens("/sign-in/code").await;
    again.sends(page.form("继续").with("动态码", &code)).await.answers(200).shows("高岩");
    office.db_verify().await;
}

#[tokio::test]
async fn five_wrong_codes_lock_the_codes_and_the_right_password_does_not_unlock_them() {
    let office = Office::open().await;
    let (mut gao, _) = knocks(&office, "gao").await;
    let (secret, _) = sets_up(&mut gao).await;
    for _ in 0..5 {
        office.minutes_pass(1);
        let (mut thief, page) = knocks(&office, "gao").await;
        thief.sends(page.form("继续").with("动态码", "000000")).await.answers(422).says("动态码不对");
    }
    office.minutes_pass(1);
    let (mut thief, page) = knocks(&office, "gao").await;
    let code = thief.code_of(&secret);
    thief.sends(page.form("继续").with("动态码", &code)).await.answers(422).says("已锁定");
}

#[tokio::test]
async fn a_recovery_code_stands_in_once_and_new_ones_end_the_old() {
    let office = Office::open().await;
    let (mut gao, _) = knocks(&office, "gao").await;
    let (secret, codes) = sets_up(&mut gao).await;
    let (mut gao, page) = knocks(&office, "gao").await;
    gao.sends(page.form("继续").with("动态码", &codes[0].to_lowercase())).await.answers(200).shows("高岩");
    gao.opens("/account").await.says("7个");
    let (mut thief, page) = knocks(&office, "gao").await;
    thief.sends(page.form("继续").with("动态码", &codes[0])).await.answers(422).says("动态码不对");
    office.minutes_pass(1);
    let code = gao.code_of(&secret);
    let page = gao.opens("/account/second-factor").await;
    gao.sends(page.form("换一批恢复码").with("动态码", &code)).await.answers(200).says("已换一批恢复码");
    office.minutes_pass(1);
    let (mut thief, page) = knocks(&office, "gao").await;
    thief.sends(page.form("继续").with("动态码", &codes[1])).await.answers(422).says("动态码不对");
}

#[tokio::test]
async fn anybody_may_use_one_and_only_whoever_must_not_cannot_take_it_away() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    sets_up(&mut lin).await;
    let (_, page) = knocks(&office, "lin").await;
    assert_eq!(page.url, "/sign-in/code");
    let page = lin.opens("/account/second-factor").await;
    let form = page.form("不再使用动态码");
    lin.sends(form.clone().with("现在的密码", "不是这个")).await.answers(422).says("原密码不对。");
    office.minutes_pass(1);
    lin.sends(form.with("现在的密码", PASSWORD)).await.answers(200).says("不再使用动态码");
    let (_, page) = knocks(&office, "lin").await;
    assert_eq!(page.url, "/");
    let mut xue = office.sign_in("xue").await;
    assert!(xue.opens("/account/second-factor").await.find_form("不再使用动态码").is_none());
    let page = xue.opens("/account/second-factor").await;
    let mut forged = page.form("开始设置").with("现在的密码", PASSWORD);
    "/account/second-factor/removal".clone_into(&mut forged.action);
    xue.sends(forged).await.answers(422).says("不能取消");
}

#[tokio::test]
async fn a_secret_is_not_read_in_the_database_and_a_setup_form_is_nobody_elses() {
    let office = Office::open().await;
    let (mut lin, mut wu) = (office.sign_in("lin").await, office.sign_in("wu").await);
    let page = lin.opens("/account/second-factor").await;
    let page = lin.sends(page.form("开始设置").with("现在的密码", PASSWORD)).await;
    let secret = page.secret();
    let code = wu.code_of(&secret);
    let form = page.form("确认启用").with("动态码", &code);
    wu.sends(form.clone()).await.answers(422).says("放得太久");
    lin.sends(form.clone().with("动态码", "000000")).await.answers(422).says("动态码不对").says("手工输入");
    office.minutes_pass(1);
    let code = lin.code_of(&secret);
    lin.sends(form.clone().with("动态码", &code)).await.answers(200).says("动态码已启用");
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut conn = office.app.db.read().await.expect("a connection");
    let account = store::accounts::by_login(&mut conn, "lin").await.expect("asked").expect("she has one");
    let kept = store::second_factors::find(&mut conn, account.id).await.expect("asked").expect("kept");
    assert!(!kept.secret.contains(&hex));
    drop(conn);
    let page = wu.opens("/account/second-factor").await;
    let page = wu.sends(page.form("开始设置").with("现在的密码", PASSWORD)).await;
    let code = wu.code_of(&page.secret());
    let late = page.form("确认启用").with("动态码", &code);
    office.minutes_pass(16);
    wu.sends(late).await.answers(422).says("放得太久");
}
