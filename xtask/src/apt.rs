//! What must be on this machine, is it there, and how does it come?
//!
//! A need is proved by what it brings (a program, a file, a font), so that machines without apt are judged fairly.
//! Never installs what is there already, and never asks a question on the way.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::fonts;
use crate::shell::{self, Outcome, say};

/// What shows that a need is met.
#[derive(Clone, Copy)]
pub(crate) enum Proof {
    /// A program that can be found.
    Program(&'static str),
    /// A file that exists.
    File(&'static str),
    /// A font whose file name begins so.
    Font(&'static str),
    /// Asks a function.
    Ask(fn() -> bool),
}

/// One Debian package and what it is for.
pub(crate) struct Need {
    /// The package in Debian 12.
    pub(crate) package: &'static str,
    /// What it is for, for whoever installs.
    pub(crate) why: &'static str,
    /// How to see that it is there.
    pub(crate) proof: Proof,
}

impl Need {
    fn is_met(&self) -> bool {
        match self.proof {
            Proof::Program(name) => shell::program(name).is_some(),
            Proof::File(path) => Path::new(path).exists(),
            Proof::Font(name) => fonts::find(name).is_some(),
            Proof::Ask(question) => question(),
        }
    }
}

/// What the product needs to be built and to print papers.
pub(crate) const TO_BUILD_AND_RUN: [Need; 5] = [
    Need { package: "gcc", why: "编译内嵌的 SQLite", proof: Proof::Program("cc") },
    Need { package: "libc6-dev", why: "编译内嵌的 SQLite", proof: Proof::File("/usr/include/stdio.h") },
    Need {
        package: "fonts-noto-cjk", why: "宋体、黑体：网页与公文", proof: Proof::Font("NotoSansCJK-Regular")
    },
    Need { package: "fonts-noto-cjk-extra", why: "小标宋：公文标题", proof: Proof::Font("NotoSerifCJK-Black") },
    Need { package: "fonts-lxgw-wenkai", why: "楷体：公文", proof: Proof::Font("LXGWWenKai-Regular") },
];

/// Makes sure that every need is met. Gives the needs that stay open, after saying how to meet them.
pub(crate) fn provide(needs: &[Need]) -> Vec<&Need> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.is_met()).collect();
    for need in needs {
        let mark = if need.is_met() { "已有" } else { "缺少" };
        say(format_args!("  {mark}  {:<22} {}", need.package, need.why));
    }
    if missing.is_empty() {
        return missing;
    }
    if let Err(sentence) = install(&missing) {
        say(format_args!("  {sentence}"));
    }
    missing.into_iter().filter(|need| !need.is_met()).collect()
}

/// One sentence about what is still missing, or nothing to say.
pub(crate) fn complaint(open: &[&Need]) -> Outcome<()> {
    if open.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = open.iter().map(|need| format!("{}（{}）", need.package, need.why)).collect();
    Err(format!("还缺：{}。", list.join("、")))
}

fn install(missing: &[&Need]) -> Outcome<()> {
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let by_hand = format!("apt-get update && apt-get install -y --no-install-recommends {}", packages.join(" "));
    if shell::program("apt-get").is_none() {
        return Err(format!(
            "这台机器没有 apt：请用本系统的包管理器装上与这些 Debian 软件包相当的东西：{}",
            packages.join(" ")
        ));
    }
    let Some(rights) = Rights::found() else {
        return Err(format!("没有 root 权限，也没有 sudo。请以 root 运行：\n    {by_hand}\n  然后再来一次。"));
    };
    // An old package list is better than none: a mirror that cannot be reached must not stop what is cached.
    if let Err(sentence) = shell::run(&mut rights.apt_get(&["update", "-q"])) {
        say(format_args!("  {sentence}；用现有的软件包清单继续。"));
    }
    let no_cluster = packages.contains(&"postgresql") && !Path::new("/etc/postgresql-common").exists();
    if no_cluster {
        say("  装 PostgreSQL 时不建系统数据库（测试自己起一个临时的）。");
        shell::run(&mut rights.command("sh", &["-c", WITHOUT_CLUSTER]))?;
    }
    let mut words = vec!["install", "-y", "-q", "--no-install-recommends"];
    words.extend(&packages);
    let outcome = shell::run(&mut rights.apt_get(&words));
    if no_cluster {
        shell::run(&mut rights.command("rm", &["-f", CLUSTER_SETTING]))?;
    }
    outcome.map_err(|sentence| format!("{sentence}。可以手工运行：{by_hand}"))
}

const CLUSTER_SETTING: &str = "/etc/postgresql-common/createcluster.d/zugong.conf";
const WITHOUT_CLUSTER: &str = "mkdir -p /etc/postgresql-common/createcluster.d && \
     echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/zugong.conf";

/// How we may install: as root, or through sudo.
enum Rights {
    Root,
    Sudo(PathBuf),
}

impl Rights {
    fn found() -> Option<Self> {
        if shell::is_root() { Some(Self::Root) } else { shell::program("sudo").map(Self::Sudo) }
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = match self {
            Self::Root => {
                let mut command = Command::new(program);
                command.stdin(Stdio::null());
                command
            }
            // sudo may ask for a password, so it keeps the keyboard.
            Self::Sudo(sudo) => {
                let mut command = Command::new(sudo);
                command.arg("DEBIAN_FRONTEND=noninteractive").arg(program);
                command
            }
        };
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    fn apt_get(&self, words: &[&str]) -> Command {
        let patient = ["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold"];
        self.command("apt-get", &[&patient, words].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_met_and_what_is_not_is_named() {
        let there = Need { package: "base-files", why: "根", proof: Proof::File("/") };
        let not_there = Need { package: "no-such", why: "没有的", proof: Proof::Program("no-such-program-here") };
        assert!(there.is_met());
        assert!(!not_there.is_met());
        assert_eq!(complaint(&[]), Ok(()));
        assert_eq!(complaint(&[&not_there]), Err("还缺：no-such（没有的）。".to_owned()));
    }

    #[test]
    fn apt_never_asks_and_waits_for_its_lock() {
        let line = shell::line_of(&Rights::Root.apt_get(&["update"]));
        assert_eq!(line, "apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold update");
    }
}
