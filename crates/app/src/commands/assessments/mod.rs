//! Publishing what units come to: reckoned once more, written into the record, and kept with every operand.
//!
//! Never a result that was reckoned by another scheme than the one that is published.

use kernel::catalog::{Mechanism, Step};
use kernel::ids::FieldId;
use kernel::kinds::assessment::scheme::Scheme;
use kernel::kinds::assessment::{frozen, result_rows};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::Value;
use store::assessments::SheetRow;
use store::{Conn, Tx};

use super::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::assessments::{operands, outcomes};

/// What is kept when a result is published.
#[derive(Debug)]
pub(super) struct Published {
    /// The field that takes the result, with it.
    pub(super) result: (FieldId, Option<Value>),
    rows: Vec<SheetRow>,
}

/// What a step has to know of the assessment before it is decided: what stands in the way of its figures, and the result
/// that it publishes.
pub(super) async fn before_step(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    step: &Step,
    (record, filled): (&Record, &[(FieldId, Option<Value>)]),
) -> Result<(Option<Published>, Vec<Refusal>), Error> {
    let Some(scoring) = &mechanism.scoring else { return Ok((None, Vec::new())) };
    let mut facts = record.facts.clone();
    filled.iter().for_each(|(field, value)| facts.put(field, value.clone()));
    let (scheme, _) = Scheme::read(scoring, &facts);
    let to = step.to.as_ref().unwrap_or(&record.state);
    // enforces: scoring.publish
    if step.id != scoring.publish {
        // While it is drafted anything may stand there; later a step is held up only by what it changes.
        let is_ended = mechanism.state(to.as_str()).is_some_and(|it| it.is_final);
        let changes = record.state == scoring.prepare || filled.iter().any(|(field, _)| *field == scoring.of);
        let is_asked = *to != scoring.prepare && !is_ended && changes;
        return Ok((None, if is_asked { operands::unknown(ctx, &scoring.of, &scheme)? } else { Vec::new() }));
    }
    let day = operands::year_up_to(&scheme, ctx.today).until;
    let outcome = outcomes(ctx, conn, &scheme, &[day]).await?.pop().unwrap_or_default();
    let row = |(member, standing): (&kernel::kinds::assessment::scheme::Member, _)| {
        let sheet = frozen::to_json(standing);
        let hash = kernel::journal::digest(sheet.to_string().as_bytes());
        SheetRow { record: record.id, unit: member.unit, sheet, hash, at: ctx.now, by: ctx.person() }
    };
    let rows = scheme.members.iter().zip(&outcome.standings).map(row).collect();
    let result = Value::Rows(result_rows(scoring, &scheme, &outcome));
    Ok((Some(Published { result: (scoring.result.clone(), Some(result)), rows }), Vec::new()))
}

impl Published {
    /// Keeps the sheets, in the transaction of the step.
    pub(super) async fn keep(&self, ctx: &Ctx, tx: &mut Tx, record: &Record) -> Result<(), Error> {
        store::assessments::publish(tx, &self.rows).await?;
        let detail = serde_json::json!({
            "record": record.id.to_string(), "title": record.title, "units": self.rows.len(),
        });
        act(ctx, tx, "assessment.published", detail).await
    }
}
