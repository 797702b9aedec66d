//! How does an organisation change under people at work? Founded, renamed, moved, merged, split, dissolved, each by a
//! decision and from a day, with a plan that is shown first.
//! `task_order`.
//!
//! Never a figure of a year gone by that changes because somebody moved.

use super::tasks;
use crate::harness::{Chance, Fields, Office, Page, Visitor};

const ORDER: &str = "岚编〔2026〕3号";

/// An office in which 苏芮 keeps all units up to date.
async fn office() -> (Office, Visitor) {
    let office = Office::open().await;
    office.db_grants("su", "org_officer", "岚湾新区").await;
    let su = office.sign_in("su").await;
    (office, su)
}

/// The address of a unit, found by its name.
pub(super) async fn unit(visitor: &mut Visitor, name: &str) -> String {
    let page = visitor.opens(&format!("/units?q={name}")).await;
    let found = page.links().into_iter().find(|(words, href)| words == name && href.starts_with("/units/"));
    let href = found.unwrap_or_else(|| panic!("{name} is not found:\n{}", page.text())).1;
    href.split('?').next().unwrap_or("").to_owned()
}

/// Fills in an order about a unit and gives what follows: the plan, or the form again.
pub(super) async fn asks(su: &mut Visitor, kind: &str, about: &str, fields: Fields<'_>) -> Page {
    let href = unit(su, about).await;
    let id = href.rsplit('/').next().unwrap_or("").to_owned();
    let page = su.opens(&format!("/units/orders/new?kind={kind}&unit={id}")).await;
    let form = page.form("看方案").with("批准文号", ORDER);
    let form = fields.iter().fold(form, |form, (label, value)| form.with(label, value));
    su.sends(form).await
}

/// Gives an order and expects that it is done (or kept for its day).
async fn orders(su: &mut Visitor, kind: &str, about: &str, fields: Fields<'_>) -> Page {
    let plan = asks(su, kind, about, fields).await;
    assert!(plan.status == 200 && plan.find_form("方案").or(plan.find_form("登记，")).is_some(), "{}", plan.window());
    let form = plan.find_form("按此方案办理").or(plan.find_form("登记，")).expect("the plan can be carried out");
    let done = su.sends(form).await;
    assert!(done.url.contains("done=1"), "it is not done:\n{}", done.window());
    done
}

#[tokio::test]
async fn a_unit_is_founded_renamed_and_found_by_initials_and_its_history_stays() {
    let (office, mut su) = office().await;
    let fields: Fields<'_> =
        &[("单位名称", "葵岭街道葵南社区"), ("简称", "葵南社区"), ("种类", "社区"), ("生效日", "2026-01-05")];
    asks(&mut su, "found", "葵岭街道", fields).await.says("新设在葵岭街道下");
    orders(&mut su, "found", "葵岭街道", fields).await;
    su.opens("/units?q=klj").await.says("葵岭街道葵南社区");
    let renamed: Fields<'_> = &[("单位名称", "葵岭街道海南社区"), ("拼音首字母", "kljdhnsq"), ("生效日", "2026-01-06")];
    orders(&mut su, "alter", "葵岭街道葵南社区", renamed).await;
    let href = unit(&mut su, "葵岭街道海南社区").await;
    su.opens(&href).await.says("设立").says(ORDER).says("葵岭街道葵南社区").says("葵岭街道海南社区");
    su.opens(&format!("{href}?on=2026-01-05")).await.says("2026-01-05的样子").says("现在叫“葵岭街道海南社区”");
    su.opens("/units?on=2026-01-04").await.does_not_say("葵南").does_not_say("海南");
    let (mut lin, id) = (office.sign_in("lin").await, href.rsplit('/').next().unwrap_or(""));
    let early = lin.opens(&format!("/figures?unit={id}&period=2025")).await;
    early.says("这个单位2026-01-05才设立，这个期间还没有它");
    lin.opens(&format!("/figures?unit={id}&period=2026")).await.does_not_say("才设立");
    office.db_verify().await;
}

