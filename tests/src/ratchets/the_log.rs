//! Can anybody shorten the log? No statement of the store changes or removes an act or an entry of the journal.
//!
//! Never an exception but one: personal information whose time is over leaves an entry, whose hash stays what it was.

use super::sources;

#[test]
fn nothing_changes_or_removes_an_act_or_an_entry_but_what_the_law_wants_gone() {
    let ways = [("update", ""), ("delete", "from "), ("drop", "table ")];
    let of = |(verb, on): (&str, &str)| ["act", "journal"].map(|table| format!("{verb} {on}{table} "));
    let statements: Vec<String> = ways.into_iter().flat_map(of).collect();
    let mut found = Vec::new();
    for (path, text) in sources::rust("crates") {
        let flat = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let times = |it: &String| flat.matches(it.as_str()).count();
        found.extend(statements.iter().filter(|it| times(it) > 0).map(|it| format!("{path}: {} × {it}", times(it))));
    }
    // The one that puts commitments in the place of values, and touches no hash.
    assert_eq!(found, ["crates/store/src/journal.rs: 1 × update journal "], "the log is only ever added to");
    let redacts = ["UPDATE", "journal SET entry = $4 WHERE site = $1 AND record = $2 AND seq = $3\""].join(" ");
    assert!(sources::rust("crates").iter().any(|(_, text)| text.contains(&redacts)));
    let adding = ["INSERT", "INTO", "act", ""].join(" ");
    let known = sources::rust("crates").into_iter().any(|(_, text)| text.contains(&adding));
    assert!(known, "the statements of the store are looked through");
}
