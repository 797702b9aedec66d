//! Personal information whose time is over is cleared, or kept until a day, by somebody who says why.
//!
//! Clearing takes it out of the record and out of the record's journal, whose hashes stay what they were.
//! Never touches what the rule does not name: the rest of the record, its papers and its figures stay.

use std::sync::Arc;

use jiff::civil::Date;
use kernel::catalog::Mechanism;
use kernel::ids::RecordId;
use kernel::journal::redaction;
use kernel::refusal::{Refusal, Spot};
use kernel::retention::{self, Decision, Marks};
use kernel::workflow::Move;
use store::Tx;

use crate::commands::batches::act;
use crate::commands::keep::Writing;
use crate::commands::steps::MOST_IN_BATCH;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// What somebody decided about several records of a mechanism, as typed.
#[derive(Clone, Debug, Default)]
pub struct Deciding {
    /// The mechanism.
    pub mechanism: String,
    /// The records.
    pub records: Vec<RecordId>,
    /// `clear` or `keep`.
    pub decision: String,
    /// The day until which it is kept.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// How many records.
    pub done: usize,
    /// Those that were refused: title and why.
    pub refused: Vec<(RecordId, String, Vec<Refusal>)>,
    /// Values in the journal that could not go, because their field was not marked as personal when they were written.
    pub left: usize,
}

/// Decides; once more if the tree or a record was changed meanwhile.
pub async fn decide(ctx: &Ctx, form: &Deciding) -> Result<Decided, Error> {
    match decide_once(ctx, form).await {
        Err(Error::Stale) => decide_once(&ctx.refreshed().await?, form).await,
        other => other,
    }
}

async fn decide_once(ctx: &Ctx, form: &Deciding) -> Result<Decided, Error> {
    let mechanism = ctx.mechanism(&form.mechanism)?;
    let rule = mechanism.retention.as_ref().ok_or(Error::NotFound)?;
    if !ctx.actor.holds_any(&mechanism.id, &rule.who) {
        return Err(Error::NotFound);
    }
    let decision = read(form)?;
    let mut ids = form.records.clone();
    ids.sort();
    ids.dedup();
    match ids.len() {
        0 => return Err(Refusal::new("step.none_chosen").into()),
        chosen if chosen > MOST_IN_BATCH => {
            return Err(Refusal::new("step.too_many").with("most", MOST_IN_BATCH).with("chosen", chosen).into());
        }
        _ => {}
    }
    let (ids, mechanism) = (&ids, &mechanism);
    let keep = |mut tx: Tx| async move {
        let done = decide_all(ctx, &mut tx, mechanism, ids, decision, &form.reason).await?;
        Ok::<_, Error>((tx, done))
    };
    ctx.office.db.transact(keep).await
}

fn read(form: &Deciding) -> Result<Decision, Error> {
    match form.decision.as_str() {
        "clear" => Ok(Decision::Clear),
        "keep" => {
            let day: Option<Date> = form.until.trim().parse().ok();
            let missing = || Refusal::new("field.missing").with("field", "保存到").at(Spot::Field("until".into()));
            Ok(Decision::KeepUntil(day.ok_or_else(missing)?))
        }
        _ => Err(Refusal::new("field.missing").with("field", "怎样处理").at(Spot::Field("decision".into())).into()),
    }
}

async fn decide_all(
    ctx: &Ctx,
    tx: &mut Tx,
    current: &Arc<Mechanism>,
    ids: &[RecordId],
    decision: Decision,
    reason: &str,
) -> Result<Decided, Error> {
    let mut done = Decided::default();
    let mut decided: Vec<(Found, Move)> = Vec::new();
    for found in records::visible_of(ctx, tx, ids).await?.into_iter().filter(|it| it.record.mechanism == current.id) {
        let marks = Marks { pinned: &found.mechanism, current };
        let actor = (&ctx.actor, found.unit_ord);
        match retention::decide(marks, &found.record, actor, ctx.today, decision, reason) {
            Ok(moved) => decided.push((found, moved)),
            Err(refusals) => done.refused.push((found.record.id, found.record.title.clone(), refusals)),
        }
    }
    // What is wrong with the form is wrong for each: told once, at its place.
    if let ([], [(_, _, refusals), ..]) = (decided.as_slice(), done.refused.as_slice()) {
        let of_form: Vec<Refusal> = refusals.iter().filter(|it| it.at != Spot::Form).cloned().collect();
        if !of_form.is_empty() {
            return Err(of_form.into());
        }
    }
    let mut writing = Writing::new(ctx, None);
    for (found, moved) in &decided {
        writing.put(tx, &found.mechanism, Some(&found.record), moved.clone()).await?;
    }
    writing.write(tx).await?;
    for (found, moved) in &decided {
        match decision {
            Decision::Clear => done.left += clear(ctx, tx, found.record.id, moved).await?,
            Decision::KeepUntil(day) => store::retention::kept(tx, found.record.id, day).await?,
        }
    }
    done.done = decided.len();
    if done.done > 0 {
        let kind = if decision == Decision::Clear { retention::CLEARED } else { retention::KEPT };
        let until = if let Decision::KeepUntil(day) = decision { Some(day.to_string()) } else { None };
        let records: Vec<String> = decided.iter().map(|(found, _)| found.record.id.to_string()).collect();
        let detail = serde_json::json!({
            "mechanism": current.id.as_str(), "records": records, "until": until, "left": done.left,
            "reason": reason.trim(),
        });
        act(ctx, tx, kind, detail).await?;
    }
    Ok(done)
}

/// Takes what the move cleared out of the record's journal too. Gives how many values could not go.
async fn clear(ctx: &Ctx, tx: &mut Tx, record: RecordId, moved: &Move) -> Result<usize, Error> {
    let fields: Vec<&str> = moved.changes.iter().map(|change| change.field.as_str()).collect();
    let mut left = 0;
    for entry in store::journal::of_record(tx, record).await? {
        let (redacted, stays) = redaction::redacted(&entry.entry, &fields);
        left += stays;
        if let Some(json) = redacted {
            store::journal::redact(tx, record, entry.seq, &json).await?;
        }
    }
    store::retention::cleared(tx, record, ctx.today).await?;
    Ok(left)
}
