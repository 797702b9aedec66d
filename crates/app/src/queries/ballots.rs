//! What the pages of a voting show: to its host who is admitted and how many came; to a voter their vote; and, once it is
//! counted, what it came to.
//!
//! Never a result before the count, never to others before it is announced, and never whose a vote is.

use std::sync::Arc;

use kernel::catalog::FieldType;
use kernel::ids::{PersonId, RecordId};
use kernel::kinds::ballot::tally::{Count, Tally};
use kernel::kinds::ballot::{Voting, candidates};
use kernel::refusal::Refusal;
use kernel::value::Value;
use store::ballots::{HandCountRow, VoterRow};

use crate::commands::ballots::casting::{self, Entry, Filled};
use crate::commands::ballots::counting::{settled, sheets};
use crate::commands::ballots::{self, TELLERS};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};
use crate::words;

/// How far a voting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Voters are admitted.
    Prepare,
    /// Votes are cast.
    Open,
    /// They are counted.
    Count,
    /// It is over, or was called off.
    Over,
}

/// What a record's page says of its voting.
#[derive(Clone, Debug)]
pub struct VotingLine {
    /// Names and numbers.
    pub counts: Vec<(&'static str, String)>,
    /// What can be done there.
    pub act: &'static str,
}

/// A class on the host's page.
#[derive(Clone, Debug)]
pub struct ClassLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its weight.
    pub weight: i64,
    /// Who votes by account: person, name, unit, whether they voted.
    pub accounts: Vec<(PersonId, String, String, bool)>,
    /// Slips.
    pub slips: i64,
    /// Sheets of paper.
    pub sheets: i64,
    /// Who voted by account or slip.
    pub voted: i64,
    /// How often the sheets were counted, and whether two people agree.
    pub by_hand: (usize, bool),
}

/// A voting, as its page shows it.
#[derive(Clone, Debug)]
pub struct BallotPage {
    /// The record.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// What it is called.
    pub title: String,
    /// Its state.
    pub state: String,
    /// How far it is.
    pub phase: Phase,
    /// Does the reader hold it?
    pub is_host: bool,
    /// May the reader keep a word?
    pub is_teller: bool,
    /// Who has drawn a word.
    pub tellers: Vec<String>,
    /// Has the reader?
    pub has_word: bool,
    /// May another word be drawn?
    pub wants_words: bool,
    /// The classes; accounts by name for the host alone.
    pub classes: Vec<ClassLine>,
    /// Who is voted on.
    pub candidates: Vec<String>,
    /// The definition.
    pub voting: Voting,
    /// What it came to, for whoever may see it now.
    pub tally: Option<Arc<Tally>>,
    /// Its hash and when it was counted.
    pub sealed: Option<(String, String)>,
    /// Does the reader vote here by account, and did they?
    pub own: Option<bool>,
}

impl BallotPage {
    /// Who may vote.
    pub fn entitled(&self) -> i64 {
        self.classes.iter().map(|it| it.accounts.len() as i64 + it.slips + it.sheets).sum()
    }

    /// Who has voted by account or slip.
    pub fn voted(&self) -> i64 {
        self.classes.iter().map(|it| it.voted).sum()
    }
}

fn phase(found: &Found, voting: &Voting) -> Phase {
    match &found.record.state {
        state if *state == voting.prepare => Phase::Prepare,
        state if *state == voting.open => Phase::Open,
        state if *state == voting.count => Phase::Count,
        _ => Phase::Over,
    }
}

/// A voting, for whoever sees its record.
pub async fn ballot(ctx: &Ctx, id: RecordId) -> Result<BallotPage, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let voting = ballots::voting(&found)?.clone();
    let voters = store::ballots::voters(&mut conn, id).await?;
    let hands = store::ballots::hand_counts(&mut conn, id).await?;
    let words = store::ballots::words(&mut conn, id).await?;
    let sealed = store::ballots::tallies(&mut conn, &[id]).await?.pop();
    let phase = phase(&found, &voting);
    let (is_host, is_teller) = (ballots::is_host(ctx, &found), ballots::is_teller(ctx, &found));
    let me = ctx.person().map(|person| ctx.tree.human(person));
    let counts = is_host || is_teller;
    let is_told = phase == Phase::Over || (phase == Phase::Count && counts);
    let is_mine = |row: &&VoterRow| row.person.map(|it| ctx.tree.human(it)) == me && me.is_some();
    Ok(BallotPage {
        id,
        mechanism: (found.mechanism.id.to_string(), found.mechanism.name.clone()),
        title: found.record.title.clone(),
        state: words::state_name(&found.mechanism, found.record.state.as_str()),
        phase,
        is_host,
        is_teller,
        tellers: words.iter().map(|it| ctx.names().person(it.teller)).collect(),
        has_word: words.iter().any(|it| Some(it.teller) == me),
        wants_words: words.len() < TELLERS,
        classes: voting.classes.iter().map(|it| class(ctx, (&it.id, &it.name, it.weight), &voters, &hands)).collect(),
        candidates: candidates(&found.mechanism, &found.record),
        tally: found.record.tally.clone().filter(|_| is_told),
        sealed: sealed.filter(|_| is_told).map(|row| (row.hash, words::moment(row.at))),
        own: voters.iter().find(is_mine).map(|it| it.voted),
        voting,
    })
}

