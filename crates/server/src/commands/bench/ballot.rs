//! Hundreds vote on their telephones within a minute and the server dies meanwhile: is any vote lost or doubled?
//!
//! Never looks at a vote: it counts how many lie in the urn, and what was answered to those who voted.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use app::commands::ballots::admitting::{self, Way};
use app::commands::ballots::counting;
use app::commands::upkeep::organisation::NewOrganisation;
use app::office::Office;
use kernel::facts::Typed;
use kernel::ids::{FieldId, RecordId};
use tokio::task::JoinSet;

use super::acting::{begin, organise, person, take, typed, unit};
use super::browser::Browser;
use super::child::{self, Server};
use super::measure::Times;
use super::report::{Line, Report};
use crate::config::Config;
use crate::open;

/// So many stand with their telephones in their hands at once.
const AT_ONCE: usize = 100;
/// A vote is tried again after a moment where nobody answers.
const AGAIN: Duration = Duration::from_millis(50);
const PEOPLE: [(&str, &str); 3] = [("host", "ballot_host"), ("one", "ballot_teller"), ("other", "ballot_teller")];
const SPEAKERS: [&str; 6] = ["甲", "乙", "丙", "丁", "戊", "己"];

/// Measures a voting of so many voters in a database of its own.
pub(super) async fn measure(config: &Config, folder: &Path, voters: usize, report: &mut Report) -> anyhow::Result<()> {
    // The server below finds its keys in this folder, and so must whoever counts.
    let own = Config { data: folder.to_owned(), ..config.clone() };
    let own = own.with_database(format!("sqlite://{}", folder.join("ballot.db").display()));
    let office = open::office(&own).await?;
    let units = vec![unit("district", "测速区".to_owned(), None)];
    let people = PEOPLE.map(|(login, role)| person(login, &[role], (0, 0))).into();
    organise(&open::own_ctx(&office), &NewOrganisation { units, people }).await?;
    let voting = Voting::prepare(&office, voters).await?;
    let data = folder.display().to_string();
    let server = Server::start(&own.database, &data, &[]).await?;
    let port = server.port;
    let (slips, done) = (Arc::new(voting.slips.clone()), Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let mut crowd = JoinSet::new();
    for first in 0..AT_ONCE {
        crowd.spawn(vote_in_turn(port, slips.clone(), first, done.clone()));
    }
    while done.load(Ordering::SeqCst) < voters / 2 && began.elapsed() < Duration::from_secs(120) {
        child::wait(Duration::from_millis(5)).await;
    }
    // No warning: the process is gone in the middle of whatever it did.
    drop(server);
    let server = Server::start_at(port, &own.database, &data, &[]).await?;
    let mut took = Times::default();
    while let Some(each) = crowd.join_next().await {
        each??.into_iter().for_each(|one| took.push(one));
    }
    let all = began.elapsed();
    drop(server);
    let urn = voting.count(&office).await?;
    ensure!(urn == voters, "{voters}人投了票，票箱里有{urn}张");
    report.line(Line {
        name: format!("{voters}人用手机投票，服务中途被杀一次：全部投完；每人从扫码到收到“已收到”，p50 / p99"),
        english: format!(
            "{voters} voters on telephones, the server killed once: all votes in the urn, none twice; each from the \
             slip to the thanks, p50 / p99"
        ),
        ours: format!("{:.1} s; {}", all.as_secs_f64(), took.shown()),
        bare: String::new(),
        ratio: String::new(),
        budget: "≤ 60 s",
    });
    office.db.close().await;
    Ok(())
}

/// A voting that is open.
struct Voting {
    record: RecordId,
    slips: Vec<String>,
    words: [String; 2],
}

impl Voting {
    async fn prepare(office: &Arc<Office>, voters: usize) -> anyhow::Result<Self> {
        let [host, one, other] = PEOPLE.map(|(login, _)| login);
        let host = open::ctx_of(office, host).await?;
        let unit = host.tree.units().first().context("没有单位")?.id;
        let (unit, today) = (unit.to_string(), host.today.to_string());
        let fields = [("title", "测速用的测评"), ("kind", "live"), ("unit", &unit), ("held_on", &today)];
        let mut typed = typed(&fields);
        let speaker = |name: &&str| vec![(FieldId::from("name"), (*name).to_owned())];
        typed.rows.push((FieldId::from("speaker"), SPEAKERS.iter().map(speaker).collect()));
        let record = begin(&host, "duty_report", typed).await?;
        let way = Way::Slips(voters);
        let slips = open::in_words(&host, admitting::admit(&host, record, "masses", &way).await)?;
        let mut words = [String::new(), String::new()];
        for (teller, word) in [one, other].into_iter().zip(&mut words) {
            let teller = open::ctx_of(office, teller).await?;
            *word = open::in_words(&teller, admitting::draw(&teller, record).await)?;
        }
        take(&host, record, "begin", Typed::default()).await?;
        Ok(Self { record, slips, words })
    }

    /// Closes the voting and opens the urn; gives how many votes lay in it. That nobody voted twice is checked by the
    /// count itself: it refuses an urn that does not agree with the list.
    async fn count(&self, office: &Arc<Office>) -> anyhow::Result<usize> {
        let host = open::ctx_of(office, PEOPLE[0].0).await?;
        take(&host, self.record, "close", Typed::default()).await?;
        let [one, other] = &self.words;
        open::in_words(&host, counting::count(&host, self.record, [one, other]).await)?;
        let mut conn = office.db.read().await?;
        Ok(store::ballots::envelopes(&mut conn, self.record).await?.len())
    }
}

/// Every hundredth slip from one on, one after the other, each until it is thanked for.
async fn vote_in_turn(
    port: u16,
    slips: Arc<Vec<String>>,
    first: usize,
    done: Arc<AtomicUsize>,
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for (at, slip) in slips.iter().enumerate().skip(first).step_by(AT_ONCE) {
        let began = Instant::now();
        let mark = format!("bench-vote-number-{at:06}");
        while vote(port, slip, &mark).await.is_err() {
            ensure!(began.elapsed() < Duration::from_secs(120), "第{at}张票两分钟也没有投成");
            child::wait(AGAIN).await;
        }
        took.push(began.elapsed());
        done.fetch_add(1, Ordering::SeqCst);
    }
    Ok(took)
}

/// Opens the paper, looks over the vote and sends it, as a telephone does; the same mark makes a second try the same vote.
async fn vote(port: u16, slip: &str, mark: &str) -> anyhow::Result<()> {
    let path = format!("/vote/{}", slip.replace('-', ""));
    let mut browser = Browser::open(port).await?;
    let paper = browser.page(&path).await?;
    let answers: String = (0..SPEAKERS.len()).map(|at| format!("&a.{at}.0={}", (at + mark.len()) % 4)).collect();
    if paper.status == 200 {
        let looked = browser.send(&path, &format!("mark={mark}&do=check{answers}")).await?;
        ensure!(looked.status == 200, "核对回答{}", looked.status);
    }
    let sent = browser.send(&path, &format!("mark={mark}&do=cast{answers}")).await?;
    ensure!(
        sent.status == 200 && String::from_utf8_lossy(&sent.body).contains("已收到你的票"),
        "投票回答{}",
        sent.status
    );
    Ok(())
}
