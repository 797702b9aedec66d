//! How are the tests run, and what did the runner say?
//!
//! nextest if it is there, else cargo's own runner; both are read line by line while they run.
//! Never counts a test itself: passed and failed are the runner's own words.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::shell::{self, Outcome, say};

/// How many tests passed between two signs of life.
const STRIDE: usize = 100;

/// Which tests to run, and where.
#[derive(Default)]
pub(crate) struct Round<'a> {
    /// Packages; none means the whole workspace.
    pub(crate) packages: &'a [&'a str],
    /// A part of the names, if only some are wanted.
    pub(crate) word: Option<&'a str>,
    /// Variables that the tests read.
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// What the runners said so far.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: usize,
    /// Tests that failed, ran out of time or could not be started.
    pub(crate) failed: usize,
    /// Seconds and names of single tests, as far as the runner tells them.
    pub(crate) times: Vec<(f64, String)>,
}

impl Tally {
    /// Adds what another round said.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.times.extend(other.times);
    }

    /// The slowest tests, the slowest first.
    pub(crate) fn slowest(&self, count: usize) -> Vec<&(f64, String)> {
        let mut times: Vec<_> = self.times.iter().collect();
        times.sort_by(|one, other| other.0.total_cmp(&one.0));
        times.truncate(count);
        times
    }

    /// The line that closes a run.
    pub(crate) fn closing_line(&self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }

    /// Takes in one line of a runner. Whether it is worth showing.
    fn hears(&mut self, line: &str) -> bool {
        // From a thousand seconds on there is no blank before the number.
        let spaced = line.replace('[', "[ ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        match words.as_slice() {
            ["Summary", "[", _, ..] => self.add_numbers(line.rsplit("run:").next().unwrap_or_default()),
            ["test", "result:", ..] => self.add_numbers(line),
            [status @ ("PASS" | "FAIL" | "TIMEOUT" | "LEAK"), "[", time, ..] => {
                // `PASS [   0.006s] ( 1/38) kernel grid::tests::a_cell`
                let rest = line.split_once(']').map_or("", |(_, rest)| rest.trim());
                let name =
                    if rest.starts_with('(') { rest.split_once(')').map_or(rest, |(_, name)| name) } else { rest };
                let seconds = time.trim_end_matches(']').trim_end_matches('s').parse();
                // A failing test is named twice, once more under the summary.
                let is_known = self.times.iter().any(|(_, known)| known == name.trim());
                if let Ok(seconds) = seconds
                    && !is_known
                {
                    self.times.push((seconds, name.trim().to_owned()));
                }
                return *status != "PASS";
            }
            ["test", .., "...", "ok"] => return false,
            _ => {}
        }
        true
    }

    fn add_numbers(&mut self, line: &str) {
        let words: Vec<&str> = line.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<usize>() else { continue };
            match pair[1] {
                "passed" => self.passed += number,
                // "timed out" and "exec failed"
                "failed" | "timed" | "exec" => self.failed += number,
                _ => {}
            }
        }
    }
}

/// Whether nextest is there.
pub(crate) fn has_nextest() -> bool {
    shell::cargo().args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// Runs one round of tests. Failing tests are in the tally and an error besides; so is a build that fails.
pub(crate) fn run(round: &Round, tally: &mut Tally) -> Outcome<()> {
    let nextest = has_nextest();
    let mut command = if nextest { nextest_command(round) } else { cargo_command(round) };
    let shown: Vec<String> = round.settings.iter().map(|(name, value)| format!("{name}={value} ")).collect();
    say(format_args!("  $ {}{}", shown.concat(), shell::line_of(&command)));
    // nextest reports on stderr, cargo's own runner on stdout.
    let piped = if nextest { command.stderr(Stdio::piped()) } else { command.stdout(Stdio::piped()) };
    let mut child = piped.spawn().map_err(|error| format!("测试运行不了：{error}"))?;
    let said = read_aloud(child.stdout.take(), child.stderr.take());
    let status = child.wait().map_err(|error| format!("测试运行不了：{error}"))?;
    let outcome = match (status.success(), said.failed, said.passed) {
        (true, 0, 0) => Err("一个测试也没有跑。".to_owned()),
        (true, 0, _) => Ok(()),
        (_, 0, _) => Err(format!("没有跑完（{status}）：多半是编译没有通过，或没有名字相符的测试。")),
        (_, failed, _) => Err(format!("{failed} 个测试没有通过。")),
    };
    tally.add(said);
    outcome
}

fn read_aloud(stdout: Option<impl Read>, stderr: Option<impl Read>) -> Tally {
    match (stdout, stderr) {
        (Some(stream), _) => read_stream(stream),
        (_, Some(stream)) => read_stream(stream),
        _ => Tally::default(),
    }
}

fn read_stream(stream: impl Read) -> Tally {
    let mut tally = Tally::default();
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    let mut quiet = 0;
    while stream.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        if tally.hears(&text) {
            say(text);
        } else {
            quiet += 1;
            if quiet % STRIDE == 0 {
                say(format_args!("        … 已通过 {quiet}"));
            }
        }
        line.clear();
    }
    tally
}

