//! 邮件: what a person wants by mail goes to an address that is theirs, and says no more than it may.
//!
//! Never a password that somebody could read, and never a mail to whoever lost the right.

use super::delivering::{is_nowhere, opens_the_way_out};
use super::tasks;
use crate::harness::{Mood, Office, Outside, Page, Visitor};

const TITLE: &str = "完成渔港码头产权移交";
const PASSWORD: &str = "tide-of-july";

/// 高岩 says by which server mails go.
async fn sets_up(gao: &mut Visitor, server: &Outside, password: &str, tls: &str) -> Page {
    let form = gao.opens("/admin/sending").await.form("保存邮件服务器");
    let form = form.with("邮件服务器", "127.0.0.1").with("端口", &server.port()).forged("tls", tls);
    let form = form.with("用户名", "zugong").with("密码", password).with("发件邮箱", "zugong@lanwan.example");
    gao.sends(form).await
}

async fn served(server: &Outside) -> (Office, Visitor) {
    let office = Office::open().await;
    office.on("2026-01-08");
    opens_the_way_out(&office);
    let mut gao = office.sign_in("gao").await;
    sets_up(&mut gao, server, PASSWORD, "none").await.answers(200).says("邮件服务器已保存");
    (office, gao)
}

/// The text of a mail, whichever way it was written down for the journey.
fn text(heard: &crate::harness::Heard) -> String {
    let squeezed: String = heard.body.split_whitespace().collect();
    match heard.header("content-transfer-encoding").to_ascii_lowercase().as_str() {
        "base64" => String::from_utf8(unpacked(&squeezed)).expect("a text"),
        _ => heard.body.clone(),
    }
}

