//! Can anybody shorten the log? No statement of the store changes or removes an act or an entry of the journal.
//!
//! Never an exception: what is wrong is said by a further act.

use super::sources;

#[test]
fn nothing_changes_or_removes_an_act_or_an_entry() {
    let ways = [("update", ""), ("delete", "from "), ("drop", "table ")];
    let of = |(verb, on): (&str, &str)| ["act", "journal"].map(|table| format!("{verb} {on}{table} "));
    let statements: Vec<String> = ways.into_iter().flat_map(of).collect();
    let mut found = Vec::new();
    for (path, text) in sources::rust("crates") {
        let flat = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        found.extend(statements.iter().filter(|it| flat.contains(it.as_str())).map(|it| format!("{path}: {it}")));
    }
    assert!(found.is_empty(), "the log is only ever added to:\n{}", found.join("\n"));
    let adding = ["INSERT", "INTO", "act", ""].join(" ");
    let known = sources::rust("crates").into_iter().any(|(_, text)| text.contains(&adding));
    assert!(known, "the statements of the store are looked through");
}
