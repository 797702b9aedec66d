//! What became of the messages that leave, which systems are told, and by which server mails go?
//!
//! Never what a message says, and never a secret.

use std::collections::HashMap;

pub use store::deliveries::Standing;
use store::outbox::OutboxRow;
use uuid::Uuid;

use crate::commands::mailing::{self, MailSettings};
use crate::commands::receivers::{Happening, administrator, ways};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::outward::Ways;
use crate::queries::forms::Choice;
use crate::words::moment;

/// What is asked of the messages.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct DeliveriesAsk {
    /// How they stand; dead letters if it says nothing.
    pub tab: String,
    /// To which place.
    pub to: String,
    /// After which.
    pub after: String,
}

/// A page of messages.
#[derive(Clone, Debug)]
pub struct Deliveries {
    /// How they stand.
    pub standing: Standing,
    /// The messages, newest first.
    pub lines: Vec<DeliveryLine>,
    /// Where the next page begins.
    pub next: Option<Uuid>,
    /// Places that may be chosen: id and name.
    pub places: Vec<(String, String)>,
}

/// A message.
#[derive(Clone, Debug)]
pub struct DeliveryLine {
    /// Its id.
    pub id: Uuid,
    /// When it was put down.
    pub at: String,
    /// What it is.
    pub what: String,
    /// To whom: id and name.
    pub to: Option<(String, String)>,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next, or when it was done with.
    pub when: String,
    /// Why it did not leave, or was given up.
    pub why: String,
}

/// Which systems are told, and by which server mails go.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The systems.
    pub receivers: Vec<ReceiverLine>,
    /// The mechanisms that may be chosen.
    pub mechanisms: Vec<Choice>,
    /// Which places may be reached.
    pub ways: Ways,
    /// How mails go, if they do.
    pub mail: Option<MailSettings>,
    /// Does this program reach other machines at all?
    pub is_outward: bool,
    /// How many dead letters there are, counted up to a hundred.
    pub dead: i64,
}

/// A system that is told.
#[derive(Clone, Debug)]
pub struct ReceiverLine {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Where it takes messages.
    pub address: String,
    /// Of which mechanisms.
    pub mechanisms: String,
    /// What it is told of.
    pub happenings: String,
    /// Is it told now?
    pub is_on: bool,
}

const PAGE: u32 = 50;

/// The messages that stand so.
pub async fn deliveries(ctx: &Ctx, ask: &DeliveriesAsk) -> Result<Deliveries, Error> {
    administrator(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let all = store::receivers::all(&mut conn).await?;
    let names: HashMap<String, String> = all.into_iter().map(|row| (row.id.to_string(), row.name)).collect();
    let standing = Standing::ALL.iter().find(|it| it.0 == ask.tab).map_or(Standing::Dead, |it| it.1);
    let to = Some(ask.to.as_str()).filter(|to| !to.is_empty());
    let mut rows = store::deliveries::list(&mut conn, standing, to, ask.after.parse().ok(), PAGE + 1).await?;
    let has_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let mut places: Vec<(String, String)> = names.iter().map(|(id, name)| (id.clone(), name.clone())).collect();
    places.sort_by(|one, other| one.1.cmp(&other.1));
    places.push((mailing::PLACE.to_owned(), "邮件".to_owned()));
    Ok(Deliveries {
        standing,
        next: rows.last().map(|row| row.id).filter(|_| has_more),
        lines: rows.into_iter().map(|row| line(row, &names)).collect(),
        places,
    })
}

fn line(row: OutboxRow, names: &HashMap<String, String>) -> DeliveryLine {
    let what = match row.kind.as_str() {
        "webhook" => "消息",
        "mail" => "邮件",
        _ => "排印文书",
    };
    let when = match Standing::of(&row) {
        Standing::Dead => String::new(),
        Standing::Waiting | Standing::Failing => moment(row.due_at),
        Standing::Sent | Standing::GivenUp => row.done_at.map(moment).unwrap_or_default(),
    };
    let name = |to: &String| names.get(to).cloned().unwrap_or_else(|| "邮件".to_owned());
    DeliveryLine {
        id: row.id,
        at: moment(row.at),
        what: what.to_owned(),
        to: row.to.as_ref().map(|to| (to.clone(), name(to))),
        tries: row.tries,
        when,
        why: row.given_up.or(row.failure).unwrap_or_default(),
    }
}

/// Which systems are told, and by which server mails go.
pub async fn sending(ctx: &Ctx) -> Result<Sending, Error> {
    administrator(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let name = |id: &str| ctx.catalog().mechanisms.get(id).map_or_else(|| id.to_owned(), |it| it.name.clone());
    let of = |id: &str| Happening::ALL.iter().find(|it| it.0 == id).map_or("", |it| it.1);
    let line = |row: store::receivers::ReceiverRow| ReceiverLine {
        id: row.id,
        name: row.name,
        address: row.address,
        mechanisms: match row.mechanisms.is_empty() {
            true => "全部".to_owned(),
            false => row.mechanisms.split(' ').map(name).collect::<Vec<_>>().join("、"),
        },
        happenings: row.happenings.split(' ').map(of).collect::<Vec<_>>().join("、"),
        is_on: row.is_on,
    };
    let choice = |it: &std::sync::Arc<kernel::catalog::Mechanism>| Choice {
        id: it.id.to_string(),
        name: it.name.clone(),
        pinyin: String::new(),
        group: None,
    };
    Ok(Sending {
        receivers: store::receivers::standing(&mut conn).await?.into_iter().map(line).collect(),
        mechanisms: ctx.catalog().in_order().map(choice).collect(),
        ways: ways(&mut conn).await?,
        mail: mailing::settings(&mut conn).await?,
        is_outward: ctx.office.outward().is_some(),
        dead: store::deliveries::count_dead(&mut conn, 100).await?,
    })
}

/// How many dead letters wait for this person to look after them, counted up to a hundred; none for whoever does not
/// administer the system.
pub(crate) async fn dead(ctx: &Ctx, conn: &mut store::Conn) -> Result<i64, Error> {
    match administrator(ctx) {
        Ok(()) => Ok(store::deliveries::count_dead(conn, 100).await?),
        Err(_) => Ok(0),
    }
}