#[tokio::test]
async fn a_moved_unit_takes_its_figures_along_from_that_day_and_leaves_last_year_alone() {
    let (office, mut su) = office().await;
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, "整治占道经营", "葵北社区", "2026-03-31").await;
    office.on("2026-02-10");
    tasks::issued(&mut lin, "修缮健身步道", "葵北社区", "2026-03-31").await;
    let second: Fields<'_> = &[("单位名称", "南湾街道"), ("种类", "街道"), ("生效日", "2026-01-01")];
    orders(&mut su, "found", "岚湾新区", second).await;
    let mut before = assigned(&mut lin, "葵岭街道").await;
    assert_eq!(before, ["1", "1"]);
    // The decision was made in the middle of a month that is nearly over.
    orders(&mut su, "move", "葵岭街道葵北社区", &[("新的上级单位", "南湾街道"), ("生效日", "2026-02-05")]).await;
    before = assigned(&mut lin, "葵岭街道").await;
    assert_eq!(before, ["1", "0"]);
    assert_eq!(assigned(&mut lin, "南湾街道").await, ["0", "1"]);
    assert_eq!(assigned(&mut lin, "岚湾新区").await, ["1", "1"]);
    office.db_verify().await;
    let li = office.sign_in("li").await.opens("/m/task_order?tab=all").await;
    li.does_not_say("整治占道经营");
}

/// How many tasks were assigned to a unit with those below it, in January and February.
async fn assigned(lin: &mut Visitor, name: &str) -> Vec<String> {
    let id = unit(lin, name).await.rsplit('/').next().unwrap_or("").to_owned();
    let answer = lin.asks(&format!("/api/v1/mechanisms/task_order/figures/assigned?period=2026&unit={id}")).await;
    let json = answer.json();
    let found = json.to_string();
    let cells = json["whole"]["cells"].as_array().unwrap_or_else(|| panic!("{found}")).clone();
    cells.iter().take(2).map(|cell| cell["shown"].as_str().unwrap_or("").to_owned()).collect()
}

#[tokio::test]
async fn behind_a_number_of_the_past_stand_the_records_that_it_counted_by_the_tree_of_then() {
    let (office, mut su) = office().await;
    let (mut lin, mut zheng, mut zhou) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("zhou").await);
    let done = tasks::underway(&mut lin, &mut zheng, "移交渔港码头", "农业农村局", "2026-03-31").await;
    tasks::finished(&mut lin, &mut zhou, &done).await;
    tasks::underway(&mut lin, &mut zheng, "建立书屋台账", "农业农村局", "2026-03-31").await;
    tasks::issued(&mut lin, "核对社区档案", "葵北社区", "2026-03-31").await;
    office.days_pass_until("2026-02-03").await;
    let merged: Fields<'_> = &[("并入到", "综合办公室"), ("被并单位的授权", "随人转到"), ("生效日", "2026-02-03")];
    orders(&mut su, "merge", "岚湾新区农业农村局", merged).await;
    let second: Fields<'_> = &[("单位名称", "南湾街道"), ("种类", "街道"), ("生效日", "2026-02-03")];
    orders(&mut su, "found", "岚湾新区", second).await;
    orders(&mut su, "move", "葵岭街道葵北社区", &[("新的上级单位", "南湾街道"), ("生效日", "2026-02-03")]).await;
    tasks::issued(&mut lin, "移交后的任务", "综合办公室", "2026-03-31").await;
    let mut doors = 0;
    // 农业农村局, which is no more, 综合办公室, 葵岭街道, 葵北社区 and all of 岚湾新区.
    for unit in ["103", "102", "104", "105", "100"] {
        let id = format!("00000000-0000-0000-0000-000000000{unit}");
        for figure in ["assigned", "closed", "overdue", "on_time"] {
            let page = lin.opens(&format!("/m/task_order/figures/{figure}?period=2026&unit={id}")).await;
            doors += crate::stories::figures::every_door_holds(&mut lin, &page).await;
        }
    }
    assert!(doors > 20, "{doors} numbers were opened");
    office.db_verify().await;
}

