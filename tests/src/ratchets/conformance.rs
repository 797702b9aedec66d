//! Is there nothing inert in the grammar? Each line an expert may write is enforced somewhere and proved by a test.
//!
//! `// enforces: field.required` stands at the line that enforces a line of the grammar, `// proves: field.required`
//! above or inside the test that would fail without it. `UPDATE_EXPECT=1` writes `docs/CONFORMANCE.md`.
//! Never counts a marker that names nothing: a renamed property must take its markers along.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kernel::catalog::grammar;

/// A source file: path from the repository's root, and text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What the markers of all sources say about the grammar.
pub(crate) struct Ledger {
    /// What is missing or names nothing, a sentence each.
    pub(crate) faults: Vec<String>,
    /// The page for people.
    pub(crate) page: String,
}

/// Where the markers of one line of the grammar stand.
#[derive(Default)]
struct Found {
    enforced: BTreeSet<String>,
    proved: BTreeSet<String>,
}

/// Compares the lines of the grammar (key and sentence) with the markers in the sources.
pub(crate) fn ledger(lines: &[(String, &str)], sources: &[Source]) -> Ledger {
    let mut found: BTreeMap<&str, Found> = lines.iter().map(|(key, _)| (key.as_str(), Found::default())).collect();
    let mut faults = Vec::new();
    for source in sources {
        for marker in markers(source) {
            let Some(line) = found.get_mut(marker.key.as_str()) else {
                faults.push(format!("{}: `{}` names no line of the grammar", marker.place, marker.key));
                continue;
            };
            match (marker.proves, marker.in_test) {
                (false, _) => line.enforced.insert(marker.place),
                (true, true) => line.proved.insert(marker.place),
                (true, false) => {
                    faults.push(format!("{}: `proves: {}` does not stand at a test", marker.place, marker.key));
                    false
                }
            };
        }
    }
    for (key, _) in lines {
        let line = &found[key.as_str()];
        if line.enforced.is_empty() {
            faults.push(format!("{key}: no line says `// enforces: {key}`"));
        }
        if line.proved.is_empty() {
            faults.push(format!("{key}: no test says `// proves: {key}`"));
        }
    }
    Ledger { faults, page: page(lines, &found) }
}

fn page(lines: &[(String, &str)], found: &BTreeMap<&str, Found>) -> String {
    let mut page = String::from(
        "# Conformance\n\n\
         Every line that an expert may write in a definition, where it is enforced, and the test that would fail without it.\n\
         Written by `UPDATE_EXPECT=1 cargo test -p tests conformance`; do not edit.\n\n\
         | line | what it does | enforced in | proved by |\n| --- | --- | --- | --- |\n",
    );
    let joined = |places: &BTreeSet<String>| places.iter().cloned().collect::<Vec<_>>().join("<br>");
    for (key, means) in lines {
        let line = &found[key.as_str()];
        let means = means.replace('|', "\\|");
        writeln!(page, "| `{key}` | {means} | {} | {} |", joined(&line.enforced), joined(&line.proved))
            .expect("a string takes all that is written");
    }
    page
}

struct Marker {
    key: String,
    proves: bool,
    in_test: bool,
    place: String,
}

/// The markers of a source, each with the function that it stands above or in; no line numbers, so that it stays stable.
fn markers(source: &Source) -> Vec<Marker> {
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let mut markers = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((proves, key)) = marker(line) else { continue };
        let below = lines[at..].iter().position(|it| !stands_before_code(it)).map(|far| at + far);
        let function = match below.filter(|it| function_name(lines[*it]).is_some()) {
            Some(below) => Some(below),
            None => (0..at).rev().find(|it| function_name(lines[*it]).is_some()),
        };
        let name = function.and_then(|it| function_name(lines[it])).unwrap_or("—");
        let in_test = function.is_some_and(|it| is_test(&lines, it));
        let place = if proves { name.to_owned() } else { format!("{} ({name})", source.path) };
        markers.push(Marker { key: key.to_owned(), proves, in_test, place });
    }
    markers
}

