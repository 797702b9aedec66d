//! What did somebody type after `zugong`? Subcommands and flags, explained in Chinese, faults too.
//!
//! Never reads the environment: that is `config`'s.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, Parser, Subcommand};

use crate::commands::{backup, bench, book, check, demo, exchange, rebuild, seals, serve, setup, tick, verify};
use crate::config::Written;
use crate::print;

const TEMPLATE: &str = "{about}\n\n用法：{usage}\n\n{all-args}{after-help}";
const SETTINGS: &str = "设置（各命令通用；也可写在设置文件或环境变量里，见 zugong config）";

/// Everything that was typed.
#[derive(Debug, Parser)]
#[command(
    name = "zugong",
    version,
    about = "组工：组织人事部门的工作平台。一次记录，处处可查。",
    override_usage = "zugong <命令> [选项]",
    help_template = TEMPLATE,
    subcommand_help_heading = "命令",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "\n第一次用：zugong demo 打开演示；正式用：zugong setup 登记单位和人员，再 zugong serve 打开。"
)]
pub(crate) struct Words {
    #[command(flatten)]
    pub(crate) flags: Flags,
    #[command(subcommand)]
    pub(crate) command: Command,
    #[arg(short = 'h', long = "help", global = true, action = ArgAction::Help, help = "显示帮助", help_heading = "选项")]
    help: Option<bool>,
    #[arg(short = 'V', long = "version", action = ArgAction::Version, help = "显示版本", help_heading = "选项")]
    version: Option<bool>,
}

/// Flags that set a setting.
#[derive(Args, Debug)]
#[command(next_help_heading = SETTINGS)]
pub(crate) struct Flags {
    #[arg(long, global = true, value_name = "文件", help = "设置文件，默认 zugong.kdl")]
    pub(crate) config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "文件夹", help = "数据文件夹")]
    data: Option<String>,
    #[arg(long, global = true, value_name = "地址", help = "数据库:sqlite://文件 或 postgres://…")]
    database: Option<String>,
    #[arg(long, global = true, value_name = "地址：端口", help = "监听的地址和端口")]
    listen: Option<String>,
    #[arg(long, global = true, value_name = "文件夹", help = "本单位的定义文件夹，覆盖内置的")]
    definitions: Option<String>,
    #[arg(long, global = true, value_name = "文件夹", help = "公文字体文件夹，可写多次")]
    fonts: Vec<String>,
    #[arg(long, global = true, value_name = "文件", help = "密钥文件")]
    key: Option<String>,
    #[arg(long, global = true, value_name = "是或否", help = "只在 HTTPS 下发送登录凭据")]
    secure_cookies: Option<String>,
    #[arg(long, global = true, value_name = "文件", help = "HTTPS 证书（PEM）")]
    tls_certificate: Option<String>,
    #[arg(long, global = true, value_name = "文件", help = "HTTPS 证书的私钥（PEM）")]
    tls_key: Option<String>,
    #[arg(long, global = true, value_name = "主机名", help = "本系统的网址主机名，可写多次")]
    host: Vec<String>,
    #[arg(long, global = true, value_name = "次数", help = "每个账号每分钟最多看多少页")]
    rate: Option<String>,
    #[arg(long, global = true, value_name = "个数", help = "最多同时开多少个连接")]
    connections: Option<String>,
    #[arg(long, global = true, value_name = "级别", help = "日志多细")]
    log: Option<String>,
    #[arg(long, global = true, value_name = "秒", help = "每隔几秒做一遍例行事务")]
    tick: Option<String>,
    #[arg(long, global = true, value_name = "个数", help = "处理请求的线程数")]
    threads: Option<String>,
}

impl Flags {
    /// What the flags set.
    pub(crate) fn written(&self) -> Written {
        let single = [
            ("data", &self.data),
            ("database", &self.database),
            ("key", &self.key),
            ("listen", &self.listen),
            ("definitions", &self.definitions),
            ("secure-cookies", &self.secure_cookies),
            ("tls-certificate", &self.tls_certificate),
            ("tls-key", &self.tls_key),
            ("rate", &self.rate),
            ("connections", &self.connections),
            ("log", &self.log),
            ("tick", &self.tick),
            ("threads", &self.threads),
        ];
        let set = single.into_iter().filter_map(|(name, value)| Some((name.to_owned(), vec![value.clone()?])));
        let fonts = (!self.fonts.is_empty()).then(|| ("fonts".to_owned(), self.fonts.clone()));
        let hosts = (!self.host.is_empty()).then(|| ("host".to_owned(), self.host.clone()));
        set.chain(fonts).chain(hosts).collect()
    }
}