#[tokio::test]
async fn a_merger_takes_open_work_people_and_roles_along_as_its_plan_said_and_leaves_closed_work() {
    let (office, mut su) = office().await;
    let (mut lin, mut zheng, mut zhou) =
        (office.sign_in("lin").await, office.sign_in("zheng").await, office.sign_in("zhou").await);
    let done = tasks::underway(&mut lin, &mut zheng, "移交渔港码头", "农业农村局", "2026-03-31").await;
    tasks::finished(&mut lin, &mut zhou, &done).await;
    let open = tasks::underway(&mut lin, &mut zheng, "建立书屋台账", "农业农村局", "2026-03-31").await;
    // 郑海生 has the form of a step open while it happens.
    let half = zheng.opens(&open).await.form("报进度").with("进度", "40").with("进展情况", "正在整理。");
    let fields: Fields<'_> = &[("并入到", "综合办公室"), ("被并单位的授权", "随人转到"), ("生效日", "2026-01-06")];
    let plan = asks(&mut su, "merge", "岚湾新区农业农村局", fields).await;
    plan.says("在办重点工作任务").says("每件留痕").says("留在岚湾新区农业农村局名下").says("郑海生").says("单位联络员");
    // Somebody gives the unit another task meanwhile: what was shown is not what would be done.
    let shown = plan.form("按此方案办理");
    let more = tasks::issued(&mut lin, "核对渔船台账", "农业农村局", "2026-03-31").await;
    let again = su.sends(shown).await;
    again.says("情况有变").says("请按现在的方案再看一遍");
    lin.opens(&more).await.says("岚湾新区农业农村局").does_not_say("随单位调整划转");
    orders(&mut su, "merge", "岚湾新区农业农村局", fields).await;
    zheng.sends(half).await.answers(200);
    let page = lin.opens(&open).await;
    page.says("岚湾新区综合办公室").says("随单位调整划转").says("40%");
    lin.opens(&done).await.says("岚湾新区农业农村局");
    // What was closed is found under the successor, with the old unit's name.
    let id = unit(&mut lin, "岚湾新区综合办公室").await;
    lin.opens(&id).await.says("并入本单位的").says("岚湾新区农业农村局并入").says(ORDER);
    let id = id.rsplit('/').next().unwrap_or("").to_owned();
    lin.opens(&format!("/m/task_order?tab=all&unit={id}")).await.says("移交渔港码头").says("建立书屋台账");
    let offered = lin.opens("/m/task_order/new").await.form("/records").choices("责任单位");
    assert!(!offered.iter().any(|name| name.contains("农业农村局")), "{offered:?}");
    office.db_verify().await;
}

#[tokio::test]
async fn a_part_becomes_a_unit_of_its_own_with_what_was_chosen_and_the_rest_stays() {
    let (office, mut su) = office().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let task = tasks::underway(&mut lin, &mut zheng, "移交渔港码头", "农业农村局", "2026-03-31").await;
    let fields: Fields<'_> = &[
        ("单位名称", "岚湾新区海洋渔业局"),
        ("种类", "部门"),
        ("划走的人员", "郑海生"),
        ("划走的在办事项", "重点工作任务"),
        ("生效日", "2026-01-06"),
    ];
    orders(&mut su, "split", "岚湾新区农业农村局", fields).await;
    zheng.opens(&task).await.says("岚湾新区海洋渔业局");
    let href = unit(&mut su, "岚湾新区海洋渔业局").await;
    su.opens(&href).await.says("郑海生").says("从岚湾新区农业农村局分设").does_not_say("周启");
    zheng.takes("报进度", &task, &[("进度", "10"), ("进展情况", "已接手。")]).await;
    let from = unit(&mut su, "岚湾新区农业农村局").await;
    su.opens(&from).await.says("分出岚湾新区海洋渔业局").says(ORDER);
    office.db_verify().await;
}

