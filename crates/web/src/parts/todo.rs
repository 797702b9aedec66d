//! What waits here?
//! Rows with a light, a link, a quiet line and one button: duties of the day, papers, ties.
//! Never: sorting; the caller knows what comes first.

use super::buttons::Button;
use super::light::{Light, light};
use maud::{Markup, html};

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Todo {
    /// Its light with the word, if a deadline runs.
    pub light: Option<(Light, String)>,
    /// Where it leads; empty when it leads nowhere.
    pub href: String,
    /// What it is about.
    pub title: String,
    /// A quiet line below; may be empty.
    pub note: String,
    /// What to do about it.
    pub act: Option<Button>,
}

/// Rows with the light in a column of its own, for the desk.
pub fn todos(rows: &[Todo]) -> Markup {
    html! {
        ul.todo {
            @for row in rows {
                li {
                    @match &row.light { Some((tone, word)) => (light(*tone, word)), None => span {} }
                    div { (title(row)) @if !row.note.is_empty() { p { (row.note) } } }
                    @if let Some(act) = &row.act { (act.clone().tiny()) }
                }
            }
        }
    }
}

/// Rows for a narrow card, with the light before the title.
pub fn slim_todos(rows: &[Todo]) -> Markup {
    html! {
        ul.todo.slim {
            @for row in rows {
                li {
                    div {
                        (title(row))
                        p { @if let Some((tone, word)) = &row.light { (light(*tone, word)) } (row.note) }
                    }
                    @if let Some(act) = &row.act { (act.clone().tiny()) }
                }
            }
        }
    }
}

fn title(row: &Todo) -> Markup {
    html! { @if row.href.is_empty() { (row.title) } @else { a href=(row.href) { (row.title) } } }
}
