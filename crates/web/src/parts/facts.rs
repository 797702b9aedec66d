//! What is so?
//! Label and value in two columns, long values over the full width, an empty value as a dash.
//! Never: hiding a fact because it is empty; of many empty ones it is told how many, and a click shows them.

use super::empty::dash;
use super::shell::Anchor;
use maud::{Markup, html};

/// One fact of a record.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The field's name as the person reads it.
    pub label: String,
    /// The value; `None` shows a dash.
    pub value: Option<Markup>,
    /// Whether it needs the full width.
    pub wide: bool,
    /// A quiet question beside the value and where it is answered, such as `为何是这天？`.
    pub why: Option<Anchor>,
}

impl Fact {
    /// A short fact in plain words; empty words show a dash.
    pub fn text(label: impl Into<String>, value: &str) -> Fact {
        let value = value.trim();
        Fact { label: label.into(), value: (!value.is_empty()).then(|| html! { (value) }), wide: false, why: None }
    }

    /// A long text over the full width; its line breaks are kept.
    pub fn long(label: impl Into<String>, value: &str) -> Fact {
        let value = value.trim();
        Fact { label: label.into(), value: (!value.is_empty()).then(|| html! { p { (value) } }), wide: true, why: None }
    }

    /// A fact that leads somewhere.
    pub fn link(label: impl Into<String>, anchor: &Anchor) -> Fact {
        Fact {
            label: label.into(),
            value: Some(html! { a href=(anchor.href) { (anchor.label) } }),
            wide: false,
            why: None,
        }
    }

    /// A fact shown as the caller drew it.
    pub fn shown(label: impl Into<String>, value: Markup) -> Fact {
        Fact { label: label.into(), value: Some(value), wide: false, why: None }
    }

    /// With a quiet question beside it.
    pub fn why(mut self, anchor: Anchor) -> Fact {
        self.why = Some(anchor);
        self
    }
}

/// So many empty facts stand among the others.
const FEW: usize = 6;

/// Facts in two columns; where many are empty, those are folded behind the others.
pub fn folded(list: &[Fact]) -> Markup {
    let (told, empty): (Vec<Fact>, Vec<Fact>) = list.iter().cloned().partition(|fact| fact.value.is_some());
    if empty.len() <= FEW || told.is_empty() {
        return facts(list, false);
    }
    html! {
        (facts(&told, false))
        details.pad { summary { "还没有填的 " (empty.len()) " 栏" } (facts(&empty, false)) }
    }
}

/// Facts in two columns (one on a phone); `narrow` keeps one column for a side card.
pub fn facts(facts: &[Fact], narrow: bool) -> Markup {
    html! {
        dl.facts.one[narrow] {
            @for fact in facts {
                dt.w[fact.wide] { (fact.label) }
                dd.w[fact.wide] {
                    @match &fact.value { Some(value) => (value), None => (dash()) }
                    @if let Some(why) = &fact.why { a.why href=(why.href) { (why.label) } }
                }
            }
        }
    }
}
