//! How does somebody see the product a few minutes after cloning it?
//!
//! Never keeps a terminal to itself: the product takes over this process, with its keyboard and its signals.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{self, Outcome, say, step};
use crate::{apt, fonts};

/// Which profile the demo is built with. The same as the tests', so that both commands build the dependencies once.
const PROFILE: &str = "dev";

/// `cargo xtask demo`: what is needed, the build, then the demo itself.
pub(crate) fn run(words: &[String]) -> Outcome<()> {
    provide();
    let zugong = build()?;
    say("\n▶ 打开演示\n  建示例数据，在 http://127.0.0.1:8080 打开；帐号见下。按 Ctrl-C 结束。");
    become_zugong(&zugong, "demo", words)
}

/// `cargo xtask book`: the handbook of all mechanisms.
pub(crate) fn book(words: &[String]) -> Outcome<()> {
    let zugong = build()?;
    become_zugong(&zugong, "book", words)
}

/// Installs what is missing. What cannot be had is said; cargo will name what it cannot do without.
fn provide() {
    let why = "编译要 C 编译器，公文要中文字体；已有的不动。";
    let _ = step("检查所需软件", why, || apt::complaint(&apt::provide(&apt::TO_BUILD_AND_RUN)));
    let _ = step("检查仿宋字体", "公文正文用仿宋；没有也能运行，会用楷体代替。", fonts::provide_fangsong);
}

/// Builds the product and says where it lies.
///
/// The whole workspace is named although one program is wanted: cargo then chooses the same features as for the tests.
/// With `--package server` alone a few features differ, and nearly every dependency would be built a second time.
pub(crate) fn build() -> Outcome<PathBuf> {
    let why = "第一次要编译全部依赖（两核约八分钟）；以后只编译改动。";
    let words = ["build", "--workspace", "--bins", "--profile", PROFILE];
    step("编译组工", why, || shell::run(shell::cargo().args(words))).map_err(|_| "没有编译成功，见上。".to_owned())?;
    let folder = target_folder().ok_or("cargo metadata 没有说出 target 目录在哪里。")?;
    Ok(folder.join(if PROFILE == "dev" { "debug" } else { PROFILE }).join("zugong"))
}

/// Where cargo keeps what it builds, whatever the environment and the user's configuration say.
fn target_folder() -> Option<PathBuf> {
    let output = shell::cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, rest) = text.split_once("\"target_directory\":\"")?;
    Some(PathBuf::from(rest.split_once('"')?.0))
}

/// The product takes over this process; only returns if that failed.
fn become_zugong(zugong: &Path, command: &str, words: &[String]) -> Outcome<()> {
    let mut product = Command::new(zugong);
    product.current_dir(shell::root()).arg(command).args(words);
    say(format_args!("  $ {}", shell::line_of(&product)));
    Err(format!("启动不了：{}", product.exec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_where_it_keeps_what_it_builds() {
        let folder = target_folder().unwrap();
        assert!(folder.is_absolute() && folder.is_dir(), "{}", folder.display());
    }
}
