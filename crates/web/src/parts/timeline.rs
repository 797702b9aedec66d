//! What was, who did it, and what changed from what to what?
//! Newest first; an old value is struck, a new one marked, and both are words, not colours.
//! Never: editing; the journal is only read here.

use super::light::Light;
use maud::{Markup, html};

/// One change of one field.
#[derive(Debug, Clone)]
pub struct FieldChange {
    /// The field's name as the person reads it.
    pub label: String,
    /// What it was; empty when it had no value.
    pub from: String,
    /// What it became; empty when it was cleared.
    pub to: String,
}

/// One entry of the journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When, as it reads: `2月25日 09:32`.
    pub when: String,
    /// When, for machines: `2026-02-25T09:32:00`.
    pub when_exact: String,
    /// Who, or empty for clock work.
    pub who: String,
    /// On whose behalf, or empty.
    pub on_behalf_of: String,
    /// What was done, with links where they help.
    pub what: Markup,
    /// The tone of its dot, if it stands out.
    pub light: Option<Light>,
    /// What changed.
    pub changes: Vec<FieldChange>,
    /// What was said: opinion or reason; may be empty.
    pub said: String,
}

/// The journal of a record as a line.
pub fn timeline(entries: &[Entry]) -> Markup {
    html! {
        ol.line { @for entry in entries { (line(entry)) } }
    }
}

fn line(entry: &Entry) -> Markup {
    html! {
        li class=[entry.light.map(Light::class)] {
            time datetime=(entry.when_exact) { (entry.when) }
            @if !entry.who.is_empty() { b { (entry.who) } }
            @if !entry.on_behalf_of.is_empty() { "（代 " (entry.on_behalf_of) "）" }
            @if !entry.who.is_empty() { " " }
            (entry.what)
            @if let [only] = entry.changes.as_slice() { "，" (change(only)) }
            @if entry.changes.len() > 1 { ul { @for one in &entry.changes { li { (change(one)) } } } }
            @if !entry.said.is_empty() { blockquote { (entry.said) } }
        }
    }
}

fn change(change: &FieldChange) -> Markup {
    html! {
        (change.label) " "
        @if !change.from.is_empty() { del { span.vh { "原为 " } (change.from) } " " }
        @if change.to.is_empty() { ins { "已清空" } } @else { ins { span.vh { "改为 " } (change.to) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_both_values_in_words() {
        let shown = change(&FieldChange { label: "进度".into(), from: "25%".into(), to: String::new() }).into_string();
        assert_eq!(shown, r#"进度 <del><span class="vh">原为 </span>25%</del> <ins>已清空</ins>"#);
    }
}
