//! How does a command say what it does, run a program and time it?
//!
//! A step has a title, a reason and, when it ends, its seconds.
//! Never decides what is to be done; it only does it aloud.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// A sentence for whoever sits before the screen says what went wrong.
pub(crate) type Outcome<T> = Result<T, String>;

/// Prints a line. A closed pipe is nobody's fault.
pub(crate) fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints a line where errors go.
pub(crate) fn complain(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Does one step: says what and why, then how long it took and whether it went well.
pub(crate) fn step<T>(title: &str, why: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    say(format_args!("\n▶ {title}\n  {why}"));
    let began = Instant::now();
    let outcome = work();
    let seconds = began.elapsed().as_secs_f64();
    match &outcome {
        Ok(_) => say(format_args!("  ✔ {title} · {seconds:.1} 秒")),
        Err(sentence) => say(format_args!("  ✘ {title} · {seconds:.1} 秒\n  {}", sentence.replace('\n', "\n  "))),
    }
    outcome
}

/// Runs a program, showing the command line; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let line = line_of(command);
    say(format_args!("  $ {line}"));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{line} 没有成功（{status}）")),
        Err(error) => Err(format!("{line} 运行不了：{error}")),
    }
}

/// Runs a program silently and gives what it printed, or nothing if it failed or is not there.
pub(crate) fn answer(program: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(program).args(words).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command line as a person would type it.
pub(crate) fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

/// The cargo that started us, at the root of the repository, without the variables that cargo set for xtask alone.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(setting("CARGO").unwrap_or_else(|| "cargo".to_owned()));
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_BIN_NAME" {
            command.env_remove(name);
        }
    }
    command
}

/// The root of the repository: the folder above this package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in a folder of the repository")
}

/// An environment variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "xtask is configured by its environment, in this one place")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where a program is: on the PATH or in the folders that a user's PATH often lacks.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = setting("PATH").unwrap_or_default();
    let folders = std::env::split_paths(OsStr::new(&path)).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Whether we are the super-user.
pub(crate) fn is_root() -> bool {
    answer("id", &["-u"]).as_deref() == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_shown_as_one_would_type_it() {
        let mut command = Command::new("cargo");
        command.args(["run", "-E", "package(tests) & test(a b)"]);
        assert_eq!(line_of(&command), "cargo run -E 'package(tests) & test(a b)'");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_that_names_it() {
        let refused = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(refused.contains("no-such-program-here"), "{refused}");
        assert_eq!(answer("no-such-program-here", &[]), None);
    }

    #[test]
    fn a_step_hands_on_what_its_work_gave() {
        assert_eq!(step("一", "因为", || Ok(7)), Ok(7));
        assert_eq!(step("二", "因为", || Err::<(), _>("不行".to_owned())), Err("不行".to_owned()));
    }
}
