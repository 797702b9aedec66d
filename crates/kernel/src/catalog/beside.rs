//! What stands beside the records of a mechanism, and what of it do their fields take?
//!
//! Never what a kind asks of its definition: that is the battery's.

use super::{Field, FieldType, Mechanism};
use crate::formula::{Own, Slot};
use crate::ids::FieldId;

impl Mechanism {
    /// The fields and child tables that its kind writes and nobody types.
    pub fn writes(&self) -> Vec<&FieldId> {
        let voting = self.voting.iter().flat_map(|it| &it.result);
        let call = self.call.iter().flat_map(|it| &it.result);
        let stages = self.entry.iter().flat_map(|it| &it.stages);
        let stages = stages.flat_map(|it| [Some(&it.result), Some(&it.turn), it.score.as_ref()].into_iter().flatten());
        let proposed = self.scoring.iter().flat_map(|it| it.publicise.as_ref().map(|(_, table)| table));
        let results = self.scoring.iter().map(|it| &it.result).chain(proposed);
        let own = self.assessed.iter().flat_map(|it| it.part.writes()).filter_map(|id| self.called(id));
        let report = self.writing.iter().map(|it| &it.sealed);
        voting.chain(call).chain(results).chain(stages).chain(own).chain(report).collect()
    }

    /// The id of a field or a table, as the definition keeps it.
    fn called(&self, id: &str) -> Option<&FieldId> {
        self.field(id).map(|it| &it.id).or_else(|| self.child(id).map(|it| &it.id))
    }

    /// Does a step touch nothing that stands beside its record?
    pub fn is_alone(&self, step: &str) -> bool {
        let beside = self.attendance.is_some() || self.account.is_some() || self.voting.is_some();
        let beside = beside || self.circulation.is_some();
        let draws = self.step(step).is_some_and(|step| !step.draws.is_empty());
        !draws && !beside && self.call.is_none() && self.entry.is_none()
    }

    /// Is a field of the record reckoned from who came?
    pub fn shows_turnout(&self) -> bool {
        self.attendance.is_some() && self.reckons(|slot| matches!(slot, Slot::Own(Own::Turnout(_))))
    }

    /// Is a field of the record reckoned from who has received it?
    pub fn shows_receipts(&self) -> bool {
        self.circulation.is_some() && self.reckons(|slot| matches!(slot, Slot::Own(Own::Receipt(_))))
    }

    /// Is a field of the record reckoned from what its voting came to?
    pub fn shows_tally(&self) -> bool {
        self.voting.is_some() && self.reckons(|slot| matches!(slot, Slot::Own(Own::Tally(_))))
    }

    fn reckons(&self, asks: impl Fn(&Slot) -> bool) -> bool {
        let reckoned = |field: &Field| match &field.of {
            FieldType::Computed { formula, .. } => formula.mentions().iter().any(&asks),
            _ => false,
        };
        self.fields.iter().any(reckoned)
    }
}
