//! Following a record 关注: whoever sees it may, and hears of each step and remark while they see it.
//!
//! Never a right: following shows nobody anything.

use kernel::ids::RecordId;
use kernel::refusal::Refusal;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// The kind of notices to those who follow.
pub const FOLLOWED: &str = "followed";
/// The most records that one person follows.
const MOST: i64 = 500;

/// This person follows a record that they see.
pub async fn follow(ctx: &Ctx, id: RecordId) -> Result<(), Error> {
    let person = ctx.person().ok_or(Error::NotFound)?;
    let mut tx = ctx.office.db.begin().await?;
    records::visible(ctx, &mut tx, id).await?;
    if store::follows::count(&mut tx, person).await? >= MOST {
        return Err(Refusal::new("follow.too_many").with("most", MOST).into());
    }
    store::follows::insert(&mut tx, person, id, ctx.now).await?;
    Ok(tx.commit().await?)
}

/// This person follows it no longer; also what they do not see any more.
pub async fn unfollow(ctx: &Ctx, id: RecordId) -> Result<(), Error> {
    let person = ctx.person().ok_or(Error::NotFound)?;
    let mut tx = ctx.office.db.begin().await?;
    if !store::follows::remove(&mut tx, person, id).await? {
        // Pressed twice: what is not followed and is seen stays so.
        records::visible(ctx, &mut tx, id).await?;
    }
    Ok(tx.commit().await?)
}
