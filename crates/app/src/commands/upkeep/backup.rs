//! A copy of the whole database as of one moment, while everybody goes on working.
//!
//! Never over a file that is there.

use std::path::Path;

use crate::ctx::Ctx;
use crate::error::Error;

/// Writes the copy. Only for SQLite; PostgreSQL has its own tools and says which.
pub async fn backup(ctx: &Ctx, file: &Path) -> Result<(), Error> {
    Ok(ctx.office.db.backup(file).await?)
}
