//! What does a step ask for? Its form, with what is already known filled in.
//!
//! Never checks: that is the command's.

pub(super) mod choosing;

use std::collections::BTreeMap;

use kernel::authority::fields::{Access, Asker, column_access, may_write};
use kernel::catalog::{Child, Field, FieldType, Mechanism, Step};
use kernel::facts::Typed;
use kernel::ids::{FieldId, FileId};
use kernel::record::View;
use kernel::refusal::Spot;
use kernel::value::{Facts, Value};

pub use choosing::people;

use crate::ctx::Ctx;
use crate::queries::held::Origin;
use crate::queries::held::forms::HeldLine;
use crate::queries::units::choosing::For;
use crate::words::{self, Said};

/// A step's form.
#[derive(Clone, Debug, PartialEq)]
pub struct StepForm {
    /// The step.
    pub id: String,
    /// Its name: what the button says.
    pub name: String,
    /// The rule.
    pub because: Option<String>,
    /// Does it lead on along the main path?
    pub leads_on: bool,
    /// Does it ask for an opinion?
    pub opinion: bool,
    /// Does it demand a reason?
    pub reason: bool,
    /// The opinion as typed.
    pub opinion_typed: String,
    /// The reason as typed.
    pub reason_typed: String,
    /// What it issues, named.
    pub paper: Option<String>,
    /// The fields.
    pub fields: Vec<FormField>,
    /// What stands in the way, after a refusal.
    pub refusals: Vec<Said>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct FormField {
    /// Its id: the control's name.
    pub id: String,
    /// Its label.
    pub name: String,
    /// Must it be filled?
    pub required: bool,
    /// A line of help.
    pub help: Option<String>,
    /// The control.
    pub control: Control,
    /// What stands in it, as typed or as known.
    pub typed: Vec<String>,
    /// What is wrong with it.
    pub fault: Option<Said>,
    /// Where it is held already.
    pub held: Option<HeldLine>,
    /// A column that nobody types.
    pub fixed: bool,
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// One line.
    Text {
        /// Most characters.
        max: usize,
    },
    /// Many lines.
    LongText {
        /// Most characters.
        max: usize,
    },
    /// A number, with its unit.
    Number {
        /// The unit of measure.
        measure: String,
    },
    /// A day.
    Day,
    /// A month.
    Month,
    /// An instant.
    Moment,
    /// Yes or no.
    YesNo,
    /// One of some.
    One(Vec<Choice>),
    /// Several of some.
    Many(Vec<Choice>),
    /// One unit or person of thousands, or several of them, by label.
    Lookup {
        /// Is a person chosen, or a unit?
        of_people: bool,
        /// For what they are chosen, as `choosing::For` writes it.
        purpose: String,
        /// May there be several?
        many: bool,
    },
    /// Files: those already there.
    Files(Vec<FileLine>),
    /// Rows: the columns, the rows as typed and the faults at (row, column).
    Rows {
        /// The columns.
        columns: Vec<FormField>,
        /// The rows.
        rows: Vec<FormRow>,
        /// What is wrong: row from 0, column's id, sentence.
        faults: Vec<(usize, String, String)>,
    },
}

/// The part of a row of a form that says which row of the record it shows, from 0.
pub const ORIGIN: &str = "_row";
/// The part of a row that says that it goes.
pub const DROP: &str = "_drop";

/// A row of a child table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormRow {
    /// The texts, by column.
    pub texts: Vec<String>,
    /// Which row of the record it shows, where a column is not read in full.
    pub origin: Option<usize>,
    /// How the record's masked cells read, by column; empty where nothing is masked.
    pub covered: Vec<String>,
    /// Is it to go?
    pub goes: bool,
    /// The door to what is held, and the column where it stands.
    pub door: Option<(usize, Origin)>,
}

/// The longest number of a record, and an id where there is none yet.
const LONGEST_NUMBER: usize = 80;

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub id: String,
    /// What is read.
    pub name: String,
    /// Its pinyin initials, if known.
    pub pinyin: String,
    /// The name of the group it stands in.
    pub group: Option<String>,
}

impl From<&crate::tree::Unit> for Choice {
    fn from(unit: &crate::tree::Unit) -> Self {
        Self { id: unit.id.to_string(), name: unit.name.clone(), pinyin: unit.pinyin.clone(), group: None }
    }
}

