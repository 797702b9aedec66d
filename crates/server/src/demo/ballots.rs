//! How did they vote? What the demo's file says in the place of steps: who is admitted, who draws words, how many votes.
//!
//! Never a result that is written down: it is counted.

use anyhow::{Context as _, bail};
use app::Ctx;
use app::commands::ballots::admitting::{self, Way};
use app::commands::ballots::casting::{self, Entry, Filled};
use app::commands::ballots::counting;
use app::queries::ballots;
use kernel::authority::Actor;
use kernel::catalog::Mechanism;
use kernel::ids::RoleId;
use kernel::kinds::ballot::Voting;

use super::play::{Stage, Turn};
use super::scenario::{Done, Written};
use crate::clock;
use crate::open::in_words;

/// Slips are handed out: a class and a number each.
const ADMIT: &str = "admit";
/// Somebody draws their word.
const DRAW: &str = "draw";
/// Everybody with a slip votes, but for so many.
const VOTE: &str = "vote";
/// So many do not.
const UNUSED: &str = "unused";
/// The urn is opened.
const TALLY: &str = "tally";

/// What a life keeps in hand until it is counted.
#[derive(Default)]
pub(super) struct InHand {
    slips: Vec<String>,
    words: Vec<String>,
}

impl Stage<'_> {
    /// Does what stands in the place of a step, if it is one of the voting's; says whether it was.
    pub(super) async fn votes(&mut self, turn: &Turn, mechanism: &Mechanism, done: &Done) -> anyhow::Result<bool> {
        let Some(voting) = &mechanism.voting else { return Ok(false) };
        if ![ADMIT, DRAW, VOTE, TALLY].contains(&done.step.as_str()) {
            return Ok(false);
        }
        let record = self.record(turn.life).await?;
        self.minute += 4;
        let at = clock::moment(turn.on, 8, 30) + self.minute * 60_000;
        let clock = self.office.ctx(Actor::Clock, None, at, turn.on, "demo".to_owned());
        let mut conn = self.office.db.read().await?;
        let found = app::records::by_ids(&clock, &mut conn, &[record]).await?.pop().context("这一件不见了")?;
        drop(conn);
        let who = |roles: &[RoleId]| self.ctx(at, turn.on, roles, found.record.unit, done.by.as_deref());
        match done.step.as_str() {
            ADMIT => {
                let host = who(&voting.who)?;
                for (class, values) in &done.fields {
                    let [Written::Whole(number)] = values.as_slice() else { bail!("发几张票签要写数字") };
                    let way = Way::Slips(usize::try_from(*number)?);
                    let slips = in_words(&host, admitting::admit(&host, record, class, &way).await)?;
                    self.in_hand.entry(turn.life).or_default().slips.extend(slips);
                }
            }
            DRAW => {
                let teller = who(&voting.tellers)?;
                let word = in_words(&teller, admitting::draw(&teller, record).await)?;
                self.in_hand.entry(turn.life).or_default().words.push(word);
            }
            VOTE => self.vote(turn, &clock, voting, done).await?,
            _ => {
                let host = who(&voting.who)?;
                let words = &self.in_hand.entry(turn.life).or_default().words;
                let [one, other] = words.as_slice() else { bail!("两名监票人还没有都领口令") };
                in_words(&host, counting::count(&host, record, [one, other]).await)?;
            }
        }
        Ok(true)
    }

    async fn vote(&mut self, turn: &Turn, clock: &Ctx, voting: &Voting, done: &Done) -> anyhow::Result<()> {
        let unused = done.fields.iter().find(|(name, _)| name == UNUSED).and_then(|(_, values)| values.first());
        let unused = if let Some(Written::Whole(number)) = unused { usize::try_from(*number)? } else { 0 };
        let slips = &self.in_hand.entry(turn.life).or_default().slips;
        for (at, slip) in slips.iter().enumerate().skip(unused) {
            let entry = Entry::Slip(slip.clone());
            let page = in_words(clock, ballots::vote_page(clock, &entry).await)?;
            let filled = filled(voting, page.candidates.len(), at);
            in_words(clock, casting::cast(clock, &entry, &filled).await)?;
        }
        Ok(())
    }
}

const SAID: [&str; 4] =
    ["材料实，问题讲得透。", "希望多到居民小组走走。", "对群众的提问回答得清楚。", "整改时限要再具体一些。"];

/// What the voter of this number says: one candidate is excellent, most are competent.
fn filled(voting: &Voting, candidates: usize, number: usize) -> Filled {
    let mut answers = Vec::new();
    for candidate in 0..candidates {
        for item in &voting.items {
            let place = match (number + candidate) % candidates.max(2) {
                0 => 0,
                _ if (number * 7 + candidate).is_multiple_of(9) => 2,
                _ => 1,
            };
            let score = 95 - ((number * 3 + candidate * 5) % 21) as i64;
            answers.push(Some(if item.scores() { score } else { place.min(item.choices.len() as i64 - 1) }));
        }
    }
    let comment = |candidate: usize| match (number + 2 * candidate).is_multiple_of(7) && voting.comments.is_some() {
        true => SAID[(number / 7 + candidate) % SAID.len()].to_owned(),
        false => String::new(),
    };
    let comments = (0..candidates).map(comment).collect();
    Filled { answers, comments, mark: uuid::Uuid::new_v4().simple().to_string() }
}
