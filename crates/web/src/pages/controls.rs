//! How is a step filled in? The app's form fields as the controls of the parts.
//!
//! Never a check: what was typed goes back as it came, with the sentence beside it.

use app::commands::files as uploads;
use app::queries::files::has_text;
use app::queries::forms::{self, Choice, Control as Asked, FormField, FormRow, StepForm};
use app::queries::held::Origin;
use app::words::Said;
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::pages::words::sentence;
use crate::parts::buttons::implicit;
use crate::parts::fields::{
    ChildColumn, ChildRow, ChildRows, ChildValue, Control, Field, KeptFile, Options, Pickable, field, fields,
};
use crate::parts::files::FileLine;
use crate::parts::shell::Anchor;
use crate::parts::words::file_size;
use crate::urls;

/// Choices up to here stand open as round buttons.
const FEW: usize = 4;
/// Lists from here on are searched by typing.
const LONG: usize = 12;

/// What a form that comes back needs beside what was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Back {
    /// The child table that wants more empty rows.
    pub(crate) more: String,
    /// Files that came along and belong to no record yet: id and name.
    pub(crate) uploads: Vec<(String, String)>,
    /// The form's name, where a page has several.
    pub(crate) form: String,
}

/// The fields of a step with its opinion and its reason.
pub(crate) fn of_step(form: &StepForm, back: &Back) -> Markup {
    let list: Vec<Field> = form.fields.iter().map(|one| of_field(one, back)).collect();
    let held: Vec<&str> = form.fields.iter().map(|one| one.id.as_str()).collect();
    let has_rows = form.fields.iter().any(|one| matches!(one.control, Asked::Rows { .. }));
    html! {
        @if has_rows { (implicit(&form.name)) }
        input type="hidden" name="_fields" value=(held.join(" "));
        @for (id, name) in &back.uploads { input type="hidden" name="_file" value={ (id) " " (name) }; }
        @if !list.is_empty() { (fields(&list)) }
        @if form.opinion { (field(&opinion(&form.opinion_typed, &form.refusals).inside(&back.form))) }
        @if form.reason { (field(&reason(&form.reason_typed, &form.refusals).inside(&back.form))) }
    }
}

/// The opinion that a step asks for.
pub(crate) fn opinion(typed: &str, said: &[Said]) -> Field {
    let wrong = said.iter().find(|said| said.at == kernel::refusal::Spot::Opinion).map(sentence);
    let control = Control::LongText { value: typed.to_owned(), rows: 2, max: None };
    Field::new("step.opinion", "意见", control).required().wrong(wrong)
}

/// The reason that a step demands.
pub(crate) fn reason(typed: &str, said: &[Said]) -> Field {
    let wrong = said.iter().find(|said| said.at == kernel::refusal::Spot::Reason).map(sentence);
    let control = Control::LongText { value: typed.to_owned(), rows: 2, max: None };
    Field::new("step.reason", "理由", control).required().wrong(wrong)
}

/// Does the step's form carry files?
pub(crate) fn carries_files(form: &StepForm) -> bool {
    form.fields.iter().any(|one| matches!(one.control, Asked::Files(_)))
}

/// A field of a form that stands on a page, not in a definition, and that must be filled in.
pub(crate) fn required(
    id: &str,
    name: &str,
    control: Asked,
    typed: &str,
    help: Option<&str>,
    faults: &[Said],
) -> FormField {
    FormField {
        id: id.to_owned(),
        name: name.to_owned(),
        required: true,
        help: help.map(str::to_owned),
        control,
        typed: vec![typed.to_owned()],
        fault: faults.iter().find(|said| matches!(&said.at, Spot::Field(at) if at.as_str() == id)).cloned(),
        held: None,
        fixed: false,
    }
}

/// One field.
pub(crate) fn of_field(one: &FormField, back: &Back) -> Field {
    let made = Field::new(one.id.as_str(), one.name.as_str(), control(one, back))
        .hint(one.help.clone().unwrap_or_default())
        .inside(&back.form)
        .wrong(one.fault.as_ref().map(sentence));
    let made = if one.required { made.required() } else { made };
    let made = match &one.held {
        Some(it) => made.held(format!("已有{}，截至{}", it.words, it.as_of), Anchor::new(&it.source, door(&it.origin))),
        None => made,
    };
    let is_long_line = matches!(one.control, Asked::Text { max } if max > 100);
    if is_long_line { made.wide() } else { made }
}

fn control(one: &FormField, back: &Back) -> Control {
    let typed = || one.typed.first().cloned().unwrap_or_default();
    match &one.control {
        Asked::Text { max: 0 } => Control::Fixed { value: typed() },
        Asked::Text { max } => Control::Text { value: typed(), max: characters(*max), autocomplete: None },
        Asked::LongText { max } => Control::LongText { value: typed(), rows: 3, max: characters(*max) },
        Asked::Number { measure } => Control::Decimal { value: typed(), unit: measure.clone() },
        Asked::Day => Control::Day { value: typed(), min: None, max: None },
        Asked::Month => Control::Month { value: typed() },
        Asked::Moment => Control::Moment { value: typed().replace(' ', "T") },
        Asked::YesNo => Control::YesNo { value: said_yes(&typed()) },
        Asked::One(choices) => one_of(choices, typed(), one.required),
        Asked::Lookup { of_people, purpose, many } => {
            let path = if *of_people { urls::CHOOSE_PEOPLE } else { "/choose/units" };
            Control::Chooser { value: typed(), from: urls::with(path, &[("for", purpose)]), many: *many }
        }
        Asked::Many(choices) => Control::PickMany { options: options(choices), chosen: one.typed.clone() },
        Asked::Files(kept) => Control::Files {
            many: true,
            accept: String::new(),
            max_bytes: uploads::LARGEST as u64,
            have: kept_files(one, kept, &back.uploads),
        },
        Asked::Rows { columns, rows, faults } => Control::Rows(child_rows(columns, rows, faults, one.id == back.more)),
    }
}

