//! `zugong seals`: the daily seals as a file, to be kept where nobody who runs this machine can change it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use app::commands::upkeep;
use clap::Args;

use crate::config::Config;
use crate::{open, print};

/// Options of `zugong seals`.
#[derive(Args, Debug)]
pub struct Seals {
    #[arg(value_name = "文件", help_heading = "参数", help = "封存写到哪个文件；不能是已有的文件")]
    file: PathBuf,
}

impl Seals {
    /// Writes the file.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        if self.file.exists() {
            bail!("{} 已经在那里了，不会覆盖；请换一个文件名", self.file.display());
        }
        let office = open::office(&config).await?;
        let text = upkeep::seals::export(&open::own_ctx(&office)).await?;
        office.db.close().await;
        std::fs::write(&self.file, &text).with_context(|| format!("写不了 {}", self.file.display()))?;
        let count = text.lines().filter(|line| !line.starts_with('#')).count();
        print::line(format_args!("已导出{count}次封存到 {}。请另存他处，例如刻盘或交审计部门。", self.file.display()));
        Ok(ExitCode::SUCCESS)
    }
}
