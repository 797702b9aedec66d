//! What was understood of a workbook, column by column?
//! The person says where each column goes; the outcome stands beside it as numbers and rows.
//! Never: writing; this page is a trial until it is confirmed.

use super::icons::{Icon, icon};
use maud::{Markup, html};

/// One column of the workbook and where it goes.
#[derive(Debug, Clone)]
pub struct ColumnPlace {
    /// The column's head in the workbook.
    pub head: String,
    /// The name under which the choice is sent.
    pub name: String,
    /// The field chosen; empty for "not imported".
    pub chosen: String,
}

/// A field that a column may go to: its id and its name.
#[derive(Debug, Clone)]
pub struct Target {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// Where each column goes; stands inside the form of the page.
pub fn column_places(places: &[ColumnPlace], targets: &[Target]) -> Markup {
    html! {
        ul.map {
            @for place in places {
                li {
                    span { (place.head) }
                    (icon(Icon::Arrow))
                    select name=(place.name) aria-label={ "“" (place.head) "”导入到" } {
                        option value="" { "不导入" }
                        @for target in targets { option value=(target.value) selected[target.value == place.chosen] { (target.label) } }
                    }
                }
            }
        }
    }
}
