//! What the pages of a round show: its stages with what became of the entries, who reviews what, a reviewer's own entries,
//! and the sheet on which they say what they think.
//!
//! Never what others said, to a reviewer, before the stage is over; never who reviews, to whoever applied.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::catalog::FieldType;
use kernel::ids::{FieldId, PersonId, RecordId};
use kernel::kinds::round::ruling::{self, Review, Ruling, Verdict};
use kernel::kinds::round::{self, Count, Entry, Outcome, Stage};
use kernel::value::Value;
use store::Conn;
use store::reviews::ReviewRow;
use uuid::Uuid;

use crate::commands::rounds::assigning::{self, Bars};
use crate::commands::rounds::settling::{groups, passed, places, rulings};
use crate::commands::rounds::{self, deciding};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};
use crate::words;

/// A stage on the board.
#[derive(Clone, Debug)]
pub struct StageLine {
    /// The stage.
    pub stage: Stage,
    /// What became of the entries that the reader sees.
    pub count: Count,
    /// Is it on now?
    pub is_on: bool,
    /// Reviews that are wanted, and those that are given.
    pub reviews: (usize, usize),
    /// Entries in it that lack a reviewer.
    pub unassigned: usize,
    /// Entries whose reviews give a conclusion.
    pub ready: usize,
    /// Entries that the rule leaves open: id and title.
    pub open: Vec<(RecordId, String)>,
    /// Those between whom the points do not decide, and how many places are left for them.
    pub ties: Vec<(Vec<(RecordId, String)>, usize)>,
    /// Each reviewer with how many entries they have, and how many they have judged.
    pub reviewers: Vec<(PersonId, String, String, usize, usize)>,
}

/// An entry on the board.
#[derive(Clone, Debug)]
pub struct EntryLine {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// Its state.
    pub state: String,
    /// What the stage came to.
    pub outcome: Outcome,
    /// The mean score.
    pub score: Option<String>,
    /// Its reviewers: review, name, what stands of it; for whoever holds the round.
    pub reviewers: Vec<(Uuid, String, &'static str)>,
}

/// A round's board.
#[derive(Clone, Debug)]
pub struct Board {
    /// The record.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The entries' mechanism's id and name.
    pub entries: (String, String),
    /// What it is called.
    pub title: String,
    /// Its state.
    pub state: String,
    /// Until when entries are taken.
    pub closes: Option<String>,
    /// Does the reader hold it?
    pub is_host: bool,
    /// Is it on?
    pub is_open: bool,
    /// May the reader apply now?
    pub may_apply: bool,
    /// Entries in all, that the reader sees.
    pub all: usize,
    /// Those of them that have not come into the first stage.
    pub before: usize,
    /// The stages.
    pub stages: Vec<StageLine>,
    /// The list behind a number: the stage, the outcome, and the entries.
    pub list: Option<(String, String, Vec<EntryLine>)>,
    /// Where the list goes on.
    pub next: Option<RecordId>,
}

/// Entries on one page.
const PAGE: usize = 100;

/// Which list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The stage.
    pub stage: String,
    /// The outcome; all, if empty.
    pub outcome: String,
    /// After which entry.
    pub after: Option<RecordId>,
}

/// The board of a round, of the entries that the reader sees.
pub async fn board(ctx: &Ctx, id: RecordId, wanted: &Wanted) -> Result<Board, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let call = rounds::call(&found)?;
    let of_entries = ctx.catalog().mechanisms.get(call.entry.as_str()).ok_or(Error::NotFound)?.clone();
    let entry = of_entries.entry.clone().ok_or(Error::NotFound)?;
    let ids = rounds::entries(&mut conn, id).await?;
    let seen = records::listed_of(ctx, &mut conn, &ids).await?;
    let is_host = rounds::is_host(ctx, &found);
    let rows = if is_host { store::reviews::of_round(&mut conn, id).await? } else { Vec::new() };
    let counts = round::board(&entry, seen.iter().map(|it| &it.record.facts));
    let stages = entry.stages.iter().zip(counts);
    let stages = stages.map(|(stage, count)| stage_line(ctx, (&found, stage), count, (&seen, &rows, is_host)));
    let closes = match found.record.facts.find(call.closes.as_str()) {
        Some(Value::Moment(at)) => Some(kernel::template::moment(*at)),
        _ => None,
    };
    let mut board = Board {
        id,
        mechanism: (found.mechanism.id.to_string(), found.mechanism.name.clone()),
        entries: (of_entries.id.to_string(), of_entries.name.clone()),
        title: found.record.title.clone(),
        state: words::state_name(&found.mechanism, found.record.state.as_str()),
        closes,
        is_host,
        is_open: found.record.is_open(),
        may_apply: found.record.state == call.takes && ctx.actor.holds_any(&of_entries.id, &of_entries.start().who),
        all: seen.len(),
        before: seen.iter().filter(|it| entry.stages[0].outcome(&it.record.facts).is_none()).count(),
        stages: stages.collect(),
        list: None,
        next: None,
    };
    if let Some(stage) = entry.stage(&wanted.stage) {
        list(ctx, &mut board, (&found, stage), wanted, (&seen, &rows));
    }
    Ok(board)
}

