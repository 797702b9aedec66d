//! What was taken in so far, and may it still be undone?
//!
//! Never undoes: that is `commands::batches::undo`.

use kernel::ids::BatchId;
use kernel::refusal::Refusal;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::words::{Said, moment, say};

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchLine {
    /// Its id.
    pub id: BatchId,
    /// The file's name.
    pub file_name: String,
    /// When, as it reads.
    pub at: String,
    /// Who.
    pub by: String,
    /// How many records.
    pub count: i64,
    /// When it was undone, as it reads.
    pub undone_at: Option<String>,
    /// Why it cannot be undone; none: it can.
    pub kept_because: Option<Said>,
}

/// Imports that are listed.
const MOST: u32 = 50;

/// The imports of a mechanism, newest first.
pub async fn batches(ctx: &Ctx, mechanism: &str) -> Result<Vec<BatchLine>, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let mut lines = Vec::new();
    for row in store::imports::batches_of(&mut conn, &mechanism.id, "import", MOST).await? {
        let refusal = match row.undone_at {
            Some(_) => Some(Refusal::new("import.already_undone")),
            None => match store::imports::count_moved_on(&mut conn, row.id).await? {
                0 => None,
                count => Some(Refusal::new("import.moved_on").with("count", count)),
            },
        };
        lines.push(BatchLine {
            id: row.id,
            file_name: row.file_name.unwrap_or_default(),
            at: moment(row.at),
            by: row.actor.map(|id| ctx.names().person(id)).unwrap_or_default(),
            count: row.count,
            undone_at: row.undone_at.map(moment),
            kept_because: refusal.map(|refusal| say(ctx.vocabulary(), &refusal)),
        });
    }
    Ok(lines)
}
