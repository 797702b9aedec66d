//! What does somebody without an account see? The forms that are open, and the one record that they know.
//!
//! Never more of the record than the definition shows them.

use jiff::civil::Date;
use kernel::catalog::Step;
use kernel::ids::FieldId;
use kernel::record::View;
use kernel::value::Facts;

use crate::commands::public::{self, Open};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{Again, Reader, StepForm, step_form};
use crate::records::Found;

/// A form that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The mechanism.
    pub mechanism: String,
    /// The form.
    pub form: String,
    /// Its name.
    pub name: String,
    /// What the mechanism is for.
    pub purpose: String,
}

/// The forms that are open.
pub fn doors(ctx: &Ctx) -> Vec<Door> {
    let mut all = Vec::new();
    for mechanism in ctx.catalog().in_order().filter(|it| public::receives(ctx, it).is_some()) {
        let forms = mechanism.public.iter().flat_map(|it| &it.forms);
        all.extend(forms.map(|form| Door {
            mechanism: mechanism.id.to_string(),
            form: form.id.clone(),
            name: form.name.clone(),
            purpose: mechanism.purpose.clone(),
        }));
    }
    all
}

/// A form, empty or as it was typed.
pub fn form(ctx: &Ctx, open: &Open<'_>, again: Option<&Again>) -> StepForm {
    let ctx = public::outsider(ctx, None);
    let step = asking(open.mechanism.start(), &open.form.asks);
    let form = step_form(&ctx, open.mechanism, &step, &Facts::default(), &[], again, Reader::of_new(&ctx));
    StepForm { name: open.form.name.clone(), because: None, ..form }
}

/// A step that asks for these fields only; what it needs it still needs.
fn asking(step: &Step, fields: &[FieldId]) -> Step {
    let of = |ids: &[FieldId]| fields.iter().filter(|id| ids.contains(id)).cloned().collect();
    Step { needs: of(&step.needs), asks: of(&step.asks), ..step.clone() }
}

/// A record as whoever knows its code reads it.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The name of its mechanism.
    pub mechanism: String,
    /// The name of its state.
    pub state: String,
    /// Is it closed?
    pub is_closed: bool,
    /// The day it was filed.
    pub opened_on: Date,
    /// The day it is due, while it runs.
    pub due_on: Option<Date>,
    /// What else they read: name and words.
    pub lines: Vec<(String, String)>,
    /// The steps that they may take now.
    pub steps: Vec<StepForm>,
}

/// What whoever knows the record reads of it; `again` is a step's form that comes back.
pub fn followed(ctx: &Ctx, found: &Found, again: Option<(&str, &Again)>) -> Followed {
    let found = found.clone().read_by(ctx);
    let (record, mechanism) = (&found.record, &found.mechanism);
    let public = mechanism.public.as_ref();
    let shown = public.iter().flat_map(|it| &it.shows).filter_map(|id| mechanism.field(id.as_str()));
    let lines = shown.filter_map(|field| Some((field.name.clone(), found.words_of(ctx, field)?))).collect();
    let steps = public.iter().flat_map(|it| &it.steps).filter_map(|id| mechanism.step(id.as_str()));
    let open = steps.filter(|step| step.from.contains(&record.state) && holds_yet(ctx, &found, step));
    let reader = Reader { asker: found.asker(ctx), masked: Some(&found.masked) };
    let form = |step: &Step| {
        let again = again.filter(|(id, _)| *id == step.id.as_str()).map(|(_, again)| again);
        step_form(ctx, mechanism, step, &record.facts, &[], again, reader)
    };
    let state = mechanism.state(record.state.as_str());
    Followed {
        number: record.number.clone().unwrap_or_default(),
        title: record.title.clone(),
        mechanism: mechanism.name.clone(),
        state: state.map_or_else(String::new, |it| it.name.clone()),
        is_closed: !record.is_open(),
        opened_on: record.opened_on,
        due_on: record.due_on(mechanism).filter(|_| record.is_open()),
        lines,
        steps: open.map(form).collect(),
    }
}

/// Does the step's condition hold already, or hang on what is still to be filled in?
fn holds_yet(ctx: &Ctx, found: &Found, step: &Step) -> bool {
    let Some(guard) = &step.when else { return true };
    let asked = |slot: &kernel::formula::Slot| match slot {
        kernel::formula::Slot::Field(id) => step.needs.contains(id) || step.asks.contains(id),
        _ => false,
    };
    if guard.when.expr.mentions().iter().any(asked) {
        return true;
    }
    let (record, mechanism) = (&found.record, &*found.mechanism);
    guard.when.holds(&View { mechanism, record, today: ctx.today, calendar: ctx.calendar(), period: None })
}

/// A form that is open; `NotFound` where it is not.
pub fn open<'a>(ctx: &'a Ctx, mechanism: &str, form: &str) -> Result<Open<'a>, Error> {
    public::open(ctx, mechanism, form)
}
