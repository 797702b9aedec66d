//! What was? One entry a step: who, when, in whose name, what changed from what to what.
//!
//! An entry's hash covers the entry and the hash before it, so that no entry can be changed, dropped or put between.
//! Never rewritten, but for personal information whose time is over ([`redaction`]): replaying all entries of a record
//! gives the record.

pub mod redaction;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sm3::{Digest, Sm3};
use uuid::Uuid;

use crate::flow::{Flow, FlowChange};
use crate::ids::{PersonId, RecordId};
use crate::record::{DeadlineMove, Running};

pub mod seal;

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id, ordered by time.
    #[serde(default)]
    pub id: Uuid,
    /// Its number inside the record, from 1: the record's version after it.
    pub seq: i64,
    /// The moment, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The day in the office.
    pub on: Date,
    /// Who; absent for the clock.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actor: Option<PersonId>,
    /// Their name then.
    pub actor_name: String,
    /// By which role they acted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// In whose name: their name then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub behalf: Option<String>,
    /// In whose name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub principal: Option<PersonId>,
    /// The step's id (or `clock.warned` and its like for what the clock does).
    pub step: String,
    /// The step's name then.
    pub step_name: String,
    /// The state before, absent at the start.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// The state after.
    pub to: String,
    /// The version of the definition, where it was pinned or changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub definition: Option<String>,
    /// What changed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub changes: Vec<Change>,
    /// The number given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
    /// The opinion.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opinion: Option<String>,
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What changed in whom it waits for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub flow: Option<FlowChange>,
    /// What taking the step back would bring back, beyond what changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undo: Option<Undo>,
    /// The entry that it takes back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recalls: Option<i64>,
    /// What happened to deadlines.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub deadlines: Vec<(String, DeadlineMove)>,
    /// Papers issued and records opened: kind and id.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub effects: Vec<(String, String)>,
    /// What stands in the tables after it: `table key` and the hash of that row, for each row that it wrote.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rows: Vec<(String, String)>,
    /// The salt of the record's own hash among them, if the record holds personal information: see [`redaction`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row_salt: Option<Json>,
    /// The import or batch act that it was part of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub batch: Option<String>,
}

/// What a step changed beyond facts, state and flow, as it stood before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// The deadlines that it changed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub deadlines: Vec<Running>,
    /// The day on which the record was closed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_on: Option<Date>,
}

/// One field that changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: String,
    /// Before, null if absent.
    pub from: Json,
    /// After, null if absent.
    pub to: Json,
    /// The salts of what stands here before and after, if it is personal information: see [`redaction`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from_salt: Option<String>,
    /// That of after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to_salt: Option<String>,
}

/// The hash of an entry: SM3 (GB/T 32905) over the hash before it, the record's id and what is covered of the entry's
/// JSON ([`redaction::covered`]), in hexadecimal.
pub fn hash(prior: Option<&str>, record: RecordId, entry_json: &str) -> String {
    let mut sm3 = Sm3::new();
    sm3.update(prior.unwrap_or("").as_bytes());
    sm3.update(record.0.as_bytes());
    sm3.update(redaction::covered(entry_json).as_bytes());
    hex(&sm3.finalize())
}

/// The SM3 hash of bytes, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sm3::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
    }
    text
}

/// What the journal says a record must be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// The state.
    pub state: String,
    /// The facts.
    pub facts: Map<String, Json>,
    /// The number.
    pub number: Option<String>,
    /// The version.
    pub version: i64,
    /// The definition.
    pub definition: String,
    /// Whom it waits for.
    pub flow: Flow,
}

/// Replays entries in order. The first that does not fit what stood before it is named.
pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Replayed, String> {
    let mut so_far = Replayed::default();
    let mut taken_out: BTreeMap<&str, i64> = BTreeMap::new();
    for entry in entries {
        if entry.seq != so_far.version + 1 {
            return Err(format!("第{}条之后应是第{}条，却是第{}条", so_far.version, so_far.version + 1, entry.seq));
        }
        if entry.from.as_deref().unwrap_or("") != so_far.state {
            return Err(format!(
                "第{}条写明原状态“{}”，与前一条不符",
                entry.seq,
                entry.from.as_deref().unwrap_or("无")
            ));
        }
        for change in &entry.changes {
            let before = so_far.facts.get(&change.field).cloned().unwrap_or(Json::Null);
            let is_known = !redaction::is_kept(&before) && !redaction::is_kept(&change.from);
            if [&change.from, &change.to].into_iter().any(redaction::is_kept) {
                taken_out.entry(&change.field).or_insert(entry.seq);
            }
            if entry.step == crate::retention::CLEARED {
                taken_out.remove(change.field.as_str());
            }
            if is_known && before != change.from {
                return Err(format!("第{}条写明的“{}”原值与前文不符", entry.seq, change.field));
            }
            match &change.to {
                Json::Null => so_far.facts.remove(&change.field),
                to => so_far.facts.insert(change.field.clone(), to.clone()),
            };
        }
        if let Some(flow) = &entry.flow {
            if flow.from != so_far.flow {
                return Err(format!("第{}条写明的承办和会签情况与前文不符", entry.seq));
            }
            so_far.flow = flow.to.clone();
        }
        so_far.state = entry.to.clone();
        so_far.version = entry.seq;
        if let Some(number) = &entry.number {
            so_far.number = Some(number.clone());
        }
        if let Some(definition) = &entry.definition {
            so_far.definition = definition.clone();
        }
    }
    match taken_out.first_key_value() {
        Some((field, seq)) => Err(format!("第{seq}条里“{field}”的内容被抹去了，却没有清除到期个人信息的记录")),
        None => Ok(so_far),
    }
}
