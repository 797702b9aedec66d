//! Are the maps true? A map that names a room that is gone is worse than none.

use std::collections::BTreeMap;

use super::Finding;
use super::tree::Tree;

const MAP: &str = "ARCHITECTURE.md";
const GLOSSARY: &str = "docs/GLOSSARY.md";
const KINDS: [&str; 10] =
    ["matter", "round", "activity", "register", "link", "ballot", "assessment", "ledger", "paper", "report"];
const WRITE: &str = "write it; docs/STYLE.md says what it holds";
const SHORT: &str = "a map of the first day fits 200 lines; move detail to docs/";
const ROOM: &str = "name the crate in backticks and say what it answers and what it never does";
const GHOST: &str = "correct the path; for a place yet to be made write it with <a placeholder>";
const TERM: &str = "add a line: the department's word · code word · meaning · do not confuse with";

/// ARCHITECTURE.md is there, short, and names every crate.
pub(super) fn map_of_the_house(tree: &Tree) -> Vec<Finding> {
    let Some(map) = tree.text(MAP) else {
        return vec![Finding::new(MAP, 0, "there is no map of the house", WRITE)];
    };
    let mut findings = Vec::new();
    let lines = map.lines().count();
    if lines > 200 {
        findings.push(Finding::new(MAP, 201, format!("{lines} lines, allowed are 200"), SHORT));
    }
    for name in tree.crates() {
        if !map.contains(&format!("`{name}`")) && !map.contains(&format!("crates/{name}")) {
            findings.push(Finding::new(MAP, 0, format!("crate {name} is not named"), ROOM));
        }
    }
    findings
}

/// Documents for readers of today name only files and folders that exist. Decisions may name what is gone.
pub(super) fn ghosts(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("", ".md").filter(|(path, _)| !path.starts_with("docs/decisions/")) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, place) in places(text) {
            if !exists(tree, folder, place) {
                findings.push(Finding::new(path, line, format!("{place} does not exist"), GHOST));
            }
        }
    }
    findings
}

/// Every mechanism of `definitions/` has a line in the glossary.
pub(super) fn glossary(tree: &Tree) -> Vec<Finding> {
    let mechanisms = mechanisms(tree);
    let Some(text) = tree.text(GLOSSARY) else {
        return vec![Finding::new(GLOSSARY, 0, "there is no glossary", WRITE)];
    };
    let words: std::collections::BTreeSet<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let missing = mechanisms.into_iter().filter(|(id, _)| !words.contains(id));
    missing.map(|(id, path)| Finding::new(GLOSSARY, 0, format!("no line for {id} ({path})"), TERM)).collect()
}

/// Ids of mechanisms with the files that define them: the first node of the file is one of the ten kinds.
fn mechanisms(tree: &Tree) -> BTreeMap<&str, &str> {
    let files = tree.files("definitions/", ".kdl").filter(|(path, _)| !path.contains("/vocabulary/"));
    let ids = files.filter_map(|(path, text)| {
        let node = text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))?;
        let (kind, rest) = node.split_once(' ')?;
        let id = rest.trim_start().trim_start_matches('"').split(['"', ' ']).next()?;
        KINDS.contains(&kind).then_some((id, path))
    });
    ids.collect()
}

/// What looks like a place in the repository: in backticks or as the target of a link, outside of code blocks.
fn places(text: &str) -> Vec<(usize, &str)> {
    let mut places = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let ticked = line.split('`').skip(1).step_by(2);
            let linked = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            places.extend(ticked.chain(linked).filter(|word| is_place(word)).map(|word| (at + 1, trimmed(word))));
        }
    }
    places
}

const TOPS: [&str; 9] = ["crates/", "docs/", "definitions/", "tests/", "xtask/", ".ci/", ".cargo/", "../", "./"];

fn is_place(word: &str) -> bool {
    let open = |c: char| c.is_whitespace() || "<>{}*…$|\"'?=".contains(c);
    let is_page = word.ends_with(".md") && !word.contains(':');
    (TOPS.iter().any(|top| word.starts_with(top)) || is_page) && !word.contains(open) && !word.contains("NNNN")
}

/// Without an anchor or a line number.
fn trimmed(word: &str) -> &str {
    let word = word.split('#').next().unwrap_or(word);
    word.split(':').next().unwrap_or(word)
}

/// From the root, or from the document's own folder.
fn exists(tree: &Tree, folder: &str, place: &str) -> bool {
    tree.has(place) || tree.has(&joined(folder, place))
}

fn joined(folder: &str, place: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in place.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::tree::found;
    use super::*;

    #[test]
    fn a_missing_map_a_long_map_and_a_forgotten_crate_are_found() {
        assert_eq!(found(map_of_the_house, &[]), ["ARCHITECTURE.md:0: there is no map of the house"]);
        let long = "line\n".repeat(201);
        let files = [(MAP, long.as_str()), ("crates/kernel/Cargo.toml", "")];
        let expected =
            ["ARCHITECTURE.md:201: 201 lines, allowed are 200", "ARCHITECTURE.md:0: crate kernel is not named"];
        assert_eq!(found(map_of_the_house, &files), expected);
        assert!(found(map_of_the_house, &[(MAP, "`kernel` decides"), files[1]]).is_empty());
    }

    #[test]
    fn ghosts_are_found_in_backticks_and_links() {
        let text =
            "See `crates/a/gone.rs:12` and [b](gone.md).\n```\ncrates/a/not-read\n```\n`cargo run -p x crates/y`";
        let expected =
            ["docs/how-to/x.md:1: crates/a/gone.rs does not exist", "docs/how-to/x.md:1: gone.md does not exist"];
        assert_eq!(found(ghosts, &[("docs/how-to/x.md", text)]), expected);
    }

    #[test]
    fn places_that_exist_placeholders_and_decisions_pass() {
        let text =
            "`crates/a/`, [c](../STYLE.md#names), `definitions/<chapter>/<mechanism>.kdl`, `docs/decisions/NNNN-x.md`";
        let files = [
            ("docs/how-to/x.md", text),
            ("docs/STYLE.md", ""),
            ("crates/a/Cargo.toml", ""),
            ("docs/decisions/0001-x.md", "`crates/gone/`"),
        ];
        assert!(found(ghosts, &files).is_empty());
    }

    #[test]
    fn a_mechanism_without_a_line_in_the_glossary_is_found() {
        let definition = ("definitions/work/task_order.kdl", "// why\n\nmatter \"task_order\" \"任务\" {\n}");
        let vocabulary = ("definitions/vocabulary/roles.kdl", "role \"x\"");
        let expected = ["docs/GLOSSARY.md:0: no line for task_order (definitions/work/task_order.kdl)"];
        assert_eq!(found(glossary, &[definition, vocabulary, (GLOSSARY, "task_orders")]), expected);
        assert!(found(glossary, &[definition, vocabulary, (GLOSSARY, "| 任务 | `task_order` |")]).is_empty());
        assert_eq!(found(glossary, &[definition]), ["docs/GLOSSARY.md:0: there is no glossary"]);
    }
}
