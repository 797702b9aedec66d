//! Does everything hold? The one command of people and of CI.
//!
//! The order keeps cargo from building the dependencies more often than needed: clippy and rustdoc share the checked
//! ones, `zugong check` and the tests share the built ones.
//! Never stops at the first complaint, and never calls a half run a success: whatever could not be run is named.

use std::process::Command;

use crate::apt::{self, Need, Proof};
use crate::postgres::{self, Cluster};
use crate::runner::{self, Round, Tally};
use crate::shell::{self, Outcome, say, step};
use crate::{demo, fonts, tidy};

/// What only the tests need.
const TO_TEST: [Need; 5] = [
    Need {
        package: "postgresql",
        why: "同样的故事在 PostgreSQL 上再跑一遍",
        proof: Proof::Ask(postgres::is_installed),
    },
    Need {
        package: "python3-authlib",
        why: "单点登录的故事要一个真的认证服务",
        proof: Proof::File("/usr/lib/python3/dist-packages/authlib"),
    },
    Need {
        package: "python3-flask",
        why: "单点登录的故事要一个真的认证服务",
        proof: Proof::File("/usr/lib/python3/dist-packages/flask"),
    },
    Need { package: "chromium", why: "浏览器故事", proof: Proof::Program("chromium") },
    Need { package: "chromium-driver", why: "浏览器故事", proof: Proof::Program("chromedriver") },
];

/// The packages whose tests know two databases.
const ON_BOTH_DATABASES: [&str; 2] = ["store", "tests"];

/// `cargo xtask test`: everything, or one of the shorter ways for the inner loop.
pub(crate) fn run(words: &[String]) -> Outcome<()> {
    let mut run = Run::default();
    let word = words.get(1).map(String::as_str);
    match words.first().map(String::as_str) {
        None => run.everything(),
        Some("quick") => run.on_sqlite(word, false),
        Some("postgres") => run.on_postgres(word),
        Some("browser") => {
            run.install();
            run.on_sqlite(word, true);
        }
        Some(other) => run.on_sqlite(Some(other), false),
    }
    run.close()
}

/// `cargo xtask bless`: takes what the tests see now as what they expect, and tightens the ratchets.
pub(crate) fn bless(words: &[String]) -> Outcome<()> {
    let mut run = Run::default();
    run.step("收紧棘轮", "变短了的文件与函数，名单里的数字跟着变小。", |_| tidy::tighten());
    run.step(
        "接受新的期望",
        "测试里的 expect! 与快照改写成现在的样子；请用 git diff 逐处看过。",
        |run| {
            let settings = vec![("UPDATE_EXPECT", "1".to_owned())];
            let round = Round { word: words.first().map(String::as_str), settings, ..Round::default() };
            runner::run(&round, &mut run.tally)
        },
    );
    run.close()
}

/// What went wrong so far, and what the test runners said.
#[derive(Default)]
struct Run {
    broken: Vec<String>,
    tally: Tally,
}

impl Run {
    fn step(&mut self, title: &str, why: &str, work: impl FnOnce(&mut Self) -> Outcome<()>) {
        let outcome = step(title, why, || work(self));
        if outcome.is_err() {
            self.broken.push(title.to_owned());
        }
    }

    fn everything(&mut self) {
        self.install();
        self.step("房规", "命名、模块头、分层、篇幅、文档所指，一处不合就说出文件与行。", |_| tidy::run());
        self.step("排版", "rustfmt 没有异议。", |_| {
            component("fmt", "rustfmt")?;
            // The names of the files are enough; `cargo fmt --all` mends them.
            shell::run(shell::cargo().args(["fmt", "--all", "--check", "--", "-l"]))
                .map_err(|_| "上列文件排版不同：cargo fmt --all 就好。".to_owned())
        });
        self.step("clippy", "没有一条警告。", |_| {
            component("clippy", "clippy")?;
            let words = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
            shell::run(shell::cargo().args(words))
        });
        self.step("代码文档", "rustdoc 没有一条警告。", |_| {
            let words = ["doc", "--workspace", "--no-deps", "--quiet"];
            shell::run(shell::cargo().args(words).env("RUSTDOCFLAGS", "-D warnings"))
        });
        self.on_sqlite(None, true);
        self.step("机制文件", "zugong check：每个机制都读得懂、走得通，例子都对。", |_| check());
        self.on_postgres(None);
    }

