//! Do names say what things do?
//!
//! Some words say nothing: whatever has no better name ends up behind them.
//! Test functions are sentences and may use any word.

use super::Finding;
use super::tree::Tree;

const FORBIDDEN: [&str; 12] = [
    "util", "utils", "helper", "common", "base", "misc", "manager", "service", "handler", "processor", "info", "impl2",
];
const MEND: &str = "say what it does (docs/STYLE.md, Naming)";

/// No function, type, module or trait bears a forbidden word.
pub(super) fn items(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.sources("") {
        for item in source.items().iter().filter(|item| !item.is_test) {
            if let Some(word) = forbidden_word(item.name) {
                let what = format!("{} {}: \"{word}\" says nothing", item.kind, item.name);
                findings.push(Finding::new(path, item.line, what, MEND));
            }
        }
    }
    findings
}

/// No Rust file and no folder of one bears a forbidden word.
pub(super) fn paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree.paths().filter(|path| path.ends_with(".rs")) {
        let stems = path.split('/').map(|part| part.trim_end_matches(".rs"));
        if let Some(word) = stems.flat_map(forbidden_word).next() {
            findings.push(Finding::new(path, 0, format!("a file name with \"{word}\" says nothing"), MEND));
        }
    }
    findings
}

fn forbidden_word(name: &str) -> Option<&'static str> {
    parts(name).iter().find_map(|part| FORBIDDEN.iter().find(|word| *word == part)).copied()
}

/// The words of a snake_case or CamelCase name, in lower case.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_upper = true;
    for c in name.chars() {
        if c == '_' || c == '-' || (c.is_uppercase() && !was_upper) {
            parts.push(String::new());
        }
        was_upper = c.is_uppercase();
        if c != '_' && c != '-' {
            parts.last_mut().expect("there is always one part").extend(c.to_lowercase());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::tree::found;
    use super::*;

    #[test]
    fn words_that_say_nothing_are_found_in_items_and_paths() {
        let files = [("crates/a/src/date_utils.rs", "struct RecordManager;\nfn load_info() {}\nmod common;")];
        let expected = [
            "crates/a/src/date_utils.rs:1: struct RecordManager: \"manager\" says nothing",
            "crates/a/src/date_utils.rs:2: fn load_info: \"info\" says nothing",
            "crates/a/src/date_utils.rs:3: mod common: \"common\" says nothing",
        ];
        assert_eq!(found(items, &files), expected);
        assert_eq!(found(paths, &files), ["crates/a/src/date_utils.rs:0: a file name with \"utils\" says nothing"]);
    }

    #[test]
    fn longer_words_and_sentences_of_tests_pass() {
        let files = [(
            "crates/a/src/database.rs",
            "struct Database;\nfn information() {}\n// fn base() {}\n#[test]\nfn years_of_service_count() {}",
        )];
        assert!(found(items, &files).is_empty());
        assert!(found(paths, &files).is_empty());
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(parts("DocxFile"), ["docx", "file"]);
        assert_eq!(parts("PDFFile_info"), ["pdffile", "info"]);
    }
}
