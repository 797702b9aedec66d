//! Signing in and out, and whose session a token is.
//!
//! An unknown name, a wrong password and an ended account are answered in the same words after the same work.
//! Never keeps a token or a password: only their hashes.

pub mod holds;
pub mod code;
pub mod single_sign_on;

use kernel::authority::{Actor, Grant};
use kernel::ids::AccountId;
use kernel::refusal::Refusal;
use rand::RngCore as _;
use store::accounts::AccountRow;
use store::sessions::SessionRow;
use store::{Conn, Tx};
use uuid::Uuid;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

/// A session's last use is written down at most once a minute.
const SEEN_EVERY_MS: i64 = 60_000;
/// The longest sign-in name that is looked up.
const LONGEST_NAME: usize = 100;
/// The longest description of a browser that is kept.
const LONGEST_AGENT: usize = 200;

/// From where somebody comes.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The address.
    pub address: Option<String>,
    /// The browser.
    pub agent: Option<String>,
    /// The token that the browser carried; its session ends when a new one begins.
    pub token: Option<String>,
}

/// Who wants in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// From where.
    pub origin: Origin,
}

/// What is still asked of somebody before they are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurdle {
    /// A one-time code: they are not in before it.
    Code,
    /// A password of their own.
    Password,
    /// A second factor that a role of theirs demands.
    SecondFactor,
}

impl Hurdle {
    /// The page where it is taken.
    pub fn page(self) -> &'static str {
        match self {
            Self::Code => "/sign-in/code",
            Self::Password => "/account/password",
            Self::SecondFactor => "/account/second-factor",
        }
    }

    /// What a machine is told.
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Code => Refusal::not_yours("sign_in.needed"),
            Self::Password => Refusal::not_yours("sign_in.password_first"),
            Self::SecondFactor => Refusal::not_yours("sign_in.second_factor_first"),
        }
    }
}

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Who acts; without any grant while a hurdle is left.
    pub actor: Actor,
    /// By which account.
    pub account: AccountId,
    /// What is still asked of them.
    pub hurdle: Option<Hurdle>,
}

/// Signs in and gives the session's token, which exists nowhere else.
pub async fn sign_in(ctx: &Ctx, form: SignIn) -> Result<String, Error> {
    let name = cleaned(&form.name);
    let keys = holds::Keys::of_name(&name, form.origin.address.as_deref());
    holds::pass_quickly(ctx, &keys)?;
    let _place = ctx.office.hashing.queue(&keys.places()).ok_or_else(|| Refusal::new("sign_in.busy"))?;
    let account = {
        let mut conn = ctx.office.db.read().await?;
        holds::pass(ctx, &mut conn, &keys).await?;
        store::accounts::by_login(&mut conn, &name).await?
    };
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let fits = ctx.office.hashing.fits(form.password, hash).await?;
    let mut tx = ctx.office.db.begin().await?;
    // Others may have failed while this one was hashed.
    holds::pass(ctx, &mut tx, &keys).await?;
    let known = account.as_ref().map(|account| account.id.to_string());
    let tried = account.map(|account| account.password_hash);
    // What was reset, ended or renamed meanwhile counts as it is now.
    let account =
        store::accounts::by_login(&mut tx, &name).await?.filter(|now| Some(&now.password_hash) == tried.as_ref());
    let Some(account) = account.filter(|account| fits && is_usable(ctx, account)) else {
        let locked = holds::count(ctx, &mut tx, &keys).await?;
        let detail = serde_json::json!({ "account": known, "address": form.origin.address, "locked": locked });
        act(ctx, &mut tx, "sign_in.failed", detail).await?;
        tx.commit().await?;
        return Err(wrong(ctx).into());
    };
    holds::forget(ctx, &mut tx, &keys).await?;
    let token = enter(ctx, &mut tx, &account, "password", &form.origin).await?;
    tx.commit().await?;
    Ok(token)
}

