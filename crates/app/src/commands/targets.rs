//! Saying what a unit is to reach with a figure in a period, and ending it.
//!
//! Set anew, the one before ends; never without a basis.

use kernel::catalog::Managed;
use kernel::ids::{FieldId, TargetId, UnitId};
use kernel::period::Period;
use kernel::refusal::{Refusal, Spot};
use kernel::workflow::Numbered as _;
use rust_decimal::Decimal;
use store::Tx;
use store::figure_targets::TargetRow;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::sealed::{Known, figure_words, period_words};

/// A target as it was typed.
#[derive(Clone, Debug, Default)]
pub struct TargetForm {
    /// Not to be passed (`most`), or to be reached.
    pub bound: String,
    /// The value.
    pub value: String,
    /// On what basis.
    pub basis: String,
}

/// The most characters of a basis.
const LONGEST: usize = 200;

/// May this person set targets of the unit?
pub fn may_set(ctx: &Ctx, unit: UnitId) -> bool {
    let reach = ctx.managed(Managed::Targets);
    ctx.tree.ord(unit).is_some_and(|ord| reach.iter().any(|over| over.holds(ord)))
}

/// What was typed as a target of a figure, a unit and a period, or why it is none.
pub fn judged(ctx: &Ctx, figure: &str, unit: UnitId, period: Period, form: &TargetForm) -> Result<TargetRow, Error> {
    let known = Known::of(ctx, figure, unit)?;
    if !may_set(ctx, unit) {
        return Err(Error::NotFound);
    }
    let typed = form.value.trim().trim_end_matches(['%', '％']).trim();
    let value = typed.parse::<Decimal>().ok().filter(|value| value.abs() < Decimal::from(1_000_000_000_000_i64));
    let basis: String = form.basis.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect();
    let basis = basis.trim().to_owned();
    let mut refusals = Vec::new();
    let mut refuse = |is_wrong: bool, code: &'static str, field: &str| {
        if is_wrong {
            refusals.push(Refusal::new(code).at(Spot::Field(FieldId::from(field))));
        }
    };
    refuse(value.is_none(), "target.value", "value");
    refuse(basis.is_empty(), "target.basis", "basis");
    let (Some(value), []) = (value, refusals.as_slice()) else { return Err(Error::Refused(refusals)) };
    Ok(TargetRow {
        id: ctx.new_id(),
        figure: known.name(),
        unit,
        period: period.to_string(),
        at_most: form.bound == "most",
        value: value.normalize().to_string(),
        basis,
        set_by: ctx.person(),
        set_at: ctx.now,
        ended_by: None,
        ended_at: None,
    })
}

/// Sets a target of a figure, a unit and a period.
pub async fn set(ctx: &Ctx, figure: &str, unit: UnitId, period: &str, form: &TargetForm) -> Result<(), Error> {
    let row = judged(ctx, figure, unit, crate::queries::figures::period(period)?, form)?;
    let (row, ctx_) = (&row, ctx);
    let keep = |mut tx: Tx| async move {
        put(ctx_, &mut tx, row).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

/// Puts a target in the place of the one in force, with its act.
pub(super) async fn put(ctx: &Ctx, tx: &mut Tx, row: &TargetRow) -> Result<(), Error> {
    let figure = std::slice::from_ref(&row.figure);
    for old in store::figure_targets::of_period(tx, &row.period, figure, &[row.unit]).await? {
        store::figure_targets::end(tx, old.id, ctx.now, ctx.person()).await?;
    }
    store::figure_targets::insert(tx, row).await?;
    act(ctx, tx, "target.set", detail(ctx, row)).await
}

/// Ends a target.
pub async fn end(ctx: &Ctx, id: TargetId) -> Result<TargetRow, Error> {
    let mut conn = ctx.office.db.read().await?;
    let row = store::figure_targets::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    drop(conn);
    Known::of(ctx, row.figure.as_str(), row.unit)?;
    if !may_set(ctx, row.unit) {
        return Err(Error::NotFound);
    }
    let (row_, ctx_) = (&row, ctx);
    let keep = |mut tx: Tx| async move {
        if !store::figure_targets::end(&mut tx, row_.id, ctx_.now, ctx_.person()).await? {
            return Err(Refusal::new("target.ended").into());
        }
        act(ctx_, &mut tx, "target.ended", detail(ctx_, row_)).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    Ok(row)
}

fn detail(ctx: &Ctx, row: &TargetRow) -> serde_json::Value {
    serde_json::json!({
        "target": row.id.to_string(), "figure": figure_words(ctx, &row.figure), "unit": ctx.names().unit(row.unit),
        "period": period_words(&row.period), "value": row.value, "basis": row.basis,
        "bound": if row.at_most { "至多" } else { "至少" },
    })
}
