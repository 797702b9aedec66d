//! Switches off accounts that nobody used for long, and those of people who hold nothing any more
//! (GB/T 22239-2019 8.1.4.2).
//!
//! Never the last account that can manage accounts: then nobody could open the others again.

use kernel::ids::PersonId;
use store::accounts::{AccountRow, Which};

use super::Report;
use crate::commands::accounts::administration::switch_off;
use crate::ctx::Ctx;
use crate::error::Error;

/// Accounts looked at in one go.
const AT_ONCE: u32 = 500;

/// Looks at every account in use.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut after: Option<String> = None;
    let mut managing = managing(ctx).await?;
    loop {
        let rows = {
            let mut conn = ctx.office.db.read().await?;
            store::accounts::page(&mut conn, Which::InUse, after.as_deref(), AT_ONCE).await?
        };
        let Some(last) = rows.last() else { return Ok(report) };
        after = Some(last.login_name.clone());
        for account in &rows {
            let Some((why, reason)) = due(ctx, account) else { continue };
            let manages = may_manage(ctx, account.person);
            if manages && managing <= 1 {
                report.skipped += 1;
                continue;
            }
            match end(ctx, account, why, reason).await {
                Ok(()) => {
                    report.done += 1;
                    managing -= i64::from(manages);
                }
                Err(error) => report.failed(&account.login_name, &error),
            }
        }
    }
}

async fn end(ctx: &Ctx, account: &AccountRow, why: &str, reason: &str) -> Result<(), Error> {
    let mut tx = ctx.office.db.begin().await?;
    switch_off(ctx, &mut tx, account, why, reason).await?;
    Ok(tx.commit().await?)
}

/// Why an account is to be switched off now, if it is.
fn due(ctx: &Ctx, account: &AccountRow) -> Option<(&'static str, &'static str)> {
    let policy = ctx.policy();
    // Of an account that is older than this rule nobody knows since when it is unused.
    let since = account.last_in_at.or(account.made_at);
    if policy.unused_ms > 0 && since.is_some_and(|since| since + policy.unused_ms <= ctx.now) {
        return Some(("unused", "长期没有登录，由系统停用"));
    }
    let is_new = account.made_at.is_some_and(|made_at| made_at + policy.without_grant_ms > ctx.now);
    match ctx.tree.last_day_of(account.person) {
        None if !is_new && account.made_at.is_some() => Some(("left", "一直没有授权，由系统停用")),
        Some(day) if day < ctx.today && !is_new => Some(("left", "授权都已到期，由系统停用")),
        _ => None,
    }
}

/// How many accounts in use can manage accounts.
async fn managing(ctx: &Ctx) -> Result<i64, Error> {
    let people: Vec<PersonId> = ctx.tree.people().map(|person| person.id).filter(|id| may_manage(ctx, *id)).collect();
    let mut conn = ctx.office.db.read().await?;
    let accounts = store::accounts::of_people(&mut conn, &people).await?;
    Ok(accounts.iter().filter(|account| account.ended_on.is_none()).count() as i64)
}

fn may_manage(ctx: &Ctx, person: PersonId) -> bool {
    crate::queries::accounts::roles_manage(ctx, &ctx.tree.grants_of(person, ctx.today))
}
