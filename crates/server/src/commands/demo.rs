//! `zugong demo`: an invented district to look around in, made on the first start and kept.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use app::commands::accounts::first_passwords;
use app::office::Office;
use clap::Args;
use store::{Db, Options};

use crate::clock::SystemClock;
use crate::commands::serve;
use crate::config::Config;
use crate::{demo, open, print};

/// Options of `zugong demo`.
#[derive(Args, Debug)]
pub struct Demo {
    #[arg(long, help_heading = "选项", help = "重新建：演示数据回到起点，密码换新")]
    fresh: bool,
    #[arg(long, help_heading = "选项", help = "只建数据库，不打开")]
    only: bool,
}

impl Demo {
    /// Makes the database if it is not there, and serves it.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        serve::start_log(&config.log);
        let file = config.data.join("demo.db");
        let config = config.with_database(format!("sqlite://{}", file.display()));
        if self.fresh {
            remove(&file)?;
        }
        if !file.exists() {
            make(&config, &file).await?;
        }
        if self.only {
            return Ok(ExitCode::SUCCESS);
        }
        let office = open::office(&config).await?;
        let Some(password) = demo::password(&office).await? else {
            bail!("{} 不是演示数据库；请换一个数据文件夹（--data），或改名后再试", file.display());
        };
        let shown = demo::SHOWN.map(|(login, who)| (login.to_owned(), password.clone(), who.to_owned()));
        let mut options = serve::options(&config, shown.to_vec());
        options.demo_secret = demo::secret(&office).await?;
        serve::serve(&config, office, options, |address| say_accounts(&address.to_string(), &password)).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the database beside its place and moves it there when it is complete: a broken start leaves no half of it.
async fn make(config: &Config, file: &Path) -> anyhow::Result<()> {
    let began = Instant::now();
    print::line("正在建演示数据：岚湾新区（虚构），按日历逐日办理十周的事项……");
    let draft = file.with_extension("db.new");
    remove(&draft)?;
    let own = config.clone().with_database(format!("sqlite://{}", draft.display()));
    let db = open::database(&own, Options { durable: false, ..Options::default() }).await?;
    let definitions = open::checked_definitions(config)?;
    fill(db.clone(), definitions, crate::keys::take(config)?).await?;
    db.close().await;
    std::fs::rename(&draft, file).with_context(|| format!("建不了 {}", file.display()))?;
    remove(&draft)?;
    print::line(format_args!("演示数据已建好，用了{:.1}秒：{}", began.elapsed().as_secs_f64(), file.display()));
    Ok(())
}

async fn fill(db: Db, definitions: app::office::Definitions, keys: app::keys::Keys) -> anyhow::Result<()> {
    let today = SystemClock.today();
    // Papers are printed to PDF when somebody opens them: seeding needs no fonts.
    let office: Arc<Office> =
        Office::open(db, definitions, None, Some(keys), crate::clock::moment(today, 0, 0)).await?;
    demo::district(&office, today, &first_passwords::easy()).await
}

/// The file and what SQLite keeps beside it.
fn remove(file: &Path) -> anyhow::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        let path = PathBuf::from(path);
        if path.exists() {
            std::fs::remove_file(&path).with_context(|| format!("删不了 {}", path.display()))?;
        }
    }
    Ok(())
}

fn say_accounts(address: &str, password: &str) {
    let rows = demo::SHOWN.map(|(login, who)| vec![format!("  {login}"), who.to_owned()]);
    print::line(format_args!("\n演示已打开：http://{address}\n用户名（密码都是 {password}）："));
    print::table(&rows).iter().for_each(print::line);
    print::line(
        "其余各单位的人也能登录，用户名见 zugong setup --example。\n按 Ctrl-C 停止，数据会保留；zugong demo --fresh 重新开始。",
    );
}
