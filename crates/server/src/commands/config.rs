//! `zugong config`: every setting, its value, where it comes from, what it does.

use std::process::ExitCode;

use crate::config::Config;
use crate::print;

/// Prints the table.
pub(crate) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let title = ["设置", "现在的值", "来自", "环境变量", "作用"].map(str::to_owned).to_vec();
    let line = |(setting, _, origin): &(&crate::config::Setting, Vec<String>, crate::config::Origin)| {
        vec![
            setting.name.to_owned(),
            config.shown(setting),
            origin.name().to_owned(),
            setting.variable.to_owned(),
            setting.words.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = std::iter::once(title).chain(config.written.iter().map(line)).collect();
    print::table(&rows).iter().for_each(print::line);
    print::line("\n时区固定为北京时间（+08:00）。设置文件的写法：一行一项，例如  listen \"0.0.0.0:8080\"");
    Ok(ExitCode::SUCCESS)
}
