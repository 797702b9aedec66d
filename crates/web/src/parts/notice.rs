//! How does the page speak to the person?
//! A notice has a tone, a picture and a sentence; a refusal lists every field that needs attention, with a link to it.
//! Never: a notice that only says that something went wrong.

use super::icons::{Icon, icon};
use maud::{Markup, html};

/// The tone of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done as asked.
    Ok,
    /// For your knowledge.
    Note,
    /// Unusual; look before going on.
    Warn,
    /// Refused or failed.
    Error,
}

/// A notice with a title and, below it, whatever explains it.
pub fn notice(tone: Tone, title: &str, body: Markup) -> Markup {
    let (class, picture) = match tone {
        Tone::Ok => ("notice ok", Icon::Check),
        Tone::Note => ("notice", Icon::Note),
        Tone::Warn => ("notice warn", Icon::Alert),
        Tone::Error => ("notice error", Icon::Stop),
    };
    let role = if tone == Tone::Error { "alert" } else { "status" };
    html! { div class=(class) role=(role) { (icon(picture)) div { h2 { (title) } (body) } } }
}

/// One thing that a refused form needs.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The field's name, or empty for a matter of the whole form.
    pub field: String,
    /// The field's label as the person reads it; may be empty.
    pub label: String,
    /// The sentence.
    pub sentence: String,
}

/// The summary on top of a refused form; each line leads to its field.
pub fn refused(wanted: &[Wanted]) -> Markup {
    let title = if wanted.len() > 1 {
        format!("有 {} 处需要改正，您填写的内容都还在", wanted.len())
    } else {
        "尚未提交，您填写的内容都还在".to_owned()
    };
    notice(
        Tone::Error,
        &title,
        html! {
            ul {
                @for one in wanted {
                    li {
                        @if one.field.is_empty() { (one.sentence) }
                        @else { a href={ "#" (super::fields::field_id(&one.field)) } { @if !one.label.is_empty() { (one.label) "：" } (one.sentence) } }
                    }
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_leads_to_each_field() {
        let shown = refused(&[
            Wanted { field: "due_on".into(), label: "完成时限".into(), sentence: "应晚于下达日".into() },
            Wanted { field: String::new(), label: String::new(), sentence: "附件至少一份".into() },
        ])
        .into_string();
        assert!(shown.contains("有 2 处需要改正"), "{shown}");
        assert!(shown.contains(r##"href="#f-due_on""##), "{shown}");
    }
}
