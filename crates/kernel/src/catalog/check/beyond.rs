//! Can a step bring values over and lead other records along? Fields of one type, steps that are there to be led, and
//! nothing that anybody would have to fill in or judge.
//!
//! Never asks which records there are.

use std::collections::BTreeMap;

use super::Sheet;
use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::beyond::{Bring, Lead, is_of};
use crate::catalog::raw::Raw;
use crate::catalog::{Field, FieldType, Mechanism, Step};
use crate::ids::{FieldId, MechanismId};

/// What a step brings over.
// enforces: step.bring.from
pub(super) fn brings(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields) -> Vec<Bring> {
    let known: Vec<String> = own.fields.iter().map(|it| it.id.to_string()).collect();
    let mut all: Vec<Bring> = Vec::new();
    for node in raw.inside("step.bring") {
        let field = node.args.first().and_then(|it| desk.one(it, "栏目", &known)).map(FieldId::from);
        let from =
            own.named((desk, node, names), "from", "关联栏目", |it| matches!(it.of, FieldType::Record { .. }));
        let (Some(field), Some(from)) = (field, from) else { continue };
        let theirs = FieldId::from(node.text("field").unwrap_or_default());
        let is_written = own.find(field.as_str()).is_some_and(reckoned);
        if is_written || all.iter().any(|it| it.field == field) {
            desk.tell(node.arg_span(0), format!("{field} 是自动得出的，或者写了两次，不能抄来"));
        }
        all.push(Bring { field, from, theirs });
    }
    if !all.is_empty() && (raw.prop("from").is_none() || raw.says("batch")) {
        let hint = "抄栏目的步骤不能是第一步，也不能成批";
        desk.tell_hint(raw.span.clone(), format!("“{}”不能从关联的记录里抄", raw.arg(1)), hint);
    }
    all
}

fn reckoned(field: &Field) -> bool {
    matches!(field.of, FieldType::Computed { .. }) || field.stamped.is_some()
}

/// The records that a step leads along.
pub(super) fn leads(desk: &mut Desk<'_>, raw: &Raw, own: &Fields) -> Vec<Lead> {
    let children: Vec<String> = own.children.iter().map(|it| it.id.to_string()).collect();
    let words = |text: Option<String>| -> Vec<String> {
        text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    let mut all = Vec::new();
    for node in raw.inside("step.leads") {
        all.push(Lead {
            steps: words(Some(node.arg(0).to_owned())).into_iter().map(|it| it.as_str().into()).collect(),
            mechanism: node.text("mechanism").unwrap_or_default().as_str().into(),
            by: node.text("by").unwrap_or_default().as_str().into(),
            states: words(node.text("states")).into_iter().map(|it| it.as_str().into()).collect(),
            takes_in: words(node.text("takes_in")).into_iter().map(|it| it.as_str().into()).collect(),
            none: node.says("none"),
            rows: desk.one_prop(node, "rows", "子表", &children).map(FieldId::from),
        });
    }
    let is_fixed = raw.prop("recall").is_some() && !raw.says("recall") && !raw.says("batch");
    let fits = is_fixed && raw.prop("from").is_some() && raw.prop("joint").is_none();
    if !all.is_empty() && !fits {
        let hint = "带着别的记录走的步骤要写 recall=#false，不能成批，不能会签，也不能是第一步";
        desk.tell_hint(raw.span.clone(), format!("“{}”不能带着别的记录走", raw.arg(1)), hint);
    }
    all
}

/// A step that is led is taken by itself alone: nobody fills anything in, judges or takes it back.
// enforces: step.led
pub(super) fn can_be_led(desk: &mut Desk<'_>, raw: &Raw, step: &Step) {
    if !step.led {
        return;
    }
    let asks = !step.needs.is_empty() || !step.asks.is_empty() || step.opinion || step.reason;
    let is_more = step.batch || step.recall || step.joint.is_some() || !step.apart.is_empty() || step.from.is_empty();
    if asks || is_more || !step.brings.is_empty() || !step.leads.is_empty() {
        let hint =
            "要写 recall=#false；不能填栏目、写意见和理由，不能成批、会签、写 apart，不能再带别的，也不能是第一步";
        desk.tell_hint(raw.prop_span("led"), format!("“{}”不能由别的机制带着走", step.name), hint);
    }
}

/// What needs the other mechanisms: fields of one type, steps and states that are there, and somebody who leads.
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        for raw in sheet.matter.inside("step") {
            let Some(step) = mechanism.step(raw.arg(0)) else { continue };
            for (it, node) in step.brings.iter().zip(raw.inside("step.bring")) {
                bring_fits(&mut sheet.desk, node, mechanism, it, mechanisms);
            }
            for (it, node) in step.leads.iter().zip(raw.inside("step.leads")) {
                lead_fits(&mut sheet.desk, node, mechanism, it, mechanisms);
            }
            let leads = |other: &Mechanism| {
                let mut all = other.steps.iter().flat_map(|it| &it.leads);
                all.any(|it| it.mechanism == mechanism.id && it.steps.contains(&step.id))
            };
            if step.led && !mechanisms.values().any(leads) {
                sheet.desk.tell(raw.prop_span("led"), format!("没有哪个机制带着走“{}”", step.name));
            }
        }
    }
}

