//! How can personal information leave a journal whose hashes must not change?
//!
//! The hash of an entry does not cover a personal value itself but its commitment: SM3 over a random salt and the value.
//! While the value may be kept, value and salt stand in the entry and give the commitment; when its time is over, the
//! commitment takes their place and the hash stays what it was. Without the salt nobody can find the value by trying.
//! The hash that an entry keeps of the record's row is salted too: it would tell a number to whoever tries them all.
//! Never takes away what no clearing step has taken out of the record: replaying finds that.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};
use sm3::{Digest, Sm3};

use super::{Change, Entry, digest, hex};

/// The member under which a commitment stands in the place of a value.
const KEPT: &str = "kept";

/// Salts every value of the fields that hold personal information, and the hash of the record's row. `fresh` gives 16
/// random bytes in hexadecimal.
pub fn salt(entry: &mut Entry, is_personal: impl Fn(&str) -> bool, mut fresh: impl FnMut() -> String) {
    for (_, hash) in entry.rows.iter_mut().filter(|(key, _)| is_record(key)) {
        let salt = fresh();
        *hash = row_hash(hash, Some(&salt));
        entry.row_salt = Some(salt.into());
    }
    for change in entry.changes.iter_mut().filter(|it| is_personal(&it.field)) {
        for (value, salt) in sides(change) {
            *salt = (!value.is_null()).then(&mut fresh);
        }
    }
}

/// The hash that an entry keeps of a row whose own hash is this.
pub fn row_hash(hash: &str, salt: Option<&str>) -> String {
    salt.map_or_else(|| hash.to_owned(), |salt| digest(format!("{salt} {hash}").as_bytes()))
}

/// The salt with which an entry keeps the hash of a row.
pub fn row_salt<'a>(entry: &'a Entry, key: &str) -> Option<&'a str> {
    entry.row_salt.as_ref().filter(|_| is_record(key)).and_then(Json::as_str)
}

/// Is it the key of the record's own row?
fn is_record(key: &str) -> bool {
    key.split(' ').next() == Some("record")
}

/// What the hash of an entry covers: its letters, with commitments in the place of salted values.
pub fn covered(entry_json: &str) -> Cow<'_, str> {
    let is_salted = entry_json.contains("_salt\":");
    let entry = is_salted.then(|| serde_json::from_str::<Entry>(entry_json).ok()).flatten();
    // What is not written as the journal writes is covered to the letter, so that no letter can be changed.
    let Some(mut entry) = entry.filter(|it| written(it).as_deref() == Some(entry_json)) else {
        return Cow::Borrowed(entry_json);
    };
    entry.changes.iter_mut().flat_map(sides).for_each(|(value, salt)| commit(value, salt));
    hide(&mut entry.row_salt);
    written(&entry).map_or(Cow::Borrowed(entry_json), Cow::Owned)
}

/// The entry without the personal values of some fields; none if nothing can go. Also how many values cannot go,
/// because they were written without a salt (the field was not marked as personal information then).
/// Of a clearing step only what was before goes: what is left stays.
pub fn redacted(entry_json: &str, fields: &[&str]) -> (Option<String>, usize) {
    let Ok(mut entry) = serde_json::from_str::<Entry>(entry_json) else { return (None, 0) };
    let clears = entry.step == crate::retention::CLEARED;
    let (mut gone, mut stays) = (0, 0);
    if !clears && entry.row_salt.as_ref().is_some_and(Json::is_string) {
        hide(&mut entry.row_salt);
        gone += 1;
    }
    for change in entry.changes.iter_mut().filter(|it| fields.contains(&it.field.as_str())) {
        let most = if clears { 1 } else { 2 };
        for (value, salt) in sides(change).into_iter().take(most) {
            match salt {
                Some(_) => {
                    commit(value, salt);
                    gone += 1;
                }
                None if value.is_null() || is_kept(value) => {}
                None => stays += 1,
            }
        }
    }
    ((gone > 0).then(|| written(&entry)).flatten(), stays)
}

/// Does a commitment stand here in the place of a value?
pub fn is_kept(value: &Json) -> bool {
    value.as_object().is_some_and(|it| it.len() == 1 && it.contains_key(KEPT))
}

fn sides(change: &mut Change) -> [(&mut Json, &mut Option<String>); 2] {
    [(&mut change.from, &mut change.from_salt), (&mut change.to, &mut change.to_salt)]
}

/// A salt gives way to its own digest.
fn hide(salt: &mut Option<Json>) {
    let Some(text) = salt.as_ref().and_then(Json::as_str) else { return };
    *salt = Some(kept(digest(text.as_bytes())));
}

fn kept(commitment: String) -> Json {
    Json::Object(Map::from_iter([(KEPT.to_owned(), commitment.into())]))
}

fn commit(value: &mut Json, salt: &mut Option<String>) {
    let Some(salt) = salt.take() else { return };
    let mut sm3 = Sm3::new();
    sm3.update(salt.as_bytes());
    sm3.update([0]);
    sm3.update(value.to_string().as_bytes());
    *value = kept(hex(&sm3.finalize()));
}

fn written(entry: &Entry) -> Option<String> {
    serde_json::to_string(entry).ok()
}
