//! Who was given what? The list of grants, one grant with its story, what may be given, and the yearly review.
//!
//! Never a grant of a role that the asker may not give, or over a unit outside their own subtree; one's own is shown.

pub mod review;

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::{Administers, Role};
use kernel::giving;
use kernel::ids::{GrantId, PersonId, RoleId, UnitId};
use kernel::refusal::Refusal;
use kernel::workflow::Numbered as _;
use store::grants::{GrantAsk, GrantStory};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;

/// Grants on a page.
pub const PAGE: u32 = 50;
/// A grant that ends within so many days is said to end soon.
pub const SOON_DAYS: i64 = 30;

/// What somebody wants to see of the list, as it stands in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantsAsk {
    /// A part of a name, or the beginning of its pinyin initials.
    pub person: String,
    /// A role's id.
    pub role: String,
    /// A unit's id: it and all below.
    pub unit: String,
    /// In force on this day; empty for today, `all` for whenever.
    pub on: String,
    /// Only what ends soon.
    pub soon: bool,
    /// The key of the page before.
    pub after: String,
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct GrantsPage {
    /// The grants.
    pub lines: Vec<GrantLine>,
    /// The key of the next page, if there is one.
    pub next: Option<String>,
    /// Roles to filter by: id and name.
    pub roles: Vec<(String, String)>,
    /// Units to filter by.
    pub units: Vec<Choice>,
}

/// Where a grant stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It begins later.
    Coming,
    /// In force.
    InForce,
    /// In force, and ends soon.
    EndsSoon,
    /// Its last day is past.
    RunOut,
    /// It was ended at once.
    Ended,
}

/// A grant as a line.
#[derive(Clone, Debug)]
pub struct GrantLine {
    /// Its id.
    pub id: GrantId,
    /// Whose.
    pub person_id: PersonId,
    /// Their name.
    pub person: String,
    /// Where they work.
    pub place: String,
    /// The role's name.
    pub role: String,
    /// Over which unit.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub until_on: Option<Date>,
    /// On what basis.
    pub basis: String,
    /// Who gave it; empty if it was there from the start.
    pub given_by: String,
    /// When, in words.
    pub given_at: String,
    /// Where it stands today.
    pub standing: Standing,
    /// Who ended or shortened it, and when it ended at once, in words.
    pub ended: Option<(String, String)>,
    /// Why.
    pub end_reason: String,
    /// Who kept it at the last review, and when.
    pub reviewed: Option<(String, String)>,
    /// Is it the asker's own?
    pub is_own: bool,
    /// May the asker end it?
    pub may_end: bool,
}

/// Does this person give any role at all?
pub fn gives(ctx: &Ctx) -> bool {
    !reach(ctx).is_empty()
}

/// What this person may give: roles (none named: all) over subtrees.
pub fn reach(ctx: &Ctx) -> Vec<(Option<Vec<RoleId>>, Subtree)> {
    let words = ctx.vocabulary();
    let found = ctx.actor.grants().iter().filter_map(|grant| {
        let role = words.role(grant.role.as_str())?;
        match role.administers {
            Some(Administers::Security) => Some((None, grant.over)),
            _ if role.may_grant.is_empty() => None,
            _ => Some((Some(role.may_grant.clone()), grant.over)),
        }
    });
    found.collect()
}

/// May this person be given something by the asker? Whoever works in a unit over which they give.
pub fn may_be_chosen(ctx: &Ctx, person: PersonId) -> bool {
    let Some(found) = ctx.tree.person(person) else { return false };
    let whole = ctx.tree.whole();
    let ord = found.unit.and_then(|unit| ctx.tree.ord(unit));
    reach(ctx).iter().any(|(_, over)| ord.map_or(*over == whole, |ord| over.holds(ord)))
}

