//! Which saved cuts of a list are there, and in which shape is it shown?
//! Never: script; each tab is a link.

use super::icons::{Icon, icon};
use maud::{Markup, html};

/// One tab.
#[derive(Debug, Clone, Default)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// How many lie in it, if known.
    pub count: Option<u64>,
    /// Where it leads.
    pub href: String,
    /// Whether it is open.
    pub current: bool,
    /// Whether its number calls for attention when it is not zero.
    pub hot: bool,
}

/// Tabs in a row; `aside` stands at the right, usually [`views`].
pub fn tabs(label: &str, tabs: &[Tab], aside: Markup) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for tab in tabs {
                a.on[tab.current] href=(tab.href) data-key=(tab.href) aria-current=[tab.current.then_some("page")] {
                    (tab.label)
                    @if let Some(count) = tab.count { b.hot[tab.hot && count > 0] { (count) } }
                }
            }
            (aside)
        }
    }
}

/// One shape in which a list is shown.
#[derive(Debug, Clone)]
pub struct View {
    /// Its name.
    pub label: String,
    /// Its picture.
    pub icon: Icon,
    /// Where it leads.
    pub href: String,
    /// Whether it is shown now.
    pub current: bool,
}

/// The shapes of a list, side by side: list, board, calendar.
pub fn views(views: &[View]) -> Markup {
    html! {
        span.views role="group" aria-label="显示方式" {
            @for view in views {
                a.on[view.current] href=(view.href) title=(view.label) aria-label=(view.label) aria-current=[view.current.then_some("true")] {
                    (icon(view.icon)) span { (view.label) }
                }
            }
        }
    }
}
