//! A calendar that is read without signing in: an address with a token of 256 bits, told once, ended at any time.
//!
//! Wrong tokens are counted by address, as failures of signing in are.
//! Never the token in an act, a log or the database.

use kernel::ids::PersonId;
use serde_json::json;
use store::calendar_feeds::CalendarFeedRow;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keys::salt;
use crate::queries::calendars;

fn own(ctx: &Ctx) -> Result<PersonId, Error> {
    ctx.person().ok_or(Error::NotFound)
}

fn hash(token: &str) -> String {
    kernel::journal::digest(token.as_bytes())
}

/// Gives this person an address of their calendar; the one before leads nowhere from now on.
pub async fn make(ctx: &Ctx) -> Result<String, Error> {
    let person = own(ctx)?;
    let token = salt() + &salt();
    let row = CalendarFeedRow { person, token_hash: hash(&token), made_at: ctx.now, read_on: None };
    let mut tx = ctx.office.db.begin().await?;
    store::calendar_feeds::put(&mut tx, &row).await?;
    act(ctx, &mut tx, "calendar.made", json!({})).await?;
    tx.commit().await?;
    Ok(token)
}

/// The address leads nowhere from now on.
pub async fn end(ctx: &Ctx) -> Result<(), Error> {
    let person = own(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    if !store::calendar_feeds::remove(&mut tx, person).await? {
        return Err(Error::NotFound);
    }
    act(ctx, &mut tx, "calendar.ended", json!({})).await?;
    Ok(tx.commit().await?)
}

/// When this person's address was made, and on which day it was read last.
pub async fn standing(ctx: &Ctx) -> Result<Option<CalendarFeedRow>, Error> {
    let person = own(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    Ok(store::calendar_feeds::find(&mut conn, person).await?)
}

/// The calendar of a token, for whoever brings it. Whatever is wrong, it is not there.
pub async fn by_token(ctx: &Ctx, token: &str) -> Result<String, Error> {
    let key = ctx.address.as_deref().map(|address| format!("calendar:{address}"));
    let mut tx = ctx.office.db.begin().await?;
    if let Some(key) = &key {
        let held = store::sign_in_failures::of(&mut tx, &[key]).await?;
        if held.iter().any(|row| row.held_until_at > ctx.now) {
            return Err(Error::NotFound);
        }
    }
    let Some(feed) = store::calendar_feeds::by_token(&mut tx, &hash(token)).await? else {
        if let Some(key) = &key {
            let policy = ctx.policy();
            let failures = store::sign_in_failures::count(&mut tx, key, ctx.now, ctx.now - policy.lock_ms).await?;
            if failures >= policy.address_failures {
                store::sign_in_failures::hold(&mut tx, key, ctx.now + policy.lock_ms).await?;
            }
            tx.commit().await?;
        }
        return Err(Error::NotFound);
    };
    let accounts = store::accounts::of_person(&mut tx, feed.person).await?;
    let is_here = accounts.iter().any(|it| it.ended_on.is_none_or(|day| day > ctx.today));
    let actor = ctx.as_person(feed.person).filter(|_| is_here).ok_or(Error::NotFound)?;
    let own = Ctx { actor, ..ctx.clone() };
    // Programs read it every quarter of an hour: the first time of a day is written down.
    if store::calendar_feeds::mark_read(&mut tx, feed.person, ctx.today).await? {
        act(&own, &mut tx, "calendar.read", json!({})).await?;
    }
    tx.commit().await?;
    let home = ctx.office.outward().map(|it| it.home().to_owned()).unwrap_or_default();
    calendars::own(&own, &home).await
}