/// A file, as a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// Its id.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: i64,
}

/// What was typed into a form and refused, to be shown again.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// What was typed.
    pub typed: Typed,
    /// The opinion.
    pub opinion: String,
    /// The reason.
    pub reason: String,
    /// Why it was refused.
    pub refusals: Vec<Said>,
}

/// Who fills a form in, and what they read only masked of the record.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Who asks, of which record.
    pub asker: Asker<'a>,
    /// What they read masked.
    pub masked: Option<&'a BTreeMap<FieldId, String>>,
}

impl<'a> Reader<'a> {
    /// Whoever begins a record.
    pub fn of_new(ctx: &'a Ctx) -> Self {
        Self { asker: Asker { actor: &ctx.actor, unit_ord: None, state: None }, masked: None }
    }

    /// A masked value is not shown in the control; left empty, it stays as it is.
    fn keeps_masked(&self, field: &mut FormField) {
        let masked = self.masked.and_then(|masked| masked.get(field.id.as_str()));
        if let Some(masked) = masked {
            field.required = false;
            let help = format!("现在是{masked}，不改就不填。");
            field.help = Some(field.help.take().map_or(help.clone(), |known| format!("{known} {help}")));
        }
    }
}

/// The form of a step on a record (or of the start step on nothing).
pub fn step_form(
    ctx: &Ctx,
    mechanism: &Mechanism,
    step: &Step,
    facts: &Facts,
    files: &[FileLine],
    again: Option<&Again>,
    reader: Reader<'_>,
) -> StepForm {
    let mut fields = Vec::new();
    for id in step.needs.iter().chain(&step.asks) {
        let needed = step.needs.contains(id);
        if let Some(field) = mechanism.field(id.as_str()) {
            if may_write(&mechanism.id, field, reader.asker) {
                let mut field = form_field(ctx, mechanism, step, field, needed, facts, files, again);
                reader.keeps_masked(&mut field);
                fields.push(field);
            }
        } else if let Some(child) = mechanism.child(id.as_str()) {
            fields.push(child_field(ctx, (mechanism, step), child, needed, facts, again, reader.asker));
        }
    }
    StepForm {
        id: step.id.to_string(),
        name: step.name.clone(),
        because: step.because.clone(),
        leads_on: step.to.is_some() && !step.reason,
        opinion: step.opinion,
        reason: step.reason,
        opinion_typed: again.map(|again| again.opinion.clone()).unwrap_or_default(),
        reason_typed: again.map(|again| again.reason.clone()).unwrap_or_default(),
        paper: step.paper.as_ref().and_then(|id| mechanism.paper(id.as_str())).map(|paper| paper.name.clone()),
        fields,
        refusals: again.map(|again| again.refusals.clone()).unwrap_or_default(),
    }
}

#[expect(clippy::too_many_arguments, reason = "a control needs the step, the record and what was typed")]
fn form_field(
    ctx: &Ctx,
    mechanism: &Mechanism,
    step: &Step,
    field: &Field,
    needed: bool,
    facts: &Facts,
    files: &[FileLine],
    again: Option<&Again>,
) -> FormField {
    let known = facts.find(field.id.as_str()).cloned().or_else(|| default(ctx, mechanism, step, field));
    let typed = again
        .and_then(|again| again.typed.fields.iter().find(|(id, _)| *id == field.id))
        .map(|(_, texts)| texts.clone())
        .unwrap_or_else(|| known.as_ref().map(as_typed).unwrap_or_default());
    let control = match field.of {
        FieldType::Person => Control::One(choosing::offered(ctx, mechanism, step, known.as_ref())),
        FieldType::People => Control::Many(choosing::offered(ctx, mechanism, step, known.as_ref())),
        _ => control(ctx, (&mechanism.id, &step.who), field, known.as_ref(), files),
    };
    let (control, typed) = looked_up(ctx, mechanism, step, field, control, typed);
    FormField {
        id: field.id.to_string(),
        name: field.name.clone(),
        required: needed || field.required,
        help: help(field),
        control,
        typed,
        fault: fault(again, &Spot::Field(field.id.clone())),
        held: None,
        fixed: false,
    }
}

