//! What stands around every page: the site, the person, the chapters their roles reach, what waits for them.

use kernel::catalog::{Administers, Mechanism};
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
    /// Its mechanisms: id, name, open records.
    pub mechanisms: Vec<(String, String, i64)>,
}

/// The frame for this person.
pub async fn frame(ctx: &Ctx) -> Result<Frame, Error> {
    let mut conn = ctx.office.db.read().await?;
    let unread = match ctx.person() {
        Some(person) => store::notices::count_unread(&mut conn, person, 100).await?,
        None => 0,
    };
    let mut chapters = Vec::new();
    for (chapter, own) in ctx.catalog().by_chapter() {
        let mut mechanisms = Vec::new();
        for mechanism in own {
            if !ctx.reaches(mechanism) {
                continue;
            }
            let scope = register::scope(ctx, mechanism, None)?;
            let by_state = register::counts_by_state(ctx, &mut conn, mechanism, &scope).await?.by_state;
            let open = by_state.iter().filter(|(id, _)| is_open(mechanism, id.as_str())).map(|(_, count)| count).sum();
            mechanisms.push((mechanism.id.to_string(), mechanism.name.clone(), open));
        }
        if !mechanisms.is_empty() {
            chapters.push(ChapterLine {
                id: chapter.id.to_string(),
                name: chapter.name.clone(),
                icon: chapter.icon.clone(),
                mechanisms,
            });
        }
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

fn is_open(mechanism: &Mechanism, state: &str) -> bool {
    mechanism.state(state).is_some_and(|state| !state.is_final)
}

const KINDS: [Administers; 3] = [Administers::System, Administers::Security, Administers::Audit];

/// Does this person hold a role of this administrator? Nobody does in somebody else's name.
pub fn administers(ctx: &Ctx, what: Administers) -> bool {
    let is_one = |role: &RoleId| ctx.vocabulary().role(role.as_str()).is_some_and(|it| it.administers == Some(what));
    ctx.actor.grants().iter().any(|grant| is_one(&grant.role))
}