fn stage_line(
    ctx: &Ctx,
    (round, stage): (&Found, &Stage),
    count: Count,
    (seen, rows, is_host): (&[Found], &[ReviewRow], bool),
) -> StageLine {
    let mut line = StageLine {
        stage: stage.clone(),
        count,
        is_on: round.record.state == stage.during,
        reviews: (0, 0),
        unassigned: 0,
        ready: 0,
        open: Vec::new(),
        ties: Vec::new(),
        reviewers: Vec::new(),
    };
    if !is_host {
        return line;
    }
    let titles: HashMap<RecordId, &str> = seen.iter().map(|it| (it.record.id, it.record.title.as_str())).collect();
    let titled = |id: RecordId| (id, titles.get(&id).map_or_else(String::new, |it| (*it).to_owned()));
    let (mut ranked, mut groups) = (Vec::new(), groups(seen, stage));
    let mut loads: BTreeMap<PersonId, (usize, usize)> = BTreeMap::new();
    for (id, asked, ruling) in rulings(ctx, stage, seen, rows) {
        line.reviews.0 += asked.len().max(stage.each);
        line.reviews.1 += asked.iter().filter(|it| it.verdict.is_some()).count();
        for review in &asked {
            let load = loads.entry(review.reviewer).or_default();
            *load = (load.0 + 1, load.1 + usize::from(review.verdict.is_some()));
        }
        match ruling {
            Ruling::Unassigned(..) => line.unassigned += 1,
            Ruling::Is(verdict) if verdict.step(stage).is_some() => line.ready += 1,
            Ruling::Is(_) | Ruling::Open => line.open.push(titled(id)),
            Ruling::Ranked(points, by) => ranked.push((id, groups.remove(&id).unwrap_or_default(), (points, by))),
            Ruling::Waiting(_) => {}
        }
    }
    if !ranked.is_empty() && ranked.len() as i64 == line.count.of(Outcome::Open) {
        let ranking = ruling::rankings(places(round), passed(seen, stage), &ranked);
        line.ready = ranking.passed.len() + ranking.failed.len();
        let ties = ranking.ties.into_iter();
        line.ties = ties.map(|(tied, left)| (tied.into_iter().map(titled).collect(), left)).collect();
    }
    let of = |(who, (has, said)): (PersonId, (usize, usize))| {
        let unit = ctx.tree.person(who).and_then(|it| it.unit).map(|it| ctx.names().unit(it)).unwrap_or_default();
        (who, ctx.names().person(who), unit, has, said)
    };
    line.reviewers = loads.into_iter().map(of).collect();
    line
}

