//! Who hears of what a transaction writes? Those whom the moves name, those who follow, other systems.
//!
//! Asked when everything is written: whoever follows a record hears of it if they see it as it then stands.
//! Never a fact to another system, and never word to whoever did it.

use std::collections::{BTreeSet, HashMap};

use kernel::authority::sight::Pointed;
use kernel::ids::{PersonId, RecordId};
use kernel::journal::Entry;
use kernel::workflow::moves;
use store::Tx;
use store::journal::JournalRow;
use store::notices::NoticeRow;
use store::records::RecordRow;
use uuid::ContextV7;

use super::Sheet;
use crate::commands::following::FOLLOWED;
use crate::commands::receivers::{self, Happening};
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;
use crate::words::state_name;

impl Sheet {
    /// Tells everybody who is to hear of it, and puts down what goes to other systems.
    pub(super) async fn tell(&self, ctx: &Ctx, tx: &mut Tx) -> Result<(), Error> {
        let followed = self.followed(ctx, tx).await?;
        telling::notify(ctx, tx, &self.notices).await?;
        telling::notify(ctx, tx, &followed).await?;
        self.announce(ctx, tx).await
    }

    /// Every record that is written, as it is left.
    fn rows(&self) -> HashMap<RecordId, &RecordRow> {
        let inserted = self.inserted.iter().map(|(row, _)| (row.id, row));
        inserted.chain(self.updated.iter().map(|(_, row, _)| (row.id, row))).collect()
    }

    /// Word to those who follow what was written, each once an entry.
    async fn followed(&self, ctx: &Ctx, tx: &mut Tx) -> Result<Vec<NoticeRow>, Error> {
        // Nobody follows what begins here.
        let moved: Vec<&JournalRow> = self.journal.iter().filter(|row| row.seq > 1).collect();
        let ids: BTreeSet<RecordId> = moved.iter().map(|row| row.record).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let mut followers: HashMap<RecordId, Vec<PersonId>> = HashMap::new();
        for (record, person) in store::follows::of_records(tx, &ids).await? {
            followers.entry(record).or_default().push(person);
        }
        if followers.is_empty() {
            return Ok(Vec::new());
        }
        let mut points: HashMap<RecordId, Vec<Pointed>> = HashMap::new();
        for (record, pointed) in store::reach::of_records(tx, &ids).await? {
            points.entry(record).or_default().push(pointed);
        }
        let told: BTreeSet<(PersonId, Option<RecordId>)> =
            self.notices.iter().map(|notice| (notice.person, notice.record)).collect();
        let (rows, order) = (self.rows(), ContextV7::new());
        let mut notices = Vec::new();
        for entry in moved {
            let Some(row) = rows.get(&entry.record) else { continue };
            let points = points.get(&entry.record).map_or(&[][..], Vec::as_slice);
            for person in followers.get(&entry.record).into_iter().flatten() {
                let knows = Some(*person) == entry.actor || told.contains(&(*person, Some(entry.record)));
                let Some(actor) = ctx.as_person(*person).filter(|_| !knows) else { continue };
                if !records::sees(&Ctx { actor, ..ctx.clone() }, row, points) {
                    continue;
                }
                notices.push(NoticeRow {
                    id: ctx.next_id(&order),
                    person: *person,
                    record: Some(entry.record),
                    at: ctx.now,
                    kind: FOLLOWED.to_owned(),
                    words: words(ctx, row, entry)?,
                    read_at: None,
                });
            }
        }
        Ok(notices)
    }

    /// What other systems are to be told of it.
    async fn announce(&self, ctx: &Ctx, tx: &mut Tx) -> Result<(), Error> {
        if self.journal.is_empty() {
            return Ok(());
        }
        let standing = receivers::listening(ctx, tx).await?;
        if standing.is_empty() {
            return Ok(());
        }
        let rows = self.rows();
        let mut parcels = Vec::new();
        for entry in &self.journal {
            let (Some(happening), Some(row)) = (happening(entry), rows.get(&entry.record)) else { continue };
            for receiver in standing.iter().filter(|it| receivers::wants(it, happening, Some(row.mechanism.as_str()))) {
                parcels.push(receivers::of_record(ctx, receiver, happening, (row, entry.step.as_str())));
            }
        }
        Ok(store::outbox::put_many(tx, &parcels).await?)
    }
}

/// What an entry is to other systems; nothing if it left the record as it was.
fn happening(entry: &JournalRow) -> Option<Happening> {
    match entry.step.as_str() {
        _ if entry.seq == 1 => Some(Happening::Created),
        "clock.overdue" => Some(Happening::Overdue),
        step if moves::is_quiet(step) || step.starts_with("clock.") => None,
        _ => Some(Happening::Step),
    }
}

/// What whoever follows a record reads.
fn words(ctx: &Ctx, row: &RecordRow, entry: &JournalRow) -> Result<String, Error> {
    if entry.step.as_str() == moves::NOTE {
        return Ok(format!("你关注的事项有新留言：{}。", row.title));
    }
    let said: Entry =
        serde_json::from_str(&entry.entry).map_err(|fault| Error::broken("read a journal entry", fault))?;
    let mechanism = ctx.definitions.pinned(row.mechanism.as_str(), &row.definition);
    let state = mechanism.map(|it| format!("，现在是“{}”", state_name(&it, row.state.as_str()))).unwrap_or_default();
    Ok(format!("你关注的事项已“{}”：{}{state}。", said.step_name, row.title))
}
