//! What is there to know about one unit? What it is, what it was, who works there, what it has to do.
//!
//! Never a count of records that the reader may not open.

use jiff::civil::Date;
use kernel::catalog::{Hierarchy, LEVELS, Managed};
use kernel::ids::{PersonId, UnitId};

use super::then;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::{self, Asked, FigureCard, FiguresAsk};
use crate::queries::register;
use crate::tree::Span;

/// A unit.
#[derive(Clone, Debug)]
pub struct UnitPage {
    /// Its id.
    pub id: UnitId,
    /// Its name, on the day that is looked at.
    pub name: String,
    /// Its name now.
    pub name_now: String,
    /// Its short name.
    pub short_name: String,
    /// What its kind is called, on the day.
    pub kind: String,
    /// Its level.
    pub level: String,
    /// Its code.
    pub code: String,
    /// Its unified social credit code.
    pub credit_code: String,
    /// Which tree.
    pub hierarchy: Hierarchy,
    /// The units above it on the day, the top first; the reader sees those with an id.
    pub above: Vec<(Option<UnitId>, String)>,
    /// When it was founded, if that is known.
    pub founded_on: Option<Date>,
    /// When it ended.
    pub dissolved_on: Option<Date>,
    /// What it became part of.
    pub became: Option<(UnitId, String)>,
    /// Units that became part of it: which, named as they were, and when.
    pub took_in: Vec<(UnitId, String, Date)>,
    /// The units of the other tree that it is linked with on the day; the reader sees those with an id.
    pub linked: Vec<(Option<UnitId>, String)>,
    /// The units directly below it on the day: id, name, kind, how many below.
    pub below: Vec<(UnitId, String, String, usize)>,
    /// Who works there: who, name and post.
    pub people: Vec<(PersonId, String, String)>,
    /// May the reader open their files and the line-up?
    pub sees_people: bool,
    /// Its history, newest first.
    pub history: Vec<HistoryLine>,
    /// Its work with that of the units below: mechanism, name, open, ended.
    pub work: Vec<(String, String, i64, i64)>,
    /// Its figures this year.
    pub figures: Vec<FigureCard>,
    /// May the reader change it?
    pub keeps: bool,
    /// The day that is looked at.
    pub on: Date,
}

/// A line of a unit's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// From when on.
    pub on: Date,
    /// What happened: `founded`, `altered`, `moved`, `merged`, `split`, `dissolved`; `took_in` and `parted` for what
    /// happened to another unit that became part of it or came from it.
    pub event: String,
    /// What changed: what, from what, to what.
    pub changes: Vec<(&'static str, String, String)>,
    /// The unit that it became or came from.
    pub other: Option<String>,
    /// The number of the decision.
    pub decision: String,
    /// Why.
    pub why: String,
}

/// The figures that a unit's page shows.
const FIGURES: usize = 6;

/// A unit on a day.
pub async fn unit(ctx: &Ctx, id: UnitId, on: Date) -> Result<UnitPage, Error> {
    let seen = then::seen(ctx);
    let sees =
        |unit: UnitId| ctx.tree.unit(unit).is_some_and(|unit| seen.iter().any(|over| over.holds(unit.over.first)));
    let unit = ctx.tree.unit(id).filter(|unit| sees(unit.id)).ok_or(Error::NotFound)?.clone();
    let span = ctx.tree.past().on(id, on);
    let kind = span.map_or(&unit.kind, |span| &span.kind);
    let level = unit.level.as_deref().unwrap_or("");
    let hierarchy = ctx.vocabulary().hierarchy(&unit.kind);
    let mut above = ctx.tree.upwards_on(id, on);
    above.remove(0);
    above.reverse();
    let named = |unit: UnitId| (Some(unit).filter(|unit| sees(*unit)), name_on(ctx, unit, on));
    let below = then::on(ctx, hierarchy, on).into_iter().filter(|then| then.parent == Some(id)).map(|then| {
        let kind = ctx.vocabulary().unit_kind(then.kind.as_str()).map_or_else(String::new, |kind| kind.name.clone());
        (then.id, then.name, kind, then.below)
    });
    let became = unit.dissolved_on.and_then(|_| ctx.tree.past().of(id).last()?.other);
    let (work, figures) = work(ctx, id).await?;
    Ok(UnitPage {
        id,
        name: name_on(ctx, id, on),
        name_now: unit.name.clone(),
        short_name: unit.short_name.clone(),
        kind: ctx.vocabulary().unit_kind(kind.as_str()).map_or_else(String::new, |kind| kind.name.clone()),
        level: ctx.vocabulary().list(LEVELS).and_then(|list| list.name_of(level)).unwrap_or("").to_owned(),
        code: unit.code.clone().unwrap_or_default(),
        credit_code: unit.credit_code.clone().unwrap_or_default(),
        hierarchy,
        above: above.into_iter().map(named).collect(),
        founded_on: unit.founded_on,
        dissolved_on: unit.dissolved_on,
        became: became.map(|other| (other, ctx.names().unit(other))),
        took_in: took_in(ctx, id),
        linked: ctx.tree.past().linked(id, on).into_iter().map(named).collect(),
        below: below.collect(),
        people: people(ctx, id),
        sees_people: sees_people(ctx, unit.over),
        history: history(ctx, id),
        work,
        figures,
        keeps: unit.is_present() && ctx.managed(Managed::Units).iter().any(|over| over.holds(unit.over.first)),
        on,
    })
}

