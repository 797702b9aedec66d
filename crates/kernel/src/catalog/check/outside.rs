//! What is open to those without an account, what is suggested, and what does a step write itself?
//!
//! Never opens a field that is protected, and never one that lists units, people or records to strangers.

use super::All;
use super::desk::Desk;
use super::fields::{Fields, fits, formula_for};
use super::flow::Names;
use super::scope::formula_type;
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Step, Vocabulary};
use crate::formula::Formula;
use crate::ids::{FieldId, StepId};
use crate::outside::{Public, PublicForm, is_plain};
use crate::suggest::Suggesting;

/// The lines `set` of a node.
// enforces: step.set
pub(super) fn sets(
    desk: &mut Desk<'_>,
    raw: &Raw,
    key: &str,
    own: &Fields,
    vocabulary: &Vocabulary,
) -> Vec<(FieldId, Formula)> {
    let known: Vec<String> = own.fields.iter().map(|it| it.id.to_string()).collect();
    let mut all: Vec<(FieldId, Formula)> = Vec::new();
    for raw in raw.inside(key) {
        let Some(id) = raw.args.first().and_then(|it| desk.one(it, "栏目", &known)) else { continue };
        let Some(field) = own.find(id) else { continue };
        if matches!(field.of, FieldType::Computed { .. }) || field.stamped.is_some() {
            desk.tell(raw.arg_span(0), format!("“{}”是自动得出的，不能再写", field.name));
            continue;
        }
        if all.iter().any(|(known, _)| *known == field.id) {
            desk.tell(raw.arg_span(0), format!("“{}”写了两次", field.name));
            continue;
        }
        let wanted = formula_type(&field.of, vocabulary);
        let Some(formula) = raw.args.get(1).and_then(|it| formula_for(desk, it, &own.scope, &wanted)) else { continue };
        if !fits(&formula.of, &wanted) || formula.needs_period() {
            desk.tell(raw.arg_span(1), format!("公式的结果和栏目“{}”类型不合", field.name));
            continue;
        }
        all.push((field.id.clone(), formula));
    }
    all
}

/// What a step writes itself is not asked of anybody.
pub(super) fn nobody_is_asked(desk: &mut Desk<'_>, matter: &Raw, own: &Fields) {
    for raw in matter.inside("step") {
        for set in raw.inside("step.set").chain(raw.inside("step.bring")) {
            let asked = ["needs", "asks"]
                .iter()
                .find(|prop| raw.prop(prop).is_some_and(|written| written.words().any(|word| word == set.arg(0))));
            if let (Some(prop), Some(field)) = (asked, own.find(set.arg(0))) {
                let sentence = format!("“{}”由这一步写好，不能又让人填", field.name);
                desk.tell_hint(raw.prop_span(prop), sentence, format!("请从 {prop} 里去掉 {}", field.id));
            }
        }
    }
}

/// `public unit="…" …`.
pub(super) fn public(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    own: &Fields,
    (vocabulary, steps): (&Vocabulary, &[Step]),
) -> Option<Public> {
    let raw = matter.first("public")?;
    let taken = taken(desk, raw, names, own, steps);
    let shows = shows(desk, raw, names, own);
    let start = steps.iter().find(|step| step.from.is_empty())?;
    let unit = matter.first("subject").and_then(|it| it.text("unit")).unwrap_or_default();
    let mut forms = Vec::new();
    for raw in raw.inside("public.form") {
        // enforces: public.form.asks
        let asks: Vec<FieldId> = desk.many(raw, "asks", "栏目", &names.fields).into_iter().map(Into::into).collect();
        for id in &asks {
            let is_asked = start.asks.contains(id) || start.needs.contains(id);
            if !is_asked {
                desk.tell(raw.prop_span("asks"), format!("第一步“{}”没有填 {id} 的地方", start.name));
            }
            may_be_typed(desk, raw, "asks", own, id);
        }
        let sets = sets(desk, raw, "public.form.set", own, vocabulary);
        for (id, _) in sets.iter().filter(|(id, _)| !start.asks.contains(id) && !start.needs.contains(id)) {
            desk.tell(raw.span.clone(), format!("第一步“{}”没有填 {id} 的地方，set 写不进去", start.name));
        }
        let given = |id: &FieldId| asks.contains(id) || sets.iter().any(|(set, _)| set == id) || *id == *unit;
        let needed = |id: &FieldId| own.find(id.as_str()).is_some_and(|it| it.required && it.default.is_none());
        for id in start.asks.iter().filter(|id| needed(id)).chain(&start.needs).filter(|id| !given(id)) {
            let sentence = format!("对外的表“{}”没有填必填的 {id}", raw.arg(1));
            desk.tell_hint(raw.span.clone(), sentence, "请写进 asks，或者用 set 写好");
        }
        forms.push(PublicForm { id: raw.arg(0).to_owned(), name: raw.arg(1).to_owned(), asks, sets });
    }
    Some(Public { setting: raw.text("unit")?, steps: taken, shows, forms })
}