#[tokio::test]
async fn what_is_decided_for_a_day_to_come_is_done_on_that_day_or_taken_back_before() {
    let (office, mut su) = office().await;
    let later: Fields<'_> = &[("单位名称", "南湾街道"), ("种类", "街道"), ("生效日", "2026-01-20")];
    orders(&mut su, "found", "岚湾新区", later).await.says("待生效");
    let page =
        orders(&mut su, "found", "岚湾新区", &[("单位名称", "大澳街道"), ("种类", "街道"), ("生效日", "2026-01-20")])
            .await;
    su.sends(page.form("撤回这项调整")).await.says("已撤回");
    su.opens("/units?q=街道").await.does_not_say("南湾街道");
    office.on("2026-01-20");
    office.tick().await;
    su.opens("/units?q=街道").await.says("南湾街道").does_not_say("大澳街道");
    su.opens("/units/orders").await.says("已执行").says("已撤回");
    office.db_verify().await;
}

#[tokio::test]
async fn what_the_rules_do_not_allow_is_refused_at_its_field_and_nothing_typed_is_lost() {
    let (office, mut su) = office().await;
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, "整治占道经营", "葵岭街道", "2026-03-31").await;
    let wrong: Fields<'_> = &[
        ("单位名称", "葵北社区二组"),
        ("种类", "部门"),
        ("统一社会信用代码", "91350100M000100Y44"),
        ("生效日", "2026-01-06"),
    ];
    let page = asks(&mut su, "found", "葵岭街道葵北社区", wrong).await;
    page.answers(422).says("“部门”不能设在“社区”下面").says("应为“3”");
    assert_eq!(page.form("看方案").typed("单位名称"), "葵北社区二组");
    asks(&mut su, "move", "葵岭街道", &[("新的上级单位", "葵北社区")]).await.answers(422).says("不能调到自己的下级去");
    asks(&mut su, "dissolve", "葵岭街道", &[]).await.answers(422).says("下级单位").says("没有办结的事项");
    asks(&mut su, "move", "葵岭街道葵北社区", &[("新的上级单位", "局")]).await.answers(422).says("可以指几个单位");
    let long = "长".repeat(5_000);
    asks(&mut su, "found", "岚湾新区", &[("单位名称", &long), ("种类", "部门")]).await.answers(422).says("最多60个字");
}

#[tokio::test]
async fn only_who_keeps_units_changes_them_and_only_their_own() {
    let office = Office::open().await;
    office.db_grants("li", "org_officer", "葵岭街道").await;
    let mut lin = office.sign_in("lin").await;
    lin.asks("/units/orders").await.answers(404);
    lin.asks("/units/orders/new?kind=found").await.answers(404);
    lin.asks("/choose/units?for=managed").await.answers(404);
    let mut li = office.sign_in("li").await;
    let offered = li.asks("/choose/units?for=managed&q=").await.json().to_string();
    assert!(offered.contains("葵岭街道葵北社区") && !offered.contains("农业农村局"), "{offered}");
    asks(&mut li, "found", "葵岭街道", &[("单位名称", "葵岭街道党政办"), ("种类", "科室"), ("上级单位", "农业农村局")])
        .await
        .answers(422);
    let strange = unit(&mut lin, "岚湾新区农业农村局").await;
    li.asks(&strange).await.answers(404);
}

#[tokio::test]
async fn after_any_history_of_reorganisations_the_figures_are_what_the_records_give() {
    for seed in [3, 11] {
        a_history(seed).await;
    }
}

/// What a history has to choose from.
struct Places {
    streets: Vec<String>,
    communities: Vec<String>,
}

impl Places {
    /// Leaves out those that are there no more.
    async fn look_again(&mut self, su: &mut Visitor) {
        for names in [&mut self.streets, &mut self.communities] {
            let mut there = Vec::new();
            for name in names.drain(..) {
                if su.opens(&format!("/units?q={name}")).await.links().iter().any(|(words, _)| *words == name) {
                    there.push(name);
                }
            }
            *names = there;
        }
    }
}

