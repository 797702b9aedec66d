//! What is known about accounts? To whoever they belong to, and to whoever manages them.
//!
//! Never a hash, and never whether a password is right.

pub mod own;
pub mod administration;

use kernel::authority::Grant;
use kernel::catalog::{Administers, Role};

use crate::ctx::Ctx;

/// Does this person manage accounts?
pub fn manages_accounts(ctx: &Ctx) -> bool {
    roles_manage(ctx, ctx.actor.grants())
}

/// Do these roles manage accounts?
pub(crate) fn roles_manage(ctx: &Ctx, grants: &[Grant]) -> bool {
    let is_guard = |role: &Role| role.administers == Some(Administers::Security);
    grants.iter().any(|grant| ctx.vocabulary().role(grant.role.as_str()).is_some_and(is_guard))
}
