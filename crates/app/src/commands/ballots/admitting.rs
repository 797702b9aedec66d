//! Who may vote: by account, by a slip, on a sheet of paper; and who keeps the words that open the votes.
//!
//! Never once the voting is open.

use kernel::ids::{PersonId, RecordId};
use kernel::kinds::ballot::MOST_VOTERS;
use kernel::refusal::Refusal;
use store::Tx;
use store::ballots::{VoterRow, WordRow};
use uuid::Uuid;

use super::{TELLERS, envelope, held, is_host, is_teller, keys};
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// The most that is admitted in one go.
const MOST_AT_ONCE: usize = 1_000;

/// How somebody votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By their accounts.
    Accounts(Vec<PersonId>),
    /// By so many slips.
    Slips(usize),
    /// On so many sheets of paper.
    Sheets(usize),
}

/// Admits voters of a class; gives the secrets of the slips, which are told this once.
pub async fn admit(ctx: &Ctx, id: RecordId, class: &str, way: &Way) -> Result<Vec<String>, Error> {
    hosted(ctx, id).await?;
    let number = match way {
        Way::Accounts(people) => people.len(),
        Way::Slips(number) | Way::Sheets(number) => *number,
    };
    if !(1..=MOST_AT_ONCE).contains(&number) {
        return Err(Refusal::new("ballot.number").with("most", MOST_AT_ONCE).into());
    }
    if let Way::Accounts(people) = way {
        for person in people {
            ctx.tree.person(*person).ok_or(Error::NotFound)?;
        }
    }
    let slips: Vec<String> = match way {
        Way::Slips(number) => (0..*number).map(|_| envelope::new_slip()).collect(),
        _ => Vec::new(),
    };
    let slips = &slips;
    let keep = |mut tx: Tx| async move {
        admit_once(ctx, &mut tx, id, class, (way, slips)).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    Ok(slips.clone())
}

async fn admit_once(
    ctx: &Ctx,
    tx: &mut Tx,
    id: RecordId,
    class: &str,
    (way, slips): (&Way, &[String]),
) -> Result<(), Error> {
    let found = held(ctx, tx, id, |voting| &voting.prepare).await?;
    let voting = super::voting(&found)?;
    let class = voting.classes.iter().find(|it| it.id == class).ok_or_else(|| Refusal::new("ballot.class"))?;
    let there = store::ballots::voters(tx, id).await?;
    let row = |person: Option<PersonId>, slip: Option<String>| VoterRow {
        // Random: rows do not lie in the order in which slips were printed.
        id: Uuid::new_v4(),
        record: id,
        class: class.id.clone(),
        person,
        slip,
        voted: false,
        mark: None,
    };
    let rows: Vec<VoterRow> = match way {
        Way::Accounts(people) => {
            let humans: Vec<PersonId> = there.iter().filter_map(|it| it.person).map(|it| ctx.tree.human(it)).collect();
            let mut fresh: Vec<PersonId> = people.iter().map(|it| ctx.tree.human(*it)).collect();
            fresh.sort();
            fresh.dedup();
            if let Some(known) = fresh.iter().find(|it| humans.contains(it)) {
                return Err(Refusal::new("ballot.known").with("name", ctx.names().person(*known)).into());
            }
            fresh.into_iter().map(|person| row(Some(person), None)).collect()
        }
        Way::Slips(_) => slips.iter().map(|slip| row(None, Some(envelope::slip_hash(slip)))).collect(),
        Way::Sheets(number) => (0..*number).map(|_| row(None, None)).collect(),
    };
    if (there.iter().filter(|it| it.class == class.id).count() + rows.len()) as i64 > MOST_VOTERS {
        return Err(Refusal::new("ballot.too_many").with("most", MOST_VOTERS).into());
    }
    store::ballots::admit(tx, &rows).await?;
    let how = match way {
        Way::Accounts(_) => "accounts",
        Way::Slips(_) => "slips",
        Way::Sheets(_) => "sheets",
    };
    let detail = serde_json::json!({
        "record": id.to_string(), "title": found.record.title, "class": class.name, "how": how, "count": rows.len(),
    });
    act(ctx, tx, "ballot.admitted", detail).await
}

/// Takes voters of a class off the list: one account, or all slips or sheets.
pub async fn withdraw(ctx: &Ctx, id: RecordId, class: &str, way: &Way) -> Result<(), Error> {
    hosted(ctx, id).await?;
    let keep = |mut tx: Tx| async move {
        let found = held(ctx, &mut tx, id, |voting| &voting.prepare).await?;
        let fits = |row: &VoterRow| match way {
            Way::Accounts(people) => row.person.is_some_and(|it| people.contains(&it)),
            Way::Slips(_) => row.slip.is_some(),
            Way::Sheets(_) => row.slip.is_none() && row.person.is_none(),
        };
        let there = store::ballots::voters(&mut tx, id).await?;
        let gone: Vec<&VoterRow> = there.iter().filter(|row| row.class == class && fits(row)).collect();
        if gone.is_empty() {
            return Err(Refusal::new("ballot.nobody_there").into());
        }
        for row in &gone {
            store::ballots::withdraw(&mut tx, row.id).await?;
        }
        let detail = serde_json::json!({
            "record": id.to_string(), "title": found.record.title, "class": class, "count": gone.len(),
        });
        act(ctx, &mut tx, "ballot.withdrawn", detail).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

/// The record, for whoever holds its voting.
async fn hosted(ctx: &Ctx, id: RecordId) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    super::voting(&found)?;
    if is_host(ctx, &found) { Ok(()) } else { Err(Refusal::not_yours("ballot.not_yours").into()) }
}

/// Draws a teller's word, in place of an earlier one: it is told this once, and kept nowhere.
pub async fn draw(ctx: &Ctx, id: RecordId) -> Result<String, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    drop(conn);
    super::voting(&found)?;
    let (true, Some(person)) = (is_teller(ctx, &found), ctx.person()) else {
        return Err(Refusal::not_yours("ballot.no_teller").into());
    };
    let teller = ctx.tree.human(person);
    let word = envelope::new_word();
    let row = WordRow { teller, public_key: envelope::public_key(keys(ctx)?, id, teller, &word) };
    let row = &row;
    let keep = |mut tx: Tx| async move {
        let found = held(ctx, &mut tx, id, |voting| &voting.prepare).await?;
        let there = store::ballots::words(&mut tx, id).await?;
        if there.len() >= TELLERS && there.iter().all(|it| it.teller != row.teller) {
            return Err(Refusal::new("ballot.enough_tellers").into());
        }
        store::ballots::put_word(&mut tx, id, row).await?;
        let detail = serde_json::json!({ "record": id.to_string(), "title": found.record.title });
        act(ctx, &mut tx, "ballot.word_drawn", detail).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    Ok(word)
}
