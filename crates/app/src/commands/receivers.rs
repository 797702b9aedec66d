//! Other systems that are told what happens here: registered, turned on and off, taken off the list by a system
//! administrator; and what they are told.
//!
//! A message says what happened to which record, and no fact of it: whoever wants those asks for them, with rights.
//! Never a secret that is shown twice.

use kernel::catalog::Administers;
use kernel::refusal::{Refusal, Spot};
use serde_json::{Value, json};
use store::Tx;
use store::outbox::OutboxRow;
use store::receivers::ReceiverRow;
use store::records::RecordRow;
use uuid::Uuid;

use crate::commands::accounts::second_factor::keys;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::outward::{self, Ways};
use crate::queries::frame::administers;
use crate::words::state_name;

/// What others may be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A record was begun.
    Created,
    /// A step was taken.
    Step,
    /// A deadline was missed.
    Overdue,
    /// A day was sealed.
    Sealed,
}

impl Happening {
    /// All of them: id and name.
    pub const ALL: [(&'static str, &'static str, Self); 4] = [
        ("created", "登记了事项", Self::Created),
        ("step", "办理了一步", Self::Step),
        ("overdue", "逾期", Self::Overdue),
        ("sealed", "每日封存", Self::Sealed),
    ];

    /// Its id.
    pub fn id(self) -> &'static str {
        Self::ALL.iter().find(|it| it.2 == self).map_or("", |it| it.0)
    }
}

/// A system to be registered, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct ReceiverForm {
    /// What it is called.
    pub name: String,
    /// Where it takes messages.
    pub address: String,
    /// Of which mechanisms; of all, if none.
    pub mechanisms: Vec<String>,
    /// What it is told of.
    pub happenings: Vec<String>,
}

/// The kind of messages to other systems.
pub const KIND: &str = "webhook";
/// What secrets are sealed for.
const PURPOSE: &str = "receiver";
/// The setting that says which places may be reached.
const WAYS: &str = "外发方式";
/// The most characters of a name.
const LONGEST_NAME: usize = 40;
/// The most systems on the list.
const MOST: usize = 50;

/// Only a system administrator does any of this; for others it is not there.
pub(crate) fn administrator(ctx: &Ctx) -> Result<(), Error> {
    if administers(ctx, Administers::System) { Ok(()) } else { Err(Error::NotFound) }
}

/// Registers a system; gives the secret, which is told this once.
pub async fn register(ctx: &Ctx, form: &ReceiverForm) -> Result<String, Error> {
    administrator(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    let ways = ways(&mut tx).await?;
    let standing = store::receivers::standing(&mut tx).await?;
    let refusals = wrong(ctx, form, ways, &standing);
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    let (id, secret) = (ctx.new_id::<Uuid>(), secret());
    let row = ReceiverRow {
        id,
        name: form.name.trim().to_owned(),
        address: form.address.trim().to_owned(),
        mechanisms: form.mechanisms.join(" "),
        happenings: form.happenings.join(" "),
        secret: keys(ctx)?.seal(PURPOSE, id.as_bytes(), secret.as_bytes())?,
        is_on: true,
        made_at: ctx.now,
        ended_at: None,
    };
    store::receivers::insert(&mut tx, &row).await?;
    let detail = json!({
        "receiver": row.name, "to": row.address, "mechanisms": row.mechanisms, "happenings": row.happenings,
    });
    act(ctx, &mut tx, "receiver.registered", detail).await?;
    tx.commit().await?;
    Ok(secret)
}

fn wrong(ctx: &Ctx, form: &ReceiverForm, ways: Ways, standing: &[ReceiverRow]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut at = |code, field: &str| refusals.push(Refusal::new(code).at(Spot::Field(field.into())));
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        at("receiver.name", "name");
    } else if standing.iter().any(|row| row.name == name) {
        at("receiver.known", "name");
    }
    if let Some(code) = outward::unfit(form.address.trim(), ways) {
        at(code, "address");
    }
    if form.mechanisms.iter().any(|id| !ctx.catalog().mechanisms.contains_key(id.as_str())) {
        at("receiver.mechanism", "mechanism");
    }
    let is_known = |id: &String| Happening::ALL.iter().any(|it| it.0 == id);
    if form.happenings.is_empty() || !form.happenings.iter().all(is_known) {
        at("receiver.happenings", "happening");
    }
    if standing.len() >= MOST {
        refusals.push(Refusal::new("receiver.too_many").with("most", MOST));
    }
    refusals
}