/// Base64 (RFC 4648) by hand.
fn unpacked(text: &str) -> Vec<u8> {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for sign in text.bytes().filter(|sign| *sign != b'=') {
        let value = SIGNS.iter().position(|it| *it == sign).expect("a sign of base64");
        held = held << 6 | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    bytes
}

/// Somebody gives an address and types the code that went there.
async fn confirms(office: &Office, server: &Outside, visitor: &mut Visitor, address: &str) {
    let form = visitor.opens("/account/notices").await.form("发验证码").with("邮箱", address);
    visitor.sends(form).await.answers(200).says("验证码已发出").says("还没有确认");
    office.tick().await;
    let heard = server.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    let said = text(&heard[0]);
    let code: String = said.chars().filter(char::is_ascii_digit).take(8).collect();
    is_nowhere(office, &code).await;
    let form = visitor.opens("/account/notices").await.form("确认邮箱");
    visitor.sends(form.clone().with("验证码", "00000000")).await.answers(422).says("验证码不对");
    visitor.sends(form.with("验证码", &code)).await.answers(200).says("邮箱已确认");
}

async fn chooses(visitor: &mut Visitor, kinds: &str) {
    let form = visitor.opens("/account/notices").await.form("保存").with("用邮件告诉我", kinds);
    visitor.sends(form).await.answers(200).says("已保存");
}

#[tokio::test]
async fn the_server_is_tried_and_its_answer_is_told_as_it_is() {
    let server = Outside::mail_server().await;
    let (office, mut gao) = served(&server).await;
    let tries = |page: Page| page.form("发一封试试").with("收件邮箱", "gao@lanwan.example");
    let form = tries(gao.opens("/admin/sending").await);
    gao.sends(form).await.answers(200).says("邮件服务器收下了");
    let heard = server.heard();
    assert_eq!(heard[0].header("to"), "gao@lanwan.example");
    assert!(heard[0].header("message-id").ends_with("@zugong.test>"), "{heard:?}");
    server.will(&[Mood::Says(550)]);
    let form = tries(gao.opens("/admin/sending").await);
    gao.sends(form).await.answers(422).says("550").says("没有发出去");
    // A wrong password: the server says so, and even one that repeats it tells nobody.
    sets_up(&mut gao, &server, "wrong-password-7", "none").await.answers(200);
    let form = tries(gao.opens("/admin/sending").await);
    let page = gao.sends(form).await;
    page.answers(422).says("535").does_not_say("wrong-password-7").does_not_say("AHp1Z29uZwB3cm9uZy1wYXNzd29yZC03");
    // Where encryption is wanted and there is none, nothing is said.
    server.heard();
    sets_up(&mut gao, &server, PASSWORD, "starttls").await.answers(200);
    let form = tries(gao.opens("/admin/sending").await);
    gao.sends(form).await.answers(422).says("没有发出去");
    // \0zugong\0tide-of-july
    let secret = "AHp1Z29uZwB0aWRlLW9mLWp1bHk=";
    let heard = server.heard();
    assert!(heard.iter().flat_map(|it| &it.commands).all(|it| !it.contains(secret) && !it.starts_with("MAIL")));
    // The page keeps all but the password, and another machine does not get it.
    let form = gao.opens("/admin/sending").await.does_not_say(PASSWORD).form("保存邮件服务器");
    assert_eq!((form.typed("用户名"), form.typed("密码")), ("zugong".to_owned(), String::new()));
    gao.sends(form.with("邮件服务器", "mail.other.example")).await.answers(200);
    gao.opens("/admin/sending").await.says("服务器不要密码的留空");
    let form = gao.opens("/admin/sending").await.form("保存邮件服务器");
    let page = gao.sends(form.with("端口", "99999").with("发件邮箱", "a@b\r\nBcc: c@d")).await;
    page.answers(422).says("端口写得不对").says("邮箱地址写得不对");
    is_nowhere(&office, PASSWORD).await;
    is_nowhere(&office, "wrong-password-7").await;
    office.db_verify().await;
}

#[tokio::test]
async fn an_address_is_confirmed_first_and_then_gets_what_was_chosen_and_no_more() {
    let server = Outside::mail_server().await;
    let (office, _) = served(&server).await;
    let (mut lin, mut zheng, mut wu) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("wu").await);
    for wrong in ["吴立群", "wu@lanwan.example\r\nBcc: x@y.example", "a@b, c@d"] {
        let form = wu.opens("/account/notices").await.form("发验证码").with("邮箱", wrong);
        wu.sends(form).await.answers(422).says("邮箱地址写得不对");
    }
    confirms(&office, &server, &mut wu, "wu@lanwan.example").await;
    let order = [("督办事项", "渔港码头产权移交"), ("责任单位", "农业农村局"), ("督办要求", "请书面答复。")];
    let order = lin.begins("supervision_order", &order).await;
    lin.takes("送签", &order, &[]).await;
    super::following::follows(&mut wu, &order).await;
    lin.takes("留言", &order, &[("说什么", "请过目。")]).await;
    office.tick().await;
    assert!(server.heard().is_empty(), "none by mail unless it is chosen");

    chooses(&mut wu, "我关注的事项").await;
    lin.takes("留言", &order, &[("说什么", "已补材料。")]).await;
    lin.takes("留言", &order, &[("说什么", "请吴主任看。"), ("提到谁", "吴立群")]).await;
    office.tick().await;
    let heard = server.heard();
    assert_eq!(heard.len(), 1, "only of the chosen kind: {heard:?}");
    let said = text(&heard[0]);
    assert!(said.contains("你关注的事项有新留言：渔港码头产权移交"), "{said}");
    assert!(said.contains(&format!("https://zugong.test{order}")), "{said}");
    assert_eq!(
        (heard[0].header("to"), heard[0].header("from")),
        ("wu@lanwan.example".into(), "zugong@lanwan.example".into())
    );
    // Where a record holds personal information, only its number leaves.
    let task = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    super::following::follows(&mut wu, &task).await;
    zheng.takes("报进度", &task, &[("进度", "40"), ("进展情况", "已核清两处。")]).await;
    office.tick().await;
    let said = text(&server.heard()[0]);
    assert!(!said.contains("渔港") && said.contains("号有新的通知，请登录查看"), "{said}");
    // The address is nobody else's to read, and the database does not say it.
    is_nowhere(&office, "wu@lanwan.example").await;
    wu.opens("/account/notices").await.says("wu@lanwan.example");
    zheng.opens("/account/notices").await.does_not_say("wu@lanwan.example");
    let form = wu.opens("/account/notices").await.form("撤下邮箱");
    wu.sends(form).await.answers(200).says("已撤下邮箱");
    zheng.takes("报进度", &task, &[("进度", "50"), ("进展情况", "已核清三处。")]).await;
    office.tick().await;
    assert!(server.heard().is_empty());
    office.db_verify().await;
}

