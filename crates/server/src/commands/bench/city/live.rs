//! The same city in the database: what it takes to make all figures anew from the records, to keep them, to read them.
//!
//! Records are written by the store's functions for many rows at once and not by steps: only the bench may do that.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use app::Ctx;
use app::cells::reading::{self, Ask, Days, Place};
use app::commands::batches::act;
use app::commands::steps::{self, StartRecord, TakeStep};
use app::commands::upkeep::organisation::{self, NewOrganisation, NewPerson, NewUnit};
use app::office::Office;
use app::records;
use jiff::civil::{Date, date};
use kernel::catalog::{Figure, Mechanism};
use kernel::facts::Typed;
use kernel::ids::{FieldId, PersonId, RecordId, RoleId, StateId, StepId, UnitId, UnitKind};
use kernel::record::Record;
use kernel::value::{Facts, Month, Value};
use rust_decimal::Decimal;
use store::people::PersonRow;
use uuid::Uuid;

use super::rows::{Dice, FIGURES, MONTHS, units};
use crate::commands::bench::browser::Browser;
use crate::commands::bench::child::{self, Server};
use crate::commands::bench::measure::{self, Times};
use crate::config::Config;
use crate::{open, print};

const ACTIVITY: &str = include_str!("../../../../bench/city.kdl");
const PLAIN: &str = include_str!("../../../../bench/plain.kdl");
const COUNTED: &str = include_str!("../../../../bench/counted.kdl");

/// The figures that count activities, beside [`FIGURES`] that count people.
const COUNTS: u32 = 20;
/// How many take part in one activity.
const TOGETHER: u32 = 50;
/// Records and people written in one go.
const AT_ONCE: usize = 2_000;
/// Who takes the steps.
const OFFICER: &str = "whole";
/// The activities are of so many mechanisms, so that the page of one shows as many figures as a person looks at.
const PARTS: u32 = 5;
/// How many figures are read at once, over how many months.
const SHOWN: usize = 20;

/// A city in a database of its own.
pub(super) struct Live {
    config: Config,
    office: Arc<Office>,
    units: Vec<UnitId>,
    /// How often somebody took part in something.
    pub(super) times: usize,
}

/// Somebody took part in an activity.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) record: u32,
    pub(super) kind: u32,
    pub(super) month: u32,
    pub(super) unit: u32,
    pub(super) person: u32,
}

/// What making all figures anew took.
pub(super) struct Remade {
    pub(super) took: Duration,
    /// The most memory that the process held itself, in MB.
    pub(super) memory: f64,
}

/// How much is kept.
pub(super) struct Size {
    /// Cells of units with all below them.
    pub(super) cells: usize,
    /// Days at units themselves.
    pub(super) days: usize,
    /// The whole database file.
    pub(super) megabytes: f64,
}

impl Live {
    /// A city in which so many people took part about so many times; with the lines as DuckDB gets them.
    pub(super) async fn make(config: &Config, people: u32, times: usize) -> anyhow::Result<(Self, Vec<Line>)> {
        let folder = config.data.join(format!("city-{times}"));
        let definitions = folder.join("definitions").join("supervision");
        std::fs::create_dir_all(&definitions).context("建不了测速的文件夹")?;
        for part in 0..PARTS {
            let text = ACTIVITY.replace("\"bench_activity\"", &format!("\"{}\"", name(part)));
            let text = text.replace("测速活动", &format!("测速活动{part}")).replace("// FIGURES", &figures(part));
            std::fs::write(definitions.join(format!("{}.kdl", name(part))), text)?;
        }
        std::fs::write(definitions.join("bench_plain.kdl"), PLAIN)?;
        std::fs::write(definitions.join("bench_counted.kdl"), COUNTED)?;
        let config = Config { definitions: Some(folder.join("definitions")), ..config.clone() };
        let config = config.with_database(format!("sqlite://{}", folder.join("city.db").display()));
        print::line(format_args!("正在准备{times}人次的城市……"));
        let office = open::office(&config).await?;
        organise(&open::own_ctx(&office)).await?;
        let units: Vec<UnitId> = office.tree().units().iter().map(|unit| unit.id).collect();
        db_people(&office, people, &units).await?;
        let live = Self { config, office, units, times };
        let lines = live.db_records(people).await?;
        live.office.db.analyze().await?;
        Ok((live, lines))
    }

