//! `zugong verify`: does the journal give the records, and do the records give the figures?

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

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
        let holds = verify(&office, self.what).await?;
        office.db.close().await;
        Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
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
        let verified = upkeep::journal::verify(&ctx).await?;
        say("日志", "件事项的日志与现状一致", &verified, began);
        let acts = upkeep::journal::verify_acts(&ctx).await?;
        say("登录等行为的记录", "条行为记录首尾相接", &acts, began);
        holds &= verified.holds() && acts.holds();
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
