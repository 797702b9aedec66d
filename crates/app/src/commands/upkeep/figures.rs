//! Do the figures give what the records give? All cells are reckoned anew from the records and compared.

use std::collections::BTreeMap;

use kernel::figures::{self, Amount, CellKey, Cells, Falls, STATES};
use kernel::ids::{FigureId, RecordId};

use super::Verified;
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
    let mut reckoned = crate::cells::rolled_up(&reckoned, &ctx.tree);
    reckoned.retain(|_, amount| *amount != Amount::default());
    let mut kept = Cells::new();
    for figure in names(ctx) {
        for cell in store::figures::cells(&mut conn, &FigureId::from(figure.as_str())).await? {
            let key = CellKey {
                figure: figure.clone(),
                slice: cell.key.slice,
                period: cell.key.period,
                unit: cell.key.unit,
                falls: Falls::Always,
            };
            kept.insert(key, Amount { numerator: cell.numerator, denominator: cell.denominator });
        }
    }
    Ok(compare(ctx, &kept, &reckoned))
}

/// The figures of all mechanisms, each with its mechanism in front.
fn names(ctx: &Ctx) -> Vec<String> {
    let of = |mechanism: &std::sync::Arc<kernel::catalog::Mechanism>| {
        let own: Vec<String> =
            mechanism.figures.iter().map(|figure| format!("{}.{}", mechanism.id, figure.id)).collect();
        own.into_iter().chain([format!("{}.{STATES}", mechanism.id)]).collect::<Vec<_>>()
    };
    ctx.catalog().mechanisms.values().flat_map(of).collect()
}

fn compare(ctx: &Ctx, kept: &Cells, reckoned: &Cells) -> Verified {
    let mut both: BTreeMap<&CellKey, (Amount, Amount)> = BTreeMap::new();
    for (key, amount) in kept {
        both.entry(key).or_default().0 = *amount;
    }
    for (key, amount) in reckoned {
        both.entry(key).or_default().1 = *amount;
    }
    let mut verified = Verified { looked_at: both.len() as u64, ..Verified::default() };
    for (key, (now, then)) in both {
        if now != then {
            let unit = ctx.names().unit(key.unit);
            let about = format!("{} {} {} {unit}", key.figure, key.slice, key.period);
            verified.differs(about, format!("现为{}，按事项应为{}", words(now), words(then)));
        }
    }
    verified
}

fn words(amount: Amount) -> String {
    match amount.denominator {
        0 => amount.numerator.to_string(),
        denominator => format!("{}/{denominator}", amount.numerator),
    }
}
