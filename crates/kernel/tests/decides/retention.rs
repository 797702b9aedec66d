//! Personal information leaves a record and its journal, and every hash stays what it was.

use kernel::ids::RecordId;
use kernel::journal::{Change, Entry, hash, redaction, replay};
use kernel::retention::{CLEARED, KEPT};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::journal::entry;
use crate::office::Office;

const RECORD: RecordId = RecordId(Uuid::from_u128(7));

/// Three entries: a telephone number is written, changed, and cleared; each salted as the office does.
fn history() -> Vec<Entry> {
    let office = Office::open();
    let record = office.drafted("2026-01-06", "2026-03-31");
    let change = |from: Value, to: Value| Change { field: "phone".to_owned(), from, to, ..Change::default() };
    let mut entries = vec![
        entry(None, &record, &[change(Value::Null, json!("00000001234"))]),
        entry(Some(&record), &record, &[change(json!("00000001234"), json!("00000005678"))]),
        entry(Some(&record), &record, &[change(json!("00000005678"), Value::Null)]),
    ];
    let mut number = 0;
    for (at, entry) in entries.iter_mut().enumerate() {
        entry.seq = at as i64 + 1;
        entry.rows =
            vec![("record 7".to_owned(), format!("hash of the row {at}")), ("tie 8".to_owned(), "x".to_owned())];
        redaction::salt(
            entry,
            |field| field == "phone",
            || {
                number += 1;
                format!("{number:f>32}")
            },
        );
    }
    entries[2].step = CLEARED.to_owned();
    entries
}

fn written(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| serde_json::to_string(entry).expect("an entry is plain JSON")).collect()
}

fn read(texts: &[String]) -> Vec<Entry> {
    texts.iter().map(|text| serde_json::from_str(text).expect("an entry")).collect()
}

fn hashes(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| hash(None, RECORD, text)).collect()
}

fn redacted(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| redaction::redacted(text, &["phone"]).0.unwrap_or_else(|| text.clone())).collect()
}

#[test]
fn what_is_cleared_is_in_no_entry_any_more_and_every_hash_stays() {
    let before = written(&history());
    let after = redacted(&before);
    assert!(before.iter().any(|text| text.contains("00000001234")));
    let told = |text: &String| {
        text.contains("00000001234")
            || text.contains("00000005678")
            || text.contains("from_salt")
            || text.contains("to_salt")
    };
    assert!(!after.iter().any(told), "{after:?}");
    assert_eq!(hashes(&before), hashes(&after));
    assert!(replay(&read(&before)).is_ok());
    assert_eq!(replay(&read(&after)).expect("it fits").facts.get("phone"), None);
    assert_eq!(redacted(&after), after, "twice is once");
}

#[test]
fn the_hash_of_the_row_that_held_it_cannot_be_tried_out_any_more_and_that_of_the_row_as_it_is_still_can() {
    let (before, after) = (read(&written(&history())), read(&redacted(&written(&history()))));
    let keeps = |entry: &Entry, at: usize| {
        let salt = redaction::row_salt(entry, "record 7");
        salt.is_some() && entry.rows[0].1 == redaction::row_hash(&format!("hash of the row {at}"), salt)
    };
    assert!((0..3).all(|at| keeps(&before[at], at) && before[at].rows[1].1 == "x"));
    assert!(!keeps(&after[0], 0) && !keeps(&after[1], 1) && keeps(&after[2], 2));
}

#[test]
fn two_numbers_alike_do_not_look_alike_once_they_are_cleared() {
    let after = read(&redacted(&written(&history())));
    assert_ne!(after[0].changes[0].to, after[1].changes[0].from);
}

#[test]
fn a_changed_letter_is_found_before_and_after_clearing() {
    let before = written(&history());
    let changed: Vec<String> = before.iter().map(|text| text.replace("00000005678", "00000005679")).collect();
    assert_ne!(hashes(&before)[1], hashes(&changed)[1]);
    let spaced: Vec<String> = before.iter().map(|text| text.replacen(':', ": ", 1)).collect();
    assert_ne!(hashes(&before)[0], hashes(&spaced)[0]);
    let salted: Vec<String> = before.iter().map(|text| text.replace("fff1\"", "fff9\"")).collect();
    assert_ne!(hashes(&before)[0], hashes(&salted)[0]);
    let after = redacted(&before);
    let other = after[0].replace("{\"kept\":\"", "{\"kept\":\"0");
    assert_ne!(hash(None, RECORD, &after[0]), hash(None, RECORD, &other));
}

#[test]
fn what_was_taken_out_without_a_clearing_step_is_found() {
    let mut entries = history();
    entries[2].step = KEPT.to_owned();
    let after = read(&redacted(&written(&entries)));
    let fault = replay(&after).expect_err("nobody cleared it");
    assert!(fault.contains("抹去") && fault.contains("第1条"), "{fault}");
}

#[test]
fn a_value_that_was_written_without_a_salt_stays_and_is_counted() {
    let mut entries = history();
    (entries[0].changes[0].to_salt, entries[1].changes[0].from_salt) = (None, None);
    let texts = written(&entries);
    let left: usize = texts.iter().map(|text| redaction::redacted(text, &["phone"]).1).sum();
    assert_eq!(left, 2);
    assert_eq!(hashes(&texts), hashes(&redacted(&texts)));
    assert!(replay(&read(&redacted(&texts))).is_ok());
}
