//! Sealing a report: every figure of its text read once more, its rows kept, the text with its figures written down.
//!
//! Never a figure that whoever seals may not know, and never a text with a place left open.

use kernel::catalog::{Measure, Mechanism, Step};
use kernel::ids::FieldId;
use kernel::kinds::report::Writing;
use kernel::period::Period;
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use kernel::value::Value;
use store::figure_seals::SealRow;
use store::reports::ReportRow;
use store::{Conn, Tx};

use super::batches::act;
use super::{figure_seals, keep};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::sealed::Known;
use crate::queries::reports::drawing::{self, About, Drawn};

/// What is kept when a report is sealed.
#[derive(Debug)]
pub(super) struct Sealed {
    /// The field that takes the text with its figures, with it.
    pub(super) text: (FieldId, Option<Value>),
    row: ReportRow,
    seals: Vec<SealRow>,
}

/// What a step has to know of the report before it is decided: which places of the text stand in the way, and what is
/// sealed.
pub(super) async fn before_step(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    step: &Step,
    (record, filled): (&Record, &[(FieldId, Option<Value>)]),
) -> Result<(Option<Sealed>, Vec<Refusal>), Error> {
    // enforces: writing.seal
    let Some(writing) = mechanism.writing.as_ref().filter(|it| it.seal == step.id) else {
        return Ok((None, Vec::new()));
    };
    let mut after = record.clone();
    filled.iter().for_each(|(field, value)| after.facts.put(field, value.clone()));
    let Some(period) = writing.period(&after) else { return Ok((None, Vec::new())) };
    let about = About { unit: after.unit, period };
    let mut drawn = drawing::draw(ctx, conn, writing.text(&after), about).await?;
    let refusals = refusals(writing, &drawn);
    if !refusals.is_empty() {
        return Ok((None, refusals));
    }
    let seals = seals(ctx, conn, &mut drawn).await?;
    let content = serde_json::to_value(&drawn).map_err(|fault| Error::broken("write a sealed report", fault))?;
    let hash = kernel::journal::digest(content.to_string().as_bytes());
    let row = ReportRow { record: record.id, turn: record.version, at: ctx.now, by: ctx.person(), content, hash };
    // enforces: writing.sealed
    let text = (writing.sealed.clone(), Some(Value::Text(drawn.text())));
    Ok((Some(Sealed { text, row, seals }), Vec::new()))
}

/// Why a text cannot be sealed: each place once.
fn refusals(writing: &Writing, drawn: &Drawn) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = Vec::new();
    let spot = || Spot::Field(writing.text.clone());
    if drawn.lines.is_empty() {
        refusals.push(Refusal::new("report.empty").at(spot()));
    }
    for (written, fault) in drawn.faults() {
        let refusal = Refusal::new(fault.code()).with("written", written).with("near", "").at(spot());
        if !refusals.contains(&refusal) {
            refusals.push(refusal);
        }
    }
    refusals
}

/// Seals what the text was read from: a figure over figures and the parts of tables by their value, all others with the
/// rows behind them.
async fn seals(ctx: &Ctx, conn: &mut Conn, drawn: &mut Drawn) -> Result<Vec<SealRow>, Error> {
    let in_prose = drawn.in_prose();
    let mut seals = Vec::new();
    for (at, reading) in drawn.readings.iter_mut().enumerate().filter(|(at, _)| in_prose.contains(at)) {
        let Ok(period) = Period::parse(&reading.period) else { continue };
        // What is known by its number alone has no rows for whoever seals.
        let Ok(known) = Known::of(ctx, reading.figure.as_str(), reading.unit) else { continue };
        if matches!(known.figure().measure, Measure::Blend(_)) {
            continue;
        }
        let row = figure_seals::row(ctx, conn, &known, (reading.unit, period), "report").await?;
        if (row.numerator, row.denominator) != (reading.numerator, reading.denominator) {
            return Err(Error::broken("seal a report", anyhow::anyhow!("reading {at} of {}", reading.figure)));
        }
        reading.seal = Some(row.id);
        seals.push(row);
    }
    Ok(seals)
}

impl Sealed {
    /// Keeps what was sealed, in the transaction of the step.
    pub(super) async fn keep(&self, ctx: &Ctx, tx: &mut Tx, record: &Record) -> Result<(), Error> {
        keep::unmoved(tx, record).await?;
        for seal in &self.seals {
            store::figure_seals::insert(tx, seal).await?;
        }
        store::reports::insert(tx, &self.row).await?;
        let detail = serde_json::json!({
            "record": record.id.to_string(), "title": record.title, "hash": self.row.hash,
            "seals": self.seals.iter().map(|row| row.id.to_string()).collect::<Vec<_>>(),
        });
        act(ctx, tx, "report.sealed", detail).await
    }
}
