//! One person: what stands beside their file. What they are over time, their line of posts, the roles given to them,
//! what does not add up, and which files were put into theirs.
//!
//! Never what the file itself says: that is the record's page.

use jiff::civil::Date;
use kernel::catalog::{Field, Mechanism};
use kernel::identity::Doubt;
use kernel::ids::{FieldId, PersonId, RecordId, UnitId};
use kernel::record::Record;
use kernel::roster;

use super::duplicates::{MergeLine, merge_line};
use super::item;
use crate::commands::people::{keeps_files_of, mechanism};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::links;
use crate::records;

/// Something that lasts from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// What: 公务员; 组织人事局 局长.
    pub what: String,
    /// A word beside it: the unit of a role, how a post is held.
    pub how: String,
    /// The first day.
    pub from_on: Date,
    /// The last day, if it has one.
    pub until_on: Option<Date>,
    /// On what basis.
    pub basis: String,
    /// Does it last today?
    pub is_now: bool,
    /// The record of the post, or of the link.
    pub post: Option<RecordId>,
}

/// What stands beside a person's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonCards {
    /// What the number and the rest of the file disagree in.
    pub doubts: Vec<Doubt>,
    /// What they are and were, what lasts first.
    pub roles: Vec<Lasting>,
    /// The posts that they hold and held, the latest first.
    pub posts: Vec<Lasting>,
    /// With whom and what they are and were linked, the latest first.
    pub links: Vec<Lasting>,
    /// The child tables that roles and posts come from.
    pub told: Vec<FieldId>,
    /// The roles given to them on the platform.
    pub grants: Vec<Lasting>,
    /// The files that were put into theirs.
    pub merges: Vec<MergeLine>,
    /// The person into whose file this one went.
    pub merged_into: Option<(PersonId, String)>,
}

/// What stands beside the file; nothing if the record is no file of a person.
pub async fn cards(ctx: &Ctx, id: RecordId) -> Result<Option<PersonCards>, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let (mechanism, record) = (&found.mechanism, &found.record);
    if mechanism.people().is_none() {
        return Ok(None);
    }
    let person = PersonId(id.0);
    let (roles, posts) = lasting(ctx, mechanism, record);
    let merges = store::merges::into_person(&mut conn, person).await?;
    let merged_into = ctx.tree.merged_into(person);
    Ok(Some(PersonCards {
        doubts: roster::doubts(mechanism, record, ctx.today),
        roles,
        posts,
        links: links::of_whom(ctx, &mut conn, id.0).await?,
        told: mechanism.people().into_iter().flat_map(|it| it.roles.iter().chain(&it.holdings)).cloned().collect(),
        grants: latest_first(grants(ctx, &mut conn, person).await?),
        merges: merges.iter().map(|row| merge_line(ctx, row)).collect(),
        merged_into: merged_into.map(|id| (id, ctx.names().person(id))),
    }))
}

/// What somebody is and was, and the posts that they hold and held, as their file says.
fn lasting(ctx: &Ctx, mechanism: &Mechanism, record: &Record) -> (Vec<Lasting>, Vec<Lasting>) {
    let fields = mechanism.people().cloned().unwrap_or_default();
    let child = |id: &Option<FieldId>| id.as_ref().map(|id| id.to_string());
    let (of_roles, of_posts) = (child(&fields.roles), child(&fields.holdings));
    let role = |it: roster::Role| Lasting {
        what: item(ctx, mechanism, of_roles.as_deref(), "kind", &it.kind),
        how: it.unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default(),
        from_on: it.days.from_on,
        until_on: it.days.until_on,
        basis: it.basis.unwrap_or_default(),
        is_now: it.days.hold(ctx.today),
        post: None,
    };
    let holding = |it: roster::Holding| Lasting {
        what: ctx.names().post(it.post).unwrap_or_else(|| "（已不存在的职位）".to_owned()),
        how: item(ctx, mechanism, of_posts.as_deref(), "kind", &it.kind),
        from_on: it.days.from_on,
        until_on: it.days.until_on,
        basis: it.basis.unwrap_or_default(),
        is_now: it.days.hold(ctx.today),
        post: Some(it.post),
    };
    let roles = roster::roles(mechanism, &record.facts).into_iter().map(role).collect();
    let posts = roster::holdings(mechanism, &record.facts).into_iter().map(holding).collect();
    (latest_first(roles), latest_first(posts))
}