// enforces: step.bring.field
fn bring_fits(
    desk: &mut Desk<'_>,
    node: &Raw,
    mechanism: &Mechanism,
    it: &Bring,
    mechanisms: &BTreeMap<MechanismId, Mechanism>,
) {
    let Some(FieldType::Record { of }) = mechanism.field(it.from.as_str()).map(|field| &field.of) else { return };
    let (Some(other), Some(own)) = (mechanisms.get(of), mechanism.field(it.field.as_str())) else { return };
    let theirs = other.field(it.theirs.as_str());
    let fits = |theirs: &Field| {
        let is_kept = theirs.protection.level.is_some() && own.protection.level.is_none();
        is_like(&own.of, &theirs.of) && theirs.protection.read.is_empty() && !is_kept
    };
    if !theirs.is_some_and(fits) {
        let hint = "要是那个机制里同一类型、不限谁看的栏目；个人信息只能抄进个人信息栏目";
        desk.tell_hint(node.prop_span("field"), format!("“{}”的 {} 抄不到 {}", other.name, it.theirs, it.field), hint);
    }
}

fn is_like(one: &FieldType, other: &FieldType) -> bool {
    match (one, other) {
        (FieldType::Choice { list }, FieldType::Choice { list: theirs }) => list == theirs,
        (FieldType::Record { of }, FieldType::Record { of: theirs }) => of == theirs,
        (FieldType::Whole { measure, .. }, FieldType::Whole { measure: theirs, .. })
        | (FieldType::Decimal { measure, .. }, FieldType::Decimal { measure: theirs, .. }) => measure == theirs,
        (FieldType::Text { max }, FieldType::Text { max: theirs })
        | (FieldType::LongText { max }, FieldType::LongText { max: theirs }) => max >= theirs,
        (FieldType::Files | FieldType::Computed { .. }, _) => false,
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

// enforces: step.leads
// enforces: step.leads.mechanism
// enforces: step.leads.by
// enforces: step.leads.states
fn lead_fits(
    desk: &mut Desk<'_>,
    node: &Raw,
    mechanism: &Mechanism,
    it: &Lead,
    mechanisms: &BTreeMap<MechanismId, Mechanism>,
) {
    let Some(other) = mechanisms.get(&it.mechanism) else {
        return desk.tell(node.prop_span("mechanism"), format!("没有名为 {} 的机制", it.mechanism));
    };
    for id in &it.steps {
        match other.step(id.as_str()) {
            None => desk.tell(node.arg_span(0), format!("“{}”没有步骤 {id}", other.name)),
            Some(step) if !step.led => {
                let sentence = format!("“{}”的“{}”没有写明由别的机制带着走", other.name, step.name);
                desk.tell_hint(node.arg_span(0), sentence, "请在那一步写 led=#true");
            }
            Some(step) if !it.states.iter().all(|state| step.from.contains(state)) => {
                desk.tell(node.prop_span("states"), format!("在这些状态里走不了“{}”", step.name));
            }
            Some(_) => {}
        }
    }
    for state in it.states.iter().filter(|state| other.state(state.as_str()).is_none()) {
        desk.tell(node.prop_span("states"), format!("“{}”没有状态 {state}", other.name));
    }
    if !other.field(it.by.as_str()).is_some_and(|field| is_of(&field.of, &mechanism.id)) {
        let sentence = format!("“{}”没有指着“{}”的关联栏目 {}", other.name, mechanism.name, it.by);
        desk.tell(node.prop_span("by"), sentence);
    }
    for id in &it.takes_in {
        let alike = mechanism.field(id.as_str()).zip(other.field(id.as_str()));
        if !alike.is_some_and(|(own, theirs)| is_like(&own.of, &theirs.of)) {
            desk.tell(node.prop_span("takes_in"), format!("两边没有同代号、同类型的栏目 {id}"));
        }
    }
    let child = it.rows.as_ref().and_then(|id| mechanism.child(id.as_str()));
    if child.is_some_and(|child| !child.fields.iter().any(|column| is_of(&column.of, &it.mechanism))) {
        desk.tell(node.prop_span("rows"), format!("这张子表里没有关联“{}”的栏目", other.name));
    }
}
