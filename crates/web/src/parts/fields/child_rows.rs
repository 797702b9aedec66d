//! How are the rows of a child table typed without script?
//! A few empty rows stand ready, a button sends the form for one more; a row left empty is not kept.
//! Controls are named `field.row.column`, rows counted from zero.
//! Never: dropping what was typed in a row that is refused.

use super::super::icons::{Icon, icon};
use super::{Field, Pickable};
use maud::{Markup, html};

/// What a column of a child table holds.
#[derive(Debug, Clone)]
pub enum ChildValue {
    /// Words.
    Text,
    /// A number.
    Number,
    /// A day.
    Day,
    /// Yes or not.
    Flag,
    /// One of a list.
    Choice(Vec<Pickable>),
}

/// One column of a child table.
#[derive(Debug, Clone)]
pub struct ChildColumn {
    /// The last part of the control's name.
    pub key: String,
    /// Its head.
    pub label: String,
    /// Whether a row that is not empty must fill it.
    pub required: bool,
    /// Whether nobody types it; one that is required is sent back as it stands.
    pub fixed: bool,
    /// What it holds.
    pub value: ChildValue,
}

/// One row as it was typed: one text a column; a flag is `1` or empty.
#[derive(Debug, Clone, Default)]
pub struct ChildRow {
    /// The texts, in the order of the columns; missing ones are empty.
    pub values: Vec<String>,
    /// Sentences of a refusal, by place of the column.
    pub wrong: Vec<(usize, String)>,
    /// Which row of the record it shows, where some of it is not read in full: then it goes only by its own box.
    pub origin: Option<usize>,
    /// What stands in masked cells, as it may be read; empty texts elsewhere.
    pub covered: Vec<String>,
    /// Is its box ticked?
    pub goes: bool,
    /// The column whose words are a door, and where it leads.
    pub door: Option<(usize, String)>,
}

/// A child table to be typed.
#[derive(Debug, Clone, Default)]
pub struct ChildRows {
    /// Its columns.
    pub columns: Vec<ChildColumn>,
    /// What was typed so far.
    pub rows: Vec<ChildRow>,
    /// How many empty rows stand ready below.
    pub spare: usize,
}

pub(super) fn child_rows(field: &Field, table: &ChildRows) -> Markup {
    let id = format!("{}-rows", field.id());
    let empty = ChildRow::default();
    let rows: Vec<&ChildRow> = table
        .rows
        .iter()
        .chain(std::iter::repeat_n(&empty, table.spare.max(usize::from(table.rows.is_empty()))))
        .collect();
    let may_add = !table.columns.iter().any(|column| column.fixed);
    let drops = table.rows.iter().any(|row| row.origin.is_some());
    html! {
        div.rows id=(id) {
            table {
                thead {
                    tr {
                        th { span.vh { "行" } }
                        @for column in &table.columns { th scope="col" { (column.label) @if column.required { span.must { "*" } } } }
                        @if drops { th scope="col" { "删去" } }
                    }
                }
                tbody {
                    @for (place, row) in rows.iter().enumerate() {
                        tr {
                            td { (place + 1) }
                            @for at in 0..table.columns.len() { (cell(field, table, row, place, at)) }
                            @if drops { td { (origin(field, row, place)) } }
                        }
                    }
                }
            }
        }
        @if may_add {
            button.btn.tiny type="submit" name="_more" value=(field.name) formnovalidate data-add-row=(id) { (icon(Icon::Plus)) "再加一行" }
            p.hint { "整行留空的不保存。" }
        }
    }
}

/// Which row of the record it is, and the box by which it goes.
fn origin(field: &Field, row: &ChildRow, place: usize) -> Markup {
    let part = |part: &str| format!("{}.{place}.{part}", field.name);
    html! {
        @if let Some(origin) = row.origin {
            input type="hidden" name=(part("_row")) value=(origin);
            input type="checkbox" name=(part("_drop")) value="1" checked[row.goes] aria-label={ "删去第 " (place + 1) " 行" };
        }
    }
}

