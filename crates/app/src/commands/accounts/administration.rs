//! What may whoever manages accounts do? Make one for a person, give a new one-time password, unlock, end, open again, take
//! a lost second factor away.
//!
//! Each is an act with its reason. A one-time password is shown once and kept only as a hash.
//! Never to one's own account: whoever guards the door does not let themselves in.

use kernel::ids::{AccountId, PersonId};
use kernel::refusal::Refusal;
use store::Tx;
use store::accounts::AccountRow;

use super::{first_passwords, second_factor};
use crate::commands::batches::act;
use crate::commands::sign_in::holds;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::accounts::manages_accounts;

/// The longest sign-in name.
const LONGEST_NAME: usize = 40;
/// The longest reason.
const LONGEST_REASON: usize = 500;

/// An account to come.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// For whom.
    pub person: PersonId,
    /// What they will type.
    pub login_name: String,
}

/// Makes an account and gives its id and its one-time password.
pub async fn make(ctx: &Ctx, form: NewAccount) -> Result<(AccountId, String), Error> {
    manages(ctx)?;
    let person = ctx.tree.person(form.person).ok_or(Error::NotFound)?;
    if ctx.person() == Some(person.id) {
        return Err(Refusal::not_yours("account.own").into());
    }
    let login_name = plain_login(&form.login_name)?;
    let password = first_passwords::easy();
    let hash = ctx.office.hashing.hash(password.clone()).await?;
    let mut tx = ctx.office.db.begin().await?;
    if store::accounts::of_person(&mut tx, person.id).await?.iter().any(|account| account.ended_on.is_none()) {
        return Err(Refusal::new("account.has_one").with("person", &person.name).into());
    }
    if store::accounts::by_login(&mut tx, &login_name).await?.is_some() {
        return Err(Refusal::new("account.name_taken").with("name", &login_name).into());
    }
    let account = AccountRow {
        id: ctx.new_id::<AccountId>(),
        person: person.id,
        login_name,
        password_hash: hash,
        must_change: true,
        password_set_at: Some(ctx.now),
        made_at: Some(ctx.now),
        last_in_at: None,
        ended_on: None,
        ended_why: None,
    };
    store::accounts::insert(&mut tx, &account).await?;
    keep(ctx, &mut tx, "account.made", &account, "").await?;
    tx.commit().await?;
    Ok((account.id, password))
}

/// Gives a one-time password in place of the old one; all sessions end, and the name is unlocked.
pub async fn reset_password(ctx: &Ctx, id: AccountId, reason: &str) -> Result<String, Error> {
    let reason = reasoned(reason)?;
    let account = theirs(ctx, id).await?;
    let password = first_passwords::easy();
    let hash = ctx.office.hashing.hash(password.clone()).await?;
    let mut tx = ctx.office.db.begin().await?;
    reset(ctx, &mut tx, &account, hash).await?;
    keep(ctx, &mut tx, "account.password_reset", &account, &reason).await?;
    tx.commit().await?;
    Ok(password)
}

/// The same from the machine itself, for the day on which nobody who manages accounts can come in: the second factor is
/// taken away too, and an ended account is opened.
pub async fn rescue(ctx: &Ctx, login_name: &str, reason: &str) -> Result<String, Error> {
    let reason = reasoned(reason)?;
    let password = first_passwords::easy();
    let hash = ctx.office.hashing.hash(password.clone()).await?;
    let mut tx = ctx.office.db.begin().await?;
    let account = store::accounts::by_login(&mut tx, login_name).await?.ok_or(Error::NotFound)?;
    let account = AccountRow { ended_on: None, ended_why: None, ..account };
    reset(ctx, &mut tx, &account, hash).await?;
    second_factor::take_away(&mut tx, account.id).await?;
    keep(ctx, &mut tx, "account.rescued", &account, &reason).await?;
    tx.commit().await?;
    Ok(password)
}

async fn reset(ctx: &Ctx, tx: &mut Tx, account: &AccountRow, hash: String) -> Result<(), Error> {
    let remembered = ctx.policy().remembered;
    store::accounts::remember_password(tx, account.id, ctx.now, &account.password_hash, remembered).await?;
    let changed =
        AccountRow { password_hash: hash, must_change: true, password_set_at: Some(ctx.now), ..account.clone() };
    store::accounts::update(tx, &changed).await?;
    store::sessions::close_all(tx, account.id, None).await?;
    forget_failures(ctx, tx, account).await.map(|_| ())
}

/// Forgets the failures of an account, so that it can be tried again at once.
pub async fn unlock(ctx: &Ctx, id: AccountId) -> Result<(), Error> {
    let account = theirs(ctx, id).await?;
    let mut tx = ctx.office.db.begin().await?;
    if !forget_failures(ctx, &mut tx, &account).await? {
        return Err(Refusal::new("account.not_locked").into());
    }
    keep(ctx, &mut tx, "account.unlocked", &account, "").await?;
    Ok(tx.commit().await?)
}

