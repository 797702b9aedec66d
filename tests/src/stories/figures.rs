//! Point 5: five figures by unit and month, and behind each number exactly the records that it counts.
//! `task_order`.
//!
//! Never a number that its list does not bear out.

use super::tasks;
use crate::harness::{Office, Page, Visitor};

const FIGURES: [(&str, &str); 5] = [
    ("assigned", "交办数"),
    ("closed", "办结数"),
    ("on_time", "按时办结率"),
    ("overdue", "逾期数"),
    ("days_used", "平均用时"),
];

/// Three months with tasks of two units: closed in time, closed late, late and open, suspended, dropped, drafted.
async fn a_spring(office: &Office) {
    office.on("2026-01-08");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let mut chen = office.sign_in("chen").await;
    let in_time = tasks::underway(&mut lin, &mut zhou, "建立书屋管护台账", "农业农村局", "2026-01-30").await;
    let late = tasks::underway(&mut lin, &mut chen, "建立驿站管护台账", "组织人事局", "2026-01-20").await;
    tasks::underway(&mut lin, &mut zhou, "完成码头产权移交", "农业农村局", "2026-02-10").await;
    let paused = tasks::underway(&mut lin, &mut chen, "编制边坡提升方案", "组织人事局", "2026-02-10").await;
    tasks::drafted(&mut lin, "编制水闸提升方案", "农业农村局", "2026-06-30").await;
    office.on("2026-01-29");
    tasks::finished(&mut lin, &mut zhou, &in_time).await;
    lin.takes("暂缓", &paused, &[("理由", "上级政策调整。")]).await;
    office.days_pass_until("2026-02-03").await;
    tasks::finished(&mut lin, &mut chen, &late).await;
    let dropped = tasks::issued(&mut lin, "编制泵站提升方案", "农业农村局", "2026-03-31").await;
    tasks::issued(&mut lin, "建立食堂管护台账", "组织人事局", "2026-03-31").await;
    lin.takes("撤销任务", &dropped, &[("理由", "重复。")]).await;
    office.days_pass_until("2026-03-10").await;
}

#[tokio::test]
async fn the_page_shows_five_figures_in_words_and_numbers() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut lin = office.sign_in("lin").await;
    for (id, name) in FIGURES {
        let page = lin.opens(&format!("/m/task_order/figures/{id}?period=2026")).await;
        page.says(name).says("农业农村局").says("组织人事局");
    }
    let page = lin.opens("/m/task_order/figures/on_time?period=2026").await;
    page.says("本期到期任务中，在完成时限当日或之前办结的").says("完成时限落在本期的任务（撤销的除外）");
}

#[tokio::test]
async fn a_ratio_over_nothing_is_a_dash_and_words() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    lin.opens("/m/task_order/figures").await.says("还没有可计算的事项").does_not_say("0 / 0").does_not_say("— %");
}

#[tokio::test]
async fn the_desk_begins_with_the_figures_of_what_one_does() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let desk = lin.opens("/").await.text();
    let at = |words: &str| desk.find(words);
    assert!(at("交办数").is_some(), "{desk}");
    assert!(at("发出督办令").is_none_or(|order| Some(order) > at("交办数")), "{desk}");
}

#[tokio::test]
async fn behind_each_number_stand_exactly_the_records_that_it_counts() {
    let office = Office::open().await;
    a_spring(&office).await;
    for login in ["lin", "wu", "zhou", "chen"] {
        let mut visitor = office.sign_in(login).await;
        let mut doors = 0;
        for (id, _) in FIGURES {
            let page = visitor.opens(&format!("/m/task_order/figures/{id}?period=2026")).await;
            doors += every_door_holds(&mut visitor, &page).await;
        }
        assert!(doors > 10, "{login} finds {doors} numbers to open");
    }
}

/// Opens every number of the page that counts records or people, and counts what it opens to.
pub(super) async fn every_door_holds(visitor: &mut Visitor, page: &Page) -> usize {
    let mut doors = 0;
    for (words, href) in page.links() {
        if let (Ok(number), true) = (words.parse::<usize>(), href.contains("/people?")) {
            let list = visitor.opens(&href).await;
            let people = list.hrefs("who=").len();
            assert_eq!(people, number, "{href} names {people} people behind {number}:\n{}", list.text());
            doors += 1;
        }
        let counts = ["figure=assigned", "figure=closed", "figure=overdue", "part=part", "part=whole"];
        let is_door = href.starts_with("/m/task_order?") && counts.iter().any(|part| href.contains(part));
        let Some(number) = is_door.then(|| words.parse::<usize>().ok()).flatten() else { continue };
        let list = visitor.opens(&href).await;
        let records = list.hrefs("/records/").len();
        assert_eq!(records, number, "{href} shows {records} records behind {number}:\n{}", list.text());
        doors += 1;
    }
    doors
}