fn list(
    ctx: &Ctx,
    board: &mut Board,
    (_, stage): (&Found, &Stage),
    wanted: &Wanted,
    (seen, rows): (&[Found], &[ReviewRow]),
) {
    let outcome = Outcome::of(&wanted.outcome);
    let fits =
        |it: &&Found| stage.outcome(&it.record.facts).is_some_and(|is| outcome.is_none_or(|wanted| wanted == is));
    let mut all: Vec<&Found> = seen.iter().filter(fits).collect();
    all.sort_by_key(|it| it.record.id);
    let rest: Vec<&Found> =
        all.into_iter().filter(|it| wanted.after.is_none_or(|after| it.record.id > after)).collect();
    board.next = rest.get(PAGE).and_then(|_| rest.get(PAGE - 1)).map(|it| it.record.id);
    let of_stage = reviewers_of(ctx, stage, rows);
    let line = |it: &&Found| {
        let score = stage.score.as_ref().and_then(|score| it.record.facts.find(score.as_str()));
        EntryLine {
            id: it.record.id,
            title: it.record.title.clone(),
            unit: ctx.names().unit(it.record.unit),
            state: words::state_name(&it.mechanism, it.record.state.as_str()),
            outcome: stage.outcome(&it.record.facts).unwrap_or(Outcome::Open),
            score: score.and_then(|it| if let Value::Decimal(it) = it { Some(it.to_string()) } else { None }),
            reviewers: of_stage.get(&it.record.id).map(|it| it.to_vec()).unwrap_or_default(),
        }
    };
    let lines = rest.iter().take(PAGE).map(line).collect();
    let name = outcome.map_or("进来的", Outcome::name);
    board.list = Some((stage.id.clone(), format!("{}：{name}", stage.name), lines));
}

type Reviewers = HashMap<RecordId, Vec<(Uuid, String, &'static str)>>;

/// Who reviews the entries of a stage, each by their last review, with what stands of it.
fn reviewers_of(ctx: &Ctx, stage: &Stage, rows: &[ReviewRow]) -> Reviewers {
    let mut last: BTreeMap<(RecordId, PersonId), &ReviewRow> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.stage == stage.id) {
        let known = last.entry((row.entry, ctx.tree.human(row.reviewer))).or_insert(row);
        if known.turn <= row.turn {
            *known = row;
        }
    }
    let mut all: Reviewers = HashMap::new();
    for ((entry, who), row) in last {
        let stands = match (&row.recusal, &row.said_at) {
            (Some(_), _) => "回避",
            (None, Some(_)) => "已评",
            (None, None) => "未评",
        };
        all.entry(entry).or_default().push((row.id, ctx.names().person(who), stands));
    }
    all
}

/// An entry that somebody is to review.
#[derive(Clone, Debug)]
pub struct ReviewLine {
    /// The entry.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// The round and the stage.
    pub round: String,
    /// The stage's name.
    pub stage: String,
    /// Has the reader said what they think?
    pub said: bool,
    /// Is the stage on?
    pub is_on: bool,
}

/// How many entries wait for the reader's review now.
pub async fn waiting(ctx: &Ctx, conn: &mut Conn) -> Result<usize, Error> {
    Ok(own(ctx, conn).await?.iter().filter(|it| !it.said && it.is_on).count())
}

/// The most entries on somebody's list.
const MOST_OWN: u32 = 500;

/// The entries that the reader is to review: those in a stage, the unsaid first.
pub async fn own(ctx: &Ctx, conn: &mut Conn) -> Result<Vec<ReviewLine>, Error> {
    let Some(me) = ctx.person().map(|it| ctx.tree.human(it)) else { return Ok(Vec::new()) };
    let rows = store::reviews::of_people(conn, &ctx.tree.files_of(me), MOST_OWN).await?;
    let ids: BTreeSet<RecordId> = rows.iter().map(|row| row.entry).collect();
    let ids: Vec<RecordId> = ids.into_iter().collect();
    let found = records::listed_of(ctx, conn, &ids).await?;
    let of_rounds: BTreeSet<RecordId> = found.iter().filter_map(rounds::round_of).collect();
    let of_rounds = of_rounds.into_iter().collect::<Vec<_>>();
    let of_rounds: HashMap<RecordId, Found> =
        records::by_ids(ctx, conn, &of_rounds).await?.into_iter().map(|it| (it.record.id, it)).collect();
    let mut lines = Vec::new();
    for it in &found {
        let Some(stage) = it.mechanism.entry.as_ref().and_then(|entry| entry.stage_of(&it.record.state)) else {
            continue;
        };
        let reviews = rounds::by_entry(ctx, &rows, stage).remove(&it.record.id).unwrap_or_default();
        let asked = ruling::asked(&reviews, stage.turn_of(&it.record.facts));
        let Some(review) = asked.iter().find(|review| review.reviewer == me) else { continue };
        let Some(round) = rounds::round_of(it).and_then(|id| of_rounds.get(&id)) else { continue };
        lines.push(ReviewLine {
            id: it.record.id,
            title: it.record.title.clone(),
            unit: ctx.names().unit(it.record.unit),
            round: round.record.title.clone(),
            stage: stage.name.clone(),
            said: review.verdict.is_some(),
            is_on: round.record.state == stage.during,
        });
    }
    lines.sort_by(|a, b| (a.said, !a.is_on, &a.round, a.id).cmp(&(b.said, !b.is_on, &b.round, b.id)));
    Ok(lines)
}

