//! 外发: other systems are told what happened, know it for ours, and lose nothing while they are away.
//!
//! Never a fact in a message, and never a secret that somebody could read.

use std::time::Duration;

use super::tasks;
use crate::harness::{Heard, Mood, Office, Outside, Page, Visitor};

const TITLE: &str = "完成渔港码头产权移交";

/// Lets what leaves the office really leave; nobody waits long for an answer.
pub(super) fn opens_the_way_out(office: &Office) {
    let outside = server::outward::Outside::new("https://zugong.test").expect("the network is there");
    office.app.bring_outward(std::sync::Arc::new(outside.patient_for(Duration::from_millis(700))));
}

/// 高岩 allows what a story's server needs: no TLS, and this very machine.
async fn allows_this_machine(gao: &mut Visitor) {
    let form = gao.opens("/admin/sending").await.form("保存允许的去处").ticking_all("way");
    gao.sends(form).await.answers(200).says("已保存");
}

async fn registers(gao: &mut Visitor, name: &str, address: &str, what: &str, mechanism: &str) -> Page {
    let form = gao.opens("/admin/sending").await.form("/admin/receivers");
    let form = form.with("名称", name).with("地址", address).with("发生什么时通知", what);
    gao.sends(if mechanism.is_empty() { form } else { form.with("机制", mechanism) }).await
}

/// The secret that a page shows once: 64 hexadecimal digits.
fn secret(page: &Page) -> String {
    let is_secret = |word: &&str| word.len() == 64 && word.chars().all(|sign| sign.is_ascii_hexdigit());
    page.text().split_whitespace().find(is_secret).expect("a secret is shown").to_owned()
}

const OF_RECORDS: &str = "登记了事项、办理了一步、逾期";
const OF_ALL: &str = "登记了事项、办理了一步、逾期、每日封存";

/// An office with one system that is told of what happens.
async fn told(system: &Outside, what: &str) -> (Office, Visitor, String) {
    let office = Office::open().await;
    office.on("2026-01-08");
    opens_the_way_out(&office);
    let mut gao = office.sign_in("gao").await;
    allows_this_machine(&mut gao).await;
    let page = registers(&mut gao, "办公自动化系统", &system.address(), what, "").await;
    let secret = secret(page.answers(200).says("只显示这一次"));
    (office, gao, secret)
}

/// Is the signature of a message made with the secret? Reckoned by hand, as the manual tells a receiver.
fn is_signed(heard: &Heard, secret: &str) -> bool {
    let said = heard.header("x-zugong-signature");
    let Some((second, code)) = said.strip_prefix("t=").and_then(|it| it.split_once(",v1=")) else { return false };
    let script = "import hmac,sys;print(hmac.new(sys.argv[1].encode(),sys.stdin.buffer.read(),'sha256').hexdigest())";
    let mut child = std::process::Command::new("/usr/bin/python3")
        .args(["-c", script, secret])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, format!("{second}.{}", heard.body).as_bytes()).expect("said");
    drop(input);
    let answer = child.wait_with_output().expect("it answers");
    String::from_utf8_lossy(&answer.stdout).trim() == code
}

