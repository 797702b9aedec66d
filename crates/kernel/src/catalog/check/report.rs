//! Which text carries live figures, over which days, and which step seals it?
//!
//! Never reads the text: which figures it names is asked when it is written.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use super::papers::Templates;
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Step};
use crate::ids::StepId;
use crate::kinds::report::Writing;

/// `writing text="text" …`.
pub(super) fn writing(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (steps, templates): (&[Step], &Templates<'_>),
) -> Option<Writing> {
    let raw = top.first("writing")?;
    let text = own.named((desk, raw, names), "text", "谁都看得全的 long_text 栏目", |it| {
        matches!(it.of, FieldType::LongText { .. }) && it.protection.mask.is_none() && it.protection.read.is_empty()
    });
    let period = own.named((desk, raw, names), "period", "必填的 text 栏目", |it| {
        matches!(it.of, FieldType::Text { .. }) && it.required
    });
    let sealed =
        own.named((desk, raw, names), "sealed", "不必填的 long_text 栏目，不能和 text 是同一个", |it| {
            let is_other = text.as_ref().is_some_and(|text| *text != it.id);
            matches!(it.of, FieldType::LongText { .. }) && !it.required && is_other
        });
    let seal = desk.one_prop(raw, "seal", "步骤", &names.steps).map(StepId::from);
    let (text, period, seal, sealed) = (text?, period?, seal?, sealed?);
    // enforces: writing.seal
    if let Some(step) = steps.iter().find(|step| step.id == seal) {
        if step.recall || step.batch || step.from.is_empty() || step.to.is_none() {
            let hint = "封存的步骤要从一个状态走到另一个状态，写 recall=#false，也不能成批办理";
            desk.tell_hint(raw.prop_span("seal"), format!("“{}”不能封存报告", step.name), hint);
        }
        let after = step.to.as_ref();
        for later in steps.iter().filter(|it| after.is_some_and(|to| it.from.contains(to))) {
            let changes = |field| later.asks.contains(field) || later.needs.contains(field);
            if changes(&text) || changes(&period) {
                let hint = "要改就先用一步退回起草的状态，再封存一次";
                desk.tell_hint(raw.prop_span("seal"), format!("“{}”会改已经封存的正文", later.name), hint);
            }
        }
    }
    for step in steps.iter().filter(|it| it.asks.contains(&sealed) || it.needs.contains(&sealed)) {
        desk.tell(raw.prop_span("sealed"), format!("“{}”会让人填 {sealed}，它只由封存那一步写", step.name));
    }
    Some(Writing { text, period, seal, sealed, outline: outline(desk, raw, top, templates) })
}

/// The text in the file `<mechanism>/<outline>.txt`.
fn outline(desk: &mut Desk<'_>, raw: &Raw, top: &Raw, templates: &Templates<'_>) -> Option<String> {
    let name = raw.prop("outline")?.text();
    let Some(file) = templates.get(name) else {
        let hint = format!("请写一个文件 {}/{name}.txt", top.arg(0));
        desk.tell_hint(raw.prop_span("outline"), format!("没有提纲 {name}"), hint);
        return None;
    };
    Some(file.text.trim_end().to_owned())
}
