//! What is suggested beside a record, with its reasons; a click fills the form in, and nothing more.
//!
//! Never sends a form.

use app::queries::suggestions::{Suggestion, Suggestions};
use kernel::ids::RecordId;
use maud::{Markup, html};

use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::todo::{Todo, slim_todos};
use crate::urls;

/// The card.
pub(super) fn card_of(record: RecordId, it: &Suggestions) -> Markup {
    let items: Vec<Todo> = it.items.iter().map(|one| item(record, one)).collect();
    let similar: Vec<Todo> = it.similar.iter().map(of_before).collect();
    card(
        "建议",
        html! { "按文字里共同的词，供“" (it.steps.join("、")) "”参考" },
        html! {
            h3.pad { "职责清单里最像的" }
            @if items.is_empty() { p.pad.hint { "没有找到有共同的词的。" } } @else { (slim_todos(&items)) }
            h3.pad { "以前类似的" }
            @if similar.is_empty() { p.pad.hint { "没有找到有共同的词的。" } } @else { (slim_todos(&similar)) }
        },
    )
}

fn reasons(one: &Suggestion) -> String {
    format!("共同的词：{}", one.words.join("、"))
}

fn item(record: RecordId, one: &Suggestion) -> Todo {
    let pick = urls::with(&urls::record(record), &[("pick", &one.id.to_string())]);
    Todo {
        href: urls::record(one.id),
        title: one.title.clone(),
        note: format!("{}。{}", one.note, reasons(one)),
        act: Some(Button::link("填入", pick)),
        ..Todo::default()
    }
}

fn of_before(one: &Suggestion) -> Todo {
    Todo {
        href: urls::record(one.id),
        title: one.number.as_ref().map_or_else(|| one.title.clone(), |number| format!("{number} {}", one.title)),
        note: format!("{}。{}", one.note, reasons(one)),
        ..Todo::default()
    }
}
