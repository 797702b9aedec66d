//! What does this person follow, and where does it stand?
//!
//! Never what they do not see any more: of that only the day on which they began to follow it is shown.

use std::collections::HashMap;

use kernel::ids::RecordId;
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::queries::desk::HIDDEN;
use crate::queries::register;
use crate::records;
use crate::words::{moment, state_name};

/// A page of what is followed.
#[derive(Clone, Debug)]
pub struct Following {
    /// The newest records first.
    pub lines: Vec<FollowingLine>,
    /// Where the next page begins.
    pub next: Option<RecordId>,
}

/// A record that is followed.
#[derive(Clone, Debug)]
pub struct FollowingLine {
    /// The record.
    pub id: RecordId,
    /// Since when.
    pub since: String,
    /// Number and title; of what is no longer seen, that it is not.
    pub title: String,
    /// The mechanism's name.
    pub mechanism: String,
    /// The state's name.
    pub state: String,
    /// Its light.
    pub light: Option<Light>,
    /// Is it still seen?
    pub is_seen: bool,
}

const PAGE: u32 = 50;

/// What this person follows, after a record already shown.
pub async fn following(ctx: &Ctx, after: Option<RecordId>) -> Result<Following, Error> {
    let person = ctx.person().ok_or(Error::NotFound)?;
    let mut conn = ctx.office.db.read().await?;
    let mut rows = store::follows::of_person(&mut conn, person, after, PAGE + 1).await?;
    let has_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = rows.last().map(|it| it.0).filter(|_| has_more);
    let ids: Vec<RecordId> = rows.iter().map(|it| it.0).collect();
    let seen = records::listed_of(ctx, &mut conn, &ids).await?;
    let seen: HashMap<RecordId, _> = seen.iter().map(|found| (found.record.id, found)).collect();
    let line = |(id, since): (RecordId, i64)| {
        let found = seen.get(&id);
        let title = found.map(|found| match &found.record.number {
            Some(number) => format!("{number} · {}", found.record.title),
            None => found.record.title.clone(),
        });
        FollowingLine {
            id,
            since: moment(since),
            title: title.unwrap_or_else(|| HIDDEN.to_owned()),
            mechanism: found.map(|it| it.mechanism.name.clone()).unwrap_or_default(),
            state: found.map(|it| state_name(&it.mechanism, it.record.state.as_str())).unwrap_or_default(),
            light: found.and_then(|it| register::light(ctx, it)),
            is_seen: found.is_some(),
        }
    };
    Ok(Following { lines: rows.into_iter().map(line).collect(), next })
}

/// Does this person follow the record?
pub(crate) async fn is_one(ctx: &Ctx, conn: &mut Conn, id: RecordId) -> Result<bool, Error> {
    match ctx.person() {
        Some(person) => Ok(store::follows::is_one(conn, person, id).await?),
        None => Ok(false),
    }
}
