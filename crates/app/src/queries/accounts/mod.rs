//! What is known about accounts? To whoever they belong to, and to whoever manages them.
//!
//! Never a hash, and never whether a password is right.

pub mod own;
pub mod administration;

use kernel::authority::Grant;

use crate::ctx::Ctx;

/// Does this person manage accounts?
pub fn manages_accounts(ctx: &Ctx) -> bool {
    roles_manage(ctx, ctx.actor.grants())
}

/// Do these roles manage accounts?
pub(crate) fn roles_manage(ctx: &Ctx, grants: &[Grant]) -> bool {
    grants.iter().any(|grant| ctx.vocabulary().role(grant.role.as_str()).is_some_and(|role| role.administers))
}