/// One's own file, in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnFile {
    /// What it says, in the order of the definition: label and words.
    pub facts: Vec<(String, String)>,
    /// What one is and was.
    pub roles: Vec<Lasting>,
    /// The posts that one holds and held.
    pub posts: Vec<Lasting>,
    /// With whom and what one is and was linked.
    pub links: Vec<Lasting>,
}

/// What the platform keeps in the asker's own file; nothing if there is none.
pub async fn own_file(ctx: &Ctx) -> Result<Option<OwnFile>, Error> {
    let Some(person) = ctx.person() else { return Ok(None) };
    let mut conn = ctx.office.db.read().await?;
    let found = records::by_ids(ctx, &mut conn, &[RecordId(person.0)]).await?.pop();
    let Some(found) = found.filter(|found| found.mechanism.people().is_some()) else { return Ok(None) };
    let said = |field: &Field| {
        let value = found.record.facts.find(field.id.as_str())?;
        Some((field.name.clone(), ctx.names().plain(&field.of, value)))
    };
    let facts = found.mechanism.fields.iter().filter(|field| field.id != found.mechanism.title).filter_map(said);
    let (roles, mut posts) = lasting(ctx, &found.mechanism, &found.record);
    // Whoever sees no posts is not led to one.
    let sees_posts = ctx.catalog().mechanisms.values().any(|it| it.is_of_posts() && ctx.reaches(it));
    posts.iter_mut().filter(|_| !sees_posts).for_each(|it| it.post = None);
    let links = links::of_whom(ctx, &mut conn, person.0).await?;
    Ok(Some(OwnFile { facts: facts.collect(), roles, posts, links }))
}

async fn grants(ctx: &Ctx, conn: &mut store::Conn, person: PersonId) -> Result<Vec<Lasting>, Error> {
    let rows = store::grants::of_person(conn, person, ctx.today).await?;
    let grant = |row: store::grants::GrantRow| Lasting {
        what: ctx.vocabulary().role(row.role.as_str()).map_or_else(|| row.role.to_string(), |role| role.name.clone()),
        how: ctx.names().unit(row.unit),
        from_on: row.from_on,
        until_on: row.until_on,
        basis: row.basis.unwrap_or_default(),
        is_now: true,
        post: None,
    };
    Ok(rows.into_iter().map(grant).collect())
}

fn latest_first(mut all: Vec<Lasting>) -> Vec<Lasting> {
    all.sort_by(|a, b| (b.is_now, b.from_on, &a.what).cmp(&(a.is_now, a.from_on, &b.what)));
    all
}

/// A person who is on the list without a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPage {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their unit.
    pub unit: String,
    /// What they are called there.
    pub post: String,
    /// The name of the files.
    pub files: String,
    /// The roles given to them.
    pub grants: Vec<Lasting>,
}

/// A person: the record of their file, or what the list says if there is none.
pub async fn person(ctx: &Ctx, id: PersonId) -> Result<Result<RecordId, PersonPage>, Error> {
    let mechanism = mechanism(ctx).ok_or(Error::NotFound)?;
    let known = ctx.tree.person(id).ok_or(Error::NotFound)?.clone();
    let unit: UnitId = known.unit.ok_or(Error::NotFound)?;
    let mut conn = ctx.office.db.read().await?;
    let file = RecordId(id.0);
    if store::records::find(&mut conn, file).await?.is_some() {
        records::visible(ctx, &mut conn, file).await?;
        return Ok(Ok(file));
    }
    if !keeps_files_of(ctx, &mechanism, unit) {
        return Err(Error::NotFound);
    }
    Ok(Err(PersonPage {
        id,
        name: known.name,
        unit: ctx.names().unit(unit),
        post: known.post_name.unwrap_or_default(),
        files: mechanism.name.clone(),
        grants: grants(ctx, &mut conn, id).await?,
    }))
}
