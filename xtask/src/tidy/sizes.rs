//! Do files and functions stay short?
//!
//! What is too long stands in a list with its length, and the list may only shrink.
//! Each list begins with one line on how to shorten it; `cargo xtask bless` makes its numbers smaller.

use std::collections::BTreeMap;

use super::Finding;
use super::tree::Tree;

const FILES: Ratchet = Ratchet { path: "tests/ratchets/long-files.txt", limit: 600, thing: "file" };
const FUNCTIONS: Ratchet = Ratchet { path: "tests/ratchets/long-functions.txt", limit: 60, thing: "function" };
const SHORTEN: &str = "split it by topic; a list in tests/ratchets may only shrink";
const LOOSE: &str = "run `cargo xtask bless`, or change the number by hand: a ratchet holds what was gained";
const HOW: &str = "the first line begins with # and says how to shorten the list";
const LINE: &str = "write a path (and a function) and a number";

struct Ratchet {
    path: &'static str,
    limit: usize,
    thing: &'static str,
}

/// Where something too long stands, and how long it is.
struct Length {
    path: String,
    line: usize,
    lines: usize,
}

/// Nothing is longer than the limit, unless it is listed with at least its length.
pub(super) fn ratchets(tree: &Tree) -> Vec<Finding> {
    let mut findings = FILES.check(tree, &long_files(tree));
    findings.extend(FUNCTIONS.check(tree, &long_functions(tree)));
    findings
}

/// The ratchet files with smaller numbers, where they can be smaller.
pub(super) fn tightened(tree: &Tree) -> Vec<(String, String)> {
    let lists = [(FILES, long_files(tree)), (FUNCTIONS, long_functions(tree))];
    lists.iter().filter_map(|(ratchet, long)| Some((ratchet.path.to_owned(), ratchet.tightened(tree, long)?))).collect()
}

fn long_files(tree: &Tree) -> BTreeMap<String, Length> {
    let endings = [".rs", ".js", ".css"];
    let files = endings.iter().flat_map(|ending| tree.files("", ending));
    let lengths = files.map(|(path, text)| Length { path: path.to_owned(), line: 0, lines: text.lines().count() });
    let long = lengths.filter(|length| length.lines > FILES.limit);
    long.map(|length| (length.path.clone(), length)).collect()
}

fn long_functions(tree: &Tree) -> BTreeMap<String, Length> {
    let mut long = BTreeMap::new();
    for (path, source) in tree.sources("") {
        for item in source.items() {
            if let Some(lines) = item.lines.filter(|lines| *lines > FUNCTIONS.limit) {
                let length = Length { path: path.to_owned(), line: item.line, lines };
                long.insert(format!("{path} {}", item.name), length);
            }
        }
    }
    long
}

impl Ratchet {
    fn check(&self, tree: &Tree, long: &BTreeMap<String, Length>) -> Vec<Finding> {
        let text = tree.text(self.path).unwrap_or_default();
        let mut findings = Vec::new();
        if !text.starts_with('#') {
            findings.push(Finding::new(self.path, 1, "no line on how to shorten this list", HOW));
        }
        let mut listed = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty()) {
            let Some((name, number)) = entry(line) else {
                findings.push(Finding::new(self.path, at + 1, format!("\"{line}\" is not an entry"), LINE));
                continue;
            };
            listed.insert(name, number);
            let now = long.get(name).map_or(0, |length| length.lines);
            if now < number {
                let what = if now == 0 {
                    format!("{name} is no longer too long")
                } else {
                    format!("{name} has only {now} lines")
                };
                findings.push(Finding::new(self.path, at + 1, what, LOOSE));
            }
        }
        for (name, length) in long {
            let allowed = listed.get(name.as_str()).copied().unwrap_or(self.limit);
            if length.lines > allowed {
                let what = format!("{} {name} has {} lines, allowed are {allowed}", self.thing, length.lines);
                findings.push(Finding::new(&length.path, length.line, what, SHORTEN));
            }
        }
        findings
    }

    fn tightened(&self, tree: &Tree, long: &BTreeMap<String, Length>) -> Option<String> {
        let text = tree.text(self.path)?;
        let mut tight = String::new();
        for line in text.lines() {
            match entry(line) {
                Some((name, number)) => {
                    if let Some(length) = long.get(name) {
                        tight.push_str(&format!("{name} {}\n", number.min(length.lines)));
                    }
                }
                None => tight.push_str(&format!("{line}\n")),
            }
        }
        (tight != text).then_some(tight)
    }
}

fn entry(line: &str) -> Option<(&str, usize)> {
    let (name, number) = line.trim_end().rsplit_once(' ')?;
    if name.starts_with('#') { None } else { Some((name, number.parse().ok()?)) }
}

#[cfg(test)]
mod tests {
    use super::super::tree::{found, sample};
    use super::*;

    const EMPTY: (&str, &str) = ("tests/ratchets/long-functions.txt", "# split\n");

    #[test]
    fn what_grows_and_what_could_be_tighter_is_found() {
        let (long, body) = ("x\n".repeat(620), format!("fn f() {{\n{}}}", "a;\n".repeat(60)));
        let files = [
            ("crates/a.rs", long.as_str()),
            ("crates/b.rs", &body),
            ("tests/ratchets/long-files.txt", "# split\ncrates/a.rs 610\ncrates/gone.rs 700\n"),
            EMPTY,
        ];
        let expected = [
            "tests/ratchets/long-files.txt:3: crates/gone.rs is no longer too long",
            "crates/a.rs:0: file crates/a.rs has 620 lines, allowed are 610",
            "crates/b.rs:1: function crates/b.rs f has 62 lines, allowed are 60",
        ];
        assert_eq!(found(ratchets, &files), expected);
    }

    #[test]
    fn what_is_listed_with_its_length_passes() {
        let long = "x\n".repeat(620);
        let files = [("a.css", long.as_str()), ("tests/ratchets/long-files.txt", "# split\na.css 620\n"), EMPTY];
        assert!(found(ratchets, &files).is_empty());
    }

    #[test]
    fn tightening_makes_numbers_smaller_and_never_larger() {
        let (long, longer) = ("x\n".repeat(620), "x\n".repeat(630));
        let list = ("tests/ratchets/long-files.txt", "# split\na.rs 700\nb.rs 625\ngone.rs 800\n");
        let tree = sample(&[("a.rs", &long), ("b.rs", &longer), list, EMPTY]);
        let expected = ("tests/ratchets/long-files.txt".to_owned(), "# split\na.rs 620\nb.rs 625\n".to_owned());
        assert_eq!(tightened(&tree), [expected]);
    }
}
