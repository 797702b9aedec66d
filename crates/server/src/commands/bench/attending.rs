//! Hundreds stand at the door with their telephones: how long until all of them are on the list?
//!
//! Never by the list on the desk: everybody opens the code's address, types their name and digits, and waits for the answer.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use app::commands::attendance::code;
use app::commands::upkeep::organisation::NewOrganisation;
use kernel::ids::FieldId;
use tokio::task::JoinSet;

use super::acting::{begin, organise, person, take, typed, unit};
use super::browser::Browser;
use super::child::Server;
use super::measure::Times;
use super::report::{Line, Report};
use crate::config::Config;
use crate::open;

/// So many type at the same time.
const AT_ONCE: usize = 30;
const HOST: &str = "host";

/// Measures it with so many people, in a database of its own.
pub(super) async fn measure(config: &Config, folder: &Path, people: usize, report: &mut Report) -> anyhow::Result<()> {
    // The server below finds the key of the codes in this folder.
    let own = Config { data: folder.to_owned(), ..config.clone() };
    let own = own.with_database(format!("sqlite://{}", folder.join("attending.db").display()));
    let office = open::office(&own).await?;
    let units = vec![unit("district", "测速区".to_owned(), None)];
    let roles = ["org_officer", "branch_secretary"];
    organise(&open::own_ctx(&office), &NewOrganisation { units, people: vec![person(HOST, &roles, (0, 0))] }).await?;
    let host = open::ctx_of(&office, HOST).await?;
    let place = host.tree.units()[0].id.to_string();
    let names: Vec<(String, String)> = (0..people).map(|at| (name(at), format!("1990000{at:04}"))).collect();
    for (name, phone) in &names {
        let fields = [("title", name.as_str()), ("unit", &place), ("phone", phone)];
        let file = begin(&host, "person_file", typed(&fields)).await?;
        let mut role = typed(&[]);
        let cell = |field: &str, text: &str| (FieldId::from(field), text.to_owned());
        let row = vec![cell("kind", "party_member"), cell("unit", &place), cell("from_on", "2020-01-01")];
        role.rows.push((FieldId::from("roles"), vec![row]));
        take(&host, file, "identify", role).await?;
    }
    let host = open::ctx_of(&office, HOST).await?;
    let today = host.today.to_string();
    let fields = [("title", "测速的党员大会"), ("kind", "general"), ("unit", place.as_str()), ("held_on", &today)];
    let meeting = begin(&host, "branch_meeting", typed(&fields)).await?;
    take(&host, meeting, "notify", typed(&[])).await?;
    let server = Server::start(&own.database, &folder.display().to_string(), &[]).await?;
    let shown = open::in_words(&host, code::code(&host, meeting).await)?;
    ensure!(shown.counts.0 == people as i64, "名单上有{}人，应当有{people}人", shown.counts.0);
    let (path, names, port) = (Arc::new(format!("/attend/{}", shown.text)), Arc::new(names), server.port);
    let began = Instant::now();
    let mut crowd = JoinSet::new();
    for first in 0..AT_ONCE {
        let (path, names) = (path.clone(), names.clone());
        crowd.spawn(async move { in_turn(port, &path, names.iter().skip(first).step_by(AT_ONCE)).await });
    }
    let mut took = Times::default();
    while let Some(each) = crowd.join_next().await {
        each??.into_iter().for_each(|one| took.push(one));
    }
    let all = began.elapsed();
    drop(server);
    let came = open::in_words(&host, code::code(&host, meeting).await)?.counts.1;
    ensure!(came == people as i64, "{people}人签到，记下了{came}人");
    report.line(Line {
        name: format!("{people}人用手机扫码签到：全部签完；每人从扫码到“签到成功”，p50 / p99"),
        english: format!("{people} people sign in by code on telephones: all of them; each to the answer, p50 / p99"),
        ours: format!("{:.1} s; {}", all.as_secs_f64(), took.shown()),
        bare: String::new(),
        ratio: String::new(),
        budget: "≤ 180 s",
    });
    office.db.close().await;
    Ok(())
}

/// Some of them, one after the other.
async fn in_turn(
    port: u16,
    path: &str,
    names: impl Iterator<Item = &(String, String)>,
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for (name, phone) in names {
        let began = Instant::now();
        let mut browser = Browser::open(port).await?;
        ensure!(browser.page(path).await?.status == 200, "签到页打不开");
        let form = serde_urlencoded::to_string([("name", name.as_str()), ("digits", &phone[phone.len() - 4..])])?;
        let answer = browser.send(path, &form).await?;
        ensure!(String::from_utf8_lossy(&answer.body).contains("签到成功"), "{name}签到回答{}", answer.status);
        took.push(began.elapsed());
    }
    Ok(took)
}

/// Three hundred different names out of few signs.
fn name(at: usize) -> String {
    const SIGNS: [char; 10] = ['青', '禾', '明', '轩', '思', '源', '未', '央', '知', '夏'];
    let sign = |part: usize| SIGNS[at / 10_usize.pow(part as u32) % 10];
    format!("测{}{}{}", sign(2), sign(1), sign(0))
}
