//! What did they say? Paper is counted twice by two people; then two words open the urn, and all is one tally.
//!
//! Never a number before both words are there, and never another tally of the same urn.

use std::sync::Arc;

use kernel::ids::{PersonId, RecordId};
use kernel::kinds::ballot::tally::{self, Count, Miscount, Returned, Tally};
use kernel::kinds::ballot::vote::Vote;
use kernel::kinds::ballot::{Voting, candidates};
use kernel::record::Record;
use kernel::refusal::Refusal;
use store::Tx;
use store::ballots::{HandCountRow, TallyRow, VoterRow};

use super::envelope::{self, Opener};
use super::{count_in, held, is_host, is_teller, keys};
use crate::commands::batches::act;
use crate::commands::keep;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// Sheets of paper on the list of a class.
pub fn sheets(voters: &[VoterRow], class: &str) -> i64 {
    voters.iter().filter(|it| it.class == class && it.person.is_none() && it.slip.is_none()).count() as i64
}

/// What two people counted alike of a class; nothing as long as there are no two.
pub fn settled(rows: &[HandCountRow], class: &str) -> Option<Count> {
    let own: Vec<&HandCountRow> = rows.iter().filter(|it| it.class == class).collect();
    let agreed = own.iter().enumerate().find(|(at, row)| own[at + 1..].iter().any(|it| it.counted == row.counted))?;
    serde_json::from_value(agreed.1.counted.clone()).ok()
}