/// The steps that outsiders may take: simple ones, whose fields they can fill in.
fn taken(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields, steps: &[Step]) -> Vec<StepId> {
    let ids: Vec<StepId> = desk.many(raw, "steps", "步骤", &names.steps).into_iter().map(Into::into).collect();
    for step in ids.iter().filter_map(|id| steps.iter().find(|step| step.id == *id)) {
        let asks_rights = step.joint.is_some() || step.of.is_some() || step.opinion || !step.draws.is_empty();
        if step.from.is_empty() || asks_rights {
            let sentence = format!("“{}”不能对外：它是第一步，或者要看角色、写意见", step.name);
            desk.tell(raw.prop_span("steps"), sentence);
        }
        for id in step.needs.iter().chain(&step.asks) {
            may_be_typed(desk, raw, "steps", own, id);
        }
    }
    ids
}

fn may_be_typed(desk: &mut Desk<'_>, raw: &Raw, prop: &str, own: &Fields, id: &FieldId) {
    let Some(field) = own.find(id.as_str()) else {
        return desk.tell(raw.prop_span(prop), format!("{id} 是子表，对外的表不能填"));
    };
    let is_kept = !field.protection.read.is_empty() || !field.protection.write.is_empty();
    // A file comes in only together with the record that it proves something for.
    let is_file = prop == "asks" && matches!(field.of, FieldType::Files);
    if !(is_plain(&field.of) || is_file) || is_kept {
        let sentence = format!("“{}”不能让没有账号的人填", field.name);
        desk.tell_hint(
            raw.prop_span(prop),
            sentence,
            "对外只能填文字、数字、日期、选项和是非，提交时还可以附文件；都要是不限角色的栏目",
        );
    }
}

/// What outsiders read: nothing that is protected.
// enforces: public.shows
fn shows(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields) -> Vec<FieldId> {
    let ids: Vec<FieldId> = desk.many(raw, "shows", "栏目", &names.fields).into_iter().map(Into::into).collect();
    for id in &ids {
        let is_shown = own.find(id.as_str()).is_some_and(|field| {
            let is_person = matches!(field.of, FieldType::Person | FieldType::People | FieldType::Files);
            !field.protection.limits_reading() && !is_person
        });
        if !is_shown {
            let hint = "受保护的栏目、人员、附件和子表不能给没有账号的人看";
            desk.tell_hint(raw.prop_span("shows"), format!("{id} 不能对外"), hint);
        }
    }
    ids
}

/// `suggest at="…" …`.
pub(super) fn suggesting(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    own: &Fields,
    all: &All,
) -> Option<Suggesting> {
    let raw = matter.first("suggest")?;
    // enforces: suggest.at
    let at: Vec<StepId> = desk.many(raw, "at", "步骤", &names.steps).into_iter().map(Into::into).collect();
    // enforces: suggest.from
    let from: Vec<FieldId> = desk.many(raw, "from", "栏目", &names.fields).into_iter().map(Into::into).collect();
    let is_text = |id: &FieldId| {
        let field = own.find(id.as_str());
        let is_words = |of: &FieldType| matches!(of, FieldType::Text { .. } | FieldType::LongText { .. });
        field.is_some_and(|it| is_words(&it.of) && it.search && !it.protection.limits_reading())
    };
    for id in from.iter().filter(|id| !is_text(id)) {
        desk.tell(raw.prop_span("from"), format!("{id} 不合适：from 要写搜得到（search）的文字栏目"));
    }
    // enforces: suggest.item
    let item = own.named((desk, raw, names), "item", "关联栏目", |it| matches!(it.of, FieldType::Record { .. }))?;
    let target = own.find(item.as_str()).and_then(|it| match &it.of {
        FieldType::Record { of } => all.fields.get(of.as_str()),
        _ => None,
    });
    // enforces: suggest.states
    let known = own.find(item.as_str()).and_then(|it| match &it.of {
        FieldType::Record { of } => all.states.get(of.as_str()).cloned(),
        _ => None,
    });
    let states = desk.many(raw, "states", "状态", &known.unwrap_or_default()).into_iter().map(Into::into).collect();
    let mut takes = Vec::new();
    // enforces: suggest.take
    for raw in raw.inside("suggest.take") {
        let known: Vec<String> = target.iter().flat_map(|it| &it.fields).map(|it| it.id.to_string()).collect();
        let mine = raw.args.first().and_then(|it| desk.one(it, "栏目", &names.fields));
        let theirs = raw.args.get(1).and_then(|it| desk.one(it, "栏目", &known));
        let (Some(mine), Some(theirs)) = (mine, theirs) else { continue };
        let of = |fields: &Fields, id: &str| fields.find(id).map(|it| std::mem::discriminant(&it.of));
        if of(own, mine) != target.and_then(|it| of(it, theirs)) {
            desk.tell(raw.arg_span(1), format!("{mine} 和那一条的 {theirs} 类型不合"));
        }
        takes.push((FieldId::from(mine), FieldId::from(theirs)));
    }
    Some(Suggesting { at, from, item, states, takes })
}
