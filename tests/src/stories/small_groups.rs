//! What does somebody read who knows numbers and sees no record? Everything but small groups, and nothing from which a
//! small group could be reckoned. `task_order`.
//!
//! Never a small number on any page, file, drawing or answer for machines.

use std::collections::BTreeMap;

use super::tasks;
use crate::harness::{Office, Visitor};

const ROOT: &str = "岚湾新区";
const PEOPLE: &str = "/m/task_order/figures/responsible_people";
const API: &str = "/api/v1/mechanisms/task_order/figures";

/// Who is responsible in three units and two months: seven people in all, five of one bureau, two of another, and one of
/// a street.
async fn who_is_responsible(office: &Office) -> (Visitor, Visitor) {
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let given = [
        ("01-08", "组织人事局", "苏芮"),
        ("01-08", "组织人事局", "陈望"),
        ("01-08", "组织人事局", "林书敏"),
        ("01-08", "组织人事局", "吴立群"),
        ("01-08", "组织人事局", "黎澄"),
        ("02-09", "农业农村局", "周启"),
        ("02-09", "农业农村局", "郑海生"),
        ("02-09", "葵岭街道", "黎澄"),
    ];
    for (at, (day, unit, who)) in given.into_iter().enumerate() {
        office.on(&format!("2026-{day}"));
        let title = format!("完成第{}项管护台账", at + 1);
        let record = tasks::drafted_with(&mut lin, &title, unit, "2026-12-31", &[("责任人", who)]).await;
        lin.takes("下达任务书", &record, &[]).await;
    }
    // 苏芮 is no liaison any more: she knows numbers and no record.
    office.db_ends("su", "2026-01-09").await;
    office.db_grants("su", "analyst", ROOT).await;
    let su = office.sign_in("su").await;
    (lin, su)
}

#[tokio::test]
async fn who_knows_numbers_only_reads_wholes_and_no_small_group() {
    let office = Office::open().await;
    let (mut lin, mut su) = who_is_responsible(&office).await;
    let page = su.opens(&format!("{PEOPLE}?period=2026")).await;
    page.says("少于5人，或者同组里有少于5人的").says("岚湾新区（全部）");
    assert_eq!(page.hrefs("/people?").len() + page.hrefs("/m/task_order?").len(), 0, "{}", page.text());
    let year = su.asks(&format!("{API}/responsible_people?period=2026")).await.json();
    assert_eq!((&year["whole"]["total"]["shown"], &year["figure"]["value"]), (&"7".into(), &"7".into()), "{year}");
    for row in year["rows"].as_array().expect("rows") {
        for cell in row["cells"].as_array().expect("cells").iter().chain([&row["total"]]) {
            assert_eq!(
                (&cell["shown"], cell["hidden"].as_bool(), cell["numerator"].is_null()),
                (&"*".into(), Some(true), true)
            );
        }
    }
    // What counts things is whole, and without a door.
    let things = su.opens("/m/task_order/figures/assigned?period=2026").await;
    things.says("8");
    assert_eq!(things.hrefs("/m/task_order?").len(), 0, "{}", things.text());
    // Whoever sees the records reads every number.
    let theirs = lin.opens(&format!("{PEOPLE}?period=2026")).await;
    theirs.does_not_say("少于5人");
    assert!(super::figures::every_door_holds(&mut lin, &theirs).await >= 5, "{}", theirs.text());
    for closed in ["/m/task_order", "/m/task_order?tab=all&figure=assigned&period=2026", "/m/task_order/about"] {
        su.asks(closed).await.answers(404);
    }
    for closed in
        ["people?period=2026", "known?period=2026&known=2026-01-20", "people?period=2026&slice=source=superior"]
    {
        su.asks(&format!("{PEOPLE}/{closed}")).await.answers(404);
    }
}

