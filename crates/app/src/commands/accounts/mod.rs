//! What may be done with accounts? By whoever they belong to, and by whoever manages them.
//!
//! Never a password in an act or in a log.

pub mod password;
pub mod sessions;
pub mod second_factor;
pub mod administration;
pub mod first_passwords;

use kernel::ids::AccountId;

use crate::ctx::Ctx;
use crate::error::Error;

/// The account by which somebody is signed in.
fn own(ctx: &Ctx) -> Result<AccountId, Error> {
    ctx.account.ok_or(Error::NotFound)
}
