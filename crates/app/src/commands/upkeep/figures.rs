//! Do the figures give what the records give? All cells are reckoned anew from the records and compared.

use std::collections::BTreeMap;

use kernel::figures::{self, Amount, Cells};
use kernel::ids::RecordId;
use store::figures::{CellChange, CellKey};

use super::Verified;
use crate::cells::Kept;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// Records looked at in one go.
const AT_ONCE: u32 = 1_000;

/// Verifies every cell of every figure, all at one moment.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut reckoned = Cells::new();
    let mut after: Option<RecordId> = None;
    loop {
        let rows = store::records::walk(&mut conn, None, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for found in records::with_deadlines(ctx, &mut conn, rows).await? {
            figures::contributions(&found.mechanism, &found.record, ctx.calendar(), &mut reckoned, 1);
        }
    }
    let reckoned = crate::cells::rolled_up(&reckoned, &ctx.tree).settled();
    let mut kept = Kept::default();
    for figure in store::figures::kept(&mut conn).await? {
        let all = store::figures::all_of(&mut conn, &figure).await?;
        let cell = |it: CellChange| (it.key, Amount { numerator: it.numerator, denominator: it.denominator });
        kept.cells.extend(all.cells.into_iter().map(cell));
        kept.days.extend(all.days.into_iter().map(cell));
    }
    let mut verified = Verified::default();
    compare(ctx, "", &kept.cells, &reckoned.cells, &mut verified);
    compare(ctx, "本单位当日", &kept.days, &reckoned.days, &mut verified);
    Ok(verified)
}

fn compare(
    ctx: &Ctx,
    what: &str,
    kept: &BTreeMap<CellKey, Amount>,
    reckoned: &BTreeMap<CellKey, Amount>,
    verified: &mut Verified,
) {
    let mut both: BTreeMap<&CellKey, (Amount, Amount)> = BTreeMap::new();
    for (key, amount) in kept {
        both.entry(key).or_default().0 = *amount;
    }
    for (key, amount) in reckoned {
        both.entry(key).or_default().1 = *amount;
    }
    verified.looked_at += both.len() as u64;
    for (key, (now, then)) in both {
        if now != then {
            let unit = ctx.names().unit(key.unit);
            let about = format!("{} {} {} {unit}{what}", key.figure, key.slice, key.period);
            verified.differs(about, format!("现为{}，按事项应为{}", words(now), words(then)));
        }
    }
}

fn words(amount: Amount) -> String {
    match amount.denominator {
        0 => amount.numerator.to_string(),
        denominator => format!("{}/{denominator}", amount.numerator),
    }
}
