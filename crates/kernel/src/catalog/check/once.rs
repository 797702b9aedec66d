//! Of whom is there one record at a time, and which tables leave as workbooks?
//!
//! Never asks which records there are.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Step};
use crate::extract::{Column, Extract, Holds};
use crate::ids::{FieldId, StateId};
use crate::once::Once;

/// `once of="…" …`.
pub(super) fn once(desk: &mut Desk<'_>, matter: &Raw, names: &Names, own: &Fields) -> Option<Once> {
    let raw = matter.first("once")?;
    let is_whom = |of: &FieldType| matches!(of, FieldType::Person | FieldType::Unit | FieldType::Record { .. });
    let of = own.named((desk, raw, names), "of", "person、unit 或者 record 栏目", |it| is_whom(&it.of));
    let per = own.named((desk, raw, names), "per", "选项栏目", |it| matches!(it.of, FieldType::Choice { .. }));
    let day = |it: &crate::catalog::Field| matches!(it.of, FieldType::Day);
    let from = own.named((desk, raw, names), "from", "day 栏目", day);
    let until = own.named((desk, raw, names), "until", "day 栏目", day);
    if let (Some(link), Some(_)) = (matter.first("term"), &of) {
        desk.tell_hint(link.span.clone(), "期限关系不用写 once", "一方同一天有几段，用 side 的 most 写");
    }
    let states: Vec<StateId> = desk.many(raw, "states", "状态", &names.states).into_iter().map(Into::into).collect();
    Some(Once { of: of?, per, from: from?, until, states })
}

/// The tables that leave as workbooks.
pub(super) fn extracts(desk: &mut Desk<'_>, matter: &Raw, names: &Names, own: &Fields) -> Vec<Extract> {
    let nodes: Vec<&Raw> = matter.inside("extract").collect();
    super::super::battery::unique(desk, &nodes, "工作簿", &[0, 1]);
    nodes.into_iter().filter_map(|raw| extract(desk, raw, names, own)).collect()
}

// enforces: extract.of
fn extract(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields) -> Option<Extract> {
    let children: Vec<String> = own.children.iter().map(|it| it.id.to_string()).collect();
    let of = desk.one_prop(raw, "of", "子表", &children).map(FieldId::from)?;
    let child = own.children.iter().find(|it| it.id == of)?;
    let known: Vec<String> = child.fields.iter().map(|it| it.id.to_string()).collect();
    let fields: Vec<String> = own.fields.iter().map(|it| it.id.to_string()).collect();
    let mut columns = Vec::new();
    for node in raw.inside("extract.column") {
        let own_field = desk.one_prop(node, "own", "栏目", &fields).map(FieldId::from);
        let of = desk.one_prop(node, "of", "子表的栏目", &known).map(FieldId::from);
        if node.prop("own").is_some() && node.prop("of").is_some() {
            desk.tell(node.span.clone(), "of 和 own 只能写一个");
        }
        let holds = of.map(Holds::Column).or_else(|| own_field.map(Holds::Own)).unwrap_or(Holds::Place);
        columns.push(Column { title: node.arg(0).to_owned(), holds });
    }
    let total = desk.one_prop(raw, "total", "子表的栏目", &known).map(FieldId::from);
    let adds = |id: &FieldId| {
        let of = child.fields.iter().find(|it| it.id == *id).map(|it| &it.of);
        matches!(of, Some(FieldType::Money | FieldType::Whole { .. } | FieldType::Decimal { .. }))
    };
    if total.as_ref().is_some_and(|id| !adds(id) || !columns.iter().any(|it| it.holds == Holds::Column(id.clone()))) {
        desk.tell(raw.prop_span("total"), "total 要写工作簿里有的、可以相加的一列：钱、整数或者小数");
    }
    // enforces: extract.states
    let states = desk.many(raw, "states", "状态", &names.states).into_iter().map(Into::into).collect();
    // enforces: extract.who
    let who = desk.many(raw, "who", "角色", &names.roles).into_iter().map(Into::into).collect();
    Some(Extract { id: raw.arg(0).to_owned(), name: raw.arg(1).to_owned(), of, who, states, total, columns })
}

/// The steps with what they do with other records.
pub(super) fn with_others(desk: &mut Desk<'_>, matter: &Raw, names: &Names, own: &Fields, steps: &mut [Step]) {
    for raw in matter.inside("step") {
        let Some(step) = steps.iter_mut().find(|it| it.id == *raw.arg(0)) else { continue };
        step.brings = super::beyond::brings(desk, raw, names, own);
        step.leads = super::beyond::leads(desk, raw, own);
        super::beyond::can_be_led(desk, raw, step);
    }
}
