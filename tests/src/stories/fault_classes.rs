//! Which faults do people report of other systems? The classes that are about rights, one story each; the others stand
//! in `fault_classes_of_work`.
//!
//! Never a class without its story: the name says its number.

use tokio::task::JoinSet;

use super::{figures, tasks};
use crate::harness::{Office, Visitor};

const OURS: &str = "建立书屋管护台账";
const THEIRS: &str = "完成渔港码头产权移交";
const OTHERS: &str = "编制边坡提升方案";

/// One task each of 葵岭街道, 农业农村局 and 组织人事局.
async fn three_tasks(office: &Office) -> Visitor {
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, OURS, "葵岭街道", "2026-03-31").await;
    tasks::issued(&mut lin, THEIRS, "农业农村局", "2026-03-31").await;
    tasks::issued(&mut lin, OTHERS, "组织人事局", "2026-03-31").await;
    lin
}

/// 黎澄, the places of 葵岭街道 and 农业农村局 in the small world.
const LI: usize = 6;
const STREET: usize = 4;
const FARMS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn class_1_while_rights_change_eight_who_read_see_what_the_old_or_the_new_rights_allow() {
    let office = Office::open().await;
    three_tasks(&office).await;
    let mut readers = JoinSet::new();
    for reader in 0..8 {
        let mut li = office.sign_in("li").await;
        readers.spawn(async move {
            let (mut ours, mut theirs) = (0, 0);
            for turn in 0..12 {
                let page = match (reader + turn) % 4 {
                    0 => li.opens("/m/task_order?tab=all").await.text(),
                    1 => li.asks("/api/v1/mechanisms/task_order/records?tab=all").await.json().to_string(),
                    2 => li.opens("/m/task_order/board").await.text(),
                    _ => li.opens("/search?q=管护台账").await.text() + &li.opens("/").await.text(),
                };
                assert!(!page.contains(OTHERS), "neither the old nor the new rights allow this:\n{page}");
                ours += usize::from(page.contains(OURS));
                theirs += usize::from(page.contains(THEIRS));
                let both = page.contains(OURS) && page.contains(THEIRS);
                assert!(!both || (reader + turn) % 4 == 3, "one answer shows the old and the new at once:\n{page}");
            }
            (ours, theirs)
        });
    }
    for turn in 0..30 {
        office.db_turns(LI, if turn % 2 == 0 { FARMS } else { STREET }).await;
        tokio::task::yield_now().await;
    }
    let mut seen = 0;
    while let Some(counted) = readers.join_next().await {
        let (ours, theirs) = counted.expect("nobody panics");
        seen += ours + theirs;
    }
    assert!(seen > 20, "they saw something: {seen}");
}

#[tokio::test]
async fn class_1_a_reorganisation_between_two_reads_shows_nobody_what_neither_tree_would() {
    let office = Office::open().await;
    three_tasks(&office).await;
    let mut li = office.sign_in("li").await;
    // 葵岭街道 takes the place of 农业农村局 and the other way round; whoever reads still holds the old tree.
    office.db_renumbers(&[(4, 3, 4), (5, 4, 4), (3, 5, 5)]).await;
    for page in ["/m/task_order?tab=all", "/m/task_order/board", "/search?q=渔港", "/"] {
        li.opens(page).await.does_not_say(THEIRS);
    }
    office.app.read_tree().await.expect("the tree is read");
    li.opens("/m/task_order?tab=all").await.says(OURS).does_not_say(THEIRS).says("共 1 项");
}

#[tokio::test]
async fn class_2_a_wide_role_is_not_widened_by_a_role_elsewhere() {
    let office = Office::open().await;
    office.db_grants("su", "supervisor", "葵岭街道").await;
    let (mut lin, mut su) = (office.sign_in("lin").await, office.sign_in("su").await);
    let own = tasks::drafted(&mut lin, OTHERS, "组织人事局", "2026-03-31").await;
    let street = tasks::drafted(&mut lin, OURS, "葵岭街道", "2026-03-31").await;
    // As 督查员 of the street she drafts there; in her own bureau she is 联络员 and sees no draft.
    su.opens("/m/task_order?tab=all").await.says(OURS).does_not_say(OTHERS).says("共 1 项");
    su.asks(&own).await.answers(404);
    su.takes("下达任务书", &street, &[]).await;
    lin.takes("下达任务书", &own, &[]).await;
    let page = su.opens(&own).await;
    assert!(page.find_form("签收").is_some() && page.find_form("撤销任务").is_none(), "{}", page.text());
}

