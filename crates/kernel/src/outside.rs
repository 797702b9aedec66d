//! What may somebody without an account do with records of a mechanism? File one, follow it, answer, rate, ask again.
//!
//! Outsiders act as an actor of their own, on the one record whose number and code they know; everything that they may
//! do is a step of the definition and is decided like any other step.
//! Never a field or a step that the definition does not open to them.

use crate::authority::Actor;
use crate::calendar::Calendar;
use crate::catalog::{FieldType, Mechanism, Step};
use crate::formula::Formula;
use crate::ids::{FieldId, RecordId, StepId};
use crate::record::View;
use crate::value::Value;
use crate::workflow;

/// What a mechanism opens to outsiders.
#[derive(Clone, Debug)]
pub struct Public {
    /// The setting that names the unit which receives what they file; without it, or without that unit, the door is shut.
    pub setting: String,
    /// The steps that they may take on their record.
    pub steps: Vec<StepId>,
    /// The fields of it that they read.
    pub shows: Vec<FieldId>,
    /// The forms by which they file.
    pub forms: Vec<PublicForm>,
}

/// A form by which outsiders file a record.
#[derive(Clone, Debug)]
pub struct PublicForm {
    /// Its id, part of its address.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The fields that they fill in.
    pub asks: Vec<FieldId>,
    /// The fields that the form fills in itself.
    pub sets: Vec<(FieldId, Formula)>,
}

impl Public {
    /// A form by its id.
    pub fn form(&self, id: &str) -> Option<&PublicForm> {
        self.forms.iter().find(|form| form.id == id)
    }
}

/// May outsiders take the step? Filing is the start step; later ones are those that the definition names.
// enforces: public.steps
pub fn may_take(mechanism: &Mechanism, step: &Step) -> bool {
    let Some(public) = &mechanism.public else { return false };
    step.from.is_empty() || public.steps.contains(&step.id)
}

/// What a form fills in itself.
// enforces: public.form.set
pub fn presets(
    clock: crate::deadlines::Clock<'_>,
    mechanism: &Mechanism,
    form: &PublicForm,
) -> Vec<(FieldId, Option<Value>)> {
    let blank = workflow::blank(clock, mechanism, RecordId(uuid::Uuid::nil()));
    let view = view(mechanism, &blank, clock.calendar, clock.today);
    let value = |(id, formula): &(FieldId, Formula)| {
        let field = mechanism.field(id.as_str())?;
        Some((id.clone(), formula.eval(&view).map(|value| workflow::fit(&field.of, value))))
    };
    form.sets.iter().filter_map(value).collect()
}

fn view<'a>(
    mechanism: &'a Mechanism,
    record: &'a crate::record::Record,
    calendar: &'a Calendar,
    today: jiff::civil::Date,
) -> View<'a> {
    View { mechanism, record, today, calendar, period: None }
}

/// Is it a type that outsiders may fill in? Nothing that lists units, people or other records to strangers. Files come
/// with what is filed, and not later.
pub fn is_plain(of: &FieldType) -> bool {
    match of {
        FieldType::Text { .. }
        | FieldType::LongText { .. }
        | FieldType::Whole { .. }
        | FieldType::Decimal { .. }
        | FieldType::Money
        | FieldType::Percent
        | FieldType::Day
        | FieldType::Month
        | FieldType::YesNo
        | FieldType::Choice { .. } => true,
        FieldType::Moment
        | FieldType::Unit
        | FieldType::Units
        | FieldType::Person
        | FieldType::People
        | FieldType::Record { .. }
        | FieldType::Files
        | FieldType::Computed { .. } => false,
    }
}

/// Is it somebody without an account who knows this record?
pub fn knows(actor: &Actor, record: RecordId) -> bool {
    matches!(actor, Actor::Outsider { record: Some(known) } if *known == record)
}
