//! What does the clock do to a record? It rings its deadlines and reckons them anew.
//!
//! Never acts for anybody.

use super::Move;
use crate::catalog::Mechanism;
use crate::deadlines::{self, Clock, Moves};
use crate::ids::DeadlineId;
use crate::record::Record;

/// Rings every deadline of the record whose day has come. One move holds all of them.
pub fn ring(clock: Clock<'_>, mechanism: &Mechanism, record: &Record) -> Option<Move> {
    let mut after = record.clone();
    let (mut moves, mut opens, mut rang) = (Moves::new(), None, None);
    for running in &mut after.deadlines {
        let Some(deadline) = mechanism.deadline(running.id.as_str()) else { continue };
        if let Some(ring) = deadlines::ring(clock, deadline, running) {
            let is_late = ring.line.what == crate::record::DeadlineEvent::Overdue;
            moves.push((running.id.to_string(), ring.line));
            if is_late && (rang.is_none() || ring.opens.is_some()) {
                (opens, rang) = (ring.opens, Some(running.id.clone()));
            }
        }
    }
    (!moves.is_empty()).then(|| {
        let (step, step_name) =
            if rang.is_some() { ("clock.overdue", "逾期") } else { ("clock.warned", "到期提醒") };
        by_clock(after, step, step_name, moves, opens, rang)
    })
}

/// Reckons the record's deadlines anew after the calendar changed.
pub fn recompute(clock: Clock<'_>, mechanism: &Mechanism, record: &Record) -> Option<Move> {
    let mut after = record.clone();
    let mut moves = Moves::new();
    for running in &mut after.deadlines {
        let Some(deadline) = mechanism.deadline(running.id.as_str()) else { continue };
        if let Some(line) = deadlines::recompute(clock, deadline, running) {
            moves.push((running.id.to_string(), line));
        }
    }
    (!moves.is_empty()).then(|| by_clock(after, "clock.recomputed", "按新的工作日历重新计算时限", moves, None, None))
}

pub(crate) fn by_clock(
    mut after: Record,
    step: &str,
    step_name: &str,
    deadlines: Moves,
    opens: Option<String>,
    rang: Option<DeadlineId>,
) -> Move {
    after.version += 1;
    Move { deadlines, opens, rang, ..Move::bare(after, step, step_name) }
}
