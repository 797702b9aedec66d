//! What is assessed, of whom, and does the scheme have the columns that scores are made of?
//!
//! Never looks at the scheme of a year: it is a record.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, State, Step, Vocabulary};
use crate::ids::{FieldId, RoleId, StateId, StepId};
use crate::kinds::assessment::parts::{Assessed, Part};
use crate::kinds::assessment::{Grade, INDICATOR, MEMBER, Missing, RESULT, Scoring, Source, Unchecked, Way, fits};

/// What a mechanism assesses, and what its records are in an assessment.
pub(super) fn both(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (states, steps, vocabulary): (&[State], &[Step], &Vocabulary),
) -> (Option<Scoring>, Option<Assessed>) {
    let scoring = scoring(desk, top, names, own, (states, steps, vocabulary));
    (scoring, assessed(desk, top, names, own, steps))
}

/// `scoring of="indicator" …`.
fn scoring(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (states, steps, vocabulary): (&[State], &[Step], &Vocabulary),
) -> Option<Scoring> {
    let raw = top.first("scoring")?;
    let of = child(desk, raw, own, "of", &INDICATOR);
    let units = child(desk, raw, own, "units", &MEMBER);
    let result = child(desk, raw, own, "result", &RESULT);
    let year = own.named((desk, raw, names), "year", "必填的 whole 栏目", |it| {
        matches!(it.of, FieldType::Whole { .. }) && it.required
    });
    let ties = own.named((desk, raw, names), "ties", "text 栏目", |it| matches!(it.of, FieldType::Text { .. }));
    // enforces: scoring.who
    let who: Vec<RoleId> = desk.many(raw, "who", "角色", &names.roles).into_iter().map(RoleId::from).collect();
    let jurors = own.named((desk, raw, names), "jurors", "people 栏目", |it| matches!(it.of, FieldType::People));
    let prepare = desk.one_prop(raw, "prepare", "状态", &names.states).map(StateId::from);
    let publish = desk.one_prop(raw, "publish", "步骤", &names.steps).map(StepId::from);
    let total = raw.whole("total").unwrap_or(100);
    if !(1..=100_000).contains(&total) {
        desk.tell(raw.prop_span("total"), "total 要在1到100000之间");
    }
    let (of, units, result) = (of?, units?, result?);
    options(desk, raw, own, &of, vocabulary);
    let scoring = Scoring {
        of,
        units,
        year: year?,
        ties,
        total,
        who,
        jurors,
        prepare: prepare?,
        publicise: publicised(desk, raw, names, own),
        publish: publish?,
        result,
        grades: grades(desk, raw),
    };
    changes_are_explained(desk, raw, &scoring, steps);
    // enforces: scoring.publish
    let publishes = steps.iter().find(|it| it.id == scoring.publish);
    let is_start = |id: &StateId| states.first().is_some_and(|it| it.id == *id);
    if publishes.is_some_and(|it| it.recall || it.batch || it.from.is_empty() || it.from.contains(&scoring.prepare)) {
        let hint = "公布的步骤不能从起草的状态走，要写 recall=#false，也不能成批办理";
        desk.tell_hint(raw.prop_span("publish"), format!("{} 不能公布结果", scoring.publish), hint);
    }
    if !is_start(&scoring.prepare) {
        desk.tell(raw.prop_span("prepare"), "起草方案的状态要写在第一个");
    }
    Some(scoring)
}

/// `publicise="publicise" proposed="proposed"`.
fn publicised(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields) -> Option<(StepId, FieldId)> {
    let step = desk.one_prop(raw, "publicise", "步骤", &names.steps).map(StepId::from);
    let table = raw.prop("proposed").is_some().then(|| child(desk, raw, own, "proposed", &RESULT)).flatten();
    if raw.prop("publicise").is_some() != raw.prop("proposed").is_some() {
        desk.tell(raw.span.clone(), "publicise 和 proposed 要一起写，或者都不写");
    }
    step.zip(table)
}

/// `assessed as="entry" of="assessment" at="file" …`.
fn assessed(desk: &mut Desk<'_>, top: &Raw, names: &Names, own: &Fields, steps: &[Step]) -> Option<Assessed> {
    let raw = top.first("assessed")?;
    // enforces: assessed.as
    let part = Part::of(&raw.text("as").unwrap_or_default())?;
    for (id, of, system) in part.fields() {
        let found = own.find(id);
        if found.is_none_or(|it| !fits(&it.of, of) || (*system && it.required)) {
            let must = if *system { "不必填的 " } else { "" };
            desk.tell(raw.prop_span("as"), format!("要有{must}{of} 栏目 {id}"));
        }
    }
    for (id, _, columns) in part.tables() {
        let found = own.children.iter().find(|it| it.id == **id);
        let lacks = |(column, of): &&(&str, &str)| {
            found.is_none_or(|it| !it.fields.iter().any(|field| field.id == **column && fits(&field.of, of)))
        };
        if let Some((column, of)) = columns.iter().find(lacks) {
            desk.tell(raw.prop_span("as"), format!("要有子表 {id}，里面有 {of} 栏 {column}"));
        }
    }
    // enforces: assessed.of
    let of = own.named((desk, raw, names), "of", "必填的 record 栏目", |it| {
        matches!(it.of, FieldType::Record { .. }) && it.required
    });
    let at = desk.one_prop(raw, "at", "步骤", &names.steps).map(StepId::from);
    let mut states = |prop: &str| -> Vec<StateId> {
        desk.many(raw, prop, "状态", &names.states).into_iter().map(StateId::from).collect()
    };
    let it = Assessed { part, of: of?, at: at?, counts: states("counts"), waits: states("waits") };
    nobody_types(desk, raw, &it, steps);
    Some(it)
}

