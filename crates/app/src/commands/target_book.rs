//! Targets out of a workbook: kept to be looked at, taken in as one act.
//!
//! Never a row that the figure's page would refuse: both are judged by `commands::targets`.

use std::sync::Arc;

use kernel::catalog::Managed;
use kernel::grid::Grid;
use kernel::ids::{MechanismId, PersonId};
use kernel::refusal::Refusal;
use store::Tx;
use store::imports::UploadRow;
use uuid::Uuid;

use super::intake::{self, aside};
use super::targets;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::target_book;

/// The word under which workbooks of targets are kept.
const TARGETS: &str = "targets";

/// Does this person set targets?
pub fn may_take(ctx: &Ctx) -> Result<(), Error> {
    may(ctx).map(|_| ())
}

fn may(ctx: &Ctx) -> Result<PersonId, Error> {
    match (ctx.managed(Managed::Targets).is_empty(), ctx.person()) {
        (false, Some(person)) => Ok(person),
        _ => Err(Error::NotFound),
    }
}

/// Keeps a workbook to be looked at.
pub async fn upload(ctx: &Ctx, name: &str, bytes: &[u8]) -> Result<Uuid, Error> {
    Ok(intake::keep(ctx, may(ctx)?, MechanismId::from(TARGETS), name, bytes).await?.0)
}

/// The workbook with its sheets, if it is this person's.
pub async fn own(ctx: &Ctx, id: Uuid) -> Result<(UploadRow, Arc<Vec<Grid>>), Error> {
    let owner = may(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let row = store::imports::find_upload(&mut conn, id, owner).await?;
    drop(conn);
    let row = row.filter(|row| row.mechanism.as_ref().is_some_and(|it| *it == *TARGETS)).ok_or(Error::NotFound)?;
    let now = ctx.now;
    let read = aside("read a workbook", move || intake::sheets(&row, now).map(|grids| (row, grids)));
    Ok(read.await??)
}

/// Sets the targets of all rows that can be taken in, all of them or none. Says how many.
pub async fn take_in(ctx: &Ctx, id: Uuid) -> Result<usize, Error> {
    let (_, grids) = own(ctx, id).await?;
    let read = target_book::read(ctx, &grids).await?;
    let rows = read.new_rows().filter_map(|row| row.found.as_ref());
    let rows = rows.map(|(figure, unit, period, form)| targets::judged(ctx, figure.as_str(), *unit, *period, form));
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Err(Refusal::new("target.nothing_new").into());
    }
    let (rows, ctx_) = (&rows, ctx);
    let keep = |mut tx: Tx| async move {
        for row in rows {
            targets::put(ctx_, &mut tx, row).await?;
        }
        store::imports::drop_upload(&mut tx, id).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    Ok(rows.len())
}
