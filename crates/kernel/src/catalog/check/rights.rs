//! Who sees, imports and exports? The lines of `rights`, and what follows from acting.
//!
//! Never sight without a rule: what is written here and what follows from a step is all there is.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::authority::sight::{Relation, Rule, by_acting};
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Rights, State, Step};
use crate::ids::{FieldId, RoleId};
use crate::retention::Retention;

/// Who sees, imports, exports, and how long personal information is kept: whoever decides about that sees it as well.
pub(super) fn both(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    fields: &Fields,
    (states, steps): (&[State], &[Step]),
) -> (Rights, Option<Retention>) {
    let retention = super::protection::retention(desk, matter, names, fields);
    (rights(desk, matter, names, fields, states, steps, retention.as_ref()), retention)
}

/// Who sees, imports, exports.
fn rights(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    fields: &Fields,
    states: &[State],
    steps: &[Step],
    retention: Option<&Retention>,
) -> Rights {
    let Some(raw) = matter.first("rights") else { return Rights::default() };
    let mut roles = |prop: &str| -> Vec<RoleId> {
        desk.many(raw, prop, "角色", &names.roles).into_iter().map(Into::into).collect()
    };
    let (see, import, export) = (roles("see"), roles("import"), roles("export"));
    let figures = roles("figures");
    let mut sight = by_acting(states, steps, |id| fields.find(id.as_str()).is_some_and(|it| is_unit(&it.of)));
    if !see.is_empty() {
        sight.push(Rule { who: see.clone(), relation: Relation::UnitAndBelow, states: None });
    }
    if let Some(retention) = retention {
        // Whoever decides what becomes of closed records sees them.
        let is_whole = |rule: &Rule| rule.relation == Relation::UnitAndBelow && rule.states.is_none();
        let sees = |role: &RoleId| sight.iter().any(|rule| is_whole(rule) && rule.who.contains(role));
        let who: Vec<RoleId> = retention.who.iter().filter(|role| !sees(role)).cloned().collect();
        let closed = states.iter().filter(|state| state.is_final).map(|state| state.id.clone()).collect();
        if !who.is_empty() {
            sight.push(Rule { who, relation: Relation::UnitAndBelow, states: Some(closed) });
        }
    }
    for raw in raw.inside("sight") {
        if let Some(rule) = rule(desk, raw, names, fields) {
            if sight.contains(&rule) {
                desk.tell(raw.span.clone(), "这一行没有增加什么：已经看得到");
            }
            sight.push(rule);
        }
    }
    Rights { see, import, export, figures, sight }
}

fn rule(desk: &mut Desk<'_>, raw: &Raw, names: &Names, fields: &Fields) -> Option<Rule> {
    // enforces: sight.who
    let who: Vec<RoleId> = desk.many(raw, "who", "角色", &names.roles).into_iter().map(Into::into).collect();
    // enforces: sight.states
    let states = desk.many(raw, "states", "状态", &names.states);
    let states = raw.prop("states").map(|_| states.into_iter().map(Into::into).collect());
    // enforces: sight.relation
    let relation = raw.text("relation")?;
    let pointed = matches!(relation.as_str(), "hosted" | "named");
    if let (false, Some(written)) = (pointed, raw.prop("of")) {
        desk.tell_hint(written.span.clone(), format!("{relation} 不用写 of"), "of 只用于 hosted 和 named");
    }
    let by_unit = matches!(relation.as_str(), "unit_and_below" | "own_unit" | "hosted" | "anywhere");
    if by_unit && raw.prop("who").is_none() {
        let sentence = format!("{relation} 要写明哪些角色");
        desk.tell_hint(raw.prop_span("relation"), sentence, "请加上 who");
        return None;
    }
    let relation = match relation.as_str() {
        "unit_and_below" => Relation::UnitAndBelow,
        "own_unit" => Relation::OwnUnit,
        "hosted" => Relation::Hosted(field(desk, raw, names, fields, "单位", |of| {
            matches!(of, FieldType::Unit | FieldType::Units)
        })?),
        "named" => Relation::Named(field(desk, raw, names, fields, "人员", |of| {
            matches!(of, FieldType::Person | FieldType::People)
        })?),
        "opened" => Relation::Opened,
        "handled" => Relation::Handled,
        "assigned" => Relation::Assigned,
        "anywhere" => Relation::Anywhere,
        _ => return None,
    };
    Some(Rule { who, relation, states })
}

fn is_unit(of: &FieldType) -> bool {
    matches!(of, FieldType::Unit | FieldType::Units)
}

// enforces: sight.of
fn field(
    desk: &mut Desk<'_>,
    raw: &Raw,
    names: &Names,
    fields: &Fields,
    wanted: &str,
    fits: impl Fn(&FieldType) -> bool,
) -> Option<FieldId> {
    if raw.prop("of").is_none() {
        desk.tell_hint(raw.prop_span("relation"), "没有写看哪个栏目", format!("请写 of=\"{wanted}栏目的代号\""));
        return None;
    }
    let id = desk.one_prop(raw, "of", "栏目", &names.fields)?;
    // A child table stands for the units in its rows.
    let child = fields.children.iter().find(|it| it.id == *id && it.fields.iter().any(|column| fits(&column.of)));
    if let Some(child) = child {
        return Some(child.id.clone());
    }
    let field = fields.find(id)?;
    if !fits(&field.of) {
        desk.tell(raw.prop_span("of"), format!("“{}”不合适：这里要{wanted}栏目", field.name));
        return None;
    }
    Some(field.id.clone())
}