async fn forget_failures(ctx: &Ctx, tx: &mut Tx, account: &AccountRow) -> Result<bool, Error> {
    let by_name = holds::forget_key(ctx, tx, &holds::of_name(&account.login_name)).await?;
    let by_code = holds::forget_key(ctx, tx, &holds::of_codes(account.id)).await?;
    Ok(by_name || by_code)
}

/// Ends an account from today on; all its sessions end.
pub async fn end(ctx: &Ctx, id: AccountId, reason: &str) -> Result<(), Error> {
    let reason = reasoned(reason)?;
    let account = theirs(ctx, id).await?;
    if account.ended_on.is_some() {
        return Err(Refusal::new("account.ended_already").into());
    }
    let mut tx = ctx.office.db.begin().await?;
    switch_off(ctx, &mut tx, &account, "said", &reason).await?;
    Ok(tx.commit().await?)
}

/// Ends an account within a transaction, with its act.
pub(crate) async fn switch_off(
    ctx: &Ctx,
    tx: &mut Tx,
    account: &AccountRow,
    why: &str,
    reason: &str,
) -> Result<(), Error> {
    let ended = AccountRow { ended_on: Some(ctx.today), ended_why: Some(why.to_owned()), ..account.clone() };
    store::accounts::update(tx, &ended).await?;
    store::sessions::close_all(tx, account.id, None).await?;
    keep(ctx, tx, "account.ended", account, reason).await
}

/// Opens an ended account again, with a one-time password: what was in use before it ended is not trusted.
pub async fn open_again(ctx: &Ctx, id: AccountId, reason: &str) -> Result<String, Error> {
    let reason = reasoned(reason)?;
    let account = theirs(ctx, id).await?;
    if account.ended_on.is_none() {
        return Err(Refusal::new("account.not_ended").into());
    }
    let password = first_passwords::easy();
    let hash = ctx.office.hashing.hash(password.clone()).await?;
    let mut tx = ctx.office.db.begin().await?;
    // What counts is the day on which it was opened again, or the clock would end it the next minute.
    let account = AccountRow { ended_on: None, ended_why: None, last_in_at: None, made_at: Some(ctx.now), ..account };
    reset(ctx, &mut tx, &account, hash).await?;
    keep(ctx, &mut tx, "account.opened", &account, &reason).await?;
    tx.commit().await?;
    Ok(password)
}

/// Takes the second factor of somebody away who lost it; all their sessions end.
pub async fn reset_second_factor(ctx: &Ctx, id: AccountId, reason: &str) -> Result<(), Error> {
    let reason = reasoned(reason)?;
    let account = theirs(ctx, id).await?;
    let mut tx = ctx.office.db.begin().await?;
    if !second_factor::take_away(&mut tx, account.id).await? {
        return Err(Refusal::new("second_factor.none").into());
    }
    store::sessions::close_all(&mut tx, account.id, None).await?;
    forget_failures(ctx, &mut tx, &account).await?;
    keep(ctx, &mut tx, "second_factor.reset", &account, &reason).await?;
    Ok(tx.commit().await?)
}

async fn keep(ctx: &Ctx, tx: &mut Tx, kind: &str, account: &AccountRow, reason: &str) -> Result<(), Error> {
    let detail = serde_json::json!({
        "account": account.id.to_string(),
        "person": account.person.to_string(),
        "login_name": account.login_name,
        "reason": reason,
    });
    act(ctx, tx, kind, detail).await
}

fn manages(ctx: &Ctx) -> Result<(), Error> {
    if manages_accounts(ctx) { Ok(()) } else { Err(Error::NotFound) }
}

/// An account of somebody else, for whoever manages accounts.
async fn theirs(ctx: &Ctx, id: AccountId) -> Result<AccountRow, Error> {
    manages(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let account = store::accounts::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    match Some(account.person) == ctx.person() {
        true => Err(Refusal::not_yours("account.own").into()),
        false => Ok(account),
    }
}

fn reasoned(reason: &str) -> Result<String, Error> {
    let reason: String = reason.trim().chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect();
    if reason.is_empty() { Err(Refusal::new("account.reason_missing").into()) } else { Ok(reason) }
}

/// A sign-in name that can be typed on every keyboard and read out without doubt.
fn plain_login(typed: &str) -> Result<String, Error> {
    let name = typed.trim().to_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let is_plain = (2..=LONGEST_NAME).contains(&name.len()) && name.chars().all(fits);
    if is_plain { Ok(name) } else { Err(Refusal::new("account.name_bad").into()) }
}
