//! What does a developer or an installer ask of this repository? Two commands: `cargo xtask demo` and `cargo xtask test`.
//!
//! This package has no dependencies, so that it is built in seconds on a machine that has only Rust, a C compiler and git.
//! Never part of the product: nothing that `zugong` needs at run time stands here.

mod shell;
mod apt;
mod fonts;
mod demo;
mod test;
mod runner;
mod postgres;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
用法：
  cargo xtask demo [-- 参数]      装好所需、编译，打开带示例数据的演示（http://127.0.0.1:8080）
  cargo xtask test                全部检查与测试（CI 跑的就是它；xtask ci 是同一件事）
  cargo xtask test -- quick [词]     只在 SQLite 上跑测试，可只跑名字里有这个词的
  cargo xtask test -- postgres [词]  只在 PostgreSQL 上跑 store 与 tests 两个包
  cargo xtask test -- browser [词]   在 SQLite 上跑，带浏览器故事
  cargo xtask tidy                命名、模块头、分层、篇幅、文档等房规
  cargo xtask tidy -- mend        把中文里的半角标点改成全角
  cargo xtask bless [词]          接受测试里的新期望，收紧 tests/ratchets
  cargo xtask book [-- 参数]      生成机制手册";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let rest: Vec<String> = words.filter(|word| word != "--").collect();
    let outcome = match command.as_str() {
        "demo" => demo::run(&rest),
        "test" | "ci" => test::run(&rest),
        "tidy" if rest.first().is_some_and(|word| word == "mend") => tidy::mend(),
        "tidy" => tidy::run(),
        "bless" => test::bless(&rest),
        "book" => demo::book(&rest),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            shell::complain(&sentence);
            ExitCode::FAILURE
        }
    }
}