/// What the system writes at a step is typed at none; and that step is taken on one record at a time.
fn nobody_types(desk: &mut Desk<'_>, raw: &Raw, it: &Assessed, steps: &[Step]) {
    // enforces: assessed.at
    if let Some(step) = steps.iter().find(|step| step.id == it.at).filter(|step| step.batch || step.joint.is_some()) {
        let sentence = format!("“{}”要逐件核对", step.name);
        desk.tell_hint(raw.prop_span("at"), sentence, "请去掉 batch 和 joint");
    }
    if let Some(step) = steps.iter().find(|step| it.part == Part::Entry && step.batch) {
        let hint = "填报一件一件核验，请去掉 batch";
        desk.tell_hint(raw.span.clone(), format!("“{}”不能成批办理", step.name), hint);
    }
    for step in steps {
        let asks = |id: &&str| step.needs.iter().chain(&step.asks).any(|it| it == id);
        if let Some(id) = it.part.writes().find(asks) {
            let sentence = format!("“{}”会让人填 {id}，它只由系统写", step.name);
            desk.tell_hint(raw.prop_span("as"), sentence, "请从 asks 和 needs 里去掉");
        }
    }
    // enforces: assessed.counts
    // enforces: assessed.waits
    let lacks = match it.part {
        Part::Entry => it.counts.is_empty() || it.waits.is_empty(),
        Part::Points | Part::Sheet => it.counts.is_empty(),
        Part::Letter | Part::Use => false,
    };
    if lacks {
        let hint = "填报写 counts 和 waits，打分表和调度表写 counts";
        desk.tell_hint(raw.span.clone(), "没有写在哪些状态算数", hint);
    }
}

fn child(desk: &mut Desk<'_>, raw: &Raw, own: &Fields, prop: &str, wanted: &[(&str, &str, bool)]) -> Option<FieldId> {
    let known: Vec<String> = own.children.iter().map(|it| it.id.to_string()).collect();
    let id = desk.one_prop(raw, prop, "子表", &known)?.to_owned();
    let found = own.children.iter().find(|it| it.id == *id)?;
    for (column, of, must) in wanted {
        let field = found.fields.iter().find(|it| it.id == **column);
        if field.is_none_or(|it| !fits(&it.of, of) || (*must && !it.required)) {
            let must = if *must { "必填的" } else { "" };
            desk.tell(raw.prop_span(prop), format!("子表“{}”要有{must} {of} 栏 {column}", found.name));
        }
    }
    Some(found.id.clone())
}

/// The words of a table.
fn words<T>(all: &[(&'static str, T)]) -> Vec<&'static str> {
    all.iter().map(|(word, _)| *word).collect()
}

/// The lists offer what scores can be made of, and nothing else.
fn options(desk: &mut Desk<'_>, raw: &Raw, own: &Fields, of: &FieldId, vocabulary: &Vocabulary) {
    let Some(child) = own.children.iter().find(|it| it.id == *of) else { return };
    let knows = [
        ("source", words(&Source::ALL)),
        ("rule", words(&Way::ALL)),
        ("missing", words(&Missing::ALL)),
        ("unchecked", words(&Unchecked::ALL)),
    ];
    for (column, known) in knows {
        let field = child.fields.iter().find(|it| it.id.as_str() == column);
        let Some(FieldType::Choice { list }) = field.map(|it| &it.of) else { continue };
        let items = vocabulary.list(list.as_str()).into_iter().flat_map(|it| &it.items);
        for item in items.filter(|it| !known.contains(&&*it.id)) {
            let sentence =
                format!("选项表 {list} 的 {} 不是能用的{}", item.id, if column == "source" { "来源" } else { "办法" });
            desk.tell_hint(raw.prop_span("of"), sentence, "能用的见 docs/how-to/assess-units.md");
        }
    }
}

fn grades(desk: &mut Desk<'_>, raw: &Raw) -> Vec<Grade> {
    let nodes: Vec<&Raw> = raw.inside("scoring.grade").collect();
    super::super::battery::unique(desk, &nodes, "等次", &[0, 1]);
    let mut grades: Vec<Grade> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let (least, share) = (node.whole("least"), node.whole("share"));
        let is_last = at + 1 == nodes.len();
        if is_last != least.is_none() {
            desk.tell(node.span.clone(), "除最后一个等次外都要写 least，最后一个不写");
        }
        if least.zip(grades.last().and_then(|it| it.least)).is_some_and(|(own, above)| own > above) {
            desk.tell(node.prop_span("least"), "等次要从高到低写");
        }
        if share.is_some_and(|it| is_last || !(1..=100).contains(&it)) {
            desk.tell(node.prop_span("share"), "share 要在1到100之间，最后一个等次不写");
        }
        grades.push(Grade { id: node.arg(0).to_owned(), name: node.arg(1).to_owned(), least, share });
    }
    grades
}

/// Once it runs, the scheme changes with a reason alone, and nobody types a result.
fn changes_are_explained(desk: &mut Desk<'_>, raw: &Raw, scoring: &Scoring, steps: &[Step]) {
    for step in steps {
        let asks = |child: &FieldId| step.needs.contains(child) || step.asks.contains(child);
        let proposed = scoring.publicise.as_ref().is_some_and(|(_, table)| asks(table));
        if asks(&scoring.result) || proposed {
            desk.tell(raw.prop_span("result"), format!("“{}”会让人填结果，结果只由公布那一步写", step.name));
        }
        let is_later = step.from.iter().any(|it| *it != scoring.prepare);
        if (asks(&scoring.of) || asks(&scoring.units)) && is_later && !step.reason {
            let hint = "请写 reason=#true";
            desk.tell_hint(raw.prop_span("of"), format!("“{}”会在方案定下以后改指标，却不用写理由", step.name), hint);
        }
    }
}
