//! Changing one's own password.
//!
//! All other sessions end, and this one goes on under a new token.
//! Never without the old one.

use kernel::entry;
use kernel::ids::FieldId;
use kernel::refusal::{Refusal, Spot};
use store::accounts::AccountRow;

use super::own;
use crate::commands::batches::act;
use crate::commands::sign_in::{holds, session_of, turn};
use crate::ctx::Ctx;
use crate::error::Error;

/// A new password.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// The old one.
    pub old: String,
    /// The new one.
    pub new: String,
    /// The new one again.
    pub again: String,
    /// From where.
    pub address: Option<String>,
    /// The token of the session.
    pub token: String,
}

/// Changes the password and gives the session's new token.
pub async fn change(ctx: &Ctx, form: NewPassword) -> Result<String, Error> {
    let (account, session) = {
        let mut conn = ctx.office.db.read().await?;
        let account = store::accounts::find(&mut conn, own(ctx)?).await?.ok_or(Error::NotFound)?;
        (account, session_of(ctx, &mut conn, &form.token).await?.ok_or(Error::NotFound)?)
    };
    prove(ctx, &account, &form.old, form.address.as_deref(), "old").await?;
    refuse(ctx, &account, &form).await?;
    let hash = ctx.office.hashing.hash(form.new).await?;
    let remembered = ctx.policy().remembered;
    let mut tx = ctx.office.db.begin().await?;
    let now = store::accounts::find(&mut tx, account.id).await?.ok_or(Error::NotFound)?;
    if now.password_hash != account.password_hash {
        return Err(Error::Stale);
    }
    store::accounts::remember_password(&mut tx, now.id, ctx.now, &now.password_hash, remembered).await?;
    let changed = AccountRow { password_hash: hash, must_change: false, password_set_at: Some(ctx.now), ..now };
    store::accounts::update(&mut tx, &changed).await?;
    let ended = store::sessions::close_all(&mut tx, changed.id, Some(&session.token_hash)).await?;
    let token = turn(&mut tx, &session, "in", session.ends_at).await?;
    let detail = serde_json::json!({ "account": changed.id.to_string(), "sessions_ended": ended });
    act(ctx, &mut tx, "password.changed", detail).await?;
    tx.commit().await?;
    Ok(token)
}

/// Asks for the password that somebody has; failures count as at the sign-in.
pub(super) async fn prove(
    ctx: &Ctx,
    account: &AccountRow,
    password: &str,
    address: Option<&str>,
    field: &str,
) -> Result<(), Error> {
    let keys = holds::Keys::of_name(&account.login_name, address);
    let _place = ctx.office.hashing.queue(&keys.places()).ok_or_else(|| Refusal::new("sign_in.busy"))?;
    {
        let mut conn = ctx.office.db.read().await?;
        holds::pass(ctx, &mut conn, &keys).await?;
    }
    if ctx.office.hashing.fits(password.to_owned(), Some(account.password_hash.clone())).await? {
        return Ok(());
    }
    let mut tx = ctx.office.db.begin().await?;
    holds::count(ctx, &mut tx, &keys).await?;
    act(ctx, &mut tx, "password.failed", serde_json::json!({ "account": account.id.to_string() })).await?;
    tx.commit().await?;
    Err(Refusal::new("password.old_wrong").at(Spot::Field(FieldId::from(field))).into())
}

/// Everything that speaks against the new password.
async fn refuse(ctx: &Ctx, account: &AccountRow, form: &NewPassword) -> Result<(), Error> {
    let policy = ctx.policy();
    let mut faults = entry::faults(&policy, &form.new, &account.login_name);
    if faults.is_empty() && entry::folds_alike(&form.old, &form.new) {
        faults.push(Refusal::new("password.hardly_new"));
    }
    if faults.is_empty() && is_an_earlier_one(ctx, account, &form.new, policy.remembered).await? {
        faults.push(Refusal::new("password.used_before").with("times", policy.remembered));
    }
    let mut faults: Vec<Refusal> =
        faults.into_iter().map(|fault| fault.at(Spot::Field(FieldId::from("new")))).collect();
    if form.new != form.again {
        faults.push(Refusal::new("password.not_repeated").at(Spot::Field(FieldId::from("again"))));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// Is it the password in use, or one of the last ones?
async fn is_an_earlier_one(ctx: &Ctx, account: &AccountRow, new: &str, times: usize) -> Result<bool, Error> {
    let earlier = {
        let mut conn = ctx.office.db.read().await?;
        store::accounts::old_passwords(&mut conn, account.id, times.saturating_sub(1)).await?
    };
    for hash in std::iter::once(account.password_hash.clone()).chain(earlier).take(times) {
        if ctx.office.hashing.fits(new.to_owned(), Some(hash)).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
