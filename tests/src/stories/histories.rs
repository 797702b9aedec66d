//! Whatever happens in whatever order: is what is kept what happened? Random histories, from seeds that are told.
//! `task_order`, `supervision_order`, `person_file`.
//!
//! Never a history that cannot be told again: the same seed gives the same one.

use crate::harness::{Chance, Form, Office, Visitor, record_of};
use crate::world::PEOPLE;

use super::people::keeper;
use super::people_counted::{given, look_alikes, merged, parted, rules_change};
use super::{tasks, units};

#[tokio::test]
async fn after_any_history_the_journal_replays_to_the_records_and_the_figures_add_up() {
    for seed in [1, 7, 2026] {
        a_history(seed, 60).await;
    }
}

async fn a_history(seed: u64, steps: usize) {
    println!("seed {seed}");
    let office = Office::open().await;
    let mut chance = Chance(seed);
    let mut people = Vec::new();
    for (login, ..) in PEOPLE.iter().take(7) {
        people.push(office.sign_in(login).await);
    }
    for title in ["甲", "乙", "丙"] {
        let unit = *chance.one(&["农业农村局", "组织人事局", "葵岭街道"]);
        let due = *chance.one(&["2026-01-20", "2026-02-10", "2026-03-03"]);
        tasks::drafted(&mut people[0], title, unit, due).await;
    }
    let mut day = jiff::civil::Date::constant(2026, 1, 6);
    for _ in 0..steps {
        if chance.next(4) == 0 {
            day = day.saturating_add(jiff::Span::new().days(chance.next(6) as i64 + 1));
            office.on(&day.to_string());
            office.tick().await;
        }
        let who = chance.next(people.len());
        something(&mut people[who], &mut chance, day).await;
    }
    office.db_verify().await;
}

/// Everything at once: work, corrections, units that move, files of people that are one and two again, rules that
/// change and change back, months that are reported and accepted, and what comes late into them.
#[tokio::test]
async fn after_any_history_of_everything_the_figures_are_what_the_records_give() {
    for seed in [4, 19] {
        a_long_history(seed).await;
    }
}

async fn a_long_history(seed: u64) {
    println!("seed {seed}");
    let (office, mut chance) = (Office::open().await, Chance(seed));
    let mut su = keeper(&office).await;
    look_alikes(&mut su).await;
    let mut files = Vec::new();
    for name in ["何思源", "骆青禾", "温知行"] {
        files.push(su.begins("person_file", &[("姓名", name), ("所在单位", "岚湾新区农业农村局")]).await);
    }
    let mut people = Vec::new();
    for (login, ..) in PEOPLE.iter().take(7) {
        people.push(office.sign_in(login).await);
    }
    let mut happened = std::collections::BTreeMap::<&str, usize>::new();
    for turn in 0..48_i64 {
        let day = jiff::civil::Date::constant(2026, 1, 10).saturating_add(jiff::Span::new().days(turn * 2));
        office.on(&day.to_string());
        office.minutes_pass(2);
        office.tick().await;
        let (what, is_done) = match chance.next(12) {
            0..5 => {
                let who = chance.next(people.len());
                something(&mut people[who], &mut chance, day).await;
                ("step", true)
            }
            5 | 6 => {
                let (unit, who) =
                    (*chance.one(&["农业农村局", "组织人事局", "葵岭街道"]), *chance.one(&["周启", "郑海生"]));
                ("task", given(&mut people[0], &format!("第{turn}件"), unit, who).await.is_some())
            }
            7 => ("reorganisation", reorganised(&mut su, &mut chance, turn).await),
            8 => {
                parted(&mut su).await;
                ("merge", merged(&mut su, &mut chance, &files).await)
            }
            9 => {
                rules_turn(&office, &mut chance).await;
                ("rules", true)
            }
            10 => ("report", reported(&office, day).await),
            _ => ("exception", excepted(&office, day).await),
        };
        *happened.entry(what).or_default() += usize::from(is_done);
        if turn % 8 == 7 {
            office.db_verify().await;
        }
    }
    let kinds: Vec<_> = happened.iter().filter(|(_, times)| **times > 0).collect();
    assert!(kinds.len() > 5, "too little happened: {happened:?}");
}