    async fn db_records(&self, people: u32) -> anyhow::Result<Vec<Line>> {
        let ctx = open::own_ctx(&self.office);
        let mechanisms = mechanisms(&ctx)?;
        let of = |record: &Record| mechanisms.iter().find(|it| it.id == record.mechanism).context("没有测速的机制");
        let above = units();
        let mut dice = Dice(0x5eed);
        let mut lines = Vec::with_capacity(self.times);
        let count = self.times / TOGETHER as usize;
        let mut at = 0;
        while at < count {
            let some: Vec<Record> = (at..count.min(at + AT_ONCE))
                .map(|at| self.record(&mechanisms, at, (&mut dice, people, &above), &mut lines))
                .collect();
            let row = |it| Ok((records::row(&ctx, of(it)?, it), records::words(of(it)?, it)));
            let rows = some.iter().map(row).collect::<anyhow::Result<Vec<_>>>()?;
            let mut tx = self.office.db.begin_long().await?;
            store::records::insert_many(&mut tx, &rows).await?;
            tx.commit().await?;
            at += some.len();
        }
        Ok(lines)
    }

    /// An activity of some unit: most who come live there, some in the unit above, a few anywhere.
    fn record(
        &self,
        mechanisms: &[Arc<Mechanism>],
        at: usize,
        (dice, people, above): (&mut Dice, u32, &[u32]),
        lines: &mut Vec<Line>,
    ) -> Record {
        let unit = dice.below(self.units.len() as u32);
        let (kind, month) = (dice.below(FIGURES).min(dice.below(FIGURES)), dice.below(MONTHS));
        let held_on = day(month, dice.below(28));
        let mechanism = &mechanisms[(kind / (FIGURES / PARTS)) as usize];
        let home = people / self.units.len() as u32;
        let mut present: Vec<u32> = (0..TOGETHER)
            .map(|_| match dice.below(100) {
                0..85 => unit * home + dice.below(home),
                85..95 => above[unit as usize] * home + dice.below(home),
                _ => dice.below(people),
            })
            .collect();
        present.sort_unstable();
        present.dedup();
        lines.extend(present.iter().map(|person| Line { record: at as u32, kind, month, unit, person: *person }));
        let title = format!("第{at}场活动");
        let mut facts = Facts::default();
        let mut put = |field: &str, value: Value| facts.put(&FieldId::from(field), Some(value));
        put("title", Value::Text(title.clone()));
        put("unit", Value::Unit(self.units[unit as usize]));
        put("kind", Value::Whole(i64::from(kind)));
        put("held_on", Value::Day(held_on));
        put("people", Value::People(present.into_iter().map(person).collect()));
        Record {
            id: RecordId(id(0xa, at as u64)),
            mechanism: mechanism.id.clone(),
            definition: mechanism.hash.clone(),
            number: None,
            title,
            state: StateId::from("filed"),
            unit: self.units[unit as usize],
            facts,
            opened_on: held_on,
            closed_on: Some(held_on),
            version: 2,
            holder: None,
            deadlines: Vec::new(),
            batch: None,
            past_units: Vec::new(),
            flow: Default::default(),
            turnout: Default::default(),
            book: Default::default(),
            tally: None,
            receipts: Default::default(),
        }
    }

    /// Makes all figures anew from the records, in a process of its own.
    pub(super) async fn rebuild(&self) -> anyhow::Result<Remade> {
        let definitions = self.config.definitions.as_ref().context("测速没有定义")?;
        let began = Instant::now();
        let mut process = Command::new(std::env::current_exe()?)
            .args(["rebuild", "figures", "--log", "error", "--database", &self.config.database])
            .arg("--definitions")
            .arg(definitions)
            .arg("--data")
            .arg(&self.config.data)
            .stdout(Stdio::null())
            .spawn()
            .context("起不来要测的重算")?;
        let mut memory: f64 = 0.0;
        loop {
            if let Some(status) = process.try_wait()? {
                ensure!(status.success(), "重算没有完成：{status}");
                return Ok(Remade { took: began.elapsed(), memory });
            }
            memory = memory.max(measure::resident(process.id()).map_or(0.0, |it| it.own));
            child::wait(Duration::from_millis(20)).await;
        }
    }

