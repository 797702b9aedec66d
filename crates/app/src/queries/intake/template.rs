//! An empty workbook whose columns an import understands without a word.
//!
//! Never holds example rows: somebody would take them in.

use documents::workbook_out::{self, Column, Sheet};
use kernel::catalog::{Field, FieldType, Mechanism, Vocabulary};

use super::opened::{importable, is_needed};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::export::kind;
use crate::queries::files::{Download, XLSX};

/// The empty workbook of a mechanism.
pub fn template(ctx: &Ctx, mechanism: &str) -> Result<Download, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import) {
        return Err(Error::NotFound);
    }
    let fields = importable(&mechanism);
    let columns =
        fields.iter().map(|field| Column { title: title(&mechanism, field), width: None, kind: kind(&field.of) });
    let sheet = Sheet {
        name: mechanism.name.clone(),
        columns: columns.collect(),
        rows: std::iter::empty(),
        stamp: String::new(),
    };
    let mut notes = vec![
        format!("这是“{}”的导入模板：在第一张表里逐行填写，一行一件。", mechanism.name),
        "带*的列必须填写；也可以空着，导入时再统一填。列的先后、名称可以改，导入时再核对。".to_owned(),
    ];
    notes.extend(fields.iter().map(|field| note(&mechanism, ctx.vocabulary(), field)));
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a template", fault))?;
    Ok(Download { name: format!("{}导入模板.xlsx", mechanism.name), media: XLSX.to_owned(), bytes })
}

fn title(mechanism: &Mechanism, field: &Field) -> String {
    let star = if is_needed(mechanism, field) { "*" } else { "" };
    format!("{star}{}", field.name)
}

fn note(mechanism: &Mechanism, vocabulary: &Vocabulary, field: &Field) -> String {
    let needed = if is_needed(mechanism, field) { "（必填）" } else { "" };
    let help = field.help.as_deref().map(|help| format!(" {help}")).unwrap_or_default();
    format!("{}{needed}:{}{help}", field.name, holds(vocabulary, &field.of))
}

/// What a cell of the column holds, in words.
fn holds(vocabulary: &Vocabulary, of: &FieldType) -> String {
    let measured = |measure: &Option<std::sync::Arc<str>>| {
        measure.as_deref().map(|measure| format!("，单位为{measure}")).unwrap_or_default()
    };
    match of {
        FieldType::Text { max } | FieldType::LongText { max } => format!("文字，最多{max}个字。"),
        FieldType::Whole { measure, .. } => format!("整数{}。", measured(measure)),
        FieldType::Decimal { measure, places } => format!("数字，最多{places}位小数{}。", measured(measure)),
        FieldType::Money => "金额，单位为元。".to_owned(),
        FieldType::Percent => "百分数，如 65%。".to_owned(),
        FieldType::Day => "日期,如 2026-03-05 或 2026年3月5日。".to_owned(),
        FieldType::Month => "月份,如 2026-03 或 2026年3月。".to_owned(),
        FieldType::Moment => "时间，如 2026-03-05 09:30。".to_owned(),
        FieldType::YesNo => "填“是”或“否”。".to_owned(),
        FieldType::Choice { list } => {
            let items = vocabulary.list(list.as_str()).map(|list| list.items.as_slice()).unwrap_or_default();
            let is_parent = |id: &str| items.iter().any(|item| item.parent.as_deref() == Some(id));
            let names: Vec<&str> = items.iter().filter(|item| !is_parent(&item.id)).map(|item| &*item.name).collect();
            format!("填下列之一：{}。", names.join("、"))
        }
        FieldType::Unit => "一个单位的名称或简称。".to_owned(),
        FieldType::Units => "单位的名称或简称，几个单位用顿号隔开。".to_owned(),
        FieldType::Person => "一个人的姓名；有重名的，写成“姓名（单位）”。".to_owned(),
        FieldType::People => "姓名，几个人用顿号隔开；有重名的，写成“姓名（单位）”。".to_owned(),
        FieldType::Record { .. } | FieldType::Files | FieldType::Computed { .. } => "不从表格导入。".to_owned(),
    }
}
