//! Does every file say which question it answers, and every room what it never does?

use super::Finding;
use super::tree::Tree;

const HEAD: &str = "begin the file with `//!` and the question it answers";
const NEVER: &str = "add a line `//! Never …` that says what must not happen in this room";

/// Every Rust file has a module head; the head of a room (`lib.rs`, `mod.rs`) has a line that begins with Never.
pub(super) fn heads(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("", ".rs") {
        let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let is_room = path.ends_with("/lib.rs") || path.ends_with("/mod.rs");
        if head.is_empty() {
            findings.push(Finding::new(path, 1, "no module head", HEAD));
        } else if is_room && !head.iter().any(|line| line.starts_with("Never")) {
            findings.push(Finding::new(path, 1, "the head of a room has no line that begins with \"Never\"", NEVER));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::found;
    use super::*;

    #[test]
    fn a_file_without_a_head_and_a_room_without_a_never_are_found() {
        let files = [("crates/a/src/lib.rs", "//! What is it?\nmod b;"), ("crates/a/src/b.rs", "use x;\n//! late")];
        let expected = [
            "crates/a/src/b.rs:1: no module head",
            "crates/a/src/lib.rs:1: the head of a room has no line that begins with \"Never\"",
        ];
        assert_eq!(found(heads, &files), expected);
    }

    #[test]
    fn a_room_with_a_never_and_a_file_with_a_question_pass() {
        let files = [("crates/a/src/lib.rs", "//! What?\n//!\n//! Never writes.\n"), ("crates/a/src/b.rs", "//! How?")];
        assert!(found(heads, &files).is_empty());
    }
}
