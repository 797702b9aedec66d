//! The form of a new record: with what is held, what is like it, and the templates by which it may be begun.
//!
//! Never for whoever may not begin one.

use kernel::catalog::Mechanism;
use kernel::ids::{FieldId, UnitId};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::{Again, Control, Reader, StepForm, choosing, step_form};
use crate::queries::held::forms as held;
use crate::queries::likeness::{self, Twin};
use crate::queries::offerings::{self, Offered};

/// The form of a new record.
#[derive(Clone, Debug)]
pub struct StartForm {
    /// The mechanism's name.
    pub mechanism: String,
    /// The form.
    pub form: StepForm,
    /// The fields by which records are like each other; none where nothing is declared.
    pub alike_by: Vec<FieldId>,
    /// What is like that which was typed.
    pub twins: Vec<Twin>,
    /// The templates by which it may be begun.
    pub templates: Vec<Offered>,
}

/// The form of a new record, with what was typed.
pub async fn start_form(ctx: &Ctx, mechanism: &str, again: Option<&Again>) -> Result<StartForm, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let step = mechanism.start();
    if !ctx.actor.holds_any(&mechanism.id, &step.who) {
        return Err(Error::NotFound);
    }
    let facts = kernel::value::Facts::default();
    let mut forms = [step_form(ctx, &mechanism, step, &facts, &[], again, Reader::of_new(ctx))];
    let mut conn = ctx.office.db.read().await?;
    choosing::records(ctx, &mut conn, &mechanism, &mut forms).await?;
    let unit = begun_for(ctx, &mechanism, &forms[0]);
    let typed_in = again.map(|_| step.id.as_str());
    held::fill_in(ctx, &mut conn, &mechanism, (unit, None, &facts), (&mut forms, typed_in)).await?;
    let [form] = forms;
    let twins = match again {
        Some(again) => likeness::of_typed(ctx, &mut conn, &mechanism, &again.typed).await?,
        None => Vec::new(),
    };
    let alike_by = mechanism.helps.alike.iter().flat_map(|it| it.by.iter().chain(&it.same)).cloned().collect();
    drop(conn);
    let (name, templates) = offerings::templates(ctx, mechanism.id.as_str()).await?;
    Ok(StartForm { mechanism: name, form, alike_by, twins, templates })
}

/// May this person begin records of the mechanism as it is in force?
pub(super) fn may_begin(ctx: &Ctx, mechanism: &Mechanism) -> bool {
    let current = ctx.catalog().mechanisms.get(mechanism.id.as_str());
    current.is_some_and(|it| ctx.actor.holds_any(&it.id, &it.start().who))
}

/// The unit that a new record is about: as it was typed, the only one that may be chosen, or that of whoever begins it.
fn begun_for(ctx: &Ctx, mechanism: &Mechanism, form: &StepForm) -> Option<UnitId> {
    let field = form.fields.iter().find(|field| field.id == mechanism.unit.as_str())?;
    let typed = field.typed.first().and_then(|text| text.parse().ok());
    let Control::One(choices) = &field.control else { return typed };
    let offered: Vec<UnitId> = choices.iter().filter_map(|choice| choice.id.parse().ok()).collect();
    let own = ctx.person().and_then(|id| ctx.tree.person(id)?.unit).filter(|unit| offered.contains(unit));
    let only = offered.first().copied().filter(|_| offered.len() == 1);
    typed.or(only).or(own)
}
