//! Does SQL stay in the store, and inside the part that all databases share?

use super::Finding;
use super::lexer::Literal;
use super::tree::Tree;

const STORE: &str = "crates/store/";
const MOVE: &str = "only crates/store speaks SQL: add a function there that answers the question";
const PORTABLE: &str = "stay in the shared subset, or put both versions side by side into dialect.rs";

/// What a statement begins with, and what it must also hold to be one.
const STATEMENTS: [(&str, &str); 10] = [
    ("select ", " from "),
    ("select ", "$1"),
    ("insert into ", ""),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("create index ", ""),
    ("create schema ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
];

/// Words and signs that one of the databases does not know, or knows otherwise.
const NOT_SHARED: [&str; 30] = [
    "returning ", "on conflict", "on duplicate key", "merge into", "distinct on", "lateral ", "filter (", "filter(",
    "grouping sets", "nulls first", "nulls last", " ilike ", " ~* ", " ~ ", "interval '", "now()", "current_timestamp",
    "to_char(", "string_agg(", "group_concat(", "->>", "#>>", "for update", "skip locked", "pg_advisory",
    "autoincrement", "serial primary", "create trigger", "json_extract(", "jsonb_",
];
const CASTS: [&str; 10] = ["text", "int", "bigint", "json", "jsonb", "date", "numeric", "boolean", "bytea", "uuid"];

/// In the tests a helper that bypasses the door is named `db_…`, and may look into the tables.
fn past_the_door(tree: &Tree, path: &str, line: usize) -> bool {
    let text = tree.text(path).and_then(|text| text.lines().nth(line.saturating_sub(1)));
    text.is_some_and(|text| text.contains(".db_"))
}

/// SQL statements stand in the store and nowhere else.
pub(super) fn only_in_store(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.sources("").filter(|(path, _)| !path.starts_with(STORE) && !path.starts_with("xtask/")) {
        for literal in source.strings.iter().filter(|literal| is_statement(&literal.text)) {
            if path.starts_with("tests/") && past_the_door(tree, path, literal.line) {
                continue;
            }
            findings.push(Finding::new(path, literal.line, "an SQL statement outside of the store", MOVE));
        }
    }
    findings
}

/// SQL in the store, except in its dialect module and its tests, uses only what all databases understand alike.
pub(super) fn portable(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.sources("crates/store/src/").filter(|(path, _)| !path.contains("dialect")) {
        let tests_begin = if path.contains("test") { 0 } else { source.tests_begin() };
        for literal in source.strings.iter().filter(|it| it.line < tests_begin && !is_sentence(it)) {
            findings.extend(not_shared(&literal.text).map(|word| {
                Finding::new(
                    path,
                    literal.line,
                    format!("\"{}\" is not in the shared subset of SQL", word.trim()),
                    PORTABLE,
                )
            }));
        }
    }
    findings
}

fn is_statement(text: &str) -> bool {
    let text = flat(text);
    STATEMENTS.iter().any(|(begin, within)| text.starts_with(begin) && text.contains(within))
}

/// Sentences about what we were doing, not SQL.
fn is_sentence(literal: &Literal) -> bool {
    let before = literal.before.trim_end();
    ["doing(", "expect(", "error(", "reason =", "panic!(", "assert!("].iter().any(|call| before.ends_with(call))
}

fn not_shared(text: &str) -> impl Iterator<Item = String> {
    let text = flat(text);
    let words: Vec<String> =
        NOT_SHARED.iter().filter(|word| text.contains(**word)).map(|word| (*word).to_owned()).collect();
    let casts: Vec<String> = text
        .split("::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .filter(|kind| CASTS.contains(kind))
        .map(|kind| format!("::{kind}"))
        .collect();
    words.into_iter().chain(casts)
}

/// In lower case, with single spaces.
fn flat(text: &str) -> String {
    text.replace('\\', " ").to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ") + " "
}

#[cfg(test)]
mod tests {
    use super::super::tree::found;
    use super::*;

    #[test]
    fn a_statement_outside_of_the_store_is_found() {
        let files = [
            ("crates/app/src/a.rs", "x(\n  \"SELECT id\n from record\")"),
            ("tests/src/b.rs", "y(\"delete from record\")"),
            ("tests/src/c.rs", "office.db_count(\"select count(*) from record where x = $1\")"),
        ];
        let expected = [
            "crates/app/src/a.rs:2: an SQL statement outside of the store",
            "tests/src/b.rs:1: an SQL statement outside of the store",
        ];
        assert_eq!(found(only_in_store, &files), expected);
    }

    #[test]
    fn the_store_and_sentences_pass() {
        let files = [
            ("crates/store/src/a.rs", "x(\"select id from record\")"),
            ("crates/app/src/a.rs", "// select id from record\nx(\"select a person\"); y(\"update the list\")"),
        ];
        assert!(found(only_in_store, &files).is_empty());
    }

    #[test]
    fn words_that_not_all_databases_share_are_found() {
        let files = [(
            "crates/store/src/a.rs",
            "x(\"insert into a values ($1) RETURNING id\");\ny(r#\" where b::text = $1\"#)",
        )];
        let expected = [
            "crates/store/src/a.rs:1: \"returning\" is not in the shared subset of SQL",
            "crates/store/src/a.rs:2: \"::text\" is not in the shared subset of SQL",
        ];
        assert_eq!(found(portable, &files), expected);
    }

    #[test]
    fn the_dialect_tests_paths_and_sentences_pass() {
        let other = "x(\"on conflict do nothing\")";
        let files = [
            ("crates/store/src/dialect.rs", other),
            (
                "crates/store/src/a.rs",
                "a.doing(\"lock for update\");\nlet p = \"std::fmt\";\n#[cfg(test)]\nmod tests { x(\"now()\") }",
            ),
        ];
        assert!(found(portable, &files).is_empty());
    }
}
