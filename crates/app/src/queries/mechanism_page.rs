//! The mechanism 机制: as prose, with its flow, its rights and its formulas; the same text the book prints.

use std::sync::Arc;

use kernel::catalog::Mechanism;
use kernel::catalog::prose::{Prose, prose};

use crate::ctx::Ctx;
use crate::error::Error;

/// A mechanism's page.
#[derive(Clone, Debug)]
pub struct MechanismPage {
    /// The definition.
    pub mechanism: Arc<Mechanism>,
    /// The chapter's name.
    pub chapter: String,
    /// The text.
    pub prose: Prose,
    /// The flow, drawn.
    pub flow: String,
}

/// The page of a mechanism that this person's roles reach.
pub fn mechanism_page(ctx: &Ctx, id: &str) -> Result<MechanismPage, Error> {
    let mechanism = ctx.mechanism(id)?;
    Ok(MechanismPage {
        chapter: crate::queries::register::chapter_name(ctx, &mechanism),
        prose: prose(&mechanism, ctx.catalog()),
        flow: crate::book::flow(&mechanism),
        mechanism,
    })
}
