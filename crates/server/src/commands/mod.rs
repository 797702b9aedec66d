//! What can be run? One file a subcommand.
//!
//! Never decides anything about records: that is asked of `app`.

pub mod serve;
pub mod demo;
pub mod setup;
pub mod check;
mod check_against;
pub mod book;
pub mod exchange;
pub mod tick;
pub mod verify;
pub mod rebuild;
pub mod seals;
pub mod backup;
pub mod bench;
mod config;

use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::Config;
use crate::print;
use crate::words::{Command, Words};

/// Runs what was typed and says how it ended: 0 done, 1 something is wrong with what was looked at, 2 not possible.
pub(crate) fn run(words: Words) -> ExitCode {
    let config = match Config::read(words.flags.config.as_deref(), words.flags.written()) {
        Ok(config) => config,
        Err(unusable) => {
            print::complaint(unusable);
            return ExitCode::from(2);
        }
    };
    let done = runtime(&config).and_then(|runtime| runtime.block_on(dispatch(config, words.command)));
    match done {
        Ok(code) => code,
        Err(failure) => {
            print::failure(&failure);
            ExitCode::from(2)
        }
    }
}

fn runtime(config: &Config) -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.threads > 0 {
        builder.worker_threads(config.threads);
    }
    builder.enable_all().build().context("起不来处理请求的线程")
}

async fn dispatch(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(it) => it.run(config).await,
        Command::Demo(it) => it.run(config).await,
        Command::Setup(it) => it.run(config).await,
        Command::Check(it) => it.run(config).await,
        Command::Book(it) => it.run(&config),
        Command::Import(it) => it.run(config).await,
        Command::Export(it) => it.run(config).await,
        Command::Tick(it) => it.run(config).await,
        Command::Verify(it) => it.run(config).await,
        Command::Rebuild(it) => it.run(config).await,
        Command::Seals(it) => it.run(config).await,
        Command::Backup(it) => it.run(config).await,
        Command::Restore(it) => it.run(config).await,
        Command::Bench(it) => it.run(config).await,
        Command::Config => config::run(&config),
    }
}