/// Tasks are given and become overdue while streets and communities are founded, moved, merged and split, on days gone
/// by too.
async fn a_history(seed: u64) {
    println!("seed {seed}");
    let (office, mut su) = office().await;
    let (mut lin, mut chance) = (office.sign_in("lin").await, Chance(seed));
    let mut places =
        Places { streets: vec!["葵岭街道".to_owned()], communities: vec!["葵岭街道葵北社区".to_owned()] };
    let (mut kinds, mut done) = (std::collections::BTreeSet::new(), 0);
    for turn in 0..20_u32 {
        let today = jiff::civil::Date::constant(2026, 1, 6).saturating_add(jiff::Span::new().days(i64::from(turn) * 3));
        office.on(&today.to_string());
        office.tick().await;
        let on = today.saturating_sub(jiff::Span::new().days(chance.next(5) as i64)).to_string();
        let pick = |chance: &mut Chance, from: &[String]| from[chance.next(from.len())].clone();
        let (street, other) = (pick(&mut chance, &places.streets), pick(&mut chance, &places.streets));
        let (community, next) = (pick(&mut chance, &places.communities), pick(&mut chance, &places.communities));
        let (new_street, new_community) = (format!("第{turn}街道"), format!("第{turn}社区"));
        let (kind, about, fields): (&str, &str, Vec<(&str, &str)>) = match chance.next(9) {
            0 => ("found", "岚湾新区", vec![("单位名称", &new_street), ("种类", "街道")]),
            1 => ("found", &street, vec![("单位名称", &new_community), ("种类", "社区")]),
            2 | 3 => ("move", &community, vec![("新的上级单位", &street)]),
            4 if places.communities.len() > 1 => ("merge", &community, vec![("并入到", &next)]),
            5 if places.streets.len() > 2 => ("merge", &street, vec![("并入到", &other)]),
            6 => {
                let takes = [("划走的下级单位", community.as_str()), ("划走的在办事项", "重点工作任务")];
                let href = unit(&mut su, &street).await;
                let of_street = su.opens(&href).await.text().contains(&community);
                let takes = &takes[usize::from(!of_street)..];
                ("split", &street, [&[("单位名称", new_street.as_str()), ("种类", "街道")], takes].concat())
            }
            _ => {
                a_task(&mut lin, turn, if chance.next(2) == 0 { &street } else { &community }, today).await;
                continue;
            }
        };
        let page = asks(&mut su, kind, about, &[&fields[..], &[("生效日", &on)]].concat()).await;
        if let Some(form) = page.find_form("按此方案办理") {
            su.sends(form).await.answers(200);
            kinds.insert(kind);
            done += 1;
            places.streets.push(new_street);
            places.communities.push(new_community);
        }
        places.look_again(&mut su).await;
        office.db_verify().await;
    }
    assert!(done > 5 && kinds.len() > 2, "only {done} reorganisations were done: {kinds:?}");
}

/// A task that will soon be overdue, and so stands in a stock.
async fn a_task(lin: &mut Visitor, turn: u32, unit: &str, today: jiff::civil::Date) {
    let (title, due) = (format!("第{turn}件"), today.saturating_add(jiff::Span::new().days(4)).to_string());
    let who = ["周启", "郑海生", "陈望"][turn as usize % 3];
    let fields = [
        ("任务名称", &*title),
        ("任务来源", "党工委重点工作"),
        ("责任单位", unit),
        ("完成时限", &due),
        ("责任人", who),
    ];
    let page = lin.tries_to_begin("task_order", &fields).await;
    lin.tries("下达任务书", &crate::harness::record_of(&page.url), &[]).await.answers(200);
}

