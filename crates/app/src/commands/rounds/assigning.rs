//! Who reviews which entry: shared out evenly, given by hand, taken away, and kept out of for a reason.
//!
//! Never one's own unit and never what one had a hand in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::authority::Subtree;
use kernel::authority::reach::{How, Point, To};
use kernel::ids::{PersonId, RecordId, UnitId};
use kernel::kinds::round::ruling::asked;
use kernel::kinds::round::sharing::{Shares, Wanting, share};
use kernel::kinds::round::{Entry, MOST_REVIEWERS, Stage};
use kernel::refusal::{Refusal, Spot};
use store::reviews::ReviewRow;
use store::{Conn, Tx};
use uuid::Uuid;

use super::{by_entry, call, entries, entry, held, is_host, round_of};
use crate::commands::batches::act;
use crate::commands::telling;
use crate::commands::upkeep;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};
use crate::tree::Tree;

/// The longest reason.
pub const LONGEST: usize = 300;

/// What was shared out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// So many reviews were given.
    pub given: usize,
    /// So many entries lack a reviewer.
    pub short: usize,
}

/// Why somebody keeps out of an entry by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// They hold no role that reviews entries of this unit.
    Role,
    /// It is their own unit's, or of one above it.
    OwnUnit,
    /// They had a hand in it.
    OwnEntry,
    /// They said so.
    Recused,
}

impl Bar {
    /// The code of the refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Role => "round.no_reviewer",
            Self::OwnUnit => "round.own_unit",
            Self::OwnEntry => "round.own_entry",
            Self::Recused => "round.recused",
        }
    }
}

/// What keeps whom out of which entry.
pub(crate) struct Bars {
    /// Over what each reviewer holds the role, and the units that are their own.
    over: HashMap<PersonId, (Vec<Subtree>, Vec<UnitId>)>,
    acted: HashMap<RecordId, BTreeSet<PersonId>>,
    recused: BTreeSet<(RecordId, PersonId)>,
}

impl Bars {
    /// What keeps people out of some entries.
    pub(crate) async fn of(
        ctx: &Ctx,
        conn: &mut Conn,
        stage: &Stage,
        (found, rows): (&[Found], &[ReviewRow]),
    ) -> Result<Self, Error> {
        let mut over: HashMap<PersonId, (Vec<Subtree>, Vec<UnitId>)> = HashMap::new();
        for (person, grant) in stage.who.iter().flat_map(|role| ctx.tree.holding(role, ctx.today)) {
            let own = over.entry(ctx.tree.human(person)).or_default();
            own.0.push(grant.over);
            own.1.extend(own_units(ctx, person));
        }
        let ids: Vec<RecordId> = found.iter().map(|it| it.record.id).collect();
        let mut acted: HashMap<RecordId, BTreeSet<PersonId>> = HashMap::new();
        for (record, person) in store::reviews::who_acted(conn, &ids).await? {
            if let Ok(person) = person.parse() {
                acted.entry(record).or_default().insert(ctx.tree.human(person));
            }
        }
        for it in found {
            let named = it.record.facts.people().into_iter().map(|person| ctx.tree.human(person));
            acted.entry(it.record.id).or_default().extend(named);
        }
        let out = rows.iter().filter(|row| row.recusal.is_some());
        Ok(Self { over, acted, recused: out.map(|row| (row.entry, ctx.tree.human(row.reviewer))).collect() })
    }

    /// What keeps somebody out of an entry.
    pub(crate) fn bar(&self, found: &Found, who: PersonId) -> Option<Bar> {
        let Some((over, own)) = self.over.get(&who) else { return Some(Bar::Role) };
        let holds = |over: &Subtree| over.first <= found.unit_ord && found.unit_ord <= over.last;
        match () {
            () if own.contains(&found.record.unit) => Some(Bar::OwnUnit),
            () if self.acted.get(&found.record.id).is_some_and(|it| it.contains(&who)) => Some(Bar::OwnEntry),
            () if self.recused.contains(&(found.record.id, who)) => Some(Bar::Recused),
            () if !over.iter().any(holds) => Some(Bar::Role),
            () => None,
        }
    }
}

