//! Which units may be chosen here? What a searchable control offers, and what a typed text means.
//!
//! Never more than what the same form would take.

use kernel::authority::Subtree;
use kernel::catalog::{FieldType, Hierarchy, Managed};
use kernel::ids::{FieldId, UnitId};
use kernel::refusal::{Refusal, Spot};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;
use crate::tree::{Unclear, Unit, several};

/// For what a unit is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum For {
    /// To be changed: units that this person keeps up to date.
    Managed,
    /// To be linked with a party unit: administrative units.
    Administrative,
    /// A field that a step of a mechanism asks for: `task_order.draft.unit`.
    Field(String, String, String),
}

impl For {
    /// Reads the word that stands in an address.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "managed" => Some(Self::Managed),
            "administrative" => Some(Self::Administrative),
            _ => match word.split('.').collect::<Vec<_>>().as_slice() {
                [mechanism, step, field] => {
                    Some(Self::Field((*mechanism).to_owned(), (*step).to_owned(), (*field).to_owned()))
                }
                _ => None,
            },
        }
    }

    /// The word that stands in an address.
    pub fn word(&self) -> String {
        match self {
            Self::Managed => "managed".to_owned(),
            Self::Administrative => "administrative".to_owned(),
            Self::Field(mechanism, step, field) => format!("{mechanism}.{step}.{field}"),
        }
    }
}

/// A choice: the label, which means this unit alone, and a quiet word behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The unit.
    pub id: UnitId,
    /// What is read and sent.
    pub label: String,
    /// Its kind and what it stands below.
    pub note: String,
}

/// The most that is offered at once.
const MOST: usize = 20;
/// The most units that a filter lists.
const MOST_LISTED: usize = 300;

/// The units of a filter: all of the reach, or, where they are very many, those around the chosen one.
pub fn around(ctx: &Ctx, reach: &[Subtree], chosen: Option<UnitId>) -> Vec<Choice> {
    ctx.tree.around(reach, chosen, MOST_LISTED).into_iter().map(Choice::from).collect()
}

/// All units that may be chosen.
pub fn offered<'a>(ctx: &'a Ctx, purpose: &For) -> Result<Vec<&'a Unit>, Error> {
    let managed = ctx.managed(Managed::Units);
    if managed.is_empty() && !matches!(purpose, For::Field(..)) {
        return Err(Error::NotFound);
    }
    let within = |reach: &[Subtree]| -> Vec<&'a Unit> {
        let inside = |unit: &&Unit| reach.iter().any(|over| over.holds(unit.over.first));
        ctx.tree.units().iter().filter(|unit| unit.is_present()).filter(inside).collect()
    };
    Ok(match purpose {
        For::Managed => within(&managed),
        For::Administrative => {
            let all = within(&[ctx.tree.whole()]);
            let own = |unit: &&Unit| ctx.vocabulary().hierarchy(&unit.kind) == Hierarchy::Administrative;
            all.into_iter().filter(own).collect()
        }
        For::Field(mechanism, step, field) => {
            let mechanism = ctx.mechanism(mechanism)?;
            let step = mechanism.step(step).ok_or(Error::NotFound)?;
            match mechanism.field(field).map(|field| &field.of) {
                Some(FieldType::Unit) => within(&ctx.actor.reach(&mechanism.id, &step.who)),
                Some(FieldType::Units) => within(&[ctx.tree.whole()]),
                _ => return Err(Error::NotFound),
            }
        }
    })
}

/// What fits what was typed, the best first.
pub fn offers(ctx: &Ctx, purpose: &For, typed: &str) -> Result<Vec<Offer>, Error> {
    let typed: String = typed.chars().take(60).collect();
    let offered = offered(ctx, purpose)?;
    let found = ctx.tree.fitting(offered.into_iter(), &typed, MOST);
    let offer = |unit: &Unit| {
        let kind = ctx.vocabulary().unit_kind(unit.kind.as_str()).map_or("", |kind| kind.name.as_str());
        let above = unit.parent.map(|above| ctx.names().unit(above)).unwrap_or_default();
        Offer { id: unit.id, label: ctx.tree.label(unit.id), note: format!("{kind} {above}").trim().to_owned() }
    };
    Ok(found.into_iter().map(offer).collect())
}

/// The unit that a text means, or why none.
pub fn meant(ctx: &Ctx, purpose: &For, field: &str, name: &str, text: &str) -> Result<Option<UnitId>, Refusal> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let at = |refusal: Refusal| refusal.at(Spot::Field(FieldId::from(field)));
    let offered = offered(ctx, purpose).map_err(|_| at(Refusal::new("unit.none_offered").with("field", name)))?;
    match ctx.tree.meant(&offered, text) {
        Ok(id) => Ok(Some(id)),
        Err(Unclear::Several(labels)) => {
            let refusal = Refusal::new("unit.several_meant").with("field", name).with("value", text);
            Err(at(refusal.with("labels", labels.join("、"))))
        }
        Err(Unclear::None(near)) if near.is_empty() => {
            Err(at(Refusal::new("unit.none_meant").with("field", name).with("value", text)))
        }
        Err(Unclear::None(near)) => {
            let refusal = Refusal::new("unit.near_meant").with("field", name).with("value", text);
            Err(at(refusal.with("labels", near.join("、"))))
        }
    }
}

/// The units that a text with several of them means; every one that means none is told.
pub fn all_meant(ctx: &Ctx, purpose: &For, field: &str, name: &str, text: &str) -> Result<Vec<UnitId>, Vec<Refusal>> {
    let (mut ids, mut refusals) = (Vec::new(), Vec::new());
    for one in several(text) {
        match meant(ctx, purpose, field, name, &one) {
            Ok(found) => ids.extend(found),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() { Ok(ids) } else { Err(refusals) }
}
