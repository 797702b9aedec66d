//! `zugong setup`: the units, people, accounts and roles of a new office, from one file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use app::commands::accounts::first_passwords;
use app::commands::upkeep::organisation;
use clap::Args;
use kernel::problem::SourceFile;

use crate::config::Config;
use crate::{open, print};

/// Options of `zugong setup`.
#[derive(Args, Debug)]
pub struct Setup {
    #[arg(
        value_name = "文件",
        required_unless_present = "example",
        help_heading = "参数",
        help = "单位和人员文件（KDL）"
    )]
    file: Option<PathBuf>,
    #[arg(long, help_heading = "选项", help = "印出一份样例，照着写")]
    example: bool,
}

impl Setup {
    /// Reads the file, keeps what it says and prints everybody's first password once.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let Some(file) = self.file.filter(|_| !self.example) else {
            print::line(crate::demo::DISTRICT.trim_end());
            return Ok(ExitCode::SUCCESS);
        };
        let path = file.display().to_string();
        let text = std::fs::read_to_string(&file).with_context(|| format!("读不到 {path}"))?;
        let definitions = open::checked_definitions(&config)?;
        let file = SourceFile { path: Arc::from(path.as_str()), text: Arc::from(text) };
        let new = match crate::organisation::read(&file, &definitions.catalog.vocabulary) {
            Ok(new) => new,
            Err(problems) => {
                super::check::say_problems(&problems);
                return Ok(ExitCode::from(1));
            }
        };
        let office = open::office(&config).await?;
        if !office.tree().units().is_empty() {
            bail!("这个数据库已经登记过单位，不能再次初次登记");
        }
        let mut first = BTreeMap::new();
        for login in new.people.iter().filter_map(|person| person.login.as_deref()) {
            let password = first_passwords::easy();
            first.insert(login, (office.hashing.hash(password.clone()).await?, password));
        }
        let hash = |login: &str| first.get(login).map(|(hash, _)| hash.clone()).unwrap_or_default();
        let ctx = open::own_ctx(&office);
        open::in_words(&ctx, organisation::set_up(&ctx, &new, &hash, true).await)?;
        print::line(format_args!(
            "已登记{}个单位、{}人。账号和初始密码只显示这一次：",
            new.units.len(),
            new.people.len()
        ));
        let rows: Vec<Vec<String>> = new
            .people
            .iter()
            .filter_map(|person| {
                let login = person.login.clone()?;
                let (_, password) = first.get(login.as_str())?;
                Some(vec![format!("  {}", person.name), login, password.clone()])
            })
            .collect();
        print::table(&rows).iter().for_each(print::line);
        office.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