#[tokio::test]
async fn no_way_of_asking_and_no_form_of_answer_shows_what_is_hidden() {
    let office = Office::open().await;
    let (_, mut su) = who_is_responsible(&office).await;
    let bureau = "00000000-0000-0000-0000-000000000103";
    for asked in [
        format!("unit={bureau}&period=2026"),
        format!("unit={bureau}&period=2026-02"),
        format!("unit={bureau}"),
        "period=2026-02".to_owned(),
        "period=2026-W07".to_owned(),
        "from=2026-01-08&until=2026-02-08".to_owned(),
        "from=2026-02-09&until=2026-02-09".to_owned(),
        "period=..2026-01".to_owned(),
    ] {
        let json = su.asks(&format!("{API}/responsible_people?{asked}")).await.json();
        assert_eq!(json["figure"]["value"], "*", "{asked}: {json}");
        assert_eq!(json["figure"]["changes"], serde_json::json!([]), "{asked}: {json}");
        assert_eq!(json["whole"]["total"]["numerator"], serde_json::Value::Null, "{asked}: {json}");
        let all = su.asks(&format!("/api/v1/figures?{asked}")).await.json();
        assert!(all.to_string().contains("\"value\":\"*\""), "{asked}: {all}");
        let lines = su.downloads(&format!("{PEOPLE}/table.csv?{asked}")).await;
        let lines = String::from_utf8(lines.bytes).expect("text");
        let is_number = |cell: &str| cell != "0" && cell.parse::<f64>().is_ok();
        assert!(lines.lines().skip(1).all(|line| !line.split(',').any(is_number)), "{asked}: {lines}");
        su.asks(&format!("{PEOPLE}/ranking.svg?{asked}")).await.answers(404);
        for way in ["by=source", "by=@kind", "by=source&across=units"] {
            let parts = su.asks(&format!("{API}/responsible_people/parts?{asked}&{way}")).await.json();
            let rows = parts["rows"].as_array().expect("rows").iter().flat_map(|row| row["cells"].as_array().unwrap());
            assert!(rows.clone().all(|cell| cell["numerator"].is_null()), "{asked} {way}: {parts}");
        }
    }
    // The parts of a year are shown where none is small: all seven stand in one.
    let parts = su.asks(&format!("{API}/responsible_people/parts?period=2026&by=source")).await.json();
    let cells = parts["rows"][0]["cells"].as_array().expect("cells");
    assert_eq!(cells.last().map(|cell| &cell["shown"]), Some(&"7".into()), "{parts}");
}

#[tokio::test]
async fn of_units_below_one_and_of_months_of_a_quarter_all_are_shown_or_none() {
    let office = Office::open().await;
    let (mut lin, mut su) = who_is_responsible(&office).await;
    let (mut read, mut hidden) = (0, 0);
    for period in ["2026", "2026H1", "2026Q1", "2026-01", "2026-02"] {
        let shown = rows(&mut su, period).await;
        let known = rows(&mut lin, period).await;
        let stars = shown.iter().filter(|(name, _)| *name != "全部").filter(|(_, value)| *value == "*").count();
        assert!(stars == 0 || stars == shown.len() - 1, "{period}: {shown:?}");
        for (name, value) in &shown {
            let number: i64 = known.get(name).and_then(|it| it.parse().ok()).unwrap_or(0);
            assert!(value == "*" || !(1..5).contains(&number), "{period} {name}: {value} of {number}");
            assert!(value == "*" || *value == known[name], "{period} {name}: {value} of {number}");
            read += 1;
            hidden += usize::from(value == "*");
        }
    }
    assert!(hidden >= 12 && read > hidden, "{hidden} of {read} are hidden");
}

/// The value of each unit over a period, by name.
async fn rows(visitor: &mut Visitor, period: &str) -> BTreeMap<String, String> {
    let json = visitor.asks(&format!("{API}/responsible_people?period={period}")).await.json();
    let rows = json["rows"].as_array().expect("rows").iter().chain([&json["whole"]]);
    rows.map(|row| (row["name"].as_str().unwrap().to_owned(), row["total"]["shown"].as_str().unwrap().to_owned()))
        .collect()
}

#[tokio::test]
async fn who_sees_the_records_of_one_unit_cannot_take_them_away_from_the_whole() {
    let office = Office::open().await;
    who_is_responsible(&office).await;
    let mut chen = office.sign_in("chen").await;
    let own = chen.opens(&format!("{PEOPLE}?period=2026")).await;
    own.says("组织人事局").does_not_say("少于5人");
    assert!(super::figures::every_door_holds(&mut chen, &own).await >= 2, "{}", own.text());
    // From now on 陈望 knows the numbers of all: five of seven are his own, and two are somebody else's.
    office.db_grants("chen", "analyst", ROOT).await;
    let mut chen = office.sign_in("chen").await;
    let rows = rows(&mut chen, "2026").await;
    assert_eq!((rows["全部"].as_str(), rows["岚湾新区农业农村局"].as_str()), ("*", "*"), "{rows:?}");
    assert_eq!(rows["岚湾新区组织人事局"], "5", "{rows:?}");
}
