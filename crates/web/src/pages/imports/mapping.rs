//! Where each column goes, what fills the fields that no column fills, and what unknown names mean.

use app::commands::intake::Mapping;
use app::queries::forms::FormField;
use app::queries::intake::Preview;
use kernel::ids::{FieldId, UnitId};
use maud::{Markup, html};

use super::at;
use crate::pages::controls::{self, Back};
use crate::parts::buttons::Button;
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::parts::import::{ColumnPlace, Target, column_places};
use crate::sent::Sent;

/// Reads the form onto what was decided before.
pub(super) fn read(sent: &Sent, known: Mapping) -> Mapping {
    let mut mapping = known;
    let sheet = sent.text("sheet").parse::<usize>().ok();
    let was = sent.text("sheet_was").parse::<usize>().ok();
    if sheet.is_some() && sheet != was {
        // Another sheet has other columns: what was decided about this one's means nothing there.
        mapping.columns.clear();
        mapping.sheet = sheet;
        return mapping;
    }
    for (name, text) in &sent.pairs {
        if let Some(column) = name.strip_prefix("to.").and_then(|column| column.parse().ok()) {
            mapping
                .columns
                .insert(column, Some(text).filter(|text| !text.is_empty()).map(|id| FieldId::from(id.as_str())));
        }
    }
    for held in sent.text("_all").split_whitespace() {
        mapping.for_all.insert(FieldId::from(held), sent.all(&format!("all.{held}")).join(" "));
    }
    for at in 0.. {
        let Some(written) = sent.find(&format!("unit.{at}.name")) else { break };
        match sent.text(&format!("unit.{at}.id")).parse::<UnitId>() {
            Ok(unit) => mapping.units.insert(written.to_owned(), unit),
            Err(_) => mapping.units.remove(written),
        };
    }
    mapping
}

/// The form.
pub(super) fn form(preview: &Preview) -> Markup {
    let places: Vec<ColumnPlace> = preview
        .columns
        .iter()
        .map(|column| ColumnPlace {
            head: match column.title.is_empty() {
                true => format!("{} 列", column.letter),
                false => format!("{} {}", column.letter, column.title),
            },
            name: format!("to.{}", column.column),
            chosen: column.field.as_ref().map(ToString::to_string).unwrap_or_default(),
        })
        .collect();
    let targets: Vec<Target> =
        preview.fields.iter().map(|field| Target { value: field.id.clone(), label: field.name.clone() }).collect();
    html! {
        form.places method="post" action={ (at(&preview.mechanism, preview.upload)) "/mapping" } {
            (sheets(preview))
            (column_places(&places, &targets))
            (missing(preview))
            (unknown_units(preview))
            div.send { (Button::submit("重新识别")) }
        }
    }
}

fn sheets(preview: &Preview) -> Markup {
    let pick = |(at, name): (usize, &String)| Pickable::new(at.to_string(), name.as_str());
    let options = Options::flat(preview.sheets.iter().enumerate().map(pick).collect());
    let control = Control::Choice { options, chosen: preview.sheet.to_string(), as_radios: false };
    html! {
        input type="hidden" name="sheet_was" value=(preview.sheet);
        @if preview.sheets.len() > 1 {
            div.pad { (field(&Field::new("sheet", "工作表", control).hint(preview.sheet_why.as_str()))) }
        }
    }
}

fn missing(preview: &Preview) -> Markup {
    let held: Vec<&str> = preview.missing.iter().map(|one| one.control.id.as_str()).collect();
    html! {
        input type="hidden" name="_all" value=(held.join(" "));
        @if !preview.missing.is_empty() { h3.pad { "缺少的必填项" } }
        @for one in &preview.missing {
            div.pad { (field(&for_all(&one.control, one.rows, one.has_column))) }
        }
    }
}

/// The control that fills a field for all rows. It may stay empty: then those rows are left.
fn for_all(control: &FormField, rows: usize, has_column: bool) -> Field {
    let lacking = if has_column { "单元格是空的" } else { "没有这一列" };
    let one = FormField { id: format!("all.{}", control.id), required: false, ..control.clone() };
    let made = controls::of_field(&one, &Back::default());
    made.hint(format!("有 {rows} 行缺少它（{lacking}）。在这里为这些行统一填写，导入后可逐件修改。"))
}

fn unknown_units(preview: &Preview) -> Markup {
    let options = || {
        preview
            .units
            .iter()
            .map(|unit| Pickable::new(unit.id.as_str(), unit.name.as_str()).found_by(unit.pinyin.as_str(), ""))
    };
    html! {
        @for (at, unknown) in preview.unknown_units.iter().enumerate() {
            @let chosen = unknown.nearest.map(|id| id.to_string()).unwrap_or_default();
            @let control = Control::Pick { options: Options::flat(options().collect()), chosen, from: None, hint: "单位名称或拼音首字母".to_owned() };
            div.pad {
                input type="hidden" name={ "unit." (at) ".name" } value=(unknown.written);
                (field(&Field::new(format!("unit.{at}.id"), format!("“{}”是哪个单位", unknown.written), control).hint(format!("有 {} 行这样写", unknown.rows))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Sent {
        Sent { pairs: pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(), files: Vec::new() }
    }

    #[test]
    fn columns_that_are_not_read_are_a_decision_too() {
        let read = read(
            &sent(&[("to.2", "title"), ("to.5", ""), ("_all", "due_on"), ("all.due_on", "2026-12-31")]),
            Mapping::default(),
        );
        assert_eq!(read.columns.get(&2), Some(&Some(FieldId::from("title"))));
        assert_eq!(read.columns.get(&5), Some(&None));
        assert_eq!(read.for_all.get("due_on").map(String::as_str), Some("2026-12-31"));
    }

    #[test]
    fn another_sheet_forgets_the_columns() {
        let known = read(&sent(&[("to.2", "title")]), Mapping::default());
        let other = read(&sent(&[("sheet", "1"), ("sheet_was", "0"), ("to.2", "source")]), known);
        assert_eq!((other.sheet, other.columns.len()), (Some(1), 0));
    }
}
