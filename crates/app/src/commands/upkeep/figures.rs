//! Do the figures give what the records give? All cells are reckoned anew from the records and compared.

use std::collections::BTreeMap;

use kernel::figures::{self, Amount, Cells};
use kernel::ids::RecordId;
use store::Conn;
use store::figures::{CellChange, CellKey};
use store::presences::PresenceKey;

use super::Verified;
use super::remaking::Underway;
use crate::cells::{Kept, people};
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
            figures::contributions(
                ctx.definitions.counted_by(&found.mechanism),
                &found.record,
                ctx.calendar(),
                &mut reckoned,
                1,
            );
        }
    }
    let mut reckoned = crate::cells::rolled_up(&reckoned, &ctx.tree).settled();
    reckoned.cells.extend(people::amounts_of(&reckoned.people, &ctx.tree));
    let mut kept = Kept::default();
    for figure in store::figures::kept(&mut conn).await? {
        let all = store::figures::all_of(&mut conn, &figure).await?;
        let cell = |it: CellChange| (it.key, Amount { numerator: it.numerator, denominator: it.denominator });
        kept.cells.extend(all.cells.into_iter().map(cell));
        kept.days.extend(all.days.into_iter().map(cell));
    }
    // What is not made by the definitions in force yet need not agree with them.
    let open = super::remaking::underway(ctx, &mut conn).await?;
    let is_open = |key: &CellKey| open.iter().any(|it| it.figure == key.figure);
    for cells in [&mut kept.cells, &mut kept.days, &mut reckoned.cells, &mut reckoned.days] {
        cells.retain(|key, _| !is_open(key));
    }
    reckoned.people.retain(|key, _| open.iter().all(|it| it.figure != key.figure));
    let mut verified = Verified::default();
    compare(ctx, "", &kept.cells, &reckoned.cells, &mut verified);
    compare(ctx, "本单位当日", &kept.days, &reckoned.days, &mut verified);
    presences(ctx, &mut conn, reckoned.people, &open, &mut verified).await?;
    Ok(verified)
}

/// Who was there, and who is who.
async fn presences(
    ctx: &Ctx,
    conn: &mut Conn,
    mut reckoned: BTreeMap<PresenceKey, i64>,
    open: &[Underway],
    verified: &mut Verified,
) -> Result<(), Error> {
    let about = |key: &PresenceKey| {
        let (unit, person) = (ctx.names().unit(key.unit), ctx.names().person(key.person));
        format!("{} {} {} {unit} {person}", key.figure, key.slice, key.on)
    };
    let mut after: Option<PresenceKey> = None;
    loop {
        let rows = store::presences::walk(conn, after.as_ref(), AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.key.clone());
        verified.looked_at += rows.len() as u64;
        for row in rows.into_iter().filter(|row| open.iter().all(|it| it.figure != row.key.figure)) {
            let then = reckoned.remove(&row.key).unwrap_or_default();
            if row.count != then {
                verified.differs(about(&row.key), format!("现为{}次，按事项应为{then}次", row.count));
            }
            if row.human != ctx.tree.human(row.key.person) {
                verified.differs(about(&row.key), "同一人的档案与合并记录不一致".to_owned());
            }
        }
    }
    for (key, then) in reckoned {
        verified.differs(about(&key), format!("现在没有，按事项应为{then}次"));
    }
    Ok(())
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
