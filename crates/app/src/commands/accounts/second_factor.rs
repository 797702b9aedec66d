//! Setting up, renewing and taking away one's own second factor: one-time codes of an authenticator (RFC 6238), and
//! recovery codes for the day on which it is lost.
//!
//! The secret is kept sealed under a key that lies outside of the database; until a first code confirmed it, it is kept
//! nowhere but in the form.
//! Never a recovery code that is shown twice.

use kernel::ids::{AccountId, FieldId};
use kernel::refusal::{Refusal, Spot};
use rand::RngCore as _;
use store::Tx;
use store::accounts::AccountRow;
use store::second_factors::SecondFactorRow;
use store::sessions::SessionRow;
use totp_rs::{Builder, Secret, Totp};

use super::{own, password};
use crate::commands::batches::act;
use crate::commands::sign_in::{holds, needs_second_factor, session_of, turn};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keys::Keys;

/// The length of a secret, in bytes (RFC 4226 section 4).
pub const SECRET_LENGTH: usize = 20;
/// How many recovery codes are made.
const RECOVERY_CODES: usize = 8;
/// The random bytes of a recovery code: 120 bits, so that a plain hash of it tells nothing.
const RECOVERY_LENGTH: usize = 15;
/// How long a form with a new secret may lie open.
const FORM_MS: i64 = 15 * 60_000;
/// Whoever came without a password proves by a fresh sign-in that it is they.
const FRESH_MS: i64 = 10 * 60_000;

const KEPT: &str = "second_factor";
const IN_FORM: &str = "second_factor.form";

/// Who asks for a new secret.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Their password; not asked of whoever came by the single sign-on.
    pub password: String,
    /// From where.
    pub address: Option<String>,
    /// The token of their session.
    pub token: String,
}

/// A new secret, to be put into an authenticator.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// As it is typed: letters and digits, without blanks.
    pub typed: String,
    /// As the form carries it.
    pub sealed: String,
    /// For whom: the sign-in name.
    pub login_name: String,
}

/// The first code of a new secret.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// The secret, as the form carried it.
    pub sealed: String,
    /// The code.
    pub code: String,
    /// From where.
    pub address: Option<String>,
    /// The token of their session.
    pub token: String,
}

/// The one-time codes of a secret: six digits, half a minute each, one period early or late.
pub fn totp(secret: &[u8]) -> Result<Totp, Error> {
    let secret = Secret::new(secret.to_vec().into_boxed_slice());
    Builder::new().with_secret(secret).build().map_err(|fault| Error::broken("make one-time codes", fault))
}

