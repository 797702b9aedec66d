//! What was filed already that is like this? Told with its reason, beside the form and on the record.
//!
//! Never in the way of a button.

use app::queries::likeness::Twin;
use maud::{Markup, html};

use crate::parts::todo::{Todo, slim_todos};
use crate::urls;

/// The place on a page of a form, also where nothing is alike: it is filled as somebody types.
pub(crate) fn place(twins: &[Twin]) -> Markup {
    html! { div id="alike" { @if !twins.is_empty() { h3.pad { "可能已经登记过" } (list(twins)) } } }
}

/// The lines.
pub(crate) fn list(twins: &[Twin]) -> Markup {
    let lines: Vec<Todo> = twins.iter().map(line).collect();
    slim_todos(&lines)
}

fn line(twin: &Twin) -> Todo {
    let same = if twin.same.is_empty() { String::new() } else { format!("；{}相同", twin.same.join("、")) };
    let words = if twin.words.is_empty() { String::new() } else { format!("：{}", twin.words.join("、")) };
    Todo {
        href: urls::record(twin.id),
        title: twin.called.clone(),
        note: format!("{}。{}%的词相同{words}{same}", twin.note, twin.percent),
        ..Todo::default()
    }
}