    fn install(&mut self) {
        self.step("检查所需软件", "编译、字体、PostgreSQL、浏览器；已有的不动。", |_| {
            let mut open = apt::provide(&apt::TO_BUILD_AND_RUN);
            open.extend(apt::provide(&TO_TEST));
            apt::complaint(&open)
        });
        self.step("检查仿宋字体", "公文版面的测试要用。", |_| fonts::provide_fangsong());
    }

    fn on_sqlite(&mut self, word: Option<&str>, browser: bool) {
        let why = if browser { "全部测试，连同浏览器故事。" } else { "不带浏览器故事。" };
        self.step("测试 · SQLite", why, |run| {
            let mut settings = slow_too(browser);
            let driver = shell::program("chromedriver");
            if let Some(driver) = driver.filter(|_| browser) {
                settings.push(("BROWSER_STORIES", "1".to_owned()));
                settings.push(("CHROMEDRIVER", driver.display().to_string()));
                let chromium = shell::program("chromium");
                settings.extend(chromium.map(|chromium| ("CHROMIUM", chromium.display().to_string())));
            }
            runner::run(&Round { word, settings, ..Round::default() }, &mut run.tally)
        });
    }

    /// Uses the database that `TEST_DATABASE_URL` names, or one of its own.
    fn on_postgres(&mut self, word: Option<&str>) {
        self.step("测试 · PostgreSQL", "同样的故事，临时数据库，用完即删。", |run| {
            let own = if shell::setting("TEST_DATABASE_URL").is_some() { None } else { Some(Cluster::start()?) };
            let url = own.as_ref().map(Cluster::url).or_else(|| shell::setting("TEST_DATABASE_URL"));
            let mut settings = slow_too(word.is_none());
            settings.extend(url.map(|url| ("TEST_DATABASE_URL", url)));
            runner::run(&Round { packages: &ON_BOTH_DATABASES, word, settings }, &mut run.tally)
        });
    }

    fn close(self) -> Outcome<()> {
        let slowest = self.tally.slowest(5);
        if slowest.len() == 5 {
            say("\n最慢的五个测试：");
            slowest.iter().for_each(|(seconds, name)| say(format_args!("  {seconds:>8.2} 秒  {name}")));
        }
        let outcome = if self.broken.is_empty() {
            say("\n✔ 全部通过。");
            Ok(())
        } else {
            Err(format!("\n✘ 没有通过：{}。", self.broken.join("、")))
        };
        if let Err(sentence) = &outcome {
            say(sentence);
        }
        say(self.tally.closing_line());
        outcome.map_err(|_| "cargo xtask：有没有通过的，见上。".to_owned())
    }
}

/// The definitions, as the product itself checks them.
fn check() -> Outcome<()> {
    shell::run(Command::new(demo::build()?).arg("check").current_dir(shell::root()))
}

/// Slow tests run in full runs of CI; a person asks for them by `SLOW_TESTS=1`.
fn slow_too(full: bool) -> Vec<(&'static str, String)> {
    let wanted = full && shell::setting("CI").is_some();
    if wanted { vec![("SLOW_TESTS", "1".to_owned())] } else { Vec::new() }
}

/// rustup's smallest profile lacks rustfmt and clippy; a machine that has rustup can add them.
fn component(command: &str, component: &str) -> Outcome<()> {
    let is_there = || shell::cargo().args([command, "--version"]).output().is_ok_and(|output| output.status.success());
    if is_there() {
        return Ok(());
    }
    say(format_args!("  没有 {component}，让 rustup 装上。"));
    shell::run(Command::new("rustup").args(["component", "add", component]))
        .map_err(|sentence| format!("{sentence}。请装上 Rust 的 {component} 组件。"))
}
