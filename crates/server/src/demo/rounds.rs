//! How were entries reviewed? What the demo's file says in the place of steps: entries are shared out, everybody reviews,
//! a stage is ended.
//!
//! Never a conclusion that is written down: it follows from the reviews.

use anyhow::{Context as _, bail};
use app::Ctx;
use app::commands::rounds::deciding::{self, Said};
use app::commands::rounds::{assigning, settling};
use kernel::authority::Actor;
use kernel::catalog::Mechanism;
use kernel::ids::{PersonId, RecordId};
use kernel::kinds::round::Stage as Judged;
use kernel::kinds::round::ruling::Verdict;
use store::reviews::ReviewRow;

use super::play::{Stage, Turn};
use super::scenario::{Done, Written};
use crate::clock;
use crate::open::in_words;

/// The entries of a stage are shared out evenly.
const SHARE: &str = "share";
/// Everybody reviews, but for so many.
const REVIEW: &str = "review";
/// So many do not.
const UNSAID: &str = "unsaid";
/// A stage is ended.
const SETTLE: &str = "settle";

impl Stage<'_> {
    /// Does what stands in the place of a step, if it is one of a round's; says whether it was.
    pub(super) async fn judges(&mut self, turn: &Turn, mechanism: &Mechanism, done: &Done) -> anyhow::Result<bool> {
        let Some(call) = &mechanism.call else { return Ok(false) };
        if ![SHARE, REVIEW, SETTLE].contains(&done.step.as_str()) {
            return Ok(false);
        }
        let record = self.record(turn.life).await?;
        self.minute += 4;
        let at = clock::moment(turn.on, 8, 30) + self.minute * 60_000;
        let clock = self.office.ctx(Actor::Clock, None, at, turn.on, "demo".to_owned());
        let mut conn = self.office.db.read().await?;
        let found = app::records::by_ids(&clock, &mut conn, &[record]).await?.pop().context("这一件不见了")?;
        drop(conn);
        let host = self.ctx(at, turn.on, &call.who, found.record.unit, done.by.as_deref())?;
        let definitions = self.office.definitions();
        let entry = definitions.catalog.mechanism(call.entry.as_str()).and_then(|it| it.entry.clone());
        let entry = entry.context("没有申报的机制")?;
        let stage = text(done, "stage").and_then(|id| entry.stage(id)).context("没有这个阶段")?;
        match done.step.as_str() {
            SHARE => drop(in_words(&host, assigning::evenly(&host, record, &stage.id).await)?),
            SETTLE => {
                let settled = in_words(&host, settling::settle(&host, record, &stage.id, &[]).await)?;
                if let Some((title, _)) = settled.refused.first() {
                    bail!("“{title}”没有办结");
                }
            }
            _ => self.review(&clock, record, stage, done).await?,
        }
        Ok(true)
    }

    async fn review(&mut self, clock: &Ctx, round: RecordId, stage: &Judged, done: &Done) -> anyhow::Result<()> {
        let unsaid = match done.fields.iter().find(|it| it.0 == UNSAID).and_then(|it| it.1.first()) {
            Some(Written::Whole(number)) => usize::try_from(*number)?,
            _ => 0,
        };
        let mut conn = self.office.db.read().await?;
        let rows = store::reviews::of_round(&mut conn, round).await?;
        let ids: Vec<RecordId> = rows.iter().map(|row| row.entry).collect();
        let found = app::records::by_ids(clock, &mut conn, &ids).await?;
        drop(conn);
        let turn = |row: &ReviewRow| {
            let entry = found.iter().find(|it| it.record.id == row.entry);
            entry.map_or(0, |it| stage.turn_of(&it.record.facts))
        };
        let wanted = |row: &&ReviewRow| row.stage == stage.id && (row.verdict.is_none() || row.turn < turn(row));
        for (at, row) in rows.iter().filter(wanted).enumerate().skip(unsaid) {
            let Some(entry) = found.iter().find(|it| it.record.id == row.entry && it.record.state == stage.state)
            else {
                continue;
            };
            let ctx = as_person(clock, row.reviewer)?;
            let said = said(stage, verdict(done, &entry.record.title), at);
            in_words(&ctx, deciding::say(&ctx, row.entry, &said).await)?;
        }
        Ok(())
    }
}

fn as_person(clock: &Ctx, person: PersonId) -> anyhow::Result<Ctx> {
    let actor = clock.as_person(person).context("没有这个评审人")?;
    Ok(Ctx { actor, ..clock.clone() })
}

fn text<'d>(done: &'d Done, name: &str) -> Option<&'d str> {
    match done.fields.iter().find(|it| it.0 == name)?.1.first()? {
        Written::Text(text) => Some(text),
        Written::Whole(_) => None,
    }
}

fn verdict(done: &Done, title: &str) -> Verdict {
    let named = |name: &str| {
        let of = done.fields.iter().filter(|it| it.0 == name).flat_map(|it| &it.1);
        of.into_iter().any(|it| matches!(it, Written::Text(it) if it == title))
    };
    match (named("failed"), named("returned")) {
        (true, _) => Verdict::Fail,
        (_, true) => Verdict::Return,
        _ => Verdict::Pass,
    }
}

const OPINIONS: [&str; 4] = [
    "现场看过，开放时间和公示的一致。",
    "服务事项齐全，群众评价好。",
    "场地符合要求，标识还可以更清楚。",
    "材料和现场情况相符。",
];

/// What the reviewer of this number says.
fn said(stage: &Judged, verdict: Verdict, number: usize) -> Said {
    let low = verdict == Verdict::Fail && stage.rule.scores();
    let points = |(at, (id, _, most)): (usize, (String, String, i64))| {
        let share = if low { 62 } else { 82 + ((number * 7 + at * 5) % 17) as i64 };
        (id, (most * share / 100).to_string())
    };
    let opinion = match verdict {
        Verdict::Pass => OPINIONS[number % OPINIONS.len()],
        Verdict::Fail => "现场情况和申报的不符，开放时间不够。",
        Verdict::Return => "缺值班安排和开放时间的材料，请补齐后再报。",
    };
    Said {
        // Where scores are given, the points say it.
        verdict: if low { Verdict::Pass } else { verdict }.id().to_owned(),
        items: deciding::scored(stage).into_iter().enumerate().map(points).collect(),
        opinion: opinion.to_owned(),
    }
}
