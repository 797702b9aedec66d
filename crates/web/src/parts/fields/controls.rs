//! Which control does a type of value get?
//! One variant a type, each carrying its present value as the text that stands in the control.
//! Never: parsing; the text goes back as it came.

use super::super::files::FileLine;
use super::super::words::file_size;
use super::Field;
use super::child_rows::{self, ChildRows};
use super::chooser;
use maud::{Markup, html};

/// One thing that can be chosen.
#[derive(Debug, Clone, Default)]
pub struct Pickable {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Pinyin initials (and whatever else finds it), lower case; may be empty.
    pub pinyin: String,
    /// A quiet word behind the label, such as the unit of a person; may be empty.
    pub note: String,
}

impl Pickable {
    /// A choice found by its label alone.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Pickable {
        Pickable { value: value.into(), label: label.into(), ..Pickable::default() }
    }

    /// Also found by pinyin initials, with a quiet word behind the label.
    pub fn found_by(mut self, pinyin: impl Into<String>, note: impl Into<String>) -> Pickable {
        self.pinyin = pinyin.into();
        self.note = note.into();
        self
    }
}

/// A file that is there already and stays unless its box is cleared.
#[derive(Debug, Clone)]
pub struct KeptFile {
    /// What is sent while it stays.
    pub value: String,
    /// Whether its box is ticked.
    pub stays: bool,
    /// Its name, where it is read, and a quiet word.
    pub line: FileLine,
}

/// What can be chosen, in groups; a flat list is one group without a name.
#[derive(Debug, Clone, Default)]
pub struct Options(Vec<(String, Vec<Pickable>)>);

impl Options {
    /// A flat list.
    pub fn flat(list: Vec<Pickable>) -> Options {
        Options(vec![(String::new(), list)])
    }

    /// A list in named groups.
    pub fn tree(groups: Vec<(String, Vec<Pickable>)>) -> Options {
        Options(groups)
    }

    fn holds(&self, value: &str) -> bool {
        self.0.iter().flat_map(|(_, list)| list).any(|one| one.value == value)
    }
}

/// How a value is typed or chosen, with the text that stands in it now.
#[derive(Debug, Clone)]
pub enum Control {
    /// One line.
    Text {
        /// What stands in it.
        value: String,
        /// The most characters, if limited.
        max: Option<u32>,
        /// What helps the browser fill it, such as `username`.
        autocomplete: Option<&'static str>,
    },
    /// A secret; never comes back.
    Password {
        /// `current-password`, `new-password` or `one-time-code`.
        autocomplete: &'static str,
    },
    /// Several lines.
    LongText {
        /// What stands in it.
        value: String,
        /// How many lines are shown at first.
        rows: u32,
        /// The most characters, if limited.
        max: Option<u32>,
    },
    /// A whole number with its unit.
    Whole {
        /// What stands in it.
        value: String,
        /// Its unit; may be empty.
        unit: String,
    },
    /// A decimal number with its unit.
    Decimal {
        /// What stands in it.
        value: String,
        /// Its unit; may be empty.
        unit: String,
    },
    /// Money in 元 or 万元.
    Money {
        /// What stands in it.
        value: String,
        /// `元` or `万元`.
        unit: String,
    },
    /// Percent points.
    Percent {
        /// What stands in it.
        value: String,
    },
    /// A day, `2026-03-05`.
    Day {
        /// What stands in it.
        value: String,
        /// The earliest day.
        min: Option<String>,
        /// The latest day.
        max: Option<String>,
    },
    /// A month, `2026-03`.
    Month {
        /// What stands in it.
        value: String,
    },
    /// A moment, `2026-03-05T09:30`.
    Moment {
        /// What stands in it.
        value: String,
    },
    /// Yes, no, or not yet said.
    YesNo {
        /// What is said.
        value: Option<bool>,
    },
    /// One of a list.
    Choice {
        /// The list.
        options: Options,
        /// What is chosen; empty for nothing yet.
        chosen: String,
        /// As round buttons, for few choices, rather than as a list that opens.
        as_radios: bool,
    },
    /// One unit or person, searched by name and pinyin initials.
    Pick {
        /// The list; with `from`, only what is chosen now.
        options: Options,
        /// What is chosen; empty for nothing yet.
        chosen: String,
        /// Where more are asked for; the typed word is added at its end, the answer is a list of `<option>`.
        from: Option<String>,
        /// What stands in the empty box.
        hint: String,
    },
    /// One of thousands, or several of them, typed and offered: what stands in it is a label, not an id.
    Chooser {
        /// The label that stands in it; several are separated by `、`.
        value: String,
        /// Where labels are asked for, see `super::chooser`.
        from: String,
        /// May there be several?
        many: bool,
    },
    /// Several units, persons or choices, as boxes to tick with a search above.
    PickMany {
        /// The list.
        options: Options,
        /// What is chosen.
        chosen: Vec<String>,
    },
    /// One file or several.
    Files {
        /// Whether several may be given at once.
        many: bool,
        /// What is accepted, such as `.pdf,.docx`.
        accept: String,
        /// The largest file, in bytes.
        max_bytes: u64,
        /// What is there already.
        have: Vec<KeptFile>,
    },
    /// The rows of a child table.
    Rows(ChildRows),
    /// Shown and not to be changed here.
    Fixed {
        /// What is shown.
        value: String,
    },
}