/// The unit where somebody works and those above it; the top of a tree is everybody's and nobody's own.
pub(crate) fn own_units(ctx: &Ctx, person: PersonId) -> Vec<UnitId> {
    let Some(unit) = ctx.tree.person(person).and_then(|it| it.unit) else { return Vec::new() };
    let above =
        ctx.tree.upwards(unit).into_iter().filter(|it| ctx.tree.unit(*it).is_some_and(|unit| unit.parent.is_some()));
    std::iter::once(unit).chain(above).collect()
}

/// Who may review in a stage, each once.
pub fn reviewers(ctx: &Ctx, stage: &Stage) -> Vec<PersonId> {
    let mut all: Vec<PersonId> =
        stage.who.iter().flat_map(|role| ctx.tree.holding(role, ctx.today)).map(|it| ctx.tree.human(it.0)).collect();
    all.sort();
    all.dedup();
    all
}

/// What the acts on a stage stand on.
struct Ground {
    round: Found,
    entry: Entry,
    found: Vec<Found>,
    rows: Vec<ReviewRow>,
}

impl Ground {
    fn stage(&self, id: &str) -> Result<&Stage, Error> {
        self.entry.stage(id).ok_or(Error::NotFound)
    }
}

/// The round, for whoever holds it, while it is on.
async fn ground(ctx: &Ctx, tx: &mut Tx, round: RecordId) -> Result<Ground, Error> {
    let round = held(ctx, tx, round).await?;
    if !round.record.is_open() {
        return Err(Refusal::new("round.over").with("round", &round.record.title).into());
    }
    let ids = entries(tx, round.record.id).await?;
    let found = records::by_ids(ctx, tx, &ids).await?;
    let rows = store::reviews::of_round(tx, round.record.id).await?;
    let of_entries = ctx.catalog().mechanisms.get(call(&round)?.entry.as_str()).ok_or(Error::NotFound)?;
    let entry = of_entries.entry.clone().ok_or(Error::NotFound)?;
    Ok(Ground { round, entry, found, rows })
}

/// May this person share out the entries of the round?
pub(super) async fn hosted(ctx: &Ctx, round: RecordId) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, round).await?;
    call(&found)?;
    if is_host(ctx, &found) { Ok(()) } else { Err(Refusal::not_yours("round.not_yours").into()) }
}

/// Shares the entries of a stage that lack reviewers out evenly.
pub async fn evenly(ctx: &Ctx, round: RecordId, stage: &str) -> Result<Shared, Error> {
    hosted(ctx, round).await?;
    let keep = |mut tx: Tx| async move {
        let shared = evenly_once(ctx, &mut tx, round, stage).await?;
        Ok::<_, Error>((tx, shared))
    };
    ctx.office.db.transact(keep).await
}

async fn evenly_once(ctx: &Ctx, tx: &mut Tx, round: RecordId, stage: &str) -> Result<Shared, Error> {
    let ground = ground(ctx, tx, round).await?;
    let stage = ground.stage(stage)?;
    let of_stage = by_entry(ctx, &ground.rows, stage);
    let mut loads: BTreeMap<PersonId, usize> = reviewers(ctx, stage).into_iter().map(|it| (it, 0)).collect();
    if loads.is_empty() {
        return Err(Refusal::new("round.no_reviewers").with("stage", &stage.name).into());
    }
    let mut wanting = Vec::new();
    let in_it: Vec<&Found> = ground.found.iter().filter(|it| it.record.state == stage.state).collect();
    for it in &in_it {
        let turn = stage.turn_of(&it.record.facts);
        let has: Vec<PersonId> = of_stage
            .get(&it.record.id)
            .map(|reviews| asked(reviews, turn).iter().map(|review| review.reviewer).collect())
            .unwrap_or_default();
        for person in &has {
            loads.entry(*person).and_modify(|load| *load += 1);
        }
        let wants = stage.each.saturating_sub(has.len());
        wanting.push(Wanting { entry: it.record.id, has, wants });
    }
    wanting.retain(|it| it.wants > 0);
    let bars = Bars::of(ctx, tx, stage, (&ground.found, &ground.rows)).await?;
    let by_id: HashMap<RecordId, &Found> = in_it.iter().map(|it| (it.record.id, *it)).collect();
    let loads: Vec<(PersonId, usize)> = loads.into_iter().collect();
    let mut barred: BTreeMap<(RecordId, PersonId), bool> = BTreeMap::new();
    for it in &wanting {
        for (person, _) in &loads {
            let out = bars.bar(by_id[&it.entry], *person).is_some();
            barred.insert((it.entry, *person), out);
        }
    }
    let Shares { pairs, short } = share(&wanting, &loads, |entry, who| barred[&(entry, who)]);
    give(ctx, tx, (&ground, stage), &pairs, false).await?;
    Ok(Shared { given: pairs.len(), short: short.len() })
}

