//! Two records of any mechanisms that somebody who sees both ties together: 关联, and 解除关联.
//!
//! A tie is a row that stays; the next one of the same two says the opposite, so that what was tied by mistake is taken
//! back and both are known. Never shows anybody a record that they do not see.

use kernel::ids::RecordId;
use kernel::refusal::{Refusal, Spot};
use kernel::workflow::Move;
use store::Conn;
use store::ties::TieRow;
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// What each is to the other.
pub(crate) const RELATED: &str = "related";

/// The record that somebody means by its number, its address or its id; only one that they see.
pub(super) async fn named(ctx: &Ctx, conn: &mut Conn, text: &str) -> Result<RecordId, Error> {
    let at = |refusal: Refusal| Error::from(refusal.at(Spot::Field("record".into())));
    let text = text.trim();
    if text.is_empty() {
        return Err(at(Refusal::new("tie.nothing")));
    }
    let path = text.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    let ids: Vec<RecordId> = match Uuid::try_parse(path.rsplit('/').next().unwrap_or("")) {
        Ok(id) => vec![RecordId(id)],
        Err(_) => store::records::by_number(conn, text).await?.iter().map(|row| row.id).collect(),
    };
    let seen = records::listed_of(ctx, conn, &ids).await?;
    let shown: String = text.chars().take(60).collect();
    match &seen[..] {
        [one] => Ok(one.record.id),
        [] => Err(at(Refusal::new("tie.unknown").with("text", shown))),
        _ => Err(at(Refusal::new("tie.several").with("text", shown))),
    }
}

/// Does the last word about the two say that they belong together?
pub(super) async fn are_tied(conn: &mut Conn, pair: (RecordId, RecordId)) -> Result<bool, Error> {
    Ok(count(conn, pair).await? % 2 == 1)
}

/// The tie of a move that ties two records or takes that back.
pub(super) async fn tie(ctx: &Ctx, conn: &mut Conn, moved: &Move) -> Result<Option<TieRow>, Error> {
    let Some(other) = moved.tied else { return Ok(None) };
    let record = moved.after.id;
    let (one, two) = (record.min(other), record.max(other));
    // Two who say the same at once say it once.
    let key = format!("related {one} {two} {}", count(conn, (record, other)).await?);
    let opened_on = ctx.today;
    Ok(Some(TieRow { id: ctx.new_id::<Uuid>(), record, other, role: RELATED.to_owned(), key: Some(key), opened_on }))
}

/// Of these ties of a record, the last of each pair that stands: the other record and the day.
pub(crate) fn standing(id: RecordId, ties: &[TieRow]) -> Vec<&TieRow> {
    let other = |tie: &TieRow| if tie.other == id { tie.record } else { tie.other };
    let own: Vec<&TieRow> = ties.iter().filter(|tie| tie.role == RELATED).collect();
    let is_last = |at: usize| !own[at + 1..].iter().any(|later| other(later) == other(own[at]));
    let is_odd = |at: usize| own.iter().filter(|it| other(it) == other(own[at])).count() % 2 == 1;
    (0..own.len()).filter(|at| is_last(*at) && is_odd(*at)).map(|at| own[at]).collect()
}

async fn count(conn: &mut Conn, (record, other): (RecordId, RecordId)) -> Result<usize, Error> {
    let ties = store::ties::of_record(conn, record).await?;
    Ok(ties.iter().filter(|tie| tie.role == RELATED && (tie.record == other || tie.other == other)).count())
}