impl Control {
    /// One unlimited line.
    pub fn text(value: impl Into<String>) -> Control {
        Control::Text { value: value.into(), max: None, autocomplete: None }
    }

    pub(super) fn is_wide(&self) -> bool {
        matches!(self, Control::LongText { .. } | Control::Rows(_) | Control::Files { .. } | Control::PickMany { .. })
    }

    pub(super) fn is_group(&self) -> bool {
        match self {
            Control::YesNo { .. } | Control::PickMany { .. } | Control::Rows(_) | Control::Fixed { .. } => true,
            Control::Choice { as_radios, .. } => *as_radios,
            _ => false,
        }
    }
}

pub(super) fn control(field: &Field) -> Markup {
    match &field.control {
        Control::Text { value, max, autocomplete } => text(field, value, *max, *autocomplete),
        Control::Password { autocomplete } => password(field, autocomplete),
        Control::LongText { value, rows, max } => long_text(field, value, *rows, *max),
        Control::Whole { value, unit } => number(field, value, unit, "numeric"),
        Control::Decimal { value, unit } | Control::Money { value, unit } => number(field, value, unit, "decimal"),
        Control::Percent { value } => number(field, value, "%", "decimal"),
        Control::Day { value, min, max } => timed(field, "date", value, min.as_deref(), max.as_deref()),
        Control::Month { value } => timed(field, "month", value, None, None),
        Control::Moment { value } => timed(field, "datetime-local", value, None, None),
        Control::YesNo { value } => yes_no(field, *value),
        Control::Choice { options, chosen, as_radios: true } => radios(field, options, chosen),
        Control::Choice { options, chosen, .. } => select(field, options, chosen, None, None),
        Control::Pick { options, chosen, from, hint } => select(field, options, chosen, Some(hint), from.as_deref()),
        Control::Chooser { value, from, many } => chooser::chooser(field, value, from, *many),
        Control::PickMany { options, chosen } => boxes(field, options, chosen),
        Control::Files { many, accept, max_bytes, have } => upload(field, *many, accept, *max_bytes, have),
        Control::Rows(rows) => child_rows::child_rows(field, rows),
        Control::Fixed { value } => html! { p { @if value.is_empty() { span.none { "—" } } @else { (value) } } },
    }
}

fn invalid(field: &Field) -> Option<&'static str> {
    field.wrong.is_some().then_some("true")
}

fn text(field: &Field, value: &str, max: Option<u32>, autocomplete: Option<&str>) -> Markup {
    html! {
        input type="text" id=(field.id()) name=(field.name) value=(value) maxlength=[max] required[field.required]
            autocomplete=(autocomplete.unwrap_or("off")) aria-describedby=[field.described_by()] aria-invalid=[invalid(field)];
    }
}

fn password(field: &Field, autocomplete: &str) -> Markup {
    html! {
        input type="password" id=(field.id()) name=(field.name) required[field.required] autocomplete=(autocomplete)
            aria-describedby=[field.described_by()] aria-invalid=[invalid(field)];
    }
}

fn long_text(field: &Field, value: &str, rows: u32, max: Option<u32>) -> Markup {
    html! {
        textarea id=(field.id()) name=(field.name) rows=(rows) maxlength=[max] required[field.required]
            aria-describedby=[field.described_by()] aria-invalid=[invalid(field)] { "\n" (value) }
    }
}

