//! My account: when the password was set and until when it holds, and where I am signed in.

use store::sessions::SessionRow;
use uuid::Uuid;

use crate::commands::sign_in::{needs_second_factor, token_hash};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::words::moment;

/// What somebody knows about their own account.
#[derive(Clone, Debug)]
pub struct OwnAccount {
    /// What they type to sign in.
    pub login_name: String,
    /// When the password was set, if that is known.
    pub password_set_at: Option<String>,
    /// The moment until which it holds, if it runs out.
    pub password_until: Option<String>,
    /// Did they sign in by a password?
    pub has_password: bool,
    /// Have they a second factor?
    pub has_second_factor: bool,
    /// Does a role of theirs demand one?
    pub demands_second_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// Where they are signed in, this place first.
    pub sessions: Vec<SessionLine>,
}

/// A place where somebody is signed in.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Its id.
    pub id: Uuid,
    /// Is it this one?
    pub is_this: bool,
    /// Since when.
    pub opened_at: String,
    /// Last used.
    pub seen_at: String,
    /// From which address.
    pub address: String,
    /// The browser as it describes itself.
    pub agent: String,
    /// Did they come by the site's single sign-on?
    pub by_single_sign_on: bool,
}

/// My account; `token` is the one of this session.
pub async fn own_account(ctx: &Ctx, token: &str) -> Result<OwnAccount, Error> {
    let mut conn = ctx.office.db.read().await?;
    let id = ctx.account.ok_or(Error::NotFound)?;
    let account = store::accounts::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    let policy = ctx.policy();
    let hash = token_hash(token);
    let is_open = |row: &SessionRow| row.ends_at > ctx.now && row.seen_at + policy.idle_ms > ctx.now;
    let rows = store::sessions::of_account(&mut conn, id).await?;
    let mut sessions: Vec<SessionLine> = rows.iter().filter(|row| is_open(row)).map(|row| line(row, &hash)).collect();
    sessions.sort_by_key(|line| !line.is_this);
    let runs_out = account.password_set_at.filter(|_| policy.password_ms > 0).map(|at| at + policy.password_ms);
    let own = rows.iter().find(|row| row.token_hash == hash);
    Ok(OwnAccount {
        has_password: own.is_none_or(|row| row.way == "password"),
        has_second_factor: store::second_factors::find(&mut conn, id).await?.is_some(),
        demands_second_factor: demands_second_factor(ctx, account.person),
        recovery_codes: store::second_factors::recovery_codes_left(&mut conn, id).await?,
        login_name: account.login_name,
        password_set_at: account.password_set_at.map(moment),
        password_until: runs_out.map(moment),
        sessions,
    })
}

/// While something is asked of somebody they hold nothing yet: what their roles demand is read from the tree.
fn demands_second_factor(ctx: &Ctx, person: kernel::ids::PersonId) -> bool {
    needs_second_factor(ctx, &ctx.tree.grants_of(person, ctx.today))
}

fn line(row: &SessionRow, own: &[u8]) -> SessionLine {
    SessionLine {
        id: row.id,
        is_this: row.token_hash == own,
        opened_at: moment(row.opened_at),
        seen_at: moment(row.seen_at),
        address: row.address.clone().unwrap_or_default(),
        agent: row.agent.clone().unwrap_or_default(),
        by_single_sign_on: row.way == "single_sign_on",
    }
}
