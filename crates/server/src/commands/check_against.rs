//! `zugong check --against`: what changed definitions would do to the records of a database.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use app::commands::upkeep::impact;
use app::office::Definitions;
use store::{Db, Options};

use crate::config::{Config, without_password};
use crate::{open, print};

/// Prints every change with the number of records it touches. Nothing is written; ends with 1 if open records are touched.
pub(crate) async fn run(config: Config, definitions: Definitions) -> anyhow::Result<ExitCode> {
    let shown = without_password(&config.database);
    if open::sqlite_file(&config.database).is_some_and(|file| !file.is_file()) {
        bail!("没有数据库 {shown}");
    }
    let db = Db::open(&config.database, Options::default()).await.with_context(|| format!("打不开数据库 {shown}"))?;
    let found = impact::impact(&db, &definitions).await?;
    db.close().await;
    if found.is_empty() {
        print::line(format_args!("对照 {shown}：已有的事项不受影响。"));
        return Ok(ExitCode::SUCCESS);
    }
    print::line(format_args!("对照 {shown}:"));
    for impact in &found {
        let counted = format!("未办结{}件、已办结{}件", impact.open, impact.closed);
        print::line(format_args!("  {}:{}({counted})", impact.mechanism, impact.sentence));
    }
    Ok(if found.iter().any(|impact| impact.open > 0) { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