/// A review that may be read.
#[derive(Clone, Debug)]
pub struct SaidLine {
    /// The stage.
    pub stage: String,
    /// The turn.
    pub turn: i64,
    /// Who; nothing for whoever applied.
    pub name: Option<String>,
    /// The reviewer, for whoever may keep them out.
    pub reviewer: PersonId,
    /// What stands of it.
    pub stands: String,
    /// The points.
    pub score: Option<i64>,
    /// The points by item.
    pub items: Vec<(String, String)>,
    /// The opinion, or why they keep out.
    pub opinion: String,
}

/// The sheet of an entry.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The entry.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// Its title.
    pub title: String,
    /// The application, field by field.
    pub facts: Vec<(String, String)>,
    /// The round: id and title.
    pub round: (RecordId, String),
    /// The stage that the entry is in.
    pub stage: Option<Stage>,
    /// Is it on?
    pub is_on: bool,
    /// Is the reader to say what they think; and what they said.
    pub own: Option<ReviewRow>,
    /// Does the reader hold the round?
    pub is_host: bool,
    /// Who may be asked: id, name and unit; for whoever holds the round.
    pub offered: Vec<(PersonId, String)>,
    /// What may be read.
    pub said: Vec<SaidLine>,
}

/// The sheet of an entry, for whoever sees it.
pub async fn sheet(ctx: &Ctx, id: RecordId) -> Result<Sheet, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?.read_by(ctx);
    let entry = rounds::entry(&found)?.clone();
    let round = rounds::round_of(&found).ok_or(Error::NotFound)?;
    let round = records::by_ids(ctx, &mut conn, &[round]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let rows = store::reviews::of_entries(&mut conn, &[id]).await?;
    let is_host = rounds::is_host(ctx, &round);
    let me = ctx.person().map(|it| ctx.tree.human(it));
    let stage = entry.stage_of(&found.record.state).cloned();
    let mine = |row: &&ReviewRow| {
        Some(ctx.tree.human(row.reviewer)) == me && stage.as_ref().is_some_and(|it| it.id == row.stage)
    };
    let turn = stage.as_ref().map_or(0, |it| it.turn_of(&found.record.facts));
    let own = rows.iter().filter(mine).max_by_key(|row| row.turn).filter(|row| row.recusal.is_none());
    let own = own.map(|row| if row.turn == turn { row.clone() } else { unsaid(row) });
    let offered = match (&stage, is_host && round.record.is_open()) {
        (Some(stage), true) => offered(ctx, &mut conn, stage, &found, &rows).await?,
        _ => Vec::new(),
    };
    let reads = Reads { ctx, entry: &entry, found: &found, round: &round, is_host, me };
    Ok(Sheet {
        round: (round.record.id, round.record.title.clone()),
        is_on: stage.as_ref().is_some_and(|it| it.during == round.record.state),
        said: reads.said(&rows),
        id,
        mechanism: (found.mechanism.id.to_string(), found.mechanism.name.clone()),
        title: found.record.title.clone(),
        facts: facts(ctx, &entry, &found),
        stage,
        own,
        is_host,
        offered,
    })
}

/// What was applied with: neither what the stages came to nor what nobody has filled in.
fn facts(ctx: &Ctx, entry: &Entry, found: &Found) -> Vec<(String, String)> {
    let ours = |id: &FieldId| {
        *id == entry.round
            || entry.stages.iter().any(|it| it.result == *id || it.turn == *id || it.score.as_ref() == Some(id))
    };
    let shown = found.mechanism.fields.iter().filter(|it| !ours(&it.id) && !matches!(it.of, FieldType::Files));
    shown.filter_map(|it| Some((it.name.clone(), found.words_of(ctx, it)?))).collect()
}

fn unsaid(row: &ReviewRow) -> ReviewRow {
    ReviewRow { verdict: None, score: None, items: None, opinion: None, said_at: None, ..row.clone() }
}