/// `// enforces: key` or `// proves: key`.
fn marker(line: &str) -> Option<(bool, &str)> {
    let comment = line.strip_prefix("// ")?;
    let enforces = comment.strip_prefix("enforces: ").map(|key| (false, key.trim()));
    enforces.or_else(|| comment.strip_prefix("proves: ").map(|key| (true, key.trim())))
}

fn stands_before_code(line: &str) -> bool {
    line.is_empty() || line.starts_with("//") || line.starts_with("#[")
}

fn function_name(line: &str) -> Option<&str> {
    let words = ["pub(crate) ", "pub(super) ", "pub(in crate::catalog) ", "pub ", "const ", "async "];
    let mut rest = line;
    while let Some(behind) = words.iter().find_map(|it| rest.strip_prefix(it)) {
        rest = behind;
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(['(', '<']).next().filter(|it| !it.is_empty())
}

/// Do the attributes above the function make it a test?
fn is_test(lines: &[&str], function: usize) -> bool {
    let above = lines[..function].iter().rev().take_while(|it| stands_before_code(it) && !it.is_empty());
    let mut attributes = above.filter(|it| it.starts_with("#["));
    // A property test stands in `proptest!` with the same attribute.
    attributes.any(|it| *it == "#[test]" || it.starts_with("#[tokio::test"))
}

/// The sources of all crates and of the tests, this file left out.
fn sources(root: &Path) -> Vec<Source> {
    let mut folders: Vec<PathBuf> = vec![root.join("crates"), root.join("tests/src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("ratchets/conformance.rs") {
                let text = std::fs::read_to_string(&path).expect("sources are text");
                let path =
                    path.strip_prefix(root).expect("it lies below the root").to_string_lossy().replace('\\', "/");
                sources.push(Source { path, text });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

#[test]
fn every_line_of_the_grammar_is_enforced_and_proved() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository");
    let ledger = ledger(&grammar::lines(), &sources(root));
    let path = root.join("docs/CONFORMANCE.md");
    #[expect(clippy::disallowed_methods, reason = "the same switch that blesses every expectation")]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &ledger.page).expect("the page can be written");
    }
    assert!(ledger.faults.is_empty(), "{} faults:\n{}", ledger.faults.len(), ledger.faults.join("\n"));
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == ledger.page, "docs/CONFORMANCE.md is stale: run the test with UPDATE_EXPECT=1");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Ledger {
        let lines = [("field.max".to_owned(), "最多多少字。"), ("field.min".to_owned(), "最小是多少。")];
        ledger(&lines, &[Source { path: "a.rs".into(), text: text.into() }])
    }

    #[test]
    fn a_line_without_markers_is_told_twice() {
        let faults = of("// enforces: field.max\nfn a() {}\n// proves: field.max\n#[test]\nfn b() {}\n").faults;
        assert_eq!(
            faults,
            ["field.min: no line says `// enforces: field.min`", "field.min: no test says `// proves: field.min`"]
        );
    }

    #[test]
    fn a_marker_belongs_to_the_function_below_or_around_it() {
        let page = of("pub fn a() {\n    // enforces: field.max\n    x();\n}\n#[test]\nfn b() {\n    // proves: field.max\n    y();\n}").page;
        assert!(page.contains("| `field.max` | 最多多少字。 | a.rs (a) | b |"), "{page}");
    }

    #[test]
    fn a_marker_that_names_nothing_or_proves_outside_a_test_is_told() {
        let faults = of("// enforces: field.mox\nfn a() {}\n// proves: field.max\nfn b() {}\n").faults;
        assert!(faults.contains(&"a.rs (a): `field.mox` names no line of the grammar".to_owned()));
        assert!(faults.contains(&"b: `proves: field.max` does not stand at a test".to_owned()));
    }
}