/// More units or people than this are not listed but looked up.
pub(super) const MOST_LISTED: usize = 100;

/// A list of very many units or people becomes a text in which labels stand.
fn looked_up(
    ctx: &Ctx,
    mechanism: &Mechanism,
    step: &Step,
    field: &Field,
    control: Control,
    typed: Vec<String>,
) -> (Control, Vec<String>) {
    let (of_people, many) = match (&field.of, &control) {
        (FieldType::Unit, Control::One(list)) if list.len() > MOST_LISTED => (false, false),
        (FieldType::Units, Control::Many(list)) if list.len() > MOST_LISTED => (false, true),
        (FieldType::Person, Control::One(list)) if list.len() > MOST_LISTED => (true, false),
        (FieldType::People, Control::Many(list)) if list.len() > MOST_LISTED => (true, true),
        _ => return (control, typed),
    };
    let purpose = For::Field(mechanism.id.to_string(), step.id.to_string(), field.id.to_string()).word();
    let unit = |text: &str| text.parse().ok().filter(|id| ctx.tree.unit(*id).is_some()).map(|id| ctx.tree.label(id));
    let person =
        |text: &str| text.parse().ok().filter(|id| ctx.tree.person(*id).is_some()).map(|id| ctx.tree.person_label(id));
    let label = |text: String| if of_people { person(&text) } else { unit(&text) }.unwrap_or(text);
    let labels: Vec<String> = typed.into_iter().map(label).collect();
    (Control::Lookup { of_people, purpose, many }, vec![labels.join("、")])
}

/// What helps to fill the field in, and what it is asked for.
// enforces: field.help
// enforces: field.purpose
fn help(field: &Field) -> Option<String> {
    let own = field.help.clone().or_else(|| match field.of {
        FieldType::Record { .. } => Some("写编号，例如 任〔2026〕1号。".to_owned()),
        _ => None,
    });
    match &field.protection.purpose {
        Some(purpose) => Some(format!("{}用途：{purpose}。", own.unwrap_or_default())),
        None => own,
    }
}

fn default(ctx: &Ctx, mechanism: &Mechanism, step: &Step, field: &Field) -> Option<Value> {
    // enforces: writing.outline
    if let Some(writing) = mechanism.writing.as_ref().filter(|it| step.from.is_empty() && it.text == field.id) {
        return writing.outline.clone().map(Value::Text);
    }
    let formula = field.default.as_ref().filter(|_| step.from.is_empty())?;
    let record = kernel::record::Record {
        id: kernel::ids::RecordId(uuid::Uuid::nil()),
        mechanism: mechanism.id.clone(),
        definition: mechanism.hash.clone(),
        number: None,
        title: String::new(),
        state: step.to.clone()?,
        unit: kernel::ids::UnitId(uuid::Uuid::nil()),
        past_units: Vec::new(),
        facts: Facts::default(),
        opened_on: ctx.today,
        closed_on: None,
        version: 0,
        holder: None,
        deadlines: Vec::new(),
        batch: None,
        flow: Default::default(),
        turnout: Default::default(),
        book: Default::default(),
        tally: None,
        receipts: Default::default(),
    };
    let view = View { mechanism, record: &record, today: ctx.today, calendar: ctx.calendar(), period: None };
    formula.eval(&view).map(|value| kernel::workflow::fit(&field.of, value))
}

fn fault(again: Option<&Again>, spot: &Spot) -> Option<Said> {
    again?.refusals.iter().find(|said| said.at == *spot).cloned()
}

