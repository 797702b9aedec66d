//! What does a step do with other records? It brings values over from records that it names, and leads others along,
//! each taking a step of its own.
//!
//! Never decides for them: a record that is led is decided like any other, by its own definition.

use std::collections::BTreeSet;

use crate::catalog::{Child, FieldType, Mechanism, Step};
use crate::ids::{FieldId, MechanismId, RecordId, StateId, StepId};
use crate::record::Record;
use crate::value::{Facts, Value};

/// A field that a step brings over from a record that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bring {
    /// The field that it fills.
    pub field: FieldId,
    /// The field that names the record.
    pub from: FieldId,
    /// The field of that record.
    pub theirs: FieldId,
}

/// Records that take a step along with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Their steps: each takes the first whose condition holds.
    pub steps: Vec<StepId>,
    /// Their mechanism.
    pub mechanism: MechanismId,
    /// Their field that names this record.
    pub by: FieldId,
    /// Their states.
    pub states: Vec<StateId>,
    /// Fields that have to be alike for a record to be taken in; if there are none, only records that name this one go.
    pub takes_in: Vec<FieldId>,
    /// May there be none?
    pub none: bool,
    /// The child table in which exactly those stand that go.
    pub rows: Option<FieldId>,
}

/// Does the step write the field because it is brought over?
pub fn brings(step: &Step, field: &FieldId) -> bool {
    step.brings.iter().any(|it| it.field == *field)
}

/// Is a record alike in everything that has to be alike for it to be taken in?
// enforces: step.leads.takes_in
pub fn is_alike(lead: &Lead, own: &Facts, theirs: &Facts) -> bool {
    lead.takes_in.iter().all(|id| match (own.find(id.as_str()), theirs.find(id.as_str())) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    })
}

/// The records of a mechanism that a child table names.
pub fn named_in(child: &Child, facts: &Facts, mechanism: &MechanismId) -> BTreeSet<RecordId> {
    let names = |id: &FieldId| child.fields.iter().any(|it| it.id == *id && is_of(&it.of, mechanism));
    let Some(Value::Rows(rows)) = facts.find(child.id.as_str()) else { return BTreeSet::new() };
    let of_row = |row: &Facts| -> Vec<RecordId> {
        let own = row.0.iter().filter(|(id, _)| names(id));
        own.filter_map(|(_, value)| if let Value::Record(id) = value { Some(*id) } else { None }).collect()
    };
    rows.iter().flat_map(of_row).collect()
}

/// Does a type name records of that mechanism?
pub fn is_of(of: &FieldType, mechanism: &MechanismId) -> bool {
    matches!(of, FieldType::Record { of } if of == mechanism)
}

/// How many of those that go are missing in the table, and how many in it do not go; nothing if they are the same.
// enforces: step.leads.rows
pub fn differ(
    mechanism: &Mechanism,
    lead: &Lead,
    record: &Record,
    going: &BTreeSet<RecordId>,
) -> Option<(usize, usize)> {
    let child = mechanism.child(lead.rows.as_ref()?.as_str())?;
    let listed = named_in(child, &record.facts, &lead.mechanism);
    let (more, less) = (going.difference(&listed).count(), listed.difference(going).count());
    (more + less > 0).then_some((more, less))
}