/// A community is founded or moved, if the rules allow it.
async fn reorganised(su: &mut Visitor, chance: &mut Chance, turn: i64) -> bool {
    let name = format!("第{turn}社区");
    let page = match chance.next(2) {
        0 => units::asks(su, "found", "葵岭街道", &[("单位名称", &name), ("种类", "社区")]).await,
        _ => {
            let to = *chance.one(&["葵岭街道", "岚湾新区"]);
            units::asks(su, "move", "葵岭街道葵北社区", &[("新的上级单位", to)]).await
        }
    };
    match page.find_form("按此方案办理") {
        Some(form) => su.sends(form).await.status == 200,
        None => false,
    }
}

/// The rules change, or become again what they were.
async fn rules_turn(office: &Office, chance: &mut Chance) {
    if chance.next(2) == 0 {
        return rules_change(office).await;
    }
    let (definitions, problems) = app::office::read_definitions(server::definitions::shipped());
    assert!(problems.is_empty(), "{problems:?}");
    let ctx = office.db_ctx();
    ctx.office.take_definitions(definitions, ctx.now).await.expect("the shipped definitions are taken");
}

/// 农业农村局 reports the month before, and the level above accepts what there is to accept.
async fn reported(office: &Office, day: jiff::civil::Date) -> bool {
    let before = month_before(day);
    let grid = format!("/figures/seals?unit=00000000-0000-0000-0000-000000000103&period={before}");
    let (mut zheng, mut lin) = (office.sign_in("zheng").await, office.sign_in("lin").await);
    let Some(form) = zheng.opens(&grid).await.find_form("封存并报送") else { return false };
    let answer = zheng.sends(form).await;
    assert!(matches!(answer.status, 200 | 422), "{}", answer.text());
    if let Some(form) = lin.opens(&format!("/figures/seals?period={before}")).await.find_form("收下选中的") {
        let answer = lin.sends(form).await;
        assert!(matches!(answer.status, 200 | 422), "{}", answer.text());
    }
    true
}

/// 吴立群 lets 林书敏 change what was accepted for the month before, for some days.
async fn excepted(office: &Office, day: jiff::civil::Date) -> bool {
    let (mut wu, mut given) = (office.sign_in("wu").await, 0);
    let until = day.saturating_add(jiff::Span::new().days(9)).to_string();
    for href in wu.opens(&format!("/figures/seals?period={}", month_before(day))).await.hrefs("/figures/seals/") {
        let Some(form) = wu.asks(&href).await.find_form("批准例外") else { continue };
        let form = form.with("准许谁更改", "林书敏").with("例外理由", "补录").with("到哪天为止", &until);
        given += usize::from(wu.sends(form).await.status == 200);
    }
    given > 0
}

fn month_before(day: jiff::civil::Date) -> String {
    day.first_of_month().yesterday().expect("a day before").strftime("%Y-%m").to_string()
}

/// Somebody opens a record that they see and sends one of its forms, well or badly filled in.
async fn something(visitor: &mut Visitor, chance: &mut Chance, today: jiff::civil::Date) {
    let mut records = Vec::new();
    for register in ["/m/task_order?tab=all", "/m/supervision_order?tab=all"] {
        records.extend(visitor.asks(register).await.hrefs("/records/"));
    }
    if records.is_empty() {
        return;
    }
    let page = visitor.asks(&record_of(&records[chance.next(records.len())])).await;
    let names = page.forms_to("/steps/");
    if names.is_empty() {
        return;
    }
    let form = page.form(&names[chance.next(names.len())]);
    let answer = visitor.sends(filled(form, chance, today)).await;
    assert!(matches!(answer.status, 200 | 403 | 422), "{} answers {}", answer.url, answer.status);
}

fn filled(mut form: Form, chance: &mut Chance, today: jiff::civil::Date) -> Form {
    let later = today.saturating_add(jiff::Span::new().days(chance.next(40) as i64)).to_string();
    let offers: [(&str, &[&str]); 9] = [
        ("进度", &["0", "40", "100", "100", "很多"]),
        ("进展情况", &["正常。", "滞后。", ""]),
        ("申请延期至", &[&later, "2026-13-01"]),
        ("完成时限", &[&later]),
        ("理由", &["上级政策调整。", ""]),
        ("意见", &["同意。", ""]),
        ("答复", &["马上办。", ""]),
        ("承诺完成日", &[&later, ""]),
        ("佐证材料", &["清单.pdf"]),
    ];
    for (label, values) in offers {
        if form.has(label) {
            let value = *chance.one(values);
            form = form.with(label, value);
        }
    }
    form
}
