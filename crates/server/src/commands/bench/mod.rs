//! `zugong bench`: how fast, against what the machine could do at best, side by side in one run.
//!
//! Never on a real database: it makes its own, in a folder of its own, and takes it away.

mod acting;
mod assessment;
mod attending;
mod measure;
mod browser;
mod district;
mod child;
mod lists;
mod steps;
mod import;
mod ballot;
mod city;
mod report;
mod round;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use app::Ctx;
use app::office::Office;
use clap::Args;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::{open, print};
use report::{Line, Report};

/// Options of `zugong bench`.
#[derive(Args, Debug)]
pub struct Bench {
    #[arg(
        long,
        value_name = "件数",
        help_heading = "选项",
        help = "用多少件事项来量，可写多次；默认 100000 和 1000000"
    )]
    records: Vec<usize>,
    #[arg(long, help_heading = "选项", help = "少量数据、少量次数，只看能不能跑")]
    quick: bool,
    #[arg(long, help_heading = "选项", help = "只量一座城市的数字，不量页面和步骤")]
    city: bool,
    #[arg(
        long,
        value_name = "人次",
        help_heading = "选项",
        help = "城市里有多少人次，从小到大，可写多次；默认 50000、500000 和 5000000"
    )]
    lines: Vec<usize>,
    #[arg(
        long,
        value_name = "文件",
        help_heading = "选项",
        help = "结果写到哪个文件；默认 docs/PERFORMANCE.md（只在发布版）"
    )]
    out: Option<PathBuf>,
}

/// How much is done.
struct Scale {
    records: Vec<usize>,
    views: usize,
    seconds: u64,
    import_rows: usize,
    voters: usize,
    attending: usize,
    applications: usize,
    people: u32,
    times: usize,
    cities: Vec<usize>,
}

impl Bench {
    /// Measures everything and prints the table.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let is_debug = cfg!(debug_assertions);
        if is_debug {
            print::line("注意：这是调试版，数字没有意义；请用 cargo build --release 编译后再量。");
        }
        let mut scale = self.scale();
        if !self.lines.is_empty() {
            scale.cities.clone_from(&self.lines);
        }
        let folder = config.data.join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
        let mut report = Report::default();
        let mut done = Ok(());
        if !self.city {
            done = measure_all(&config, &folder, &scale, &mut report).await;
        }
        if done.is_ok() {
            let own = Config { data: folder.clone(), ..config.clone() };
            done = city::measure_live(&own, scale.people, &scale.cities, &mut report).await;
        }
        if done.is_ok() {
            done = city::measure(&folder, scale.people, scale.times, &mut report);
        }
        // The folder is this run's own; what is left of it is of no use.
        let _ = std::fs::remove_dir_all(&folder);
        report.print();
        done?;
        let out = self.out.or_else(|| usual_place(is_debug || self.quick || self.city));
        if let Some(out) = out {
            report.write(&out, SystemClock.today())?;
            print::line(format_args!("已写 {}", out.display()));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn scale(&self) -> Scale {
        let records = match (self.records.is_empty(), self.quick) {
            (false, _) => self.records.clone(),
            (true, true) => vec![5_000],
            (true, false) => vec![100_000, 1_000_000],
        };
        match self.quick {
            true => Scale {
                records,
                views: 200,
                seconds: 1,
                import_rows: 2_000,
                voters: 50,
                attending: 60,
                applications: 120,
                people: 20_000,
                times: 100_000,
                cities: vec![5_000, 20_000],
            },
            false => Scale {
                records,
                views: 10_000,
                seconds: 10,
                import_rows: 100_000,
                voters: 500,
                attending: 300,
                applications: 2_000,
                people: 500_000,
                times: 5_000_000,
                cities: vec![50_000, 500_000, 5_000_000],
            },
        }
    }
}

fn usual_place(is_of_no_meaning: bool) -> Option<PathBuf> {
    let docs = Path::new("docs");
    (!is_of_no_meaning && docs.is_dir()).then(|| docs.join("PERFORMANCE.md"))
}

async fn measure_all(config: &Config, folder: &Path, scale: &Scale, report: &mut Report) -> anyhow::Result<()> {
    let mut smallest: Option<lists::Lists> = None;
    for (at, count) in scale.records.iter().enumerate() {
        let file = folder.join(format!("{count}.db"));
        let own = config.clone().with_database(format!("sqlite://{}", file.display()));
        let office = make(&own, *count).await?;
        // What was written for the measurement shall not go to the disk during it.
        std::fs::File::open(&file).and_then(|file| file.sync_all()).context("存不下准备好的数据")?;
        let ctx = open::own_ctx(&office);
        let server = child::Server::start(&own.database, &folder.display().to_string(), &[]).await?;
        report.line(Line {
            name: format!("从启动到第一页，{count}件"),
            english: format!("start to first page, {count} records"),
            ours: measure::milliseconds(server.first_page),
            bare: String::new(),
            ratio: String::new(),
            budget: "≤ 500 ms",
        });
        let pages = lists::measure(&ctx, &server, *count, scale.views, report).await?;
        drop(server);
        match &smallest {
            Some(smaller) => pages.against(smaller, report),
            None => smallest = Some(pages),
        }
        if at == 0 {
            assessment::measure(report);
            steps::measure(&ctx, scale.seconds, report).await?;
            import::measure(&ctx, scale.import_rows, report).await?;
        }
        office.db.close().await;
    }
    ballot::measure(config, folder, scale.voters, report).await?;
    attending::measure(config, folder, scale.attending, report).await?;
    round::measure(config, folder, scale.applications, report).await
}

/// A database of its own with so many records.
async fn make(config: &Config, count: usize) -> anyhow::Result<Arc<Office>> {
    let began = Instant::now();
    print::line(format_args!("正在准备{count}件事项……"));
    let office = open::office(config).await?;
    let ctx: Ctx = open::own_ctx(&office);
    district::organise(&ctx).await?;
    let ctx = open::own_ctx(&office);
    district::db_records(&office, &ctx, count).await?;
    print::line(format_args!("  用了{:.0}秒", began.elapsed().as_secs_f64()));
    Ok(office)
}
