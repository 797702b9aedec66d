//! May this person do that here, and by which grant and rule, or what stands in the way? And who can see a record?
//!
//! Asked of the same functions that decide at the moment of use, with the other person in the actor's place.
//! Never a second truth, and never a record's contents: who may ask without seeing the record reads its number only.

use std::sync::Arc;

use kernel::authority::sight::{Pointed, Target};
use kernel::authority::{Grant, Held, Reason, Taken};
use kernel::catalog::{Administers, Mechanism, Step};
use kernel::ids::{PersonId, RecordId, StepId};
use kernel::refusal::{Refusal, RefusalKind};
use kernel::workflow::{self, Attempt};
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;
use crate::queries::frame::administers;
use crate::records::{self, Found};
use crate::words::{Said, say};

/// The most people that are named as seeing a record.
const MOST_SEERS: usize = 500;

/// The page.
#[derive(Clone, Debug)]
pub struct ExplainPage {
    /// The people who can be asked about.
    pub people: Vec<Choice>,
    /// What is said of the person, if one was chosen.
    pub person: Option<PersonExplained>,
    /// What is said of the person at the record, if one was named.
    pub record: Option<RecordExplained>,
    /// Was a record named that is not there?
    pub no_record: bool,
    /// What the record is called, if one was found.
    pub called: String,
}

/// What a person holds today.
#[derive(Clone, Debug)]
pub struct PersonExplained {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What they hold today, in words.
    pub grants: Vec<String>,
}

/// What a person may at a record.
#[derive(Clone, Debug)]
pub struct RecordExplained {
    /// The record.
    pub id: RecordId,
    /// Its mechanism and number; its title only for who sees it.
    pub called: String,
    /// Its unit.
    pub unit: String,
    /// Its state.
    pub state: String,
    /// Does the person see it?
    pub sees: bool,
    /// By what; or why not.
    pub sight: Vec<String>,
    /// Each step of the mechanism that begins in its state, then the others.
    pub steps: Vec<StepExplained>,
    /// May the asker open it?
    pub open: bool,
}

/// May a person take a step?
#[derive(Clone, Debug)]
pub struct StepExplained {
    /// The step's name.
    pub name: String,
    /// May they, as far as rights go?
    pub may: bool,
    /// By which grant.
    pub by: Option<String>,
    /// What stands in the way: rights first, then what is still to be filled in or awaited.
    pub against: Vec<Said>,
}

/// Who can see a record.
#[derive(Clone, Debug)]
pub struct SeersPage {
    /// The record.
    pub id: RecordId,
    /// Its mechanism, number and title.
    pub called: String,
    /// People: name, where they work, by what.
    pub seers: Vec<(String, String, Vec<String>)>,
    /// Are there more than are shown?
    pub more: bool,
}

/// Answers for a person and, if one is named, a record (by number or id). The security administrator may ask about
/// anybody and any record; others about records that they see.
pub async fn explain(ctx: &Ctx, person: &str, record: &str) -> Result<ExplainPage, Error> {
    let guards = administers(ctx, Administers::Security);
    let mut conn = ctx.office.db.read().await?;
    let named = record.trim().rsplit('/').next().unwrap_or("").to_owned();
    let found = if named.is_empty() { None } else { find(ctx, &mut conn, &named, guards).await? };
    if !guards && found.is_none() {
        return Err(Error::NotFound);
    }
    let person = person.parse().ok().and_then(|id: PersonId| ctx.tree.person(id));
    let explained = person.map(|person| PersonExplained {
        id: person.id,
        name: person.name.clone(),
        grants: ctx.tree.grants_of(person.id, ctx.today).iter().map(|grant| in_words(ctx, grant)).collect(),
    });
    let no_record = found.is_none() && !named.is_empty();
    let record = match (&found, person) {
        (Some(found), Some(person)) => Some(at_record(ctx, &mut conn, found, person.id).await?),
        _ => None,
    };
    let called = found.as_ref().map(|found| called(ctx, found)).unwrap_or_default();
    Ok(ExplainPage { people: people(ctx), person: explained, record, no_record, called })
}

