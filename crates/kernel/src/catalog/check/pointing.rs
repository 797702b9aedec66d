//! Do fields that name records name them in states that these have?
//!
//! Never asks which records there are.

use std::collections::BTreeMap;

use super::Sheet;
use crate::catalog::{FieldType, Mechanism};
use crate::ids::MechanismId;

/// The states that a field asks for are states of the mechanism that it names.
// enforces: field.states
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        for raw in sheet.matter.inside("field") {
            let Some(field) = mechanism.field(raw.arg(0)) else { continue };
            let FieldType::Record { of } = &field.of else { continue };
            let Some(other) = mechanisms.get(of) else { continue };
            for state in field.named_in.iter().filter(|it| other.state(it.as_str()).is_none()) {
                sheet.desk.tell(raw.prop_span("states"), format!("“{}”没有状态 {state}", other.name));
            }
        }
    }
}
