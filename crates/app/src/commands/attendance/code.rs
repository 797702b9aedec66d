//! The code that hangs on the wall: which activity, until when, and that we made it.
//!
//! Never a code that holds for longer than it takes to walk by: it is made anew while the page is open.

use kernel::ids::RecordId;
use kernel::refusal::Refusal;
use uuid::Uuid;

use crate::commands::attendance::may_note;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// What the key is for.
const PURPOSE: &str = "attendance";
/// A code is shown for so long at most.
pub const SHOWN_MS: i64 = 60_000;
/// It holds for so long after it was made: whoever held their telephone at it may take their time to type.
const HOLDS_MS: i64 = 5 * 60_000;
/// So many signs of its proof.
const PROOF: usize = 24;

/// A code of an activity, for whoever may note who comes.
#[derive(Clone, Debug)]
pub struct Code {
    /// As it stands in an address.
    pub text: String,
    /// What the activity is called.
    pub title: String,
    /// Who should come and who came.
    pub counts: (i64, i64),
}

/// The code of this moment.
pub async fn code(ctx: &Ctx, id: RecordId) -> Result<Code, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    if !may_note(ctx, &found) {
        return Err(Error::NotFound);
    }
    let until = ctx.now + HOLDS_MS;
    let proof = proof(ctx, id, until)?;
    let turnout = &found.record.turnout;
    let came = turnout.came().count() as i64;
    let expected = turnout.seats().values().filter(|seat| seat.expected).count() as i64;
    Ok(Code {
        text: format!("{}.{until:x}.{proof}", id.0.simple()),
        title: found.record.title.clone(),
        counts: (expected, came),
    })
}

fn proof(ctx: &Ctx, id: RecordId, until: i64) -> Result<String, Error> {
    let keys = ctx.office.keys().ok_or_else(|| Refusal::new("attendance.no_key"))?;
    let mac = keys.mac(PURPOSE, format!("{} {until}", id.0.simple()).as_bytes());
    Ok(mac.chars().take(PROOF).collect())
}

/// The activity of a code that holds; the same answer for one that was made up and one that is over.
pub fn read(ctx: &Ctx, code: &str) -> Result<RecordId, Error> {
    let refused = || Error::from(Refusal::new("attendance.code"));
    let mut parts = code.split('.');
    let (Some(id), Some(until), Some(given), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(refused());
    };
    let id = Uuid::try_parse(id).map(RecordId).map_err(|_| refused())?;
    let until = i64::from_str_radix(until, 16).map_err(|_| refused())?;
    let own = proof(ctx, id, until)?;
    let is_ours = own.len() == given.len() && own.bytes().zip(given.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0;
    if is_ours && (ctx.now..=ctx.now + HOLDS_MS).contains(&until) { Ok(id) } else { Err(refused()) }
}

/// What the activity of a code is called.
pub async fn title(ctx: &Ctx, code: &str) -> Result<String, Error> {
    let id = read(ctx, code)?;
    let mut conn = ctx.office.db.read().await?;
    let found = records::by_ids(ctx, &mut conn, &[id]).await?;
    found.into_iter().next().map(|found| found.record.title).ok_or(Error::NotFound)
}
