//! How is a record called, numbered and listed? Subject, number, list, board, calendar.
//!
//! Never draws anything: pages read what stands here.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::catalog::raw::Raw;
use crate::catalog::{BoardLayout, Column, FieldType, ListLayout, Numbering, SortKey};
use crate::ids::FieldId;
use crate::series::Pattern;

/// The title and the unit.
pub(super) fn subject(desk: &mut Desk<'_>, matter: &Raw, names: &Names, fields: &Fields) -> Option<(FieldId, FieldId)> {
    let raw = matter.first("subject")?;
    // enforces: subject.title
    let title =
        field_of(desk, raw, "title", names, fields, "必填的 text 栏目", |of| matches!(of, FieldType::Text { .. }));
    // enforces: subject.unit
    let unit = field_of(desk, raw, "unit", names, fields, "必填的 unit 栏目", |of| matches!(of, FieldType::Unit));
    for (prop, id) in [("title", &title), ("unit", &unit)] {
        let field = id.as_ref().and_then(|id| fields.find(id.as_str()));
        if let Some(field) = field.filter(|it| !it.required) {
            desk.tell_hint(raw.prop_span(prop), format!("“{}”要必填", field.name), "请在栏目上写 required=#true");
        }
    }
    Some((title?, unit?))
}

fn field_of(
    desk: &mut Desk<'_>,
    raw: &Raw,
    prop: &str,
    names: &Names,
    fields: &Fields,
    wanted: &str,
    fits: impl Fn(&FieldType) -> bool,
) -> Option<FieldId> {
    let id = desk.one_prop(raw, prop, "栏目", &names.fields)?;
    match fields.find(id) {
        Some(field) if fits(&field.of) => Some(field.id.clone()),
        Some(field) => {
            desk.tell(raw.prop_span(prop), format!("“{}”不合适：这里要{wanted}", field.name));
            None
        }
        None => {
            if fields.children.iter().any(|it| it.id == *id) {
                desk.tell(raw.prop_span(prop), format!("{id} 是子表：这里要{wanted}"));
            }
            None
        }
    }
}

/// The pattern of numbers and the step that gives one.
pub(super) fn number(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    fields: &Fields,
    settings: &[String],
) -> Option<Numbering> {
    let raw = matter.first("number")?;
    let written = raw.args.first()?;
    let at = desk.one_prop(raw, "at", "步骤", &names.steps);
    // enforces: number
    let pattern = match Pattern::parse(written.text()) {
        Ok(pattern) => pattern,
        Err(fault) => {
            desk.tell(written.part(&fault.span), fault.sentence);
            return None;
        }
    };
    for warning in pattern.warnings() {
        desk.tell(written.part(&warning.span), warning.sentence.clone());
    }
    let by = fields.named((desk, raw, names), "by", "必填的选项栏目", |field| {
        field.required && matches!(field.of, FieldType::Choice { .. })
    });
    let has_word = pattern.names().any(|it| it == "代字");
    if has_word != raw.prop("by").is_some() {
        let hint = "按选项分开编号的，用 by 写明栏目，样式里写{代字}";
        desk.tell_hint(written.span.clone(), "{代字}和 by 要一起写", hint);
    }
    // The unit's short name and the word of the series come with the record; any other name is a setting.
    for name in
        pattern.names().filter(|it| !["单位简称", "代字"].contains(it) && !settings.iter().any(|known| known == it))
    {
        let hint = format!("请在 vocabulary/site.kdl 里写 setting \"{name}\"");
        desk.tell_hint(written.span.clone(), format!("编号样式用了{name}，但没有这项设置"), hint);
    }
    Some(Numbering { pattern, at: at?.into(), by })
}

/// The register's columns and order.
pub(super) fn list(desk: &mut Desk<'_>, matter: &Raw, names: &Names) -> Option<ListLayout> {
    let raw = matter.first("list")?;
    let mut known: Vec<String> = ["number", "state", "light", "due", "holder"].map(str::to_owned).to_vec();
    known.extend(names.fields.iter().cloned());
    let columns = desk.many(raw, "columns", "列", &known);
    // enforces: list.columns
    let columns = columns.into_iter().map(|word| match word {
        "number" => Column::Number,
        "state" => Column::State,
        "light" => Column::Light,
        "due" => Column::Due,
        "holder" => Column::Holder,
        field => Column::Field(field.into()),
    });
    // enforces: list.sort
    let sort = match raw.prop("sort").map(|it| it.text()) {
        Some("due") => SortKey::Due,
        Some("number") => SortKey::Number,
        _ => SortKey::Opened,
    };
    Some(ListLayout { columns: columns.collect(), sort })
}

/// The board.
pub(super) fn board(desk: &mut Desk<'_>, matter: &Raw, names: &Names) -> Option<BoardLayout> {
    let raw = matter.first("board")?;
    // enforces: board.card
    Some(BoardLayout { card: desk.many(raw, "card", "栏目", &names.fields).into_iter().map(Into::into).collect() })
}

/// The field that the calendar goes by.
pub(super) fn calendar(desk: &mut Desk<'_>, matter: &Raw, names: &Names, fields: &Fields) -> Option<FieldId> {
    let raw = matter.first("calendar")?;
    // enforces: calendar.by
    field_of(desk, raw, "by", names, fields, "day 栏目", |of| matches!(of, FieldType::Day))
}