/// Writes the reviews, whom the entries point to, one notice to each reviewer, and the act.
async fn give(
    ctx: &Ctx,
    tx: &mut Tx,
    (ground, stage): (&Ground, &Stage),
    pairs: &[(RecordId, PersonId)],
    by_hand: bool,
) -> Result<(), Error> {
    if pairs.is_empty() {
        return Ok(());
    }
    let turns: HashMap<RecordId, i64> =
        ground.found.iter().map(|it| (it.record.id, stage.turn_of(&it.record.facts))).collect();
    let order = uuid::ContextV7::new();
    let row = |(entry, reviewer): &(RecordId, PersonId)| ReviewRow {
        id: ctx.next_id::<Uuid>(&order),
        round: ground.round.record.id,
        entry: *entry,
        stage: stage.id.clone(),
        turn: turns.get(entry).copied().unwrap_or(1),
        reviewer: *reviewer,
        by_hand,
        assigned_at: ctx.now,
        assigned_by: ctx.person(),
        recusal: None,
        verdict: None,
        score: None,
        items: None,
        opinion: None,
        said_at: None,
    };
    let rows: Vec<ReviewRow> = pairs.iter().map(row).collect();
    store::reviews::add(tx, &rows).await?;
    point(ctx, tx, ground, pairs).await?;
    tell(ctx, tx, ground, stage, pairs).await?;
    let detail = serde_json::json!({
        "record": ground.round.record.id.to_string(), "title": ground.round.record.title, "stage": stage.name,
        "count": rows.len(),
    });
    act(ctx, tx, "round.assigned", detail).await
}

async fn point(ctx: &Ctx, tx: &mut Tx, ground: &Ground, pairs: &[(RecordId, PersonId)]) -> Result<(), Error> {
    let Some(mechanism) = ground.found.first().map(|it| &it.mechanism.id) else { return Ok(()) };
    let rules = ctx.catalog().mechanisms.get(mechanism.as_str()).map(|it| it.rights.sight.as_slice());
    let is_asked =
        rules.is_some_and(|it| it.iter().any(|rule| rule.relation == kernel::authority::sight::Relation::Assigned));
    if !is_asked {
        return Ok(());
    }
    let of = |(entry, who): &(RecordId, PersonId)| {
        let point = Point { how: How::assigned(), to: To::Person(*who) };
        upkeep::reach::row(mechanism, *entry, point, &ctx.tree)
    };
    let rows: Vec<_> = pairs.iter().map(of).collect();
    Ok(store::reach::add(tx, &rows).await?)
}

/// The kind of the notice that asks somebody to review.
pub const ASKED: &str = "round.assigned";

async fn tell(
    ctx: &Ctx,
    tx: &mut Tx,
    ground: &Ground,
    stage: &Stage,
    pairs: &[(RecordId, PersonId)],
) -> Result<(), Error> {
    let mut count: BTreeMap<PersonId, (usize, RecordId)> = BTreeMap::new();
    for (entry, who) in pairs {
        count.entry(*who).or_insert((0, *entry)).0 += 1;
    }
    let order = uuid::ContextV7::new();
    let notice = |(person, (count, entry)): (&PersonId, &(usize, RecordId))| store::notices::NoticeRow {
        id: ctx.next_id(&order),
        person: *person,
        record: Some(*entry),
        at: ctx.now,
        kind: ASKED.to_owned(),
        words: format!("请评审：{}，{}，{count}件。", ground.round.record.title, stage.name),
        read_at: None,
    };
    let rows: Vec<_> = count.iter().map(notice).collect();
    telling::notify(ctx, tx, &rows).await
}