/// The browser's own limit counts UTF-16 units; where a text may hold rarer signs, the kernel counts characters.
fn characters(max: usize) -> Option<u32> {
    u32::try_from(max).ok()
}

fn said_yes(typed: &str) -> Option<bool> {
    match typed {
        "是" | "yes" | "true" | "1" | "on" => Some(true),
        "否" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn one_of(choices: &[Choice], chosen: String, required: bool) -> Control {
    let options = options(choices);
    match choices.len() {
        // Round buttons cannot be unpressed, so only a field that must be filled gets them.
        1..=FEW if required && choices.iter().all(|choice| choice.name.chars().count() <= 12) => {
            Control::Choice { options, chosen, as_radios: true }
        }
        LONG.. => {
            // Units of people and periods have no initials to be found by.
            let by_pinyin = choices.iter().any(|choice| !choice.pinyin.is_empty());
            let hint = if by_pinyin { "名称或拼音首字母" } else { "输入几个字来找" };
            Control::Pick { options, chosen, from: None, hint: hint.to_owned() }
        }
        _ => Control::Choice { options, chosen, as_radios: false },
    }
}

fn pickable(choice: &Choice) -> Pickable {
    Pickable::new(choice.id.as_str(), choice.name.as_str()).found_by(choice.pinyin.as_str(), "")
}

/// Choices in their groups, in the order in which the groups first appear.
pub(crate) fn options(choices: &[Choice]) -> Options {
    let mut groups: Vec<(String, Vec<Pickable>)> = Vec::new();
    for choice in choices {
        let name = choice.group.clone().unwrap_or_default();
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, list)) => list.push(pickable(choice)),
            None => groups.push((name, vec![pickable(choice)])),
        }
    }
    Options::tree(groups)
}

/// The record's files and those that came with a refused form, each with its box as it was left.
fn kept_files(one: &FormField, kept: &[forms::FileLine], uploads: &[(String, String)]) -> Vec<KeptFile> {
    let of_record = kept.iter().map(|file| KeptFile {
        value: file.id.to_string(),
        stays: one.typed.contains(&file.id.to_string()),
        line: file_line(file),
    });
    let came_along = uploads.iter().filter(|(id, _)| one.typed.contains(id)).map(|(id, name)| KeptFile {
        value: id.clone(),
        stays: true,
        line: FileLine {
            name: name.clone(),
            href: format!("/files/{id}"),
            text: String::new(),
            note: "已上传，待提交".to_owned(),
        },
    });
    of_record.chain(came_along).collect()
}

/// A kept file as a line.
pub(crate) fn file_line(file: &forms::FileLine) -> FileLine {
    let size = file_size(u64::try_from(file.size).unwrap_or(0));
    let text = if has_text(&file.name) { format!("{}/text", urls::file(file.id)) } else { String::new() };
    FileLine { name: file.name.clone(), href: urls::file(file.id), text, note: size }
}

fn child_rows(
    columns: &[FormField],
    rows: &[FormRow],
    faults: &[(usize, String, String)],
    wants_more: bool,
) -> ChildRows {
    let place = |id: &str| columns.iter().position(|column| column.id == *id);
    let row = |(at, row): (usize, &FormRow)| ChildRow {
        values: row.texts.clone(),
        origin: row.origin,
        covered: row.covered.clone(),
        goes: row.goes,
        door: row.door.as_ref().map(|(at, origin)| (*at, door(origin))),
        wrong: faults
            .iter()
            .filter(|(row, ..)| *row == at)
            .filter_map(|(_, id, sentence)| Some((place(id)?, sentence.clone())))
            .collect(),
    };
    ChildRows {
        columns: columns.iter().map(child_column).collect(),
        rows: rows.iter().enumerate().map(row).collect(),
        spare: match columns.iter().any(|column| column.fixed) {
            true => 0,
            false if wants_more => 3,
            false => 1,
        },
    }
}

fn child_column(column: &FormField) -> ChildColumn {
    let value = match &column.control {
        Asked::Day => ChildValue::Day,
        Asked::Number { .. } => ChildValue::Number,
        Asked::YesNo => ChildValue::Flag,
        Asked::One(choices) => ChildValue::Choice(choices.iter().map(pickable).collect()),
        _ => ChildValue::Text,
    };
    let (key, label) = (column.id.clone(), column.name.clone());
    ChildColumn { key, label, required: column.required, fixed: column.fixed, value }
}

/// Where something that is held is looked at.
pub(crate) fn door(origin: &Origin) -> String {
    match origin {
        Origin::Record(id) => urls::record(*id),
        Origin::Figure(mechanism, figure) => urls::figure(mechanism, figure),
    }
}