/// A subcommand.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(about = "打开服务，供浏览器使用", override_usage = "zugong serve [选项]", help_template = TEMPLATE)]
    Serve(serve::Serve),
    #[command(about = "建一个虚构的区并打开，用来试用", override_usage = "zugong demo [选项]", help_template = TEMPLATE)]
    Demo(demo::Demo),
    #[command(about = "登记单位、人员、账号和角色", override_usage = "zugong setup <文件>", help_template = TEMPLATE)]
    Setup(setup::Setup),
    #[command(about = "检查定义文件，列出全部问题", override_usage = "zugong check [选项]", help_template = TEMPLATE)]
    Check(check::Check),
    #[command(about = "把全部机制印成手册（网页和 Word）", override_usage = "zugong book [选项]", help_template = TEMPLATE)]
    Book(book::Book),
    #[command(
        about = "从 xlsx 工作簿导入",
        override_usage = "zugong import <文件> --mechanism <机制> --as <用户名> [选项]",
        help_template = TEMPLATE
    )]
    Import(exchange::Import),
    #[command(
        about = "导出成 xlsx 工作簿",
        override_usage = "zugong export --mechanism <机制> --as <用户名> --out <文件>",
        help_template = TEMPLATE
    )]
    Export(exchange::Export),
    #[command(about = "做一遍例行事务：看时限、排印公文、清理", override_usage = "zugong tick [选项]", help_template = TEMPLATE)]
    Tick(tick::Tick),
    #[command(about = "核对日志与现状、数字与事项", override_usage = "zugong verify [选项]", help_template = TEMPLATE)]
    Verify(verify::Verify),
    #[command(about = "按全部事项重算数字，服务器照常运行", override_usage = "zugong rebuild figures", help_template = TEMPLATE)]
    Rebuild(rebuild::Rebuild),
    #[command(about = "导出每日封存，供另存他处", override_usage = "zugong seals <文件>", help_template = TEMPLATE)]
    Seals(seals::Seals),
    #[command(about = "备份数据库到一个文件", override_usage = "zugong backup <文件>", help_template = TEMPLATE)]
    Backup(backup::Backup),
    #[command(about = "把备份恢复到空的数据库位置", override_usage = "zugong restore <文件>", help_template = TEMPLATE)]
    Restore(backup::Restore),
    #[command(about = "量一量有多快", override_usage = "zugong bench [选项]", help_template = TEMPLATE)]
    Bench(bench::Bench),
    #[command(about = "列出全部设置、现在的值和来处", override_usage = "zugong config", help_template = TEMPLATE)]
    Config,
}

/// Reads what was typed. Help and faults are printed here; the code is what the program ends with.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Words, ExitCode> {
    Words::try_parse_from(arguments).map_err(|fault| match fault.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print::line(fault.to_string().trim_end());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            print::line(fault.to_string().trim_end());
            ExitCode::from(2)
        }
        _ => {
            print::complaint(in_chinese(&fault));
            ExitCode::from(2)
        }
    })
}

/// A fault of what was typed, as a sentence with what to do.
fn in_chinese(fault: &clap::Error) -> String {
    let of = |kind: ContextKind| match fault.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join("、")),
        _ => None,
    };
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    let sentence = match (fault.kind(), argument, value) {
        (ErrorKind::InvalidSubcommand, _, _) => {
            format!("没有“{}”这个命令。", of(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        (ErrorKind::UnknownArgument, Some(argument), _) => format!("不认识“{argument}”。"),
        (ErrorKind::MissingRequiredArgument, Some(argument), _) => format!("还缺：{argument}。"),
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(argument), Some(value)) if !value.is_empty() => {
            format!("{argument} 不能写“{value}”。")
        }
        (ErrorKind::InvalidValue | ErrorKind::NoEquals, Some(argument), _) => format!("{argument} 后面还缺一个值。"),
        (ErrorKind::ArgumentConflict, Some(argument), _) => format!("{argument} 不能和其他选项同时用，或者写了两次。"),
        _ => "看不懂写的命令。".to_owned(),
    };
    let near = of(ContextKind::SuggestedSubcommand).or_else(|| of(ContextKind::SuggestedArg));
    let hint = near.map(|near| format!("是否为“{near}”？")).unwrap_or_default();
    format!("{sentence}{hint}请用 zugong --help 看有哪些命令，zugong <命令> --help 看选项。")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(typed: &str, expected: Expect) {
        let arguments = std::iter::once("zugong").chain(typed.split(' '));
        let fault = Words::try_parse_from(arguments).expect_err("it is a fault");
        expected.assert_eq(&in_chinese(&fault));
    }

    #[test]
    fn a_wrong_word_is_answered_with_what_was_meant() {
        check(
            "chek",
            expect![
                "没有“chek”这个命令。是否为“check”？请用 zugong --help 看有哪些命令，zugong <命令> --help 看选项。"
            ],
        );
        check(
            "serve --lisen x",
            expect![
                "不认识“--lisen”。是否为“--listen”？请用 zugong --help 看有哪些命令，zugong <命令> --help 看选项。"
            ],
        );
        check("backup", expect!["还缺：<文件>。请用 zugong --help 看有哪些命令，zugong <命令> --help 看选项。"]);
    }

    #[test]
    fn help_speaks_no_english() {
        let mut command = Words::command();
        command.build();
        let mut helps = vec![command.render_long_help().to_string()];
        helps.extend(command.get_subcommands_mut().map(|it| it.render_long_help().to_string()));
        for help in helps {
            for word in ["Usage", "Options", "Commands", "Arguments", "default:", "possible values", "Print"] {
                assert!(!help.contains(word), "{word} stands in:\n{help}");
            }
        }
    }

    #[test]
    fn flags_may_stand_before_and_after_the_command() {
        for typed in ["--data x serve", "serve --data x"] {
            let words = Words::try_parse_from(std::iter::once("zugong").chain(typed.split(' '))).unwrap();
            assert_eq!(words.flags.written().get("data"), Some(&vec!["x".to_owned()]));
        }
    }
}
