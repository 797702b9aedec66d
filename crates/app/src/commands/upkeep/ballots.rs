//! Does what lies in the urns come from this program, and is there one vote for everybody who voted?
//!
//! Never opens a vote.

use std::collections::BTreeMap;

use kernel::ids::RecordId;

use super::Verified;
use crate::commands::ballots::envelope;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// Envelopes looked at in one go.
const AT_ONCE: u32 = 200;

/// Verifies every urn, all at one moment.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut verified = Verified::default();
    let mut lying: BTreeMap<RecordId, i64> = BTreeMap::new();
    let mut after = None;
    loop {
        let rows = store::ballots::walk(&mut conn, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = Some((last.record, last.id));
        for row in &rows {
            verified.looked_at += 1;
            *lying.entry(row.record).or_default() += 1;
            let is_ours = ctx
                .office
                .keys()
                .is_none_or(|keys| envelope::proof(keys, row.record, row.id, &row.envelope) == row.proof);
            if !is_ours {
                verified.differs(format!("选票 {}({})", row.id, row.record), "不是系统放进去的，或者被改过");
            }
        }
    }
    let voted: BTreeMap<RecordId, i64> = store::ballots::voted(&mut conn).await?.into_iter().collect();
    let ids: Vec<RecordId> = lying.keys().chain(voted.keys()).copied().collect();
    let found = records::by_ids(ctx, &mut conn, &ids).await?;
    for id in lying.keys().filter(|id| found.iter().all(|it| it.record.id != **id)) {
        verified.differs(format!("选票（{id}）"), "不属于任何事项");
    }
    for it in &found {
        let Some(voting) = &it.mechanism.voting else { continue };
        let is_out = it.record.state == voting.open || it.record.state == voting.count;
        let lies = lying.get(&it.record.id).copied().unwrap_or(0);
        let voted = if is_out { voted.get(&it.record.id).copied().unwrap_or(0) } else { 0 };
        if lies != voted {
            let words = format!("票箱里有{lies}张选票，应当有{voted}张");
            verified.differs(format!("选票 {}({})", it.record.title, it.record.id), words);
        }
    }
    Ok(verified)
}
