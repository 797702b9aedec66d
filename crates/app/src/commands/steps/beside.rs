//! What do the kinds of mechanisms keep beside a record when a step is taken?
//!
//! Never decides whether the step may be taken: a kind says what stands in its way.

use kernel::beyond::Bring;
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
use crate::records;

/// What is kept with a step.
#[derive(Debug, Default)]
pub(super) struct Beside {
    brought: Vec<(FieldId, Option<Value>)>,
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
        let Some(record) = record else { return Ok((Self { assessing, ..Self::default() }, refusals)) };
        let brought = brought(ctx, conn, step, (record, filled)).await?;
        let (sealed, more) = reports::before_step(ctx, conn, mechanism, step, (record, filled)).await?;
        refusals.extend(more);
        Ok((Self { brought, assessing, sealed }, refusals))
    }

    /// The fields that it writes.
    pub(super) fn fields(&self) -> impl Iterator<Item = (FieldId, Option<Value>)> {
        let assessing = self.assessing.filled.iter().cloned();
        assessing.chain(self.sealed.iter().map(|it| it.text.clone())).chain(self.brought.iter().cloned())
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

/// What a step brings over from the records that are named when it is taken.
async fn brought(
    ctx: &Ctx,
    conn: &mut Conn,
    step: &Step,
    (record, filled): (&Record, &[(FieldId, Option<Value>)]),
) -> Result<Vec<(FieldId, Option<Value>)>, Error> {
    let named = |field: &FieldId| {
        let new = filled.iter().rev().find(|(id, _)| id == field).map(|(_, value)| value.as_ref());
        match new.unwrap_or_else(|| record.facts.find(field.as_str())) {
            Some(Value::Record(id)) => Some(*id),
            _ => None,
        }
    };
    if step.brings.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<_> = step.brings.iter().filter_map(|it| named(&it.from)).collect();
    ids.sort();
    ids.dedup();
    let found = records::by_ids(ctx, conn, &ids).await?;
    let value = |it: &Bring| {
        let theirs = found.iter().find(|other| Some(other.record.id) == named(&it.from))?;
        theirs.record.facts.find(it.theirs.as_str()).cloned()
    };
    Ok(step.brings.iter().map(|it| (it.field.clone(), value(it))).collect())
}
