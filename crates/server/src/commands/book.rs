//! `zugong book`: every mechanism as the department reads it, for the browser and for Word.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::config::Config;
use crate::{open, print};

/// Options of `zugong book`.
#[derive(Args, Debug)]
pub struct Book {
    #[arg(long, value_name = "文件夹", help_heading = "选项", help = "写到哪个文件夹，默认 book")]
    out: Option<PathBuf>,
}

impl Book {
    /// Writes both files.
    pub(crate) fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let definitions = open::checked_definitions(config)?;
        let out = self.out.unwrap_or_else(|| PathBuf::from("book"));
        std::fs::create_dir_all(&out).with_context(|| format!("建不了文件夹 {}", out.display()))?;
        let html = app::book::html(&definitions.catalog).into_bytes();
        let docx = app::book::docx(&definitions.catalog)?;
        for (name, bytes) in [("机制手册.html", html), ("机制手册.docx", docx)] {
            let path = out.join(name);
            std::fs::write(&path, bytes).with_context(|| format!("写不了 {}", path.display()))?;
            print::line(format_args!("已写 {}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