fn control(
    ctx: &Ctx,
    (mechanism, who): (&kernel::ids::MechanismId, &[kernel::ids::RoleId]),
    field: &Field,
    known: Option<&Value>,
    files: &[FileLine],
) -> Control {
    match &field.of {
        FieldType::Text { max } => Control::Text { max: *max },
        FieldType::LongText { max } => Control::LongText { max: *max },
        FieldType::Whole { measure, .. } | FieldType::Decimal { measure, .. } => {
            Control::Number { measure: measure.as_deref().unwrap_or_default().to_owned() }
        }
        FieldType::Money => Control::Number { measure: "元".to_owned() },
        FieldType::Percent => Control::Number { measure: "%".to_owned() },
        FieldType::Day => Control::Day,
        FieldType::Month => Control::Month,
        FieldType::Moment => Control::Moment,
        FieldType::YesNo => Control::YesNo,
        FieldType::Choice { list } => Control::One(choices(ctx, list.as_str())),
        FieldType::Unit => Control::One(units(ctx, mechanism, who)),
        FieldType::Units => Control::Many(all_units(ctx)),
        FieldType::Person => Control::One(people(ctx)),
        FieldType::People => Control::Many(people(ctx)),
        // A record is named by its number; the command finds it among what this person may see.
        FieldType::Record { .. } => Control::Text { max: LONGEST_NUMBER },
        FieldType::Files => {
            let own = |line: &&FileLine| matches!(known, Some(Value::Files(ids)) if ids.contains(&line.id));
            Control::Files(files.iter().filter(own).cloned().collect())
        }
        FieldType::Computed { .. } => Control::Text { max: 0 },
    }
}

/// The items of a list; the items of a tree stand in groups.
pub fn choices(ctx: &Ctx, list: &str) -> Vec<Choice> {
    let Some(list) = ctx.vocabulary().list(list) else { return Vec::new() };
    // enforces: item.parent
    let group = |parent: &Option<std::sync::Arc<str>>| {
        parent.as_deref().and_then(|parent| list.name_of(parent)).map(str::to_owned)
    };
    let is_parent = |id: &str| list.items.iter().any(|item| item.parent.as_deref() == Some(id));
    list.items
        .iter()
        .filter(|item| !is_parent(&item.id))
        .map(|item| Choice {
            id: item.id.to_string(),
            name: item.name.to_string(),
            pinyin: String::new(),
            group: group(&item.parent),
        })
        .collect()
}

/// The units that may be chosen: those over which the actor holds a role of the step.
fn units(ctx: &Ctx, mechanism: &kernel::ids::MechanismId, who: &[kernel::ids::RoleId]) -> Vec<Choice> {
    let reach = ctx.actor.reach(mechanism, who);
    ctx.tree.present_within(&reach).map(Choice::from).collect()
}

/// All units, for helpers and the like.
pub fn all_units(ctx: &Ctx) -> Vec<Choice> {
    ctx.tree.units().iter().filter(|unit| unit.is_present()).map(Choice::from).collect()
}

fn child_field(
    ctx: &Ctx,
    (mechanism, step): (&Mechanism, &Step),
    child: &Child,
    needed: bool,
    facts: &Facts,
    again: Option<&Again>,
    asker: Asker<'_>,
) -> FormField {
    // Who begins a record types all of it.
    let access = |field: &Field| match asker.unit_ord {
        Some(_) => column_access(mechanism, field, asker),
        None => Access::Readable,
    };
    let shown: Vec<(&Field, Access)> = child.fields.iter().map(|field| (field, access(field))).collect();
    let is_covered = shown.iter().any(|(_, access)| *access != Access::Readable);
    let shown: Vec<(&Field, bool)> = shown
        .into_iter()
        .filter(|(_, access)| *access != Access::Hidden)
        .map(|(field, access)| (field, access == Access::Masked))
        .collect();
    let columns: Vec<FormField> = shown
        .iter()
        .map(|(field, is_masked)| FormField {
            id: field.id.to_string(),
            name: field.name.clone(),
            required: field.required && !is_masked,
            help: None,
            control: choosing::column(ctx, (&mechanism.id, &step.who), child, field, facts),
            typed: Vec::new(),
            fault: None,
            held: None,
            fixed: false,
        })
        .collect();
    let known = match facts.find(child.id.as_str()) {
        Some(Value::Rows(rows)) => rows.as_slice(),
        _ => &[],
    };
    let typed = again.and_then(|again| again.typed.rows.iter().find(|(id, _)| *id == child.id));
    let rows = match typed {
        Some((_, rows)) => rows.iter().map(|row| typed_row(&shown, row, known)).collect(),
        None => known.iter().enumerate().map(|row| known_row(&shown, row, is_covered)).collect(),
    };
    let faults = again.map(|again| row_faults(&again.refusals, &child.id)).unwrap_or_default();
    FormField {
        id: child.id.to_string(),
        name: child.name.clone(),
        required: needed,
        help: rows_help(ctx, &shown, is_covered),
        control: Control::Rows { columns, rows, faults },
        typed: Vec::new(),
        fault: fault(again, &Spot::Field(child.id.clone())),
        held: None,
        fixed: false,
    }
}

