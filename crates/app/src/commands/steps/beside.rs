//! What do the kinds of mechanisms keep beside a record when a step is taken?
//!
//! Never decides whether the step may be taken: a kind says what stands in its way.

use kernel::catalog::{Mechanism, Step};
use kernel::ids::{FieldId, StepId};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use store::{Conn, Tx};

use crate::commands::assessments::{self, Assessing};
use crate::commands::reports::{self, Sealed};
use crate::ctx::Ctx;
use crate::error::Error;

/// What is kept with a step.
#[derive(Debug, Default)]
pub(super) struct Beside {
    assessing: Assessing,
    sealed: Option<Sealed>,
}

/// Does a step of a mechanism keep numbers that have to be of one moment?
pub(super) fn wants_one_moment(mechanism: &Mechanism, step: &StepId) -> bool {
    let publishes = mechanism.scoring.as_ref().is_some_and(|it| it.publish == *step);
    publishes || mechanism.writing.as_ref().is_some_and(|it| it.seal == *step)
}

impl Beside {
    /// What a step keeps, and what stands in its way.
    pub(super) async fn of(
        ctx: &Ctx,
        conn: &mut Conn,
        mechanism: &Mechanism,
        step: &Step,
        (record, filled): (Option<&Record>, &[(FieldId, Option<Value>)]),
    ) -> Result<(Self, Vec<Refusal>), Error> {
        let assessing = assessments::before_step(ctx, conn, mechanism, step, (record, filled)).await?;
        let mut refusals = assessing.faults.clone();
        let Some(record) = record else { return Ok((Self { assessing, sealed: None }, refusals)) };
        let (sealed, more) = reports::before_step(ctx, conn, mechanism, step, (record, filled)).await?;
        refusals.extend(more);
        Ok((Self { assessing, sealed }, refusals))
    }

    /// The fields that it writes.
    pub(super) fn fields(&self) -> impl Iterator<Item = (FieldId, Option<Value>)> {
        let assessing = self.assessing.filled.iter().cloned();
        assessing.chain(self.sealed.iter().map(|it| it.text.clone()))
    }

    /// Keeps it, in the transaction of the step.
    pub(super) async fn keep(
        &self,
        ctx: &Ctx,
        tx: &mut Tx,
        mechanism: &Mechanism,
        record: &Record,
    ) -> Result<(), Error> {
        self.assessing.keep(ctx, tx, mechanism, record).await?;
        if let Some(sealed) = &self.sealed {
            sealed.keep(ctx, tx, record).await?;
        }
        Ok(())
    }
}
