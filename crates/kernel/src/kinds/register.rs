//! 台账名册: who or what is there, and what was there on any past day?
//!
//! An entry waits for nobody. Nothing of it is changed without a reason, and what it was on a day follows from its
//! journal alone.
//! Never a past that depends on the present.

use crate::catalog::grammar::parts::{ID, NAME};
use crate::catalog::grammar::{MECHANISM_FILE, Node, Times};
use crate::catalog::{FieldType, Mechanism, Step};
use crate::journal::{Entry, Replayed, replay};

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "register",
    name: "register",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "台账名册：一类人或物的清单，不等谁来办，过去任何一天的样子都查得到。一个文件写一个机制，文件名就是代号。",
};

/// A step that would change what is written without saying why: it changes fields of an entry that is there, and demands
/// no reason. Rows that are added to child tables tell their day and basis themselves.
pub fn edits_silently(mechanism: &Mechanism, step: &Step) -> bool {
    let changes = step.needs.iter().chain(&step.asks).filter_map(|id| mechanism.field(id.as_str()));
    let changes = changes.filter(|field| !matches!(field.of, FieldType::Computed { .. }));
    !step.from.is_empty() && !step.reason && changes.count() > 0
}

/// What an entry was after everything that happened up to a moment; nothing if it was not there yet.
pub fn as_of(entries: &[Entry], until: i64) -> Result<Option<Replayed>, String> {
    let before: Vec<&Entry> = entries.iter().filter(|entry| entry.at <= until).collect();
    if before.is_empty() { Ok(None) } else { replay(before).map(Some) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::journal::Change;

    /// A life: at which moment which field became what.
    fn lives() -> impl Strategy<Value = Vec<(i64, usize, Option<i64>)>> {
        proptest::collection::vec((0_i64..5, 0_usize..3, proptest::option::of(0_i64..4)), 1..30)
    }

    const FIELDS: [&str; 3] = ["title", "unit", "until_on"];

    fn value(of: Option<i64>) -> Json {
        of.map_or(Json::Null, |it| json!(it))
    }

    proptest! {
        /// What an entry was on a past day is what it was when that day ended, whatever happened to it since.
        #[test]
        fn the_state_on_any_past_day_can_be_shown(life in lives()) {
            let mut entries: Vec<Entry> = Vec::new();
            let mut now: [Option<i64>; 3] = [None; 3];
            let mut at = 0;
            let mut days: Vec<(i64, [Option<i64>; 3])> = Vec::new();
            for (seq, (later, field, becomes)) in life.iter().enumerate() {
                at += later;
                let change = Change {
                    field: FIELDS[*field].to_owned(),
                    from: value(now[*field]),
                    to: value(*becomes),
                    ..Change::default()
                };
                now[*field] = *becomes;
                let entry = json!({
                    "seq": seq + 1, "at": at, "on": "2026-03-02", "actor_name": "林书敏", "step": "amend",
                    "step_name": "更正", "to": "active", "changes": [serde_json::to_value(change).expect("a change is JSON")],
                    "from": (seq > 0).then_some("active"),
                });
                entries.push(serde_json::from_value(entry).expect("an entry"));
                days.push((at, now));
            }
            for moment in -1..=at + 1 {
                let known = days.iter().rev().find(|(on, _)| *on <= moment).map(|(_, facts)| *facts);
                let then = as_of(&entries, moment).expect("an unbroken journal");
                let then = then.map(|it| FIELDS.map(|field| it.facts.get(field).and_then(Json::as_i64)));
                prop_assert_eq!(then, known);
            }
        }
    }
}