#[tokio::test]
async fn a_units_own_people_see_their_units_numbers_only() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut zhou = office.sign_in("zhou").await;
    let page = zhou.opens("/m/task_order/figures/assigned?period=2026").await;
    page.says("农业农村局").does_not_say("组织人事局");
    let mut lin = office.sign_in("lin").await;
    let whole = lin.opens("/m/task_order/figures/assigned?period=2026").await;
    whole.says("组织人事局");
    assert_ne!(page.under("单位"), whole.under("单位"));
}

#[tokio::test]
async fn what_is_kept_as_figures_is_what_the_records_say() {
    let office = Office::open().await;
    a_spring(&office).await;
    office.db_verify().await;
}

#[tokio::test]
async fn any_period_is_asked_for_and_compared_with_the_one_before_and_the_year_before() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut lin = office.sign_in("lin").await;
    for (period, words) in [
        ("2026Q1", "2026年第一季度"),
        ("2026H1", "2026年上半年"),
        ("..2026-03", "2026年1—3月累计"),
        ("2026-01", "2026年1月"),
    ] {
        let page = lin.opens(&format!("/m/task_order/figures/assigned?period={period}")).await;
        page.says(words).says("岚湾新区（全部）");
        assert!(every_door_holds(&mut lin, &page).await > 3, "{period}");
    }
    let february = lin.opens("/m/task_order/figures?period=2026-02").await;
    february.says("较上期");
    let january = lin.opens("/m/task_order/figures/assigned?period=2026-02").await;
    january.says("−2（−50%）").says("2026年1月").says("上年同期");
    let days = lin.opens("/figures?from=2026-01-01&until=2026-02-28").await;
    days.says("2026年1—2月");
}

#[tokio::test]
async fn a_period_that_runs_backwards_or_is_not_there_is_refused_with_what_to_do() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    for (asked, words) in [
        ("from=2026-03-07&until=2026-03-01", "截止日早于开始日"),
        ("period=2026Q5", "没有“2026Q5”这样的期间"),
        ("period=2025-W53", "请核对年份、季度、月份、周次和日期"),
        ("period=x", "期间“x”看不懂"),
    ] {
        lin.asks(&format!("/figures?{asked}")).await.answers(422).says(words);
        lin.asks(&format!("/m/task_order/figures/closed?{asked}")).await.answers(422).says(words);
    }
    lin.asks("/m/task_order?figure=closed&period=2026Q9").await.answers(422).says("没有“2026Q9”这样的期间");
}

#[tokio::test]
async fn a_figure_is_taken_away_with_its_definition_who_and_when() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut lin = office.sign_in("lin").await;
    let path = "/m/task_order/figures/on_time";
    let file = lin.downloads(&format!("{path}/table.xlsx?period=2026Q1")).await;
    let grids =
        documents::workbook_in::read(&file.bytes, documents::workbook_in::Limits::default()).expect("a workbook");
    let text = format!("{grids:?}");
    for words in [
        "按时办结率",
        "2026年第一季度",
        "完成时限落在本期的任务",
        "状态 = 已办结",
        "定义版本",
        "林书敏",
        "农业农村局",
        "分母",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let lines = String::from_utf8(lin.downloads(&format!("{path}/table.csv?period=2026Q1")).await.bytes).expect("text");
    assert!(lines.starts_with('\u{feff}') && lines.contains("农业农村局"), "{lines}");
    let drawing = lin.downloads(&format!("{path}/course.svg?period=2026Q1")).await;
    assert!(String::from_utf8_lossy(&drawing.bytes).starts_with("<svg"));
    lin.asks(&format!("{path}/course.exe")).await.answers(404);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'export.figure'").await, 3);
    office.db_verify().await;
}