#[tokio::test]
async fn a_system_is_told_what_happened_and_can_prove_whose_word_it_is() {
    let system = Outside::system().await;
    let (office, mut gao, secret) = told(&system, OF_ALL).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    lin.takes("留言", &record, &[("说什么", "请抓紧。")]).await;
    office.tick().await;
    let heard = system.heard();
    let said: Vec<serde_json::Value> = heard.iter().map(|it| serde_json::from_str(&it.body).expect("JSON")).collect();
    let of = |at: usize, name: &str| said[at][name].as_str().unwrap_or_default().to_owned();
    let told: Vec<(String, String)> = (0..said.len()).map(|at| (of(at, "happening"), of(at, "step"))).collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(one, other)| (one.as_str(), other.as_str())).collect();
    assert_eq!(told, [("created", "draft"), ("step", "issue"), ("step", "accept")], "a remark changes nothing");
    assert_eq!(
        (of(2, "state"), of(2, "mechanism"), of(2, "unit_name")),
        ("underway".into(), "task_order".into(), "岚湾新区农业农村局".into())
    );
    assert!(
        record.ends_with(&of(2, "record")) && of(2, "number").contains('号') && of(2, "at").ends_with('Z'),
        "{said:?}"
    );
    for it in &heard {
        assert!(is_signed(it, &secret), "{it:?}");
        assert!(!is_signed(it, "another secret"));
        assert!(!it.body.contains("渔港") && !it.body.contains("抓紧"), "no fact leaves: {}", it.body);
        let body: serde_json::Value = serde_json::from_str(&it.body).expect("JSON");
        assert_eq!(it.header("x-zugong-id"), body["id"].as_str().expect("an id"));
    }
    // What is late, and what was sealed.
    office.days_pass_until("2026-01-09").await;
    assert!(system.heard().iter().any(|it| it.body.contains("\"happening\":\"sealed\"") && it.body.contains("hash")));
    office.days_pass_until("2026-04-01").await;
    assert!(system.heard().iter().any(|it| it.body.contains("\"happening\":\"overdue\"")));
    // The secret is nowhere any more.
    gao.opens("/admin/sending").await.says("办公自动化系统").does_not_say(&secret);
    gao.opens("/admin/deliveries?tab=sent").await.says("办公自动化系统").does_not_say("渔港");
    is_nowhere(&office, &secret).await;
    office.sign_in("yan").await.opens("/audit").await.does_not_say(&secret);
    office.db_verify().await;
}

/// No row of any table that settings and messages lie in says it.
pub(super) async fn is_nowhere(office: &Office, secret: &str) {
    let by_hand = office.db_by_hand().await;
    for table in ["receiver", "setting", "mail_box", "outbox", "act", "calendar_feed", "notice"] {
        for row in by_hand.db_rows(format!("SELECT * FROM {table}")).await {
            assert!(!format!("{row:?}").contains(secret), "{table} says a secret: {row:?}");
        }
    }
    by_hand.close().await;
}

#[tokio::test]
async fn a_system_hears_only_what_it_is_registered_for_and_nothing_while_it_is_off() {
    let system = Outside::system().await;
    let (office, mut gao) = {
        let office = Office::open().await;
        office.on("2026-01-08");
        opens_the_way_out(&office);
        let mut gao = office.sign_in("gao").await;
        allows_this_machine(&mut gao).await;
        registers(&mut gao, "督办平台", &system.address(), "登记了事项", "督办令").await.answers(200);
        (office, gao)
    };
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    let order = [("督办事项", "渔港码头产权移交"), ("责任单位", "农业农村局"), ("督办要求", "请书面答复。")];
    let first = lin.begins("supervision_order", &order).await;
    lin.takes("送签", &first, &[]).await;
    office.tick().await;
    let heard = system.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].body.contains("supervision_order"));
    let form = gao.opens("/admin/sending").await.form("停用");
    gao.sends(form).await.answers(200).says("已更改");
    lin.begins("supervision_order", &order).await;
    let form = gao.opens("/admin/sending").await.form("启用");
    gao.sends(form).await.answers(200);
    office.tick().await;
    assert!(system.heard().is_empty(), "what happened while it was off is never told");
    // What waits for a system that is taken off the list is given up.
    lin.begins("supervision_order", &order).await;
    let form = gao.opens("/admin/sending").await.form("移除");
    gao.sends(form).await.answers(200).says("还没有登记接收系统");
    office.tick().await;
    assert!(system.heard().is_empty());
    gao.opens("/admin/deliveries?tab=given_up").await.says("接收系统已停用或移除");
    office.db_verify().await;
}

