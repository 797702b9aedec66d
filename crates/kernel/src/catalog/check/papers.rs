//! What is written out and opened elsewhere? Papers with their templates, notices, openings.
//!
//! Never fills a template: it only makes sure that each can be filled.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::fields::{Fields, fits, formula_for};
use super::flow::Names;
use super::{All, ids_of, scope::formula_type};
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Notice, Opening, Paper, PaperLayout, Vocabulary};
use crate::formula::{Expr, Formula, Slot};
use crate::ids::FieldId;
use crate::problem::{Problem, SourceFile};
use crate::template::Template;

/// The templates of one mechanism by the id of their paper.
pub(super) type Templates<'a> = BTreeMap<&'a str, &'a SourceFile>;

pub(super) fn papers(
    desk: &mut Desk<'_>,
    matter: &Raw,
    fields: &Fields,
    settings: &[String],
    templates: &Templates<'_>,
) -> Vec<Paper> {
    let mut papers = Vec::new();
    for raw in matter.inside("paper") {
        let mut part = |prop: &str| raw.prop(prop).and_then(|it| desk.template(it, &fields.scope, settings));
        let (head, title, sign) = (part("head"), part("title"), part("sign"));
        let (to, copy, note) = (part("to"), part("copy"), part("note"));
        let body = body(desk, raw, matter, fields, settings, templates);
        // enforces: paper.layout
        let layout = match raw.prop("layout").map(|it| it.text()) {
            Some("letter") => PaperLayout::Letter,
            Some("order") => PaperLayout::Order,
            _ => PaperLayout::Document,
        };
        if let (Some(head), Some(title), Some(sign), Some(body)) = (head, title, sign, body) {
            papers.push(Paper {
                id: raw.arg(0).into(),
                name: raw.arg(1).to_owned(),
                layout,
                head,
                title,
                to,
                body,
                sign,
                copy,
                note,
            });
        }
    }
    let outline = matter.first("writing").and_then(|it| it.prop("outline")).map(|it| it.text().to_owned());
    let known: Vec<String> = ids_of(matter, "paper").into_iter().chain(outline).collect();
    for (paper, file) in templates {
        if !known.iter().any(|it| it == paper) {
            let sentence = format!("这个模板不属于任何文书：{} 里没有名为 {paper} 的 paper", matter.arg(0));
            desk.problems.push(Problem::at(file, 0..0, sentence).nearest(paper, known.iter().map(String::as_str)));
        }
    }
    papers
}

/// The text in the file `<mechanism>/<paper>.txt`; its faults carry its own path.
fn body(
    desk: &mut Desk<'_>,
    raw: &Raw,
    matter: &Raw,
    fields: &Fields,
    settings: &[String],
    templates: &Templates<'_>,
) -> Option<Template> {
    let Some(file) = templates.get(raw.arg(0)) else {
        let sentence = format!("文书“{}”没有正文", raw.arg(1));
        desk.tell_hint(raw.arg_span(0), sentence, format!("请写一个文件 {}/{}.txt", matter.arg(0), raw.arg(0)));
        return None;
    };
    if file.text.trim().is_empty() {
        desk.problems.push(Problem::at(file, 0..0, "正文是空的"));
        return None;
    }
    // A last line end closes the last paragraph; it does not begin another.
    match Template::parse(file.text.trim_end(), &fields.scope, settings) {
        Ok(template) => Some(template),
        Err(faults) => {
            for fault in faults {
                if desk.is_echo(&file.text, &fault) {
                    continue;
                }
                let problem = Problem::at(file, fault.span, fault.sentence);
                desk.problems.push(Problem { hint: fault.hint, ..problem });
            }
            None
        }
    }
}

pub(super) fn notices(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    fields: &Fields,
    settings: &[String],
) -> Vec<Notice> {
    let mut notices = Vec::new();
    for raw in matter.inside("notice") {
        let at = desk.one_prop(raw, "at", "步骤", &names.steps);
        let to = desk.one_prop(raw, "to", "角色", &names.roles);
        let words = raw.prop("words").and_then(|it| desk.template(it, &fields.scope, settings));
        if let (Some(at), Some(to), Some(words)) = (at, to, words) {
            notices.push(Notice { at: at.into(), to: to.into(), words });
        }
    }
    notices
}

/// Openings, by the fields of all mechanisms: what is filled must exist there and take the formula's value.
pub(super) fn openings(
    desk: &mut Desk<'_>,
    matter: &Raw,
    own: &Fields,
    vocabulary: &Vocabulary,
    all: &All,
) -> Vec<Opening> {
    let mut openings = Vec::new();
    for raw in matter.inside("opening") {
        // enforces: opening.mechanism
        let Some(mechanism) = desk.one_prop(raw, "mechanism", "机制", &all.ids) else { continue };
        let Some(target) = all.fields.get(mechanism) else {
            let sentence = format!("机制 {mechanism} 的文件读不出来，无法核对联动");
            desk.tell_hint(raw.prop_span("mechanism"), sentence, format!("请先改好 {mechanism}"));
            continue;
        };
        let back = back(desk, raw, matter.arg(0), target);
        let fill: Vec<(FieldId, Formula)> =
            raw.inside("fill").filter_map(|it| filling(desk, it, own, target, vocabulary)).collect();
        let each = each(desk, raw, own);
        let rows = raw.inside("opening.rows").filter_map(|it| table(desk, it, own, target)).collect();
        everything_filled(desk, raw, (target, all.units.get(mechanism).map_or("", String::as_str)));
        if let Some(back) = back {
            let (id, mechanism) = (raw.arg(0).to_owned(), mechanism.into());
            openings.push(Opening { id, mechanism, back, fill, each, rows });
        }
    }
    openings
}