/// Who can see a record: for whoever sees it, and for the security administrator.
pub async fn seers(ctx: &Ctx, id: RecordId) -> Result<SeersPage, Error> {
    let guards = administers(ctx, Administers::Security);
    let mut conn = ctx.office.db.read().await?;
    let found = find(ctx, &mut conn, &id.to_string(), guards).await?.ok_or(Error::NotFound)?;
    let holders = ctx.vocabulary().roles.iter().flat_map(|role| ctx.tree.holding(&role.id, ctx.today));
    let mut candidates: Vec<PersonId> = holders.map(|(person, _)| person).collect();
    candidates.extend(found.points.iter().filter_map(|point| match point.to {
        Target::Person(person) => Some(person),
        Target::Unit(..) => None,
    }));
    candidates.sort();
    candidates.dedup();
    let mut seers = Vec::new();
    for person in candidates {
        let Some(theirs) = as_person(ctx, person) else { continue };
        if !sees(&theirs, &found) {
            continue;
        }
        if seers.len() == MOST_SEERS {
            return Ok(SeersPage { id, called: called(ctx, &found), seers, more: true });
        }
        let place = ctx.tree.person(person).and_then(|it| it.unit).map(|unit| ctx.names().unit(unit));
        seers.push((ctx.names().person(person), place.unwrap_or_default(), by_what(&theirs, &found)));
    }
    Ok(SeersPage { id, called: called(ctx, &found), seers, more: false })
}

/// A record that is asked about, and whom it points to.
struct Asked {
    found: Found,
    points: Vec<Pointed>,
}

/// A record by its id or number: any for the security administrator, else only what the asker sees.
async fn find(ctx: &Ctx, conn: &mut Conn, named: &str, guards: bool) -> Result<Option<Asked>, Error> {
    let ids: Vec<RecordId> = match named.parse() {
        Ok(id) => vec![id],
        Err(_) => store::records::by_number(conn, named).await?.iter().map(|row| row.id).collect(),
    };
    for found in records::by_ids(ctx, conn, &ids).await? {
        let points = records::points_of(ctx, conn, found.record.id).await?;
        let asked = Asked { found, points };
        if guards || sees(ctx, &asked) {
            return Ok(Some(asked));
        }
    }
    Ok(None)
}

/// The same question that every page asks of a record.
fn sees(ctx: &Ctx, asked: &Asked) -> bool {
    ctx.sight(&asked.found.mechanism).sees(asked.found.standing(ctx, &asked.points))
}

/// The context that this person would act in at this moment.
fn as_person(ctx: &Ctx, person: PersonId) -> Option<Ctx> {
    Some(Ctx { actor: ctx.as_person(person)?, account: None, ..ctx.clone() })
}

/// By which grants and rules somebody sees a record: their own and those of whom they stand in for.
fn by_what(theirs: &Ctx, asked: &Asked) -> Vec<String> {
    let Some(current) = theirs.catalog().mechanisms.get(asked.found.mechanism.id.as_str()) else { return Vec::new() };
    let standing = asked.found.standing(theirs, &asked.points);
    let reasons = kernel::authority::reasons(&current.rights.sight, &current.id, &theirs.actor, standing);
    let words = |reason: &Reason<'_>| {
        let rule = kernel::authority::in_words(current, theirs.vocabulary(), reason.rule);
        match &reason.held {
            Some(held) => format!("{}（{rule}）", way(theirs, held)),
            None => rule,
        }
    };
    match reasons.is_empty() {
        // No rule: somebody passed it on.
        true => vec!["抄送给本人".to_owned()],
        false => reasons.iter().map(words).collect(),
    }
}

fn way(ctx: &Ctx, held: &Held<'_>) -> String {
    match held.principal {
        Some(principal) => format!("代{}：{}", principal.name, in_words(ctx, held.grant)),
        None => in_words(ctx, held.grant),
    }
}

fn in_words(ctx: &Ctx, grant: &Grant) -> String {
    let known = ctx.vocabulary().role(grant.role.as_str());
    let role = known.map_or(grant.role.as_str(), |role| role.name.as_str());
    let also: Vec<&str> = known.iter().flat_map(|role| &role.manages).map(|what| what.words()).collect();
    let also = if also.is_empty() { String::new() } else { format!("（{}）", also.join("；")) };
    let until = grant.until_on.map_or_else(|| "长期".to_owned(), |day| day.to_string());
    let basis = if grant.basis.is_empty() { String::new() } else { format!("，依据：{}", grant.basis) };
    format!("{role}，管{}，{}至{until}{basis}{also}", ctx.names().unit(grant.unit), grant.from_on)
}

fn called(ctx: &Ctx, asked: &Asked) -> String {
    let found = &asked.found;
    let number = found.record.number.clone().unwrap_or_else(|| "（未编号）".to_owned());
    let title = if sees(ctx, asked) { format!(" {}", found.record.title) } else { String::new() };
    format!("{} {number}{title}", found.mechanism.name)
}

