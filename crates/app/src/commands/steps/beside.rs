//! What do the kinds of mechanisms keep beside a record when a step is taken?
//!
//! Never decides whether the step may be taken: a kind says what stands in its way.

use kernel::catalog::{Mechanism, Step};
use kernel::ids::FieldId;
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use store::{Conn, Tx};

use crate::commands::assessments::{self, Published};
use crate::commands::reports::{self, Sealed};
use crate::ctx::Ctx;
use crate::error::Error;

/// What is kept with a step.
#[derive(Debug, Default)]
pub(super) struct Beside {
    published: Option<Published>,
    sealed: Option<Sealed>,
}

impl Beside {
    /// What a step keeps, and what stands in its way.
    pub(super) async fn of(
        ctx: &Ctx,
        conn: &mut Conn,
        mechanism: &Mechanism,
        step: &Step,
        on: (&Record, &[(FieldId, Option<Value>)]),
    ) -> Result<(Self, Vec<Refusal>), Error> {
        let (published, mut refusals) = assessments::before_step(ctx, conn, mechanism, step, on).await?;
        let (sealed, more) = reports::before_step(ctx, conn, mechanism, step, on).await?;
        refusals.extend(more);
        Ok((Self { published, sealed }, refusals))
    }

    /// The fields that it writes.
    pub(super) fn fields(&self) -> impl Iterator<Item = (FieldId, Option<Value>)> {
        let published = self.published.iter().map(|it| it.result.clone());
        published.chain(self.sealed.iter().map(|it| it.text.clone()))
    }

    /// Keeps it, in the transaction of the step.
    pub(super) async fn keep(&self, ctx: &Ctx, tx: &mut Tx, record: &Record) -> Result<(), Error> {
        if let Some(published) = &self.published {
            published.keep(ctx, tx, record).await?;
        }
        if let Some(sealed) = &self.sealed {
            sealed.keep(ctx, tx, record).await?;
        }
        Ok(())
    }
}
