//! Whom a figure of people counts: each once, with how often they are named, and the way to those records.
//!
//! Never anybody of units whose records the reader does not see.

use kernel::authority::overlap;
use kernel::catalog::{Blend, Measure};
use kernel::figures::{WHOLE, slice};
use kernel::ids::{FieldId, PersonId};

use super::asking::{Asked, FiguresAsk};
use super::cards::days;
use super::pivot::{UNIT_KIND, of_kind, slice_words};
use super::veiled::Knowing;
use crate::cells::reading::{self, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register;

/// The people on a page.
const PAGE: u32 = 200;

/// The people behind a number.
#[derive(Clone, Debug)]
pub struct PeoplePage {
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The figure's id and name.
    pub figure: (String, String),
    /// The mechanism and the figure whose records name them: of those who are missing, where they should have been.
    pub named: (String, String),
    /// Are they those who should have come and did not?
    pub are_missing: bool,
    /// In words: what is counted.
    pub words: String,
    /// What is asked.
    pub asked: Asked,
    /// What is looked at, in words.
    pub unit_words: String,
    /// The slice, in words behind the period; empty for the whole.
    pub slice_words: String,
    /// The people.
    pub people: Vec<Counted>,
    /// After whom the next page begins.
    pub next: Option<PersonId>,
}

/// Somebody who is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Where they work, if that is known.
    pub unit: String,
    /// How often they are named.
    pub times: i64,
}

/// Whom a figure counts in a unit, a period and a slice, page by page.
pub async fn people(
    ctx: &Ctx,
    mechanism: &str,
    figure: &str,
    ask: &FiguresAsk,
    (cut, after): (&str, Option<PersonId>),
) -> Result<PeoplePage, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let asked = Asked::of(ctx, ask)?;
    let found = mechanism.figure(figure).ok_or(Error::NotFound)?;
    let knowing = Knowing::of(ctx, &mechanism, found, &register::scope(ctx, &mechanism, asked.unit)?);
    if !super::is_people(found) || knowing.seen.is_empty() {
        return Err(Error::NotFound);
    }
    let (place, kept) = match cut.split_once('=') {
        None if cut.is_empty() => (place(ctx, &asked, &knowing), WHOLE.to_owned()),
        Some((UNIT_KIND, kind)) => (Place::Reach(of_kind(ctx, kind, &knowing.seen)), WHOLE.to_owned()),
        Some((by, value)) if found.by.iter().any(|id| id.as_str() == by) => {
            (place(ctx, &asked, &knowing), slice(&FieldId::from(by), value))
        }
        _ => return Err(Error::NotFound),
    };
    let mut conn = ctx.office.db.read().await?;
    let of = (&*mechanism, found);
    let mut rows =
        reading::people_behind(ctx, &mut conn, of, (&place, days(asked.period), &kept), after, PAGE + 1).await?;
    let next = (rows.len() > PAGE as usize).then(|| rows[PAGE as usize - 1].0);
    rows.truncate(PAGE as usize);
    let names = ctx.names();
    let counted = |(person, times): (PersonId, i64)| Counted {
        person,
        name: names.person(person),
        unit: ctx.tree.person(person).and_then(|it| it.unit).map(|unit| names.unit(unit)).unwrap_or_default(),
        times,
    };
    let own = || (mechanism.id.to_string(), found.id.to_string());
    Ok(PeoplePage {
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        figure: (found.id.to_string(), found.name.clone()),
        named: match &found.measure {
            Measure::Blend(Blend { plus, .. }) => {
                plus.first().map_or_else(own, |term| (term.mechanism.to_string(), term.figure.id.to_string()))
            }
            _ => own(),
        },
        are_missing: super::is_missing(found),
        words: found.words.clone(),
        unit_words: asked.unit_words(ctx),
        slice_words: slice_words(ctx, &mut conn, &mechanism, cut).await?,
        people: rows.into_iter().map(counted).collect(),
        next,
        asked,
    })
}

/// One unit with all below it as it stood on each day, where the reader sees all of it.
fn place(ctx: &Ctx, asked: &Asked, knowing: &Knowing) -> Place {
    let unit = asked.unit.and_then(|id| ctx.tree.unit(id));
    match unit.filter(|unit| overlap(&knowing.seen, &[unit.over]) == [unit.over]) {
        Some(unit) => Place::Unit(unit.id),
        None => Place::Reach(knowing.seen.clone()),
    }
}
