//! `zugong rebuild figures`: all figures anew from the records, while the server runs.

use std::process::ExitCode;
use std::time::Instant;

use app::commands::upkeep::remaking::{self, Which};
use clap::{Args, ValueEnum};

use crate::config::Config;
use crate::{open, print};

/// Options of `zugong rebuild`.
#[derive(Args, Debug)]
pub struct Rebuild {
    #[arg(value_name = "重算什么", help_heading = "参数", hide_possible_values = true, help = "figures 数字")]
    what: What,
}

/// What is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Figures,
}

impl Rebuild {
    /// Makes them anew and says what was not as it should be.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let What::Figures = self.what;
        let began = Instant::now();
        let office = open::office(&config).await?;
        let remade = remaking::remake(&open::own_ctx(&office), Which::All).await?;
        office.db.close().await;
        let (figures, records, changed) = (remade.figures, remade.records, remade.changed);
        let took = began.elapsed().as_secs_f64();
        print::line(format_args!("已按{records}件事项重算{figures}个数字，改正{changed}格，用了{took:.1}秒"));
        Ok(ExitCode::SUCCESS)
    }
}