#[tokio::test]
async fn the_interface_for_machines_reads_what_the_pages_read() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut lin = office.sign_in("lin").await;
    let all = lin.asks("/api/v1/figures?period=2026Q1").await.json();
    let page = lin.opens("/figures?period=2026Q1").await;
    let mut read = 0;
    for card in
        all["mechanisms"].as_array().expect("mechanisms").iter().flat_map(|one| one["figures"].as_array().unwrap())
    {
        let (name, value) = (card["name"].as_str().unwrap(), card["value"].as_str().unwrap());
        page.says(name).says(value);
        read += 1;
    }
    assert!(read >= 5, "{all}");
    let one = lin.asks("/api/v1/mechanisms/task_order/figures/on_time?period=2026Q1").await.json();
    assert_eq!(one["whole"]["total"]["denominator"], one["figure"]["parts"]["denominator"]);
    lin.asks("/api/v1/figures?period=2026Q7").await.answers(422);
}

#[tokio::test]
async fn units_of_one_kind_are_compared_wherever_they_stand() {
    let office = Office::open().await;
    a_spring(&office).await;
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, "核对社区档案", "葵北社区", "2026-03-31").await;
    let rows = |page: &Page| {
        let own = |(words, href): &(String, String)| words.ends_with("葵北社区") && href.contains("/figures/assigned?");
        page.links().iter().filter(|link| own(link)).count()
    };
    let below = lin.opens("/m/task_order/figures/assigned?period=2026").await;
    assert_eq!(rows(&below), 0, "{}", below.text());
    let communities = lin.opens("/m/task_order/figures/assigned?period=2026&among=community").await;
    assert_eq!(rows(&communities), 1, "{}", communities.text());
}

#[tokio::test]
async fn what_was_known_on_a_past_day_is_what_the_pages_showed_that_day() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let mut noted: Vec<(String, String, String)> = Vec::new();
    let one = tasks::underway(&mut lin, &mut zhou, "建立书屋管护台账", "农业农村局", "2026-01-30").await;
    let two = tasks::underway(&mut lin, &mut zhou, "完成码头产权移交", "农业农村局", "2026-02-10").await;
    note(&mut lin, "2026-01-08", &mut noted).await;
    office.days_pass_until("2026-01-20").await;
    tasks::finished(&mut lin, &mut zhou, &one).await;
    note(&mut lin, "2026-01-20", &mut noted).await;
    office.days_pass_until("2026-02-12").await;
    note(&mut lin, "2026-02-12", &mut noted).await;
    office.days_pass_until("2026-02-16").await;
    lin.takes("撤销任务", &two, &[("理由", "重复。")]).await;
    tasks::issued(&mut lin, "建立食堂管护台账", "组织人事局", "2026-03-31").await;
    note(&mut lin, "2026-02-16", &mut noted).await;
    office.days_pass_until("2026-03-10").await;
    // People are counted once over all records: no record gives a part of them.
    let path = "/m/task_order/figures/responsible_people/known?period=2026Q1&known=2026-01-08";
    lin.asks(path).await.answers(422).says("不重复的人");
    for (figure, day, value) in noted.iter().filter(|(figure, ..)| figure != "responsible_people") {
        let path = format!("/m/task_order/figures/{figure}/known?period=2026Q1&known={day}");
        let said = lin.opens(&path).await.text();
        assert!(
            said.contains(&format!("当时所知: {value} ")),
            "{figure} on {day} was {value}, and is said to have been {said}"
        );
    }
    assert!(
        noted.iter().any(|(figure, day, value)| figure == "overdue" && day == "2026-02-12" && value == "1"),
        "{noted:?}"
    );
    lin.opens("/m/task_order/figures/assigned/known?period=2026-01&known=2026-01-20").await.says("完成码头产权移交");
    lin.asks("/m/task_order/figures/assigned/known?period=2026-01&known=2026-03-10")
        .await
        .answers(422)
        .says("今天以前的一天");
    // Whoever knows a part only is not told what was known of the whole.
    zhou.asks("/m/task_order/figures/assigned/known?period=2026-01&known=2026-01-20").await.answers(404);
}

/// Writes down what the pages show on a day.
async fn note(lin: &mut Visitor, day: &str, noted: &mut Vec<(String, String, String)>) {
    let page = lin.asks("/api/v1/mechanisms/task_order/figures?period=2026Q1").await.json();
    for card in page["mechanisms"][0]["figures"].as_array().expect("figures") {
        let text = |name: &str| card[name].as_str().expect("a text").to_owned();
        noted.push((text("id"), day.to_owned(), text("value")));
    }
}
