//! Do the figures give what the records give? All cells are reckoned anew from the records and compared.

use std::collections::BTreeSet;

use kernel::figures::Amount;
use kernel::ids::FigureId;
use store::figures::CellKey;

use super::Verified;
use super::reckoning::{self, Comparing, Reckoning};
use crate::cells::tally::{Differs, Off};
use crate::ctx::Ctx;
use crate::error::Error;

/// Verifies every cell of every figure, all at one moment.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let (mut conn, more) = reckoning::readers(ctx).await?;
    let mut figures: BTreeSet<FigureId> = store::figures::kept(&mut conn).await?.into_iter().collect();
    let underway = super::remaking::underway(ctx, &mut conn).await?;
    let mut reckoning = Reckoning::new(ctx, (conn, more), None);
    while reckoning.go_on(None).await? {}
    let given = reckoning.done().await?;
    figures.extend(given.0.figures());
    // What is not made by the definitions in force yet need not agree with them.
    for open in underway {
        figures.remove(&open.figure);
    }
    let mut verified = Verified::default();
    let mut comparing = Comparing::new(ctx, given, figures);
    while let Some((_, differs)) = comparing.next().await? {
        say(ctx, &differs, &mut verified);
    }
    Ok(verified)
}

fn say(ctx: &Ctx, differs: &Differs, verified: &mut Verified) {
    verified.looked_at += differs.compared;
    let mut cells = |what: &str, all: &[Off<CellKey, Amount>]| {
        for Off { key, is, should } in all {
            let about = format!("{} {} {} {}{what}", key.figure, key.slice, key.period, ctx.names().unit(key.unit));
            verified.differs(about, format!("现为{}，按事项应为{}", words(*is), words(*should)));
        }
    };
    cells("", &differs.cells);
    cells("本单位当日", &differs.days);
    let about = |key: &store::presences::PresenceKey| {
        let (unit, person) = (ctx.names().unit(key.unit), ctx.names().person(key.person));
        format!("{} {} {} {unit} {person}", key.figure, key.slice, key.on)
    };
    for Off { key, is, should } in &differs.people {
        verified.differs(about(key), format!("现为{is}次，按事项应为{should}次"));
    }
    for key in &differs.others {
        verified.differs(about(key), "同一人的档案与合并记录不一致".to_owned());
    }
}

fn words(amount: Amount) -> String {
    match amount.denominator {
        0 => amount.numerator.to_string(),
        denominator => format!("{}/{denominator}", amount.numerator),
    }
}