/// What helps to fill rows in: what a column is asked for, which are written by number, what stays covered.
fn rows_help(ctx: &Ctx, shown: &[(&Field, bool)], is_covered: bool) -> Option<String> {
    let purposes = shown.iter().filter_map(|(field, _)| {
        let purpose = field.protection.purpose.as_ref()?;
        Some(format!("“{}”用途：{}。", field.name, purpose.trim_end_matches('。')))
    });
    let is_number = |of: &FieldType| matches!(of, FieldType::Record { of } if !choosing::is_of_posts(ctx, of));
    let numbers = shown.iter().filter(|(field, _)| is_number(&field.of));
    let numbers = numbers.map(|(field, _)| format!("“{}”写编号。", field.name));
    let covered = is_covered.then(|| "遮住的格子不改就不填；要去掉一行，勾“删去”。".to_owned());
    let help: String = purposes.chain(numbers).chain(covered).collect();
    (!help.is_empty()).then_some(help)
}

/// A row as it was typed before the form came back.
fn typed_row(shown: &[(&Field, bool)], row: &[(FieldId, String)], known: &[Facts]) -> FormRow {
    let part = |id: &str| row.iter().find(|(known, _)| *known == *id).map(|(_, text)| text.clone()).unwrap_or_default();
    let origin = part(ORIGIN).parse().ok().filter(|at| *at < known.len());
    FormRow {
        texts: shown.iter().map(|(field, _)| part(field.id.as_str())).collect(),
        origin,
        covered: origin.map(|at| cover(shown, &known[at])).unwrap_or_default(),
        goes: !part(DROP).is_empty(),
        door: None,
    }
}

fn known_row(shown: &[(&Field, bool)], (at, row): (usize, &Facts), is_covered: bool) -> FormRow {
    let text = |(field, is_masked): &(&Field, bool)| {
        let known = row.find(field.id.as_str()).filter(|_| !is_masked);
        known.map(|value| as_typed(value).join(" ")).unwrap_or_default()
    };
    FormRow {
        texts: shown.iter().map(text).collect(),
        origin: is_covered.then_some(at),
        covered: cover(shown, row),
        goes: false,
        door: None,
    }
}

/// How the masked cells of a row read: the facts of a form are those that its reader reads.
fn cover(shown: &[(&Field, bool)], row: &Facts) -> Vec<String> {
    let words = |(field, is_masked): &(&Field, bool)| {
        let known = row.find(field.id.as_str()).filter(|_| *is_masked);
        known.map(|value| as_typed(value).join(" ")).unwrap_or_default()
    };
    shown.iter().map(words).collect()
}

fn row_faults(refusals: &[Said], child: &FieldId) -> Vec<(usize, String, String)> {
    refusals
        .iter()
        .filter_map(|said| match &said.at {
            Spot::Row(id, row, field) if id == child => Some((*row, field.to_string(), said.says.clone())),
            _ => None,
        })
        .collect()
}

/// A value as it would be typed.
pub fn as_typed(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) | Value::Choice(text) => vec![text.clone()],
        Value::Whole(number) => vec![number.to_string()],
        Value::Decimal(number) => vec![number.normalize().to_string()],
        Value::Money(fen) => vec![rust_decimal::Decimal::new(*fen, 2).to_string()],
        Value::Day(day) => vec![day.to_string()],
        Value::Month(month) => vec![month.to_string()],
        Value::Moment(at) => vec![words::moment(*at)],
        Value::YesNo(yes) => vec![if *yes { "是" } else { "否" }.to_owned()],
        Value::Unit(id) => vec![id.to_string()],
        Value::Person(id) => vec![id.to_string()],
        Value::Record(id) => vec![id.to_string()],
        Value::Units(ids) => ids.iter().map(ToString::to_string).collect(),
        Value::People(ids) => ids.iter().map(ToString::to_string).collect(),
        Value::Files(ids) => ids.iter().map(ToString::to_string).collect(),
        Value::Rows(_) => Vec::new(),
    }
}