    /// What is kept of the figures, and the sum of the different people of all figures, months and units.
    pub(super) async fn kept(&self) -> anyhow::Result<(Size, i64)> {
        let mut conn = self.office.db.read().await?;
        let file = store_file(&self.config)?;
        let (mut size, mut people) = (Size { cells: 0, days: 0, megabytes: file.len() as f64 / 1e6 }, 0);
        for figure in store::figures::kept(&mut conn).await? {
            let all = store::figures::all_of(&mut conn, &figure).await?;
            size.cells += all.cells.len();
            size.days += all.days.len();
            if figure.as_str().contains(".people_") {
                // A month has a cell of its own, beside those that tell when somebody was there before.
                let months = all.cells.iter().filter(|cell| Month::parse(&cell.key.period).is_some());
                people += months.map(|cell| cell.numerator).sum::<i64>();
            }
        }
        Ok((size, people))
    }

    /// The page of the figures of one mechanism over a year, for one unit after the other: how many figures it shows,
    /// and how long it took from the question to the last byte.
    pub(super) async fn pages(&self, times: usize) -> anyhow::Result<(usize, Times)> {
        let ctx = open::own_ctx(&self.office);
        let shown = mechanisms(&ctx)?.first().map_or(0, |it| it.figures.len());
        let definitions = self.config.definitions.as_ref().context("测速没有定义")?.display().to_string();
        let data = self.config.data.display().to_string();
        let server = Server::start(&self.config.database, &data, &["--definitions", &definitions]).await?;
        let mut browser = Browser::open(server.port).await?;
        browser.sign_in(OFFICER, &OFFICER.repeat(4)).await?;
        let (mut took, mut dice) = (Times::default(), Dice(0xda5b));
        for at in 0..times + 10 {
            let unit = self.any(at, &mut dice);
            let path = format!("/m/{}/figures?unit={unit}&period=2025", name(0));
            let began = Instant::now();
            let answer = browser.page(&path).await?;
            ensure!(answer.status == 200, "{path} 回答{}", answer.status);
            // The first fill caches and are not counted.
            if at >= 10 {
                took.push(began.elapsed());
            }
        }
        Ok((shown, took))
    }

    /// The cells of some figures over twelve months, for one unit after the other.
    pub(super) async fn dashboards(&self, times: usize) -> anyhow::Result<Times> {
        let ctx = open::own_ctx(&self.office);
        let mechanisms = mechanisms(&ctx)?;
        let all = || mechanisms.iter().flat_map(|it| it.figures.iter().map(move |figure| (&**it, figure)));
        let is_people = |it: &(&Mechanism, &Figure)| it.1.id.as_str().starts_with("people_");
        let people = all().filter(is_people).step_by(10);
        let figures = people.chain(all().filter(|it| !is_people(it))).take(SHOWN).collect();
        let spans = (12..24).map(|month| Days { from: day(month, 0), until: day(month, 0).last_of_month() }).collect();
        let mut ask = Ask { figures, places: Vec::new(), spans, by: None };
        let (mut took, mut dice) = (Times::default(), Dice(0xda5b));
        for at in 0..times {
            ask.places = vec![Place::Unit(self.any(at, &mut dice))];
            let began = Instant::now();
            let mut conn = self.office.db.read().await?;
            reading::amounts(&ctx, &mut conn, &ask).await?;
            took.push(began.elapsed());
        }
        Ok(took)
    }

    /// The whole city and its largest parts come up as often as anything else.
    fn any(&self, at: usize, dice: &mut Dice) -> UnitId {
        if at.is_multiple_of(2) { self.units[dice.below(self.units.len() as u32) as usize] } else { self.large(at) }
    }

