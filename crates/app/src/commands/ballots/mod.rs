//! Voting: voters are admitted and words drawn, votes are cast, counted, and destroyed when the result is told.
//!
//! Everything about a voting happens beside its record, in one transaction with its act; the act says that somebody voted,
//! never what. Who voted and what was voted are written in two tables that share nothing (docs/decisions/0047).
//! Never a look into the urn before two tellers open it.

pub mod admitting;
pub mod casting;
pub mod counting;
pub mod envelope;

use std::sync::Arc;

use kernel::catalog::Mechanism;
use kernel::figures;
use kernel::ids::{RecordId, RoleId, StateId};
use kernel::kinds::ballot::tally::Tally;
use kernel::kinds::ballot::{MOST_VOTERS, Voting, candidates};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::workflow::Move;
use store::notices::NoticeRow;
use store::{Conn, Tx};

use crate::commands::keep;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keys::Keys;
use crate::records::{self, Found};

/// How many tellers keep a word.
pub const TELLERS: usize = 2;

/// The voting of a record, if it has one.
pub fn voting(found: &Found) -> Result<&Voting, Error> {
    found.mechanism.voting.as_ref().ok_or(Error::NotFound)
}

/// Does this person hold the voting?
// enforces: voting.who
pub fn is_host(ctx: &Ctx, found: &Found) -> bool {
    holds(ctx, found, |voting| &voting.who)
}

/// May this person keep a word?
// enforces: voting.tellers
pub fn is_teller(ctx: &Ctx, found: &Found) -> bool {
    holds(ctx, found, |voting| &voting.tellers)
}

fn holds(ctx: &Ctx, found: &Found, roles: impl Fn(&Voting) -> &Vec<RoleId>) -> bool {
    let Some(voting) = &found.mechanism.voting else { return false };
    ctx.actor.grant_for(&found.mechanism.id, roles(voting), found.unit_ord).is_some()
}

fn keys(ctx: &Ctx) -> Result<&Keys, Error> {
    ctx.office.keys().ok_or_else(|| Refusal::new("ballot.no_key").into())
}

/// The record, held until the transaction ends, in the state that the act belongs to.
async fn held(ctx: &Ctx, tx: &mut Tx, id: RecordId, state: impl Fn(&Voting) -> &StateId) -> Result<Found, Error> {
    store::participations::hold(tx, id).await?;
    let found = records::by_ids(ctx, tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let voting = voting(&found)?;
    if found.record.state == *state(voting) { Ok(found) } else { Err(elsewhere(&found, voting)) }
}

/// Why nothing happens in this state.
fn elsewhere(found: &Found, voting: &Voting) -> Error {
    let state = &found.record.state;
    let code = match (*state == voting.prepare, *state == voting.open, *state == voting.count) {
        (true, ..) => "ballot.not_yet",
        (_, true, _) => "ballot.running",
        (.., true) => "ballot.closed",
        _ => "ballot.over",
    };
    Refusal::new(code).into()
}

/// What a step means to the voting of its record: nobody opens it without voters and words, and whatever ends it empties
/// the urn. Gives the record before the step with what was counted until now, and nobody votes or counts before the
/// transaction ends.
pub(super) async fn meets(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    (before, moved): (Option<&Record>, &Move),
    after: &mut Record,
) -> Result<Option<Record>, Error> {
    let (Some(before), Some(voting)) = (before, &mechanism.voting) else { return Ok(None) };
    store::units::hold_tree_version(tx).await?;
    store::participations::hold(tx, after.id).await?;
    let counted = tallies(tx, &[after.id]).await?.remove(&after.id);
    let (from, to) = (&before.state, &after.state);
    if from != to && *to == voting.open {
        can_open(ctx, tx, voting, mechanism, after).await?;
        call(ctx, tx, after).await?;
    }
    let is_out = |state: &StateId| *state == voting.open || *state == voting.count;
    if is_out(from) && !is_out(to) {
        // Without its urn a voting cannot be counted a second time: what was counted stands.
        store::ballots::destroy(tx, after.id).await?;
    }
    if voting.announce == *moved.step && counted.is_none() {
        return Err(Refusal::new("ballot.not_counted").into());
    }
    after.tally = counted.clone();
    Ok(Some(Record { tally: counted, ..before.clone() }))
}

/// The kind of the notice that calls somebody to vote: it leads to their vote.
pub const CALLED: &str = "ballot.opened";

/// Tells those who vote by account that they may.
async fn call(ctx: &Ctx, tx: &mut Tx, record: &Record) -> Result<(), Error> {
    let voters = store::ballots::voters(tx, record.id).await?;
    let order = uuid::ContextV7::new();
    let notice = |person: kernel::ids::PersonId| NoticeRow {
        id: ctx.next_id(&order),
        person,
        record: Some(record.id),
        at: ctx.now,
        kind: CALLED.to_owned(),
        words: format!("请投票：{}", record.title),
        read_at: None,
    };
    let rows: Vec<NoticeRow> = voters.iter().filter_map(|it| it.person).map(notice).collect();
    telling::notify(ctx, tx, &rows).await
}

/// Refuses to open a voting that nobody can take part in, or that nobody could count.
async fn can_open(
    ctx: &Ctx,
    tx: &mut Tx,
    voting: &Voting,
    mechanism: &Mechanism,
    record: &Record,
) -> Result<(), Error> {
    keys(ctx)?;
    let mut refusals = Vec::new();
    if candidates(mechanism, record).is_empty() {
        refusals.push(Refusal::new("ballot.nobody_stands"));
    }
    let voters = store::ballots::voters(tx, record.id).await?;
    if (voters.len() as i64) < voting.least {
        refusals.push(Refusal::new("ballot.few_voters").with("least", voting.least).with("count", voters.len()));
    }
    let is_too_large = |class: &str| voters.iter().filter(|it| it.class == class).count() as i64 > MOST_VOTERS;
    if voting.classes.iter().any(|class| is_too_large(&class.id)) {
        refusals.push(Refusal::new("ballot.too_many").with("most", MOST_VOTERS));
    }
    if store::ballots::words(tx, record.id).await?.len() != TELLERS {
        refusals.push(Refusal::new("ballot.no_words"));
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals.into()) }
}

/// What the votings of some records came to.
pub async fn tallies(
    conn: &mut Conn,
    ids: &[RecordId],
) -> Result<std::collections::HashMap<RecordId, Arc<Tally>>, Error> {
    let mut all = std::collections::HashMap::new();
    for row in store::ballots::tallies(conn, ids).await? {
        let tally: Tally =
            serde_json::from_value(row.tally).map_err(|fault| Error::broken("read what a voting came to", fault))?;
        all.insert(row.record, Arc::new(Tally { at: row.at, ..tally }));
    }
    Ok(all)
}

/// Adds to the figures what a change beside the record means.
async fn count_in(ctx: &Ctx, tx: &mut Tx, found: &Found, after: &Record) -> Result<(), Error> {
    let counted = ctx.definitions.counted_by(&found.mechanism);
    let cells = figures::difference(counted, Some(&found.record), after, ctx.calendar());
    keep::add_to_figures(ctx, tx, &cells).await
}

/// The same act as seen by the log: neither from where nor, where no account voted, by whom.
fn without_place(ctx: &Ctx) -> Ctx {
    Ctx { address: None, ..ctx.clone() }
}
