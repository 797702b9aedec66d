//! Of whom there is one record at a time: the place that a record takes, given free and taken in its own transaction.
//!
//! Whoever takes it holds the one whose place it is: of two who come at once one gets it.
//! Never names to anybody a record that they do not see.

use kernel::catalog::Mechanism;
use kernel::ids::MechanismId;
use kernel::once::{self, Taken};
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use store::Tx;
use store::tenures::TenureRow;

use crate::commands::links;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// What a move means for the only place that there is.
#[derive(Clone, Debug)]
pub(super) struct Only {
    /// The place as it was kept before, if it was.
    was: bool,
    is: Option<(Taken, TenureRow)>,
    /// The mechanism's id and name.
    mechanism: (MechanismId, String),
    record: kernel::ids::RecordId,
    spot: Spot,
}

impl Only {
    /// The place that it takes.
    pub(super) fn into_rows(self) -> Vec<TenureRow> {
        self.is.into_iter().map(|(_, row)| row).collect()
    }
}

/// What the move means; nothing where the place stays as it was.
pub(super) fn only(mechanism: &Mechanism, before: Option<&Record>, after: &Record) -> Option<Only> {
    let rule = mechanism.once.as_ref()?;
    let had = before.and_then(|record| once::taken(mechanism, record));
    let has = once::taken(mechanism, after);
    if had == has {
        return None;
    }
    let row = |it: &Taken| TenureRow {
        record: after.id,
        side: it.place.clone(),
        seq: 0,
        mechanism: mechanism.id.clone(),
        who: it.who.id(),
        days: it.days,
    };
    Some(Only {
        was: had.is_some(),
        is: has.map(|it| (it.clone(), row(&it))),
        mechanism: (mechanism.id.clone(), mechanism.name.clone()),
        record: after.id,
        spot: Spot::Field(rule.of.clone()),
    })
}

/// Gives free and takes what the moves of one transaction mean.
pub(super) async fn write<'a>(
    ctx: &Ctx,
    tx: &mut Tx,
    all: impl Iterator<Item = &'a Only> + Clone + Send,
) -> Result<(), Error> {
    let mut whom: Vec<_> = all.clone().filter_map(|it| it.is.as_ref()).map(|(taken, _)| taken.who).collect();
    // Everybody in this order, so that nobody waits for each other.
    whom.sort();
    whom.dedup();
    for who in whom {
        store::tenures::hold(tx, who).await?;
    }
    for only in all.clone().filter(|it| it.was) {
        store::tenures::clear(tx, only.record).await?;
    }
    for only in all {
        let Some((taken, row)) = &only.is else { continue };
        is_free(ctx, tx, only, taken).await?;
        store::tenures::insert(tx, std::slice::from_ref(row)).await?;
    }
    Ok(())
}

/// Has nobody else taken it on any of these days?
async fn is_free(ctx: &Ctx, tx: &mut Tx, only: &Only, taken: &Taken) -> Result<(), Error> {
    let (id, name) = &only.mechanism;
    let standing = store::tenures::of_side(tx, id, &taken.place, taken.who.id(), taken.days.from_on).await?;
    let until = taken.days.until_on;
    let meets = |it: &&TenureRow| it.record != only.record && until.is_none_or(|until| it.days.from_on <= until);
    let Some(other) = standing.iter().find(meets) else { return Ok(()) };
    let seen = records::listed_of(ctx, tx, &[other.record]).await?;
    let which = seen.first().map(|it| it.record.number.clone().unwrap_or_else(|| it.record.title.clone()));
    let refusal = Refusal::new("once.taken")
        .with("who", links::name_of(ctx, tx, taken.who).await?)
        .with("mechanism", name)
        .with("which", which.unwrap_or_else(|| "另一件".to_owned()))
        .with("from", other.days.from_on)
        .with("until", other.days.until_on.map_or_else(|| "长期".to_owned(), |day| day.to_string()));
    Err(refusal.at(only.spot.clone()).into())
}
