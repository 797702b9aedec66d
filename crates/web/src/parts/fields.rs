//! How is something typed or chosen?
//! A field has its label above, its hint and the sentence of a refusal below; whatever was typed comes back.
//! Numbers are typed as text with a number keyboard, because a browser throws away what it cannot read as a number.
//! Never: a rule; what is required or too long is said by the caller and checked again by the kernel.

mod child_rows;
mod chooser;
mod controls;

pub use child_rows::{ChildColumn, ChildRow, ChildRows, ChildValue};
pub use controls::{Control, KeptFile, Options, Pickable};

use super::icons::{Icon, icon};
use super::shell::Anchor;
use maud::{Markup, html};

/// One field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name under which its value is sent.
    pub name: String,
    /// The form it stands in, where a page has several with fields of the same name; else empty.
    pub inside: String,
    /// Its label.
    pub label: String,
    /// Whether it must be filled.
    pub required: bool,
    /// What helps to fill it; may be empty.
    pub hint: String,
    /// What is held of it already, and the door to where.
    pub held: Option<(String, Anchor)>,
    /// The sentence of a refusal.
    pub wrong: Option<String>,
    /// Whether it needs the full width of a two-column form.
    pub wide: bool,
    /// How it is typed or chosen, with its present value.
    pub control: Control,
}

impl Field {
    /// A field that may stay empty.
    pub fn new(name: impl Into<String>, label: impl Into<String>, control: Control) -> Field {
        let wide = control.is_wide();
        Field {
            name: name.into(),
            inside: String::new(),
            label: label.into(),
            required: false,
            hint: String::new(),
            held: None,
            wrong: None,
            wide,
            control,
        }
    }

    /// The field must be filled.
    pub fn required(mut self) -> Field {
        self.required = true;
        self
    }

    /// In the form of this name, so that its id differs from that of its namesake in another form.
    pub fn inside(mut self, form: impl Into<String>) -> Field {
        self.inside = form.into();
        self
    }

    /// The id of its control.
    fn id(&self) -> String {
        field_id_inside(&self.inside, &self.name)
    }

    /// With a hint below.
    pub fn hint(mut self, hint: impl Into<String>) -> Field {
        self.hint = hint.into();
        self
    }

    /// With what is held already and the door to where.
    pub fn held(mut self, words: String, door: Anchor) -> Field {
        self.held = Some((words, door));
        self
    }

    /// With the sentence of a refusal.
    pub fn wrong(mut self, sentence: Option<String>) -> Field {
        self.wrong = sentence;
        self
    }

    /// Over the full width.
    pub fn wide(mut self) -> Field {
        self.wide = true;
        self
    }

    /// The ids of hint and sentence, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let id = self.id();
        match (self.hint.is_empty(), self.wrong.is_some()) {
            (true, false) => None,
            (false, false) => Some(format!("{id}-hint")),
            (true, true) => Some(format!("{id}-wrong")),
            (false, true) => Some(format!("{id}-wrong {id}-hint")),
        }
    }
}

/// The id of a field's control, to which the summary of a refusal links.
pub fn field_id(name: &str) -> String {
    format!("f-{name}")
}

/// The id of a field's control in a form of that name; without a name, [`field_id`].
pub fn field_id_inside(form: &str, name: &str) -> String {
    if form.is_empty() { field_id(name) } else { field_id(&format!("{form}-{name}")) }
}

/// One field with its label, hint and sentence.
pub fn field(field: &Field) -> Markup {
    let id = field.id();
    html! {
        @if field.control.is_group() {
            fieldset.field.w[field.wide] .bad[field.wrong.is_some()] id=(id) aria-describedby=[field.described_by()] {
                legend { (label_words(field)) } (controls::control(field)) (below(field, &id))
            }
        } @else {
            div.field.w[field.wide] .bad[field.wrong.is_some()] {
                label for=(id) { (label_words(field)) } (controls::control(field)) (below(field, &id))
            }
        }
    }
}

/// Fields in two columns (one on a phone).
pub fn fields(list: &[Field]) -> Markup {
    html! { div.fields { @for one in list { (field(one)) } } }
}

fn label_words(field: &Field) -> Markup {
    html! { (field.label) @if field.required { span.must { "*" span.vh { "必填" } } } }
}

fn below(field: &Field, id: &str) -> Markup {
    html! {
        @if let Some(sentence) = &field.wrong { p.wrong id={ (id) "-wrong" } { (icon(Icon::Stop)) span { (sentence) } } }
        @if !field.hint.is_empty() { p.hint id={ (id) "-hint" } { (field.hint) } }
        @if let Some((words, door)) = &field.held { p.hint { "来源：" a href=(door.href) { (door.label) } "，" (words) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(one: Field) -> String {
        field(&one).into_string()
    }

    #[test]
    fn a_refused_number_comes_back_as_it_was_typed() {
        let money = Field::new("amount", "金额", Control::Money { value: "一百万<".into(), unit: "万元".into() })
            .wrong(Some("请填数字，如 100.5".into()));
        let shown = shown(money);
        assert!(shown.contains(r#"value="一百万&lt;""#), "{shown}");
        assert!(shown.contains(r#"aria-invalid="true""#), "{shown}");
        assert!(shown.contains(r#"aria-describedby="f-amount-wrong""#), "{shown}");
    }

    #[test]
    fn a_required_field_says_so_in_words() {
        assert!(shown(Field::new("title", "任务名称", Control::text("")).required()).contains("必填"));
    }

    #[test]
    fn a_tree_of_choices_keeps_its_groups() {
        let options = Options::tree(vec![
            ("街道".into(), vec![Pickable::new("u1", "葵岭街道")]),
            ("局办".into(), vec![Pickable::new("u2", "农业农村局")]),
        ]);
        let shown =
            shown(Field::new("unit", "责任单位", Control::Choice { options, chosen: "u2".into(), as_radios: false }));
        assert!(shown.contains(r#"<optgroup label="街道">"#), "{shown}");
        assert!(shown.contains(r#"<option value="u2" selected>"#), "{shown}");
    }

    #[test]
    fn a_value_that_left_the_list_is_still_shown() {
        let options = Options::flat(vec![Pickable::new("a", "甲")]);
        let shown =
            shown(Field::new("source", "来源", Control::Choice { options, chosen: "gone".into(), as_radios: false }));
        assert!(shown.contains("gone（已不在列表中）"), "{shown}");
    }
}