#[tokio::test]
async fn what_is_refused_stalls_or_breaks_is_sent_again_under_the_same_id() {
    let system = Outside::system().await;
    let (office, mut gao, secret) = told(&system, OF_RECORDS).await;
    system.will(&[Mood::Says(500), Mood::Stalls, Mood::BreaksOff, Mood::Says(302)]);
    let mut lin = office.sign_in("lin").await;
    tasks::drafted(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    let mut ids = Vec::new();
    for (wait, why) in [(0, "HTTP 500"), (10, "没有应答"), (20, "断了"), (40, "没有跟去")] {
        office.minutes_pass(wait);
        office.tick().await;
        let heard = system.heard();
        assert_eq!(heard.len(), 1, "after {wait} minutes: {heard:?}");
        ids.push(heard[0].header("x-zugong-id"));
        assert!(is_signed(&heard[0], &secret));
        let mut gao = office.sign_in("gao").await;
        gao.opens("/admin/deliveries?tab=failing").await.says(why).says("办公自动化系统").does_not_say(&secret);
        // Not a minute before its time.
        office.tick().await;
        assert!(system.heard().is_empty());
    }
    office.minutes_pass(80);
    office.tick().await;
    ids.push(system.heard()[0].header("x-zugong-id"));
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    gao.opens("/admin/deliveries?tab=sent").await.says("办公自动化系统");
    gao.opens("/admin/deliveries?tab=failing").await.says("没有这样的消息");
}

#[tokio::test]
async fn after_eight_failures_it_is_a_dead_letter_that_an_administrator_decides_about() {
    let system = Outside::system().await;
    let (office, _, _) = told(&system, OF_RECORDS).await;
    system.will(&[Mood::Says(503); 24]);
    let mut lin = office.sign_in("lin").await;
    for at in 0..3 {
        tasks::drafted(&mut lin, &format!("建立第{at}处管护台账"), "农业农村局", "2026-03-31").await;
    }
    for tries in 0..8 {
        office.minutes_pass(if tries == 0 { 0 } else { 5 << tries });
        office.tick().await;
    }
    assert_eq!(system.heard().len(), 24);
    office.minutes_pass(10_000);
    office.tick().await;
    assert!(system.heard().is_empty(), "nobody tries a dead letter");
    let mut gao = office.sign_in("gao").await;
    gao.opens("/").await.says("有3条消息发不出去");
    office.sign_in("lin").await.opens("/").await.does_not_say("发不出去");
    let page = gao.opens("/admin/deliveries").await;
    assert_eq!(page.forms_to("/giving-up").len(), 3, "{}", page.text());
    page.says("HTTP 503").says("8").does_not_say("管护台账");
    let api = gao.asks("/api/v1/deliveries").await.json();
    assert_eq!(
        (api["deliveries"].as_array().map(Vec::len), api["deliveries"][0]["tries"].as_i64()),
        (Some(3), Some(8))
    );

    // One is given up, with a reason; without one it is not.
    let form = page.form("放弃");
    gao.sends(form.clone()).await.answers(422).says("放弃要写理由");
    gao.sends(form.forged("reason", "对方已停用")).await.answers(200);
    gao.opens("/admin/deliveries?tab=given_up").await.says("对方已停用");
    // One is tried again by itself, the rest together.
    let form = gao.opens("/admin/deliveries").await.form("再投");
    gao.sends(form).await.answers(200);
    office.tick().await;
    assert_eq!(system.heard().len(), 1);
    let narrow = gao.opens("/admin/deliveries").await.link("办公自动化系统");
    let form = gao.opens(&narrow).await.form("全部再投");
    gao.sends(form).await.answers(200);
    office.tick().await;
    assert_eq!(system.heard().len(), 1);
    gao.opens("/").await.does_not_say("发不出去");
    let mut yan = office.sign_in("yan").await;
    yan.opens("/audit").await.says("再投死信").says("放弃外发的消息").says("登记接收系统");
    // Nobody else looks after them.
    lin.asks("/admin/deliveries").await.answers(404);
    yan.asks("/admin/sending").await.answers(404);
    // What left is gone after thirty days.
    office.days_pass_until("2026-03-01").await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM outbox WHERE at_ < 1769000000000").await, 0);
    office.db_verify().await;
}

#[tokio::test]
async fn whoever_ends_between_sending_and_marking_sends_it_again_and_it_is_known() {
    let system = Outside::system().await;
    let (office, _, _) = told(&system, OF_RECORDS).await;
    system.will(&[Mood::Stalls]);
    let mut lin = office.sign_in("lin").await;
    tasks::drafted(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    tokio::select! {
        _ = office.tick() => panic!("it waits for the answer"),
        () = system.hears() => {}
    }
    // The program is gone; what it had taken comes up again by itself.
    let first = system.heard()[0].header("x-zugong-id");
    office.tick().await;
    assert!(system.heard().is_empty(), "it may still be under way");
    office.minutes_pass(10);
    office.tick().await;
    let again = system.heard();
    assert_eq!((again.len(), again[0].header("x-zugong-id")), (1, first));
}

#[tokio::test]
async fn one_system_that_stalls_holds_up_no_other() {
    let (slow, quick) = (Outside::system().await, Outside::system().await);
    let (office, mut gao, _) = told(&slow, OF_RECORDS).await;
    registers(&mut gao, "督查平台", &quick.address(), "登记了事项", "").await.answers(200);
    slow.will(&[Mood::Stalls]);
    let mut lin = office.sign_in("lin").await;
    for at in 0..3 {
        tasks::drafted(&mut lin, &format!("建立第{at}处管护台账"), "农业农村局", "2026-03-31").await;
    }
    office.tick().await;
    assert_eq!((quick.heard().len(), slow.heard().len()), (3, 1), "the others do not knock at a shut door");
    office.minutes_pass(10);
    office.tick().await;
    assert_eq!(slow.heard().len(), 3);
}

#[tokio::test]
async fn what_is_no_address_is_refused_with_what_was_typed() {
    let office = Office::open().await;
    opens_the_way_out(&office);
    let mut gao = office.sign_in("gao").await;
    for (address, why) in [
        ("javascript:alert(1)", "接收地址写得不对"),
        ("https://oa.example/\r\nX-Evil: 1", "接收地址写得不对"),
        ("file:///etc/passwd", "接收地址写得不对"),
        ("https://user:word@oa.example/", "不能带用户名和密码"),
        ("http://10.1.2.3/hook", "不加密的地址没有被允许"),
        ("", "接收地址写得不对"),
    ] {
        let page = registers(&mut gao, "某系统", address, "登记了事项", "").await;
        page.answers(422).says(why);
        assert_eq!(page.form("/admin/receivers").typed("地址"), address.replace("\r\n", "\n"));
    }
    registers(&mut gao, "甲\r\n乙", "https://oa.example/", "登记了事项", "").await.answers(422).says("名称");
    let form = gao
        .opens("/admin/sending")
        .await
        .form("/admin/receivers")
        .with("名称", "甲")
        .with("地址", "https://oa.example/");
    gao.sends(form.clone()).await.answers(422).says("没有选发生什么时通知");
    gao.sends(form.forged("happening", "everything").forged("mechanism", "no_such"))
        .await
        .answers(422)
        .says("没有这个机制");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM receiver").await, 0);
    // Where this machine is not allowed, a name that leads there leads nowhere.
    let system = Outside::system().await;
    let form = gao.opens("/admin/sending").await.form("保存允许的去处").forged("way", "http");
    gao.sends(form).await.answers(200);
    let address = format!("http://localhost:{}/", system.port());
    registers(&mut gao, "某系统", &address, "登记了事项", "").await.answers(200);
    let mut lin = office.sign_in("lin").await;
    tasks::drafted(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    office.tick().await;
    assert!(system.heard().is_empty());
    gao.opens("/admin/deliveries?tab=failing").await.says("没有允许发到那里");
    // The same name twice is not two systems.
    registers(&mut gao, "某系统", "https://oa.example/", "登记了事项", "").await.answers(422).says("已经有同名");
}
