//! 日历: somebody's days in the calendar of their telephone, by an address that tells nothing else.
//!
//! Never what is not theirs, and never anything of a person.

use super::delivering::is_nowhere;
use super::tasks;
use crate::harness::{Office, Visitor};

const TITLE: &str = "完成渔港码头产权移交";

/// Opens a calendar and gives its path.
async fn opens_one(visitor: &mut Visitor, button: &str) -> String {
    let form = visitor.opens("/account/calendar").await.form(button);
    let page = visitor.sends(form).await;
    let text = page.answers(200).says("只显示这一次").text();
    let from = text.find("/calendar/").expect("an address");
    text[from..].split_whitespace().next().expect("a path").to_owned()
}

async fn read(office: &Office, path: &str) -> (u16, String) {
    let page = office.stranger().asks_once("GET", path).await;
    (page.status, String::from_utf8_lossy(&page.body).replace("\r\n ", ""))
}

#[tokio::test]
async fn deadlines_that_wait_for_somebody_stand_in_their_calendar() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let order = [("督办事项", "渔港;码头,产权\\移交"), ("责任单位", "农业农村局"), ("督办要求", "请书面答复。")];
    let order = lin.begins("supervision_order", &order).await;
    lin.takes("送签", &order, &[]).await;
    office.sign_in("wu").await.takes("签发", &order, &[("意见", "同意。")]).await;
    lin.takes("编号发出", &order, &[]).await;
    let path = opens_one(&mut zhou, "开通日历订阅").await;
    let (status, text) = read(&office, &path).await;
    assert_eq!(status, 200);
    assert!(text.contains("DTSTART;VALUE=DATE:20260305\r\n"), "three working days: {text}");
    assert!(text.contains("渔港\\;码头\\,产权\\\\移交"), "{text}");
    let sequence = |text: &str| text.split("SEQUENCE:").nth(1).and_then(|it| it.split('\r').next()).map(str::to_owned);
    let uid = |text: &str| text.split("UID:").nth(1).and_then(|it| it.split('\r').next()).map(str::to_owned);
    // A later remark counts on, under the same name.
    lin.takes("留言", &order, &[("说什么", "请抓紧。")]).await;
    let (_, later) = read(&office, &path).await;
    assert!(uid(&text) == uid(&later) && sequence(&text) < sequence(&later), "{later}");
    // Answered, it waits for somebody else.
    zhou.takes("答复", &order, &[("答复", "因管线迁改滞后，月底前完成。")]).await;
    let (_, text) = read(&office, &path).await;
    assert!(!text.contains("VEVENT"), "{text}");
    office.db_verify().await;
}

#[tokio::test]
async fn what_holds_personal_information_is_only_a_number_and_what_is_far_is_left_out() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let near = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    tasks::underway(&mut lin, &mut zheng, "修订渔港管理办法", "农业农村局", "2026-12-31").await;
    let path = opens_one(&mut zheng, "开通日历订阅").await;
    let (_, text) = read(&office, &path).await;
    assert!(text.contains("DTSTART;VALUE=DATE:20260331") && !text.contains("20261231"), "{text}");
    assert!(!text.contains("渔港"), "a task holds a telephone number: {text}");
    // The page of the record gives its days to whoever sees it.
    let link = lin.opens(&near).await.link("放进日历");
    let file = lin.downloads(&link).await;
    assert_eq!((file.status, file.media.as_str()), (200, "text/calendar; charset=utf-8"));
    assert!(String::from_utf8_lossy(&file.bytes).contains("20260331"));
    office.sign_in("li").await.asks(&link).await.answers(404);
}

#[tokio::test]
async fn whoever_is_asked_to_a_meeting_has_its_day_and_not_what_it_is_about() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut su, meeting) = super::attending::asks_zheng(&office, "2026-03-05").await;
    let mut zheng = office.sign_in("zheng").await;
    let path = opens_one(&mut zheng, "开通日历订阅").await;
    let (_, text) = read(&office, &path).await;
    assert!(text.contains("DTSTART;VALUE=DATE:20260305\r\nDTEND;VALUE=DATE:20260306\r\n"), "{text}");
    assert!(!text.contains("三月党员大会"), "the record is not theirs to see: {text}");
    // The secretary, who sees it, has it for their own calendar.
    let link = su.opens(&meeting).await.link("放进日历");
    let file = su.downloads(&link).await;
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
    assert!(text.contains("三月党员大会") && text.contains("20260305"), "{text}");
    // What is called off stands in nobody's calendar.
    su.takes("取消", &meeting, &[("理由", "改期。")]).await;
    let (_, text) = read(&office, &path).await;
    assert!(!text.contains("VEVENT"), "{text}");
}

#[tokio::test]
async fn an_address_is_told_once_ends_at_once_and_cannot_be_guessed() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut zheng = office.sign_in("zheng").await;
    let first = opens_one(&mut zheng, "开通日历订阅").await;
    let token = first.trim_start_matches("/calendar/").trim_end_matches(".ics").to_owned();
    is_nowhere(&office, &token).await;
    zheng.opens("/account/calendar").await.does_not_say(&token);
    assert_eq!(read(&office, &first).await.0, 200);
    assert_eq!(read(&office, &first).await.0, 200);
    let reads = office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'calendar.read'").await;
    assert_eq!(reads, 1, "written down once a day");
    let second = opens_one(&mut zheng, "换一个地址").await;
    assert_eq!((read(&office, &first).await.0, read(&office, &second).await.0), (404, 200));
    // Whoever guesses is held off, also from what is right.
    let mut guesser = office.stranger().coming_from("10.9.8.7").at_the_pace_of_a_machine();
    for at in 0..200 {
        let page = guesser.asks_once("GET", &format!("/calendar/{at:064x}.ics")).await;
        assert!(matches!(page.status, 404 | 429), "{}", page.status);
    }
    assert_eq!(guesser.asks_once("GET", &second).await.status, 404);
    assert_eq!(read(&office, &second).await.0, 200, "others are not held up");
    // An account that is over has no calendar, and an address that was ended leads nowhere.
    office.db_account("zheng", |account| account.ended_on = Some("2026-01-08".parse().expect("a day"))).await;
    assert_eq!(read(&office, &second).await.0, 404);
    office.db_account("zheng", |account| account.ended_on = None).await;
    let form = zheng.opens("/account/calendar").await.form("停用");
    zheng.sends(form).await.answers(200).says("已停用");
    assert_eq!(read(&office, &second).await.0, 404);
    office.db_verify().await;
}
