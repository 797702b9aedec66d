//! Can a step write other records down? Their mechanism, the field that names this one, their states, the table.
//!
//! Never asks which records there are.

use std::collections::BTreeMap;

use super::Sheet;
use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use super::round::untyped;
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Mechanism, Step};
use crate::gathering::Gathering;
use crate::ids::StepId;

/// The gatherings that a mechanism declares.
pub(super) fn gatherings(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (steps, known): (&[Step], &[String]),
) -> Vec<Gathering> {
    let children: Vec<String> = own.children.iter().map(|it| it.id.to_string()).collect();
    let mut all: Vec<Gathering> = Vec::new();
    for raw in top.inside("gather") {
        let child = raw.args.first().and_then(|it| desk.one(it, "子表", &children).map(str::to_owned));
        let mechanism = desk.one_prop(raw, "mechanism", "机制", known).map(str::to_owned);
        let at = desk.one_prop(raw, "at", "步骤", &names.steps).map(StepId::from);
        let (Some(child), Some(mechanism), Some(at)) = (child, mechanism, at) else { continue };
        // enforces: gather.at
        if let Some(step) = steps.iter().find(|it| it.id == at)
            && (step.recall || step.batch || step.from.is_empty())
        {
            let hint = "写下别的记录的步骤要写 recall=#false，不能成批，也不能是第一步";
            desk.tell_hint(raw.prop_span("at"), format!("“{}”不能写下别的记录", step.name), hint);
        }
        let child = child.into();
        untyped(desk, raw, "at", Some(&child), steps);
        if all.iter().any(|it| it.child == child) {
            desk.tell(raw.span.clone(), format!("{child} 已经写了一个 gather"));
        }
        let states = raw.text("states").unwrap_or_default().split_whitespace().map(Into::into).collect();
        let by = raw.text("by").unwrap_or_default().as_str().into();
        all.push(Gathering { child, mechanism: mechanism.into(), by, states, at });
    }
    all
}

/// The other mechanism has that field, which names this one, and those states.
// enforces: gather.mechanism
// enforces: gather.by
// enforces: gather.states
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<crate::ids::MechanismId, Mechanism>) {
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        for (it, raw) in mechanism.gatherings.iter().zip(sheet.matter.inside("gather")) {
            let Some(other) = mechanisms.get(&it.mechanism) else { continue };
            let of = other.field(it.by.as_str()).map(|field| &field.of);
            if !matches!(of, Some(FieldType::Record { of }) if *of == mechanism.id) {
                let sentence = format!("“{}”没有指着“{}”的关联栏目 {}", other.name, mechanism.name, it.by);
                sheet.desk.tell(raw.prop_span("by"), sentence);
            }
            for state in it.states.iter().filter(|state| other.state(state.as_str()).is_none()) {
                sheet.desk.tell(raw.prop_span("states"), format!("“{}”没有状态 {state}", other.name));
            }
        }
    }
}
