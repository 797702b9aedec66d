//! `zugong verify`: does the journal give the records, and do the records give the figures?

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use app::commands::upkeep::{self, Verified};
use app::office::Office;
use clap::{Args, ValueEnum};

use crate::config::Config;
use crate::{open, print};

/// Options of `zugong verify`.
#[derive(Args, Debug)]
pub struct Verify {
    #[arg(
        value_name = "核对什么",
        help_heading = "参数",
        hide_possible_values = true,
        help = "journal 日志 或 figures 数字;不写就都核对"
    )]
    what: Option<What>,
    #[arg(
        long,
        value_name = "文件",
        help_heading = "选项",
        help = "再与另存他处的封存文件核对（zugong seals 导出的）"
    )]
    seals: Option<std::path::PathBuf>,
}

/// What is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Journal,
    Figures,
}

impl Verify {
    /// Prints what differs; ends with 1 if anything does.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let office = open::office(&config).await?;
        let mut holds = verify(&office, self.what).await?;
        if let Some(file) = &self.seals {
            holds &= against(&office, file).await?;
        }
        office.db.close().await;
        Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// Compares the seals with a file that was kept elsewhere.
async fn against(office: &Arc<Office>, file: &std::path::Path) -> anyhow::Result<bool> {
    let text = std::fs::read_to_string(file).with_context(|| format!("读不到封存文件 {}", file.display()))?;
    let began = Instant::now();
    let verified = upkeep::seals::compare(&open::own_ctx(office), &text).await?;
    say("另存的封存", "次封存与另存的文件一致", &verified, began);
    Ok(verified.holds())
}

async fn verify(office: &Arc<Office>, what: Option<What>) -> anyhow::Result<bool> {
    let ctx = open::own_ctx(office);
    let mut holds = true;
    let began = Instant::now();
    for fault in office.db.faults().await? {
        holds = false;
        print::line(format_args!("数据库文件：{fault}"));
    }
    if what != Some(What::Figures) {
        for part in upkeep::evidence(&ctx).await? {
            say(part.name, part.fine, &part.verified, began);
            holds &= part.verified.holds();
        }
    }
    if what != Some(What::Journal) {
        let began = Instant::now();
        let verified = upkeep::figures::verify(&ctx).await?;
        say("数字", "个数字单元与事项一致", &verified, began);
        holds &= verified.holds();
    }
    Ok(holds)
}

/// Verifies everything; for whoever restores a copy.
pub(crate) async fn everything(office: &Arc<Office>) -> anyhow::Result<bool> {
    verify(office, None).await
}

fn say(name: &str, fine: &str, verified: &Verified, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    if verified.holds() {
        return print::line(format_args!("{}{fine}（{seconds:.1}秒）。", verified.looked_at));
    }
    print::line(format_args!("{name}有{}处不一致（看了{}）：", verified.different, verified.looked_at));
    for difference in &verified.differences {
        print::line(format_args!("  {}:{}", difference.about, difference.words));
    }
}
