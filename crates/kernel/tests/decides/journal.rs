//! The journal: no entry can be changed, dropped or put between.

use kernel::ids::RecordId;
use kernel::journal::{Change, Entry, hash, replay};
use kernel::record::Record;
use uuid::Uuid;

use crate::office::Office;

/// The entry of a move.
pub(crate) fn entry(before: Option<&Record>, after: &Record, changes: &[Change]) -> Entry {
    Entry {
        id: Uuid::nil(),
        seq: after.version,
        at: 0,
        on: after.opened_on,
        actor: None,
        actor_name: "测试".to_owned(),
        role: None,
        behalf: None,
        principal: None,
        step: "any".to_owned(),
        step_name: "任意".to_owned(),
        from: before.map(|record| record.state.to_string()),
        to: after.state.to_string(),
        definition: before.is_none().then(|| after.definition.to_string()),
        changes: changes.to_vec(),
        number: None,
        opinion: None,
        reason: None,
        flow: None,
        undo: None,
        recalls: None,
        deadlines: Vec::new(),
        effects: Vec::new(),
        rows: Vec::new(),
        row_salt: None,
        batch: None,
    }
}

fn history() -> Vec<Entry> {
    let office = Office::open();
    let drafted = office.drafted("2026-01-06", "2026-03-31");
    let issued = office.takes(&drafted, "issue", "supervisor", "2026-01-08", vec![]).expect("it is issued");
    let started = kernel::workflow::changes(&Default::default(), &drafted.facts);
    vec![entry(None, &drafted, &started), entry(Some(&drafted), &issued.after, &issued.changes)]
}

#[test]
fn a_dropped_entry_is_found() {
    let entries = history();
    assert!(replay(&entries).is_ok());
    assert!(replay(&entries[1..]).is_err());
}

#[test]
fn an_entry_that_does_not_fit_what_stood_before_is_found() {
    let mut entries = history();
    entries[1].from = Some("closed".to_owned());
    assert!(replay(&entries).is_err());
    let mut entries = history();
    entries[1].changes[0].from = serde_json::json!("1999-01-01");
    assert!(replay(&entries).is_err());
}

#[test]
fn a_hash_covers_the_record_the_entry_and_the_one_before() {
    let record = RecordId(Uuid::from_u128(1));
    let first = hash(None, record, "{}");
    assert_eq!(first.len(), 64);
    assert_ne!(first, hash(Some(&first), record, "{}"));
    assert_ne!(first, hash(None, RecordId(Uuid::from_u128(2)), "{}"));
    assert_ne!(first, hash(None, record, "{ }"));
}
