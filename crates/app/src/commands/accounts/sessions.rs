//! Ending one's own sessions: one, all others, or all.
//!
//! Never somebody else's.

use uuid::Uuid;

use super::own;
use crate::commands::batches::act;
use crate::commands::sign_in::token_hash;
use crate::ctx::Ctx;
use crate::error::Error;

/// Ends one of one's sessions.
pub async fn end(ctx: &Ctx, session: Uuid) -> Result<(), Error> {
    let account = own(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    if !store::sessions::close_one(&mut tx, account, session).await? {
        return Err(Error::NotFound);
    }
    act(ctx, &mut tx, "session.ended", serde_json::json!({ "session": session.to_string() })).await?;
    Ok(tx.commit().await?)
}

/// Ends all of one's sessions but the one of this token; says how many.
pub async fn end_others(ctx: &Ctx, token: &str) -> Result<u64, Error> {
    end_all_but(ctx, Some(token)).await
}

/// Ends all of one's sessions, this one too; says how many.
pub async fn end_all(ctx: &Ctx) -> Result<u64, Error> {
    end_all_but(ctx, None).await
}

async fn end_all_but(ctx: &Ctx, token: Option<&str>) -> Result<u64, Error> {
    let account = own(ctx)?;
    let hash = token.map(token_hash);
    let mut tx = ctx.office.db.begin().await?;
    let count = store::sessions::close_all(&mut tx, account, hash.as_deref()).await?;
    act(ctx, &mut tx, "session.ended", serde_json::json!({ "count": count })).await?;
    tx.commit().await?;
    Ok(count)
}
