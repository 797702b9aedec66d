//! What is held already, what is asked of units, by what is a record like another one?
//!
//! Never takes a protected field where it would be told.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use super::round::untyped;
use super::{All, Sheet, outside};
use crate::catalog::raw::Raw;
use crate::catalog::{Child, Field, FieldType, Mechanism};
use crate::helps::alike::Alike;
use crate::helps::asking::{Answer, Asking};
use crate::helps::{Held, Helps, Source};
use crate::ids::{FieldId, MechanismId};

/// The most days over which records are compared.
const MOST_DAYS: i64 = 3_650;

/// What helps whoever fills in the forms.
pub(super) fn helps(desk: &mut Desk<'_>, top: &Raw, names: &Names, own: &Fields, all: &All) -> Helps {
    Helps {
        suggest: outside::suggesting(desk, top, names, own, all),
        asking: asking(desk, top, own),
        held: top.inside("held").filter_map(|raw| held(desk, raw, names, own, all)).collect(),
        alike: alike(desk, top, names, own),
    }
}

/// `asking "item" name="name" …`.
fn asking(desk: &mut Desk<'_>, top: &Raw, own: &Fields) -> Option<Asking> {
    let raw = top.first("asking")?;
    let children: Vec<String> = own.children.iter().map(|it| it.id.to_string()).collect();
    let id = raw.args.first().and_then(|it| desk.one(it, "子表", &children))?;
    let child = own.children.iter().find(|it| it.id == *id)?;
    let is_text = |of: &FieldType| matches!(of, FieldType::Text { .. });
    let name = column(desk, (raw, child), "name", "text 栏", is_text);
    // enforces: asking.source
    let source = column(desk, (raw, child), "source", "text 栏", is_text);
    // enforces: asking.repeat
    let repeat = column(desk, (raw, child), "repeat", "yes_no 栏", |of| matches!(of, FieldType::YesNo));
    let answer = match raw.prop("value") {
        Some(_) => Some(answer(desk, raw, child)?),
        None => {
            for prop in ["held", "as_of", "origin", "because"].iter().filter(|prop| raw.prop(prop).is_some()) {
                desk.tell_hint(raw.prop_span(prop), format!("没有写 value，{prop} 没有用处"), "单位来答的才写这几栏");
            }
            None
        }
    };
    let made = Asking { child: child.id.clone(), name: name?, source: source?, repeat: repeat?, answer };
    // enforces: asking
    for it in child.fields.iter().filter(|it| made.writes(&it.id) && it.required) {
        desk.tell(raw.span.clone(), format!("“{}”由系统写，不能又是必填", it.name));
    }
    if child.fields.iter().any(|it| it.protection.limits_reading()) {
        desk.tell(raw.span.clone(), "这张子表的各栏谁都要看得全，不能有受保护的栏");
    }
    Some(made)
}

/// The columns of an answer.
fn answer(desk: &mut Desk<'_>, raw: &Raw, child: &Child) -> Option<Answer> {
    let is_text = |of: &FieldType| matches!(of, FieldType::Text { .. });
    // enforces: asking.value
    let value = column(desk, (raw, child), "value", "text 栏", is_text);
    // enforces: asking.held
    let held = column(desk, (raw, child), "held", "text 栏", is_text);
    // enforces: asking.as_of
    let as_of = column(desk, (raw, child), "as_of", "day 栏", |of| matches!(of, FieldType::Day));
    // enforces: asking.origin
    let origin = column(desk, (raw, child), "origin", "text 栏", is_text);
    // enforces: asking.because
    let because = column(desk, (raw, child), "because", "text 栏", is_text);
    Some(Answer { value: value?, held: held?, as_of: as_of?, origin: origin?, because: because? })
}

/// The column that a property names; a column that is missing or of another type is told.
fn column(
    desk: &mut Desk<'_>,
    (raw, child): (&Raw, &Child),
    prop: &str,
    wanted: &str,
    fits: impl Fn(&FieldType) -> bool,
) -> Option<FieldId> {
    let known: Vec<String> = child.fields.iter().map(|it| it.id.to_string()).collect();
    let Some(id) = desk.one_prop(raw, prop, "子表的栏", &known) else {
        if raw.prop(prop).is_none() {
            desk.tell(raw.span.clone(), format!("没有写 {prop}：要写子表的一个{wanted}"));
        }
        return None;
    };
    let found = child.fields.iter().find(|it| it.id == *id && fits(&it.of));
    if found.is_none() {
        desk.tell(raw.prop_span(prop), format!("{id} 不合适：{prop} 要写{wanted}"));
    }
    found.map(|it| it.id.clone())
}