/// The period whose code was typed, if it is one of this moment.
pub(crate) fn step_of(secret: &[u8], code: &str, now: i64) -> Result<Option<i64>, Error> {
    let seconds = u64::try_from(now / 1000).unwrap_or(0);
    let step = totp(secret)?.check(code, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The secrets of the installation; without them nothing can be sealed.
pub(crate) fn keys(ctx: &Ctx) -> Result<&Keys, Error> {
    ctx.office.keys().ok_or_else(|| Error::broken("seal a secret", anyhow::anyhow!("there is no key file")))
}

/// The secret of an account, opened.
pub(crate) fn opened(ctx: &Ctx, row: &SecondFactorRow) -> Result<Vec<u8>, Error> {
    keys(ctx)?.open(KEPT, row.account.0.as_bytes(), &row.secret)
}

/// Gives a new secret to whoever proves that it is they.
pub async fn begin(ctx: &Ctx, proof: Proof) -> Result<NewSecret, Error> {
    let (account, session) = mine(ctx, &proof.token).await?;
    prove(ctx, &account, &session, &proof).await?;
    let mut secret = [0_u8; SECRET_LENGTH];
    rand::rng().fill_bytes(&mut secret);
    let mut plain = ctx.now.to_be_bytes().to_vec();
    plain.extend(secret);
    let sealed = keys(ctx)?.seal(IN_FORM, account.id.0.as_bytes(), &plain)?;
    Ok(NewSecret { typed: base32(&secret), sealed, login_name: account.login_name })
}

/// The secret that a form carries, to be shown again.
pub async fn again(ctx: &Ctx, sealed: &str) -> Result<NewSecret, Error> {
    let account = {
        let mut conn = ctx.office.db.read().await?;
        store::accounts::find(&mut conn, own(ctx)?).await?.ok_or(Error::NotFound)?
    };
    let secret = from_form(ctx, account.id, sealed)?;
    Ok(NewSecret { typed: base32(&secret), sealed: sealed.to_owned(), login_name: account.login_name })
}

/// Takes the secret into use once a code of it was typed. Gives recovery codes, which are shown this once, and the
/// session's new token.
pub async fn confirm(ctx: &Ctx, form: Confirmation) -> Result<(Vec<String>, String), Error> {
    let (account, session) = mine(ctx, &form.token).await?;
    let secret = from_form(ctx, account.id, &form.sealed)?;
    let step = pass(ctx, account.id, &secret, &form.code, form.address.as_deref()).await?;
    let mut tx = ctx.office.db.begin().await?;
    take_into_use(ctx, &mut tx, account.id, &secret, step).await?;
    let codes = renew_codes(&mut tx, account.id).await?;
    store::sessions::close_all(&mut tx, account.id, Some(&session.token_hash)).await?;
    let token = turn(&mut tx, &session, "in", session.ends_at).await?;
    act(ctx, &mut tx, "second_factor.set_up", serde_json::json!({ "account": account.id.to_string() })).await?;
    tx.commit().await?;
    Ok((codes, token))
}

/// Keeps a secret, sealed, as the second factor of an account.
pub async fn take_into_use(ctx: &Ctx, tx: &mut Tx, account: AccountId, secret: &[u8], step: i64) -> Result<(), Error> {
    let sealed = keys(ctx)?.seal(KEPT, account.0.as_bytes(), secret)?;
    let row = SecondFactorRow { account, secret: sealed, confirmed_at: ctx.now, last_step: step };
    Ok(store::second_factors::put(tx, &row).await?)
}

/// New recovery codes in place of the old ones, for whoever types a code.
pub async fn new_codes(ctx: &Ctx, code: &str, address: Option<&str>, token: &str) -> Result<Vec<String>, Error> {
    let (account, _) = mine(ctx, token).await?;
    let row = {
        let mut conn = ctx.office.db.read().await?;
        store::second_factors::find(&mut conn, account.id).await?.ok_or(Error::NotFound)?
    };
    let step = pass(ctx, account.id, &opened(ctx, &row)?, code, address).await?;
    let mut tx = ctx.office.db.begin().await?;
    use_up(&mut tx, account.id, step).await?;
    let codes = renew_codes(&mut tx, account.id).await?;
    act(ctx, &mut tx, "second_factor.codes", serde_json::json!({ "account": account.id.to_string() })).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Takes one's second factor away, if no role demands it.
pub async fn remove(ctx: &Ctx, proof: Proof) -> Result<(), Error> {
    let (account, session) = mine(ctx, &proof.token).await?;
    if needs_second_factor(ctx, ctx.actor.grants()) {
        return Err(Refusal::new("second_factor.demanded").into());
    }
    prove(ctx, &account, &session, &proof).await?;
    let mut tx = ctx.office.db.begin().await?;
    if !take_away(&mut tx, account.id).await? {
        return Err(Error::NotFound);
    }
    act(ctx, &mut tx, "second_factor.removed", serde_json::json!({ "account": account.id.to_string() })).await?;
    Ok(tx.commit().await?)
}

/// Takes the second factor of an account away with its recovery codes; false if there was none.
pub(super) async fn take_away(tx: &mut Tx, account: AccountId) -> Result<bool, Error> {
    store::second_factors::put_recovery_codes(tx, account, &[]).await?;
    Ok(store::second_factors::remove(tx, account).await?)
}

/// The hash of a recovery code as it is kept; signs between the letters do not count.
pub(crate) fn recovery_hash(code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    kernel::journal::digest(format!("recovery code {plain}").as_bytes()).into_bytes()
}

/// The code of a period is used up; a refusal if it was used already.
pub(crate) async fn use_up(tx: &mut Tx, account: AccountId, step: i64) -> Result<(), Error> {
    match store::second_factors::use_step(tx, account, step).await? {
        true => Ok(()),
        false => Err(Refusal::new("second_factor.used").at(spot()).into()),
    }
}

fn spot() -> Spot {
    Spot::Field(FieldId::from("code"))
}

async fn mine(ctx: &Ctx, token: &str) -> Result<(AccountRow, SessionRow), Error> {
    let mut conn = ctx.office.db.read().await?;
    let account = store::accounts::find(&mut conn, own(ctx)?).await?.ok_or(Error::NotFound)?;
    let session = session_of(ctx, &mut conn, token).await?.ok_or(Error::NotFound)?;
    Ok((account, session))
}

async fn prove(ctx: &Ctx, account: &AccountRow, session: &SessionRow, proof: &Proof) -> Result<(), Error> {
    if session.way == "password" {
        return password::prove(ctx, account, &proof.password, proof.address.as_deref(), "password").await;
    }
    match session.opened_at + FRESH_MS > ctx.now {
        true => Ok(()),
        false => Err(Refusal::new("second_factor.sign_in_again").into()),
    }
}

/// The period of a code of this secret; a wrong one counts as a failure.
async fn pass(ctx: &Ctx, account: AccountId, secret: &[u8], code: &str, address: Option<&str>) -> Result<i64, Error> {
    let keys = holds::Keys::of_codes(account, address);
    let mut tx = ctx.office.db.begin().await?;
    holds::pass(ctx, &mut tx, &keys).await?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    match step_of(secret, &code, ctx.now)? {
        Some(step) => {
            holds::forget(ctx, &mut tx, &keys).await?;
            tx.commit().await?;
            Ok(step)
        }
        None => {
            holds::count(ctx, &mut tx, &keys).await?;
            act(ctx, &mut tx, "second_factor.failed", serde_json::json!({ "account": account.to_string() })).await?;
            tx.commit().await?;
            Err(Refusal::new("second_factor.wrong").at(spot()).into())
        }
    }
}

async fn renew_codes(tx: &mut Tx, account: AccountId) -> Result<Vec<String>, Error> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| recovery_hash(code)).collect();
    store::second_factors::put_recovery_codes(tx, account, &hashes).await?;
    Ok(codes)
}

/// Six groups of four letters and digits.
fn recovery_code() -> String {
    let mut bytes = [0_u8; RECOVERY_LENGTH];
    rand::rng().fill_bytes(&mut bytes);
    let letters: Vec<char> = base32(&bytes).chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

fn base32(bytes: &[u8]) -> String {
    Secret::new(bytes.to_vec().into_boxed_slice()).to_base32()
}

fn from_form(ctx: &Ctx, account: AccountId, sealed: &str) -> Result<Vec<u8>, Error> {
    let stale = || Error::from(Refusal::new("second_factor.form_old"));
    // A form that was changed or belongs to somebody else is as good as an old one.
    let plain = keys(ctx)?.open(IN_FORM, account.0.as_bytes(), sealed).map_err(|_| stale())?;
    let (made_at, secret) = plain.split_first_chunk::<8>().ok_or_else(stale)?;
    let made_at = i64::from_be_bytes(*made_at);
    if made_at + FORM_MS <= ctx.now || secret.len() != SECRET_LENGTH {
        return Err(stale());
    }
    Ok(secret.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_holds_for_its_period_and_the_ones_beside_it() {
        // RFC 6238, appendix B, shortened to six digits.
        let secret = b"12345678901234567890";
        assert_eq!(step_of(secret, "287082", 59_000).unwrap(), Some(1));
        assert_eq!(step_of(secret, "287082", 89_000).unwrap(), Some(1));
        assert_eq!(step_of(secret, "287082", 90_000).unwrap(), None);
        assert_eq!(step_of(secret, "081804", 1_111_111_109_000).unwrap(), Some(37_037_036));
        for wrong in ["", "28708", "+28708", "２８７０８２", "2870822", "不是数字"] {
            assert_eq!(step_of(secret, wrong, 59_000).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn a_recovery_code_is_long_and_may_be_typed_without_its_signs() {
        let code = recovery_code();
        assert_eq!((code.len(), code.split('-').count()), (29, 6));
        assert_eq!(recovery_hash(&code), recovery_hash(&code.replace('-', " ").to_lowercase()));
        assert_ne!(recovery_hash(&code), recovery_hash(&recovery_code()));
    }
}
