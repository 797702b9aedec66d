//! Signing in and out, and whose session a token is.
//!
//! Five wrong passwords lock an account for half an hour (GB/T 22239-2019 8.1.4.1 b); a session ends after thirty idle
//! minutes or ten hours. Never keeps a token or a password: only their hashes.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use kernel::authority::Actor;
use kernel::ids::AccountId;
use kernel::refusal::Refusal;
use rand::RngCore as _;
use store::accounts::{AccountRow, SessionRow};
use tokio::sync::Semaphore;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

const MOST_FAILURES: i64 = 5;
const LOCKED_FOR_MS: i64 = 30 * 60_000;
const IDLE_MS: i64 = 30 * 60_000;
const ABSOLUTE_MS: i64 = 10 * 3_600_000;
/// A session's last use is written down at most once a minute.
const SEEN_EVERY_MS: i64 = 60_000;

/// Hashing takes 19 MiB and 50 ms; a storm of sign-ins queues here.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Who wants in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// The address it came from.
    pub address: Option<String>,
    /// The browser.
    pub agent: Option<String>,
}

/// Signs in and gives the session's token, which exists nowhere else.
pub async fn sign_in(ctx: &Ctx, form: SignIn) -> Result<String, Error> {
    let account = {
        let mut conn = ctx.office.db.read().await?;
        store::accounts::by_login(&mut conn, form.name.trim()).await?
    };
    let Some(account) = account else {
        // The same work as for a known name: the answer's time tells nothing.
        verify(form.password, None).await?;
        return Err(Refusal::new("sign_in.wrong").into());
    };
    if let Some(until) = account.locked_until_at.filter(|until| *until > ctx.now) {
        return Err(Refusal::new("sign_in.locked").with("until", crate::words::moment(until)).into());
    }
    let fits = verify(form.password, Some(account.password_hash.clone())).await?;
    let mut tx = ctx.office.db.begin().await?;
    if !fits {
        let failures = account.failures + 1;
        let locked = (failures >= MOST_FAILURES).then_some(ctx.now + LOCKED_FOR_MS);
        let failures = if locked.is_some() { 0 } else { failures };
        let failed = AccountRow { failures, locked_until_at: locked, ..account.clone() };
        store::accounts::update(&mut tx, &failed).await?;
        act(ctx, &mut tx, "sign_in.failed", serde_json::json!({ "account": account.id.to_string() })).await?;
        tx.commit().await?;
        return Err(Refusal::new("sign_in.wrong").into());
    }
    if account.ended_on.is_some_and(|day| day <= ctx.today) {
        return Err(Refusal::new("sign_in.ended").into());
    }
    let token = token();
    let session = SessionRow {
        token_hash: token_hash(&token),
        account: account.id,
        opened_at: ctx.now,
        seen_at: ctx.now,
        ends_at: ctx.now + ABSOLUTE_MS,
        address: form.address,
        agent: form.agent.map(|agent| agent.chars().take(200).collect()),
    };
    store::accounts::open_session(&mut tx, &session).await?;
    let came_in = AccountRow { failures: 0, locked_until_at: None, last_in_at: Some(ctx.now), ..account };
    store::accounts::update(&mut tx, &came_in).await?;
    act(ctx, &mut tx, "sign_in", serde_json::json!({ "account": came_in.id.to_string() })).await?;
    tx.commit().await?;
    Ok(token)
}

/// Ends the session.
pub async fn sign_out(ctx: &Ctx, token: &str) -> Result<(), Error> {
    let mut tx = ctx.office.db.begin().await?;
    store::accounts::close_session(&mut tx, &token_hash(token)).await?;
    act(ctx, &mut tx, "sign_out", serde_json::json!({})).await?;
    Ok(tx.commit().await?)
}

/// Whose session a token is: `None` if it is nobody's any more. `ctx` comes without an actor.
pub async fn whose(ctx: &Ctx, token: &str) -> Result<Option<(Actor, AccountId)>, Error> {
    let hash = token_hash(token);
    let mut conn = ctx.office.db.read().await?;
    let Some(session) = store::accounts::session_at(&mut conn, &hash, ctx.now).await? else { return Ok(None) };
    if session.seen_at + IDLE_MS <= ctx.now {
        return Ok(None);
    }
    let Some(account) = store::accounts::find(&mut conn, session.account).await? else { return Ok(None) };
    if account.ended_on.is_some_and(|day| day <= ctx.today) {
        return Ok(None);
    }
    drop(conn);
    if session.seen_at + SEEN_EVERY_MS <= ctx.now {
        let mut tx = ctx.office.db.begin().await?;
        store::accounts::touch_session(&mut tx, &hash, ctx.now, session.ends_at).await?;
        tx.commit().await?;
    }
    Ok(ctx.as_person(account.person).map(|actor| (actor, account.id)))
}

/// Hashes a password for keeping (argon2id, 19 MiB, two passes).
pub async fn hash(password: String) -> Result<String, Error> {
    let _turn = HASHING.acquire().await.map_err(|fault| Error::broken("wait to hash a password", fault))?;
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    let hashed = hashed.await.map_err(|fault| Error::broken("hash a password", fault))?;
    hashed.map_err(|fault| Error::broken("hash a password", anyhow::anyhow!("{fault}")))
}

async fn verify(password: String, hash: Option<String>) -> Result<bool, Error> {
    let _turn = HASHING.acquire().await.map_err(|fault| Error::broken("wait to check a password", fault))?;
    let checked = tokio::task::spawn_blocking(move || match hash {
        Some(hash) => PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()),
        None => {
            let _ = Argon2::default().hash_password(password.as_bytes());
            false
        }
    });
    checked.await.map_err(|fault| Error::broken("check a password", fault))
}

/// A token of 256 random bits, in hexadecimal.
fn token() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn token_hash(token: &str) -> Vec<u8> {
    kernel::journal::digest(token.as_bytes()).into_bytes()
}
