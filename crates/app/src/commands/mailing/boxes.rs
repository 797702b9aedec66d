//! Where a person wants notices by mail: typed by themselves, confirmed by a code that goes there, and which kinds.
//!
//! Never anything but the code to an address that is not confirmed.

use kernel::ids::PersonId;
use kernel::refusal::{Refusal, Spot};
use serde_json::json;
use store::mail_boxes::MailBoxRow;
use uuid::Uuid;

use super::{Group, parcel, settings};
use crate::commands::accounts::second_factor::keys;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::outward;

/// What an address is sealed for.
const PURPOSE: &str = "mail_box";
/// What a code is sealed for while it waits to leave, and proved by.
pub(super) const CODE: &str = "mail_code";
/// How long a code holds.
const CODE_MS: i64 = 30 * 60_000;
const HOUR_MS: i64 = 60 * 60_000;
/// The most codes that one person is sent in an hour, and the most that they mistype.
const MOST: i64 = 5;

/// Where a person wants notices, as they read it.
#[derive(Clone, Debug, Default)]
pub struct OwnBox {
    /// The address; empty if there is none.
    pub address: String,
    /// Was a code typed that went there?
    pub is_confirmed: bool,
    /// Which kinds come by mail.
    pub kinds: Vec<String>,
    /// Do mails go at all?
    pub is_served: bool,
}

fn own(ctx: &Ctx) -> Result<PersonId, Error> {
    ctx.person().ok_or(Error::NotFound)
}

pub(super) fn address_of(ctx: &Ctx, row: &MailBoxRow) -> Result<String, Error> {
    let plain = keys(ctx)?.open(PURPOSE, row.person.0.as_bytes(), &row.address)?;
    String::from_utf8(plain).map_err(|fault| Error::broken("read an address", fault))
}

/// What is kept of a code: only whoever has the key can tell which it was.
fn code_hash(ctx: &Ctx, person: PersonId, code: &str) -> Result<String, Error> {
    Ok(keys(ctx)?.mac(CODE, format!("{person} {code}").as_bytes()))
}

/// Where this person wants notices.
pub async fn own_box(ctx: &Ctx) -> Result<OwnBox, Error> {
    let person = own(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let is_served = settings(&mut conn).await?.is_some();
    let Some(row) = store::mail_boxes::find(&mut conn, person).await? else {
        return Ok(OwnBox { is_served, ..OwnBox::default() });
    };
    Ok(OwnBox {
        address: address_of(ctx, &row)?,
        is_confirmed: row.confirmed_at.is_some(),
        kinds: row.kinds.split(' ').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        is_served,
    })
}

/// This person wants notices at an address: a code goes there. Nothing else does until it is typed.
pub async fn set(ctx: &Ctx, address: &str) -> Result<(), Error> {
    let person = own(ctx)?;
    let address = address.trim();
    if !outward::is_mail_address(address) {
        return Err(Refusal::new("mail.address").at(Spot::Field("address".into())).into());
    }
    let mut tx = ctx.office.db.begin().await?;
    if settings(&mut tx).await?.is_none() {
        return Err(Refusal::new("mail.not_served").into());
    }
    let sent = store::sign_in_failures::count(&mut tx, &format!("mail:{person}"), ctx.now, ctx.now - HOUR_MS).await?;
    if sent > MOST {
        return Err(Refusal::new("mail_box.too_many").with("most", MOST).into());
    }
    let kinds = store::mail_boxes::find(&mut tx, person).await?.map(|row| row.kinds).unwrap_or_default();
    let code = format!("{:08}", rand::Rng::random_range(&mut rand::rng(), 0..100_000_000_u32));
    let row = MailBoxRow {
        person,
        address: keys(ctx)?.seal(PURPOSE, person.0.as_bytes(), address.as_bytes())?,
        confirmed_at: None,
        code_hash: Some(code_hash(ctx, person, &code)?),
        code_until_at: Some(ctx.now + CODE_MS),
        kinds,
    };
    store::mail_boxes::put(&mut tx, &row).await?;
    store::sign_in_failures::forget(&mut tx, &format!("mail_code:{person}")).await?;
    let sealed = keys(ctx)?.seal(CODE, person.0.as_bytes(), code.as_bytes())?;
    let body = json!({ "person": person.to_string(), "code": sealed });
    store::outbox::put_many(&mut tx, &[parcel(ctx, ctx.new_id::<Uuid>(), body)]).await?;
    act(ctx, &mut tx, "mail_box.set", json!({})).await?;
    Ok(tx.commit().await?)
}

/// This person types the code that went to the address.
pub async fn confirm(ctx: &Ctx, code: &str) -> Result<(), Error> {
    let person = own(ctx)?;
    let wrong = || Refusal::new("mail_box.code").at(Spot::Field("code".into()));
    let key = format!("mail_code:{person}");
    let mut tx = ctx.office.db.begin().await?;
    let row = store::mail_boxes::find(&mut tx, person).await?.ok_or(Error::NotFound)?;
    let tries = store::sign_in_failures::count(&mut tx, &key, ctx.now, ctx.now - HOUR_MS).await?;
    let hash = code_hash(ctx, person, code.trim())?;
    let holds = row.code_until_at.is_some_and(|until| until > ctx.now) && tries <= MOST;
    if !holds || row.code_hash.as_deref() != Some(hash.as_str()) {
        tx.commit().await?;
        return Err(wrong().into());
    }
    store::sign_in_failures::forget(&mut tx, &key).await?;
    let row = MailBoxRow { confirmed_at: Some(ctx.now), code_hash: None, code_until_at: None, ..row };
    store::mail_boxes::put(&mut tx, &row).await?;
    act(ctx, &mut tx, "mail_box.confirmed", json!({})).await?;
    Ok(tx.commit().await?)
}

/// Which kinds of notices come by mail as well.
pub async fn choose(ctx: &Ctx, kinds: &[String]) -> Result<(), Error> {
    let person = own(ctx)?;
    let known = |id: &&str| kinds.iter().any(|it| it == id);
    let kinds: Vec<&str> = Group::ALL.iter().map(|it| it.0).filter(known).collect();
    let mut tx = ctx.office.db.begin().await?;
    let row = store::mail_boxes::find(&mut tx, person).await?.ok_or_else(|| Refusal::new("mail_box.none"))?;
    let row = MailBoxRow { kinds: kinds.join(" "), ..row };
    store::mail_boxes::put(&mut tx, &row).await?;
    act(ctx, &mut tx, "mail_box.kinds", json!({ "kinds": row.kinds })).await?;
    Ok(tx.commit().await?)
}

/// The address is forgotten.
pub async fn forget(ctx: &Ctx) -> Result<(), Error> {
    let person = own(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    if !store::mail_boxes::remove(&mut tx, person).await? {
        return Err(Error::NotFound);
    }
    act(ctx, &mut tx, "mail_box.removed", json!({})).await?;
    Ok(tx.commit().await?)
}