/// Gives one entry to somebody.
pub async fn by_hand(ctx: &Ctx, round: RecordId, stage: &str, (entry, who): (RecordId, PersonId)) -> Result<(), Error> {
    hosted(ctx, round).await?;
    let keep = |mut tx: Tx| async move {
        let ground = ground(ctx, &mut tx, round).await?;
        let stage = ground.stage(stage)?;
        let who = ctx.tree.human(who);
        let found = ground.found.iter().find(|it| it.record.id == entry && it.record.state == stage.state);
        let found = found.ok_or_else(|| Refusal::new("round.not_open").with("stage", &stage.name))?;
        let bars = Bars::of(ctx, &mut tx, stage, (std::slice::from_ref(found), &ground.rows)).await?;
        if let Some(bar) = bars.bar(found, who) {
            let refusal = Refusal::new(bar.code()).with("name", ctx.names().person(who));
            return Err(refusal.with("title", &found.record.title).at(Spot::Field("people".into())).into());
        }
        let reviews = by_entry(ctx, &ground.rows, stage).remove(&entry).unwrap_or_default();
        let has = asked(&reviews, stage.turn_of(&found.record.facts));
        if has.iter().any(|it| it.reviewer == who) {
            return Err(Refusal::new("round.has_it").with("name", ctx.names().person(who)).into());
        }
        if has.len() as i64 >= MOST_REVIEWERS {
            return Err(Refusal::new("round.many").with("most", MOST_REVIEWERS).into());
        }
        give(ctx, &mut tx, (&ground, stage), &[(entry, who)], true).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

/// Takes an entry from a reviewer who has said nothing yet.
pub async fn take_away(ctx: &Ctx, round: RecordId, review: Uuid) -> Result<(), Error> {
    hosted(ctx, round).await?;
    let keep = |mut tx: Tx| async move {
        let ground = ground(ctx, &mut tx, round).await?;
        let row = ground.rows.iter().find(|row| row.id == review).ok_or(Error::NotFound)?;
        if !store::reviews::remove(&mut tx, review).await? {
            return Err(Refusal::new("round.said").with("name", ctx.names().person(row.reviewer)).into());
        }
        point_no_more(ctx, &mut tx, row).await?;
        let detail = serde_json::json!({ "record": row.entry.to_string(), "title": ground.round.record.title });
        act(ctx, &mut tx, "round.taken_away", detail).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

/// Whoever reviews no stage of an entry any more is not pointed to.
async fn point_no_more(ctx: &Ctx, tx: &mut Tx, row: &ReviewRow) -> Result<(), Error> {
    let who = ctx.tree.human(row.reviewer);
    let rest = store::reviews::of_entries(tx, &[row.entry]).await?;
    if standing(&ctx.tree, &rest).contains(&(row.entry, who)) {
        return Ok(());
    }
    let found = records::by_ids(ctx, tx, &[row.entry]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let point = Point { how: How::assigned(), to: To::Person(who) };
    Ok(store::reach::remove(tx, &[upkeep::reach::row(&found.mechanism.id, row.entry, point, &ctx.tree)]).await?)
}

/// Who reviews which entry, by the last review of each in each stage; whoever keeps out of one sees nothing of it.
pub(crate) fn standing(tree: &Tree, rows: &[ReviewRow]) -> BTreeSet<(RecordId, PersonId)> {
    let mut last: BTreeMap<(RecordId, PersonId, &str), &ReviewRow> = BTreeMap::new();
    for row in rows {
        let known = last.entry((row.entry, tree.human(row.reviewer), row.stage.as_str())).or_insert(row);
        if known.turn <= row.turn {
            *known = row;
        }
    }
    let out: BTreeSet<(RecordId, PersonId)> =
        last.iter().filter(|(_, row)| row.recusal.is_some()).map(|((entry, who, _), _)| (*entry, *who)).collect();
    last.into_keys().map(|(entry, who, _)| (entry, who)).filter(|pair| !out.contains(pair)).collect()
}

/// Keeps somebody out of an entry: themselves, or whoever holds the round; with a reason.
pub async fn recuse(ctx: &Ctx, id: RecordId, who: PersonId, reason: &str) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let round = round_of(&found).ok_or(Error::NotFound)?;
    drop(conn);
    let reason = words(reason, "reason", true)?.unwrap_or_default();
    let (who, reason) = (ctx.tree.human(who), reason.as_str());
    let is_me = ctx.person().map(|it| ctx.tree.human(it)) == Some(who);
    if !is_me {
        hosted(ctx, round).await?;
    }
    let keep = |mut tx: Tx| async move {
        let round = held(ctx, &mut tx, round).await?;
        let found = records::by_ids(ctx, &mut tx, &[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
        let stage = entry(&found)?.stage_of(&found.record.state);
        let stage = stage.ok_or_else(|| Refusal::new("round.not_open").with("stage", &found.record.title))?;
        let rows = store::reviews::of_entries(&mut tx, &[id]).await?;
        let own = rows.into_iter().filter(|row| row.stage == stage.id && ctx.tree.human(row.reviewer) == who);
        let row = own.max_by_key(|row| row.turn).filter(|row| row.recusal.is_none()).ok_or(Error::NotFound)?;
        let turn = stage.turn_of(&found.record.facts);
        let out = ReviewRow {
            id: if row.turn == turn { row.id } else { ctx.new_id() },
            turn,
            recusal: Some(reason.to_owned()),
            verdict: None,
            score: None,
            items: None,
            opinion: None,
            said_at: None,
            ..row
        };
        store::reviews::put(&mut tx, &out).await?;
        point_no_more(ctx, &mut tx, &out).await?;
        let detail = serde_json::json!({
            "record": id.to_string(), "title": round.record.title, "entry": found.record.title,
            "name": ctx.names().person(who), "reason": reason,
        });
        if is_me {
            // Somebody else is wanted in their place.
            let hosts: BTreeSet<PersonId> = call(&round)?
                .who
                .iter()
                .flat_map(|role| ctx.tree.holders(role, round.record.unit, ctx.today))
                .map(|it| it.id)
                .collect();
            let words = format!("{}回避：{}，请另派评审人。", ctx.names().person(who), found.record.title);
            tell_hosts(ctx, &mut tx, round.record.id, &hosts, &words).await?;
        }
        act(ctx, &mut tx, "round.recused", detail).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

async fn tell_hosts(
    ctx: &Ctx,
    tx: &mut Tx,
    round: RecordId,
    hosts: &BTreeSet<PersonId>,
    words: &str,
) -> Result<(), Error> {
    let order = uuid::ContextV7::new();
    let notice = |person: &PersonId| store::notices::NoticeRow {
        id: ctx.next_id(&order),
        person: *person,
        record: Some(round),
        at: ctx.now,
        kind: "round.recused".to_owned(),
        words: words.to_owned(),
        read_at: None,
    };
    let rows: Vec<_> = hosts.iter().map(notice).collect();
    telling::notify(ctx, tx, &rows).await
}

/// A line of words, read.
pub(super) fn words(text: &str, spot: &str, wanted: bool) -> Result<Option<String>, Refusal> {
    let text: String = text.trim().chars().filter(|sign| !sign.is_control() || *sign == '\n').collect();
    let refusal = |code: &'static str| Refusal::new(code).at(Spot::Field(spot.into()));
    match kernel::secrecy::mark(&text) {
        Some(mark) => Err(refusal("form.secret").with("mark", mark)),
        None if text.chars().count() > LONGEST => Err(refusal("round.long").with("most", LONGEST)),
        None if wanted && text.is_empty() => Err(refusal("round.no_words")),
        None => Ok((!text.is_empty()).then_some(text)),
    }
}
