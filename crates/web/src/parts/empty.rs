//! What does a page say when there is nothing on it?
//! It says what would be here and what to do next.
//! Never: a bare "no data".

use super::buttons::Button;
use super::icons::{Icon, icon};
use maud::{Markup, html};

/// An empty place that says what would be here, what to do, and offers it.
pub fn empty(picture: Icon, what: &str, next: &str, acts: &[Button]) -> Markup {
    html! {
        div.empty {
            (icon(picture)) h3 { (what) } p { (next) }
            @if !acts.is_empty() { div.acts { @for act in acts { (act) } } }
        }
    }
}

/// One quiet line for a small empty card.
pub fn nothing_yet(sentence: &str) -> Markup {
    html! { div.empty.slim { (sentence) } }
}

/// A dash for an empty value, read aloud as "none".
pub fn dash() -> Markup {
    html! { span.none aria-label="无" { "—" } }
}
