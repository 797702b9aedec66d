//! Telling people things: inside the platform always, by mail as well where they want it.
//!
//! Never a sentence in what waits to leave: it names the notice, and is written when it goes.

use std::collections::{BTreeSet, HashMap};

use kernel::ids::PersonId;
use store::Tx;
use store::notices::NoticeRow;
use store::outbox::OutboxRow;
use uuid::ContextV7;

use crate::commands::mailing::{self, Group};
use crate::ctx::Ctx;
use crate::error::Error;

/// Tells people things, and puts down the mails of those who want this kind by mail.
pub(crate) async fn notify(ctx: &Ctx, tx: &mut Tx, notices: &[NoticeRow]) -> Result<(), Error> {
    if notices.is_empty() {
        return Ok(());
    }
    store::notices::insert_many(tx, notices).await?;
    let people: BTreeSet<PersonId> = notices.iter().map(|notice| notice.person).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let boxes = store::mail_boxes::confirmed(tx, &people).await?;
    if boxes.is_empty() {
        return Ok(());
    }
    let kinds: HashMap<PersonId, String> = boxes.into_iter().map(|row| (row.person, row.kinds)).collect();
    let wants = |notice: &&NoticeRow| {
        let group = Group::of(&notice.kind);
        kinds.get(&notice.person).is_some_and(|kinds| mailing::has(kinds, group))
    };
    let order = ContextV7::new();
    let parcels: Vec<OutboxRow> = notices.iter().filter(wants).map(|it| mailing::of_notice(ctx, &order, it)).collect();
    Ok(store::outbox::put_many(tx, &parcels).await?)
}
