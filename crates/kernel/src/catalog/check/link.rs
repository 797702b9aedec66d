//! From when to when does a link stand, who are its sides, and what must hold between them?
//!
//! Never looks at a link: whether a place is left is asked when one begins.

use super::attendance::person_roles;
use super::desk::Desk;
use super::fields::Fields;
use super::flow::{Names, guard};
use crate::catalog::raw::Raw;
use crate::catalog::{Field, FieldType, Vocabulary};
use crate::formula::{Measure, Own, Slot, Type};
use crate::ids::{FieldId, StateId};
use crate::kinds::link::{Link, Linked, Rule, Side};

/// The most links that a side may have on a day.
const MOST: i64 = 10_000;

/// `term from="from_on" …`.
pub(super) fn link(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    vocabulary: &Vocabulary,
) -> Option<Link> {
    let raw = top.first("term")?;
    let is_day = |field: &Field| matches!(field.of, FieldType::Day);
    let from = own.named((desk, raw, names), "from", "日期栏目", is_day);
    let until = own.named((desk, raw, names), "until", "日期栏目", is_day);
    let ended = own.named((desk, raw, names), "ended", "日期栏目", is_day);
    let basis = own.named((desk, raw, names), "basis", "文字栏目或者附件", |field| {
        matches!(field.of, FieldType::Text { .. } | FieldType::LongText { .. } | FieldType::Files)
    });
    let mut states = |prop: &str| -> Vec<StateId> {
        desk.many(raw, prop, "状态", &names.states).into_iter().map(StateId::from).collect()
    };
    let (open, closed) = (states("open"), states("closed"));
    if let Some(both) = open.iter().find(|state| closed.contains(state)) {
        desk.tell(raw.prop_span("closed"), format!("{both} 不能又是还在的、又是已经结束的"));
    }
    let overstays = raw.says("overstays");
    if ended.is_none() && raw.prop("ended").is_none() && (overstays || until.is_none()) {
        let hint = "写 ended，结束的步骤用 needs 填它";
        desk.tell_hint(raw.span.clone(), "这样的关系不知道哪天结束", hint);
    }
    let sides: Vec<Side> = raw.inside("term.side").filter_map(|it| side(desk, it, names, own, vocabulary)).collect();
    let nodes: Vec<&Raw> = raw.inside("term.side").collect();
    super::super::battery::unique(desk, &nodes, "一方", &[0]);
    let rules = rules(desk, raw, own);
    Some(Link { from: from?, until, ended, basis: basis?, open, closed, overstays, sides, rules })
}

/// May somebody stand there?
fn names_somebody(of: &FieldType) -> bool {
    matches!(of, FieldType::Person | FieldType::People | FieldType::Unit | FieldType::Units | FieldType::Record { .. })
}

// enforces: term.side
fn side(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields, vocabulary: &Vocabulary) -> Option<Side> {
    let id = desk.one(raw.args.first()?, "栏目", &names.fields)?.to_owned();
    let most = raw.whole("most").unwrap_or(0);
    if !(1..=MOST).contains(&most) {
        desk.tell(raw.prop_span("most"), format!("most 写1到{MOST}"));
    }
    let columns = own.children.iter().find(|it| it.id == *id).map(|it| &it.fields);
    let mut column = |prop: &str, wanted: &str, fits: &dyn Fn(&Field) -> bool| -> Option<FieldId> {
        let written = raw.prop(prop)?;
        let Some(columns) = columns else {
            desk.tell(written.span.clone(), format!("{id} 不是子表，不用写 {prop}"));
            return None;
        };
        let known: Vec<String> = columns.iter().map(|it| it.id.to_string()).collect();
        let name = desk.one(written, "子表栏目", &known)?;
        let found = columns.iter().find(|it| it.id == *name).filter(|it| fits(it));
        if found.is_none() {
            desk.tell(written.span.clone(), format!("{name} 不合适：{prop} 要写{wanted}"));
        }
        found.map(|it| it.id.clone())
    };
    let of = column("of", "必填的、记人、记单位或者关联的栏目", &|it| {
        names_somebody(&it.of) && it.required
    });
    let is_day = |it: &Field| matches!(it.of, FieldType::Day);
    let (from, until) = (column("from", "日期栏目", &is_day), column("until", "日期栏目", &is_day));
    if columns.is_some() && raw.prop("of").is_none() {
        desk.tell_hint(raw.span.clone(), format!("{id} 是子表"), "用 of 写明子表的哪一栏是这一方");
    }
    let of_field = own.find(&id).map(|it| &it.of);
    if of_field.is_some_and(|of| !names_somebody(of)) {
        desk.tell(raw.arg_span(0), format!("{id} 不合适：一方要是记人、记单位或者关联的栏目，或者子表"));
    }
    let stands = of_field.or_else(|| columns?.iter().find(|it| Some(&it.id) == of.as_ref()).map(|it| &it.of));
    let known = person_roles(vocabulary);
    let roles: Vec<String> = desk.many(raw, "roles", "人员身份", &known).into_iter().map(str::to_owned).collect();
    if !roles.is_empty() && !matches!(stands, Some(FieldType::Person | FieldType::People)) {
        desk.tell(raw.prop_span("roles"), "只有记人的一方才看人员身份");
    }
    let most = usize::try_from(most).ok()?;
    Some(Side { id: id.into(), column: of, from, until, most, roles })
}

/// What must hold between the sides: these conditions may ask about them, and only these.
fn rules(desk: &mut Desk<'_>, raw: &Raw, own: &Fields) -> Vec<Rule> {
    let mut scope = own.scope.clone();
    for (name, linked) in Linked::ALL {
        let of = match linked {
            Linked::Units => Type::Number(Measure::Unit("个".into())),
            Linked::Line => Type::YesNo,
        };
        scope.add(name, Slot::Own(Own::Linked(linked)), of);
    }
    let own = Fields { fields: own.fields.clone(), children: own.children.clone(), scope };
    let rule = |raw: &Raw| Some(Rule { guard: guard(desk, raw, &own)?, because: raw.text("because") });
    raw.inside("term.require").filter_map(rule).collect()
}
