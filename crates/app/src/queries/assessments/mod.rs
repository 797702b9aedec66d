//! What do the pages of an assessment show? Ranks, sheets with the reason of every point, and what other weights would do.
//!
//! While it runs everything is reckoned from the figures as they stand; once the result is published it is what was kept.
//! Never another unit's sheet to whom only their own is shown.

pub mod board;
pub mod book;
pub mod changes;
pub mod gathered;
pub mod letters;
pub mod operands;
pub mod sheet;

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::authority::sight::Relation;
use kernel::ids::{MechanismId, RecordId, RoleId, UnitId};
use kernel::kinds::assessment::scheme::{Member, Scheme};
use kernel::kinds::assessment::score::{Outcome, Standing, score};
use kernel::kinds::assessment::{Scoring, frozen};
use kernel::refusal::Refusal;
use kernel::workflow::Numbered as _;
use store::Conn;
use store::assessments::SheetRow;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// A scheme as somebody reads it.
#[derive(Debug)]
pub struct Read {
    /// The record.
    pub found: Found,
    /// The definition.
    pub scoring: Scoring,
    /// The scheme.
    pub scheme: Scheme,
    /// What is wrong with it.
    pub faults: Vec<Refusal>,
    /// What was published: standings by unit, their moment.
    pub published: Option<(BTreeMap<UnitId, Standing>, i64)>,
    /// Does the reader see every unit's sheet?
    pub sees_all: bool,
    /// Does the reader run it?
    pub runs_it: bool,
    /// Is it running: is it issued and not publicised?
    pub is_running: bool,
    /// Whose sheets they see otherwise.
    own: Vec<Subtree>,
}

impl Read {
    /// Does the reader see the sheet of a unit?
    pub fn sees(&self, ctx: &Ctx, unit: UnitId) -> bool {
        let within = |over: &Subtree| ctx.tree.ord(unit).is_some_and(|ord| over.holds(ord));
        self.sees_all || self.own.iter().any(within) || (self.is_running && self.judges(ctx))
    }

    /// Is the reader one of the jury?
    pub fn judges(&self, ctx: &Ctx) -> bool {
        let jury = self.scoring.jury(&self.found.record.facts);
        let human = |id| ctx.tree.human(id);
        ctx.person().is_some_and(|me| jury.iter().any(|it| human(*it) == human(me)))
    }

    /// The day up to which values count today: the last of the year at most.
    pub fn today(&self, ctx: &Ctx) -> Date {
        operands::year_up_to(&self.scheme, ctx.today).until
    }

    /// What was published, in the order of the scheme.
    pub fn kept(&self) -> Option<Outcome> {
        let (kept, _) = self.published.as_ref()?;
        Some(in_order(&self.scheme, kept))
    }
}

/// What was published, in the order of the scheme.
pub(crate) fn kept(scheme: &Scheme, rows: &[SheetRow]) -> Outcome {
    in_order(scheme, &rows.iter().map(|row| (row.unit, frozen::from_json(&row.sheet))).collect())
}

fn in_order(scheme: &Scheme, kept: &BTreeMap<UnitId, Standing>) -> Outcome {
    let of = |member: &Member| kept.get(&member.unit).cloned().unwrap_or_default();
    Outcome { standings: scheme.members.iter().map(of).collect() }
}

/// The assessment of a record, for whoever sees it.
pub async fn read(ctx: &Ctx, conn: &mut Conn, id: RecordId) -> Result<Read, Error> {
    let found = records::visible(ctx, conn, id).await?;
    let scoring = found.mechanism.scoring.clone().ok_or(Error::NotFound)?;
    let (scheme, mut faults) = Scheme::read(&scoring, &found.record.facts);
    let is_draft = found.record.state == scoring.prepare;
    if is_draft {
        faults.extend(operands::unknown(ctx, &scoring.of, &scheme)?);
    }
    let rows = store::assessments::sheets(conn, id).await?;
    let at = rows.first().map(|row| row.at);
    let kept: BTreeMap<UnitId, Standing> = rows.iter().map(|row| (row.unit, frozen::from_json(&row.sheet))).collect();
    let current = ctx.catalog().mechanisms.get(found.mechanism.id.as_str()).ok_or(Error::NotFound)?;
    let runs_it = ctx.actor.grant_for(&current.id, &scoring.who, found.unit_ord).is_some();
    let sees = ctx.actor.grant_for(&current.id, &current.rights.see, found.unit_ord).is_some();
    let hosted = current.rights.sight.iter().filter(|rule| rule.relation == Relation::Hosted(scoring.units.clone()));
    let roles: Vec<RoleId> = hosted.flat_map(|rule| rule.who.clone()).collect();
    Ok(Read {
        published: at.map(|at| (kept, at)),
        sees_all: runs_it || sees || ctx.person().is_none(),
        own: ctx.actor.reach(&current.id, &roles),
        runs_it,
        is_running: running(&found, &scoring),
        found,
        scoring,
        scheme,
        faults,
    })
}

/// Is a scheme issued, and its result not publicised?
pub(crate) fn running(found: &Found, scoring: &Scoring) -> bool {
    let publicised = scoring.publicise.as_ref().and_then(|(step, _)| found.mechanism.step(step.as_str())?.to.clone());
    let state = &found.record.state;
    found.record.is_open() && *state != scoring.prepare && Some(state) != publicised.as_ref()
}

/// What all units come to, for each of some days up to which the year is looked at; and how much stood beside the scheme.
pub async fn outcomes(
    ctx: &Ctx,
    conn: &mut Conn,
    of: (RecordId, &MechanismId),
    scheme: &Scheme,
    upto: &[Date],
) -> Result<(Vec<Outcome>, i64), Error> {
    let beside = gathered::gather(ctx, conn, of, scheme).await?;
    let operands = operands::operands(ctx, conn, (scheme, &beside), upto).await?;
    Ok((operands.iter().map(|it| score(scheme, it)).collect(), beside.moves))
}
