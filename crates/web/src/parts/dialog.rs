//! How is something asked without leaving the page?
//! A dialog stands in the page and opens with script; its opener is a link to a page that asks the same without script.
//! Never: a dialog as the only way.

use super::icons::{Icon, icon};
use maud::{Markup, html};

/// A dialog to be opened by a button with [`Button::opens`](super::buttons::Button::opens).
pub fn dialog(id: &str, title: &str, body: Markup) -> Markup {
    html! {
        dialog id=(id) aria-label=(title) {
            header { h2 { (title) } button.btn.bare type="button" data-close aria-label="关闭" { (icon(Icon::Cross)) } }
            (body)
        }
    }
}
