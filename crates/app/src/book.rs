//! How does the department read its mechanisms on paper? A picture of each flow.
//!
//! Never says anything that the definitions do not say.

use documents::chart;
use kernel::catalog::Mechanism;

/// The way of a record from state to state, drawn as SVG.
pub fn flow(mechanism: &Mechanism) -> String {
    let first = mechanism.start().to.as_ref();
    let states: Vec<chart::State> = mechanism
        .states
        .iter()
        .map(|state| chart::State {
            id: state.id.to_string(),
            name: state.name.clone(),
            kind: match state.is_final {
                true => chart::StateKind::Final,
                false if first == Some(&state.id) => chart::StateKind::Initial,
                false => chart::StateKind::Middle,
            },
            current: false,
        })
        .collect();
    let arrow = |step: &kernel::catalog::Step, from: &kernel::ids::StateId| chart::Step {
        name: step.name.clone(),
        from: from.to_string(),
        to: step.to.as_ref().unwrap_or(from).to_string(),
    };
    let steps: Vec<chart::Step> =
        mechanism.steps.iter().flat_map(|step| step.from.iter().map(move |from| arrow(step, from))).collect();
    chart::flow(&mechanism.name, &states, &steps)
}