/// The list.
pub async fn list(ctx: &Ctx, ask: &GrantsAsk) -> Result<GrantsPage, Error> {
    if !gives(ctx) {
        return Err(Error::NotFound);
    }
    let asked = question(ctx, ask)?;
    let mut conn = ctx.office.db.read().await?;
    let mut rows = store::grants::page(&mut conn, &asked, PAGE + 1).await?;
    let next = (rows.len() > PAGE as usize).then(|| {
        rows.truncate(PAGE as usize);
        rows.last().map(|(ord, story)| format!("{ord}_{}", story.grant.id)).unwrap_or_default()
    });
    Ok(GrantsPage {
        lines: rows.iter().map(|(_, story)| line(ctx, story)).collect(),
        next,
        roles: roles(ctx).into_iter().map(|role| (role.id.to_string(), role.name.clone())).collect(),
        units: units(ctx),
    })
}

fn question(ctx: &Ctx, ask: &GrantsAsk) -> Result<GrantAsk, Error> {
    let bad = |name: &str| Refusal::new("filter.bad").with("name", name);
    let people = ctx.tree.named_people(&ask.person);
    let mut asked = GrantAsk { reach: rows_in_reach(ctx), people, ..GrantAsk::default() };
    if !ask.role.is_empty() {
        asked.role = Some(ctx.vocabulary().role(&ask.role).ok_or_else(|| bad("角色"))?.id.clone());
    }
    if !ask.unit.is_empty() {
        let unit: UnitId = ask.unit.parse().map_err(|_| bad("单位"))?;
        let unit = ctx.tree.unit(unit).ok_or_else(|| bad("单位"))?;
        asked.units = Some((unit.over.first, unit.over.last));
    }
    asked.on = match ask.on.as_str() {
        "all" => None,
        "" => Some(ctx.today),
        text => Some(text.parse().map_err(|_| bad("日期"))?),
    };
    if ask.soon {
        asked.ending = Some((ctx.today, ctx.today.saturating_add(jiff::Span::new().days(SOON_DAYS))));
    }
    if !ask.after.is_empty() {
        let key = ask.after.split_once('_').and_then(|(ord, id)| Some((ord.parse().ok()?, id.parse().ok()?)));
        asked.after = Some(key.ok_or_else(|| bad("翻页"))?);
    }
    Ok(asked)
}

pub(super) fn rows_in_reach(ctx: &Ctx) -> Vec<(Option<Vec<RoleId>>, i64, i64)> {
    reach(ctx).into_iter().map(|(roles, over)| (roles, over.first, over.last)).collect()
}

/// One grant; one's own too.
pub async fn file(ctx: &Ctx, id: GrantId) -> Result<GrantLine, Error> {
    let mut conn = ctx.office.db.read().await?;
    let story = store::grants::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    let found = line(ctx, &story);
    if found.is_own || gives_this(ctx, &story) { Ok(found) } else { Err(Error::NotFound) }
}

/// All grants of a person with their stories, for whoever may see that person's file.
pub async fn of_person(ctx: &Ctx, person: PersonId) -> Result<Vec<GrantLine>, Error> {
    let mut conn = ctx.office.db.read().await?;
    let stories = store::grants::stories_of(&mut conn, person).await?;
    Ok(stories.iter().map(|story| line(ctx, story)).collect())
}

fn gives_this(ctx: &Ctx, story: &GrantStory) -> bool {
    let ord = ctx.tree.ord(story.grant.unit);
    ord.is_some_and(|ord| giving::may_give(ctx.vocabulary(), &ctx.actor, &story.grant.role, ord))
}