#[tokio::test]
async fn class_3_without_a_rule_there_is_nothing() {
    let seen_by_leader = r#"rights see="leader" import="supervisor" export="supervisor leader unit_head unit_liaison""#;
    let seen_by_no_leader = r#"rights import="supervisor" export="supervisor unit_head unit_liaison""#;
    let office = Office::ruled_by(&[(seen_by_leader, seen_by_no_leader)]).await;
    three_tasks(&office).await;
    for login in ["wu", "gao"] {
        let mut visitor = office.sign_in(login).await;
        visitor.asks("/m/task_order").await.answers(404);
        visitor.asks("/m/task_order/figures").await.answers(404);
        visitor.asks("/api/v1/mechanisms/task_order/records").await.answers(404);
        visitor.opens("/search?q=台账").await.does_not_say(OURS);
        visitor.opens("/").await.does_not_say(OURS);
    }
}

#[tokio::test]
async fn class_4_what_is_masked_or_hidden_neither_filters_nor_sorts_nor_is_found() {
    let office = Office::ruled_by(&[
        (
            r#"choice   required=#true list="task_source" filter=#true"#,
            r#"choice   required=#true list="task_source" filter=#true read="supervisor leader""#,
        ),
        // What is hidden cuts no figure into slices either.
        (r#" by="source""#, ""),
    ])
    .await;
    let mut lin = three_tasks(&office).await;
    let mut zheng = office.sign_in("zheng").await;
    for query in ["f.contact_phone=000", "sort=contact_phone", "sort=-remark"] {
        for visitor in [&mut lin, &mut zheng] {
            assert_eq!(visitor.asks(&format!("/m/task_order?tab=all&{query}")).await.status, 422, "{query}");
        }
    }
    // By a field that they do not read every value finds the same: nothing.
    let list = zheng.opens("/m/task_order?tab=all").await;
    list.says(THEIRS).does_not_say("党工委重点工作");
    assert!(!list.form("筛选").labels().contains("任务来源"));
    for source in ["party_committee", "key_project", "nonsense"] {
        zheng.opens(&format!("/m/task_order?tab=all&f.source={source}")).await.says("没有符合条件的事项");
    }
    lin.opens("/m/task_order?tab=all&f.source=party_committee").await.says("共 3 项");
}

#[tokio::test]
async fn class_5_what_a_record_is_tied_to_is_not_told_to_whoever_does_not_see_it() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let task = tasks::underway(&mut lin, &mut zheng, THEIRS, "农业农村局", "2026-02-13").await;
    office.days_pass_until("2026-02-25").await;
    // The order that lateness opened is a draft: the unit sees neither it nor that it is there.
    let order = lin.opens(&task).await.hrefs("/records/").into_iter().find(|href| *href != task).expect("an order");
    let page = zheng.opens(&task).await;
    assert!(!page.all_links().iter().any(|(_, href)| href.contains(&order)), "{}", page.text());
    page.does_not_say("开立");
    let api = zheng.asks(&format!("/api/v1{task}")).await.json();
    assert!(!api.to_string().contains(order.rsplit('/').next().expect("an id")), "{api}");
    zheng.asks(&order).await.answers(404);
    zheng.opens("/m/supervision_order?tab=all").await.says("还没有督办令");
    // And nobody ties a record to one that they do not see.
    let mut su = office.sign_in("su").await;
    let offered = su.opens("/m/task_order?tab=all").await.form("筛选").choices("责任单位");
    assert_eq!(offered, ["岚湾新区组织人事局"]);
}

#[tokio::test]
async fn class_6_an_import_writes_no_field_that_the_importer_may_not_write() {
    let remark = (r#""备注"     long_text max=2000"#, r#""备注"     long_text max=2000 write="leader""#);
    let office = Office::ruled_by(&[remark]).await;
    let mut lin = office.sign_in("lin").await;
    let lines = crate::world::annual_lines();
    let dry = lin.uploads("task_order", "两项.xlsx", &crate::world::plain_list(&lines[..2])).await;
    dry.says("“备注”不由你填");
    let taken = lin.sends(dry.form("/taking")).await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 1, "{}", taken.text());
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE facts LIKE '%remark%'").await, 0);
}

