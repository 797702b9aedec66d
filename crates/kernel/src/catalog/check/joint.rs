//! Who signs a joint step, whom a step copies to, whose a state is? What steps say of people and units in fields.
//!
//! Never asks who they are: that is known at a site.

use super::desk::Desk;
use super::fields::Fields;
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Joint};
use crate::ids::FieldId;

pub(super) fn personal(desk: &mut Desk<'_>, raw: &Raw) -> bool {
    if raw.says("personal") && raw.prop("holder").is_none() {
        desk.tell_hint(raw.prop_span("personal"), "personal 要和 holder 一起写", "用 holder 写明这时该谁办");
    }
    raw.says("personal")
}

/// A field that names units or people.
pub(super) fn parties(desk: &mut Desk<'_>, raw: &Raw, prop: &str, fields: &Fields) -> Option<FieldId> {
    let written = raw.prop(prop)?;
    let id = written.text();
    let Some(field) = fields.find(id) else {
        let known: Vec<String> = fields.fields.iter().map(|it| it.id.to_string()).collect();
        desk.unknown(written.span.clone(), "栏目", id, &known);
        return None;
    };
    if !matches!(field.of, FieldType::Unit | FieldType::Units | FieldType::Person | FieldType::People) {
        let sentence = format!("“{}”里写的不是单位也不是人", field.name);
        desk.tell_hint(written.span.clone(), sentence, format!("{prop} 要写一个 unit、units、person 或 people 栏目"));
        return None;
    }
    if prop == "of" && raw.prop("from").is_none() {
        desk.tell_hint(written.span.clone(), "新建记录的第一步不能写 of", "还没有记录，也就没有写下的单位或人");
    }
    Some(field.id.clone())
}

/// How many sign: all, any, in order, or so many different people.
pub(super) fn joint(desk: &mut Desk<'_>, raw: &Raw) -> Option<Joint> {
    let written = raw.prop("joint")?;
    if raw.prop("from").is_none() {
        desk.tell_hint(written.span.clone(), "新建记录的第一步不能会签", "请先新建，再由一步会签");
    }
    let joint = match (written.text(), written.text().parse::<u32>()) {
        ("all", _) => Joint::All,
        ("any", _) => Joint::Any,
        ("in_order", _) => Joint::InOrder,
        (_, Ok(people @ 2..=99)) => Joint::People(people),
        _ => {
            let hint = "会签写 all，或签写 any，依次写 in_order，几个不同的人写 2 到 99 的数";
            desk.tell_hint(written.span.clone(), format!("joint 不能是 {}", written.text()), hint);
            return None;
        }
    };
    if raw.prop("of").is_none() && !matches!(joint, Joint::People(_)) {
        let hint = "用 of 写明哪个栏目，或者把 joint 写成几个人";
        desk.tell_hint(written.span.clone(), "没有写明由哪些单位或人会签", hint);
    }
    Some(joint)
}

pub(super) fn may_add(desk: &mut Desk<'_>, raw: &Raw) -> bool {
    if raw.says("may_add") && raw.prop("joint").is_none_or(|joint| joint.text() == "any") {
        let sentence = "只有会签、依次和几个人共同办的步骤可以加签";
        desk.tell_hint(raw.prop_span("may_add"), sentence, "请去掉 may_add");
    }
    raw.says("may_add")
}

/// A state waits for one joint step at most: a round is told by its state.
pub(super) fn one_round_a_state(desk: &mut Desk<'_>, matter: &Raw) {
    let mut seen: Vec<&str> = Vec::new();
    for raw in matter.inside("step").filter(|raw| raw.prop("joint").is_some()) {
        for state in raw.prop("from").iter().flat_map(|from| from.words()) {
            if seen.contains(&state) {
                desk.tell(raw.prop_span("joint"), format!("状态 {state} 里已经有一步会签"));
            }
            seen.push(state);
        }
    }
}
