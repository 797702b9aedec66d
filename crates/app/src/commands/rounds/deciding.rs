//! A reviewer says what they think of an entry; until the stage is over they may say it anew.
//!
//! Never for somebody else, and never of what they have to keep out of.

use kernel::catalog::Mechanism;
use kernel::ids::RecordId;
use kernel::kinds::round::Stage;
use kernel::kinds::round::ruling::Verdict;
use kernel::refusal::{Refusal, Spot};
use store::Tx;
use store::reviews::ReviewRow;

use super::assigning::{Bars, words};
use super::{entry, held, in_stage, round_of};
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// What a reviewer says, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The verdict's id.
    pub verdict: String,
    /// The points by item.
    pub items: Vec<(String, String)>,
    /// The opinion.
    pub opinion: String,
}

/// The item of a stage that has none: points in all.
pub const WHOLE: &str = "score";
/// The most points where a stage has no items.
pub const MOST_WHOLE: i64 = 100;

/// What was said, read.
struct Words {
    verdict: Verdict,
    score: Option<i64>,
    items: Option<serde_json::Value>,
    opinion: Option<String>,
}

/// What may be said in a stage, each with the words for it.
pub fn verdicts(stage: &Stage) -> Vec<(Verdict, &'static str)> {
    let name = |verdict: Verdict| match verdict {
        Verdict::Pass if stage.rule.scores() => "评定完毕",
        other => other.name(),
    };
    let may = |verdict: &Verdict| match verdict {
        Verdict::Pass => true,
        Verdict::Fail => !stage.rule.scores(),
        Verdict::Return => stage.returns.is_some(),
    };
    Verdict::ALL.into_iter().map(|it| it.0).filter(may).map(|it| (it, name(it))).collect()
}

/// What is scored in a stage: id, name, the most points.
pub fn scored(stage: &Stage) -> Vec<(String, String, i64)> {
    if stage.items.is_empty() && stage.rule.scores() {
        return vec![(WHOLE.to_owned(), "评分".to_owned(), MOST_WHOLE)];
    }
    stage.items.iter().map(|it| (it.id.clone(), it.name.clone(), it.most)).collect()
}

fn read(stage: &Stage, said: &Said) -> Result<Words, Vec<Refusal>> {
    let mut faults = Vec::new();
    let spot = |name: &str| Spot::Field(name.into());
    let verdict = verdicts(stage).into_iter().map(|it| it.0).find(|it| it.id() == said.verdict);
    if verdict.is_none() {
        faults.push(Refusal::new("round.verdict").at(spot("verdict")));
    }
    let (mut score, mut items) = (0, serde_json::Map::new());
    let asked = scored(stage);
    for (id, name, most) in &asked {
        let text = said.items.iter().find(|it| it.0 == *id).map_or("", |it| it.1.trim());
        match text.parse::<i64>() {
            Ok(points) if (0..=*most).contains(&points) => {
                score += points;
                items.insert(id.clone(), points.into());
            }
            // What is returned need not be scored yet.
            _ if verdict == Some(Verdict::Return) && text.is_empty() => {}
            _ => faults.push(Refusal::new("round.points").with("item", name).with("most", *most).at(spot(id))),
        }
    }
    let wants_words = verdict.is_some_and(|it| it != Verdict::Pass);
    let opinion = words(&said.opinion, "opinion", wants_words).map_err(|fault| faults.push(fault)).ok().flatten();
    let Some(verdict) = verdict.filter(|_| faults.is_empty()) else { return Err(faults) };
    let gives = !asked.is_empty() && verdict != Verdict::Return;
    Ok(Words { verdict, score: gives.then_some(score), items: gives.then(|| items.into()), opinion })
}

/// Keeps what the reviewer says of an entry.
// enforces: entry.stage.item.most
pub async fn say(ctx: &Ctx, id: RecordId, said: &Said) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    entry(&found)?;
    let round = round_of(&found).ok_or(Error::NotFound)?;
    drop(conn);
    let keep = |mut tx: Tx| async move {
        say_once(ctx, &mut tx, (round, id), said).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

async fn say_once(ctx: &Ctx, tx: &mut Tx, (round, id): (RecordId, RecordId), said: &Said) -> Result<(), Error> {
    let me = ctx.person().map(|it| ctx.tree.human(it)).ok_or(Error::NotFound)?;
    let round = held(ctx, tx, round).await?;
    let found = records::by_ids(ctx, tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let rows = store::reviews::of_entries(tx, &[id]).await?;
    let Some(stage) = entry(&found)?.stage_of(&found.record.state) else {
        let is_known = rows.iter().any(|row| ctx.tree.human(row.reviewer) == me);
        return Err(if is_known { over(&found.mechanism, &found.record.title).into() } else { Error::NotFound });
    };
    let own = rows.iter().filter(|row| row.stage == stage.id && ctx.tree.human(row.reviewer) == me);
    let row = own.max_by_key(|row| row.turn).filter(|row| row.recusal.is_none()).cloned().ok_or(Error::NotFound)?;
    in_stage(&round, stage)?;
    let bars = Bars::of(ctx, tx, stage, (std::slice::from_ref(&found), &rows)).await?;
    if let Some(bar) = bars.bar(&found, me) {
        let refusal = Refusal::new(bar.code()).with("name", ctx.names().person(me));
        return Err(refusal.with("title", &found.record.title).into());
    }
    let words = read(stage, said)?;
    let turn = stage.turn_of(&found.record.facts);
    let row = ReviewRow {
        id: if row.turn == turn { row.id } else { ctx.new_id() },
        turn,
        verdict: Some(words.verdict.id().to_owned()),
        score: words.score,
        items: words.items,
        opinion: words.opinion,
        said_at: Some(ctx.now),
        ..row
    };
    store::reviews::put(tx, &row).await?;
    let detail = serde_json::json!({ "record": id.to_string(), "title": found.record.title, "stage": stage.name });
    act(ctx, tx, "round.reviewed", detail).await
}

fn over(mechanism: &Mechanism, title: &str) -> Refusal {
    Refusal::new("round.review_over").with("title", title).with("mechanism", &mechanism.name)
}
