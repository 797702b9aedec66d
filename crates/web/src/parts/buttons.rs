//! What can be pressed?
//! A button is a link to a page or sends the form it stands in; a page has at most one main button.
//! Never: a link that changes anything.

use super::icons::{Icon, icon};
use maud::{Markup, Render, html};

/// A button in the making; put it into a page with `(button)`.
#[derive(Debug, Clone, Default)]
pub struct Button {
    label: String,
    href: Option<String>,
    icon: Option<Icon>,
    name_and_value: Option<(String, String)>,
    confirm: Option<String>,
    opens: Option<String>,
    action: Option<String>,
    classes: String,
    unchecked: bool,
    download: bool,
}

impl Button {
    /// A link that looks like a button.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Button {
        Button { label: label.into(), href: Some(href.into()), ..Button::default() }
    }

    /// Sends the form it stands in.
    pub fn submit(label: impl Into<String>) -> Button {
        Button { label: label.into(), ..Button::default() }
    }

    /// The one main action of the page.
    pub fn main(self) -> Button {
        self.class("main")
    }

    /// Fits into a table row.
    pub fn tiny(self) -> Button {
        self.class("tiny")
    }

    /// Takes something away or ends it for good.
    pub fn danger(self) -> Button {
        self.class("danger")
    }

    /// As wide as the place it stands in.
    pub fn full(self) -> Button {
        self.class("full")
    }

    /// With a picture before the word.
    pub fn icon(mut self, icon: Icon) -> Button {
        self.icon = Some(icon);
        self
    }

    /// Sends this name and value along, so that one form can have several buttons.
    pub fn named(mut self, name: impl Into<String>, value: impl Into<String>) -> Button {
        self.name_and_value = Some((name.into(), value.into()));
        self
    }

    /// Asks this question first (with script; the page behind must be safe without).
    pub fn confirm(mut self, question: impl Into<String>) -> Button {
        self.confirm = Some(question.into());
        self
    }

    /// Opens the dialog with this id instead of following the link (with script).
    pub fn opens(mut self, dialog_id: impl Into<String>) -> Button {
        self.opens = Some(dialog_id.into());
        self
    }

    /// Sends the form to another address than the form's own.
    pub fn to(mut self, action: impl Into<String>) -> Button {
        self.action = Some(action.into());
        self
    }

    /// Sends the form without the browser's own checks, for "one more row" and the like.
    pub fn unchecked(mut self) -> Button {
        self.unchecked = true;
        self
    }

    /// The link brings a file.
    pub fn download(mut self) -> Button {
        self.download = true;
        self
    }

    fn class(mut self, class: &str) -> Button {
        self.classes.push(' ');
        self.classes.push_str(class);
        self
    }
}

impl Render for Button {
    fn render(&self) -> Markup {
        let inside = html! { @if let Some(it) = self.icon { (icon(it)) } (self.label) };
        match &self.href {
            Some(href) => html! {
                a class={ "btn" (self.classes) } href=(href) data-dialog=[&self.opens] download[self.download] { (inside) }
            },
            None => html! {
                button class={ "btn" (self.classes) } type="submit"
                    name=[self.name_and_value.as_ref().map(|it| &it.0)] value=[self.name_and_value.as_ref().map(|it| &it.1)]
                    formaction=[&self.action] formnovalidate[self.unchecked]
                    data-confirm=[&self.confirm] data-dialog=[&self.opens] { (inside) }
            },
        }
    }
}

/// What Enter presses in a form that has further buttons: a browser takes the first, so this one stands first, unseen.
pub fn implicit(label: &str) -> Markup {
    html! { button.vh type="submit" tabindex="-1" aria-hidden="true" { (label) } }
}

/// A menu of links under one button, opened without script.
pub fn menu(label: &str, picture: Option<Icon>, items: &[Button]) -> Markup {
    html! {
        details.menu {
            summary.btn { @if let Some(it) = picture { (icon(it)) } (label) (icon(Icon::Down)) }
            div { @for item in items { (item.in_menu()) } }
        }
    }
}

impl Button {
    fn in_menu(&self) -> Markup {
        let plain = Button { classes: String::new(), ..self.clone() };
        let inside = html! { @if let Some(it) = plain.icon { (icon(it)) } (plain.label) };
        match &plain.href {
            Some(href) => html! { a href=(href) data-dialog=[&plain.opens] download[plain.download] { (inside) } },
            None => html! {
                button type="submit" name=[plain.name_and_value.as_ref().map(|it| &it.0)]
                    value=[plain.name_and_value.as_ref().map(|it| &it.1)] formaction=[&plain.action] data-confirm=[&plain.confirm] { (inside) }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submit_button_carries_its_name_and_question() {
        let shown =
            Button::submit("发督办令").main().named("step", "supervise").confirm("确定发出？").render().into_string();
        assert!(shown.contains(r#"class="btn main""#), "{shown}");
        assert!(shown.contains(r#"name="step" value="supervise""#), "{shown}");
        assert!(shown.contains(r#"data-confirm="确定发出？""#), "{shown}");
    }
}