async fn at_record(ctx: &Ctx, conn: &mut Conn, asked: &Asked, person: PersonId) -> Result<RecordExplained, Error> {
    let theirs = as_person(ctx, person).ok_or(Error::NotFound)?;
    let sees_it = sees(&theirs, asked);
    let found = &asked.found;
    let mechanism = &found.mechanism;
    let sight = match sees_it {
        true => by_what(&theirs, asked),
        false => vec![blind(&theirs, mechanism)],
    };
    let mut steps: Vec<&Step> = mechanism.steps.iter().filter(|step| !step.from.is_empty()).collect();
    steps.sort_by_key(|step| !step.from.contains(&found.record.state));
    let past = crate::commands::steps::taken(conn, found.record.id).await?;
    let mut explained = Vec::new();
    for step in steps {
        explained.push(step_at(&theirs, mechanism, found, step, sees_it, &past));
    }
    Ok(RecordExplained {
        id: found.record.id,
        called: called(ctx, asked),
        unit: ctx.names().unit(found.record.unit),
        state: mechanism.state(found.record.state.as_str()).map_or_else(String::new, |state| state.name.clone()),
        sees: sees_it,
        sight,
        steps: explained,
        open: sees(ctx, asked),
    })
}

/// Decides the step as if this person pressed its button now with an empty form.
fn step_at(
    theirs: &Ctx,
    mechanism: &Arc<Mechanism>,
    found: &Found,
    step: &Step,
    sees_it: bool,
    past: &[Taken],
) -> StepExplained {
    let words = "（试办）".to_owned();
    let attempt = Attempt {
        actor: &theirs.actor,
        step: &StepId::from(step.id.as_str()),
        filled: Vec::new(),
        opinion: Some(words.clone()),
        reason: Some(words),
        past,
        tree: &*theirs.tree,
        faults: Vec::new(),
    };
    let refusals = workflow::take(theirs.clock(), mechanism, &found.record, attempt).err().unwrap_or_default();
    // What is not open now is not asked for rights by the kernel: the grant is asked for here in the same way.
    let grant = theirs.actor.grant_for(&mechanism.id, &step.who, found.unit_ord);
    let not_yours = refusals.iter().any(|refusal| refusal.kind == RefusalKind::NotYours);
    let mut against: Vec<Refusal> = refusals;
    if !sees_it {
        against.insert(0, Refusal::not_yours("explain.unseen"));
    }
    if grant.is_none() && !not_yours {
        against.insert(0, Refusal::not_yours("step.not_yours").with("step", &step.name));
    }
    against.sort_by_key(|refusal| refusal.kind != RefusalKind::NotYours);
    StepExplained {
        name: step.name.clone(),
        may: sees_it && grant.is_some() && !not_yours,
        by: grant.map(|held| way(theirs, &held)),
        against: against.iter().map(|refusal| say(theirs.vocabulary(), refusal)).collect(),
    }
}

/// Why somebody does not see a record: the rules, none of which fits them there today.
fn blind(theirs: &Ctx, mechanism: &Mechanism) -> String {
    let current = theirs.catalog().mechanisms.get(mechanism.id.as_str());
    let in_words = |current: &Arc<Mechanism>| {
        let rules = current.rights.sight.iter();
        rules.map(|rule| kernel::authority::in_words(current, theirs.vocabulary(), rule)).collect::<Vec<_>>().join("；")
    };
    let refusal = Refusal::not_yours("explain.no_grant").with("rules", current.map(in_words).unwrap_or_default());
    let said = say(theirs.vocabulary(), &refusal);
    format!("{}{}", said.says, said.next.unwrap_or_default())
}

fn people(ctx: &Ctx) -> Vec<Choice> {
    let mut all: Vec<_> = ctx.tree.people().collect();
    all.sort_by(|a, b| (&a.pinyin, &a.name, a.id).cmp(&(&b.pinyin, &b.name, b.id)));
    let choice = |person: &&crate::tree::Person| {
        let place = person.unit.and_then(|unit| ctx.tree.unit(unit)).map_or("", |unit| unit.short_name.as_str());
        let (id, pinyin) = (person.id.to_string(), person.pinyin.clone());
        Choice { id, name: format!("{}（{place}）", person.name), pinyin, group: None }
    };
    all.iter().map(choice).collect()
}
