//! Who has to wait before they may try again? A name (whether it is there or not), an address, the codes of an account.
//!
//! Five failures in a row lock a name for half an hour, with a growing wait before (GB/T 22239-2019 8.1.4.1 b); an address
//! from which very many fail is held off as long.
//! Never says whether a name exists: names are counted by what was typed.

use kernel::ids::AccountId;
use kernel::refusal::Refusal;
use store::{Conn, Tx};

use crate::ctx::Ctx;
use crate::error::Error;

/// A hold shorter than this is told in seconds, a longer one as a moment.
const SHORT_MS: i64 = 60_000;
/// Attempts of one name that are under way at the same time.
const PLACES_OF_NAME: usize = 2;
/// Attempts from one address that are under way at the same time.
const PLACES_OF_ADDRESS: usize = 16;

/// Under which keys an attempt is counted.
#[derive(Clone, Debug)]
pub struct Keys {
    own: String,
    address: Option<String>,
}

/// The key of a sign-in name.
pub fn of_name(name: &str) -> String {
    format!("name:{}", kernel::journal::digest(name.as_bytes()))
}

/// The key of an account's codes.
pub fn of_codes(account: AccountId) -> String {
    format!("code:{account}")
}

impl Keys {
    /// An attempt by name and password.
    pub fn of_name(name: &str, address: Option<&str>) -> Self {
        Self { own: of_name(name), address: address.map(|address| format!("address:{address}")) }
    }

    /// An attempt with a code, after the password was right.
    pub fn of_codes(account: AccountId, address: Option<&str>) -> Self {
        Self { own: of_codes(account), address: address.map(|address| format!("address:{address}")) }
    }

    /// The places that an attempt takes in the queue.
    pub fn places(&self) -> Vec<(String, usize)> {
        let address = self.address.iter().map(|address| (address.clone(), PLACES_OF_ADDRESS));
        std::iter::once((self.own.clone(), PLACES_OF_NAME)).chain(address).collect()
    }
}

/// Refuses an attempt that has to wait.
pub async fn pass(ctx: &Ctx, conn: &mut Conn, keys: &Keys) -> Result<(), Error> {
    let whos: Vec<&str> = std::iter::once(keys.own.as_str()).chain(keys.address.as_deref()).collect();
    if let Some((who, until)) = ctx.office.hashing.held(&whos, ctx.now) {
        return Err(refusal(ctx, keys, &who, until).into());
    }
    let held = store::sign_in_failures::of(conn, &whos).await?;
    let Some(row) = held.into_iter().filter(|row| row.held_until_at > ctx.now).max_by_key(|row| row.held_until_at)
    else {
        return Ok(());
    };
    ctx.office.hashing.note_held(&row.who, row.held_until_at, ctx.now);
    Err(refusal(ctx, keys, &row.who, row.held_until_at).into())
}

/// Refuses at once whoever was held off a moment ago, without asking the database.
pub fn pass_quickly(ctx: &Ctx, keys: &Keys) -> Result<(), Error> {
    let whos: Vec<&str> = std::iter::once(keys.own.as_str()).chain(keys.address.as_deref()).collect();
    match ctx.office.hashing.held(&whos, ctx.now) {
        Some((who, until)) => Err(refusal(ctx, keys, &who, until).into()),
        None => Ok(()),
    }
}

fn refusal(ctx: &Ctx, keys: &Keys, who: &str, until_at: i64) -> Refusal {
    let until = crate::words::moment(until_at);
    let left = until_at - ctx.now;
    match who == keys.own {
        false => Refusal::new("sign_in.address_held").with("until", until),
        true if left < SHORT_MS => Refusal::new("sign_in.wait").with("seconds", (left + 999) / 1000),
        true => Refusal::new("sign_in.locked").with("until", until),
    }
}

/// Counts a failure under all keys. True if the name or the codes are locked now.
pub async fn count(ctx: &Ctx, tx: &mut Tx, keys: &Keys) -> Result<bool, Error> {
    let policy = ctx.policy();
    let since = ctx.now - policy.lock_ms;
    let failures = store::sign_in_failures::count(tx, &keys.own, ctx.now, since).await?;
    store::sign_in_failures::hold(tx, &keys.own, ctx.now + policy.hold_after(failures)).await?;
    if let Some(address) = &keys.address {
        let failures = store::sign_in_failures::count(tx, address, ctx.now, since).await?;
        if failures >= policy.address_failures {
            store::sign_in_failures::hold(tx, address, ctx.now + policy.lock_ms).await?;
        }
    }
    Ok(failures >= policy.failures)
}

/// Forgets the failures of the name or the codes; those of the address stay.
pub async fn forget(ctx: &Ctx, tx: &mut Tx, keys: &Keys) -> Result<(), Error> {
    forget_key(ctx, tx, &keys.own).await.map(|_| ())
}

/// Forgets the failures of a key; true if there were some.
pub async fn forget_key(ctx: &Ctx, tx: &mut Tx, key: &str) -> Result<bool, Error> {
    ctx.office.hashing.forget_held(key);
    Ok(store::sign_in_failures::forget(tx, key).await?)
}