#[tokio::test]
async fn a_mail_that_waits_is_written_by_the_rights_of_the_moment_it_goes() {
    let server = Outside::mail_server().await;
    let (office, _) = served(&server).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    confirms(&office, &server, &mut zheng, "zheng@lanwan.example").await;
    chooses(&mut zheng, "点名找我的、其他通知").await;
    let record = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    office.tick().await;
    server.heard();
    // The server is away when the remark is made; when it is back the right is gone.
    server.will(&[Mood::Stalls]);
    lin.takes("留言", &record, &[("说什么", "请看。"), ("提到谁", "郑海生")]).await;
    office.tick().await;
    server.heard();
    office.db_moves("zheng", "unit_liaison", "葵岭街道", "2026-01-09").await;
    office.on("2026-01-09");
    office.tick().await;
    assert!(server.heard().is_empty(), "nothing goes to whoever lost the right");
    let mut gao = office.sign_in("gao").await;
    gao.opens("/admin/deliveries?tab=given_up").await.says("本人已看不到这件事项");
}

#[tokio::test]
async fn mails_are_sent_again_under_the_same_id_until_the_server_takes_them() {
    let server = Outside::mail_server().await;
    let (office, _) = served(&server).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    confirms(&office, &server, &mut zheng, "zheng@lanwan.example").await;
    chooses(&mut zheng, "其他通知").await;
    server.will(&[Mood::Says(451), Mood::BreaksOff]);
    tasks::issued(&mut lin, TITLE, "农业农村局", "2026-03-31").await;
    office.tick().await;
    let refused = server.heard();
    assert!(refused.iter().all(|it| it.body.is_empty()), "{refused:?}");
    let mut ids = Vec::new();
    for wait in [10, 20] {
        office.minutes_pass(wait);
        office.tick().await;
        ids.extend(server.heard().into_iter().filter(|it| !it.body.is_empty()).map(|it| it.header("message-id")));
    }
    assert_eq!((ids.len(), ids.first() == ids.last()), (2, true), "taken, broken off, taken again: {ids:?}");
    office.minutes_pass(60);
    office.tick().await;
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn codes_are_few_and_guessing_ends_soon() {
    let server = Outside::mail_server().await;
    let (office, _) = served(&server).await;
    let mut wu = office.sign_in("wu").await;
    for _ in 0..5 {
        let form = wu.opens("/account/notices").await.form("发验证码").with("邮箱", "wu@lanwan.example");
        wu.sends(form).await.answers(200);
    }
    let form = wu.opens("/account/notices").await.form("发验证码").with("邮箱", "wu@lanwan.example");
    wu.sends(form).await.answers(422).says("一小时内最多发5次");
    office.tick().await;
    let heard = server.heard();
    let said = text(heard.last().expect("a mail"));
    let code: String = said.chars().filter(char::is_ascii_digit).take(8).collect();
    for _ in 0..6 {
        let form = wu.opens("/account/notices").await.form("确认邮箱").with("验证码", "00000000");
        wu.sends(form).await.answers(422);
    }
    let form = wu.opens("/account/notices").await.form("确认邮箱").with("验证码", &code);
    wu.sends(form).await.answers(422).says("输错多次");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM mail_box WHERE confirmed_at IS NOT NULL").await, 0);
}