/// 32 random bytes in hexadecimal.
fn secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Turns a system on or off. What happens while it is off is never told it.
pub async fn turn(ctx: &Ctx, id: Uuid, is_on: bool) -> Result<(), Error> {
    administrator(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    if !store::receivers::turn(&mut tx, id, is_on).await? {
        return Err(Error::NotFound);
    }
    let kind = if is_on { "receiver.on" } else { "receiver.off" };
    let detail = json!({ "receiver": name_of(&mut tx, id).await? });
    act(ctx, &mut tx, kind, detail).await?;
    Ok(tx.commit().await?)
}

/// Takes a system off the list.
pub async fn end(ctx: &Ctx, id: Uuid) -> Result<(), Error> {
    administrator(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    if !store::receivers::end(&mut tx, id, ctx.now).await? {
        return Err(Error::NotFound);
    }
    let detail = json!({ "receiver": name_of(&mut tx, id).await? });
    act(ctx, &mut tx, "receiver.ended", detail).await?;
    Ok(tx.commit().await?)
}

async fn name_of(tx: &mut Tx, id: Uuid) -> Result<String, Error> {
    let all = store::receivers::all(tx).await?;
    Ok(all.into_iter().find(|row| row.id == id).map(|row| row.name).unwrap_or_default())
}

/// Says which places may be reached.
pub async fn set_ways(ctx: &Ctx, ways: Ways) -> Result<(), Error> {
    administrator(ctx)?;
    let said = [("http", ways.http), ("near", ways.near)];
    let said: Vec<&str> = said.iter().filter(|it| it.1).map(|it| it.0).collect();
    let said = said.join(" ");
    let mut tx = ctx.office.db.begin().await?;
    store::settings::put(&mut tx, WAYS, Some(&said)).await?;
    act(ctx, &mut tx, "receiver.ways", json!({ "ways": said })).await?;
    Ok(tx.commit().await?)
}

/// Which places may be reached.
pub async fn ways(conn: &mut store::Conn) -> Result<Ways, Error> {
    let said = store::settings::find(conn, WAYS).await?.unwrap_or_default();
    let has = |word: &str| said.split(' ').any(|it| it == word);
    Ok(Ways { http: has("http"), near: has("near") })
}

/// The systems that are told now.
pub(crate) async fn listening(_: &Ctx, tx: &mut Tx) -> Result<Vec<ReceiverRow>, Error> {
    Ok(store::receivers::standing(tx).await?.into_iter().filter(|row| row.is_on).collect())
}

/// Is a system told of this?
pub(crate) fn wants(row: &ReceiverRow, happening: Happening, mechanism: Option<&str>) -> bool {
    let of_it = row.mechanisms.is_empty() || mechanism.is_none_or(|id| row.mechanisms.split(' ').any(|it| it == id));
    of_it && row.happenings.split(' ').any(|it| it == happening.id())
}

/// The message of what happened to a record.
pub(crate) fn of_record(
    ctx: &Ctx,
    receiver: &ReceiverRow,
    happening: Happening,
    (row, step): (&RecordRow, &str),
) -> OutboxRow {
    let mechanism = ctx.definitions.pinned(row.mechanism.as_str(), &row.definition);
    let state = mechanism.map(|it| state_name(&it, row.state.as_str())).unwrap_or_default();
    let body = json!({
        "mechanism": row.mechanism.as_str(), "record": row.id.to_string(), "number": row.number, "step": step,
        "state": row.state.as_str(), "state_name": state,
        "unit": row.unit.to_string(), "unit_name": ctx.names().unit(row.unit),
    });
    parcel(ctx, receiver, happening, body)
}

/// Puts down the message that a day was sealed.
pub(crate) async fn sealed(ctx: &Ctx, tx: &mut Tx, seal: &Value) -> Result<(), Error> {
    let all = listening(ctx, tx).await?;
    let wanting = all.iter().filter(|it| wants(it, Happening::Sealed, None));
    let parcels: Vec<OutboxRow> = wanting.map(|it| parcel(ctx, it, Happening::Sealed, seal.clone())).collect();
    Ok(store::outbox::put_many(tx, &parcels).await?)
}

fn parcel(ctx: &Ctx, receiver: &ReceiverRow, happening: Happening, more: Value) -> OutboxRow {
    let id: Uuid = ctx.new_id();
    let mut body = json!({ "id": id.to_string(), "happening": happening.id(), "at": instant(ctx.now) });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    OutboxRow {
        id,
        at: ctx.now,
        kind: KIND.to_owned(),
        body,
        due_at: ctx.now,
        tries: 0,
        done_at: None,
        failure: None,
        to: Some(receiver.id.to_string()),
        given_up: None,
    }
}

/// A moment as machines read it: `2026-03-02T01:00:00Z`.
fn instant(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default()
}

/// The shared secret of a system, opened.
pub(crate) fn secret_of(ctx: &Ctx, row: &ReceiverRow) -> Result<String, Error> {
    let plain = keys(ctx)?.open(PURPOSE, row.id.as_bytes(), &row.secret)?;
    String::from_utf8(plain).map_err(|fault| Error::broken("read a secret", fault))
}

/// What stands above a message so that its receiver knows it for ours: over the second of sending and the message to
/// the letter.
pub fn signature(secret: &str, second: i64, body: &str) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = ring::hmac::sign(&key, format!("{second}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={second},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_the_manual_says() {
        // printf '1767661200.{"id":"1"}' | openssl dgst -sha256 -hmac tide
        let said = signature("tide", 1_767_661_200, r#"{"id":"1"}"#);
        assert_eq!(said, "t=1767661200,v1=758c6e2c01a136404c2738ce9a72b4b59ebaa89a42d4905348687468aef59bd8");
    }

    #[test]
    fn a_moment_is_written_as_machines_read_it() {
        assert_eq!(instant(1_767_661_200_000), "2026-01-06T01:00:00Z");
    }
}
