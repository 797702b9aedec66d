//! The administrator replaces a year of the calendar; running deadlines are reckoned anew, each with a journal entry.

use std::sync::Arc;

use kernel::calendar::Calendar;
use kernel::catalog::Administers;
use kernel::problem::SourceFile;
use kernel::refusal::Refusal;
use kernel::workflow;
use store::calendar_years::CalendarYearRow;

use crate::commands::batches::act;
use crate::commands::keep::Writing;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::frame::administers;
use crate::records;

/// Takes a year in, written as in `calendar.kdl`. Gives how many records' deadlines moved.
pub async fn replace_years(ctx: &Ctx, text: &str) -> Result<usize, Error> {
    if !administers(ctx, Administers::System) {
        return Err(Error::NotFound);
    }
    let file = SourceFile { path: Arc::from("calendar.kdl"), text: Arc::from(text) };
    let (years, problems) = Calendar::parse(&[file]);
    if let Some(problem) = problems.first() {
        let words = format!("第{}行：{}{}", problem.line, problem.sentence, problem.hint.as_deref().unwrap_or(""));
        return Err(Refusal::new("calendar.bad").with("words", words).into());
    }
    let mut tx = ctx.office.db.begin().await?;
    let mut taken = Vec::new();
    for year in years.years() {
        let row = CalendarYearRow {
            year: i64::from(year.year()),
            source: year.to_kdl(),
            taken_at: ctx.now,
            taken_by: Some(ctx.actor.name().to_owned()),
        };
        store::calendar_years::put(&mut tx, &row).await?;
        taken.push(year.year());
    }
    if taken.is_empty() {
        return Err(Refusal::new("calendar.bad").with("words", "没有写任何一年").into());
    }
    act(ctx, &mut tx, "calendar", serde_json::json!({ "years": taken })).await?;
    tx.commit().await?;
    ctx.office.take_definitions((*ctx.office.definitions()).clone(), ctx.now).await?;
    recompute(ctx).await
}

/// Reckons every running deadline anew under the calendar in force.
async fn recompute(ctx: &Ctx) -> Result<usize, Error> {
    let ctx = Ctx { definitions: ctx.office.definitions(), ..ctx.clone() };
    let (mut after, mut moved) = (None, 0);
    loop {
        let mut tx = ctx.office.db.begin_long().await?;
        let ids = store::deadlines::running_records(&mut tx, after, 500).await?;
        let Some(last) = ids.last().copied() else { return Ok(moved) };
        let mut writing = Writing::new(&ctx, None);
        for found in records::by_ids(&ctx, &mut tx, &ids).await? {
            if let Some(it) = workflow::recompute(ctx.clock(), &found.mechanism, &found.record) {
                writing.put(&mut tx, &found.mechanism, Some(&found.record), it).await?;
                moved += 1;
            }
        }
        writing.write(&mut tx).await?;
        tx.commit().await?;
        after = Some(last);
    }
}
