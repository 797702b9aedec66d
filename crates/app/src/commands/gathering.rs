//! A step that writes other records down: those that name the record, as they stand at that moment.
//!
//! Never an empty list: then the step waits.

use kernel::catalog::{FieldType, Mechanism};
use kernel::facts::MOST_ROWS;
use kernel::gathering;
use kernel::ids::FieldId;
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use kernel::workflow::{self, Move};
use store::Tx;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register::value_of;
use crate::records::{self, Found};

/// The most records that may name one, whatever their state.
const MOST: u32 = 5_000;

/// Writes down what the step gathers.
// enforces: gather
pub(super) async fn meets(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    before: Option<&Record>,
    moved: &mut Move,
) -> Result<(), Error> {
    let Some(before) = before.filter(|_| moved.recalls.is_none()) else { return Ok(()) };
    for it in mechanism.gatherings.iter().filter(|it| *it.at.as_str() == *moved.step) {
        let Some(child) = mechanism.child(it.child.as_str()) else { continue };
        let rows = store::records::naming(tx, (&it.mechanism, &it.by), before.id, MOST).await?;
        let ids: Vec<_> = rows.iter().filter(|row| it.states.contains(&row.state)).map(|row| row.id).collect();
        let refusal = |code: &'static str| Refusal::new(code).with("child", &child.name);
        if ids.is_empty() {
            return Err(refusal("gather.nothing").into());
        }
        if ids.len() > MOST_ROWS {
            return Err(refusal("gather.many").with("count", ids.len()).with("most", MOST_ROWS).into());
        }
        let mut found = records::by_ids(ctx, tx, &ids).await?;
        found.sort_by_key(|it| (it.unit_ord, it.record.id));
        gathering::write(child, &mut moved.after, found.iter().map(|it| (&it.record, computed(ctx, it))));
        moved.changes = workflow::changes(&before.facts, &moved.after.facts);
    }
    Ok(())
}

/// The values of the computed fields of a record.
pub(super) fn computed(ctx: &Ctx, it: &Found) -> Vec<(FieldId, Value)> {
    let fields = it.mechanism.fields.iter().filter(|field| matches!(field.of, FieldType::Computed { .. }));
    fields.filter_map(|field| Some((field.id.clone(), value_of(ctx, it, field.id.as_str())?))).collect()
}