#[tokio::test]
async fn units_come_from_a_workbook_once_and_go_again_while_nothing_hangs_on_them() {
    let (office, mut su) = office().await;
    let template = su.downloads("/units/imports/template.xlsx").await;
    assert_eq!(template.status, 200);
    let rows = [
        ["南湾街道", "街道", "岚湾新区", "南湾", "", "440309002", "", "", "2020-01-01"],
        ["渔港社区", "社区", "南湾街道", "", "", "440309002001", "", "", "2020年5月1日"],
        ["渔港一组", "居民小组", "渔港社区", "", "", "", "", "", ""],
        ["灯塔社区", "社区", "不存在街道", "", "", "", "", "", ""],
        ["塔下小组", "居民小组", "灯塔社区", "", "", "", "", "", ""],
        ["坏码局", "部门", "岚湾新区", "", "正处级", "", "91350100M000100Y44", "", ""],
    ];
    let titles = ["单位名称", "单位种类", "上级单位", "简称", "级别", "机构编码", "信用代码", "挂靠单位", "成立日期"];
    let bytes = workbook(&titles, &rows);
    let page = su.opens("/units/imports").await;
    let trial = su.sends(page.form("试读").with_file("", "单位.xlsx", &bytes)).await;
    trial.says("登记 3 个单位").says("不存在街道").says("这一行有问题").says("应为“3”");
    let marked =
        trial.all_links().into_iter().find(|(_, href)| href.ends_with("marked.xlsx")).expect("a marked workbook");
    assert_eq!(su.downloads(&marked.1).await.status, 200);
    su.sends(trial.form("登记 3 个单位")).await.says("登记了 3 个单位");
    su.opens("/units?q=yg").await.says("渔港社区").says("渔港一组");
    // Half of it again: what is there is known.
    let page = su.opens("/units/imports").await;
    let again = su.sends(page.form("试读").with_file("", "单位.xlsx", &bytes)).await;
    assert!(again.find_form("登记 3 个单位").is_none(), "{}", again.text());
    again.says("已登记");
    let export = su.downloads("/units/export.xlsx").await;
    let grids =
        documents::workbook_in::read(&export.bytes, documents::workbook_in::Limits::default()).expect("a workbook");
    assert!(format!("{grids:?}").contains("440309002001"));
    let page = su.opens("/units/imports").await;
    su.sends(page.form("撤销")).await.says("撤销了 3 个单位");
    su.opens("/units?q=渔港").await.does_not_say("渔港社区");
    office.db_verify().await;
    let mut lin = office.sign_in("lin").await;
    lin.asks("/units/imports").await.answers(404);
    lin.asks("/units/export.xlsx").await.answers(404);
}

fn workbook(titles: &[&str], rows: &[[&str; 9]]) -> Vec<u8> {
    use documents::workbook_out::{Column, ColumnKind, OutCell, Sheet, write};
    let columns = titles.iter().map(|title| Column { title: (*title).to_owned(), width: None, kind: ColumnKind::Text });
    let cell = |text: &&str| if text.is_empty() { OutCell::Empty } else { OutCell::Text((*text).to_owned()) };
    let rows: Vec<Vec<OutCell>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    write(Sheet { name: "单位".to_owned(), columns: columns.collect(), rows, stamp: String::new() }, &[])
        .expect("a workbook is written")
}

#[tokio::test]
async fn among_very_many_units_one_is_typed_and_the_server_says_what_may_be_meant() {
    let (office, mut su) = office().await;
    let names: Vec<String> = (1..=120).map(|number| format!("第{number}社区")).collect();
    let rows: Vec<[&str; 9]> =
        names.iter().map(|name| [name.as_str(), "社区", "葵岭街道", "", "", "", "", "", ""]).collect();
    let titles = ["单位名称", "单位种类", "上级单位", "简称", "级别", "机构编码", "信用代码", "挂靠单位", "成立日期"];
    let page = su.opens("/units/imports").await;
    let trial = su.sends(page.form("试读").with_file("", "社区.xlsx", &workbook(&titles, &rows))).await;
    su.sends(trial.form("登记 120 个单位")).await.says("登记了 120 个单位");
    let mut lin = office.sign_in("lin").await;
    let task = |unit: &'static str| {
        [("任务名称", "整治占道经营"), ("任务来源", "党工委重点工作"), ("责任单位", unit), ("完成时限", "2026-03-31")]
    };
    let refused = lin.tries_to_begin("task_order", &task("第1")).await;
    refused.answers(422).says("可以指几个单位").says("第1社区");
    assert_eq!(refused.form("/records").typed("责任单位"), "第1");
    let record = lin.begins("task_order", &task("第7社区")).await;
    lin.opens(&record).await.says("第7社区");
    let offered = lin.asks("/choose/units?for=task_order.draft.unit&q=d12").await.json().to_string();
    assert!(offered.contains("第12社区") && offered.contains("第120社区"), "{offered}");
}
