//! Which files belong here?
//! Never: a path on a disk; files are known by name and address.

use super::icons::{Icon, icon};
use maud::{Markup, html};

/// One file that is kept.
#[derive(Debug, Clone)]
pub struct FileLine {
    /// Its name as it was given.
    pub name: String,
    /// Where it is read; empty when these eyes may not.
    pub href: String,
    /// Where its text is read on a page; empty when it has none.
    pub text: String,
    /// Size, who and when, in words.
    pub note: String,
}

/// The files in a list.
pub fn files(lines: &[FileLine]) -> Markup {
    html! {
        ul.files {
            @for line in lines {
                li {
                    (icon(if line.href.is_empty() { Icon::Lock } else { Icon::Clip }))
                    @if line.href.is_empty() { span.name { (line.name) } } @else { a href=(line.href) title=(line.name) { (line.name) } }
                    small { (line.note) @if !line.text.is_empty() { " " a href=(line.text) { "看文字" } } }
                }
            }
        }
    }
}
