//! The figures that somebody may know, by chapter and mechanism.

use std::collections::BTreeSet;

use kernel::authority::{Subtree, merged};
use kernel::ids::UnitId;

use super::asking::{Asked, FiguresAsk, PeriodChoice};
use super::cards::{FigureCard, Wanted, cards, wanted};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;
use crate::queries::units::choosing;

/// The page of figures.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What is asked.
    pub asked: Asked,
    /// The unit looked at.
    pub unit: Option<Choice>,
    /// The units that may be looked at.
    pub units: Vec<Choice>,
    /// The periods that may be looked at.
    pub periods: Vec<PeriodChoice>,
    /// The mechanisms with their figures, chapter by chapter.
    pub chapters: Vec<(String, Vec<MechanismFigures>)>,
}

/// A mechanism with its figures.
#[derive(Clone, Debug)]
pub struct MechanismFigures {
    /// The mechanism's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its figures.
    pub cards: Vec<FigureCard>,
}

/// The figures of every mechanism in reach.
pub async fn overview(ctx: &Ctx, ask: &FiguresAsk) -> Result<Overview, Error> {
    page(ctx, ask, None).await
}

/// The figures of one mechanism.
pub async fn of_mechanism(ctx: &Ctx, mechanism: &str, ask: &FiguresAsk) -> Result<Overview, Error> {
    super::mechanism(ctx, mechanism)?;
    page(ctx, ask, Some(mechanism)).await
}

async fn page(ctx: &Ctx, ask: &FiguresAsk, only: Option<&str>) -> Result<Overview, Error> {
    let asked = Asked::of(ctx, ask)?;
    let mut all: Vec<Wanted<'_>> = Vec::new();
    let mut places = Vec::new();
    let mut seen: Vec<Subtree> = Vec::new();
    for (chapter, own) in ctx.catalog().by_chapter() {
        for mechanism in own {
            if only.is_some_and(|only| *mechanism.id.as_str() != *only) || !super::knows_figures(ctx, mechanism) {
                continue;
            }
            seen.extend(ctx.sight(mechanism).subtrees());
            seen.extend(super::veiled::numbers_only(ctx, mechanism));
            for it in wanted(ctx, mechanism, asked.unit)? {
                places.push((chapter.name.clone(), mechanism.id.to_string(), mechanism.name.clone()));
                all.push(it);
            }
        }
    }
    let seen = merged(seen.into_iter());
    let mut conn = ctx.office.db.read().await?;
    let cards = cards(ctx, &mut conn, &all, &asked).await?;
    let mut chapters: Vec<(String, Vec<MechanismFigures>)> = Vec::new();
    for (card, (chapter, id, name)) in cards.into_iter().zip(places) {
        if chapters.last().is_none_or(|(last, _)| *last != chapter) {
            chapters.push((chapter, Vec::new()));
        }
        let Some((_, own)) = chapters.last_mut() else { continue };
        match own.last_mut().filter(|last| last.id == id) {
            Some(last) => last.cards.push(card),
            None => own.push(MechanismFigures { id, name, cards: vec![card] }),
        }
    }
    Ok(Overview {
        unit: chosen(ctx, asked.unit),
        units: choosing::around(ctx, &seen, asked.unit),
        periods: asked.choices(ctx.today),
        asked,
        chapters,
    })
}

/// A unit as a choice.
pub(super) fn chosen(ctx: &Ctx, unit: Option<UnitId>) -> Option<Choice> {
    unit.and_then(|id| ctx.tree.unit(id)).map(Choice::from)
}

/// The kinds of the units inside the subtrees, as choices, by the order of the vocabulary.
pub(super) fn kinds(ctx: &Ctx, reach: &[Subtree]) -> Vec<Choice> {
    let there: BTreeSet<&str> = ctx.tree.within(reach).map(|unit| unit.kind.as_str()).collect();
    let kinds = ctx.vocabulary().unit_kinds.iter().filter(|kind| there.contains(kind.id.as_str()));
    kinds
        .map(|kind| Choice { id: kind.id.to_string(), name: kind.name.clone(), pinyin: String::new(), group: None })
        .collect()
}