fn nextest_command(round: &Round) -> Command {
    let mut command = shell::cargo();
    // The whole workspace is named also for a few packages: the same features, so nothing is built again.
    command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    let mut wanted: Vec<String> = Vec::new();
    if !round.packages.is_empty() {
        let packages: Vec<String> = round.packages.iter().map(|package| format!("package({package})")).collect();
        wanted.push(format!("({})", packages.join(" | ")));
    }
    wanted.extend(round.word.map(|word| format!("test({})", escaped(word))));
    if !wanted.is_empty() {
        command.args(["-E", &wanted.join(" & ")]);
    }
    set(&mut command, round);
    command
}

/// A word may hold characters that mean something to nextest's filters.
fn escaped(word: &str) -> String {
    word.chars().flat_map(|c| if "()/\\,".contains(c) { vec!['\\', c] } else { vec![c] }).collect()
}

fn cargo_command(round: &Round) -> Command {
    let mut command = shell::cargo();
    command.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    if round.packages.is_empty() {
        command.arg("--workspace");
    }
    for package in round.packages {
        command.args(["--package", package]);
    }
    command.args(round.word);
    set(&mut command, round);
    command
}

fn set(command: &mut Command, round: &Round) {
    // What a person's shell holds must not decide which database a round runs on.
    command.env_remove("TEST_DATABASE_URL").env_remove("BROWSER_STORIES").stdin(Stdio::null());
    command.envs(round.settings.iter().map(|(name, value)| (name, value)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: &str) -> (Tally, usize) {
        let mut tally = Tally::default();
        let shown = lines.lines().filter(|line| tally.hears(line)).count();
        (tally, shown)
    }

    #[test]
    fn nextest_is_understood() {
        let (tally, shown) = heard(
            "        PASS [   0.006s] ( 1/3) kernel grid::tests::a_cell
        FAIL [   0.132s] (2/3) tests stories::b
     TIMEOUT [   9.000s] (3/3) tests stories::c
     Summary [   9.134s] 3 tests run: 1 passed (1 slow), 1 failed, 1 timed out, 7 skipped
        FAIL [   0.132s] (2/3) tests stories::b",
        );
        assert_eq!((tally.passed, tally.failed, shown), (1, 2, 4));
        assert_eq!(tally.closing_line(), "1 passed, 2 failed");
        let slowest: Vec<&str> = tally.slowest(2).iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(slowest, ["tests stories::c", "tests stories::b"]);
        let (tally, _) = heard("     Summary [1378.275s] 924 tests run: 924 passed (4 slow), 0 skipped");
        assert_eq!((tally.passed, tally.failed), (924, 0), "a run of more than a thousand seconds");
    }

    #[test]
    fn cargos_own_runner_is_understood_and_its_binaries_add_up() {
        let (tally, shown) = heard(
            "test good ... ok
test bad ... FAILED
test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.13s
test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        assert_eq!((tally.passed, tally.failed, shown), (5, 1, 3));
    }

    #[test]
    fn a_word_and_packages_become_one_filter_over_the_same_build() {
        let round = Round { packages: &["tests", "store"], word: Some("a(b"), settings: Vec::new() };
        let line = shell::line_of(&nextest_command(&round));
        assert!(
            line.ends_with("--workspace --no-fail-fast -E '(package(tests) | package(store)) & test(a\\(b)'"),
            "{line}"
        );
        let line = shell::line_of(&cargo_command(&round));
        assert!(line.ends_with("--lib --bins --tests --package tests --package store 'a(b'"), "{line}");
    }
}