fn target_ids(target: &Fields) -> Vec<String> {
    target.fields.iter().map(|it| it.id.to_string()).collect()
}

/// The units for each of which a record is opened.
// enforces: opening.each
fn each(desk: &mut Desk<'_>, raw: &Raw, own: &Fields) -> Option<FieldId> {
    let known: Vec<String> = own.fields.iter().map(|it| it.id.to_string()).collect();
    let field = desk.one_prop(raw, "each", "栏目", &known).and_then(|id| own.find(id))?;
    if !matches!(field.of, FieldType::Units) {
        desk.tell(raw.prop_span("each"), format!("“{}”不是几个单位的栏目（units）", field.name));
    }
    Some(field.id.clone())
}

/// A table of the new record and the one whose rows go into it.
// enforces: opening.rows
fn table(desk: &mut Desk<'_>, raw: &Raw, own: &Fields, target: &Fields) -> Option<(FieldId, FieldId)> {
    let ids = |fields: &Fields| fields.children.iter().map(|it| it.id.to_string()).collect::<Vec<_>>();
    let theirs = raw.args.first().and_then(|it| desk.one(it, "子表", &ids(target)));
    let mine = raw.args.get(1).and_then(|it| desk.one(it, "子表", &ids(own)));
    let (theirs, mine) = (theirs?, mine?);
    let child = |fields: &Fields, id: &str| fields.children.iter().find(|it| it.id == *id).cloned();
    let (to, from) = (child(target, theirs)?, child(own, mine)?);
    if from.fields.iter().any(|it| it.protection.limits_reading()) {
        desk.tell(raw.arg_span(1), format!("“{}”有受保护的栏，不能带到别处", from.name));
    }
    for column in to.fields.iter().filter(|it| it.required && !from.fields.iter().any(|own| own.id == it.id)) {
        desk.tell(raw.span.clone(), format!("新记录的子表必填的“{}”没有同代号的栏可以带去", column.name));
    }
    Some((to.id, from.id))
}

// enforces: opening.back
fn back(desk: &mut Desk<'_>, raw: &Raw, own: &str, target: &Fields) -> Option<FieldId> {
    let id = desk.one_prop(raw, "back", "栏目", &target_ids(target))?;
    let field = target.find(id)?;
    if !matches!(&field.of, FieldType::Record { of } if *of == *own) {
        let sentence = format!("“{}”不能指回 {own} 的记录", field.name);
        desk.tell_hint(raw.prop_span("back"), sentence, format!("指回用的栏目要写成 record of=\"{own}\""));
    }
    Some(field.id.clone())
}

// enforces: fill
fn filling(
    desk: &mut Desk<'_>,
    raw: &Raw,
    own: &Fields,
    target: &Fields,
    vocabulary: &Vocabulary,
) -> Option<(FieldId, Formula)> {
    let id = raw.args.first().and_then(|it| desk.one(it, "栏目", &target_ids(target)))?;
    let field = target.find(id)?;
    if matches!(field.of, FieldType::Computed { .. }) || field.stamped.is_some() {
        desk.tell(raw.arg_span(0), format!("“{}”是自动得出的，不能填", field.name));
        return None;
    }
    let wanted = formula_type(&field.of, vocabulary);
    let formula = formula_for(desk, raw.args.get(1)?, &own.scope, &wanted)?;
    let same_mechanism = match (&field.of, &formula.expr) {
        (FieldType::Record { of }, Expr::Named(named)) => match &named.slot {
            Slot::Field(id) => {
                own.find(id.as_str()).is_some_and(|it| matches!(&it.of, FieldType::Record { of: given } if given == of))
            }
            _ => false,
        },
        _ => true,
    };
    if !fits(&formula.of, &wanted) || !same_mechanism {
        desk.tell(raw.arg_span(1), format!("公式的结果和新记录的栏目“{}”类型不合", field.name));
        return None;
    }
    Some((field.id.clone(), formula))
}

/// A field that must be filled from the start has to be filled by whoever opens.
fn everything_filled(desk: &mut Desk<'_>, raw: &Raw, (target, unit): (&Fields, &str)) {
    let filled: Vec<&str> = raw.inside("fill").map(|it| it.arg(0)).collect();
    for (at, id) in filled.iter().enumerate() {
        if filled[..at].contains(id) || raw.prop("back").is_some_and(|it| it.text() == *id) {
            desk.tell(raw.span.clone(), format!("新记录的栏目 {id} 填了两次"));
        }
    }
    for field in target.fields.iter().filter(|it| it.required && it.default.is_none()) {
        let by_unit = raw.prop("each").is_some() && field.id == *unit;
        let given = by_unit
            || filled.iter().any(|id| field.id == **id)
            || raw.prop("back").is_some_and(|it| field.id == *it.text());
        if !given {
            let sentence = format!("新记录必填的“{}”没有填", field.name);
            desk.tell_hint(raw.span.clone(), sentence, format!("请加一行 fill \"{}\" \"公式\"", field.id));
        }
    }
}
