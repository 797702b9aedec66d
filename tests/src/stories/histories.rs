//! Whatever happens in whatever order: is what is kept what happened? Random histories, from seeds that are told.
//! `task_order`, `supervision_order`.
//!
//! Never a history that cannot be told again: the same seed gives the same one.

use crate::harness::{Chance, Form, Office, Visitor, record_of};
use crate::world::PEOPLE;

use super::tasks;

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
