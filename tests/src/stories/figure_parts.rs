//! A figure cut into its parts: by what the definition declares and by the kind of the unit, each part a door to its
//! records, and a line that says whether the parts add up. `task_order`.
//!
//! Never a part that its list does not bear out, and never one of a field that is not declared.

use super::figures::every_door_holds;
use super::tasks;
use crate::harness::{Office, Visitor};

const PARTS: &str = "/m/task_order/figures/assigned/parts?period=2026";

/// Tasks of two sources, of two bureaus and a community, in two months; 周启 is responsible for two of them.
async fn some_tasks(office: &Office) -> Visitor {
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    for (title, unit, source) in [
        ("移交渔港码头", "农业农村局", "党工委重点工作"),
        ("建立书屋台账", "组织人事局", "党工委重点工作"),
        ("核对社区档案", "葵北社区", "上级交办"),
    ] {
        let more = [("任务来源", source), ("责任人", "周启")];
        let record = tasks::drafted_with(&mut lin, title, unit, "2026-12-31", &more).await;
        lin.takes("下达任务书", &record, &[]).await;
    }
    office.on("2026-02-09");
    tasks::issued(&mut lin, "编制水闸方案", "农业农村局", "2026-12-31").await;
    lin
}

#[tokio::test]
async fn every_part_leads_to_its_records_and_the_parts_add_up_to_the_whole() {
    let office = Office::open().await;
    let mut lin = some_tasks(&office).await;
    for way in ["", "&by=source", "&by=source&across=units", "&by=@kind", "&by=@kind&across=units&among=community"] {
        let page = lin.opens(&format!("{PARTS}{way}")).await;
        page.says("合计").says("各项相加等于合计");
        let doors = every_door_holds(&mut lin, &page).await;
        assert!(doors >= 4, "{way}: {doors} numbers to open in\n{}", page.text());
    }
    lin.opens(PARTS).await.says("党工委重点工作").says("上级交办").says("按任务来源");
    lin.opens(&format!("{PARTS}&by=@kind")).await.says("单位种类").says("社区");
    let list = lin.opens("/m/task_order?tab=all&figure=assigned&period=2026&slice=source=superior").await;
    list.says("任务来源：上级交办").does_not_say("移交渔港码头");
}

#[tokio::test]
async fn people_may_stand_in_several_parts_and_rates_are_not_added() {
    let office = Office::open().await;
    let mut lin = some_tasks(&office).await;
    let people = lin.opens("/m/task_order/figures/responsible_people/parts?period=2026").await;
    people.says("同一人可能在几项里，各项相加不等于合计");
    let rate = lin.opens("/m/task_order/figures/on_time/parts?period=2026").await;
    rate.says("比率和平均由各自的分子、分母算出");
    assert!(every_door_holds(&mut lin, &rate).await >= 2, "{}", rate.text());
}

#[tokio::test]
async fn a_slice_that_is_not_declared_is_not_there() {
    let office = Office::open().await;
    let mut lin = some_tasks(&office).await;
    for by in ["title", "unit", "owner", "nothing", "@unit"] {
        lin.asks(&format!("{PARTS}&by={by}")).await.answers(404);
        lin.asks(&format!("/m/task_order/figures/assigned/parts/table.csv?by={by}")).await.answers(404);
        lin.asks(&format!("/api/v1/mechanisms/task_order/figures/assigned/parts?by={by}")).await.answers(404);
    }
    lin.asks("/m/task_order?tab=all&figure=assigned&period=2026&slice=title=x").await.answers(404);
    lin.asks("/m/task_order?tab=all&figure=assigned&period=2026&slice=source").await.answers(422);
    lin.asks(&format!("{PARTS}&by=@kind")).await.answers(200);
    lin.asks("/m/task_order/figures/assigned/parts/course.svg").await.answers(404);
}

#[tokio::test]
async fn what_is_taken_away_and_read_by_machines_is_what_the_page_shows() {
    let office = Office::open().await;
    let mut lin = some_tasks(&office).await;
    let lines = lin.downloads("/m/task_order/figures/assigned/parts/table.csv?period=2026&by=source").await;
    let lines = String::from_utf8(lines.bytes).expect("text");
    assert!(lines.contains("党工委重点工作") && lines.contains("合计"), "{lines}");
    let book = lin.downloads("/m/task_order/figures/assigned/parts/table.xlsx?period=2026&by=source").await;
    let grids =
        documents::workbook_in::read(&book.bytes, documents::workbook_in::Limits::default()).expect("a workbook");
    let text = format!("{grids:?}");
    assert!(text.contains("各项相加等于合计") && text.contains("分项：按任务来源"), "{text}");
    let json = lin.asks("/api/v1/mechanisms/task_order/figures/assigned/parts?period=2026&by=source").await.json();
    let last = |row: &serde_json::Value| {
        let cells = row["cells"].as_array().expect("cells");
        cells.last().expect("a whole")["numerator"].as_i64().expect("a number")
    };
    let sum: i64 = json["rows"].as_array().expect("rows").iter().map(last).sum();
    assert_eq!((sum, last(&json["whole"])), (4, 4), "{json}");
}

#[tokio::test]
async fn whoever_sees_one_unit_sees_its_parts_only() {
    let office = Office::open().await;
    some_tasks(&office).await;
    let mut zhou = office.sign_in("zhou").await;
    let page = zhou.opens(PARTS).await;
    page.does_not_say("上级交办").says("你能看到的");
    let mut gao = office.sign_in("gao").await;
    gao.asks(PARTS).await.answers(404);
}
