//! What stands around every page: the site, the person, the chapters their roles reach, what waits for them.

use kernel::catalog::Administers;
use kernel::ids::RoleId;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register;

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The office's name.
    pub site: String,
    /// The person's name.
    pub person: String,
    /// Their unit's short name.
    pub unit: String,
    /// The name of the widest subtree they reach.
    pub scope: String,
    /// The chapters.
    pub chapters: Vec<ChapterLine>,
    /// Unread notices.
    pub unread: i64,
    /// What they administer, if they are an administrator.
    pub administers: Vec<Administers>,
    /// Do they give roles?
    pub gives: bool,
}

/// A chapter of the menu.
#[derive(Clone, Debug)]
pub struct ChapterLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its icon's name.
    pub icon: String,
    /// Its mechanisms: id, name, open records where the chapter stands open.
    pub mechanisms: Vec<(String, String, Option<i64>)>,
}

/// The frame for this person on a page of this mechanism, or of none. Only the chapter that stands open is counted.
pub async fn frame(ctx: &Ctx, at: Option<&str>) -> Result<Frame, Error> {
    let mut conn = ctx.office.db.read().await?;
    let unread = match ctx.person() {
        Some(person) => store::notices::count_unread(&mut conn, person, 100).await?,
        None => 0,
    };
    let mut reached = ctx.catalog().by_chapter();
    reached.iter_mut().for_each(|(_, own)| own.retain(|it| ctx.reaches(it)));
    reached.retain(|(_, own)| !own.is_empty());
    let is_only = reached.len() == 1;
    let mut chapters = Vec::new();
    for (chapter, own) in reached {
        let is_open = is_only || own.iter().any(|it| at.is_some_and(|at| *it.id.as_str() == *at));
        let mut open = match is_open {
            true => register::open_counts(ctx, &mut conn, &own).await?.into_iter(),
            false => Vec::new().into_iter(),
        };
        chapters.push(ChapterLine {
            id: chapter.id.to_string(),
            name: chapter.name.clone(),
            icon: chapter.icon.clone(),
            mechanisms: own.iter().map(|it| (it.id.to_string(), it.name.clone(), open.next())).collect(),
        });
    }
    let me = ctx.person().and_then(|id| ctx.tree.person(id));
    let widest = ctx.actor.grants().iter().max_by_key(|grant| grant.over.last - grant.over.first);
    Ok(Frame {
        site: ctx.vocabulary().setting("机关名称").unwrap_or_default().to_owned(),
        person: ctx.actor.name().to_owned(),
        unit: me
            .and_then(|person| person.unit)
            .and_then(|id| ctx.tree.unit(id))
            .map_or_else(String::new, |unit| unit.short_name.clone()),
        scope: widest.map(|grant| ctx.names().unit(grant.unit)).unwrap_or_default(),
        chapters,
        unread,
        administers: KINDS.into_iter().filter(|kind| administers(ctx, *kind)).collect(),
        gives: crate::queries::grants::gives(ctx),
    })
}

const KINDS: [Administers; 3] = [Administers::System, Administers::Security, Administers::Audit];

/// Does this person hold a role of this administrator? Nobody does in somebody else's name.
pub fn administers(ctx: &Ctx, what: Administers) -> bool {
    let is_one = |role: &RoleId| ctx.vocabulary().role(role.as_str()).is_some_and(|it| it.administers == Some(what));
    ctx.actor.grants().iter().any(|grant| is_one(&grant.role))
}
