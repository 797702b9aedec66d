//! Is everybody counted once? Over units and months, after corrections, merges and when many act at once.
//! `task_order`, `person_file`.
//!
//! Never a sum of months where people are meant.

use tokio::task::JoinSet;

use super::people::{id, keeper};
use super::tasks;
use crate::harness::{Chance, Office, Visitor, record_of};

/// A task of which somebody takes responsibility.
async fn taken_on(lin: &mut Visitor, title: &str, unit: &str, who: &str) -> String {
    let record = tasks::drafted_with(lin, title, unit, "2026-12-31", &[("责任人", who)]).await;
    lin.takes("下达任务书", &record, &[]).await;
    record
}

/// How many people are responsible in a year, and in each of its months.
async fn responsible(lin: &mut Visitor) -> (String, Vec<String>) {
    let json = lin.asks("/api/v1/mechanisms/task_order/figures/responsible_people").await.json();
    let row = &json["whole"];
    let shown = |cell: &serde_json::Value| cell["shown"].as_str().unwrap_or("").to_owned();
    let months = row["cells"].as_array().unwrap_or_else(|| panic!("{json}")).iter().map(shown).collect();
    (shown(&row["total"]), months)
}

#[tokio::test]
async fn whoever_is_named_in_two_units_and_three_months_counts_once_in_each_and_once_in_all() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    taken_on(&mut lin, "移交渔港码头", "农业农村局", "周启").await;
    taken_on(&mut lin, "建立书屋台账", "组织人事局", "周启").await;
    office.on("2026-02-09");
    let wrong = taken_on(&mut lin, "编制水闸方案", "农业农村局", "郑海生").await;
    office.on("2026-03-09");
    taken_on(&mut lin, "核对驿站名册", "葵岭街道", "周启").await;
    assert_eq!(responsible(&mut lin).await, ("2".into(), vec!["1".into(), "1".into(), "1".into()]));
    office.db_verify().await;
    // It was somebody else: who was named wrongly no longer counts.
    let mut zhou = office.sign_in("zhou").await;
    zhou.takes("签收", &wrong, &[("责任人", "周启")]).await;
    assert_eq!(responsible(&mut lin).await, ("1".into(), vec!["1".into(), "1".into(), "1".into()]));
    office.db_verify().await;
}

/// Two files that look alike, so that the page of duplicates offers its form.
pub(super) async fn look_alikes(su: &mut Visitor) {
    for _ in 0..2 {
        let fields = [("姓名", "纪明轩"), ("出生年月", "1990-01"), ("所在单位", "岚湾新区农业农村局")];
        su.begins("person_file", &fields).await;
    }
}

#[tokio::test]
async fn two_files_of_one_human_count_once_and_twice_again_when_they_are_parted() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut su = keeper(&office).await;
    look_alikes(&mut su).await;
    let mut lin = office.sign_in("lin").await;
    let one = su.begins("person_file", &[("姓名", "何思源"), ("所在单位", "岚湾新区农业农村局")]).await;
    let other = su.begins("person_file", &[("姓名", "何思远"), ("所在单位", "岚湾新区农业农村局")]).await;
    let closed = taken_on(&mut lin, "移交渔港码头", "农业农村局", "何思源").await;
    lin.takes("撤销任务", &closed, &[("理由", "重复。")]).await;
    taken_on(&mut lin, "建立书屋台账", "组织人事局", "何思远").await;
    office.on("2026-02-08");
    taken_on(&mut lin, "编制水闸方案", "农业农村局", "何思远").await;
    assert_eq!(responsible(&mut lin).await, ("2".into(), vec!["2".into(), "1".into()]));
    let page = su.opens("/people/duplicates").await;
    let form = page.form("合并到这一份").forged("keep", id(&one)).forged("gone", id(&other));
    su.sends(form.with("理由", "同一人")).await.answers(200).says("已合并");
    assert_eq!(responsible(&mut lin).await, ("1".into(), vec!["1".into(), "1".into()]));
    office.db_verify().await;
    // What comes while they are one stays with the one that was kept.
    taken_on(&mut lin, "核对驿站名册", "葵岭街道", "何思源").await;
    let undo = su.opens("/people/duplicates").await.form("撤销合并").with("理由", "其实是两个人");
    su.sends(undo).await.answers(200).says("已撤销合并");
    assert_eq!(responsible(&mut lin).await, ("2".into(), vec!["2".into(), "2".into()]));
    office.db_verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_name_the_same_people_at_once_nobody_counts_anybody_twice() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let mut acts = JoinSet::new();
    for (at, place) in ["渔港", "水闸", "栈道", "泵站", "食堂", "书屋", "湿地", "驿站"].into_iter().enumerate()
    {
        let (unit, who) = [("农业农村局", "周启"), ("组织人事局", "郑海生"), ("葵岭街道", "周启")][at % 3];
        let title = format!("建立{place}管护台账");
        let record = tasks::drafted_with(&mut lin, &title, unit, "2026-03-31", &[("责任人", who)]).await;
        let mut one = office.sign_in("lin").await;
        acts.spawn(async move { one.takes("下达任务书", &record, &[]).await.status });
    }
    while let Some(status) = acts.join_next().await {
        assert_eq!(status.expect("nobody panics"), 200);
    }
    assert_eq!(responsible(&mut lin).await, ("2".into(), vec!["2".into()]));
    office.db_verify().await;
}

