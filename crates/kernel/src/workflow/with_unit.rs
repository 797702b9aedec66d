//! What happens to a record whose unit becomes part of another? It goes along, and remembers where it was.
//!
//! Never a step that anybody takes.

use jiff::civil::Date;

use super::by_clock::by_clock;
use super::{Move, changes};
use crate::catalog::Mechanism;
use crate::deadlines::Moves;
use crate::ids::UnitId;
use crate::record::Record;
use crate::value::Value;

/// The step of a record that goes along when its unit becomes part of another.
pub const WITH_UNIT: &str = "unit.moved";

/// Moves a record along with its unit, from a day on; what it counted before stays with the unit that it was then.
pub fn go_with_unit(mechanism: &Mechanism, record: &Record, to: UnitId, on: Date, decision: &str) -> Move {
    let mut after = record.clone();
    let since = record.past_units.last().map_or(on, |(until, _)| on.max(*until));
    after.past_units.push((since, record.unit));
    after.unit = to;
    after.facts.put(&mechanism.unit, Some(Value::Unit(to)));
    let changes = changes(&record.facts, &after.facts);
    let moved = by_clock(after, WITH_UNIT, "随单位调整划转", Moves::new(), None, None);
    Move { changes, reason: Some(format!("{decision}（自{since}起）")), ..moved }
}
