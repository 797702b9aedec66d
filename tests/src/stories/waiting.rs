//! 待办: all that waits for somebody, and all that waits in their units, narrowed and paged. `task_order`.
//!
//! Never what its reader does not see.

use super::tasks;
use crate::harness::Office;

const FARMS: &str = "农业农村局";
const FARMS_ID: &str = "00000000000000000000000000000103";

#[tokio::test]
async fn what_waits_is_listed_by_due_day_for_me_and_for_my_units_and_may_be_narrowed() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let mut zheng = office.sign_in("zheng").await;
    zheng.opens("/todo").await.says("现在没有待办的事");
    tasks::issued(&mut lin, "修复渔港护岸", FARMS, "2026-03-31").await;
    tasks::issued(&mut lin, "核清海域权属", FARMS, "2026-01-12").await;
    tasks::issued(&mut lin, "整修葵岭文化站", "葵岭街道", "2026-01-13").await;
    let page = zheng.opens("/todo").await;
    page.says("签收").does_not_say("整修葵岭文化站");
    let text = page.text();
    assert!(text.find("核清海域权属") < text.find("修复渔港护岸"), "{text}");
    // Narrowed: by the day, by the mechanism, by the unit; what is narrowed away can be got back.
    zheng.opens("/todo?when=soon").await.says("核清海域权属").does_not_say("修复渔港护岸");
    zheng.opens("/todo?when=late").await.says("这样筛选没有待办的事").says("清除筛选");
    zheng.opens("/todo?when=never").await.does_not_say("核清海域权属");
    zheng.opens("/todo?mechanism=supervision_order").await.says("这样筛选没有待办的事");
    zheng.opens(&format!("/todo?mechanism=task_order&unit={FARMS_ID}")).await.says("核清海域权属");
    office.on("2026-01-13");
    zheng.opens("/todo?when=late").await.says("核清海域权属").does_not_say("修复渔港护岸");
    // What waits in the whole district for others, for whoever leads it; what is the leader's own is another list.
    let mut wu = office.sign_in("wu").await;
    wu.opens("/todo").await.does_not_say("核清海域权属");
    let all = wu.opens("/todo?of=units").await;
    all.says("核清海域权属").says("整修葵岭文化站").says("现由");
    wu.opens(&format!("/todo?of=units&unit={FARMS_ID}")).await.says("核清海域权属").does_not_say("整修葵岭文化站");
    zheng.opens("/todo?of=units").await.does_not_say("整修葵岭文化站");
    // The same for a machine; nonsense is told.
    let json = zheng.asks("/api/v1/todo?when=late").await.answers(200).json();
    assert_eq!(json["records"].as_array().map(Vec::len), Some(1), "{json}");
    assert_eq!(json["records"][0]["step"], "签收");
    for nonsense in ["when=sometime", "after=nonsense"] {
        zheng.asks(&format!("/todo?{nonsense}")).await.answers(422);
    }
    for nobody in ["unit=nonsense", "mechanism=nonsense"] {
        zheng.asks(&format!("/todo?{nobody}")).await.answers(404);
    }
}

#[tokio::test]
async fn whatever_waits_stands_on_one_page_and_no_page_is_longer_than_fifty() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    for at in 0..53 {
        tasks::issued(&mut lin, &format!("第{at:02}项任务"), FARMS, "2026-03-31").await;
    }
    let mut zheng = office.sign_in("zheng").await;
    let first = zheng.opens("/todo").await;
    let second = zheng.opens(&first.link("下一页")).await;
    let (own, rest) = (first.lines_with("项任务"), second.lines_with("项任务"));
    assert_eq!((own, rest), (50, 3), "{}", second.text());
    let all = format!("{}{}", first.text(), second.text());
    assert!((0..53).all(|at| all.contains(&format!("第{at:02}项任务"))));
    zheng.opens(&second.link("上一页")).await.says("第00项任务");
}
