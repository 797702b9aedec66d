//! Whose personal information has been kept long enough, among the records that this person decides about?
//!
//! Never shows what is to be cleared: only in which fields something stands.

use jiff::civil::Date;
use kernel::ids::RecordId;
use kernel::retention::Marks;
use store::retention::OpenAsk;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// Records on a page.
pub const PAGE: u32 = 50;

/// A page of proposals.
#[derive(Clone, Debug)]
pub struct RetentionPage {
    /// The mechanism's id.
    pub mechanism: String,
    /// Its name.
    pub name: String,
    /// The chapter's name.
    pub chapter: String,
    /// Years that personal information is kept.
    pub years: i16,
    /// The rule.
    pub because: String,
    /// The records, longest closed first.
    pub lines: Vec<RetentionLine>,
    /// The key of the next page.
    pub next: Option<String>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionLine {
    /// Its id.
    pub record: RecordId,
    /// Its number.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// The day on which it was closed.
    pub closed_on: Date,
    /// The day on which its time was over.
    pub ended_on: Date,
    /// The fields in which something stands.
    pub fields: Vec<String>,
}

/// May this person decide about records of the mechanism?
pub fn may_decide(ctx: &Ctx, mechanism: &kernel::catalog::Mechanism) -> bool {
    mechanism.retention.as_ref().is_some_and(|rule| ctx.actor.holds_any(&mechanism.id, &rule.who))
}

/// The proposals about which nobody decided yet.
pub async fn due(ctx: &Ctx, mechanism: &str, after: &str) -> Result<RetentionPage, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let rule = mechanism.retention.as_ref().filter(|_| may_decide(ctx, &mechanism)).ok_or(Error::NotFound)?;
    let over = ctx.actor.reach(&mechanism.id, &rule.who);
    let ask = OpenAsk {
        mechanism: mechanism.id.clone(),
        closed_until: rule.closed_until(ctx.today),
        today: ctx.today,
        reach: over.iter().map(|subtree| (subtree.first, subtree.last)).collect(),
        after: after.split_once('_').and_then(|(day, id)| Some((day.parse().ok()?, id.parse().ok()?))),
    };
    let mut conn = ctx.office.db.read().await?;
    let mut rows = store::retention::open(&mut conn, &ask, PAGE + 1).await?;
    let next = (rows.len() > PAGE as usize).then(|| {
        rows.truncate(PAGE as usize);
        rows.last().map(|(id, day)| format!("{day}_{id}")).unwrap_or_default()
    });
    let ids: Vec<RecordId> = rows.iter().map(|(id, _)| *id).collect();
    let found = records::listed_of(ctx, &mut conn, &ids).await?;
    let line = |(id, closed_on): &(RecordId, Date)| {
        let found = found.iter().find(|found| found.record.id == *id)?;
        let held = Marks { pinned: &found.mechanism, current: &mechanism }.held(&found.record.facts);
        Some(RetentionLine {
            record: *id,
            number: found.record.number.clone(),
            title: found.record.title.clone(),
            unit: ctx.names().unit(found.record.unit),
            closed_on: *closed_on,
            ended_on: rule.ends_on(*closed_on),
            fields: held.into_iter().map(str::to_owned).collect(),
        })
    };
    Ok(RetentionPage {
        mechanism: mechanism.id.to_string(),
        name: mechanism.name.clone(),
        chapter: crate::queries::register::chapter_name(ctx, &mechanism),
        years: rule.years,
        because: rule.because.clone(),
        lines: rows.iter().filter_map(line).collect(),
        next,
    })
}
