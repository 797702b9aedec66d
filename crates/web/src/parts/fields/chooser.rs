//! How is one thing out of thousands chosen? By typing a part of its label: with script a list is offered while one
//! types, without it the server says what the text may mean.
//!
//! Never a hidden id: what is read is what is sent.

use super::Field;
use maud::{Markup, html};

/// A text control that offers labels from an address answering `{"choices": [{"label", "note"}]}`; the typed word is
/// added as `q`. With `many`, labels stand one behind the other, separated by `、`.
pub(super) fn chooser(field: &Field, value: &str, from: &str, many: bool) -> Markup {
    let hint = match (from.starts_with(crate::urls::CHOOSE_PEOPLE), many) {
        (true, true) => "姓名、拼音首字母或人员编号，可写几个",
        (true, false) => "姓名、拼音首字母或人员编号",
        (false, true) => "名称或拼音首字母，可写几个",
        (false, false) => "名称、代码或拼音首字母",
    };
    html! {
        input type="text" id=(field.id()) name=(field.name) value=(value) required[field.required] autocomplete="off"
            maxlength="2000" placeholder=(hint) data-choose=(from) data-many[many]
            aria-describedby=[field.described_by()] aria-invalid=[(field.wrong.is_some()).then_some("true")];
    }
}
