//! The second part of a sign-in: a one-time code, or a recovery code.
//!
//! Never a code twice, and never more guesses than a password has.

use kernel::ids::FieldId;
use kernel::refusal::{Refusal, Spot};
use store::accounts::AccountRow;
use store::sessions::SessionRow;
use store::{Conn, Tx};

use super::{Origin, arrive, as_person, holds, session_of, turn};
use crate::commands::accounts::second_factor;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

/// How long the form of the code may lie open.
pub(super) const AWAITED_MS: i64 = 10 * 60_000;

/// Takes a code from whoever gave their password; gives the session's new token.
pub async fn give_code(ctx: &Ctx, token: &str, code: &str, origin: &Origin) -> Result<String, Error> {
    let (session, account) = awaited(ctx, token).await?;
    let keys = holds::Keys::of_codes(account.id, origin.address.as_deref());
    let ctx = &as_person(ctx, &account);
    let mut tx = ctx.office.db.begin().await?;
    holds::pass(ctx, &mut tx, &keys).await?;
    let used = use_code(ctx, &mut tx, &account, code).await?;
    if used == Used::None {
        let locked = holds::count(ctx, &mut tx, &keys).await?;
        let detail =
            serde_json::json!({ "account": account.id.to_string(), "address": origin.address, "locked": locked });
        act(ctx, &mut tx, "sign_in.code_failed", detail).await?;
        tx.commit().await?;
        return Err(Refusal::new("second_factor.wrong").at(Spot::Field(FieldId::from("code"))).into());
    }
    holds::forget(ctx, &mut tx, &keys).await?;
    let token = turn(&mut tx, &session, "in", ctx.now + ctx.policy().longest_ms).await?;
    arrive(ctx, &mut tx, &account, &session, used == Used::Recovery).await?;
    tx.commit().await?;
    Ok(token)
}

/// Is a code still awaited under this token?
pub async fn is_awaited(ctx: &Ctx, token: &str) -> Result<bool, Error> {
    let mut conn = ctx.office.db.read().await?;
    let session = session_of(ctx, &mut conn, token).await?;
    Ok(session.is_some_and(|session| session.stage == "code"))
}

async fn awaited(ctx: &Ctx, token: &str) -> Result<(SessionRow, AccountRow), Error> {
    let mut conn = ctx.office.db.read().await?;
    let session = session_of(ctx, &mut conn, token).await?.filter(|session| session.stage == "code");
    let session = session.ok_or_else(|| Refusal::new("sign_in.needed"))?;
    let account = store::accounts::find(&mut conn, session.account).await?.ok_or(Error::NotFound)?;
    Ok((session, account))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Used {
    None,
    Code,
    Recovery,
}

/// Uses the code up, if it is one.
async fn use_code(ctx: &Ctx, tx: &mut Tx, account: &AccountRow, typed: &str) -> Result<Used, Error> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).take(100).collect();
    let Some(factor) = store::second_factors::find(tx, account.id).await? else { return Ok(Used::None) };
    if let Some(step) = second_factor::step_of(&second_factor::opened(ctx, &factor)?, &code, ctx.now)? {
        second_factor::use_up(tx, account.id, step).await?;
        return Ok(Used::Code);
    }
    let hash = second_factor::recovery_hash(&code);
    let is_used = store::second_factors::use_recovery_code(tx, account.id, &hash, ctx.now).await?;
    Ok(if is_used { Used::Recovery } else { Used::None })
}

/// Has the account a second factor that is asked for on this way in?
pub(super) async fn is_asked(ctx: &Ctx, conn: &mut Conn, account: &AccountRow, way: &str) -> Result<bool, Error> {
    if way == "single_sign_on" && ctx.policy().trusts_single_sign_on {
        return Ok(false);
    }
    Ok(store::second_factors::find(conn, account.id).await?.is_some())
}