#[tokio::test]
async fn after_any_history_everybody_counts_once() {
    for seed in [5, 2026] {
        println!("seed {seed}");
        a_history(seed).await;
    }
}

/// From now on whoever is responsible for a dropped task does not count, and tasks are no longer told apart by where
/// they come from: what was begun counts as before.
pub(super) async fn rules_change(office: &Office) {
    let mut files = server::definitions::shipped();
    let file = files.iter_mut().find(|file| file.path.ends_with("task_order.kdl")).expect("task orders are shipped");
    let text = file.text.replace("at=\"下达日\" by=\"source\" unit=\"项\"", "at=\"下达日\" unit=\"项\"");
    let counted = "people=\"责任人\" when=\"非 为空(下达日)";
    file.text = text.replace(counted, &format!("{counted} 且 状态 ≠ 已撤销")).into();
    let ctx = office.db_ctx();
    let (definitions, problems) = app::office::read_definitions(files);
    assert!(problems.is_empty(), "{problems:?}");
    ctx.office.take_definitions(definitions, ctx.now).await.expect("the new definitions are taken");
}

/// A task is given, if the form is taken.
pub(super) async fn given(lin: &mut Visitor, title: &str, unit: &str, who: &str) -> Option<String> {
    let fields = [
        ("任务名称", title),
        ("任务来源", "党工委重点工作"),
        ("责任单位", unit),
        ("完成时限", "2026-12-31"),
        ("责任人", who),
    ];
    let page = lin.tries_to_begin("task_order", &fields).await;
    if page.status != 200 {
        return None;
    }
    let record = record_of(&page.url);
    lin.takes("下达任务书", &record, &[]).await;
    Some(record)
}

/// One of the files is put into another; not if the rules say no.
pub(super) async fn merged(su: &mut Visitor, chance: &mut Chance, files: &[String]) -> bool {
    let keep = chance.next(files.len());
    let gone = (keep + 1 + chance.next(files.len() - 1)) % files.len();
    let form = su.opens("/people/duplicates").await.form("合并到这一份");
    let form = form.forged("keep", id(&files[keep])).forged("gone", id(&files[gone])).with("理由", "同一人");
    su.sends(form).await.status == 200
}

/// What was put together last is taken apart, if anything was.
pub(super) async fn parted(su: &mut Visitor) {
    let page = su.opens("/people/duplicates").await;
    if let Some(form) = page.find_form("撤销合并") {
        su.sends(form.with("理由", "其实是两个人")).await;
    }
}

/// Tasks are given, handed to others and dropped, while files of people are merged and parted and the rules change.
async fn a_history(seed: u64) {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    look_alikes(&mut su).await;
    let (mut lin, mut chance) = (office.sign_in("lin").await, Chance(seed));
    let mut files = Vec::new();
    for name in ["何思源", "骆青禾", "温知行"] {
        files.push(su.begins("person_file", &[("姓名", name), ("所在单位", "岚湾新区农业农村局")]).await);
    }
    let mut records: Vec<String> = Vec::new();
    let mut merges = 0;
    for turn in 0..24_i64 {
        let today = jiff::civil::Date::constant(2026, 1, 10).saturating_add(jiff::Span::new().days(turn * 5));
        office.on(&today.to_string());
        if turn == 12 {
            rules_change(&office).await;
            office.minutes_pass(2);
            office.tick().await;
        }
        let unit = *chance.one(&["农业农村局", "组织人事局", "葵岭街道"]);
        // Whose file went into another's cannot be named any more.
        let offered = lin.opens("/m/task_order/new").await.form("/records").choices("责任人");
        let known = ["何思源", "骆青禾", "温知行", "周启"].into_iter();
        let who = *chance.one(&known.filter(|who| offered.iter().any(|it| it.contains(who))).collect::<Vec<_>>());
        match chance.next(6) {
            0 | 1 => records.extend(given(&mut lin, &format!("第{turn}件"), unit, who).await),
            2 if !records.is_empty() => {
                let record = chance.one(&records).clone();
                if lin.opens(&record).await.find_form("撤销任务").is_some() {
                    lin.takes("撤销任务", &record, &[("理由", "重复。")]).await;
                }
            }
            3 if !records.is_empty() => {
                let record = chance.one(&records).clone();
                let mut zhou = office.sign_in("zhou").await;
                let page = zhou.asks(&record).await;
                if page.status == 200 && page.find_form("签收").is_some() {
                    zhou.tries("签收", &record, &[("责任人", who)]).await;
                }
            }
            4 => merges += usize::from(merged(&mut su, &mut chance, &files).await),
            _ => parted(&mut su).await,
        }
        office.db_verify().await;
    }
    assert!(records.len() > 3 && merges > 0, "{} tasks, {merges} merges", records.len());
}