    /// One of the units at the top.
    fn large(&self, at: usize) -> UnitId {
        let tree = self.office.tree();
        let large: Vec<UnitId> = tree.units().iter().filter(|unit| unit.depth <= 1).map(|unit| unit.id).collect();
        large[at / 2 % large.len()]
    }

    /// How many different people took part in one figure over the first year, in a unit with all below it.
    pub(super) async fn year(&self, unit: u32) -> anyhow::Result<(i64, Times)> {
        let ctx = open::own_ctx(&self.office);
        let mechanisms = mechanisms(&ctx)?;
        let figures = vec![(&*mechanisms[0], &mechanisms[0].figures[7])];
        let spans = vec![Days { from: day(0, 0), until: day(11, 0).last_of_month() }];
        let ask = Ask { figures, places: vec![Place::Unit(self.units[unit as usize])], spans, by: None };
        let (mut took, mut people) = (Times::default(), 0);
        for _ in 0..200 {
            let began = Instant::now();
            let mut conn = self.office.db.read().await?;
            people = reading::amounts(&ctx, &mut conn, &ask).await?.of(0, 0, 0).numerator;
            took.push(began.elapsed());
        }
        Ok((people, took))
    }

    /// A step that no figure minds, and one that ten figures mind, in turn.
    pub(super) async fn upkeep(&self, times: usize) -> anyhow::Result<(Times, Times)> {
        let actor = open::ctx_of(&self.office, OFFICER).await?;
        let deepest = self.office.tree().units().iter().max_by_key(|unit| unit.depth).map(|unit| unit.id);
        let unit = deepest.context("没有单位")?;
        let (mut plain, mut counted) = (Times::default(), Times::default());
        let both = [start(&actor, "bench_plain", unit).await?, start(&actor, "bench_counted", unit).await?];
        for at in 0..times {
            for (record, into) in both.into_iter().zip([&mut plain, &mut counted]) {
                let mut typed = Typed::default();
                typed.put("amount", Decimal::from(at as u64 + 1).to_string());
                let began = Instant::now();
                take(&actor, record, typed).await?;
                into.push(began.elapsed());
            }
        }
        Ok((plain, counted))
    }

    /// Leaves the database.
    pub(super) async fn close(self) {
        self.office.db.close().await;
    }
}

async fn start(ctx: &Ctx, mechanism: &str, unit: UnitId) -> anyhow::Result<RecordId> {
    let mut typed = Typed::default();
    typed.put("title", "测速用");
    typed.put("unit", unit.to_string());
    typed.put("on", ctx.today.to_string());
    let form = StartRecord { mechanism: mechanism.to_owned(), typed, ..Default::default() };
    open::in_words(ctx, steps::start(ctx, form).await)
}

async fn take(ctx: &Ctx, record: RecordId, typed: Typed) -> anyhow::Result<()> {
    let step = StepId::from("set");
    let form = TakeStep { record, version: None, step, typed, opinion: None, reason: None, key: None };
    open::in_words(ctx, steps::take(ctx, form).await)
}

/// The mechanism of a part of the activities.
fn name(part: u32) -> String {
    format!("bench_activity_{part}")
}

fn mechanisms(ctx: &Ctx) -> anyhow::Result<Vec<Arc<Mechanism>>> {
    let one = |part| ctx.catalog().mechanism(&name(part)).cloned().context("没有测速的机制");
    (0..PARTS).map(one).collect()
}

/// The figures of a part of the activities: of people by kind, and of activities by kind.
fn figures(part: u32) -> String {
    let of = |all: u32| part * (all / PARTS)..(part + 1) * (all / PARTS);
    let one = |id: String, name: String, how: String, kind: u32| {
        let example = format!("example {{ record kind={kind} held_on=\"2026-01-08\" people=\"韩青\"; gives \"1\" }}");
        format!("    figure \"{id}\" \"{name}\" {how} {{ words \"测速用\"; {example} }}\n")
    };
    let people = of(FIGURES).map(|kind| {
        let how = format!("people=\"参加人\" when=\"类号 = {kind}\" at=\"举行日\" unit=\"人\"");
        one(format!("people_{kind}"), format!("参加第{kind}类活动的人数"), how, kind)
    });
    let counts = of(COUNTS).map(|kind| {
        let (from, until) = (kind * 5, kind * 5 + 4);
        let how = format!("count=\"类号 >= {from} 且 类号 <= {until}\" at=\"举行日\" unit=\"场\"");
        one(format!("count_{kind}"), format!("第{from}至{until}类活动场数"), how, from)
    });
    people.chain(counts).collect::<String>().trim_start().to_owned()
}