#[tokio::test]
async fn class_7_a_number_is_of_the_units_below_as_well_and_of_no_other() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = three_tasks(&office).await;
    tasks::issued(&mut lin, "建立食堂管护台账", "葵岭街道葵北社区", "2026-03-31").await;
    for (login, number) in [("li", 2), ("zheng", 1), ("lin", 4)] {
        let mut visitor = office.sign_in(login).await;
        let api = visitor.asks("/api/v1/mechanisms/task_order/figures/assigned?period=2026").await.json();
        let page = visitor.opens("/m/task_order/figures/assigned?period=2026").await;
        assert!(page.links().iter().any(|(words, _)| *words == number.to_string()), "{login}: {api}\n{}", page.text());
        let list = visitor.opens("/m/task_order?figure=assigned&period=2026-01").await;
        list.says(&format!("共 {number} 项"));
    }
}

#[tokio::test]
async fn class_8_whoever_moves_sees_the_new_place_from_that_day_and_the_old_one_no_more() {
    let office = Office::open().await;
    three_tasks(&office).await;
    let mut li = office.sign_in("li").await;
    office.db_moves("li", "unit_liaison", "岚湾新区农业农村局", "2026-01-20").await;
    office.on("2026-01-19");
    li.opens("/m/task_order?tab=all").await.says(OURS).does_not_say(THEIRS);
    office.on("2026-01-20");
    li.opens("/m/task_order?tab=all").await.says(THEIRS).does_not_say(OURS);
    for page in ["/", "/inbox", "/search?q=书屋", "/m/task_order/board", "/m/task_order/figures"] {
        li.opens(page).await.does_not_say(OURS);
    }
}

#[tokio::test]
async fn class_9_two_roles_together_show_every_row_that_one_alone_shows() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, THEIRS, "农业农村局", "2026-03-31").await;
    for (row, content) in [("第 1 行 内容", "核清产权"), ("第 2 行 内容", "办理移交"), ("第 3 行 内容", "公示结果")]
    {
        zheng.takes("报进度", &record, &[("进度", "40"), ("进展情况", "已核清两处。"), (row, content)]).await;
    }
    office.db_grants("zhou", "supervisor", "岚湾新区农业农村局").await;
    office.db_grants("zhou", "unit_liaison", "岚湾新区").await;
    let mut zhou = office.sign_in("zhou").await;
    zhou.opens(&record).await.says("核清产权").says("办理移交").says("公示结果");
    zhou.opens("/m/task_order?tab=all").await.says("共 1 项");
}

#[tokio::test]
async fn class_16_a_number_and_the_list_behind_it_agree_for_whoever_sees_a_part_only() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let helps = [("协办单位", "葵岭街道葵北社区")];
    for (unit, title) in
        [("农业农村局", "完成码头移交"), ("葵岭街道", "建立书屋台账"), ("葵岭街道葵北社区", "编制水闸方案")]
    {
        tasks::drafted_with(&mut lin, &format!("{title}甲"), unit, "2026-01-20", &helps).await;
        let issued = tasks::drafted_with(&mut lin, &format!("{title}乙"), unit, "2026-01-20", &helps).await;
        lin.takes("下达任务书", &issued, &[]).await;
        let thrown = tasks::drafted(&mut lin, &format!("{title}丙"), unit, "2026-01-20").await;
        lin.takes("作废草稿", &thrown, &[("理由", "重复。")]).await;
    }
    let done = tasks::underway(&mut lin, &mut zhou, "编制边坡方案", "农业农村局", "2026-01-30").await;
    tasks::finished(&mut lin, &mut zhou, &done).await;
    office.days_pass_until("2026-02-03").await;
    for (login, all) in [("li", 3), ("zhou", 2), ("lin", 10), ("wu", 10)] {
        let mut visitor = office.sign_in(login).await;
        let mut doors = 0;
        for figure in ["assigned", "closed", "on_time", "overdue"] {
            let page = visitor.opens(&format!("/m/task_order/figures/{figure}?period=2026")).await;
            doors += figures::every_door_holds(&mut visitor, &page).await;
        }
        assert!(doors >= 4, "{login} finds {doors} numbers to open");
        visitor.opens("/m/task_order?tab=all").await.says(&format!("共 {all} 项"));
    }
    office.db_verify().await;
}
