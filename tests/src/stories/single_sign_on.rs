//! What if the site has a single sign-on of its own? A real provider (Authlib's) says who it is, and the account of that
//! sign-in name is opened.
//!
//! Never an account that nobody made, and never a token that was not asked for.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use app::single_sign_on::{Settings, SingleSignOn};

use crate::harness::{Office, Page, Visitor};

/// The provider, in a process of its own; it ends with the story.
struct Provider {
    child: Child,
    issuer: String,
}

impl Provider {
    fn starts() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/provider/provider.py");
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 starts (`cargo xtask test` installs it)");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output is ours");
        BufReader::new(out).read_line(&mut line).expect("the provider says its address");
        assert!(
            line.starts_with("http"),
            "the stories need a real provider: apt install python3-authlib python3-flask (`cargo xtask test` does)"
        );
        Self { child, issuer: line.trim().to_owned() }
    }

    /// The office, known to this provider.
    async fn office(&self, secret: &str) -> Office {
        let office = Office::open().await;
        let settings = Settings {
            issuer: self.issuer.clone(),
            client: "zugong".to_owned(),
            secret: Some(secret.to_owned()),
            claim: "preferred_username".to_owned(),
            name: "统一身份认证".to_owned(),
            back: "http://zugong.test/sign-in/single-sign-on/callback".to_owned(),
        };
        let network = server::single_sign_on::Network::new().expect("the network is there");
        office.app.bring_single_sign_on(SingleSignOn::new(settings, Arc::new(network)));
        office
    }

    /// Somebody signs in at the provider; gives the address on our site that it sends them back to.
    fn lets_in(&self, address: &str, login: &str) -> String {
        let place = self.issuer.trim_start_matches("http://");
        let path = address.strip_prefix(&self.issuer).expect("an address of the provider");
        let mut line = TcpStream::connect(place).expect("the provider listens");
        let request = format!("GET {path}&login_hint={login} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
        line.write_all(request.as_bytes()).expect("asked");
        let mut answer = String::new();
        line.read_to_string(&mut answer).expect("answered");
        let to = answer.lines().find_map(|line| line.strip_prefix("Location: "));
        let to = to.unwrap_or_else(|| panic!("the provider sends nobody back:\n{answer}"));
        to.strip_prefix("http://zugong.test").expect("back to our site").to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It would end by itself when its input closes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where our page sends a person who wants to come by the single sign-on.
async fn leaves(visitor: &mut Visitor, next: &str) -> String {
    let page = visitor.asks_once("GET", &format!("/sign-in/single-sign-on?next={next}")).await;
    assert_eq!(page.status, 303, "{}", page.window());
    page.header("location").expect("an address").to_owned()
}

async fn comes_by(provider: &Provider, visitor: &mut Visitor, login: &str) -> Page {
    let there = leaves(visitor, "/m/task_order").await;
    visitor.asks_once("GET", &provider.lets_in(&there, login)).await
}

#[tokio::test]
async fn whoever_the_provider_knows_is_let_in_to_the_account_of_that_name() {
    let provider = Provider::starts();
    let office = provider.office("a-secret-of-the-stories").await;
    let mut lin = office.stranger();
    let link = lin.opens("/sign-in?next=/m/task_order").await.link("统一身份认证");
    assert!(link.starts_with("/sign-in/single-sign-on"), "{link}");
    let there = leaves(&mut lin, "/m/task_order").await;
    for part in ["response_type=code", "code_challenge_method=S256", "state=", "nonce=", "scope=openid"] {
        assert!(there.contains(part), "{part} is not in {there}");
    }
    let page = lin.asks_once("GET", &provider.lets_in(&there, "lin")).await;
    assert_eq!((page.status, page.header("location")), (303, Some("/m/task_order")), "{}", page.window());
    lin.opens("/").await.shows("林书敏");
    lin.opens("/account").await.says("单点登录");
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_is_made_by_it_and_an_ended_account_stays_closed() {
    let provider = Provider::starts();
    let office = provider.office("a-secret-of-the-stories").await;
    office.db_account("wu", |account| account.ended_on = Some("2026-01-05".parse().expect("a day"))).await;
    let accounts = office.db_count("SELECT COUNT(*) FROM account").await;
    for login in ["nobody-here", "wu"] {
        let mut visitor = office.stranger();
        comes_by(&provider, &mut visitor, login).await.answers(422).says("没有可用的账号");
        assert_eq!(visitor.asks_once("GET", "/").await.status, 303);
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM account").await, accounts);
}

#[tokio::test]
async fn an_answer_that_this_browser_did_not_ask_for_is_refused() {
    let provider = Provider::starts();
    let office = provider.office("a-secret-of-the-stories").await;
    let (mut lin, mut thief) = (office.stranger(), office.stranger());
    let there = leaves(&mut lin, "").await;
    let back = provider.lets_in(&there, "lin");
    thief.asks_once("GET", &back).await.answers(422).says("放得太久");
    leaves(&mut thief, "").await;
    thief.asks_once("GET", &back).await.answers(422).says("放得太久");
    assert_eq!(lin.asks_once("GET", &back).await.status, 303);
    lin.asks_once("GET", &back).await.answers(422).says("放得太久");
    let there = leaves(&mut lin, "").await;
    let forged = provider.lets_in(&there, "lin").replace("code=", "code=x");
    lin.asks_once("GET", &forged).await.answers(422);
    let there = leaves(&mut lin, "").await;
    let late = provider.lets_in(&there, "lin");
    office.minutes_pass(11);
    lin.asks_once("GET", &late).await.answers(422).says("放得太久");
}

#[tokio::test]
async fn a_token_that_ran_out_or_a_secret_that_is_wrong_lets_nobody_in() {
    let provider = Provider::starts();
    let office = provider.office("a-secret-of-the-stories").await;
    office.on("2099-01-05");
    let mut lin = office.stranger();
    comes_by(&provider, &mut lin, "lin").await.answers(422).says("没有通过");
    let office = provider.office("another secret").await;
    let mut lin = office.stranger();
    comes_by(&provider, &mut lin, "lin").await.answers(422).says("现在连不上");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_said_and_the_password_still_works() {
    let provider = Provider::starts();
    let office = provider.office("a-secret-of-the-stories").await;
    drop(provider);
    let mut lin = office.stranger();
    lin.asks_once("GET", "/sign-in/single-sign-on").await.answers(422).says("现在连不上");
    office.sign_in("lin").await.opens("/").await.shows("林书敏");
    let without = Office::open().await;
    assert_eq!(without.stranger().asks_once("GET", "/sign-in/single-sign-on").await.status, 404);
}

#[tokio::test]
async fn whose_role_demands_a_second_factor_gives_it_on_this_way_too() {
    let provider = Provider::starts();
    let office = provider.office("a-secret-of-the-stories").await;
    let mut gao = office.stranger();
    comes_by(&provider, &mut gao, "gao").await.answers(303);
    let page = gao.asks("/admin").await;
    assert!(page.url.starts_with("/account/second-factor"), "{}", page.url);
    let page = gao.sends(page.form("开始设置")).await;
    let code = gao.code_of(&page.secret());
    gao.sends(page.form("确认启用").with("动态码", &code)).await.answers(200).says("动态码已启用");
    gao.opens("/admin").await.says("定时要办的事");
}
