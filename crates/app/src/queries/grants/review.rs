//! Which grants has nobody looked at this year? The yearly review, by unit, with when each was last used.
//!
//! Never ends a grant by itself: somebody keeps or ends each.

use std::collections::HashMap;

use kernel::ids::{PersonId, RoleId};
use store::grants::GrantAsk;

use super::{GrantLine, PAGE, line, rows_in_reach};
use crate::ctx::Ctx;
use crate::error::Error;

/// The setting that keeps the moment at which the running review was opened.
pub const OPENED: &str = "grants.review_opened";
/// How far back the last use is looked for: thirteen months.
const LOOK_BACK_MS: i64 = 396 * 24 * 3_600_000;

/// A page of the review.
#[derive(Clone, Debug)]
pub struct ReviewPage {
    /// When the review was opened, in words; empty if none was opened yet.
    pub opened: String,
    /// The grants, each with its last use in words (empty: none in thirteen months).
    pub lines: Vec<(GrantLine, String)>,
    /// The key of the next page.
    pub next: Option<String>,
    /// Does it show what was reviewed, rather than what is still to be?
    pub done: bool,
}

/// The moment since which a grant must have been given or reviewed.
pub(crate) async fn opened_at(ctx: &Ctx) -> Result<Option<i64>, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = store::settings::find(&mut conn, OPENED).await?;
    Ok(found.and_then(|text| text.parse().ok()))
}

/// The review: what is still to be looked at, or what was.
pub async fn review(ctx: &Ctx, done: bool, after: &str) -> Result<ReviewPage, Error> {
    if !super::gives(ctx) {
        return Err(Error::NotFound);
    }
    let opened = opened_at(ctx).await?;
    let since = opened.unwrap_or(ctx.now);
    let mut asked = GrantAsk { reach: rows_in_reach(ctx), on: Some(ctx.today), ..GrantAsk::default() };
    match done {
        true => asked.reviewed_since = Some(since),
        false => asked.unreviewed_since = Some(since),
    }
    asked.after = after.split_once('_').and_then(|(ord, id)| Some((ord.parse().ok()?, id.parse().ok()?)));
    let mut conn = ctx.office.db.read().await?;
    let mut rows = match opened {
        Some(_) => store::grants::page(&mut conn, &asked, PAGE + 1).await?,
        None => Vec::new(),
    };
    let next = (rows.len() > PAGE as usize).then(|| {
        rows.truncate(PAGE as usize);
        rows.last().map(|(ord, story)| format!("{ord}_{}", story.grant.id)).unwrap_or_default()
    });
    let mut people: Vec<PersonId> = rows.iter().map(|(_, story)| story.grant.person).collect();
    people.sort();
    people.dedup();
    let since = ctx.now - LOOK_BACK_MS;
    let uses = store::grants::last_uses(&mut conn, &people, since).await?;
    let uses: HashMap<(PersonId, RoleId), i64> = uses.into_iter().map(|(who, role, at)| ((who, role), at)).collect();
    let acts: HashMap<PersonId, i64> = store::acts::last_of(&mut conn, &people, since).await?.into_iter().collect();
    let lines = rows.iter().map(|(_, story)| {
        let grant = &story.grant;
        let administers = ctx.vocabulary().role(grant.role.as_str()).is_some_and(|role| role.administers.is_some());
        let used = match administers {
            true => acts.get(&grant.person),
            false => uses.get(&(grant.person, grant.role.clone())),
        };
        (line(ctx, story), used.map(|at| crate::words::moment(*at)).unwrap_or_default())
    });
    Ok(ReviewPage { opened: opened.map(crate::words::moment).unwrap_or_default(), lines: lines.collect(), next, done })
}