fn class(ctx: &Ctx, (id, name, weight): (&str, &str, i64), voters: &[VoterRow], hands: &[HandCountRow]) -> ClassLine {
    let own: Vec<&VoterRow> = voters.iter().filter(|it| it.class == id).collect();
    let unit = |person: PersonId| ctx.tree.person(person).and_then(|it| it.unit).map(|it| ctx.names().unit(it));
    let account = |row: &&VoterRow| {
        let person = row.person?;
        Some((person, ctx.names().person(person), unit(person).unwrap_or_default(), row.voted))
    };
    let mut accounts: Vec<_> = own.iter().filter_map(account).collect();
    accounts.sort_by(|a, b| (&a.2, &a.1, a.0).cmp(&(&b.2, &b.1, b.0)));
    let counted = hands.iter().filter(|it| it.class == id).count();
    ClassLine {
        id: id.to_owned(),
        name: name.to_owned(),
        weight,
        accounts,
        slips: own.iter().filter(|it| it.slip.is_some()).count() as i64,
        sheets: sheets(voters, id),
        voted: own.iter().filter(|it| it.voted).count() as i64,
        by_hand: (counted, settled(hands, id).is_some()),
    }
}

/// What a record's page says of its voting; nothing where there is none.
pub async fn voting_line(conn: &mut store::Conn, found: &Found) -> Result<Option<VotingLine>, Error> {
    let Some(voting) = &found.mechanism.voting else { return Ok(None) };
    let voters = store::ballots::voters(conn, found.record.id).await?;
    let voted = voters.iter().filter(|it| it.voted).count();
    let counts = vec![("应投票", format!("{} 票", voters.len())), ("已投", format!("{voted} 票"))];
    let act = match phase(found, voting) {
        Phase::Prepare => "投票人和口令",
        Phase::Open => "投票情况",
        Phase::Count => "计票",
        Phase::Over => "测评结果",
    };
    Ok(Some(VotingLine { counts, act }))
}

/// What a voter sees.
#[derive(Clone, Debug)]
pub struct VotePage {
    /// What the voting is called.
    pub title: String,
    /// The voter's class.
    pub class: String,
    /// Who is voted on: name, and what is told of them.
    pub candidates: Vec<(String, Vec<(String, String)>)>,
    /// The definition.
    pub voting: Voting,
}

/// The vote of whoever comes in by a slip or by their account.
pub async fn vote_page(ctx: &Ctx, entry: &Entry) -> Result<VotePage, Error> {
    let mut conn = ctx.office.db.read().await?;
    let door = casting::at_door(ctx, &mut conn, entry).await?;
    casting::may_vote(&door)?;
    let voting = ballots::voting(&door.found)?.clone();
    let class = voting.classes.iter().find(|it| it.id == door.voter.class).map(|it| it.name.clone());
    let names = candidates(&door.found.mechanism, &door.found.record);
    let told = told(&door.found, &voting);
    let candidates = names.into_iter().zip(told).collect();
    Ok(VotePage { title: door.found.record.title.clone(), class: class.unwrap_or_default(), candidates, voting })
}

/// What is wrong with what a voter filled in, before it is sent.
pub async fn wrong(ctx: &Ctx, entry: &Entry, filled: &Filled) -> Result<Vec<Refusal>, Error> {
    let mut conn = ctx.office.db.read().await?;
    let door = casting::at_door(ctx, &mut conn, entry).await?;
    Ok(casting::wrong(&door, filled))
}

/// What voters read of each candidate: the texts that are nobody's secret.
fn told(found: &Found, voting: &Voting) -> Vec<Vec<(String, String)>> {
    let Some(child) = found.mechanism.child(voting.of.as_str()) else { return Vec::new() };
    let Some(Value::Rows(rows)) = found.record.facts.find(voting.of.as_str()) else { return Vec::new() };
    let open = |it: &&kernel::catalog::Field| {
        it.id != voting.name
            && !it.protection.limits_reading()
            && matches!(it.of, FieldType::Text { .. } | FieldType::LongText { .. })
    };
    let columns: Vec<_> = child.fields.iter().filter(open).collect();
    let text = |row: &kernel::value::Facts, id: &str| match row.find(id) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let row = |row: &kernel::value::Facts| {
        columns.iter().filter_map(|it| Some((it.name.clone(), text(row, it.id.as_str())?))).collect()
    };
    rows.iter().map(row).collect()
}

/// The count of a class by hand, for whoever counts.
#[derive(Clone, Debug)]
pub struct HandPage {
    /// The voting.
    pub page: BallotPage,
    /// The class: id, name, sheets.
    pub class: (String, String, i64),
    /// What the reader counted.
    pub own: Option<Count>,
    /// What others counted, once the reader has: their names and counts.
    pub others: Vec<(String, Count)>,
    /// What two people counted alike.
    pub settled: Option<Count>,
}

/// The count of a class by hand.
pub async fn by_hand(ctx: &Ctx, id: RecordId, class: &str) -> Result<HandPage, Error> {
    let page = ballot(ctx, id).await?;
    if !(page.is_host || page.is_teller) || page.phase != Phase::Count {
        return Err(Error::NotFound);
    }
    let line = page.classes.iter().find(|it| it.id == class && it.sheets > 0).ok_or(Error::NotFound)?;
    let class = (line.id.clone(), line.name.clone(), line.sheets);
    let mut conn = ctx.office.db.read().await?;
    let rows = store::ballots::hand_counts(&mut conn, id).await?;
    let me = ctx.person().map(|person| ctx.tree.human(person));
    let read = |row: &HandCountRow| serde_json::from_value::<Count>(row.counted.clone()).ok();
    let of_class: Vec<&HandCountRow> = rows.iter().filter(|it| it.class == class.0).collect();
    let own = of_class.iter().find(|it| Some(it.by) == me).and_then(|it| read(it));
    // Whoever has not counted yet does not read what another counted.
    let others = of_class.iter().filter(|it| own.is_some() && Some(it.by) != me);
    let others = others.filter_map(|it| Some((ctx.names().person(it.by), read(it)?))).collect();
    let settled = settled(&rows, &class.0);
    Ok(HandPage { page, class, own, others, settled })
}