async fn offered(
    ctx: &Ctx,
    conn: &mut Conn,
    stage: &Stage,
    found: &Found,
    rows: &[ReviewRow],
) -> Result<Vec<(PersonId, String)>, Error> {
    let bars = Bars::of(ctx, conn, stage, (std::slice::from_ref(found), rows)).await?;
    let reviews: Vec<Review> = rounds::by_entry(ctx, rows, stage).remove(&found.record.id).unwrap_or_default();
    let has = ruling::asked(&reviews, stage.turn_of(&found.record.facts));
    let free = assigning::reviewers(ctx, stage)
        .into_iter()
        .filter(|who| bars.bar(found, *who).is_none() && has.iter().all(|it| it.reviewer != *who));
    Ok(free.map(|who| (who, ctx.tree.person_label(who))).collect())
}

/// Who reads what was said.
struct Reads<'a> {
    ctx: &'a Ctx,
    entry: &'a Entry,
    found: &'a Found,
    round: &'a Found,
    is_host: bool,
    me: Option<PersonId>,
}

impl Reads<'_> {
    /// Whoever holds the round reads all; a reviewer their own, and the others' when the stage is over; whoever applied
    /// reads then what was said and never by whom.
    fn said(&self, rows: &[ReviewRow]) -> Vec<SaidLine> {
        let ctx = self.ctx;
        let reviews = rows.iter().any(|row| Some(ctx.tree.human(row.reviewer)) == self.me);
        let mut lines = Vec::new();
        for row in rows {
            let Some(stage) = self.entry.stage(&row.stage) else { continue };
            let who = ctx.tree.human(row.reviewer);
            let is_mine = Some(who) == self.me;
            let is_over = self.round.record.state != stage.during && self.found.record.state != stage.state;
            let is_returned = stage.back.as_ref() == Some(&self.found.record.state) && !reviews;
            let reads = self.is_host || is_mine || (row.said_at.is_some() && (is_over || is_returned));
            if !reads {
                continue;
            }
            lines.push(SaidLine {
                stage: stage.name.clone(),
                turn: row.turn,
                name: (self.is_host || is_mine || reviews).then(|| ctx.names().person(who)),
                reviewer: who,
                stands: stands(stage, row),
                score: row.score,
                items: items(stage, row),
                opinion: row.recusal.clone().or_else(|| row.opinion.clone()).unwrap_or_default(),
            });
        }
        lines
    }
}

fn stands(stage: &Stage, row: &ReviewRow) -> String {
    let name = |verdict: Verdict| deciding::verdicts(stage).into_iter().find(|it| it.0 == verdict).map(|it| it.1);
    match (&row.recusal, row.verdict.as_deref().and_then(Verdict::of)) {
        (Some(_), _) => "回避".to_owned(),
        (None, Some(verdict)) => name(verdict).unwrap_or_else(|| verdict.name()).to_owned(),
        (None, None) => "未评".to_owned(),
    }
}

fn items(stage: &Stage, row: &ReviewRow) -> Vec<(String, String)> {
    let Some(json) = &row.items else { return Vec::new() };
    let asked = deciding::scored(stage);
    asked.into_iter().filter_map(|(id, name, most)| Some((name, format!("{}/{most}", json.get(&id)?)))).collect()
}

/// What a record's page says of its round or its review: the way there and some numbers.
#[derive(Clone, Debug)]
pub struct CallLine {
    /// Names and numbers.
    pub counts: Vec<(String, String)>,
    /// Is it the round itself?
    pub is_round: bool,
}

/// What a record's page says; nothing where there is no round.
pub async fn line(ctx: &Ctx, conn: &mut Conn, found: &Found) -> Result<Option<CallLine>, Error> {
    if found.mechanism.call.is_some() {
        let ids = rounds::entries(conn, found.record.id).await?;
        let rows = store::records::by_ids(conn, &ids).await?;
        let seen = records::seen(ctx, conn, rows).await?;
        return Ok(Some(CallLine {
            counts: vec![("申报".to_owned(), format!("{} 件", seen.len()))], is_round: true
        }));
    }
    let Some(entry) = &found.mechanism.entry else { return Ok(None) };
    let counts = entry
        .stages
        .iter()
        .filter_map(|stage| Some((stage.name.clone(), stage.outcome(&found.record.facts)?.name().to_owned())));
    Ok(Some(CallLine { counts: counts.collect(), is_round: false }))
}