fn number(field: &Field, value: &str, unit: &str, keyboard: &str) -> Markup {
    html! {
        div.with-unit {
            input type="text" inputmode=(keyboard) id=(field.id()) name=(field.name) value=(value) required[field.required]
                autocomplete="off" aria-describedby=[field.described_by()] aria-invalid=[invalid(field)];
            @if !unit.is_empty() { span { (unit) } }
        }
    }
}

fn timed(field: &Field, kind: &str, value: &str, min: Option<&str>, max: Option<&str>) -> Markup {
    html! {
        input.short type=(kind) id=(field.id()) name=(field.name) value=(value) min=[min] max=[max] required[field.required]
            aria-describedby=[field.described_by()] aria-invalid=[invalid(field)];
    }
}

fn yes_no(field: &Field, value: Option<bool>) -> Markup {
    html! {
        div.opts {
            label { input type="radio" name=(field.name) value="yes" checked[value == Some(true)] required[field.required]; "是" }
            label { input type="radio" name=(field.name) value="no" checked[value == Some(false)] required[field.required]; "否" }
        }
    }
}

fn radios(field: &Field, options: &Options, chosen: &str) -> Markup {
    html! {
        div.opts {
            @for one in options.0.iter().flat_map(|(_, list)| list) {
                label { input type="radio" name=(field.name) value=(one.value) checked[one.value == chosen] required[field.required]; (one.label) }
            }
        }
    }
}

fn select(field: &Field, options: &Options, chosen: &str, pick: Option<&str>, from: Option<&str>) -> Markup {
    html! {
        select id=(field.id()) name=(field.name) required[field.required] data-pick=[pick] data-from=[from]
            aria-describedby=[field.described_by()] aria-invalid=[invalid(field)] {
            option value="" { "请选择" }
            @if !chosen.is_empty() && !options.holds(chosen) { option value=(chosen) selected { (chosen) "（已不在列表中）" } }
            @for (group, list) in &options.0 {
                @if group.is_empty() { (choices(list, chosen)) } @else { optgroup label=(group) { (choices(list, chosen)) } }
            }
        }
    }
}

fn choices(list: &[Pickable], chosen: &str) -> Markup {
    html! {
        @for one in list {
            option value=(one.value) selected[one.value == chosen] data-py=[filled(&one.pinyin)] data-note=[filled(&one.note)] { (one.label) }
        }
    }
}

fn filled(words: &str) -> Option<&str> {
    (!words.is_empty()).then_some(words)
}

fn boxes(field: &Field, options: &Options, chosen: &[String]) -> Markup {
    let count = options.0.iter().flat_map(|(_, list)| list).filter(|one| chosen.contains(&one.value)).count();
    html! {
        div.many {
            @if options.0.iter().map(|(_, list)| list.len()).sum::<usize>() > 8 {
                input type="text" placeholder="输入名称或拼音首字母" aria-label={ "在" (field.label) "中查找" } autocomplete="off";
            }
            ul {
                @for (group, list) in &options.0 {
                    @if !group.is_empty() { li.group { (group) } }
                    @for one in list {
                        li data-py=[filled(&one.pinyin)] {
                            label { input type="checkbox" name=(field.name) value=(one.value) checked[chosen.contains(&one.value)]; (one.label) }
                            @if !one.note.is_empty() { " " span.quiet.small { (one.note) } }
                        }
                    }
                }
            }
            output { @if count == 0 { "尚未选择" } @else { "已选 " (count) " 个" } }
        }
    }
}

fn upload(field: &Field, many: bool, accept: &str, max_bytes: u64, have: &[KeptFile]) -> Markup {
    html! {
        @if !have.is_empty() {
            ul.files {
                @for one in have {
                    li {
                        input type="checkbox" name=(field.name) value=(one.value) checked[one.stays] aria-label={ "保留 " (one.line.name) };
                        @if one.line.href.is_empty() { span.name { (one.line.name) } } @else { a href=(one.line.href) { (one.line.name) } }
                        small { (one.line.note) }
                    }
                }
            }
        }
        div.drop {
            input type="file" id=(field.id()) name=(field.name) multiple[many] accept=[filled(accept)] data-max=(max_bytes)
                required[field.required && have.is_empty()] aria-describedby=[field.described_by()] aria-invalid=[invalid(field)];
            p.hint { "可把文件拖到这里" @if many { "，可多选" } "；单个不超过 " (file_size(max_bytes)) @if !accept.is_empty() { "；" (accept.replace(',', "、")) } }
        }
    }
}