/// A cell that nobody types: its words, and what is sent back so that the row is known again.
fn fixed_cell(name: &str, column: &ChildColumn, row: &ChildRow, at: usize) -> Markup {
    let words = row.values.get(at).map_or("", String::as_str);
    let door = row.door.as_ref().filter(|(of, _)| *of == at);
    html! {
        td {
            @match door {
                Some((_, href)) => a href=(href) { (words) },
                None => (words),
            }
            @if column.required { input type="hidden" name=(name) value=(words); }
        }
    }
}

fn cell(field: &Field, table: &ChildRows, row: &ChildRow, place: usize, at: usize) -> Markup {
    let column = &table.columns[at];
    if column.fixed {
        return fixed_cell(&format!("{}.{place}.{}", field.name, column.key), column, row, at);
    }
    let name = format!("{}.{place}.{}", field.name, column.key);
    let value = row.values.get(at).map_or("", String::as_str);
    let covered = row.covered.get(at).filter(|words| !words.is_empty());
    let wrong = row.wrong.iter().find(|(wrong_at, _)| *wrong_at == at).map(|(_, sentence)| sentence);
    let label = format!("第 {} 行 {}", place + 1, column.label);
    let invalid = wrong.map(|_| "true");
    let id = super::field_id_inside(&field.inside, &name);
    html! {
        td {
            @match &column.value {
                ChildValue::Text => input type="text" id=(id) name=(name) value=(value) aria-label=(label) aria-invalid=[invalid] autocomplete="off";,
                ChildValue::Number => input.n type="text" inputmode="decimal" id=(id) name=(name) value=(value) aria-label=(label) aria-invalid=[invalid] autocomplete="off";,
                ChildValue::Day => input type="date" id=(id) name=(name) value=(value) aria-label=(label) aria-invalid=[invalid];,
                ChildValue::Flag => input type="checkbox" id=(id) name=(name) value="1" checked[value == "1"] aria-label=(label);,
                ChildValue::Choice(list) => select id=(id) name=(name) aria-label=(label) aria-invalid=[invalid] {
                    option value="" {}
                    @for one in list { option value=(one.value) selected[one.value == value] { (one.label) } }
                },
            }
            @if let Some(words) = covered { p.hint { "现在是" (words) } }
            @if let Some(sentence) = wrong { p.wrong { (icon(Icon::Stop)) span { (sentence) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Control, Field, field};
    use super::*;

    fn column(key: &str, label: &str, required: bool, value: ChildValue) -> ChildColumn {
        ChildColumn { key: key.into(), label: label.into(), required, fixed: false, value }
    }

    fn milestones(rows: Vec<ChildRow>, spare: usize) -> String {
        let columns =
            vec![column("title", "内容", true, ChildValue::Text), column("due_on", "时限", false, ChildValue::Day)];
        field(&Field::new("milestone", "节点", Control::Rows(ChildRows { columns, rows, spare }))).into_string()
    }

    #[test]
    fn an_empty_child_table_still_offers_one_row() {
        let shown = milestones(vec![], 0);
        assert!(shown.contains(r#"name="milestone.0.title""#) && !shown.contains("milestone.1."), "{shown}");
    }

    #[test]
    fn a_column_that_nobody_types_is_shown_and_no_row_may_be_added() {
        let columns = vec![
            ChildColumn { fixed: true, ..column("name", "项目", true, ChildValue::Text) },
            column("value", "填报", false, ChildValue::Text),
        ];
        let row = ChildRow { values: vec!["户籍人口".into(), "12".into()], ..ChildRow::default() };
        let rows = ChildRows { columns, rows: vec![row], spare: 0 };
        let shown = field(&Field::new("item", "项目", Control::Rows(rows))).into_string();
        assert!(shown.contains(r#"type="hidden" name="item.0.name" value="户籍人口""#), "{shown}");
        assert!(shown.contains(r#"name="item.0.value""#) && !shown.contains("再加一行"), "{shown}");
    }

    #[test]
    fn a_refused_row_keeps_what_was_typed() {
        let row = ChildRow {
            values: vec!["产权清册核对".into()],
            wrong: vec![(1, "请填时限".into())],
            ..ChildRow::default()
        };
        let shown = milestones(vec![row], 2);
        assert!(shown.contains("产权清册核对") && shown.contains("请填时限"), "{shown}");
        assert!(shown.contains("milestone.2.due_on"), "{shown}");
    }
}
