//! One vote each: by account or by slip, once, whatever the network does.
//!
//! A form carries a mark that says nothing of what it holds: sent again, it is known; another form of the same voter is
//! refused.
//! Never tells whose a slip is: it is of a class, and nobody's.

use kernel::catalog::Mechanism;
use kernel::ids::RecordId;
use kernel::kinds::ballot::vote::{Fault, Vote};
use kernel::kinds::ballot::{Voting, candidates};
use kernel::refusal::Refusal;
use store::ballots::{EnvelopeRow, VoterRow};
use store::{Conn, Tx};
use uuid::Uuid;

use super::{elsewhere, envelope, held, keys, without_place};
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// By what somebody comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A slip.
    Slip(String),
    /// Their account, to the voting of this record.
    Account(RecordId),
}

/// What a voter filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// For each candidate and question (candidates first).
    pub answers: Vec<Option<i64>>,
    /// For each candidate.
    pub comments: Vec<String>,
    /// The mark of the form.
    pub mark: String,
}

/// A voter at the door of a voting.
#[derive(Clone, Debug)]
pub struct AtDoor {
    /// The voter.
    pub voter: VoterRow,
    /// The record.
    pub found: Found,
}

impl AtDoor {
    /// The definition.
    pub fn mechanism(&self) -> &Mechanism {
        &self.found.mechanism
    }
}

/// Who is at the door. A slip that is not there, and a voting on whose list somebody is not, are told alike to everybody.
pub async fn at_door(ctx: &Ctx, conn: &mut Conn, entry: &Entry) -> Result<AtDoor, Error> {
    let voter = match entry {
        Entry::Slip(slip) => {
            let voter = store::ballots::by_slip(conn, &envelope::slip_hash(slip)).await?;
            voter.ok_or_else(|| Refusal::new("ballot.no_slip"))?
        }
        Entry::Account(id) => {
            let person = ctx.person().ok_or(Error::NotFound)?;
            store::ballots::by_person(conn, *id, &ctx.tree.files_of(person)).await?.ok_or(Error::NotFound)?
        }
    };
    let found = records::by_ids(ctx, conn, &[voter.record]).await?.into_iter().next().ok_or(Error::NotFound)?;
    super::voting(&found)?;
    Ok(AtDoor { voter, found })
}

/// May they vote now? Says so if they have, too.
pub fn may_vote(door: &AtDoor) -> Result<(), Error> {
    let voting = super::voting(&door.found)?;
    if door.found.record.state != voting.open {
        return match door.found.record.state == voting.prepare {
            true => Err(Refusal::new("ballot.not_yet").into()),
            false if door.voter.voted => Err(Refusal::new("ballot.voted").into()),
            false => Err(elsewhere_for_voters()),
        };
    }
    if door.voter.voted { Err(Refusal::new("ballot.voted").into()) } else { Ok(()) }
}

fn elsewhere_for_voters() -> Error {
    Refusal::new("ballot.closed").into()
}

/// What is wrong with what they filled in, in words.
pub fn wrong(door: &AtDoor, filled: &Filled) -> Vec<Refusal> {
    let Some(voting) = &door.found.mechanism.voting else { return Vec::new() };
    let names = candidates(&door.found.mechanism, &door.found.record);
    let Some(vote) = vote(door, voting, filled) else { return vec![Refusal::new("ballot.class")] };
    vote.faults(voting, names.len()).into_iter().map(|fault| refusal(voting, &names, &fault)).collect()
}

fn vote(door: &AtDoor, voting: &Voting, filled: &Filled) -> Option<Vote> {
    let class = voting.classes.iter().position(|it| it.id == door.voter.class)?;
    Some(Vote { class, answers: filled.answers.clone(), comments: filled.comments.clone() })
}

fn refusal(voting: &Voting, names: &[String], fault: &Fault) -> Refusal {
    let name = |at: usize| names.get(at).cloned().unwrap_or_default();
    match fault {
        Fault::Foreign => Refusal::new("ballot.foreign"),
        Fault::NoAnswer { candidate, item } => {
            let asked = voting.items.get(*item).map_or("", |it| it.name.as_str());
            Refusal::new("ballot.no_answer").with("name", name(*candidate)).with("item", asked)
        }
        Fault::TooMany { item, choice, given } => {
            let choice = voting.items.get(*item).and_then(|it| it.choices.get(*choice));
            let (label, most) = choice.map_or(("", 0), |it| (it.name.as_str(), it.most.unwrap_or(0)));
            Refusal::new("ballot.limit").with("choice", label).with("most", most).with("given", given)
        }
        Fault::LongComment { candidate } => {
            let most = voting.comments.unwrap_or(0);
            Refusal::new("ballot.long_comment").with("name", name(*candidate)).with("most", most)
        }
    }
}

/// Casts a vote. The same form sent again is answered as if it came the first time, and counts once.
pub async fn cast(ctx: &Ctx, entry: &Entry, filled: &Filled) -> Result<(), Error> {
    let ctx = &without_place(ctx);
    if filled.mark.len() < 16 || filled.mark.len() > 64 {
        return Err(Refusal::new("ballot.foreign").into());
    }
    let mark = kernel::journal::digest(format!("mark {}", filled.mark).as_bytes());
    let mark = mark.as_str();
    let keep = |mut tx: Tx| async move {
        cast_once(ctx, &mut tx, entry, filled, mark).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

async fn cast_once(ctx: &Ctx, tx: &mut Tx, entry: &Entry, filled: &Filled, mark: &str) -> Result<(), Error> {
    let first = at_door(ctx, tx, entry).await?;
    if first.voter.mark.as_deref() == Some(mark) {
        return Ok(());
    }
    may_vote(&first)?;
    let id = first.voter.record;
    let found = match held(ctx, tx, id, |voting| &voting.open).await {
        Err(Error::Refused(_)) => return Err(elsewhere_for_voters()),
        other => other?,
    };
    let door = AtDoor { voter: first.voter, found };
    let refusals = wrong(&door, filled);
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    let (voting, names) = (super::voting(&door.found)?, candidates(&door.found.mechanism, &door.found.record));
    let vote = vote(&door, voting, filled).ok_or_else(|| Refusal::new("ballot.class"))?;
    debug_assert_eq!(vote.comments.len(), names.len(), "checked with the faults");
    let words = store::ballots::words(tx, id).await?;
    let [one, other] = words.as_slice() else { return Err(elsewhere(&door.found, voting)) };
    let envelope = envelope::seal(id, [&one.public_key, &other.public_key], &vote.bytes(voting))?;
    let place = Uuid::new_v4();
    let proof = envelope::proof(keys(ctx)?, id, place, &envelope);
    // Whoever was faster with the same slip or account has voted.
    if !store::ballots::mark_voted(tx, door.voter.id, mark).await? {
        let again = at_door(ctx, tx, entry).await?;
        let is_same = again.voter.mark.as_deref() == Some(mark);
        return if is_same { Ok(()) } else { Err(Refusal::new("ballot.voted").into()) };
    }
    store::ballots::cast(tx, &EnvelopeRow { id: place, record: id, envelope, proof }).await?;
    let detail = serde_json::json!({ "record": id.to_string(), "title": door.found.record.title });
    act(ctx, tx, "ballot.cast", detail).await
}