async fn organise(ctx: &Ctx) -> anyhow::Result<()> {
    let above = units();
    let kind = |at: usize| UnitKind::from(if at == 0 { "district" } else { "street" });
    let one = |(at, over): (usize, &u32)| NewUnit {
        kind: kind(at),
        name: format!("测速单位{at}"),
        short_name: None,
        pinyin: None,
        code: None,
        level: None,
        credit_code: None,
        parent: (at > 0).then_some(*over as usize),
        of: Vec::new(),
    };
    let mut new = NewOrganisation { units: above.iter().enumerate().map(one).collect(), people: Vec::new() };
    new.people.push(NewPerson {
        name: OFFICER.to_owned(),
        pinyin: None,
        post_name: None,
        unit: 0,
        login: Some(OFFICER.to_owned()),
        roles: vec![RoleId::from("supervisor")],
        over: 0,
    });
    let hash = ctx.office.hashing.hash(OFFICER.repeat(4)).await?;
    Ok(organisation::set_up(ctx, &new, &|_| hash.clone(), false).await?)
}

/// The people of the city, each at home in a unit.
async fn db_people(office: &Arc<Office>, people: u32, units: &[UnitId]) -> anyhow::Result<()> {
    let home = people / units.len() as u32;
    if home == 0 {
        bail!("人比单位还少");
    }
    let (ctx, all) = (open::own_ctx(office), (0..people).collect::<Vec<_>>());
    for some in all.chunks(AT_ONCE * 10) {
        let row = |number: &u32| PersonRow {
            id: person(*number),
            name: format!("居民{number}"),
            pinyin: "jm".to_owned(),
            post_name: None,
            unit: units.get((number / home) as usize).copied(),
        };
        let mut tx = office.db.begin_long().await?;
        store::people::insert_many(&mut tx, &some.iter().map(row).collect::<Vec<_>>()).await?;
        act(&ctx, &mut tx, "set_up", serde_json::json!({ "people": some.len() })).await?;
        tx.commit().await?;
    }
    office.read_tree().await.context("读不了单位和人员")
}

fn person(number: u32) -> PersonId {
    PersonId(id(0xb, u64::from(number)))
}

/// Ids as they are made, and the same at every run.
fn id(kind: u128, number: u64) -> Uuid {
    let milliseconds = 1_700_000_000_000_u128 + u128::from(number);
    Uuid::from_u128(milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | kind << 40 | u128::from(number))
}

fn store_file(config: &Config) -> anyhow::Result<std::fs::Metadata> {
    let file = open::sqlite_file(&config.database).context("测速只用 SQLite 文件")?;
    std::fs::metadata(file).context("读不了测速的数据库文件")
}

/// A day of a month of the two years.
fn day(month: u32, day: u32) -> Date {
    let month = Month::of(date(2024, 1, 1)).plus(month as i32);
    month.first_day().saturating_add(jiff::Span::new().days(i64::from(day)))
}

/// Where the lines are put for DuckDB, with the unit above each.
pub(super) fn columns(folder: &Path, lines: &[Line]) -> anyhow::Result<()> {
    let put = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).context("存不下要比的数据");
    put("record", lines.iter().flat_map(|it| it.record.to_le_bytes()).collect())?;
    put("figure", lines.iter().map(|it| it.kind as u8).collect())?;
    put("month", lines.iter().map(|it| it.month as u8).collect())?;
    put("unit", lines.iter().flat_map(|it| (it.unit as u16).to_le_bytes()).collect())?;
    put("person", lines.iter().flat_map(|it| it.person.to_le_bytes()).collect())?;
    super::ways(folder, &units())
}
