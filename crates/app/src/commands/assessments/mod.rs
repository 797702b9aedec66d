//! Publishing what units come to: reckoned once more, written into the record, and kept with every operand; and what an
//! assessment has to say of the records that play a part in it (`parts`); letters ([`letters`]),
//! and a scheme out of a workbook ([`book`]).
//!
//! Never a result that was reckoned by another scheme than the one that is published.

pub mod book;
pub mod letters;
mod parts;

use kernel::catalog::{Mechanism, Step};
use kernel::ids::FieldId;
use kernel::kinds::assessment::scheme::{Member, Scheme};
use kernel::kinds::assessment::{frozen, result_rows};
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::{Facts, Value};
use store::assessments::SheetRow;
use store::{Conn, Tx};

use super::batches::act;
use super::keep;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::assessments::{gathered, operands, outcomes};

/// What a step writes by itself, what stands in its way, and what is to be kept or still to hold in its transaction.
#[derive(Debug, Default)]
pub(super) struct Assessing {
    /// The fields that nobody types, with what they take.
    pub(super) filled: Vec<(FieldId, Option<Value>)>,
    /// What stands in the way.
    pub(super) faults: Vec<Refusal>,
    published: Option<Published>,
    held: Option<parts::Held>,
}

/// A result, with how much stood beside the scheme when it was reckoned.
#[derive(Debug)]
struct Published {
    rows: Vec<SheetRow>,
    moves: i64,
}

/// What a step has to know of the assessment before it is decided: what stands in the way of its figures, the result that it
/// publishes, and what the assessment says of a record that plays a part in it.
pub(super) async fn before_step(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    step: &Step,
    (record, filled): (Option<&Record>, &[(FieldId, Option<Value>)]),
) -> Result<Assessing, Error> {
    let mut facts: Facts = record.map(|it| it.facts.clone()).unwrap_or_default();
    filled.iter().for_each(|(field, value)| facts.put(field, value.clone()));
    if let Some(part) = &mechanism.assessed {
        return parts::before_step(ctx, conn, (mechanism, part), step, (record, &facts)).await;
    }
    let (Some(scoring), Some(record)) = (&mechanism.scoring, record) else { return Ok(Assessing::default()) };
    let (scheme, _) = Scheme::read(scoring, &facts);
    let to = step.to.as_ref().unwrap_or(&record.state);
    let Some(table) = scoring.takes(&step.id) else {
        // While it is drafted anything may stand there; later a step is held up only by what it changes.
        let is_ended = mechanism.state(to.as_str()).is_some_and(|it| it.is_final);
        let changes = record.state == scoring.prepare || filled.iter().any(|(field, _)| *field == scoring.of);
        let is_asked = *to != scoring.prepare && !is_ended && changes;
        let faults = if is_asked { operands::unknown(ctx, &scoring.of, &scheme)? } else { Vec::new() };
        return Ok(Assessing { faults, ..Assessing::default() });
    };
    let day = operands::year_up_to(&scheme, ctx.today).until;
    let (mut all, moves) = outcomes(ctx, conn, (record.id, &mechanism.id), &scheme, &[day]).await?;
    let outcome = all.pop().unwrap_or_default();
    let row = |(member, standing): (&Member, _)| {
        let sheet = frozen::to_json(standing);
        let hash = kernel::journal::digest(sheet.to_string().as_bytes());
        SheetRow { record: record.id, unit: member.unit, sheet, hash, at: ctx.now, by: ctx.person() }
    };
    // enforces: scoring.publish
    let publishes = step.id == scoring.publish;
    let rows = scheme.members.iter().zip(&outcome.standings).map(row).collect();
    let result = Value::Rows(result_rows(scoring, &scheme, &outcome));
    Ok(Assessing {
        filled: vec![(table.clone(), Some(result))],
        published: publishes.then_some(Published { rows, moves }),
        ..Assessing::default()
    })
}

impl Assessing {
    /// Keeps what is published and holds what has to be so still, in the transaction of the step.
    pub(super) async fn keep(
        &self,
        ctx: &Ctx,
        tx: &mut Tx,
        mechanism: &Mechanism,
        record: &Record,
    ) -> Result<(), Error> {
        if let Some(held) = &self.held {
            held.hold(ctx, tx).await?;
        }
        match &self.published {
            Some(published) => published.keep(ctx, tx, mechanism, record).await,
            None => Ok(()),
        }
    }
}

impl Published {
    /// Keeps the sheets. Whatever was filed, checked or judged since they were reckoned would not be in them.
    async fn keep(&self, ctx: &Ctx, tx: &mut Tx, mechanism: &Mechanism, record: &Record) -> Result<(), Error> {
        let (id, title) = (record.id, record.title.as_str());
        keep::unmoved(tx, record).await?;
        if gathered::moves(ctx, tx, (id, &mechanism.id)).await? != self.moves {
            return Err(Refusal::new("assessment.publishing").with("title", title).into());
        }
        store::assessments::publish(tx, &self.rows).await?;
        let detail = serde_json::json!({ "record": id.to_string(), "title": title, "units": self.rows.len() });
        act(ctx, tx, "assessment.published", detail).await
    }
}