pub(super) fn line(ctx: &Ctx, story: &GrantStory) -> GrantLine {
    let (grant, names) = (&story.grant, ctx.names());
    let person = ctx.tree.person(grant.person);
    let name = |id: Option<PersonId>| id.map(|id| names.person(id)).unwrap_or_default();
    let standing = standing(ctx.today, story);
    let is_over = matches!(standing, Standing::RunOut | Standing::Ended);
    GrantLine {
        id: grant.id,
        person_id: grant.person,
        person: names.person(grant.person),
        place: person
            .and_then(|it| it.unit)
            .and_then(|id| ctx.tree.unit(id))
            .map_or_else(String::new, |unit| unit.short_name.clone()),
        role: ctx.vocabulary().role(grant.role.as_str()).map_or_else(|| grant.role.to_string(), |it| it.name.clone()),
        unit_id: grant.unit,
        unit: names.unit(grant.unit),
        from_on: grant.from_on,
        until_on: grant.until_on,
        basis: grant.basis.clone().unwrap_or_default(),
        given_by: name(grant.given_by),
        given_at: story.given_at.map(crate::words::moment).unwrap_or_default(),
        standing,
        ended: story
            .end_reason
            .as_ref()
            .map(|_| (name(story.ended_by), story.ended_at.map(crate::words::moment).unwrap_or_default())),
        end_reason: story.end_reason.clone().unwrap_or_default(),
        reviewed: story.reviewed_at.map(|at| (name(story.reviewed_by), crate::words::moment(at))),
        is_own: ctx.person() == Some(grant.person),
        may_end: !is_over && ctx.person() != Some(grant.person) && gives_this(ctx, story),
    }
}

fn standing(today: Date, story: &GrantStory) -> Standing {
    let soon = today.saturating_add(jiff::Span::new().days(SOON_DAYS));
    match (story.ended_at, story.grant.until_on) {
        (Some(_), _) => Standing::Ended,
        (None, Some(until)) if until < today => Standing::RunOut,
        _ if story.grant.from_on > today => Standing::Coming,
        (None, Some(until)) if until <= soon => Standing::EndsSoon,
        _ => Standing::InForce,
    }
}

/// What the form of a new grant offers.
#[derive(Clone, Debug)]
pub struct GivingForm {
    /// Roles: id, name, what it is for.
    pub roles: Vec<(String, String, String)>,
    /// Units.
    pub units: Vec<Choice>,
    /// People.
    pub people: Vec<Choice>,
}

/// The form of a new grant.
pub fn form(ctx: &Ctx) -> Result<GivingForm, Error> {
    if !gives(ctx) {
        return Err(Error::NotFound);
    }
    let role = |role: &Role| (role.id.to_string(), role.name.clone(), role.words.clone());
    let reach: Vec<Subtree> = reach(ctx).into_iter().map(|(_, over)| over).collect();
    let mut people: Vec<_> = ctx
        .tree
        .present()
        .filter(|person| Some(person.id) != ctx.person())
        .filter(|person| {
            person.unit.and_then(|unit| ctx.tree.ord(unit)).is_some_and(|ord| reach.iter().any(|it| it.holds(ord)))
        })
        .collect();
    people.sort_by(|a, b| (&a.pinyin, &a.name, a.id).cmp(&(&b.pinyin, &b.name, b.id)));
    let choice = |person: &&crate::tree::Person| {
        let place = person.unit.and_then(|unit| ctx.tree.unit(unit)).map_or("", |unit| unit.short_name.as_str());
        let post = person.post_name.as_deref().unwrap_or("");
        Choice {
            id: person.id.to_string(),
            name: format!("{}（{place}{post}）", person.name),
            pinyin: person.pinyin.clone(),
            group: None,
        }
    };
    Ok(GivingForm {
        roles: roles(ctx).into_iter().map(role).collect(),
        units: units(ctx),
        people: people.iter().map(choice).collect(),
    })
}

fn roles(ctx: &Ctx) -> Vec<&Role> {
    let reach = reach(ctx);
    let gives = |role: &&Role| reach.iter().any(|(roles, _)| roles.as_ref().is_none_or(|all| all.contains(&role.id)));
    ctx.vocabulary().roles.iter().filter(gives).collect()
}

fn units(ctx: &Ctx) -> Vec<Choice> {
    let reach: Vec<Subtree> = reach(ctx).into_iter().map(|(_, over)| over).collect();
    ctx.tree.present_within(&reach).map(Choice::from).collect()
}