/// Keeps what somebody counted of a class by hand.
pub async fn by_hand(ctx: &Ctx, id: RecordId, class: &str, count: &Count) -> Result<(), Error> {
    let person = counts(ctx, id).await?;
    let keep = |mut tx: Tx| async move {
        let found = held(ctx, &mut tx, id, |voting| &voting.count).await?;
        let voting = super::voting(&found)?;
        let class = voting.classes.iter().find(|it| it.id == class).ok_or_else(|| Refusal::new("ballot.class"))?;
        let names = candidates(&found.mechanism, &found.record);
        if let Some(miscount) = count.miscount(voting, names.len()) {
            return Err(miscounted(voting, &names, miscount).into());
        }
        let sheets = sheets(&store::ballots::voters(&mut tx, id).await?, &class.id);
        if count.papers > sheets {
            return Err(Refusal::new("ballot.too_many_sheets")
                .with("count", count.papers)
                .with("sheets", sheets)
                .into());
        }
        if !store::ballots::tallies(&mut tx, &[id]).await?.is_empty() {
            return Err(Refusal::new("ballot.counted").into());
        }
        let counted = serde_json::to_value(count).map_err(|fault| Error::broken("keep a count", fault))?;
        let row = HandCountRow { class: class.id.clone(), by: person, counted };
        store::ballots::put_hand_count(&mut tx, id, &row).await?;
        let detail = serde_json::json!({ "record": id.to_string(), "title": found.record.title, "class": class.name });
        act(ctx, &mut tx, "ballot.counted_by_hand", detail).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

fn miscounted(voting: &Voting, names: &[String], miscount: Miscount) -> Refusal {
    let item = |at: usize| voting.items.get(at).map_or("", |it| it.name.as_str());
    match miscount {
        Miscount::Foreign | Miscount::Number => Refusal::new("ballot.miscount"),
        Miscount::TooMany { candidate, item: at } => Refusal::new("ballot.more_than_votes")
            .with("name", names.get(candidate).map_or("", String::as_str))
            .with("item", item(at)),
        Miscount::OverLimit { item: at, choice } => Refusal::new("ballot.over_limit").with(
            "choice",
            voting.items.get(at).and_then(|it| it.choices.get(choice)).map_or("", |it| it.name.as_str()),
        ),
    }
}

/// Whoever holds or watches over the voting counts.
async fn counts(ctx: &Ctx, id: RecordId) -> Result<PersonId, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    super::voting(&found)?;
    let person = ctx.person().filter(|_| is_host(ctx, &found) || is_teller(ctx, &found));
    person.map(|it| ctx.tree.human(it)).ok_or_else(|| Refusal::not_yours("ballot.not_yours").into())
}

/// Opens the urn by the words of both tellers and counts. Counted again it gives the same, or says that it does not.
/// True if it was counted before.
pub async fn count(ctx: &Ctx, id: RecordId, words: [&str; 2]) -> Result<bool, Error> {
    counts(ctx, id).await?;
    let mut now = ctx.clone();
    let mut tries = 0;
    loop {
        tries += 1;
        let with = &now;
        let keep = |mut tx: Tx| async move {
            let known = count_once(with, &mut tx, id, words).await?;
            Ok::<_, Error>((tx, known))
        };
        match ctx.office.db.transact(keep).await {
            Err(Error::Stale) if tries < 5 => now = now.refreshed().await?,
            other => return other,
        }
    }
}

async fn count_once(ctx: &Ctx, tx: &mut Tx, id: RecordId, words: [&str; 2]) -> Result<bool, Error> {
    keep::same_tree(ctx, tx).await?;
    let found = held(ctx, tx, id, |voting| &voting.count).await?;
    let voting = super::voting(&found)?;
    let names = candidates(&found.mechanism, &found.record);
    let voters = store::ballots::voters(tx, id).await?;
    let hands = hands(tx, &found, voting, &voters).await?;
    let votes = opened(ctx, tx, &found, voting, (words, names.len())).await?;
    let voted = voters.iter().filter(|it| it.voted).count();
    if votes.len() != voted {
        let said = anyhow::anyhow!("{} votes of {voted} voters lie in the urn of {id}", votes.len());
        return Err(Error::broken("count votes", said));
    }
    let counts = tally::count(voting, names.len(), &votes, &hands);
    let entitled = |class: &str| voters.iter().filter(|it| it.class == class).count() as i64;
    let returned: Vec<Returned> = voting
        .classes
        .iter()
        .zip(counts)
        .map(|(class, count)| Returned { entitled: entitled(&class.id), count })
        .collect();
    let comments: Vec<Vec<String>> =
        (0..names.len()).map(|at| votes.iter().map(|vote| vote.comments[at].clone()).collect()).collect();
    let tally = tally::tally(voting, &names, &returned, &comments);
    seal(ctx, tx, &found, tally).await
}

/// What was counted by hand, class by class; refused as long as two people do not agree.
async fn hands(tx: &mut Tx, found: &Found, voting: &Voting, voters: &[VoterRow]) -> Result<Vec<Count>, Error> {
    let rows = store::ballots::hand_counts(tx, found.record.id).await?;
    let number = candidates(&found.mechanism, &found.record).len();
    let mut hands = Vec::new();
    for class in &voting.classes {
        let count = match sheets(voters, &class.id) {
            0 => Count::empty(voting, number),
            _ => settled(&rows, &class.id)
                .ok_or_else(|| Refusal::new("ballot.hands_differ").with("class", &class.name))?,
        };
        hands.push(count);
    }
    Ok(hands)
}

/// The votes, as two words open them.
async fn opened(
    ctx: &Ctx,
    tx: &mut Tx,
    found: &Found,
    voting: &Voting,
    (words, candidates): ([&str; 2], usize),
) -> Result<Vec<Vote>, Error> {
    let id = found.record.id;
    let keys = keys(ctx)?;
    let kept = store::ballots::words(tx, id).await?;
    let [one, other] = kept.as_slice() else { return Err(Refusal::new("ballot.no_words").into()) };
    let tellers = [(one.teller, one.public_key.as_str()), (other.teller, other.public_key.as_str())];
    let opener = Opener::of(keys, id, tellers, words).ok_or_else(|| Refusal::new("ballot.word"))?;
    let mut votes = Vec::new();
    for row in store::ballots::envelopes(tx, id).await? {
        let changed = || Error::broken("count votes", anyhow::anyhow!("a vote in the urn of {id} was changed"));
        if envelope::proof(keys, id, row.id, &row.envelope) != row.proof {
            return Err(changed());
        }
        let bytes = opener.open(&row.envelope)?;
        votes.push(Vote::read(voting, candidates, &bytes).ok_or_else(changed)?);
    }
    Ok(votes)
}

/// Keeps the tally, or compares it with the one that was kept.
async fn seal(ctx: &Ctx, tx: &mut Tx, found: &Found, tally: Tally) -> Result<bool, Error> {
    let id = found.record.id;
    let json = serde_json::to_value(&tally).map_err(|fault| Error::broken("keep a tally", fault))?;
    let hash = kernel::journal::digest(json.to_string().as_bytes());
    let title = &found.record.title;
    if let Some(known) = store::ballots::tallies(tx, &[id]).await?.pop() {
        if known.hash != hash {
            let said = anyhow::anyhow!("the urn of {id} gave {} and gives {hash}", known.hash);
            return Err(Error::broken("count votes again", said));
        }
        let detail = serde_json::json!({ "record": id.to_string(), "title": title, "hash": hash });
        act(ctx, tx, "ballot.counted_again", detail).await?;
        return Ok(true);
    }
    let row = TallyRow { record: id, tally: json, hash: hash.clone(), at: ctx.now, by: ctx.person() };
    store::ballots::put_tally(tx, &row).await?;
    let after = Record { tally: Some(Arc::new(Tally { at: ctx.now, ..tally })), ..found.record.clone() };
    count_in(ctx, tx, found, &after).await?;
    let detail = serde_json::json!({ "record": id.to_string(), "title": title, "hash": hash });
    act(ctx, tx, "ballot.counted", detail).await?;
    Ok(false)
}
