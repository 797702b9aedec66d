//! `zugong backup` and `zugong restore`: a copy of the database, and the way back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use app::commands::upkeep;
use clap::Args;

use crate::config::Config;
use crate::{open, print};

/// Options of `zugong backup`.
#[derive(Args, Debug)]
pub struct Backup {
    #[arg(value_name = "文件", help_heading = "参数", help = "备份写到哪个文件；不能是已有的文件")]
    file: PathBuf,
}

/// Options of `zugong restore`.
#[derive(Args, Debug)]
pub struct Restore {
    #[arg(value_name = "文件", help_heading = "参数", help = "备份文件")]
    file: PathBuf,
}

impl Backup {
    /// Writes the copy; the service may go on meanwhile.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        only_sqlite(&config, "pg_dump -Fc -f 备份文件 数据库")?;
        if self.file.exists() {
            bail!("{} 已经在那里了，不会覆盖；请换一个文件名", self.file.display());
        }
        let began = Instant::now();
        let office = open::office(&config).await?;
        let ctx = open::own_ctx(&office);
        upkeep::backup::backup(&ctx, &self.file).await.with_context(|| format!("备份不到 {}", self.file.display()))?;
        office.db.close().await;
        let bytes = std::fs::metadata(&self.file)?.len();
        let (size, seconds) = (bytes as f64 / 1_048_576.0, began.elapsed().as_secs_f64());
        print::line(format_args!("已备份到 {}：{size:.1} MB，{seconds:.1}秒。", self.file.display()));
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    /// Puts a copy where no database is, and verifies it there. A copy that does not hold is taken away again.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        only_sqlite(&config, "pg_restore -d 数据库 备份文件")?;
        let target = open::sqlite_file(&config.database).context("数据库地址里没有文件名")?;
        if target.exists() {
            bail!("{} 已有数据库，不会覆盖；请先停止服务，把它改名或移走", target.display());
        }
        if !self.file.is_file() {
            bail!("没有备份文件 {}", self.file.display());
        }
        if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let draft = target.with_extension("restoring");
        std::fs::copy(&self.file, &draft).with_context(|| format!("复制不到 {}", draft.display()))?;
        let sound = check(&config, &draft).await;
        let sound = sound.with_context(|| format!("{} 不是完好的备份", self.file.display()));
        if !matches!(sound, Ok(true)) {
            take_away(&draft);
            sound?;
            bail!("备份与自己的日志不一致，没有恢复");
        }
        std::fs::rename(&draft, &target)?;
        take_away(&draft);
        print::line(format_args!("已恢复到 {}。", target.display()));
        Ok(ExitCode::SUCCESS)
    }
}

fn only_sqlite(config: &Config, instead: &str) -> anyhow::Result<()> {
    match open::sqlite_file(&config.database) {
        Some(_) => Ok(()),
        None => bail!("PostgreSQL 请用它自己的工具：{instead}"),
    }
}

/// Is the file sound, and does everything in it verify?
async fn check(config: &Config, file: &Path) -> anyhow::Result<bool> {
    let own = config.clone().with_database(format!("sqlite://{}", file.display()));
    let office = open::office(&own).await?;
    let holds = super::verify::everything(&office).await?;
    office.db.close().await;
    Ok(holds)
}

fn take_away(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        // What is not there need not be taken away.
        let _ = std::fs::remove_file(PathBuf::from(path));
    }
}
