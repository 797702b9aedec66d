//! Who should have come and has not come anywhere yet, with their names and as a rate: exact over any unit and any days.
//! `training_course`.
//!
//! Never a sum or a difference of counts: people are compared with people.

use super::people::{id, keeper};
use crate::harness::{Office, Page, Visitor};

const FARMS: &str = "岚湾新区农业农村局";
const FARMS_ID: &str = "00000000000000000000000000000103";
const PEOPLE: &str = "岚湾新区组织人事局";
const PEOPLE_ID: &str = "00000000-0000-0000-0000-000000000101";
const NAMES: [&str; 3] = ["何思源", "骆青禾", "纪明轩"];

/// A civil servant of 农业农村局.
async fn servant(su: &mut Visitor, name: &str) -> String {
    let file = su.begins("person_file", &[("姓名", name), ("所在单位", FARMS)]).await;
    let form = su.opens(&file).await.form("登记身份");
    let cells = [("kind", "civil_servant"), ("unit", FARMS_ID), ("from_on", "2020-01-01")];
    let form = cells.iter().fold(form, |form, (column, text)| form.forged(&format!("roles.0.{column}"), text));
    su.sends(form).await.answers(200);
    file
}

/// A course of a unit for 农业农村局, noticed.
async fn course(su: &mut Visitor, title: &str, unit: &str, day: &str) -> String {
    let fields = [
        ("班次名称", title),
        ("类型", "专业化培训"),
        ("主办单位", unit),
        ("参训单位", FARMS),
        ("开班日", day),
        ("学时", "8"),
    ];
    let course = su.begins("training_course", &fields).await;
    su.takes("发通知", &course, &[]).await;
    course
}

async fn notes(su: &mut Visitor, course: &str, file: &str, word: &str, reason: &str) -> Page {
    let form = su.opens(&format!("{course}/attendance")).await.form("记下");
    let stand = format!("stand.{}", id(file).replace('-', ""));
    su.sends(form.forged(&stand, word).with("更正的理由", reason)).await
}

async fn shown(by: &mut Visitor, figure: &str, asked: &str) -> String {
    let json = by.asks(&format!("/api/v1/mechanisms/training_course/figures/{figure}?{asked}")).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

// proves: figure.should
// proves: figure.reached
#[tokio::test]
async fn who_should_and_did_not_is_counted_and_named_over_any_unit_and_any_days() {
    let office = Office::open().await;
    office.on("2026-03-02");
    office.db_grants("su", "training_officer", PEOPLE).await;
    office.db_grants("su", "training_officer", FARMS).await;
    office.db_grants("chen", "party_officer", "岚湾新区").await;
    let mut su = keeper(&office).await;
    let mut files = Vec::new();
    for name in NAMES {
        files.push(servant(&mut su, name).await);
    }
    let first = course(&mut su, "公文写作班", PEOPLE, "2026-03-02").await;
    notes(&mut su, &first, &files[0], "came", "").await.answers(200);
    for (figure, value) in [("due", "3"), ("not_trained", "2"), ("coverage", "33.33")] {
        assert_eq!(shown(&mut su, figure, "period=2026").await, value, "{figure}");
    }
    office.on("2026-03-16");
    let second = course(&mut su, "农业政策班", FARMS, "2026-03-16").await;
    notes(&mut su, &second, &files[1], "came", "").await.answers(200);

    // Whoever came anywhere came: also to the course of another unit.
    let march = format!("period=2026-03&unit={PEOPLE_ID}");
    let days = format!("period=2026-03-01..2026-03-10&unit={PEOPLE_ID}");
    let cases =
        [("period=2026", "1", "66.67"), (&*march, "1", "66.67"), (&*days, "2", "33.33"), ("period=2026-04", "0", "—")];
    for (asked, missing, rate) in cases {
        assert_eq!(shown(&mut su, "not_trained", asked).await, missing, "{asked}");
        assert_eq!(shown(&mut su, "coverage", asked).await, rate, "{asked}");
    }
    let page = su.opens("/m/training_course/figures/not_trained?period=2026").await;
    page.says("应到").says("应训人数").says("已到").says("培训人数");
    let list = su.opens(&page.hrefs("/not_trained/people?")[0].clone()).await;
    list.says("纪明轩").does_not_say("何思源").does_not_say("骆青禾");
    su.opens("/m/training_course/figures?period=2026").await.says("（2 / 3）");
    office.db_verify().await;

    // What is taken back is missing again.
    notes(&mut su, &second, &files[1], "open", "记错了人").await.answers(200);
    assert_eq!(shown(&mut su, "not_trained", "period=2026").await, "2");
    let list = su.opens("/m/training_course/figures/not_trained/people?period=2026").await;
    list.says("纪明轩").says("骆青禾").does_not_say("何思源");
    office.db_verify().await;
}

#[tokio::test]
async fn few_who_are_missing_are_not_told_to_whoever_knows_numbers_only() {
    let rights = (
        "rights see=\"party_officer\" import=\"training_officer\"",
        "rights figures=\"analyst\" see=\"party_officer\" import=\"training_officer\"",
    );
    let office = Office::ruled_by(&[rights]).await;
    office.on("2026-03-02");
    office.db_grants("su", "training_officer", PEOPLE).await;
    office.db_grants("su", "training_officer", FARMS).await;
    let mut su = keeper(&office).await;
    let mut files = Vec::new();
    for name in ["何思源", "骆青禾", "纪明轩", "佟念慈", "费思齐", "谷雨田", "冉知行"] {
        files.push(servant(&mut su, name).await);
    }
    let only = course(&mut su, "公文写作班", PEOPLE, "2026-03-02").await;
    for file in &files[..6] {
        notes(&mut su, &only, file, "came", "").await.answers(200);
    }
    office.db_ends("chen", "2026-01-01").await;
    office.db_grants("chen", "analyst", "岚湾新区").await;
    let mut chen = office.sign_in("chen").await;
    // One of seven is missing: fewer than may be told, as a number and as a rate.
    for figure in ["not_trained", "coverage"] {
        assert_eq!(shown(&mut chen, figure, "period=2026").await, "*", "{figure}");
        let people = format!("/m/training_course/figures/{figure}/people?period=2026");
        chen.asks(&people).await.answers(404);
        assert_eq!(su.opens(&people).await.lines_with("冉知行"), 1);
    }
    office.db_verify().await;
}