/// The one answer to whoever is not let in.
fn wrong(ctx: &Ctx) -> Refusal {
    let policy = ctx.policy();
    Refusal::new("sign_in.wrong").with("failures", policy.failures).with("minutes", policy.lock_ms / 60_000)
}

/// The name as it is looked up: no signs that no keyboard has, and not endless.
fn cleaned(name: &str) -> String {
    name.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

/// Can the account be used? Not if it was ended, and not with a one-time password that nobody used in its days.
fn is_usable(ctx: &Ctx, account: &AccountRow) -> bool {
    let first_holds = account.password_set_at.is_none_or(|set_at| set_at + ctx.policy().first_password_ms > ctx.now);
    is_open(ctx, account) && (!account.must_change || first_holds)
}

fn is_open(ctx: &Ctx, account: &AccountRow) -> bool {
    account.ended_on.is_none_or(|day| day > ctx.today) && ctx.tree.person(account.person).is_some()
}

/// Opens a session and gives its token.
async fn enter(ctx: &Ctx, tx: &mut Tx, account: &AccountRow, way: &str, origin: &Origin) -> Result<String, Error> {
    let token = token();
    let awaits_code = code::is_asked(ctx, tx, account, way).await?;
    let lives = if awaits_code { code::AWAITED_MS } else { ctx.policy().longest_ms };
    if let Some(old) = &origin.token {
        store::sessions::close(tx, &token_hash(old)).await?;
    }
    let session = SessionRow {
        token_hash: token_hash(&token),
        id: ctx.new_id::<Uuid>(),
        account: account.id,
        way: way.to_owned(),
        stage: if awaits_code { "code" } else { "in" }.to_owned(),
        opened_at: ctx.now,
        seen_at: ctx.now,
        ends_at: ctx.now + lives,
        address: origin.address.clone(),
        agent: origin.agent.as_ref().map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
    };
    store::sessions::open(tx, &session).await?;
    if !awaits_code {
        arrive(&as_person(ctx, account), tx, account, &session, false).await?;
    }
    Ok(token)
}

/// Somebody is in: noted, and alone where an account may be signed in at one place only.
async fn arrive(
    ctx: &Ctx,
    tx: &mut Tx,
    account: &AccountRow,
    session: &SessionRow,
    by_recovery: bool,
) -> Result<(), Error> {
    if ctx.policy().one_place {
        store::sessions::close_others(tx, account.id, session.id).await?;
    }
    store::accounts::came_in(tx, account.id, ctx.now).await?;
    let detail = serde_json::json!({
        "account": account.id.to_string(),
        "way": session.way,
        "address": session.address,
        "session": session.id.to_string(),
        "recovery_code": by_recovery,
    });
    act(ctx, tx, "sign_in", detail).await
}

/// Does one of these roles demand a second factor?
// enforces: role.second_factor
pub fn needs_second_factor(ctx: &Ctx, grants: &[Grant]) -> bool {
    grants.iter().any(|grant| ctx.vocabulary().role(grant.role.as_str()).is_some_and(|role| role.second_factor))
}

/// The open session of a token.
pub(crate) async fn session_of(ctx: &Ctx, conn: &mut Conn, token: &str) -> Result<Option<SessionRow>, Error> {
    Ok(store::sessions::at(conn, &token_hash(token), ctx.now).await?)
}

/// The same act, done by the person whose account it is.
fn as_person(ctx: &Ctx, account: &AccountRow) -> Ctx {
    let actor = actor(ctx, account, false);
    Ctx { actor: actor.unwrap_or_else(|| ctx.actor.clone()), account: Some(account.id), ..ctx.clone() }
}

/// Ends the session. `ctx` comes without an actor.
pub async fn sign_out(ctx: &Ctx, token: &str) -> Result<(), Error> {
    let hash = token_hash(token);
    let mut tx = ctx.office.db.begin().await?;
    let account = match store::sessions::at(&mut tx, &hash, ctx.now).await? {
        Some(session) => store::accounts::find(&mut tx, session.account).await?,
        None => None,
    };
    // Whoever comes with a token of nobody has nothing to leave, and leaves no trace.
    let Some(account) = account else { return Ok(()) };
    store::sessions::close(&mut tx, &hash).await?;
    act(&as_person(ctx, &account), &mut tx, "sign_out", serde_json::json!({ "account": account.id.to_string() }))
        .await?;
    Ok(tx.commit().await?)
}

/// Whose session a token is: `None` if it is nobody's any more. `ctx` comes without an actor.
pub async fn whose(ctx: &Ctx, token: &str) -> Result<Option<Entered>, Error> {
    let hash = token_hash(token);
    let policy = ctx.policy();
    let mut conn = ctx.office.db.read().await?;
    let Some(session) = store::sessions::at(&mut conn, &hash, ctx.now).await? else { return Ok(None) };
    if session.seen_at + policy.idle_ms <= ctx.now {
        return Ok(None);
    }
    let Some(account) = store::accounts::find(&mut conn, session.account).await? else { return Ok(None) };
    if !is_open(ctx, &account) {
        return Ok(None);
    }
    let hurdle = hurdle(ctx, &mut conn, &session, &account).await?;
    drop(conn);
    if session.seen_at + SEEN_EVERY_MS <= ctx.now {
        match note_use(ctx, &hash).await {
            // Who only reads can go on where nothing can be written.
            Err(error) if error.unwritable().is_some() => tracing::warn!(?error, "the last use is not noted"),
            other => other?,
        }
    }
    let entered = |actor| Entered { actor, account: account.id, hurdle };
    Ok(actor(ctx, &account, hurdle.is_none()).map(entered))
}

async fn note_use(ctx: &Ctx, token_hash: &[u8]) -> Result<(), Error> {
    let mut tx = ctx.office.db.begin().await?;
    store::sessions::seen(&mut tx, token_hash, ctx.now).await?;
    Ok(tx.commit().await?)
}

/// What is still asked of whoever holds the session.
async fn hurdle(
    ctx: &Ctx,
    conn: &mut Conn,
    session: &SessionRow,
    account: &AccountRow,
) -> Result<Option<Hurdle>, Error> {
    if session.stage == "code" {
        return Ok(Some(Hurdle::Code));
    }
    // A password that runs out while somebody works is asked for anew when they next sign in.
    let is_old = ctx.policy().has_run_out(account.password_set_at, session.opened_at);
    let has_password = session.way == "password";
    if has_password && (account.must_change || is_old) {
        return Ok(Some(Hurdle::Password));
    }
    let trusts = session.way == "single_sign_on" && ctx.policy().trusts_single_sign_on;
    if trusts || !needs_second_factor(ctx, &ctx.tree.grants_of(account.person, ctx.today)) {
        return Ok(None);
    }
    let has_one = store::second_factors::find(conn, account.id).await?.is_some();
    Ok((!has_one).then_some(Hurdle::SecondFactor))
}

/// The person of the account, with what they hold today if they are in.
fn actor(ctx: &Ctx, account: &AccountRow, is_in: bool) -> Option<Actor> {
    if is_in {
        return ctx.as_person(account.person);
    }
    let person = ctx.tree.person(account.person)?;
    Some(Actor::Person { id: person.id, name: person.name.clone(), grants: Vec::new(), stands_for: Vec::new() })
}

/// Gives a session another token, and another stage: what the old one opened, only the new one opens.
pub(crate) async fn turn(tx: &mut Tx, session: &SessionRow, stage: &str, ends_at: i64) -> Result<String, Error> {
    let new = token();
    match store::sessions::turn(tx, &session.token_hash, &token_hash(&new), stage, ends_at).await? {
        true => Ok(new),
        false => Err(Error::Stale),
    }
}

/// A token of 256 random bits, in hexadecimal.
fn token() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a token.
pub(crate) fn token_hash(token: &str) -> Vec<u8> {
    kernel::journal::digest(token.as_bytes()).into_bytes()
}
