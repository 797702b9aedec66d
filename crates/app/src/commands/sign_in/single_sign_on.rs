//! Signing in by the site's single sign-on: the provider says who it is, the account of that sign-in name is opened.
//!
//! Never makes an account: whoever has none is told so.

use std::collections::BTreeMap;

use kernel::refusal::Refusal;

use super::{Origin, cleaned, enter, is_open};
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

/// What came back from the provider.
#[derive(Clone, Debug)]
pub struct Back {
    /// The cookie of the attempt.
    pub cookie: String,
    /// What stood in the address.
    pub sent: BTreeMap<String, String>,
    /// From where.
    pub origin: Origin,
}

/// Ends an attempt; gives the session's token and where the person wanted to go.
pub async fn come_back(ctx: &Ctx, back: Back) -> Result<(String, String), Error> {
    let single = ctx.office.single_sign_on().ok_or(Error::NotFound)?;
    let (name, next) = single.end(ctx, &back.cookie, &back.sent).await?;
    let name = cleaned(&name);
    let mut tx = ctx.office.db.begin().await?;
    let account = match name.is_empty() {
        true => None,
        false => store::accounts::by_login(&mut tx, &name).await?,
    };
    let Some(account) = account.filter(|account| is_open(ctx, account)) else {
        let detail = serde_json::json!({ "way": "single_sign_on", "name": name, "address": back.origin.address });
        act(ctx, &mut tx, "sign_in.failed", detail).await?;
        tx.commit().await?;
        return Err(Refusal::new("single_sign_on.unknown").with("name", name).into());
    };
    let token = enter(ctx, &mut tx, &account, "single_sign_on", &back.origin).await?;
    tx.commit().await?;
    Ok((token, next))
}