/// `held "field" of="…" …`.
// enforces: held
fn held(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields, all: &All) -> Option<Held> {
    let id = raw.args.first().and_then(|it| desk.one(it, "栏目", &names.fields))?;
    let Some(field) = own.find(id).filter(|it| is_filled(it)) else {
        desk.tell(raw.arg_span(0), format!("{id} 不合适：要写由人填的一个值的栏目，不能是受保护的"));
        return None;
    };
    let mark = own.named((desk, raw, names), "mark", "不必填的 text 栏目", |it| {
        matches!(it.of, FieldType::Text { .. }) && !it.required && !it.protection.limits_reading()
    });
    let from = match (raw.prop("of"), raw.prop("field"), raw.prop("figure")) {
        (None, None, None) => Source::Field(raw_mechanism(all, own)?, field.id.clone()),
        (Some(_), Some(_), None) => {
            // enforces: held.of
            let of = desk.one_prop(raw, "of", "机制", &all.ids)?;
            let theirs = all.fields.get(of)?;
            let known: Vec<String> = theirs.fields.iter().map(|it| it.id.to_string()).collect();
            // enforces: held.field
            let source = desk.one_prop(raw, "field", "栏目", &known).and_then(|id| theirs.find(id))?;
            let fits = std::mem::discriminant(&source.of) == std::mem::discriminant(&field.of)
                || matches!(field.of, FieldType::Text { .. });
            if !fits || source.protection.limits_reading() {
                let hint = "类型要一样，或者填到文字栏目；受保护的栏目不能取";
                desk.tell_hint(raw.prop_span("field"), format!("{} 不能取到“{}”", source.id, field.name), hint);
            }
            Source::Field(of.into(), source.id.clone())
        }
        (Some(_), None, Some(figure)) => {
            let of = desk.one_prop(raw, "of", "机制", &all.ids)?;
            Source::Figure(of.into(), figure.text().to_owned())
        }
        _ => {
            let hint = "写 of 和 field，或者 of 和 figure；都不写就是同一单位上一次填的";
            desk.tell_hint(raw.span.clone(), "不知道从哪里取", hint);
            return None;
        }
    };
    Some(Held { field: field.id.clone(), from, mark })
}

/// The mechanism whose fields these are.
fn raw_mechanism(all: &All, own: &Fields) -> Option<MechanismId> {
    all.fields.iter().find(|(_, fields)| std::ptr::eq(*fields, own)).map(|(id, _)| id.as_str().into())
}

/// One plain value that people type.
fn is_filled(field: &Field) -> bool {
    let is_one = !matches!(
        field.of,
        FieldType::Computed { .. } | FieldType::Files | FieldType::Units | FieldType::People | FieldType::Record { .. }
    );
    is_one && field.stamped.is_none() && !field.protection.limits_reading()
}

/// `alike by="title" …`.
fn alike(desk: &mut Desk<'_>, top: &Raw, names: &Names, own: &Fields) -> Option<Alike> {
    let raw = top.first("alike")?;
    let by: Vec<FieldId> = desk.many(raw, "by", "栏目", &names.fields).into_iter().map(Into::into).collect();
    let is_words = |id: &FieldId| {
        let of = own.find(id.as_str()).filter(|it| it.search && !it.protection.limits_reading());
        of.is_some_and(|it| matches!(it.of, FieldType::Text { .. } | FieldType::LongText { .. }))
    };
    for id in by.iter().filter(|id| !is_words(id)) {
        desk.tell(raw.prop_span("by"), format!("{id} 不合适：by 要写搜得到（search）的文字栏目"));
    }
    let same: Vec<FieldId> = desk.many(raw, "same", "栏目", &names.fields).into_iter().map(Into::into).collect();
    for field in same.iter().filter_map(|id| own.find(id.as_str())).filter(|it| it.protection.limits_reading()) {
        desk.tell(raw.prop_span("same"), format!("“{}”是受保护的栏目，不能拿来提示", field.name));
    }
    let days = raw.whole("days").filter(|it| (1..=MOST_DAYS).contains(it));
    if days.is_none() {
        desk.tell(raw.prop_span("days"), format!("days 要写1到{MOST_DAYS}"));
    }
    Some(Alike { by, same, days: days.and_then(|it| i32::try_from(it).ok())? })
}

/// The figures are there, and nobody types where a field came from.
// enforces: held.figure
// enforces: held.mark
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        for (it, raw) in mechanism.helps.held.iter().zip(sheet.matter.inside("held")) {
            untyped(&mut sheet.desk, raw, "mark", it.mark.as_ref(), &mechanism.steps);
            let Source::Figure(of, figure) = &it.from else { continue };
            let Some(other) = mechanisms.get(of) else { continue };
            if other.figure(figure).is_none() {
                let known: Vec<String> = other.figures.iter().map(|it| it.id.to_string()).collect();
                sheet.desk.unknown(raw.prop_span("figure"), "指标", figure, &known);
            }
        }
    }
}
