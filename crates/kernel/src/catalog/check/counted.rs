//! In which states may a record count in a figure? Whoever does not see those may not see the number either.
//!
//! Never leaves a state out that is not certain to count nothing.

use std::collections::BTreeSet;

use crate::catalog::{Field, FieldType, Figure, Measure, State, Step};
use crate::formula::certain::{Known, is_absent, truth};
use crate::formula::{Expr, Formula};
use crate::ids::StateId;

/// Puts into each figure the states in which a record may count.
pub(super) fn counted(figures: &mut [Figure], fields: &[Field], states: &[State], steps: &[Step]) {
    for figure in figures {
        let may = |state: &&State| may_count(&figure.measure, state, fields, steps);
        figure.counts_in = states.iter().filter(may).map(|state| state.id.clone()).collect();
    }
}

fn may_count(measure: &Measure, state: &State, fields: &[Field], steps: &[Step]) -> bool {
    let is_empty = |id: &str| is_never_filled(id, &state.id, fields, steps);
    let formula = |id: &str| {
        fields.iter().find(|field| field.id == *id).and_then(|field| match &field.of {
            FieldType::Computed { formula } => Some(&formula.expr),
            _ => None::<&Expr>,
        })
    };
    let known = Known { state: state.id.as_str(), is_closed: state.is_final, is_empty: &is_empty, formula: &formula };
    let never = |given: &Formula| truth(&given.expr, &known) == Some(false);
    let absent = |value: &Formula| is_absent(&value.expr, &known);
    !match measure {
        Measure::Count { when, at } => never(when) || absent(at),
        Measure::Sum { of, when, at } | Measure::Average { of, when, at } => never(when) || absent(at) || absent(of),
        Measure::People { named, when, at, .. } => never(when) || never(named) || absent(at),
        Measure::Balance { when, year, .. } => never(when) || year.as_ref().is_some_and(absent),
        // Where what it stands on may count: said once that is known.
        Measure::Blend(_) => true,
        Measure::Ratio { whole, at, .. } => never(whole) || absent(at),
        Measure::Stock { when, since, .. } => never(when) || absent(since),
    }
}

/// Is the field empty in every record that stands in the state? It is if no step that fills it leads there.
fn is_never_filled(id: &str, state: &StateId, fields: &[Field], steps: &[Step]) -> bool {
    let Some(field) = fields.iter().find(|field| field.id == *id) else { return false };
    if field.default.is_some() || field.required || matches!(field.of, FieldType::Computed { .. }) {
        return false;
    }
    let fills = |step: &&Step| {
        step.needs.contains(&field.id) || step.asks.contains(&field.id) || field.stamped.as_ref() == Some(&step.id)
    };
    !steps.iter().filter(fills).any(|step| leads_to(step, state, steps))
}

fn leads_to(step: &Step, state: &StateId, steps: &[Step]) -> bool {
    let mut next: Vec<&StateId> = match &step.to {
        Some(to) => vec![to],
        None => step.from.iter().collect(),
    };
    let mut seen = BTreeSet::new();
    while let Some(at) = next.pop() {
        if at == state {
            return true;
        }
        if seen.insert(at) {
            next.extend(steps.iter().filter(|step| step.from.contains(at)).filter_map(|step| step.to.as_ref()));
        }
    }
    false
}
