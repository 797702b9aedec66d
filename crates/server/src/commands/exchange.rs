//! `zugong import` and `zugong export`: a workbook in, a workbook out, under a person's name and by their rights.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use app::Ctx;
use app::commands::intake;
use app::queries::intake::{Line, LineKind, Preview};
use app::queries::register::RegisterAsk;
use clap::Args;

use crate::config::Config;
use crate::open::in_words;
use crate::{open, print};

/// Options of `zugong import`.
#[derive(Args, Debug)]
pub struct Import {
    #[arg(value_name = "文件", help_heading = "参数", help = "xlsx 工作簿")]
    file: PathBuf,
    #[arg(long, value_name = "机制", help_heading = "选项", help = "导入到哪个机制，例如 task_order")]
    mechanism: String,
    #[arg(long = "as", value_name = "用户名", help_heading = "选项", help = "以谁的名义和权限导入")]
    login: String,
    #[arg(long, help_heading = "选项", help = "只试读，不导入")]
    dry_run: bool,
    #[arg(
        long,
        value_name = "字段=值",
        help_heading = "选项",
        help = "给空着的单元格统一填上，可写多次，例如 due_on=2026-12-31"
    )]
    fill: Vec<String>,
    #[arg(long, value_name = "文件", help_heading = "选项", help = "把有问题的行标好，另存为这个工作簿")]
    marked: Option<PathBuf>,
}

/// Options of `zugong export`.
#[derive(Args, Debug)]
pub struct Export {
    #[arg(long, value_name = "机制", help_heading = "选项", help = "导出哪个机制")]
    mechanism: String,
    #[arg(long = "as", value_name = "用户名", help_heading = "选项", help = "以谁的名义和权限导出")]
    login: String,
    #[arg(long, value_name = "文件", help_heading = "选项", help = "写到哪个工作簿")]
    out: PathBuf,
    #[arg(
        long,
        value_name = "范围",
        help_heading = "选项",
        help = "open 未办结（默认）、closed 已办结、all 全部，或状态"
    )]
    tab: Option<String>,
}

impl Import {
    /// Shows what was understood and, unless it is a trial, takes it in.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let bytes = std::fs::read(&self.file).with_context(|| format!("读不到 {}", self.file.display()))?;
        let office = open::office(&config).await?;
        let ctx = open::ctx_of(&office, &self.login).await?;
        let code = self.take(&ctx, &bytes).await?;
        office.db.close().await;
        Ok(code)
    }

    async fn take(&self, ctx: &Ctx, bytes: &[u8]) -> anyhow::Result<ExitCode> {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let upload = in_words(ctx, intake::upload(ctx, &self.mechanism, &name, bytes).await)?;
        if !self.fill.is_empty() {
            let mut mapping = intake::Mapping::default();
            for pair in &self.fill {
                let (field, value) = pair.split_once('=').with_context(|| format!("“{pair}”要写成 字段=值"))?;
                mapping.for_all.insert(field.trim().into(), value.trim().to_owned());
            }
            in_words(ctx, intake::remap(ctx, upload, mapping).await)?;
        }
        let preview = in_words(ctx, app::queries::intake::preview(ctx, upload).await)?;
        say(&preview);
        if let Some(path) = &self.marked {
            let marked = in_words(ctx, app::queries::intake::marked(ctx, upload).await)?;
            std::fs::write(path, marked.bytes).with_context(|| format!("写不了 {}", path.display()))?;
            print::line(format_args!("标好的工作簿：{}", path.display()));
        }
        if self.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        let key = upload.to_string();
        let taken = in_words(ctx, intake::take_in(ctx, upload, Some(&key)).await)?;
        print::line(format_args!("导入{}条，以前导入过{}条，有问题未导入{}条。", taken.taken, taken.known, taken.left));
        Ok(if taken.left > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

/// What was understood of the workbook.
fn say(preview: &Preview) {
    let counts = preview.counts;
    print::line(format_args!("{} → {}({})", preview.file_name, preview.name, preview.sheet_why));
    for column in &preview.columns {
        let field = column.field.as_ref().map_or("不读", |field| field.as_str());
        print::line(format_args!("  {}列“{}” → {field}：{}", column.letter, column.title, column.why));
    }
    print::line(format_args!(
        "读到{}条：可导入{}条，有问题{}条，以前导入过{}条；另有{}行不是数据。",
        counts.rows, counts.good, counts.problems, counts.known, counts.other
    ));
    for missing in &preview.missing {
        print::line(format_args!(
            "  缺“{}”{}条，可用 --fill {}=值 统一填上。",
            missing.control.name, missing.rows, missing.control.id
        ));
    }
    for line in preview.lines.iter().filter(|line| !matches!(line.kind, LineKind::Good)) {
        print::line(format_args!("  第{}行：{}", line.row, about(line)));
    }
    for total in &preview.totals {
        print::line(format_args!("  第{}行写明{}：{}", total.row, total.claim, total.why));
    }
}

/// What is to be said about a line: why it is no record, or what is wrong with it.
fn about(line: &Line) -> String {
    if !line.why.is_empty() {
        return format!("{}({})", line.why, line.text);
    }
    let cells = line.cells.iter().filter_map(|cell| Some(format!("“{}”{}", cell.text, cell.fault.as_ref()?)));
    let faults: Vec<String> = cells.chain(line.faults.iter().cloned()).collect();
    if faults.is_empty() { "以前导入过".to_owned() } else { faults.join(";") }
}

impl Export {
    /// Writes what the person would see in the register.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        if self.out.exists() {
            bail!("{} 已经在那里了，不会覆盖；请换一个文件名", self.out.display());
        }
        let office = open::office(&config).await?;
        let ctx = open::ctx_of(&office, &self.login).await?;
        let ask = RegisterAsk { tab: self.tab.clone().unwrap_or_else(|| "open".to_owned()), ..RegisterAsk::default() };
        let download = in_words(&ctx, app::queries::export::workbook(&ctx, &self.mechanism, ask).await)?;
        std::fs::write(&self.out, download.bytes).with_context(|| format!("写不了 {}", self.out.display()))?;
        print::line(format_args!("已写 {}", self.out.display()));
        office.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