fn name_on(ctx: &Ctx, unit: UnitId, on: Date) -> String {
    ctx.tree.past().on(unit, on).map_or_else(|| ctx.names().unit(unit), |span| span.name.clone())
}

fn took_in(ctx: &Ctx, id: UnitId) -> Vec<(UnitId, String, Date)> {
    let gone = ctx.tree.units().iter().filter(|unit| unit.parent == Some(id) && !unit.is_present());
    let merged = gone.filter(|unit| ctx.tree.past().of(unit.id).last().is_some_and(|span| span.other == Some(id)));
    merged.filter_map(|unit| Some((unit.id, unit.name.clone(), unit.dissolved_on?))).collect()
}

fn people(ctx: &Ctx, id: UnitId) -> Vec<(PersonId, String, String)> {
    let mut people: Vec<_> = ctx.tree.working_in(id).collect();
    people.sort_by(|a, b| (&a.pinyin, &a.name, a.id).cmp(&(&b.pinyin, &b.name, b.id)));
    people.into_iter().map(|it| (it.id, it.name.clone(), it.post_name.clone().unwrap_or_default())).collect()
}

/// Does the reader see the files of the people who work in the unit?
fn sees_people(ctx: &Ctx, over: kernel::authority::Subtree) -> bool {
    crate::queries::people::kept(ctx).is_ok_and(|(_, reach)| reach.iter().any(|it| it.holds(over.first)))
}

fn history(ctx: &Ctx, id: UnitId) -> Vec<HistoryLine> {
    let spans = ctx.tree.past().of(id);
    let unit = |unit: Option<UnitId>| unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default();
    let kind = |span: &Span| ctx.vocabulary().unit_kind(span.kind.as_str()).map_or("", |kind| &kind.name).to_owned();
    let mut lines = Vec::new();
    for (at, span) in spans.iter().enumerate().filter(|(_, span)| span.event != "known") {
        let mut changes = Vec::new();
        if let Some(before) = at.checked_sub(1).map(|before| &spans[before]) {
            let pairs = [
                ("名称", before.name.clone(), span.name.clone()),
                ("种类", kind(before), kind(span)),
                ("上级", unit(before.parent), unit(span.parent)),
            ];
            changes.extend(pairs.into_iter().filter(|(_, was, is)| was != is));
        }
        lines.push(HistoryLine {
            on: span.from_on,
            event: span.event.clone(),
            changes: if matches!(span.event.as_str(), "merged" | "dissolved") { Vec::new() } else { changes },
            other: span.other.map(|other| ctx.names().unit(other)),
            decision: span.decision.clone().unwrap_or_default(),
            why: span.why.clone().unwrap_or_default(),
        });
    }
    lines.extend(of_others(ctx, id));
    lines.sort_by_key(|line| line.on);
    lines.reverse();
    lines
}

/// What happened to other units and touches this one: they became part of it, or came from it.
fn of_others(ctx: &Ctx, id: UnitId) -> impl Iterator<Item = HistoryLine> {
    let spans = ctx.tree.units().iter().flat_map(|unit| ctx.tree.past().of(unit.id));
    spans.filter(move |span| span.other == Some(id)).map(|span| HistoryLine {
        on: span.from_on,
        event: if span.event == "merged" { "took_in" } else { "parted" }.to_owned(),
        changes: Vec::new(),
        other: Some(span.name.clone()),
        decision: span.decision.clone().unwrap_or_default(),
        why: span.why.clone().unwrap_or_default(),
    })
}

/// Work and figures of the unit with those below, for each mechanism that the reader sees there.
type Work = (Vec<(String, String, i64, i64)>, Vec<FigureCard>);

async fn work(ctx: &Ctx, id: UnitId) -> Result<Work, Error> {
    let (mut work, mut first) = (Vec::new(), Vec::new());
    let mut conn = ctx.office.db.read().await?;
    for mechanism in ctx.catalog().mechanisms.values() {
        // Files of people and posts are no work.
        if mechanism.roster.is_some() || !ctx.reaches(mechanism) {
            continue;
        }
        let scope = register::scope(ctx, mechanism, Some(id))?;
        let (mut open, mut ended) = (0, 0);
        for (state, count) in register::counts_by_state(ctx, &mut conn, mechanism, &scope).await?.by_state {
            let is_final = mechanism.state(state.as_str()).is_some_and(|state| state.is_final);
            *(if is_final { &mut ended } else { &mut open }) += count;
        }
        if open + ended == 0 {
            continue;
        }
        work.push((mechanism.id.to_string(), mechanism.name.clone(), open, ended));
        if first.len() < FIGURES {
            first.extend(figures::wanted(ctx, mechanism, Some(id))?);
        }
    }
    first.truncate(FIGURES);
    let asked = Asked::of(ctx, &FiguresAsk { unit: Some(id), ..FiguresAsk::default() })?;
    let cards = figures::cards(ctx, &mut conn, &first, &asked).await?;
    Ok((work, cards))
}
