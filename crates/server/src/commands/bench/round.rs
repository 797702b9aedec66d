//! Thousands apply and dozens review: how long until every application has its reviewers, none from its own unit?
//!
//! Never on a stage that somebody shared out before: the first press of the button is measured.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use app::commands::rounds::assigning;
use app::commands::upkeep::organisation::NewOrganisation;
use jiff::civil::Date;
use store::reviews::ReviewRow;

use super::acting::{begin, organise, person, take, typed, unit};
use super::measure::milliseconds;
use super::report::{Line, Report};
use crate::config::Config;
use crate::open;

const REVIEWERS: usize = 60;
/// Each application is read by so many: `star_entry`.
const EACH: usize = 2;
const HOST: &str = "host";
const CLERK: &str = "clerk";

/// Measures it with so many applications, in a database of its own.
pub(super) async fn measure(config: &Config, folder: &Path, entries: usize, report: &mut Report) -> anyhow::Result<()> {
    let file = folder.join("round.db");
    let office = open::office(&config.clone().with_database(format!("sqlite://{}", file.display()))).await?;
    let mut new = NewOrganisation { units: vec![unit("district", "测速区".to_owned(), None)], people: Vec::new() };
    new.people.push(person(HOST, &["round_officer"], (0, 0)));
    new.people.push(person(CLERK, &["unit_liaison"], (0, 0)));
    for at in 1..=REVIEWERS {
        new.units.push(unit("street", format!("第{at}街道"), Some(0)));
        new.people.push(person(&format!("reviewer{at}"), &["round_reviewer"], (at, 0)));
    }
    organise(&open::own_ctx(&office), &new).await?;
    let (host, clerk) = (open::ctx_of(&office, HOST).await?, open::ctx_of(&office, CLERK).await?);
    let units: Vec<String> = host.tree.units().iter().map(|unit| unit.id.to_string()).collect();
    let (opens, closes) = (moment(host.today.yesterday()?), moment(host.today.tomorrow()?));
    let fields = [
        ("title", "测速的评定"),
        ("unit", &units[0]),
        ("audience", &units[0]),
        ("opens_at", &opens),
        ("closes_at", &closes),
        ("notice_days", "5"),
    ];
    let round = begin(&host, "star_round", typed(&fields)).await?;
    take(&host, round, "call", typed(&[])).await?;
    let named = round.to_string();
    for at in 0..entries {
        let fields = [
            ("round", named.as_str()),
            ("title", &format!("第{}党群服务中心", at + 1)),
            ("unit", &units[1 + at % REVIEWERS]),
            ("area", "420"),
            ("staff", "4"),
            ("hours", "56"),
            ("case_for", "服务大厅和活动室全部开放。"),
        ];
        let entry = begin(&clerk, "star_entry", typed(&fields)).await?;
        take(&clerk, entry, "submit", typed(&[])).await?;
    }
    let began = Instant::now();
    let shared = open::in_words(&host, assigning::evenly(&host, round, "first").await)?;
    let took = began.elapsed();
    ensure!(shared.given == entries * EACH && shared.short == 0, "{entries}件，只分出{}份", shared.given);
    let mut conn = office.db.read().await?;
    let rows = store::reviews::of_round(&mut conn, round).await?;
    drop(conn);
    even(&rows)?;
    report.line(Line {
        name: format!("{entries}件申报分给{REVIEWERS}名评审人，每件{EACH}名，回避本单位"),
        english: format!(
            "{entries} applications shared out to {REVIEWERS} reviewers, {EACH} each, none to their own unit"
        ),
        ours: milliseconds(took),
        bare: String::new(),
        ratio: String::new(),
        budget: "≤ 1 s",
    });
    office.db.close().await;
    Ok(())
}

/// Everybody has as many to read as everybody else, or one more.
fn even(rows: &[ReviewRow]) -> anyhow::Result<()> {
    let mut loads = std::collections::BTreeMap::<_, usize>::new();
    rows.iter().for_each(|row| *loads.entry(row.reviewer).or_default() += 1);
    let (least, most) = (loads.values().min().context("没有人评")?, loads.values().max().context("没有人评")?);
    ensure!(loads.len() == REVIEWERS.min(rows.len()) && most - least <= 1, "分得不匀：{least}到{most}件");
    Ok(())
}

fn moment(day: Date) -> String {
    format!("{day}T09:00")
}
